//! `WSGIHandler()` without `django.setup()`.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD434",
    name: "wsgi-handler-alone",
    summary: "The WSGI file makes Django's handler itself, and nothing loads the apps.",
    why: "Before Django 1.7 `WSGIHandler()` was enough. Since then `get_wsgi_application()` loads the apps first; without it: `AppRegistryNotReady: Apps are not loaded yet`.",
    bad: r#"
import os
import django.core.handlers.wsgi

os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
application = django.core.handlers.wsgi.WSGIHandler()
# --- shop/__init__.py
# --- shop/urls.py
urlpatterns = []
# --- shop/settings.py
import os
SECRET_KEY = os.environ.get("SECRET_KEY")
ALLOWED_HOSTS = ["ana.pythonanywhere.com"]
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
        if !matches!(event.kind, EventKind::HandlerAlone) {
            continue;
        }
        let message = "Since Django 1.7 this handler alone loads no apps (AppRegistryNotReady): write `from django.core.wsgi import get_wsgi_application` and `application = get_wsgi_application()`".to_owned();
        out.push(cx.at(&DOC, event, 1.0, message));
    }
}
