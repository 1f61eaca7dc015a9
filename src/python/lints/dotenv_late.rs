//! `.env` files that are read after the settings.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD436",
    name: "dotenv-too-late",
    summary: "The WSGI file reads `.env` below the line that has read the settings.",
    why: "`get_wsgi_application()` loads the settings. What they take from the environment must be there before.",
    bad: r#"
import os
from django.core.wsgi import get_wsgi_application
from dotenv import load_dotenv

os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
application = get_wsgi_application()
load_dotenv("/home/ana/site/.env")
# --- shop/__init__.py
# --- shop/urls.py
urlpatterns = []
# --- shop/settings.py
import os
SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["ana.pythonanywhere.com"]
ROOT_URLCONF = "shop.urls"
"#,
    good: r#"
import os
from django.core.wsgi import get_wsgi_application
from dotenv import load_dotenv

load_dotenv("/home/ana/site/.env")
os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
application = get_wsgi_application()
# --- shop/__init__.py
# --- shop/urls.py
urlpatterns = []
# --- shop/settings.py
import os
SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["ana.pythonanywhere.com"]
ROOT_URLCONF = "shop.urls"
"#,
    cause: Some("missing-env-var"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::DotenvLate(name) = &event.kind else { continue };
        let message = format!(
            "The settings were read above, by `get_wsgi_application()`, and want `{name}`: move this line above that one"
        );
        let mut found = cx.at(&DOC, event, 0.8, message);
        found.captures.insert("name".to_owned(), name.clone());
        out.push(found);
    }
}
