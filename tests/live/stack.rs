//! Starts nginx and an app server in a temporary folder; ends both when dropped.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Programs that were found.
pub(crate) struct Tools {
    nginx: PathBuf,
    venv: PathBuf,
}

/// The tools, or `None` after saying what is missing. With `CI` set a missing tool is a failure.
pub(crate) fn tools(test: &str) -> Option<Tools> {
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let nginx = std::env::split_paths(&on_path)
        .map(|dir| dir.join("nginx"))
        .chain([PathBuf::from("/usr/sbin/nginx")])
        .find(|path| path.is_file());
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/venv");
    let venv = std::env::var_os("DIAGNOSE_VENV").map_or(target, PathBuf::from);
    let venv = ["uwsgi", "gunicorn", "flask"]
        .iter()
        .all(|name| venv.join("bin").join(name).is_file())
        .then_some(venv);
    let missing = match (&nginx, &venv) {
        (Some(_), Some(_)) => None,
        (None, _) => Some("nginx is not installed"),
        (_, None) => {
            Some("no virtualenv with uwsgi, gunicorn and Flask (tests/servers/setup_venv.sh)")
        }
    };
    if let Some(missing) = missing {
        assert!(std::env::var_os("CI").is_none(), "{test}: {missing}, and CI is set");
        eprintln!("SKIPPED {test}: {missing}");
        return None;
    }
    Some(Tools { nginx: nginx?, venv: venv? })
}

/// A folder with an nginx on a loopback port; app servers are added.
pub(crate) struct Stack {
    tools: Tools,
    dir: tempfile::TempDir,
    port: u16,
    children: Vec<Child>,
}

impl Stack {
    /// nginx that sends everything to `app.sock`; `pass` is `uwsgi` or `http`.
    pub(crate) fn new(tools: Tools, pass: &str) -> Self {
        Self::with_listen(tools, pass, "", "app.sock")
    }

    /// The same with another socket name in nginx's configuration, and words for `listen`.
    pub(crate) fn with_listen(tools: Tools, pass: &str, listen: &str, socket: &str) -> Self {
        let dir = tempfile::tempdir().expect("temporary folder");
        let port = free_port();
        let mut stack = Self { tools, dir, port, children: Vec::new() };
        let d = stack.dir.path().display().to_string();
        let to = if pass == "uwsgi" {
            format!("include {d}/params; uwsgi_pass unix:{d}/{socket}; uwsgi_read_timeout 3s;")
        } else {
            format!(
                "proxy_pass http://unix:{d}/{socket}; proxy_read_timeout 3s; proxy_set_header Host $host;"
            )
        };
        let user =
            if fs::metadata("/proc/self").is_ok_and(|m| m.uid() == 0) { "user root;" } else { "" };
        let temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .iter()
            .map(|name| format!("{name}_temp_path {d}/{name};"))
            .collect::<Vec<_>>()
            .concat();
        let config = format!(
            "{user} daemon off; pid {d}/nginx.pid; error_log {d}/nginx.err; worker_processes 1;\n\
             events {{}}\nhttp {{ access_log {d}/access.log; {temp}\n\
             server {{ listen 127.0.0.1:{port} {listen}; location / {{ {to} }} }} }}\n"
        );
        let params = "uwsgi_param QUERY_STRING $query_string; uwsgi_param REQUEST_METHOD $request_method;\n\
             uwsgi_param PATH_INFO $document_uri; uwsgi_param REQUEST_URI $request_uri;\n\
             uwsgi_param SERVER_PROTOCOL $server_protocol; uwsgi_param SERVER_NAME $server_name;\n\
             uwsgi_param SERVER_PORT $server_port; uwsgi_param REMOTE_ADDR $remote_addr;\n\
             uwsgi_param HTTP_HOST $host;\n";
        stack.write("params", params);
        stack.write("nginx.conf", &config);
        let nginx = stack.tools.nginx.clone();
        let args =
            ["-c".to_owned(), format!("{d}/nginx.conf"), "-e".to_owned(), format!("{d}/nginx.err")];
        stack.spawn(&nginx, &args);
        stack.until("nginx listens", |stack| TcpStream::connect(("127.0.0.1", stack.port)).is_ok());
        stack
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.dir.path().join(name), text).expect("temporary folder");
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Starts uWSGI with `app.py`; returns when its socket stands.
    pub(crate) fn uwsgi(&mut self, app: &str, more: &[&str]) {
        self.write("app.py", app);
        let mut args: Vec<String> =
            ["--master", "--no-orphans", "--module", "app", "--callable", "application"]
                .iter()
                .map(|&word| word.to_owned())
                .collect();
        args.extend([
            "--socket".to_owned(),
            self.path("app.sock"),
            "--chmod-socket=666".to_owned(),
        ]);
        args.extend(["--chdir".to_owned(), self.dir.path().display().to_string()]);
        args.extend(["--virtualenv".to_owned(), self.tools.venv.display().to_string()]);
        args.extend(more.iter().map(|&word| word.to_owned()));
        let program = self.tools.venv.join("bin/uwsgi");
        self.spawn(&program, &args);
        self.until("uWSGI's socket", Self::accepts);
    }

    /// Starts gunicorn with `app.py`; returns when its socket stands.
    pub(crate) fn gunicorn(&mut self, app: &str, more: &[&str]) {
        self.write("app.py", app);
        let mut args = vec!["--bind".to_owned(), format!("unix:{}", self.path("app.sock"))];
        args.extend(["--chdir".to_owned(), self.dir.path().display().to_string()]);
        args.extend(["--workers".to_owned(), "1".to_owned()]);
        args.extend(more.iter().map(|&word| word.to_owned()));
        args.push("app:application".to_owned());
        let program = self.tools.venv.join("bin/gunicorn");
        self.spawn(&program, &args);
        self.until("gunicorn's socket", Self::accepts);
    }

    /// Starts a project where it lies; `target` is `module:callable`. Which server, `new` has said.
    pub(crate) fn project(&mut self, server: &str, folder: &Path, target: &str) {
        let socket = self.path("app.sock");
        let folder = folder.display().to_string();
        let args: Vec<&str> = if server == "uwsgi" {
            vec!["--master", "--no-orphans", "--chmod-socket=666", "--socket", &socket]
        } else {
            vec!["--workers", "1", "--bind"]
        };
        let mut args: Vec<String> = args.into_iter().map(str::to_owned).collect();
        if server == "uwsgi" {
            let venv = self.tools.venv.display().to_string();
            args.extend([
                "--virtualenv".to_owned(),
                venv,
                "--module".to_owned(),
                target.to_owned(),
            ]);
            args.extend(["--chdir".to_owned(), folder]);
        } else {
            args.extend([
                format!("unix:{socket}"),
                "--chdir".to_owned(),
                folder,
                target.to_owned(),
            ]);
        }
        let program = self.tools.venv.join("bin").join(server);
        self.spawn(&program, &args);
        self.until("the server's socket", Self::accepts);
    }

    fn accepts(&self) -> bool {
        UnixStream::connect(self.path("app.sock")).is_ok()
    }

    /// Each program leads its own process group, so that its workers end with it.
    fn spawn(&mut self, program: &Path, args: &[String]) {
        let log = fs::File::create(self.dir.path().join(format!("out{}", self.children.len())));
        let output = || log.as_ref().ok().and_then(|file| file.try_clone().ok());
        let child = Command::new(program)
            .args(args)
            .stdin(Stdio::null())
            .stdout(output().map_or_else(Stdio::null, Stdio::from))
            .stderr(output().map_or_else(Stdio::null, Stdio::from))
            .env_remove("PYTHONPATH")
            .process_group(0)
            .spawn()
            .expect("the program starts");
        self.children.push(child);
    }

    fn until(&self, what: &str, ready: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !ready(self) {
            let waited = start.elapsed();
            assert!(waited < Duration::from_mins(1), "{what} is missing\n{}", self.outputs());
            sleep(Duration::from_millis(20));
        }
    }

    /// What the programs printed, for failures.
    pub(crate) fn outputs(&self) -> String {
        let files = fs::read_dir(self.dir.path()).into_iter().flatten().flatten();
        files
            .filter(|file| {
                let name = file.file_name().to_string_lossy().into_owned();
                name.starts_with("out") || name == "nginx.err"
            })
            .map(|file| fs::read_to_string(file.path()).unwrap_or_default())
            .collect()
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        for child in self.children.iter_mut().rev() {
            let group = format!("-{}", child.id());
            let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
            let _ = child.wait();
        }
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    listener.local_addr().expect("address").port()
}
