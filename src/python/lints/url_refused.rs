//! What a URL configuration of Django refuses.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::{EventKind, UrlRefused};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD426",
    name: "url-refused",
    summary: "`path()` or `include()` is given something that Django refuses, or that no visit gets through.",
    why: "The URL configuration is loaded with the first request. A view as text, a class without `.as_view()` or an unknown converter then ends every page with an error.",
    bad: r#"
import os
from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
application = get_wsgi_application()
# --- shop/__init__.py
# --- shop/settings.py
import os
SECRET_KEY = os.environ.get("SECRET_KEY")
ALLOWED_HOSTS = ["ana.pythonanywhere.com"]
ROOT_URLCONF = "shop.urls"
# --- shop/views.py
from django.views import View

class Home(View):
    pass
# --- shop/urls.py
from django.urls import path
from shop.views import Home
urlpatterns = [path("", Home)]
"#,
    good: r#"
import os
from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
application = get_wsgi_application()
# --- shop/__init__.py
# --- shop/settings.py
import os
SECRET_KEY = os.environ.get("SECRET_KEY")
ALLOWED_HOSTS = ["ana.pythonanywhere.com"]
ROOT_URLCONF = "shop.urls"
# --- shop/views.py
from django.views import View

class Home(View):
    pass
# --- shop/urls.py
from django.urls import path
from shop.views import Home
urlpatterns = [path("", Home.as_view())]
"#,
    cause: Some("django-settings-wrong"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::UrlRefused(wrong) = &event.kind else { continue };
        let mut found = cx.at(&DOC, event, 1.0, message(wrong));
        if matches!(wrong, UrlRefused::Regular(_)) {
            found.severity = Severity::Warning;
        }
        out.push(found);
    }
}

fn message(wrong: &UrlRefused) -> String {
    match wrong {
        UrlRefused::ViewText(text) => {
            let (module, view) = text.rsplit_once('.').unwrap_or(("views", text));
            let last = module.rsplit('.').next().unwrap_or(module);
            format!(
                "A view must be the function itself, and this is its name as a text: import it and write `{last}.{view}` without quotes"
            )
        }
        UrlRefused::Class(written) => format!(
            "`{written}` is a class, and Django calls it as if it were a view: every visit fails with a TypeError. Write `{written}.as_view()`"
        ),
        UrlRefused::AsView(written) => format!(
            "The brackets are missing: `{written}` makes no view until it is called, and every visit fails. Write `{written}()`"
        ),
        UrlRefused::Module(written) => format!(
            "`{written}` is a whole file (a module) and no view: name the function in it, such as `{written}.home`"
        ),
        UrlRefused::Namespace { file, listed, namespace } => match (file, listed) {
            (Some(file), _) => format!(
                "`namespace` needs a name of the app, and `{file}` has none: write `app_name = \"{namespace}\"` there, above `urlpatterns`, or leave `namespace` out"
            ),
            (None, listed) => {
                let listed = listed.as_deref().unwrap_or("patterns");
                format!(
                    "`namespace` needs a name of the app beside the list: write `include(({listed}, \"{namespace}\"), namespace=\"{namespace}\")`, or leave `namespace` out"
                )
            }
        },
        UrlRefused::AdminMissing => "The admin is served here, and it is not in INSTALLED_APPS, so every request fails (\"No installed app with label 'admin'\"): add `\"django.contrib.admin\"` there, or take this line out".to_owned(),
        UrlRefused::AdminIncluded => "Since Django 2.0 the admin is not included: write `path(\"admin/\", admin.site.urls)` without `include`".to_owned(),
        UrlRefused::Converter { given, meant } => {
            let hint = match meant {
                Some(meant) => format!("write `{meant}`"),
                None => "before the colon stands str, int, slug, uuid or path".to_owned(),
            };
            format!("Django does not know the converter in `{given}`: {hint}")
        }
        UrlRefused::Parameter(given) => format!(
            "`{given}` is no parameter of a path: write a converter, a colon and a Python name without blanks or hyphens, such as `<int:pk>`"
        ),
        UrlRefused::Regular(route) => format!(
            "`path()` takes no regular expression, so `{route}` fits no address and every visit ends with 404: use `re_path()`, or write the path plainly"
        ),
        UrlRefused::NotImported(full) => format!(
            "`{full}` was never imported, so this line fails with AttributeError: write `include(\"{full}\")` with quotes"
        ),
        UrlRefused::Consumer(written) => format!(
            "`{written}` is a class, and channels calls it as if it were an app: every connection fails with a TypeError. Write `{written}.as_asgi()`"
        ),
        UrlRefused::OtherStatic => "This `static` is the one of templates, which takes no `document_root`: import the other one, `from django.conf.urls.static import static`".to_owned(),
        UrlRefused::TextAmong => "This is a text among the patterns, for the whole line stands in quotes: take the quotes around it away, or put a `#` before the line".to_owned(),
        UrlRefused::AppNotCalled(written) => format!(
            "The brackets are missing: `{written}` only makes the app when it is called, and every request fails. Write `{written}()`"
        ),
        UrlRefused::Group(group) => format!(
            "In the regular expression the group `{group}…` has no end of its name: write `(?P<name>…)`"
        ),
    }
}
