//! Folders of templates that stand one step higher.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD435",
    name: "template-folder-elsewhere",
    summary: "The folder of templates in the settings is not there, and one of its name stands one step higher.",
    why: "Who makes a package `settings` of `settings.py` puts the file one folder deeper, and `BASE_DIR` needs one more `.parent`. Until then: `TemplateDoesNotExist`.",
    bad: r#"
import os
from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
application = get_wsgi_application()
# --- shop/__init__.py
# --- shop/urls.py
urlpatterns = []
# --- manage.py
# --- templates/index.html
# --- shop/settings.py
import os
from pathlib import Path
SECRET_KEY = os.environ.get("SECRET_KEY")
ALLOWED_HOSTS = ["ana.pythonanywhere.com"]
ROOT_URLCONF = "shop.urls"
BASE_DIR = Path(__file__).resolve().parent
TEMPLATES = [{"DIRS": [BASE_DIR / "templates"]}]
"#,
    good: r#"
import os
from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
application = get_wsgi_application()
# --- shop/__init__.py
# --- shop/urls.py
urlpatterns = []
# --- manage.py
# --- templates/index.html
# --- shop/settings.py
import os
from pathlib import Path
SECRET_KEY = os.environ.get("SECRET_KEY")
ALLOWED_HOSTS = ["ana.pythonanywhere.com"]
ROOT_URLCONF = "shop.urls"
BASE_DIR = Path(__file__).resolve().parent.parent
TEMPLATES = [{"DIRS": [BASE_DIR / "templates"]}]
"#,
    cause: Some("template-missing"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::TemplatesElsewhere { folder, there } = &event.kind else { continue };
        let message = format!(
            "Templates are looked for in `{folder}`, which is not there; they are in `{there}`, one folder higher: BASE_DIR needs one more `.parent` (or `os.path.dirname(…)`)"
        );
        out.push(cx.at(&DOC, event, 0.8, message));
    }
}
