use crate::python::lints::tests::analyse;

fn told(text: &str) -> usize {
    let head =
        "from flask import Blueprint, Flask, flash, session\napplication = Flask(__name__)\n";
    let out = analyse(&format!("{head}{text}\n"));
    out.findings.iter().filter(|found| found.name == "library-refuses").count()
}

const HOME: &str = "@application.route('/')\ndef home():\n    session['x'] = 1\n    return ''\n";

#[test]
fn secrets() {
    assert_eq!(told(HOME), 1);
    assert_eq!(told(&HOME.replace("session['x'] = 1", "flash('x')")), 1);
    for more in [
        "application.secret_key = 'x'",
        "application.config['SECRET_KEY'] = 'x'",
        "application.config.from_object('config')",
        "application.config.update(SECRET_KEY='x')",
        "from flask_session import Session",
        "import more\n# --- more.py\ndef fill(app):\n    app.secret_key = 'x'",
    ] {
        assert_eq!(told(&format!("{HOME}{more}")), 0, "{more}");
    }
    assert_eq!(told(&HOME.replace("session['x'] = 1", "pass")), 0);
}

#[test]
fn settings_that_are_read() {
    let read = "x = application.config['FOLDER']\n";
    assert_eq!(told(read), 1);
    assert_eq!(told(&format!("{read}application.config['FOLDER'] = 'x'")), 1);
    for fine in [
        format!("application.config['FOLDER'] = 'x'\n{read}"),
        format!("application.config.from_object('config')\n{read}"),
        format!("{read}application.config.from_object('config')"),
        "x = application.config['DEBUG']".to_owned(),
        "x = application.config['SQLALCHEMY_DATABASE_URI']".to_owned(),
        "x = application.config.get('FOLDER')".to_owned(),
        "try:\n    x = application.config['FOLDER']\nexcept KeyError:\n    x = 1".to_owned(),
        "def view():\n    return application.config['FOLDER']".to_owned(),
        "application.config['FOLDER'] = 'x'\ndef f():\n    return application.config['FOLDER']\nf()".to_owned(),
    ] {
        assert_eq!(told(&fine), 0, "{fine}");
    }
}

#[test]
fn pages_that_are_not_loaded() {
    let routes = "# --- routes.py\nfrom wsgi import application\n@application.route('/')\ndef home():\n    return ''";
    assert_eq!(told(routes), 1);
    assert_eq!(told(&format!("import routes\n{routes}")), 0);
    assert_eq!(
        told(&format!("{routes}\n# --- main.py\nfrom wsgi import application\nimport routes")),
        0
    );
    assert_eq!(told(&format!("@application.route('/x')\ndef x():\n    return ''\n{routes}")), 0);
    let pages =
        "pages = Blueprint('pages', __name__)\n@pages.route('/')\ndef home():\n    return ''\n";
    assert_eq!(told(pages), 1);
    assert_eq!(told(&format!("{pages}application.register_blueprint(pages)")), 0);
    assert_eq!(told("pages = Blueprint('pages', __name__)"), 0);
}
