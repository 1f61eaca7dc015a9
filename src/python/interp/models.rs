//! Django's models and URL configurations: what Django refuses when it loads them.

use rustpython_ruff_python_ast as ast;
use rustpython_ruff_text_size::TextRange;

use super::call::Args;
use super::{Cx, EventKind, Interp};
use crate::python::lints::near;
use crate::python::value::{ModuleId, Value};
use crate::rules::removed_names;

impl Interp<'_> {
    /// Notes an included URL configuration that has no `urlpatterns`.
    pub(super) fn urlpatterns(&mut self, cx: &Cx, id: ModuleId) {
        let module = &self.modules[id];
        if cx.quiet
            || cx.caught.errors
            || self.hooks
            || module.loading
            || module.dynamic
            || module.source.is_none()
            || module.names.contains_key("urlpatterns")
            || module.names.contains_key("__getattr__")
        {
            return;
        }
        let broken = module.source.as_ref().is_some_and(|source| !source.problems().is_empty());
        let names = self.names_of(id);
        if broken || names.opaque || names.module.contains_key("urlpatterns") {
            return;
        }
        let module = &self.modules[id];
        let near = near::nearest("urlpatterns", module.names.keys().map(String::as_str));
        let range =
            near.as_ref().and_then(|name| module.names.get(name)).map(|binding| binding.range);
        // A slip is told where it is; a list that is not there, where the file is included.
        let cx = if range.is_some() { Cx { module: id, ..cx.clone() } } else { cx.clone() };
        let file = TextRange::default();
        let kind = EventKind::NoUrlpatterns { near };
        self.emit(&Cx { module: id, ..cx }, range.unwrap_or(file), "urlpatterns", kind);
    }

    /// Notes `ForeignKey(User)` without `on_delete`, which Django has needed since 2.0.
    pub(super) fn on_delete(&mut self, cx: &Cx, call: &ast::ExprCall, name: &str, args: &Args) {
        let given = args.positional.len() > 1
            || args.has_stars()
            || args.keywords.iter().any(|(key, _)| key == "on_delete");
        if given || cx.caught.types || args.positional.is_empty() && args.keywords.is_empty() {
            return;
        }
        let sure = match self.known_version("django", "django") {
            Some(version) if removed_names::is_from(&version, "2.0") => true,
            Some(_) => return,
            // `path` came with the same version.
            None if self.uses_new_urls() => false,
            None => return,
        };
        let field = name.rsplit('.').next().unwrap_or(name).to_owned();
        self.emit(cx, call.range, "on-delete", EventKind::NoOnDelete { field, sure });
    }

    fn uses_new_urls(&self) -> bool {
        self.modules.iter().any(|module| {
            module.names.values().any(|binding| {
                matches!(&binding.value, Value::Ext(name)
                    if matches!(&**name, "django.urls.path" | "django.urls.re_path"))
            })
        }) || self.modules.iter().filter_map(|module| module.source.as_ref()).any(|source| {
            // The comment at the head of the settings: "… using Django 4.2.1."
            source.text().split_once("using Django ").is_some_and(|(_, rest)| {
                let version: String =
                    rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
                removed_names::is_from(&version, "2.0")
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    const WSGI: &str = "import os\nfrom django.core.wsgi import get_wsgi_application\n\
        os.environ['DJANGO_SETTINGS_MODULE'] = 'site1.settings'\n\
        application = get_wsgi_application()\n# --- site1/__init__.py\n# --- site1/settings.py\n\
        SECRET_KEY = 'x' * 50\nALLOWED_HOSTS = ['ana.pythonanywhere.com']\n\
        INSTALLED_APPS = ['shop']\nROOT_URLCONF = 'site1.urls'\n# --- shop/__init__.py\n";

    fn found(files: &str) -> Vec<(String, u32, &'static str)> {
        let analysis = analyse(&format!("{WSGI}{files}"));
        let file = |path: &str| path.rsplit("site/").next().unwrap_or(path).to_owned();
        analysis
            .findings
            .iter()
            .map(|found| (file(&found.place.file), found.place.line.unwrap_or(0), found.name))
            .collect()
    }

    #[test]
    fn url_configurations_without_their_list() {
        let root = "# --- site1/urls.py\nfrom django.urls import include, path\n\
                    urlpatterns = [path('', include('shop.urls'))]\n# --- shop/urls.py\n";
        let shop = |text: &str| found(&format!("{root}{text}"));
        let slip = shop("from django.urls import path\n\nurlpattern = []\n");
        assert_eq!(slip, [("shop/urls.py".to_owned(), 3, "urlpatterns-missing")]);
        let empty = shop("# nothing yet\n");
        assert_eq!(empty.len(), 1, "{empty:?}");
        assert_eq!(empty[0].2, "urlpatterns-missing");
        for fine in [
            "urlpatterns = []\n",
            "from shop.more import *\n# --- shop/more.py\nurlpatterns = []\n",
            "from elsewhere import *\n",
            "if True:\n    urlpatterns = []\n",
            "from shop.more import routes as urlpatterns\n# --- shop/more.py\nroutes = []\n",
            "globals()['urlpatterns'] = []\n",
        ] {
            let said = shop(fine);
            assert!(said.is_empty(), "{fine}: {said:?}");
        }
        let lists = "# --- site1/urls.py\nfrom django.urls import include, path\n\
                     from shop import urls\nmore = [path('x', print)]\n\
                     urlpatterns = [path('', include(urls)), path('', include((more, 'x')))]\n\
                     # --- shop/urls.py\nurlpatterns = []\n";
        assert!(found(lists).is_empty());
    }

    #[test]
    fn fields_that_do_not_say_what_deletion_means() {
        let with = |field: &str, requirements: &str| {
            let text = format!(
                "# --- requirements.txt\n{requirements}\n# --- site1/urls.py\nurlpatterns = []\n\
                 # --- shop/models.py\nfrom django.db import models\nclass Order(models.Model):\n    of = {field}\n"
            );
            found(&text).iter().any(|(_, _, name)| *name == "on-delete-missing")
        };
        for wrong in ["models.ForeignKey('auth.User')", "models.OneToOneField('Order', null=True)"]
        {
            assert!(with(wrong, "Django==4.2"), "{wrong}");
            assert!(!with(wrong, "Django==1.11"), "{wrong}");
            assert!(!with(wrong, "Django"), "{wrong}");
        }
        for fine in [
            "models.ForeignKey('auth.User', on_delete=models.CASCADE)",
            "models.ForeignKey('auth.User', models.CASCADE)",
            "models.ForeignKey('auth.User', **more)",
            "models.ManyToManyField('auth.User')",
            "models.CharField(max_length=3)",
        ] {
            assert!(!with(fine, "Django==4.2"), "{fine}");
        }
    }

    #[test]
    fn urls_that_are_asked_while_they_are_loaded() {
        let with = |view: &str| {
            let text = format!(
                "# --- site1/urls.py\nfrom django.urls import path\nfrom shop import views\n\
                 urlpatterns = []\n# --- shop/views.py\nfrom django.urls import reverse, reverse_lazy\n\
                 from django.views.generic import CreateView\n{view}\n"
            );
            found(&text).iter().any(|(_, _, name)| *name == "outside-request")
        };
        assert!(with("class Make(CreateView):\n    success_url = reverse('home')"));
        assert!(with("HOME = reverse('home')"));
        for fine in [
            "class Make(CreateView):\n    success_url = reverse_lazy('home')",
            "class Make(CreateView):\n    def get_success_url(self):\n        return reverse('home')",
            "def view(request):\n    return reverse('home')",
        ] {
            assert!(!with(fine), "{fine}");
        }
    }
}
