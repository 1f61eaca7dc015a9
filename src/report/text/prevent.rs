//! How to keep a cause from coming back, with `-v`.

use super::page::{LABEL, Page, Tone};
use crate::model::Prevention;
use crate::text::terminal;

/// How to keep it from happening again, below a line of its own.
pub(super) fn prevent(page: &mut Page<'_>, items: &[Prevention]) {
    let head = page.paint("   Prevent", Tone::Strong);
    page.line(&head);
    for (n, item) in items.iter().enumerate() {
        page.labelled_item("", &format!("{}. ", n + 1), &item.text);
        if let Some(command) = &item.command {
            page.command(LABEL + 5, command);
        }
        if let Some(url) = &item.url {
            page.line(&format!("{}{}", " ".repeat(LABEL + 3), terminal(url)));
        }
    }
}
