//! Lines at the margin, behind frames or messages: what may be an exception and what is another record.

/// A name that the margin of a traceback makes an exception: dotted or capitalised.
pub(super) fn plausible(name: &str, message: &str) -> bool {
    let short = name.rsplit('.').next().unwrap_or(name);
    let capital =
        short.trim_start_matches('_').bytes().next().is_some_and(|b| b.is_ascii_uppercase());
    capital && !matches!(name, "INFO" | "DEBUG" | "WARNING" | "ERROR" | "CRITICAL")
        || name.contains('.') && !message.starts_with("//")
}

/// Messages of Python itself that have one line: what stands below at the margin was printed by
/// somebody else.
pub(super) fn one_line(name: &str, message: &str) -> bool {
    match name {
        "KeyError" => {
            // one quoted word: a message of an own KeyError may go on
            let quoted =
                |mark| message.len() > 1 && message.starts_with(mark) && message.ends_with(mark);
            quoted('\'') || quoted('"')
        }
        "ModuleNotFoundError" | "ImportError" => {
            message.starts_with("No module named ") || message.starts_with("cannot import name ")
        }
        "NameError" => message.starts_with("name "),
        "AttributeError" => message.contains(" has no attribute "),
        "FileNotFoundError" | "PermissionError" => message.starts_with("[Errno "),
        "ZeroDivisionError" | "IndexError" | "IndentationError" | "TabError" => true,
        _ => false,
    }
}

/// Lines of servers and access logs that never are part of a message.
pub(super) fn looks_like_log(text: &str) -> bool {
    const STARTS: &[&str] = &[
        "***",
        "[pid:",
        "unable to load app",
        "---",
        "spawned ",
        "WSGI app ",
        "DAMN",
        "worker ",
        "uWSGI ",
        "Internal Server Error",
        "Not Found: ",
        "Bad Request: ",
        "INFO:",
        "ERROR:",
        "WARNING:",
        "DEBUG:",
        "CRITICAL:",
        "HTTP/",
        "==>",
        "Starting ",
        "Running ",
        "Watching for file changes",
        "Performing system checks",
        "Exception ",
        "Listening ",
        "chdir",
        "Python ",
        "mapped ",
        "!!!",
        "127.0.0.1 ",
        "GET ",
        "POST ",
        "Worker ",
        "Shutting down",
        "Reason: ",
        "State changed",
        "Process exited",
        "* ",
        "Press CTRL",
    ];
    let text = text.trim_start();
    if STARTS.iter().any(|start| text.starts_with(start)) {
        return true;
    }
    // an access line: `1.2.3.4 - - [22/Dec/2017…`, a record of its own: `[2024-…`, `2024-01-…`
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    text.contains(" - - [")
        || bytes.first() == Some(&b'[') && digit(1) && digit(2)
        || digit(0) && digit(1) && digit(2) && digit(3) && bytes.get(4) == Some(&b'-')
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn messages_of_python_itself_have_one_line() {
        assert!(one_line("KeyError", "'BOT_TOKEN'"));
        assert!(one_line("ModuleNotFoundError", "No module named 'flask'"));
        assert!(!one_line("KeyError", "unknown field in"));
        assert!(!one_line("KeyError", "'"));
        assert!(!one_line("ImportError", "Unable to import required dependencies:"));
        assert!(!one_line("OperationalError", "could not connect to server"));
    }
}
