//! URL configurations of Django without their list.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD420",
    name: "urlpatterns-missing",
    summary: "A URL configuration of Django has no list `urlpatterns`.",
    why: "Django looks in the file for exactly this name. Without it every page ends with ImproperlyConfigured: `The included URLconf … does not appear to have any patterns in it`.",
    bad: r#"
import os
from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
application = get_wsgi_application()
# --- shop/__init__.py
# --- shop/urls.py
urlpattern = []
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
urlpatterns = []
# --- shop/settings.py
import os
SECRET_KEY = os.environ.get("SECRET_KEY")
ALLOWED_HOSTS = ["ana.pythonanywhere.com"]
ROOT_URLCONF = "shop.urls"
"#,
    cause: Some("django-settings-wrong"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::NoUrlpatterns { near, is_set } = &event.kind else { continue };
        let message = match near {
            _ if *is_set => "`urlpatterns` is a set here (curly brackets), which has no order: `reverse()` and `{% url %}` fail with `'set' object is not reversible`. Use square brackets".to_owned(),
            Some(name) => format!(
                "Django looks for a list `urlpatterns` in this file, and this is called `{name}`: rename it to `urlpatterns`"
            ),
            None => "Django loads this file as a URL configuration, and it has no list `urlpatterns`: write `urlpatterns = []` with the file's paths in it, or include another file".to_owned(),
        };
        out.push(cx.at(&DOC, event, 1.0, message));
    }
}
