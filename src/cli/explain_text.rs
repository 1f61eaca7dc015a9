//! One cause as text for `explain`: what it means, the steps by platform, how to check.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::model::Captures;
use crate::rules::schema::{Cause, FixText};
use crate::rules::{Rules, fill};

/// Columns of the text.
const WIDTH: usize = 78;

/// The title without anything that a case would fill in.
pub(super) fn title(cause: &Cause) -> String {
    fill(&cause.title, &Captures::new(), &str::to_owned)
        .unwrap_or_else(|| cause.slug.replace('-', " "))
}

/// The cause's own texts.
pub(super) fn cause_text(cause: &Cause, rules: &Rules, platform: Option<&str>) -> String {
    filled_text(cause, rules, platform, &Captures::new())
}

/// The same with what is known of a case.
pub(super) fn filled_text(
    cause: &Cause,
    rules: &Rules,
    platform: Option<&str>,
    captures: &Captures,
) -> String {
    let mut captures = captures.clone();
    if let Some(platform) = platform {
        rules.add_words(platform, &mut captures);
    }
    let captures = &captures;
    let plain = |text: &str| {
        fill(text, captures, &crate::rules::distribution)
            .unwrap_or_else(|| crate::rules::fill_known(text, captures))
    };
    let mut out = format!("{}  [{}]\n", plain(&cause.title), cause.slug);
    let _ = writeln!(out, "\nWhat it means\n{}", wrapped(&plain(&cause.why), "  ", "  "));
    let _ = writeln!(out, "\nHow we know\n{}", wrapped(&plain(&cause.how), "  ", "  "));
    out.push_str("\nHow to fix\n");
    out.push_str(&steps(cause, rules, platform, &plain));
    let _ = writeln!(out, "\nHow to check\n{}", wrapped(&plain(&cause.check), "  ", "  "));
    out.push_str(&prevent(cause, rules, platform, &plain));
    out.push_str("\nReferences\n");
    for doc in &cause.docs {
        let other = platform.zip(doc.platform.as_deref());
        if other.is_none_or(|(platform, wanted)| rules.is_meant(platform, wanted)) {
            let _ = writeln!(out, "  {}", doc.url);
        }
    }
    if has_stand_ins(&out) {
        out.push_str("\nWords in CAPITALS stand for your own names and values.\n");
    }
    out.trim_end().to_owned()
}

/// Whether it holds words that people have to replace.
fn has_stand_ins(text: &str) -> bool {
    /// Such words, as the rules write them.
    const WORDS: &[&str] = &[
        "ADDRESS",
        "FILE",
        "FOLDER",
        "HOST",
        "LINE",
        "MODULE",
        "NAME",
        "PACKAGE",
        "PATH",
        "PORT",
        "PYTHON",
        "ROUTE",
        "SERVERUSER",
        "SERVICE",
        "USER",
        "VALUE",
        "VIRTUALENV",
    ];
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).any(|word| WORDS.contains(&word))
}

/// The steps: those for everybody first, then each platform's own, which go on counting.
fn steps(
    cause: &Cause,
    rules: &Rules,
    platform: Option<&str>,
    plain: &dyn Fn(&str) -> String,
) -> String {
    let mut out = String::new();
    if let Some(platform) = platform {
        for (at, fix) in rules.steps(cause, platform, |_| true).into_iter().enumerate() {
            step(&mut out, at + 1, fix, plain, &commands(fix, rules, Some(platform), plain));
        }
        return out;
    }
    // Steps in a row for the same platforms share a heading; those for everybody come first.
    let mut groups: Vec<(String, Vec<&FixText>)> = Vec::new();
    let (shared, own): (Vec<_>, Vec<_>) = cause.fixes.iter().partition(|fix| fix.is_for_all());
    for fix in shared.into_iter().chain(own) {
        let heading = if fix.is_for_all() {
            "Everywhere".to_owned()
        } else if fix.platforms.is_empty() {
            "Elsewhere".to_owned()
        } else {
            names(&fix.platforms, rules)
        };
        match groups.last_mut().filter(|(known, _)| *known == heading) {
            Some((_, steps)) => steps.push(fix),
            None => groups.push((heading, vec![fix])),
        }
    }
    let several = groups.len() > 1;
    // Each platform counts on from the last step that was its own.
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    for (heading, steps) in &groups {
        if several {
            let _ = writeln!(out, "{}", wrapped(&format!("{heading}:"), "  ", "  "));
        }
        let mut ids: Vec<String> = steps
            .iter()
            .flat_map(|fix| &fix.platforms)
            .flat_map(|id| rules.called(id))
            .map(|profile| profile.id.clone())
            .collect();
        if heading == "Everywhere" {
            ids = rules.platforms().map(|profile| profile.id.clone()).collect();
        }
        if heading == "Everywhere" || heading == "Elsewhere" {
            ids.push(String::new());
        }
        let before = ids.iter().filter_map(|id| counted.get(id)).max().copied().unwrap_or(0);
        for (at, fix) in steps.iter().enumerate() {
            step(&mut out, before + at + 1, fix, plain, &commands(fix, rules, None, plain));
        }
        counted.extend(ids.into_iter().map(|id| (id, before + steps.len())));
    }
    out
}

/// The command of a step; one for each platform where it consists of the platform's own words.
fn commands(
    fix: &FixText,
    rules: &Rules,
    platform: Option<&str>,
    plain: &dyn Fn(&str) -> String,
) -> Vec<String> {
    let Some(command) = &fix.command else { return Vec::new() };
    // What has a default needs nobody's words.
    let bare = |name: &&str| !command.contains(&format!("{{{name}?"));
    let names: Vec<&str> = crate::rules::placeholders(command).into_iter().filter(bare).collect();
    let own = |profile: &&crate::rules::platform::Platform| {
        names.iter().any(|name| profile.words.contains_key(*name))
    };
    if !rules.platforms().any(|profile| own(&profile)) {
        return vec![plain(command)];
    }
    fix.platforms
        .iter()
        .flat_map(|wanted| rules.called(wanted))
        .filter(own)
        .filter(|profile| platform.is_none_or(|one| one == profile.id))
        .map(|profile| {
            let mut words = Captures::new();
            rules.add_words(&profile.id, &mut words);
            let filled = names.iter().fold(command.clone(), |text, name| {
                words
                    .get(*name)
                    .map_or(text.clone(), |word| text.replace(&format!("{{{name}}}"), word))
            });
            let filled = plain(&filled);
            match platform {
                Some(_) => filled,
                None => format!("{filled}   # {}", profile.name),
            }
        })
        .collect()
}

/// One numbered step; its command keeps its lines and their indent.
fn step(
    out: &mut String,
    number: usize,
    fix: &FixText,
    plain: &dyn Fn(&str) -> String,
    commands: &[String],
) {
    let _ = writeln!(out, "{}", wrapped(&plain(&fix.text), &format!("  {number}. "), "     "));
    for line in commands.iter().flat_map(|command| command.lines()) {
        let _ = writeln!(out, "         {line}");
    }
}

/// How to keep it from happening again, by platform.
fn prevent(
    cause: &Cause,
    rules: &Rules,
    platform: Option<&str>,
    plain: &dyn Fn(&str) -> String,
) -> String {
    let mut out = String::new();
    let mut heading = None;
    for item in &cause.prevent {
        let here = |p: &str| item.platforms.iter().any(|name| rules.is_meant(p, name));
        if platform.is_some_and(|p| !item.platforms.is_empty() && !here(p)) {
            continue;
        }
        if out.is_empty() {
            out.push_str("\nPrevent\n");
        }
        let names = names(&item.platforms, rules);
        if heading.as_ref() != Some(&names) {
            let shown = if names.is_empty() { "Everywhere" } else { &names };
            // One heading for all would say nothing.
            if cause.prevent.iter().any(|other| !other.platforms.is_empty()) {
                let _ = writeln!(out, "  {shown}:");
            }
            heading = Some(names);
        }
        let _ = writeln!(out, "{}", wrapped(&plain(&item.text), "  - ", "    "));
        if let Some(command) = &item.command {
            let _ = writeln!(out, "        {}", plain(command));
        }
        if let Some(url) = &item.url {
            let _ = writeln!(out, "    {url}");
        }
    }
    out
}

/// The names of platforms for people.
fn names(platforms: &[String], rules: &Rules) -> String {
    let names: Vec<String> = platforms
        .iter()
        .flat_map(|id| rules.called(id))
        .map(|profile| profile.name.clone())
        .collect();
    // The products write their names as they do.
    names.join(", ").replacen("own server", "Own server", 1)
}

/// The words in lines of at most 78 columns: the first behind `first`, the others behind `rest`.
fn wrapped(text: &str, first: &str, rest: &str) -> String {
    let mut lines = vec![first.to_owned()];
    let mut empty = true;
    for word in text.split_whitespace() {
        let width = lines.last().map_or(0, |line| line.chars().count());
        if !empty && width + 1 + word.chars().count() > WIDTH {
            lines.push(rest.to_owned());
            empty = true;
        }
        if let Some(line) = lines.last_mut() {
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
    }
    lines.join("\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(slug: &str, platform: Option<&str>) -> String {
        let rules = Rules::embedded();
        cause_text(rules.cause(slug).expect("a cause"), rules, platform)
    }

    #[test]
    fn code_keeps_its_indent() {
        let text = text("dev-server-run", None);
        assert!(
            text.contains("         if __name__ == \"__main__\":\n             app.run"),
            "{text}"
        );
    }

    #[test]
    fn steps_for_all_come_first_and_are_counted_on() {
        let all = text("segfault", None);
        assert!(all.contains("  Everywhere:\n  1. Let Python say"), "{all}");
        assert!(all.contains("  PythonAnywhere:\n  3. "), "{all}");
        let one = text("segfault", Some("pythonanywhere"));
        assert!(!one.contains("Everywhere") && one.contains("  3. Check on the Web tab"), "{one}");
        let generic = text("wsgi-syntax-error", Some("uwsgi"));
        assert!(!generic.contains("Web tab") && !generic.contains("Procfile"), "{generic}");
    }

    #[test]
    fn every_text_is_narrow_and_has_no_gaps() {
        let rules = Rules::embedded();
        for cause in rules.causes() {
            for platform in
                [None, Some("pythonanywhere"), Some("scalingo"), Some("heroku"), Some("generic")]
            {
                let text = cause_text(cause, rules, platform);
                assert!(!text.contains(" ,"), "{}: {text}", cause.slug);
                // The heading is a title with its slug.
                for line in text
                    .lines()
                    .skip(1)
                    .filter(|line| !line.starts_with("      ") && !line.contains("http"))
                {
                    assert!(line.chars().count() <= WIDTH, "{}: {line}", cause.slug);
                }
            }
        }
    }
}
