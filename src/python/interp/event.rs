//! What happens while the code is imported, as the interpreter saw it: the lints' only input besides the modules.

use ruff_text_size::TextRange;

pub use super::django_event::{
    ConfigName, FieldValue, MiddlewareWrong, MixedSum, ModelWithoutApp, RouterRefused,
    SettingRefused, SettingWrong, UrlRefused,
};
pub use super::library_event::{LibraryRefuses, Misplaced, MisplacedBy, TableRefused, ViewRefused};
use crate::python::calls::CallRule;
use crate::python::value::{ModuleId, Value};
use crate::rules::python_tables::Removed;

/// When something runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// While the server loads the app.
    Import,
    /// With the first request: Django's URL configuration and what it imports.
    FirstRequest,
}

/// Something that happens.
#[derive(Debug, Clone)]
pub struct Event {
    pub module: ModuleId,
    pub range: TextRange,
    /// How surely it runs: 1.0 on the straight line, less below conditions.
    pub weight: f64,
    pub when: When,
    /// Name of the function that was called at import and in which it stands.
    pub via: Option<String>,
    pub kind: EventKind,
}

/// What happens.
#[derive(Debug, Clone)]
pub enum EventKind {
    /// A call of the table.
    Call(CallEvent),
    /// `while True:` without a way out.
    EndlessLoop,
    /// `raise SystemExit`, or a call that ends the process.
    Exit(String),
    /// The command line is read, which is the server's; the text is how.
    CommandLine { how: String, certainty: f64 },
    /// `os.environ["NAME"]` of a variable that the code does not set.
    EnvRequired(String),
    /// A relative path is opened for reading.
    RelativeOpen { path: String, how: Opening },
    /// A folder must be there.
    FolderWanted { folder: String, wanted: FolderFor },
    /// An import that finds nothing.
    Missing(Missing),
    /// A name that a project module does not have.
    MissingName {
        target: ModuleId,
        name: String,
        near: Option<String>,
        circular: bool,
        /// `module.name` instead of `from module import name`.
        attribute: bool,
    },
    /// A name or module that the installed version of a package does not have.
    NotInstalled(NotInstalled),
    /// A name that is read and that nothing defines.
    Undefined(Undefined),
    /// A name of Python itself that its version no longer has; `module`: an import of it fails.
    Removed { name: String, gone: Removed, module: bool },
    /// A Django model, or Django's own models, loaded before the apps are; the text says what.
    ModelsTooEarly(String),
    /// Two texts in a list of a setting that no comma parts; the event's place is the first.
    JoinedTexts { setting: String, first: String, second: String },
    /// Django's settings have no `SECRET_KEY`; a module beside them may.
    NoSecretKey { near: Option<String>, sure: bool },
    /// A call of an own function with too few or too many arguments.
    Arguments { name: String, wanted: usize, given: usize },
    /// `(…)` or `[…]` behind something that takes none of the kind.
    Brackets(Brackets),
    /// A name that a well-known module has only in other capitals.
    OtherCase(OtherCase),
    /// `raise` on the straight line of a module: what would be said of it.
    Raised(String),
    /// Something that Flask has only while it answers a request, or in an application context.
    OutsideContext(OutsideContext),
    /// A thread or process is made that is to run a web server; the text is which.
    ServerThread { what: String, process: bool },
    /// A name that a function reads and that nothing makes.
    Unbound(Unbound),
    /// `/` between two texts.
    TextDivided { left: TextRange, right: TextRange },
    /// A file is loaded by its path.
    FileLoad(FileLoad),
    /// `from ..x import y` in a module that has no package so far up.
    Relative { written: String, alone: bool, certainty: f64 },
    /// Something is started at import that wants a running event loop; the text is what.
    NoLoop { what: String, discord: bool },
    /// A database's address whose first word names no database; what was meant.
    DatabaseUrl { given: String, right: String, postgres: bool, certainty: f64 },
    /// An extension is given its app above the line that sets what it reads then.
    ConfigLate { extension: String, setting: String, line: TextRange, fails: bool, certainty: f64 },
    /// A folder's `__init__.py` has another name.
    InitMisnamed { package: String, file: String },
    /// A file that is loaded is only the note that Git LFS leaves in its place.
    LfsPointer(String),
    /// An own function is given an argument by a name that it does not have.
    NoKeyword { function: String, given: String, near: Option<String> },
    /// A script is read a second time by what it imports, and asks there for a name that is not there yet; `line`
    /// is the script's.
    ReadTwice { name: String, line: TextRange },
    /// A setting's name is misspelled, and nothing sets the right one.
    SettingMisspelled(String),
    /// A Dash app gets its layout in a file that is not loaded.
    NoLayout { app: String, file: String },
    /// A package's version does not work with another that the requirements leave open.
    Clash(Clash),
    /// A folder and a file's name are put together without a slash.
    Glued { path: String, right: String },
    /// A second view function of a name that a Flask app or blueprint has already.
    DuplicateEndpoint { app: String, name: String, first: TextRange, blueprint: bool, by: NamedBy },
    /// Something given to a route that Flask refuses; `later`: only when its blueprint is registered.
    RouteRefused { wrong: RouteRefused, later: bool },
    /// A view function takes the name of the app that it belongs to, made at that place.
    AppTaken { app: String, first: TextRange, blueprint: bool },
    /// `app = Flask`: the class of an app is used as if it were one. The event's place is the name.
    ClassNotCalled { app: String, class: String },
    /// An attribute that no version of an app's class has.
    NoAppAttribute { class: &'static str, name: String, near: String },
    /// `reverse()` while the URLs that it asks are being loaded.
    ReverseEarly,
    /// A URL configuration of Django without `urlpatterns`, or with a set of that name (`is_set`); its place is
    /// what may be meant.
    NoUrlpatterns { near: Option<String>, is_set: bool },
    /// A field that points to another model without saying what its deletion means.
    NoOnDelete { field: String, sure: bool },
    /// A project module hides another.
    Shadows { name: String, what: Shadowed, target: ModuleId },
    /// `django.setup()` in code that the server loads.
    DjangoSetup { statement: TextRange },
    /// A path is put on `sys.path` that is not there, or is no folder but a file.
    PathMissing {
        path: String,
        file: bool,
        near: Option<String>,
        literal: Option<TextRange>,
        literal_text: String,
    },
    /// A path is put on `sys.path` that lies where no files are at hand.
    PathElsewhere { text: String, literal: Option<TextRange> },
    /// Django's settings module: not found or without a name.
    Settings(Settings),
    /// A dotted name in Django's settings that leads nowhere.
    DjangoName { setting: &'static str, name: String, near: Option<String> },
    /// A setting that Django refuses.
    SettingRefused(SettingRefused),
    /// A class in `MIDDLEWARE` that cannot be one.
    MiddlewareRefused { class: String, wrong: MiddlewareWrong },
    /// `name` in an `AppConfig`.
    ConfigName(ConfigName),
    /// Something given to `path()` or `include()`.
    UrlRefused(UrlRefused),
    /// Something given to a router of Django REST framework.
    RouterRefused(RouterRefused),
    /// A form or serializer of a model that does not say which fields; `form`: it is a form.
    NoFields { class: String, form: bool },
    /// A form or serializer names a field that its model does not have.
    UnknownField { model: String, field: String, near: Option<String> },
    /// `fields = "name"` in a form or serializer.
    FieldsText { class: String, text: String },
    /// A model is registered with the admin a second time; where the first time was.
    RegisteredTwice { model: String, first: Option<(ModuleId, TextRange)> },
    /// A field of a model is given an argument that none has.
    FieldArgument { field: String, given: String, meant: String },
    /// A relation of a model is given something else than a model, or no rule for `on_delete`.
    FieldValue(FieldValue),
    /// `class Meta` of a model has a name that Django does not know.
    MetaName { model: String, given: String, meant: String },
    /// A model whose package is no installed app.
    ModelWithoutApp(ModelWithoutApp),
    /// `+` between a `Path` and a text.
    PathPlusText { left: TextRange, right: TextRange },
    /// `+` between a list and a text.
    ListPlusText { text: TextRange },
    /// `+` between a tuple and a list.
    MixedSum(MixedSum),
    /// A text is translated while Django's apps are not loaded; the function's name.
    GettextEarly(String),
    /// The database is asked while a module is imported; the model, and how it is asked.
    QueryAtImport { model: String, how: String },
    /// `WSGIHandler()` without `django.setup()`.
    HandlerAlone,
    /// A folder of templates that is not there; one of its name stands higher up.
    TemplatesElsewhere { folder: String, there: String },
    /// `.env` is read when the settings have been read already; a variable that they wanted.
    DotenvLate(String),
    /// A variable that the `.env` file has under nearly that name.
    EnvMisspelled { name: String, near: String, file: String },
    /// A name or a way to write types that came with a later Python than this.
    TooNew { what: String, since: (u8, u8), python: (u8, u8), instead: Option<String> },
    /// A class or function, as written, is asked for a name of its module; `import`: while the code is loaded.
    Namesake {
        written: String,
        module: &'static str,
        name: &'static str,
        attr: String,
        import: bool,
    },
    /// A view that the framework cannot call, or that gives nothing back.
    ViewRefused(ViewRefused),
    /// A template that Flask does not find.
    TemplateMisplaced(Misplaced),
    /// A model that SQLAlchemy refuses.
    TableRefused(TableRefused),
    /// Something that a library refuses.
    LibraryRefuses { refuses: LibraryRefuses, certainty: f64 },
    /// The file of variables that is read is not there; another is.
    EnvElsewhere { wanted: String, there: String, renamed: bool },
}

/// Packages that do not go together, as the requirements ask for them.
#[derive(Debug, Clone)]
pub struct Clash {
    /// As the requirements name it.
    pub dist: String,
    pub version: Option<String>,
    /// What goes wrong, in one sentence.
    pub why: &'static str,
    /// What to write in the requirements.
    pub instead: &'static str,
    /// The package is not asked for at all; the text is what needs it.
    pub lacks: Option<String>,
    /// 1.0, 0.8 or 0.5.
    pub certainty: f64,
}

/// What gives an endpoint its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamedBy {
    /// The view function.
    Function,
    /// A decorator of the project, whose inner function has that name.
    Decorator(String),
    /// The text given to `as_view`.
    AsView,
}

/// What Flask refuses when a route is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteRefused {
    /// `methods="POST"`.
    Methods(String),
    /// `method=["POST"]`.
    Keyword { given: String, meant: String },
    /// A path that does not begin with `/`.
    Slash { path: String, is_static: bool },
    /// `/<name`.
    Open(String),
    /// `@app.route` without a path; the text is as written.
    Bare(String),
    /// `<str:name>`, `<id:int>`.
    Converter { given: String, meant: String },
    /// `prefix="shop"` or `prefix="/shop/"` of a FastAPI router.
    Prefix { given: String, right: String },
    /// `add_middleware(Mine())`: an object where the class is wanted; the class as written.
    Middleware(String),
    /// A path of FastAPI that does not begin with `/`.
    Path(String),
    /// What is registered is no blueprint; `what` says what it is, `instead` what to do.
    NoBlueprint { written: String, what: String, instead: String },
    /// A module is registered; the name of the blueprint or router in it.
    Module { written: String, inside: Option<String>, method: String },
    /// A blueprint's name has a dot; `computed`: it is no text but `__name__` or the like.
    Dot { given: String, computed: bool },
    /// A blueprint is registered that the app has, since that place.
    Twice { first: (ModuleId, TextRange) },
    /// A blueprint is registered, and the app has another of its name, since that place.
    SameName { name: String, first: (ModuleId, TextRange) },
    /// A blueprint, as written, is added to after it was registered, at that place.
    Late { written: String, first: (ModuleId, TextRange) },
    /// `<int: n>`, `<user-id>`: between `<` and `>` stands no name.
    Variable { inside: String },
    /// The view function, as written, is called where it is to be named.
    Called(String),
    /// A prefix of Flask, or an address of a resource, without its first slash; what to write.
    NoSlash { what: &'static str, right: String },
    /// `add_url_rule("/x", home)`: the view, as written, where the endpoint's name belongs.
    Endpoint(String),
    /// A class of resources is added a second time; where the first time was.
    ResourceTwice { class: String, first: (ModuleId, TextRange) },
    /// `add_resource(Hello())`: an object where the class is wanted; the class as written.
    Resource(String),
}

/// How a relative path is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// By Python itself.
    Plain,
    /// What is not there is made, and is empty.
    Makes,
    /// By a library that reads data.
    Data,
}

/// What a folder is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FolderFor {
    Log,
    Static,
    Listing,
}

/// What is called or indexed, though it cannot be.
#[derive(Debug, Clone)]
pub struct Brackets {
    /// As written.
    pub written: String,
    pub what: NoFunction,
    /// What was meant.
    pub instead: Option<String>,
}

/// What takes no brackets, or none of that kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoFunction {
    /// A whole module that is called.
    Module,
    /// A list or dictionary of Python's own that is called, such as `sys.path`.
    Data,
    /// A literal that is called or indexed, mostly for want of a comma.
    Literal,
    /// A function that is indexed.
    Function,
    /// An app that is called without a request.
    App,
}

/// A name in other capitals than those of its module.
#[derive(Debug, Clone)]
pub struct OtherCase {
    pub module: String,
    pub name: String,
    pub right: String,
    /// `module.name` instead of `from module import name`.
    pub attribute: bool,
    /// 1.0, 0.8 or 0.5.
    pub certainty: f64,
}

/// What is used where no application or request is.
#[derive(Debug, Clone)]
pub struct OutsideContext {
    /// As written.
    pub what: String,
    /// It belongs to a request, which is never there at import.
    pub request: bool,
    /// It is Flask-SQLAlchemy's.
    pub database: bool,
    /// 1.0, 0.8 or 0.5.
    pub certainty: f64,
}

/// A name that a function reads and that nothing makes where the app is served.
#[derive(Debug, Clone)]
pub struct Unbound {
    pub name: String,
    pub function: String,
    /// It is made below `if __name__ == "__main__":` alone, at that offset.
    pub guarded: Option<u32>,
    pub near: Option<String>,
    /// The standard library has a module of that name.
    pub stdlib: bool,
    /// Python 2 had it as its own.
    pub old: Option<Removed>,
}

/// A file loaded by its path that is not there, or that loads itself.
#[derive(Debug, Clone)]
pub struct FileLoad {
    /// As written.
    pub path: String,
    pub itself: bool,
    /// A file beside it of nearly that name.
    pub near: Option<String>,
}

/// What is wrong with the variable that names Django's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingsWrong {
    /// No module of that name is found.
    Missing,
    /// Nothing sets the variable.
    Unset,
    /// Another variable of nearly its name is set.
    Misnamed,
    /// Its value is the path of a file.
    Path,
    /// It is set only below the line that needs it.
    Late,
}

/// Django's settings module, as the code names it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The value of the variable; with [`SettingsWrong::Misnamed`] the name of the wrong variable.
    pub module: String,
    pub wrong: SettingsWrong,
    /// What was probably meant.
    pub near: Option<String>,
    /// A folder that has it and is not on the search path.
    pub elsewhere: Option<String>,
    /// Where it is written.
    pub literal: Option<TextRange>,
    /// 1.0, 0.8 or 0.5.
    pub certainty: f64,
}

/// A name that nothing defines.
#[derive(Debug, Clone)]
pub struct Undefined {
    pub name: String,
    /// Offset of its first definition, further down.
    pub later: Option<u32>,
    /// The function or class inside which alone it is defined.
    pub inside: Option<String>,
    pub near: Option<String>,
    /// The standard library has a module of that name.
    pub stdlib: bool,
}

/// What an own module hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shadowed {
    Stdlib,
    Installed,
}

/// A call of the table.
#[derive(Debug, Clone)]
pub struct CallEvent {
    /// Dotted name.
    pub name: String,
    pub rule: CallRule,
    pub args: Vec<Value>,
    pub keywords: Vec<(String, Value)>,
    /// The whole statement, where the call is one.
    pub statement: Option<TextRange>,
    /// It stands at the module's top level, not in a function that is called there.
    pub top_level: bool,
}

/// A module that was not found.
#[derive(Debug, Clone)]
pub struct Missing {
    /// The full dotted name as written.
    pub name: String,
    /// The first part that was not found.
    pub part: String,
    pub own: bool,
    /// 1.0, 0.8 or 0.5.
    pub certainty: f64,
    /// A module of nearly that name, where exactly one is near.
    pub near: Option<String>,
    /// A folder that has it and is not on the search path.
    pub elsewhere: Option<String>,
    pub distribution: Option<String>,
    /// Where the name is written.
    pub name_range: Option<TextRange>,
    /// The folders that were searched.
    pub searched: Vec<String>,
    /// The project's own list of packages lacks it, and a container installs from that list.
    pub unlisted: Option<Unlisted>,
}

/// A complete list of packages without the one that is imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unlisted {
    /// Files of a platform that installs nothing else lie beside the list.
    pub container: bool,
}

/// What a package's version does not have.
#[derive(Debug, Clone)]
pub struct NotInstalled {
    /// The module that was found, and what it lacks.
    pub module: String,
    pub name: String,
    /// It is a module that is missing, not a name.
    pub part: bool,
    pub dist: String,
    pub version: Option<String>,
    /// The version is the one that the requirements ask for at least.
    pub pinned: bool,
    /// What to write instead.
    pub instead: Option<String>,
    pub certainty: f64,
}
