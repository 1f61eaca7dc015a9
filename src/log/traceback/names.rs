//! Names of exceptions: which words at the start of a line are one.

/// Types whose name has no telling ending; printed by Python, frameworks and common libraries.
const KNOWN: &[&str] = &[
    "AppRegistryNotReady",
    "BrokenProcessPool",
    "CancelledError",
    "CommandError",
    "ContextualVersionConflict",
    "Denied",
    "DisallowedHost",
    "DisallowedRedirect",
    "DistributionNotFound",
    "DoesNotExist",
    "ExceptionGroup",
    "BaseExceptionGroup",
    "FieldDoesNotExist",
    "GeneratorExit",
    "HaltServer",
    "Http404",
    "ImproperlyConfigured",
    "InvalidAlgorithm",
    "InvalidTag",
    "KeyboardInterrupt",
    "MultiValueDictKeyError",
    "MultipleObjectsReturned",
    "NoReverseMatch",
    "NoSuchModule",
    "NotRegistered",
    "NotSupported",
    "ObjectDoesNotExist",
    "PendingRollback",
    "PermissionDenied",
    "RequestAborted",
    "RequestDataTooBig",
    "RequestTimeout",
    "SMTPDataRefused",
    "SMTPServerDisconnected",
    "SMTPRecipientsRefused",
    "SMTPSenderRefused",
    "StopAsyncIteration",
    "StopIteration",
    "SuspiciousFileOperation",
    "SuspiciousOperation",
    "SynchronousOnlyOperation",
    "SystemExit",
    "TemplateDoesNotExist",
    "TemplateNotFound",
    "TemplatesNotFound",
    "TimeLimitExceeded",
    "SoftTimeLimitExceeded",
    "TooManyFilesSent",
    "TooManyFieldsSent",
    "TooManyRedirects",
    "TransactionManagementError",
    "Undefined",
    "UnknownBackend",
    "UnresolvableDependency",
    "UnsupportedOperation",
    "VersionConflict",
    "ViewDoesNotExist",
    "WorkerLostError",
    "WorkerTerminate",
    "NoCredentialsError",
    "MySQLInterfaceError",
    "Retry",
    "Ignore",
    "Reject",
    "BadHost",
    "NoAppException",
    "BuildError",
    "RequestRedirect",
    "NotFound",
    "BadRequest",
    "InternalServerError",
    "MethodNotAllowed",
    "RequestEntityTooLarge",
    "ClientDisconnected",
    "BadRequestKeyError",
    "SecurityError",
    "OperationFailure",
    "AutoReconnect",
    "NetworkTimeout",
    "ConnectionTimeout",
    "PoolTimeout",
    "UndefinedTable",
    "UndefinedColumn",
    "InFailedSqlTransaction",
    "AdminShutdown",
    "TooManyConnections",
    "ServiceUnavailable",
    "NoHostAvailable",
    "APIRemovedInV1",
    "ReadTimeout",
    "ConnectTimeout",
];

/// Lower-case types that Python itself prints with their module.
const LOWER: &[&str] = &[
    "socket.timeout",
    "socket.gaierror",
    "socket.herror",
    "socket.error",
    "select.error",
    "struct.error",
    "zlib.error",
    "binascii.error",
    "re.error",
    "ssl.error",
    "os.error",
    "concurrent.futures.process.BrokenProcessPool",
    "concurrent.futures._base.TimeoutError",
    "sqlite3.error",
    "_curses.error",
    "pickle.error",
    "lzma.LZMAError",
    "thread.error",
    "dbm.error",
    "asyncio.exceptions.CancelledError",
    "queue.Empty",
    "queue.Full",
    "Queue.Empty",
    "_queue.Empty",
    "pywintypes.com_error",
    "pywintypes.error",
    "pydantic_core._pydantic_core.ValidationError",
    "redis.exceptions.DataError",
    "multiprocessing.context.AuthenticationError",
    "cv2.error",
];

/// Starts of messages under which click's and Flask's `Error: …` counts as an exception.
const ERROR_STARTS: &[&str] = &[
    "Could not import",
    "Failed to find Flask",
    "Failed to find attribute",
    "Could not locate a Flask",
    "While importing",
    "Failed to find application",
    "Detected multiple Flask",
    "A valid Flask",
    "Could not find application",
];

/// Splits `Type: message` or a lone `Type`; any dotted name passes. The line must start with it.
pub(super) fn split(text: &str) -> Option<(&str, &str)> {
    let end = name_end(text);
    let name = &text[..end];
    let first = *name.as_bytes().first()?;
    if first.is_ascii_digit() || name.ends_with('.') || name.starts_with('.') || name.contains("..")
    {
        return None;
    }
    // PostgreSQL's words below its message
    if matches!(name, "DETAIL" | "HINT" | "CONTEXT" | "STATEMENT") {
        return None;
    }
    let rest = &text[end..];
    if rest.trim().is_empty() {
        return Some((name, ""));
    }
    let message = rest.strip_prefix(':')?;
    // `x:y` is a word; Python prints a blank, or nothing behind an empty message
    if !message.is_empty() && !message.starts_with([' ', '\t']) {
        return None;
    }
    Some((name, message.trim()))
}

/// Bytes of the dotted name at the start; `<locals>` is part of the names of nested classes.
fn name_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() && at < 300 {
        if bytes[at].is_ascii_alphanumeric() || matches!(bytes[at], b'_' | b'.') {
            at += 1;
        } else if text[at..].starts_with("<locals>") {
            at += "<locals>".len();
        } else {
            break;
        }
    }
    at
}

/// The name looks like an exception's even without a traceback around it.
pub(super) fn telling(name: &str) -> bool {
    let short = name.rsplit('.').next().unwrap_or(name);
    if LOWER.contains(&name) || KNOWN.contains(&short) {
        return true;
    }
    if !short.bytes().next().is_some_and(|b| b.is_ascii_uppercase() || b == b'_') {
        return false;
    }
    let stem = |ending: &str| short.len() > ending.len() && short.ends_with(ending);
    stem("Error")
        || stem("Exception")
        || (name.contains('.') && matches!(short, "Error" | "Exception" | "Timeout"))
}

/// [`bare`], also inside a code block whose lines are all indented: there only by a full name, as
/// no program's own indented lines begin.
pub(super) fn bare_or_indented(text: &str) -> Option<(&str, &str)> {
    let blanks = text.len() - text.trim_start().len();
    if blanks == 0 {
        return bare(text);
    }
    if !text.starts_with('\t') && !blanks.is_multiple_of(4) {
        return None;
    }
    bare(text.trim_start()).filter(|(name, message)| name.contains('.') && !message.is_empty())
}

/// [`bare`] by its short name inside a code block whose lines are all indented: it may be a line of any
/// text.
pub(super) fn indented(text: &str) -> Option<(&str, &str)> {
    let blanks = text.len() - text.trim_start().len();
    let block = text.starts_with('\t') || blanks > 0 && blanks.is_multiple_of(4);
    if !block || blanks > 8 {
        return None;
    }
    bare(text.trim_start())
        .filter(|(name, message)| name.len() > "Error".len() && !message.is_empty())
}

/// `Type: message` that may stand alone in a log.
pub(super) fn bare(text: &str) -> Option<(&str, &str)> {
    let (name, message) = split(text)?;
    if name == "Error" {
        // waitress-serve's only line about it
        if message.starts_with("No module named ") {
            return Some(("ModuleNotFoundError", message));
        }
        return ERROR_STARTS
            .iter()
            .any(|start| message.starts_with(start))
            .then_some((name, message));
    }
    // AWS Lambda, of the module of its handler
    if name.ends_with("ImportModuleError")
        && let Some((_, reason)) = message.split_once("': ")
        && message.starts_with("Unable to import module '")
    {
        return Some(("ImportError", reason));
    }
    if name == "Exception" && !message.is_empty() {
        return Some((name, message));
    }
    if !telling(name) {
        return None;
    }
    let short = name.rsplit('.').next().unwrap_or(name);
    if message.is_empty() {
        // a lone word is prose or a table cell unless Python itself prints it so
        return (name.contains('.')
            || matches!(short, "KeyboardInterrupt" | "MemoryError" | "AssertionError"))
        .then_some((name, message));
    }
    // reason phrases of HTTP and headings of frameworks
    if matches!(
        name,
        "NotFound"
            | "BadRequest"
            | "InternalServerError"
            | "Undefined"
            | "Retry"
            | "Ignore"
            | "Reject"
            | "Denied"
            | "NotSupported"
            | "MethodNotAllowed"
    ) {
        return None;
    }
    Some((name, message))
}

/// Types that the compiler raises; their place stands above them as a frame without function.
pub(super) fn is_syntax(name: &str) -> bool {
    matches!(
        name.rsplit('.').next().unwrap_or(name),
        "SyntaxError" | "IndentationError" | "TabError"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognised_alone() {
        for text in [
            "ModuleNotFoundError: No module named 'flask'",
            "django.core.exceptions.ImproperlyConfigured: The SECRET_KEY setting must not be empty.",
            "jinja2.exceptions.TemplateNotFound: x.html",
            "Error: Could not import 'app'.",
            "socket.gaierror: [Errno -2] Name or service not known",
            "KeyboardInterrupt",
            "app.views.Thing.DoesNotExist: nothing",
            "psycopg2.errors.UndefinedTableError: x",
        ] {
            assert!(bare(text).is_some(), "{text}");
        }
    }

    #[test]
    fn prose_is_not() {
        for text in [
            "Error: something",
            "error: x",
            "INFO: ready",
            "Internal Server Error: /x",
            "ValueError",
            "DeprecationWarning: x",
            "Errors: 3",
            "Not Found: /x",
            "myError:x",
            "http://x",
            "",
            "NotFound: /favicon.ico",
            "3Error: x",
            "Error",
            "a.b: c",
            "status: ok",
            "..Error: x",
        ] {
            assert!(bare(text).is_none(), "{text}");
        }
    }

    #[test]
    fn any_name_inside_a_traceback() {
        assert_eq!(split("shop.cart.Missing: no such"), Some(("shop.cart.Missing", "no such")));
        assert_eq!(split("a.f.<locals>.Odd: x"), Some(("a.f.<locals>.Odd", "x")));
        assert_eq!(split("KeyError:"), Some(("KeyError", "")));
        assert_eq!(split("not one: x"), None);
    }
}
