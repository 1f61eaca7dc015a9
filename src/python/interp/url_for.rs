//! `url_for("login")`, where the view belongs to the blueprint `auth`: Flask knows it as `auth.login`.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::event::LibraryRefuses;
use super::{Cx, Interp, scopes};
use crate::python::value::{ModuleId, Value};

const ROUTES: &[&str] = &["route", "get", "post", "put", "delete", "patch"];

/// Ways to give endpoints other names than their functions'.
const OTHER_WAYS: &[&str] = &[
    "add_url_rule",
    "add_resource",
    "view_functions",
    "url_build_error_handlers",
    "endpoint=",
    "endpoint =",
    "flask_classful",
    "register_api",
];

impl Interp<'_> {
    /// After everything was loaded.
    pub fn endpoints_of_blueprints(&mut self) {
        if !self.complete || self.is_other_flask() || !self.has_blueprints() {
            return;
        }
        let mut ids: Vec<ModuleId> = Vec::new();
        let mut asks = false;
        for (id, module) in self.modules.iter().enumerate() {
            let Some(source) = &module.source else { continue };
            let text = source.text();
            if OTHER_WAYS.iter().any(|word| scopes::has(text, word))
                || !source.problems().is_empty()
            {
                return;
            }
            asks |= scopes::has(text, "url_for(");
            if scopes::has(text, "url_for(") || scopes::has(text, "@") {
                ids.push(id);
            }
        }
        if !asks {
            return;
        }
        let mut apps: Vec<String> = vec!["static".to_owned()];
        let mut blueprints: Vec<(String, String)> = Vec::new();
        let mut asked: Vec<(ModuleId, String, TextRange)> = Vec::new();
        for id in ids {
            let ours = self.modules[id].names.get("url_for").is_some_and(
                |binding| matches!(&binding.value, Value::Ext(name) if &**name == "flask.url_for"),
            );
            let Some(source) = self.source_to_run(id) else { return };
            let mut found = Found { ours, views: Vec::new(), asked: Vec::new() };
            found.visit_body(source.body());
            for (owner, view) in found.views {
                match self.blueprint_name(id, &owner) {
                    Some(Some(blueprint)) => blueprints.push((blueprint, view)),
                    // A blueprint whose name is not known.
                    Some(None) => return,
                    None => apps.push(view),
                }
            }
            asked.extend(found.asked.into_iter().map(|(name, range)| (id, name, range)));
        }
        for (module, name, range) in asked {
            if name.contains('.') || apps.contains(&name) {
                continue;
            }
            let mut of = blueprints.iter().filter(|(_, view)| *view == name);
            if let (Some((blueprint, _)), None) = (of.next(), of.next()) {
                let right = format!("{blueprint}.{name}");
                let cx = Cx { module, ..self.base() };
                self.refuses(&cx, range, LibraryRefuses::EndpointOf { given: name, right }, 1.0);
            }
        }
    }
}

struct Found {
    /// `url_for` is Flask's.
    ours: bool,
    /// What stands before `.route`, and the view below it.
    views: Vec<(String, String)>,
    asked: Vec<(String, TextRange)>,
}

impl<'a> Visitor<'a> for Found {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if let Stmt::FunctionDef(def) = stmt {
            for decorator in &def.decorator_list {
                if let Expr::Call(call) = &decorator.expression
                    && let Expr::Attribute(func) = &*call.func
                    && ROUTES.contains(&func.attr.as_str())
                    && let Expr::Name(owner) = &*func.value
                {
                    self.views.push((owner.id.to_string(), def.name.to_string()));
                }
            }
        }
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr
            && let Some(Expr::StringLiteral(name)) = call.arguments.args.first()
        {
            let asks = match &*call.func {
                Expr::Name(func) => self.ours && func.id.as_str() == "url_for",
                Expr::Attribute(func) => {
                    func.attr.as_str() == "url_for"
                        && matches!(&*func.value, Expr::Name(base) if base.id.as_str() == "flask")
                }
                _ => false,
            };
            if asks && self.asked.len() < 500 {
                self.asked.push((name.value.to_str().to_owned(), name.range()));
            }
        }
        walk_expr(self, expr);
    }
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn told(name: &str, more: &str) -> usize {
        let text = format!(
            "from flask import Flask, redirect, url_for\nfrom auth import auth\napplication = Flask(__name__)\napplication.register_blueprint(auth)\n@application.route('/')\ndef home():\n    return redirect(url_for({name}))\n{more}\n# --- auth.py\nfrom flask import Blueprint\nauth = Blueprint('users', __name__)\n@auth.route('/login')\ndef login():\n    return ''\n"
        );
        let found = analyse(&text).findings;
        found.iter().filter(|found| found.name == "library-refuses").count()
    }

    #[test]
    fn views_of_blueprints() {
        assert_eq!(told("'login'", ""), 1);
        for fine in
            ["'users.login'", "'.login'", "'home'", "'static', filename='x'", "'unheard'", "name"]
        {
            assert_eq!(told(fine, ""), 0, "{fine}");
        }
        for more in [
            "@application.route('/login')\ndef login():\n    return ''",
            "application.add_url_rule('/login', 'login', home)",
        ] {
            assert_eq!(told("'login'", more), 0, "{more}");
        }
    }
}
