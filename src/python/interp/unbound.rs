//! Names that functions read and that nothing makes. Functions are not run: the whole text of the file must agree
//! that the name is bound nowhere, in no scope, under no condition.

use std::collections::{HashMap, HashSet};

use ruff_python_ast::name::Name;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, Expr, ExprContext, Stmt};
use ruff_text_size::TextRange;

use super::caught::catches_names;
use super::event::Unbound;
use super::scopes::{self, Names};
use super::stmt::dotted_text;
use super::{Cx, EventKind, Interp};
use crate::python::ahead::WHOLE;
use crate::python::lints::near;
use crate::python::source::Source;
use crate::rules::python_tables;

/// Words of code that also runs on Python 2, or puts names where others find them.
const OTHER_WAYS: &[&str] = &[
    "version_info",
    "PY2",
    "PY3",
    "import six",
    "builtins",
    "gettext.install",
    "import *",
    "_convert",
];

/// Decorators below which a function answers requests.
const VIEWS: &[&str] = &[
    "route",
    "get",
    "post",
    "put",
    "delete",
    "patch",
    "websocket",
    "errorhandler",
    "before_request",
    "after_request",
    "context_processor",
    "callback",
    "view",
    "api_view",
];

/// Most names of one file.
const MOST: usize = 20;

/// Bytes of source, in the order in which imports end, whose functions are looked at: a site's own code, not the thousands of files
/// of a large project, where this would take as long as all the rest.
const NEAR: u64 = WHOLE;

impl Interp<'_> {
    /// Notes what the functions of a module read and nothing makes.
    pub(super) fn unbound(&mut self, cx: &Cx, source: &Source) {
        // The entry point and what it imports itself are looked at in any case.
        if self.bytes > NEAR && cx.depth > 2 {
            return;
        }
        let module = &self.modules[cx.module];
        if module.dynamic || cx.quiet || !source.problems().is_empty() {
            return;
        }
        let text = source.text();
        if OTHER_WAYS.iter().any(|word| scopes::has(text, word)) {
            return;
        }
        let names = self.names_of(cx.module);
        if names.opaque {
            return;
        }
        let Some(source) = self.source_to_run(cx.module) else { return };
        self.namesakes_inside(cx, &source, &names);
        let guard = guarded_only(source.body());
        let mut reads = Reads {
            names: &names,
            guard: &guard,
            functions: Vec::new(),
            view: 0,
            careful: 0,
            found: Vec::new(),
            seen: HashSet::new(),
        };
        reads.visit_body(source.body());
        // A misspelled import is told where it stands, and its right name counts as made.
        reads.found.retain(|read| !self.modules[cx.module].names.contains_key(read.name.as_str()));
        if reads.found.is_empty() {
            // Seldom asked for again, and large.
            self.names.remove(&cx.module);
            return;
        }
        for Read { name, function, range, guarded } in reads.found.into_iter().take(MOST) {
            let candidates = names.module.keys().map(Name::as_str);
            let kind = EventKind::Unbound(Unbound {
                function,
                guarded,
                near: near::nearest(&name, candidates),
                stdlib: self.options.is_stdlib(&name),
                old: python_tables::removed_builtin(&name),
                name,
            });
            self.emit(cx, range, "unbound", kind);
        }
    }
}

/// Names that a module binds below `if __name__ == "__main__":` and nowhere else, with the place.
fn guarded_only(body: &[Stmt]) -> HashMap<Name, u32> {
    let mut inside = HashMap::new();
    let guards = |stmt: &Stmt| matches!(stmt, Stmt::If(node) if is_main(&node.test));
    if !body.iter().any(guards) {
        return inside;
    }
    let mut outside: HashSet<Name> = HashSet::new();
    for stmt in body {
        let names = scopes::names("", std::slice::from_ref(stmt));
        match stmt {
            Stmt::If(node) if is_main(&node.test) && node.elif_else_clauses.is_empty() => {
                inside.extend(names.module);
                // A function may make it with `global`.
                outside
                    .extend(names.anywhere.into_iter().filter(|name| !inside.contains_key(name)));
            }
            _ => outside.extend(names.anywhere),
        }
    }
    inside.retain(|name, at| *at > 0 && !outside.contains(name) && !scopes::is_builtin(name));
    inside
}

/// `__name__ == "__main__"`
fn is_main(test: &Expr) -> bool {
    let Expr::Compare(node) = test else { return false };
    let (Expr::Name(left), [ast::CmpOp::Eq], [Expr::StringLiteral(right)]) =
        (&*node.left, &*node.ops, &*node.comparators)
    else {
        return false;
    };
    left.id.as_str() == "__name__" && right.value.to_str() == "__main__"
}

struct Read {
    name: String,
    function: String,
    range: TextRange,
    guarded: Option<u32>,
}

struct Reads<'n> {
    names: &'n Names,
    guard: &'n HashMap<Name, u32>,
    /// Functions round the current place.
    functions: Vec<Name>,
    /// How many of them answer requests.
    view: usize,
    /// Blocks in which a missing name is expected, or that may never run.
    careful: usize,
    found: Vec<Read>,
    seen: HashSet<String>,
}

impl Reads<'_> {
    fn read(&mut self, node: &ast::ExprName) {
        let name = node.id.as_str();
        let Some(function) = self.functions.first() else { return };
        if self.careful > 0 {
            return;
        }
        let guarded = self.guard.get(name).copied().filter(|_| self.view > 0);
        if guarded.is_none() && self.names.anywhere.contains(name) || scopes::is_builtin(name) {
            return;
        }
        if self.seen.insert(name.to_owned()) {
            self.found.push(Read {
                name: name.to_owned(),
                function: function.to_string(),
                range: node.range,
                guarded,
            });
        }
    }

    fn carefully(&mut self, careful: bool, act: impl FnOnce(&mut Self)) {
        self.careful += usize::from(careful);
        act(self);
        self.careful -= usize::from(careful);
    }
}

impl<'a> Visitor<'a> for Reads<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(def) => {
                for decorator in &def.decorator_list {
                    self.visit_expr(&decorator.expression);
                }
                for parameter in def.parameters.iter_non_variadic_params() {
                    if let Some(default) = &parameter.default {
                        self.visit_expr(default);
                    }
                }
                let view = usize::from(def.decorator_list.iter().any(|at| is_view(&at.expression)));
                self.view += view;
                self.functions.push(def.name.id.clone());
                self.visit_body(&def.body);
                self.functions.pop();
                self.view -= view;
            }
            // What runs only for type checkers, or only on some machines.
            Stmt::If(node) => {
                self.carefully(mentions_checking(&node.test), |reads| walk_stmt(reads, stmt));
            }
            Stmt::Try(node) => {
                let careful = node.handlers.iter().any(|handler| {
                    let ast::ExceptHandler::ExceptHandler(handler) = handler;
                    handler.type_.as_deref().is_none_or(catches_names)
                });
                self.carefully(careful, |reads| reads.visit_body(&node.body));
                for handler in &node.handlers {
                    self.visit_except_handler(handler);
                }
                self.visit_body(&node.orelse);
                self.visit_body(&node.finalbody);
            }
            // `with suppress(NameError):`
            Stmt::With(node) => {
                let careful = node.items.iter().any(|item| {
                    matches!(&item.context_expr, Expr::Call(call)
                        if dotted_text(&call.func).is_some_and(|name| name.ends_with("suppress")))
                });
                self.carefully(careful, |reads| walk_stmt(reads, stmt));
            }
            // Nothing evaluates the annotation of a local name.
            Stmt::AnnAssign(node) => {
                self.visit_expr(&node.target);
                if let Some(value) = &node.value {
                    self.visit_expr(value);
                }
            }
            Stmt::TypeAlias(_) => {}
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(node) if node.ctx == ExprContext::Load => self.read(node),
            Expr::Lambda(node) => {
                if let Some(parameters) = &node.parameters {
                    for parameter in parameters.iter_non_variadic_params() {
                        if let Some(default) = &parameter.default {
                            self.visit_expr(default);
                        }
                    }
                }
                self.functions.push(Name::new_static("lambda"));
                self.visit_expr(&node.body);
                self.functions.pop();
            }
            _ => walk_expr(self, expr),
        }
    }
}

/// `@app.route(…)` and its like.
fn is_view(decorator: &Expr) -> bool {
    let func = match decorator {
        Expr::Call(call) => &call.func,
        other => other,
    };
    match func {
        Expr::Attribute(node) => VIEWS.contains(&node.attr.as_str()),
        _ => false,
    }
}

/// A condition that speaks of type checkers or of other machines, or is plainly false.
fn mentions_checking(test: &Expr) -> bool {
    struct Mentions(bool);
    impl<'a> Visitor<'a> for Mentions {
        fn visit_expr(&mut self, expr: &'a Expr) {
            let word = match expr {
                Expr::Name(name) => name.id.as_str(),
                Expr::Attribute(node) => node.attr.as_str(),
                _ => "",
            };
            self.0 |= matches!(word, "TYPE_CHECKING" | "__debug__" | "platform" | "implementation");
            walk_expr(self, expr);
        }
    }
    if matches!(test, Expr::BooleanLiteral(_) | Expr::NumberLiteral(_)) {
        return true;
    }
    let mut mentions = Mentions(false);
    mentions.visit_expr(test);
    mentions.0
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn told(text: &str) -> Vec<String> {
        let out =
            analyse(&format!("from flask import Flask\napplication = Flask(__name__)\n{text}\n"));
        let found = out.findings.into_iter();
        found
            .filter(|found| found.name == "undefined-name-in-function")
            .map(|found| found.message)
            .collect()
    }

    #[test]
    fn names_that_nothing_binds() {
        for (text, said) in [
            ("def home():\n    return jsonify(1)", "from flask import jsonify"),
            ("def helper():\n    pass\ndef home():\n    return helpr()", "`helper`"),
            ("class A:\n    def get(self):\n        return os.path", "import os"),
            ("def home():\n    return (lambda x: y + x)", "`y`"),
            ("def home():\n    return null", "`None`"),
            ("def home():\n    return jsonfy(1)", "`jsonify` of `flask`"),
            (
                "def home():\n    try:\n        return page\n    except KeyError:\n        pass",
                "`page`",
            ),
            ("def home():\n    return unicode(1)", "Python 2"),
            (
                "@application.route('/')\ndef home():\n    return db.x\nif __name__ == '__main__':\n    db = open('x')",
                "__main__",
            ),
        ] {
            let found = told(text);
            assert!(found.len() == 1 && found[0].contains(said), "{text}\n{found:?}");
        }
    }

    #[test]
    fn names_that_are_or_may_be_bound() {
        for text in [
            "def home():\n    return x\ndef start():\n    global x\n    x = 1",
            "def home():\n    return page\nif unknown:\n    page = 1",
            "def home():\n    return page\ntry:\n    import page\nexcept ImportError:\n    pass",
            "from shop import *\ndef home():\n    return page",
            "def home():\n    exec('page = 1')\n    return page",
            "globals().update(page=1)\ndef home():\n    return page",
            "def home():\n    try:\n        return page\n    except NameError:\n        return 1",
            "def home():\n    try:\n        return page\n    except (KeyError, NameError):\n        return 1",
            "from typing import TYPE_CHECKING\ndef home():\n    if TYPE_CHECKING:\n        return page",
            "def home(x=lambda a: a, *, y=lambda b: b):\n    return x",
            "def home(x):\n    y: Page = 1\n    return [z for z in x]",
            "def home(*args, **more):\n    del args\n    return more, __name__, print",
            "import sys\nif sys.version_info[0] == 2:\n    text = unicode\ndef home():\n    return unicode(1)",
            "def home():\n    with open('x') as f, (g := open('y')):\n        return f, g",
            "def home(x):\n    match x:\n        case [a, *b]:\n            return a, b\n        case {'c': c, **d}:\n            return c, d",
            "class A:\n    x = 1\n    def get(self):\n        return __class__, super()",
            // Only called where it is made.
            "def main():\n    return db.x\nif __name__ == '__main__':\n    db = open('x')\n    main()",
            "@application.route('/')\ndef home():\n    return db.x\ndb = None\nif __name__ == '__main__':\n    db = open('x')",
            "import builtins\nbuiltins.page = 1\ndef home():\n    return page",
        ] {
            assert_eq!(told(text), [""; 0], "{text}");
        }
    }
}
