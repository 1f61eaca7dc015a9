//! Models whose package is no installed app.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD429",
    name: "model-without-app",
    summary: "A model stands in a package that INSTALLED_APPS does not name.",
    why: "Django must know which app a model belongs to: `RuntimeError: Model class … doesn't declare an explicit app_label and isn't in an application in INSTALLED_APPS`.",
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
INSTALLED_APPS = ["django.contrib.contenttypes"]
# --- orders/__init__.py
# --- orders/models.py
from django.db import models

class Order(models.Model):
    pass
# --- shop/urls.py
from orders.models import Order
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
INSTALLED_APPS = ["django.contrib.contenttypes", "orders"]
# --- orders/__init__.py
# --- orders/models.py
from django.db import models

class Order(models.Model):
    pass
# --- shop/urls.py
from orders.models import Order
urlpatterns = []
"#,
    cause: Some("django-settings-wrong"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::ModelWithoutApp(found) = &event.kind else { continue };
        let (model, package) = (&found.model, &found.package);
        let message = match &found.installed_as {
            Some(name) => format!(
                "The app is installed as `{name}`, and this import loads its models a second time as `{package}`, which Django refuses: import from `{name}` everywhere"
            ),
            None => format!(
                "The model `{model}` is loaded, and its app `{package}` is not in INSTALLED_APPS, which Django refuses (RuntimeError): add `\"{package}\"` there"
            ),
        };
        out.push(cx.at(&DOC, event, 1.0, message));
    }
}
