//! Types of captured text. A value that fails its type is not used: no log line can write a fix command.

use std::sync::LazyLock;

use regex::Regex;

use super::schema::CaptureType;

/// Longest value of any type, in bytes.
const LONGEST: usize = 200;

impl CaptureType {
    /// The value, if it fits the type; surrounding quotes are taken off.
    #[must_use]
    pub fn check(self, value: &str) -> Option<String> {
        let value = value.trim().trim_matches(['\'', '"', '`']);
        if value.is_empty() || value.len() > LONGEST || value.starts_with('-') {
            return None;
        }
        let fits = match self {
            Self::PyModule => PY_MODULE.is_match(value),
            Self::Path => value.chars().all(is_path_char),
            Self::Host => HOST.is_match(value),
            Self::Int => value.len() <= 18 && value.bytes().all(|byte| byte.is_ascii_digit()),
            Self::Duration => DURATION.is_match(value),
            Self::EnvName => ENV_NAME.is_match(value),
            Self::UrlPath => value.starts_with('/') && value.chars().all(is_path_char),
            Self::Word => WORD.is_match(value),
        };
        fits.then(|| value.to_owned())
    }
}

/// Characters that mean nothing to a shell and little to Markdown; spaces are left out on purpose.
fn is_path_char(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, '/' | '.' | '_' | '-' | '@' | '+' | ',' | '=' | '~' | ':' | '%')
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap_or_else(|error| unreachable!("constant pattern: {error}"))
}

static PY_MODULE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*){0,9}$"));
static HOST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?|\[?[0-9A-Fa-f:]+\]?)(?::\d{1,5})?$")
});
static DURATION: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\d{1,9}(?:\.\d{1,9})?\s?[a-z]{0,12}$"));
static ENV_NAME: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[A-Za-z_][A-Za-z0-9_]{0,79}$"));
static WORD: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,79}$"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shells_are_kept_out() {
        for hostile in ["x; rm -rf /", "$(id)", "`id`", "-rf", "a b", "x|y", "", "a\nb"] {
            for kind in
                [CaptureType::PyModule, CaptureType::Path, CaptureType::Word, CaptureType::Host]
            {
                assert_eq!(
                    kind.check(hostile).filter(|v| v == hostile),
                    None,
                    "{hostile:?} as {kind:?}"
                );
            }
        }
    }

    #[test]
    fn ordinary_values_pass() {
        assert_eq!(CaptureType::PyModule.check("'google.cloud'").as_deref(), Some("google.cloud"));
        assert_eq!(
            CaptureType::Path.check("/home/ana/my-site/a.py").as_deref(),
            Some("/home/ana/my-site/a.py")
        );
        assert_eq!(
            CaptureType::Host.check("db.example.com:5432").as_deref(),
            Some("db.example.com:5432")
        );
        assert_eq!(CaptureType::EnvName.check("DATABASE_URL").as_deref(), Some("DATABASE_URL"));
        assert_eq!(CaptureType::Int.check("12x"), None);
    }
}
