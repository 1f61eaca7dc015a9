//! `django.setup()` in code that the server loads.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::model::{Edit, Safety};
use crate::python::entry::Interface;
use crate::python::interp::event::EventKind;
use crate::python::value::ModuleId;
use rustpython_ruff_text_size::{TextRange, TextSize};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD402",
    name: "django-setup-in-web-code",
    summary: "`django.setup()` is called in web app code.",
    why: "`get_wsgi_application()` already does it. A second setup replaces the log handlers while they are in use: `Bad file descriptor` in the server log.",
    bad: r#"
import os
import django
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
django.setup()
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
    cause: Some("logging-broken"),
    severity: Severity::Warning,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    if !cx.is_served() || cx.run.options.interface == Interface::Asgi {
        return;
    }
    for event in cx.events() {
        let EventKind::DjangoSetup { statement } = &event.kind else { continue };
        let message = format!(
            "`django.setup()` runs in code that the web server loads{}. `get_wsgi_application()` does it already: remove this line",
            ModuleCtx::through(event)
        );
        let mut found = cx.at(&DOC, event, 0.8, message);
        // Only a program without the call of get_wsgi_application needs it.
        let needed = !cx.run.modules.iter().any(|module| {
            module
                .source
                .as_ref()
                .is_some_and(|source| source.text().contains("get_wsgi_application("))
        });
        if needed {
            found.severity = Severity::Note;
            found.certainty = 0.5;
        } else {
            found.edits.extend(remove(cx, event.module, *statement));
        }
        out.push(found);
    }
}

/// Removes a statement that has a line to itself.
fn remove(cx: &ModuleCtx, module: ModuleId, statement: TextRange) -> Option<Edit> {
    let source = cx.source(module)?;
    let text = source.text();
    let start = statement.start().to_usize();
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at + 1);
    if text[line_start..line_end].trim() != source.slice(statement) || line_start != start {
        return None;
    }
    let range =
        TextRange::new(TextSize::try_from(line_start).ok()?, TextSize::try_from(line_end).ok()?);
    cx.edit(module, range, "", Safety::Safe)
}
