//! What wants a running event loop, started while the code is imported: `asyncio.create_task(…)`, discord's loops.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged;

use super::stmt::dotted_text;
use super::{Cx, EventKind, Interp};
use crate::python::entry::Interface;
use crate::python::value::Value;
use crate::rules::removed_names::is_from;

impl Interp<'_> {
    /// `asyncio.create_task(…)` on the straight line of a module. uvicorn imports inside its loop; others do not.
    pub(super) fn wants_loop(&mut self, cx: &Cx, call: &ast::ExprCall, name: &str) {
        let wants = matches!(name, "asyncio.create_task" | "asyncio.get_running_loop");
        let known = self.options.is_script() || self.options.interface == Interface::Wsgi;
        if wants && known && self.on_the_line(cx) {
            let kind = EventKind::NoLoop { what: format!("{name}(…)"), discord: false };
            self.emit(cx, call.range(), "no-loop", kind);
        }
    }

    /// `clock.start()` below `@tasks.loop(minutes=5) async def clock()`.
    pub(super) fn discord_loop(
        &mut self,
        cx: &Cx,
        call: &ast::ExprCall,
        base: &Value,
        method: &str,
    ) {
        let Value::Func(func) = base else { return };
        if method != "start" || !self.on_the_line(cx) {
            return;
        }
        let Some(source) = self.modules[func.module].source.as_ref() else { return };
        let Some(def) = super::syntax::find_function(source.body(), func.offset) else { return };
        let is_loop = def.decorator_list.iter().any(|decorator| match &decorator.expression {
            Expr::Call(made) => dotted_text(&made.func).is_some_and(|text| text == "tasks.loop"),
            _ => false,
        });
        let takes_tasks = source.text().contains("from discord.ext import");
        if !is_loop || !takes_tasks {
            return;
        }
        // Before version 2 the library had a loop of its own from the start.
        let version = self.version_of("discord", "discord-py");
        if version.is_some_and(|version| !is_from(&version, "2.0")) {
            return;
        }
        // py-cord has the same name, and makes a loop where none runs.
        let forked = ["py-cord", "pycord"].iter().any(|name| self.declared(name));
        if forked || self.mentions(&["discord.Bot(", "slash_command", "ApplicationContext"]) {
            return;
        }
        let what = format!("{}.start()", func.name);
        self.emit(cx, call.range(), "no-loop", EventKind::NoLoop { what, discord: true });
    }

    fn on_the_line(&self, cx: &Cx) -> bool {
        cx.frame.is_none() && cx.via.is_none() && !cx.caught.errors && !cx.caught.runtime
    }
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn reported(lines: &str) -> bool {
        let text = format!(
            "import asyncio\nfrom discord.ext import commands, tasks\nfrom flask import Flask\napplication = Flask(__name__)\nbot = commands.Bot('!')\n@tasks.loop(minutes=5)\nasync def clock():\n    pass\nasync def work():\n    pass\n{lines}\n"
        );
        analyse(&text).findings.iter().any(|found| found.name == "no-running-loop")
    }

    #[test]
    fn without_a_loop() {
        assert!(reported("clock.start()"));
        assert!(reported("asyncio.create_task(work())"));
    }

    #[test]
    fn where_a_loop_runs_or_none_is_wanted() {
        for fine in [
            "@bot.event\nasync def on_ready():\n    clock.start()",
            "async def main():\n    asyncio.create_task(work())\nasyncio.run(main())",
            "clock.before_loop(work)",
            "asyncio.run(work())",
            "if __name__ == '__main__':\n    clock.start()",
            "try:\n    asyncio.get_running_loop()\nexcept RuntimeError:\n    pass",
            "clock.start()\n# --- requirements.txt\ndiscord.py==1.7.3\n",
        ] {
            assert!(!reported(fine), "{fine}");
        }
    }
}
