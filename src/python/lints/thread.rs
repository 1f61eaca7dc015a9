//! Threads and processes that start at import.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::calls::CallKind;
use crate::python::interp::event::{Event, EventKind};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD203",
    name: "thread-at-import",
    summary: "A thread or process is started while the code is imported, where the platform does not run them.",
    why: "The web app's server runs without threads of your own: they never get a turn, or hang the app; child processes get killed.",
    bad: r"
import threading
from flask import Flask

application = Flask(__name__)

def work():
    pass

threading.Thread(target=work).start()
",
    good: r"
from flask import Flask

application = Flask(__name__)
",
    cause: Some("deadlock-or-threads"),
    severity: Severity::Warning,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    if !cx.runs_on_server() {
        return;
    }
    let forbidden = cx.run.options.threads == Some(false);
    // Threads that are to run a server, until they are started.
    let mut servers: Vec<(&Event, &str, bool)> = Vec::new();
    for event in cx.events() {
        let call = match &event.kind {
            EventKind::ServerThread { what, process } => {
                servers.push((event, what, *process));
                continue;
            }
            EventKind::Call(call) if call.rule.kind == CallKind::Thread => call,
            _ => continue,
        };
        let name = call.name.trim_start_matches('?');
        let mut found = match servers.iter().position(|(made, ..)| made.module == event.module) {
            Some(at) => {
                let (made, what, process) = servers.remove(at);
                cx.at(&DOC, made, 0.8, serves(what, process, forbidden))
            }
            None if forbidden => {
                let message = format!(
                    "This call {} while the code is imported{}. This platform's web apps don't run them: use an always-on or scheduled task",
                    call.rule.what,
                    ModuleCtx::through(event)
                );
                cx.at(&DOC, event, call.rule.certainty, message)
            }
            None => continue,
        };
        found.captures.insert("call".to_owned(), name.to_owned());
        out.push(found);
    }
}

/// A second server beside the one that imports the code.
fn serves(what: &str, process: bool, forbidden: bool) -> String {
    let how = if process { "process" } else { "thread" };
    let here = if forbidden {
        "The web app's own server (uWSGI) imports this code and answers the requests; it gives threads no turn, and nobody reaches a second server"
    } else {
        "The server that imports this code answers the requests itself; nobody reaches a second one, and each worker process tries to take its port (`Address already in use`)"
    };
    format!(
        "This {how} is to run {what} while the code is imported. {here}. Remove the {how}, or start it below `if __name__ == \"__main__\":`; the server needs nothing but the app's name in this file"
    )
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn told(text: &str) -> Vec<(u32, bool)> {
        let out = analyse(&format!(
            "import threading, multiprocessing\nfrom flask import Flask\napplication = Flask(__name__)\n{text}\n"
        ));
        let found = out.findings.iter().filter(|found| found.name == "thread-at-import");
        found.map(|at| (at.place.line.unwrap(), at.message.contains("is to run"))).collect()
    }

    #[test]
    fn threads_that_run_a_server_say_so() {
        for (text, line) in [
            ("def run():\n    application.run()\nt = threading.Thread(target=run)\nt.start()", 6),
            ("threading.Thread(target=application.run).start()", 4),
            ("threading.Thread(target=lambda: application.run(port=80)).start()", 4),
            ("p = multiprocessing.Process(target=application.run)\np.start()", 4),
            (
                "def serve():\n    from waitress import serve\n    serve(application)\ndef keep():\n    threading.Thread(None, serve).start()\nkeep()",
                8,
            ),
        ] {
            assert_eq!(told(text), [(line, true)], "{text}");
        }
    }

    #[test]
    fn other_threads_are_told_as_before() {
        for (text, line) in [
            ("def work():\n    print('run')\nthreading.Thread(target=work).start()", 6),
            ("threading.Thread(target=unheard_of).start()", 4),
        ] {
            assert_eq!(told(text), [(line, false)], "{text}");
        }
        for text in [
            "t = threading.Thread(target=application.run)",
            "def run():\n    application.run()\nif __name__ == '__main__':\n    threading.Thread(target=run).start()",
        ] {
            assert_eq!(told(text), [], "{text}");
        }
    }
}
