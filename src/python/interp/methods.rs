//! What the standard library gives for known arguments: paths, `sys.path`, the environment, `importlib`.

use ruff_python_ast as ast;
use ruff_text_size::Ranged;
use std::rc::Rc;

use super::call::Args;
use super::event::Opening;
use super::{Cx, EventKind, Interp};
use crate::python::resolve::pathops;
use crate::python::value::Value;

impl Interp<'_> {
    /// A method of a known value; `None` where it is not known here.
    pub(super) fn method(
        &mut self,
        cx: &Cx,
        base: &Value,
        node: &ast::ExprAttribute,
        call: &ast::ExprCall,
        args: &Args,
    ) -> Option<Value> {
        let name = node.attr.as_str();
        match base {
            Value::SysPath => {
                self.path_arguments(cx, name, call, args);
                match name {
                    "append" => {
                        let value = args.get(0, "object").cloned().unwrap_or(Value::Unknown);
                        self.add_path(cx, &value, None, call.range(), Self::literal(call, 0));
                    }
                    "insert" => {
                        let at = match args.positional.first() {
                            Some(Value::Int(at)) if *at >= 0 => Some(*at as usize),
                            _ => Some(0),
                        };
                        let value = args.positional.get(1).cloned().unwrap_or(Value::Unknown);
                        self.add_path(cx, &value, at, call.range(), Self::literal(call, 1));
                    }
                    "extend" => match args.positional.first() {
                        Some(Value::List(items, complete)) => {
                            for item in items.iter() {
                                self.add_path(cx, item, None, call.range(), None);
                            }
                            self.path_unknown |= !complete;
                        }
                        _ => self.path_unknown = true,
                    },
                    "remove" => {
                        if let Some(text) = args.positional.first().and_then(Value::text) {
                            let path = pathops::absolute(text, &self.cwd);
                            self.sys_path.retain(|entry| entry.path != path);
                        }
                    }
                    "copy" => return Some(Value::SysPath),
                    _ => {}
                }
                Some(Value::None)
            }
            Value::Environ => {
                // Without the comma the two texts are one, and the variable gets no value.
                if name == "setdefault" && args.positional.len() == 1 && !args.is_open() {
                    let name = "os.environ.setdefault".to_owned();
                    let kind = EventKind::Arguments { name, wanted: 2, given: 1 };
                    self.emit(cx, call.range(), "arguments", kind);
                }
                Some(self.environ_method(name, args))
            }
            Value::FileSpec(path) if matches!(name, "load_module" | "exec_module") => {
                let path = Rc::clone(path);
                let stem = pathops::basename(&path).trim_end_matches(".py").to_owned();
                let loaded = self.load_by_path(cx, &stem, &path, call.range());
                Some(if name == "load_module" { loaded } else { Value::None })
            }
            Value::Path(path) => self.path_method(cx, path, name, call, args),
            Value::Str(text) => self.text_method(text, name, args),
            Value::List(items, _) => {
                if let ast::Expr::Name(target) = &*node.value
                    && matches!(name, "append" | "extend" | "insert" | "remove")
                {
                    let mut items: Vec<Value> = items.to_vec();
                    let mut complete = true;
                    match (name, args.positional.as_slice()) {
                        ("append", [value]) if items.len() < 10_000 => items.push(value.clone()),
                        ("insert", [_, value]) if items.len() < 10_000 => {
                            items.insert(0, value.clone());
                        }
                        ("extend", [Value::List(more, all)]) if items.len() < 10_000 => {
                            items.extend(more.iter().cloned());
                            complete = *all;
                        }
                        _ => complete = false,
                    }
                    let value = Value::List(Rc::new(items), complete);
                    self.bind(cx, target.id.as_str(), value, target.range);
                }
                Some(Value::Unknown)
            }
            Value::Dict(items, _) if name == "get" => {
                let key = args.positional.first()?.text()?;
                items
                    .iter()
                    .find(|(known, _)| &**known == key)
                    .map(|(_, value)| value.clone())
                    .or(Some(Value::Unknown))
            }
            Value::EnvValue => Some(Value::EnvValue),
            _ => None,
        }
    }

    /// `sys.path.insert("/srv")`, `sys.path.append("/a", "/b")`: lists take so many arguments and no more.
    fn path_arguments(&mut self, cx: &Cx, name: &str, call: &ast::ExprCall, args: &Args) {
        let given = args.positional.len();
        let wanted = match name {
            "append" | "remove" | "extend" => 1,
            "insert" => 2,
            _ => return,
        };
        let swapped = name == "insert" && args.positional.first().and_then(Value::text).is_some();
        if args.is_open() || cx.caught.types || given == wanted && !swapped {
            return;
        }
        let name = format!("sys.path.{name}");
        self.emit(cx, call.range(), "arguments", EventKind::Arguments { name, wanted, given });
    }

    fn environ_method(&mut self, name: &str, args: &Args) -> Value {
        let key = args.get(0, "key").and_then(Value::text).map(str::to_owned);
        match (name, key) {
            ("setdefault", Some(key)) => {
                let value = match args.positional.get(1) {
                    Some(Value::Str(text)) => Value::Str(Rc::clone(text)),
                    _ => Value::EnvValue,
                };
                self.environ.entry(key).or_insert(value).clone()
            }
            ("get" | "pop", Some(key)) => {
                if let Some(value) = self.environ.get(&key) {
                    return value.clone();
                }
                if key == "HOME" {
                    self.home().map_or(Value::EnvValue, |home| Value::str(&home))
                } else {
                    Value::EnvValue
                }
            }
            ("update", _) => {
                if let Some(Value::Dict(items, _)) = args.positional.first() {
                    for (key, value) in items.iter() {
                        self.environ.insert(key.to_string(), value.clone());
                    }
                } else {
                    self.dotenv = true;
                }
                for (key, value) in &args.keywords {
                    self.environ.insert(key.clone(), value.clone());
                }
                Value::None
            }
            _ => Value::EnvValue,
        }
    }

    fn path_method(
        &mut self,
        cx: &Cx,
        path: &str,
        name: &str,
        call: &ast::ExprCall,
        args: &Args,
    ) -> Option<Value> {
        let made = |text: &str| Some(Value::Path(text.into()));
        match name {
            "resolve" | "absolute" | "expanduser" => {
                let Some(text) = self.expand(path) else { return Some(Value::Unknown) };
                made(&pathops::absolute(&text, &self.cwd))
            }
            "joinpath" => {
                let mut out = path.to_owned();
                for part in &args.positional {
                    out = pathops::join(&out, part.text()?);
                }
                made(&out)
            }
            "with_name" => {
                made(&pathops::join(&pathops::parent(path), args.positional.first()?.text()?))
            }
            "as_posix" | "__str__" | "__fspath__" => Some(Value::str(path)),
            "open" | "read_text" | "read_bytes" => {
                self.opened(cx, path, args.get(0, "mode"), call);
                Some(Value::Unknown)
            }
            "exists" | "is_file" | "is_dir" => Some(Value::EnvValue),
            _ => Some(Value::Unknown),
        }
    }

    #[expect(clippy::unused_self, reason = "beside its siblings")]
    fn text_method(&self, text: &str, name: &str, args: &Args) -> Option<Value> {
        Some(match name {
            "format" => {
                let mut out = text.to_owned();
                for part in &args.positional {
                    match part.text() {
                        Some(part) if out.contains("{}") => out = out.replacen("{}", part, 1),
                        _ => return Some(Value::Unknown),
                    }
                }
                for (key, part) in &args.keywords {
                    match part.text() {
                        Some(part) => out = out.replace(&format!("{{{key}}}"), part),
                        None => return Some(Value::Unknown),
                    }
                }
                if out.contains('{') { Value::Unknown } else { Value::str(&out) }
            }
            "replace" => match (
                args.positional.first().and_then(Value::text),
                args.positional.get(1).and_then(Value::text),
            ) {
                (Some(from), Some(to)) if !from.is_empty() && text.len() < 1_000 => {
                    Value::str(&text.replace(from, to))
                }
                _ => Value::Unknown,
            },
            "strip" if args.positional.is_empty() => Value::str(text.trim()),
            "lower" => Value::str(&text.to_lowercase()),
            "upper" => Value::str(&text.to_uppercase()),
            "rstrip" => match args.positional.first().and_then(Value::text) {
                Some(chars) => Value::str(text.trim_end_matches(|c| chars.contains(c))),
                None => Value::str(text.trim_end()),
            },
            "join" => match args.positional.first() {
                Some(Value::List(items, true)) => {
                    let parts: Option<Vec<&str>> = items.iter().map(Value::text).collect();
                    parts.map_or(Value::Unknown, |parts| Value::str(&parts.join(text)))
                }
                _ => Value::Unknown,
            },
            "split" => match args.positional.first().and_then(Value::text) {
                Some(by) if !by.is_empty() && text.len() < 2_000 => {
                    Value::List(Rc::new(text.split(by).map(Value::str).collect()), true)
                }
                _ => Value::Unknown,
            },
            _ => Value::Unknown,
        })
    }

    /// `~` at the start of a path.
    /// `~` and `~name` written out; `None` where nobody knows whose home it is.
    fn expand(&self, path: &str) -> Option<String> {
        Some(match (path.strip_prefix('~'), self.home()) {
            (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with('/') => {
                format!("{home}{rest}")
            }
            (Some(rest), _) if !rest.is_empty() && !rest.starts_with('/') => {
                format!("/home/{rest}")
            }
            (Some(_), _) => return None,
            (None, _) => path.to_owned(),
        })
    }

    fn opened(&mut self, cx: &Cx, path: &str, mode: Option<&Value>, call: &ast::ExprCall) {
        let mode = mode.and_then(Value::text).unwrap_or("r");
        if mode.starts_with('r') {
            self.relative_path(cx, path, Opening::Plain, call);
        }
    }

    /// Notes a relative path that is opened.
    pub(super) fn relative_path(
        &mut self,
        cx: &Cx,
        path: &str,
        how: Opening,
        call: &ast::ExprCall,
    ) {
        if !cx.caught.errors && how != Opening::Makes {
            self.lfs_pointer(cx, path, call.range());
        }
        if path.starts_with('/') && !cx.caught.errors {
            self.glued(cx, path, call.range());
        }
        if path.starts_with('/')
            || path.starts_with('~')
            || path.contains("://")
            || path.is_empty()
            || self.moved
            || cx.caught.errors
        {
            return;
        }
        let kind = EventKind::RelativeOpen { path: path.to_owned(), how };
        self.emit(cx, call.range(), "open", kind);
    }

    /// Functions whose result is known; `None` for all others.
    pub(super) fn builtin(
        &mut self,
        cx: &Cx,
        call: &ast::ExprCall,
        name: &str,
        args: &Args,
    ) -> Option<Value> {
        let text = |at: usize| args.positional.get(at).and_then(Value::text);
        let known = |text: String| Some(Value::str(&text));
        match name {
            "os.path.join" | "posixpath.join" => {
                let mut out = String::new();
                for part in &args.positional {
                    out = pathops::join(
                        &out,
                        match part.text() {
                            Some(text) => text,
                            None if part.from_environment() => return Some(Value::EnvValue),
                            None => return Some(Value::Unknown),
                        },
                    );
                }
                known(out)
            }
            "os.path.dirname" => {
                Some(text(0).map_or(Value::Unknown, |path| Value::str(pathops::dirname(path))))
            }
            "os.path.basename" => {
                Some(text(0).map_or(Value::Unknown, |path| Value::str(pathops::basename(path))))
            }
            "os.path.abspath" | "os.path.realpath" => Some(
                text(0)
                    .map_or(Value::Unknown, |path| Value::str(&pathops::absolute(path, &self.cwd))),
            ),
            "os.path.normpath" => {
                Some(text(0).map_or(Value::Unknown, |path| Value::str(&pathops::normal(path))))
            }
            "os.path.expanduser" => {
                let home = text(0).and_then(|path| self.expand(path));
                Some(home.map_or(Value::Unknown, |path| Value::str(&path)))
            }
            "os.path.exists" | "os.path.isfile" | "os.path.isdir" => Some(Value::EnvValue),
            "os.path.split" => Some(text(0).map_or(Value::Unknown, |path| {
                Value::List(
                    Rc::new(vec![
                        Value::str(pathops::dirname(path)),
                        Value::str(pathops::basename(path)),
                    ]),
                    true,
                )
            })),
            "os.getcwd" | "os.getcwdb" => Some(Value::str(&self.cwd.clone())),
            "pathlib.Path.cwd" => Some(Value::Path(self.cwd.as_str().into())),
            "pathlib.Path.home" => {
                Some(self.home().map_or(Value::Unknown, |home| Value::Path(home.as_str().into())))
            }
            "os.chdir" => {
                if let Some(path) = text(0) {
                    let path = pathops::absolute(path, &self.cwd);
                    self.cwd = self.options.at_hand(&mut self.finder, &path).unwrap_or(path);
                }
                self.moved = true;
                Some(Value::None)
            }
            "os.getenv" | "environ.get" => Some(self.environ_method("get", args)),
            "os.putenv" => Some(Value::None),
            "pathlib.Path" | "pathlib.PurePath" | "pathlib.PosixPath" | "py.path.local" => {
                let mut out = String::new();
                for part in &args.positional {
                    let Some(text) = part.text() else { return Some(Value::Unknown) };
                    out = pathops::join(&out, text);
                }
                Some(Value::Path(if out.is_empty() { "." } else { &out }.into()))
            }
            "builtins.str" | "os.fspath" | "os.fsdecode" => Some(match args.positional.first() {
                Some(Value::Str(text) | Value::Path(text)) => Value::Str(Rc::clone(text)),
                Some(Value::EnvValue) => Value::EnvValue,
                _ => Value::Unknown,
            }),
            "builtins.open" | "io.open" | "codecs.open" => {
                if let Some(path) = args.get(0, "file").and_then(Value::text) {
                    let path = path.to_owned();
                    self.opened(cx, &path, args.get(1, "mode"), call);
                }
                Some(super::expr::ext("builtins.open()"))
            }
            "sqlite3.connect" => {
                let path = args.get(0, "database").and_then(Value::text).unwrap_or_default();
                if !path.starts_with(':') && !path.starts_with("file:") {
                    let path = path.to_owned();
                    self.relative_path(cx, &path, Opening::Makes, call);
                }
                Some(super::expr::ext("sqlite3.connect()"))
            }
            "imp.load_source" => {
                let (Some(module), Some(path)) = (text(0), text(1)) else {
                    return Some(Value::Unknown);
                };
                let (module, path) = (module.to_owned(), path.to_owned());
                Some(self.load_by_path(cx, &module, &path, call.range()))
            }
            "importlib.util.spec_from_file_location" | "importlib.machinery.SourceFileLoader" => {
                let path = args.get(1, if name.ends_with("Loader") { "path" } else { "location" });
                Some(match path.and_then(Value::text) {
                    Some(path) => Value::FileSpec(path.into()),
                    None => Value::Unknown,
                })
            }
            "importlib.util.module_from_spec" => {
                Some(args.positional.first().cloned().unwrap_or(Value::Unknown))
            }
            "builtins.exec" | "builtins.execfile" | "builtins.eval" | "runpy.run_path" => {
                self.executed(cx, args);
                Some(Value::Unknown)
            }
            "builtins.globals" | "builtins.vars" | "builtins.locals" => {
                self.modules[cx.module].dynamic |= cx.frame.is_none() || name == "builtins.globals";
                Some(Value::Inst(name.into()))
            }
            "builtins.setattr" => {
                if let (Some(Value::Module(module)), Some(name)) =
                    (args.positional.first(), text(1))
                {
                    let inner = Cx { module: *module, frame: None, ..cx.clone() };
                    let value = args.positional.get(2).cloned().unwrap_or(Value::Unknown);
                    self.bind(&inner, name, value, call.range());
                } else {
                    self.modules[cx.module].dynamic = true;
                }
                Some(Value::None)
            }
            "builtins.__import__" | "importlib.import_module" => Some(match text(0) {
                Some(module) => {
                    let module = module.to_owned();
                    let package = args.get(1, "package").and_then(Value::text).map(str::to_owned);
                    let absolute = match (module.strip_prefix('.'), package) {
                        (Some(rest), Some(package)) => format!("{package}.{rest}"),
                        (Some(_), None) => return Some(Value::Unknown),
                        (None, _) => module,
                    };
                    let value =
                        self.import_dotted(cx, &absolute, call.range(), Self::literal(call, 0));
                    if name == "builtins.__import__" && absolute.contains('.') {
                        let top = absolute.split('.').next().unwrap_or("").to_owned();
                        self.import_dotted(cx, &top, call.range(), None)
                    } else {
                        value
                    }
                }
                None => Value::Unknown,
            }),
            "site.addsitedir" => {
                if let Some(value) = args.positional.first() {
                    self.add_site(cx, &value.clone(), call);
                }
                Some(Value::None)
            }
            "dotenv.load_dotenv"
            | "environ.Env.read_env"
            | "environ.Env().read_env"
            | "environs.Env().read_env"
            | "dotenv.main.load_dotenv" => {
                self.env_file(cx, name, args);
                self.dotenv_late(cx, call.range());
                self.dotenv = true;
                Some(Value::Bool(true))
            }
            "builtins.super" => Some(Value::Unknown),
            "builtins.list" | "builtins.tuple" | "builtins.sorted" | "builtins.reversed" => {
                match args.positional.first() {
                    Some(value @ (Value::List(..) | Value::SysPath)) => Some(value.clone()),
                    _ => Some(Value::Unknown),
                }
            }
            "builtins.dict" => Some(Value::Dict(
                Rc::new(
                    args.keywords
                        .iter()
                        .map(|(key, value)| (key.as_str().into(), value.clone()))
                        .collect(),
                ),
                args.positional.is_empty(),
            )),
            "builtins.len" => Some(match args.positional.first() {
                Some(Value::List(items, true)) => Value::Int(items.len() as i64),
                // A WSGI server that embeds Python gives its own name only.
                Some(Value::Ext(name)) if &**name == "sys.argv" && self.options.is_embedded() => {
                    Value::Int(1)
                }
                Some(Value::Ext(name)) if name.starts_with("sys.argv") => Value::EnvValue,
                _ => Value::Unknown,
            }),
            "builtins.int" | "builtins.bool" => Some(match args.positional.first() {
                Some(Value::EnvValue) => Value::EnvValue,
                Some(Value::Int(number)) => Value::Int(*number),
                Some(Value::Bool(value)) => Value::Bool(*value),
                _ => Value::Unknown,
            }),
            "builtins.print"
            | "builtins.map"
            | "builtins.filter"
            | "builtins.isinstance"
            | "builtins.hasattr"
            | "builtins.getattr" => Some(Value::Unknown),
            _ => None,
        }
    }

    /// `exec(open(activate_this).read())`: adds the virtualenv's packages; anything else defines anything.
    fn executed(&mut self, cx: &Cx, args: &Args) {
        let activates =
            args.keywords.iter().map(|(_, value)| value).chain(&args.positional).any(|value| {
                match value {
                    Value::Dict(items, _) => items.iter().any(|(_, value)| {
                        value.text().is_some_and(|text| text.ends_with("activate_this.py"))
                    }),
                    value => value.text().is_some_and(|text| text.ends_with("activate_this.py")),
                }
            });
        let bound = self.modules[cx.module].names.values().filter_map(|binding| {
            let text = binding.value.text().filter(|text| text.ends_with("activate_this.py"))?;
            Some((binding.range.start(), text.to_owned()))
        });
        // Of two the last one; the order of the names themselves is no order.
        if let Some((_, path)) = bound.max_by_key(|(start, _)| *start) {
            let venv = pathops::parent(&pathops::parent(&path));
            self.use_virtualenv(&venv);
            return;
        }
        if activates {
            self.path_unknown = true;
            return;
        }
        self.modules[cx.module].dynamic = true;
        self.path_unknown = true;
    }

    /// The packages of a virtualenv join the search path.
    fn use_virtualenv(&mut self, venv: &str) {
        let found = crate::python::resolve::venv::read(&self.finder.tree, venv);
        if !found.known {
            self.path_unknown = true;
            return;
        }
        for site in found.site_packages.iter().chain(&found.pth) {
            self.sys_path.push(crate::python::resolve::PathEntry {
                path: site.clone(),
                origin: crate::python::resolve::Origin::SitePackages,
            });
        }
        self.environment.editable.extend(found.editable);
        self.environment.site_packages.extend(found.site_packages);
        self.environment.known = true;
    }

    fn add_site(&mut self, cx: &Cx, value: &Value, call: &ast::ExprCall) {
        self.add_path(cx, value, None, call.range(), Self::literal(call, 0));
        let Some(text) = value.text() else { return };
        let path = pathops::absolute(text, &self.cwd);
        let mut found = crate::python::resolve::venv::Environment::default();
        let disk = self.finder.disk(&path);
        crate::python::resolve::venv::read_pth(&self.finder.tree, &path, &disk, &mut found);
        for extra in found.pth {
            self.sys_path.push(crate::python::resolve::PathEntry {
                path: extra,
                origin: crate::python::resolve::Origin::SitePackages,
            });
        }
        self.environment.editable.extend(found.editable);
        if path.ends_with("site-packages") && self.finder.is_dir(&path) {
            self.environment.site_packages.push(path.clone());
            if let Some(entry) = self.sys_path.iter_mut().find(|entry| entry.path == path) {
                entry.origin = crate::python::resolve::Origin::SitePackages;
            }
        }
    }
}
