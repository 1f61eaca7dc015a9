//! Files that are no logs: source, configuration, events, bundles.

use super::{InputKind, pasted};
use crate::log::bytes::run;

/// Kinds that their first bytes name.
pub(super) fn by_magic(head: &[u8]) -> Option<InputKind> {
    (head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")).then_some(InputKind::Zip)
}

/// The head as text: UTF-16 by its mark, gzip unpacked, else lossy UTF-8.
#[must_use]
pub fn text(head: &[u8]) -> String {
    let path = std::path::Path::new("");
    let input = Box::new(std::io::Cursor::new(head.to_vec()));
    crate::log::read::LogReader::from_reader(path, input, None)
        .map_or_else(|_| String::from_utf8_lossy(head).into_owned(), |reader| reader.peek())
}

/// Whether a reader of logs would refuse it; an empty file is an empty log.
pub(super) fn is_binary(head: &[u8]) -> bool {
    let path = std::path::Path::new("");
    let input = Box::new(std::io::Cursor::new(head.to_vec()));
    matches!(
        crate::log::read::LogReader::from_reader(path, input, None),
        Err(crate::log::read::ReadError::Binary { .. })
    )
}

/// What it is, if it is no log.
pub(super) fn no_log(name: &str, text: &str) -> Option<InputKind> {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let lower = base.to_ascii_lowercase();
    let ends = |ending: &str| lower.ends_with(ending);
    if lower.starts_with("gunicorn") && ends(".py") {
        return Some(InputKind::GunicornConfig);
    }
    if ends(".py") || ends(".pyw") {
        return Some(InputKind::Python);
    }
    if lower == "procfile" || lower.starts_with("procfile.") {
        return Some(InputKind::Procfile);
    }
    if ends(".service") {
        return Some(InputKind::SystemdUnit);
    }
    if ends(".zip") {
        return Some(InputKind::Zip);
    }
    if lower.contains(".log") {
        return None;
    }
    if is_events(text) {
        return Some(InputKind::EventsJson);
    }
    let lines: Vec<&str> =
        text.lines().take(400).map(str::trim_end).filter(|line| !line.trim().is_empty()).collect();
    if let Some(kind) = configuration(&lines) {
        return (!pasted::with_configuration(&lines)).then_some(kind);
    }
    if is_timeline(&lines) || is_deployments(&lines) {
        return Some(InputKind::Timeline);
    }
    if is_procfile(&lines) {
        return Some(InputKind::Procfile);
    }
    (is_python(&lines) && !pasted::with_python(&lines)).then_some(InputKind::Python)
}

/// The server's configuration that stands in the lines.
fn configuration(lines: &[&str]) -> Option<InputKind> {
    let any = |test: &dyn Fn(&str) -> bool| lines.iter().any(|line| test(line.trim_start()));
    if any(&|line| line == "[uwsgi]") {
        return Some(InputKind::UwsgiIni);
    }
    if any(&|line| line == "[Service]")
        || (any(&|line| line == "[Unit]") && any(&|line| line == "[Install]"))
    {
        return Some(InputKind::SystemdUnit);
    }
    if any(&|line| line.starts_with("<VirtualHost") || line.starts_with("WSGIScriptAlias ")) {
        return Some(InputKind::ApacheConfig);
    }
    let block = |word: &str| {
        any(&|line| {
            line.strip_prefix(word).is_some_and(|rest| {
                rest.trim_start().starts_with('{') || rest.starts_with(' ') && rest.ends_with('{')
            })
        })
    };
    let directive = any(&|line| {
        ["proxy_pass ", "uwsgi_pass ", "listen ", "server_name ", "include "]
            .iter()
            .any(|word| line.starts_with(word))
            && line.ends_with(';')
    });
    (directive && (block("server") || block("location") || block("upstream") || block("http")))
        .then_some(InputKind::NginxConfig)
}

/// The events of a platform's API: an object with `events`, or objects with a type and a time.
fn is_events(text: &str) -> bool {
    let start = text.trim_start();
    // The head may end in mid-object, so keys are looked for, not parsed.
    (start.starts_with('{') || start.starts_with('['))
        && start.contains("\"created_at\"")
        && start.contains("\"type\"")
        && (start.contains("\"events\"")
            || start.contains("\"type_data\"")
            || start.contains("\"event\""))
}

/// `* Mon Jan 02 2006 15:04:05 - Crash - …`
fn is_timeline(lines: &[&str]) -> bool {
    let shaped = |line: &str| {
        line.trim_start().strip_prefix("* ").is_some_and(|rest| {
            let b = rest.as_bytes();
            b.len() > 27
                && b[3] == b' '
                && b[7] == b' '
                && b[10] == b' '
                && b[15] == b' '
                && &b[24..27] == b" - "
        })
    };
    let count = lines.iter().filter(|line| shaped(line)).count();
    count > 0 && count * 2 >= lines.len()
}

/// The table of `scalingo deployments`.
fn is_deployments(lines: &[&str]) -> bool {
    let heading = |line: &&&str| {
        let upper = line.to_ascii_uppercase();
        line.trim_start().starts_with(['│', '|'])
            && ["DATE", "GIT REF", "STATUS"].iter().all(|word| upper.contains(word))
    };
    lines.iter().take(12).any(|line| heading(&line))
}

/// Every line is `type: command` and one of the types is a usual one.
fn is_procfile(lines: &[&str]) -> bool {
    let kind = |line: &str| {
        let len = run(line, |c| c.is_ascii_alphanumeric() || c == b'_' || c == b'-');
        (len > 0 && line[len..].starts_with(": ")).then(|| line[..len].to_ascii_lowercase())
    };
    let kinds: Vec<_> =
        lines.iter().filter(|line| !line.starts_with('#')).map(|line| kind(line)).collect();
    (1..=30).contains(&kinds.len())
        && kinds.iter().all(Option::is_some)
        && kinds
            .iter()
            .flatten()
            .any(|k| matches!(k.as_str(), "web" | "worker" | "release" | "postdeploy" | "tcp"))
}

/// Lines at the margin that only Python source has. A traceback's source lines are indented.
fn is_python(lines: &[&str]) -> bool {
    if lines.first().is_some_and(|line| line.starts_with("#!") && line.contains("python")) {
        return true;
    }
    let shaped = |line: &str| {
        let word = |s: &str| run(s, |c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'.'));
        if let Some(rest) = line.strip_prefix("import ") {
            let len = word(rest);
            return len > 0 && (len == rest.len() || rest[len..].starts_with([',', ' ']));
        }
        if let Some(rest) = line.strip_prefix("from ") {
            return rest[word(rest)..].starts_with(" import ");
        }
        (["def ", "class ", "async def ", "if __name__ "]
            .iter()
            .any(|start| line.starts_with(start))
            && line.ends_with(':'))
            || line.starts_with("application = ")
            || line.starts_with("sys.path.")
            || line.starts_with("os.environ")
    };
    let found = lines.iter().filter(|line| shaped(line)).count();
    let log_like = lines.iter().any(|line| line.starts_with("Traceback (most recent call last)"));
    found > 0 && !log_like && found * 12 >= lines.len()
}
