//! Exceptions as error pages and trackers print them: the type in a heading, the message below.

use super::names;

/// A heading that names an exception; its message is the next line that is not empty.
#[derive(Debug, Clone)]
pub(super) struct Title {
    pub(super) name: String,
    /// URL path where it happened, if the heading says so.
    pub(super) route: Option<String>,
    pub(super) line_no: u64,
}

/// Lines between a heading and its message.
const WITHIN: u64 = 2;

impl Title {
    /// `OperationalError at /login/` of Django's page, `**KeyError** in **views.py:3**` of a tracker.
    pub(super) fn of(text: &str, line_no: u64) -> Option<Self> {
        let text = text.trim().trim_start_matches(['#', ' ']);
        if text.len() > 500 {
            return None;
        }
        let (name, route) = if let Some((name, path)) = text.split_once(" at /") {
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
        })
    }

    /// Whether a line so far below may be the message.
    pub(super) fn reaches(&self, line_no: u64) -> bool {
        line_no > self.line_no && line_no <= self.line_no + WITHIN
    }
}

#[cfg(test)]
mod tests {
    use super::Title;

    #[test]
    fn headings() {
        let it = Title::of("OperationalError at /accounts/login/?next=/", 1).expect("a heading");
        assert_eq!(
            (it.name.as_str(), it.route.as_deref()),
            ("OperationalError", Some("/accounts/login/"))
        );
        let it =
            Title::of("**django.db.utils.OperationalError** in **psycopg2/__init__.py:130**", 1);
        assert!(it.is_some_and(|it| it.route.is_none()));
        for text in [
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
