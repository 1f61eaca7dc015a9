//! The table of library calls that matter at import: `rules/python/calls.toml`.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::python::maps::HashMap;

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallKind {
    /// Starts a web server and does not come back.
    Server,
    /// Binds a port by hand.
    Bind,
    /// Does not come back.
    Block,
    /// May take long or wait for something outside.
    Wait,
    /// Loads something heavy.
    Slow,
    /// Starts a thread or a process.
    Thread,
    /// Ends the process.
    Exit,
    /// Reads from the keyboard.
    Input,
}

/// One line of the table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallRule {
    pub kind: CallKind,
    /// For people: "Flask's development server".
    pub what: String,
    /// 1.0, 0.8 or 0.5.
    #[serde(default = "certain")]
    pub certainty: f64,
    /// Full dotted names; `()` stands for an instance or result.
    #[serde(default)]
    pub names: Vec<String>,
    /// Method names that mean this on whatever object.
    #[serde(default)]
    pub methods: Vec<String>,
    /// Keyword arguments that make it harmless, e.g. `block=False`.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Keyword arguments of which one must be there, on an object of unknown sort.
    #[serde(default)]
    pub only_with: Vec<String>,
}

fn certain() -> f64 {
    1.0
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    call: Vec<CallRule>,
    alias: HashMap<String, String>,
    asgi: Vec<String>,
    wsgi: Vec<String>,
    no_app: Vec<String>,
    quiet_decorators: Vec<String>,
}

/// The table, ready for look-ups.
#[derive(Debug)]
pub struct CallTable {
    rules: Vec<CallRule>,
    names: HashMap<String, usize>,
    methods: HashMap<String, usize>,
    alias: HashMap<String, String>,
    asgi: Vec<String>,
    wsgi: Vec<String>,
    no_app: Vec<String>,
    quiet: Vec<String>,
}

/// The embedded table.
pub fn table() -> &'static CallTable {
    static TABLE: OnceLock<CallTable> = OnceLock::new();
    TABLE.get_or_init(|| {
        CallTable::new(crate::rules::embedded("python/calls.toml").unwrap_or_default())
    })
}

impl CallTable {
    fn new(file: File) -> Self {
        let mut out = Self {
            rules: file.call,
            names: HashMap::default(),
            methods: HashMap::default(),
            alias: file.alias,
            asgi: file.asgi,
            wsgi: file.wsgi,
            no_app: file.no_app,
            quiet: file.quiet_decorators,
        };
        for (at, rule) in out.rules.iter().enumerate() {
            for name in &rule.names {
                out.names.entry(name.clone()).or_insert(at);
            }
            for name in &rule.methods {
                out.methods.entry(name.clone()).or_insert(at);
            }
        }
        out
    }

    /// The rule of a full dotted name.
    pub fn by_name(&self, name: &str) -> Option<&CallRule> {
        self.names.get(name).map(|&at| &self.rules[at])
    }

    /// The rule of a method of an object of unknown sort.
    pub fn by_method(&self, method: &str) -> Option<&CallRule> {
        self.methods.get(method).map(|&at| &self.rules[at])
    }

    /// The usual name of something that libraries offer under several names.
    pub fn usual<'a>(&'a self, name: &'a str) -> &'a str {
        self.alias.get(name).map_or(name, String::as_str)
    }

    /// An ASGI application's class or maker.
    pub fn is_asgi(&self, name: &str) -> bool {
        self.asgi.iter().any(|known| known == name)
    }

    /// A WSGI application's class or maker.
    pub fn is_wsgi(&self, name: &str) -> bool {
        self.wsgi.iter().any(|known| known == name)
    }

    /// A class whose objects people take for an application, and no server of either sort can call.
    pub fn is_no_app(&self, name: &str) -> bool {
        self.no_app.iter().any(|known| known == name)
    }

    /// A decorator that leaves the function callable as it is.
    pub fn is_quiet_decorator(&self, name: &str) -> bool {
        let last = name.trim_end_matches("()").rsplit('.').next().unwrap_or(name);
        self.quiet.iter().any(|known| known == last || known == name)
    }
}

#[cfg(test)]
mod tests {
    use super::{CallKind, table};

    #[test]
    fn the_embedded_table_loads() {
        let table = table();
        assert!(table.rules.len() > 10);
        assert_eq!(
            table.by_name("flask.Flask().run").map(|rule| rule.kind),
            Some(CallKind::Server)
        );
        assert_eq!(table.usual("flask.app.Flask"), "flask.Flask");
        assert!(table.is_asgi("fastapi.FastAPI"));
    }
}
