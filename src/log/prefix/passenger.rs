//! Phusion Passenger, which many shared hosts run Python with: `App 4986 output: `, and its own
//! `[ N 2021-05-06 10:11:12.1234 4567/T8 age/Cor/CoreMain.cpp:1311 ]: `.

use super::Taken;
use crate::log::bytes::{int, one_space};
use crate::log::line::{Level, Prefix};
use crate::log::stamp::{self, Clock};

/// The app's output, with the process that wrote it.
pub(super) fn app(s: &str) -> Option<Taken<'_>> {
    let rest = s.strip_prefix("App ")?;
    let (pid, len) = int(rest.as_bytes())?;
    let rest = rest.get(len..)?.strip_prefix(' ')?;
    let text = ["output:", "stdout:", "stderr:"].iter().find_map(|word| rest.strip_prefix(word))?;
    let text = if text.is_empty() { text } else { one_space(text)? };
    Some(Taken { pid: u32::try_from(pid).ok(), ..Taken::until(s, text, Prefix::Logging) })
}

/// Passenger's own words; the level is one letter and newer versions only have it.
pub(super) fn own<'a>(s: &'a str, clock: &Clock) -> Option<Taken<'a>> {
    let (inside, text) = s.strip_prefix("[ ")?.split_once(" ]: ")?;
    if inside.len() > 160 {
        return None;
    }
    let level = match inside.as_bytes() {
        [b'E', b' ', ..] => Some(Level::Error),
        [b'C', b' ', ..] => Some(Level::Critical),
        [b'W', b' ', ..] => Some(Level::Warning),
        [b'N' | b'I', b' ', ..] => Some(Level::Info),
        [b'D', b' ', ..] => Some(Level::Debug),
        _ => None,
    };
    let dated = if level.is_some() { inside.get(2..)? } else { inside };
    let read = stamp::iso(dated.as_bytes(), clock)?;
    Some(Taken { stamp: Some(read.stamp), level, ..Taken::until(s, text, Prefix::Logging) })
}

#[cfg(test)]
mod tests {
    use crate::log::prefix::{PrefixCtx, strip};
    use crate::log::stamp::Clock;

    fn text(raw: &str) -> String {
        strip(raw, &mut PrefixCtx::new(Clock::utc(None))).text.to_owned()
    }

    #[test]
    fn passengers_lines() {
        assert_eq!(
            text("App 4986 stderr:   File \"/srv/a.py\", line 1"),
            "  File \"/srv/a.py\", line 1"
        );
        assert_eq!(text("App 4986 output: "), "");
        assert_eq!(
            text(
                "[ N 2021-05-06 10:11:12.1234 4567/T8 age/Cor/CoreMain.cpp:1311 ]: App 7 output: ValueError: x"
            ),
            "ValueError: x"
        );
        assert_eq!(text("App 12 is ready"), "App 12 is ready");
    }
}
