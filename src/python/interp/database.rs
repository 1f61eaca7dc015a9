//! Addresses of databases, and extensions that read the app's settings before these are set.

use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange};

use super::call::Args;
use super::{Cx, EventKind, Interp};
use crate::python::lints::near;
use crate::python::value::Value;
use crate::rules::removed_names::is_from;

/// SQLAlchemy's own dialects.
const DIALECTS: &[&str] = &["sqlite", "postgresql", "mysql", "mariadb", "mssql", "oracle"];

/// Where an address stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    /// It is given to `create_engine`.
    Opened,
    /// The app's setting is set to it.
    Set,
    /// In a class or module of settings, which may be used or not.
    Kept,
}

/// Flask-SQLAlchemy's setting.
const URI: &str = "SQLALCHEMY_DATABASE_URI";

/// An extension that reads settings when it is given its app.
struct Reads {
    name: &'static str,
    /// What its settings begin with.
    settings: &'static [&'static str],
    /// Without the setting the call itself fails; else later settings are not seen.
    fails: bool,
}

const EXTENSIONS: &[Reads] = &[
    Reads {
        name: "flask_sqlalchemy.SQLAlchemy",
        settings: &[URI, "SQLALCHEMY_BINDS"],
        fails: true,
    },
    Reads { name: "flask_pymongo.PyMongo", settings: &["MONGO_URI"], fails: true },
    Reads { name: "flask_mail.Mail", settings: &["MAIL_SERVER"], fails: false },
    Reads { name: "flask_session.Session", settings: &["SESSION_TYPE"], fails: false },
    Reads { name: "flask_caching.Cache", settings: &["CACHE_TYPE"], fails: false },
];

/// An extension that was given its app while no setting of its own was in sight.
#[derive(Debug)]
pub(super) struct Early {
    module: usize,
    /// The function that was running.
    inside: Option<(usize, u32)>,
    range: TextRange,
    extension: usize,
}

/// What is known of the app's settings.
#[derive(Debug, Default)]
pub(super) struct Configured {
    early: Vec<Early>,
    /// Settings came in other ways than one by one, or before an extension asked for them.
    elsewhere: bool,
    set: Vec<String>,
    /// Settings whose names look like a slip for Flask-SQLAlchemy's address.
    slips: Vec<(usize, TextRange, String)>,
    /// `app.secret_key = …`
    secret: bool,
}

/// Flask-SQLAlchemy's other settings.
const OTHERS: &[&str] = &[
    "SQLALCHEMY_BINDS",
    "SQLALCHEMY_ECHO",
    "SQLALCHEMY_RECORD_QUERIES",
    "SQLALCHEMY_TRACK_MODIFICATIONS",
    "SQLALCHEMY_ENGINE_OPTIONS",
    "SQLALCHEMY_COMMIT_ON_TEARDOWN",
    "SQLALCHEMY_NATIVE_UNICODE",
    "SQLALCHEMY_POOL_SIZE",
    "SQLALCHEMY_POOL_TIMEOUT",
    "SQLALCHEMY_POOL_RECYCLE",
    "SQLALCHEMY_MAX_OVERFLOW",
    "SQLALCHEMY_MIGRATE_REPO",
];

impl Interp<'_> {
    /// A call of a library's function: engines, extensions, `app.config.from_object(…)`.
    pub(super) fn extension_call(
        &mut self,
        cx: &Cx,
        call: &ast::ExprCall,
        name: &str,
        args: &Args,
    ) {
        if let Some(method) = name.strip_prefix("flask.Flask().config.") {
            // What reads a setting sets none.
            let written = matches!(method, "from_mapping" | "update")
                && args.positional.is_empty()
                && !args.has_stars();
            if written {
                for (key, _) in &args.keywords {
                    self.configured.set.push(key.clone());
                }
                for word in &call.arguments.keywords {
                    if let Some(key) = word.arg.as_ref().filter(|key| is_slip(key.as_str())) {
                        self.configured.slips.push((cx.module, key.range, key.to_string()));
                    }
                }
            } else if method == "setdefault" {
                if let Some(Value::Str(key)) = args.positional.first() {
                    self.configured.set.push(key.to_string());
                }
            } else if method != "get" {
                self.configured.elsewhere = true;
            }
            for word in &call.arguments.keywords {
                if let Some(key) = word.arg.as_ref().filter(|key| key.as_str() == URI)
                    && let Some(Value::Str(url)) = args.get(usize::MAX, key.as_str())
                {
                    self.database_url(cx, url, word.value.range(), Written::Set);
                }
            }
            return;
        }
        if name.starts_with("fastapi.F") {
            self.form_wanted(cx, &Value::Ext(name.into()), call.range());
            return;
        }
        if name == "sqlalchemy.ext.asyncio.create_async_engine"
            || name == "sqlalchemy.create_engine"
            || name == "flask_sqlalchemy.SQLAlchemy().create_engine"
        {
            if let (Some(Value::Str(url)), Some(first)) =
                (args.positional.first(), call.arguments.args.first())
            {
                self.database_url(cx, url, first.range(), Written::Opened);
            }
            return;
        }
        let Some(at) = EXTENSIONS.iter().position(|known| known.name == name) else { return };
        let given = args.get(0, "app");
        let is_app = matches!(given, Some(Value::Inst(class)) if &**class == "flask.Flask");
        // `Mail(app, config=…)` and their like bring settings of their own.
        let plain = args.positional.len() == 1 && args.keywords.is_empty()
            || args.positional.is_empty() && args.keywords.len() == 1;
        let set = |word: &&str| self.configured.set.iter().any(|key| key.starts_with(*word));
        if !is_app
            || !plain
            || self.configured.elsewhere
            || cx.weight < 1.0
            || cx.quiet
            || cx.caught.errors
            || EXTENSIONS[at].settings.iter().any(set)
        {
            return;
        }
        self.configured.early.push(Early {
            module: cx.module,
            inside: self.running.last().copied(),
            range: call.range(),
            extension: at,
        });
    }

    /// `app.config["KEY"] = value`.
    pub(super) fn config_store(
        &mut self,
        cx: &Cx,
        base: &Value,
        key: &Value,
        value: &Value,
        target: &ast::ExprSubscript,
    ) {
        if !matches!(base, Value::Ext(name) if &**name == "flask.Flask().config") {
            return;
        }
        let Value::Str(key) = key else {
            self.configured.elsewhere = true;
            return;
        };
        if let Value::Str(url) = value
            && &**key == URI
        {
            self.database_url(cx, url, target.range, Written::Set);
        }
        if is_slip(key) {
            self.configured.slips.push((cx.module, target.slice.range(), key.to_string()));
        }
        self.configured.set.push(key.to_string());
        let inside = self.running.last().copied();
        let late = self.configured.early.iter().position(|early| {
            early.module == cx.module
                && early.inside == inside
                && EXTENSIONS[early.extension].settings.contains(&&**key)
        });
        let Some(late) = late.filter(|_| cx.weight >= 1.0 && !self.configured.elsewhere) else {
            return;
        };
        let early = self.configured.early.remove(late);
        let known = &EXTENSIONS[early.extension];
        // It may be given its app once more.
        if !known.fails && self.mentions(&[".init_app("]) {
            return;
        }
        let mut certainty = 1.0;
        if known.name == "flask_sqlalchemy.SQLAlchemy" {
            match self.version_of("flask_sqlalchemy", "flask-sqlalchemy") {
                // Before version 3 the settings were read with the first query.
                Some(version) if !is_from(&version, "3.0") => return,
                Some(_) => {}
                None if self.options.python.is_some_and(|v| (v.major, v.minor) < (3, 7)) => return,
                None => certainty = 0.8,
            }
        }
        let kind = EventKind::ConfigLate {
            extension: known.name.rsplit('.').next().unwrap_or(known.name).to_owned(),
            setting: key.to_string(),
            line: target.range,
            fails: known.fails,
            certainty,
        };
        self.emit(cx, early.range, "config-late", kind);
    }

    /// After everything was loaded: the address was set under a name of which nobody knows, and nowhere else.
    pub fn misspelled_settings(&mut self) {
        let set = |name: &str| self.configured.set.iter().any(|key| key == name);
        if self.configured.elsewhere || !self.complete {
            return;
        }
        let address = ["SQLALCHEMY_BINDS", "SQLALCHEMY_ENGINE_OPTIONS", URI].into_iter().any(set)
            || !self.third_party_seen("flask_sqlalchemy");
        // Sessions that are kept in another way need no key, and a class may have one.
        let secret = set("SECRET_KEY")
            || self.configured.secret
            || self.third_party_seen("flask_session")
            || self.mentions(&["session_interface", " secret_key = "]);
        let slips = self.configured.slips.iter().any(|(.., key)| looks_like_uri(key));
        let early = self.configured.early.iter().find(|early| early.extension == 0);
        if let Some((module, range)) = early.map(|early| (early.module, early.range))
            && !address
            && !slips
        {
            self.no_address(module, range);
        }
        for (module, range, key) in std::mem::take(&mut self.configured.slips) {
            if if looks_like_uri(&key) { address } else { secret } {
                continue;
            }
            let cx = Cx { module, ..self.base() };
            self.emit(&cx, range, "setting", EventKind::SettingMisspelled(key));
        }
    }

    /// All settings are set one by one, and this one was not yet.
    pub(super) fn config_is_plain(&self, key: &str) -> bool {
        !self.configured.elsewhere && !self.configured.set.iter().any(|known| known == key)
    }

    /// Settings come in other ways than one by one.
    pub(super) fn config_is_elsewhere(&self) -> bool {
        self.configured.elsewhere
    }

    pub(super) fn config_has(&self, key: &str) -> bool {
        self.configured.set.iter().any(|known| known == key)
            || key == "SECRET_KEY" && self.configured.secret
    }

    /// `SQLAlchemy(app)`, and nothing says where the database is.
    fn no_address(&mut self, module: usize, range: TextRange) {
        // What else was given the app may have set it.
        const OTHERS: &[&str] =
            &["dynaconf", "flask_appconfig", "flask_env", "flask_environ", "flask_config"];
        if OTHERS.iter().any(|name| self.spoken.contains(*name)) {
            return;
        }
        let certainty = match self.version_of("flask_sqlalchemy", "flask-sqlalchemy") {
            Some(version) if !is_from(&version, "3.0") => return,
            Some(_) => 1.0,
            None if self.options.python.is_some_and(|v| (v.major, v.minor) < (3, 7)) => return,
            None => 0.8,
        };
        let cx = Cx { module, ..self.base() };
        self.refuses(&cx, range, super::event::LibraryRefuses::NoDatabase, certainty);
    }

    /// `app.config = …` and `db.app = app`: anything may be set.
    pub(super) fn config_replaced(&mut self, base: &Value, attr: &str) {
        if matches!(base, Value::Inst(name) if &**name == "flask.Flask") {
            self.configured.elsewhere |= attr == "config";
            self.configured.secret |= attr == "secret_key";
        }
    }

    /// `SQLALCHEMY_DATABASE_URI = "…"` in a class or module of settings.
    pub(super) fn setting_url(&mut self, cx: &Cx, name: &str, value: &Value, range: TextRange) {
        if name == URI
            && let Value::Str(url) = value
        {
            self.database_url(cx, url, range, Written::Kept);
        }
    }

    /// An address that SQLAlchemy refuses when it makes the engine.
    fn database_url(&mut self, cx: &Cx, url: &str, range: TextRange, how: Written) {
        if cx.caught.errors {
            return;
        }
        // One of several classes of settings may be for tests alone.
        let certainty = if how == Written::Kept { 0.5 } else { 1.0 };
        let told = |right: String, postgres: bool| EventKind::DatabaseUrl {
            given: url.split_once(":/").map_or(url, |(first, _)| first).to_owned(),
            right,
            postgres,
            certainty,
        };
        let Some((first, rest)) = url.split_once(":/") else { return };
        if first == "sqlite" {
            // Two slashes and a name: SQLAlchemy takes the name for a host.
            let slashes = rest.len() - rest.trim_start_matches('/').len() + 1;
            let file = rest.trim_start_matches('/');
            if slashes < 3 && !file.is_empty() && !file.starts_with('?') {
                let kind = EventKind::DatabaseUrl {
                    given: format!("sqlite:{}{file}", "/".repeat(slashes)),
                    right: format!("sqlite:///{file}"),
                    postgres: false,
                    certainty,
                };
                self.emit(cx, range, "database-url", kind);
            }
            return;
        }
        let (dialect, driver) = first.split_once('+').map_or((first, None), |(d, r)| (d, Some(r)));
        if DIALECTS.contains(&dialect) && rest.starts_with('/') {
            match how {
                Written::Opened => self.driver_wanted(cx, first, range, 0.8),
                // Another line may set another address before it is used.
                Written::Set => self.driver_wanted(cx, first, range, 0.5),
                Written::Kept => {}
            }
        }
        // A dialect of one's own may have any name, and code may put the address right before it is used.
        let mended = ["startswith", "replace", "removeprefix"].iter().any(|method| {
            let quoted = |quote| format!("{method}({quote}{dialect}:");
            how != Written::Opened && self.mentions(&[&quoted('"'), &quoted('\'')])
        });
        if DIALECTS.contains(&dialect)
            || !rest.starts_with('/')
            || mended
            || self.mentions(&["registry.register("])
        {
            return;
        }
        if dialect == "postgres" {
            let version = self.version_of("sqlalchemy", "sqlalchemy");
            if version.is_some_and(|version| !is_from(&version, "1.4")) {
                return;
            }
        }
        let Some(meant) = near::nearest(dialect, DIALECTS.iter().copied()) else { return };
        let right = driver.map_or(meant.clone(), |driver| format!("{meant}+{driver}"));
        let kind = told(right, dialect == "postgres");
        self.emit(cx, range, "database-url", kind);
    }
}

/// A setting's name that looks like another's.
fn is_slip(key: &str) -> bool {
    looks_like_uri(key) || looks_like_secret(key)
}

/// `SECRECT_KEY`, `secret_key`; other keys of that kind have names of their own.
fn looks_like_secret(key: &str) -> bool {
    let upper = key.to_ascii_uppercase();
    key != "SECRET_KEY"
        && upper != "SECURE_KEY"
        && !upper.ends_with("_SECRET_KEY")
        && upper.ends_with("KEY")
        && near::nearest(&upper, std::iter::once("SECRET_KEY")).is_some()
}

/// `SQLALQUEMY_DATABASE`, `SQLALCHEMY_DATABASE_URL`.
fn looks_like_uri(key: &str) -> bool {
    let upper = key.to_ascii_uppercase();
    key != URI
        && !OTHERS.contains(&key)
        && (near::nearest(&upper, std::iter::once(URI)).is_some()
            || upper.starts_with("SQLAL") && upper.contains("DATABASE")
            || upper.starts_with("SLQAL") && upper.contains("DATABASE"))
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn reported(name: &str, lines: &str) -> bool {
        let text = format!(
            "import os\nfrom flask import Flask\nfrom flask_mail import Mail\nfrom flask_sqlalchemy import SQLAlchemy\nfrom sqlalchemy import create_engine\napplication = app = Flask(__name__)\n{lines}\n"
        );
        analyse(&text).findings.iter().any(|found| found.name == name)
    }

    #[test]
    fn addresses_of_no_database() {
        for wrong in [
            "sqllite:///x.db",
            "posgresql://u:p@h/x",
            "postgres://u:p@h/x",
            "mysq+pymysql://h/x",
            "sqlite://x.db",
            "sqlite:/x.db",
        ] {
            let line = format!("app.config['SQLALCHEMY_DATABASE_URI'] = '{wrong}'");
            assert!(reported("database-url-refused", &line), "{wrong}");
            let line = format!("engine = create_engine('{wrong}', echo=True)");
            assert!(reported("database-url-refused", &line), "{wrong}");
            let line = format!(
                "class Config:\n    SQLALCHEMY_DATABASE_URI = '{wrong}'\napp.config.from_object(Config)"
            );
            assert!(reported("database-url-refused", &line), "{wrong}");
        }
        for fine in [
            "sqlite:///x.db",
            "sqlite:////srv/x.db",
            "sqlite://",
            "sqlite:///:memory:",
            "postgresql+psycopg2://u:p@h/x",
            "mysql+pymysql://h/x",
            "cockroachdb://h/x",
            "snowflake://h/x",
            "",
        ] {
            let line = format!("app.config['SQLALCHEMY_DATABASE_URI'] = '{fine}'");
            assert!(!reported("database-url-refused", &line), "{fine}");
        }
        let old = "engine = create_engine('postgres://h/x')\n# --- requirements.txt\nSQLAlchemy==1.3.24\n";
        assert!(!reported("database-url-refused", old));
        let changed = "url = 'postgres://h/x'\nurl = url.replace('postgres://', 'postgresql://', 1)\nengine = create_engine(url)";
        assert!(!reported("database-url-refused", changed));
    }

    const URI: &str = "app.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite:///x.db'";

    #[test]
    fn names_of_settings() {
        for wrong in [
            "SQLALQUEMY_DATABASE",
            "SLQALCHEMY_DATABASE_URI",
            "SQLALCHEMY_DATABASE_URL",
            "sqlalchemy_database_uri",
        ] {
            let lines = format!("app.config['{wrong}'] = 'sqlite:///x.db'\ndb = SQLAlchemy(app)");
            assert!(reported("setting-misspelled", &lines), "{wrong}");
        }
        for fine in [
            "app.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite:///x.db'\napp.config['SQLALCHEMY_DATABASE_URL'] = 'x'",
            "app.config['SQLALCHEMY_TRACK_MODIFICATIONS'] = False",
            "app.config['DATABASE'] = 'x.db'",
            "app.config['DATABASE_URL'] = 'x.db'",
            "app.config.from_object('x')\napp.config['SQLALCHEMY_DATABASE_URL'] = 'x'",
        ] {
            assert!(!reported("setting-misspelled", fine), "{fine}");
        }
        assert!(reported("setting-misspelled", "app.config['SECRECT_KEY'] = 'x'"));
        assert!(reported(
            "setting-misspelled",
            "app.config.from_mapping(SECERT_KEY='x', DATABASE='y')"
        ));
        for fine in [
            "app.secret_key = 'x'\napp.config['secret_key'] = 'x'",
            "app.config['JWT_SECRET_KEY'] = 'x'",
            "app.config.update(SECRET_KEY='x')\napp.config['SECRET_KEY2'] = 'x'",
            "app.config.from_pyfile('x.py')\napp.config['SECRECT_KEY'] = 'x'",
        ] {
            assert!(!reported("setting-misspelled", fine), "{fine}");
        }
        let other = "app.config['SQLALCHEMY_DATABASE_URL'] = 'x'\nprint(SQLAlchemy)";
        assert!(reported("setting-misspelled", other));
    }

    #[test]
    fn settings_below_their_extension() {
        assert!(reported("setting-too-late", &format!("db = SQLAlchemy(app)\n{URI}")));
        assert!(reported("setting-too-late", "mail = Mail(app)\napp.config['MAIL_SERVER'] = 'x'"));
        for fine in [
            format!("{URI}\ndb = SQLAlchemy(app)"),
            format!("db = SQLAlchemy()\n{URI}\ndb.init_app(app)"),
            format!("app.config.from_object('settings')\ndb = SQLAlchemy(app)\n{URI}"),
            format!("app.config['SQLALCHEMY_BINDS'] = {{}}\ndb = SQLAlchemy(app)\n{URI}"),
            format!("db = SQLAlchemy(app)\nif os.environ.get('X'):\n    {URI}"),
            format!(
                "db = SQLAlchemy(app)\n{URI}\n# --- requirements.txt\nFlask-SQLAlchemy==2.5.1\n"
            ),
            "db = SQLAlchemy(app)\napp.config['SECRET_KEY'] = 'x'".to_owned(),
        ] {
            assert!(!reported("setting-too-late", &fine), "{fine}");
        }
    }
}
