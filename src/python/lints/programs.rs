//! Programs that are no web application for a WSGI server, told by what they import.

use crate::python::source::Source;

/// What a file is instead, and how it is started; `None` where it may well be a web application.
pub(super) fn instead(source: &Source) -> Option<&'static str> {
    let imports = |module: &str| {
        source.text().lines().any(|line| {
            let mut words = line.split([' ', '\t', '.', ',']);
            matches!(words.next(), Some("import" | "from")) && words.next() == Some(module)
        })
    };
    let web = ["flask", "django", "bottle", "fastapi", "dash", "falcon", "pyramid", "aiohttp"];
    if web.into_iter().any(imports) {
        return None;
    }
    if imports("streamlit") {
        return Some(
            "This is a Streamlit program, which no WSGI server can run: Streamlit brings its own server, started with `streamlit run FILE`",
        );
    }
    if ["telebot", "telegram", "aiogram", "discord", "pyrogram"].into_iter().any(imports) {
        return Some(
            "This is a chat bot and no web application: run it as a task or worker of its own, not on the web server",
        );
    }
    ["tkinter", "pygame", "turtle", "PyQt5", "customtkinter"].into_iter().any(imports).then_some(
        "This program opens windows on a screen, which a server does not have: it cannot be served as a website",
    )
}

#[cfg(test)]
mod tests {
    use super::instead;
    use crate::python::source::Source;
    use std::path::Path;

    fn told(text: &str) -> bool {
        instead(&Source::parse(text.as_bytes(), "app.py", Path::new("app.py"), None)).is_some()
    }

    #[test]
    fn programs_without_a_web_application() {
        for text in [
            "import streamlit as st\nst.title('x')\n",
            "from telebot import TeleBot\n",
            "import os\nfrom tkinter import *\n",
        ] {
            assert!(told(text), "{text}");
        }
        for text in [
            "from flask import Flask\nimport telebot\n",
            "# import streamlit\nimport os\n",
            "import streamlit_helpers\n",
            "app = make()\n",
        ] {
            assert!(!told(text), "{text}");
        }
    }
}
