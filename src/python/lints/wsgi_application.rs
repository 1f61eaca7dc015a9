//! WSGI_APPLICATION that leads nowhere.

use super::empty_secret_key::setting;
use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD406",
    name: "wsgi-application-wrong",
    summary: "WSGI_APPLICATION in the settings names something that does not exist.",
    why: "`manage.py runserver` and some servers load the app by this name.",
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
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "wsg.application"
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
    severity: Severity::Warning,
};

/// ASGI_APPLICATION that names the WSGI app: daphne and channels call it in another way.
fn asgi_is_wsgi(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    let Some((id, binding)) = setting(cx, "ASGI_APPLICATION") else { return };
    let Some(package) =
        binding.value.text().and_then(|text| text.strip_suffix(".wsgi.application"))
    else {
        return;
    };
    let message = format!(
        "ASGI_APPLICATION names the WSGI app, which daphne and channels cannot call (every request fails): write `{package}.asgi.application`"
    );
    let mut found = cx.found(&DOC, id, binding.range, 1.0, message);
    found.severity = Severity::Error;
    out.push(found);
}

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    asgi_is_wsgi(cx, out);
    let Some((id, binding)) = setting(cx, "WSGI_APPLICATION") else { return };
    let Some((module, name)) = binding.value.text().and_then(|text| text.rsplit_once('.')) else {
        return;
    };
    // The entry point is this very module more often than not.
    let known = cx.run.modules.iter().find(|loaded| loaded.name == module);
    let wrong = match known {
        Some(loaded) => !loaded.dynamic && !loaded.names.contains_key(name),
        None => !exists(cx, module),
    };
    if wrong && !cx.run.path_unknown {
        let message = format!("WSGI_APPLICATION names `{module}.{name}`, which does not exist");
        let mut found = cx.found(&DOC, id, binding.range, 0.8, message);
        found.captures.insert("module".to_owned(), module.to_owned());
        out.push(found);
    }
}

/// A file for the dotted name stands somewhere on the path.
fn exists(cx: &ModuleCtx, module: &str) -> bool {
    let relative = module.replace('.', "/");
    cx.run.sys_path.iter().any(|entry| {
        let base = cx.run.finder.disk(&entry.path).join(&relative);
        base.with_extension("py").is_file() || base.is_dir()
    })
}
