//! Exceptions as error pages and trackers print them: the type in a heading, the message below.

use super::names;

/// A heading that names an exception; its message is the next line that is not empty.
#[derive(Debug, Clone)]
pub(super) struct Title {
    pub(super) name: String,
    /// URL path where it happened, if the heading says so.
    pub(super) route: Option<String>,
    pub(super) line_no: u64,
    /// Nothing but the name: it may be any word of a text.
    pub(super) lone: bool,
    /// The row of Django's table that names the type; the message has a row of its own.
    row: bool,
}

/// What the line below a heading is to it.
pub(super) enum Below<'a> {
    /// The exception's message.
    Message(&'a str),
    /// Nothing yet: the message is still to come.
    Nothing,
    /// Something else: the heading was none.
    Other,
}

/// Lines between a heading and its message.
const WITHIN: u64 = 2;

impl Title {
    /// `OperationalError at /login/` of Django's page, `**KeyError** in **views.py:3**` of a tracker.
    pub(super) fn of(text: &str, line_no: u64) -> Option<Self> {
        let text = text.trim().trim_start_matches(['#', ' ']);
        let text = unmarked(text);
        if text.len() > 500 {
            return None;
        }
        if lone(text) {
            return Some(Self {
                name: text.to_owned(),
                route: None,
                line_no,
                lone: true,
                row: false,
            });
        }
        if let Some(rest) = text.strip_prefix("Exception Type:") {
            let (name, path) = rest.trim().split_once(" at /").unwrap_or((rest.trim(), ""));
            let route = (!path.is_empty()).then(|| super::intro::route(&format!("/{path}")));
            return (names::split(name) == Some((name, "")) && names::telling(name))
                .then(|| Self { name: name.to_owned(), route, line_no, lone: false, row: true });
        }
        let (name, route) = if let Some((name, path)) = text.split_once(" at /") {
            // What follows the path on the line is the message already, see `with_message`.
            let whole = !path.contains(' ');
            (name, whole.then(|| super::intro::route(&format!("/{path}")))?.into())
        } else {
            let rest = text.strip_prefix("**")?;
            let (name, place) = rest.split_once("** in ")?;
            place.contains(':').then_some((name, None))?
        };
        (names::split(name).is_some() && names::telling(name)).then(|| Self {
            name: name.to_owned(),
            route,
            line_no,
            lone: false,
            row: false,
        })
    }

    /// `ValueError at /shop/ could not convert …`: the heading and its message became one line.
    pub(super) fn with_message(text: &str, line_no: u64) -> Option<(Self, &str)> {
        let (_, behind) = text.split_once(" at /")?;
        let (path, message) = behind.split_once(' ')?;
        let heading = text.len() - behind.len() + path.len();
        let message = message.trim();
        (message.split(' ').count() > 1)
            .then(|| Self::of(&text[..heading], line_no))?
            .map(|title| (title, message))
    }

    /// What a line below is to the heading; the message comes without the marks that made it code.
    pub(super) fn below<'a>(&mut self, text: &'a str, line_no: u64) -> Below<'a> {
        let text = text.trim();
        if text.is_empty() {
            return Below::Nothing;
        }
        if !self.row {
            return Below::Message(unmarked(text));
        }
        let value = ["Exception Value:", "Exception Message:"];
        let Some(value) = value.iter().find_map(|key| text.strip_prefix(key)) else {
            return Below::Other;
        };
        if value.trim().is_empty() {
            // Django prints a long message below its key
            self.row = false;
            self.line_no = line_no;
            return Below::Nothing;
        }
        Below::Message(value.trim())
    }

    /// Whether a line so far below may be the message.
    pub(super) fn reaches(&self, line_no: u64) -> bool {
        let within = if self.lone { 1 } else { WITHIN };
        line_no > self.line_no && line_no <= self.line_no + within
    }
}

/// The name of an exception alone on its line, as trackers and tables print it.
fn lone(text: &str) -> bool {
    names::split(text) == Some((text, ""))
        && names::telling(text)
        && text.rsplit('.').next().is_some_and(|short| short.len() > 7 && short.ends_with("Error"))
}

/// Without the back quotes that people put around what they quote.
fn unmarked(text: &str) -> &str {
    text.strip_prefix('`').map_or(text, |inner| inner.strip_suffix('`').unwrap_or(inner).trim())
}

#[cfg(test)]
mod tests {
    use super::{Below, Title};

    /// The message that lines below give the heading.
    fn below<'a>(mut title: Title, lines: &[&'a str]) -> Option<&'a str> {
        for (no, line) in (2..).zip(lines) {
            match title.below(line, no) {
                Below::Message(text) => return Some(text),
                Below::Nothing => {}
                Below::Other => return None,
            }
        }
        None
    }

    #[test]
    fn rows_of_a_table() {
        let row = || Title::of("Exception Type:\tTemplateDoesNotExist at /shop/", 1);
        let it = row().expect("a row");
        assert_eq!(
            (it.name.as_str(), it.route.as_deref()),
            ("TemplateDoesNotExist", Some("/shop/"))
        );
        assert_eq!(below(it, &["Exception Value:\tshop.html"]), Some("shop.html"));
        assert_eq!(
            below(row().unwrap(), &["Exception Value:", "", "shop.html"]),
            Some("shop.html")
        );
        assert_eq!(below(row().unwrap(), &["Exception Location: /srv/shop/views.py"]), None);
        assert!(Title::of("Exception Type: see below", 1).is_none());
    }

    #[test]
    fn headings() {
        let it = Title::of("OperationalError at /accounts/login/?next=/", 1).expect("a heading");
        assert_eq!(
            (it.name.as_str(), it.route.as_deref()),
            ("OperationalError", Some("/accounts/login/"))
        );
        let it = Title::of("`OperationalError at /shop/`", 1).expect("a heading in back quotes");
        assert!(matches!(below(it, &["`no such table: item`"]), Some("no such table: item")));
        let it =
            Title::of("**django.db.utils.OperationalError** in **psycopg2/__init__.py:130**", 1);
        assert!(it.is_some_and(|it| it.route.is_none()));
        let (it, message) =
            Title::with_message("ValueError at /shop/ could not convert it", 1).expect("one line");
        assert_eq!((it.route.as_deref(), message), (Some("/shop/"), "could not convert it"));
        assert!(Title::with_message("ValueError at /shop/", 1).is_none());
        assert!(Title::with_message("look at /srv/app for more of it", 1).is_none());
        assert!(Title::of("UnicodeEncodeError", 1).is_some_and(|it| it.lone && !it.reaches(3)));
        for text in [
            "Error",
            "TypeError:",
            "Look at /srv/app",
            "OperationalError at noon",
            "OperationalError at /x today",
            "Error at /x",
            "**note** in **a:1**",
        ] {
            assert!(Title::of(text, 1).is_none(), "{text}");
        }
    }
}
