//! The WSGI file and the project modules that it loads, parsed and never run.

use std::path::Path;

use super::{Context, entries};
use crate::model::{Contrary, Examined, Fact, Facts, Place, Severity, Skipped, Source};
use crate::python::entry::{Analysis, EntryKind, EntryOptions, analyse_entry};
use crate::python::entry_points::{entry_point, options_for};
use crate::python::lints::LintFinding;

/// Analyses the entry point.
pub(super) fn collect(context: &Context) -> Facts {
    let mut facts = Facts::default();
    let Some(wsgi) = &context.site.wsgi.clone().or_else(|| manage(context)) else {
        facts.skipped.push(Skipped {
            check: "code".to_owned(),
            missing: "no WSGI file was given or found; give --wsgi FILE --project DIR".to_owned(),
        });
        return facts;
    };
    let Some(options) = entry_options(context, wsgi) else {
        facts.skipped.push(Skipped {
            check: "code".to_owned(),
            missing: format!(
                "{} is a module of a package and makes no app; give the file that the server loads: --wsgi FILE",
                wsgi.display()
            ),
        });
        return facts;
    };
    let analysis = analyse_entry(&options);
    let shown = crate::site::on_server(context.site.root.as_deref(), wsgi);
    facts.examined.push(Examined {
        check: "code".to_owned(),
        what: match analysis.loaded.len().saturating_sub(1) {
            0 => format!("{shown} (parsed, not run)"),
            1 => format!("{shown} and the file that it loads (parsed, not run)"),
            more => format!("{shown} and {more} files that it loads (parsed, not run)"),
        },
        from: None,
        to: None,
    });
    contrary(&analysis, &mut facts);
    facts.facts.extend(analysis.findings.into_iter().map(|finding| fact(context, finding)));
    facts
}

/// PythonAnywhere wants `application` in its WSGI file; elsewhere the file's own text says what it
/// is, because the server's command that names the callable may not be at hand.
///
/// `None`: a module of a package that is neither started nor makes an app; as a script it would fail
/// for reasons that its server never meets.
fn entry_options(context: &Context, wsgi: &Path) -> Option<EntryOptions> {
    let mut site = EntryOptions::for_site(wsgi, &context.site, &context.rules);
    if site.threads.is_none() && context.site.server_config.iter().any(|path| without_threads(path))
    {
        site.threads = Some(false);
    }
    if context.rules.platform_is(context.site.platform_id(), "pythonanywhere") {
        return Some(site);
    }
    if wsgi.file_name().is_some_and(|name| name == "manage.py") {
        return Some(EntryOptions { kind: EntryKind::DjangoManage, ..site });
    }
    // A start command or a server's configuration says what is asked for: the module's name and the
    // object in it.
    let starts = context.site.project.as_deref().map(entries::named).unwrap_or_default();
    if let Some(start) = starts.into_iter().find(|start| same_file(&start.file, wsgi)) {
        return Some(EntryOptions {
            entry: start.options.entry,
            application: start.options.application,
            interface: start.options.interface,
            kind: start.options.kind,
            extra_path: start.options.extra_path,
            ..site
        });
    }
    match entry_point(wsgi, true) {
        Some(point) => {
            let own = options_for(&point);
            Some(EntryOptions {
                application: own.application,
                interface: own.interface,
                kind: own.kind,
                ..site
            })
        }
        None if wsgi.with_file_name("__init__.py").is_file() => None,
        None => Some(EntryOptions { kind: EntryKind::Script, ..site }),
    }
}

/// A Django project of which no WSGI file was found: its `manage.py` loads the same settings.
fn manage(context: &Context) -> Option<std::path::PathBuf> {
    let file = context.site.project.as_ref()?.join("manage.py");
    std::fs::read_to_string(&file)
        .is_ok_and(|text| text.contains("execute_from_command_line"))
        .then_some(file)
}

fn same_file(a: &Path, b: &Path) -> bool {
    a == b || std::fs::canonicalize(a).is_ok_and(|a| std::fs::canonicalize(b).is_ok_and(|b| a == b))
}

/// A uWSGI configuration that switches no threads on (older versions then run none:
/// <https://uwsgi-docs.readthedocs.io/en/latest/ThingsToKnow.html>).
fn without_threads(path: &Path) -> bool {
    let small = std::fs::metadata(path).is_ok_and(|meta| meta.len() < 256 * 1024);
    small
        && std::fs::read_to_string(path).is_ok_and(|text| {
            text.contains("[uwsgi]")
                && !text.lines().any(|line| {
                    let line = line.trim_start();
                    line.starts_with("enable-threads") || line.starts_with("threads")
                })
        })
}

/// A lint's finding as a fact of the engine.
pub(super) fn fact(context: &Context, mut finding: LintFinding) -> Fact {
    let mut fact = Fact::new(Source::Code, finding.excerpt.clone());
    let file =
        crate::site::on_server(context.site.root.as_deref(), Path::new(&*finding.place.file));
    // The texts of fixes speak of {file} and {line}, as they do for a traceback's last frame.
    finding.captures.entry("file".to_owned()).or_insert_with(|| file.clone());
    if let Some(line) = finding.place.line {
        finding.captures.entry("line".to_owned()).or_insert_with(|| line.to_string());
    }
    fact.matches = context.rules.match_lint(finding.name, finding.cause, &finding.captures);
    fact.place = Some(Place { file: file.into(), ..finding.place });
    fact.certainty = finding.certainty;
    fact.lint = Some(finding.name.to_owned());
    fact.severity = Some(finding.severity);
    fact.note = Some(finding.message);
    fact.edits = finding.edits;
    fact
}

/// What a complete reading of the code rules out.
fn contrary(analysis: &Analysis, facts: &mut Facts) {
    if !analysis.complete {
        return;
    }
    let found = |names: &[&str]| {
        analysis
            .findings
            .iter()
            .any(|finding| finding.severity == Severity::Error && names.contains(&finding.name))
    };
    let files = analysis.loaded.len();
    let mut rule_out = |cause: &str, reason: String| {
        facts.contrary.push(Contrary { cause: cause.to_owned(), reason });
    };
    if !found(&["syntax-error", "syntax-too-new", "python2-code"]) {
        let what = if files < 2 {
            "the file was parsed".to_owned()
        } else {
            format!("all {files} files that it loads were parsed")
        };
        rule_out("wsgi-syntax-error", what);
    }
    if !found(&["server-at-import"]) {
        rule_out("dev-server-run", "no server is started at import".to_owned());
    }
    if !found(&["port-bind"]) {
        rule_out("manual-port-bind", "no port is bound at import".to_owned());
    }
    if analysis.has_application {
        rule_out(
            "application-missing",
            "the file defines the callable that the server wants".to_owned(),
        );
    }
}
