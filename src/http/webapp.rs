//! Settings of a web app on PythonAnywhere, as the API tells them. Absent fields are unknown.

use jiff::civil::Date;
use serde_json::Value;

/// Settings of a web app, as the Web tab shows them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WebApp {
    pub domain: String,
    /// `3.10`, or as the API writes it.
    pub python_version: Option<String>,
    pub source_directory: Option<String>,
    pub working_directory: Option<String>,
    pub virtualenv_path: Option<String>,
    pub enabled: Option<bool>,
    pub force_https: Option<bool>,
    /// Last day of a free web app, unless somebody extends it.
    pub expiry: Option<Date>,
}

/// Why the platform does not run a web app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Off {
    /// Switched off on the Web tab or through the API.
    Disabled,
    /// Its last day was that one.
    Expired(Date),
}

impl WebApp {
    /// `None`: no web app in the documented form.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| {
            value
                .get(name)
                .and_then(Value::as_str)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        Some(Self {
            domain: text("domain_name")?,
            python_version: text("python_version"),
            source_directory: text("source_directory"),
            working_directory: text("working_directory"),
            virtualenv_path: text("virtualenv_path"),
            enabled: value.get("enabled").and_then(Value::as_bool),
            force_https: value.get("force_https").and_then(Value::as_bool),
            expiry: text("expiry").and_then(|text| day(&text)),
        })
    }

    /// Whether it is switched off on that day. "Enabled" is believed over a date in the past:
    /// accounts that pay keep an old one.
    #[must_use]
    pub fn off(&self, today: Date) -> Option<Off> {
        match (self.enabled, self.expiry) {
            (Some(false), Some(last)) if last < today => Some(Off::Expired(last)),
            (Some(false), _) => Some(Off::Disabled),
            (None, Some(last)) if last < today => Some(Off::Expired(last)),
            _ => None,
        }
    }
}

/// A date, with or without a time behind it.
fn day(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn off(more: &Value) -> Option<Off> {
        let mut value = json!({"domain_name": "ana.pythonanywhere.com"});
        for (name, field) in more.as_object().expect("an object") {
            value[name] = field.clone();
        }
        WebApp::read(&value).expect("a web app").off(jiff::civil::date(2026, 11, 21))
    }

    #[test]
    fn switched_off_or_expired() {
        let past = jiff::civil::date(2026, 11, 20);
        assert_eq!(off(&json!({})), None);
        assert_eq!(off(&json!({"enabled": true, "expiry": "2026-11-20"})), None);
        assert_eq!(off(&json!({"enabled": false})), Some(Off::Disabled));
        assert_eq!(off(&json!({"enabled": false, "expiry": "2027-01-01"})), Some(Off::Disabled));
        assert_eq!(
            off(&json!({"enabled": false, "expiry": "2026-11-20"})),
            Some(Off::Expired(past))
        );
        assert_eq!(off(&json!({"expiry": "2026-11-20T00:00:00Z"})), Some(Off::Expired(past)));
        assert_eq!(off(&json!({"expiry": "2026-11-21"})), None, "the last day is a day");
        assert_eq!(off(&json!({"expiry": "soon", "enabled": null})), None);
        assert_eq!(off(&json!({"expiry": null, "enabled": "no"})), None);
    }
}
