//! Django's settings module: how the environment names it, and settings that are none.

use ruff_text_size::TextRange;

use super::event::{Settings, SettingsWrong};
use super::{Cx, EventKind, Interp};
use crate::python::lints::near;
use crate::python::resolve::pathops;
use crate::python::value::{ModuleId, Value};

impl Interp<'_> {
    /// `setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")` where that file is not there and others of its kind
    /// are: `settings_docker.py`, `settings_example.py`.
    fn has_other_settings(&mut self, cx: &Cx, name: &str, literal: Option<TextRange>) -> bool {
        let Some(source) = self.modules[cx.module].source.as_ref() else { return false };
        if !literal.is_some_and(|range| source.excerpt(range).contains("setdefault(")) {
            return false;
        }
        let folder = name.rsplit_once('.').map_or("", |(package, _)| package).replace('.', "/");
        let own = self.own_path();
        own.iter().any(|dir| {
            let listing = self.finder.list(&pathops::join(dir, &folder));
            listing
                .iter()
                .any(|(file, is_dir)| !is_dir && file.contains("settings") && file.ends_with(".py"))
        })
    }

    /// Imports the settings module that the environment names.
    pub(super) fn django_settings(&mut self, cx: &Cx, range: TextRange) -> Option<ModuleId> {
        if let Some(id) = self.settings {
            return Some(id);
        }
        let name = match self.environ.get("DJANGO_SETTINGS_MODULE") {
            Some(Value::Str(name)) => name.to_string(),
            Some(_) => return None,
            None => {
                if self.named_below(cx, range) {
                    return None;
                }
                // Elsewhere the variable may be set by the server's own configuration.
                let configured = self.modules.iter().any(|module| {
                    module
                        .source
                        .as_ref()
                        .is_some_and(|source| source.text().contains("settings.configure"))
                });
                if configured || self.dotenv {
                    return None;
                }
                // Set in a way that could not be followed.
                let named =
                    self.modules.iter().filter_map(|module| module.source.as_ref()).any(|source| {
                        source.text().lines().any(|line| {
                            let line = line.trim_start();
                            !line.starts_with('#') && line.contains("DJANGO_SETTINGS_MODULE")
                        })
                    });
                if !self.misnamed_variable(cx) && self.options.is_embedded() && !named {
                    let kind = EventKind::Settings(Settings {
                        module: String::new(),
                        wrong: SettingsWrong::Unset,
                        near: None,
                        elsewhere: None,
                        literal: None,
                        certainty: 0.8,
                    });
                    self.emit(cx, range, "settings", kind);
                }
                return None;
            }
        };
        // A template that a project is made from has no settings yet.
        if name.contains("{{") || self.settings_path(cx, &name, range) {
            return None;
        }
        let before = self.events.len();
        let value = self.import_dotted(cx, &name, range, None);
        // The import's own complaint points at the call; the settings' name is what is wrong.
        let missing = self.events[before..].iter().position(|event| {
            event.module == cx.module
                && matches!(&event.kind, EventKind::Missing(missing) if missing.name == name)
        });
        if let Some(at) = missing {
            let event = self.events.remove(before + at);
            let (near, literal) = (self.near_dotted(&name), self.string_literal(cx.module, &name));
            let (elsewhere, certainty) = match &event.kind {
                EventKind::Missing(missing) => (missing.elsewhere.clone(), missing.certainty),
                _ => (None, 1.0),
            };
            // A default that the server's own variable takes the place of.
            let by_default = near.is_none() && self.has_other_settings(cx, &name, literal);
            let certainty = if by_default { 0.5_f64.min(certainty) } else { certainty };
            let kind = EventKind::Settings(Settings {
                module: name,
                wrong: SettingsWrong::Missing,
                near,
                elsewhere,
                literal,
                certainty,
            });
            self.seen.remove(&(cx.module, literal.unwrap_or(range).start().to_u32(), "settings"));
            self.emit(
                &Cx { weight: event.weight, ..cx.clone() },
                literal.unwrap_or(range),
                "settings",
                kind,
            );
            return None;
        }
        if let Value::Module(id) = value {
            let filled = self.modules[id].source.as_ref().is_some_and(|s| is_filled(s.text()));
            self.modules[id].dynamic |= filled;
            self.settings = Some(id);
            return Some(id);
        }
        None
    }

    /// The variable is set only below the line that needs it.
    fn named_below(&mut self, cx: &Cx, range: TextRange) -> bool {
        const NAME: &str = "DJANGO_SETTINGS_MODULE";
        let Some(source) = self.modules[cx.module].source.as_ref() else { return false };
        let text = source.text();
        if cx.frame.is_some() || cx.weight < 1.0 || cx.quiet || self.dotenv {
            return false;
        }
        let start = range.start().to_usize();
        let (above, below) = text.split_at(start.min(text.len()));
        let sets = |line: &str| {
            let line = line.trim_start();
            line.contains(NAME) && (line.starts_with("os.environ") || line.starts_with("environ"))
        };
        if above.contains(NAME) || !below.lines().skip(1).any(sets) {
            return false;
        }
        let kind = EventKind::Settings(Settings {
            module: NAME.to_owned(),
            wrong: SettingsWrong::Late,
            near: None,
            elsewhere: None,
            literal: None,
            certainty: if self.options.is_embedded() { 1.0 } else { 0.8 },
        });
        self.emit(cx, range, "settings", kind);
        true
    }

    /// `DJANGO_SETTING_MODULE` is set, which nothing reads.
    fn misnamed_variable(&mut self, cx: &Cx) -> bool {
        const RIGHT: &str = "DJANGO_SETTINGS_MODULE";
        let Some(wrong) = near::nearest(RIGHT, self.environ.keys().map(String::as_str)) else {
            return false;
        };
        let place = (0..self.modules.len())
            .find_map(|id| Some((id, self.string_literal(id, &wrong)?)))
            .map_or((cx.module, None), |(id, range)| (id, Some(range)));
        let (module, Some(literal)) = place else { return false };
        let kind = EventKind::Settings(Settings {
            module: wrong,
            wrong: SettingsWrong::Misnamed,
            near: Some(RIGHT.to_owned()),
            elsewhere: None,
            literal: Some(literal),
            // Elsewhere the server's own environment may set the right one.
            certainty: if self.options.is_embedded() { 1.0 } else { 0.8 },
        });
        self.emit(&Cx { module, ..cx.clone() }, literal, "settings", kind);
        true
    }

    /// `/srv/shop/shop/settings.py` where Django wants `shop.settings`.
    fn settings_path(&mut self, cx: &Cx, name: &str, range: TextRange) -> bool {
        if !name.contains(['/', '\\']) {
            return false;
        }
        let stem = name.strip_suffix(".py").unwrap_or(name);
        let parts: Vec<&str> = stem.split(['/', '\\']).filter(|part| !part.is_empty()).collect();
        let dirs: Vec<String> = self.sys_path.iter().map(|entry| entry.path.clone()).collect();
        // The shortest end of the path that the search path leads to.
        let near = (1..=parts.len().min(4)).find_map(|take| {
            let tail = &parts[parts.len() - take..];
            let mut dirs = dirs.clone();
            for (at, part) in tail.iter().enumerate() {
                self.finder.find(part, dirs.iter().map(String::as_str))?;
                if at + 1 < tail.len() {
                    dirs = dirs.iter().map(|dir| pathops::join(dir, part)).collect();
                }
            }
            Some(tail.join("."))
        });
        let literal = self.string_literal(cx.module, name);
        let kind = EventKind::Settings(Settings {
            module: name.to_owned(),
            wrong: SettingsWrong::Path,
            near,
            elsewhere: None,
            literal,
            certainty: 1.0,
        });
        self.emit(cx, literal.unwrap_or(range), "settings", kind);
        true
    }

    /// Notes settings that surely have no `SECRET_KEY`.
    pub(super) fn secret_key(&mut self, cx: &Cx, settings: ModuleId) {
        let module = &self.modules[settings];
        if module.dynamic || module.names.contains_key("SECRET_KEY") {
            return;
        }
        let names = self.names_of(settings);
        if names.opaque || names.module.contains_key("SECRET_KEY") {
            return;
        }
        let module = &self.modules[settings];
        let (name, dirs) = (module.name.clone(), module.search.clone());
        // A package of settings is often named where one of its modules is meant.
        let mut inside = Vec::new();
        for dir in &dirs {
            inside.extend(self.finder.modules(dir).into_iter().map(|module| (dir.clone(), module)));
        }
        let text = |dir: &str, module: &str| {
            let path = self.finder.disk(&pathops::join(dir, &format!("{module}.py")));
            std::fs::read_to_string(path).unwrap_or_default()
        };
        let texts: Vec<(String, String)> = inside
            .iter()
            .map(|(dir, module)| (module.clone(), text(dir, module)))
            .filter(|(_, text)| has_key(text) || text.contains("import *"))
            .collect();
        let usual = ["production", "prod", "base", "local", "dev", "settings"];
        let near = usual
            .iter()
            .find_map(|wanted| texts.iter().find(|(module, _)| module == wanted))
            .or_else(|| texts.iter().find(|(_, text)| has_key(text)))
            .map(|(module, _)| format!("{name}.{module}"));
        // The folder above is a package, by which the server names it.
        let above = dirs.first().map(|dir| pathops::parent(dir)).unwrap_or_default();
        let near = if !name.contains('.') && self.finder.list(&above).file("__init__.py") {
            near.map(|near| format!("{}.{near}", pathops::basename(&above)))
        } else {
            near
        };
        let literal = self.string_literal(cx.module, &name).unwrap_or_default();
        // The server's own environment goes before a `setdefault`.
        let sure = near.is_none()
            || !self.modules[cx.module]
                .source
                .as_ref()
                .is_some_and(|source| source.excerpt(literal).contains("setdefault"));
        let (module, range) = if literal == TextRange::default() {
            (settings, TextRange::default())
        } else {
            (cx.module, literal)
        };
        let cx = Cx { module, ..cx.clone() };
        self.emit(&cx, range, "secret-key", EventKind::NoSecretKey { near, sure });
    }

    /// A dotted name near one that was not found, checked part by part.
    fn near_dotted(&mut self, name: &str) -> Option<String> {
        let mut dirs: Vec<String> = self.sys_path.iter().map(|entry| entry.path.clone()).collect();
        let mut out: Vec<String> = Vec::new();
        for part in name.split('.') {
            let exact = self.finder.find(part, dirs.iter().map(String::as_str)).is_some();
            let chosen = if exact {
                part.to_owned()
            } else {
                let mut names: Vec<String> = Vec::new();
                for dir in &dirs {
                    names.extend(self.finder.list(dir).importable());
                }
                near::nearest(part, names.iter().map(String::as_str))?
            };
            dirs = dirs
                .iter()
                .map(|dir| pathops::join(dir, &chosen))
                .filter(|dir| self.finder.is_dir(dir))
                .collect();
            out.push(chosen);
        }
        let found = out.join(".");
        (found != name).then_some(found)
    }
}

/// A settings file assigns `SECRET_KEY` itself.
fn has_key(text: &str) -> bool {
    text.lines().any(|line| line.trim_start().starts_with("SECRET_KEY"))
}

/// Settings that a library fills in by the module's own name: `DjangoDynaconf(__name__)`.
fn is_filled(text: &str) -> bool {
    text.match_indices("__name__").any(|(at, _)| {
        let Some(before) = text[..at].trim_end().strip_suffix('(') else { return false };
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
        let start = before.rfind(|c| !is_name(c)).map_or(0, |at| at + 1);
        let callee = before[start..].rsplit('.').next().unwrap_or_default();
        !callee.is_empty() && !callee.to_ascii_lowercase().contains("logger")
    })
}

#[cfg(test)]
mod tests {
    use super::is_filled;

    #[test]
    fn settings_that_a_library_fills_in() {
        assert!(is_filled("settings = dynaconf.DjangoDynaconf(\n    __name__,\n)\n"));
        for text in [
            "log = logging.getLogger(__name__)\n",
            "log = get_logger( __name__ )\n",
            "ROOT = __name__.split('.')[0]\n",
            "if (__name__ == 'x'):\n    pass\n",
        ] {
            assert!(!is_filled(text), "{text}");
        }
    }
}
