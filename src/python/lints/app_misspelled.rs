//! A name that is nearly `application`.

use super::near::nearest;
use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Safety;
use crate::model::Severity;
use crate::python::value::Value;
use ruff_text_size::{TextRange, TextSize};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD112",
    name: "application-misspelled",
    summary: "A name is nearly the `application` that the server wants.",
    why: "The server looks for exactly this name; capital letters count.",
    bad: r"
from flask import Flask

aplication = Flask(__name__)
",
    good: r"
from flask import Flask

application = Flask(__name__)
",
    cause: Some("application-missing"),
    severity: Severity::Error,
};

/// The one name that is nearly the wanted one.
pub(super) fn misspelled(cx: &ModuleCtx) -> Option<String> {
    let (id, _) = cx.entry()?;
    let names = cx.module(id).names.iter().filter(|(_, binding)| {
        // Strings, numbers and lists with such a name are something else.
        matches!(
            binding.value,
            Value::Inst(_) | Value::Ext(_) | Value::Unknown | Value::Object(_) | Value::Func(_)
        )
    });
    nearest(
        cx.wanted(),
        names.map(|(name, _)| name.as_str()).filter(|name| !name.starts_with("__")),
    )
}

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    if !cx.is_served() || cx.application.is_some() || !cx.entry_is_clear() {
        return;
    }
    let (Some((id, source)), Some(name)) = (cx.entry(), misspelled(cx)) else { return };
    let Some(binding) = cx.module(id).names.get(name.as_str()) else { return };
    let wanted = cx.wanted();
    let message = format!(
        "This is called `{name}`, but the server looks for `{wanted}`: change the spelling"
    );
    let mut found = cx.found(&DOC, id, binding.range, 1.0, message);
    found.captures.insert("name".to_owned(), wanted.to_owned());
    found.captures.insert("app".to_owned(), name.clone());
    // The name itself, or the last word of `main as aplication`.
    let slice = source.slice(binding.range);
    let alone = slice == name || slice.ends_with(&format!(" as {name}"));
    if alone && source.text().matches(name.as_str()).count() == 1 {
        let start = binding.range.end() - TextSize::of(name.as_str());
        let range = TextRange::new(start, binding.range.end());
        found.edits.extend(cx.edit(id, range, wanted, Safety::Safe));
    }
    out.push(found);
}
