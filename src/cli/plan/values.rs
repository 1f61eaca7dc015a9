//! Values that are typed: times, zones, symptoms, platforms, versions, URLs.

use std::time::Duration;

use jiff::{Span, Timestamp, tz::TimeZone};

use crate::cli::args::InputArgs;
use crate::cli::failure::Failure;
use crate::model::{PlatformId, PythonVersion, Symptom, SymptomKind, SymptomSource};
use crate::rules::Rules;

/// Refuses what no request can be sent to.
///
/// # Errors
/// Names the flag or argument, and what a URL looks like.
pub(in crate::cli) fn check_url(what: &str, text: &str) -> Result<(), Failure> {
    let known = text.split_once("://").is_none_or(|(scheme, _)| {
        scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
    });
    let spaced = text.chars().any(|c| c.is_whitespace() || c.is_control());
    let full = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    if known && !spaced && host_of(&full).is_some() {
        return Ok(());
    }
    Err(Failure::new(format!("{what} {text}: not a URL"))
        .hint("write it as https://ana.pythonanywhere.com/"))
}

/// The host of a URL or a bare domain; `None` for what looks like a file name.
#[must_use]
pub fn host_of(text: &str) -> Option<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let bare = rest.is_none();
    let rest = rest.unwrap_or(text);
    let authority = rest.split(['/', '?', '#']).next()?;
    let authority = authority.rsplit('@').next()?;
    let host = if authority.starts_with('[') {
        authority.split_inclusive(']').next()?
    } else {
        authority.split(':').next()?
    };
    // `localhost:5000` and `[::1]:5000` are no files; a word without a dot may be one.
    let port = authority.len() > host.len();
    let local = port && host.eq_ignore_ascii_case("localhost") || host.starts_with('[');
    let named = host.contains('.') || local;
    if host.is_empty() || (bare && (!named || rest.contains('\\') || rest.starts_with('.'))) {
        return None;
    }
    const FILE_ENDINGS: &[&str] = &[
        "log", "txt", "py", "gz", "json", "ini", "conf", "zip", "toml", "yml", "yaml", "html", "md",
    ];
    if bare && host.rsplit('.').next().is_some_and(|ending| FILE_ENDINGS.contains(&ending)) {
        return None;
    }
    let fits =
        host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '[' | ']' | ':'));
    fits.then(|| host.to_lowercase())
}

pub(super) fn symptoms(files: &InputArgs) -> Result<Vec<Symptom>, Failure> {
    let words = files.symptom.iter().map(|word| ("--symptom", word.clone()));
    let words = words.chain(files.status.iter().map(|status| ("--status", status.to_string())));
    let mut all: Vec<Symptom> = Vec::new();
    for (flag, word) in words {
        let kind = match word.as_str() {
            "reload-error" => SymptomKind::ReloadError,
            "slow" => SymptomKind::Slow,
            "timeout" => SymptomKind::Timeout,
            "crash-loop" => SymptomKind::CrashLoop,
            "ok" => SymptomKind::Ok,
            status => match status.parse::<u16>() {
                Ok(200..=299) => SymptomKind::Ok,
                Ok(status @ 100..=599) => SymptomKind::Status(status),
                _ => {
                    let known = "a status from 100 to 599";
                    return Err(Failure::new(format!("{flag} {word}: not known")).hint(
                        if flag == "--status" {
                            format!("give {known}")
                        } else {
                            format!(
                                "one of reload-error, slow, timeout, crash-loop, ok, or {known}"
                            )
                        },
                    ));
                }
            },
        };
        let symptom = Symptom { kind, source: SymptomSource::User, time: None, route: None };
        if !all.contains(&symptom) {
            all.push(symptom);
        }
    }
    let ok = all.iter().any(|symptom| symptom.kind == SymptomKind::Ok);
    if ok
        && all.iter().any(|symptom| {
            matches!(
                symptom.kind,
                SymptomKind::Status(_)
                    | SymptomKind::ReloadError
                    | SymptomKind::CrashLoop
                    | SymptomKind::Timeout
            )
        })
    {
        return Err(Failure::new("--symptom ok contradicts the other symptoms")
            .hint("give either --symptom ok or what you see"));
    }
    Ok(all)
}

pub(in crate::cli) fn platform(name: &str, rules: &Rules) -> Result<PlatformId, Failure> {
    let wanted = match name.to_lowercase().as_str() {
        "pa" | "python-anywhere" => "pythonanywhere".to_owned(),
        "apache" | "mod_wsgi" => "mod-wsgi".to_owned(),
        "nginx" | "own" => "generic".to_owned(),
        "fly.io" => "fly".to_owned(),
        other => other.to_owned(),
    };
    if rules.platform(&wanted).is_some() {
        return Ok(PlatformId(wanted));
    }
    let known: Vec<&str> = rules.platforms().map(|profile| profile.id.as_str()).collect();
    Err(Failure::new(format!("--platform {name}: not known"))
        .hint(format!("one of {}", known.join(", "))))
}

/// `3.11`, also `3.11.7`.
pub(in crate::cli) fn python_version(text: &str) -> Result<PythonVersion, Failure> {
    let mut parts = text.trim().trim_start_matches("python").split('.');
    let version = (|| {
        Some(PythonVersion {
            major: parts.next()?.parse().ok()?,
            minor: parts.next()?.parse().ok()?,
        })
    })();
    version.filter(|version| (2..=3).contains(&version.major)).ok_or_else(|| {
        Failure::new(format!("--python-version {text}: not a version")).hint("write it as 3.11")
    })
}

pub(super) fn zone(name: &str) -> Result<TimeZone, Failure> {
    TimeZone::get(name).map_err(|_| {
        Failure::new(format!("--tz {name}: not a time zone"))
            .hint("such as UTC, Europe/Paris, America/Chicago")
    })
}

/// `2h`, `3d`, `45m`, or a time.
pub(in crate::cli) fn when(flag: &str, text: &str, now: Timestamp) -> Result<Timestamp, Failure> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let bad = || {
        Failure::new(format!("{flag} {text}: not a time"))
            .hint("write 2h, 3d, 45m, 2026-11-21, or 2026-11-21T09:30:00Z")
    };
    if let Ok(date) = text.parse::<jiff::civil::DateTime>() {
        return date.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp()).map_err(|_| bad());
    }
    if let Ok(date) = text.parse::<jiff::civil::Date>() {
        return date.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp()).map_err(|_| bad());
    }
    let (number, unit) = text.split_at(text.len() - text.chars().last().map_or(0, char::len_utf8));
    let number: i64 = number.trim().parse().map_err(|_| bad())?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return Err(bad()),
    };
    let seconds = number.checked_mul(seconds).ok_or_else(bad)?;
    now.checked_sub(Span::new().try_seconds(seconds).map_err(|_| bad())?).map_err(|_| bad())
}

/// Seconds as a duration; nonsense becomes the default.
#[must_use]
pub fn seconds(value: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(value).ok().filter(|d| !d.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_and_files_are_told_apart() {
        assert_eq!(host_of("ana.pythonanywhere.com").as_deref(), Some("ana.pythonanywhere.com"));
        assert_eq!(host_of("https://a.example/x?y").as_deref(), Some("a.example"));
        assert_eq!(host_of("http://127.0.0.1:8000/").as_deref(), Some("127.0.0.1"));
        assert_eq!(host_of("http://[::1]:80/").as_deref(), Some("[::1]"));
        assert_eq!(host_of("[::1]:8000").as_deref(), Some("[::1]"));
        assert_eq!(host_of("localhost:5000").as_deref(), Some("localhost"));
        assert_eq!(host_of("localhost"), None);
        for file in ["error.log", "./site", "missing", "wsgi.py", "a/b.txt"] {
            assert_eq!(host_of(file), None, "{file}");
        }
    }

    #[test]
    fn spans_and_dates() {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().expect("a time");
        assert_eq!(
            when("--since", "2h", now).expect("two hours").to_string(),
            "2026-11-21T10:00:00Z"
        );
        assert_eq!(
            when("--since", "2026-11-20", now).expect("a day").to_string(),
            "2026-11-20T00:00:00Z"
        );
        for bad in ["", "h", "2x", "é", "99999999999999999999d"] {
            assert!(when("--since", bad, now).is_err(), "{bad:?}");
        }
    }
}
