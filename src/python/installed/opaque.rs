//! Whether a module may put names into itself unseen.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprContext, Stmt};

/// Words by which a module gets hold of itself as an object.
const ITSELF: &[&str] = &[
    "modules[__name__]",
    "modules.get(__name__",
    "import_module(__name__)",
    "__import__(__name__",
    "modules.update(",
    "modules.setdefault(",
];

/// It writes to `globals()`, executes text, or replaces itself.
pub(super) fn is_opaque(text: &str, body: &[Stmt]) -> bool {
    if ITSELF.iter().any(|word| text.contains(word)) {
        return true;
    }
    let words = ["globals", "locals", "vars", "exec", "modules", "__name__"];
    if !words.iter().any(|word| text.contains(word)) {
        return false;
    }
    let mut looks = Looks { found: false, inside: 0 };
    looks.visit_body(body);
    looks.found
}

struct Looks {
    found: bool,
    /// Functions that are open: `locals()` there are others.
    inside: u32,
}

impl Looks {
    /// `globals()`, or `locals()` and `vars()` of the module itself.
    fn is_own_names(&self, expr: &Expr) -> bool {
        let Expr::Call(call) = expr else { return false };
        let Expr::Name(func) = &*call.func else { return false };
        call.arguments.is_empty()
            && match func.id.as_str() {
                "globals" => true,
                "locals" | "vars" => self.inside == 0,
                _ => false,
            }
    }
}

impl<'a> Visitor<'a> for Looks {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        // `replace_module(__name__, …)`
        if let Stmt::Expr(stmt) = stmt
            && let Expr::Call(call) = &*stmt.value
            && self.inside == 0
        {
            let is_name =
                |arg: &Expr| matches!(arg, Expr::Name(name) if name.id.as_str() == "__name__");
            self.found |= call.arguments.args.iter().any(is_name)
                || call.arguments.keywords.iter().any(|keyword| is_name(&keyword.value));
        }
        let inner = matches!(stmt, Stmt::FunctionDef(_) | Stmt::ClassDef(_));
        self.inside += u32::from(inner);
        walk_stmt(self, stmt);
        self.inside -= u32::from(inner);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            // Only read.
            Expr::Subscript(node)
                if node.ctx == ExprContext::Load && self.is_own_names(&node.value) =>
            {
                self.visit_expr(&node.slice);
            }
            Expr::Attribute(node)
                if self.is_own_names(&node.value)
                    && matches!(
                        node.attr.as_str(),
                        "get" | "items" | "keys" | "values" | "copy"
                    ) => {}
            Expr::Compare(node) => {
                self.visit_expr(&node.left);
                for other in &node.comparators {
                    if !self.is_own_names(other) {
                        self.visit_expr(other);
                    }
                }
            }
            // `sys.modules["package"] = …`
            Expr::Subscript(node)
                if node.ctx != ExprContext::Load
                    && matches!(&*node.value, Expr::Attribute(base) if base.attr.as_str() == "modules") =>
            {
                self.found = true;
            }
            Expr::Call(call) => {
                let exec = matches!(&*call.func, Expr::Name(func) if func.id.as_str() == "exec")
                    && call.arguments.args.len() < 2;
                self.found |= exec || self.is_own_names(expr);
                walk_expr(self, expr);
            }
            _ => walk_expr(self, expr),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_opaque;
    use crate::python::source::Source;
    use std::path::Path;

    #[test]
    fn writing_and_reading() {
        let opaque = |text: &str| {
            let source = Source::parse(text.as_bytes(), "x.py", Path::new("x.py"), None);
            is_opaque(source.text(), source.body())
        };
        for text in [
            "globals()[name] = 1\n",
            "def f():\n    globals().update(x)\n",
            "go(locals())\n",
            "vars()['x'] = 1\n",
            "exec(code)\n",
            "import sys\nsys.modules['pkg'] = Lazy()\n",
            "m = sys.modules[__name__]\n",
            "Deprecated(__name__, {'.sub': ['x']})\n",
        ] {
            assert!(opaque(text), "{text}");
        }
        for text in [
            "x = globals()['y']\n",
            "log = logging.getLogger(__name__)\n",
            "if 'x' in globals(): pass\n",
            "def f():\n    return locals()\n",
            "def f(o):\n    setattr(o, 'x', 1)\n    return o.__dict__\n",
            "exec(code, space)\n",
            "m = sys.modules['other']\n",
            "__all__ = [x for x in globals().keys()]\n",
        ] {
            assert!(!opaque(text), "{text}");
        }
    }
}
