//! The Procfile and the manifests of platforms.

use std::path::Path;

use super::Context;
use crate::model::{Captures, Examined, Fact, Facts, Place, Severity, Skipped, Source};
use crate::procfile::{Options, check_beside, check_file, check_folder};
use crate::python::lints::LintFinding;

/// Checks the start command, where one is at hand.
pub(super) fn collect(context: &Context) -> Facts {
    let mut facts = Facts::default();
    let site = &context.site;
    let container = |name: &str| context.rules.platform_is(site.platform_id(), name);
    let platform = container("scalingo") || container("heroku");
    let options = Options {
        platform: site.platform.as_ref().map(|id| id.as_str().to_owned()),
        project: site.project.clone(),
        ..Options::default()
    };
    let findings = match (&site.procfile, &site.project) {
        (Some(file), project) => {
            examined(context, file, &mut facts);
            let mut found = check_file(file, &options);
            let beside = project.as_deref().or_else(|| file.parent());
            found.extend(beside.into_iter().flat_map(|dir| check_beside(dir, &options)));
            found
        }
        (None, Some(project)) if platform => {
            let found = check_folder(project, &options);
            if found.is_empty() && !project.join("Procfile").exists() {
                missing(context, project, &mut facts);
            } else {
                examined(context, &project.join("Procfile"), &mut facts);
            }
            found
        }
        _ => {
            if platform {
                facts.skipped.push(Skipped {
                    check: "procfile".to_owned(),
                    missing: "no Procfile was given or found; give --procfile FILE --project DIR"
                        .to_owned(),
                });
            }
            return facts;
        }
    };
    // An own server does not read it, and PythonAnywhere has none.
    if !platform && site.platform.is_some() {
        return facts;
    }
    facts.facts.extend(findings.into_iter().map(|finding| fact(context, finding)));
    facts
}

fn examined(context: &Context, file: &Path, facts: &mut Facts) {
    facts.examined.push(Examined {
        check: "procfile".to_owned(),
        what: crate::site::on_server(context.site.root.as_deref(), file),
        from: None,
        to: None,
    });
}

/// A project without any start command, on a platform that wants one.
fn missing(context: &Context, project: &Path, facts: &mut Facts) {
    let other = [
        "heroku.yml",
        "Dockerfile",
        "fly.toml",
        "render.yaml",
        "railway.json",
        "railway.toml",
        "nixpacks.toml",
    ];
    let python = ["requirements.txt", "Pipfile", "pyproject.toml", "setup.py"];
    let wants = ["scalingo", "heroku"].contains(&context.site.platform_id());
    let has = |names: &[&str]| names.iter().any(|name| project.join(name).is_file());
    if !wants || has(&other) || !has(&python) {
        return;
    }
    let shown = crate::site::on_server(context.site.root.as_deref(), project);
    let mut fact = Fact::new(Source::Config, format!("no Procfile in {shown}"));
    fact.matches = context.rules.match_event("procfile-missing", &fact.excerpt, &Captures::new());
    fact.place = Some(Place::file(shown));
    fact.certainty = 0.8;
    if !fact.matches.is_empty() {
        facts.facts.push(fact);
    }
}

fn fact(context: &Context, finding: LintFinding) -> Fact {
    let text =
        if finding.excerpt.is_empty() { finding.message.clone() } else { finding.excerpt.clone() };
    let mut fact = Fact::new(Source::Config, text);
    // What is only a warning must not stand as the cause of a failure.
    let name = match finding.severity {
        Severity::Error => finding.name.to_owned(),
        _ => format!("{}:warning", finding.name),
    };
    fact.matches = context.rules.match_event(&name, &fact.excerpt, &finding.captures);
    fact.place = Some(Place {
        file: crate::site::on_server(context.site.root.as_deref(), Path::new(&*finding.place.file))
            .into(),
        ..finding.place
    });
    fact.certainty = finding.certainty;
    fact.severity = Some(finding.severity);
    fact.note = Some(finding.message);
    fact
}
