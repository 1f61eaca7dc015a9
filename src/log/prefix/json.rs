//! Log lines that are JSON objects: Docker's json-file, cloud loggers, structlog and
//! python-json-logger. Unfolded to the plain lines that they stand for, stamp first, so that the
//! other dialects read them like any text.

use serde_json::{Map, Value};

/// Keys of the message, best first.
const MESSAGES: [&str; 7] = ["log", "message", "msg", "event", "textPayload", "text", "MESSAGE"];
const TIMES: [&str; 8] =
    ["time", "timestamp", "@timestamp", "asctime", "ts", "receiveTimestamp", "datetime", "created"];
const LEVELS: [&str; 5] = ["level", "severity", "levelname", "lvl", "log_level"];
const TRACES: [&str; 6] =
    ["exc_info", "exception", "traceback", "stack_trace", "exc_text", "stack"];

/// The lines that a JSON log line stands for, joined by `\n`, each behind its stamp and level as
/// plain loggers write them; `None` for anything that is no such line.
#[must_use]
pub fn unfold_json(raw: &str) -> Option<String> {
    let trimmed = raw.trim_matches([' ', '\t', '\r', '\n', ',']);
    if !trimmed.starts_with('{') || !trimmed.ends_with('}') {
        return None;
    }
    let value: Value = serde_json::from_str(trimmed).ok()?;
    let object = value.as_object()?;
    let mut message = None;
    for layer in
        [Some(object), object.get("jsonPayload").and_then(Value::as_object)].into_iter().flatten()
    {
        message = message.or_else(|| text(layer, &MESSAGES));
    }
    let message = message.or_else(|| text(object, &TRACES))?;
    let trace = text(object, &TRACES).filter(|trace| !message.contains(trace.as_str()));
    let mut head = String::new();
    if let Some(time) = time(object) {
        head.push_str(&time);
        head.push(' ');
    }
    // Docker's own object has no level; others' becomes a word that every reader knows.
    let level = text(object, &LEVELS)
        .map(|word| word.to_ascii_uppercase())
        .filter(|word| super::logging::level_word(word).is_some());
    let mut out = String::with_capacity(message.len() + 64);
    let body = message.trim_end_matches(['\n', '\r']);
    for (i, line) in
        body.split('\n').chain(trace.iter().flat_map(|t| t.trim_end().split('\n'))).enumerate()
    {
        if i > 0 {
            out.push('\n');
        }
        out.push_str(&head);
        if i == 0
            && let Some(level) = &level
        {
            out.push('[');
            out.push_str(level);
            out.push_str("] ");
        }
        out.push_str(line.trim_end_matches('\r'));
    }
    Some(out)
}

fn text(object: &Map<String, Value>, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| match object.get(*key)? {
        Value::String(text) => Some(text.clone()),
        // Tracebacks come as lists of lines, too.
        Value::Array(lines) if lines.iter().all(Value::is_string) && !lines.is_empty() => Some(
            lines
                .iter()
                .filter_map(Value::as_str)
                .map(|l| l.trim_end_matches('\n'))
                .collect::<Vec<_>>()
                .join("\n"),
        ),
        _ => None,
    })
}

/// The time as an ISO stamp in UTC.
fn time(object: &Map<String, Value>) -> Option<String> {
    let clock = crate::log::stamp::Clock::utc(None);
    TIMES.iter().find_map(|key| {
        let written = match object.get(*key)? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        let stamp = crate::log::stamp::any(&written, &clock)?;
        // A stamp without zone is left as it is, for the file's own clock.
        let iso = crate::log::stamp::iso(written.trim().as_bytes(), &clock).is_some();
        Some(if stamp.zoned || !iso {
            stamp.at.to_string()
        } else {
            written.trim().replace(' ', "T")
        })
    })
}
