//! The projects that somebody works on, and the tools they need.

use std::path::{Path, PathBuf};

use crate::world::World;

/// How many files a project has besides those that say what it is.
const FILES: usize = 200;

/// What a project is about: its name, what says so, and the tool that it is made with.
pub(super) struct Kind {
    pub(super) name: &'static str,
    /// A file, and what is in it; `%` stands for the project's version.
    pub(super) settings: (&'static str, &'static str),
    /// The tool, and what it says; `%` stands for the tool's version.
    pub(super) tool: Option<(&'static str, &'static str)>,
}

pub(super) const KINDS: [Kind; 5] = [
    Kind {
        name: "app",
        settings: ("package.json", "{ \"version\": \"1.%.0\" }\n"),
        tool: Some(("node", "echo v20.%.1")),
    },
    Kind {
        name: "lib",
        settings: ("Cargo.toml", "[package]\nname = \"lib\"\nversion = \"0.%.0\"\n"),
        tool: Some(("rustc", "echo 'rustc 1.%.0 (9b00956e5 2024-04-29)'")),
    },
    Kind {
        name: "site",
        settings: ("pyproject.toml", "[project]\nversion = \"0.%\"\n"),
        tool: Some(("python", "echo 'Python 3.%.4'")),
    },
    Kind {
        name: "service",
        settings: ("go.mod", "module service\n\ngo 1.%\n"),
        tool: Some(("go", "echo 'go version go1.%.3 linux/amd64'")),
    },
    Kind { name: "notes", settings: ("README", "%\n"), tool: None },
];

impl Kind {
    /// Where the project is in a world.
    pub(super) fn path(&self) -> String {
        format!("home/work/{}", self.name)
    }

    /// Writes what says what the project is.
    pub(super) fn set_version(&self, world: &World, version: usize) {
        let (file, text) = self.settings;
        world.write(&format!("{}/{file}", self.path()), &text.replace('%', &version.to_string()));
    }

    /// Installs a version of its tool, as an upgrade does: a new file takes the place of the old one.
    pub(super) fn install(&self, world: &World, version: usize) {
        let Some((tool, script)) = self.tool else { return };
        world.tool("new", &script.replace('%', &version.to_string()));
        std::fs::rename(world.path("tools/new"), world.path(&format!("tools/{tool}")))
            .expect("both are there");
    }

    /// Makes the project, a repository with some history.
    pub(super) fn make(&self, world: &World) -> PathBuf {
        let folder = world.folder(&self.path());
        world.git(&folder, &["init", "--quiet"]);
        for (key, value) in
            [("user.name", "Tester"), ("user.email", "tester@example.invalid"), ("gc.auto", "0")]
        {
            world.git(&folder, &["config", key, value]);
        }
        self.set_version(world, 1);
        self.install(world, 1);
        for number in 0..FILES {
            world.write(&format!("{}/{}", self.path(), file(number)), &format!("line {number}\n"));
        }
        world.write(&format!("{}/.gitignore", self.path()), "*.log\ntarget/\n");
        world.commit(&folder, "first");
        world.git(&folder, &["branch", "feature"]);
        folder
    }
}

/// The name of a file that a project has.
pub(super) fn file(number: usize) -> String {
    format!("src/part{}/file{number}.txt", number % 8)
}

/// A random one.
pub(super) fn any_file(random: &ziron_runtime::testing::Random, folder: &Path) -> PathBuf {
    folder.join(file(random.below(FILES)))
}
