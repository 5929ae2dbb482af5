# Ziron for PowerShell (5.1, and 7 on every system). Build @BUILD@.
#
# One process a prompt: `prompt` asks the binary for all parts at once, and returns what PowerShell is to write, which it does as it is. The
# binary is started through .NET: the call operator loses empty arguments, mangles quotes before 7.3, and reads the answer in the
# console's code page.

$global:_ziron_state = @{
    Last = -1 # The command that the prompt before came after.
    Status = 0
    HasReadLine = [bool] (Get-Command Set-PSReadLineOption -ErrorAction Ignore)
}

# One argument for Windows PowerShell, where .NET takes a line and not a list. Backslashes count only before a quote.
function global:_ziron_quote([string] $text) {
    '"' + (($text -replace '(\\*)"', '$1$1\"') -replace '(\\+)$', '$1$1') + '"'
}

# The parts of the prompt, or nothing.
function global:_ziron_ask([string[]] $arguments, [string] $folder) {
    Set-StrictMode -Off
    try {
        $start = New-Object System.Diagnostics.ProcessStartInfo @ZIRON@
        if ($null -ne $start.ArgumentList) {
            foreach ($argument in $arguments) { $start.ArgumentList.Add($argument) }
        } else {
            $start.Arguments = ($arguments | ForEach-Object { _ziron_quote $_ }) -join ' '
        }
        if ($folder) { $start.WorkingDirectory = $folder }
        $start.UseShellExecute = $false
        $start.CreateNoWindow = $true
        $start.RedirectStandardInput = $true
        $start.RedirectStandardOutput = $true
        $start.RedirectStandardError = $true
        $start.StandardOutputEncoding = [System.Text.Encoding]::UTF8
        $process = [System.Diagnostics.Process]::Start($start)
        $process.StandardInput.Close()
        $null = $process.StandardError.ReadToEndAsync()
        $parts = $process.StandardOutput.ReadToEnd().Split([char] 31)
        $process.Dispose()
        if ($parts.Length -ge 6) { return $parts }
    } catch {
        # The binary is gone or broken: a plain prompt, without a word. And nothing that `$Error` would tell.
        if ($global:Error.Count) { $global:Error.RemoveAt(0) }
    }
}

function global:prompt {
    # Whatever comes first changes it.
    $is_well = $global:?
    $code = $global:LASTEXITCODE
    Set-StrictMode -Off
    $state = $global:_ziron_state
    $last = Get-History -Count 1
    $id = if ($last) { $last.Id } else { 0 }
    $duration = ''
    if ($state.Last -ge 0 -and $id -ne $state.Last) {
        $duration = [long] ($last.EndExecutionTime - $last.StartExecutionTime).TotalMilliseconds
        # A command of PowerShell's own that failed leaves the status of the last program as it was.
        $failed = $global:Error.Count -gt 0 -and $global:Error[0].InvocationInfo.HistoryId -eq $id
        $state.Status = if ($is_well) { 0 } elseif ($code -and -not $failed) { $code } else { 1 }
    } # else an empty line, which leaves the status alone, or the first prompt
    $state.Last = $id
    $width = try { $Host.UI.RawUI.WindowSize.Width } catch { '' }
    $folder = if ($PWD.Provider.Name -eq 'FileSystem') { $PWD.ProviderPath } else { '' }
    $parts = _ziron_ask -folder $folder -arguments @(
        'prompt', '--all',
        ('--shell=' + $(if ($PSVersionTable.PSEdition -eq 'Core') { 'pwsh' } else { 'powershell' })),
        "--status=$($state.Status)", "--pipestatus=$($state.Status)", "--cmd-duration=$duration",
        "--jobs=$(@(Get-Job | Where-Object { $_.State -eq 'Running' }).Count)", "--shlvl=$env:SHLVL", '--keymap=',
        "--terminal-width=$width", "--logical-path=$folder"
    )
    if (-not $parts) { return '> ' }
    $Host.UI.Write($parts[4])
    if ($state.HasReadLine) {
        # How many lines of the prompt are above the one that is edited.
        Set-PSReadLineOption -ExtraPromptLineCount ($parts[0].Split("`n").Length - 1)
    }
    $parts[0]
}

if (@CONTINUATION@ -and $global:_ziron_state.HasReadLine) {
    Set-PSReadLineOption -ContinuationPrompt @CONTINUATION@
}
