//! A Dash app whose layout stands in a file that the server never loads.

use super::{Cx, EventKind, Interp};
use crate::python::resolve::pathops;
use crate::python::value::Value;
use crate::rules::removed_names;

/// The first Dash whose objects are WSGI applications themselves.
const CALLABLE: &str = "3.0";

impl Interp<'_> {
    /// Code imported a module of that name.
    pub fn third_party_seen(&self, top: &str) -> bool {
        self.spoken.contains(top)
    }

    /// Whether the Dash that is installed, or the one that the requirements fix, makes objects that no
    /// server can call.
    pub fn dash_callable(&mut self) {
        let version = if self.is_installed("dash") {
            self.version_of("dash", "dash")
        } else {
            self.asked().get("dash").and_then(|asked| asked.exact.clone())
        };
        self.dash_uncallable =
            version.is_some_and(|version| !removed_names::is_from(&version, CALLABLE));
    }

    /// After everything was loaded: `app.layout = …` was met nowhere, and a file beside the app has it.
    pub fn dash_layout(&mut self) {
        let made = self.modules.iter().enumerate().find_map(|(id, module)| {
            let source = module.source.as_ref()?;
            let apps = module.names.iter().filter(|(_, binding)| {
                let is_dash =
                    matches!(&binding.value, Value::Inst(class) if &**class == "dash.Dash");
                // Where it was made, not where it was imported.
                is_dash && !binding.maybe && source.excerpt(binding.range).contains("Dash(")
            });
            let first = apps.min_by_key(|(_, binding)| binding.range.start());
            first.map(|(name, binding)| (id, name.clone(), binding.range))
        });
        let Some((id, name, range)) = made.filter(|_| self.complete) else { return };
        let some_sets =
            self.modules.iter().filter_map(|module| module.source.as_ref()).any(|source| {
                let text = source.text();
                sets_layout(text)
                    || sets_among(text)
                    || text.contains("setattr(")
                    || text.contains("use_pages")
            });
        if some_sets {
            return;
        }
        let folder = pathops::parent(&self.modules[id].path);
        let files = self.python_files(&folder);
        for file in files {
            if let Some(text) = self.text_beside(&folder, &file)
                && text.contains(&format!("{name}.layout"))
                && sets_layout(&text)
            {
                let cx = Cx { module: id, ..self.base() };
                self.emit(
                    &cx,
                    range,
                    "layout",
                    EventKind::NoLayout { app: name.to_string(), file },
                );
                return;
            }
        }
    }
}

/// `app.layout = …`.
fn sets_layout(text: &str) -> bool {
    text.match_indices(".layout").any(|(at, found)| {
        let rest = text[at + found.len()..].trim_start_matches([' ', '\t']);
        rest.starts_with('=') && !rest.starts_with("==")
    })
}

/// `app.layout, app.title = …` and other ways that give it a value.
fn sets_among(text: &str) -> bool {
    text.match_indices(".layout").any(|(at, found)| {
        let rest = text[at + found.len()..].trim_start_matches([' ', '\t']);
        rest.starts_with([',', ':', ')', ']'])
    })
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn reported(app: &str, index: &str) -> bool {
        let text = format!(
            "from app import server as application\n# --- app.py\nimport dash\napp = dash.Dash(__name__{app}\nserver = app.server\n# --- index.py\nfrom app import app\n{index}\n"
        );
        analyse(&text).findings.iter().any(|found| found.name == "dash-layout-elsewhere")
    }

    #[test]
    fn the_layout_is_elsewhere() {
        assert!(reported(")", "app.layout = make()"));
        assert!(!reported(")\napp.layout = 'x'", "app.layout = make()"));
        assert!(!reported(", use_pages=True)", "app.layout = make()"));
        assert!(!reported(
            ")\nimport pages",
            "app.layout = make()\n# --- pages.py\nfrom index import app\n"
        ));
        assert!(!reported(")", "print(app.layout)"));
    }
}
