//! Scenario files: what the shell says and what the sources find, canned.
//!
//! ```toml
//! [request]
//! status = "1"
//! duration_ms = 12500
//! jobs = 2
//!
//! [facts]
//! git_stash = 2
//! hostname = { name = "box", by_ssh = true }
//!
//! [health]
//! git_stash = "stale"  # or "failed", "awaited"
//! ```

use std::fmt;
use std::time::Duration;

use ziron_runtime::request::Request;
use ziron_runtime::scenario::FactSet;
use ziron_runtime::source::Health;

/// The reason why a scenario cannot be read.
#[derive(Debug)]
pub struct ScenarioError(String);

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ScenarioError {}

/// Reads a scenario. The shell and the width are those of whoever draws it.
///
/// # Errors
/// If the text is not TOML, or names something that a request does not have.
pub fn read(text: &str) -> Result<FactSet, ScenarioError> {
    let table: toml::Table =
        text.parse().map_err(|error: toml::de::Error| ScenarioError(error.to_string()))?;
    let mut set = FactSet::default();
    for (name, value) in table {
        match (name.as_str(), value) {
            ("request", toml::Value::Table(request)) => set.request = read_request(request)?,
            ("facts", toml::Value::Table(facts)) => {
                for (source, fact) in facts {
                    set.insert(&source, fact);
                }
            }
            ("health", toml::Value::Table(health)) => {
                for (source, word) in health {
                    set.set_health(&source, read_health(&source, &word)?);
                }
            }
            ("description", toml::Value::String(_)) => {}
            (other, _) => {
                let message = "none of: description, [request], [facts], [health]";
                return Err(ScenarioError(format!("`{other}` is {message}")));
            }
        }
    }
    Ok(set)
}

fn read_health(source: &str, word: &toml::Value) -> Result<Health, ScenarioError> {
    match word.as_str() {
        Some("stale") => Ok(Health::STALE),
        Some("failed") => Ok(Health::FAILED),
        Some("awaited") => Ok(Health::AWAITED),
        _ => Err(ScenarioError(format!("`health.{source}` is none of: stale, failed, awaited"))),
    }
}

fn read_request(table: toml::Table) -> Result<Request, ScenarioError> {
    let mut request = Request::default();
    for (name, value) in table {
        let wrong = || ScenarioError(format!("`request.{name}` has the wrong type"));
        let text = || value.as_str().map(ToOwned::to_owned).ok_or_else(wrong);
        let number = || value.as_integer().ok_or_else(wrong);
        let count = || number().and_then(|number| u64::try_from(number).map_err(|_| wrong()));
        match name.as_str() {
            "status" => request.status = Some(text()?),
            "pipe_status" => {
                request.pipe_status = text()?.split_whitespace().map(ToOwned::to_owned).collect();
            }
            "duration_ms" => request.duration = Some(Duration::from_millis(count()?)),
            "jobs" => request.jobs = count()?,
            "shlvl" => request.shlvl = Some(number()?),
            "keymap" => request.keymap = text()?,
            _ => {
                let message = "none of: status, pipe_status, duration_ms, jobs, shlvl, keymap";
                return Err(ScenarioError(format!("`request.{name}` is {message}")));
            }
        }
    }
    Ok(request)
}

#[cfg(test)]
mod tests {
    use ziron_runtime::build::Build;

    use super::read;

    #[test]
    fn requests_and_facts_are_read() {
        let set = read("[request]\nstatus = '1'\nduration_ms = 1500\n[facts]\ngit_stash = 2").unwrap();
        assert_eq!(set.request.status.as_deref(), Some("1"));
        assert_eq!(set.request.duration.unwrap().as_millis(), 1500);
        let build = Build { version: "", config: "", config_hash: "", build_hash: "" };
        let (plan, _) = ziron_compiler::plan_of("format = '$git_status'");
        let prompt = crate::interpret::prompt(plan, build).unwrap();
        let stash = prompt.sources.iter().position(|planned| planned.source.name() == "git_stash").unwrap();
        assert_eq!(set.facts(prompt).get::<u32>(stash), Some(&2));
        assert_eq!(set.mistakes(), []);
    }

    #[test]
    fn a_fact_of_another_shape_is_a_mistake() {
        let set = read("[facts]\ngit_stash = 'two'").unwrap();
        let build = Build { version: "", config: "", config_hash: "", build_hash: "" };
        let (plan, _) = ziron_compiler::plan_of("format = '$git_status'");
        set.facts(crate::interpret::prompt(plan, build).unwrap());
        assert_eq!(set.mistakes().len(), 1);
        assert_eq!(set.mistakes()[0].0, "git_stash");
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(
            read("[request]\njobs = -1").unwrap_err().to_string(),
            "`request.jobs` has the wrong type"
        );
        assert!(read("[reqest]").unwrap_err().to_string().starts_with("`reqest` is none of"));
    }
}
