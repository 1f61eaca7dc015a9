//! Arguments that no field of Django's models takes.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

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
        let EventKind::FieldArgument { field, given, meant } = &event.kind else { continue };
        let message = format!(
            "`{field}` takes no argument `{given}`: it is called `{meant}`. With `{given}` the import ends with a TypeError"
        );
        out.push(cx.at(&DOC, event, 1.0, message));
    }
}
