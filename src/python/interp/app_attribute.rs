//! Attributes of app objects: misspelled, or asked of the class where no object was made.

use ruff_python_ast::{self as ast, Expr};

use super::call::Args;
use super::{Cx, EventKind, Interp};
use crate::python::lints::near;
use crate::python::value::Value;
use crate::rules::attributes;

/// Classes of which `app = CLASS` is a forgotten call.
const CLASSES: &[&str] = &[
    "flask.Flask",
    "flask.Blueprint",
    "flask_login.LoginManager",
    "flask_sqlalchemy.SQLAlchemy",
    "flask_migrate.Migrate",
    "flask_mail.Mail",
    "flask_bcrypt.Bcrypt",
    "fastapi.FastAPI",
    "fastapi.APIRouter",
    "bottle.Bottle",
    "quart.Quart",
];

/// What the module has, and the app has not.
const OF_MODULE: &[&str] = &["session", "request", "jsonify", "render_template", "flash", "abort"];

/// Methods that only make sense on an object.
const METHODS: &[&str] = &[
    "route",
    "get",
    "post",
    "put",
    "delete",
    "patch",
    "run",
    "add_url_rule",
    "add_middleware",
    "include_router",
    "register_blueprint",
    "mount",
    "before_request",
    "errorhandler",
    "on_event",
    "init_app",
    "user_loader",
];

impl Interp<'_> {
    /// `app.NAME` of an app object.
    pub(super) fn app_attribute(&mut self, cx: &Cx, class: &str, attr: &ast::Identifier) {
        let name = attr.as_str();
        if cx.quiet || cx.weight < 0.75 || cx.caught.attributes || self.hooks {
            return;
        }
        self.removed_method(cx, class, name, attr.range);
        let known = match class {
            "flask.Flask" if self.is_other_flask() => return,
            "flask.Flask" => "flask.Flask",
            "fastapi.FastAPI" => "fastapi.FastAPI",
            "flask_sqlalchemy.SQLAlchemy" => {
                // SQLAlchemy has `column`, `table` and `text` as well.
                let near = OF_DATABASE.iter().find(|right| {
                    right.eq_ignore_ascii_case(name)
                        && **right != name
                        && !matches!(name, "column" | "table" | "Session")
                });
                if let Some(near) = near.filter(|_| !self.is_set_somewhere(name)) {
                    let (class, near) = ("flask_sqlalchemy.SQLAlchemy", (*near).to_owned());
                    let kind = EventKind::NoAppAttribute { class, name: name.to_owned(), near };
                    self.emit(cx, attr.range, "app-attribute", kind);
                }
                return;
            }
            _ => return,
        };
        let Some(names) = attributes::of_class(known) else { return };
        if names.contains(&name) || name.starts_with('_') || self.is_set_somewhere(name) {
            return;
        }
        if known == "flask.Flask" && OF_MODULE.contains(&name) {
            let near = format!("flask.{name}");
            let kind = EventKind::NoAppAttribute { class: known, name: name.to_owned(), near };
            self.emit(cx, attr.range, "app-attribute", kind);
            return;
        }
        // Extensions and the code itself may add others: only what looks like a slip is told.
        let Some(near) = near::nearest(name, names.iter().copied()) else { return };
        let kind = EventKind::NoAppAttribute { class: known, name: name.to_owned(), near };
        self.emit(cx, attr.range, "app-attribute", kind);
    }

    /// Some module assigns an attribute of that name, or attributes by names that are not seen.
    fn is_set_somewhere(&self, name: &str) -> bool {
        let dotted = format!(".{name}");
        self.modules.iter().filter_map(|module| module.source.as_ref()).any(|source| {
            let text = source.text();
            ["setattr(", ".__dict__", "vars("].iter().any(|word| text.contains(word))
                || text.match_indices(&dotted).any(|(at, found)| {
                    let rest = text[at + found.len()..].trim_start_matches([' ', '\t']);
                    rest.starts_with('=') && !rest.starts_with("==") || rest.starts_with(": ")
                })
        })
    }

    /// `@app.route("/")` where `app` is the class and no object of it.
    pub(super) fn class_not_called(
        &mut self,
        cx: &Cx,
        name: &str,
        node: &ast::ExprAttribute,
        args: &Args,
    ) {
        let Some((class, method)) = name.rsplit_once('.') else { return };
        let Expr::Name(app) = &*node.value else { return };
        let app = app.id.as_str();
        // `Flask.run(app)` is odd, but right.
        let given = match args.positional.first() {
            Some(Value::Inst(of)) => &**of == class,
            Some(Value::Object(_)) => true,
            _ => false,
        };
        if !CLASSES.contains(&class)
            || !METHODS.contains(&method)
            || given
            || class.rsplit('.').next() == Some(app)
            || cx.caught.types
            || self.frames.iter().any(|frame| frame.vars.contains_key(app))
        {
            return;
        }
        let Some(binding) = self.modules[cx.module].names.get(app) else { return };
        let (range, maybe) = (binding.range, binding.maybe);
        if !maybe {
            let kind = EventKind::ClassNotCalled { app: app.to_owned(), class: class.to_owned() };
            self.emit(cx, range, "class", kind);
        }
    }
}

impl Interp<'_> {
    /// `class Note(db.Model)` where `db = SQLAlchemy` is the class and no object of it.
    pub(super) fn base_of_class(&mut self, cx: &Cx, base: &Expr, value: &Value) {
        let (Value::Ext(name), Expr::Attribute(node)) = (value, base) else { return };
        if &**name != "flask_sqlalchemy.SQLAlchemy.Model" || cx.quiet || cx.weight < 1.0 {
            return;
        }
        let Expr::Name(db) = &*node.value else { return };
        let db = db.id.as_str();
        // Where it got the name, not where that was imported.
        let made = self.modules.iter().enumerate().find_map(|(id, module)| {
            let binding = module.names.get(db)?;
            let is_class = matches!(&binding.value, Value::Ext(class) if &**class == "flask_sqlalchemy.SQLAlchemy");
            let line = module.source.as_ref()?.excerpt(binding.range);
            (is_class && line.contains('=') && !binding.maybe).then_some((id, binding.range))
        });
        if let Some((module, range)) = made {
            let (app, class) = (db.to_owned(), "flask_sqlalchemy.SQLAlchemy".to_owned());
            let cx = Cx { module, ..cx.clone() };
            self.emit(&cx, range, "class", EventKind::ClassNotCalled { app, class });
        }
    }
}

/// Names that Flask-SQLAlchemy's object has in these letters only.
const OF_DATABASE: &[&str] = &[
    "Model",
    "Column",
    "Integer",
    "String",
    "Boolean",
    "DateTime",
    "ForeignKey",
    "Float",
    "Table",
    "relationship",
    "backref",
    "session",
];

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn reported(name: &str, rest: &str) -> bool {
        let text =
            format!("import os\nfrom flask import Flask\napplication = Flask(__name__)\n{rest}\n");
        analyse(&text).findings.iter().any(|found| found.name == name)
    }

    #[test]
    fn slips_in_an_attribute() {
        for wrong in [
            "@application.routes('/')\ndef page():\n    return ''",
            "application.comfig['X'] = 1",
            "application.registerblueprint(os)",
            "application.session['x'] = 1",
            "@application.error_handler(404)\ndef page(e):\n    return ''",
        ] {
            assert!(reported("app-attribute-missing", wrong), "{wrong}");
        }
        for fine in [
            "application.config['X'] = 1",
            "application.port = 5000\nprint(application.port)",
            "application.celery = 1\napplication.scheduler.start()",
            "setattr(application, 'routes', [])\nprint(application.routes)",
            "if hasattr(application, 'routes'):\n    print(application.routes)",
            "try:\n    application.routes\nexcept AttributeError:\n    pass",
            "from apiflask import APIFlask\nx = APIFlask(__name__)\nprint(x.servers, x.urlmap)",
            "class Own(Flask):\n    def routes(self):\n        return []\nx = Own(__name__)\nx.routes()",
        ] {
            assert!(!reported("app-attribute-missing", fine), "{fine}");
        }
    }

    #[test]
    fn the_class_where_no_object_was_made() {
        let with = |text: &str| {
            let found = analyse(text).findings;
            found.into_iter().filter(|found| found.name == "factory-not-called").collect::<Vec<_>>()
        };
        let text = "from flask import Flask\n\napplication = Flask\n\n@application.route('/')\n\
                    def page():\n    return ''\n";
        let found = with(text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].place.line, Some(3));
        assert!(found[0].message.contains("Flask(__name__)"), "{}", found[0].message);
        // Told where it is made, and not where it is imported.
        let text = "from shop import app as application\n# --- shop.py\nfrom fastapi import FastAPI\n\
                    app = FastAPI\n@app.get('/')\ndef page():\n    return ''\n";
        let found = with(text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].place.file.ends_with("shop.py"), "{found:?}");
        let text = "from flask import Flask\nfrom flask_login import LoginManager\nlogins = LoginManager\n\
                    def create_app():\n    app = Flask(__name__)\n    logins.init_app(app)\n    return app\n\
                    application = create_app()\n";
        let found = with(text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].place.line, Some(3));
        for fine in [
            "from flask import Flask\nfrom flask_login import LoginManager\n\
             def create_app(logins=LoginManager):\n    logins().init_app(app)\napplication = Flask(__name__)\n",
            "from flask import Flask\napplication = Flask(__name__)\nFlask.run(application)\n",
            "from flask import Flask\napplication = Flask(__name__)\n@Flask.route(application, '/')\ndef x():\n    return ''\n",
        ] {
            assert!(with(fine).is_empty(), "{fine}");
        }
    }
}
