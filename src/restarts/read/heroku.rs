//! What Heroku's dyno manager writes: state changes, exits, releases
//! (<https://devcenter.heroku.com/articles/logging>, <https://devcenter.heroku.com/articles/dyno-restarts>).

use super::What;

/// What a line of Heroku's own (`heroku[web.1]: …`, `app[api]: …`) says, its prefix taken off.
pub(super) fn what(text: &str, container: bool) -> Option<What> {
    if let Some(change) = text.strip_prefix("State changed from ") {
        let (from, to) = change.split_once(" to ")?;
        return match to.trim() {
            "crashed" => Some(What::Crash(String::new())),
            "down" => Some(What::Stop),
            // A dyno on its way down for a restart, or back from a crash.
            "starting" if from.trim() == "crashed" => Some(What::Start(String::new())),
            _ => None,
        };
    }
    if let Some(status) = text.strip_prefix("Process exited with status ") {
        // Told to stop: restart, deploy, idle.
        return (!matches!(status.trim(), "0" | "143")).then(|| What::CrashEcho(String::new()));
    }
    if container {
        if text.starts_with("Starting process with command") {
            return Some(What::Start(String::new()));
        }
        if text.starts_with("Restarting") || text.starts_with("Cycling") {
            return Some(What::Restart(Vec::new()));
        }
        return text.starts_with("Idling").then_some(What::Stop);
    }
    if text.starts_with("Release v") && text.contains(" command failed") {
        return Some(What::Deployment("hook-error".to_owned()));
    }
    let release = text.starts_with("Release v") && text.contains(" created by user")
        || text.starts_with("Deploy ") && text.contains(" by user");
    if release {
        return Some(What::Deployment("success".to_owned()));
    }
    // `Scaled to web@1:Standard-1X worker@0:Standard-1X by user …`
    let scaled = text.strip_prefix("Scaled to ")?;
    let now = scaled.split(" by ").next()?.split([' ', ',']).filter_map(|part| {
        let (kind, n) = part.split_once('@')?;
        Some((kind.to_owned(), None, n.split(':').next()?.parse().ok()?))
    });
    Some(What::Scale(now.collect()))
}
