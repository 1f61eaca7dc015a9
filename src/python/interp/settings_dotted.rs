//! Settings of Django's that name things by their dotted paths, and where they are written.

use ruff_text_size::TextRange;

use super::settings::entry;
use super::{EventKind, Interp};
use crate::python::value::{ModuleId, Value};

impl Interp<'_> {
    /// Other settings of Django's own that name an object by its dotted path.
    pub(super) fn dotted_settings(
        &self,
        settings: ModuleId,
    ) -> Vec<(&'static str, String, ModuleId, TextRange)> {
        let names = &self.modules[settings].names;
        let mut out = Vec::new();
        let mut add = |setting, value: &Value| {
            if let Some(text) = value.text() {
                let (module, at) = self.literal_place(settings, text);
                out.push((setting, text.to_owned(), module, at));
            }
        };
        if let Some(Value::List(items, _)) = names.get("TEMPLATES").map(|binding| &binding.value) {
            for engine in items.iter() {
                if let Some(backend) = entry(engine, "BACKEND") {
                    add("TEMPLATES", backend);
                }
                let Some(Value::Dict(options, _)) = entry(engine, "OPTIONS") else { continue };
                let found = options.iter().find(|(key, _)| &**key == "context_processors");
                if let Some((_, Value::List(processors, _))) = found {
                    processors.iter().for_each(|item| add("context_processors", item));
                }
            }
        }
        for setting in ["AUTHENTICATION_BACKENDS", "DATABASE_ROUTERS"] {
            if let Some(Value::List(items, _)) = names.get(setting).map(|binding| &binding.value) {
                items.iter().for_each(|item| add(setting, item));
            }
        }
        for setting in [
            "EMAIL_BACKEND",
            "DEFAULT_FILE_STORAGE",
            "STATICFILES_STORAGE",
            "DEFAULT_EXCEPTION_REPORTER",
        ] {
            if let Some(binding) = names.get(setting) {
                add(setting, &binding.value);
            }
        }
        for (setting, key) in [("CACHES", "BACKEND"), ("CHANNEL_LAYERS", "BACKEND")] {
            let found = names.get(setting).map(|binding| &binding.value);
            let default = found.and_then(|value| entry(value, "default"));
            if let Some(backend) = default.and_then(|value| entry(value, key)) {
                add(setting, backend);
            }
        }
        if let Some(Value::Dict(storages, _)) = names.get("STORAGES").map(|binding| &binding.value)
        {
            storages
                .iter()
                .filter_map(|(_, one)| entry(one, "BACKEND"))
                .for_each(|it| add("STORAGES", it));
        }
        if let Some(Value::Dict(items, _)) =
            names.get("REST_FRAMEWORK").map(|binding| &binding.value)
        {
            for (key, value) in items.iter() {
                match value {
                    Value::List(classes, _) if key.ends_with("_CLASSES") => {
                        classes.iter().for_each(|item| add("REST_FRAMEWORK", item));
                    }
                    Value::Str(_) if key.ends_with("_CLASS") || &**key == "EXCEPTION_HANDLER" => {
                        add("REST_FRAMEWORK", value);
                    }
                    _ => {}
                }
            }
        }
        out
    }

    /// Modules of template tags that the settings name.
    pub(super) fn tag_libraries(&self, settings: ModuleId) -> Vec<(String, ModuleId, TextRange)> {
        let engines = self.modules[settings].names.get("TEMPLATES").map(|binding| &binding.value);
        let Some(Value::List(engines, _)) = engines else { return Vec::new() };
        let options = engines.iter().filter_map(|engine| entry(engine, "OPTIONS"));
        let libraries = options.filter_map(|options| entry(options, "libraries"));
        let items = libraries.filter_map(|libraries| match libraries {
            Value::Dict(items, _) => Some(items),
            _ => None,
        });
        let names = items.flat_map(|items| items.iter()).filter_map(|(_, value)| value.text());
        names
            .map(|name| {
                let (module, at) = self.literal_place(settings, name);
                (name.to_owned(), module, at)
            })
            .collect()
    }

    /// A list in the settings of which every item is known.
    pub(super) fn is_complete_list(&self, settings: ModuleId, name: &str) -> bool {
        !self.modules[settings].dynamic
            && self.modules[settings].names.get(name).is_some_and(|binding| {
                matches!(&binding.value, Value::List(items, true)
                    if items.iter().all(|item| item.text().is_some()))
            })
    }

    /// Strings of a list in the settings with their places.
    pub(super) fn dotted_list(
        &self,
        settings: ModuleId,
        name: &str,
    ) -> Vec<(String, ModuleId, TextRange)> {
        let Some(binding) = self.modules[settings].names.get(name) else { return Vec::new() };
        let Value::List(items, _) = &binding.value else { return Vec::new() };
        let start = binding.range.start();
        let own = binding.range != TextRange::default();
        items
            .iter()
            .take(1_000)
            .filter_map(Value::text)
            .filter(|text| !self.is_joined(text))
            .map(|text| {
                // The same text may stand in another list above.
                let behind = own.then(|| self.literal_behind(settings, text, start)).flatten();
                let (module, at) =
                    behind.map_or_else(|| self.literal_place(settings, text), |at| (settings, at));
                (text.to_owned(), module, at)
            })
            .collect()
    }

    /// Two entries that a missing comma joins, which is told as such.
    fn is_joined(&self, text: &str) -> bool {
        self.events.iter().any(|event| {
            matches!(&event.kind, EventKind::JoinedTexts { first, second, .. }
                if text.strip_prefix(first.as_str()) == Some(second.as_str()))
        })
    }

    /// Where a text of the settings is written: in them, or in a file beside them that they take over.
    pub(super) fn literal_place(&self, settings: ModuleId, text: &str) -> (ModuleId, TextRange) {
        let package =
            |name: &str| name.rsplit_once('.').map_or("", |(package, _)| package).to_owned();
        let own = package(&self.modules[settings].name);
        let beside = (0..self.modules.len())
            .rev()
            .filter(|&id| id != settings && package(&self.modules[id].name).starts_with(&own));
        std::iter::once(settings)
            .chain(beside)
            .find_map(|id| Some((id, self.string_literal(id, text)?)))
            .unwrap_or((settings, TextRange::default()))
    }
}
