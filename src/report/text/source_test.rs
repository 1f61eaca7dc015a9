use proptest::prelude::*;

use super::super::super::Style;
use super::*;
use crate::model::{Place, Source};
use crate::text::is_hostile;

fn item(code: &str, columns: Option<(u32, u32)>, label: &str) -> Evidence {
    let mut place = Place::line("wsgi.py", 9);
    if let Some((start, end)) = columns {
        (place.column, place.end_line, place.end_column) = (Some(start), Some(9), Some(end));
    }
    Evidence {
        source: Source::Code,
        place: Some(place),
        time: None,
        count: 1,
        last_time: None,
        excerpt: code.to_owned(),
        label: (!label.is_empty()).then(|| label.to_owned()),
    }
}

fn drawn(item: &Evidence, style: &Style) -> String {
    let mut page = Page::new(style);
    let lines: Vec<&str> = item.excerpt.lines().collect();
    excerpt(&mut page, item, &lines, 9, 5);
    page.finish()
}

fn at_80() -> Style {
    Style { width: 80, ..Style::default() }
}

#[test]
fn the_label_stands_beside_the_mark_where_there_is_room() {
    let code = "app = Flask(__name__)\napp.run()";
    assert_eq!(
        drawn(&item(code, Some((7, 12)), "made here"), &at_80()),
        "   9 │ app = Flask(__name__)\n     │       ━━━━━ made here\n  10 │ app.run()\n"
    );
    let style = Style { unicode: false, ..at_80() };
    assert_eq!(
        drawn(&item("x = 'ß' + y", Some((11, 12)), "ünknown"), &style),
        "   9 | x = '?' + y\n     |           ^ ?nknown\n"
    );
}

#[test]
fn a_long_label_is_wrapped_below_its_mark() {
    let label = "This starts a web server of its own while the module is imported, so the \
                 platform's server never gets the application";
    assert_eq!(
        drawn(&item("app.run()", Some((1, 10)), label), &at_80()),
        "   9 │ app.run()\n     │ ━━━━━━━━━\n     │ This starts a web server of its own while the \
         module is imported, so the\n     │ platform's server never gets the application\n"
    );
}

#[test]
fn escapes_do_not_move_the_mark() {
    let text = drawn(&item("a\u{1b}[2J = b\u{202e}c", Some((9, 10)), "here"), &at_80());
    assert_eq!(text, "   9 │ a\\x1b[2J = b\\u{202e}c\n     │            ━ here\n");
}

#[test]
fn what_is_missing_is_missing_at_the_end() {
    let text = drawn(&item("def home()", Some((11, 11)), "a colon"), &at_80());
    assert_eq!(text, "   9 │ def home()\n     │           ━ a colon\n");
}

#[test]
fn a_mark_far_right_or_very_wide_stays_in_sight() {
    let code = format!("x = [{}missing, {}]", "1, ".repeat(80), "2, ".repeat(80));
    let text = drawn(&item(&code, Some((246, 253)), "here"), &at_80());
    assert!(text.contains("missing") && text.contains("━━━━━━━ here"), "{text}");
    let text = drawn(&item(&code, Some((5, 490)), "a list"), &at_80());
    assert!(text.contains("│ x = [1, 1,") && text.contains("━━━"), "{text}");
}

#[test]
fn without_column_the_whole_line_is_marked_or_nothing() {
    assert_eq!(
        drawn(&item("    run()", None, "here"), &at_80()),
        "   9 │     run()\n     │     ━━━━━ here\n"
    );
    assert_eq!(drawn(&item("    run()", None, ""), &at_80()), "   9 │     run()\n");
}

/// An empty mark takes a column as well.
#[test]
fn a_label_beside_an_empty_mark_stays_on_the_page() {
    for length in 60..80 {
        let text = drawn(&item(" \nx", None, &"a".repeat(length)), &at_80());
        assert!(text.lines().all(|line| crate::text::width(line) <= 80), "{text}");
    }
}

proptest! {
    #[test]
    fn nothing_is_wider_than_the_page_or_hostile(
        code in prop::collection::vec("[a-z (\\t\u{1b}\u{202e}漢é😀\u{301}]{0,160}", 1..4),
        start in 0u32..170,
        wide in 0u32..170,
        label in "[a-z 漢\u{7}]{0,100}",
        width in 60usize..100,
        unicode in any::<bool>(),
        with_column in any::<bool>(),
    ) {
        let columns = with_column.then_some((start, start + wide));
        let item = item(code.join("\n").trim_end(), columns, &label);
        let text = drawn(&item, &Style { width, unicode, ..Style::default() });
        for line in text.lines() {
            prop_assert!(crate::text::width(line) <= width, "{line}");
            prop_assert!(!line.contains(is_hostile), "{line}");
        }
        let numbered = text.lines().filter(|line| line[..5].trim().parse::<u32>().is_ok());
        prop_assert_eq!(numbered.count(), item.excerpt.lines().count(), "{}", text);
    }
}
