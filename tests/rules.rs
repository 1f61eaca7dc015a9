//! The rules that ship: they load, their examples behave, the cross-fire matrix is clean.

use diagnose::checks::examples;
use diagnose::rules::Rules;

#[test]
fn every_rule_file_loads() {
    let problems = Rules::embedded_problems();
    assert!(
        problems.is_empty(),
        "{}",
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    );
    assert!(!Rules::embedded().causes().is_empty());
}

#[test]
fn examples_match_counter_examples_do_not_and_nothing_fires_across() {
    let problems = examples::check(Rules::embedded());
    assert!(problems.is_empty(), "{} problems\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn every_lint_that_names_a_cause_has_a_signature_there() {
    let rules = Rules::embedded();
    for lint in diagnose::python::lints::LINTS {
        let Some(cause) = lint.doc.cause else { continue };
        let matches =
            rules.match_lint(lint.doc.name, Some(cause), &diagnose::model::Captures::new());
        assert!(
            !matches.is_empty(),
            "{} supports {cause}, which has no signature for it",
            lint.doc.name
        );
    }
}
