//! Two entries of a setting that a missing comma joins.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::{Safety, Severity};
use crate::python::interp::event::EventKind;
use ruff_text_size::TextRange;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD409",
    name: "setting-comma-missing",
    summary: "A comma is missing between two entries of a setting.",
    why: "Python joins two texts that stand one after the other: `\"blog\"` above `\"polls\"` without a comma is `\"blogpolls\"`, a name that leads to nothing.",
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
ALLOWED_HOSTS = ["ana.pythonanywhere.com"]
INSTALLED_APPS = [
    "django.contrib.auth"
    "django.contrib.contenttypes",
]
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
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
]
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "wsgi.application"
"#,
    cause: Some("django-settings-wrong"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::JoinedTexts { setting, first, second } = &event.kind else { continue };
        let message = format!(
            "A comma is missing behind this entry of {setting}: Python reads it as one text, `{first}{second}`"
        );
        let mut found = cx.at(&DOC, event, 1.0, message);
        found.captures.insert("name".to_owned(), setting.clone());
        let behind = TextRange::empty(event.range.end());
        found.edits.extend(cx.edit(event.module, behind, ",", Safety::Safe));
        out.push(found);
    }
}
