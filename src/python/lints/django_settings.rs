//! Settings modules that are not found.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Safety;
use crate::model::Severity;
use crate::python::interp::event::{EventKind, Settings, SettingsWrong};

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
        let EventKind::Settings(named) = &event.kind else { continue };
        let mut found = cx.at(&DOC, event, named.certainty, message(cx, named));
        let text = match named.wrong {
            SettingsWrong::Unset | SettingsWrong::Late => {
                out.push(found);
                continue;
            }
            SettingsWrong::Misnamed => {
                found.captures.insert("variable".to_owned(), named.module.clone());
                named.near.clone()
            }
            SettingsWrong::Missing | SettingsWrong::Path => {
                found.captures.insert("module".to_owned(), named.module.clone());
                if let Some(near) = &named.near {
                    found.captures.insert("near".to_owned(), near.clone());
                }
                if let Some(place) = &named.elsewhere {
                    found.captures.insert("folder".to_owned(), place.clone());
                }
                named.near.clone()
            }
        };
        if let (Some(text), Some(range)) = (text, named.literal) {
            let quote = cx
                .source(event.module)
                .and_then(|source| source.slice(range).chars().next())
                .unwrap_or('"');
            let text = format!("{quote}{text}{quote}");
            found.edits.extend(cx.edit(event.module, range, &text, Safety::Safe));
        }
        out.push(found);
    }
}

fn message(cx: &ModuleCtx, named: &Settings) -> String {
    let Settings { module, near, .. } = named;
    match named.wrong {
        SettingsWrong::Unset => "Nothing sets DJANGO_SETTINGS_MODULE before this line, so Django does not know its settings: add `os.environ[\"DJANGO_SETTINGS_MODULE\"] = \"yourproject.settings\"` above it".to_owned(),
        SettingsWrong::Misnamed => format!(
            "`{module}` is misspelled: Django reads the variable `DJANGO_SETTINGS_MODULE`, which nothing sets"
        ),
        SettingsWrong::Path => {
            let meant = near.as_deref().unwrap_or("yourproject.settings");
            format!(
                "Django wants the dotted name of its settings module here, not the path of a file: write `{meant}`"
            )
        }
        SettingsWrong::Late => {
            "Django's settings are needed by this line, and only a line below says which they are: move `os.environ.setdefault(\"DJANGO_SETTINGS_MODULE\", …)` above it".to_owned()
        }
        SettingsWrong::Missing => {
            let hint = match (near, &named.elsewhere) {
                (Some(near), _) => format!(". Did you mean `{near}`?"),
                (None, Some(place)) => format!(". {}", elsewhere(cx, module, place)),
                (None, None) if named.certainty < 0.8 => ". Unless the server itself sets DJANGO_SETTINGS_MODULE, Django does not start: make that file, or name another one here".to_owned(),
                (None, None) => ". The folder above the package must be on `sys.path`".to_owned(),
            };
            format!("Django's settings module `{module}` is not found{hint}")
        }
    }
}

/// Which folder belongs on the path; the usual mistake is to name the package's own.
fn elsewhere(cx: &ModuleCtx, module: &str, place: &str) -> String {
    let package = module.split('.').next().unwrap_or(module);
    let inside = format!("{place}/{package}");
    if cx.run.sys_path.iter().any(|entry| entry.path == inside) {
        format!(
            "`{inside}` on `sys.path` is the package itself: put the folder above it there, `{place}`"
        )
    } else {
        format!("The package `{package}` is in `{place}`: put that folder on `sys.path`")
    }
}

#[cfg(test)]
mod tests {
    use crate::python::lint_run::{LintOptions, run};
    use crate::python::lints::tests::analyse;

    const SITE: &str = "# --- shop/__init__.py\n# --- shop/settings.py\nSECRET_KEY = 'x'\n";

    fn entry(lines: &str) -> String {
        format!(
            "import os\nfrom django.core.wsgi import get_wsgi_application\n{lines}\napplication = get_wsgi_application()\n"
        )
    }

    fn misnamed(lines: &str) -> Vec<f64> {
        let out = analyse(&format!("{}{SITE}", entry(lines)));
        let found = out.findings.iter();
        found.filter(|at| at.message.contains("is misspelled")).map(|at| at.certainty).collect()
    }

    #[test]
    fn a_misspelled_variable() {
        for lines in [
            "os.environ['DJANGO_SETTING_MODULE'] = 'shop.settings'",
            "os.environ.setdefault('DJANGO_SETTINGS_MODUL', 'shop.settings')",
            "os.environ['django_settings_module'] = 'shop.settings'",
        ] {
            assert_eq!(misnamed(lines), [1.0], "{lines}");
        }
    }

    #[test]
    fn other_variables_and_the_right_one() {
        for lines in [
            "os.environ['DJANGO_SETTINGS_MODULE'] = 'shop.settings'",
            // Both: the right one counts.
            "os.environ['DJANGO_SETTING_MODULE'] = 'x'\nos.environ['DJANGO_SETTINGS_MODULE'] = 'shop.settings'",
            "os.environ['DJANGO_CONFIGURATION'] = 'Prod'",
            "os.environ['SETTINGS_MODULE'] = 'shop.settings'",
            "from dotenv import load_dotenv\nload_dotenv()\nos.environ['DJANGO_SETTING_MODULE'] = 'x'",
            "from django.conf import settings\nsettings.configure()\nos.environ['DJANGO_SETTING_MODULE'] = 'x'",
        ] {
            assert_eq!(misnamed(lines), [0.0; 0], "{lines}");
        }
    }

    /// Where the deployment is not known, the server may set the right variable itself.
    #[test]
    fn elsewhere_it_is_less_sure() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("wsgi.py");
        std::fs::write(&file, entry("os.environ['DJANGO_SETTING_MODULE'] = 'shop.settings'"))
            .unwrap();
        let out = run(&[file], &LintOptions::default());
        let found = out.findings.iter().find(|found| found.name == "django-settings-unresolved");
        assert!(found.is_some_and(|found| found.certainty < 1.0), "{:?}", out.findings);
    }
}
