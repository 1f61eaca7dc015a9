//! What happens when the server calls an installed class's object.

use super::Interp;
use super::installed::MOST_STEPS;
use crate::python::installed::Surface;
use crate::python::installed::classes::OwnCall;
use crate::python::value::Value;

/// What the server's call of an installed class's object does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Called {
    /// It speaks ASGI.
    Asgi,
    /// It cannot be called as a WSGI application.
    Never,
    /// It can, or nobody knows.
    Maybe,
}

impl Interp<'_> {
    /// What happens when the server calls the application, where it is an installed class's object.
    pub fn called(&mut self, value: &Value) -> Called {
        match value {
            Value::Inst(name) if self.is_installed(name) => self.class_called(name, 0),
            Value::Object(class)
                if !class.opaque
                    && !class.methods.iter().any(|func| &*func.name == "__call__")
                    && !class.attributes.iter().any(|(name, _)| &**name == "__call__") =>
            {
                let [Value::Ext(base)] = class.bases.as_slice() else { return Called::Maybe };
                if self.is_installed(base) { self.class_called(base, 0) } else { Called::Maybe }
            }
            _ => Called::Maybe,
        }
    }

    /// Of a class by its dotted name.
    fn class_called(&mut self, dotted: &str, steps: u8) -> Called {
        if steps > MOST_STEPS {
            return Called::Maybe;
        }
        if matches!(
            dotted,
            "object"
                | "typing.Generic"
                | "t.Generic"
                | "abc.ABC"
                | "typing.Protocol"
                | "dict"
                | "list"
        ) {
            return Called::Never;
        }
        let Some((module, name)) = dotted.rsplit_once('.') else { return Called::Maybe };
        if self.spot(module).is_none() {
            return Called::Maybe;
        }
        let surface = self.surface(module);
        let Some(class) = surface.classes.get(name) else {
            return match surface.imported.get(name) {
                Some((from, Some(origin))) => {
                    self.class_called(&format!("{from}.{origin}"), steps + 1)
                }
                _ => Called::Maybe,
            };
        };
        match class.call {
            OwnCall::Asgi => Called::Asgi,
            OwnCall::Other => Called::Never,
            OwnCall::Maybe => Called::Maybe,
            OwnCall::None => {
                // The first base that has one decides; whether the others count depends on it.
                for base in &class.bases {
                    let Some(base) = base else { return Called::Maybe };
                    let full = self.base_of(&surface, module, base);
                    match self.class_called(&full, steps + 1) {
                        Called::Never => {}
                        other => return other,
                    }
                }
                Called::Never
            }
        }
    }

    /// The absolute name of a base class that is written in a module.
    fn base_of(&self, surface: &Surface, module: &str, base: &str) -> String {
        let (first, rest) = base.split_once('.').map_or((base, ""), |(first, rest)| (first, rest));
        if surface.classes.contains_key(first) && rest.is_empty() {
            return format!("{module}.{first}");
        }
        let Some((from, origin)) = surface.imported.get(first) else { return base.to_owned() };
        let mut full = from.clone();
        for part in [origin.as_deref().unwrap_or(""), rest] {
            if !part.is_empty() {
                full = format!("{full}.{part}");
            }
        }
        full
    }
}
