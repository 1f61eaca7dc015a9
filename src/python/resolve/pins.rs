//! Least versions of packages that a project's `requirements.txt` allows. Used where the packages are not at hand.

use crate::python::maps::HashMap;

use super::finder::Finder;
use super::pathops;

/// Largest file that is read.
const MAX_BYTES: u64 = 1 << 20;

/// By distribution, in lower case with `-`. Two files that differ leave out what they differ in.
pub(in crate::python) fn read(finder: &mut Finder, dirs: &[String]) -> HashMap<String, String> {
    let mut pins: HashMap<String, Option<String>> = HashMap::default();
    for dir in dirs {
        if !finder.list(dir).file("requirements.txt") {
            continue;
        }
        let path = finder.disk(&pathops::join(dir, "requirements.txt"));
        if std::fs::metadata(&path).is_ok_and(|meta| meta.is_file() && meta.len() <= MAX_BYTES)
            && let Ok(bytes) = std::fs::read(&path)
        {
            for (name, least) in lines(&String::from_utf8_lossy(&bytes)) {
                pins.entry(name)
                    .and_modify(|known| {
                        if known.as_ref() != Some(&least) {
                            *known = None;
                        }
                    })
                    .or_insert(Some(least));
            }
        }
    }
    pins.into_iter().filter_map(|(name, least)| Some((name, least?))).collect()
}

/// `Flask[async]==3.0.2 ; python_version > "3.8"  # web` gives flask and 3.0.2.
fn lines(text: &str) -> impl Iterator<Item = (String, String)> {
    text.lines().filter_map(|line| {
        let line = line.split(['#', ';']).next()?.trim();
        let end =
            line.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))?;
        let name = line[..end].to_ascii_lowercase().replace(['_', '.'], "-");
        let mut rest = line[end..].trim_start();
        if let Some(inner) = rest.strip_prefix('[') {
            rest = inner.split_once(']')?.1.trim_start();
        }
        let least = rest.split(',').find_map(|part| {
            let part = part.trim();
            ["===", "==", "~=", ">="].iter().find_map(|word| part.strip_prefix(word))
        })?;
        let least = least.split_whitespace().next()?.trim_end_matches(".*").to_owned();
        (!name.is_empty() && least.starts_with(|c: char| c.is_ascii_digit()))
            .then_some((name, least))
    })
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn requirement_lines() {
        let text = "Flask[async]==3.0.2 ; python_version > '3.8'  # web\nflask_login >= 0.6, <1\nJinja2\n-r more.txt\ngit+https://x/y.git#egg=z\nclick~=8.1\nattrs<20\n# numpy==1.0\nwerkzeug==2.*\n";
        let found: Vec<_> = lines(text).collect();
        let expected =
            [("flask", "3.0.2"), ("flask-login", "0.6"), ("click", "8.1"), ("werkzeug", "2")];
        assert_eq!(found, expected.map(|(name, least)| (name.to_owned(), least.to_owned())));
    }
}
