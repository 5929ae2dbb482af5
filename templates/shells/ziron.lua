-- Ziron for cmd with Clink (1.2.30 and later). Build @BUILD@.
--
-- One process a prompt: before each line the binary is asked for all parts at once, and the filters show what it said. Clink shows a
-- prompt as it is. The command goes through cmd, which would look for variables in it whatever the quotes: so the folder is not
-- said, which the binary is in anyway, and nothing else in it comes from the world.

if not (clink and clink.promptfilter and clink.onbeginedit and clink.onendedit) then return end

local program = @ZIRON@
local transient = @TRANSIENT@ == 1
local parts -- What the binary said last: left, right, both once a command runs, prelude.
local width -- What the terminal's was then.
local begun -- When the command began.
local duration = ""

local function ask()
  width = console.getwidth()
  parts = nil
  local status = settings.get("cmd.get_errorlevel") and os.geterrorlevel() or ""
  local keymap = rl and rl.getvariable and rl.getvariable("keymap") or ""
  local command = string.format(
    '""%s" prompt --all --shell=cmd --status=%s --pipestatus=%s --cmd-duration=%s --jobs= --shlvl= --keymap=%s'
      .. ' --terminal-width=%s --logical-path= 2>nul <nul"',
    program, status, status, duration, keymap:gsub("[^%w-]", ""), width)
  local pipe = io.popen(command)
  if not pipe then return end
  local reply = pipe:read("*a") or ""
  pipe:close()
  local found = {}
  for part in reply:gmatch("([^\31]*)\31") do
    found[#found + 1] = part
  end
  if #found >= 5 then parts = found end
end

clink.onendedit(function(line)
  begun = line:find("%S") and os.clock() or nil
end)

clink.onbeginedit(function()
  duration = begun and string.format("%d", math.max(0, math.floor((os.clock() - begun) * 1000))) or ""
  begun = nil
  ask()
  if parts and parts[5] ~= "" then
    clink.print(parts[5], NONL)
  end
end)

-- Late, so that it takes the place of what other filters have made.
local ziron = clink.promptfilter(90)

-- Without an answer the prompt is what it was, without a word.
function ziron:filter()
  if width ~= console.getwidth() then ask() end
  if parts then return parts[1] end
end

function ziron:rightfilter()
  if parts then return parts[2] end
end

function ziron:transientfilter()
  if parts and transient and parts[3] ~= "" then return parts[3] end
end

function ziron:transientrightfilter()
  if parts and transient and parts[3] ~= "" then return parts[4] end
end
