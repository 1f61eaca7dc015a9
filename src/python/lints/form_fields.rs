//! Forms and serializers of a model that do not say which fields.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD428",
    name: "form-fields-wrong",
    summary: "A form or serializer of a model says no fields, or one that the model does not have.",
    why: "Django refuses to show all fields of a model without being told: `ImproperlyConfigured: Creating a ModelForm without either the fields attribute or the exclude attribute is prohibited`.",
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
# --- shop/forms.py
from django.contrib.auth.models import User
from django.forms import ModelForm

class UserForm(ModelForm):
    class Meta:
        model = User
# --- shop/urls.py
from shop import forms
urlpatterns = []
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
# --- shop/forms.py
from django.contrib.auth.models import User
from django.forms import ModelForm

class UserForm(ModelForm):
    class Meta:
        model = User
        fields = ["username", "email"]
# --- shop/urls.py
from shop import forms
urlpatterns = []
"#,
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        if let EventKind::UnknownField { model, field, near } = &event.kind {
            let hint =
                near.as_ref().map_or_else(String::new, |near| format!(". Did you mean `{near}`?"));
            let message = format!(
                "The model `{model}` has no field `{field}`, and Django refuses that{hint}"
            );
            out.push(cx.at(&DOC, event, 1.0, message));
            continue;
        }
        if let EventKind::FieldsText { class, text } = &event.kind {
            let message = if text.trim_matches('_') == "all" {
                format!(
                    "`fields` of `{class}` must be a list or exactly \"__all__\", with two underscores on each side: write `fields = \"__all__\"`"
                )
            } else {
                format!(
                    "`fields` of `{class}` must be a list, and this is a text (round brackets alone make no tuple): write `fields = [\"{text}\"]`"
                )
            };
            out.push(cx.at(&DOC, event, 1.0, message));
            continue;
        }
        let EventKind::NoFields { class, form } = &event.kind else { continue };
        // A serializer complains when it is used, and others may be made of it.
        let made_of = |source: &std::rc::Rc<crate::python::source::Source>| {
            let text = source.text();
            text.contains(&format!("({class}")) && text.contains(&format!("{class}.Meta"))
        };
        let sources = cx.run.modules.iter().filter_map(|module| module.source.as_ref());
        if !form && sources.into_iter().any(made_of) {
            continue;
        }
        let harm = if *form {
            "Django refuses the form (ImproperlyConfigured)"
        } else {
            "every request that uses it fails"
        };
        let message = format!(
            "`{class}` does not say which fields of its model it has, and {harm}: add `fields = \"__all__\"` or a list of names below `model`"
        );
        out.push(cx.at(&DOC, event, 1.0, message));
    }
}
