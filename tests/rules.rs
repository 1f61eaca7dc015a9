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
