//! Packages that the requirements ask for, and that do not work with what they leave open.

use ruff_text_size::TextRange;

use super::event::Clash;
use super::{Cx, EventKind, Interp};
use crate::python::maps::HashMap;
use crate::python::resolve::Origin;
use crate::python::resolve::pins::{self, Asked};
use crate::rules::clashes::{self, Kind};
use crate::rules::removed_names::is_from;

/// Files that fix everything, whatever requirements.txt leaves open.
const LOCKS: &[&str] =
    &["poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock", "constraints.txt", "conda-lock.yml"];

impl Interp<'_> {
    /// What the project's requirements ask for; nothing where another file fixes the versions.
    pub(super) fn asked(&mut self) -> HashMap<String, Asked> {
        let own: Vec<String> = self
            .sys_path
            .iter()
            .filter(|entry| entry.origin != Origin::SitePackages)
            .map(|entry| entry.path.clone())
            .collect();
        for dir in &own {
            let listing = self.finder.list(dir);
            if LOCKS.iter().any(|name| listing.file(name)) {
                return HashMap::default();
            }
        }
        pins::asked(&mut self.finder, &own)
    }

    /// An import of a library's module whose package is known for such a thing.
    pub(super) fn clash(&mut self, cx: &Cx, top: &str, range: TextRange) {
        if !clashes::is_known(top) || cx.caught.imports || cx.quiet || self.is_installed(top) {
            return;
        }
        let told = |event: &super::Event| matches!(&event.kind, EventKind::Clash(clash) if clash.lacks.is_none());
        if self.events.iter().any(told) {
            return;
        }
        let asked = self.asked();
        for rule in clashes::of(top) {
            let Some(version) = asked.get(rule.dist) else { continue };
            let (why, certainty) = match &rule.kind {
                Kind::Name { unless } => {
                    if asked.contains_key(*unless) {
                        continue;
                    }
                    (rule.why, 1.0)
                }
                Kind::Versions { least, below, other, from } => {
                    // Only a fixed version is old for sure.
                    let old = below.is_empty()
                        || version.exact.as_ref().is_some_and(|exact| {
                            !is_from(exact, below) && (least.is_empty() || is_from(exact, least))
                        });
                    let new = match asked.get(*other) {
                        None => true,
                        Some(asked) => {
                            asked.exact.as_ref().is_some_and(|exact| is_from(exact, from))
                        }
                    };
                    // Whoever stands in the list without a fixed version may be held back by others.
                    let open =
                        asked.get(*other).is_some_and(|asked| asked.exact.is_none() && asked.open);
                    if !old || !(new || open) {
                        continue;
                    }
                    (rule.why, if new { 1.0 } else { 0.8 })
                }
            };
            let clash = Clash {
                dist: version.name.clone(),
                version: version.exact.clone().filter(|_| !matches!(rule.kind, Kind::Name { .. })),
                why,
                instead: rule.instead,
                lacks: None,
                certainty,
            };
            self.emit(cx, range, "clash", EventKind::Clash(clash));
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn reported(import: &str, requirements: &str) -> bool {
        let text = format!(
            "{import}\nfrom flask import Flask\napplication = Flask(__name__)\n# --- requirements.txt\n{requirements}\n"
        );
        analyse(&text).findings.iter().any(|found| found.name == "packages-clash")
    }

    #[test]
    fn old_packages_and_new_ones() {
        assert!(reported("import os", "Flask==1.1.2\ngunicorn"));
        assert!(reported("import os", "flask == 1.1.4"));
        assert!(reported("import os", "Flask==2.2.2"));
        for fine in [
            "Flask==1.1.2\nJinja2==2.11.3\nMarkupSafe==1.1.1\nitsdangerous==1.1.0\nWerkzeug==1.0.1",
            "Flask==1.1.2\njinja2<3.1\nitsdangerous<2.1\nmarkupsafe<2.1\nwerkzeug<2.1",
            "Flask>=1.1.2",
            "Flask==3.0.0",
            "Flask==2.2.5",
            "Flask==1.1.4\nMarkupSafe==2.0.1",
            "Flask==2.2.2\nWerkzeug==2.2.3",
            "# Flask==1.1.2\nflask",
            "Flask==1.1.2\n# --- constraints.txt\nJinja2==2.11.3",
        ] {
            assert!(!reported("import os", fine), "{fine}");
        }
    }

    #[test]
    fn packages_of_another_name() {
        assert!(reported("import fitz", "flask\nfitz"));
        assert!(!reported("import fitz", "flask\nPyMuPDF"));
        assert!(!reported("import fitz", "flask\nfitz\npymupdf"));
        assert!(!reported(
            "try:\n    import fitz\nexcept ImportError:\n    fitz = None",
            "flask\nfitz"
        ));
    }
}
