//! Django's URLs, asked for while they are being loaded.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD422",
    name: "reverse-too-early",
    summary: "Django's `reverse()` is called while the URLs are being loaded.",
    why: "The URL configuration imports the views. What stands at the top of a views file or in the body of a class runs then, before the URLs are there: `reverse()` ends with ImproperlyConfigured. `reverse_lazy()` asks only when the value is needed.",
    bad: r#"
import os
from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
application = get_wsgi_application()
# --- shop/__init__.py
# --- shop/urls.py
from django.urls import path
from shop.views import Order

urlpatterns = [path("", Order.as_view(), name="order")]
# --- shop/views.py
from django.urls import reverse
from django.views.generic import TemplateView

class Order(TemplateView):
    success_url = reverse("order")
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
from django.urls import path
from shop.views import Order

urlpatterns = [path("", Order.as_view(), name="order")]
# --- shop/views.py
from django.urls import reverse_lazy
from django.views.generic import TemplateView

class Order(TemplateView):
    success_url = reverse_lazy("order")
# --- shop/settings.py
import os
SECRET_KEY = os.environ.get("SECRET_KEY")
ALLOWED_HOSTS = ["ana.pythonanywhere.com"]
ROOT_URLCONF = "shop.urls"
"#,
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::ReverseEarly = &event.kind else { continue };
        let message = "`reverse()` is called while the URLs are still being loaded, which fails: use `reverse_lazy()` here, from the same module".to_owned();
        out.push(cx.at(&DOC, event, 0.8, message));
    }
}
