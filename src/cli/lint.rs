//! `diagnose lint`: the static checks alone, for CI and editors. No network.

use std::io::Write as _;
use std::path::PathBuf;

use super::args::{FormatArg, LintArgs};
use super::diagnose::rules;
use super::exit::Exit;
use super::failure::Failure;
use super::{baseline, config, output, plan};
use crate::engine::EngineOptions;
use crate::model::{
    Confidence, Evidence, Examined, Facts, Finding, Fix, Report, Safety, Severity, Site, Source,
    State, Verdict,
};
use crate::procfile;
use crate::python::fix;
use crate::python::lint_run::{LintOptions, LintOutcome, run as lint};
use crate::python::lints::{LintFinding, lint as lint_by_name};
use crate::rules::Rules;

/// Runs the sub-command.
pub(super) fn run(args: &LintArgs) -> anyhow::Result<Exit> {
    let paths = if args.paths.is_empty() { vec![PathBuf::from(".")] } else { args.paths.clone() };
    if let Some(missing) = paths.iter().find(|path| !path.exists()) {
        return Err(Failure::new(format!("{}: no such file or folder", missing.display())).into());
    }
    let settings = config::load(&args.control, &paths[0])?;
    let mut control = args.control.clone();
    settings.fill(&mut control);
    let rules = rules(control.rules.as_deref())?;
    let mut options = options(args, &settings, &rules)?;
    options.select.clone_from(&control.select);
    options.ignore.clone_from(&control.ignore);
    let unknown = crate::python::suppress::unknown(
        &options.select.iter().chain(&options.ignore).cloned().collect::<Vec<_>>(),
    );
    if let Some(name) = unknown.first() {
        return Err(Failure::new(format!("{name}: no lint or cause of that name"))
            .hint("diagnose explain lists all")
            .into());
    }
    let (start_files, paths): (Vec<PathBuf>, Vec<PathBuf>) =
        paths.into_iter().partition(|path| path.is_file() && procfile::is_start_file(path));
    let mut outcome = lint(&paths, &options);
    if args.fix || args.diff {
        let edits: Vec<_> =
            outcome.findings.iter().flat_map(|found| found.edits.iter().cloned()).collect();
        let changes = fix::plan(&edits, args.unsafe_fixes, options.python);
        if args.diff {
            let mut stdout = std::io::stdout().lock();
            for change in &changes {
                stdout
                    .write_all(crate::text::terminal_lines(&change.diff()).join("\n").as_bytes())?;
                stdout.write_all(b"\n")?;
            }
            return Ok(if changes.is_empty() { Exit::Clean } else { Exit::Findings });
        }
        for change in &changes {
            fix::write(change).map_err(|error| {
                Failure::new(format!("--fix {}: {error}", change.path.display()))
            })?;
        }
        if !changes.is_empty() {
            outcome = lint(&paths, &options);
            let mut stderr = std::io::stderr().lock();
            writeln!(stderr, "fixed {} file(s)", changes.len())?;
        }
    }
    let mut start = start_commands(args, &start_files, &paths);
    start.retain(|found| kept(found, &control));
    outcome.findings.extend(start);
    if let Some(file) = &args.baseline {
        baseline::apply(file, &mut outcome.findings)?;
    }
    let mut out_args = args.output.clone();
    out_args.format = out_args.format.or(settings.format);
    let report = report(outcome, &rules);
    let reports = vec![report];
    if out_args.format.is_none() {
        out_args.format = Some(FormatArg::Text);
    }
    output::write(&reports, &out_args)?;
    Ok(output::exit(&reports, &control))
}

/// Procfiles and manifests that are named, and those at the top of the folders.
fn start_commands(args: &LintArgs, files: &[PathBuf], paths: &[PathBuf]) -> Vec<LintFinding> {
    let options = procfile::Options {
        platform: args.platform.clone(),
        project: args.project.clone(),
        ..procfile::Options::default()
    };
    let folders = paths.iter().filter(|path| path.is_dir());
    let mut found: Vec<LintFinding> =
        folders.flat_map(|dir| procfile::check_folder(dir, &options)).collect();
    found.extend(files.iter().flat_map(|file| procfile::check_file(file, &options)));
    found
}

fn kept(found: &LintFinding, control: &super::args::ControlArgs) -> bool {
    let named = |list: &[String]| {
        list.iter().any(|name| {
            name == "ALL"
                || found.code.starts_with(name.as_str())
                || name == found.name
                || Some(name.as_str()) == found.cause
        })
    };
    (control.select.is_empty() || named(&control.select)) && !named(&control.ignore)
}

fn options(
    args: &LintArgs,
    settings: &config::Settings,
    rules: &Rules,
) -> Result<LintOptions, Failure> {
    let platform = args.platform.as_deref().or(settings.platform.as_deref());
    let platform = platform.map(|name| plan::platform(name, rules)).transpose()?;
    let python = args.python_version.as_deref().or(settings.python_version.as_deref());
    let threads = platform
        .and_then(|id| rules.platform(id.as_str()))
        .map(|profile| !profile.forbids.iter().any(|word| word == "threads"));
    Ok(LintOptions {
        python: python.map(plan::python_version).transpose()?,
        virtualenv: args.virtualenv.clone(),
        root: args.root.clone(),
        cwd: args.project.clone(),
        threads,
        per_file_ignores: settings.per_file_ignores.clone(),
        ..LintOptions::default()
    })
}

/// The lints as the report that every format knows.
fn report(outcome: LintOutcome, rules: &Rules) -> Report {
    let mut facts = Facts::default();
    facts.examined.push(Examined {
        check: "code".to_owned(),
        what: format!(
            "{} Python {}, {} entry {}",
            outcome.files_checked,
            if outcome.files_checked == 1 { "file" } else { "files" },
            outcome.entry_points.len(),
            if outcome.entry_points.len() == 1 { "point" } else { "points" }
        ),
        from: None,
        to: None,
    });
    for note in outcome.notes {
        facts.skipped.push(crate::model::Skipped { check: "code".to_owned(), missing: note });
    }
    let mut report =
        crate::engine::conclude(facts, &Site::default(), rules, &EngineOptions::default());
    report.next_check = None;
    report.support.clear();
    report.findings = outcome.findings.into_iter().map(|found| finding(found, rules)).collect();
    report.verdict = if report.findings.iter().any(|f| f.severity == Severity::Error) {
        Verdict::Broken
    } else {
        Verdict::Unknown
    };
    report
}

fn finding(found: LintFinding, rules: &Rules) -> Finding {
    let cause = found.cause.and_then(|slug| rules.cause(slug));
    let doc = lint_by_name(found.name).map(|lint| lint.doc);
    let safety = found.edits.iter().map(|edit| edit.safety).max();
    let fixes = if found.edits.is_empty() {
        Vec::new()
    } else {
        let text = match safety {
            Some(Safety::Unsafe) => "diagnose lint --fix --unsafe-fixes makes this change.",
            _ => "diagnose lint --fix makes this change.",
        };
        vec![Fix {
            text: text.to_owned(),
            command: None,
            verify: None,
            safety,
            edits: found.edits.clone(),
        }]
    };
    Finding {
        cause: found.cause.map(str::to_owned),
        lint: Some(found.code.to_owned()),
        title: doc
            .map(|doc| doc.summary)
            .or_else(|| procfile::title(found.name))
            .map_or_else(|| found.message.clone(), str::to_owned),
        severity: found.severity,
        state: State::Current,
        confidence: Confidence(found.certainty),
        points: Vec::new(),
        evidence: vec![Evidence {
            source: Source::Code,
            place: Some(found.place),
            time: None,
            count: 1,
            last_time: None,
            excerpt: found.excerpt,
            label: None,
        }],
        why: found.message,
        explains: None,
        fixes,
        prevent: Vec::new(),
        consequences: Vec::new(),
        docs: cause
            .map(|cause| cause.docs.iter().map(|doc| doc.url.clone()).take(1).collect())
            .unwrap_or_default(),
        captures: found.captures,
    }
}
