//! Which platform this machine is, by the marks in its profile: environment variables and files.

use crate::model::PlatformId;
use crate::rules::Rules;

/// The one platform whose mark is present; `None` where none is, or several are.
pub(super) fn platform(
    rules: &Rules,
    has_variable: impl Fn(&str) -> bool,
    has_file: impl Fn(&str) -> bool,
) -> Option<PlatformId> {
    let mut present = rules.platforms().filter(|profile| {
        profile
            .places
            .marks
            .iter()
            .any(|mark| if mark.starts_with('/') { has_file(mark) } else { has_variable(mark) })
    });
    let first = present.next()?;
    present.next().is_none().then(|| PlatformId(first.id.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_name_the_platform() {
        let rules = Rules::load_embedded();
        let of = |names: &[&str]| {
            platform(&rules, |name| names.contains(&name), |_| false).map(|id| id.0)
        };
        assert_eq!(of(&["DYNO", "PATH"]).as_deref(), Some("heroku"));
        assert_eq!(of(&["SCALINGO_APP"]).as_deref(), Some("scalingo"));
        assert_eq!(of(&["PATH", "HOME"]), None);
        assert_eq!(of(&["DYNO", "SCALINGO_APP"]), None);
    }
}
