//! A file of yours has the name of a module of Python itself.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::Binding;
use crate::python::interp::event::{EventKind, Shadowed};
use crate::python::maps::HashMap;
use crate::python::value::ModuleId;

use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD303",
    name: "shadows-stdlib",
    summary: "A file of yours has the name of a module of Python itself.",
    why: "Folders on `sys.path` come before the standard library. Every import of that name, also by installed packages, gets your file.",
    bad: r"
from flask import Flask
import random

application = Flask(__name__)
NUMBER = random.randint(1, 6)
# --- random.py
x = 1
",
    good: r"
from flask import Flask
import random

application = Flask(__name__)
NUMBER = random.randint(1, 6)
# --- dice.py
x = 1
",
    cause: Some("module-shadowed"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::Shadows { name, what: Shadowed::Stdlib, target } = &event.kind else {
            continue;
        };
        let Some((certainty, detail)) = super::shadows_stdlib::harm(cx, *target, name) else {
            continue;
        };
        let path = cx.module(*target).path.clone();
        let message =
            format!("`{path}` hides Python's own module `{name}`{detail}: rename your file");
        let mut found = cx.at(&DOC, event, certainty, message);
        if certainty < 0.8 {
            found.severity = Severity::Note;
        }
        found.captures.insert("module".to_owned(), name.clone());
        found.captures.insert("path".to_owned(), path);
        out.push(found);
    }
}

/// An own module of that name harms where something is asked of it that it does not have.
pub(super) fn harm(cx: &ModuleCtx, target: ModuleId, name: &str) -> Option<(f64, String)> {
    let missing = cx.run.events.iter().find_map(|event| match &event.kind {
        EventKind::MissingName { target: of, name, .. } if *of == target => Some(name.clone()),
        _ => None,
    });
    if let Some(missing) = missing {
        return Some((1.0, format!(", and has no `{missing}`")));
    }
    let module = cx.module(target);
    if module.dynamic {
        return None;
    }
    // Attributes that the code asks of it, as `random.randint`.
    let own = module.source.as_ref().map(|source| &source.disk);
    for source in cx.run.modules.iter().filter_map(|module| module.source.as_ref()) {
        if Some(&source.disk) == own || !source.text().contains(&format!("{name}.")) {
            continue;
        }
        let mut asked = Asked { name, has: &module.names, imported: false, missing: None };
        asked.visit_body(source.body());
        if let Some(missing) = asked.missing.filter(|_| asked.imported) {
            return Some((0.8, format!(", and has no `{missing}`")));
        }
    }
    Some((0.5, String::new()))
}

/// Looks for what code asks of an imported module that does not have it. Code, not text: host names
/// and links hold such names, too.
struct Asked<'m> {
    name: &'m str,
    has: &'m HashMap<Name, Binding>,
    imported: bool,
    missing: Option<String>,
}

impl<'a> Visitor<'a> for Asked<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if let Stmt::Import(node) = stmt {
            self.imported |= node
                .names
                .iter()
                .any(|alias| alias.asname.is_none() && alias.name.as_str() == self.name);
        }
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Attribute(node) = expr
            && let Expr::Name(base) = &*node.value
            && base.id.as_str() == self.name
            && self.missing.is_none()
            && !self.has.contains_key(node.attr.as_str())
        {
            self.missing = Some(node.attr.to_string());
        }
        walk_expr(self, expr);
    }
}

#[cfg(test)]
mod tests {
    use crate::python::lint_run::{LintOptions, run};
    use std::fs;

    /// How certain it is that an own `code.py` harms, by what another module says.
    fn certainty(text: &str) -> f64 {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("code.py"), "def make():\n    return 1\n").unwrap();
        let text = format!("import code\nfrom flask import Flask\n{text}\napp = Flask(__name__)\n");
        fs::write(dir.path().join("app.py"), text).unwrap();
        let out = run(&[dir.path().to_owned()], &LintOptions::default());
        let found = out.findings.iter().find(|found| found.code == super::DOC.code);
        found.map_or(0.0, |found| found.certainty)
    }

    #[test]
    fn what_is_asked_of_it_stands_in_code() {
        assert!(certainty("shell = code.InteractiveConsole()") > 0.7);
        assert!(certainty("def view():\n    return code.interact()") > 0.7);
        for text in [
            "x = code.make()",
            "LINK = 'https://code.example.org/'",
            "\"\"\"\nSee code.example.org and\n    code.interact for more.\n\"\"\"",
            "x = other.code.interact",
        ] {
            assert_eq!(certainty(text).to_string(), "0.5", "{text}");
        }
    }
}
