//! Exceptions of other languages' runtimes: Node, browsers, the JVM, .NET. They print `Type: message`
//! as Python does, with frames that begin with `at`; none of them is the web app's.

/// Packages whose types are the JVM's or .NET's.
const PACKAGES: &[&str] = &[
    "java.",
    "javax.",
    "jakarta.",
    "kotlin.",
    "scala.",
    "sun.",
    "com.sun.",
    "jdk.",
    "org.apache.",
    "org.springframework.",
    "org.hibernate.",
    "org.postgresql.",
    "com.mysql.",
    "org.elasticsearch.",
    "org.gradle.",
    "System.",
    "Microsoft.",
];

/// How messages of JavaScript's `SyntaxError` begin; `CPython` words none of its own so.
const SYNTAX: &[&str] = &[
    "Unexpected token",
    "Unexpected identifier",
    "Unexpected end of ",
    "Unexpected string",
    "Unexpected number",
    "Unexpected template",
    "Unexpected reserved word",
    "Unexpected strict mode",
    "Unexpected eval",
    "Unexpected non-whitespace",
    "Invalid or unexpected token",
    "Invalid regular expression",
    "Invalid left-hand side",
    "Invalid destructuring",
    "Invalid shorthand",
    "Cannot use import statement",
    "Cannot use 'import.meta'",
    "Missing initializer in ",
    "Missing catch or finally",
    "missing ) ",
    "missing } ",
    "await is only valid",
    "Illegal ",
    "Identifier '",
    "The requested module '",
    "Named export '",
    "Bad control character in ",
    "Expected property name",
    "JSON.parse: ",
];

/// How messages of JavaScript's `TypeError` begin or end.
const TYPE_STARTS: &[&str] = &[
    "Cannot read propert",
    "Cannot set propert",
    "Cannot destructure",
    "Cannot convert undefined",
    "Assignment to constant",
    "Failed to fetch",
    "Class extends value",
    "Cannot assign to read only",
    "Converting circular structure",
];
const TYPE_ENDS: &[&str] = &[
    " is not a function",
    " is not a constructor",
    " is undefined",
    " is null",
    " is not iterable (cannot read property Symbol(Symbol.iterator))",
];

/// Whether an exception's own line is another runtime's.
pub(super) fn is_foreign(name: &str, message: &str) -> bool {
    if PACKAGES.iter().any(|package| name.starts_with(package)) {
        return true;
    }
    match name {
        "SyntaxError" => SYNTAX.iter().any(|start| message.starts_with(start)),
        "TypeError" => {
            TYPE_STARTS.iter().any(|start| message.starts_with(start))
                || TYPE_ENDS.iter().any(|end| message.ends_with(end))
        }
        // Python's own is about weak references and proxies only
        "ReferenceError" => !message.starts_with("weakly"),
        "LoadError" => message.starts_with("cannot load such file"),
        "NoMethodError" => message.starts_with("undefined method"),
        "RangeError" | "URIError" | "EvalError" | "AggregateError" | "DOMException" => true,
        _ => false,
    }
}

/// `    at name (file:line:column)`, `    at pkg.Type.method(File.java:12)`, `   at Ns.Type.Method()`.
pub(super) fn is_frame(text: &str) -> bool {
    let trimmed = text.trim_start();
    trimmed.len() < text.len()
        && trimmed.strip_prefix("at ").is_some_and(|rest| {
            rest.contains('(')
                || rest.starts_with("async ")
                || rest.starts_with(['/', '<'])
                || rest.starts_with("file:")
                || rest.starts_with("node:")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_runtimes() {
        for (name, message) in [
            ("SyntaxError", "Unexpected token '}'"),
            ("SyntaxError", "Cannot use import statement outside a module"),
            ("TypeError", "Cannot read properties of undefined (reading 'id')"),
            ("TypeError", "cb is not a function"),
            ("ReferenceError", "user is not defined"),
            ("RangeError", "Maximum call stack size exceeded"),
            ("java.lang.OutOfMemoryError", "Java heap space"),
            ("System.OutOfMemoryException", "Insufficient memory"),
        ] {
            assert!(is_foreign(name, message), "{name}: {message}");
        }
        for (name, message) in [
            ("SyntaxError", "unexpected EOF while parsing"),
            ("SyntaxError", "invalid syntax"),
            ("SyntaxError", "unexpected character after line continuation character"),
            ("TypeError", "'NoneType' object is not iterable"),
            ("TypeError", "view() is not a callable"),
            ("ReferenceError", "weakly-referenced object no longer exists"),
            ("KeyError", "'x'"),
            ("MemoryError", ""),
        ] {
            assert!(!is_foreign(name, message), "{name}: {message}");
        }
    }

    #[test]
    fn frames() {
        assert!(is_frame("    at JSON.parse (<anonymous>)"));
        assert!(is_frame("\tat com.acme.Main.main(Main.java:12)"));
        assert!(is_frame("    at /srv/web/app.js:33:9"));
        assert!(is_frame("    at async handler (file:///srv/x.mjs:3:1)"));
        assert!(!is_frame("at most (three)"));
        assert!(!is_frame("    at least one value"));
    }
}
