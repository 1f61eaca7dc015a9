//! Classes and functions of the standard library that have their module's name, used as if they were the module:
//! `from datetime import datetime`, and then `datetime.timedelta(days=1)`.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::event::LibraryRefuses;
use super::scopes::Names;
use super::{Cx, EventKind, Interp};
use crate::python::source::Source;
use crate::python::value::Value;

/// What was imported, and names of its module that it does not have itself.
const NAMESAKES: &[(&str, &[&str])] = &[
    ("datetime.datetime", &["datetime", "timedelta", "timezone", "UTC"]),
    ("datetime.date", &["date", "datetime", "timedelta", "timezone"]),
    ("datetime.time", &["time", "datetime", "timedelta", "timezone"]),
    ("time.time", &["time", "sleep", "localtime", "gmtime", "strftime", "perf_counter", "time_ns"]),
    ("random.random", &["random", "randint", "choice", "choices", "shuffle", "sample", "uniform"]),
    ("glob.glob", &["glob", "iglob"]),
    ("copy.copy", &["copy", "deepcopy"]),
    ("pprint.pprint", &["pprint", "pformat"]),
];

/// Packages whose modules are used in functions, and lost names that were.
const LATER: &[&str] = &["openai"];

fn lost(value: &Value) -> Option<(&'static str, &'static [&'static str])> {
    let Value::Ext(name) = value else { return None };
    NAMESAKES.iter().find(|(known, _)| *known == &**name).copied()
}

impl Interp<'_> {
    /// `base.attr` that runs while the code is loaded.
    pub(super) fn namesake(&mut self, cx: &Cx, base: &Value, node: &ast::ExprAttribute) {
        if cx.quiet || cx.caught.attributes {
            return;
        }
        if let Some((full, names)) = lost(base)
            && names.contains(&node.attr.as_str())
            && matches!(&*node.value, Expr::Name(_))
        {
            self.tell_namesake(cx, full, node, true);
        }
    }

    fn tell_namesake(
        &mut self,
        cx: &Cx,
        full: &'static str,
        node: &ast::ExprAttribute,
        import: bool,
    ) {
        let (module, name) = full.rsplit_once('.').unwrap_or((full, full));
        let Expr::Name(written) = &*node.value else { return };
        let kind = EventKind::Namesake {
            written: written.id.to_string(),
            module,
            name,
            attr: node.attr.to_string(),
            import,
        };
        self.emit(cx, node.range(), "namesake", kind);
    }

    /// The same in functions, which run later: the name is the module's own, and bound in no function.
    pub(super) fn namesakes_inside(&mut self, cx: &Cx, source: &Source, names: &Names) {
        let wrong: Vec<(String, &'static str, &'static [&'static str])> = self.modules[cx.module]
            .names
            .iter()
            .filter(|(_, binding)| !binding.maybe)
            .filter_map(|(name, binding)| {
                let (full, lost) = lost(&binding.value)?;
                (!names.is_bound_inside(name)).then(|| (name.to_string(), full, lost))
            })
            .collect();
        let later: Vec<(String, &'static str)> = self.modules[cx.module]
            .names
            .iter()
            .filter_map(|(name, binding)| {
                let Value::Ext(full) = &binding.value else { return None };
                let known = LATER.iter().find(|known| **known == &**full)?;
                (!names.is_bound_inside(name)).then(|| (name.to_string(), *known))
            })
            .collect();
        let request = self.modules[cx.module].names.get("request").is_some_and(
            |binding| matches!(&binding.value, Value::Ext(name) if &**name == "flask.request"),
        ) && !names.is_bound_inside("request");
        let url_for = self.modules[cx.module].names.get("url_for").is_some_and(
            |binding| matches!(&binding.value, Value::Ext(name) if &**name == "flask.url_for"),
        ) && !names.is_bound_inside("url_for");
        if wrong.is_empty() && later.is_empty() && !request && !url_for {
            return;
        }
        let mut reads = Reads {
            wrong: &wrong,
            later: &later,
            request,
            url_for,
            found: Vec::new(),
            places: Vec::new(),
            gone: Vec::new(),
            called: Vec::new(),
            depth: 0,
        };
        reads.visit_body(source.body());
        for range in std::mem::take(&mut reads.places) {
            self.refuses(cx, range, LibraryRefuses::UrlForPlace, 1.0);
        }
        for node in std::mem::take(&mut reads.called) {
            let written = format!("request.{}", node.attr);
            self.refuses(cx, node.range(), LibraryRefuses::RequestCalled(written), 1.0);
        }
        for (base, attr) in std::mem::take(&mut reads.gone) {
            self.installed_attribute(cx, &base, attr.as_str(), attr.range);
        }
        let found: Vec<(&'static str, ast::ExprAttribute)> =
            reads.found.into_iter().map(|(full, node)| (full, node.clone())).collect();
        for (full, node) in found {
            self.tell_namesake(cx, full, &node, false);
        }
    }
}

struct Reads<'w, 'a> {
    wrong: &'w [(String, &'static str, &'static [&'static str])],
    later: &'w [(String, &'static str)],
    found: Vec<(&'static str, &'a ast::ExprAttribute)>,
    /// `request` is Flask's.
    request: bool,
    /// `url_for` is Flask's.
    url_for: bool,
    /// Second places in its brackets.
    places: Vec<TextRange>,
    /// `request.form(…)`.
    called: Vec<&'a ast::ExprAttribute>,
    /// `openai.ChatCompletion.create`: what stands before the last dot, and the name behind it.
    gone: Vec<(String, &'a ast::Identifier)>,
    depth: usize,
}

impl<'a> Visitor<'a> for Reads<'_, 'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            // What is expected to fail.
            Stmt::Try(_) => {}
            Stmt::FunctionDef(def) => {
                self.depth += 1;
                self.visit_body(&def.body);
                self.depth -= 1;
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr
            && self.url_for
            && self.depth > 0
            && self.places.len() < 20
            && matches!(&*call.func, Expr::Name(name) if name.id.as_str() == "url_for")
            && let [_, second, ..] = &*call.arguments.args
            && !call.arguments.args.iter().any(Expr::is_starred_expr)
        {
            self.places.push(second.range());
        }
        if let Expr::Call(call) = expr
            && self.request
            && self.depth > 0
            && self.called.len() < 20
            && let Expr::Attribute(node) = &*call.func
            && matches!(
                node.attr.as_str(),
                "form" | "args" | "files" | "cookies" | "values" | "json"
            )
            && matches!(&*node.value, Expr::Name(name) if name.id.as_str() == "request")
        {
            self.called.push(node);
        }
        if let Expr::Attribute(node) = expr
            && self.depth > 0
            && self.found.len() < 20
            && let Expr::Name(name) = &*node.value
            && let Some((_, full, _)) = self.wrong.iter().find(|(known, _, lost)| {
                known == name.id.as_str() && lost.contains(&node.attr.as_str())
            })
        {
            self.found.push((full, node));
        }
        if let Expr::Attribute(node) = expr
            && self.depth > 0
            && self.gone.len() < 20
            && let Expr::Attribute(part) = &*node.value
            && let Expr::Name(name) = &*part.value
            && let Some((_, base)) = self.later.iter().find(|(known, _)| known == name.id.as_str())
        {
            self.gone.push((format!("{base}.{}", part.attr), &node.attr));
        }
        walk_expr(self, expr);
    }

    fn visit_annotation(&mut self, _: &'a Expr) {}
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn told(text: &str) -> usize {
        let out =
            analyse(&format!("{text}\ndef application(environ, start_response):\n    pass\n"));
        out.findings.iter().filter(|found| found.name == "module-wanted").count()
    }

    #[test]
    fn parts_of_a_request() {
        let view = |line: &str, import: &str| {
            let text = format!(
                "from flask import Flask\n{import}\napplication = Flask(__name__)\n@application.route('/')\ndef add():\n    return {line}\n"
            );
            let found = analyse(&text).findings;
            found.iter().filter(|found| found.name == "library-refuses").count()
        };
        let ours = "from flask import request";
        for wrong in ["request.form('x')", "request.json()", "request.args('x')"] {
            assert_eq!(view(wrong, ours), 1, "{wrong}");
        }
        for fine in ["request.form['x']", "request.get_json()", "request.args.get('x')"] {
            assert_eq!(view(fine, ours), 0, "{fine}");
        }
        assert_eq!(view("request.json()", "from tools import request"), 0);
        let url = "from flask import url_for";
        assert_eq!(view("url_for('show', name)", url), 1);
        assert_eq!(view("url_for('show', name=name)", url) + view("url_for(*given, x)", url), 0);
    }

    #[test]
    fn at_import_and_in_functions() {
        for wrong in [
            "from datetime import datetime\nx = datetime.timedelta(days=1)",
            "from datetime import datetime\nx = datetime.datetime.now()",
            "import datetime\nfrom datetime import datetime\ndef view():\n    return datetime.datetime.now()",
            "from random import random\ndef view():\n    return random.randint(1, 6)",
            "from time import time as t\nx = t.sleep",
        ] {
            assert_eq!(told(wrong), 1, "{wrong}");
        }
        for fine in [
            "import datetime\nx = datetime.timedelta(days=1)\ny = datetime.datetime.now()",
            "from datetime import datetime\nx = datetime.now()\ny = datetime.time(datetime.now())",
            "from datetime import datetime\nimport datetime\ndef view():\n    return datetime.timedelta()",
            "from datetime import datetime\ndef view():\n    import datetime\n    return datetime.timedelta()",
            "from datetime import datetime\ndef view(datetime):\n    return datetime.timedelta()",
            "from datetime import datetime\ntry:\n    x = datetime.timedelta()\nexcept AttributeError:\n    pass",
            "import random\ndef view():\n    return random.randint(1, 6)",
        ] {
            assert_eq!(told(fine), 0, "{fine}");
        }
    }
}
