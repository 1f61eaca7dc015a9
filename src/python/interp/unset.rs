//! What nothing sets while the site is loaded: a secret key, a setting that is read, pages, blueprints.

use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::event::LibraryRefuses;
use super::{Cx, EventKind, Interp, scopes};
use crate::python::resolve::pathops;
use crate::python::value::{ModuleId, Value};

/// What a Flask app has from the start, in any version.
const DEFAULTS: &[&str] = &[
    "APPLICATION_ROOT",
    "DEBUG",
    "ENV",
    "EXPLAIN_TEMPLATE_LOADING",
    "LOGGER_HANDLER_POLICY",
    "LOGGER_NAME",
    "MAX_CONTENT_LENGTH",
    "MAX_COOKIE_SIZE",
    "MAX_FORM_MEMORY_SIZE",
    "MAX_FORM_PARTS",
    "PERMANENT_SESSION_LIFETIME",
    "PREFERRED_URL_SCHEME",
    "PRESERVE_CONTEXT_ON_EXCEPTION",
    "PROPAGATE_EXCEPTIONS",
    "PROVIDE_AUTOMATIC_OPTIONS",
    "SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
    "SEND_FILE_MAX_AGE_DEFAULT",
    "SERVER_NAME",
    "TEMPLATES_AUTO_RELOAD",
    "TESTING",
    "TRUSTED_HOSTS",
    "USE_X_SENDFILE",
];

/// What the names of settings begin with that Flask or an extension sets by itself.
const PREFIXES: &[&str] = &[
    "APISPEC_",
    "BABEL_",
    "BCRYPT_",
    "BOOTSTRAP_",
    "CACHE_",
    "CKEDITOR_",
    "CORS_",
    "DEBUG_TB_",
    "DROPZONE_",
    "EXECUTOR_",
    "FLASK_ADMIN_",
    "JSON",
    "JWT_",
    "LOGIN_",
    "MAIL_",
    "MONGO",
    "MYSQL_",
    "OAUTH",
    "OPENAPI_",
    "PAGEDOWN_",
    "RATELIMIT_",
    "RECAPTCHA_",
    "REDIS_",
    "REMEMBER_",
    "RESTX_",
    "RESTFUL_",
    "RESTPLUS_",
    "SCHEDULER_",
    "SECURITY_",
    "SESSION_",
    "SOCK",
    "SQLALCHEMY_",
    "SSE_",
    "SWAGGER",
    "TRAP_",
    "UPLOAD",
    "USER_",
    "WTF_",
];

/// Packages that keep sessions elsewhere, or bring settings with them.
const OTHER_SESSIONS: &[&str] = &[
    "flask_session",
    "flask_kvsession",
    "flask_sessionstore",
    "beaker",
    "dynaconf",
    "flask_appconfig",
    "flask_env",
    "flask_environ",
    "flask_appbuilder",
    "flask_multipass",
];

/// What a server's command often names.
const STARTED: &[&str] = &[
    "app.py",
    "application.py",
    "asgi.py",
    "flask_app.py",
    "index.py",
    "main.py",
    "manage.py",
    "passenger_wsgi.py",
    "run.py",
    "server.py",
    "start.py",
    "wsgi.py",
];

/// `session["cart"] = …`, `session.pop(…)`: without a key an empty session can be read, and nothing be put there.
fn writes_session(text: &str) -> bool {
    let calls = ["pop(", "clear(", "update(", "setdefault(", "permanent = True"];
    text.match_indices("session").any(|(at, word)| {
        let rest = &text[at + word.len()..];
        if let Some(rest) = rest.strip_prefix('.') {
            return calls.iter().any(|call| rest.starts_with(call));
        }
        let line = rest.lines().next().unwrap_or_default();
        let Some((_, after)) = line.strip_prefix('[').and_then(|line| line.split_once(']')) else {
            return false;
        };
        let after = after.trim_start().trim_start_matches(['+', '-', '|']);
        after.starts_with('=') && !after.starts_with("==")
    })
}

impl Interp<'_> {
    /// `app.config["KEY"]` that is read while the code is loaded.
    pub(super) fn config_read(
        &mut self,
        cx: &Cx,
        base: &Value,
        key: &Value,
        node: &ast::ExprSubscript,
    ) {
        let (Value::Ext(name), Value::Str(key)) = (base, key) else { return };
        if &**name != "flask.Flask().config"
            || cx.quiet
            || cx.weight < 1.0
            || cx.caught.any
            || !self.config_is_plain(key)
            || DEFAULTS.contains(&&**key)
            || PREFIXES.iter().any(|prefix| key.starts_with(prefix))
        {
            return;
        }
        // `current_app` has its settings from elsewhere, whatever it is called here.
        if let ast::Expr::Attribute(config) = &*node.value {
            let app = self.expr(&cx.quietly(), &config.value);
            if self.proxy(cx, &app, &config.value).is_some() {
                return;
            }
        }
        self.config_reads.push((cx.module, node.range(), key.to_string()));
    }

    /// After everything was loaded.
    pub fn unset(&mut self) {
        if !self.complete {
            self.config_reads.clear();
            return;
        }
        if !self.config_is_elsewhere() {
            for (module, range, key) in std::mem::take(&mut self.config_reads) {
                let later = self.set_below(module, range, &key);
                let cx = Cx { module, ..self.base() };
                self.refuses(&cx, range, LibraryRefuses::UnsetSetting { key, later }, 1.0);
            }
        }
        let [app] = self.tables.apps() else { return };
        let app = *app;
        self.no_secret(app);
        self.no_pages(app);
        self.not_registered();
    }

    /// Where a setting is set below a place.
    fn set_below(&self, module: ModuleId, range: TextRange, key: &str) -> Option<TextRange> {
        let text = self.modules[module].source.as_ref()?.text();
        let rest = text.get(range.end().to_usize()..)?;
        [format!("[\"{key}\"]"), format!("['{key}']")].iter().find_map(|wanted| {
            let at = rest.find(wanted.as_str())?;
            let after = rest[at + wanted.len()..].trim_start_matches(' ');
            let start = range.end() + TextSize::try_from(at).ok()?;
            (after.starts_with('=') && !after.starts_with("=="))
                .then(|| TextRange::at(start, TextSize::try_from(wanted.len()).unwrap_or_default()))
        })
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        self.modules.iter().filter_map(|module| module.source.as_ref()).map(|source| source.text())
    }

    fn somewhere(&self, words: &[&str]) -> bool {
        self.texts().any(|text| words.iter().any(|word| scopes::has(text, word)))
    }

    /// A file that was not loaded, beside the app or above its package, does what is missed, or loads the file that
    /// does: it may be the one that the server starts.
    pub(super) fn another_starts(
        &mut self,
        module: ModuleId,
        lost: Option<&str>,
        words: &[&str],
    ) -> bool {
        let folder = pathops::parent(&self.modules[module].path);
        let stem = lost.map(|file| file.trim_end_matches(".py").to_owned());
        for dir in [pathops::parent(&folder), folder] {
            let files = self.python_files(&dir);
            for file in files.iter().filter(|file| Some(file.as_str()) != lost) {
                if self.is_loaded(&dir, file) {
                    continue;
                }
                let Some(text) = self.text_beside(&dir, file) else { continue };
                let loads = |stem: &String| {
                    text.lines().any(|line| {
                        line.contains("import ")
                            && line
                                .split(|c: char| !c.is_alphanumeric() && c != '_')
                                .any(|w| w == stem)
                    })
                };
                if words.iter().any(|word| text.contains(word)) || stem.as_ref().is_some_and(loads)
                {
                    return true;
                }
            }
        }
        false
    }

    /// `session["cart"] = …`, `flash("…")`, and no key to sign the cookie with.
    fn no_secret(&mut self, (module, range): (ModuleId, TextRange)) {
        let misspelled =
            |event: &super::Event| matches!(event.kind, EventKind::SettingMisspelled(_));
        if self.config_is_elsewhere()
            || self.events.iter().any(misspelled)
            || self.config_has("SECRET_KEY")
            || OTHER_SESSIONS.iter().any(|name| self.spoken.contains(*name))
            || self.somewhere(&[
                "secret_key",
                "SECRET_KEY",
                "SECRET",
                "session_interface",
                "setattr(",
            ])
        {
            return;
        }
        let using = |name: &str, full: &str, how: &dyn Fn(&str) -> bool| {
            self.modules.iter().any(|module| {
                let ours = module.names.get(name).is_some_and(
                    |binding| matches!(&binding.value, Value::Ext(found) if &**found == full),
                );
                ours && module.source.as_ref().is_some_and(|source| how(source.text()))
            })
        };
        let uses =
            |name: &str, full: &str, word: &str| using(name, full, &|text| scopes::has(text, word));
        let what = if using("session", "flask.session", &writes_session) {
            "session"
        } else if uses("flash", "flask.flash", "flash(") {
            "flash"
        } else if uses("FlaskForm", "flask_wtf.FlaskForm", "(FlaskForm)")
            && !self.config_has("WTF_CSRF_ENABLED")
            && !self.somewhere(&["csrf"])
        {
            "FlaskForm"
        } else if uses("login_user", "flask_login.login_user", "login_user(") {
            "login_user"
        } else {
            return;
        };
        if self.another_starts(module, None, &["secret_key", "SECRET_KEY"]) {
            return;
        }
        let cx = Cx { module, ..self.base() };
        self.refuses(&cx, range, LibraryRefuses::NoSecret(what), 1.0);
    }

    /// The app has no page, and a file beside it that nothing loads has some.
    fn no_pages(&mut self, (module, range): (ModuleId, TextRange)) {
        const PAGES: &[&str] = &[
            ".route(",
            ".get(\"/",
            ".get('/",
            ".post(",
            "add_url_rule",
            "register_blueprint",
            "add_resource",
            "Api(",
            "Dash(",
            "import_module",
            "view_functions",
            "load_blueprints",
            "blueprints",
            "Sock(",
            "SocketIO(",
            "AppBuilder(",
            "walk_packages",
            "iter_modules",
        ];
        if self.somewhere(PAGES) {
            return;
        }
        let folder = pathops::parent(&self.modules[module].path);
        let files = self.python_files(&folder);
        let app = self.modules[module]
            .names
            .iter()
            .find(|(_, binding)| {
                matches!(&binding.value, Value::Inst(class) if &**class == "flask.Flask")
            })
            .map(|(name, _)| name.to_string());
        let Some(app) = app else { return };
        let file = files.into_iter().find(|file| {
            !self.is_loaded(&folder, file)
                && self.text_beside(&folder, file).is_some_and(|text| {
                    text.contains(&format!("@{app}.route("))
                        && text.contains(&format!("import {app}"))
                        && !text.contains("Flask(")
                        // One that can be started loads both.
                        && !STARTED.contains(&file.as_str())
                        && !text.contains("__main__")
                        && !text.contains(&format!("{app}.run("))
                })
        });
        if let Some(file) = file
            && !self.another_starts(module, Some(&file), &[])
        {
            let cx = Cx { module, ..self.base() };
            self.refuses(&cx, range, LibraryRefuses::NoPages(file), 1.0);
        }
    }

    /// A blueprint with pages, in a site that registers none at all.
    fn not_registered(&mut self) {
        const WAYS: &[&str] =
            &["register_blueprint", ".register(", "blueprints", "init_app(", "Api(", "setattr("];
        let Some((module, range, name)) = self.first_blueprint() else { return };
        if self.somewhere(WAYS) {
            return;
        }
        let has_pages = self.modules[module]
            .source
            .as_ref()
            .is_some_and(|source| scopes::has(source.text(), &format!("@{name}.")));
        if has_pages && !self.another_starts(module, None, &["register_blueprint"]) {
            let cx = Cx { module, ..self.base() };
            self.refuses(&cx, range, LibraryRefuses::NotRegistered(name), 1.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::writes_session;

    #[test]
    fn only_writing_needs_a_key() {
        for text in [
            "session['a'] = 1",
            "session[\"a\"] += 1",
            "session.pop('a', None)",
            "session.clear()",
            "session.permanent = True",
        ] {
            assert!(writes_session(text), "{text}");
        }
        for text in [
            "if 'a' in session: x = session['a']",
            "if session['a'] == 1: pass",
            "session.get('a')",
            "db.session.commit()",
            "return render(user=session['user'])",
        ] {
            assert!(!writes_session(text), "{text}");
        }
    }
}
