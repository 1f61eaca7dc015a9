//! Django models that are loaded before Django's apps are.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD408",
    name: "models-before-setup",
    summary: "Django's models are imported before Django has loaded its apps.",
    why: "A model belongs to an app, and Django knows its apps only once `get_wsgi_application()` (or `django.setup()` in a script) has run. A model that is imported earlier ends with `AppRegistryNotReady: Apps aren't loaded yet`.",
    bad: r#"
import os
from django.core.wsgi import get_wsgi_application
from polls.models import Question

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
application = get_wsgi_application()
# --- shop/__init__.py
# --- shop/urls.py
urlpatterns = []
# --- polls/__init__.py
# --- polls/models.py
from django.db import models

class Question(models.Model):
    text = models.CharField(max_length=200)
# --- shop/settings.py
import os
SECRET_KEY = os.environ.get("SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = ["ana.pythonanywhere.com"]
INSTALLED_APPS = ["polls"]
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "wsgi.application"
"#,
    good: r#"
import os
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
application = get_wsgi_application()

from polls.models import Question
# --- shop/__init__.py
# --- shop/urls.py
urlpatterns = []
# --- polls/__init__.py
# --- polls/models.py
from django.db import models

class Question(models.Model):
    text = models.CharField(max_length=200)
# --- shop/settings.py
import os
SECRET_KEY = os.environ.get("SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = ["ana.pythonanywhere.com"]
INSTALLED_APPS = ["polls"]
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "wsgi.application"
"#,
    cause: Some("django-settings-wrong"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    let Some(event) = cx.events().find(|event| matches!(event.kind, EventKind::ModelsTooEarly(_)))
    else {
        return;
    };
    let EventKind::ModelsTooEarly(what) = &event.kind else { return };
    let text = cx.source(event.module).map_or("", |source| source.text());
    let asgi = text.contains("get_asgi_application") || text.contains("ProtocolTypeRouter");
    let message = if cx.entry == Some(event.module) && asgi {
        format!(
            "This import loads {what} before Django has loaded its apps (AppRegistryNotReady): write `django_app = get_asgi_application()` above it, below the line that sets DJANGO_SETTINGS_MODULE, and use `django_app` further down"
        )
    } else if cx.entry == Some(event.module) {
        format!(
            "This import loads {what} before Django has loaded its apps (AppRegistryNotReady): move it below `get_wsgi_application()`"
        )
    } else {
        format!(
            "This import loads {what} before Django has loaded its apps (AppRegistryNotReady): import it inside the function that needs it"
        )
    };
    out.push(cx.at(&DOC, event, 1.0, message));
}
