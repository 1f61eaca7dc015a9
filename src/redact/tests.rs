use super::pattern::{may_match, patterns};
use super::{RedactOptions, redact_text};

fn shared(text: &str) -> String {
    redact_text(text, &RedactOptions::shared())
}

#[test]
fn every_pattern_does_what_its_examples_say() {
    assert!(patterns().len() > 8, "the file is read");
    let mut wrong = Vec::new();
    for (at, pattern) in patterns().iter().enumerate() {
        assert!(pattern.compiles(), "{}", pattern.id);
        assert!(!pattern.examples.is_empty() && !pattern.counterexamples.is_empty());
        for example in &pattern.examples {
            let got = shared(&example.text);
            if got != example.becomes {
                wrong.push(format!(
                    "{}: {}\n  got    {got}\n  wanted {}",
                    pattern.id, example.text, example.becomes
                ));
            }
        }
        for text in &pattern.counterexamples {
            if may_match(text)[at] && !pattern.spans(text).is_empty() {
                wrong.push(format!("{} hides something of: {text}", pattern.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_same_value_gets_the_same_placeholder() {
    assert_eq!(shared("203.0.113.9 - - 198.51.100.7, 203.0.113.9"), "‹ip-1› - - ‹ip-2›, ‹ip-1›");
    assert_eq!(shared("to a@b.example and c@d.example"), "to ‹email-1› and ‹email-2›");
    assert_eq!(
        shared("PASSWORD='abc12345x' then abc12345x"),
        "PASSWORD='‹secret:assigned›' then ‹secret:assigned›"
    );
}

#[test]
fn what_is_no_visitor_stays() {
    for text in [
        "bind 127.0.0.1:8000 and 0.0.0.0:5000 and [::1]:80",
        "Mozilla/5.0 Chrome/120.0.0.0 Safari/537.36",
        "pip install thing==1.2.3.4",
        "version 10.4.6.1",
        "2026-11-20 09:14:02,123 *** uWSGI is running",
        "x[1::2] and a::b and 12:30:45",
        "git@github.com:ana/site.git",
        "/home/runner/work and /home/site/wwwroot",
        "deadbeefdeadbeefdeadbeef",
        "File \"/srv/app/views.py\", line 31, in <module>",
    ] {
        assert_eq!(shared(text), text);
    }
}

#[test]
fn visitors_and_accounts() {
    assert_eq!(shared("client: 2001:db8::17, server"), "client: ‹ip-1›, server");
    assert_eq!(shared("http://203.0.113.9/x"), "http://‹ip-1›/x");
    assert_eq!(
        shared("/home/ana/site/x.py and /home/ana/y, db ana$shop, ana.mysql.example"),
        "/home/‹user-1›/site/x.py and /home/‹user-1›/y, db ‹user-1›$shop, ‹user-1›.mysql.example"
    );
    assert_eq!(shared("mysql -u ana; cd /home/ana"), "mysql -u ‹user-1›; cd /home/‹user-1›");
    assert_eq!(shared(r"C:\Users\Ana\x"), r"C:\Users\‹user-1›\x");
    let own = redact_text("/home/ana 203.0.113.9 a@b.example", &RedactOptions::terminal());
    assert_eq!(own, "/home/ana 203.0.113.9 ‹email-1›");
}

#[test]
fn hostile_input_neither_panics_nor_explodes() {
    let long = "SECRET_KEY='".repeat(5_000) + &"é‹›@:/".repeat(5_000);
    assert!(!shared(&long).is_empty());
    for text in ["", "‹", "password=‹", "://:@", "=\"", "\u{0}password: \u{1b}[31mabc1"] {
        let _ = shared(text);
    }
    // Doing it twice changes nothing more.
    let once = shared("DATABASE_URL=postgres://u:p4ssword@h/db PASSWORD='x1y2z3a4'");
    assert_eq!(shared(&once), once);
}
