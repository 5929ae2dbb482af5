//! The table of tools that managers know by a name of their own, or choose by a variable or a file of the tool's.

/// A tool.
#[derive(Debug)]
pub(super) struct Tool {
    /// Its programs.
    pub(super) programs: &'static [&'static str],
    /// Its name with mise and proto, and what asdf calls it besides.
    pub(super) name: &'static str,
    pub(super) asdf: &'static str,
    /// Variables by which some manager chooses its version.
    pub(super) variables: &'static [&'static str],
    /// Files by which a manager may choose its version if told so: files of other managers, and of the tool itself.
    pub(super) files: &'static [&'static str],
}

const fn tool(
    programs: &'static [&'static str],
    name: &'static str,
    asdf: &'static str,
    variables: &'static [&'static str],
    files: &'static [&'static str],
) -> Tool {
    Tool { programs, name, asdf, variables, files }
}

/// The tools. Those that are missing have one name everywhere, that of the program.
///
/// Sources: mise's registry and "Idiomatic version files"; asdf's plugins; proto's built-in tools.
#[rustfmt::skip]
pub(super) const TOOLS: &[Tool] = &[
    tool(&["node"], "node", "nodejs", &["MISE_NODE_VERSION", "ASDF_NODEJS_VERSION"], &[".nvmrc", ".node-version", "package.json"]),
    tool(&["python", "python3", "python2", "pyenv"], "python", "python", &["MISE_PYTHON_VERSION", "ASDF_PYTHON_VERSION"], &[".python-version", ".python-versions"]),
    tool(&["ruby"], "ruby", "ruby", &["MISE_RUBY_VERSION", "ASDF_RUBY_VERSION"], &[".ruby-version", "Gemfile"]),
    tool(&["go"], "go", "golang", &["MISE_GO_VERSION", "ASDF_GOLANG_VERSION"], &[".go-version", "go.mod", "go.work"]),
    tool(&["java"], "java", "java", &["MISE_JAVA_VERSION", "ASDF_JAVA_VERSION"], &[".java-version", ".sdkmanrc"]),
    tool(&["lua", "luajit"], "lua", "lua", &[], &[".lua-version"]),
    tool(&["perl"], "perl", "perl", &[], &[".perl-version"]),
    tool(&["php"], "php", "php", &[], &[".php-version"]),
    tool(&["terraform"], "terraform", "terraform", &["TFENV_TERRAFORM_VERSION"], &[".terraform-version", "main.tf"]),
    tool(&["tofu"], "opentofu", "opentofu", &[], &[".opentofu-version", ".terraform-version"]),
    tool(&["rustc"], "rust", "rust", &["RUSTUP_TOOLCHAIN"], &["rust-toolchain", "rust-toolchain.toml"]),
    tool(&["swift"], "swift", "swift", &[], &[".swift-version"]),
    tool(&["deno"], "deno", "deno", &[], &[".deno-version", ".dvmrc"]),
    tool(&["bun"], "bun", "bun", &[], &[".bun-version", ".bumrc"]),
    tool(&["crystal"], "crystal", "crystal", &[], &[".crystal-version"]),
    tool(&["elixir"], "elixir", "elixir", &[], &[".exenv-version"]),
    tool(&["erl"], "erlang", "erlang", &[], &[]),
    tool(&["zig"], "zig", "zig", &[], &[".zig-version", "build.zig.zon"]),
    tool(&["scala", "scalac"], "scala", "scala", &[], &[".scala-version"]),
    tool(&["julia"], "julia", "julia", &["JULIAUP_CHANNEL"], &[]),
    tool(&["ghc"], "haskell", "haskell", &[], &[]),
];

/// What is known of a program's tool.
pub(super) fn tool_of(program: &str) -> Option<&'static Tool> {
    TOOLS.iter().find(|tool| tool.programs.contains(&program))
}

/// What mise calls a program's tool.
#[cfg(test)]
pub(crate) fn name_with_mise(program: &str) -> &str {
    tool_of(program).map_or(program, |tool| tool.name)
}
