//! PythonAnywhere's API, played by a loopback server.

use std::time::Duration;

use diagnose::http::api::{Api, ApiError, ApiErrorKind, Token};

use crate::faults::{Certificate, Server, always, certificate, response};

const SECRET: &str = "0123456789abcdef";

/// The documented endpoints for the user `shop` with the domain `shop.example.com`.
fn server() -> Server {
    Server::plain(|_, head, stream| {
        let line = head.lines().next().unwrap_or_default();
        let path = "/api/v0/user/shop";
        let known = head.contains(&format!("Token {SECRET}"));
        let answer = match line.strip_suffix(" HTTP/1.1").unwrap_or(line) {
            _ if !known => response(401, &[], "{\"detail\":\"Invalid token.\"}"),
            l if l.contains("/user/other/") => response(403, &[], "{\"detail\":\"no\"}"),
            l if l == format!("POST {path}/webapps/shop.example.com/reload/") => {
                response(200, &[], "{\"status\":\"OK\"}")
            }
            l if l == format!("POST {path}/webapps/www.example.com/reload/") => {
                response(409, &[], "{\"error\":\"cname_error\"}")
            }
            l if l == format!("POST {path}/webapps/busy.example.com/reload/") => response(
                429,
                &[],
                "{\"detail\":\"Request was throttled. Expected available in 12 seconds.\"}",
            ),
            l if l == format!("POST {path}/webapps/moved.example.com/reload/") => {
                response(302, &[("Location", "http://127.0.0.1:1/")], "")
            }
            l if l == format!("GET {path}/webapps/shop.example.com/") => response(
                200,
                &[],
                "{\"domain_name\":\"shop.example.com\",\"python_version\":\"3.10\",\"source_directory\":\"/home/shop/site\",\"virtualenv_path\":\"\",\"enabled\":true,\"new\":[1]}",
            ),
            l if l == format!("GET {path}/webapps/") => response(
                200,
                &[],
                "[{\"domain_name\":\"a.example\"},{\"domain_name\":\"b.example\"}]",
            ),
            l if l == format!("GET {path}/files/path/var/log/shop.example.com.error.log") => {
                response(200, &[], "one\ntwo\nthree\n")
            }
            l if l == format!("GET {path}/files/path/home/shop/a%20b%3Fc") => {
                response(200, &[], "odd")
            }
            l if l == format!("GET {path}/webapps/odd.example.com/") => {
                response(200, &[], "<html>")
            }
            _ => response(404, &[], "{\"detail\":\"Not found.\"}"),
        };
        let _ = stream.write_all(&answer);
    })
}

fn api(server: &Server, token: &str) -> Api {
    Api::new(&server.url("/"), "shop", Token::new(token), Duration::from_secs(5)).expect("api")
}

fn kind<T: std::fmt::Debug>(result: Result<T, ApiError>) -> ApiErrorKind {
    let error = result.expect_err("an error");
    assert!(!error.explanation.contains(SECRET) && error.explanation.ends_with('.'), "{error}");
    error.kind
}

#[test]
fn reload_and_its_answers() {
    let server = server();
    let api = api(&server, SECRET);
    assert!(!api.reload("shop.example.com").expect("reloaded").cname_error);
    assert!(api.reload("www.example.com").expect("reloaded").cname_error);
    assert_eq!(kind(api.reload("none.example.com")), ApiErrorKind::NotFound);
    assert_eq!(kind(api.reload("busy.example.com")), ApiErrorKind::TooManyRequests(Some(12)));
    assert_eq!(kind(api.reload("moved.example.com")), ApiErrorKind::Status(302));
    assert_eq!(kind(api.reload("../../x")), ApiErrorKind::BadInput);
}

#[test]
fn tokens_are_checked_and_never_shown() {
    let server = server();
    let wrong = api(&server, "wrong");
    assert_eq!(kind(wrong.reload("shop.example.com")), ApiErrorKind::Unauthorized);
    let other = Api::new(&server.url("/"), "other", Token::new(SECRET), Duration::from_secs(5));
    let other = other.expect("api");
    assert_eq!(kind(other.reload("shop.example.com")), ApiErrorKind::Forbidden);
    assert!(!format!("{other:?}").contains(SECRET));
    let broken = api(&server, "a\nb");
    assert_eq!(kind(broken.reload("shop.example.com")), ApiErrorKind::BadInput);
}

#[test]
fn settings_and_files() {
    let server = server();
    let api = api(&server, SECRET);
    let app = api.webapp("shop.example.com").expect("settings");
    assert_eq!(app.python_version.as_deref(), Some("3.10"));
    assert_eq!((app.virtualenv_path, app.enabled), (None, Some(true)));
    assert_eq!(api.webapps().expect("list").len(), 2);
    let log = api.file("/var/log/shop.example.com.error.log", 6).expect("file");
    assert_eq!((log.bytes.as_slice(), log.total, log.is_tail()), (&b"three\n"[..], 14, true));
    assert_eq!(api.file("/home/shop/a b?c", 10).expect("file").bytes, b"odd");
    assert_eq!(kind(api.file("/var/log/none.log", 10)), ApiErrorKind::NotFound);
    assert_eq!(kind(api.file("/var/../etc/passwd", 10)), ApiErrorKind::BadInput);
    assert_eq!(kind(api.webapp("odd.example.com")), ApiErrorKind::InvalidAnswer);
}

#[test]
fn tokens_go_only_over_tls_or_to_this_machine() {
    let token = || Token::new(SECRET);
    let wait = Duration::from_secs(1);
    assert!(Api::new("http://www.example.com/", "shop", token(), wait).is_err());
    assert!(Api::new("https://www.example.com/", "shop", token(), wait).is_ok());
    assert!(Api::new("https://www.example.com/", "a/b", token(), wait).is_err());
}

#[test]
fn certificates_are_checked() {
    let tls = certificate(Certificate::Good);
    let server = Server::tls(&tls, always(response(200, &[], "{}")));
    let api = api(&server, SECRET);
    assert_eq!(api.reload("shop.example.com").map_err(|e| e.kind), Err(ApiErrorKind::Network));
    assert!(api.trusting(tls.root.clone()).reload("shop.example.com").is_ok());
}

#[test]
fn a_silent_api_times_out() {
    let server = Server::plain(|_, _, _| std::thread::sleep(Duration::from_secs(2)));
    let api = Api::new(&server.url("/"), "shop", Token::new(SECRET), Duration::from_millis(200));
    assert_eq!(kind(api.expect("api").reload("shop.example.com")), ApiErrorKind::Timeout);
}
