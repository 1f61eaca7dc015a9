//! `LOGGING` in Django's settings: what `logging.config` refuses of it.

use super::Cx;
use super::Interp;
use super::event::SettingWrong;
use super::settings::{all_keys, entry};
use crate::python::lints::near;
use crate::python::value::{ModuleId, Value};

/// Handlers of the standard library's `logging`.
const HANDLERS: &[&str] = &[
    "logging.StreamHandler",
    "logging.FileHandler",
    "logging.NullHandler",
    "logging.handlers.RotatingFileHandler",
    "logging.handlers.TimedRotatingFileHandler",
    "logging.handlers.WatchedFileHandler",
    "logging.handlers.SysLogHandler",
    "logging.handlers.SMTPHandler",
    "logging.handlers.SocketHandler",
    "logging.handlers.DatagramHandler",
    "logging.handlers.HTTPHandler",
    "logging.handlers.MemoryHandler",
    "logging.handlers.QueueHandler",
    "logging.handlers.NTEventLogHandler",
];

impl Interp<'_> {
    /// `LOGGING`: classes that are not there, and names that nothing defines.
    pub(super) fn log_settings(&mut self, cx: &Cx, settings: ModuleId) {
        let Some(at) = self.written(settings, "LOGGING") else { return };
        let config = at.value.clone();
        // Something else reads it, or it only changes what is there.
        if self.modules[settings].names.contains_key("LOGGING_CONFIG")
            || entry(&config, "incremental").is_some_and(|value| value.truth() != Some(false))
        {
            return;
        }
        let names = |key: &str| entry(&config, key).and_then(all_keys);
        let handlers = match entry(&config, "handlers") {
            None => Some(Vec::new()),
            Some(handlers) => all_keys(handlers),
        };
        if let Some(Value::Dict(items, _)) = entry(&config, "handlers") {
            for (_, handler) in items.iter() {
                if let Some(Value::Str(class)) = entry(handler, "class")
                    && !HANDLERS.contains(&&**class)
                    && (class.starts_with("logging.") || !class.contains('.'))
                {
                    let last = class.rsplit('.').next().unwrap_or(class);
                    let near = HANDLERS
                        .iter()
                        .find(|known| known.rsplit('.').next() == Some(last))
                        .map(|known| (*known).to_owned())
                        .or_else(|| near::nearest(class, HANDLERS.iter().copied()));
                    // A handler that is not known here may well be one.
                    if near.is_some() || last.is_empty() || !class.contains('.') {
                        let wrong = SettingWrong::LogClass { class: class.to_string(), near };
                        let place = self.inside(&at, class);
                        self.refuse(cx, "LOGGING", place, 1.0, wrong);
                    }
                }
                if let Some(Value::Str(formatter)) = entry(handler, "formatter")
                    && let Some(known) = names("formatters")
                    && !known.contains(&&**formatter)
                    && !self.subscripted(at.module, "LOGGING")
                {
                    let name = formatter.to_string();
                    let wrong = SettingWrong::LogName { kind: "formatters", name };
                    self.refuse(cx, "LOGGING", (at.module, at.range), 1.0, wrong);
                }
            }
        }
        let Some(handlers) = handlers.filter(|_| matches!(config, Value::Dict(_, true))) else {
            return;
        };
        let mut loggers: Vec<&Value> = entry(&config, "root").into_iter().collect();
        if let Some(Value::Dict(items, _)) = entry(&config, "loggers") {
            loggers.extend(items.iter().map(|(_, logger)| logger));
        }
        for logger in loggers {
            let Some(Value::List(wanted, _)) = entry(logger, "handlers") else { continue };
            for name in wanted.iter().filter_map(Value::text) {
                if !handlers.contains(&name) && !self.subscripted(at.module, "LOGGING") {
                    let wrong = SettingWrong::LogName { kind: "handlers", name: name.to_owned() };
                    let place = self.inside(&at, name);
                    self.refuse(cx, "LOGGING", place, 1.0, wrong);
                }
            }
        }
    }
}
