//! Folders on the search path that do not exist.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::model::{Edit, Safety};
use crate::python::entry::EntryOptions;
use crate::python::interp::event::{Event, EventKind};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD307",
    name: "path-missing",
    summary: "A folder that the code puts on `sys.path` does not exist.",
    why: "Python ignores folders that are not there, without a word; the modules that should come from them are then not found.",
    bad: r#"
import sys
sys.path.insert(0, "/home/ana/site/shp")
from flask import Flask

application = Flask(__name__)
# --- shop/__init__.py
"#,
    good: r#"
import sys
sys.path.insert(0, "/home/ana/site/shop")
from flask import Flask

application = Flask(__name__)
# --- shop/__init__.py
"#,
    cause: Some("module-not-on-path"),
    severity: Severity::Warning,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::PathMissing { path, file, near, literal, literal_text } = &event.kind else {
            continue;
        };
        if super::placeholder::is_placeholder(literal_text) {
            continue;
        }
        let hint =
            near.as_ref().map(|near| format!(". Did you mean `{near}`?")).unwrap_or_default();
        if literal_text.starts_with("~/") && !*file {
            let message = format!(
                "Python does not write out the `~` in `{literal_text}`: name the folder from `/home` on, or use `os.path.expanduser(\"{literal_text}\")`"
            );
            let mut found = cx.at(&DOC, event, 1.0, message);
            found.severity = Severity::Error;
            if let Some(range) = literal {
                cx.point_at(&mut found, event.module, *range);
            }
            found.captures.insert("path".to_owned(), literal_text.clone());
            out.push(found);
            continue;
        }
        let message = match near {
            _ if is_windows(literal_text) => format!(
                "`{literal_text}` is a folder of a Windows computer, and the server has none of that name: write the server's own folder, from its first slash on"
            ),
            Some(folder) if *file => format!(
                "`{path}` is a file, and `sys.path` takes folders: write the folder that holds it, `{folder}`"
            ),
            _ => format!(
                "The folder `{path}` does not exist, so nothing can be imported from it{hint}"
            ),
        };
        let mut found = cx.at(&DOC, event, 0.8, message);
        // A module that was not found, and is no well-known package, may be what the folder was to bring.
        let sought =
            cx.run.unresolved.iter().any(|name| EntryOptions::distribution(name).is_none());
        // Harmless unless something is missing afterwards.
        let missing = cx.run.events.iter().any(|event| {
            matches!(&event.kind, EventKind::Missing(missing) if missing.own)
                || matches!(event.kind, EventKind::Settings(_))
        });
        found.severity = if missing {
            Severity::Error
        } else if near.is_some() && sought {
            Severity::Warning
        } else {
            Severity::Note
        };
        if let Some(range) = literal {
            cx.point_at(&mut found, event.module, *range);
        }
        found.captures.insert("path".to_owned(), path.clone());
        if let Some(near) = near {
            found.captures.insert("near-path".to_owned(), near.clone());
            found.edits.extend(part(cx, event, path, near));
            if literal_text == path
                && let Some(range) = literal
            {
                found.edits.extend(cx.edit(
                    event.module,
                    *range,
                    &format!("\"{near}\""),
                    Safety::Safe,
                ));
            }
        }
        out.push(found);
    }
}

/// `C:/Users/ana/site`.
fn is_windows(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic())
        && chars.next() == Some(':')
        && matches!(chars.next(), Some('/' | '\\'))
}

/// `os.path.join(here, "shp")`: the text of the last folder, where it is written out once.
fn part(cx: &ModuleCtx, event: &Event, path: &str, near: &str) -> Option<Edit> {
    let (folder, wrong) = path.rsplit_once('/')?;
    let (same, right) = near.rsplit_once('/')?;
    let written = cx.source(event.module)?.slice(event.range);
    let mut places = ['"', '\''].into_iter().flat_map(|quote| {
        let text = format!("{quote}{wrong}{quote}");
        written.match_indices(&text).map(|(at, _)| at + 1).collect::<Vec<_>>()
    });
    let (Some(at), None, true) = (places.next(), places.next(), folder == same) else {
        return None;
    };
    let start = event.range.start().to_usize() + at;
    cx.edit_at(event.module, start, wrong.len(), right, Safety::Safe)
}

#[cfg(test)]
mod tests {
    use super::is_windows;

    #[test]
    fn folders_of_a_windows_computer() {
        assert!(is_windows("C:/Users/ana") && is_windows("d:\\shop"));
        for text in ["/home/ana", "c:", "shop", "", "http://x", "é:/x"] {
            assert!(!is_windows(text), "{text}");
        }
    }
}
