//! Django's models and URL configurations: what Django refuses when it loads them.

use ruff_python_ast as ast;
use ruff_python_ast::name::Name;
use ruff_text_size::{Ranged, TextRange};

use super::call::Args;
use super::{Cx, EventKind, Interp, When};
use crate::python::lints::near;
use crate::python::resolve::pathops;
use crate::python::value::{ModuleId, Value};
use crate::rules::removed_names;

impl Interp<'_> {
    /// Notes an included URL configuration that has no `urlpatterns`.
    pub(super) fn urlpatterns(&mut self, cx: &Cx, id: ModuleId) {
        if let Some(binding) = self.modules[id].names.get("urlpatterns")
            && matches!(binding.value, Value::Plain("a set"))
            && !cx.quiet
            && !binding.maybe
        {
            let range = binding.range;
            let kind = EventKind::NoUrlpatterns { near: None, is_set: true };
            self.emit(&Cx { module: id, ..cx.clone() }, range, "urlpatterns", kind);
            return;
        }
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
        let near = near::nearest("urlpatterns", module.names.keys().map(Name::as_str));
        let range = near
            .as_ref()
            .and_then(|name| module.names.get(name.as_str()))
            .map(|binding| binding.range);
        let file = TextRange::default();
        let kind = EventKind::NoUrlpatterns { near, is_set: false };
        self.emit(&Cx { module: id, ..cx.clone() }, range.unwrap_or(file), "urlpatterns", kind);
    }

    /// Notes `ForeignKey(User)` without `on_delete`, which Django has needed since 2.0.
    pub(super) fn on_delete(&mut self, cx: &Cx, call: &ast::ExprCall, name: &str, args: &Args) {
        let given = args.positional.len() > 1
            || args.has_stars()
            || args.keywords.iter().any(|(key, _)| key == "on_delete");
        if given || cx.caught.types || args.positional.is_empty() && args.keywords.is_empty() {
            return;
        }
        let sure = match self.version_of("django", "django") {
            Some(version) if removed_names::is_from(&version, "2.0") => true,
            Some(_) => return,
            // `path` came with the same version.
            None if self.uses_new_urls() => false,
            None => return,
        };
        let field = name.rsplit('.').next().unwrap_or(name).to_owned();
        self.emit(cx, call.range(), "on-delete", EventKind::NoOnDelete { field, sure });
    }

    /// `success_url = reverse("home")`: the URL configuration that is asked is just being loaded.
    pub(super) fn reversed_early(&mut self, cx: &Cx, call: &ast::ExprCall) {
        let named = &self.modules[cx.module].name;
        let settings = matches!(self.environ.get("DJANGO_SETTINGS_MODULE"), Some(Value::Str(name))
            if **name == **named);
        if (cx.when == When::FirstRequest || settings && cx.frame.is_none())
            && cx.via.is_none()
            && !cx.caught.errors
            && cx.weight >= 1.0
        {
            self.emit(cx, call.range(), "reverse", EventKind::ReverseEarly);
        }
    }

    pub(super) fn uses_new_urls(&self) -> bool {
        self.modules.iter().any(|module| {
            module.names.values().any(|binding| {
                matches!(&binding.value, Value::Ext(name)
                    if matches!(&**name, "django.urls.path" | "django.urls.re_path"))
            })
        })
    }

    /// `WSGIHandler()` is what `get_wsgi_application()` gives, after it has loaded the apps.
    pub(super) fn handler_alone(&mut self, cx: &Cx, name: &str, range: TextRange) {
        if !name.ends_with("Handler") {
            self.set_up = true;
            return;
        }
        if self.set_up
            || cx.caught.any
            || cx.quiet
            || self.mentions(&["apps.populate(", "'setup'", "\"setup\""])
        {
            return;
        }
        let weight = match self.django_from("1.7") {
            Some(true) => 1.0,
            Some(false) => return,
            None => 0.8,
        };
        let cx = Cx { weight: cx.weight * weight, ..cx.clone() };
        self.emit(&cx, range, "handler", EventKind::HandlerAlone);
    }

    /// What `channels` loads by the name in the settings.
    pub(super) fn asgi_default(&mut self, cx: &Cx, range: TextRange) {
        let Some(settings) = self.django_settings(cx, range) else { return };
        let Some(Value::Str(name)) =
            self.modules[settings].names.get("ASGI_APPLICATION").map(|it| it.value.clone())
        else {
            return;
        };
        let at = self.string_literal(settings, &name).unwrap_or_default();
        let inner = Cx { module: settings, frame: None, via: None, ..cx.clone() };
        // `routing.application`, where the file stands in the project's package.
        let module = name.rsplit_once('.').map_or("", |(module, _)| module);
        let package = self.modules[settings].name.split('.').next().unwrap_or("").to_owned();
        let own = self.own_path();
        let dirs: Vec<String> = own.iter().map(|dir| pathops::join(dir, &package)).collect();
        if !module.contains('.')
            && self.finder.find(module, own.iter().map(String::as_str)).is_none()
            && self.finder.find(module, dirs.iter().map(String::as_str)).is_some()
        {
            let near = Some(format!("{package}.{name}"));
            let kind =
                EventKind::DjangoName { setting: "ASGI_APPLICATION", name: name.to_string(), near };
            self.emit(&inner, at, "django-name", kind);
            return;
        }
        self.dotted_object(&inner, "ASGI_APPLICATION", &name, at);
    }

    /// The version at the head of the settings: "Generated by 'django-admin startproject' using Django 4.2.1."
    pub(super) fn django_of_settings(&self) -> Option<String> {
        let source = self.modules[self.settings?].source.as_ref()?;
        let (_, rest) = source.text().split_once("startproject' using Django ")?;
        let version: String =
            rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let version = version.trim_end_matches('.');
        version.contains('.').then(|| version.to_owned())
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
        let set = shop("urlpatterns = {print, len}\n");
        assert_eq!(set, [("shop/urls.py".to_owned(), 1, "urlpatterns-missing")]);
        for fine in [
            "urlpatterns = {print}\nurlpatterns = list(urlpatterns)\n",
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
    fn the_version_at_the_head_of_the_settings() {
        let with = |version: &str| {
            let head = format!(
                "SECRET_KEY = 'x' * 50\n\"\"\"\nGenerated by 'django-admin startproject' using Django {version}.\n\"\"\""
            );
            let files = format!(
                "{}# --- site1/urls.py\nfrom django.conf.urls import url\nurlpatterns = []\n",
                WSGI.replace("SECRET_KEY = 'x' * 50", &head)
            );
            analyse(&files).findings.iter().any(|found| found.name == "name-not-in-package")
        };
        assert!(with("4.1.3") && with("5.0"));
        assert!(!with("3.2.4") && !with("1.11"));
    }

    #[test]
    fn urls_that_are_asked_while_they_are_loaded() {
        let with = |view: &str| {
            let text = format!(
                "# --- site1/urls.py\nfrom django.urls import path\nfrom shop import views\n\
                 urlpatterns = []\n# --- shop/views.py\nfrom django.urls import reverse, reverse_lazy\n\
                 from django.views.generic import CreateView\n{view}\n"
            );
            found(&text).iter().any(|(_, _, name)| *name == "reverse-too-early")
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
