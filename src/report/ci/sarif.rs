//! `--format sarif`: SARIF 2.1.0 as GitHub code scanning wants it.
//! <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>
//!
//! A result without a file of the repository is not shown there and breaks the upload's rules:
//! such findings become notifications of the run.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Spot, message, spots};
use crate::model::{Finding, Report, Severity};
use crate::redact::Shareable;
use crate::report::{Style, words};
use crate::text::xml as plain;

/// Longest text of a rule's descriptions.
const DESCRIPTION: usize = 1024;
/// Results of one run that are accepted.
const RESULTS: usize = 25_000;

pub(in crate::report) fn sarif(reports: &[Shareable], style: &Style) -> String {
    let runs: Vec<Value> = reports
        .iter()
        .take(20)
        .map(|shareable| run(shareable.report(), style, reports.len()))
        .collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": runs,
    });
    crate::report::json::write(&document)
}

fn run(report: &Report, style: &Style, runs: usize) -> Value {
    let spots = spots(report, style);
    let mut index: BTreeMap<String, usize> = BTreeMap::new();
    let mut rules = Vec::new();
    for spot in &spots {
        let slug = words::slug(spot.finding).to_owned();
        if !index.contains_key(&slug) {
            index.insert(slug.clone(), rules.len());
            rules.push(rule(report, &slug, spot.finding, style.verbose > 0));
        }
    }
    let results: Vec<Value> = spots
        .iter()
        .filter(|spot| spot.path.is_some())
        .take(RESULTS)
        .map(|spot| result(report, spot, &index))
        .collect();
    let notifications: Vec<Value> = spots
        .iter()
        .filter(|spot| spot.path.is_none())
        .map(|spot| {
            json!({
                "level": level(spot.finding.severity),
                "message": {"text": plain(&message(report, spot.finding))},
                "descriptor": {"id": plain(words::slug(spot.finding))},
            })
        })
        .collect();
    let mut run = json!({
        "tool": {"driver": {
            "name": "diagnose",
            "semanticVersion": plain(&report.version),
            "rules": rules,
        }},
        "columnKind": "unicodeCodePoints",
        "results": results,
        "invocations": [{
            "executionSuccessful": true,
            "toolExecutionNotifications": notifications,
        }],
    });
    if runs > 1
        && let Some(subject) = words::subject(report)
        && let Some(run) = run.as_object_mut()
    {
        let id = format!("diagnose/{}/", plain(&subject).replace('/', "_"));
        run.insert("automationDetails".to_owned(), json!({"id": id}));
    }
    run
}

fn cut(text: &str) -> String {
    let text = plain(text);
    if text.chars().count() <= DESCRIPTION {
        return text;
    }
    let mut out: String = text.chars().take(DESCRIPTION - 1).collect();
    out.push('…');
    out
}

/// The help as Markdown: what came from files and logs is text there, never mark-up.
fn markdown(lines: &[String]) -> String {
    let escape = |line: &String| {
        if line.starts_with("https://") && !line.contains([' ', '<', '>']) {
            return format!("<{}>", plain(line));
        }
        let mut out = String::new();
        for c in plain(line).chars() {
            if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|') {
                out.push('\\');
            }
            out.push(c);
        }
        out
    };
    lines.iter().map(escape).collect::<Vec<_>>().join("\n\n")
}

fn rule(report: &Report, slug: &str, finding: &Finding, verbose: bool) -> Value {
    // A lint's own text is about one line; the rule's is about its kind.
    let lint = words::is_lint(report);
    let why = if lint || finding.why.trim().is_empty() { &finding.title } else { &finding.why };
    let mut help: Vec<String> = vec![why.clone()];
    help.extend(finding.fixes.iter().enumerate().map(|(at, fix)| {
        let command = fix.command.as_ref().map_or_else(String::new, |c| format!(" {c}"));
        format!("{}. {}{command}", at + 1, fix.text)
    }));
    if verbose {
        help.extend(finding.prevent.iter().map(words::prevention));
    }
    help.extend(finding.docs.iter().take(3).cloned());
    let short = slug.replace('-', " ");
    let kind = if finding.cause.is_some() { "cause" } else { "lint" };
    let name = pascal(finding.cause.as_deref().unwrap_or(slug));
    let mut rule = json!({
        "id": plain(slug),
        // Microsoft's validator: it must say something else than the id (SARIF1001, SARIF2012).
        "name": (name != slug).then_some(name),
        "shortDescription": {"text": cut(if lint { &finding.title } else { &short })},
        "fullDescription": {"text": cut(why)},
        "help": {"text": plain(&help.join("\n")), "markdown": markdown(&help)},
        "helpUri": finding.docs.iter().find(|url| url.starts_with("https://")).map(|url| uri_reference(url)),
        "defaultConfiguration": {"level": level(finding.severity)},
        "properties": {
            "tags": ["diagnose", kind],
            "precision": precision(finding),
            "problem.severity": match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "recommendation",
            },
        },
    });
    // The schema allows no null.
    if let Some(rule) = rule.as_object_mut() {
        rule.retain(|_, value| !value.is_null());
    }
    rule
}

fn result(report: &Report, spot: &Spot<'_>, index: &BTreeMap<String, usize>) -> Value {
    let slug = words::slug(spot.finding);
    let mut region = json!({"startLine": spot.line});
    if let Some(region) = region.as_object_mut() {
        let end = spot.end_line.filter(|end| *end >= spot.line);
        if let Some(column) = spot.column.filter(|column| *column > 0) {
            region.insert("startColumn".to_owned(), json!(column));
            let fits =
                |end_column: &u32| end.is_some_and(|end| end > spot.line) || *end_column > column;
            if let Some(end_column) = spot.end_column.filter(fits) {
                region.insert("endColumn".to_owned(), json!(end_column));
            }
        }
        if let Some(end) = end {
            region.insert("endLine".to_owned(), json!(end));
        }
    }
    json!({
        "ruleId": plain(slug),
        "ruleIndex": index.get(slug),
        "level": level(spot.finding.severity),
        "message": {"text": plain(&message(report, spot.finding))},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": uri(spot.path.as_deref().unwrap_or_default())},
            "region": region,
        }}],
        "partialFingerprints": {"primaryLocationLineHash": spot.fingerprint},
        "properties": {"confidence": (spot.finding.confidence.0 * 1000.0).round() / 1000.0},
    })
}

/// `dev-server-run` as `DevServerRun`.
fn pascal(slug: &str) -> String {
    let word = |word: &str| {
        let mut chars = word.chars();
        chars
            .next()
            .map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect::<String>())
    };
    plain(slug).split('-').map(word).collect()
}

/// A link without what no link may hold.
fn uri_reference(url: &str) -> String {
    url.chars().filter(|c| c.is_ascii_graphic() && !"<>\"`{}|\\^".contains(*c)).collect()
}

/// A relative reference: everything that is not unreserved or `/` is percent-encoded.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/@+,$".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn level(severity: Severity) -> &'static str {
    words::severity(severity)
}

fn precision(finding: &Finding) -> &'static str {
    match finding.confidence.0 {
        p if p >= 0.95 => "very-high",
        p if p >= 0.75 => "high",
        p if p >= 0.40 => "medium",
        _ => "low",
    }
}
