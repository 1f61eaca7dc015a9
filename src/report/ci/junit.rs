//! `--format junit`: one test case per cause that was judged, so that what was checked is visible.

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use super::message;
use crate::model::{Report, Severity, State};
use crate::redact::Shareable;
use crate::report::{Style, words};
use crate::text::{defuse, xml};

pub(in crate::report) fn junit(reports: &[Shareable], style: &Style) -> String {
    let mut document = Document::new("diagnose");
    for (at, shareable) in reports.iter().enumerate() {
        let report = shareable.report();
        let other = if words::is_lint(report) { "lint" } else { "site" };
        let subject = words::subject(report).unwrap_or_else(|| other.to_owned());
        // Readers keep the first of two cases with the same class and name.
        let class = if reports.len() > 1 {
            format!("diagnose.{}.{subject}", at + 1)
        } else {
            format!("diagnose.{subject}")
        };
        let mut suite = TestSuite::new(xml(&class));
        suite.add_test_cases(cases(report, &xml(&class), style));
        document.add_test_suite(suite);
    }
    let text = document.to_string().unwrap_or_default();
    text.lines().flat_map(|line| [defuse(line), "\n".to_owned()]).collect()
}

fn cases(report: &Report, class: &str, style: &Style) -> Vec<TestCase> {
    let mut names = std::collections::BTreeMap::<String, u32>::new();
    let mut unique = |name: &str| {
        let n = names.entry(name.to_owned()).or_default();
        *n += 1;
        if *n == 1 { name.to_owned() } else { format!("{name} ({n})") }
    };
    let mut all = Vec::new();
    for finding in &report.findings {
        let slug = words::slug(finding);
        let fails = words::stands(finding) && finding.severity > Severity::Note;
        let status = if fails {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let text = message(report, finding);
            status.set_message(xml(words::headline(report, finding)));
            status.set_type(words::severity(finding.severity));
            // Some readers drop the message: the body has everything.
            status.set_description(xml(&body(report, finding, &text, style)));
            status
        } else {
            TestCaseStatus::success()
        };
        let name = unique(slug);
        let mut case = TestCase::new(xml(&name), status);
        case.set_classname(class);
        if !fails {
            let state = if finding.state == State::Old { "old: " } else { "" };
            case.set_system_out(xml(&format!("{state}{}", message(report, finding))));
        }
        all.push(case);
    }
    if all.is_empty() && report.evaluated.is_empty() && words::is_lint(report) {
        // Readers take a suite without cases for one that did not run.
        let mut case = TestCase::new("lint", TestCaseStatus::success());
        case.set_classname(class);
        all.push(case);
    }
    for code in &report.evaluated {
        if report.findings.iter().any(|finding| words::slug(finding) == code) {
            continue;
        }
        let mut case = TestCase::new(xml(&unique(code)), TestCaseStatus::success());
        case.set_classname(class);
        all.push(case);
    }
    for item in &report.ruled_out {
        let mut case = TestCase::new(xml(&unique(&item.cause)), TestCaseStatus::success());
        case.set_classname(class);
        if style.verbose > 0 {
            case.set_system_out(xml(&item.reason));
        }
        all.push(case);
    }
    for item in &report.skipped {
        let mut status = TestCaseStatus::skipped();
        status.set_message(xml(&item.missing));
        let mut case = TestCase::new(xml(&unique(&format!("check: {}", item.check))), status);
        case.set_classname(class);
        all.push(case);
    }
    all
}

fn body(report: &Report, finding: &crate::model::Finding, message: &str, style: &Style) -> String {
    let mut lines = vec![message.to_owned()];
    for item in finding.evidence.iter().take(3) {
        if let Some(place) = &item.place {
            lines.push(words::place(report, place));
        }
        lines.extend(item.excerpt.lines().take(20).map(|line| format!("  {line}")));
    }
    for (at, fix) in finding.fixes.iter().enumerate() {
        lines.push(format!("{}. {}", at + 1, fix.text));
        lines.extend(fix.command.iter().map(|command| format!("   {command}")));
    }
    if style.verbose > 0 {
        lines.extend(finding.prevent.iter().map(words::prevention));
    }
    lines.extend(finding.docs.iter().take(2).cloned());
    lines.join("\n")
}
