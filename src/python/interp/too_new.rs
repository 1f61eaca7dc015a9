//! What this Python does not have yet: names of the standard library, and types written as only newer ones allow.
//! Told only where the version is known.

use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange};

use super::{Cx, EventKind, Interp};
use crate::python::value::Value;
use crate::rules::python_tables;

/// Types of Python's own that take square brackets since 3.9.
const GENERIC: &[&str] = &[
    "builtins.list",
    "builtins.dict",
    "builtins.tuple",
    "builtins.set",
    "builtins.frozenset",
    "builtins.type",
    "collections.deque",
    "collections.defaultdict",
    "collections.OrderedDict",
    "collections.Counter",
];

/// Modules that the table has names of.
const WITH_NEW_NAMES: &[&str] = &[
    "ast",
    "asyncio",
    "calendar",
    "collections",
    "contextlib",
    "copy",
    "dataclasses",
    "datetime",
    "enum",
    "functools",
    "hashlib",
    "inspect",
    "itertools",
    "logging",
    "math",
    "operator",
    "os",
    "queue",
    "random",
    "re",
    "socket",
    "statistics",
    "sys",
    "threading",
    "types",
    "typing",
    "warnings",
];

impl Interp<'_> {
    fn older_than(&self, since: (u8, u8)) -> Option<(u8, u8)> {
        let python = self.options.python.map(|version| (version.major, version.minor))?;
        (python < since && python >= (3, 0)).then_some(python)
    }

    /// A name of the standard library, by its dotted name; `caught`: the code expects that it may be missing.
    pub(super) fn not_yet(&mut self, cx: &Cx, full: &str, range: TextRange, caught: bool) {
        // Asked only where some name can be missing.
        if caught || cx.quiet || self.older_than((3, 14)).is_none() {
            return;
        }
        let top = full.split('.').next().unwrap_or(full);
        if !WITH_NEW_NAMES.contains(&top) {
            return;
        }
        let Some(since) = python_tables::added_name(full) else { return };
        self.tell_new(cx, format!("`{full}`"), since, None, range);
    }

    /// `list[str]`, before 3.9.
    pub(super) fn generic(&mut self, cx: &Cx, base: &Value, node: &ast::ExprSubscript) {
        let Value::Ext(name) = base else { return };
        if self.older_than((3, 9)).is_none() || !GENERIC.contains(&&**name) || cx.caught.types {
            return;
        }
        let short = name.rsplit('.').next().unwrap_or(name);
        let mut chars = short.chars();
        let first = chars.next().unwrap_or_default().to_ascii_uppercase();
        let instead = match short {
            "deque" | "defaultdict" | "OrderedDict" | "Counter" => None,
            "frozenset" => Some("FrozenSet".to_owned()),
            _ => Some(format!("{first}{}", chars.as_str())),
        };
        let instead = instead.map(|name| format!("`{name}[…]` with `from typing import {name}`"));
        self.tell_new(cx, format!("`{short}[…]`"), (3, 9), instead, node.range());
    }

    /// `int | None`, before 3.10.
    pub(super) fn union(&mut self, cx: &Cx, left: &Value, right: &Value, node: &ast::ExprBinOp) {
        let is_type = |value: &Value| match value {
            Value::Ext(name) => name.strip_prefix("builtins.").is_some_and(|name| {
                matches!(
                    name,
                    "int" | "str" | "float" | "bool" | "bytes" | "list" | "dict" | "tuple" | "set"
                )
            }),
            Value::Class(class) => !class.opaque && class.bases.is_empty(),
            _ => false,
        };
        let none = |value: &Value| matches!(value, Value::None);
        let sure = is_type(left) && (is_type(right) || none(right)) || none(left) && is_type(right);
        if !sure || self.older_than((3, 10)).is_none() || cx.caught.types {
            return;
        }
        let instead = if none(left) || none(right) {
            "`Optional[…]` with `from typing import Optional`"
        } else {
            "`Union[…, …]` with `from typing import Union`"
        };
        self.tell_new(
            cx,
            "A type with `|`".to_owned(),
            (3, 10),
            Some(instead.to_owned()),
            node.range(),
        );
    }

    fn tell_new(
        &mut self,
        cx: &Cx,
        what: String,
        since: (u8, u8),
        instead: Option<String>,
        range: TextRange,
    ) {
        let Some(python) = self.older_than(since) else { return };
        let kind = EventKind::TooNew { what, since, python, instead };
        self.emit(cx, range, "too-new", kind);
    }
}

#[cfg(test)]
mod tests {
    use crate::model::PythonVersion;
    use crate::python::entry::{EntryOptions, analyse_entry};
    use std::fs;

    fn told(minor: u8, text: &str) -> usize {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("wsgi.py");
        fs::write(&file, format!("{text}\ndef application(environ, start_response):\n    pass\n"))
            .unwrap();
        let mut options = EntryOptions::for_file(&file);
        options.python = Some(PythonVersion { major: 3, minor });
        let found = analyse_entry(&options).findings;
        found.iter().filter(|found| found.name == "name-too-new").count()
    }

    #[test]
    fn every_module_of_the_table_is_asked_for() {
        let table: toml::Table =
            toml::from_str(include_str!("../../../rules/python/added.toml")).unwrap();
        for name in table["modules"].as_table().unwrap().keys() {
            assert!(super::WITH_NEW_NAMES.contains(&name.split('.').next().unwrap()), "{name}");
        }
    }

    #[test]
    fn names_of_modules() {
        for (text, old, new) in [
            ("from enum import StrEnum", 10, 11),
            ("import datetime\nx = datetime.UTC", 10, 11),
            ("from typing import Self, Optional", 10, 11),
            ("from functools import cache", 8, 9),
            ("import itertools\nx = itertools.batched([], 2)", 11, 12),
        ] {
            assert_eq!(told(old, text), 1, "{text}");
            assert_eq!(told(new, text), 0, "{text}");
        }
        for fine in [
            "try:\n    from enum import StrEnum\nexcept ImportError:\n    StrEnum = None",
            "import sys\nif sys.version_info >= (3, 11):\n    from enum import StrEnum",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from typing import Self",
            "import datetime\nx = getattr(datetime, 'UTC', None)",
        ] {
            assert_eq!(told(8, fine), 0, "{fine}");
        }
    }

    #[test]
    fn types() {
        for (text, old, new) in [
            ("def f(x: int | None): pass", 9, 10),
            ("def f(x) -> str | None: pass", 9, 10),
            ("class A: pass\nx: A | None = None", 9, 10),
            ("def f(x: list[str]): pass", 8, 9),
            ("Names = dict[str, int]", 8, 9),
        ] {
            assert_eq!(told(old, text), 1, "{text}");
            assert_eq!(told(new, text), 0, "{text}");
        }
        for fine in [
            "from __future__ import annotations\ndef f(x: int | None) -> list[str]: pass",
            "def f(x: 'int | None'): pass",
            "def f():\n    x: int | None = None",
            "x = {1} | {2}\ny = 1 | 2",
            "from enum import Flag\nclass F(Flag):\n    a = 1\n    b = 2\nx = F.a | F.b",
            "from typing import List, Optional\ndef f(x: Optional[List[str]]): pass",
            "x = [1, 2][0]",
        ] {
            assert_eq!(told(8, fine), 0, "{fine}");
        }
    }
}
