//! Arguments that no field of Django's models takes.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::{EventKind, FieldValue};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD439",
    name: "field-argument-unknown",
    summary: "A field of a model is given an argument that no field has.",
    why: "Fields check their arguments while the file is imported: `TypeError: Field.__init__() got an unexpected keyword argument`.",
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
ALLOWED_HOSTS = ["ana.pythonanywhere.com"]
ROOT_URLCONF = "shop.urls"
INSTALLED_APPS = ["django.contrib.admin", "shop"]
# --- shop/models.py
from django.db import models

class Book(models.Model):
    title = models.CharField(maxlength=20)
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
INSTALLED_APPS = ["django.contrib.admin", "shop"]
# --- shop/models.py
from django.db import models

class Book(models.Model):
    title = models.CharField(max_length=20)
"#,
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let message = match &event.kind {
            EventKind::FieldArgument { field, given, meant } => format!(
                "`{field}` takes no argument `{given}`: it is called `{meant}`. With `{given}` the import ends with a TypeError"
            ),
            EventKind::FieldValue(FieldValue::OnDeleteText(text)) => {
                let rule = text.rsplit('.').next().unwrap_or(text);
                format!(
                    "`on_delete` wants the rule itself and no text (TypeError: on_delete must be callable): write `models.{rule}` without quotes"
                )
            }
            EventKind::FieldValue(FieldValue::UserNotCalled(written)) => format!(
                "`{written}` is the function `get_user_model` and no model, for its brackets are missing: write `settings.AUTH_USER_MODEL` here (`from django.conf import settings`), or call it as `get_user_model()`"
            ),
            EventKind::MetaName { model, given, meant } => format!(
                "`class Meta` of `{model}` has a name `{given}`, which Django refuses (\"got invalid attribute(s)\"): write `{meant}`"
            ),
            _ => continue,
        };
        out.push(cx.at(&DOC, event, 1.0, message));
    }
}
