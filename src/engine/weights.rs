//! Every number of the ledger in one place. Points are decibans: 10·log10 of a likelihood ratio.
//!
//! Starting values from DESIGN.md; tuned only against the whole corpus, never for one case.

use crate::rules::schema::Strength;

/// Points of a strength word.
#[must_use]
pub fn strength(word: Strength) -> f64 {
    match word {
        Strength::None => 0.0,
        Strength::Weak => 3.0,
        Strength::Moderate => 7.0,
        Strength::Strong => 13.0,
        Strength::Definitive => 20.0,
    }
}

/// Share that the second, third … piece of like evidence keeps.
pub const LIKE_EVIDENCE: f64 = 0.25;
/// Most that repeats of one event add.
pub const REPEATS: f64 = 3.0;
/// What an explained event keeps, and what it gives to the cause that explains it.
pub const EXPLAINED_KEEPS: f64 = 0.10;
pub const EXPLAINED_GIVES: f64 = 0.25;
/// Most that explained events give to one cause.
pub const EXPLAINED_MOST: f64 = 6.0;
/// Lines that our own request caused.
pub const OURS: f64 = 1.25;
/// This epoch, the one before, older.
pub const EPOCHS: [f64; 3] = [1.0, 0.5, 0.15];
/// In place of the epoch's factor once the evidence no longer holds.
pub const RESOLVED: f64 = 0.05;
/// Request-time evidence of this epoch and the two before stays at least so current.
pub const REQUEST_FLOOR: f64 = 0.3;
/// Evidence below this factor is old.
pub const OLD_BELOW: f64 = 0.3;
/// Score at which a cause is as probable as none.
pub const PRIOR: f64 = 6.0;
/// With the error log alone and nothing after the failure.
pub const UNCONFIRMED_MOST: f64 = 0.79;

/// Symptom fit: how much a fitting or contradicting symptom moves a cause, by who says so.
#[must_use]
pub fn symptom(source: crate::model::SymptomSource) -> f64 {
    use crate::model::SymptomSource::{AccessLog, Platform, Probe, User};
    match source {
        Probe => 7.0,
        User => 5.0,
        Platform => 4.0,
        AccessLog => 3.0,
    }
}

/// Probability against "none of these".
#[must_use]
pub fn probability(score: f64) -> f64 {
    1.0 / (1.0 + 10f64.powf((PRIOR - score) / 10.0))
}

/// What `count` repeats of one event add.
#[must_use]
pub fn repeats(count: u32) -> f64 {
    if count <= 1 { 0.0 } else { REPEATS * (1.0 - 1.0 / f64::from(count)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_design_have_its_probabilities() {
        for (word, expected) in [
            (Strength::Weak, 0.33),
            (Strength::Moderate, 0.56),
            (Strength::Strong, 0.83),
            (Strength::Definitive, 0.96),
        ] {
            assert!((probability(strength(word)) - expected).abs() < 0.006, "{word:?}");
        }
    }

    #[test]
    fn repeats_never_add_more_than_three() {
        assert!(repeats(1) < f64::EPSILON);
        assert!(repeats(u32::MAX) <= REPEATS);
    }
}
