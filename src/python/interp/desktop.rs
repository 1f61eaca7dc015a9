//! What needs a screen, or Windows, and is imported by a web app.

use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange};

use super::call::Args;
use super::event::LibraryRefuses;
use super::{Cx, Interp};
use crate::python::value::Value;

/// Packages whose import fails where no screen is.
const SCREEN: &[&str] = &["pyautogui", "pynput", "mouseinfo"];

/// Modules that only Windows has.
const WINDOWS: &[&str] = &[
    "winsound",
    "winreg",
    "_winreg",
    "msvcrt",
    "win32api",
    "win32com",
    "win32con",
    "win32gui",
    "win32print",
    "pythoncom",
    "pywintypes",
    "win10toast",
    "pywinauto",
];

impl Interp<'_> {
    /// `matplotlib.use("TkAgg")`: it opens windows.
    pub(super) fn backend(&mut self, cx: &Cx, call: &ast::ExprCall, args: &Args) {
        let Some(Value::Str(name)) = args.positional.first() else { return };
        let lower = name.to_ascii_lowercase();
        let windows = ["tk", "qt", "wx", "gtk", "macosx"].iter().any(|kit| lower.starts_with(kit));
        let plots = self.modules[cx.module]
            .source
            .as_ref()
            .is_some_and(|source| super::scopes::has(source.text(), "pyplot"));
        if windows && plots && !args.keywords.iter().any(|(key, _)| key == "force") {
            let refuses = LibraryRefuses::NeedsScreen(format!("The backend `{name}`"));
            self.refuses(cx, call.range(), refuses, 1.0);
        }
    }

    /// An import of what a server does not have.
    pub(super) fn needs_desktop(&mut self, cx: &Cx, full: &str, range: TextRange) {
        let top = full.split('.').next().unwrap_or(full);
        let refuses = if SCREEN.contains(&top) {
            LibraryRefuses::NeedsScreen(format!("`{top}`"))
        } else if WINDOWS.contains(&top) {
            LibraryRefuses::NeedsWindows(top.to_owned())
        } else {
            return;
        };
        if !cx.quiet && !cx.caught.any && !self.by_name.contains_key(top) {
            self.refuses(cx, range, refuses, 1.0);
        }
    }
}
