use super::*;
use crate::checks::testing::{run_tree, signatures};
use crate::model::{Symptom, SymptomSource};

const UNIT: &str = "[Service]\nUser=shop\nWorkingDirectory=/srv/shop\nExecStart=/srv/venv/bin/gunicorn -b unix:/run/shop.sock shop:app\n";

fn nginx(pass: &str) -> String {
    format!("server {{\n  server_name shop.example;\n  location / {{ {pass}; }}\n}}\n")
}

fn found_with(files: &[(&str, &str)], ready: Facts) -> Vec<String> {
    signatures(&run_tree(files, |context| {
        let mut facts = ready.clone();
        compare(context, &mut facts);
        facts
    }))
}

fn found(pass: &str, path: &str, text: &str) -> Vec<String> {
    let files = [("etc/nginx/sites-enabled/shop", nginx(pass)), (path, text.to_owned())];
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (*p, t.as_str())).collect();
    found_with(&files, Facts::default())
}

const SERVICE: &str = "etc/systemd/system/shop.service";
const VASSAL: &str = "etc/uwsgi/vassals/shop.ini";

#[test]
fn what_fits_is_quiet() {
    for pass in
        ["proxy_pass http://unix:/run/shop.sock", "proxy_pass http://unix:/var/run/shop.sock:/"]
    {
        assert!(found(pass, SERVICE, UNIT).is_empty(), "{pass}");
    }
    let ini = "[uwsgi]\nmodule = shop:app\nsocket = 127.0.0.1:3031\n";
    assert!(found("uwsgi_pass localhost:3031", VASSAL, ini).is_empty());
    let ini = "[uwsgi]\nmodule = shop:app\nhttp-socket = :3031\n";
    assert!(found("proxy_pass http://127.0.0.1:3031", VASSAL, ini).is_empty());
    // Relative sockets depend on the folder of the start.
    let ini = "[uwsgi]\nmodule = shop:app\nsocket = shop.sock\n";
    assert!(found("uwsgi_pass unix:/srv/shop/shop.sock", VASSAL, ini).is_empty());
}

#[test]
fn another_socket_or_port() {
    for pass in ["proxy_pass http://unix:/run/shopp.sock", "proxy_pass http://127.0.0.1:8000"] {
        assert_eq!(found(pass, SERVICE, UNIT), ["proxy-misconfigured/config-socket"], "{pass}");
    }
    let unit = UNIT.replace("unix:/run/shop.sock", "127.0.0.1:8001");
    assert_eq!(
        found("proxy_pass http://127.0.0.1:8000", SERVICE, &unit),
        ["proxy-misconfigured/config-socket"]
    );
}

#[test]
fn two_protocols_at_one_socket() {
    let ini = "[uwsgi]\nmodule = shop:app\nsocket = 127.0.0.1:3031\n";
    assert_eq!(
        found("proxy_pass http://127.0.0.1:3031", VASSAL, ini),
        ["proxy-misconfigured/config-protocol"]
    );
    assert_eq!(
        found("uwsgi_pass unix:/run/shop.sock", SERVICE, UNIT),
        ["proxy-misconfigured/config-protocol"]
    );
}

#[test]
fn a_site_that_answers_has_no_such_fault() {
    let ready = Facts {
        symptoms: vec![Symptom {
            kind: SymptomKind::Ok,
            source: SymptomSource::User,
            time: None,
            route: None,
        }],
        ..Facts::default()
    };
    let nginx = nginx("proxy_pass http://127.0.0.1:9");
    let facts = run_tree(&[("etc/nginx/sites-enabled/shop", &nginx), (SERVICE, UNIT)], |context| {
        let mut facts = ready.clone();
        compare(context, &mut facts);
        facts
    });
    assert!(facts.facts.iter().all(|fact| fact.resolved.is_some()));
}

#[test]
fn the_sockets_mode_and_the_proxys_user() {
    let main = ("etc/nginx/nginx.conf", "user www-data;\nhttp { include sites-enabled/*; }\n");
    let site = nginx("uwsgi_pass unix:/run/shop.sock");
    let with = |ini: &str| {
        found_with(
            &[main, ("etc/nginx/sites-enabled/shop", &site), (VASSAL, ini)],
            Facts::default(),
        )
    };
    let ini = "[uwsgi]\nmodule = shop:app\nsocket = /run/shop.sock\nuid = shop\n";
    assert_eq!(with(ini), ["proxy-misconfigured/config-socket-permission"]);
    for fine in [
        "chmod-socket = 666\n",
        "chmod-socket = 660\ngid = www-data\n",
        "chmod-socket = 664\ngid = web\n",
    ] {
        assert!(with(&format!("{ini}{fine}")).is_empty(), "{fine}");
    }
}

#[test]
fn the_proxy_gives_up_first() {
    let unit = UNIT.replace("-b ", "--timeout 120 -b ");
    assert_eq!(
        found("proxy_pass http://unix:/run/shop.sock", SERVICE, &unit),
        ["harakiri-slow-request/config-timeout-order"]
    );
    assert!(
        found("proxy_pass http://unix:/run/shop.sock; proxy_read_timeout 3m", SERVICE, &unit)
            .is_empty()
    );
}

#[test]
fn durations() {
    assert_eq!(seconds("2m"), Some(120));
    assert_eq!(seconds("90"), Some(90));
    assert_eq!(seconds("1h30m"), None);
    assert_eq!(seconds(""), None);
}

#[test]
fn two_that_are_only_left_over_are_no_strong_case() {
    let certainty = |name: &str| {
        let nginx = nginx("proxy_pass http://127.0.0.1:3000").replace("shop.example", name);
        let files = [("etc/nginx/sites-enabled/default", nginx.as_str()), (SERVICE, UNIT)];
        let facts = run_tree(&files, |context| {
            let mut facts = Facts::default();
            compare(context, &mut facts);
            facts
        });
        facts.facts.first().map(|fact| fact.certainty)
    };
    assert_eq!(certainty("shop.example"), Some(1.0));
    assert_eq!(certainty("tickets.example"), Some(STRANGERS));
}
