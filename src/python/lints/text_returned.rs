//! A WSGI application that gives back texts, where the server wants bytes.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, Expr, Operator, Stmt, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::{Safety, Severity};
use crate::python::entry::Interface;
use crate::python::interp::syntax::is_generator;
use crate::python::value::Value;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD329",
    name: "text-for-bytes",
    summary: "A WSGI application gives the server a text where bytes are wanted.",
    why: "In Python 3 the page that a WSGI application gives back must be bytes. A text ends each request with an error, or with an empty page: uWSGI drops it without a word.",
    bad: r#"
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return ["Hello"]
"#,
    good: r#"
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Hello"]
"#,
    cause: Some("app-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    let Some(Value::Func(func)) = &cx.application else { return };
    let python2 = cx.run.options.python.is_some_and(|version| version.major < 3);
    if !cx.is_served()
        || cx.run.options.interface != Interface::Wsgi
        || func.wrapped
        || func.is_async
        || func.positional != 2
        || python2
    {
        return;
    }
    // A branch for Python 2, or a `str` of its own.
    let module = cx.module(func.module);
    let source = module.source.as_ref();
    let both = ["version_info", "PY2", "PY3"];
    if module.names.contains_key("str")
        || source.is_some_and(|source| both.iter().any(|word| source.text().contains(word)))
    {
        return;
    }
    let Some(def) = super::returns::definition(cx, func) else { return };
    // Who is called otherwise is no WSGI application, and may give back what it likes.
    if !def.parameters.iter().any(|parameter| {
        let name = parameter.name().as_str();
        name.starts_with("start") || name.starts_with("env") || name == "sr"
    }) {
        return;
    }
    let mut given = Given { def, yields: is_generator(&def.body), text: None };
    given.visit_body(&def.body);
    let Some((range, literal)) = given.text else { return };
    let how = match literal {
        Literal::Plain => "write a `b` before its first quote",
        Literal::Other => "write `.encode(\"utf-8\")` behind it",
    };
    let message = format!(
        "This page is a text, and the server wants bytes: {how}. As it stands the request ends with an error, or the page is empty"
    );
    let mut found = cx.found(&DOC, func.module, range, 1.0, message);
    if literal == Literal::Plain {
        let at = TextRange::empty(range.start());
        found.edits.extend(cx.edit(func.module, at, "b", Safety::Safe));
    }
    out.push(found);
}

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Literal {
    /// One that bytes can be written for.
    Plain,
    Other,
}

/// The first text that a function returns or yields, alone or in a list.
struct Given<'a> {
    def: &'a StmtFunctionDef,
    yields: bool,
    text: Option<(TextRange, Literal)>,
}

impl<'a> Given<'a> {
    fn look(&mut self, expr: &'a Expr) {
        let items = match expr {
            Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. }) => {
                elts.as_slice()
            }
            other => std::slice::from_ref(other),
        };
        if self.text.is_none() {
            self.text = items
                .iter()
                .find_map(|item| self.text(item).map(|literal| (item.range(), literal)));
        }
    }

    /// Surely a text.
    fn text(&self, expr: &Expr) -> Option<Literal> {
        match expr {
            // Nothing is written for an empty text, so nobody sees it.
            Expr::StringLiteral(node) if !node.value.is_empty() => {
                let plain = node.value.to_str().is_ascii() && node.value.iter().count() == 1;
                Some(if plain { Literal::Plain } else { Literal::Other })
            }
            Expr::FString(_) => Some(Literal::Other),
            Expr::BinOp(node) => match node.op {
                Operator::Mod => self.text(&node.left).map(|_| Literal::Other),
                Operator::Add => {
                    self.text(&node.left).or_else(|| self.text(&node.right)).map(|_| Literal::Other)
                }
                _ => None,
            },
            Expr::Call(call) => match &*call.func {
                Expr::Name(name) if name.id.as_str() == "str" => Some(Literal::Other),
                Expr::Attribute(node) if matches!(node.attr.as_str(), "format" | "join") => {
                    self.text(&node.value).map(|_| Literal::Other)
                }
                _ => None,
            },
            Expr::Name(name) => {
                let mut values = Values { name: name.id.as_str(), all: Vec::new(), open: false };
                values.visit_body(&self.def.body);
                match values.all.as_slice() {
                    // A name of itself would be asked for ever.
                    [Expr::Name(_)] => None,
                    [value] if !values.open => self.text(value).map(|_| Literal::Other),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

impl<'a> Visitor<'a> for Given<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Return(node) => {
                // What a generator returns nobody reads.
                if let Some(value) = &node.value
                    && !self.yields
                {
                    self.look(value);
                }
            }
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            other => walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Yield(node) => {
                if let Some(value) = &node.value {
                    self.look(value);
                }
            }
            Expr::Lambda(_) => {}
            other => walk_expr(self, other),
        }
    }
}

/// What a function assigns to a name.
struct Values<'n, 'a> {
    name: &'n str,
    all: Vec<&'a Expr>,
    /// It gets a value in other ways as well.
    open: bool,
}

impl<'a> Visitor<'a> for Values<'_, 'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if let Stmt::Assign(node) = stmt
            && let [Expr::Name(target)] = node.targets.as_slice()
            && target.id.as_str() == self.name
        {
            self.all.push(&node.value);
            self.visit_expr(&node.value);
            return;
        }
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Name(name) = expr
            && name.id.as_str() == self.name
            && !name.ctx.is_load()
        {
            self.open = true;
        }
        walk_expr(self, expr);
    }
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn reported(body: &str) -> bool {
        let text = format!(
            "import json\ndef application(environ, start_response):\n    start_response('200 OK', [])\n{body}\n"
        );
        analyse(&text).findings.iter().any(|found| found.name == "text-for-bytes")
    }

    #[test]
    fn texts() {
        for body in [
            "    return ['x']",
            "    return 'x'",
            "    yield 'x'",
            "    page = '<p>%s</p>' % environ['PATH_INFO']\n    return [page]",
            "    return [f'<p>{environ}</p>']",
            "    return ('x' + environ['PATH_INFO'],)",
            "    return ['{}'.format(1)]",
            "    if environ:\n        return [b'x']\n    return ['x']",
        ] {
            assert!(reported(body), "{body}");
        }
    }

    #[test]
    fn bytes_and_what_may_be() {
        for body in [
            "    return [b'x']",
            "    return ['x'.encode()]",
            "    page = 'x'\n    page = page.encode()\n    return [page]",
            "    page = '<p>x</p>'.encode('utf-8')\n    return [page]",
            "    page = b''\n    page += b'x'\n    return [page]",
            "    page = 'x'\n    return [bytes(page, 'utf-8')]",
            "    return [json.dumps({}).encode()]",
            "    return ['']",
            "    return make('x')",
            "    def name():\n        return 'x'\n    return [name().encode()]",
        ] {
            assert!(!reported(body), "{body}");
        }
    }

    #[test]
    fn other_functions_of_two_arguments() {
        let text = "def application(first, second):\n    return 'x'\n";
        let found = analyse(text).findings;
        assert!(!found.iter().any(|found| found.name == "text-for-bytes"));
    }
}
