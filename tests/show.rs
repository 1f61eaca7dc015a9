use clap::Parser as _;
use std::sync::{Arc, atomic::AtomicBool};
#[test]
fn show() {
    let dirs = std::env::var("SHOW").unwrap_or_default();
    let fmt = std::env::var("FMT").unwrap_or("json".into());
    for name in dirs.split(',') {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
        let t: toml::Value =
            toml::from_str(&std::fs::read_to_string(folder.join("scenario.toml")).unwrap())
                .unwrap();
        let mut args = vec!["diagnose".to_string()];
        for a in t["args"].as_array().unwrap() {
            let a = a.as_str().unwrap();
            let p = folder.join(a);
            if !a.starts_with('-') && !a.is_empty() && p.exists() {
                args.push(p.to_string_lossy().into_owned())
            } else {
                args.push(a.into())
            }
        }
        let parsed = diagnose::cli::args::Args::try_parse_from(&args).unwrap();
        let reports =
            diagnose::cli::diagnose_args(&parsed.diagnose, &Arc::new(AtomicBool::new(false)))
                .map_err(|e| format!("{e:?}"))
                .unwrap();
        let sh: Vec<_> =
            reports.into_iter().map(|r| diagnose::redact::redact(r, &Default::default())).collect();
        use diagnose::report::Format::*;
        let f = match fmt.as_str() {
            "text" => Text,
            "markdown" => Markdown,
            "html" => Html,
            "reply" => Reply,
            "concise" => Concise,
            "sarif" => Sarif,
            "github" => Github,
            "gitlab" => Gitlab,
            "junit" => Junit,
            _ => Json,
        };
        let mut out = Vec::new();
        let style = diagnose::report::Style {
            width: std::env::var("W").ok().and_then(|w| w.parse().ok()).unwrap_or(80),
            verbose: std::env::var("V").ok().and_then(|w| w.parse().ok()).unwrap_or(0),
            ..Default::default()
        };
        diagnose::report::render_many(f, &sh, &style, &mut out).unwrap();
        println!("=== {name}\n{}", String::from_utf8(out).unwrap());
    }
}
