//! What a router of Django REST framework refuses.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::{EventKind, RouterRefused};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD427",
    name: "router-refused",
    summary: "A router is given a view set that it can make no name for, or an argument that it no longer has.",
    why: "A router takes the name of its addresses from the `queryset` of the view set. Where there is none it must be told: `AssertionError: basename argument not specified`.",
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
from rest_framework import viewsets

class TaskViewSet(viewsets.ModelViewSet):
    def get_queryset(self):
        return []
# --- shop/urls.py
from rest_framework.routers import DefaultRouter
from shop.views import TaskViewSet
router = DefaultRouter()
router.register("tasks", TaskViewSet)
urlpatterns = router.urls
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
from rest_framework import viewsets

class TaskViewSet(viewsets.ModelViewSet):
    def get_queryset(self):
        return []
# --- shop/urls.py
from rest_framework.routers import DefaultRouter
from shop.views import TaskViewSet
router = DefaultRouter()
router.register("tasks", TaskViewSet, basename="task")
urlpatterns = router.urls
"#,
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::RouterRefused(wrong) = &event.kind else { continue };
        let message = match wrong {
            RouterRefused::NoBasename(class) => {
                let plain = class.trim_end_matches("ViewSet").to_lowercase();
                let plain = if plain.is_empty() { "item" } else { &plain };
                format!(
                    "`{class}` has no `queryset`, so the router can make no name of it (AssertionError): add `basename=\"{plain}\"` to this call"
                )
            }
            RouterRefused::OldKeyword => "Since version 3.11 of Django REST framework `base_name` is called `basename`: the call fails with a TypeError".to_owned(),
        };
        out.push(cx.at(&DOC, event, 1.0, message));
    }
}
