//! The command line is read at import, and it is the server's.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::EventKind;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD206",
    name: "command-line-at-import",
    summary: "The code reads its command line while it is imported.",
    why: "A server imports your code, so `sys.argv` holds the server's own arguments, or none. argparse then finds what it does not know, or misses what it must have, and ends the process with status 2; `sys.argv[1]` raises IndexError.",
    bad: r#"
import argparse
from flask import Flask

parser = argparse.ArgumentParser()
parser.add_argument("--config", required=True)
options = parser.parse_args()

application = Flask(__name__)
application.config.from_pyfile(options.config)
"#,
    good: r#"
import argparse
import os
from flask import Flask

application = Flask(__name__)
application.config.from_pyfile(os.environ.get("SHOP_CONFIG", "/srv/shop/config.py"))

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    application.run(port=parser.parse_args().port)
"#,
    cause: Some("exit-on-start"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    if !cx.runs_on_server() {
        return;
    }
    for event in cx.events() {
        let EventKind::CommandLine { how, certainty } = &event.kind else { continue };
        let then = if how == "sys.argv" {
            "under a server the argument is missing (IndexError) or one of the server's own"
        } else if *certainty < 0.8 {
            "under gunicorn and uvicorn argparse finds their arguments, does not know them and ends the process"
        } else {
            "argparse does not find what it wants in the server's own arguments and ends the process"
        };
        let message = format!(
            "The command line is read while the code is imported{}: {then}. Take the value from an environment variable, or move this under `if __name__ == \"__main__\":`",
            ModuleCtx::through(event)
        );
        let mut found = cx.at(&DOC, event, *certainty, message);
        found.captures.insert("call".to_owned(), how.clone());
        out.push(found);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::analyse;

    fn reports(lines: &str) -> bool {
        let text = format!(
            "import argparse, sys\n{lines}\ndef application(environ, start_response):\n    return []\n"
        );
        analyse(&text).findings.iter().any(|found| found.code == super::DOC.code)
    }

    #[test]
    fn what_the_server_leaves_decides() {
        let parser = "p = argparse.ArgumentParser()\n";
        assert!(reports(&format!("{parser}p.add_argument('file')\np.parse_args()")));
        assert!(reports(&format!(
            "{parser}p.add_argument('--key', required=True)\np.parse_args()"
        )));
        assert!(reports("port = int(sys.argv[1])"));
        // uWSGI and mod_wsgi leave their name alone, which suits a parser that wants nothing.
        for optional in ["'--port', default=1", "'file', nargs='?'", "'files', nargs='*'"] {
            assert!(!reports(&format!("{parser}p.add_argument({optional})\np.parse_args()")));
        }
        for harmless in [
            "p.parse_args([])",
            "p.parse_args(args=[])",
            "p.parse_known_args()",
            "try:\n    p.parse_args()\nexcept SystemExit:\n    pass",
            "def main():\n    p.parse_args()",
        ] {
            assert!(!reports(&format!("{parser}p.add_argument('file')\n{harmless}")), "{harmless}");
        }
        for harmless in [
            "name = sys.argv[0]",
            "name = sys.argv[1] if len(sys.argv) > 1 else 'x'",
            "if len(sys.argv) > 1:\n    name = sys.argv[1]",
            "if len(sys.argv) > 1 and sys.argv[1] == 'x':\n    name = 'x'",
            "if 'test' in sys.argv:\n    name = sys.argv[1]",
            "try:\n    name = sys.argv[1]\nexcept IndexError:\n    name = 'x'",
            "rest = sys.argv[1:]",
        ] {
            assert!(!reports(harmless), "{harmless}");
        }
    }
}
