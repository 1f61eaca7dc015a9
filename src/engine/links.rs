//! Links to the platform's own pages in the steps of a fix, where the account is known: the Web
//! tab, a log, the editor of the WSGI file.

use crate::model::{Captures, Fix, Site};
use crate::rules::{Rules, fill};

/// Words of a step, and the page (of the platform's profile) that they speak of.
const WORDS: &[(&str, &str)] = &[
    ("Web tab", "web-tab"),
    ("WSGI configuration file", "editor"),
    ("WSGI file", "editor"),
    ("error log", "error-log"),
    ("server log", "server-log"),
];

/// A longer address would be broken at the end of a line, and stands below the steps.
const LONGEST: usize = 62;

/// Puts each link behind the first words that speak of its page; returns those too long for it.
pub(super) fn add(fixes: &mut [Fix], site: &Site, rules: &Rules) -> Vec<String> {
    let mut below = Vec::new();
    let Some(platform) = rules.platform(site.platform_id()) else { return below };
    let mut known = Captures::new();
    for (name, value) in [("user", &site.user), ("domain", &site.domain)] {
        if let Some(value) = value {
            known.insert(name.to_owned(), value.clone());
        }
    }
    let mut used: Vec<&str> = Vec::new();
    for fix in fixes {
        for text in std::iter::once(&mut fix.text).chain(fix.verify.as_mut()) {
            for (words, page) in WORDS {
                if used.contains(page) {
                    continue;
                }
                let link = platform.links.get(*page);
                let Some(url) = link.and_then(|link| fill(link, &known, &str::to_owned)) else {
                    continue;
                };
                // Accounts of the European system have a console of their own.
                let european =
                    known.get("domain").is_some_and(|d| d.ends_with(".eu.pythonanywhere.com"));
                let url = if european { url.replace("//www.", "//eu.") } else { url };
                if url.len() > LONGEST {
                    if text.contains(words) {
                        used.push(page);
                        below.push(url);
                    }
                } else if let Some(at) = place(text, words) {
                    text.insert_str(at, &format!(" ({url})"));
                    used.push(page);
                }
            }
        }
    }
    below
}

/// Behind the words, where they stand by themselves: not inside of brackets, and not followed by some.
fn place(text: &str, words: &str) -> Option<usize> {
    let start = text.find(words)?;
    let end = start + words.len();
    let (before, after) = (&text[..start], &text[end..]);
    let inside = before.matches('(').count() > before.matches(')').count();
    let whole = !after.starts_with(|c: char| c.is_alphanumeric());
    (whole && !inside && !after.starts_with(" (")).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PlatformId;

    fn linked(texts: &[&str], site: &Site) -> (Vec<String>, Vec<String>) {
        let fix = |text: &&str| Fix {
            text: (*text).to_owned(),
            command: None,
            verify: None,
            safety: None,
            edits: Vec::new(),
        };
        let mut fixes: Vec<Fix> = texts.iter().map(fix).collect();
        let below = add(&mut fixes, site, &Rules::load_embedded());
        (fixes.into_iter().map(|fix| fix.text).collect(), below)
    }

    fn site(domain: &str, user: Option<&str>) -> Site {
        Site {
            platform: Some(PlatformId("pythonanywhere".to_owned())),
            domain: Some(domain.to_owned()),
            user: user.map(str::to_owned),
            ..Site::default()
        }
    }

    #[test]
    fn the_first_words_take_the_link() {
        let texts = [
            "Open the WSGI file (Web tab, Code section).",
            "Press Reload on the Web tab.",
            "See the Web tab.",
        ];
        let (texts, below) = linked(&texts, &site("ana.pythonanywhere.com", Some("ana")));
        assert_eq!(
            below,
            [
                "https://www.pythonanywhere.com/user/ana/files/var/www/ana_pythonanywhere_com_wsgi.py?edit"
            ]
        );
        assert_eq!(
            texts,
            [
                "Open the WSGI file (Web tab, Code section).",
                "Press Reload on the Web tab (https://www.pythonanywhere.com/user/ana/webapps/).",
                "See the Web tab."
            ]
        );
    }

    #[test]
    fn the_account_decides() {
        let texts = ["Press Reload on the Web tab."];
        for site in [site("shop.example.com", None), Site::default()] {
            let (same, below) = linked(&texts, &site);
            assert!(same == texts && below.is_empty());
        }
        let european = site("ana.eu.pythonanywhere.com", Some("ana"));
        let (_, below) = linked(&["Read the error log."], &european);
        assert!(below[0].starts_with("https://eu.pythonanywhere.com/user/ana/files/var/log/"));
    }
}
