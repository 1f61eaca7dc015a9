//! Packages that a library asks for by itself, when a certain thing of it is used, and that the requirements leave out.

use ruff_text_size::TextRange;

use super::event::Clash;
use super::{Cx, EventKind, Interp};
use crate::python::value::{ModuleId, Value};
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

    /// The driver of an engine in Django's settings, where requirements.txt asks for Django and for no driver.
    pub(super) fn driver_unasked(&mut self, cx: &Cx, engine: &str, at: (ModuleId, TextRange)) {
        let (dist, dists): (_, &[&str]) = match engine {
            "mysql" => ("mysqlclient", &["mysql", "maria"]),
            "postgresql" | "postgresql_psycopg2" | "postgis" => ("psycopg2-binary", &["psycopg"]),
            _ => return,
        };
        let asked = self.asked();
        // A package with extras may bring it, and so may one that nobody knows.
        let known = brings::installed(asked.keys().map(String::as_str));
        if !asked.contains_key("django")
            || asked.values().any(|one| one.extras)
            || known.is_none_or(|all| {
                all.iter().any(|name| dists.iter().any(|dist| name.contains(dist)))
            })
            || self.modules.iter().filter_map(|module| module.source.as_ref()).any(|source| {
                ["install_as_MySQLdb", "psycopg2cffi"].iter().any(|it| source.text().contains(it))
            })
        {
            return;
        }
        let clash = Clash {
            dist: dist.to_owned(),
            version: None,
            why: "Django imports it when it loads the models, and the start ends with ImproperlyConfigured",
            instead: "Add it there",
            lacks: Some(format!("The engine `{engine}`")),
            certainty: 0.8,
        };
        let cx = Cx { module: at.0, frame: None, via: None, ..cx.clone() };
        self.emit(&cx, at.1, "clash", EventKind::Clash(clash));
    }

    /// Requirements are read once for each package that they may lack.
    fn first_asked(&mut self, dist: &'static str) -> bool {
        let first = !self.asked_for.contains(&dist);
        if first {
            self.asked_for.push(dist);
        }
        first
    }

    /// `mail: EmailStr` of pydantic.
    pub(super) fn mail_wanted(&mut self, cx: &Cx, value: &Value, range: TextRange) {
        if !matches!(value, Value::Ext(name) if &**name == "pydantic.EmailStr")
            || cx.caught.errors
            || cx.quiet
            || !self.first_asked("email-validator")
        {
            return;
        }
        let installed = self.is_installed("pydantic");
        if installed && self.spot("email_validator").is_some() {
            return;
        }
        if !installed {
            let asked = self.asked();
            let known = asked.contains_key("pydantic") || asked.contains_key("fastapi");
            let there = asked.iter().any(|(name, one)| one.extras || name.contains("mail"));
            if !known || there || brings::installed(asked.keys().map(String::as_str)).is_none() {
                return;
            }
        }
        let clash = Clash {
            dist: "email-validator".to_owned(),
            version: None,
            why: "pydantic imports it for this class, and the start ends with ImportError",
            instead: if installed { "Install it into the virtualenv" } else { "Add it there" },
            lacks: Some("`EmailStr`".to_owned()),
            certainty: if installed { 1.0 } else { 0.8 },
        };
        self.emit(cx, range, "clash", EventKind::Clash(clash));
    }

    /// `Jinja2Templates(directory=…)` of FastAPI or Starlette.
    pub(super) fn jinja_wanted(&mut self, cx: &Cx, name: &str, range: TextRange) {
        let known = matches!(
            name,
            "fastapi.templating.Jinja2Templates" | "starlette.templating.Jinja2Templates"
        );
        if !known || cx.caught.any || cx.quiet || !self.first_asked("jinja2") {
            return;
        }
        if self.is_installed("fastapi") || self.is_installed("starlette") {
            return;
        }
        let asked = self.asked();
        let all = brings::installed(asked.keys().map(String::as_str));
        if !asked.contains_key("fastapi") && !asked.contains_key("starlette")
            || asked.values().any(|one| one.extras)
            || all.is_none_or(|all| all.iter().any(|name| name.contains("jinja")))
        {
            return;
        }
        let clash = Clash {
            dist: "jinja2".to_owned(),
            version: None,
            why: "this line ends with `AssertionError: jinja2 must be installed` or an ImportError",
            instead: "Add it there",
            lacks: Some("`Jinja2Templates`".to_owned()),
            certainty: 0.8,
        };
        self.emit(cx, range, "clash", EventKind::Clash(clash));
    }

    /// An `async def` below a route of Flask.
    pub(super) fn async_view(&mut self, cx: &Cx, range: TextRange) {
        if cx.quiet || cx.caught.errors || self.is_other_flask() || !self.first_asked("asgiref") {
            return;
        }
        let installed = self.is_installed("flask");
        if installed {
            if self.spot("asgiref").is_some() {
                return;
            }
        } else {
            let asked = self.asked();
            let all = brings::installed(asked.keys().map(String::as_str));
            if !asked.contains_key("flask")
                || asked.values().any(|one| one.extras)
                || all.is_none_or(|all| all.iter().any(|name| name.contains("asgi")))
            {
                return;
            }
        }
        let clash = Clash {
            dist: "asgiref".to_owned(),
            version: None,
            why: "every visit of this page ends with RuntimeError",
            instead: "Write `Flask[async]` there, or `def` in place of `async def`",
            lacks: Some("An `async def` as a page of Flask".to_owned()),
            certainty: if installed { 1.0 } else { 0.8 },
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
    fn mail_and_async_views() {
        let mail =
            "from pydantic import BaseModel, EmailStr\nclass P(BaseModel):\n    mail: EmailStr";
        assert!(reported(mail, "fastapi\npydantic"));
        for fine in
            ["fastapi\nemail-validator", "fastapi\npydantic[email]", "flask", "fastapi\nour-base"]
        {
            assert!(!reported(mail, fine), "{fine}");
        }
        let templates =
            "from fastapi.templating import Jinja2Templates\nt = Jinja2Templates('templates')";
        assert!(reported(templates, "fastapi\ngunicorn"));
        assert!(!reported(templates, "fastapi\njinja2") && !reported(templates, "fastapi[all]"));
        let view = "@application.route('/')\nasync def home():\n    return ''";
        assert!(reported(view, "flask\ngunicorn"));
        for fine in ["flask[async]", "flask\nasgiref", "flask\ndjango", "flask\nour-base"] {
            assert!(!reported(view, fine), "{fine}");
        }
        assert!(!reported("@application.route('/')\ndef home():\n    return ''", "flask"));
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
