//! `diagnose lint`: the static checks alone, for CI and editors. No network.

use std::fs;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::args::{FormatArg, LintArgs};
use super::diagnose::rules;
use super::exit::Exit;
use super::failure::Failure;
use super::typed::Typed;
use super::{baseline, config, output, plan};
use crate::checks::entries;
use crate::model::{
    Confidence, Evidence, Examined, Finding, Fix, Report, Safety, Severity, Skipped, Source, State,
    Verdict,
};
use crate::procfile;
use crate::python::entry::EntryOptions;
use crate::python::entry_points;
use crate::python::fix;
use crate::python::lint_run::{LintOptions, LintOutcome, NamedEntry, run as lint, wanted};
use crate::python::lints::{LINTS, LintDoc, LintFinding, lint as lint_by_name};
use crate::python::suppress::selects;
use crate::report::json::empty_report;
use crate::rules::Rules;
use crate::rules::schema::Cause;

/// Rules, loaded when first needed: a clean file in an editor needs none of them.
struct LazyRules<'a> {
    folder: Option<&'a Path>,
    loaded: OnceLock<Arc<Rules>>,
}

impl<'a> LazyRules<'a> {
    fn new(folder: Option<&'a Path>) -> Result<Self, Failure> {
        let lazy = Self { folder, loaded: OnceLock::new() };
        // A folder of the user's may be broken: that is to be said in any case.
        if folder.is_some() {
            lazy.get()?;
        }
        Ok(lazy)
    }

    fn get(&self) -> Result<&Rules, Failure> {
        if let Some(loaded) = self.loaded.get() {
            return Ok(loaded);
        }
        let loaded = rules(self.folder)?;
        Ok(self.loaded.get_or_init(|| loaded))
    }

    /// Where a cause is documented. Of the binary's own rules only that file is read.
    fn docs(&self, slug: &str) -> Vec<String> {
        let urls = |cause: &Cause| cause.docs.iter().take(1).map(|doc| doc.url.clone()).collect();
        match self.loaded.get() {
            Some(rules) => rules.cause(slug).map(urls),
            None => Rules::embedded_cause(slug).as_ref().map(urls),
        }
        .unwrap_or_default()
    }
}

/// Runs the sub-command.
pub(super) fn run(args: &LintArgs) -> anyhow::Result<Exit> {
    output::check(&args.output)?;
    let typed = Typed::read(args)?;
    let paths = match &typed {
        Some(typed) => vec![typed.unsaved.file.clone()],
        None if args.paths.is_empty() => vec![PathBuf::from(".")],
        None => args.paths.clone(),
    };
    if let Some(missing) = paths.iter().find(|path| typed.is_none() && !path.exists()) {
        return Err(Failure::new(format!("{}: no such file or folder", missing.display())).into());
    }
    let settings = config::load(&args.control, &paths[0])?;
    let mut control = args.control.clone();
    settings.fill(&mut control);
    let rules = LazyRules::new(control.rules.as_deref())?;
    let mut options = options(args, &settings, &rules)?;
    options.select.clone_from(&control.select);
    options.ignore.clone_from(&control.ignore);
    options.unsaved = typed.as_ref().map(|typed| typed.unsaved.clone());
    let unknown = crate::python::suppress::unknown(
        &options
            .select
            .iter()
            .chain(&options.ignore)
            .chain(options.per_file_ignores.iter().flat_map(|(_, codes)| codes))
            .cloned()
            .collect::<Vec<_>>(),
    );
    if let Some(name) = unknown.iter().find(|name| !procfile::selectable(name)) {
        return Err(Failure::new(format!("{name}: no lint or cause of that name"))
            .hint("diagnose explain lists all")
            .into());
    }
    let (start_files, paths): (Vec<PathBuf>, Vec<PathBuf>) =
        paths.into_iter().partition(|path| path.is_file() && procfile::is_start_file(path));
    if paths.iter().any(|path| path.is_dir()) {
        options.entries = configured(&settings).into_iter().collect();
        options.starts = Some(entries::named);
        options.stated_python = Some(procfile::stated_python);
    }
    let mut outcome = lint(&paths, &options);
    if args.fix || args.diff {
        let edits: Vec<_> =
            outcome.findings.iter().flat_map(|found| found.edits.iter().cloned()).collect();
        let mut changes =
            fix::plan(&edits, args.unsafe_fixes, options.python, options.unsaved.as_ref());
        // An editor asked for its own text; the modules that it imports stay as they are.
        if let Some(typed) = &typed {
            changes.retain(|change| change.path == typed.unsaved.file);
        }
        if args.diff {
            let mut stdout = std::io::stdout().lock();
            for change in &changes {
                let diff = change.diff();
                // A program that applies it needs every byte; a terminal must obey none of them.
                if stdout.is_terminal() {
                    let shown = String::from_utf8_lossy(&diff);
                    stdout.write_all(crate::text::terminal_lines(&shown).join("\n").as_bytes())?;
                    stdout.write_all(b"\n")?;
                } else {
                    stdout.write_all(&diff)?;
                }
            }
            return Ok(if changes.is_empty() { Exit::Clean } else { Exit::Findings });
        }
        match &typed {
            Some(typed) => typed.print(&changes)?,
            None => {
                for change in &changes {
                    fix::write(change).map_err(|error| {
                        Failure::new(format!("--fix {}: {error}", change.path.display()))
                    })?;
                }
            }
        }
        if !changes.is_empty() {
            outcome = lint(&paths, &options);
            let mut stderr = std::io::stderr().lock();
            writeln!(stderr, "fixed {}", counted(changes.len(), "file"))?;
        }
    }
    let mut start = start_commands(args, &start_files, &paths);
    start.retain(|found| wanted(found, &options));
    // The start command's own check speaks of the name that the module does not have.
    outcome.findings.retain(|found| {
        found.cause != Some("application-missing")
            || !start.iter().any(|said| said.message.ends_with(&found.message))
    });
    outcome.findings.extend(start);
    if let Some(file) = &args.baseline {
        baseline::apply(file, &mut outcome.findings)?;
    }
    let mut out_args = args.output.clone();
    out_args.format = out_args.format.or(settings.format);
    let mut report = report(outcome, &rules);
    report.evaluated = evaluated(&options);
    let reports = vec![report];
    if out_args.format.is_none() {
        out_args.format = Some(FormatArg::Text);
    }
    if typed.is_some() && args.fix {
        // The fixed code is what stands on standard output.
        let left = reports[0].findings.len();
        if left > 0 {
            let left = counted(left, "finding");
            let told = "leave --fix out to see";
            writeln!(std::io::stderr(), "{left} cannot be fixed here; {told}")?;
        }
    } else {
        output::write(&reports, &out_args)?;
    }
    Ok(output::exit(&reports, &control))
}

/// The entry point that the configuration file names.
fn configured(settings: &config::Settings) -> Option<NamedEntry> {
    let wsgi = settings.wsgi.as_ref().filter(|path| path.is_file())?;
    let options = entry_points::entry_point(wsgi, true)
        .as_ref()
        .map_or_else(|| EntryOptions::for_file(wsgi), entry_points::options_for);
    Some(NamedEntry { options, file: wsgi.clone() })
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
    let folders = paths.iter().filter(|path| path.is_dir());
    found.extend(folders.flat_map(|dir| entries::absent(dir)));
    found.extend(files.iter().flat_map(|file| procfile::check_file(file, &options)));
    let folders = paths.iter().filter(|path| path.is_dir());
    let mut read: Vec<String> = folders.flat_map(|dir| procfile::start_files(dir)).collect();
    read.extend(files.iter().map(|file| file.display().to_string()));
    procfile::heed(found, &read)
}

fn options(
    args: &LintArgs,
    settings: &config::Settings,
    rules: &LazyRules<'_>,
) -> Result<LintOptions, Failure> {
    let platform = args.platform.as_deref().or(settings.platform.as_deref());
    let profile = match platform {
        Some(name) => {
            let rules = rules.get()?;
            let id = plan::platform(name, rules)?;
            rules.platform(id.as_str())
        }
        None => None,
    };
    let threads = profile.map(|profile| !profile.forbids.iter().any(|word| word == "threads"));
    let container = profile.is_none_or(|profile| profile.family.as_deref() == Some("container"));
    let python = args.python_version.as_deref().or(settings.python_version.as_deref());
    Ok(LintOptions {
        python: python.map(plan::python_version).transpose()?,
        virtualenv: args.virtualenv.clone().or_else(|| settings.virtualenv.clone()),
        root: args.root.clone(),
        cwd: args.project.clone().or_else(|| container_folder(args).filter(|_| container)),
        threads,
        last: true,
        per_file_ignores: settings.per_file_ignores.clone(),
        ..LintOptions::default()
    })
}

/// Where the commands of a Procfile start, unless they go elsewhere: in its own folder.
fn container_folder(args: &LintArgs) -> Option<PathBuf> {
    let folder = match args.paths.as_slice() {
        [] => PathBuf::from("."),
        [path] => path.clone(),
        _ => return None,
    };
    let text = fs::read_to_string(folder.join("Procfile")).ok()?;
    let stays = !["cd ", "chdir", "app-dir"].iter().any(|word| text.contains(word));
    stays.then(|| fs::canonicalize(&folder).ok()).flatten()
}

/// The lints that were looked for.
fn evaluated(options: &LintOptions) -> Vec<String> {
    let names = |selectors: &[String], doc: &LintDoc| {
        selectors.iter().any(|selector| selects(selector, doc.code, doc.name, doc.cause))
    };
    LINTS
        .iter()
        .map(|lint| lint.doc)
        .filter(|doc| options.select.is_empty() || names(&options.select, doc))
        .filter(|doc| !names(&options.ignore, doc))
        .map(|doc| doc.code.to_owned())
        .collect()
}

/// `1 file`, `2 files`.
fn counted(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// The lints as the report that every format knows.
fn report(outcome: LintOutcome, rules: &LazyRules<'_>) -> Report {
    let findings: Vec<Finding> =
        outcome.findings.into_iter().map(|found| finding(found, rules)).collect();
    let broken = findings.iter().any(|finding| finding.severity == Severity::Error);
    let mut skipped: Vec<Skipped> = outcome
        .notes
        .into_iter()
        .map(|missing| Skipped { check: "code".to_owned(), missing })
        .collect();
    skipped.dedup();
    Report {
        examined: vec![Examined {
            check: "code".to_owned(),
            what: format!(
                "{}, {}",
                counted(outcome.files_checked, "Python file"),
                counted(outcome.entry_points.len(), "entry point")
            ),
            from: None,
            to: None,
        }],
        skipped,
        findings,
        ..empty_report(
            env!("CARGO_PKG_VERSION"),
            if broken { Verdict::Broken } else { Verdict::Unknown },
        )
    }
}

fn finding(found: LintFinding, rules: &LazyRules<'_>) -> Finding {
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
            .or_else(|| procfile::doc(found.name).map(|doc| doc.summary))
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
        docs: found.cause.map(|slug| rules.docs(slug)).unwrap_or_default(),
        captures: found.captures,
    }
}
