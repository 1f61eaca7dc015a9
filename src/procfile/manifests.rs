//! `scalingo.json`, `app.json`, `fly.toml`, `render.yaml`: start command and port, as far as they name them.

use std::path::Path;

use super::checks::{Options, Project, Sink, fixed_port, start_command, syntax};
use crate::python::lints::LintFinding;

/// Checks the manifests that lie in a folder.
pub(super) fn check(
    dir: &Path,
    names: &[String],
    options: &Options,
    findings: &mut Vec<LintFinding>,
) {
    for name in ["scalingo.json", "app.json", "fly.toml", "render.yaml"] {
        if !names.iter().any(|known| known == name) {
            continue;
        }
        let path = dir.join(name);
        let Some(text) = super::text(&path) else { continue };
        let mut options = options.clone();
        let mut sink = Sink { file: options.show(&path), findings };
        match name {
            "fly.toml" => {
                options.platform = Some("fly".to_owned());
                fly(&text, &Project::new(dir, &options), &mut sink);
            }
            "render.yaml" => {
                options.platform = Some("render".to_owned());
                render(&text, dir, &options, &mut sink);
            }
            _ => json(name, &text, &mut sink),
        }
    }
}

/// A manifest that does not parse stops the creation of the app.
/// <https://doc.scalingo.com/platform/app/app-manifest>, <https://devcenter.heroku.com/articles/app-json-schema>
fn json(name: &str, text: &str, sink: &mut Sink<'_>) {
    if let Err(error) =
        serde_json::from_str::<serde_json::Value>(text.trim_start_matches('\u{feff}'))
    {
        let line = u32::try_from(error.line()).unwrap_or(0);
        let excerpt = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
        // Expo and React Native have an app.json of their own, which is JSON, too.
        sink.add(
            &syntax::DOC,
            0.8,
            line,
            excerpt,
            format!("{name} is not valid JSON: {error}"),
            &[],
        );
    }
}

/// The port on which Fly looks for the app.
pub(super) fn internal_port(fly: &toml::Table) -> Option<i64> {
    ["http_service", "services"].iter().filter_map(|name| fly.get(*name)).find_map(|service| {
        match service {
            toml::Value::Array(list) => list.first()?.get("internal_port")?.as_integer(),
            one => one.get("internal_port")?.as_integer(),
        }
    })
}

/// `[processes]` and `internal_port` (<https://fly.io/docs/reference/configuration/>).
fn fly(text: &str, project: &Project<'_>, sink: &mut Sink<'_>) {
    let value = match text.parse::<toml::Table>() {
        Ok(value) => value,
        Err(error) => {
            let at =
                error.span().map_or(0, |span| text[..span.start.min(text.len())].lines().count());
            sink.add(
                &syntax::DOC,
                0.8,
                u32::try_from(at).unwrap_or(0),
                "",
                format!("fly.toml is not valid TOML: {}", error.message()),
                &[],
            );
            return;
        }
    };
    let line_of = |needle: &str| {
        let at = text.lines().position(|line| line.contains(needle));
        at.map_or(0, |at| u32::try_from(at + 1).unwrap_or(0))
    };
    let port = internal_port(&value);
    let Some(processes) = value.get("processes").and_then(toml::Value::as_table) else { return };
    for (kind, command) in processes {
        let Some(command) = command.as_str() else { continue };
        let line = line_of(command);
        // The group that serves may have any name; `app` is the usual one.
        let kind = if matches!(kind.as_str(), "app" | "web") { "web" } else { kind };
        start_command(kind, command, line, project, sink);
        let (all, _) = super::command::commands(command);
        let bound =
            all.iter().find_map(|one| one.bind.as_ref()?.port.as_ref()?.parse::<i64>().ok());
        if let (Some(bound), Some(port)) = (bound, port)
            && bound != port
            && kind == "web"
        {
            sink.add(
                &fixed_port::DOC, 1.0, line, command,
                format!("The app listens on port {bound}, but internal_port says {port}: both must be the same."),
                &[("port", &bound.to_string())],
            );
        }
    }
}

/// `startCommand` of web services (<https://render.com/docs/blueprint-spec>); lines are read, not YAML as a whole.
fn render(text: &str, dir: &Path, options: &Options, sink: &mut Sink<'_>) {
    let mut kind = String::new();
    let value_of = |bare: &str, key: &str| {
        let value = bare.strip_prefix(key)?.split(" #").next()?.trim();
        let quoted = value.len() >= 2
            && (value.starts_with('"') && value.ends_with('"')
                || value.starts_with('\'') && value.ends_with('\''));
        Some(if quoted { value[1..value.len() - 1].to_owned() } else { value.to_owned() })
    };
    let bare = |line: &str| line.trim_start().trim_start_matches("- ").trim_start().to_owned();
    let lines: Vec<&str> = text.lines().take(10_000).collect();
    for (at, line) in lines.iter().enumerate() {
        let own = bare(line);
        if let Some(value) = value_of(&own, "type:") {
            kind = value;
        }
        // Block scalars stand on the lines below.
        let Some(command) = value_of(&own, "startCommand:")
            .filter(|value| !matches!(value.as_str(), "" | "|" | ">" | "|-" | ">-"))
        else {
            continue;
        };
        // The service's own folder may stand before or behind the command.
        let starts = |line: &&str| bare(line).starts_with("type:");
        let from = lines[..=at].iter().rposition(starts).unwrap_or(0);
        let to = lines[at + 1..].iter().position(starts).map_or(lines.len(), |to| at + 1 + to);
        let root = lines[from..to].iter().find_map(|line| value_of(&bare(line), "rootDir:"));
        let folder = root.map_or_else(|| dir.to_owned(), |root| dir.join(root));
        let kind = if kind == "web" || kind.is_empty() { "web" } else { "worker" };
        let no = u32::try_from(at + 1).unwrap_or(0);
        start_command(kind, &command, no, &Project::new(&folder, options), sink);
    }
}
