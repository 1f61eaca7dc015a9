//! Secrets written into the WSGI file.

use super::{LintDoc, LintFinding, ModuleCtx};
use crate::model::Severity;
use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;

pub(super) const DOC: LintDoc = LintDoc {
    code: "WD504",
    name: "secret-in-wsgi",
    summary: "A password or key is written into the WSGI file.",
    why: "The file is shown to support, copied into tickets and often into public repositories.",
    bad: r#"
import os
from flask import Flask

os.environ["DB_PASSWORD"] = "correct-horse-battery"
application = Flask(__name__)
"#,
    good: r#"
import os
from dotenv import load_dotenv
from flask import Flask

load_dotenv("/home/ana/site/.env")
application = Flask(__name__)
"#,
    cause: None,
    severity: Severity::Note,
};

pub(super) fn check(cx: &ModuleCtx, out: &mut Vec<LintFinding>) {
    let Some((id, source)) = cx.entry() else { return };
    for stmt in source.body() {
        let Stmt::Assign(assign) = stmt else { continue };
        let Expr::StringLiteral(value) = &*assign.value else { continue };
        let text = value.value.to_str();
        if text.len() < 8
            || text.contains(['{', '<'])
            || super::placeholder::is_placeholder(text)
            || text.to_ascii_lowercase().contains("change")
        {
            continue;
        }
        let name = assign.targets.iter().find_map(|target| match target {
            Expr::Name(name) => Some(name.id.to_string()),
            Expr::Attribute(attribute) => Some(attribute.attr.to_string()),
            Expr::Subscript(subscript) => match &*subscript.slice {
                Expr::StringLiteral(key) => Some(key.value.to_str().to_owned()),
                _ => None,
            },
            _ => None,
        });
        let Some(name) = name else { continue };
        let lower = name.to_ascii_lowercase();
        let secret = [
            "password",
            "passwd",
            "secret_key",
            "secretkey",
            "api_key",
            "apikey",
            "access_token",
            "auth_token",
            "secret",
        ]
        .iter()
        .any(|word| lower.ends_with(word));
        if !secret {
            continue;
        }
        let message = format!(
            "`{name}` is written in plain text here: keep it in a `.env` file or in the platform's settings"
        );
        let mut found = cx.found(&DOC, id, stmt.range(), 0.8, message);
        // The secret itself must not reach a report.
        found.excerpt = format!("{name} = …");
        found.captures.insert("name".to_owned(), name);
        out.push(found);
    }
}
