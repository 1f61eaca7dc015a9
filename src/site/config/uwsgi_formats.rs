//! uWSGI's configuration in its other formats: XML, JSON and YAML, as options with their lines.
//! https://uwsgi-docs.readthedocs.io/en/latest/Configuration.html#xml-files
//! Only what these files really hold is read: one level of options below `uwsgi`, single values
//! and lists of them. Sections of other names are left out.

use super::{Setting, ini};

/// Most options taken of one file.
const MOST: usize = 2_000;

/// The format of a file, by its name or its first character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Ini,
    Xml,
    Json,
    Yaml,
}

/// Which format a file has.
pub(super) fn format(shown: &str, text: &str) -> Format {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with('<') {
        Format::Xml
    } else if start.starts_with('{') {
        Format::Json
    } else if shown.ends_with(".yml") || shown.ends_with(".yaml") || starts_yaml(text) {
        Format::Yaml
    } else {
        Format::Ini
    }
}

fn starts_yaml(text: &str) -> bool {
    text.lines().any(|line| line.trim_end() == "uwsgi:") && !text.contains("[uwsgi]")
}

/// Options in order. An option without a value is `true`.
pub(super) fn options(shown: &str, text: &str) -> Vec<(String, Setting)> {
    let mut all = match format(shown, text) {
        Format::Ini => ini::entries(shown, text, &['='])
            .into_iter()
            .filter(|entry| entry.section == "uwsgi")
            .map(|entry| (entry.key, entry.value))
            .collect(),
        Format::Xml => xml(shown, text),
        Format::Json => json(shown, text),
        Format::Yaml => yaml(shown, text),
    };
    all.truncate(MOST);
    all
}

/// `<uwsgi><socket>:3031</socket><master/></uwsgi>`
fn xml(shown: &str, text: &str) -> Vec<(String, Setting)> {
    let mut all: Vec<(String, Setting)> = Vec::new();
    let mut open: Option<(String, usize)> = None;
    let mut inside = false;
    let mut at = 0;
    let mut line = 1;
    let mut counted = 0;
    while let Some(start) = text[at..].find('<').map(|found| at + found) {
        let rest = &text[start..];
        let end = if rest.starts_with("<!--") {
            rest.find("-->").map(|end| end + 3)
        } else {
            rest.find('>').map(|end| end + 1)
        };
        let Some(end) = end.map(|end| start + end) else { break };
        let tag = text[start..end].trim_start_matches('<').trim_end_matches('>');
        let content = text[at..start].trim();
        line += text[counted..start].matches('\n').count();
        counted = start;
        at = end;
        if tag.starts_with(['!', '?']) {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            if name.trim() == "uwsgi" {
                inside = false;
            } else if let Some((key, begun)) = open.take().filter(|(key, _)| key == name.trim()) {
                let value = plain(content);
                let value = if value.is_empty() { "true".to_owned() } else { value };
                let whole = format!("<{key}>{content}</{key}>");
                all.push((key, Setting::new(shown, begun, &whole, value)));
            }
            continue;
        }
        let name = tag.split([' ', '/', '\n', '\t']).next().unwrap_or_default();
        if name == "uwsgi" {
            inside = true;
        } else if inside && tag.ends_with('/') {
            let whole = format!("<{tag}>");
            all.push((name.to_owned(), Setting::new(shown, line, &whole, "true")));
        } else if inside {
            open = Some((name.to_owned(), line));
        }
    }
    all
}

/// The five entities of XML.
fn plain(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

/// `{"uwsgi": {"socket": ":3031", "pythonpath": ["/a", "/b"], "master": true}}`
fn json(shown: &str, text: &str) -> Vec<(String, Setting)> {
    let Ok(whole) = serde_json::from_str::<serde_json::Value>(text.trim_start_matches('\u{feff}'))
    else {
        return Vec::new();
    };
    let Some(section) = whole.get("uwsgi").and_then(serde_json::Value::as_object) else {
        return Vec::new();
    };
    // Values carry no lines: each key is looked for behind the one before it.
    let mut lines = Lines::new(text);
    let mut all = Vec::new();
    for (key, value) in section {
        let (number, line) = lines.next_with(&format!("\"{key}\""));
        let values = match value {
            serde_json::Value::Array(list) => list.iter().collect(),
            one => vec![one],
        };
        for value in values {
            let value = match value {
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Bool(_) | serde_json::Value::Number(_) => value.to_string(),
                _ => continue,
            };
            all.push((key.clone(), Setting::new(shown, number, line, value)));
        }
    }
    all
}

/// Lines that are only ever looked for further down.
struct Lines<'a> {
    rest: std::iter::Peekable<std::iter::Enumerate<std::str::Lines<'a>>>,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: text.lines().enumerate().peekable() }
    }

    fn next_with(&mut self, what: &str) -> (usize, &'a str) {
        while let Some((at, line)) = self.rest.peek().copied() {
            if line.contains(what) {
                return (at + 1, line);
            }
            self.rest.next();
        }
        (1, "")
    }
}

/// `uwsgi:`, then `key: value` or a list below `key:`, deeper than the head.
fn yaml(shown: &str, text: &str) -> Vec<(String, Setting)> {
    let mut all = Vec::new();
    let mut inside = false;
    let mut list_of: Option<String> = None;
    for (at, line) in text.lines().enumerate() {
        let line = without_comment(line);
        let bare = line.trim();
        if bare.is_empty() || bare == "---" {
            continue;
        }
        if !line.starts_with([' ', '\t', '-']) {
            inside = bare == "uwsgi:";
            list_of = None;
            continue;
        }
        if !inside {
            continue;
        }
        if let (Some(item), Some(key)) = (bare.strip_prefix("- "), &list_of) {
            all.push((key.clone(), Setting::new(shown, at + 1, bare, unquote(item))));
            continue;
        }
        let bare = bare.strip_prefix("- ").unwrap_or(bare);
        let (key, value) = match bare.split_once(": ") {
            Some((key, value)) => (key.trim(), value.trim()),
            None => match bare.strip_suffix(':') {
                Some(key) => (key.trim(), ""),
                None => continue,
            },
        };
        if value.is_empty() {
            list_of = Some(key.to_owned());
        } else {
            list_of = None;
            all.push((key.to_owned(), Setting::new(shown, at + 1, bare, unquote(value))));
        }
    }
    all
}

fn without_comment(line: &str) -> &str {
    if line.trim_start().starts_with('#') {
        return "";
    }
    line.find(" #").map_or(line, |at| &line[..at]).trim_end()
}

fn unquote(text: &str) -> String {
    let text = text.trim();
    let inner = ['"', '\''].iter().find_map(|q| text.strip_prefix(*q)?.strip_suffix(*q));
    inner.unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(shown: &str, text: &str) -> Vec<(String, String, u32)> {
        options(shown, text)
            .into_iter()
            .map(|(key, value)| (key, value.text, value.place.line.unwrap_or(0)))
            .collect()
    }

    fn row(key: &str, value: &str, line: u32) -> (String, String, u32) {
        (key.to_owned(), value.to_owned(), line)
    }

    #[test]
    fn xml_with_comments_and_bare_options() {
        let text = "<?xml version=\"1.0\"?>\n<uwsgi id=\"a\">\n  <!-- <socket>no</socket> -->\n  <socket>/run/a.sock</socket>\n  <master/>\n  <env>A=1&amp;2</env>\n</uwsgi>\n<other><socket>x</socket></other>\n";
        assert_eq!(
            read("/etc/uwsgi/a.xml", text),
            [row("socket", "/run/a.sock", 4), row("master", "true", 5), row("env", "A=1&2", 6)]
        );
    }

    #[test]
    fn json_with_lists() {
        let text = "{\n \"uwsgi\": {\n  \"http\": \":8080\",\n  \"pythonpath\": [\"/a\", \"/b\"],\n  \"master\": true,\n  \"harakiri\": 30\n }\n}";
        assert_eq!(
            read("/etc/uwsgi/a.json", text),
            [
                row("http", ":8080", 3),
                row("pythonpath", "/a", 4),
                row("pythonpath", "/b", 4),
                row("master", "true", 5),
                row("harakiri", "30", 6)
            ]
        );
    }

    #[test]
    fn yaml_with_lists_and_comments() {
        let text = "# all\nother:\n  socket: no\nuwsgi:\n  socket: 127.0.0.1:3031 # here\n  module: 'shop.wsgi:application'\n  pythonpath:\n    - /a\n    - \"/b\"\n  master: true\n";
        assert_eq!(
            read("/etc/uwsgi/a.yaml", text),
            [
                row("socket", "127.0.0.1:3031", 5),
                row("module", "shop.wsgi:application", 6),
                row("pythonpath", "/a", 8),
                row("pythonpath", "/b", 9),
                row("master", "true", 10)
            ]
        );
    }

    #[test]
    fn broken_files_give_what_they_have() {
        for text in [
            "<uwsgi",
            "<uwsgi><socket>",
            "<uwsgi></socket><!--",
            "{",
            "{\"uwsgi\": 3}",
            "uwsgi:\n  - \n  :\n",
        ] {
            assert!(options("x", text).is_empty(), "{text}");
        }
        let deep = "<uwsgi>".repeat(100_000);
        assert!(options("x.xml", &deep).is_empty());
    }
}
