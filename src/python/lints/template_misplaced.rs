//! Templates of Flask that lie where Flask does not look, or have another name.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use crate::python::interp::event::{EventKind, MisplacedBy};

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD353",
    name: "template-misplaced",
    summary: "A page's template lies in another folder, or under another name.",
    why: "Flask looks for templates in the folder `templates` beside the file that makes the app, and nowhere else, and tells capital from small letters (which Windows and macOS do not). Otherwise every visit of the page fails with TemplateNotFound.",
    bad: r#"
from flask import Flask, render_template

application = Flask(__name__)

@application.route("/")
def home():
    return render_template("Home.html")
# --- templates/home.html
<p>Hello</p>
"#,
    good: r#"
from flask import Flask, render_template

application = Flask(__name__)

@application.route("/")
def home():
    return render_template("home.html")
# --- templates/home.html
<p>Hello</p>
"#,
    cause: Some("template-missing"),
    severity: Severity::Error,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    for event in cx.events() {
        let EventKind::TemplateMisplaced(misplaced) = &event.kind else { continue };
        let (template, wanted, right) = (&misplaced.template, &misplaced.wanted, &misplaced.right);
        let message = match misplaced.why {
            MisplacedBy::Spelling if right.eq_ignore_ascii_case(template) => format!(
                "The file in `{wanted}/` is called `{right}`, and a server tells capital from small letters: every visit of this page fails with TemplateNotFound. Write \"{right}\""
            ),
            MisplacedBy::Spelling => format!(
                "There is no `{template}` in `{wanted}/`, so every visit of this page fails with TemplateNotFound. Did you mean \"{right}\"?"
            ),
            MisplacedBy::Folder => format!(
                "Flask looks in `{wanted}/` by itself: write \"{right}\". As it stands every visit of this page fails with TemplateNotFound"
            ),
            MisplacedBy::Beside => format!(
                "Flask looks for `{template}` in the folder `{wanted}`, and the file lies beside that folder: move it to `{wanted}/{right}`. Until then every visit of this page fails with TemplateNotFound"
            ),
            MisplacedBy::Elsewhere => format!(
                "Flask looks for `{template}` in the folder `{wanted}` beside the file that makes the app, and it lies in `{right}/`: rename or move that folder. Until then every visit of this page fails with TemplateNotFound"
            ),
        };
        let mut found = cx.at(&DOC, event, 1.0, message);
        found.captures.insert("template".to_owned(), template.clone());
        out.push(found);
    }
}
