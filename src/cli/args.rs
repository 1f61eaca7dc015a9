//! What can be typed. Validated by clap, resolved by `plan`; nothing here touches files.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

/// Says what is wrong with a hosted Python web app, ranked and with evidence, and how to fix it.
#[derive(Debug, Parser)]
#[command(
    name = "diagnose",
    version,
    about,
    long_about = "Says what is wrong with a hosted Python web app, ranked and with evidence, and how to fix it.\n\nReads logs, code (parsed, never run), server configuration and, on the hosting machine or for a URL that you give, the site itself. Nothing is uploaded.",
    subcommand_precedence_over_arg = true,
    args_conflicts_with_subcommands = true,
    max_term_width = 80,
    after_long_help = AFTER_HELP
)]
pub struct Args {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub diagnose: DiagnoseArgs,
}

const AFTER_HELP: &str = "\
Examples:
  diagnose                                    on the hosting console: find everything
  diagnose --error-log error.log --symptom 500
  heroku logs -n 1500 | diagnose -
  diagnose lint wsgi.py --format github

Exit codes: 0 nothing at or above --fail-on; 1 a finding at or above it;
2 the job could not be done; 130 interrupted.
Environment: NO_COLOR, CLICOLOR, CLICOLOR_FORCE, FORCE_COLOR,
DIAGNOSE_FORMAT, API_TOKEN (for --remote and --reload), DIAGNOSE_API_BASE
(for tests only: another address of the API, loopback only).";

/// Sub-commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check Python code only, for CI and editors; no network
    Lint(LintArgs),
    /// Time and classify a site
    Probe(ProbeArgs),
    /// Where containers stand in the platform's restart policy
    Restarts(RestartsArgs),
    /// Explain a cause, a lint, an error code or a log line
    Explain(ExplainArgs),
    /// List the rules, or check a folder of them
    Rules(RulesArgs),
    /// Diagnose a broken site that the program carries
    Demo(DemoArgs),
    /// Compare two JSON reports
    Diff(DiffArgs),
    /// Print the JSON Schema of reports
    Schema,
    /// Check the program itself: rules, examples, TLS roots
    SelfCheck,
    /// Print shell completions
    Completions {
        /// bash, zsh, fish, elvish or powershell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// `diagnose [INPUT…]`.
#[derive(Debug, Clone, Default, ClapArgs)]
pub struct DiagnoseArgs {
    /// A domain or URL, a directory, log files, a WSGI file, a bundle (.zip), or - for standard input
    #[arg(value_name = "INPUT")]
    pub inputs: Vec<String>,
    #[command(flatten)]
    pub files: InputArgs,
    #[command(flatten)]
    pub probe: ProbeFlags,
    #[command(flatten)]
    pub live: LiveFlags,
    #[command(flatten)]
    pub keep: KeepFlags,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub control: ControlArgs,
}

/// Inputs by kind.
#[derive(Debug, Clone, Default, ClapArgs)]
#[command(next_help_heading = "Input")]
pub struct InputArgs {
    /// The app's error log (repeatable)
    #[arg(long, value_name = "FILE")]
    pub error_log: Vec<PathBuf>,
    /// The app server's log: uWSGI, gunicorn (repeatable)
    #[arg(long, value_name = "FILE")]
    pub server_log: Vec<PathBuf>,
    /// An access log (repeatable)
    #[arg(long, value_name = "FILE")]
    pub access_log: Vec<PathBuf>,
    /// nginx's or Apache's error log (repeatable)
    #[arg(long, value_name = "FILE")]
    pub nginx_log: Vec<PathBuf>,
    /// A container platform's log or deployment output (repeatable)
    #[arg(long, value_name = "FILE")]
    pub platform_log: Vec<PathBuf>,
    /// The WSGI file
    #[arg(long, value_name = "FILE")]
    pub wsgi: Option<PathBuf>,
    /// The Procfile
    #[arg(long, value_name = "FILE")]
    pub procfile: Option<PathBuf>,
    /// Platform events: JSON of the API, or the text of `scalingo timeline`
    #[arg(long, value_name = "FILE")]
    pub events: Vec<PathBuf>,
    /// nginx site, uwsgi.ini, gunicorn.conf.py or systemd unit (repeatable)
    #[arg(long, value_name = "FILE")]
    pub server_config: Vec<PathBuf>,
    /// The project folder
    #[arg(long, value_name = "DIR")]
    pub project: Option<PathBuf>,
    /// The virtualenv of the web app
    #[arg(long, value_name = "DIR")]
    pub virtualenv: Option<PathBuf>,
    /// A copied file tree of the machine
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// Read logs, WSGI file and settings through PythonAnywhere's API (token in API_TOKEN)
    #[arg(long, conflicts_with_all = ["root", "error_log", "server_log", "access_log", "nginx_log", "platform_log", "wsgi", "procfile", "events", "server_config", "project"])]
    pub remote: bool,
    /// The account on PythonAnywhere, for --remote and --reload with a domain of your own
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// Python of the web app, such as 3.11
    #[arg(long, value_name = "X.Y")]
    pub python_version: Option<String>,
    /// pythonanywhere, scalingo, heroku, render, fly, railway, uwsgi, gunicorn, mod-wsgi, generic
    #[arg(long, value_name = "NAME")]
    pub platform: Option<String>,
    /// What you see: reload-error, slow, timeout, crash-loop, ok, or a status (repeatable)
    #[arg(long, value_name = "WHAT")]
    pub symptom: Vec<String>,
    /// The HTTP status that visitors get; the same as --symptom N
    #[arg(long, value_name = "N")]
    pub status: Vec<u16>,
    /// Only log lines since then: 2h, 3d, or a time
    #[arg(long, value_name = "WHEN")]
    pub since: Option<String>,
    /// Only log lines until then
    #[arg(long, value_name = "WHEN")]
    pub until: Option<String>,
    /// Take this as the current time (RFC 3339)
    #[arg(long, value_name = "TIME")]
    pub now: Option<String>,
    /// Zone of log stamps that carry none, such as UTC or Europe/Paris
    #[arg(long, value_name = "ZONE")]
    pub tz: Option<String>,
}

impl InputArgs {
    /// Some input was named by a flag.
    pub(super) fn any(&self) -> bool {
        let paths = [
            &self.error_log,
            &self.server_log,
            &self.access_log,
            &self.nginx_log,
            &self.platform_log,
            &self.events,
            &self.server_config,
        ];
        paths.iter().any(|list| !list.is_empty())
            || [&self.wsgi, &self.procfile, &self.project, &self.root].iter().any(|p| p.is_some())
            || self.remote
    }
}

/// The probe.
#[derive(Debug, Clone, Default, ClapArgs)]
#[command(next_help_heading = "Probe")]
pub struct ProbeFlags {
    /// Probe this URL; it must be your own site
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Send no request at all
    #[arg(long, conflicts_with_all = ["url", "hits", "timeout", "insecure"])]
    pub no_probe: bool,
    /// Most requests to send [default: 3]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=20))]
    pub hits: Option<u32>,
    /// Seconds to wait for one answer
    #[arg(long, value_name = "S", value_parser = seconds, allow_hyphen_values = true)]
    pub timeout: Option<f64>,
    /// Go on in spite of a bad certificate (it is still reported)
    #[arg(long)]
    pub insecure: bool,
}

/// What is done to the site, and what goes on after the first report.
#[derive(Debug, Clone, Default, ClapArgs)]
#[command(next_help_heading = "Probe")]
pub struct LiveFlags {
    /// Reload the web app first, through PythonAnywhere's API (token in API_TOKEN)
    #[arg(long)]
    pub reload: bool,
    /// Probe again on each reload until the site is green; at most so many minutes (default 15)
    #[arg(long, value_name = "MINUTES", num_args = 0..=1, require_equals = true, default_missing_value = "15", conflicts_with_all = ["no_probe", "follow"])]
    pub watch: Option<f64>,
    /// Keep reading the logs and print new findings
    #[arg(long, conflicts_with = "remote")]
    pub follow: bool,
}

/// What is kept of a diagnosis, and what it is held against.
#[derive(Debug, Clone, Default, ClapArgs)]
#[command(next_help_heading = "Output")]
pub struct KeepFlags {
    /// Write the report, the logs and the code into a .zip for support, secrets taken out
    #[arg(long, value_name = "FILE.zip", conflicts_with_all = ["watch", "follow"])]
    pub bundle: Option<PathBuf>,
    /// After a fix: say what became of the findings of this earlier report
    #[arg(long, value_name = "REPORT.json", conflicts_with_all = ["watch", "follow"])]
    pub verify: Option<PathBuf>,
}

/// A span that can be waited for.
fn seconds(text: &str) -> Result<f64, String> {
    let span = text.parse::<f64>().ok().filter(|span| *span > 0.0 && *span <= 3_600.0);
    span.ok_or_else(|| "give seconds above 0, at most 3600, such as 30".to_owned())
}

/// A number of characters.
fn characters(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "give a number of characters, such as 30000; 0: no limit".to_owned())
}

/// Output.
#[derive(Debug, Clone, Default, ClapArgs)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Format of standard output
    #[arg(
        long,
        visible_alias = "output-format",
        value_enum,
        env = "DIAGNOSE_FORMAT",
        value_name = "FORMAT"
    )]
    pub format: Option<FormatArg>,
    /// Also write the report there; format from the ending: .md .html .json .sarif .xml .txt
    #[arg(short, long, value_name = "FILE")]
    pub output: Vec<PathBuf>,
    /// github (tables, folding) or plain (for forums)
    #[arg(
        long,
        value_enum,
        value_name = "FLAVOR",
        default_value = "github",
        hide_short_help = true
    )]
    pub markdown_flavor: FlavorArg,
    /// Most characters of a Markdown report; 0: no limit
    #[arg(long, value_name = "N", default_value_t = 30_000, value_parser = characters, hide_short_help = true)]
    pub budget: usize,
    /// Leave secrets and personal data in
    #[arg(long, hide_short_help = true)]
    pub no_redact: bool,
    /// Print the points of every finding
    #[arg(long, hide_short_help = true)]
    pub explain_ranking: bool,
    /// Only the findings; twice: nothing
    #[arg(short, long, action = clap::ArgAction::Count, conflicts_with = "verbose")]
    pub quiet: u8,
    /// More evidence
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// auto, always or never
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto", hide_short_help = true)]
    pub color: ColorArg,
    /// Only ASCII: no frames, arrows or typographic marks
    #[arg(long, hide_short_help = true)]
    pub ascii: bool,
    /// No progress display
    #[arg(long, hide_short_help = true)]
    pub no_progress: bool,
}

/// Selection, exit code, configuration.
#[derive(Debug, Clone, Default, ClapArgs)]
#[command(next_help_heading = "Control")]
pub struct ControlArgs {
    /// Exit 1 for findings of at least this severity
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub fail_on: Option<FailOnArg>,
    /// Exit 0 whatever is found
    #[arg(long)]
    pub exit_zero: bool,
    /// Only these causes or lints (comma list; ALL)
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub select: Vec<String>,
    /// Not these causes or lints
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub ignore: Vec<String>,
    /// More rules, in a folder laid out like rules/
    #[arg(long, value_name = "DIR")]
    pub rules: Option<PathBuf>,
    /// Configuration file
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Read no configuration file
    #[arg(long, visible_alias = "isolated", conflicts_with = "config")]
    pub no_config: bool,
}

/// `diagnose lint`.
#[derive(Debug, Clone, Default, ClapArgs)]
pub struct LintArgs {
    /// Files and folders, or - for code from standard input; default: the current folder
    pub paths: Vec<PathBuf>,
    /// The file that the code from standard input is, or will be
    #[arg(long, value_name = "FILE")]
    pub stdin_filename: Option<PathBuf>,
    /// Apply safe fixes
    #[arg(long)]
    pub fix: bool,
    /// Apply fixes that may change behaviour too
    #[arg(long)]
    pub unsafe_fixes: bool,
    /// Print what --fix would change
    #[arg(long)]
    pub diff: bool,
    /// Report only what this baseline does not hold; it is written where it does not exist
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// The virtualenv of the web app
    #[arg(long, value_name = "DIR")]
    pub virtualenv: Option<PathBuf>,
    /// The project folder
    #[arg(long, value_name = "DIR")]
    pub project: Option<PathBuf>,
    /// A copied file tree of the machine
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// Python of the web app, such as 3.11
    #[arg(long, value_name = "X.Y")]
    pub python_version: Option<String>,
    /// The platform that will run the code
    #[arg(long, value_name = "NAME")]
    pub platform: Option<String>,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub control: ControlArgs,
}

/// `diagnose probe`.
#[derive(Debug, Clone, ClapArgs)]
pub struct ProbeArgs {
    /// Your own site
    pub target: String,
    /// The platform whose limits apply
    #[arg(long, value_name = "NAME")]
    pub platform: Option<String>,
    #[command(flatten)]
    pub probe: ProbeFlags,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub control: ControlArgs,
}

/// `diagnose restarts`.
#[derive(Debug, Clone, ClapArgs)]
pub struct RestartsArgs {
    /// Events, `scalingo timeline` or a log; - for standard input
    pub input: Option<PathBuf>,
    /// Print the schedule for starts that live so long (default: 0s 5m 9m59s 10m 11m)
    #[arg(long, num_args = 0.., value_name = "LIFE", conflicts_with = "input")]
    pub simulate: Option<Vec<String>>,
    /// scalingo or heroku
    #[arg(long, value_name = "NAME")]
    pub platform: Option<String>,
    /// Take this as the current time (RFC 3339)
    #[arg(long, value_name = "TIME")]
    pub now: Option<String>,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub control: ControlArgs,
}

/// `diagnose explain`.
#[derive(Debug, Clone, ClapArgs)]
pub struct ExplainArgs {
    /// A cause's slug, a lint's code, an error code such as H12, or a log line in quotes
    pub what: Option<String>,
    /// Everything
    #[arg(long)]
    pub all: bool,
    /// Fixes for this platform only
    #[arg(long, value_name = "NAME")]
    pub platform: Option<String>,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `diagnose rules`.
#[derive(Debug, Clone, ClapArgs)]
pub struct RulesArgs {
    #[command(subcommand)]
    pub what: Option<RulesCommand>,
}

/// What to do with rules.
#[derive(Debug, Clone, Subcommand)]
pub enum RulesCommand {
    /// Every cause with its signatures
    List,
    /// Validate rules and run their examples
    Check {
        /// A folder laid out like rules/; default: the rules in the binary
        dir: Option<PathBuf>,
    },
}

/// `diagnose demo`.
#[derive(Debug, Clone, ClapArgs)]
pub struct DemoArgs {
    /// Which broken site
    pub scenario: Option<String>,
    /// Say which there are
    #[arg(long)]
    pub list: bool,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `diagnose diff`.
#[derive(Debug, Clone, ClapArgs)]
pub struct DiffArgs {
    pub before: PathBuf,
    pub after: PathBuf,
}

/// Formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    Text,
    Concise,
    Json,
    Markdown,
    Html,
    Sarif,
    Github,
    Gitlab,
    Junit,
    Reply,
}

/// Markdown flavours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum FlavorArg {
    #[default]
    Github,
    Plain,
}

/// When to colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorArg {
    #[default]
    Auto,
    Always,
    Never,
}

/// Thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOnArg {
    Error,
    Warning,
    Note,
    Never,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        super::Args::command().debug_assert();
    }
}
