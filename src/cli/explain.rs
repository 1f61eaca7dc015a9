//! `diagnose explain`: the rule's own texts.

use std::fmt::Write as _;

use super::args::{ExplainArgs, FormatArg};
use super::exit::Exit;
use super::explain_text::{cause_text, filled_text, title};
use super::failure::Failure;
use super::output;
use crate::model::{Captures, LogKind};
use crate::rules::Rules;
use crate::rules::schema::Cause;

/// Prints what a slug, a code or a log line means.
pub(super) fn run(args: &ExplainArgs) -> anyhow::Result<Exit> {
    output::check_words(&args.output)?;
    let rules = Rules::embedded();
    let platform = args.platform.as_deref();
    let text = match &args.what {
        None if args.all => {
            let texts: Vec<String> =
                rules.causes().iter().map(|cause| cause_text(cause, rules, platform)).collect();
            texts.join("\n\n")
        }
        None => index(rules),
        Some(what) => one(what, rules, platform)?,
    };
    let text = if args.output.format == Some(FormatArg::Json) { json(args, rules)? } else { text };
    output::words(&text, &args.output)?;
    Ok(Exit::Clean)
}

fn index(rules: &Rules) -> String {
    let mut out = String::from("Causes (diagnose explain SLUG):\n");
    let mut group = "";
    for cause in rules.causes() {
        if cause.group != group {
            group = &cause.group;
            let _ = write!(out, "\n{group}\n");
        }
        let _ = writeln!(out, "  {:<26} {}", cause.slug, title(cause));
    }
    out.push_str("\nAlso: a lint's code, an error code such as H12, or a log line in quotes.");
    out
}

fn one(what: &str, rules: &Rules, platform: Option<&str>) -> Result<String, Failure> {
    if let Some(cause) = rules.cause(&what.to_lowercase()) {
        return Ok(cause_text(cause, rules, platform));
    }
    if let Some(text) = crate::python::explain_lint(what).or_else(|| crate::procfile::explain(what))
    {
        return Ok(text);
    }
    if let Some(text) = status(what, rules) {
        return Ok(text);
    }
    let mut found: Vec<Known> = by_code(what, rules)
        .into_iter()
        .map(|slug| Known { slug, captures: Captures::new() })
        .collect();
    if found.is_empty() {
        found = explain_line(what, rules);
    }
    if !found.is_empty() {
        let texts: Vec<String> = found
            .iter()
            .filter_map(|known| Some((rules.cause(&known.slug)?, &known.captures)))
            .map(|(cause, captures)| filled_text(cause, rules, platform, captures))
            .collect();
        return Ok(texts.join("\n\n"));
    }
    if rules.is_harmless(what) {
        return Ok("A working site writes this too: it is no sign of a fault by itself.".to_owned());
    }
    let near = rules
        .causes()
        .iter()
        .map(|cause| (similarity(&cause.slug, what), cause.slug.as_str()))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(ratio, _)| *ratio > 0.6);
    // What was pasted may hold a password.
    let shown = crate::redact::redact_text(what, &crate::redact::RedactOptions::terminal());
    let shown = crate::text::truncate(&shown, 78, "…");
    let mut failure = Failure::new(format!("{shown}: no cause, code or known log line"));
    if let Some((_, slug)) = near {
        failure = failure.hint(format!("did you mean {slug}?"));
    }
    Err(failure.hint("diagnose explain lists all causes"))
}

/// An HTTP status: what can show it.
fn status(what: &str, rules: &Rules) -> Option<String> {
    let number = what.parse::<u16>().ok().filter(|number| (100..600).contains(number))?;
    let word = number.to_string();
    let mut out = format!("{number} can be shown by these causes (diagnose explain SLUG):\n");
    let before = out.len();
    for cause in rules.causes() {
        let shows = cause.symptoms.contains(&word)
            || cause.symptoms_on.values().any(|words| words.contains(&word));
        if shows {
            let _ = write!(out, "\n  {:<26} {}", cause.slug, title(cause));
        }
    }
    (out.len() > before).then_some(out)
}

/// A platform's error code (`H12`, `R14`): the causes whose examples carry it.
fn by_code(what: &str, rules: &Rules) -> Vec<String> {
    let code = what.trim().to_uppercase();
    let letters = code.bytes().take_while(u8::is_ascii_uppercase).count();
    let digits = code.bytes().skip(letters).take_while(u8::is_ascii_digit).count();
    if !(1..=2).contains(&letters) || !(2..=4).contains(&digits) || letters + digits != code.len() {
        return Vec::new();
    }
    let (router, runtime, fly) =
        (format!("code={code} "), format!("Error {code} "), format!("[{code}]"));
    let mut slugs: Vec<String> = Vec::new();
    for sig in rules.signatures() {
        let carries = sig.text.examples.iter().any(|example| {
            example.contains(&router) || example.contains(&runtime) || example.contains(&fly)
        });
        if carries && !slugs.contains(&sig.slug) {
            slugs.push(sig.slug.clone());
        }
    }
    slugs.truncate(3);
    slugs
}

fn similarity(a: &str, b: &str) -> f64 {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().take(100).collect();
    f64::from(similar::capture_diff_slices(similar::Algorithm::Myers, &a, &b).iter().fold(
        0u32,
        |sum, op| {
            if op.tag() == similar::DiffTag::Equal {
                sum + u32::try_from(op.new_range().len()).unwrap_or(0)
            } else {
                sum
            }
        },
    )) * 2.0
        / (a.len() + b.len()).max(1) as f64
}

/// Slugs of the causes that a pasted line or traceback speaks for, most specific first.
fn explain_line(text: &str, rules: &Rules) -> Vec<Known> {
    let facts = crate::log::scan::scan_text(text, LogKind::Any, rules);
    let mut found: Vec<Known> = Vec::new();
    for hit in facts.facts.iter().filter_map(|fact| fact.matches.first()) {
        if let Some(sig) = rules.signature(&hit.signature)
            && !found.iter().any(|known| known.slug == sig.slug)
        {
            found.push(Known { slug: sig.slug.clone(), captures: hit.captures.clone() });
        }
    }
    found.truncate(3);
    found
}

/// A cause that what was asked for speaks for, with what it names (module, host, path).
struct Known {
    slug: String,
    captures: Captures,
}

fn json(args: &ExplainArgs, rules: &Rules) -> Result<String, Failure> {
    let wanted: Vec<&Cause> = match &args.what {
        None => rules.causes().iter().collect(),
        Some(what) => match rules.cause(what) {
            Some(cause) => vec![cause],
            None => {
                return Err(Failure::new(format!(
                    "{what}: --format json explains causes by their slug"
                )));
            }
        },
    };
    let list: Vec<serde_json::Value> = wanted
        .iter()
        .map(|cause| {
            serde_json::json!({
                "slug": cause.slug,
                "title": title(cause),
                "group": cause.group,
                "why": cause.why.trim(),
                "how": cause.how.trim(),
                "fixes": cause.fixes.iter().map(|fix| serde_json::json!({
                    "platforms": fix.platforms, "text": fix.text, "command": fix.command,
                })).collect::<Vec<_>>(),
                "check": cause.check.trim(),
                "prevent": cause.prevent.iter().map(|item| serde_json::json!({
                    "platforms": item.platforms, "text": item.text, "command": item.command, "url": item.url,
                })).collect::<Vec<_>>(),
                "docs": cause.docs.iter().map(|doc| doc.url.clone()).collect::<Vec<_>>(),
            })
        })
        .collect();
    serde_json::to_string_pretty(&list).map_err(|error| Failure::new(error.to_string()))
}
