//! Settings modules that are not found.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Safety;
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD401",
    name: "django-settings-unresolved",
    summary: "The module named in DJANGO_SETTINGS_MODULE is not found.",
    why: "Django imports its settings by that dotted name when the app starts: the folder that contains the package must be on `sys.path`, and the name must be right.",
    bad: r#"
import os
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.setings")
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
        let EventKind::Settings { module, near, literal } = &event.kind else { continue };
        if module.is_empty() {
            let message = "Nothing sets DJANGO_SETTINGS_MODULE before this line, so Django does not know its settings: add `os.environ[\"DJANGO_SETTINGS_MODULE\"] = \"yourproject.settings\"` above it".to_owned();
            out.push(cx.at(&DOC, event, 0.8, message));
            continue;
        }
        let hint = match near {
            Some(near) => format!(". Did you mean `{near}`?"),
            None => ". The folder above the package must be on `sys.path`".to_owned(),
        };
        let message = format!("Django's settings module `{module}` is not found{hint}");
        let mut found = cx.at(&DOC, event, 1.0, message);
        found.captures.insert("module".to_owned(), module.clone());
        if let Some(near) = near {
            found.captures.insert("near".to_owned(), near.clone());
            if let Some(range) = literal {
                let quote = cx
                    .source(event.module)
                    .and_then(|source| source.slice(*range).chars().next())
                    .unwrap_or('"');
                found.edits.extend(cx.edit(
                    event.module,
                    *range,
                    &format!("{quote}{near}{quote}"),
                    Safety::Safe,
                ));
            }
        }
        out.push(found);
    }
}
