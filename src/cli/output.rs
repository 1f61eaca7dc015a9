//! Writing reports: format, colour, width, files; and the exit code that they mean.

use std::io::{IsTerminal, Write};
use std::path::Path;

use anyhow::Context as _;

use super::account::without_token;
use super::args::{ColorArg, ControlArgs, FailOnArg, FlavorArg, FormatArg, OutputArgs};
use super::exit::Exit;
use super::failure::Failure;
use crate::model::{Confidence, Report, Severity, State, Verdict};
use crate::redact::{RedactOptions, Shareable, redact};
use crate::report::{Flavor, Format, Style, render, render_many};

impl From<FormatArg> for Format {
    fn from(arg: FormatArg) -> Self {
        match arg {
            FormatArg::Text => Self::Text,
            FormatArg::Concise => Self::Concise,
            FormatArg::Json => Self::Json,
            FormatArg::Markdown => Self::Markdown,
            FormatArg::Html => Self::Html,
            FormatArg::Sarif => Self::Sarif,
            FormatArg::Github => Self::Github,
            FormatArg::Gitlab => Self::Gitlab,
            FormatArg::Junit => Self::Junit,
            FormatArg::Reply => Self::Reply,
        }
    }
}

/// Refuses an `-o` that cannot work before anything is done or printed.
///
/// # Errors
/// An ending without a format, a folder that does not exist.
pub(super) fn check(output: &OutputArgs) -> Result<(), Failure> {
    for path in &output.output {
        format_of(path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            return Err(Failure::new(format!("-o {}: cannot be written", path.display()))
                .hint(format!("{} is no folder; make it first", folder.display())));
        }
    }
    Ok(())
}

/// Refuses an `-o` where the answer is words and not a report.
///
/// # Errors
/// An ending other than `.txt` and `.md`, a folder that does not exist.
pub(super) fn check_words(output: &OutputArgs) -> Result<(), Failure> {
    check(output)?;
    for path in &output.output {
        if !matches!(format_of(path)?, Format::Text | Format::Markdown) {
            return Err(Failure::new(format!("-o {}: this answer is text", path.display()))
                .hint("use .txt or .md; --format json prints JSON where there is one"));
        }
    }
    Ok(())
}

/// Writes an answer that is words to standard output and to every `-o`.
pub(super) fn words(text: &str, output: &OutputArgs) -> anyhow::Result<()> {
    for path in &output.output {
        std::fs::write(path, format!("{text}\n"))
            .with_context(|| format!("-o {}: cannot be written", path.display()))?;
    }
    let text =
        if style(output, false).unicode { text.to_owned() } else { crate::text::ascii(text) };
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.write_all(b"\n")?;
    Ok(())
}

/// Writes the reports to standard output and to every `-o`.
pub(super) fn write(reports: &[Report], output: &OutputArgs) -> anyhow::Result<()> {
    let format = output.format.map_or(Format::Text, Format::from);
    let terminal = std::io::stdout().is_terminal();
    // On a terminal the person looks at their own data; everywhere else it may be passed on.
    let shareable: Vec<Shareable> =
        reports.iter().map(|r| share(r.clone(), output, format, terminal)).collect();
    if output.quiet < 2 {
        let mut out = Vec::new();
        write_one(format, &shareable, &style(output, terminal), &mut out)?;
        let mut stdout = std::io::stdout().lock();
        stdout.write_all(&without_token(out))?;
        stdout.flush()?;
    }
    if format == Format::Github {
        step_summary(reports, output)?;
    }
    files(reports, output)
}

/// Writes the reports to every `-o`, without standard output.
pub(super) fn files(reports: &[Report], output: &OutputArgs) -> anyhow::Result<()> {
    for path in &output.output {
        let format = format_of(path)?;
        let shareable: Vec<Shareable> =
            reports.iter().map(|r| share(r.clone(), output, format, false)).collect();
        let mut out = Vec::new();
        // A file is read by another program or another person: never colour codes.
        let plain = Style { color: false, ..style(output, false) };
        colored::control::set_override(false);
        write_one(format, &shareable, &plain, &mut out)?;
        std::fs::write(path, without_token(out))
            .with_context(|| format!("-o {}: cannot be written", path.display()))?;
    }
    Ok(())
}

fn share(report: Report, output: &OutputArgs, format: Format, terminal: bool) -> Shareable {
    if output.no_redact {
        return Shareable::raw_unredacted(report);
    }
    let options = match format {
        Format::Text | Format::Concise if terminal => RedactOptions::terminal(),
        // What reads files by their paths needs them as they are.
        Format::Sarif | Format::Github | Format::Gitlab | Format::Junit => {
            RedactOptions::paths_stay()
        }
        _ => RedactOptions::shared(),
    };
    redact(report, &options)
}

fn write_one(
    format: Format,
    reports: &[Shareable],
    style: &Style,
    out: &mut Vec<u8>,
) -> anyhow::Result<()> {
    match reports {
        [one] => render(format, one, style, out)?,
        many => render_many(format, many, style, out)?,
    }
    Ok(())
}

/// Appends the Markdown report to the job's summary, where GitHub Actions offers one.
fn step_summary(reports: &[Report], output: &OutputArgs) -> anyhow::Result<()> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let shareable: Vec<Shareable> =
        reports.iter().map(|r| share(r.clone(), output, Format::Markdown, false)).collect();
    let mut out = Vec::new();
    write_one(Format::Markdown, &shareable, &style(output, false), &mut out)?;
    let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path)?;
    file.write_all(&without_token(out))?;
    Ok(())
}

fn format_of(path: &Path) -> Result<Format, Failure> {
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    Ok(match ending.as_str() {
        "md" | "markdown" => Format::Markdown,
        "html" | "htm" => Format::Html,
        "json" => Format::Json,
        "sarif" => Format::Sarif,
        "xml" => Format::Junit,
        "txt" | "text" => Format::Text,
        _ => {
            return Err(Failure::new(format!("-o {}: the ending tells no format", path.display()))
                .hint("use .md .html .json .sarif .xml or .txt"));
        }
    })
}

/// Colour, width and glyphs, decided once.
pub(super) fn style(output: &OutputArgs, terminal: bool) -> Style {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let color = match output.color {
        ColorArg::Always => true,
        ColorArg::Never => false,
        ColorArg::Auto if set("NO_COLOR") => false,
        ColorArg::Auto
            if ["CLICOLOR_FORCE", "FORCE_COLOR"].iter().any(|name| {
                std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0")
            }) =>
        {
            true
        }
        ColorArg::Auto => {
            terminal
                && std::env::var_os("CLICOLOR").is_none_or(|value| value != "0")
                && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        }
    };
    colored::control::set_override(color);
    let width = terminal
        .then(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))
        .flatten()
        .or_else(|| std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok()))
        .unwrap_or(80)
        .clamp(60, 120);
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let unicode = !output.ascii
        && locale.is_none_or(|name| {
            let name = name.to_lowercase();
            name.contains("utf-8") || name.contains("utf8") || !terminal
        });
    let (base, below) = repository();
    Style {
        color,
        width,
        unicode,
        verbose: output.verbose,
        quiet: output.quiet,
        markdown_flavor: match output.markdown_flavor {
            FlavorArg::Github => Flavor::Github,
            FlavorArg::Plain => Flavor::Plain,
        },
        budget: (output.budget > 0).then_some(output.budget),
        explain_ranking: output.explain_ranking,
        command: typed(terminal),
        base,
        below,
        ..Style::default()
    }
}

/// The repository that the current folder is in, and the current folder below it. CI shows paths
/// from the repository's root; where there is none, the current folder takes its place.
fn repository() -> (Option<String>, String) {
    let Ok(here) = std::env::current_dir() else { return (None, String::new()) };
    let root = here.ancestors().find(|dir| dir.join(".git").exists()).unwrap_or(&here);
    let below = here.strip_prefix(root).unwrap_or(Path::new(""));
    (Some(root.to_string_lossy().into_owned()), below.to_string_lossy().replace('\\', "/"))
}

/// What the person typed, without options about the output, and without what is done once or
/// does not end: the footer repeats it.
fn typed(terminal: bool) -> Option<String> {
    let mut words = vec!["diagnose".to_owned()];
    let mut skip = false;
    for word in std::env::args_os().skip(1) {
        let word = word.into_string().ok()?;
        if std::mem::take(&mut skip) {
            continue;
        }
        match word.as_str() {
            "--format" | "--output-format" | "-o" | "--output" | "--color" | "--bundle"
            | "--verify" => skip = true,
            "-v" | "-vv" | "-q" | "--verbose" | "--quiet" | "--explain-ranking" | "--ascii"
            | "--reload" | "--watch" | "--follow" => {}
            other
                if [
                    "--format=",
                    "--output-format=",
                    "--output=",
                    "--color=",
                    "--bundle=",
                    "--verify=",
                    "--watch=",
                ]
                .iter()
                .any(|option| other.starts_with(option)) => {}
            other => words.push(quoted(other)),
        }
    }
    let options = if terminal { RedactOptions::terminal() } else { RedactOptions::shared() };
    Some(crate::redact::redact_text(&words.join(" "), &options))
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=@%+,~".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// The exit code that the reports mean.
pub(super) fn exit(reports: &[Report], control: &ControlArgs) -> Exit {
    if control.exit_zero {
        return Exit::Clean;
    }
    let threshold = match control.fail_on.unwrap_or(FailOnArg::Error) {
        FailOnArg::Error => Severity::Error,
        FailOnArg::Warning => Severity::Warning,
        FailOnArg::Note => Severity::Note,
        FailOnArg::Never => return Exit::Clean,
    };
    let fails = reports.iter().any(|report| {
        report.findings.iter().any(|finding| {
            finding.state == State::Current
                && finding.severity >= threshold
                && finding.confidence.0 >= Confidence::ASSERTED
        }) || (threshold == Severity::Note && report.verdict == Verdict::Unknown)
    });
    if fails { Exit::Findings } else { Exit::Clean }
}
