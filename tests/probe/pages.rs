//! Every status with each platform's page, over a real connection.

use diagnose::http::classify::{hit_failed, meaning};
use diagnose::model::{AnsweredBy, ProbeVerdict};
use diagnose::rules::page::Pages;

use crate::faults::{Server, always, response};
use crate::{only, plan, probe};

/// Status, headers, body, page, who answered, verdict.
type Case = (
    u16,
    &'static [(&'static str, &'static str)],
    &'static str,
    Option<&'static str>,
    Option<AnsweredBy>,
    ProbeVerdict,
);

use AnsweredBy::{App, AppServer, Cdn, Platform, Proxy};
use ProbeVerdict::{Failing, Ok as Good, Reloading};

const CASES: &[Case] = &[
    (
        500,
        &[],
        "<h1>Something went wrong :-(</h1> hosted by PythonAnywhere. Error code: Unhandled Exception",
        Some("pythonanywhere-unhandled-exception"),
        Some(Platform),
        Failing,
    ),
    (
        502,
        &[],
        "<h1>Something went wrong :-(</h1> Error code: 502-backend",
        Some("pythonanywhere-502-backend"),
        Some(Platform),
        Failing,
    ),
    (
        504,
        &[],
        "Error code: 504-loadbalancer",
        Some("pythonanywhere-504-loadbalancer"),
        Some(Platform),
        Failing,
    ),
    (
        200,
        &[],
        "<h1>Coming Soon!</h1> a site hosted by PythonAnywhere",
        Some("pythonanywhere-coming-soon"),
        Some(Platform),
        Failing,
    ),
    (
        403,
        &[],
        "This site has been disabled. PythonAnywhere",
        Some("pythonanywhere-disabled"),
        Some(Platform),
        Failing,
    ),
    (
        504,
        &[("X-Scalingo-Error", "timeout")],
        "",
        Some("scalingo-router-error"),
        Some(Platform),
        Failing,
    ),
    (
        502,
        &[("X-Scalingo-Error", "connection reset")],
        "",
        Some("scalingo-router-error"),
        Some(Platform),
        Failing,
    ),
    (
        503,
        &[],
        "<title>Application Error</title> Scalingo",
        Some("scalingo-error"),
        Some(Platform),
        Failing,
    ),
    (
        504,
        &[],
        "<title>Application Timeout</title> Scalingo",
        Some("scalingo-timeout"),
        Some(Platform),
        Failing,
    ),
    (
        503,
        &[("Server", "Cowboy")],
        "<iframe src=\"//www.herokucdn.com/error-pages/application-error.html\">",
        Some("heroku-application-error"),
        Some(Platform),
        Failing,
    ),
    (
        404,
        &[("Server", "Cowboy")],
        "<iframe src=\"//www.herokucdn.com/error-pages/no-such-app.html\">",
        Some("heroku-no-such-app"),
        Some(Platform),
        Failing,
    ),
    (
        503,
        &[],
        "<iframe src=\"//www.herokucdn.com/error-pages/maintenance-mode.html\">",
        Some("heroku-maintenance"),
        Some(Platform),
        Failing,
    ),
    (
        404,
        &[("x-render-routing", "no-server")],
        "Not Found\n",
        Some("render-no-server"),
        Some(Platform),
        Failing,
    ),
    (
        503,
        &[("x-render-routing", "hibernate-wake-error")],
        "",
        Some("render-wake-error"),
        Some(Platform),
        Reloading,
    ),
    (
        502,
        &[],
        "<h1>Bad Gateway</h1> This service is currently unavailable.",
        Some("render-bad-gateway"),
        Some(Platform),
        Failing,
    ),
    (
        502,
        &[("x-railway-fallback", "true")],
        "{\"message\":\"Application failed to respond\"}",
        Some("railway-failed-to-respond"),
        Some(Platform),
        Failing,
    ),
    (
        404,
        &[("x-railway-fallback", "true")],
        "{\"message\":\"Application not found\"}",
        Some("railway-not-found"),
        Some(Platform),
        Failing,
    ),
    (502, &[("fly-request-id", "x")], "", Some("fly-proxy-error"), Some(Platform), Failing),
    (
        502,
        &[("Server", "nginx")],
        "<center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center>",
        Some("nginx-502"),
        Some(Proxy),
        Failing,
    ),
    (
        504,
        &[("Server", "nginx")],
        "<center><h1>504 Gateway Time-out</h1></center><hr><center>nginx</center>",
        Some("nginx-504"),
        Some(Proxy),
        Failing,
    ),
    (
        404,
        &[("Server", "nginx")],
        "<center><h1>404 Not Found</h1></center><hr><center>nginx</center>",
        Some("nginx-404"),
        Some(Proxy),
        Failing,
    ),
    (
        403,
        &[("Server", "nginx")],
        "<center><h1>403 Forbidden</h1></center><hr><center>nginx</center>",
        Some("nginx-403"),
        Some(Proxy),
        Failing,
    ),
    (
        413,
        &[],
        "<center><h1>413 Request Entity Too Large</h1></center>",
        Some("request-entity-too-large"),
        Some(Proxy),
        Failing,
    ),
    (
        400,
        &[],
        "<center>Request Header Or Cookie Too Large</center>",
        Some("nginx-header-too-large"),
        Some(Proxy),
        Failing,
    ),
    (
        400,
        &[],
        "<center>The plain HTTP request was sent to HTTPS port</center>",
        Some("nginx-https-port"),
        Some(Proxy),
        Failing,
    ),
    (200, &[], "<title>Welcome to nginx!</title>", Some("nginx-welcome"), Some(Proxy), Failing),
    (200, &[], "<title>Index of /</title>", Some("directory-listing"), Some(Proxy), Failing),
    (
        500,
        &[],
        "The server encountered an internal error or\nmisconfiguration and was unable to complete\nyour request.",
        Some("apache-500"),
        Some(AppServer),
        Failing,
    ),
    (
        503,
        &[],
        "The server is temporarily unable to service your\nrequest",
        Some("apache-503"),
        Some(Proxy),
        Failing,
    ),
    (
        522,
        &[("cf-ray", "1-AMS"), ("Server", "cloudflare")],
        "error code: 522",
        Some("cloudflare-521"),
        Some(Cdn),
        Failing,
    ),
    (524, &[("cf-ray", "1-AMS")], "A timeout occurred", Some("cloudflare-524"), Some(Cdn), Failing),
    (
        526,
        &[("cf-ray", "1-AMS")],
        "Invalid SSL certificate",
        Some("cloudflare-525"),
        Some(Cdn),
        Failing,
    ),
    (
        500,
        &[],
        "<h1><p>Internal Server Error</p></h1>",
        Some("gunicorn-500"),
        Some(AppServer),
        Failing,
    ),
    (500, &[], "Internal Server Error", Some("uwsgi-500"), Some(AppServer), Failing),
    (
        500,
        &[],
        "<title>Server Error (500)</title><h1>Server Error (500)</h1>",
        Some("django-500"),
        Some(App),
        Failing,
    ),
    (400, &[], "<title>Bad Request (400)</title>", Some("django-400"), Some(App), Failing),
    (
        404,
        &[],
        "<h1>Not Found</h1><p>The requested resource was not found on this server.</p>",
        Some("django-404"),
        Some(App),
        Good,
    ),
    (
        401,
        &[],
        "{\"detail\":\"Authentication credentials were not provided.\"}",
        Some("drf-unauthorized"),
        Some(App),
        Good,
    ),
    (404, &[], "{\"detail\":\"Not Found\"}", Some("fastapi-404"), Some(App), Good),
    (
        200,
        &[],
        "<title>500 Internal Server Error</title>",
        Some("error-page-200"),
        Some(App),
        Failing,
    ),
    (200, &[], "", Some("empty-body"), Some(App), Good),
    (200, &[], "<h1>Shop</h1>", None, Some(App), Good),
    (404, &[], "<h1>We have no such shoe</h1>", None, Some(App), Good),
    (401, &[("WWW-Authenticate", "Basic realm=staging")], "", None, Some(App), Good),
    (403, &[], "<h1>Members only</h1>", None, Some(App), Good),
    (429, &[], "slow down", None, Some(App), Good),
    (431, &[], "", None, Some(App), Failing),
    (503, &[], "<h1>Back soon</h1>", None, None, Failing),
    (500, &[], "{\"error\": \"oops\"}", None, Some(App), Failing),
];

#[test]
fn each_platforms_pages() {
    assert!(CASES.len() >= 45);
    let mut wrong = Vec::new();
    for &(status, headers, body, page, by, verdict) in CASES {
        let server = Server::plain(always(response(status, headers, body)));
        let report = probe(&plan(server.url("/")));
        let hit = only(&report);
        let got = (hit.status, hit.page.as_deref(), hit.answered_by, report.verdict);
        if got != (Some(status), page, by, verdict) {
            wrong.push(format!("{status} {body:?}: {got:?}, error {:?}", hit.error));
        }
        assert!(!meaning(hit, "generic").sentence.is_empty());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every page's own examples, served: what the rules say is what the probe sees.
#[test]
fn every_example_of_the_rules_over_http() {
    let mut wrong = Vec::new();
    for page in Pages::embedded().iter() {
        for example in &page.text.examples {
            let headers: Vec<(&str, &str)> =
                example.headers.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            let server = Server::plain(always(response(example.status, &headers, &example.body)));
            let report = probe(&plan(server.url("/")));
            let hit = only(&report);
            if hit.page.as_deref() != Some(page.text.id.as_str())
                || hit_failed(hit) != page.text.fails
            {
                wrong.push(format!("{}: {:?}, {:?}", page.text.id, hit.page, hit.error));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn debug_pages_tell_their_exception() {
    let body = "<title>x // Werkzeug Debugger</title>?__debugger__=yes<div class=\"debugger\">\n<h1>KeyError</h1><p class=\"errormsg\">KeyError: &#39;SECRET&#39;\n</p>";
    let server = Server::plain(always(response(500, &[], body)));
    let report = probe(&plan(server.url("/")));
    let exception = only(&report).exception.clone().expect("exception");
    assert_eq!(
        (exception.type_name.as_str(), exception.message.as_str()),
        ("KeyError", "'SECRET'")
    );
    assert!(meaning(only(&report), "generic").debug);
}
