//! Packages that a library asks for by itself, when a certain thing of it is used, and that the requirements leave out.

use ruff_text_size::TextRange;

use super::event::Clash;
use super::{Cx, EventKind, Interp};
use crate::python::value::Value;
use crate::rules::brings;

/// What FastAPI reads forms with.
const FORMS: &[&str] = &[
    "fastapi.Form",
    "fastapi.File",
    "fastapi.UploadFile",
    "fastapi.security.OAuth2PasswordRequestForm",
];

/// Packages that bring it along.
const BRING_MULTIPART: &[&str] = &[
    "python-multipart",
    "multipart",
    "gradio",
    "nicegui",
    "fastapi-users",
    "chainlit",
    "mcp",
    "open-webui",
    "litestar",
    "fastapi-cli",
    "fastmcp",
    "sqladmin",
    "ariadne",
    "streamlit",
    "starlette-admin",
    "python-fasthtml",
    "bentoml",
    "reflex",
    "langflow",
    "google-adk",
    "openai-agents",
    "pydantic-ai",
];

/// SQLAlchemy's drivers: as the address names them (or its default), and the packages that bring each.
const DRIVERS: &[(&str, &[&str])] = &[
    ("postgresql", &["psycopg2", "psycopg2-binary", "psycopg2cffi", "psycopg2-pool", "aiopg"]),
    ("psycopg2", &["psycopg2", "psycopg2-binary", "aiopg"]),
    ("psycopg", &["psycopg", "psycopg-binary"]),
    ("asyncpg", &["asyncpg"]),
    ("pg8000", &["pg8000"]),
    ("mysql", &["mysqlclient", "pymysql", "mysql"]),
    ("mysqldb", &["mysqlclient", "mysql"]),
    ("pymysql", &["pymysql"]),
    ("aiomysql", &["aiomysql"]),
    ("mysqlconnector", &["mysql-connector-python", "mysql-connector", "mysql-connector-python-rf"]),
    ("aiosqlite", &["aiosqlite"]),
    ("pyodbc", &["pyodbc"]),
];

/// Readers of the environment that end with an error without the variable, given its name alone.
const READERS: &[&str] = &[
    "environs.Env()",
    "environs.Env().str",
    "environs.Env().int",
    "environs.Env().bool",
    "environs.Env().float",
    "environs.Env().list",
    "environs.Env().json",
    "environs.Env().url",
];

impl Interp<'_> {
    /// `env.str("KEY")` of environs.
    pub(super) fn reader_of_environment(
        &mut self,
        cx: &Cx,
        name: &str,
        positional: &[Value],
        alone: bool,
        range: TextRange,
    ) {
        if name.starts_with("environs.Env().read_env") {
            self.dotenv = true;
        }
        if let [Value::Str(key)] = positional
            && alone
            && READERS.contains(&name)
            && !self.environ.contains_key(&**key)
        {
            self.env_required(cx, key, range);
        }
    }

    /// A form of FastAPI's, by its dotted name.
    pub(super) fn form_wanted(&mut self, cx: &Cx, value: &Value, range: TextRange) {
        let Value::Ext(name) = value else { return };
        let name = name.trim_end_matches("()");
        if !FORMS.contains(&name)
            || self.is_installed("fastapi")
            || cx.caught.errors
            || cx.caught.runtime
        {
            return;
        }
        let asked = self.asked();
        // A list that does not name FastAPI itself, or names its extras, may bring everything.
        if asked.get("fastapi").is_none_or(|fastapi| fastapi.extras)
            || BRING_MULTIPART.iter().any(|dist| asked.contains_key(*dist))
            || asked.values().any(|one| one.extras && one.name.eq_ignore_ascii_case("starlette"))
            || self.declared("multipart")
        {
            return;
        }
        // A package that is not known may bring it along.
        let known = brings::installed(asked.keys().map(String::as_str)).is_some();
        let told = |event: &super::Event| matches!(&event.kind, EventKind::Clash(clash) if clash.dist == "python-multipart");
        if self.events.iter().any(told) {
            return;
        }
        let what = name.rsplit('.').next().unwrap_or(name);
        let clash = Clash {
            dist: "python-multipart".to_owned(),
            version: None,
            why: "FastAPI refuses the route, and the start ends with RuntimeError",
            instead: "Add `python-multipart` to requirements.txt",
            lacks: Some(format!("`{what}`")),
            certainty: if known { 1.0 } else { 0.5 },
        };
        self.emit(cx, range, "clash", EventKind::Clash(clash));
    }

    /// The driver of a database's address: `postgresql` or `postgresql+asyncpg`.
    pub(super) fn driver_wanted(
        &mut self,
        cx: &Cx,
        scheme: &str,
        range: TextRange,
        certainty: f64,
    ) {
        let driver = scheme.split_once('+').map_or(scheme, |(_, driver)| driver);
        let Some((_, dists)) = DRIVERS.iter().find(|(name, _)| *name == driver) else { return };
        let asked = self.asked();
        let direct = ["sqlalchemy", "flask-sqlalchemy", "sqlmodel"];
        if !direct.iter().any(|name| asked.contains_key(*name))
            || asked.values().any(|one| {
                let name = one.name.to_ascii_lowercase().replace(['_', '.'], "-");
                one.extras && direct.contains(&name.as_str()) || dists.contains(&name.as_str())
            })
            || dists.iter().any(|dist| self.is_installed(&dist.replace('-', "_")))
        {
            return;
        }
        let known = brings::installed(asked.keys().map(String::as_str)).is_some();
        if !known && dists.iter().any(|dist| self.declared(dist)) {
            return;
        }
        let best = *dists.iter().find(|dist| dist.ends_with("-binary")).unwrap_or(&dists[0]);
        let clash = Clash {
            dist: best.to_owned(),
            version: None,
            why: "SQLAlchemy imports it when it makes the engine, and the start ends with ModuleNotFoundError",
            instead: "Add it there",
            lacks: Some(format!("An address that begins with `{scheme}`")),
            certainty: if known { certainty } else { 0.5 },
        };
        self.emit(cx, range, "clash", EventKind::Clash(clash));
    }
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn reported(lines: &str, requirements: &str) -> bool {
        let text = format!(
            "from fastapi import Depends, FastAPI, File, Form, UploadFile\nfrom flask import Flask\nfrom sqlalchemy import create_engine\napplication = Flask(__name__)\napp = FastAPI()\n{lines}\n# --- requirements.txt\n{requirements}\n"
        );
        analyse(&text).findings.iter().any(|found| found.name == "packages-clash")
    }

    #[test]
    fn forms_of_fastapi() {
        for form in ["name: str = Form(...)", "file: UploadFile", "file: bytes = File()"] {
            let view = format!("@app.post('/x')\nasync def x({form}):\n    return {{}}");
            assert!(reported(&view, "fastapi\nuvicorn"), "{form}");
            for fine in [
                "fastapi\npython-multipart",
                "fastapi[standard]\nuvicorn",
                "fastapi\ngradio",
                "shop-base",
                "-r base.txt\nfastapi",
            ] {
                assert!(!reported(&view, fine), "{form} {fine}");
            }
        }
        assert!(!reported("def helper(file: UploadFile):\n    return 1", "fastapi"));
    }

    #[test]
    fn drivers_of_databases() {
        let engine = |url: &str| format!("engine = create_engine('{url}')");
        assert!(reported(&engine("postgresql://h/x"), "sqlalchemy\nflask"));
        assert!(reported(&engine("postgresql+asyncpg://h/x"), "sqlalchemy\npsycopg2"));
        for (url, list) in [
            ("postgresql://h/x", "sqlalchemy\npsycopg2-binary"),
            ("postgresql+asyncpg://h/x", "SQLAlchemy[asyncio]"),
            ("mysql://h/x", "sqlalchemy\nPyMySQL"),
            ("mysql+pymysql://h/x", "sqlalchemy\nPyMySQL==1.1"),
            ("sqlite:///x", "sqlalchemy"),
            ("postgresql://h/x", "flask"),
        ] {
            assert!(!reported(&engine(url), list), "{url} {list}");
        }
    }
}
