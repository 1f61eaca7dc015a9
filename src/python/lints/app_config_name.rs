//! `name` in an `AppConfig` that leads to no package.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::{ConfigName, EventKind};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD425",
    name: "app-config-name-wrong",
    summary: "The configuration of an app says another name than its package's.",
    why: "Django imports the package by this name. In a folder `apps` it is `apps.shop`, and not `shop`: `ImproperlyConfigured: Cannot import … Check that … is correct`.",
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
INSTALLED_APPS = ["apps.orders.apps.OrdersConfig"]
# --- apps/__init__.py
# --- apps/orders/__init__.py
# --- apps/orders/apps.py
from django.apps import AppConfig

class OrdersConfig(AppConfig):
    name = "orders"
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
INSTALLED_APPS = ["apps.orders.apps.OrdersConfig"]
# --- apps/__init__.py
# --- apps/orders/__init__.py
# --- apps/orders/apps.py
from django.apps import AppConfig

class OrdersConfig(AppConfig):
    name = "apps.orders"
"#,
    cause: Some("django-settings-wrong"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::ConfigName(wrong) = &event.kind else { continue };
        let message = match wrong {
            ConfigName::Wrong { name, right } => format!(
                "Django imports the app by this name, and there is no package `{name}`: write `name = \"{right}\"`"
            ),
            ConfigName::Tuple(name) => format!(
                "The comma at the end makes a tuple of this name, and Django wants a text: write `name = \"{name}\"` without it"
            ),
            ConfigName::Missing(right) => format!(
                "This configuration lacks the app's name: add `name = \"{right}\"` to the class"
            ),
        };
        out.push(cx.at(&DOC, event, 1.0, message));
    }
}
