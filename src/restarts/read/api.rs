//! The events of Scalingo's API as JSON (field names: the platform's public Go client), whole
//! answers, bare lists, one object a line, and what its notifiers send.

use serde_json::Value;

use super::{MOST, Seen, What, formation, restarted, scaled};

/// `None`: the text is no JSON with events.
pub(super) fn read(text: &str) -> Option<Vec<Seen>> {
    let start = text.trim_start();
    if !start.starts_with(['{', '[']) {
        return None;
    }
    let mut seen = Vec::new();
    let mut any = false;
    if let Ok(value) = serde_json::from_str::<Value>(start) {
        any = walk(&value, 0, &mut seen);
    } else {
        // One object a line, or an answer that was cut off: every complete line counts.
        for (line, no) in text.lines().zip(1u32..) {
            let line = line.trim().trim_end_matches(',');
            if line.starts_with('{')
                && let Ok(value) = serde_json::from_str::<Value>(line)
            {
                any |= walk(&value, no, &mut seen);
            }
        }
    }
    seen.truncate(MOST);
    any.then_some(seen)
}

/// Takes an event, or looks for events in lists and in the usual wrappers.
fn walk(value: &Value, line: u32, seen: &mut Vec<Seen>) -> bool {
    match value {
        Value::Array(list) => list.iter().fold(false, |any, one| walk(one, line, seen) || any),
        Value::Object(map) => {
            if map.contains_key("type") && map.contains_key("created_at") {
                seen.extend(event(value, line));
                return true;
            }
            ["events", "event", "data"]
                .iter()
                .filter_map(|key| map.get(*key))
                .fold(false, |any, one| walk(one, line, seen) || any)
                || map.get("events").is_some_and(Value::is_array)
        }
        _ => false,
    }
}

fn event(value: &Value, line: u32) -> Option<Seen> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let at = value.get("created_at")?.as_str()?.parse().ok()?;
    let kind = value.get("type")?.as_str()?;
    let data = value.get("type_data").or_else(|| value.get("data")).unwrap_or(&Value::Null);
    let logs = text(data.get("crash_logs"));
    let container = data
        .get("container_type")
        .or_else(|| data.get("container"))
        .and_then(Value::as_str)
        .filter(|name| !name.is_empty() && name.len() <= 64);
    let by = value.get("user").map_or_else(String::new, |user| {
        format!("{} {}", text(user.get("username")), text(user.get("email")))
    });
    let what = match kind {
        "crash" | "app_crashed" => What::Crash(logs),
        "repeated_crash" | "app_crashed_repeated" => What::CrashEcho(logs),
        // `app_deploy` is what older pages call it.
        "deployment" | "app_deployed" | "app_deploy" => {
            What::Deployment(text(data.get("status")).to_ascii_lowercase())
        }
        "restart" | "app_restarted" => restarted(words(data.get("scope")), &by),
        "stop_app" | "app_stopped" => What::StopApp(text(data.get("reason"))),
        "scale" | "app_scaled" => scaled(
            &amounts(data.get("previous_containers")),
            &amounts(data.get("containers").or_else(|| data.get("new_containers"))),
        ),
        _ => return None,
    };
    let shown = match (&what, container) {
        (What::Deployment(status), _) => {
            format!("{kind}: deployment of {} ({status})", text(data.get("git_ref")))
        }
        (What::StopApp(reason), _) if !reason.is_empty() => format!("{kind}: {reason}"),
        (_, Some(container)) => format!("{kind}: container {container}"),
        _ => kind.to_owned(),
    };
    Some(Seen::new(at, container, what, line, &shown))
}

fn words(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(list)) => {
            list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        Some(Value::String(one)) if !one.is_empty() => vec![one.clone()],
        _ => Vec::new(),
    }
}

/// `{"web": "1:M"}`, `{"web": 1}`, `["web:1:M"]` or `[{"name": "web", "amount": 1}]`.
fn amounts(value: Option<&Value>) -> Vec<(String, u32)> {
    let number = |value: &Value| {
        value.as_u64().and_then(|n| u32::try_from(n).ok()).or_else(|| {
            value.as_str().and_then(|text| text.split(':').find_map(|part| part.parse().ok()))
        })
    };
    match value {
        Some(Value::String(text)) => formation(text),
        Some(Value::Object(map)) => {
            map.iter().filter_map(|(kind, n)| Some((kind.clone(), number(n)?))).collect()
        }
        Some(Value::Array(list)) => list
            .iter()
            .flat_map(|one| match one {
                Value::String(text) => formation(text),
                Value::Object(map) => map
                    .get("name")
                    .and_then(Value::as_str)
                    .zip(map.get("amount").and_then(number))
                    .map(|(kind, n)| (kind.to_owned(), n))
                    .into_iter()
                    .collect(),
                _ => Vec::new(),
            })
            .collect(),
        _ => Vec::new(),
    }
}
