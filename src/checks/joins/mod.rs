//! Joins: checks that need the facts of two collectors, or facts and files. One file per join.

mod hosts;
mod listening;
mod modules;
mod paths;
mod server_pair;
mod stale;
mod symptoms;
mod wrong_file;

use super::{Context, seen};
use crate::model::Facts;

/// Runs every join in order; later ones see what earlier ones added.
pub(super) fn run(context: &Context, facts: &mut Facts) {
    // Before the person's own words are added: the pages' are taken back alone.
    seen::settle(facts);
    symptoms::add(context, facts);
    hosts::weigh(context, facts);
    let files = paths::Files::new(&context.site);
    modules::place(context, facts);
    stale::mark(context, &files, facts);
    wrong_file::find(context, facts);
    server_pair::compare(context, facts);
    server_pair::settle(facts);
    listening::compare(context, facts);
}
