//! Redirects: followed by ourselves, hop by hop.

use diagnose::http::plan::ProxySettings;
use diagnose::model::{ErrorKind, ProbePhase, ProbeVerdict};

use crate::faults::{Server, always, response};
use crate::{error, only, plan, probe};

fn to(location: &str) -> Vec<u8> {
    response(302, &[("Location", location), ("Set-Cookie", "a=b")], "")
}

/// As `to`, from a site that sets no cookie.
fn plainly_to(location: &str) -> Vec<u8> {
    response(302, &[("Location", location)], "")
}

fn path(head: &str) -> &str {
    head.split(' ').nth(1).unwrap_or_default()
}

#[test]
fn a_chain_is_followed_and_listed() {
    let server = Server::plain(|_, head, stream| {
        let answer = match path(head) {
            "/" => to("/a?x=1"),
            "/a?x=1" => to("b#part"),
            _ => response(200, &[], "end"),
        };
        assert!(!head.to_lowercase().contains("cookie:"), "cookies are not kept");
        let _ = stream.write_all(&answer);
    });
    let report = probe(&plan(server.url("/")));
    let hit = only(&report);
    assert_eq!((hit.status, hit.redirects.len()), (Some(200), 2), "{hit:?}");
    assert!(hit.redirects[1].url.ends_with("/a?x=1"));
    assert_eq!(report.verdict, ProbeVerdict::Ok);
}

#[test]
fn a_loop_names_its_hop() {
    let server = Server::plain(|_, head, stream| {
        let answer = if path(head) == "/a" { plainly_to("/b") } else { plainly_to("/a") };
        let _ = stream.write_all(&answer);
    });
    let report = probe(&plan(server.url("/")));
    assert_eq!(error(&report), Some((ProbePhase::Redirect, ErrorKind::RedirectLoop)));
    let detail = &only(&report).error.as_ref().expect("error").detail;
    assert!(detail.contains("hop 3") && detail.contains("hop 2"), "{detail}");
    assert_eq!(server.connections(), 3);
}

/// A site that asks whether its visitor keeps cookies is no circle: browsers get through.
#[test]
fn a_test_for_cookies_is_passed() {
    let server = Server::plain(|_, head, stream| {
        let kept = head.to_lowercase().contains("cookie: a=b");
        let answer = if kept { response(200, &[], "welcome") } else { to("/") };
        let _ = stream.write_all(&answer);
    });
    let report = probe(&plan(server.url("/")));
    let hit = only(&report);
    assert_eq!((hit.status, report.verdict), (Some(200), ProbeVerdict::Ok), "{hit:?}");
    assert!(report.notes.iter().any(|note| note.contains("cookie")), "{:?}", report.notes);
    assert_eq!(server.connections(), 2);
}

#[test]
fn a_circle_that_sets_cookies_is_a_circle() {
    let server = Server::plain(|_, head, stream| {
        let answer = if path(head) == "/a" { to("/b") } else { to("/a") };
        let _ = stream.write_all(&answer);
    });
    let report = probe(&plan(server.url("/")));
    assert_eq!(error(&report), Some((ProbePhase::Redirect, ErrorKind::RedirectLoop)));
    let detail = &only(&report).error.as_ref().expect("error").detail;
    assert!(detail.contains("hop 5") && detail.contains("hop 4"), "{detail}");
    assert_eq!(server.connections(), 5);
}

#[test]
fn a_redirect_without_an_address_is_an_empty_page() {
    let server = Server::plain(always(response(302, &[], "")));
    assert_eq!(probe(&plan(server.url("/"))).verdict, ProbeVerdict::Failing);
    let server = Server::plain(always(response(302, &[], "<p>Go <a href=/x>there</a></p>")));
    assert_eq!(probe(&plan(server.url("/"))).verdict, ProbeVerdict::Ok);
}

#[test]
fn a_target_that_fails_is_named() {
    let server = Server::plain(always(plainly_to("http://127.0.0.1:9/shop")));
    let report = probe(&plan(server.url("/")));
    assert_eq!(only(&report).landed.as_deref(), Some("http://127.0.0.1:9/shop"));
}

#[test]
fn an_endless_chain_ends_at_the_bound() {
    let server = Server::plain(|number, _, stream| {
        let _ = stream.write_all(&to(&format!("/{number}")));
    });
    let report = probe(&plan(server.url("/")));
    assert_eq!(error(&report), Some((ProbePhase::Redirect, ErrorKind::RedirectLoop)));
    assert_eq!(server.connections(), 11);
}

#[test]
fn the_metadata_address_is_refused() {
    let server = Server::plain(always(to("http://169.254.169.254/latest/meta-data/")));
    let report = probe(&plan(server.url("/")));
    assert_eq!(error(&report), Some((ProbePhase::Redirect, ErrorKind::RedirectRefused)));
}

#[test]
fn other_schemes_are_refused() {
    let server = Server::plain(always(to("file:///etc/passwd")));
    let report = probe(&plan(server.url("/")));
    assert_eq!(error(&report), Some((ProbePhase::Redirect, ErrorKind::RedirectRefused)));
}

/// The proxy plays a public site: what it redirects to must not be the local machine.
#[test]
fn a_public_site_cannot_send_us_home() {
    let home = Server::plain(always(response(200, &[], "private")));
    let location = home.url("/admin");
    let proxy = Server::plain(move |_, head, stream| {
        assert!(head.starts_with("GET http://shop.example/"), "{head}");
        let _ = stream.write_all(&to(&location));
    });
    let mut plan = plan("http://shop.example/".to_owned());
    plan.proxy =
        ProxySettings { http: Some(proxy.address.to_string()), ..ProxySettings::default() };
    let report = probe(&plan);
    assert_eq!(error(&report), Some((ProbePhase::Redirect, ErrorKind::RedirectRefused)));
    assert_eq!(home.connections(), 0);
}

#[test]
fn credentials_stay_with_their_host() {
    let other = Server::plain(|_, head, stream| {
        let leaked = head.to_lowercase().contains("authorization:");
        let _ = stream.write_all(&response(if leaked { 500 } else { 200 }, &[], "x"));
    });
    let location = other.url("/");
    let server = Server::plain(move |_, head, stream| {
        let sent = head.contains("Basic bWU6cHc=");
        let answer = if sent { to(&location) } else { response(401, &[], "") };
        let _ = stream.write_all(&answer);
    });
    let url = server.url("/").replace("http://", "http://me:pw@");
    let report = probe(&plan(url));
    assert_eq!(only(&report).status, Some(200));
    assert!(!format!("{report:?}").contains("me:pw"), "no credentials in the report");
}

#[test]
fn a_location_that_is_no_url() {
    let server = Server::plain(always(to("http://[nonsense/")));
    let report = probe(&plan(server.url("/")));
    assert_eq!(error(&report), Some((ProbePhase::Redirect, ErrorKind::InvalidResponse)));
}

#[test]
fn none_are_followed_on_request() {
    let server = Server::plain(always(to("/next")));
    let mut plan = plan(server.url("/"));
    plan.redirects = 0;
    assert_eq!(only(&probe(&plan)).status, Some(302));
}

#[test]
fn a_refusing_proxy_is_a_skipped_probe() {
    for url in ["http://shop.example/", "https://shop.example/"] {
        let proxy = Server::plain(always(response(403, &[("Server", "squid")], "Forbidden")));
        let mut plan = plan(url.to_owned());
        let address = Some(format!("http://{}", proxy.address));
        plan.proxy = ProxySettings { http: address.clone(), https: address, no_proxy: Vec::new() };
        let report = probe(&plan);
        assert!(
            report.skipped.as_ref().is_some_and(|why| why.contains("proxy")),
            "{url}: {report:#?}"
        );
        assert_eq!(only(&report).error.as_ref().map(|e| e.kind), Some(ErrorKind::ProxyRefused));
    }
}

#[test]
fn a_site_that_answers_403_through_a_proxy_is_the_sites_answer() {
    let body = "<center><h1>403 Forbidden</h1></center><hr><center>nginx</center>";
    let proxy = Server::plain(always(response(403, &[("Server", "nginx")], body)));
    let mut plan = plan("http://shop.example/".to_owned());
    plan.proxy =
        ProxySettings { http: Some(proxy.address.to_string()), ..ProxySettings::default() };
    let report = probe(&plan);
    assert_eq!((report.skipped.is_none(), report.verdict), (true, ProbeVerdict::Failing));
}

/// What is refused, unknown or silent then is the proxy: nothing is said of the site.
#[test]
fn a_proxy_that_is_not_there_says_nothing_of_the_site() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback");
    let gone = closed.local_addr().expect("bound").to_string();
    drop(closed);
    for url in ["http://shop.example/", "https://shop.example/"] {
        let mut plan = plan(url.to_owned());
        let address = Some(gone.clone());
        plan.proxy = ProxySettings { http: address.clone(), https: address, no_proxy: Vec::new() };
        let report = probe(&plan);
        assert!(report.skipped.is_some_and(|why| why.contains("cannot be reached")), "{url}");
    }
}

#[test]
fn a_proxy_that_does_not_reach_the_site_is_second_hand() {
    let failed = "ERR_CONNECT_FAIL 111";
    let answers = [
        ("http://shop.example/", response(503, &[("X-Squid-Error", failed)], "Connection refused")),
        ("https://shop.example/", response(502, &[], "")),
    ];
    for (url, answer) in answers {
        let proxy = Server::plain(always(answer));
        let mut plan = plan(url.to_owned());
        let address = Some(proxy.address.to_string());
        plan.proxy = ProxySettings { http: address.clone(), https: address, no_proxy: Vec::new() };
        let report = probe(&plan);
        assert_eq!(error(&report), Some((ProbePhase::Connect, ErrorKind::Other)), "{url}");
        assert_eq!(report.verdict, ProbeVerdict::Unreachable);
        assert!(report.skipped.is_none());
    }
}

/// Who types no scheme is asked for https first, as browsers do, and then for http.
#[test]
fn a_site_without_https_is_asked_with_http_where_the_scheme_was_guessed() {
    // Like a web server: whatever comes is answered in plain http.
    let server = Server::raw(|_, _, stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(&response(200, &[], "<p>fine</p>"));
    });
    let mut plan = plan(format!("https://{}/", server.address));
    assert_eq!(error(&probe(&plan)), Some((ProbePhase::Tls, ErrorKind::TlsProtocol)));
    plan.scheme_guessed = true;
    let report = probe(&plan);
    assert_eq!((only(&report).status, report.verdict), (Some(200), ProbeVerdict::Ok));
    assert!(report.url.starts_with("http://"), "{}", report.url);
    assert!(report.notes.iter().any(|note| note.contains("http was asked")));
}
