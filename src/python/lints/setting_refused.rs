//! Settings that Django refuses, or with which every page fails.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::{EventKind, SettingRefused, SettingWrong};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD423",
    name: "setting-refused",
    summary: "A setting has a value that Django refuses or cannot use.",
    why: "Django reads its settings while it starts. A text where a list is wanted, an app that stands twice or a model of users that is not there ends the start with ImproperlyConfigured.",
    bad: r#"
import os
from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
application = get_wsgi_application()
# --- shop/__init__.py
# --- shop/urls.py
urlpatterns = []
# --- shop/settings.py
import os
SECRET_KEY = os.environ.get("SECRET_KEY")
ALLOWED_HOSTS = "ana.pythonanywhere.com"
ROOT_URLCONF = "shop.urls"
"#,
    good: r#"
import os
from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
application = get_wsgi_application()
# --- shop/__init__.py
# --- shop/urls.py
urlpatterns = []
# --- shop/settings.py
import os
SECRET_KEY = os.environ.get("SECRET_KEY")
ALLOWED_HOSTS = ["ana.pythonanywhere.com"]
ROOT_URLCONF = "shop.urls"
"#,
    cause: Some("django-settings-wrong"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::SettingRefused(refused) = &event.kind else { continue };
        let mut found = cx.at(&DOC, event, refused.certainty, message(refused));
        if matches!(refused.wrong, SettingWrong::Host { only: false, .. }) {
            found.severity = Severity::Note;
        }
        found.captures.insert("name".to_owned(), refused.setting.clone());
        out.push(found);
    }
}

fn message(refused: &SettingRefused) -> String {
    let setting = &refused.setting;
    let meant = |near: &Option<String>| {
        near.as_ref().map_or_else(String::new, |near| format!(". Did you mean `{near}`?"))
    };
    match &refused.wrong {
        SettingWrong::NotList(text) if setting.starts_with("DEFAULT_") => format!(
            "{setting} must be a list, and this is a text (round brackets alone make no tuple): write `\"{setting}\": [{text:?}]`"
        ),
        SettingWrong::NotList(text) => format!(
            "{setting} must be a list, and this is a text: write `{setting} = [{text:?}]` (in round brackets a comma must stand behind a single entry)"
        )
        .replace("`DIRS = [", "`\"DIRS\": ["),
        SettingWrong::Host { host, right, only } => {
            let harm = if *only {
                "so Django answers every request with \"400 Bad Request\""
            } else {
                "so this entry lets nobody in"
            };
            format!(
                "`{host}` in ALLOWED_HOSTS fits no request, {harm}: only the name of the host may stand there. Write `{right}`"
            )
        }
        SettingWrong::UserModelForm(right) => {
            let right = right.as_deref().unwrap_or("accounts.User");
            format!("{setting} must be the app's name, a dot and the model's name: write `{right}`")
        }
        SettingWrong::UserModelApp(app) => format!(
            "{setting} names a model of the app `{app}`, which is not in INSTALLED_APPS: add it there"
        ),
        SettingWrong::UserModelClass { model, near } => {
            let hint = match near {
                Some(near) => format!("; its file `models.py` has `{near}`"),
                None => String::new(),
            };
            format!("{setting} names a model `{model}` that the app does not have{hint}")
        }
        SettingWrong::AppTwice(app) => format!(
            "`{app}` stands twice in INSTALLED_APPS, and Django refuses that (\"Application labels aren't unique\"): take one of the two out"
        ),
        SettingWrong::SameLabel { label, first, second } => format!(
            "Django calls both `{first}` and `{second}` by the label `{label}`, and refuses that: give one of them another `label` in its `apps.py`, or rename it"
        ),
        SettingWrong::Engine { engine, near } => {
            let hint = match near {
                Some(near) => format!(": write `{near}`"),
                None => ": `django.db.backends.` and one of postgresql, mysql, sqlite3, oracle".to_owned(),
            };
            format!("`{engine}` is no database engine of Django's{hint}")
        }
        SettingWrong::NoDefault => {
            "DATABASES must have an entry `default`: rename the one that the site uses".to_owned()
        }
        SettingWrong::OldName => "Django has not read MIDDLEWARE_CLASSES since 2.0, so no middleware runs at all: no sessions, no `request.user`. Rename it to MIDDLEWARE".to_owned(),
        SettingWrong::StorageMissing(key) => format!(
            "STORAGES takes the place of Django's own, so it needs `{key}`, too: every page with files fails without. Add `\"{key}\": {{\"BACKEND\": \"{}\"}}`",
            if *key == "default" {
                "django.core.files.storage.FileSystemStorage"
            } else {
                "django.contrib.staticfiles.storage.StaticFilesStorage"
            }
        ),
        SettingWrong::Loaders => "`APP_DIRS` and `loaders` exclude each other (\"app_dirs must not be set when loaders is defined\"): take the line with `APP_DIRS` out".to_owned(),
        SettingWrong::TimeZone { zone, near } => {
            format!("There is no time zone `{zone}`, and Django does not start with it{}", meant(near))
        }
        SettingWrong::LogClass { class, near } if class.ends_with('.') => format!(
            "`{class}` names no class, so the logs cannot be set up and Django does not start: write `{}`",
            near.as_deref().unwrap_or("logging.StreamHandler")
        ),
        SettingWrong::LogClass { class, near } => format!(
            "LOGGING names a class `{class}`, which does not exist, and Django does not start with it{}",
            meant(near)
        ),
        SettingWrong::LogName { kind, name } => format!(
            "LOGGING uses `{name}`, which is not among its `{kind}`: define it there, or use one that is"
        ),
        SettingWrong::SessionOrder { who, missing: true } => format!(
            "`{who}` needs the session, and MIDDLEWARE lacks `django.contrib.sessions.middleware.SessionMiddleware`: every request fails. Add it above this line"
        ),
        SettingWrong::SessionOrder { who, missing: false } => format!(
            "`{who}` needs the session, and `SessionMiddleware` stands only below it: every request fails. Move `django.contrib.sessions.middleware.SessionMiddleware` above this line"
        ),
        SettingWrong::AppAsMiddleware(app) => format!(
            "`{app}` is an app and no middleware: it belongs in INSTALLED_APPS and not in MIDDLEWARE"
        ),
        SettingWrong::MiddlewareAsApp(name) => format!(
            "`{name}` is a middleware and no app: it belongs in MIDDLEWARE and not in INSTALLED_APPS"
        ),
        SettingWrong::Origin(origin) => format!(
            "Since Django 4.0 an entry of CSRF_TRUSTED_ORIGINS begins with `https://` (or `http://`), else `manage.py migrate` and `collectstatic` refuse to run: write `https://{origin}`"
        ),
        SettingWrong::StaticRoot => "STATICFILES_DIRS must not contain STATIC_ROOT: `collectstatic` copies from the one into the other. Give STATIC_ROOT a folder of its own, such as `staticfiles`".to_owned(),
        SettingWrong::AutoField(near) => {
            let near = near.as_deref().unwrap_or("BigAutoField");
            format!("{setting} names a field that Django does not have: write `django.db.models.{near}`")
        }
        SettingWrong::UserTooEarly(model) => format!(
            "This asks for the model of users, `{model}`, which is only defined further down in this very file (ImproperlyConfigured: AUTH_USER_MODEL refers to a model that has not been installed): take the line out, or move it below the class"
        ),
        SettingWrong::NotDotted { name, near } => {
            let hint = match near {
                Some(near) => format!("write `{near}`"),
                None => format!("write the file's dotted name before it, such as `myapp.middleware.{name}`"),
            };
            format!("{setting} wants dotted names, and `{name}` has no dot (\"doesn't look like a module path\"): {hint}")
        }
        SettingWrong::Comma { name, near } => format!(
            "There is a comma in `{name}` where a dot must be: write `{near}`"
        ),
        SettingWrong::AdminNeeds(lacking) => {
            let list = lacking.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(" and ");
            format!("The admin does not work without {list} in MIDDLEWARE: its pages fail (\"object has no attribute\"), and `manage.py migrate` refuses to run. Add what is missing, as `django-admin startproject` writes it")
        }
        SettingWrong::NeedsMiddleware { app, middleware } => format!(
            "The installed version of `{app}` does not start without its middleware: add `\"{middleware}\"` to MIDDLEWARE"
        ),
        SettingWrong::NoRootUrls(package) => format!(
            "The settings have no ROOT_URLCONF, without which Django finds no page and every request fails: add `ROOT_URLCONF = \"{package}.urls\"`"
        ),
        SettingWrong::FromVariable(written) => format!(
            "{setting} must be a list, and a variable of the environment is a text: write `{setting} = {written}.split(\",\")`"
        ),
        SettingWrong::Languages => "Every entry of LANGUAGES must be a pair such as `(\"en\", \"English\")`, and these are single texts: a comma is missing behind the only pair, or its brackets".to_owned(),
    }
}
