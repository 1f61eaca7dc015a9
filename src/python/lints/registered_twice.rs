//! Models that are registered with the admin twice.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD438",
    name: "admin-registered-twice",
    summary: "A model is registered with the admin a second time.",
    why: "The admin takes each model once: `AlreadyRegistered: The model Book is already registered`. The decorator `@admin.register(Book)` registers it, too.",
    bad: r#"
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
INSTALLED_APPS = ["django.contrib.admin", "shop"]
# --- shop/models.py
from django.db import models

class Book(models.Model):
    title = models.CharField(max_length=20)
# --- shop/admin.py
from django.contrib import admin
from shop.models import Book

@admin.register(Book)
class BookAdmin(admin.ModelAdmin):
    pass

admin.site.register(Book)
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
INSTALLED_APPS = ["django.contrib.admin", "shop"]
# --- shop/models.py
from django.db import models

class Book(models.Model):
    title = models.CharField(max_length=20)
# --- shop/admin.py
from django.contrib import admin
from shop.models import Book

@admin.register(Book)
class BookAdmin(admin.ModelAdmin):
    pass
"#,
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::RegisteredTwice { model, first } = &event.kind else { continue };
        let line = |module, range: &ruff_text_size::TextRange| {
            cx.source(module).map_or(0, |source| source.line_of(range.start().to_u32()))
        };
        let (place, mend) = match first {
            Some((module, range)) if *module == event.module => {
                (format!(", in line {}", line(*module, range)), "take one of the two out")
            }
            Some((module, range)) => (
                format!(
                    ", in `{}`, line {}",
                    cx.run.options.shown(&cx.module(*module).path),
                    line(*module, range)
                ),
                "take one of the two out",
            ),
            None => (
                " by Django itself".to_owned(),
                "write `admin.site.unregister(…)` with the model above this line",
            ),
        };
        let message = format!(
            "The admin has `{model}` already{place}, and refuses it a second time (AlreadyRegistered): {mend}"
        );
        out.push(cx.at(&DOC, event, 1.0, message));
    }
}
