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

/// What a requirement says of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::python) struct Asked {
    /// As it is written.
    pub name: String,
    /// The one version that will do.
    pub exact: Option<String>,
    /// Nothing is said that could keep a newer version away.
    pub open: bool,
    /// `uvicorn[standard]`: more comes with it.
    pub extras: bool,
}

/// Everything that the `requirements.txt` files of these folders ask for, by distribution.
pub(in crate::python) fn asked(finder: &mut Finder, dirs: &[String]) -> HashMap<String, Asked> {
    let mut all: HashMap<String, Asked> = HashMap::default();
    for dir in dirs {
        if !finder.list(dir).file("requirements.txt") {
            continue;
        }
        let path = finder.disk(&pathops::join(dir, "requirements.txt"));
        if std::fs::metadata(&path).is_ok_and(|meta| meta.is_file() && meta.len() <= MAX_BYTES)
            && let Ok(bytes) = std::fs::read(&path)
        {
            let text = String::from_utf8_lossy(&bytes);
            // What another file fixes is not seen here.
            if text.lines().any(|line| line.trim_start().starts_with(['-'])) {
                return HashMap::default();
            }
            for line in text.lines() {
                let line = line.split(['#', ';']).next().unwrap_or_default().trim();
                let end = line
                    .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
                    .unwrap_or(line.len());
                let (name, rest) = line.split_at(end);
                if name.is_empty() {
                    continue;
                }
                let exact = ["===", "=="]
                    .iter()
                    .find_map(|word| rest.trim_start().strip_prefix(word))
                    .map(str::trim)
                    .filter(|version| {
                        version.starts_with(|c: char| c.is_ascii_digit())
                            && !version.contains([',', '*'])
                    })
                    .map(str::to_owned);
                let open = !rest.contains(['<', '=', '~', '!', '@'])
                    || rest.contains(">=") && !rest.contains('<');
                let key = name.to_ascii_lowercase().replace(['_', '.'], "-");
                let extras = rest.trim_start().starts_with('[');
                all.insert(key, Asked { name: name.to_owned(), exact, open, extras });
            }
        }
    }
    all
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
