//! Queries that run while a module is imported.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD433",
    name: "query-at-import",
    summary: "The database is asked while a file is imported.",
    why: "On a new database the tables are not there yet, and they cannot be made: `manage.py migrate` imports the same file, and fails with \"no such table\". And what was read once does not change until the next restart.",
    bad: r#"
import os
from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
application = get_wsgi_application()
# --- shop/__init__.py
# --- shop/settings.py
import os
SECRET_KEY = os.environ.get("SECRET_KEY")
ALLOWED_HOSTS = ["ana.pythonanywhere.com"]
ROOT_URLCONF = "shop.urls"
INSTALLED_APPS = ["shop"]
# --- shop/models.py
from django.db import models

class Kind(models.Model):
    name = models.CharField(max_length=20)
# --- shop/forms.py
from django import forms
from shop.models import Kind

class OrderForm(forms.Form):
    kind = forms.ChoiceField(choices=[(k.pk, k.name) for k in Kind.objects.all()])
# --- shop/urls.py
from shop import forms
urlpatterns = []
"#,
    good: r#"
import os
from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
application = get_wsgi_application()
# --- shop/__init__.py
# --- shop/settings.py
import os
SECRET_KEY = os.environ.get("SECRET_KEY")
ALLOWED_HOSTS = ["ana.pythonanywhere.com"]
ROOT_URLCONF = "shop.urls"
INSTALLED_APPS = ["shop"]
# --- shop/models.py
from django.db import models

class Kind(models.Model):
    name = models.CharField(max_length=20)
# --- shop/forms.py
from django import forms
from shop.models import Kind

class OrderForm(forms.Form):
    kind = forms.ModelChoiceField(queryset=Kind.objects.all())
# --- shop/urls.py
from shop import forms
urlpatterns = []
"#,
    cause: Some("database-schema"),
    severity: Severity::Warning,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::QueryAtImport { model, how } = &event.kind else { continue };
        let whose = if model.is_empty() { String::new() } else { format!(" of `{model}`") };
        let hint = if how == "all" {
            "use `ModelChoiceField(queryset=…)`, or a function that is called when the page is made"
        } else {
            "move it into the view or function that needs it"
        };
        let message = format!(
            "The table{whose} is read while this file is imported: on a new database `manage.py migrate` and every page fail (no such table). Better: {hint}"
        );
        out.push(cx.at(&DOC, event, 1.0, message));
    }
}
