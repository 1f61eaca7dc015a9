//! Dotted names in Django's settings that lead nowhere.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD407",
    name: "django-name-unresolved",
    summary: "A dotted name in Django's settings leads to nothing.",
    why: "Django imports apps and middleware by these names when it starts.",
    bad: r#"
import os
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
application = get_wsgi_application()
# --- shop/__init__.py
# --- shop/middleware.py
def timer(get_response):
    return get_response
# --- shop/urls.py
urlpatterns = []
# --- shop/settings.py
import os
SECRET_KEY = os.environ.get("SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = ["ana.pythonanywhere.com"]
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "wsgi.application"
MIDDLEWARE = ["shop.middleware.tmier"]
"#,
    good: r#"
import os
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
application = get_wsgi_application()
# --- shop/__init__.py
# --- shop/middleware.py
def timer(get_response):
    return get_response
# --- shop/urls.py
urlpatterns = []
# --- shop/settings.py
import os
SECRET_KEY = os.environ.get("SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = ["ana.pythonanywhere.com"]
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "wsgi.application"
MIDDLEWARE = ["shop.middleware.timer"]
"#,
    cause: Some("django-settings-wrong"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::DjangoName { setting, name, near } = &event.kind else { continue };
        let hint =
            near.as_ref().map(|near| format!(". Did you mean `{near}`?")).unwrap_or_default();
        let message = format!("{setting} names `{name}`, which does not exist in its module{hint}");
        let mut found = cx.at(&DOC, event, 1.0, message);
        found.captures.insert("name".to_owned(), name.clone());
        out.push(found);
    }
}
