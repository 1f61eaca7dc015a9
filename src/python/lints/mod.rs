//! The lints: what the interpreter saw, judged. One file each; a new one is a file and a line in [`LINTS`].
//!
//! A lint never reads files and never guesses: what can't be decided is no error.

mod app_attribute;
mod app_conditional;
mod app_config_name;
mod app_factory;
mod app_missing;
mod app_misspelled;
mod app_module;
mod app_not_callable;
mod app_shadowed;
mod asgi_in_wsgi;
mod blocking;
mod call_arguments;
mod circular;
mod command_line;
mod config_late;
mod dash_layout;
mod database_url;
mod debug_on;
mod debug_without_hosts;
mod django_name;
mod django_settings;
mod django_setup;
mod dotenv_late;
mod duplicate_endpoint;
mod empty_secret_key;
mod env_file;
mod environ;
mod exit;
mod field_argument;
mod file_load;
mod folder_missing;
mod form_fields;
mod gettext_early;
mod glued_path;
mod handler_alone;
mod init_misnamed;
mod input;
mod lfs_pointer;
mod library_refuses;
mod middleware_refused;
mod missing_comma;
mod mixed_sum;
mod model_without_app;
mod models_too_early;
mod module_wanted;
mod name_case;
mod name_installed;
mod name_missing;
mod name_too_new;
pub mod near;
mod not_found_own;
mod not_found_third;
mod on_delete;
mod outside_context;
mod packages_clash;
mod path_missing;
mod path_plus_text;
mod placeholder;
mod port_bind;
mod programs;
mod python2;
mod query_at_import;
mod raised;
mod read_twice;
mod registered_twice;
mod relative_import;
mod relative_open;
mod removed;
mod returns;
mod reverse_early;
mod route_refused;
mod router_refused;
mod running_loop;
mod secret;
mod secret_guarded;
mod server;
mod setting_misspelled;
mod setting_refused;
mod shadows_installed;
mod shadows_stdlib;
mod slow;
mod syntax_error;
mod syntax_new;
mod table_refused;
mod template_misplaced;
mod templates_elsewhere;
mod text_divided;
mod text_returned;
mod thread;
mod unbound_name;
mod undefined_name;
mod url_refused;
mod urlpatterns;
mod view_refused;
mod wrong_brackets;
mod wsgi_application;
mod wsgi_in_asgi;

use std::rc::Rc;

use ruff_text_size::{TextRange, TextSize};

pub(in crate::python) use placeholder::is_placeholder;

use super::interp::event::{CallEvent, Event, EventKind};
use super::interp::{Called, Interp, Module};
use super::source::Source;
use super::value::{ModuleId, Value};
use crate::model::{Captures, Edit, Place, Safety, Severity};

/// What a lint is, for `diagnose explain CODE` and the tests.
#[derive(Debug)]
pub struct LintDoc {
    /// Stable code, e.g. `WD101`.
    pub code: &'static str,
    /// Stable name in kebab case, used by rules.
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Why it matters, for a beginner.
    pub why: &'static str,
    /// An example that it reports. `# --- path` starts another file; the first is `wsgi.py`.
    pub bad: &'static str,
    /// The same, mended.
    pub good: &'static str,
    /// The cause it supports; `None` for hygiene.
    pub cause: Option<&'static str>,
    pub severity: Severity,
}

/// One finding.
#[derive(Debug, Clone)]
pub struct LintFinding {
    pub code: &'static str,
    pub name: &'static str,
    pub cause: Option<&'static str>,
    pub severity: Severity,
    /// 1.0, 0.8 or 0.5.
    pub certainty: f64,
    pub place: Place,
    /// The line of source.
    pub excerpt: String,
    /// For a beginner: what is wrong, and what to do.
    pub message: String,
    pub captures: Captures,
    pub edits: Vec<Edit>,
}

/// A lint.
#[derive(Debug)]
pub struct Lint {
    pub doc: &'static LintDoc,
    check: fn(&ModuleCtx, &mut Vec<LintFinding>),
}

macro_rules! lints {
    ($($module:ident)*) => {
        /// Every lint, in the order of their codes.
        pub const LINTS: &[Lint] = &[$(Lint { doc: &$module::DOC, check: $module::check }),*];
    };
}

lints! {
    syntax_error syntax_new python2
    server port_bind
    app_missing app_misspelled app_module app_factory app_not_callable app_conditional app_shadowed asgi_in_wsgi
    wsgi_in_asgi
    blocking slow thread exit input command_line
    not_found_own not_found_third shadows_stdlib shadows_installed circular name_missing path_missing
    undefined_name relative_import removed call_arguments duplicate_endpoint name_installed file_load text_divided
    wrong_brackets name_case outside_context raised unbound_name folder_missing route_refused app_attribute
    database_url config_late packages_clash text_returned running_loop dash_layout glued_path
    init_misnamed lfs_pointer setting_misspelled read_twice secret_guarded library_refuses table_refused
    template_misplaced name_too_new module_wanted view_refused
    django_settings django_setup empty_secret_key debug_without_hosts debug_on wsgi_application django_name
    models_too_early missing_comma urlpatterns on_delete reverse_early setting_refused middleware_refused
    app_config_name url_refused router_refused form_fields model_without_app path_plus_text mixed_sum
    gettext_early query_at_import handler_alone templates_elsewhere dotenv_late env_file registered_twice
    field_argument
    environ relative_open placeholder secret
}

/// What the lints look at.
pub struct ModuleCtx<'r> {
    pub run: &'r Interp<'r>,
    /// The entry point's module, if it could be loaded.
    pub entry: Option<ModuleId>,
    /// What the server will call.
    pub application: Option<Value>,
    /// What a call of it does, where an installed package's source tells.
    pub called: Called,
}

impl ModuleCtx<'_> {
    /// Events that run for sure enough to speak of, that is not below an undecided condition.
    fn events(&self) -> impl Iterator<Item = &Event> {
        self.run.events.iter().filter(|event| {
            event.weight >= 0.75 && !self.is_managers(event) && !self.is_below_broken(event)
        })
    }

    fn is_below_broken(&self, event: &Event) -> bool {
        self.source(event.module)
            .is_some_and(|source| source.is_below_broken(event.range.start().to_u32()))
    }

    /// What `manage.py` itself does is no server's matter, other than what it loads.
    fn is_managers(&self, event: &Event) -> bool {
        use super::entry::EntryKind;
        self.run.options.kind == EntryKind::DjangoManage
            && Some(event.module) == self.entry
            && matches!(
                event.kind,
                EventKind::Call(_)
                    | EventKind::EndlessLoop
                    | EventKind::Exit(_)
                    | EventKind::CommandLine { .. }
                    | EventKind::EnvRequired(_)
                    | EventKind::RelativeOpen { .. }
                    | EventKind::FolderWanted { .. }
            )
    }

    /// Calls of the table.
    fn calls(&self) -> impl Iterator<Item = (&Event, &CallEvent)> {
        self.events().filter_map(|event| match &event.kind {
            EventKind::Call(call) => Some((event, call)),
            _ => None,
        })
    }

    fn module(&self, id: ModuleId) -> &Module {
        &self.run.modules[id]
    }

    fn source(&self, id: ModuleId) -> Option<&Rc<Source>> {
        self.run.modules[id].source.as_ref()
    }

    /// The entry point's module and file.
    fn entry(&self) -> Option<(ModuleId, &Rc<Source>)> {
        let id = self.entry?;
        Some((id, self.source(id)?))
    }

    /// The entry file could be read whole: what it does not define is not there.
    fn entry_is_clear(&self) -> bool {
        self.entry().is_some_and(|(id, _)| !self.module(id).dynamic) && self.run.complete
    }

    /// The name that the server wants.
    fn wanted(&self) -> &str {
        self.run.options.watched()
    }

    /// The lints on `application` apply: the entry point is loaded by a server.
    fn is_served(&self) -> bool {
        use super::entry::EntryKind;
        self.run.options.served
            && !matches!(self.run.options.kind, EntryKind::Script | EntryKind::DjangoManage)
    }

    /// What the entry point loads runs inside a server.
    fn runs_on_server(&self) -> bool {
        self.run.options.served && self.run.options.kind != super::entry::EntryKind::Script
    }

    /// A finding on an event.
    fn at(
        &self,
        doc: &'static LintDoc,
        event: &Event,
        certainty: f64,
        message: String,
    ) -> LintFinding {
        let certainty = round(certainty * event.weight);
        let mut found = self.found(doc, event.module, event.range, certainty, message);
        if certainty < 0.8 && found.severity == Severity::Error {
            found.severity = Severity::Warning;
        }
        found
    }

    /// Moves a finding to the text that is to be changed.
    fn point_at(&self, found: &mut LintFinding, module: ModuleId, range: TextRange) {
        if let Some(source) = self.source(module) {
            found.place = source.place(range);
            found.excerpt = source.excerpt(range);
        }
    }

    /// A finding on a range of a module.
    fn found(
        &self,
        doc: &'static LintDoc,
        module: ModuleId,
        range: TextRange,
        certainty: f64,
        message: String,
    ) -> LintFinding {
        let (place, excerpt) = match self.source(module) {
            Some(source) => (source.place(range), source.excerpt(range)),
            None => (Place::file(self.module(module).path.as_str()), String::new()),
        };
        LintFinding {
            code: doc.code,
            name: doc.name,
            cause: doc.cause,
            severity: doc.severity,
            certainty,
            place,
            excerpt,
            message,
            captures: Captures::new(),
            edits: Vec::new(),
        }
    }

    /// An edit of a range of a module's file; `None` where its bytes cannot be addressed.
    fn edit(&self, module: ModuleId, range: TextRange, text: &str, safety: Safety) -> Option<Edit> {
        let source = self.source(module)?;
        let (start, end) = source.file_range(range)?;
        Some(Edit {
            file: source.disk.display().to_string(),
            start,
            end,
            text: text.to_owned(),
            safety,
        })
    }

    /// An edit of so many bytes of a module's text.
    fn edit_at(
        &self,
        module: ModuleId,
        start: usize,
        len: usize,
        text: &str,
        safety: Safety,
    ) -> Option<Edit> {
        let start = TextSize::try_from(start).ok()?;
        let len = TextSize::try_from(len).ok()?;
        self.edit(module, TextRange::at(start, len), text, safety)
    }

    /// A module of that name lies in the folder of a module's file.
    fn has_beside(&self, module: ModuleId, name: &str) -> bool {
        let Some(source) = self.source(module) else { return false };
        source.disk.parent().is_some_and(|dir| {
            dir.join(format!("{name}.py")).is_file() || dir.join(name).join("__init__.py").is_file()
        })
    }

    /// " (called from `main()` while the code is imported)", or nothing.
    fn through(event: &Event) -> String {
        event
            .via
            .as_ref()
            .map(|name| format!(" (`{name}()` is called while the code is imported)"))
            .unwrap_or_default()
    }
}

/// To the stated certainties.
fn round(certainty: f64) -> f64 {
    if certainty >= 0.95 {
        1.0
    } else if certainty >= 0.6 {
        0.8
    } else {
        0.5
    }
}

/// Runs every lint; sorted by loading order of the files, then by position.
pub(super) fn run(cx: &ModuleCtx) -> Vec<LintFinding> {
    let mut out = Vec::new();
    for lint in LINTS {
        (lint.check)(cx, &mut out);
    }
    let order = |file: &str| {
        cx.run
            .modules
            .iter()
            .position(|module| module.source.as_ref().is_some_and(|source| &*source.shown == file))
            .unwrap_or(usize::MAX)
    };
    out.sort_by_key(|found| {
        (
            order(&found.place.file),
            found.place.line,
            found.place.column,
            std::cmp::Reverse(found.severity),
            found.code,
        )
    });
    out
}

/// Most errors told of one file; who mends these sees the rest.
const MOST_ERRORS: usize = 10;

/// The syntax findings of one file that no entry point needs to reach; `known`: the Python is known.
///
/// Of a file in Python 2, or for a newer Python, the first place says it all.
pub(super) fn syntax_findings(source: &Source, known: bool) -> Vec<LintFinding> {
    let problems = source.problems();
    let newer = problems.iter().find(|problem| syntax_new::is_newer(problem));
    let old = problems.iter().find(|problem| python2::is_python2(problem.kind));
    let python2_first = problems.first().is_some_and(|problem| python2::is_python2(problem.kind));
    let others = problems
        .iter()
        .filter(|problem| !syntax_new::is_newer(problem) && !python2::is_python2(problem.kind))
        .take(if python2_first { 0 } else { MOST_ERRORS });
    let mut out: Vec<LintFinding> =
        others.map(|problem| syntax_error::finding(source, &syntax_error::DOC, problem)).collect();
    out.extend(
        newer
            .filter(|_| known)
            .map(|problem| syntax_error::finding(source, &syntax_new::DOC, problem)),
    );
    out.extend(old.map(|problem| syntax_error::finding(source, &python2::DOC, problem)));
    out
}

/// The lint of a code or name.
pub fn lint(what: &str) -> Option<&'static Lint> {
    LINTS.iter().find(|lint| lint.doc.code.eq_ignore_ascii_case(what) || lint.doc.name == what)
}

/// The text of `diagnose explain CODE`.
pub fn explain_lint(what: &str) -> Option<String> {
    lint(what).map(|lint| explain_doc(lint.doc))
}

/// A check's own words, in the order of `explain`.
pub fn explain_doc(doc: &LintDoc) -> String {
    let indent = |text: &str| {
        text.trim_matches('\n').lines().map(|line| format!("    {line}\n")).collect::<String>()
    };
    let cause = doc
        .cause
        .map(|cause| format!("\nCause: {cause} (diagnose explain {cause})\n"))
        .unwrap_or_default();
    format!(
        "{} {}\n{}\n\nWhy: {}\n{cause}\nReported:\n\n{}\nFine:\n\n{}",
        doc.code,
        doc.name,
        doc.summary,
        doc.why,
        indent(doc.bad),
        indent(doc.good)
    )
}

#[cfg(test)]
pub(crate) mod tests;
