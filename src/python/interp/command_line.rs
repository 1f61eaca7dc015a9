//! The command line, read while a server imports the code: it is the server's own.

use ruff_python_ast as ast;
use ruff_text_size::Ranged as _;

use super::call::Args;
use super::event::EventKind;
use super::{Cx, Interp};
use crate::python::entry::EntryKind;
use crate::python::value::Value;

/// What a server leaves in `sys.argv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Argv {
    /// Its own name alone, as uWSGI and mod_wsgi do.
    Name,
    /// Its own arguments, as programs in Python do: `gunicorn shop:app`.
    Arguments,
    /// Either.
    Unknown,
}

impl Interp<'_> {
    fn argv(&self) -> Argv {
        let options = self.options;
        match options.kind {
            _ if options.is_embedded() => Argv::Name,
            EntryKind::ModuleAttr { .. } if !options.assumed_name && !options.searched => {
                Argv::Arguments
            }
            _ => Argv::Unknown,
        }
    }

    /// The file gives itself a command line.
    fn sets_arguments(&self, cx: &Cx) -> bool {
        self.modules[cx.module].source.as_ref().is_some_and(|source| {
            source.text().contains("sys.argv = ") || source.text().contains("sys.argv[:] = ")
        })
    }

    /// `parser.add_argument(…)`: whether somebody has to give it.
    pub(super) fn option(&mut self, args: &Args) {
        let named =
            args.positional.first().and_then(Value::text).is_none_or(|name| name.starts_with('-'));
        let keyword = |name: &str| args.get(usize::MAX, name);
        let optional = matches!(keyword("nargs").and_then(Value::text), Some("?" | "*"))
            || keyword("nargs").is_some_and(|value| value.text().is_none());
        self.argument_wanted |=
            if named { matches!(keyword("required"), Some(Value::Bool(true))) } else { !optional };
    }

    /// `parser.parse_args()` without a list of its own.
    pub(super) fn parse_args(&mut self, cx: &Cx, call: &ast::ExprCall, args: &Args) {
        if args.get(0, "args").is_some() || cx.caught.exits || self.options.is_script() {
            return;
        }
        if self.sets_arguments(cx) {
            return;
        }
        let certainty = match (self.argv(), self.argument_wanted) {
            (Argv::Name, true) => 1.0,
            (Argv::Name, false) => return,
            (Argv::Arguments, _) | (Argv::Unknown, true) => 0.8,
            (Argv::Unknown, false) => 0.5,
        };
        let how = "parse_args()".to_owned();
        self.emit(cx, call.range(), "argv", EventKind::CommandLine { how, certainty });
    }

    /// `sys.argv[1]`.
    pub(super) fn argument_read(&mut self, cx: &Cx, node: &ast::ExprSubscript) {
        if cx.caught.errors || cx.weight < 1.0 || self.options.is_script() {
            return;
        }
        // Who counts the arguments anywhere does not read one that is not there.
        let source = self.modules[cx.module].source.as_ref();
        if source.is_some_and(|source| source.text().contains("len(sys.argv"))
            || self.sets_arguments(cx)
        {
            return;
        }
        let certainty = match self.argv() {
            Argv::Name => 1.0,
            Argv::Arguments => return,
            Argv::Unknown => 0.5,
        };
        let how = "sys.argv".to_owned();
        self.emit(cx, node.range(), "argv", EventKind::CommandLine { how, certainty });
    }
}
