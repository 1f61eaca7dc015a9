//! A chat bot that is started as the web process, where nothing answers requests.

use super::folders::{folder, is_plain};
use super::{Project, Sink};
use crate::model::Severity;
use crate::procfile::command::{Command, Program};
use crate::python::lints::LintDoc;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WP120",
    name: "procfile-bot-as-web",
    summary: "The web process is a chat bot that listens on no port",
    why: "The platform waits for the web process to listen on $PORT, and ends it after a minute if it does not. A bot that polls needs no port: it is a worker.",
    bad: r#"
web: python bot.py
# --- bot.py
import telebot

bot = telebot.TeleBot("TOKEN")
bot.infinity_polling()
"#,
    good: r#"
web: gunicorn app:app
worker: python bot.py
# --- app.py
from flask import Flask

app = Flask(__name__)
# --- requirements.txt
flask
gunicorn
pyTelegramBotAPI
# --- bot.py
import telebot

bot = telebot.TeleBot("TOKEN")
bot.infinity_polling()
"#,
    cause: Some("port-not-bound"),
    severity: Severity::Error,
};

/// Libraries of bots, and what starts them.
const LIBRARIES: &[&str] =
    &["telebot", "telegram", "aiogram", "discord", "disnake", "nextcord", "pyrogram", "vkbottle"];
const STARTS: &[&str] =
    &["polling(", "run_polling(", "start_polling(", "bot.run(", "client.run(", "app.run()"];

/// What may listen, in any file of the folder.
const LISTENS: &[&str] = &[
    "flask",
    "fastapi",
    "aiohttp",
    "http.server",
    "socket",
    "webhook",
    "uvicorn",
    "tornado",
    "bottle",
    "keep_alive",
    "wsgiref",
    "PORT",
    "django",
    "quart",
    "starlette",
];

pub(super) fn check(
    command: &Command,
    line: u32,
    text: &str,
    project: &Project<'_>,
    sink: &mut Sink<'_>,
) {
    let script = command.target.as_deref().filter(|script| {
        command.program == Program::PythonScript && project.whole && is_plain(script)
    });
    let Some(script) = script.filter(|script| !script.starts_with('/')) else { return };
    let Some(dir) = folder(project, command.chdir.as_deref()) else { return };
    let Some(code) = crate::procfile::text(&dir.join(script)) else { return };
    let imports = |module: &str| {
        code.lines().any(|line| {
            let mut words = line.split([' ', '\t', '.', ',']);
            matches!(words.next(), Some("import" | "from")) && words.next() == Some(module)
        })
    };
    if !LIBRARIES.iter().any(|module| imports(module))
        || !STARTS.iter().any(|start| code.contains(start))
    {
        return;
    }
    // What is imported may listen as well: any file of the folder counts.
    let listens = |code: &str| LISTENS.iter().any(|word| code.contains(word));
    let others = std::fs::read_dir(&dir).into_iter().flatten().take(200).flatten();
    let mut texts = others
        .filter(|entry| entry.file_name().to_string_lossy().ends_with(".py"))
        .filter_map(|entry| crate::procfile::text(&entry.path()));
    if listens(&code) || texts.any(|code| listens(&code)) {
        return;
    }
    sink.add(
        &DOC,
        0.8,
        line,
        text,
        format!(
            "{script} is a chat bot, and nothing in it listens on a port: the platform ends a web process that does not. Write worker: in place of web:, and scale the worker up"
        ),
        &[("command", script)],
    );
}
