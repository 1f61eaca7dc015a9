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
    taken: Vec<(String, ModuleId, TextRange)>,
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
        let before = self.tables.taken.iter().find(|(known, ..)| *known == table);
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
            None => self.tables.taken.push((table, cx.module, range)),
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
pub(super) fn snake(class: &str) -> String {
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
