//! What exists only while a request is handled (or an app is active), used while the code is imported.

use rustpython_ruff_python_ast::{self as ast, Expr};
use rustpython_ruff_text_size::TextRange;

use super::{Cx, EventKind, Interp, When};
use crate::python::value::Value;

/// Flask's stand-ins, and whether an active app is enough for them.
const PROXIES: &[(&str, &str, bool)] = &[
    ("flask.request", "request", false),
    ("flask.session", "session", false),
    ("flask.g", "g", true),
];

/// Flask's functions that ask the active app.
const CALLS: &[&str] = &["url_for", "render_template", "render_template_string", "jsonify"];

impl Interp<'_> {
    /// `request.form`, `session["user"]`, `current_app.config` on the straight line of a module.
    pub(super) fn proxy_used(&mut self, cx: &Cx, base: &Value, written: &Expr, range: TextRange) {
        match base {
            Value::Ext(name) => {
                if let Some((_, proxy, app)) = PROXIES.iter().find(|(full, ..)| *full == &**name) {
                    self.outside(cx, proxy, *app, range);
                }
            }
            // The table takes the stand-in for the app, so only the import tells them apart.
            Value::Inst(name)
                if &**name == "flask.Flask"
                    && matches!(written, Expr::Name(name) if name.id.as_str() == "current_app")
                    && self.is_from_flask(cx, "current_app") =>
            {
                self.outside(cx, "current_app", true, range);
            }
            _ => {}
        }
    }

    /// `url_for("home")` on the straight line of a module.
    pub(super) fn needs_app(&mut self, cx: &Cx, call: &ast::ExprCall, name: &str) {
        if let Some(function) = name.strip_prefix("flask.")
            && let Some(function) = CALLS.iter().find(|known| **known == function)
        {
            self.outside(cx, function, true, call.range);
        }
    }

    /// `success_url = reverse("home")`: the URL configuration that is asked is just being loaded.
    pub(super) fn reversed_early(&mut self, cx: &Cx, call: &ast::ExprCall) {
        if cx.when == When::FirstRequest
            && cx.via.is_none()
            && !cx.quiet
            && !cx.caught.errors
            && cx.weight >= 1.0
        {
            let kind = EventKind::OutsideRequest { name: "reverse", app: false };
            self.emit(cx, call.range, "outside", kind);
        }
    }

    fn outside(&mut self, cx: &Cx, name: &'static str, app: bool, range: TextRange) {
        let straight = cx.frame.is_none() && cx.via.is_none() && cx.weight >= 1.0;
        if !straight || cx.quiet || cx.caught.errors || cx.caught.attributes {
            return;
        }
        // In a broken file nobody knows which lines belong to a function.
        let source = self.modules[cx.module].source.as_ref();
        if source.is_some_and(|source| !source.problems().is_empty()) {
            return;
        }
        // Somebody may have opened such a context around this line, or around the import of its file.
        let opened = |text: &str| {
            text.contains("test_request_context") || app && text.contains("app_context")
        };
        let sources = self.modules.iter().filter_map(|module| module.source.as_ref());
        if sources.into_iter().any(|source| opened(source.text())) {
            return;
        }
        self.emit(cx, range, "outside", EventKind::OutsideRequest { name, app });
    }

    /// A name of this module comes from `from flask import …`.
    fn is_from_flask(&self, cx: &Cx, name: &str) -> bool {
        let module = &self.modules[cx.module];
        let (Some(binding), Some(source)) = (module.names.get(name), &module.source) else {
            return false;
        };
        source.body().iter().any(|stmt| {
            matches!(stmt, ast::Stmt::ImportFrom(node)
                if node.module.as_ref().is_some_and(|module| module.as_str() == "flask")
                    && node.range.contains_range(binding.range))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn reported(rest: &str) -> bool {
        let text = format!(
            "from flask import (Flask, current_app, g,\n    request, session, url_for)\n\
             application = Flask(__name__)\n{rest}\n"
        );
        analyse(&text).findings.iter().any(|found| found.name == "outside-request")
    }

    #[test]
    fn on_the_straight_line_of_a_module() {
        for wrong in [
            "name = request.form['name']",
            "if request.method == 'POST':\n    x = 1",
            "session['user'] = 'ana'",
            "user = session['user']",
            "user = session.get('user')",
            "g.db = 1\nx = g.db",
            "KEY = current_app.config['KEY']",
            "home = url_for('home')",
        ] {
            assert!(reported(wrong), "{wrong}");
        }
    }

    #[test]
    fn where_a_request_or_an_app_may_be_there() {
        for fine in [
            "@application.route('/')\ndef page():\n    return request.form['name'] + url_for('x')",
            "with application.app_context():\n    KEY = current_app.config['KEY']",
            "with application.test_request_context('/'):\n    name = request.args['name']",
            "application.app_context().push()\nhome = current_app.name",
            "show = lambda: request.args",
            "try:\n    name = request.args\nexcept Exception:\n    name = None",
            "current_app = application\nKEY = current_app.config['KEY']",
            "if 'x' in undecided():\n    y = 1\n    def f():\n        return g.db",
            "def later():\n    return session['user']",
        ] {
            assert!(!reported(fine), "{fine}");
        }
    }
}
