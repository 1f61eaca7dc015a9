//! `diagnose self-check`: the program's own parts.

use std::io::Write as _;

use super::exit::Exit;
use crate::checks::examples;
use crate::rules::Rules;

/// Loads the rules and runs their examples; says what is wrong.
pub(super) fn run() -> anyhow::Result<Exit> {
    let rules = Rules::embedded();
    let mut problems: Vec<String> =
        Rules::embedded_problems().iter().map(ToString::to_string).collect();
    problems.extend(examples::check(rules));
    let mut stdout = std::io::stdout().lock();
    for problem in &problems {
        writeln!(stdout, "{problem}")?;
    }
    writeln!(
        stdout,
        "diagnose {}: {} causes, {} signatures, {} platforms, {} problems",
        env!("CARGO_PKG_VERSION"),
        rules.causes().len(),
        rules.signatures().len(),
        rules.platforms().count(),
        problems.len()
    )?;
    Ok(if problems.is_empty() { Exit::Clean } else { Exit::Failed })
}
