//! Passenger's own way to another Python: `os.execl(INTERP, …)` in `passenger_wsgi.py`, with the path of a
//! manual left in.

use ruff_text_size::TextRange;

use super::call::Args;
use super::{Cx, EventKind, Interp};
use crate::python::value::Value;

impl Interp<'_> {
    /// Notes the path of a template, though the call stands below a look at `sys.executable`.
    pub(super) fn other_python(&mut self, cx: &Cx, name: &str, args: &Args, range: TextRange) {
        let Some(text) = args.positional.first().and_then(Value::text) else { return };
        if !name.starts_with("os.exec") || !crate::python::lints::is_placeholder(text) {
            return;
        }
        // Who looks first whether it is there does no harm with it.
        let source = self.modules[cx.module].source.as_ref();
        if source.is_none_or(|source| source.text().contains("exists(")) {
            return;
        }
        let (text, literal) = (text.to_owned(), self.string_literal(cx.module, text));
        let kind = EventKind::PathElsewhere { text, literal };
        self.emit(&Cx { quiet: false, weight: 1.0, ..cx.clone() }, range, "path", kind);
    }
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn told(interp: &str, guard: &str) -> bool {
        let text = format!(
            "import os, sys\nINTERP = {interp}\nif {guard}sys.executable != INTERP:\n    os.execl(INTERP, INTERP, *sys.argv)\nfrom flask import Flask\napplication = Flask(__name__)\n"
        );
        analyse(&text).findings.iter().any(|found| found.name == "placeholder-left")
    }

    #[test]
    fn a_template_s_path() {
        assert!(told("'/home/username/opt/python-3.8/bin/python3'", ""));
        assert!(told("'/home/USERNAME/virtualenv/app/bin/python'", ""));
    }

    #[test]
    fn paths_of_one_s_own() {
        assert!(!told("'/home/ana/opt/python-3.8/bin/python3'", ""));
        assert!(!told("os.path.expanduser('~/venv/bin/python')", ""));
        assert!(!told("'/home/username/venv/bin/python'", "os.path.exists(INTERP) and "));
    }
}
