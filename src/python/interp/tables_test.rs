use super::tables::snake;
use crate::python::lints::tests::analyse;

const APP: &str = "from flask import Flask\nfrom flask_login import UserMixin\nfrom flask_sqlalchemy import SQLAlchemy\napplication = Flask(__name__)\napplication.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite:////tmp/x.db'\n";

fn told(name: &str, text: &str) -> usize {
    let out = analyse(&format!("{APP}{text}\n"));
    out.findings.iter().filter(|found| found.name == name).count()
}

fn table(class: &str) -> usize {
    told("table-refused", &format!("db = SQLAlchemy(application)\n{class}"))
}

#[test]
fn keys_of_models() {
    assert_eq!(table("class A(db.Model):\n    name = db.Column(db.Text)"), 1);
    assert_eq!(table("class A(UserMixin, db.Model):\n    name = db.Column(db.Text)"), 1);
    assert_eq!(table("class A(db.Model):\n    id = db.column(db.Integer, primary_key=True)"), 1);
    for fine in [
        "class A(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\n    name = db.Column(db.Text)",
        "class Key:\n    id = db.Column(db.Integer, primary_key=True)\nclass A(Key, db.Model):\n    name = db.Column(db.Text)",
        "class A(db.Model):\n    __abstract__ = True\n    name = db.Column(db.Text)",
        "class A(db.Model):\n    name = db.Column(db.Text)\n    id = key()",
        "class A(db.Model):\n    name = db.Column(db.Text, **KEY)",
        "class A(db.Model):\n    __table__ = t\n    name = db.Column(db.Text)",
        "class A(db.Model):\n    id: int = mapped_key()\n    name = db.Column(db.Text)",
        "class A(db.Model):\n    name = db.Column(db.Text)\n    __table_args__ = (db.PrimaryKeyConstraint('name'),)",
        "class A(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\nclass B(A):\n    name = db.Column(db.Text)",
        "x = db.column('name')",
    ] {
        assert_eq!(table(fine), 0, "{fine}");
    }
    let based = "db = SQLAlchemy(application, model_class=Base)\nclass A(db.Model):\n    name = db.Column(db.Text)";
    assert_eq!(told("table-refused", based), 0);
}

#[test]
fn names_that_are_taken() {
    let key = "    id = db.Column(db.Integer, primary_key=True)\n";
    assert_eq!(table(&format!("class A(db.Model):\n{key}    metadata = db.Column(db.Text)")), 1);
    assert_eq!(
        table(&format!("class A(db.Model):\n{key}    meta = db.Column('metadata', db.Text)")),
        0
    );
    let two = |more: &str| {
        format!(
            "class A(db.Model):\n    __tablename__ = 'users'\n{key}class B(db.Model):\n    __tablename__ = 'users'\n{more}{key}"
        )
    };
    assert_eq!(table(&two("")), 1);
    for fine in ["    __bind_key__ = 'b'\n", "    __table_args__ = {'extend_existing': True}\n"] {
        assert_eq!(table(&two(fine)), 0, "{fine}");
    }
    // One file under two names is the same mistake, and another remedy.
    let head = "from shop.models import db\nimport models\n";
    let text = format!(
        "{head}# --- shop/__init__.py\nimport sys\nsys.path.insert(0, '/home/ana/site/shop')\n# --- shop/models.py\nfrom base import db\nclass A(db.Model):\n    __tablename__ = 'users'\n{key}# --- base.py\nfrom flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\n"
    );
    let out = analyse(&format!("{APP}{text}"));
    let twice = out.findings.iter().filter(|found| found.name == "table-refused");
    assert_eq!(twice.filter(|found| found.message.contains("a second time")).count(), 1);
    let other = two("").replace("class B(db", "db2 = SQLAlchemy()\nclass B(db2");
    assert_eq!(table(&other), 0);
}

#[test]
fn keys_and_relationships() {
    assert_eq!((snake("BlogPost"), snake("HTMLPage")), ("blog_post".into(), "html_page".into()));
    let with = |first: &str, second: &str| {
        table(&format!(
            "class User(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\n    posts = db.relationship('{first}')\nclass BlogPost(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\n    user = db.Column(db.Integer, db.ForeignKey('{second}.id'))"
        ))
    };
    assert_eq!(with("BlogPost", "User") + with("BlogPosts", "user") + with("BlogPost", "users"), 3);
    assert_eq!(with("BlogPost", "user") + with("Elsewhere", "other_table"), 0);
    let more = "\nlinks = db.Table('User', db.Column('id', db.Integer))";
    assert_eq!(
        table(&format!(
            "class User(db.Model):\n    id = db.Column(db.Integer, db.ForeignKey('Users.id'), primary_key=True){more}"
        )),
        0
    );
}

#[test]
fn an_app_is_given_once() {
    let refuses = |text: &str| told("library-refuses", text);
    assert_eq!(refuses("db = SQLAlchemy(application)\ndb.init_app(application)"), 1);
    for fine in [
        "db = SQLAlchemy()\ndb.init_app(application)",
        "db = SQLAlchemy(application)",
        "db = SQLAlchemy(application)\nother = Flask('b')\ndb.init_app(other)",
        "db = SQLAlchemy(application)\ndb.init_app(application)\n# --- requirements.txt\nFlask-SQLAlchemy==2.5.1",
        "a = SQLAlchemy(application)\ndb = SQLAlchemy()\ndb.init_app(application)",
    ] {
        assert_eq!(refuses(fine), 0, "{fine}");
    }
}
