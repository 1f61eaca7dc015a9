//! The command line: arguments, plan, one file per sub-command. Everything is wired here.

mod account;
pub mod args;
mod baseline;
mod bundle;
mod config;
mod demo;
mod diagnose;
mod diff;
mod exit;
mod explain;
mod explain_text;
mod failure;
mod lint;
mod output;
pub mod plan;
mod probe;
mod progress;
mod remote;
mod restarts;
mod rules_cmd;
mod self_check;
mod typed;
mod unpack;
mod verify;
mod watch;

use std::io::Write;

use clap::{CommandFactory, Parser};

pub use account::Before;
use args::{Args, Command};
pub use diagnose::{DiagnoseInput, diagnose_args, diagnose_site};
pub use exit::Exit;
pub use failure::Failure;

/// `-h`: what most people need, on one screen; `--help` has everything. By sub-command; without one the first.
const SHORT_HELP: &[(&str, &str)] = &[
    ("", include_str!("short_help/diagnose.txt")),
    ("lint", include_str!("short_help/lint.txt")),
    ("probe", include_str!("short_help/probe.txt")),
    ("restarts", include_str!("short_help/restarts.txt")),
];

/// Parses, runs, prints. Never panics on input; a closed pipe is a clean end.
pub fn run<I, T>(argv: I) -> Exit
where
    I: IntoIterator<Item = T>,
    T: Into<std::ffi::OsString> + Clone,
{
    let argv: Vec<std::ffi::OsString> = argv.into_iter().map(Into::into).collect();
    let args = match Args::try_parse_from(&argv) {
        Ok(args) => args,
        Err(error) => return refused(&error, &argv),
    };
    match dispatch(args) {
        Ok(exit) => exit,
        Err(error) if is_closed_pipe(&error) => Exit::Clean,
        Err(error) => {
            let mut stderr = std::io::stderr().lock();
            // Each hint is a line of its own; what arguments carry is escaped within its line.
            let lines = match error.downcast_ref::<Failure>() {
                Some(failure) => std::iter::once(failure.message.clone())
                    .chain(failure.hints.iter().map(|hint| format!("  {hint}")))
                    .collect(),
                None => vec![format!("{error:#}")],
            };
            for (at, line) in lines.iter().enumerate() {
                let program = if at == 0 { "diagnose: " } else { "" };
                let _ = writeln!(stderr, "{program}{}", crate::text::terminal(line));
            }
            Exit::Failed
        }
    }
}

/// What the parser answers by itself: help, the version, or why it does not understand.
fn refused(error: &clap::Error, argv: &[std::ffi::OsString]) -> Exit {
    use clap::error::ErrorKind;
    let program = Args::command();
    let named = argv.iter().skip(1).find_map(|word| program.find_subcommand(word));
    let named = named.map_or("", |command| command.get_name());
    let short = SHORT_HELP
        .iter()
        .find(|(name, _)| *name == named)
        .filter(|_| argv.iter().any(|word| word == "-h"));
    // Nobody reads it when the stream is closed.
    if let Some((_, text)) = short
        && error.kind() == ErrorKind::DisplayHelp
    {
        let _ = std::io::stdout().write_all(text.as_bytes());
    } else {
        let _ = error.print();
    }
    if error.kind() == ErrorKind::ArgumentConflict {
        let _ = writeln!(std::io::stderr(), "Leave out one of the two.");
    }
    // Help and version are answers, not failures.
    if error.use_stderr() { Exit::Failed } else { Exit::Clean }
}

fn dispatch(args: Args) -> anyhow::Result<Exit> {
    let mut stdout = std::io::stdout().lock();
    match args.command {
        None => diagnose::run(&args.diagnose),
        Some(Command::Lint(args)) => lint::run(&args),
        Some(Command::Probe(args)) => probe::run(&args),
        Some(Command::Restarts(args)) => restarts::run(&args),
        Some(Command::Explain(args)) => explain::run(&args),
        Some(Command::Rules(args)) => rules_cmd::run(args.what.as_ref()),
        Some(Command::Demo(args)) => demo::run(&args),
        Some(Command::Diff(args)) => diff::run(&args),
        Some(Command::Schema) => {
            stdout.write_all(crate::report::json::SCHEMA.as_bytes())?;
            Ok(Exit::Clean)
        }
        Some(Command::SelfCheck) => self_check::run(),
        Some(Command::Completions { shell }) => {
            let mut out = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "diagnose", &mut out);
            stdout.write_all(&out)?;
            Ok(Exit::Clean)
        }
        Some(Command::Man) => {
            let mut out = Vec::new();
            clap_mangen::Man::new(Args::command()).render(&mut out)?;
            stdout.write_all(&out)?;
            Ok(Exit::Clean)
        }
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    })
}
