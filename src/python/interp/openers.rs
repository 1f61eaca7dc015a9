//! Library calls that open a file or want a folder when they are called, by the path they are given.

use std::rc::Rc;

use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange};

use super::call::Args;
use super::event::{FolderFor, Opening};
use super::{Cx, EventKind, Interp};
use crate::python::resolve::{Origin, pathops};
use crate::python::value::{ModuleId, Value};

/// Functions that read a file: name, position and keyword of the path.
const READERS: &[(&str, usize, &str)] = &[
    ("pandas.read_csv", 0, "filepath_or_buffer"),
    ("pandas.read_table", 0, "filepath_or_buffer"),
    ("pandas.read_excel", 0, "io"),
    ("pandas.read_json", 0, "path_or_buf"),
    ("pandas.read_pickle", 0, "filepath_or_buffer"),
    ("pandas.read_parquet", 0, "path"),
    ("pandas.read_feather", 0, "path"),
    ("pandas.read_hdf", 0, "path_or_buf"),
    ("geopandas.read_file", 0, "filename"),
    ("numpy.load", 0, "file"),
    ("numpy.loadtxt", 0, "fname"),
    ("numpy.genfromtxt", 0, "fname"),
    ("joblib.load", 0, "filename"),
    ("torch.load", 0, "f"),
    ("keras.models.load_model", 0, "filepath"),
    ("tensorflow.keras.models.load_model", 0, "filepath"),
    ("PIL.Image.open", 0, "fp"),
    ("openpyxl.load_workbook", 0, "filename"),
    ("xml.etree.ElementTree.parse", 0, "source"),
    ("logging.config.fileConfig", 0, "fname"),
    ("geoip2.database.Reader", 0, "fileish"),
    ("firebase_admin.credentials.Certificate", 0, "cert"),
    ("gspread.service_account", 0, "filename"),
    (
        "oauth2client.service_account.ServiceAccountCredentials.from_json_keyfile_name",
        0,
        "filename",
    ),
    ("google.oauth2.service_account.Credentials.from_service_account_file", 0, "filename"),
];

/// Handlers of logs, which make the file but not its folder.
const HANDLERS: &[&str] = &[
    "logging.FileHandler",
    "logging.handlers.RotatingFileHandler",
    "logging.handlers.TimedRotatingFileHandler",
    "logging.handlers.WatchedFileHandler",
];

impl Interp<'_> {
    /// A call of a library's function that needs a file or folder.
    pub(super) fn opener(&mut self, cx: &Cx, call: &ast::ExprCall, name: &str, args: &Args) {
        let text = |at: usize, keyword: &str| {
            args.get(at, keyword).and_then(Value::text).map(str::to_owned)
        };
        if let Some((_, at, keyword)) = READERS.iter().find(|(known, ..)| *known == name) {
            if let Some(path) = text(*at, keyword) {
                self.relative_path(cx, &path, Opening::Data, call);
            }
            return;
        }
        match name {
            "logging.basicConfig" => {
                if let Some((_, Value::Str(path) | Value::Path(path))) =
                    args.keywords.iter().find(|(key, _)| key == "filename")
                {
                    let path = Rc::clone(path);
                    self.log_file(cx, &path, call.range());
                }
            }
            "logging.config.dictConfig" => {
                if let Some(config) = args.get(0, "config").cloned() {
                    self.log_handlers(cx, &config, call.range());
                }
            }
            "starlette.staticfiles.StaticFiles" | "fastapi.staticfiles.StaticFiles" => {
                let unchecked = args
                    .keywords
                    .iter()
                    .any(|(key, value)| key == "check_dir" && !matches!(value, Value::Bool(true)));
                if let Some(folder) = text(0, "directory")
                    && !unchecked
                    && !cx.caught.runtime
                {
                    self.folder_wanted(cx, &folder, FolderFor::Static, call.range());
                }
            }
            "os.listdir" | "os.scandir" => {
                if let Some(folder) = text(0, "path") {
                    self.folder_wanted(cx, &folder, FolderFor::Listing, call.range());
                }
            }
            _ if HANDLERS.contains(&name) => {
                if let Some(path) = text(0, "filename") {
                    self.log_file(cx, &path, call.range());
                }
            }
            _ => {}
        }
    }

    /// The handlers of a logging configuration: `{"handlers": {"file": {"class": …, "filename": …}}}`.
    pub(super) fn log_handlers(&mut self, cx: &Cx, config: &Value, at: TextRange) {
        let Some(Value::Dict(handlers, _)) = entry(config, "handlers") else { return };
        for (_, handler) in handlers.iter() {
            let class = entry(handler, "class").and_then(Value::text).unwrap_or_default();
            if !HANDLERS.contains(&class) {
                continue;
            }
            if let Some(path) = entry(handler, "filename").and_then(Value::text) {
                self.log_file(cx, path, at);
            }
        }
    }

    /// What Django makes of `LOGGING` when it is set up.
    pub(super) fn django_logging(&mut self, cx: &Cx, settings: ModuleId) {
        let Some(binding) = self.modules[settings].names.get("LOGGING").cloned() else { return };
        if !binding.maybe && binding.range != TextRange::default() {
            let cx = Cx { module: settings, frame: None, ..cx.clone() };
            // The line that names the file, where there is one.
            let behind = self.literal_behind(settings, "filename", binding.range.start());
            self.log_handlers(&cx, &binding.value, behind.unwrap_or(binding.range));
        }
    }

    fn log_file(&mut self, cx: &Cx, path: &str, range: TextRange) {
        let folder = pathops::dirname(path);
        if !folder.is_empty() && folder != "." {
            self.folder_wanted(cx, folder, FolderFor::Log, range);
        }
    }

    fn folder_wanted(&mut self, cx: &Cx, folder: &str, wanted: FolderFor, range: TextRange) {
        let plain = !folder.is_empty() && !folder.starts_with('~') && !folder.contains("://");
        if !plain || cx.caught.errors || self.moved && !folder.starts_with('/') {
            return;
        }
        // Of other machines' folders nothing is known; below the project's own everything is.
        if folder.starts_with('/') {
            let own = self.sys_path.iter().filter(|at| at.origin != Origin::SitePackages);
            let inside = own
                .map(|at| at.path.as_str())
                .any(|dir| folder.strip_prefix(dir).is_some_and(|rest| rest.starts_with('/')));
            // `/static` for a `static` beside the file.
            let beside = pathops::join(
                &pathops::parent(&self.modules[cx.module].path),
                folder.trim_start_matches('/'),
            );
            let slipped = wanted == FolderFor::Static
                && !self.finder.is_dir(folder)
                && self.finder.is_dir(&beside);
            if !slipped && (!inside || !self.finder.is_dir(&pathops::parent(folder))) {
                return;
            }
        }
        let kind = EventKind::FolderWanted { folder: folder.to_owned(), wanted };
        self.emit(cx, range, "folder", kind);
    }
}

/// An entry of a dictionary.
fn entry<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    match value {
        Value::Dict(items, _) => {
            items.iter().find(|(known, _)| &**known == key).map(|(_, value)| value)
        }
        _ => None,
    }
}
