//! Rules: data that says how facts are recognised and which causes they support.

pub mod schema;
