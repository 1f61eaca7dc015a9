use crate::python::lints::tests::analyse;

fn told(text: &str) -> usize {
    let out = analyse(&format!("{text}\n"));
    out.findings.iter().filter(|found| found.name == "library-refuses").count()
}

const APP: &str = "from flask import Flask\napplication = Flask(__name__)\n";

#[test]
fn validators() {
    let form = |given: &str| {
        format!(
            "{APP}application.secret_key = 'x'\nfrom flask_wtf import FlaskForm\nfrom wtforms import StringField, SelectField\nfrom wtforms.validators import DataRequired, Length, data_required\nclass F(FlaskForm):\n    x = {given}"
        )
    };
    assert_eq!(told(&form("StringField('x', validators=[DataRequired])")), 1);
    assert_eq!(told(&form("StringField('x', [DataRequired, Length(max=3)])")), 1);
    assert_eq!(told(&form("StringField")), 1);
    for fine in [
        "StringField('x', validators=[DataRequired(), Length(max=3)])",
        "SelectField('x', choices=[DataRequired])",
        "StringField('x', [check])",
        "StringField('x', validators=checks)",
    ] {
        assert_eq!(told(&form(fine)), 0, "{fine}");
    }
}

#[test]
fn decorators() {
    let view = |decorator: &str, more: &str| {
        format!(
            "{APP}from flask_jwt_extended import jwt_required\nfrom flask_login import login_required\nfrom django.contrib.auth import decorators\n@application.route('/')\n@{decorator}\ndef x():\n    return ''\n{more}"
        )
    };
    assert_eq!(told(&view("jwt_required", "")), 1);
    assert_eq!(told(&view("login_required()", "")), 1);
    for fine in ["jwt_required()", "login_required", "decorators.login_required()"] {
        assert_eq!(told(&view(fine, "")), 0, "{fine}");
    }
    let old = "# --- requirements.txt\nFlask-JWT-Extended==3.25.0";
    assert_eq!(told(&view("jwt_required", old)), 0);
}

#[test]
fn arguments() {
    let limiter =
        |given: &str| format!("{APP}from flask_limiter import Limiter\nx = Limiter({given})");
    assert_eq!(told(&limiter("application, key_func=len")), 1);
    for fine in ["len, app=application", "key_func=len, app=application", "key_func=len"] {
        assert_eq!(told(&limiter(fine)), 0, "{fine}");
    }
    let path = |given: &str| {
        format!(
            "# uvicorn \nfrom fastapi import FastAPI, Path\napplication = FastAPI()\n@application.get('/{{x}}')\ndef x(x: int = Path({given})):\n    return x"
        )
    };
    assert_eq!(told(&path("None, ge=1")), 1);
    assert_eq!(told(&path("default=1")), 1);
    assert_eq!(told(&path("..., ge=1")) + told(&path("ge=1")), 0);
}

#[test]
fn parameters_of_routes() {
    let route = |class: &str, parameter: &str| {
        format!(
            "# uvicorn \nfrom dataclasses import dataclass\nfrom enum import Enum\nfrom fastapi import Depends, FastAPI\nfrom pydantic import BaseModel\nfrom sqlalchemy.orm import Session\napplication = FastAPI()\n{class}:\n    a: str\n@application.post('/')\ndef x({parameter}):\n    return 1"
        )
    };
    assert_eq!(told(&route("class A", "x: A")), 1);
    assert_eq!(told(&route("class A", "db: Session")), 1);
    for (class, parameter) in [
        ("class A(BaseModel)", "x: A"),
        ("@dataclass\nclass A", "x: A"),
        ("class A(Enum)", "x: A"),
        ("class A", "x: A = Depends()"),
        ("class A", "db: Session = Depends(print)"),
        ("class A", "x"),
    ] {
        assert_eq!(told(&route(class, parameter)), 0, "{class} {parameter}");
    }
}

#[test]
fn dependencies_and_desktops() {
    let fast = |given: &str| {
        format!(
            "# uvicorn \nfrom fastapi import Depends, FastAPI\napplication = FastAPI()\ndef get_db():\n    yield 1\ndef make(x=1):\n    return get_db\n@application.get('/')\ndef x(db=Depends({given})):\n    return 1"
        )
    };
    assert_eq!(told(&fast("get_db()")), 1);
    assert_eq!(told(&fast("get_db")) + told(&fast("make()")), 0);
    for wrong in [
        "import pyautogui",
        "from pynput import keyboard",
        "import winsound",
        "import matplotlib\nmatplotlib.use('TkAgg')\nimport matplotlib.pyplot as plt",
    ] {
        assert_eq!(told(&format!("{APP}{wrong}")), 1, "{wrong}");
    }
    for fine in [
        "try:\n    import winsound\nexcept ImportError:\n    winsound = None",
        "import sys\nif sys.platform == 'win32':\n    import winreg",
        "import os\nif os.name == 'nt':\n    import winreg",
        "def beep():\n    import winsound",
        "import matplotlib\nmatplotlib.use('Agg')\nimport matplotlib.pyplot as plt",
        "import msvcrt\n# --- msvcrt.py\nx = 1",
    ] {
        assert_eq!(told(&format!("{APP}{fine}")), 0, "{fine}");
    }
}

#[test]
fn wrappers_of_the_app() {
    let wrap = |line: &str| {
        format!(
            "{APP}from werkzeug.middleware.proxy_fix import ProxyFix\nfrom whitenoise import WhiteNoise\n{line}"
        )
    };
    assert_eq!(told(&wrap("application.wsgi_app = ProxyFix(application, x_for=1)")), 1);
    assert_eq!(told(&wrap("application.wsgi_app = WhiteNoise(application, root='static')")), 1);
    for fine in [
        "application.wsgi_app = ProxyFix(application.wsgi_app)",
        "app = application\napplication = ProxyFix(app)",
        "class Own:\n    def __init__(self, app):\n        self.app = app.wsgi_app\napplication.wsgi_app = Own(application)",
    ] {
        assert_eq!(told(&wrap(fine)), 0, "{fine}");
    }
}

#[test]
fn objects_of_settings() {
    let with = |given: &str| {
        format!(
            "{APP}application.config.from_object({given})\n# --- config.py\nclass Base:\n    pass\nclass Prod(Base):\n    pass"
        )
    };
    assert_eq!(told(&with("'config.Production'")), 1);
    for fine in ["'config.Prod'", "'config'", "'elsewhere.Prod'", "name"] {
        assert_eq!(told(&with(fine)), 0, "{fine}");
    }
}

#[test]
fn loaders_of_users() {
    let with = |rest: &str| {
        format!(
            "{APP}from flask_login import LoginManager, login_required\nlogins = LoginManager(application)\n@application.route('/')\n@login_required\ndef home():\n    return ''\n{rest}"
        )
    };
    assert_eq!(told(&with("")), 1);
    assert_eq!(
        told(&with(
            "# --- models.py\nfrom wsgi import logins\n@logins.user_loader\ndef load(i): pass"
        )),
        1
    );
    assert_eq!(told(&with("@logins.user_loader\ndef load(i): pass")), 0);
    assert_eq!(
        told(&with(
            "import models\n# --- models.py\ndef f(logins):\n    logins.request_loader(print)"
        )),
        0
    );
}
