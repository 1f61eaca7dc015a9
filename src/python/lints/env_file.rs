//! Variables that the `.env` file has under another name, or in another place.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD437",
    name: "env-file-mismatch",
    summary: "A variable is not in the `.env` file that is read, and nearly so.",
    why: "python-decouple and django-environ end the start with an error where a variable is neither in their file nor in the environment.",
    bad: r#"
import os
from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
application = get_wsgi_application()
# --- .env
SECRET_KEY=abc
# --- shop/__init__.py
# --- shop/urls.py
urlpatterns = []
# --- shop/settings.py
from decouple import config
SECRET_KEY = config("SECET_KEY")
ALLOWED_HOSTS = ["ana.pythonanywhere.com"]
ROOT_URLCONF = "shop.urls"
"#,
    good: r#"
import os
from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
application = get_wsgi_application()
# --- .env
SECRET_KEY=abc
# --- shop/__init__.py
# --- shop/urls.py
urlpatterns = []
# --- shop/settings.py
from decouple import config
SECRET_KEY = config("SECRET_KEY")
ALLOWED_HOSTS = ["ana.pythonanywhere.com"]
ROOT_URLCONF = "shop.urls"
"#,
    cause: Some("missing-env-var"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let message = match &event.kind {
            EventKind::EnvMisspelled { name, near, file } => format!(
                "`{file}` has no `{name}`, but `{near}`: unless the server sets `{name}` itself, the app does not start. Write `{near}` here"
            ),
            EventKind::EnvElsewhere { wanted, there, renamed: false } => format!(
                "The variables are read from `{wanted}`, which is not there; they stand in `{there}`. Name that file in `read_env(…)`, or set the variables for the web app"
            ),
            EventKind::EnvElsewhere { wanted, there, .. } => format!(
                "`{there}` is not read: the file must be called `{wanted}`. Rename it, or set the variables for the web app"
            ),
            _ => continue,
        };
        out.push(cx.at(&DOC, event, 0.8, message));
    }
}
