//! supervisor's programs. http://supervisord.org/configuration.html#program-x-section-settings

use super::{App, command, ini};
use crate::model::LogKind;

/// Adds the apps that the file's programs run.
pub(super) fn parse(shown: &str, text: &str, apps: &mut Vec<App>) {
    let entries = ini::entries(shown, text, &['=']);
    let mut names: Vec<&str> =
        entries.iter().filter_map(|e| e.section.strip_prefix("program:")).collect();
    names.dedup();
    for name in names {
        let section = format!("program:{name}");
        let get = |key: &str| {
            entries
                .iter()
                .rfind(|e| e.section == section && e.key == key)
                .map(|e| e.value.clone())
                .filter(|value| !value.text.is_empty() && !value.text.contains("%("))
        };
        let Some(run) = get("command") else { continue };
        let env: Vec<(String, String)> = get("environment")
            .map(|value| {
                value
                    .text
                    .split(',')
                    .filter_map(|pair| pair.split_once('='))
                    .map(|(k, v)| (k.trim().to_owned(), v.trim().trim_matches('"').to_owned()))
                    .collect()
            })
            .unwrap_or_default();
        let Some(mut app) = command::parse(name, &run, &run.text, &env) else { continue };
        app.chdir = app.chdir.take().or_else(|| get("directory"));
        app.user = app.user.take().or_else(|| get("user"));
        for key in ["stdout_logfile", "stderr_logfile"] {
            let path = get(key).map(|value| value.text).filter(|path| path.starts_with('/'));
            app.logs.extend(path.map(|path| (LogKind::Server, path)));
        }
        apps.push(app);
    }
}
