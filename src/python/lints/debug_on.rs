//! DEBUG switched on.

use super::empty_secret_key::setting;
use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::value::Value;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD405",
    name: "debug-on",
    summary: "DEBUG is on in the settings that the web app loads.",
    why: "Django's debug pages show code, settings and parts of secrets to every visitor.",
    bad: r#"
import os
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
application = get_wsgi_application()
# --- shop/__init__.py
# --- shop/urls.py
urlpatterns = []
# --- shop/settings.py
import os
SECRET_KEY = os.environ.get("SECRET_KEY")
DEBUG = True
ALLOWED_HOSTS = ["ana.pythonanywhere.com"]
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "wsgi.application"
"#,
    good: r#"
import os
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
application = get_wsgi_application()
# --- shop/__init__.py
# --- shop/urls.py
urlpatterns = []
# --- shop/settings.py
import os
SECRET_KEY = os.environ.get("SECRET_KEY")
DEBUG = False
ALLOWED_HOSTS = ["ana.pythonanywhere.com"]
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "wsgi.application"
"#,
    cause: Some("debug-exposed"),
    severity: Severity::Note,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    // On a developer's machine it is right: a warning only where the tree is the server's.
    if !cx.is_served() {
        return;
    }
    let Some((id, binding)) = setting(cx, "DEBUG") else { return };
    if matches!(binding.value, Value::Bool(true)) {
        let message = "DEBUG = True shows code and settings to every visitor who meets an error: set it to False on the server".to_owned();
        out.push(cx.found(&DOC, id, binding.range, 0.8, message));
    }
}
