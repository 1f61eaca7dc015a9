//! `raise` statements: where one surely ends the module, what stands below it is never reached.

use ruff_python_ast::{self as ast, Expr};

use super::stmt::dotted_text;
use super::{Cx, EventKind, Flow, Interp};
use crate::python::value::Value;

/// Longest text of an exception that is told.
const MOST_TEXT: usize = 120;

impl Interp<'_> {
    pub(super) fn raise(&mut self, cx: &Cx, node: &ast::StmtRaise) -> Flow {
        let Some(exc) = &node.exc else { return Flow::Raise };
        let (class, text) = match &**exc {
            Expr::Call(call) => (dotted_text(&call.func), call.arguments.args.first()),
            other => (dotted_text(other), None),
        };
        let class = class.unwrap_or_default();
        if class == "SystemExit" {
            if !cx.caught.exits {
                self.emit(cx, node.range, "exit", EventKind::Exit("raise SystemExit".to_owned()));
            }
            return Flow::Raise;
        }
        // In a function it is the caller's matter, below a condition it may be meant for another machine.
        let straight = cx.frame.is_none() && cx.via.is_none() && cx.weight >= 1.0 && !cx.quiet;
        // What a `with` does with it nobody knows.
        if !straight || self.contexts > 0 || cx.caught.any || self.modules[cx.module].shielded {
            return Flow::Raise;
        }
        let text = text.map(|expr| self.expr(&cx.quietly(), expr));
        let said = match text.as_ref().and_then(Value::text) {
            Some(text) if !text.is_empty() => {
                let more = if text.chars().count() > MOST_TEXT { "…" } else { "" };
                let text: String = text.chars().take(MOST_TEXT).collect();
                format!("{class}: {}{more}", text.replace('\n', " "))
            }
            _ => class,
        };
        self.modules[cx.module].ended = true;
        self.emit(cx, node.range, "raised", EventKind::Raised(said));
        Flow::Raise
    }
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn told(text: &str) -> Vec<&'static str> {
        let mut names: Vec<_> = analyse(text).findings.iter().map(|found| found.name).collect();
        names.dedup();
        names
    }

    const APP: &str = "from flask import Flask\napplication = Flask(__name__)\n";

    #[test]
    fn what_stands_below_is_not_called_missing() {
        assert_eq!(told(&format!("raise RuntimeError('set the key')\n{APP}")), ["raise-at-import"]);
        assert_eq!(told(&format!("import os\nraise os.error\n{APP}")), ["raise-at-import"]);
        let shop = "from shop import app as application\n# --- shop.py\nraise ValueError(f'{1}')\nfrom flask import Flask\napp = Flask(__name__)\n";
        assert_eq!(told(shop), ["raise-at-import"]);
        assert_eq!(
            told(&format!("try:\n    pass\nfinally:\n    raise KeyError\n{APP}")),
            ["raise-at-import"]
        );
    }

    #[test]
    fn what_may_be_caught_or_may_not_run() {
        for text in [
            "try:\n    raise ValueError('x')\nexcept ValueError:\n    pass\n",
            "try:\n    import extra\nexcept Exception:\n    extra = None\n# --- extra.py\nraise ImportError('needs more')\n",
            "try:\n    import extra\nexcept ImportError:\n    extra = None\n# --- extra.py\nimport more\n# --- more.py\nraise ImportError('needs more')\n",
            "import os\nif not os.path.exists('x'):\n    raise ValueError('x')\n",
            "import unheard_of\nif unheard_of.x:\n    raise ValueError('x')\n",
            "def f():\n    raise ValueError('x')\n",
            "if __name__ == '__main__':\n    raise ValueError('x')\n",
            "import contextlib\nwith contextlib.suppress(ValueError):\n    raise ValueError('x')\n",
            "class A:\n    try:\n        raise ValueError('x')\n    except ValueError:\n        pass\n",
        ] {
            let text = match text.split_once("# --- ") {
                Some((first, rest)) => format!("{first}{APP}# --- {rest}"),
                None => format!("{text}{APP}"),
            };
            assert!(!told(&text).contains(&"raise-at-import"), "{text}");
        }
    }
}
