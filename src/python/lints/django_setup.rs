//! `django.setup()` in code that the server loads.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::model::{Edit, Safety};
use crate::python::entry::Interface;
use crate::python::interp::event::EventKind;
use crate::python::value::ModuleId;
use ruff_text_size::{TextRange, TextSize};

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
        // A program without the call of get_wsgi_application needs it.
        if !calls_wsgi(cx) {
            continue;
        }
        // So does one that loads models before that call. What a function of another file does for several
        // programs is left to it.
        let own = event.via.is_none() && Some(event.module) == cx.entry;
        let sure = own && !loads_between(cx, event.module, *statement);
        let remove_it = if sure {
            "remove this line"
        } else {
            "only code above that call that uses the models needs this line"
        };
        let message = format!(
            "`django.setup()` runs in code that the web server loads{}. `get_wsgi_application()` does it already: {remove_it}",
            ModuleCtx::through(event)
        );
        let mut found = cx.at(&DOC, event, 0.8, message);
        if sure {
            found.edits.extend(remove(cx, event.module, *statement));
        } else {
            found.severity = Severity::Note;
            found.certainty = 0.5;
        }
        out.push(found);
    }
}

fn calls_wsgi(cx: &ModuleCtx) -> bool {
    cx.run.modules.iter().filter_map(|module| module.source.as_ref()).any(|source| {
        let text = source.text();
        // Not `my_get_wsgi_application()`, which stands for it.
        text.match_indices("get_wsgi_application(").any(|(at, _)| {
            !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
                && !text[..at].ends_with("def ")
        })
    })
}

/// Something is imported behind the statement and before `get_wsgi_application()`, which may need the apps.
fn loads_between(cx: &ModuleCtx, module: ModuleId, statement: TextRange) -> bool {
    let Some(source) = cx.source(module) else { return true };
    let rest = source.text().get(statement.end().to_usize()..).unwrap_or_default();
    let between = rest.split("get_wsgi_application(").next().unwrap_or_default();
    between.lines().map(str::trim_start).any(|line| {
        (line.starts_with("from ") || line.starts_with("import "))
            && !line.contains("get_wsgi_application")
    })
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

#[cfg(test)]
mod tests {
    use crate::model::Severity;
    use crate::python::lints::tests::analyse;

    const SITE: &str = "# --- shop/__init__.py\n# --- shop/models.py\n# --- shop/start.py\nimport os\nimport django\ndef ready(db=True):\n    os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n    django.setup()\n# --- shop/settings.py\nSECRET_KEY = 'x' * 40\n";

    fn told(lines: &str) -> Vec<Severity> {
        let text = format!(
            "import os\nimport django\nfrom django.core.wsgi import get_wsgi_application\nos.environ['DJANGO_SETTINGS_MODULE'] = 'shop.settings'\n{lines}\n{SITE}"
        );
        let out = analyse(&text);
        let found = out.findings.iter().filter(|found| found.code == super::DOC.code);
        found.map(|found| found.severity).collect()
    }

    #[test]
    fn once_is_enough() {
        let made = "application = get_wsgi_application()";
        assert_eq!(told(&format!("django.setup()\n{made}")), [Severity::Warning]);
        for lines in [
            format!("django.setup()\nfrom shop import models\n{made}"),
            format!("from shop.start import ready\nready(db=False)\n{made}"),
        ] {
            assert_eq!(told(&lines), [Severity::Note], "{lines}");
        }
        assert!(told(made).is_empty());
        // Django as a part of another program, and a handler of one's own.
        for lines in [
            "django.setup()\nfrom flask import Flask\napplication = Flask(__name__)",
            "from django.core.handlers.wsgi import WSGIHandler\ndef own_get_wsgi_application():\n    django.setup(set_prefix=False)\n    return WSGIHandler()\napplication = own_get_wsgi_application()",
        ] {
            assert!(told(lines).is_empty(), "{lines}");
        }
    }
}
