//! Wired when the renderers stand.
fn main() {}
