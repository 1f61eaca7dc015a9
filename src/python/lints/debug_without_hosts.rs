//! DEBUG off and no allowed host.

use super::empty_secret_key::setting;
use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use ruff_text_size::TextRange;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD404",
    name: "debug-without-allowed-hosts",
    summary: "DEBUG is off and ALLOWED_HOSTS is empty.",
    why: "With DEBUG off, Django answers every request with 400 unless its host name is in ALLOWED_HOSTS.",
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
DEBUG = False
ALLOWED_HOSTS = []
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
    cause: Some("disallowed-host"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    if !cx.is_served() {
        return;
    }
    let Some((id, debug)) = setting(cx, "DEBUG") else { return };
    if debug.value.truth() != Some(false) || cx.module(id).dynamic {
        return;
    }
    let (range, certainty) = match cx.module(id).names.get("ALLOWED_HOSTS") {
        Some(hosts) if hosts.value.truth() == Some(false) && !hosts.maybe => (hosts.range, 1.0),
        Some(_) => return,
        None => (debug.range, 1.0),
    };
    let range = if range == TextRange::default() { debug.range } else { range };
    let message = "DEBUG is off and ALLOWED_HOSTS is empty, so Django answers every request with \"400 Bad Request\": put your domain in ALLOWED_HOSTS".to_owned();
    out.push(cx.found(&DOC, id, range, certainty, message));
}
