//! The environment, read with the wrong brackets.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD321",
    name: "environment-misread",
    summary: "The environment is read with the wrong brackets.",
    why: "`os.environ` is a dictionary and takes square brackets, `os.getenv` and `os.environ.get` are functions and take round ones. The other way round the import ends with a TypeError, whatever is set.",
    bad: r#"
import os
from flask import Flask

application = Flask(__name__)
application.secret_key = os.environ.get["FLASK_KEY"]
"#,
    good: r#"
import os
from flask import Flask

application = Flask(__name__)
application.secret_key = os.environ.get("FLASK_KEY")
"#,
    cause: Some("import-time-exception"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::EnvironmentMisread { written, right } = &event.kind else { continue };
        let message = if written == "os.environ" {
            "`os.environ` takes square brackets, `os.environ[\"NAME\"]`, or `.get`: `os.environ.get(\"NAME\")`. It cannot be called".to_owned()
        } else {
            format!(
                "`{written}` is a function and takes round brackets, not square ones: write `{}`",
                right.replace('…', "\"NAME\"")
            )
        };
        out.push(cx.at(&DOC, event, 1.0, message));
    }
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn reported(line: &str) -> bool {
        let text = format!(
            "import os\nfrom os import environ, getenv\nfrom flask import Flask\n\
             application = Flask(__name__)\n{line}\n"
        );
        analyse(&text).findings.iter().any(|found| found.name == "environment-misread")
    }

    #[test]
    fn brackets_of_the_environment() {
        for wrong in [
            "KEY = os.environ('KEY')",
            "KEY = environ('KEY')",
            "KEY = os.getenv['KEY']",
            "KEY = getenv['KEY']",
            "KEY = os.environ.get['KEY']",
            "class Config:\n    KEY = os.environ('KEY') or 'secret'",
        ] {
            assert!(reported(wrong), "{wrong}");
        }
        for fine in [
            "KEY = os.environ.get('KEY')",
            "KEY = os.getenv('KEY')",
            "def later():\n    return os.getenv['KEY']",
            "import environ\nenv = environ.Env()\nKEY = env('KEY')",
            "KEY = os.environ.get('KEYS', ['a'])[0]",
            "try:\n    KEY = os.getenv['KEY']\nexcept TypeError:\n    KEY = ''",
            "os.environ['KEY'] = 'x'",
        ] {
            assert!(!reported(fine), "{fine}");
        }
    }
}
