//! Own modules that the search path does not lead to.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Safety;
use crate::model::Severity;
use crate::python::interp::event::{Event, EventKind};
use crate::python::resolve::pathops::parent;
use std::fmt::Write as _;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD301",
    name: "module-not-found-own",
    summary: "A module of your own project is not found on the search path.",
    why: "Python looks for modules only in the folders on `sys.path`. A wrong folder, a misspelled name or another case (`Shop` is not `shop`) means ModuleNotFoundError.",
    bad: r#"
import sys
sys.path.insert(0, "/home/ana/site/shop")
from views.main import app as application
# --- shop/views/__init__.py
# --- shop/views/man.py
from flask import Flask
app = Flask(__name__)
"#,
    good: r#"
import sys
sys.path.insert(0, "/home/ana/site/shop")
from views.main import app as application
# --- shop/views/__init__.py
# --- shop/views/main.py
from flask import Flask
app = Flask(__name__)
"#,
    cause: Some("module-not-on-path"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::Missing(missing) = &event.kind else { continue };
        if !missing.own {
            continue;
        }
        let name = &missing.name;
        let searched = missing
            .searched
            .iter()
            .take(4)
            .map(|dir| format!("`{dir}`"))
            .collect::<Vec<_>>()
            .join(", ");
        let mut message = format!(
            "There is no module `{}` to import here",
            if missing.part == *name {
                name.clone()
            } else {
                format!("{}` of `{name}", missing.part)
            }
        );
        let mut certainty = missing.certainty;
        let mut edit = None;
        let text =
            missing.name_range.and_then(|range| cx.source(event.module).map(|it| it.slice(range)));
        let is_text = text.is_some_and(|text| text.starts_with(['"', '\'']));
        // Django looks for these by name.
        let by_name = ["models", "apps", "admin", "urls"].contains(&missing.part.as_str());
        if let Some(near) =
            missing.near.as_ref().filter(|near| by_name && near.len() < missing.part.len())
        {
            let _ = write!(
                message,
                ". Django looks for a file `{0}.py`, and yours is called `{near}.py`: rename it to `{0}.py`",
                missing.part
            );
        } else if let Some(near) = &missing.near {
            let _ = write!(message, ". Did you mean `{near}`?");
            let whole = replace_last(name, &missing.part, near);
            edit = missing.name_range.and_then(|range| {
                let written = cx.source(event.module)?.slice(range).to_owned();
                let text = if written == *name {
                    whole.clone()
                } else if written == missing.part {
                    near.clone()
                } else {
                    return None;
                };
                cx.edit(event.module, range, &text, Safety::Safe)
            });
        } else if let Some(place) = &missing.elsewhere
            && let Some(line) = added_below(cx, event, place)
        {
            let _ = write!(
                message,
                ". It is in `{place}`, which is put on the path only below, in line {line}: move this import under that line"
            );
        } else if let Some(place) = missing.elsewhere.as_ref().filter(|_| is_text) {
            let folder = place.rsplit('/').next().unwrap_or(place);
            let _ = if name.split('.').next() == Some(folder) {
                // The outer of two folders of the same name was taken for the package.
                write!(
                    message,
                    ". It is in `{place}`, and only the folder above that is on the path: in the file that the server loads, put `{place}` on the path, and name the settings without the first `{folder}.`"
                )
            } else {
                write!(
                    message,
                    ". It is in the folder `{folder}`: write `{folder}.{name}`, also as `name` in its `apps.py`"
                )
            };
        } else if missing.elsewhere.as_deref().is_some_and(|place| beside(cx, event, place)) {
            let written = cx.source(event.module).map(|source| source.excerpt(event.range));
            let whole = written.is_some_and(|line| line.trim_start().starts_with("import "));
            let write = if whole {
                format!("from . import {name}")
            } else {
                format!("from .{name} import …")
            };
            let _ =
                write!(message, ". It lies beside this file, in the same package: write `{write}`");
        } else if let Some(place) = &missing.elsewhere {
            let _ = write!(
                message,
                ". It is in `{place}`, which is not on the path: add `sys.path.insert(0, \"{place}\")` before this line"
            );
        } else if let Some(module) = name.strip_suffix(".py").filter(|_| missing.part == "py") {
            let _ = write!(
                message,
                ". A module is imported without the ending of its file: write `{module}`"
            );
        } else {
            certainty = certainty.min(0.8_f64.max(certainty));
        }
        if !searched.is_empty() {
            let _ = write!(message, " (searched: {searched})");
        }
        let mut found = cx.at(&DOC, event, certainty, message);
        found.captures.insert("module".to_owned(), name.clone());
        if let Some(near) = &missing.near {
            found.captures.insert("near".to_owned(), near.clone());
        }
        if let Some(place) = &missing.elsewhere {
            found.captures.insert("path".to_owned(), place.clone());
            found.captures.insert("folder".to_owned(), place.clone());
        }
        found.edits.extend(edit);
        out.push(found);
    }
}

/// The folder is the package of the importing module: Python 2 looked there, too.
fn beside(cx: &ModuleCtx, event: &Event, place: &str) -> bool {
    let module = cx.module(event.module);
    let inside = module.name.contains('.') || module.path.ends_with("/__init__.py");
    inside && parent(&module.path) == place
}

/// The line below an import in which the folder of its module is put on the search path.
fn added_below(cx: &ModuleCtx, event: &Event, place: &str) -> Option<u32> {
    let source = cx.source(event.module)?;
    let text = source.text();
    let below = event.range.end().to_usize();
    let named = ['"', '\''].iter().any(|quote| {
        text.contains(&format!("{quote}{place}{quote}"))
            || text.contains(&format!("{quote}{place}/{quote}"))
    });
    let rest = text.get(below..).filter(|_| named)?;
    let at = ["sys.path.insert(", "sys.path.append("]
        .iter()
        .filter_map(|call| rest.find(call))
        .min()
        .filter(|at| !rest[..*at].rsplit('\n').next().unwrap_or_default().contains('#'))?;
    // One that stands above as well does not reach the folder.
    let above = &text[..event.range.start().to_usize()];
    let already = above.contains("sys.path.insert(") || above.contains("sys.path.append(");
    (!already).then(|| source.line_of(u32::try_from(below + at).unwrap_or_default()))
}

/// The dotted name with its wrong part replaced.
fn replace_last(name: &str, part: &str, near: &str) -> String {
    name.split('.')
        .map(|piece| if piece == part { near } else { piece })
        .collect::<Vec<_>>()
        .join(".")
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn message(text: &str) -> String {
        let text = format!("{text}# --- shop/main.py\napp = print\n");
        let found = analyse(&text).findings;
        let found = found.iter().find(|found| found.name == "module-not-found-own");
        found.map_or_else(String::new, |found| found.message.clone())
    }

    #[test]
    fn a_path_that_comes_too_late() {
        let late = "from main import app as application\nimport sys\nhome = '/home/ana/site/shop'\n\
                    if home not in sys.path:\n    sys.path.insert(0, home)\n";
        assert!(message(late).contains("only below, in line 5"), "{}", message(late));
        for other in [
            "from main import app as application\n",
            "from main import app as application\nimport sys\n# sys.path.append('/home/ana/site/shop')\n",
            "from main import app as application\nimport sys\nsys.path.append('/home/ana/site')\n",
        ] {
            assert!(message(other).contains("is not on the path: add"), "{other}");
        }
    }

    #[test]
    fn a_sibling_in_a_package() {
        let site = |line: &str| {
            let text = format!(
                "from web.views import app as application\n# --- web/__init__.py\n# --- web/models.py\nUser = 1\n# --- web/views.py\n{line}\napp = print\n"
            );
            message(&text)
        };
        let from = site("from models import User");
        assert!(from.contains("in the same package: write `from .models import …`"), "{from}");
        let whole = site("import models");
        assert!(whole.contains("write `from . import models`"), "{whole}");
        assert!(site("from .models import User").is_empty());
    }

    #[test]
    fn the_ending_of_a_file() {
        let text = "import sys\nsys.path.append('/home/ana/site/shop')\nfrom main.py import app as application\n";
        assert!(message(text).contains("write `main`"), "{}", message(text));
    }
}
