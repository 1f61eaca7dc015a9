//! Django without a SECRET_KEY.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::Binding;
use crate::python::interp::event::EventKind;
use crate::python::value::ModuleId;
use ruff_text_size::TextRange;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD403",
    name: "empty-secret-key",
    summary: "Django's SECRET_KEY is missing or empty.",
    why: "Django refuses to work without a SECRET_KEY: sessions, logins and forms fail with ImproperlyConfigured.",
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
SECRET_KEY = ""
DEBUG = False
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
    cause: Some("django-settings-wrong"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::NoSecretKey { near, sure } = &event.kind else { continue };
        let hint = match near {
            Some(near) => format!("; `{near}` is probably meant"),
            None => ": set it to a long random text".to_owned(),
        };
        let message = format!(
            "The settings that Django loads here have no SECRET_KEY, so Django does not work with them{hint}"
        );
        out.push(cx.at(&DOC, event, if *sure { 0.8 } else { 0.5 }, message));
    }
    let Some((id, binding)) = setting(cx, "SECRET_KEY") else { return };
    if binding.value.text() == Some("") {
        let message = "SECRET_KEY is empty: sessions, logins and forms will fail. Set it to a long random text".to_owned();
        out.push(cx.found(&DOC, id, binding.range, 1.0, message));
    }
}

/// A setting's value and place.
pub(super) fn setting<'c>(cx: &'c ModuleCtx, name: &str) -> Option<(ModuleId, &'c Binding)> {
    let id = cx.run.settings?;
    let binding = cx.module(id).names.get(name)?;
    // Star imports carry names without a place in this file.
    (binding.range != TextRange::default() && !binding.maybe).then_some((id, binding))
}
