//! Projects of every language, and the tools that tell their versions.

use super::World;

/// A folder with a project in it, and what its tools say.
#[derive(Clone, Copy, Debug)]
pub struct Project {
    /// The name, which is the module's that is shown.
    pub name: &'static str,
    /// Files and their contents.
    pub files: &'static [(&'static str, &'static str)],
    /// Tools, as shell scripts.
    pub tools: &'static [(&'static str, &'static str)],
}

macro_rules! projects {
    ($($name:literal: [$($file:literal $content:literal),*] [$($tool:literal $script:literal),*];)*) => {
        /// All projects.
        pub const PROJECTS: &[Project] = &[
            $(Project { name: $name, files: &[$(($file, $content)),*], tools: &[$(($tool, $script)),*] },)*
        ];
    };
}

projects! {
    "buf": ["buf.yaml" ""] ["buf" "echo 1.28.1"];
    "bun": ["bunfig.toml" ""] ["bun" "echo 1.1.8"];
    "c": ["main.c" ""] ["cc" "echo 'cc (Debian 12.2.0-14) 12.2.0'", "gcc" "echo 'gcc (Debian 12.2.0-14) 12.2.0'"];
    "cmake": ["CMakeLists.txt" ""] ["cmake" "echo 'cmake version 3.25.1'"];
    "cobol": ["a.cob" ""] ["cobc" "echo 'cobc (GnuCOBOL) 3.1.2.0'"];
    "cpp": ["main.cpp" ""] ["c++" "echo 'c++ (Debian 12.2.0-14) 12.2.0'", "g++" "echo 'g++ (Debian 12.2.0-14) 12.2.0'"];
    "crystal": ["shard.yml" "name: a\nversion: 0.3.1\n"] ["crystal" "echo 'Crystal 1.12.1 [4cea10199] (2024-04-11)'"];
    "dart": ["pubspec.yaml" "name: a\nversion: 0.3.1\n"] ["dart" "echo 'Dart SDK version: 3.4.0 (stable)'"];
    "deno": ["deno.json" "{ \"version\": \"0.4.0\" }"] ["deno" "echo 'deno 1.43.3'"];
    "elixir": ["mix.exs" "defmodule A do\n  def project do\n    [version: \"0.5.0\"]\n  end\nend\n"]
        ["elixir" "printf 'Erlang/OTP 26 [erts-14.2]\\n\\nElixir 1.16.2 (compiled with Erlang/OTP 26)\\n'"];
    "elm": ["elm.json" "{}"] ["elm" "echo 0.19.1"];
    "erlang": ["rebar.config" ""] ["erl" "echo 26.2.5"];
    "fennel": ["a.fnl" ""] ["fennel" "echo 'Fennel 1.4.2 on PUC Lua 5.4'"];
    "fortran": ["a.f90" ""] ["gfortran" "echo 'GNU Fortran (Debian 12.2.0-14) 12.2.0'"];
    "gleam": ["gleam.toml" "name = \"a\"\nversion = \"1.0.0\"\n"] ["gleam" "echo 'gleam 1.1.0'"];
    "golang": ["go.mod" "module a\n\ngo 1.21\n"] ["go" "echo 'go version go1.22.3 linux/amd64'"];
    "gradle": ["gradle/wrapper/gradle-wrapper.properties"
        "distributionUrl=https\\://services.gradle.org/distributions/gradle-8.7-bin.zip\n"] [];
    "haskell": ["a.cabal" "", "stack.yaml" "resolver: lts-22.20\n"] ["ghc" "echo 9.6.5"];
    "helm": ["Chart.yaml" "version: 1.2.3\n"] ["helm" "echo v3.14.4+g81c902a"];
    "java": ["Main.java" ""]
        ["java" "echo 'OpenJDK 64-Bit Server VM (21.0.2+13-LTS) for linux-amd64 JRE (21.0.2+13-LTS), built on 2024-01-16T00:00:00Z by \"buildd\" with gcc'"];
    "julia": ["a.jl" ""] ["julia" "echo 'julia version 1.10.3'"];
    "kotlin": ["a.kt" ""] ["kotlin" "echo 'Kotlin version 1.9.23-release-779 (JRE 21.0.2+13-LTS)'"];
    "lua": ["a.lua" ""] ["lua" "echo 'Lua 5.4.6  Copyright (C) 1994-2023 Lua.org, PUC-Rio'"];
    "maven": ["pom.xml" "<project><version>2.0-SNAPSHOT</version></project>",
        ".mvn/wrapper/maven-wrapper.properties"
        "distributionUrl=https://repo.maven.apache.org/maven2/org/apache/maven/apache-maven/3.9.6/apache-maven-3.9.6-bin.zip\n"] [];
    "nim": ["a.nim" ""] ["nim" "echo 'Nim Compiler Version 2.0.4 [Linux: amd64]'"];
    "nodejs": ["package.json" "{ \"version\": \"1.2.3\" }"] ["node" "echo v20.11.1"];
    "nodejs-private": ["package.json" "{ \"version\": \"1.2.3\", \"private\": true }"] [];
    "nodejs-engines": ["package.json" "{ \"version\": \"1.2.3\", \"engines\": { \"node\": \">=21\" } }"] [];
    "opa": ["a.rego" ""] ["opa" "echo 'Version: 0.64.1'"];
    "perl": ["a.pl" ""] ["perl" "printf 5.36.0"];
    "php": ["composer.json" "{ \"version\": \"3.0.0\" }"] ["php" "printf 8.3.4"];
    "purescript": ["a.purs" ""] ["purs" "echo 0.15.15"];
    "python": ["pyproject.toml" "[project]\nversion = \"0.7\"\n"] ["python" "echo 'Python 3.12.4'"];
    "quarto": ["a.qmd" ""] ["quarto" "echo 1.4.554"];
    "red": ["a.red" ""] ["red" "echo 0.6.4"];
    "rlang": ["a.R" ""] ["R" "echo 'R version 4.2.2 (2022-10-31) -- \"Innocent and Trusting\"'"];
    "ruby": ["Gemfile" ""] ["ruby" "echo 'ruby 3.3.1p55 (2024-04-23 revision c56cd86388) [x86_64-linux]'"];
    "rust": ["Cargo.toml" "[package]\nname = \"a\"\nversion = \"0.1.0\"\n"]
        ["rustc" "case $1 in -Vv) printf 'rustc 1.78.0 (9b00956e5 2024-04-29)\\nhost: x86_64-unknown-linux-gnu\\nrelease: 1.78.0\\n';; *) echo 'rustc 1.78.0 (9b00956e5 2024-04-29)';; esac"];
    "scala": ["build.sbt" "version := \"0.9.0\"\n"] ["scalac" "echo 'Scala compiler version 3.4.1 -- Copyright 2002-2024, LAMP/EPFL'"];
    "swift": ["Package.swift" ""] ["swift" "echo 'Swift version 5.10 (swift-5.10-RELEASE)'"];
    "terraform": ["main.tf" "", ".terraform/environment" "staging"] ["terraform" "echo 'Terraform v1.8.3'"];
    "typst": ["a.typ" ""] ["typst" "echo 'typst 0.11.1 (50068ae2)'"];
    "vagrant": ["Vagrantfile" ""] ["vagrant" "echo 'Vagrant 2.4.1'"];
    "vlang": ["v.mod" "Module {\n\tname: 'a'\n\tversion: '0.0.1'\n}\n"] ["v" "echo 'V 0.4.5 f6b1a7f'"];
    "xmake": ["xmake.lua" ""] ["xmake" "echo 'xmake v2.9.1+HEAD.abc, A cross-platform build utility'"];
    "zig": ["a.zig" ""] ["zig" "echo 0.12.0"];
    "broken-tool": ["a.hs-boot" "", "a.dart" "", "a.py" ""] ["python3" "exit 1"];
    "many": ["Cargo.toml" "[package]\nname = \"many\"\nversion = \"2.1.0\"\n", "package.json" "{}", "go.mod" "module a\n\ngo 1.30\n",
        "a.py" "", "Makefile.PL" "", "compose.yml" ""] [];
    "folders-and-links": ["node_modules/a" "", ".hidden.py" "", "archive.tar.gz" "", "a.rs/inside" ""] [];
}

impl World {
    /// Makes a project in a folder of this world, and puts its tools on the path.
    pub fn project(&self, path: &str, project: &Project) -> std::path::PathBuf {
        for (name, content) in project.files {
            self.write(&format!("{path}/{name}"), content);
        }
        for (name, script) in project.tools {
            self.tool(name, script);
        }
        self.folder(path)
    }
}
