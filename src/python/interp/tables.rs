//! Models of Flask-SQLAlchemy: what SQLAlchemy refuses when their classes are made, and the extension's own object.

use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::call::Args;
use super::event::{LibraryRefuses, TableRefused};
use super::{Cx, EventKind, Interp};
use crate::python::lints::near;
use crate::python::value::{ModuleId, Value};
use crate::rules::removed_names::is_from;

const MODEL: &str = "flask_sqlalchemy.SQLAlchemy().Model";

/// Bases beside it that bring no columns.
const PLAIN: &[&str] = &["flask_login.UserMixin", "builtins.object"];

/// What says otherwise where a class has its table or its key.
const ASIDE: &[&str] = &[
    "__abstract__",
    "__table__",
    "__table_args__",
    "__mapper_args__",
    "__bind_key__",
    "declared_attr",
    "extend_existing",
];

/// What is known of the site's database object and its tables.
#[derive(Debug, Default)]
pub(super) struct Tables {
    /// Where objects of the extension are made.
    made: Vec<(ModuleId, TextRange)>,
    /// Where apps are made.
    apps: Vec<(ModuleId, TextRange)>,
    /// Where the only one got its app.
    attached: Option<(ModuleId, TextRange)>,
    /// Tables, and the classes that they are of.
    tables: Vec<(String, ModuleId, TextRange)>,
    /// Every model: its class, and its table where that is known.
    models: Vec<(String, Option<String>)>,
    /// What foreign keys and relationships name: the text, the place, and whether it is a key.
    named: Vec<(String, ModuleId, TextRange, bool)>,
}

impl Tables {
    /// Where apps are made.
    pub(super) fn apps(&self) -> &[(ModuleId, TextRange)] {
        &self.apps
    }
}

impl Interp<'_> {
    /// `SQLAlchemy(app)`, `db.init_app(app)`, `Flask(__name__)`.
    pub(super) fn database_object(
        &mut self,
        cx: &Cx,
        call: &ast::ExprCall,
        name: &str,
        args: &Args,
    ) {
        let place = (cx.module, call.range());
        let made = match name {
            "flask.Flask" => {
                if !self.tables.apps.contains(&place) {
                    self.tables.apps.push(place);
                }
                return;
            }
            "flask_sqlalchemy.SQLAlchemy" => true,
            "flask_sqlalchemy.SQLAlchemy().init_app" => false,
            _ => return,
        };
        if made && !self.tables.made.contains(&place) {
            self.tables.made.push(place);
        }
        let is_app =
            matches!(args.get(0, "app"), Some(Value::Inst(class)) if &**class == "flask.Flask");
        if !is_app || cx.quiet || cx.weight < 1.0 || cx.caught.errors {
            return;
        }
        let [_] = self.tables.made.as_slice() else { return };
        match self.tables.attached {
            None => self.tables.attached = Some(place),
            Some(first) if first != place && !made && self.tables.apps.len() == 1 => {
                let new = self.version_of("flask_sqlalchemy", "flask-sqlalchemy");
                if new.as_ref().is_some_and(|version| !is_from(version, "3.0")) {
                    return;
                }
                let certainty = if new.is_some() { 1.0 } else { 0.8 };
                let refuses = LibraryRefuses::Attached { first };
                self.refuses(cx, call.range(), refuses, certainty);
            }
            Some(_) => {}
        }
    }

    /// A class whose base may be `db.Model`.
    pub(super) fn table_of_model(&mut self, cx: &Cx, def: &ast::StmtClassDef, bases: &[Value]) {
        let is_model = |base: &Value| matches!(base, Value::Ext(name) if &**name == MODEL);
        if !bases.iter().any(is_model)
            || cx.quiet
            || cx.weight < 1.0
            || cx.caught.errors
            || !def.decorator_list.is_empty()
            || def.arguments.as_ref().is_some_and(|given| !given.keywords.is_empty())
        {
            return;
        }
        let Some(source) = self.modules[cx.module].source.clone() else { return };
        if !source.problems().is_empty() {
            return;
        }
        let text = source.slice(def.range);
        let aside = ASIDE.iter().any(|word| text.contains(word));
        let mut columns = 0;
        // Everything in the body is known.
        let mut clear = true;
        let mut table = None;
        for stmt in &def.body {
            let (target, value) = match stmt {
                Stmt::Assign(node) if node.targets.len() == 1 => (&node.targets[0], &*node.value),
                Stmt::FunctionDef(_) | Stmt::Pass(_) => continue,
                Stmt::Expr(node) if node.value.is_string_literal_expr() => continue,
                _ => {
                    clear = false;
                    continue;
                }
            };
            let Expr::Name(name) = target else {
                clear = false;
                continue;
            };
            match (value, called(value)) {
                (_, Some((call, "column"))) if self.is_of_database(cx, &call.func) => {
                    self.table(cx, call.func.range(), TableRefused::SmallColumn);
                    return;
                }
                (_, Some((call, "Column" | "mapped_column"))) => {
                    columns += 1;
                    clear &= call.arguments.keywords.iter().all(|word| word.arg.is_some());
                    if name.id.as_str() == "metadata" && !aside {
                        self.table(cx, name.range, TableRefused::Reserved);
                        return;
                    }
                }
                (_, Some((_, "relationship" | "backref"))) => {}
                (Expr::StringLiteral(literal), _) if name.id.as_str() == "__tablename__" => {
                    table = Some(literal.value.to_str().to_owned());
                }
                (Expr::StringLiteral(_) | Expr::NumberLiteral(_) | Expr::Dict(_), _) => {}
                _ => clear = false,
            }
        }
        let known = table.clone().or_else(|| (!aside).then(|| snake(def.name.as_str())));
        self.tables.models.push((def.name.to_string(), known));
        for stmt in &def.body {
            if let Stmt::Assign(node) = stmt {
                self.names_in(cx.module, &node.value);
            }
        }
        let plain = bases.iter().all(|base| {
            is_model(base) || matches!(base, Value::Ext(name) if PLAIN.contains(&&**name))
        });
        let keyed = text.contains("primary_key") || text.contains("PrimaryKeyConstraint");
        if clear && plain && columns > 0 && !aside && !keyed && !self.has_own_base() {
            self.table(cx, def.name.range, TableRefused::NoKey(def.name.to_string()));
            return;
        }
        if let Some(table) = table.filter(|_| !aside && plain) {
            self.one_table(cx, def, table);
        }
    }

    /// Two classes cannot have one table.
    fn one_table(&mut self, cx: &Cx, def: &ast::StmtClassDef, table: String) {
        let [_] = self.tables.made.as_slice() else { return };
        let range = def.name.range;
        let before = self.tables.tables.iter().find(|(known, ..)| *known == table);
        match before {
            Some(&(_, module, first)) if (module, first) != (cx.module, range) => {
                let path = |id: ModuleId| &self.modules[id].path;
                let twice = (module != cx.module && path(module) == path(cx.module)).then(|| {
                    (self.modules[module].name.clone(), self.modules[cx.module].name.clone())
                });
                let wrong = TableRefused::Twice { table, first: (module, first), twice };
                self.table(cx, range, wrong);
            }
            Some(_) => {}
            None => self.tables.tables.push((table, cx.module, range)),
        }
    }

    /// `db.ForeignKey("user.id")` and `db.relationship("Post")` in the value of a column.
    fn names_in(&mut self, module: ModuleId, value: &Expr) {
        let Some((call, last)) = called(value) else { return };
        let first = call.arguments.args.first();
        if let (true, Some(Expr::StringLiteral(name))) =
            (matches!(last, "ForeignKey" | "relationship"), first)
        {
            let named =
                (name.value.to_str().to_owned(), module, name.range(), last == "ForeignKey");
            self.tables.named.push(named);
            return;
        }
        for arg in &call.arguments.args {
            self.names_in(module, arg);
        }
    }

    /// After everything was loaded: keys and relationships that name no model, where one of nearly that name is.
    pub fn named_models(&mut self) {
        if !self.complete || self.tables.made.len() != 1 || self.tables.named.is_empty() {
            return;
        }
        let mut sources = self.modules.iter().filter_map(|module| module.source.as_ref());
        // Tables of other kinds have names, too.
        let others = sources.any(|source| {
            ["db.Table(", "Base)", "automap", "declarative", "reflect(", "SQLModel"]
                .iter()
                .any(|word| super::scopes::has(source.text(), word))
        });
        if others {
            return;
        }
        for (name, module, range, key) in std::mem::take(&mut self.tables.named) {
            let models = &self.tables.models;
            let wrong = if key {
                let Some((table, column)) = name.split_once('.') else { continue };
                if models
                    .iter()
                    .any(|(_, known)| known.as_deref().is_none_or(|known| known == table))
                    || self.says(&[format!("\"{table}\""), format!("'{table}'")])
                {
                    continue;
                }
                let of_class = models.iter().find(|(class, _)| class.eq_ignore_ascii_case(table));
                let tables = models.iter().filter_map(|(_, known)| known.as_deref());
                let right = of_class
                    .and_then(|(_, known)| known.clone())
                    .or_else(|| near::nearest(table, tables));
                let Some(right) = right else { continue };
                TableRefused::NoTable {
                    table: table.to_owned(),
                    right: format!("{right}.{column}"),
                }
            } else {
                if name.contains('.')
                    || models.iter().any(|(class, _)| *class == name)
                    || self.says(&[format!("class {name}(")])
                {
                    continue;
                }
                let Some(right) =
                    near::nearest(&name, models.iter().map(|(class, _)| class.as_str()))
                else {
                    continue;
                };
                TableRefused::NoClass { class: name, right }
            };
            let cx = Cx { module, ..self.base() };
            self.table(&cx, range, wrong);
        }
    }

    fn says(&self, words: &[String]) -> bool {
        let mut sources = self.modules.iter().filter_map(|module| module.source.as_ref());
        sources.any(|source| words.iter().any(|word| super::scopes::has(source.text(), word)))
    }

    /// The extension was given a base class for its models.
    fn has_own_base(&self) -> bool {
        let mut sources = self.modules.iter().filter_map(|module| module.source.as_ref());
        sources.any(|source| {
            source.text().contains("model_class") || source.text().contains("set_primary_key")
        })
    }

    /// `db.column`, where `db` is the extension's object.
    fn is_of_database(&mut self, cx: &Cx, func: &Expr) -> bool {
        let Expr::Attribute(node) = func else { return false };
        let base = self.expr(&cx.quietly(), &node.value);
        matches!(base, Value::Inst(class) if &*class == "flask_sqlalchemy.SQLAlchemy")
    }

    fn table(&mut self, cx: &Cx, range: TextRange, wrong: TableRefused) {
        self.emit(cx, range, "table", EventKind::TableRefused(wrong));
    }
}

/// The name of a table that Flask-SQLAlchemy makes of a class's: `BlogPost`, `blog_post`.
fn snake(class: &str) -> String {
    let mut out = String::new();
    let chars: Vec<char> = class.chars().collect();
    for (at, c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| chars.get(before));
        let next_lower = chars.get(at + 1).is_some_and(char::is_ascii_lowercase);
        let starts = before.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            || before.is_some_and(char::is_ascii_uppercase) && next_lower;
        if c.is_ascii_uppercase() && starts {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// A call, and the last part of what is called.
fn called(value: &Expr) -> Option<(&ast::ExprCall, &str)> {
    let Expr::Call(call) = value else { return None };
    match &*call.func {
        Expr::Attribute(node) => Some((call, node.attr.as_str())),
        Expr::Name(name) => Some((call, name.id.as_str())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::snake;
    use crate::python::lints::tests::analyse;

    const APP: &str = "from flask import Flask\nfrom flask_login import UserMixin\nfrom flask_sqlalchemy import SQLAlchemy\napplication = Flask(__name__)\napplication.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite:////tmp/x.db'\n";

    fn told(name: &str, text: &str) -> usize {
        let out = analyse(&format!("{APP}{text}\n"));
        out.findings.iter().filter(|found| found.name == name).count()
    }

    fn table(class: &str) -> usize {
        told("table-refused", &format!("db = SQLAlchemy(application)\n{class}"))
    }

    #[test]
    fn keys_of_models() {
        assert_eq!(table("class A(db.Model):\n    name = db.Column(db.Text)"), 1);
        assert_eq!(table("class A(UserMixin, db.Model):\n    name = db.Column(db.Text)"), 1);
        assert_eq!(
            table("class A(db.Model):\n    id = db.column(db.Integer, primary_key=True)"),
            1
        );
        for fine in [
            "class A(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\n    name = db.Column(db.Text)",
            "class Key:\n    id = db.Column(db.Integer, primary_key=True)\nclass A(Key, db.Model):\n    name = db.Column(db.Text)",
            "class A(db.Model):\n    __abstract__ = True\n    name = db.Column(db.Text)",
            "class A(db.Model):\n    name = db.Column(db.Text)\n    id = key()",
            "class A(db.Model):\n    name = db.Column(db.Text, **KEY)",
            "class A(db.Model):\n    __table__ = t\n    name = db.Column(db.Text)",
            "class A(db.Model):\n    id: int = mapped_key()\n    name = db.Column(db.Text)",
            "class A(db.Model):\n    name = db.Column(db.Text)\n    __table_args__ = (db.PrimaryKeyConstraint('name'),)",
            "class A(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\nclass B(A):\n    name = db.Column(db.Text)",
            "x = db.column('name')",
        ] {
            assert_eq!(table(fine), 0, "{fine}");
        }
        let based = "db = SQLAlchemy(application, model_class=Base)\nclass A(db.Model):\n    name = db.Column(db.Text)";
        assert_eq!(told("table-refused", based), 0);
    }

    #[test]
    fn names_that_are_taken() {
        let key = "    id = db.Column(db.Integer, primary_key=True)\n";
        assert_eq!(
            table(&format!("class A(db.Model):\n{key}    metadata = db.Column(db.Text)")),
            1
        );
        assert_eq!(
            table(&format!("class A(db.Model):\n{key}    meta = db.Column('metadata', db.Text)")),
            0
        );
        let two = |more: &str| {
            format!(
                "class A(db.Model):\n    __tablename__ = 'users'\n{key}class B(db.Model):\n    __tablename__ = 'users'\n{more}{key}"
            )
        };
        assert_eq!(table(&two("")), 1);
        for fine in ["    __bind_key__ = 'b'\n", "    __table_args__ = {'extend_existing': True}\n"]
        {
            assert_eq!(table(&two(fine)), 0, "{fine}");
        }
        // One file under two names is the same mistake, and another remedy.
        let head = "from shop.models import db\nimport models\n";
        let text = format!(
            "{head}# --- shop/__init__.py\nimport sys\nsys.path.insert(0, '/home/ana/site/shop')\n# --- shop/models.py\nfrom base import db\nclass A(db.Model):\n    __tablename__ = 'users'\n{key}# --- base.py\nfrom flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\n"
        );
        let out = analyse(&format!("{APP}{text}"));
        let twice = out.findings.iter().filter(|found| found.name == "table-refused");
        assert_eq!(twice.filter(|found| found.message.contains("a second time")).count(), 1);
        let other = two("").replace("class B(db", "db2 = SQLAlchemy()\nclass B(db2");
        assert_eq!(table(&other), 0);
    }

    #[test]
    fn keys_and_relationships() {
        assert_eq!(
            (snake("BlogPost"), snake("HTMLPage")),
            ("blog_post".into(), "html_page".into())
        );
        let with = |first: &str, second: &str| {
            table(&format!(
                "class User(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\n    posts = db.relationship('{first}')\nclass BlogPost(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\n    user = db.Column(db.Integer, db.ForeignKey('{second}.id'))"
            ))
        };
        assert_eq!(
            with("BlogPost", "User") + with("BlogPosts", "user") + with("BlogPost", "users"),
            3
        );
        assert_eq!(with("BlogPost", "user") + with("Elsewhere", "other_table"), 0);
        let more = "\nlinks = db.Table('User', db.Column('id', db.Integer))";
        assert_eq!(
            table(&format!(
                "class User(db.Model):\n    id = db.Column(db.Integer, db.ForeignKey('Users.id'), primary_key=True){more}"
            )),
            0
        );
    }

    #[test]
    fn an_app_is_given_once() {
        let refuses = |text: &str| told("library-refuses", text);
        assert_eq!(refuses("db = SQLAlchemy(application)\ndb.init_app(application)"), 1);
        for fine in [
            "db = SQLAlchemy()\ndb.init_app(application)",
            "db = SQLAlchemy(application)",
            "db = SQLAlchemy(application)\nother = Flask('b')\ndb.init_app(other)",
            "db = SQLAlchemy(application)\ndb.init_app(application)\n# --- requirements.txt\nFlask-SQLAlchemy==2.5.1",
            "a = SQLAlchemy(application)\ndb = SQLAlchemy()\ndb.init_app(application)",
        ] {
            assert_eq!(refuses(fine), 0, "{fine}");
        }
    }
}
