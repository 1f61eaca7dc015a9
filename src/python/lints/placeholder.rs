//! Placeholders that were never replaced.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;
use crate::rules::placeholders;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD503",
    name: "placeholder-left",
    summary: "A placeholder of a template was not replaced.",
    why: "Texts such as `yourusername` or `/path/to/project` stand for something of yours. With them the path does not exist.",
    bad: r#"
import sys
sys.path.insert(0, "/home/yourusername/mysite")
from flask import Flask

application = Flask(__name__)
"#,
    good: r#"
import sys
sys.path.insert(0, "/home/ana/site")
from flask import Flask

application = Flask(__name__)
"#,
    cause: Some("module-not-on-path"),
    severity: Severity::Error,
};

/// Words that templates and manuals use.
const WORDS: &[&str] = &[
    "yourusername",
    "your_username",
    "your-username",
    "<username>",
    "<your-username>",
    "<your_username>",
    "{username}",
    "your-project-name",
    "your_project_name",
    "yourprojectname",
    "<project",
    "<your",
    "path/to/",
    "/path/to",
    "your_project",
    "your-project",
    "my_username",
    "myusername",
    "yourdomain",
];

/// Whether a path still has a placeholder.
pub(in crate::python) fn is_placeholder(text: &str) -> bool {
    let lower = text.to_lowercase();
    WORDS.iter().any(|word| lower.contains(word))
        || text.split(['/', '.']).any(placeholders::stands_for_a_name)
}

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let (text, range) = match &event.kind {
            EventKind::PathMissing { literal_text, literal, .. } => {
                (literal_text, literal.unwrap_or(event.range))
            }
            EventKind::Settings(named) => (&named.module, named.literal.unwrap_or(event.range)),
            EventKind::PathElsewhere { text, literal } => (text, literal.unwrap_or(event.range)),
            _ => continue,
        };
        if !is_placeholder(text) {
            continue;
        }
        let message = format!(
            "`{text}` is still the text of a manual or template: put your own user name and folder there"
        );
        // People keep a pattern of the host's file with their code: nobody said that it is loaded as it
        // stands here. Settings with such a name are missing wherever it lies.
        let pattern = cx.run.options.searched
            && cx.run.options.assume_path
            && !matches!(event.kind, EventKind::Settings { .. });
        let mut found = cx.at(&DOC, event, if pattern { 0.5 } else { 1.0 }, message);
        cx.point_at(&mut found, event.module, range);
        found.captures.insert("path".to_owned(), text.clone());
        out.push(found);
    }
}

#[cfg(test)]
mod tests {
    use super::is_placeholder;
    use crate::model::Severity;
    use crate::python::lint_run::{LintOptions, run};
    use std::fs;

    #[test]
    fn words_that_stand_for_a_name() {
        for text in [
            "/home/yourusername/mysite",
            "/home/TU_USUARIO/tienda",
            "/home/tuusuario/tienda",
            "/home/<seu-usuario>/loja",
            "/home/USERNAME/shop",
            "/home/你的用户名/wangzhan",
            "/home/ваш_логин/site",
            "/home/{username}/shop",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn names_that_people_have() {
        for text in [
            "/home/user/shop",
            "/home/usuario/tienda",
            "/home/ana/username-checker",
            "/home/ana/benutzernamen",
            "/srv/shop/users",
            "/home/yourgo/shop",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
    }

    /// In a folder that is looked through it may be a pattern; a file that is named is meant.
    #[test]
    fn a_pattern_kept_with_the_code_is_no_error() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("pythonanywhere_wsgi.py");
        let text = "import sys\nsys.path.insert(0, '/home/yourusername/shop')\nfrom shop import app as application\n";
        fs::write(&file, text).unwrap();
        fs::write(dir.path().join("shop.py"), "from flask import Flask\napp = Flask(__name__)\n")
            .unwrap();
        for (path, severity) in
            [(dir.path().to_owned(), Severity::Warning), (file, Severity::Error)]
        {
            let found = run(&[path], &LintOptions::default()).findings;
            let severities: Vec<_> = found
                .iter()
                .filter(|found| found.name == "placeholder-left")
                .map(|found| found.severity)
                .collect();
            assert_eq!(severities, [severity], "{found:?}");
        }
    }
}
