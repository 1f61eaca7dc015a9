//! A module's own `__getattr__` (PEP 562): which names it can give.

use std::collections::HashSet;

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{BoolOp, CmpOp, Expr, Stmt, StmtFunctionDef, StmtIf, UnaryOp};

/// All names that it can give; `None` where they cannot be told.
pub(super) fn names(text: &str, body: &[Stmt]) -> Option<HashSet<String>> {
    let mut found = Vec::new();
    definitions(body, &mut found);
    let [def] = found.as_slice() else { return None };
    let parameter = def.parameters.iter().next()?.name().as_str();
    let mut reader = Reader { text, module: body, parameter, names: HashSet::new() };
    reader.block(&def.body).then_some(reader.names)
}

/// Functions of that name at the module's level, below conditions too.
fn definitions<'a>(body: &'a [Stmt], out: &mut Vec<&'a StmtFunctionDef>) {
    for stmt in body {
        match stmt {
            Stmt::FunctionDef(def) if def.name.as_str() == "__getattr__" => out.push(def),
            Stmt::If(node) => {
                definitions(&node.body, out);
                node.elif_else_clauses.iter().for_each(|clause| definitions(&clause.body, out));
            }
            _ => {}
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    module: &'a [Stmt],
    parameter: &'a str,
    names: HashSet<String>,
}

impl<'a> Reader<'a> {
    /// Whether the asked-for name is only ever compared with names that are known, or printed.
    fn block(&mut self, body: &'a [Stmt]) -> bool {
        for stmt in body {
            match stmt {
                Stmt::If(node) => match self.branches(node) {
                    Some(true) => return true,
                    Some(false) => {}
                    None => return false,
                },
                // What is raised gives no name.
                Stmt::Raise(_) => return true,
                _ if !self.uses(stmt) => {}
                // `message = f"… {name} …"`, and a warning about it.
                Stmt::Assign(node) if matches!(&*node.value, Expr::FString(_)) => {
                    if self.text.contains("import_module") || self.text.contains("__import__") {
                        return false;
                    }
                }
                _ => return false,
            }
        }
        true
    }

    /// An `if` with its branches: `Some(true)` if what follows runs only for names that are known by then.
    fn branches(&mut self, node: &'a StmtIf) -> Option<bool> {
        if let Some(names) = self.excluded(&node.test)
            && node.elif_else_clauses.is_empty()
            && matches!(node.body.last(), Some(Stmt::Raise(_)))
        {
            self.names.extend(names);
            return Some(true);
        }
        let clauses = std::iter::once((Some(&*node.test), &node.body)).chain(
            node.elif_else_clauses.iter().map(|clause| (clause.test.as_ref(), &clause.body)),
        );
        for (test, body) in clauses {
            if let Some(names) = test.and_then(|test| self.included(test)) {
                self.names.extend(names);
            } else if test.is_some_and(|test| self.uses_expr(test)) || !self.block(body) {
                return None;
            }
        }
        Some(false)
    }

    /// `name == "x"`, `name in (…)`, also with more conditions.
    fn included(&self, test: &'a Expr) -> Option<Vec<String>> {
        match test {
            Expr::Compare(node) if self.is_name(&node.left) => {
                match (&*node.ops, &*node.comparators) {
                    ([CmpOp::Eq], [value]) => Some(vec![literal(value)?]),
                    ([CmpOp::In], [values]) => self.literals(values),
                    _ => None,
                }
            }
            Expr::BoolOp(node) if node.op == BoolOp::And => {
                node.values.iter().find_map(|value| self.included(value))
            }
            Expr::BoolOp(node) => {
                let all: Option<Vec<Vec<String>>> =
                    node.values.iter().map(|value| self.included(value)).collect();
                Some(all?.concat())
            }
            _ => None,
        }
    }

    /// `name not in (…)`, `name != "x"`, `not name == "x"`.
    fn excluded(&self, test: &'a Expr) -> Option<Vec<String>> {
        match test {
            Expr::Compare(node) if self.is_name(&node.left) => {
                match (&*node.ops, &*node.comparators) {
                    ([CmpOp::NotEq], [value]) => Some(vec![literal(value)?]),
                    ([CmpOp::NotIn], [values]) => self.literals(values),
                    _ => None,
                }
            }
            Expr::UnaryOp(node) if node.op == UnaryOp::Not => self.included(&node.operand),
            _ => None,
        }
    }

    /// Texts of a literal list, or the keys of a dictionary; also by the name of one that is never changed.
    fn literals(&self, expr: &'a Expr) -> Option<Vec<String>> {
        match expr {
            Expr::Tuple(node) => node.elts.iter().map(literal).collect(),
            Expr::List(node) => node.elts.iter().map(literal).collect(),
            Expr::Set(node) => node.elts.iter().map(literal).collect(),
            Expr::Dict(node) => node.items.iter().map(|item| literal(item.key.as_ref()?)).collect(),
            Expr::Call(node) => {
                let Expr::Name(func) = &*node.func else { return None };
                let [inner] = &*node.arguments.args else { return None };
                matches!(func.id.as_str(), "set" | "frozenset" | "dict" | "list" | "tuple")
                    .then(|| self.literals(inner))?
            }
            Expr::Name(name) => {
                let name = name.id.as_str();
                let mut values = self.module.iter().filter_map(|stmt| match stmt {
                    Stmt::Assign(node) => match &*node.targets {
                        [Expr::Name(target)] if target.id.as_str() == name => Some(&*node.value),
                        _ => None,
                    },
                    Stmt::AnnAssign(node) => match &*node.target {
                        Expr::Name(target) if target.id.as_str() == name => node.value.as_deref(),
                        _ => None,
                    },
                    _ => None,
                });
                let (Some(value), None) = (values.next(), values.next()) else { return None };
                let changed =
                    [".update", ".add", ".append", ".extend", ".setdefault", " |=", " +="]
                        .iter()
                        .any(|word| self.text.contains(&format!("{name}{word}")))
                        || self
                            .text
                            .lines()
                            .any(|line| line.trim_start().starts_with(&format!("{name}[")));
                (!value.is_name_expr() && !changed).then(|| self.literals(value))?
            }
            _ => None,
        }
    }

    fn is_name(&self, expr: &Expr) -> bool {
        matches!(expr, Expr::Name(name) if name.id.as_str() == self.parameter)
    }

    fn uses(&self, stmt: &Stmt) -> bool {
        let mut uses = Uses { parameter: self.parameter, found: false };
        uses.visit_stmt(stmt);
        uses.found
    }

    fn uses_expr(&self, expr: &Expr) -> bool {
        let mut uses = Uses { parameter: self.parameter, found: false };
        uses.visit_expr(expr);
        uses.found
    }
}

struct Uses<'p> {
    parameter: &'p str,
    found: bool,
}

impl Visitor<'_> for Uses<'_> {
    fn visit_expr(&mut self, expr: &Expr) {
        self.found |= matches!(expr, Expr::Name(name) if name.id.as_str() == self.parameter);
        walk_expr(self, expr);
    }
}

fn literal(expr: &Expr) -> Option<String> {
    match expr {
        Expr::StringLiteral(text) => Some(text.value.to_str().to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::names;
    use crate::python::source::Source;
    use std::path::Path;

    fn found(text: &str) -> Option<Vec<String>> {
        let source = Source::parse(text.as_bytes(), "x.py", Path::new("x.py"), None);
        let mut names: Vec<String> = names(source.text(), source.body())?.into_iter().collect();
        names.sort();
        Some(names)
    }

    #[test]
    fn closed_and_open() {
        let closed = [
            (
                "if not TYPE_CHECKING:\n    def __getattr__(name):\n        if name == '__version__':\n            import x\n            return x.version(name)\n        raise AttributeError(name)\n",
                "__version__",
            ),
            (
                "_old = {'A': 1, 'B': 2}\ndef __getattr__(n):\n    if n not in _old:\n        raise AttributeError(n)\n    return globals()['_' + n]\n",
                "A B",
            ),
            (
                "def __getattr__(n):\n    if n in ('A', 'B') and warn():\n        return make(n)\n    elif n == 'C':\n        return 1\n    message = f'no {n}'\n    raise AttributeError(message)\n",
                "A B C",
            ),
        ];
        for (text, expected) in closed {
            assert_eq!(
                found(text).map(|names| names.join(" ")).as_deref(),
                Some(expected),
                "{text}"
            );
        }
        for text in [
            "def __getattr__(n):\n    return import_module(n)\n",
            "def __getattr__(n):\n    if n.startswith('A'):\n        return 1\n    raise AttributeError(n)\n",
            "_old = {}\n_old.update(more)\ndef __getattr__(n):\n    if n in _old:\n        return 1\n    raise AttributeError(n)\n",
            "def __getattr__(n):\n    if n in ALL:\n        return 1\n    raise AttributeError(n)\n",
            "def __getattr__(n):\n    try:\n        return _old[n]\n    except KeyError:\n        raise AttributeError(n)\n",
            "from x import __getattr__\n",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
