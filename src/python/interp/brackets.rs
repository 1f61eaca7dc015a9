//! Brackets behind what takes none of the kind: `datetime()` on the module, `sys.path(0, "x")`,
//! `os.environ.get["X"]`, two items of a list without a comma between. Each ends the import with TypeError.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextRange};

use super::event::{Brackets, NoFunction};
use super::stmt::dotted_text;
use super::{Cx, EventKind, Interp, syntax};
use crate::python::value::{FuncRef, ModuleId, Value};
use crate::rules::public_names;

/// Functions of Python's own that people index instead of calling them.
const FUNCTIONS: &[&str] = &[
    "os.getenv",
    "os.path.join",
    "os.path.dirname",
    "os.path.abspath",
    "os.path.exists",
    "builtins.open",
    "builtins.input",
    "builtins.print",
    "builtins.len",
    "builtins.getattr",
    "builtins.isinstance",
    "builtins.sorted",
    "builtins.next",
    "builtins.callable",
    "builtins.any",
    "builtins.all",
];

impl Interp<'_> {
    /// Notes a call of something that surely cannot be called.
    pub(super) fn wrong_call(&mut self, cx: &Cx, call: &ast::ExprCall, callee: &Value) {
        self.app_called(cx, call, callee);
        let written = || dotted_text(&call.func);
        // What a library's star brings may have the module's name.
        let open = self.modules[cx.module].dynamic;
        let (what, instead) = match callee {
            _ if is_literal(&call.func) => (NoFunction::Literal, None),
            Value::SysPath => (NoFunction::Data, Some("sys.path.insert(0, …)".to_owned())),
            Value::Environ => (NoFunction::Data, Some("os.environ.get(…)".to_owned())),
            Value::Ext(name) if !open && self.is_module(name) => {
                let written = written().unwrap_or_default();
                let meant = public_names::namesake(name);
                (NoFunction::Module, meant.map(|meant| format!("{written}.{meant}(…)")))
            }
            Value::Module(id) if !open && self.stays_module(*id) => {
                let (written, module) = (written().unwrap_or_default(), &self.modules[*id]);
                let last = module.name.rsplit('.').next().unwrap_or_default();
                let meant = [last, "create_app", "make_app", "main"].into_iter().find(|name| {
                    module.names.get(*name).is_some_and(|binding| {
                        matches!(binding.value, Value::Func(_) | Value::Class(_))
                    })
                });
                (NoFunction::Module, meant.map(|meant| format!("{written}.{meant}(…)")))
            }
            _ => return,
        };
        self.brackets(cx, &call.func, call.range(), what, instead);
    }

    /// Notes square brackets behind something that surely has no items.
    pub(super) fn indexed(
        &mut self,
        cx: &Cx,
        base: &Value,
        key: &Value,
        node: &ast::ExprSubscript,
    ) {
        let what = match (&*node.value, base) {
            // Of a list and a tuple only numbers and slices are items.
            (Expr::List(_) | Expr::Tuple(_), _)
                if matches!(*node.slice, Expr::Tuple(_)) || matches!(key, Value::Str(_)) =>
            {
                NoFunction::Literal
            }
            (Expr::Attribute(method), _)
                if matches!(
                    method.attr.as_str(),
                    "get" | "pop" | "setdefault" | "keys" | "items" | "values"
                ) && matches!(self.expr(&cx.quietly(), &method.value), Value::Environ) =>
            {
                NoFunction::Function
            }
            (_, Value::Ext(name)) if FUNCTIONS.contains(&&**name) => NoFunction::Function,
            (Expr::Name(_), Value::Func(func)) if self.is_undecorated(func) => NoFunction::Function,
            _ => return,
        };
        let instead = (what == NoFunction::Function)
            .then(|| dotted_text(&node.value))
            .flatten()
            .map(|written| format!("{written}(…)"));
        self.brackets(cx, &node.value, node.range, what, instead);
    }

    fn brackets(
        &mut self,
        cx: &Cx,
        on: &Expr,
        range: TextRange,
        what: NoFunction,
        instead: Option<String>,
    ) {
        if cx.caught.types {
            return;
        }
        let written = dotted_text(on).unwrap_or_default();
        // A literal of many lines is told where it ends.
        let range = if what == NoFunction::Literal {
            TextRange::new(on.range().start().max(line_start(self, cx, on)), range.end())
        } else {
            range
        };
        self.emit(cx, range, "brackets", EventKind::Brackets(Brackets { written, what, instead }));
    }

    /// What a decorator makes of a function may have items.
    fn is_undecorated(&mut self, func: &FuncRef) -> bool {
        let Some(source) = self.source_to_run(func.module) else { return false };
        syntax::find_function(source.body(), func.offset)
            .is_some_and(|def| def.decorator_list.is_empty())
    }

    /// A library's dotted name is a module for sure.
    fn is_module(&self, name: &str) -> bool {
        let top =
            !name.contains('.') && (self.options.is_stdlib(name) || public_names::is_known(name));
        let known = top || name.contains('.') && public_names::is_known(name);
        known && !self.hooks && !self.replaced.contains(name)
    }

    /// A module of the project that nothing puts something else in the place of.
    fn stays_module(&mut self, id: ModuleId) -> bool {
        let module = &self.modules[id];
        let package = module.name.rsplit_once('.').and_then(|(up, _)| self.by_name.get(up));
        // A package may have something else under the name of its module.
        let sure = package.is_none_or(|&up| !self.modules[up].dynamic);
        sure && !module.dynamic
            && module.source.is_some()
            && !self.hooks
            && !self.replaced.contains(&module.name)
            && !self.names_of(id).opaque
    }
}

/// The start of the line on which an expression ends.
fn line_start(run: &Interp<'_>, cx: &Cx, on: &Expr) -> ruff_text_size::TextSize {
    let end = on.range().end();
    let text = run.modules[cx.module].source.as_ref().map_or("", |source| source.text());
    let before = text.get(..end.to_usize()).unwrap_or("");
    let line = before.rfind('\n').map_or("", |at| &before[at + 1..]);
    let indent = line.len() - line.trim_start().len();
    end - ruff_text_size::TextSize::try_from(line.len() - indent).unwrap_or_default()
}

fn is_literal(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::StringLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::List(_)
            | Expr::Tuple(_)
            | Expr::Dict(_)
            | Expr::Set(_)
            | Expr::FString(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
    )
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn told(text: &str) -> Vec<String> {
        let out =
            analyse(&format!("{text}\n\n\ndef application(environ, start_response):\n    pass\n"));
        let found = out.findings.into_iter();
        found.filter(|found| found.name == "wrong-brackets").map(|found| found.message).collect()
    }

    #[test]
    fn what_cannot_be_called() {
        for text in [
            "import datetime\nnow = datetime()",
            "import datetime as dt\nnow = dt(2024, 1, 1)",
            "import flask\nshop = flask(__name__)",
            "import time\ndef f():\n    return time()\nf()",
            "import sys\nsys.path(0, '/home/ana/site')",
            "from os import environ\nkey = environ('KEY')",
            "import os\nkey = os.environ.get['KEY']",
            "import os\nkey = os.getenv['KEY']",
            "pages = [\n    ('a', 'b')\n    ('c', 'd'),\n]",
            "names = ['a', ['b'] ['c', 'd']]",
            "def f(x):\n    return x\ny = f[1]",
            "import os\npath = os.path.join['a', 'b']",
        ] {
            assert_eq!(told(text).len(), 1, "{text}");
        }
    }

    #[test]
    fn what_can_be_or_may_be() {
        for text in [
            "import datetime\nfrom datetime import datetime\nnow = datetime()",
            "try:\n    from time import time\nexcept ImportError:\n    import time\nnow = time()",
            "import time\nif unknown_thing:\n    from time import time\nnow = time()",
            "import time\nfrom somewhere import *\nnow = time()",
            "import time\ndef f(time):\n    return time()\nf(print)",
            "import time\nclass A:\n    def time(self):\n        return time()",
            "import unheard_of\nx = unheard_of()",
            "import time\ntry:\n    x = time()\nexcept TypeError:\n    pass",
            "def f():\n    import datetime\n    return datetime()",
            "import os\nos.environ['A'] = 'b'\nx = os.environ['A']",
            "x = [1, 2][0]\ny = {'a': 1}['a']\nz = [1, 2, 3][0:1]\nw = 'abc'[1]",
            "def f(x: list[int], y: dict[str, int] = None): pass",
            "from functools import singledispatch\n@singledispatch\ndef f(x): pass\ny = f[1]",
            "class A:\n    def __class_getitem__(cls, x): return cls\ny = A[1]",
            "x = (lambda: 1)()\ny = ''.join(['a'])",
        ] {
            assert_eq!(told(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn modules_of_the_project() {
        let shop = "# --- shop.py\ndef create_app():\n    pass\n# --- more.py";
        let said = told(&format!("import shop\nx = shop()\n{shop}"));
        assert!(said.len() == 1 && said[0].contains("`shop.create_app(…)`"), "{said:?}");
        for text in [
            "import shop\nx = shop()\n# --- shop.py\nimport sys\nsys.modules[__name__] = print\n# --- more.py",
            "from shop import shop\nx = shop()\n# --- shop.py\ndef shop():\n    pass\n# --- more.py",
            "from site_ import shop\nx = shop()\n# --- site_/__init__.py\nfrom .shop import shop\n# --- site_/shop.py\ndef shop():\n    pass\n# --- more.py",
            "from site_ import shop\nx = shop()\n# --- site_/__init__.py\nfrom flask import *\n# --- site_/shop.py\n\n# --- more.py",
        ] {
            assert_eq!(told(text), [""; 0], "{text}");
        }
    }
}
