//! Middleware of the project that Django cannot use.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::{EventKind, MiddlewareWrong};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD424",
    name: "middleware-refused",
    summary: "A class in MIDDLEWARE is written as Django before 1.10 wanted it, or cannot be called.",
    why: "Django makes an object of the class with `get_response`, and calls that object with each request. Without `__init__(self, get_response)` the start ends with `TypeError: … takes no arguments`.",
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
MIDDLEWARE = ["shop.middleware.Timer"]
# --- shop/middleware.py
class Timer(object):
    def process_request(self, request):
        request.seen = True
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
MIDDLEWARE = ["shop.middleware.Timer"]
# --- shop/middleware.py
from django.utils.deprecation import MiddlewareMixin

class Timer(MiddlewareMixin):
    def process_request(self, request):
        request.seen = True
"#,
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::MiddlewareRefused { class, wrong } = &event.kind else { continue };
        let message = match wrong {
            MiddlewareWrong::TakesNothing => format!(
                "`{class}` stands in MIDDLEWARE, and takes no `get_response` (Django before 1.10 gave none): write `class {class}(MiddlewareMixin):` with `from django.utils.deprecation import MiddlewareMixin`"
            ),
            MiddlewareWrong::NotCallable => format!(
                "`{class}` stands in MIDDLEWARE and has no `__call__`, which Django calls with each request: add `def __call__(self, request): return self.get_response(request)`"
            ),
        };
        out.push(cx.at(&DOC, event, 1.0, message));
    }
}
