//! Templates of Flask: what `render_template` names, looked for where Flask looks. Told only where the file is there
//! in another place or spelling; one that is nowhere may be made or uploaded later.

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextRange};

use super::call::Args;
use super::event::{Misplaced, MisplacedBy};
use super::{Cx, EventKind, Interp, scopes};
use crate::python::lints::near;
use crate::python::resolve::pathops;
use crate::python::value::{ModuleId, Value};

/// Most calls that are looked at.
const MOST: usize = 200;

/// What gives templates from elsewhere.
const LOADERS: &[&str] =
    &["jinja_loader", "ChoiceLoader", "FileSystemLoader", "PackageLoader", "DictLoader"];

/// Folders in which templates are.
#[derive(Debug, Default)]
pub(super) struct Templates {
    /// The app's folder, and its folder of templates.
    apps: Vec<(String, String)>,
    /// Folders of blueprints.
    others: Vec<String>,
    /// Some folder is not known.
    unknown: bool,
}

impl Interp<'_> {
    /// `Flask(__name__, template_folder="pages")`, `Blueprint("shop", __name__, template_folder="pages")`.
    pub(super) fn templates_of(&mut self, cx: &Cx, call: &ast::ExprCall, args: &Args, flask: bool) {
        let at = usize::from(!flask);
        let named =
            call.arguments.args.get(at).is_some_and(
                |arg| matches!(arg, Expr::Name(name) if name.id.as_str() == "__name__"),
            );
        let root = pathops::parent(&self.modules[cx.module].path);
        let given = match args.get(usize::MAX, "template_folder") {
            None => None,
            Some(Value::Str(folder) | Value::Path(folder)) => Some(pathops::join(&root, folder)),
            Some(Value::None) if !flask => None,
            Some(_) => {
                self.templates.unknown = true;
                return;
            }
        };
        let moved = args.keywords.iter().any(|(key, _)| key == "root_path");
        if !named || moved || args.has_stars() {
            self.templates.unknown |= flask || given.is_some();
            return;
        }
        if flask {
            let folder = given.unwrap_or_else(|| pathops::join(&root, "templates"));
            if !self.templates.apps.iter().any(|(_, known)| *known == folder) {
                self.templates.apps.push((root, folder));
            }
        } else if let Some(folder) = given {
            self.templates.others.push(folder);
        }
    }

    /// After everything was loaded: the templates that the project's functions name.
    pub fn misplaced_templates(&mut self) {
        let [(root, folder)] = self.templates.apps.as_slice() else { return };
        let (root, folder) = (root.clone(), folder.clone());
        if self.templates.unknown {
            return;
        }
        let mut asking: Vec<ModuleId> = Vec::new();
        for (id, module) in self.modules.iter().enumerate() {
            let Some(source) = &module.source else { continue };
            let text = source.text();
            if LOADERS.iter().any(|word| scopes::has(text, word)) {
                return;
            }
            if scopes::has(text, "render_template(") {
                asking.push(id);
            }
        }
        let mut told: Vec<String> = Vec::new();
        for id in asking {
            let ours = self.modules[id].names.get("render_template").is_some_and(|binding| {
                matches!(&binding.value, Value::Ext(name) if &**name == "flask.render_template")
            });
            let Some(source) = self.source_to_run(id).filter(|source| source.problems().is_empty())
            else {
                continue;
            };
            let mut calls = Calls { ours, found: Vec::new() };
            calls.visit_body(source.body());
            for (name, range) in calls.found {
                if told.contains(&name) {
                    continue;
                }
                told.push(name.clone());
                if let Some(misplaced) = self.misplaced(&root, &folder, &name) {
                    let cx = Cx { module: id, ..self.base() };
                    self.emit(&cx, range, "template", EventKind::TemplateMisplaced(misplaced));
                }
            }
        }
    }

    fn misplaced(&mut self, root: &str, folder: &str, name: &str) -> Option<Misplaced> {
        let mut folders = vec![folder.to_owned()];
        folders.extend(self.templates.others.iter().cloned());
        if name.contains("..") || folders.iter().any(|folder| self.has_file(folder, name)) {
            return None;
        }
        let shown = |dir: &str| {
            let short = pathops::basename(dir);
            if short.is_empty() { dir.to_owned() } else { short.to_owned() }
        };
        let wanted = shown(folder);
        let template = name.to_owned();
        let made = |right: String, why| {
            let wanted = wanted.clone();
            Some(Misplaced { template: template.clone(), wanted, right, why })
        };
        for folder in &folders {
            if let Some(right) = self.spelled(folder, name) {
                return made(right, MisplacedBy::Spelling);
            }
        }
        // `render_template("templates/index.html")`.
        if let Some((first, rest)) = name.split_once('/')
            && first == wanted
            && self.has_file(folder, rest)
        {
            return made(rest.to_owned(), MisplacedBy::Folder);
        }
        if self.has_file(root, name) {
            return made(name.to_owned(), MisplacedBy::Beside);
        }
        let dirs: Vec<String> = self
            .finder
            .list(root)
            .iter()
            .filter(|(dir, is_dir)| *is_dir && !dir.starts_with('.'))
            .map(|(dir, _)| dir.to_owned())
            .collect();
        let up = pathops::parent(root);
        let mut places: Vec<(String, String)> = Vec::new();
        for dir in dirs {
            let alike = dir.eq_ignore_ascii_case(&wanted)
                || near::nearest(&dir.to_ascii_lowercase(), std::iter::once(&*wanted)).is_some()
                || dir == "static";
            if alike && dir != wanted {
                places.push((pathops::join(root, &dir), dir.clone()));
            }
            places.push((
                pathops::join(&pathops::join(root, &dir), &wanted),
                format!("{dir}/{wanted}"),
            ));
        }
        places.push((pathops::join(&up, &wanted), format!("../{wanted}")));
        for (place, right) in places.into_iter().take(40) {
            if self.has_file(&place, name) {
                return made(right, MisplacedBy::Elsewhere);
            }
        }
        None
    }

    /// A file of that name, in exactly these letters.
    fn has_file(&mut self, folder: &str, name: &str) -> bool {
        let path = pathops::join(folder, name.trim_start_matches('/'));
        let (dir, file) = (pathops::parent(&path), pathops::basename(&path).to_owned());
        self.finder.list(&dir).file(&file)
    }

    /// The name of a file in other capitals, or nearly that name.
    fn spelled(&mut self, folder: &str, name: &str) -> Option<String> {
        let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
        let (last, dirs) = parts.split_last()?;
        let mut dir = folder.to_owned();
        let mut right = String::new();
        for part in dirs {
            let listing = self.finder.list(&dir);
            let found = listing
                .iter()
                .find(|(known, is_dir)| *is_dir && known.eq_ignore_ascii_case(part))
                .map(|(known, _)| known.to_owned())?;
            dir = pathops::join(&dir, &found);
            right.push_str(&found);
            right.push('/');
        }
        let listing = self.finder.list(&dir);
        let files: Vec<&str> =
            listing.iter().filter(|(_, is_dir)| !is_dir).map(|(file, _)| file).collect();
        let same = files.iter().find(|file| file.eq_ignore_ascii_case(last));
        let found = same.map(|file| (*file).to_owned()).or_else(|| {
            let stem = |file: &str| file.rsplit_once('.').map(|(stem, _)| stem.to_owned());
            // `index.htm` and `index.html`, `abuot.html`.
            let ending = files.iter().find(|file| stem(file).is_some() && stem(file) == stem(last));
            ending
                .map(|file| (*file).to_owned())
                .or_else(|| near::nearest(last, files.iter().copied()))
        })?;
        right.push_str(&found);
        Some(right)
    }
}

struct Calls {
    /// `render_template` is Flask's.
    ours: bool,
    found: Vec<(String, TextRange)>,
}

impl<'a> Visitor<'a> for Calls {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr
            && self.found.len() < MOST
            && let Some(Expr::StringLiteral(name)) = call.arguments.args.first()
        {
            let is_render = match &*call.func {
                Expr::Name(func) => self.ours && func.id.as_str() == "render_template",
                Expr::Attribute(func) => {
                    func.attr.as_str() == "render_template"
                        && matches!(&*func.value, Expr::Name(base) if base.id.as_str() == "flask")
                }
                _ => false,
            };
            if is_render {
                self.found.push((name.value.to_str().to_owned(), name.range()));
            }
        }
        walk_expr(self, expr);
    }
}

#[cfg(test)]
mod tests {
    use crate::python::lints::tests::analyse;

    fn told(app: &str, name: &str, file: &str) -> usize {
        let text = format!(
            "from flask import Flask, render_template\napplication = Flask(__name__{app}\n@application.route('/')\ndef home():\n    return render_template('{name}')\n# --- {file}\n<p>\n"
        );
        let out = analyse(&text);
        out.findings.iter().filter(|found| found.name == "template-misplaced").count()
    }

    #[test]
    fn templates_in_other_places() {
        for (app, name, file) in [
            (")", "index.html", "index.html"),
            (")", "Index.html", "templates/index.html"),
            (")", "index.html", "template/index.html"),
            (")", "index.html", "Templates/index.html"),
            (")", "index.html", "static/index.html"),
            (")", "index.html", "shop/templates/index.html"),
            (")", "index.html", "templates/index.htm"),
            (")", "templates/index.html", "templates/index.html"),
            (")", "auth/login.html", "templates/Auth/login.html"),
            (", template_folder='pages')", "index.html", "templates/index.html"),
        ] {
            let expected = usize::from(!app.contains("pages"));
            assert_eq!(told(app, name, file), expected, "{name} {file}");
        }
    }

    #[test]
    fn templates_that_are_there_or_nowhere() {
        for (app, name, file) in [
            (")", "index.html", "templates/index.html"),
            (")", "/index.html", "templates/index.html"),
            (")", "auth/login.html", "templates/auth/login.html"),
            (")", "made-later.html", "templates/index.html"),
            (", template_folder='pages')", "index.html", "pages/index.html"),
            (", template_folder=FOLDER)", "index.html", "index.html"),
            (
                ")\nfrom jinja2 import FileSystemLoader\napplication.jinja_loader = FileSystemLoader('.')",
                "index.html",
                "index.html",
            ),
            (
                ")\nfrom flask import Blueprint\nx = Blueprint('x', __name__, template_folder='more')",
                "index.html",
                "more/index.html",
            ),
        ] {
            assert_eq!(told(app, name, file), 0, "{app} {name} {file}");
        }
    }
}
