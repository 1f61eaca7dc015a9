//! `create_app(os.getenv("CONFIG"))`, where the function looks its parameter up in a dictionary: without the
//! variable it is None, which is no key.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextRange};

use super::stmt::dotted_text;
use super::{Cx, Interp, syntax};
use crate::python::value::{FuncRef, ModuleId, Value};

/// A parameter that may be None.
#[derive(Debug)]
pub(super) struct Unset {
    function: (ModuleId, u32),
    parameter: String,
    variable: String,
    caller: ModuleId,
    range: TextRange,
}

impl Unset {
    /// The parameter of that name of the running function.
    pub(super) fn is_parameter(&self, running: Option<&(ModuleId, u32)>, name: &str) -> bool {
        Some(&self.function) == running && self.parameter == name
    }
}

impl Interp<'_> {
    /// Remembers, for the time of a call, which parameters are variables that may be unset.
    pub(super) fn unset_arguments(&mut self, cx: &Cx, call: &ast::ExprCall, func: &FuncRef) {
        for (at, arg) in call.arguments.args.iter().enumerate() {
            let Expr::Call(inner) = arg else { continue };
            let Some(variable) = self.may_be_unset(cx, inner) else { continue };
            let Some(source) = self.modules[func.module].source.as_ref() else { continue };
            let Some(def) = syntax::find_function(source.body(), func.offset) else { continue };
            let mut parameters = def.parameters.posonlyargs.iter().chain(&def.parameters.args);
            if let Some(parameter) = parameters.nth(at + usize::from(func.bound)) {
                self.unset.push(Unset {
                    function: (func.module, func.offset),
                    parameter: parameter.parameter.name.to_string(),
                    variable,
                    caller: cx.module,
                    range: inner.range(),
                });
            }
        }
    }

    /// `os.getenv("NAME")` without a default, of a variable that the code does not set.
    pub(super) fn may_be_unset(&mut self, cx: &Cx, call: &ast::ExprCall) -> Option<String> {
        let one = call.arguments.args.len() == 1 && call.arguments.keywords.is_empty();
        let method = dotted_text(&call.func).filter(|_| one)?;
        if !method.ends_with("environ.get") && !method.ends_with("getenv") {
            return None;
        }
        match self.expr(&cx.quietly(), &call.arguments.args[0]) {
            Value::Str(name) if !self.environ.contains_key(&*name) => Some(name.to_string()),
            _ => None,
        }
    }

    /// `TABLE[parameter]`, `TABLE[os.getenv("NAME")]`.
    pub(super) fn unset_key(&mut self, cx: &Cx, base: &Value, node: &ast::ExprSubscript) {
        if !matches!(base, Value::Dict(..)) || cx.caught.errors {
            return;
        }
        match &*node.slice {
            Expr::Name(name) => {
                let running = self.running.last();
                let known = self.unset.iter().find(|unset| {
                    Some(&unset.function) == running && unset.parameter == name.id.as_str()
                });
                let Some((variable, caller, range)) =
                    known.map(|unset| (unset.variable.clone(), unset.caller, unset.range))
                else {
                    return;
                };
                let cx = Cx { module: caller, ..cx.clone() };
                self.env_required(&cx, &variable, range);
            }
            Expr::Call(inner) => {
                if let Some(variable) = self.may_be_unset(cx, inner) {
                    self.env_required(cx, &variable, inner.range());
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn told(call: &str, body: &str) -> bool {
        let text = format!(
            "import os\nfrom flask import Flask\nTABLE = {{'dev': 'a', 'prod': 'b'}}\ndef create(name='dev'):\n    app = Flask(__name__)\n    {body}\n    return app\napplication = {call}\n"
        );
        analyse(&text).findings.iter().any(|found| found.name == "environ-at-import")
    }

    #[test]
    fn a_variable_that_is_a_key() {
        assert!(told("create(os.getenv('KIND'))", "app.config.from_object(TABLE[name])"));
        assert!(told("create(os.environ.get('KIND'))", "x = TABLE[name]"));
        assert!(told("create()", "x = TABLE[os.getenv('KIND')]"));
        for (call, body) in [
            ("create(os.getenv('KIND', 'dev'))", "x = TABLE[name]"),
            ("create(os.getenv('KIND') or 'dev')", "x = TABLE[name]"),
            ("create(os.getenv('KIND'))", "x = TABLE.get(name)"),
            ("create(os.getenv('KIND'))", "if name:\n        x = TABLE[name]"),
            ("create(os.getenv('KIND'))", "name = name or 'dev'; x = TABLE[name]"),
            ("create()", "x = TABLE[name]"),
        ] {
            assert!(!told(call, body), "{call} {body}");
        }
    }
}
