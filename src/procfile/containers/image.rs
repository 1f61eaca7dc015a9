//! What the `RUN` lines of a Dockerfile install and need.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Instruction;
use crate::procfile::checks::{COMMAND_MISSING, Sink};
use crate::procfile::requirements::Requirements;

/// The packages that an image has by name, and their own with them or not; `None` where something that is
/// not seen may bring more.
pub(super) fn installed(dir: &Path, all: &[Instruction]) -> Option<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    let mut any = false;
    for one in all {
        match one.word.as_str() {
            "COPY" if one.rest.contains("--from") => return None,
            "RUN" => {}
            _ => continue,
        }
        let other =
            ["poetry", "pipenv", "uv ", "conda", "setup.py", "pdm", "pipx", "python3-", "apk add"];
        if other.iter().any(|word| one.rest.contains(word)) {
            return None;
        }
        for part in one.rest.split(['&', ';', '|']) {
            let Some((before, rest)) = part.split_once(" install ") else { continue };
            if !before.contains("pip") {
                continue;
            }
            any = true;
            arguments(dir, rest, &mut names)?;
        }
    }
    any.then_some(names)
}

/// The words behind `pip install`.
fn arguments(dir: &Path, rest: &str, names: &mut BTreeSet<String>) -> Option<()> {
    let mut words = rest.split_whitespace();
    while let Some(word) = words.next() {
        let word = word.trim_matches(['"', '\'']);
        match word {
            "-r" | "--requirement" => list(dir, words.next()?, names)?,
            "-i" | "--index-url" | "--extra-index-url" | "--trusted-host" | "--timeout"
            | "--default-timeout" | "--progress-bar" | "--root-user-action" => {
                words.next();
            }
            _ if word.starts_with("-r") && word.len() > 2 => list(dir, &word[2..], names)?,
            _ if word.starts_with("--") => {}
            "-U" | "-q" | "-qq" | "-v" => {}
            // Another file, a folder, a wheel, a variable.
            _ if word.starts_with(['-', '.', '/']) || word.contains(['/', '$', '*', ':', '@']) => {
                return None;
            }
            _ => {
                let name = word.split(['=', '<', '>', '~', '!']).next().unwrap_or(word);
                names.insert(name.to_ascii_lowercase().replace(['_', '.'], "-"));
            }
        }
    }
    Some(())
}

fn list(dir: &Path, file: &str, names: &mut BTreeSet<String>) -> Option<()> {
    let file = file.trim_matches(['"', '\'']);
    if file.rsplit('/').next() != Some("requirements.txt") {
        return None;
    }
    let text = crate::procfile::text(&dir.join("requirements.txt"))?;
    // What another list holds is not seen.
    if text.lines().any(|line| line.trim_start().starts_with('-') || line.contains("://")) {
        return None;
    }
    names.extend(Requirements::read(dir).names);
    Some(())
}

/// `RUN python manage.py collectstatic`, where no `manage.py` is in the project.
pub(super) fn manage(dir: &Path, all: &[Instruction], folders: &[PathBuf], sink: &mut Sink<'_>) {
    let there = |folder: &PathBuf| {
        let below = std::fs::read_dir(folder).into_iter().flatten().flatten().take(500);
        folder.join("manage.py").is_file()
            || below.into_iter().any(|entry| entry.path().join("manage.py").is_file())
    };
    let made = all.iter().any(|one| one.rest.contains("startproject"));
    if made || there(&dir.to_owned()) || folders.iter().any(there) {
        return;
    }
    for one in all.iter().filter(|one| one.word == "RUN") {
        let runs = ["python manage.py", "python3 manage.py"].iter().any(|it| one.rest.contains(it));
        // What may fail may be missing, too.
        if runs && !one.rest.contains("||") {
            sink.add(
                &COMMAND_MISSING,
                0.9,
                one.line,
                &format!("RUN {}", one.rest),
                "The build runs manage.py, which is not in the project: take the line out if this is no Django project.".to_owned(),
                &[("command", "manage.py")],
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::installed;
    use crate::procfile::containers::instructions;

    fn of(docker: &str, list: &str) -> Option<Vec<String>> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("requirements.txt"), list).unwrap();
        installed(dir.path(), &instructions(docker)).map(|names| names.into_iter().collect())
    }

    #[test]
    fn what_pip_is_told() {
        let names = of("RUN pip3 install flask && pip install --no-cache-dir 'gevent==22.1'\n", "");
        assert_eq!(names.unwrap(), ["flask", "gevent"]);
        let names = of("RUN python -m pip install -U pip -r requirements.txt\n", "Flask==3\n");
        assert_eq!(names.unwrap(), ["flask", "pip"]);
    }

    #[test]
    fn what_may_bring_more() {
        for docker in [
            "RUN pip install .\n",
            "RUN pip install -r base.txt\n",
            "RUN pip install /wheels/*.whl\n",
            "RUN pip install $MORE\n",
            "RUN pip install poetry && poetry install\n",
            "RUN apt-get install -y python3-gevent && pip install flask\n",
            "COPY --from=build /venv /venv\nRUN pip install flask\n",
            "RUN make\n",
        ] {
            assert_eq!(of(docker, "flask\n"), None, "{docker}");
        }
        assert_eq!(of("RUN pip install -r requirements.txt\n", "-r base.txt\n"), None);
    }
}
