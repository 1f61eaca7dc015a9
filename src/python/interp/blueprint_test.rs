use crate::python::lints::tests::analyse;

fn told(name: &str, text: &str) -> usize {
    let head = "from flask import Blueprint, Flask\n";
    let out = analyse(&format!("{head}{text}\n"));
    out.findings.iter().filter(|found| found.name == name).count()
}

fn refused(text: &str) -> usize {
    told("route-refused", text)
}

const TWO: &str = "application = Flask(__name__)\na = Blueprint('a', __name__)\n";

#[test]
fn names_with_dots() {
    assert_eq!(refused("application = Flask(__name__)\na = Blueprint('shop.a', __name__)"), 1);
    let package = |name: &str| {
        format!(
            "from shop.a import a\napplication = Flask(__name__)\napplication.register_blueprint(a)\n# --- shop/__init__.py\n# --- shop/a.py\nfrom flask import Blueprint\na = Blueprint({name}, __name__)"
        )
    };
    assert_eq!(refused(&package("__name__")), 1);
    assert_eq!(refused(&package("'a'")), 0);
    assert_eq!(refused(&package("name=__name__.split('.')[-1]")), 0);
    // A plain module's name has no dot.
    assert_eq!(refused(&format!("{TWO}b = Blueprint(__name__, __name__)")), 0);
    let old = "application = Flask(__name__)\na = Blueprint('shop.a', __name__)\n# --- requirements.txt\nFlask==1.1.4";
    assert_eq!(refused(old), 0);
}

#[test]
fn registered_twice() {
    for wrong in [
        "application.register_blueprint(a)\napplication.register_blueprint(a, url_prefix='/x')",
        "b = Blueprint('a', __name__)\napplication.register_blueprint(a)\napplication.register_blueprint(b)",
        "import more\napplication.register_blueprint(a)\napplication.register_blueprint(more.pages)\n# --- more.py\nfrom flask import Blueprint\npages = Blueprint('a', __name__)",
        "def fill(app):\n    from more import pages\n    app.register_blueprint(a)\n    app.register_blueprint(pages)\nfill(application)\n# --- more.py\nfrom flask import Blueprint\npages = Blueprint('a', __name__)",
    ] {
        assert_eq!(refused(&format!("{TWO}{wrong}")), 1, "{wrong}");
    }
    for fine in [
        "b = Blueprint('b', __name__)\napplication.register_blueprint(a)\napplication.register_blueprint(b)",
        "application.register_blueprint(a)\napplication.register_blueprint(a, name='again', url_prefix='/x')",
        "other = Flask('other')\napplication.register_blueprint(a)\nother.register_blueprint(a)",
        "application.register_blueprint(a)\na = Blueprint('c', __name__)\napplication.register_blueprint(a)",
        "if unknown():\n    application.register_blueprint(a)\nelse:\n    application.register_blueprint(a, url_prefix='/x')",
        "b = Blueprint('b', __name__)\nfor page in (a, b):\n    application.register_blueprint(page)",
        "def fill(a):\n    application.register_blueprint(a)\nb = Blueprint('b', __name__)\nfill(a)\nfill(b)",
        "def make():\n    app = Flask(__name__)\n    app.register_blueprint(a)\n    return app\napplication = make()\nsecond = make()",
        "from more import pages\napplication.register_blueprint(pages)\nfrom others import pages\napplication.register_blueprint(pages)\n# --- more.py\nfrom flask import Blueprint\npages = Blueprint('m', __name__)\n# --- others.py\nfrom flask import Blueprint\npages = Blueprint('o', __name__)",
    ] {
        assert_eq!(refused(&format!("{TWO}{fine}")), 0, "{fine}");
    }
}

#[test]
fn routes_that_come_too_late() {
    let late = "application.register_blueprint(a)\n@a.route('/')\ndef home():\n    return ''\n@a.route('/x')\ndef more():\n    return ''";
    assert_eq!(refused(&format!("{TWO}{late}")), 1);
    for fine in [
        "@a.route('/')\ndef home():\n    return ''\napplication.register_blueprint(a)",
        "application.register_blueprint(a)\n@application.route('/')\ndef home():\n    return ''",
        "application.register_blueprint(a)\nb = Blueprint('b', __name__)\n@b.route('/')\ndef home():\n    return ''\napplication.register_blueprint(b)",
        "application.register_blueprint(a)\na = Blueprint('c', __name__)\n@a.route('/')\ndef home():\n    return ''\napplication.register_blueprint(a)",
    ] {
        assert_eq!(refused(&format!("{TWO}{fine}")), 0, "{fine}");
    }
}

#[test]
fn views_and_apps_that_are_called() {
    let view = |given: &str| {
        format!(
            "{TWO}def home():\n    return 'x'\ndef make():\n    return home\napplication.add_url_rule('/', 'x', {given})"
        )
    };
    assert_eq!(refused(&view("home()")), 1);
    assert_eq!(refused(&view("view_func=home()")), 1);
    for fine in ["home", "make()", "view_func=home", "view_func=unknown()"] {
        assert_eq!(refused(&view(fine)), 0, "{fine}");
    }
    assert_eq!(told("wrong-brackets", "app = Flask(__name__)\napplication = app()"), 1);
    assert_eq!(
        told(
            "wrong-brackets",
            "app = Flask(__name__)\ndef application(e, s):\n    return app(e, s)"
        ),
        0
    );
}

#[test]
fn resources() {
    let api = |given: &str| {
        format!(
            "from flask_restful import Api, Resource\napplication = Flask(__name__)\napi = Api(application)\nclass Hello(Resource):\n    pass\napi.add_resource({given}, '/')"
        )
    };
    assert_eq!(refused(&api("Hello()")), 1);
    assert_eq!(refused(&api("Hello")), 0);
    assert_eq!(refused(&format!("{}\napi.add_resource(Hello, '/x')", api("Hello"))), 1);
    assert_eq!(
        refused(&format!("{}\napi.add_resource(Hello, '/x', endpoint='x')", api("Hello"))),
        0
    );
    assert_eq!(refused(&api("Hello").replace("'/'", "'hello'")), 1);
    assert_eq!(refused(&api("Hello").replace("'/'", "'/', '/x'")), 0);
}

#[test]
fn prefixes_and_endpoints() {
    for wrong in [
        "application.register_blueprint(a, url_prefix='x')",
        "b = Blueprint('b', __name__, url_prefix='x')",
        "application.add_url_rule('/x', print_it)",
    ] {
        assert_eq!(refused(&format!("{TWO}def print_it():\n    return ''\n{wrong}")), 1, "{wrong}");
    }
    for fine in [
        "application.register_blueprint(a, url_prefix='/x')",
        "application.register_blueprint(a, url_prefix=None)",
        "application.add_url_rule('/x', 'x', print_it)",
        "application.add_url_rule('/x', view_func=print_it)",
        "application.add_url_rule('/x', unknown)",
    ] {
        assert_eq!(refused(&format!("{TWO}def print_it():\n    return ''\n{fine}")), 0, "{fine}");
    }
}
