//! Applications that exist only when the file is run by hand.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use ruff_text_size::TextRange;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD116",
    name: "application-conditional",
    summary: "`application` is only defined in a block that does not run on the server.",
    why: "Under the server `__name__` is not `\"__main__\"`, so what stands under that condition does not exist there.",
    bad: r#"
from flask import Flask

if __name__ == "__main__":
    application = Flask(__name__)
"#,
    good: r#"
from flask import Flask

application = Flask(__name__)

if __name__ == "__main__":
    application.run()
"#,
    cause: Some("application-missing"),
    severity: Severity::Error,
};

/// Where the name is bound in a block that does not run.
pub(super) fn guarded(cx: &ModuleCtx) -> Option<TextRange> {
    let (id, _) = cx.entry()?;
    cx.module(id).guarded.iter().find(|(name, _)| name == cx.wanted()).map(|(_, range)| *range)
}

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    // A star import may bring many names, but hardly the one that the file makes itself.
    if !cx.is_served() || cx.application.is_some() || !cx.run.complete {
        return;
    }
    let (Some((id, _)), Some(range)) = (cx.entry(), guarded(cx)) else { return };
    let message = format!(
        "`{}` is only defined under a condition that is false on the server (such as `if __name__ == \"__main__\":`): move it out of that block",
        cx.wanted()
    );
    out.push(cx.found(&DOC, id, range, 1.0, message));
}
