//! Names of well-known modules in the wrong capitals: `from flask import flask`. Told where the package is not at
//! hand, too: no version of it has a name like that.

use ruff_text_size::TextRange;

use super::event::OtherCase;
use super::{Cx, EventKind, Interp};
use crate::python::lints::near;
use crate::rules::public_names;

impl Interp<'_> {
    /// Notes a name that its module has only in other capitals; false where it is none.
    pub(super) fn other_case(
        &mut self,
        cx: &Cx,
        module: &str,
        name: &str,
        attribute: bool,
        range: TextRange,
    ) -> bool {
        let right = public_names::in_other_case(module, name).map(str::to_owned);
        let slip = || if attribute { None } else { slip(module, name) };
        let Some(right) = right.or_else(slip) else { return false };
        if self.replaced.contains(module) || self.replaced.contains(&format!("{module}.{name}")) {
            return false;
        }
        if !attribute && !cx.caught.imports {
            // What follows is judged as if the import were right: it is the same mistake.
            let value = super::expr::ext(&format!("{module}.{right}"));
            self.bind(cx, &right, value, range);
        }
        let kind = EventKind::OtherCase(OtherCase {
            module: module.to_owned(),
            name: name.to_owned(),
            right,
            attribute,
            // An unknown folder on the path may hold another module of that name.
            certainty: if self.path_unknown { 0.8 } else { 1.0 },
        });
        self.emit(cx, range, "other-case", kind);
        true
    }
}

/// `from flask import render_templates`: no version of Flask has the name, and one is near.
///
/// Only of Flask all names are known that any version has: these, and those that are near others of it.
fn slip(module: &str, name: &str) -> Option<String> {
    const ASIDE: &[&str] = &["Session", "sessions", "blueprints", "config"];
    // The plural is what the module has: `from django.db import model`.
    if module == "django.db" && name == "model" {
        return Some("models".to_owned());
    }
    let known = module == "flask" && name.len() > 4 && !ASIDE.contains(&name);
    let near = if known { near::nearest(name, public_names::of(module))? } else { return None };
    (!near.eq_ignore_ascii_case(name)).then_some(near)
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn told(text: &str) -> usize {
        let out =
            analyse(&format!("{text}\n\n\ndef application(environ, start_response):\n    pass\n"));
        out.findings.iter().filter(|found| found.name == "name-in-other-case").count()
    }

    #[test]
    fn imports_and_attributes() {
        assert_eq!(told("from flask import flask, Jsonify, request"), 2);
        assert_eq!(told("import flask\napp = flask.flask(__name__)"), 1);
        assert_eq!(told("from pathlib import path"), 1);
        assert_eq!(told("from django.http import Httpresponse as page"), 1);
    }

    /// The names that follow from the same mistake are not told again.
    #[test]
    fn one_mistake_is_told_once() {
        let out = analyse(
            "from flask import flask, render_templates\napplication = Flask(__name__)\n\n\n@application.route('/')\ndef home():\n    return render_template('x')\n",
        );
        let names: Vec<_> = out.findings.iter().map(|found| found.name).collect();
        assert_eq!(names, ["name-in-other-case"; 2], "{:?}", out.findings);
    }

    #[test]
    fn slips_in_a_name_of_flask() {
        for wrong in ["render_templates", "render_tempalte", "jsonfy", "FlaskI", "redirects"] {
            assert_eq!(told(&format!("from flask import {wrong}")), 1, "{wrong}");
        }
        for fine in [
            "from flask import sessions, blueprints, views, Request, json, cli, signals",
            "from flask import escape, Markup, template_rendered, request_started",
            "from flask import MyFlask, g2",
            "try:\n    from flask import jsonfy\nexcept ImportError:\n    pass",
            "from bottle import render_templates",
        ] {
            assert_eq!(told(fine), 0, "{fine}");
        }
    }

    #[test]
    fn names_that_are_right_or_asked_for_with_care() {
        for text in [
            "from flask import Flask, json, app, Request, request",
            "try:\n    from flask import markup\nexcept ImportError:\n    pass",
            "import flask\nx = getattr(flask, 'flask', None)",
            "import sys\nsys.modules['flask'] = object()\nfrom flask import flask",
            // The project's own module.
            "from bottle import bottle\n# --- bottle.py\nbottle = 1\n# --- more.py",
        ] {
            assert_eq!(told(text), 0, "{text}");
        }
    }
}
