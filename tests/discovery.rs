//! Discovery over the captured trees: the site that a person would have named by flags is found
//! without them, and leads to the same cause.
//!
//! `cargo test --test discovery -- --nocapture` prints what was found.

#![allow(clippy::print_stdout, reason = "the table is what the test is run for")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::Parser as _;
use diagnose::cli::args::Args;
use diagnose::cli::diagnose_args;
use diagnose::model::{Confidence, Severity, State};
use diagnose::rules::Rules;
use diagnose::site::discover;

/// Fixtures with a copied tree of the machine, and their scenario.
fn trees() -> Vec<(PathBuf, toml::Table)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut all: Vec<_> = std::fs::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.join("root").is_dir())
        .filter_map(|path| {
            let text = std::fs::read_to_string(path.join("scenario.toml")).ok()?;
            Some((path, text.parse().ok()?))
        })
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

fn args(scenario: &toml::Table) -> Vec<String> {
    scenario["args"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|arg| arg.as_str().map(str::to_owned))
        .collect()
}

/// What the flags `names` were given, as paths below the fixture.
fn given(folder: &Path, args: &[String], names: &[&str]) -> BTreeSet<PathBuf> {
    args.windows(2)
        .filter(|pair| names.contains(&pair[0].as_str()))
        .map(|pair| folder.join(&pair[1]))
        .collect()
}

#[test]
fn every_captured_tree_has_a_site() {
    let rules = Rules::load_embedded();
    let mut missing = Vec::new();
    let mut checked = 0;
    for (folder, scenario) in trees() {
        let root = folder.join("root");
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        let found = discover(&root, None, &rules);
        checked += 1;
        let [site] = found.sites.as_slice() else {
            missing.push(format!("{name}: {} sites", found.sites.len()));
            continue;
        };
        assert!(!site.on_host, "{name}: a copied tree is not this machine");
        let args = args(&scenario);
        let logs: BTreeSet<PathBuf> = site.logs.iter().map(|log| log.path.clone()).collect();
        let wanted = given(
            &folder,
            &args,
            &["--error-log", "--server-log", "--access-log", "--nginx-log", "--platform-log"],
        );
        for log in wanted.difference(&logs).filter(|log| log.starts_with(&root)) {
            missing.push(format!("{name}: log {} not found", log.display()));
        }
        for (flag, value) in [("--wsgi", &site.wsgi), ("--project", &site.project)] {
            let wanted = given(&folder, &args, &[flag]);
            if let Some(path) = wanted.first()
                && value.as_ref() != Some(path)
            {
                missing.push(format!("{name}: {flag} {} ≠ {value:?}", path.display()));
            }
        }
        let domain = scenario.get("domain").and_then(|domain| domain.as_str());
        if let (Some(domain), Some(found)) = (domain, &site.domain) {
            assert_eq!(domain, found, "{name}");
        }
    }
    println!("{checked} trees, {} shortcomings\n{}", missing.len(), missing.join("\n"));
    assert!(checked > 50, "the captured trees are gone");
    assert!(missing.len() * 20 <= checked, "{}", missing.join("\n"));
}

#[test]
fn a_tree_alone_leads_to_the_cause() {
    let mut wrong = Vec::new();
    let mut checked = 0;
    for (folder, scenario) in trees() {
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        let args = args(&scenario);
        if args.iter().any(|arg| arg == "--root") {
            continue;
        }
        let mut argv = vec![
            "diagnose".to_owned(),
            "--root".to_owned(),
            folder.join("root").to_string_lossy().into_owned(),
        ];
        for pair in args.windows(2).filter(|pair| {
            ["--symptom", "--now", "--platform", "--python-version"].contains(&pair[0].as_str())
        }) {
            argv.extend(pair.iter().cloned());
        }
        let Ok(typed) = Args::try_parse_from(argv) else { continue };
        let Ok(reports) = diagnose_args(&typed.diagnose, &Arc::new(AtomicBool::new(false))) else {
            wrong.push(format!("{name}: no diagnosis"));
            continue;
        };
        checked += 1;
        let report = reports.into_iter().max_by_key(|report| report.verdict).expect("a report");
        let expect = scenario["expect"].as_table().expect("expectations");
        let first: Vec<&str> = expect
            .get("first")
            .and_then(|first| first.as_array())
            .into_iter()
            .flatten()
            .filter_map(|slug| slug.as_str())
            .collect();
        let current = report.findings.iter().find(|finding| {
            finding.state == State::Current
                && finding.severity == Severity::Error
                && finding.confidence.0 >= Confidence::ASSERTED
        });
        let slug = current.and_then(|finding| finding.cause.clone()).unwrap_or_default();
        let right = if first.is_empty() { slug.is_empty() } else { first.contains(&slug.as_str()) };
        if !right {
            wrong.push(format!("{name}: {slug:?}, expected {first:?}"));
        }
    }
    println!("{checked} trees, {} differ\n{}", wrong.len(), wrong.join("\n"));
    assert!(wrong.len() * 5 <= checked, "{}", wrong.join("\n"));
}

#[test]
fn several_sites_of_one_server_are_kept_apart() {
    let rules = Rules::load_embedded();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/trees/two-sites");
    let found = discover(&root, None, &rules);
    let below = |path: &str| Some(root.join(path));
    let mut sites = found.sites;
    sites.sort_by(|a, b| a.domain.cmp(&b.domain));
    let [blog, shop] = sites.as_slice() else { panic!("{sites:#?}") };
    assert_eq!(blog.url.as_deref(), Some("http://blog.example.org/"));
    assert_eq!(blog.platform_id(), "gunicorn");
    assert_eq!(blog.wsgi, below("srv/blog/app.py"));
    assert_eq!(shop.url.as_deref(), Some("https://shop.example.org/"));
    assert_eq!(shop.platform_id(), "uwsgi");
    assert_eq!(shop.wsgi, below("srv/shop/shop/wsgi.py"));
    assert_eq!(shop.project, below("srv/shop"));
    for (site, wanted) in [
        (blog, ["/var/log/nginx/blog.access.log", "/var/log/nginx/blog.error.log"].as_slice()),
        (
            shop,
            &[
                "/var/log/nginx/shop.access.log",
                "/var/log/nginx/shop.error.log",
                "/var/log/uwsgi/shop.log",
            ],
        ),
    ] {
        let mut shown: Vec<&str> = site.logs.iter().map(|log| log.shown.as_str()).collect();
        shown.sort_unstable();
        assert_eq!(shown, wanted);
    }
}

#[test]
fn a_domain_names_one_site_by_any_of_its_names() {
    let rules = Rules::load_embedded();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/trees/two-sites");
    let names = |domain: &str| -> Vec<String> {
        discover(&root, Some(domain), &rules)
            .sites
            .into_iter()
            .filter_map(|site| site.domain)
            .collect()
    };
    assert_eq!(names("www.shop.example.org"), ["www.shop.example.org"]);
    assert_eq!(names("BLOG.example.org"), ["blog.example.org"]);
    assert!(names("files.example.org").is_empty());
    assert!(names("example.org").is_empty());
}
