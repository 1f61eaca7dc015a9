//! `diagnose rules list|check`.

use std::fmt::Write as _;
use std::io::Write as _;

use super::args::RulesCommand;
use super::exit::Exit;
use crate::checks::examples;
use crate::rules::Rules;

/// Lists or validates rules.
pub(super) fn run(what: Option<&RulesCommand>) -> anyhow::Result<Exit> {
    let mut out = String::new();
    let exit = match what {
        None | Some(RulesCommand::List) => {
            list(Rules::embedded(), &mut out);
            Exit::Clean
        }
        Some(RulesCommand::Check { dir }) => {
            let rules = super::diagnose::rules(dir.as_deref())?;
            let problems = examples::check(&rules);
            for problem in &problems {
                let _ = writeln!(out, "{problem}");
            }
            let _ = writeln!(
                out,
                "{} causes, {} signatures, {} problems",
                rules.causes().len(),
                rules.signatures().len(),
                problems.len()
            );
            if problems.is_empty() { Exit::Clean } else { Exit::Findings }
        }
    };
    std::io::stdout().lock().write_all(out.as_bytes())?;
    Ok(exit)
}

fn list(rules: &Rules, out: &mut String) {
    for cause in rules.causes() {
        let _ = writeln!(out, "{}  ({})", cause.slug, cause.group);
        for sig in &cause.signatures {
            let _ = writeln!(
                out,
                "  {:<34} {:<12} {:<11} {}",
                sig.id,
                format!("{:?}", sig.kind).to_lowercase(),
                format!("{:?}", sig.strength).to_lowercase(),
                sig.label
            );
        }
    }
}
