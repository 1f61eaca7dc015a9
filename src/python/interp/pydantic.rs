//! Models of pydantic: what its second version no longer takes.

use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;

use super::call::Args;
use super::event::LibraryRefuses;
use super::{Cx, Interp};
use crate::python::value::Value;
use crate::rules::removed_names::is_from;

impl Interp<'_> {
    fn pydantic_is_new(&mut self) -> bool {
        self.version_of("pydantic", "pydantic").is_some_and(|version| is_from(&version, "2.0"))
    }

    /// `count = 0` in a model: without a type it is refused.
    pub(super) fn fields_of_pydantic(&mut self, cx: &Cx, def: &ast::StmtClassDef, bases: &[Value]) {
        let [Value::Ext(base)] = bases else { return };
        if !matches!(&**base, "pydantic.BaseModel" | "pydantic_settings.BaseSettings")
            || cx.quiet
            || cx.caught.errors
            || !def.decorator_list.is_empty()
        {
            return;
        }
        for stmt in &def.body {
            let Stmt::Assign(node) = stmt else { continue };
            let [Expr::Name(name)] = node.targets.as_slice() else { continue };
            let kind = match &*node.value {
                Expr::StringLiteral(_) => "str",
                Expr::NumberLiteral(number) if number.value.is_int() => "int",
                Expr::NumberLiteral(_) => "float",
                Expr::BooleanLiteral(_) => "bool",
                Expr::List(_) => "list",
                Expr::Dict(_) => "dict",
                _ => continue,
            };
            let text = name.id.as_str();
            if text.starts_with('_') || matches!(text, "model_config" | "Config") {
                continue;
            }
            if self.pydantic_is_new() {
                let name_of = text.to_owned();
                let refuses = LibraryRefuses::FieldWithoutType { name: name_of, kind };
                self.refuses(cx, name.range(), refuses, 1.0);
            }
            return;
        }
    }

    /// `Field(regex="…")`.
    pub(super) fn field_of_pydantic(&mut self, cx: &Cx, call: &ast::ExprCall, args: &Args) {
        if args.keywords.iter().any(|(key, _)| key == "regex") && self.pydantic_is_new() {
            self.refuses(cx, call.range(), LibraryRefuses::FieldRegex, 1.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn told(line: &str, version: &str) -> usize {
        let text = format!(
            "# uvicorn \nfrom fastapi import FastAPI\nfrom pydantic import BaseModel, Field\napplication = FastAPI()\nclass A(BaseModel):\n    {line}\n# --- requirements.txt\nfastapi\npydantic=={version}\n"
        );
        let found = analyse(&text).findings;
        found.iter().filter(|found| found.name == "library-refuses").count()
    }

    #[test]
    fn fields() {
        for wrong in ["count = 0", "name = 'x'", "name: str = Field(..., regex='x')"] {
            assert_eq!(told(wrong, "2.6.4"), 1, "{wrong}");
            assert_eq!(told(wrong, "1.10.2"), 0, "{wrong}");
        }
        for fine in [
            "count: int = 0",
            "_count = 0",
            "model_config = {'extra': 'forbid'}",
            "name: str = Field(..., pattern='x')",
            "other = make()",
        ] {
            assert_eq!(told(fine, "2.6.4"), 0, "{fine}");
        }
    }
}
