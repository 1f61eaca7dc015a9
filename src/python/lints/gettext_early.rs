//! Translations that are made before Django can make them.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD432",
    name: "gettext-too-early",
    summary: "A text is translated while Django's apps are being loaded.",
    why: "`gettext` translates at once, and for that Django needs all of its apps: `AppRegistryNotReady: The translation infrastructure cannot be initialized before the apps registry is ready`. `gettext_lazy` waits until the text is shown.",
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
INSTALLED_APPS = ["orders.apps.OrdersConfig"]
# --- orders/__init__.py
# --- orders/apps.py
from django.apps import AppConfig
from django.utils.translation import gettext as _

class OrdersConfig(AppConfig):
    name = "orders"
    verbose_name = _("Orders")
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
INSTALLED_APPS = ["orders.apps.OrdersConfig"]
# --- orders/__init__.py
# --- orders/apps.py
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

class OrdersConfig(AppConfig):
    name = "orders"
    verbose_name = _("Orders")
"#,
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::GettextEarly(function) = &event.kind else { continue };
        let lazy = function.trim_start_matches('u');
        let message = format!(
            "`{function}` translates at once, and Django's apps are not loaded yet (AppRegistryNotReady): import `{lazy}_lazy` in its place"
        );
        out.push(cx.at(&DOC, event, 1.0, message));
    }
}
