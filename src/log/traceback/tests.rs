//! One test per shape and per mess, with counter-examples. The samples are what real servers
//! printed, or our own lines in their format.

use jiff::Timestamp;

use super::*;
use crate::model::{ChainLink, FrameOwner, ModuleOwner, TracebackShape};

/// Lines without any prefix.
fn plain(text: &str) -> Vec<Assembled> {
    let mut assembler = Assembler::new();
    let mut done = Vec::new();
    for (no, text) in text.lines().enumerate() {
        done.extend(
            assembler.push(&Line { no: no as u64 + 1, raw: text, text, ..Line::default() }).done,
        );
    }
    done.extend(assembler.finish());
    done
}

/// Lines that each carry a stamp; `@N ` before a line moves the clock to second N.
fn stamped(text: &str) -> Vec<Assembled> {
    let mut assembler = Assembler::new();
    let mut done = Vec::new();
    let mut second = 0;
    for (no, text) in text.lines().enumerate() {
        let mut text = text;
        if let Some((at, rest)) = text.strip_prefix('@').and_then(|rest| rest.split_once(' ')) {
            second = at.parse().unwrap_or(second);
            text = rest;
        }
        let stamp = Some(Stamp {
            at: Timestamp::from_second(1_700_000_000 + second).unwrap_or_default(),
            zoned: true,
        });
        done.extend(
            assembler
                .push(&Line { no: no as u64 + 1, raw: text, text, stamp, ..Line::default() })
                .done,
        );
    }
    done.extend(assembler.finish());
    done
}

fn one(done: Vec<Assembled>) -> Assembled {
    assert_eq!(done.len(), 1, "{done:#?}");
    done.into_iter().next().unwrap_or_else(|| unreachable!())
}

const SIMPLE: &str = "Traceback (most recent call last):
  File \"/home/u/mysite/flask_app.py\", line 2, in <module>
    from flask import Flask
ModuleNotFoundError: No module named 'flask'";

#[test]
fn standard() {
    let it = one(plain(SIMPLE));
    assert_eq!(it.event.type_name, "ModuleNotFoundError");
    assert_eq!(it.event.message, "No module named 'flask'");
    assert_eq!(it.event.shape, TracebackShape::Standard);
    assert_eq!(it.event.frames.len(), 1);
    assert_eq!(it.event.frames[0].source.as_deref(), Some("from flask import Flask"));
    assert_eq!(it.event.module_owner, ModuleOwner::ThirdParty);
    assert_eq!((it.first_line, it.last_line, it.phase), (1, 4, Phase::Import));
    assert!(it.excerpt.ends_with("ModuleNotFoundError: No module named 'flask'"));
}

#[test]
fn wrapper_at_import_with_banner() {
    let it = one(stamped(
        "Error running WSGI application
ModuleNotFoundError: No module named 'flask'
  File \"/var/www/u_pythonanywhere_com_wsgi.py\", line 16, in <module>
    from flask_app import app as application  # noqa

  File \"/home/u/mysite/flask_app.py\", line 2, in <module>
    from flask import Flask
***************************************************
If you're seeing an import error and don't know why,
we have a dedicated help page to help you debug:
https://help.pythonanywhere.com/pages/DebuggingImportError/
***************************************************",
    ));
    assert_eq!(it.event.shape, TracebackShape::MessageFirst);
    assert!(it.banner);
    assert_eq!(it.phase, Phase::Import);
    assert_eq!(it.event.frames.len(), 2);
    assert_eq!(it.event.frames[1].source.as_deref(), Some("from flask import Flask"));
    assert_eq!(it.last_line, 12);
}

#[test]
fn wrapper_in_a_request_and_without_frames() {
    let done = stamped(
        "Error running WSGI application
KeyError: 'cart'
  File \"/home/u/.virtualenvs/v/lib/python3.10/site-packages/flask/app.py\", line 2552, in __call__
    return self.wsgi_app(environ, start_response)

  File \"/home/u/mysite/flask_app.py\", line 20, in checkout
    return session['cart']
@60 Error running WSGI application
TypeError: __call__() missing 1 required positional argument: 'send'
@90 something else was printed",
    );
    assert_eq!(done.len(), 2);
    assert_eq!(done[0].phase, Phase::Request);
    assert!(!done[0].banner);
    assert_eq!(done[1].event.frames.len(), 0);
    assert_eq!(done[1].event.message, "__call__() missing 1 required positional argument: 'send'");
    assert_eq!(done[1].phase, Phase::Request);
    assert_eq!(done[1].last_line, 9);
}

#[test]
fn wrapper_syntax_error() {
    let it = one(stamped(
        "Error running WSGI application
  File \"/home/u/mysite/flask_app.py\", line 9

    def index()

               ^

SyntaxError: expected ':'
  File \"/var/www/u_pythonanywhere_com_wsgi.py\", line 16, in <module>
    from flask_app import app as application  # noqa
***************************************************
If you're seeing an import error and don't know why,
we have a dedicated help page to help you debug:
https://help.pythonanywhere.com/pages/DebuggingImportError/
***************************************************",
    ));
    assert_eq!(it.event.type_name, "SyntaxError");
    assert_eq!(it.event.syntax_at, Some(("/home/u/mysite/flask_app.py".to_owned(), 9)));
    assert_eq!(it.event.frames.len(), 1);
    assert!(it.banner);
}
