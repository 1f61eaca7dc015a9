//! What does not work with which Python, and what excludes what. Every row was tried with pip.

/// A package of a version below `below` (and not older than `least`) fails from a version of Python on.
pub(super) struct TooOld {
    pub dist: &'static str,
    pub least: &'static str,
    pub below: &'static str,
    pub python: u8,
    pub why: &'static str,
    pub instead: &'static str,
}

const fn too_old(
    dist: &'static str,
    (least, below): (&'static str, &'static str),
    python: u8,
    why: &'static str,
    instead: &'static str,
) -> TooOld {
    TooOld { dist, least, below, python, why, instead }
}

pub(super) const TOO_OLD: &[TooOld] = &[
    too_old(
        "django",
        ("", "3.2"),
        12,
        "it imports distutils, which Python 3.12 no longer has",
        "Django>=4.2",
    ),
    too_old(
        "django",
        ("", "4.0"),
        13,
        "it imports cgi, which Python 3.13 no longer has",
        "Django>=4.2",
    ),
    too_old(
        "django",
        ("", "2.1"),
        10,
        "it takes Iterator from collections, which Python 3.10 no longer has",
        "Django>=3.2",
    ),
    too_old(
        "psycopg2",
        ("", "2.9.10"),
        13,
        "its compiled part needs a function that Python 3.13 no longer has",
        "psycopg2>=2.9.10",
    ),
    too_old(
        "psycopg2-binary",
        ("", "2.9.10"),
        13,
        "its compiled part needs a function that Python 3.13 no longer has",
        "psycopg2-binary>=2.9.10",
    ),
    too_old(
        "sqlalchemy",
        ("2.0", "2.0.31"),
        13,
        "its classes are refused by the typing of Python 3.13",
        "SQLAlchemy>=2.0.31",
    ),
    too_old(
        "urllib3",
        ("", "1.26"),
        12,
        "it brings an old six, which Python 3.12 cannot import from",
        "urllib3>=1.26.18",
    ),
    too_old(
        "jinja2",
        ("", "2.10.2"),
        10,
        "it takes Mapping from collections, which Python 3.10 no longer has",
        "Jinja2>=3.1",
    ),
    too_old(
        "werkzeug",
        ("", "0.15"),
        10,
        "it takes Container from collections, which Python 3.10 no longer has",
        "Werkzeug>=2",
    ),
    too_old("greenlet", ("", "3.0"), 12, "it does not compile for it", "greenlet>=3.1"),
    too_old(
        "pyyaml",
        ("6.0", "6.0.1"),
        12,
        "no wheel is there for it, and it does not compile with today's Cython",
        "PyYAML>=6.0.1",
    ),
    too_old(
        "pyyaml",
        ("5.0", "6.0"),
        11,
        "no wheel is there for it, and it does not compile with today's Cython",
        "PyYAML>=6.0.1",
    ),
    too_old(
        "markupsafe",
        ("1.0", "1.0.1"),
        8,
        "its setup.py takes Feature from setuptools, which is gone",
        "MarkupSafe>=1.1.1",
    ),
    too_old(
        "numpy",
        ("", "1.25"),
        12,
        "no wheel is there for it, and it does not compile",
        "numpy>=1.26",
    ),
    too_old(
        "aiohttp",
        ("3.0", "3.9"),
        12,
        "no wheel is there for it, and it does not compile",
        "aiohttp>=3.9",
    ),
    too_old(
        "flask-jwt",
        ("", "0.3.3"),
        10,
        "it holds PyJWT below 1.5, which takes Mapping from collections",
        "Flask-JWT-Extended in its place",
    ),
    too_old("six", ("", "1.16"), 12, "six.moves of it is not found by Python 3.12", "six>=1.16"),
];

/// Two fixed versions that pip does not install together: `dist` of `least` or later and below `below`
/// with `other` of `from` or later and below `to`.
pub(super) struct Clash {
    pub dist: &'static str,
    pub least: &'static str,
    pub below: &'static str,
    pub other: &'static str,
    pub from: &'static str,
    pub to: &'static str,
    pub wants: &'static str,
}

const fn clash(
    (dist, least, below): (&'static str, &'static str, &'static str),
    (other, from, to): (&'static str, &'static str, &'static str),
    wants: &'static str,
) -> Clash {
    Clash { dist, least, below, other, from, to, wants }
}

pub(super) const CLASHES: &[Clash] = &[
    clash(("celery", "5.1", "5.2"), ("click", "8.0", ""), "click<8"),
    clash(("requests", "2.16", "2.30"), ("urllib3", "2.0", ""), "urllib3<1.27"),
    clash(("requests", "2.16", "2.26"), ("idna", "3.0", ""), "idna<3"),
    clash(("flask", "3.0", ""), ("werkzeug", "", "3.0"), "Werkzeug>=3.0.0"),
    clash(("flask", "2.2", "3.0"), ("werkzeug", "", "2.2"), "Werkzeug>=2.2"),
    clash(("flask", "2.0", "2.2"), ("werkzeug", "", "2.0"), "Werkzeug>=2.0"),
    clash(("flask", "2.0", ""), ("jinja2", "", "3.0"), "Jinja2>=3.0"),
    clash(("flask", "2.0", ""), ("itsdangerous", "", "2.0"), "itsdangerous>=2.0"),
    clash(("flask", "1.1.3", "2.0"), ("jinja2", "3.0", ""), "Jinja2<3.0"),
    clash(("flask", "1.1.3", "2.0"), ("werkzeug", "2.0", ""), "Werkzeug<2.0"),
    clash(("jinja2", "3.0", ""), ("markupsafe", "", "2.0"), "MarkupSafe>=2.0"),
    clash(("werkzeug", "2.2", ""), ("markupsafe", "", "2.1.1"), "MarkupSafe>=2.1.1"),
    clash(("flask-sqlalchemy", "3.0", "3.1"), ("sqlalchemy", "", "1.4.18"), "SQLAlchemy>=1.4.18"),
    clash(("flask-sqlalchemy", "3.1", ""), ("sqlalchemy", "", "2.0.16"), "SQLAlchemy>=2.0.16"),
    clash(("flask-sqlalchemy", "3.1", ""), ("flask", "", "2.2.5"), "flask>=2.2.5"),
    clash(("djangorestframework", "3.15.2", ""), ("django", "", "4.2"), "django>=4.2"),
    clash(("fastapi", "0.100", "0.107"), ("starlette", "0.28", ""), "starlette<0.28"),
    clash(("fastapi", "0.107", "0.109.2"), ("starlette", "0.36", ""), "starlette<0.36"),
    clash(("fastapi", "0.109.2", ""), ("starlette", "", "0.36.3"), "starlette>=0.36.3"),
    clash(("fastapi", "0.60", "0.100"), ("pydantic", "2.0", ""), "pydantic<2"),
];
