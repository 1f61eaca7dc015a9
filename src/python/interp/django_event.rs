//! What Django refuses in settings, apps and URL configurations: the data of these events.

use ruff_text_size::TextRange;

/// A setting that Django refuses, or with which every page fails.
#[derive(Debug, Clone)]
pub struct SettingRefused {
    pub setting: String,
    pub wrong: SettingWrong,
    /// 1.0, 0.8 or 0.5.
    pub certainty: f64,
}

/// What is wrong with a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingWrong {
    /// A text where a list is wanted.
    NotList(String),
    /// An allowed host with more than the host's name in it; `only`: no other one lets visitors in.
    Host {
        host: String,
        right: String,
        only: bool,
    },
    /// `AUTH_USER_MODEL` that is not `app.Model`.
    UserModelForm(Option<String>),
    /// The app of `AUTH_USER_MODEL` is not installed.
    UserModelApp(String),
    /// The app of `AUTH_USER_MODEL` has no such model.
    UserModelClass {
        model: String,
        near: Option<String>,
    },
    /// An app stands twice in `INSTALLED_APPS`.
    AppTwice(String),
    /// Two apps of the same label.
    SameLabel {
        label: String,
        first: String,
        second: String,
    },
    /// A database engine that Django does not have.
    Engine {
        engine: String,
        near: Option<String>,
    },
    /// `DATABASES` without `default`.
    NoDefault,
    /// `MIDDLEWARE_CLASSES`, which is not read any more.
    OldName,
    /// An entry of `STORAGES` that Django needs.
    StorageMissing(&'static str),
    /// `APP_DIRS` and `loaders` together.
    Loaders,
    TimeZone {
        zone: String,
        near: Option<String>,
    },
    /// A class of a handler of `LOGGING`.
    LogClass {
        class: String,
        near: Option<String>,
    },
    /// Something named in `LOGGING` that is not defined there: what it is, and its name.
    LogName {
        kind: &'static str,
        name: String,
    },
    /// A middleware that needs the session stands above it, or there is none.
    SessionOrder {
        who: String,
        missing: bool,
    },
    /// An app, or its configuration, among the middleware.
    AppAsMiddleware(String),
    /// A middleware among the apps.
    MiddlewareAsApp(String),
    /// An origin without `https://`.
    Origin(String),
    /// `STATIC_ROOT` is one of `STATICFILES_DIRS`.
    StaticRoot,
    AutoField(Option<String>),
    /// The model of users is asked for above its own class.
    UserTooEarly(String),
    /// A name without a dot where a dotted one is wanted; what was meant.
    NotDotted {
        name: String,
        near: Option<String>,
    },
    /// A comma in the name of an app.
    Comma {
        name: String,
        near: String,
    },
    /// The admin is served, and these middleware are not there.
    AdminNeeds(Vec<&'static str>),
    /// An app that does not start without its middleware.
    NeedsMiddleware {
        app: String,
        middleware: String,
    },
    /// `LANGUAGES` with texts in place of pairs.
    Languages,
    /// There is no `ROOT_URLCONF`; the package of the settings.
    NoRootUrls(String),
    /// The text of a variable where a list is wanted; how it is read.
    FromVariable(String),
}

/// Why a class of the project cannot be a middleware.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MiddlewareWrong {
    /// It takes no `get_response`.
    TakesNothing,
    /// It has no `__call__`.
    NotCallable,
}

/// What is wrong with `name` in an `AppConfig`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigName {
    /// No such package; what it must be.
    Wrong {
        name: String,
        right: String,
    },
    /// A comma behind it makes a tuple.
    Tuple(String),
    Missing(String),
}

/// What `path()` or `include()` refuses, or every visit fails with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UrlRefused {
    /// The name of a view as text.
    ViewText(String),
    /// A class-based view without `.as_view()`; the text is as written.
    Class(String),
    /// `.as_view` without brackets; the text is as written.
    AsView(String),
    /// A whole module as view; the text is as written.
    Module(String),
    /// `include(…, namespace=…)` of something without `app_name`; the file that wants it, if it is one.
    Namespace { file: Option<String>, listed: Option<String>, namespace: String },
    /// `admin.site.urls` without the app of the admin.
    AdminMissing,
    /// `include(admin.site.urls)`.
    AdminIncluded,
    /// `<pk:int>`.
    Converter { given: String, meant: Option<String> },
    /// A blank in `< int:pk >`, or a name that is none.
    Parameter(String),
    /// A regular expression in `path()`.
    Regular(String),
    /// `include(shop.urls)`, though only `shop` was imported.
    NotImported(String),
    /// A consumer of channels without `.as_asgi()`; the text is as written.
    Consumer(String),
    /// The `static` of templates in place of that of URLs.
    OtherStatic,
    /// A group's name in `re_path` that does not end.
    Group(String),
    /// A text in the list `urlpatterns`.
    TextAmong,
    /// A function that makes an app, without brackets in the table of a router of channels.
    AppNotCalled(String),
}

/// What a router of Django REST framework refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouterRefused {
    /// No `basename`, and no `queryset` to make one of; the view set.
    NoBasename(String),
    /// `base_name=`.
    OldKeyword,
}

/// What a relation of a model is given that it cannot take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldValue {
    /// `on_delete` as a text.
    OnDeleteText(String),
    /// A function in place of the model that it returns; as written.
    UserNotCalled(String),
}

/// A model in a package that is no installed app.
#[derive(Debug, Clone)]
pub struct ModelWithoutApp {
    pub model: String,
    /// The package it stands in.
    pub package: String,
    /// Under this name its package is installed.
    pub installed_as: Option<String>,
}

/// A list and a tuple that are to be added.
#[derive(Debug, Clone)]
pub struct MixedSum {
    /// As written.
    pub left: TextRange,
    pub right: TextRange,
    /// The left one is the tuple.
    pub tuple_first: bool,
}
