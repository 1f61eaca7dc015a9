//! Lines of requirements.txt that cannot be installed, or not together. Looked for in `procfile::pip`.

use crate::model::Severity;
use crate::python::lints::LintDoc;

pub(in crate::procfile) const DOC: LintDoc = LintDoc {
    code: "WP117",
    name: "requirements-refused",
    summary: "pip cannot install a line of requirements.txt",
    why: "The build installs everything that requirements.txt lists, or nothing: one line that pip refuses stops it.",
    bad: r"
web: gunicorn app:app
# --- app.py
from flask import Flask

app = Flask(__name__)
# --- requirements.txt
flask
gunicorn
pkg-resources==0.0.0
",
    good: r"
web: gunicorn app:app
# --- app.py
from flask import Flask

app = Flask(__name__)
# --- requirements.txt
flask
gunicorn
",
    cause: Some("incompatible-dependency"),
    severity: Severity::Error,
};

/// A version that is installed, and does not work with the Python that the project asks for.
pub(in crate::procfile) const PYTHON: LintDoc = LintDoc {
    code: "WP118",
    name: "requirements-python",
    summary: "A fixed version of a package does not work with the project's Python",
    why: "Python drops modules with new versions, and old packages that need them fail when they are imported.",
    bad: r"
web: gunicorn shop.wsgi
# --- runtime.txt
python-3.13.0
# --- shop/wsgi.py
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
# --- requirements.txt
Django==3.2.25
gunicorn==23.0.0
",
    good: r"
web: gunicorn shop.wsgi
# --- runtime.txt
python-3.13.0
# --- shop/wsgi.py
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
# --- requirements.txt
Django==5.1.4
gunicorn==23.0.0
",
    cause: Some("python-version-mismatch"),
    severity: Severity::Error,
};
