//! What libraries refuse, and why pages fail, as the interpreter saw it.

use ruff_text_size::TextRange;

use crate::python::value::ModuleId;

/// A template that is not where Flask looks.
#[derive(Debug, Clone)]
pub struct Misplaced {
    /// As the code names it.
    pub template: String,
    /// The folder in which it is looked for.
    pub wanted: String,
    /// Its right name, or where it lies.
    pub right: String,
    pub why: MisplacedBy,
}

/// How a template is missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MisplacedBy {
    /// It has another name.
    Spelling,
    /// The folder's name stands before it.
    Folder,
    /// It lies beside the folder.
    Beside,
    /// It lies in another folder.
    Elsewhere,
}

/// Why every visit of a page fails.
#[derive(Debug, Clone)]
pub enum ViewRefused {
    /// The address gives a variable that the view has no parameter for; `spare`: one that it has for none.
    Parameter {
        view: String,
        variable: String,
        spare: Option<String>,
        path: String,
    },
    /// The view wants a parameter that the address does not give.
    NotInPath {
        view: String,
        parameter: String,
    },
    /// A method below a route.
    Method(String),
    /// A view of Django without a parameter.
    NoRequest(String),
    /// A function that is called with so many arguments takes more, or fewer.
    Hook {
        view: String,
        decorator: String,
        given: usize,
    },
    /// The view gives nothing back.
    Nothing(String),
    NothingOfDjango(String),
}

/// What SQLAlchemy refuses in a model.
#[derive(Debug, Clone)]
pub enum TableRefused {
    /// No column of the class is the primary key.
    NoKey(String),
    /// `db.column(…)`.
    SmallColumn,
    /// A column called `metadata`.
    Reserved,
    /// A foreign key to a table that is not there, and one that may be meant.
    NoTable { table: String, right: String },
    /// A relationship to a class that is not there, and one that may be meant.
    NoClass { class: String, right: String },
    /// Another class has the table; `twice`: it is the same file under two names.
    Twice { table: String, first: (ModuleId, TextRange), twice: Option<(String, String)> },
}

/// What a library refuses.
#[derive(Debug, Clone)]
pub enum LibraryRefuses {
    /// A validator's class in place of an object; as written.
    Validator(String),
    /// `Limiter(app, key_func=…)`.
    Limiter,
    /// `Limiter(app, key_func=…)` of slowapi.
    SlowLimiter,
    /// `url_for("show", name)`.
    UrlForPlace,
    /// `Path(None)`.
    PathDefault,
    /// An `async_mode` whose package is not there; `installed`: in the virtualenv, else in the requirements.
    AsyncMode {
        mode: &'static str,
        installed: bool,
    },
    /// `from_object("config.Production")`, and the file has no such object.
    ConfigObject {
        file: String,
        object: String,
        near: Option<String>,
        others: Vec<String>,
    },
    /// A decorator without the brackets that it needs.
    NotCalled(String),
    /// A decorator with brackets that it does not take.
    Called(String),
    /// `app.wsgi_app = ProxyFix(app)`.
    Itself {
        app: String,
        wrapper: String,
    },
    /// A plain class as a parameter of a route.
    PlainClass {
        class: String,
        parameter: String,
    },
    /// A session of the database as a parameter of a route.
    Session {
        class: String,
        parameter: String,
    },
    /// The database is given its app a second time; where the first time was.
    Attached {
        first: (ModuleId, TextRange),
    },
    /// The database's address is set nowhere.
    NoDatabase,
    /// `admin.site.register(models)`: the whole file, as written.
    ModuleOfModels(String),
    /// `admin.site.register(PostAdmin)`: the admin's class where the model is wanted; its name, and the model's.
    AdminClass {
        class: String,
        model: Option<String>,
        method: &'static str,
        more: bool,
    },
    /// A field of a form whose class is not called; as written.
    FieldClass(String),
    /// `url_for("login")` of a view of a blueprint; what to write.
    EndpointOf {
        given: String,
        right: String,
    },
    /// `request.form("name")`; as written.
    RequestCalled(String),
    /// `Depends(get_db())`.
    DependsCalled(String),
    /// A field of pydantic without its type; its name, and the type of what it is set to.
    FieldWithoutType {
        name: String,
        kind: &'static str,
    },
    /// `Field(regex=…)`.
    FieldRegex,
    /// A session, messages or forms, and no secret key is set anywhere; what is used.
    NoSecret(&'static str),
    /// The app has no page; the file that has them is not loaded.
    NoPages(String),
    /// A blueprint that is never registered.
    NotRegistered(String),
    /// A setting of the app is read where nothing has set it; it is set further down in that place.
    UnsetSetting {
        key: String,
        later: Option<TextRange>,
    },
    /// A module that needs a screen, or Windows.
    NeedsScreen(String),
    NeedsWindows(String),
    /// Nothing finds users for Flask-Login; the file that would, if it was loaded.
    NoUserLoader(Option<String>),
}
