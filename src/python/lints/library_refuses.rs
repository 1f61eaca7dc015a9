//! What a library is given and refuses.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::{EventKind, LibraryRefuses};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD351",
    name: "library-refuses",
    summary: "A library is given something that it refuses.",
    why: "A class is no object of it, some decorators need brackets and some have none, and what is set up twice or not at all ends the import (or every request) with an error of the library's own.",
    bad: r#"
import os
from flask import Flask
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired

application = Flask(__name__)
application.secret_key = os.environ.get("SECRET_KEY")

class Login(FlaskForm):
    name = StringField("name", validators=[DataRequired])
"#,
    good: r#"
import os
from flask import Flask
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired

application = Flask(__name__)
application.secret_key = os.environ.get("SECRET_KEY")

class Login(FlaskForm):
    name = StringField("name", validators=[DataRequired()])
"#,
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::LibraryRefuses { refuses, certainty } = &event.kind else { continue };
        let mut cause = DOC.cause;
        let message = match refuses {
            LibraryRefuses::Validator(class) => format!(
                "`{class}` is the class itself, and a validator must be an object of it: write `{class}()`. As it stands the form fails with TypeError"
            ),
            LibraryRefuses::Limiter => "Since version 3.0 `Limiter` takes the function first and the app by its name, and this line fails with TypeError: write `Limiter(get_remote_address, app=app)`, with what else stands here behind it".to_owned(),
            LibraryRefuses::SlowLimiter => "`Limiter` of slowapi takes no app, so `key_func` is given twice and the import ends with TypeError: write `Limiter(key_func=get_remote_address)`, and below it `app.state.limiter = limiter`".to_owned(),
            LibraryRefuses::UrlForPlace => {
                cause = Some("app-exception");
                "`url_for` takes the endpoint alone, and everything else by its name: this line ends with TypeError. Write `url_for(\"endpoint\", name=value)`, with the name that stands between `<` and `>` in the address".to_owned()
            }
            LibraryRefuses::PathDefault => "A part of the path is always given, so `Path` takes no default, and the import ends with AssertionError: write `Path(...)` with the three dots in place of the value, or leave the value out".to_owned(),
            LibraryRefuses::AsyncMode { mode, installed } => {
                let whence = if *installed { "is not installed" } else { "does not stand in requirements.txt" };
                format!(
                    "`async_mode=\"{mode}\"` needs the package {mode}, which {whence}: this line fails with `ValueError: Invalid async_mode specified`. Install it, or leave `async_mode` out"
                )
            }
            LibraryRefuses::ConfigObject { file, object, near, others } => {
                let hint = match near {
                    Some(near) => format!("Did you mean `{near}`?"),
                    None if others.is_empty() => "Define it there, or correct the name".to_owned(),
                    None => format!("It has `{}`", others.join("`, `")),
                };
                format!("`{file}` has no `{object}`, so this line fails with ImportStringError. {hint}")
            }
            LibraryRefuses::NotCalled(written) => format!(
                "`@{written}` needs brackets: write `@{written}()` (in them stands what it takes). As it stands the view is no view, and the import or every visit ends with an error"
            ),
            LibraryRefuses::Called(written) => format!(
                "`@{written}` takes no brackets: as it stands the import ends with TypeError. Write `@{written}`"
            ),
            LibraryRefuses::Itself { app, wrapper } => {
                cause = Some("recursion-error");
                format!(
                    "`{wrapper}` gets the app itself, so the app calls it and it calls the app, without end, and every visit fails with RecursionError: write `{wrapper}({app}.wsgi_app, …)`"
                )
            }
            LibraryRefuses::PlainClass { class, parameter } => format!(
                "`{class}` is a plain class, and FastAPI cannot read `{parameter}` from a request as one: the import ends with FastAPIError. Write `class {class}(BaseModel):`, with `BaseModel` from pydantic"
            ),
            LibraryRefuses::Session { class, parameter } => format!(
                "FastAPI takes `{parameter}: {class}` for something that the visitor sends, and the import ends with FastAPIError: write `{parameter}: {class} = Depends(get_db)`, with your function that opens the session"
            ),
            LibraryRefuses::Attached { first: (module, range) } => {
                let line = cx.source(*module).map_or(1, |source| source.place(*range).line.unwrap_or(1));
                format!(
                    "The database has its app already, since line {line}, and Flask-SQLAlchemy (since 3.0) refuses a second time: this line fails with RuntimeError. Delete this line, or write `SQLAlchemy()` without the app there"
                )
            }
            LibraryRefuses::NoDatabase => "`SQLAlchemy` wants to know where the database is, and nothing sets it: this line fails with RuntimeError. Above it, write `app.config[\"SQLALCHEMY_DATABASE_URI\"] = \"sqlite:////the/full/path/site.db\"` (or the address of your database)".to_owned(),
            LibraryRefuses::ModuleOfModels(written) => format!(
                "`{written}` is the whole file (a module), and the admin wants a model in it: write `{written}.NAME`. As it stands Django ends with TypeError: 'module' object is not iterable"
            ),
            LibraryRefuses::AdminClass { class, more: true, .. } => format!(
                "`{class}` is no model here but a class of the admin, which took that name above: Django ends with TypeError. Give that class another name"
            ),
            LibraryRefuses::AdminClass { class, model, method, .. } => {
                let model = model.as_deref().unwrap_or("MODEL");
                let right = if *method == "register" {
                    format!("admin.site.register({model}, {class})")
                } else {
                    format!("admin.site.{method}({model})")
                };
                format!(
                    "`{class}` says how the admin shows a model, and the model itself must come first: write `{right}`. As it stands Django ends with TypeError: 'MediaDefiningClass' object is not iterable"
                )
            }
            LibraryRefuses::FieldClass(class) => format!(
                "`{class}` is the class itself, so the form gets no such field: write `{class}()`, with the field's label in the brackets"
            ),
            LibraryRefuses::EndpointOf { given, right } => {
                cause = Some("app-exception");
                format!(
                    "`{given}` is a view of a blueprint, and Flask knows it only with the blueprint's name: this line ends with BuildError. Write `url_for(\"{right}\")`"
                )
            }
            LibraryRefuses::RequestCalled(written) => {
                cause = Some("app-exception");
                let name = written.rsplit('.').next().unwrap_or(written);
                let instead = if name == "json" {
                    format!("write `{written}` without brackets, or `request.get_json()`")
                } else {
                    format!("write `{written}[\"name\"]`, or `{written}.get(\"name\")`")
                };
                format!("`{written}` is no function, so this line ends with TypeError: {instead}")
            }
            LibraryRefuses::DependsCalled(written) => format!(
                "`Depends` wants the function itself and calls it for each visit: write `Depends({written})` without the inner brackets. As it stands the import ends with TypeError"
            ),
            LibraryRefuses::FieldWithoutType { name, kind } => format!(
                "Since pydantic 2 every field of a model needs its type, and the import ends with PydanticUserError: write `{name}: {kind} = …`"
            ),
            LibraryRefuses::FieldRegex => "Since pydantic 2 `regex` is called `pattern`, and the import ends with PydanticUserError: write `pattern=`".to_owned(),
            LibraryRefuses::NoSecret(what) => {
                cause = Some("app-exception");
                format!(
                    "The code uses `{what}`, which needs a secret key, and nothing sets one: such pages fail with RuntimeError. Below this line write `….secret_key = os.environ[\"SECRET_KEY\"]`, or a long random text of your own"
                )
            }
            LibraryRefuses::NoPages(file) => {
                cause = Some("app-exception");
                format!(
                    "The app has no page, so every address answers 404: the pages are in `{file}`, and nothing imports that file. Import it below this line"
                )
            }
            LibraryRefuses::NotRegistered(name) => {
                cause = Some("app-exception");
                format!(
                    "The blueprint `{name}` is never registered, so its pages answer 404: write `app.register_blueprint({name})` where the app is made"
                )
            }
            LibraryRefuses::UnsetSetting { key, later } => {
                let later = later.and_then(|range| cx.source(event.module)?.place(range).line);
                let hint = match later {
                    Some(line) => format!("It is only set below, in line {line}: move that line up"),
                    None => format!("Set it above, or write `.get(\"{key}\")`"),
                };
                format!("Nothing has set `{key}` when this line reads it, and the import ends with KeyError. {hint}")
            }
            LibraryRefuses::NeedsScreen(_) | LibraryRefuses::NeedsWindows(_)
                if !cx.runs_on_server() =>
            {
                continue;
            }
            LibraryRefuses::NeedsScreen(what) if what.starts_with("The backend") => format!(
                "{what} opens windows, and a server has no screen: the import of pyplot ends with ImportError. Write `matplotlib.use(\"Agg\")`, and save pictures with `savefig`"
            ),
            LibraryRefuses::NeedsScreen(what) => format!(
                "{what} works a screen, mouse or keyboard, and a server has none: this import fails there. A web app cannot use it; take it out, or import it only where it is used"
            ),
            LibraryRefuses::NeedsWindows(module) => format!(
                "`{module}` is there on Windows only, and the server runs Linux: this import ends with ModuleNotFoundError. Take it out, or import it only where it is used"
            ),
            LibraryRefuses::NoUserLoader(file) => {
                cause = Some("app-exception");
                let hint = match file {
                    Some(file) => format!(
                        "One stands in `{file}`, but nothing imports that file: import it below this line"
                    ),
                    None => "Write a function with `@….user_loader` above it that returns the user of an id".to_owned(),
                };
                format!(
                    "Flask-Login is not told how to find a user, and pages that ask for the user fail with `Missing user_loader`. {hint}"
                )
            }
        };
        let mut found = cx.at(&DOC, event, *certainty, message);
        found.cause = cause;
        out.push(found);
    }
}
