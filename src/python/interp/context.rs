//! What Flask has only while it answers a request or inside an application context, used while the code is
//! imported: `request`, `session`, `current_app`, `url_for()`, and what Flask-SQLAlchemy does with its session.

use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::event::OutsideContext;
use super::stmt::dotted_text;
use super::{Cx, EventKind, Interp};
use crate::python::value::Value;
use crate::rules::removed_names::RemovedName;

/// Since this version every use of the database needs an application context; before it, an extension that was
/// given its app had enough.
const FLASK_SQLALCHEMY: RemovedName = RemovedName {
    name: "flask_sqlalchemy.SQLAlchemy().app",
    dist: "flask-sqlalchemy",
    since: "3.0",
    instead: None,
};

/// What does not ask for a session.
const WITHOUT_SESSION: &[&str] = &["query_property", "registry", "session_factory"];

/// Methods and attributes of the extension that ask for the current app.
const OF_EXTENSION: &[&str] = &["create_all", "drop_all", "reflect", "get_engine"];

/// Flask's functions that ask for the current app.
const OF_FLASK: &[&str] = &[
    "flask.url_for",
    "flask.render_template",
    "flask.render_template_string",
    "flask.get_template_attribute",
    "flask.send_from_directory",
    "flask.flash",
    "flask.get_flashed_messages",
];

impl Interp<'_> {
    /// A call of a library's function by its dotted name.
    pub(super) fn context_call(&mut self, cx: &Cx, call: &ast::ExprCall, name: &str) {
        let database = |name: &str| {
            let rest = name.strip_prefix("flask_sqlalchemy.SQLAlchemy().")?;
            let wanted = match rest.split_once('.') {
                Some(("session", method)) => {
                    !method.contains('.') && !WITHOUT_SESSION.contains(&method)
                }
                None => OF_EXTENSION.contains(&rest),
                _ => false,
            };
            wanted.then_some(())
        };
        if database(name).is_some() {
            self.outside_database(cx, &call.func, "()", call.range());
        } else if OF_FLASK.contains(&name) {
            let request = name.ends_with("flash") || name.ends_with("messages");
            self.outside(cx, &call.func, "()", call.range(), request);
        }
    }

    /// `base.attr` that is read.
    pub(super) fn context_attribute(
        &mut self,
        cx: &Cx,
        base: &Value,
        node: &ast::ExprAttribute,
        value: &Value,
    ) {
        if let (Value::Class(_), Value::Ext(name)) = (base, value)
            && &**name == "flask_sqlalchemy.SQLAlchemy().Model.query"
        {
            self.outside_database(cx, &Expr::Attribute(node.clone()), "", node.range);
            return;
        }
        if let Value::Ext(name) = value
            && matches!(
                &**name,
                "flask_sqlalchemy.SQLAlchemy().engine" | "flask_sqlalchemy.SQLAlchemy().engines"
            )
        {
            self.outside_database(cx, &Expr::Attribute(node.clone()), "", node.range);
            return;
        }
        let dunder = node.attr.starts_with("__") || node.attr.starts_with("_get_current");
        if !dunder && let Some(request) = self.proxy(cx, base, &node.value) {
            self.outside(cx, &node.value, &format!(".{}", node.attr), node.range, request);
        }
    }

    /// `session["user"]`.
    pub(super) fn context_item(&mut self, cx: &Cx, base: &Value, node: &ast::ExprSubscript) {
        if let Some(request) = self.proxy(cx, base, &node.value) {
            self.outside(cx, &node.value, "[…]", node.range, request);
        }
    }

    /// `session["user"] = …`, `g.user = …`.
    pub(super) fn context_store(
        &mut self,
        cx: &Cx,
        base: &Value,
        target: &Expr,
        more: &str,
        range: TextRange,
    ) {
        if let Some(request) = self.proxy(cx, base, target) {
            self.outside(cx, target, more, range, request);
        }
    }

    /// Code that makes a context current, whichever it is: `ctx.push()`.
    pub(super) fn note_push(&mut self, method: &str) {
        self.pushed |= matches!(method, "push" | "__enter__" | "enter_context" | "__aenter__");
    }

    /// Flask's stand-ins for what belongs to the current request (true) or app (false).
    pub(super) fn proxy(&self, cx: &Cx, base: &Value, written: &Expr) -> Option<bool> {
        match base {
            Value::Ext(name) => match &**name {
                "flask.request" | "flask.session" => Some(true),
                "flask.g" => Some(false),
                _ => None,
            },
            // The table takes the current app for an app.
            Value::Inst(name) if &**name == "flask.Flask" => {
                let is_proxy = match written {
                    Expr::Name(name) => {
                        let name = name.id.as_str();
                        let module = &self.modules[cx.module];
                        let source = module.source.as_ref();
                        // `current_app as app`: the name's place is the whole of it.
                        let renamed = || {
                            source.zip(module.names.get(name)).is_some_and(|(source, binding)| {
                                source.slice(binding.range).starts_with("current_app as ")
                            })
                        };
                        (name == "current_app" || renamed())
                            && source.is_some_and(|s| imports_current_app(s.body(), name))
                    }
                    _ => dotted_text(written).is_some_and(|text| text == "flask.current_app"),
                };
                is_proxy.then_some(false)
            }
            _ => None,
        }
    }

    fn outside(&mut self, cx: &Cx, written: &Expr, more: &str, range: TextRange, request: bool) {
        let what = dotted_text(written).map(|text| format!("{text}{more}"));
        self.tell_outside(
            cx,
            what,
            range,
            OutsideContext { what: String::new(), request, database: false, certainty: 1.0 },
        );
    }

    fn outside_database(&mut self, cx: &Cx, written: &Expr, more: &str, range: TextRange) {
        let old_python = self.options.python.is_some_and(|v| (v.major, v.minor) < (3, 7));
        let certainty = match self.version_of("flask_sqlalchemy", FLASK_SQLALCHEMY.dist) {
            Some(version) if FLASK_SQLALCHEMY.is_gone_in(&version) => 1.0,
            Some(_) => return,
            None if old_python => return,
            None => 0.8,
        };
        let what = dotted_text(written).map(|text| format!("{text}{more}"));
        self.tell_outside(
            cx,
            what,
            range,
            OutsideContext { what: String::new(), request: false, database: true, certainty },
        );
    }

    fn tell_outside(
        &mut self,
        cx: &Cx,
        what: Option<String>,
        range: TextRange,
        outside: OutsideContext,
    ) {
        let Some(what) = what else { return };
        // In a broken file nobody knows which lines belong to a function.
        let source = self.modules[cx.module].source.as_ref();
        if source.is_some_and(|source| !source.problems().is_empty()) {
            return;
        }
        if self.contexts > 0 || self.pushed || cx.caught.runtime || cx.when != super::When::Import {
            return;
        }
        // What stands above the running function may make a context.
        let running = self.running.clone();
        let decorated = running.into_iter().any(|(module, offset)| {
            self.source_to_run(module).is_some_and(|source| {
                super::syntax::find_function(source.body(), offset)
                    .is_some_and(|def| !def.decorator_list.is_empty())
            })
        });
        if decorated {
            return;
        }
        let kind = EventKind::OutsideContext(OutsideContext { what, ..outside });
        self.emit(cx, range, "context", kind);
    }
}

/// A module takes Flask's own `current_app` from Flask, under a name.
fn imports_current_app(body: &[Stmt], name: &str) -> bool {
    body.iter().any(|stmt| match stmt {
        Stmt::ImportFrom(node) => {
            node.level == 0
                && node.module.as_ref().is_some_and(|module| module.as_str() == "flask")
                && node.names.iter().any(|alias| {
                    alias.name.as_str() == "current_app"
                        && alias.asname.as_ref().map_or("current_app", |given| given.as_str())
                            == name
                })
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    const APP: &str = "import os\nfrom flask import Flask, current_app, g, request, session, url_for\nfrom flask_sqlalchemy import SQLAlchemy\napplication = Flask(__name__)\ndb = SQLAlchemy(application)\nclass User(db.Model):\n    name = db.Column(db.String(20))\n";

    fn told(text: &str, more: &str) -> Vec<f64> {
        let out = analyse(&format!("{APP}{text}\n{more}"));
        let found = out.findings.iter().filter(|found| found.name == "outside-app-context");
        found.map(|found| found.certainty).collect()
    }

    #[test]
    fn what_needs_a_context() {
        for text in [
            "db.create_all()",
            "users = User.query.all()",
            "db.session.add(User(name='x'))",
            "print(db.engine)",
            "names = [user.name for user in User.query]",
            "def seed():\n    db.session.commit()\nseed()",
            "key = current_app.config['KEY']",
            "from flask import current_app as app\nkey = app.config['KEY']",
            "name = request.args.get('name')",
            "user = session['user']",
            "session['user'] = 'ana'",
            "g.user = None",
            "home = url_for('home')",
            "g.user = None\nprint(g.user)",
        ] {
            assert_eq!(told(text, "").len(), 1, "{text}");
        }
    }

    #[test]
    fn what_has_one_or_needs_none() {
        for text in [
            "with application.app_context():\n    db.create_all()",
            "application.app_context().push()\ndb.create_all()",
            "ctx = application.test_request_context()\nctx.push()\nprint(request.args)",
            "def seed():\n    db.create_all()\nwith application.app_context():\n    seed()",
            "def seed():\n    db.create_all()",
            "if __name__ == '__main__':\n    db.create_all()",
            "if not os.path.exists('x.db'):\n    db.create_all()",
            "try:\n    db.create_all()\nexcept RuntimeError:\n    pass",
            "try:\n    db.create_all()\nexcept Exception:\n    pass",
            "@application.route('/')\ndef home():\n    return User.query.first().name + request.path",
            "db.Model.query_class = None\nsession_maker = db.session.query_property()",
            "table = db.Table('x', db.metadata)\ndb.init_app(application)",
            "class Page(db.Model):\n    query = None\nprint(Page.query)",
            "me = lambda: current_app.config['KEY']",
            "shop = application\nprint(shop.config['KEY'])",
        ] {
            assert_eq!(told(text, ""), [0.0; 0], "{text}");
        }
    }

    #[test]
    fn an_app_of_that_name_is_the_app() {
        for text in [
            "from flask import Flask\ncurrent_app = Flask(__name__)\nprint(current_app.config)\napplication = current_app\n",
            "from shop import current_app\nprint(current_app.config)\napplication = current_app\n# --- shop.py\nfrom flask import Flask\ncurrent_app = Flask(__name__)\n",
            "from celery import current_app\nprint(current_app.tasks)\ndef application(environ, start_response):\n    pass\n",
        ] {
            let out = analyse(text);
            assert!(out.findings.is_empty(), "{text} {:?}", out.findings);
        }
    }

    #[test]
    fn the_version_decides() {
        let line = |pin: &str| format!("# --- requirements.txt\n{pin}\n");
        let text = "db.create_all()";
        assert_eq!(told(text, &line("Flask-SQLAlchemy==3.1.1")), [1.0]);
        assert_eq!(told(text, &line("flask_sqlalchemy==2.5.1")), [0.0; 0]);
        assert_eq!(told(text, &line("flask")), [0.8]);
    }
}
