//! `diagnose lint` as a person and as CI meet it: selection, suppression, baselines, fixes, formats.

use std::os::unix::fs::PermissionsExt as _;

use crate::{Desk, Ran};

const RUNS: &str =
    "from flask import Flask\n\napp = Flask(__name__)\n\n# start it\napp.run(debug=True)  # here\n";

impl Desk {
    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.dir.path().join(name)).expect("readable")
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.dir.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, bytes).expect("written");
    }

    fn lint(&self, args: &[&str]) -> Ran {
        self.run(&[&["lint", "--format", "concise"], args].concat())
    }
}

/// A folder whose `wsgi.py` starts a server at import and reads a variable without a default.
fn site() -> Desk {
    let desk = Desk::new();
    desk.put(
        "wsgi.py",
        "import os\nfrom flask import Flask\n\nKEY = os.environ[\"SHOP_KEY\"]\napplication = Flask(__name__)\napplication.run()\n",
    );
    desk
}

#[test]
fn codes_their_beginnings_names_and_causes_select_and_ignore() {
    let desk = site();
    let all = desk.lint(&["wsgi.py"]);
    assert!(all.out.contains("WD101") && all.out.contains("WD501"), "{}", all.out);
    for only in ["WD101", "WD1", "server-at-import", "dev-server-run"] {
        let ran = desk.lint(&["wsgi.py", "--select", only]);
        assert!(ran.out.contains("WD101") && !ran.out.contains("WD501"), "{only}: {}", ran.out);
        let ran = desk.lint(&["wsgi.py", "--ignore", only]);
        assert!(!ran.out.contains("WD101") && ran.out.contains("WD501"), "{only}: {}", ran.out);
    }
    let wrong = desk.lint(&["wsgi.py", "--select", "WD999"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("WD999"), "{}", wrong.err);
}

#[test]
fn comments_and_files_silence_and_what_silences_nothing_is_said() {
    let desk = site();
    desk.put("wsgi.py", "from flask import Flask\n\napplication = Flask(__name__)\napplication.run()  # diagnose: ignore[WD101]\nX = 1  # diagnose: ignore[WD101]\n");
    let ran = desk.lint(&["wsgi.py"]);
    assert!(!ran.out.contains("starts Flask"), "{}", ran.out);
    assert!(ran.out.contains("wsgi.py:5"), "an unused comment is reported: {}", ran.out);

    let desk = site();
    desk.put("pyproject.toml", "[tool.diagnose]\nper-file-ignores = { \"wsgi.py\" = [\"WD1\"] }\n");
    let ran = desk.lint(&["."]);
    assert!(!ran.out.contains("WD101") && ran.out.contains("WD501"), "{}", ran.out);
    desk.put("diagnose.toml", "ignore = [\"WD501\"]\n");
    let ran = desk.lint(&["."]);
    assert!(
        ran.out.contains("WD101") && !ran.out.contains("WD501"),
        "one file counts: {}",
        ran.out
    );
    let ran = desk.lint(&[".", "--no-config"]);
    assert!(ran.out.contains("WD101") && ran.out.contains("WD501"), "{}", ran.out);
}

#[test]
fn a_baseline_hides_what_it_holds_also_on_other_lines() {
    let desk = site();
    assert_eq!(desk.lint(&["wsgi.py", "--baseline", "known.json"]).code, 0, "it is written");
    assert_eq!(desk.lint(&["wsgi.py", "--baseline", "known.json"]).code, 0);
    let text = desk.read("wsgi.py");
    desk.put("wsgi.py", format!("\"\"\"The site.\"\"\"\n\n{text}"));
    let shifted = desk.lint(&["wsgi.py", "--baseline", "known.json"]);
    assert_eq!(shifted.code, 0, "{}", shifted.out);
    desk.put("wsgi.py", format!("{text}import sys\nsys.exit(0)\n"));
    let new = desk.lint(&["wsgi.py", "--baseline", "known.json"]);
    assert_eq!(new.code, 1);
    assert!(!new.out.contains("WD101"), "{}", new.out);
}

#[test]
fn fixes_are_minimal_and_keep_what_is_around() {
    let desk = Desk::new();
    desk.put("app.py", RUNS);
    let shown = desk.run(&["lint", "app.py", "--diff"]);
    assert_eq!(shown.code, 1, "{}", shown.err);
    assert!(shown.out.starts_with("--- a/app.py\n+++ b/app.py\n"), "{}", shown.out);
    assert_eq!(desk.read("app.py"), RUNS, "a diff writes nothing");

    std::fs::set_permissions(
        desk.dir.path().join("app.py"),
        std::fs::Permissions::from_mode(0o750),
    )
    .expect("a mode");
    std::os::unix::fs::symlink("app.py", desk.dir.path().join("link.py")).expect("a link");
    let fixed = desk.run(&["lint", "link.py", "--fix"]);
    assert_eq!(fixed.code, 0, "{}{}", fixed.out, fixed.err);
    assert_eq!(
        desk.read("app.py"),
        RUNS.replace("app.run(debug", "if __name__ == \"__main__\":\n    app.run(debug")
    );
    let link = std::fs::symlink_metadata(desk.dir.path().join("link.py")).expect("there");
    assert!(link.file_type().is_symlink());
    let mode = std::fs::metadata(desk.dir.path().join("app.py")).expect("there").permissions();
    assert_eq!(mode.mode() & 0o777, 0o750);
    assert_eq!(desk.run(&["lint", "link.py", "--diff"]).code, 0, "nothing is left to do");
}

#[test]
fn line_ends_and_marks_of_a_file_stay() {
    let desk = Desk::new();
    let text = format!("\u{feff}{}", RUNS.replace('\n', "\r\n"));
    desk.put("app.py", &text);
    assert_eq!(desk.run(&["lint", "app.py", "--fix"]).code, 0);
    let after = desk.read("app.py");
    assert!(
        after.starts_with('\u{feff}') && !after.replace("\r\n", "").contains('\n'),
        "{after:?}"
    );
}

#[test]
fn what_does_not_parse_is_left_alone() {
    let desk = Desk::new();
    let text = format!("{RUNS}def broken(:\n");
    desk.put("app.py", &text);
    assert_eq!(desk.run(&["lint", "app.py", "--fix", "--unsafe-fixes"]).code, 1);
    assert_eq!(desk.read("app.py"), text);
}

#[test]
fn the_application_is_renamed_and_factories_are_called() {
    let desk = Desk::new();
    desk.put("shop.py", "from flask import Flask\n\n\ndef create_app():\n    return Flask(__name__)\n\n\nmain = Flask(__name__)\n");
    for (before, after) in [
        ("from shop import main as aplication\n", "from shop import main as application\n"),
        ("from shop import create_app as application\n", "create_app()"),
    ] {
        desk.put("ana_pythonanywhere_com_wsgi.py", before);
        let ran = desk.run(&["lint", "ana_pythonanywhere_com_wsgi.py", "--fix", "--unsafe-fixes"]);
        let now = desk.read("ana_pythonanywhere_com_wsgi.py");
        assert!(now.contains(after), "{before}: {now}{}", ran.out);
        assert_eq!(ran.code, 0, "{}", ran.out);
    }
}

#[test]
fn every_format_tells_the_same_and_is_well_formed() {
    let desk = site();
    desk.put(".git/HEAD", "");
    let sarif = desk.run(&["lint", ".", "--format", "sarif"]);
    let sarif: serde_json::Value = serde_json::from_str(&sarif.out).expect("SARIF is JSON");
    assert_eq!(sarif["version"], "2.1.0");
    assert!(sarif["$schema"].as_str().is_some_and(|url| url.contains("sarif")));
    let run = &sarif["runs"][0];
    for rule in run["tool"]["driver"]["rules"].as_array().expect("rules") {
        for needed in [
            "/id",
            "/shortDescription/text",
            "/fullDescription/text",
            "/help/text",
            "/help/markdown",
        ] {
            assert!(
                rule.pointer(needed).and_then(|v| v.as_str()).is_some_and(|t| !t.is_empty()),
                "{needed}: {rule}"
            );
        }
        assert_ne!(rule["name"], rule["id"], "SARIF1001 of Microsoft's validator");
    }
    let results = run["results"].as_array().expect("results");
    assert!(results.len() >= 2);
    for result in results {
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "wsgi.py", "relative to the repository");
        assert!(place["region"]["startLine"].as_u64().is_some_and(|line| line > 0));
        assert!(result["message"]["text"].as_str().is_some_and(|text| !text.is_empty()));
        assert!(result["partialFingerprints"]["primaryLocationLineHash"].is_string());
    }

    let junit = desk.run(&["lint", ".", "--format", "junit"]);
    assert!(
        junit.out.contains("<testsuite name=\"diagnose.lint\"") && junit.out.contains("<failure"),
        "{}",
        junit.out
    );

    let gitlab = desk.run(&["lint", ".", "--format", "gitlab"]);
    let gitlab: serde_json::Value = serde_json::from_str(&gitlab.out).expect("JSON");
    for entry in gitlab.as_array().expect("a list") {
        for needed in ["/description", "/check_name", "/fingerprint", "/severity", "/location/path"]
        {
            assert!(
                entry.pointer(needed).is_some_and(serde_json::Value::is_string),
                "{needed}: {entry}"
            );
        }
        assert!(entry.pointer("/location/lines/begin").is_some_and(serde_json::Value::is_u64));
    }

    let github = desk.run(&["lint", ".", "--format", "github"]);
    assert!(
        github.out.lines().any(|line| line.starts_with("::error file=wsgi.py,line=6,")),
        "{}",
        github.out
    );

    let json = desk.run(&["lint", ".", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(json["schema"], "diagnose/v1");
    assert_eq!(json["findings"].as_array().map(Vec::len), Some(results.len()));
}

#[test]
fn fingerprints_stay_when_lines_are_added_above() {
    let desk = site();
    let prints = |desk: &Desk| -> Vec<String> {
        let out = desk.run(&["lint", "wsgi.py", "--format", "sarif"]).out;
        let sarif: serde_json::Value = serde_json::from_str(&out).expect("JSON");
        let results = sarif["runs"][0]["results"].as_array().expect("results").clone();
        results
            .iter()
            .map(|r| r["partialFingerprints"]["primaryLocationLineHash"].to_string())
            .collect()
    };
    let before = prints(&desk);
    let text = desk.read("wsgi.py");
    desk.put("wsgi.py", format!("# a new first line\n\n{text}"));
    assert_eq!(prints(&desk), before);
}

#[test]
fn codes_of_the_exit() {
    let desk = Desk::new();
    desk.put("fine.py", "x = 1\n");
    desk.put("bad.py", "x = (\n");
    assert_eq!(desk.lint(&["fine.py"]).code, 0);
    assert_eq!(desk.lint(&["bad.py"]).code, 1);
    assert_eq!(desk.lint(&["bad.py", "--exit-zero"]).code, 0);
    assert_eq!(desk.lint(&["nowhere.py"]).code, 2);
    let clean = desk.run(&["lint", "fine.py", "--format", "junit"]);
    assert!(
        clean.out.contains("name=\"WD101\"") && !clean.out.contains("<failure"),
        "an empty suite looks like one that did not run: {}",
        clean.out
    );
}

/// The mark stands under what it means: on indented lines, and on lines that are too long for the page.
#[test]
fn excerpts_mark_what_they_mean() {
    let desk = Desk::new();
    let long = "a_long_name_of_a_setting = some_function(first_argument='text', second_argument='more text', third=missing_name)";
    desk.put(
        "wsgi.py",
        format!(
            "from flask import Flask\napplication = Flask(__name__)\nif True:\n    application.run()\ndef some_function(**values): pass\n{long}\n"
        ),
    );
    let ran = desk.run(&["lint", "wsgi.py", "--ascii"]);
    let lines: Vec<&str> = ran.out.lines().collect();
    for (written, marked) in [("4 | ", "application.run()"), ("6 | ", "missing_name")] {
        let at = lines.iter().position(|line| line.trim_start().starts_with(written));
        let at = at.unwrap_or_else(|| panic!("{written}: {}", ran.out));
        let start = lines[at].find(marked).unwrap_or_else(|| panic!("{marked}: {}", ran.out));
        assert_eq!(lines[at + 1].find('^'), Some(start), "{}", ran.out);
        assert_eq!(lines[at + 1].matches('^').count(), marked.len(), "{}", ran.out);
        assert!(lines[at].len() <= 80, "{}", ran.out);
        assert_eq!(lines[at + 2].trim(), "`", "no empty line below: {}", ran.out);
    }
}

/// What a Procfile, Dockerfile or uWSGI's file starts is read with all checks.
#[test]
fn start_commands_name_the_entry_points() {
    for (file, text) in [
        ("Procfile", "web: gunicorn core.web:app\n"),
        ("Dockerfile", "FROM python\nCMD [\"gunicorn\", \"core.web:app\"]\n"),
        ("uwsgi.ini", "[uwsgi]\nchdir = /srv/shop\nmodule = core.web:app\n"),
        (".flaskenv", "FLASK_APP=core.web\n"),
        ("pyproject.toml", "[tool.diagnose]\nwsgi = \"core/web.py\"\n"),
    ] {
        let desk = Desk::new();
        desk.put(file, text);
        desk.put("core/__init__.py", "");
        desk.put(
            "core/web.py",
            "from flask import Flask\napp = Flask(__name__)\napp.config[\"KEY\"] = KEY\n",
        );
        let ran = desk.lint(&["."]);
        assert!(ran.out.contains("core/web.py:3:21: error WD308"), "{file}: {}", ran.out);
    }
}

/// What an editor has not saved stands in the place of its file, with the project round it.
#[test]
fn code_from_standard_input() {
    let desk = Desk::new();
    let typed = |args: &[&str], code: &str| {
        let args = [&["lint", "--format", "concise"], args].concat();
        crate::ran(&desk.command(&args).write_stdin(code).output().expect("it runs"))
    };
    let ran = typed(&["-"], RUNS);
    assert!(ran.out.contains("stdin:6:1") && ran.out.contains("WD101"), "{} {}", ran.out, ran.err);
    assert_eq!(ran.code, 1);

    // The saved file is whole, the typed one is not; the module beside it is found.
    desk.put("web/wsgi.py", "from shop import app as application\n");
    desk.put("web/shop.py", "from flask import Flask\napp = Flask(__name__)\n");
    let file = "web/wsgi.py";
    let ran = typed(&["-", "--stdin-filename", file], "from shop import ap as application\n");
    assert!(ran.out.contains("web/wsgi.py:1:18") && ran.out.contains("`app`"), "{}", ran.out);
    let ran = typed(&["--stdin-filename", file], "from shop import app as application\n");
    assert!((ran.code, ran.out.lines().count()) == (0, 1), "{}", ran.out);
    let ignored = "from shop import ap as application  # diagnose: ignore[WD306]\n";
    assert_eq!(typed(&["--stdin-filename", file], ignored).code, 0);
    // A file that does not exist yet, imported by none.
    let ran = typed(&["--stdin-filename", "web/new.py"], "import shop\nx = (\n");
    assert!(ran.out.contains("web/new.py:2"), "{}", ran.out);

    // Fixed code is printed, files stay as they are.
    let fixed = crate::ran(
        &desk
            .command(&["lint", "--fix", "-", "--stdin-filename", file])
            .write_stdin(
                RUNS.replace("app = ", "application = ").replace("app.run", "application.run"),
            )
            .output()
            .expect("it runs"),
    );
    assert!(
        fixed.out.contains("if __name__ == \"__main__\":\n    application.run"),
        "{}",
        fixed.out
    );
    assert_eq!(desk.read(file), "from shop import app as application\n");
    // What could be fixed in a module beside it is neither printed nor written.
    desk.put("web/a.py", RUNS);
    let code = "from a import app as application\n";
    let own = typed(&["--fix", "--stdin-filename", file], code);
    assert_eq!(own.out, code, "{}", own.err);
    assert_eq!(desk.read("web/a.py"), RUNS);
    assert_eq!(typed(&["--diff", "--stdin-filename", file], code).out, "");
    let diff = typed(&["--diff", "--stdin-filename", file], RUNS).out;
    assert!(diff.starts_with("--- a/web/wsgi.py\n"), "{diff}");

    for args in
        [&["-", "web"][..], &["--stdin-filename", file, "web"], &["--stdin-filename", "web"]]
    {
        let ran = typed(args, "");
        assert!(ran.code == 2 && ran.err.contains("--stdin-filename"), "{args:?}: {}", ran.err);
    }
}

/// A container starts the command of a Procfile in the Procfile's folder: relative paths are found there.
#[test]
fn a_procfile_says_where_the_server_starts() {
    let desk = Desk::new();
    desk.put("shop/data/key.txt", "x");
    desk.put(
        "shop/app.py",
        "from flask import Flask\n\napp = Flask(__name__)\nKEY = open(\"data/key.txt\").read()\n",
    );
    assert!(desk.lint(&["shop"]).out.contains("WD502"));
    desk.put("shop/Procfile", "web: gunicorn app:app\n");
    for platform in ["scalingo", "heroku"] {
        let ran = desk.lint(&["shop", "--platform", platform]);
        assert_eq!(ran.out.trim(), "No problems found.", "{platform}");
    }
    assert!(!desk.lint(&["shop"]).out.contains("WD502"));
    // PythonAnywhere does not read it, and a command may go elsewhere.
    assert!(desk.lint(&["shop", "--platform", "pythonanywhere"]).out.contains("WD502"));
    desk.put("shop/Procfile", "web: gunicorn --chdir / app:app\n");
    assert!(desk.lint(&["shop"]).out.contains("WD502"));
}
