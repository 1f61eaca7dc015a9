//! What the app objects of frameworks have. Data: `rules/python/attributes.toml`.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::embedded::embedded;

/// Every public attribute of a class, over all its versions; `None` where the class is not known.
#[must_use]
pub fn of_class(class: &str) -> Option<&'static [&'static str]> {
    #[derive(Default, Deserialize)]
    struct File {
        #[serde(borrow)]
        classes: HashMap<&'static str, Vec<&'static str>>,
    }
    static TABLE: OnceLock<HashMap<&'static str, Vec<&'static str>>> = OnceLock::new();
    let table = TABLE
        .get_or_init(|| embedded::<File>("python/attributes.toml").unwrap_or_default().classes);
    table.get(class).map(Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::of_class;

    #[test]
    fn classes_of_the_table() {
        assert!(of_class("flask.Flask").is_some_and(|names| names.contains(&"route")));
        assert!(of_class("fastapi.FastAPI").is_some_and(|names| names.contains(&"routes")));
        assert_eq!(of_class("flask.Blueprint"), None);
    }
}
