//! Every format against one set of reports: snapshots, the schema, and nothing hostile gets out.

mod samples;

use proptest::prelude::*;

use super::{Flavor, Format, Style, json, render, render_many};
use crate::model::Report;
use crate::redact::{RedactOptions, Shareable, redact};
use crate::text::is_hostile;

const FORMATS: [Format; 10] = [
    Format::Text,
    Format::Concise,
    Format::Json,
    Format::Markdown,
    Format::Html,
    Format::Sarif,
    Format::Github,
    Format::Gitlab,
    Format::Junit,
    Format::Reply,
];

fn shareable(report: Report) -> Shareable {
    redact(report, &RedactOptions::terminal())
}

fn written(format: Format, report: &Shareable, style: &Style) -> String {
    let mut out = Vec::new();
    render(format, report, style, &mut out).expect("memory does not fail");
    String::from_utf8(out).expect("UTF-8")
}

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn snapshots_of_every_format() {
    let base = Style { base: Some("/var/www".to_owned()), ..Style::default() };
    for (name, report) in samples::all() {
        if name == "hostile" {
            continue;
        }
        let report = shareable(report);
        for width in [80, 60] {
            let style = Style { width, ..base.clone() };
            snapshot(&format!("{name}-text-{width}"), &written(Format::Text, &report, &style));
        }
        let ascii = Style { unicode: false, ..base.clone() };
        snapshot(&format!("{name}-text-ascii"), &written(Format::Text, &report, &ascii));
        snapshot(&format!("{name}-markdown"), &written(Format::Markdown, &report, &base));
        snapshot(&format!("{name}-reply"), &written(Format::Reply, &report, &base));
        if matches!(name, "broken" | "slow-first") {
            snapshot(&format!("{name}-html"), &written(Format::Html, &report, &base));
        }
        snapshot(&format!("{name}-concise"), &written(Format::Concise, &report, &base));
    }
    let report = shareable(samples::broken());
    let plain = Style { markdown_flavor: Flavor::Plain, explain_ranking: true, ..base.clone() };
    snapshot("broken-markdown-plain", &written(Format::Markdown, &report, &plain));
    snapshot(
        "broken-text-verbose",
        &written(Format::Text, &report, &Style { verbose: 2, ..base.clone() }),
    );
    for (format, name) in [
        (Format::Json, "json"),
        (Format::Sarif, "sarif"),
        (Format::Github, "github"),
        (Format::Gitlab, "gitlab"),
        (Format::Junit, "junit"),
    ] {
        snapshot(&format!("broken-{name}"), &written(format, &report, &base));
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for (name, report) in samples::all() {
        let commands: Vec<String> = report
            .findings
            .iter()
            .flat_map(|finding| finding.fixes.iter().filter_map(|fix| fix.command.clone()))
            .chain(report.next_check.iter().filter_map(|next| next.command.clone()))
            .chain(report.findings.iter().flat_map(|finding| finding.docs.clone()))
            .flat_map(|text| text.lines().map(crate::text::terminal).collect::<Vec<_>>())
            .collect();
        let report = shareable(report);
        for width in [60, 80] {
            let style = Style { width, ..Style::default() };
            for line in written(Format::Text, &report, &style).lines() {
                // Commands and links are never broken: they are there to be copied.
                let copied = commands.iter().any(|command| line.trim().ends_with(command.trim()));
                let fits = crate::text::width(line) <= width;
                assert!(fits || copied || name == "hostile", "{name} at {width}: {line}");
            }
        }
    }
}

fn validator() -> jsonschema::Validator {
    let schema = serde_json::from_str(json::SCHEMA).expect("the schema is JSON");
    jsonschema::validator_for(&schema).expect("the schema is one")
}

#[test]
fn json_keeps_the_contract() {
    let validator = validator();
    let mut reports = Vec::new();
    for (name, report) in samples::all() {
        let report = shareable(report);
        let text = written(Format::Json, &report, &Style::default());
        let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let errors: Vec<String> =
            validator.iter_errors(&value).map(|e| format!("{} {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        assert_eq!(value, json::value(&report), "escapes mean the same");
        reports.push(report);
    }
    let mut out = Vec::new();
    render_many(Format::Json, &reports, &Style::default(), &mut out).expect("memory");
    let value: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
    assert!(validator.is_valid(&value));
    assert_eq!(value["verdict"], "broken");
    assert_eq!(value["reports"].as_array().map(Vec::len), Some(6));
}

/// Nothing in any output can move a cursor, command a runner, or become markup.
fn nothing_hostile(text: &str) {
    let report = samples::hostile(text);
    for report in [shareable(report.clone()), Shareable::raw_unredacted(report)] {
        for format in FORMATS {
            for (flavor, unicode) in [(Flavor::Github, true), (Flavor::Plain, false)] {
                let style = Style {
                    markdown_flavor: flavor,
                    unicode,
                    verbose: 2,
                    explain_ranking: true,
                    base: Some(String::new()),
                    ..Style::default()
                };
                let out = written(format, &report, &style);
                check(format, &out);
            }
        }
    }
}

fn check(format: Format, out: &str) {
    let bad = out.chars().find(|c| is_hostile(*c) && !matches!(*c, '\n' | '\t' | '\u{200b}'));
    assert!(bad.is_none(), "{format:?} lets {bad:?} out");
    for line in out.lines() {
        let command = line.trim_start().starts_with("::");
        let ours = format == Format::Github
            && ["::error ", "::warning ", "::notice "].iter().any(|word| line.starts_with(word));
        assert!(!command || ours, "{format:?}: {line}");
        let machine = matches!(format, Format::Json | Format::Sarif | Format::Gitlab);
        assert!(
            machine
                || ours
                || format == Format::Html
                || format == Format::Junit
                || !line.contains("##["),
            "{format:?}: {line}"
        );
    }
    match format {
        Format::Html | Format::Junit => {
            for tag in ["<script", "<img", "onerror=y>", "</pre><s"] {
                assert!(!out.contains(tag), "{format:?} has {tag}");
            }
            assert!(!out.contains("javascript:x\""), "a link that runs code");
        }
        Format::Json | Format::Sarif | Format::Gitlab => {
            assert!(serde_json::from_str::<serde_json::Value>(out).is_ok());
        }
        _ => {}
    }
    if format == Format::Junit {
        well_formed(out);
    }
}

/// Tags nest and close; enough for a document without comments and CDATA.
fn well_formed(xml: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = xml;
    while let Some(at) = rest.find('<') {
        let end = rest[at..].find('>').expect("a tag ends") + at;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if tag.starts_with('?') || tag.ends_with('/') {
            continue;
        }
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "closed in order"),
            None => open.push(tag.split_whitespace().next().unwrap_or(tag)),
        }
    }
    assert!(open.is_empty(), "all closed");
}

#[test]
fn hostile_texts_reach_no_sink() {
    nothing_hostile(samples::HOSTILE);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_text_reaches_a_sink_raw(text in "[\\PC\u{1b}\u{7}\n\r\t:`<>|\"'&#%\u{202e}\u{9b}\u{0}]{0,60}") {
        nothing_hostile(&format!("{text}{}", samples::HOSTILE));
    }
}

#[test]
fn markdown_keeps_its_budget_and_its_fences() {
    let mut report = samples::broken();
    report.findings[0].evidence[1].excerpt = "line of a log\n".repeat(3_000);
    for _ in 0..20 {
        let another = report.findings[0].clone();
        report.findings.push(another);
    }
    let report = shareable(report);
    for budget in [400, 2_000, 10_000] {
        let style = Style { budget: Some(budget), ..Style::default() };
        let out = written(Format::Markdown, &report, &style);
        assert!(out.chars().count() <= budget.max(800), "{budget}: {}", out.chars().count());
        let fences = out.lines().filter(|line| line.trim_start().starts_with("```")).count();
        assert_eq!(fences % 2, 0, "every fence is closed");
        assert!(out.contains("left out"));
        assert!(out.starts_with("**diagnose"));
    }
}

#[test]
fn workflow_commands_keep_to_the_limit() {
    let mut report = samples::broken();
    for _ in 0..20 {
        let another = report.findings[0].clone();
        report.findings.push(another);
    }
    let style = Style { base: Some("/var/www".to_owned()), ..Style::default() };
    let out = written(Format::Github, &shareable(report), &style);
    assert_eq!(out.lines().filter(|line| line.starts_with("::error ")).count(), 10);
    assert!(out.contains("and 11 more findings"));
    assert!(
        out.contains("file=ana_pythonanywhere_com_wsgi.py,line=12,endLine=12,col=1,endColumn=16")
    );
}

#[test]
fn sarif_points_into_the_repository_only() {
    let style = Style { base: Some("/var/www".to_owned()), ..Style::default() };
    let mut report = samples::broken();
    let mut elsewhere = samples::crash_loop().findings.remove(0);
    elsewhere.title = "seen in a log only".to_owned();
    report.findings.push(elsewhere);
    let report = shareable(report);
    let text = written(Format::Sarif, &report, &style);
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let run = &value["runs"][0];
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), 1);
    let location = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "ana_pythonanywhere_com_wsgi.py");
    let print = results[0]["partialFingerprints"]["primaryLocationLineHash"].as_str();
    assert!(print.is_some_and(|print| print.ends_with(":1") && print.len() == 18));
    let notices = &run["invocations"][0]["toolExecutionNotifications"];
    assert_eq!(notices.as_array().map(Vec::len), Some(1));
    assert_eq!(written(Format::Sarif, &report, &style), text, "the same bytes again");
}

#[test]
fn colour_is_only_where_asked() {
    let report = shareable(samples::broken());
    colored::control::set_override(true);
    let style = Style { color: true, ..Style::default() };
    let colour = written(Format::Text, &report, &style);
    colored::control::unset_override();
    assert!(colour.contains("\u{1b}["));
    assert!(!written(Format::Text, &report, &Style::default()).contains('\u{1b}'));
}
