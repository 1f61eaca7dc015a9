//! What is started at import and wants a running event loop.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD330",
    name: "no-running-loop",
    summary: "Something is started while the code is imported that needs a running event loop.",
    why: "`asyncio.create_task(…)` and the loops of discord.py only work inside a running event loop. While a file is imported there is none: `RuntimeError: no running event loop`.",
    bad: r#"
import asyncio
from flask import Flask

application = Flask(__name__)

async def clean_up():
    print("done")

asyncio.create_task(clean_up())
"#,
    good: r#"
import asyncio
from flask import Flask

application = Flask(__name__)

async def clean_up():
    print("done")

@application.route("/")
async def home():
    asyncio.create_task(clean_up())
    return "started"
"#,
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::NoLoop { what, discord } = &event.kind else { continue };
        let instead = if *discord {
            "call it in the bot's `setup_hook` or in `on_ready`"
        } else {
            "call it in an `async def`, for instance in one that `asyncio.run` starts"
        };
        let message = format!(
            "`{what}` needs a running event loop, and there is none while the file is imported, so it ends with RuntimeError: {instead}"
        );
        out.push(cx.at(&DOC, event, 1.0, message));
    }
}
