//! A home directory, a scripted cargo and rustc, and runs of `ziron-build` among them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// What the scripted cargo builds: a prompt that says the configuration's hash.
pub(crate) const GOOD: &str = r#"
program=$CARGO_TARGET_DIR/ziron-prompt
mkdir -p "$CARGO_TARGET_DIR"
hash=$(grep -o 'config_hash: "[0-9a-f]*' prompt/src/main.rs | tr -d '"')
printf '#!/bin/sh\n# A prompt made by ziron-build.\ncase $1 in init) echo ZIRON_SEEN=yes;; *) echo "prompt %s";; esac\n' "$hash" > "$program"
chmod +x "$program"
echo "   Compiling ziron-prompt v0.0.0" >&2
echo '{"reason":"compiler-artifact","package_id":"p","executable":"'$program'"}'
"#;

/// A prompt from an earlier build.
pub(crate) const OLD: &str = "A prompt made by ziron-build.\nold";

/// A sealed world.
#[derive(Debug)]
pub(crate) struct World {
    root: tempfile::TempDir,
}

/// What a run left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A folder of this user's alone.
fn private() -> tempfile::TempDir {
    tempfile::Builder::new().permissions(fs::Permissions::from_mode(0o700)).tempdir().unwrap()
}

impl World {
    /// A world whose cargo fetches without complaint and, asked to build, runs `build` (shell script).
    pub(crate) fn new(build: &str) -> Self {
        let this = Self { root: private() };
        fs::create_dir_all(this.path("tools")).unwrap();
        fs::create_dir_all(this.path("home")).unwrap();
        this.rustc("1.99.0");
        this.cargo("exit 0", build);
        this
    }

    /// A path in this world.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    /// Where the prompt is installed.
    pub(crate) fn installed(&self) -> PathBuf {
        self.path("home/.local/bin/ziron-prompt")
    }

    /// Scripts cargo: what `fetch` and `build` do.
    pub(crate) fn cargo(&self, fetch: &str, build: &str) {
        let text = format!(
            "case $1 in\nfetch)\n{fetch}\n;;\ntree)\necho 'ziron-prompt v0.0.0'\n;;\nbuild)\n{build}\n;;\nesac\n"
        );
        self.tool("cargo", &text);
    }

    /// Scripts rustc to be of this version.
    pub(crate) fn rustc(&self, version: &str) {
        self.tool(
            "rustc",
            &format!("printf 'rustc {version}\\nhost: x86_64-unknown-linux-gnu\\nrelease: {version}\\n'\n"),
        );
    }

    /// Writes a script onto the path.
    pub(crate) fn tool(&self, name: &str, script: &str) {
        let path = self.path("tools").join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Takes a tool away.
    pub(crate) fn remove_tool(&self, name: &str) {
        fs::remove_file(self.path("tools").join(name)).unwrap();
    }

    /// Writes a file, with its folders.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A run that has not started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ziron-build"));
        let tools = self.path("tools");
        command.args(arguments).env_clear().current_dir(self.root.path()).stdin(Stdio::null());
        command.env("HOME", self.path("home")).env("PATH", format!("{}:/usr/bin:/bin", tools.display()));
        command.env("SHELL", "/bin/bash").env("TMPDIR", self.root.path()).env("WORLD", self.root.path());
        command
    }

    /// Runs to the end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    /// Starts a run whose output is read later.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Runs a first build, so that there is an old prompt to lose.
    pub(crate) fn with_old_prompt(self) -> Self {
        fs::create_dir_all(self.installed().parent().unwrap()).unwrap();
        fs::write(self.installed(), OLD).unwrap();
        self
    }

    /// Checks that the old prompt is there, alone and whole, and that the user was told.
    #[track_caller]
    pub(crate) fn old_prompt_untouched(&self, ran: &Ran) {
        assert_eq!(fs::read_to_string(self.installed()).unwrap(), OLD);
        assert_eq!(names(self.installed().parent().unwrap()), ["ziron-prompt"]);
        assert!(ran.err.contains("hint: The old prompt is still in place."), "{ran:?}");
    }
}

impl Ran {
    /// Reads what a run left.
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Checks the exit code and that each text is on standard error.
    #[track_caller]
    pub(crate) fn says(&self, code: i32, texts: &[&str]) -> &Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        for text in texts {
            assert!(self.err.contains(text), "{text:?} is not in\n{}", self.err);
        }
        self
    }
}

/// The names in a folder, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
