//! Fields of Django's models without `on_delete`.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD421",
    name: "on-delete-missing",
    summary: "A field that points to another model lacks `on_delete`.",
    why: "Since Django 2.0 `ForeignKey` and `OneToOneField` must be told what happens when the object that they point to is deleted. Without it: `TypeError: __init__() missing 1 required positional argument: 'on_delete'`.",
    bad: r#"
import os
from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
application = get_wsgi_application()
# --- requirements.txt
Django==4.2
# --- shop/__init__.py
# --- shop/urls.py
urlpatterns = []
# --- shop/models.py
from django.db import models

class Order(models.Model):
    user = models.ForeignKey("auth.User")
# --- shop/settings.py
import os
SECRET_KEY = os.environ.get("SECRET_KEY")
ALLOWED_HOSTS = ["ana.pythonanywhere.com"]
ROOT_URLCONF = "shop.urls"
INSTALLED_APPS = ["shop"]
"#,
    good: r#"
import os
from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
application = get_wsgi_application()
# --- requirements.txt
Django==4.2
# --- shop/__init__.py
# --- shop/urls.py
urlpatterns = []
# --- shop/models.py
from django.db import models

class Order(models.Model):
    user = models.ForeignKey("auth.User", on_delete=models.CASCADE)
# --- shop/settings.py
import os
SECRET_KEY = os.environ.get("SECRET_KEY")
ALLOWED_HOSTS = ["ana.pythonanywhere.com"]
ROOT_URLCONF = "shop.urls"
INSTALLED_APPS = ["shop"]
"#,
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::NoOnDelete { field, sure } = &event.kind else { continue };
        let message = format!(
            "`{field}` must say what happens when the other object is deleted (since Django 2.0): add `on_delete=models.CASCADE` (deleted together) or `on_delete=models.PROTECT`"
        );
        let certainty = if *sure { 1.0 } else { 0.8 };
        out.push(cx.at(&DOC, event, certainty, message));
    }
}
