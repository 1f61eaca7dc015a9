//! What a file imports at its left margin, by absolute names.

use ruff_python_ast::{self as ast, Stmt};

/// An absolute name that is imported, and names taken from it, which may be its submodules.
pub(super) struct Wanted {
    pub(super) module: String,
    pub(super) names: Vec<String>,
}

/// What a module imports when it is itself imported, as absolute names.
pub(super) fn imports(body: &[Stmt], name: &str, is_package: bool) -> Vec<Wanted> {
    let mut out = Vec::new();
    collect(body, name, is_package, &mut out);
    out
}

fn collect(body: &[Stmt], name: &str, is_package: bool, out: &mut Vec<Wanted>) {
    for stmt in body {
        match stmt {
            Stmt::Import(node) => out.extend(
                node.names
                    .iter()
                    .map(|alias| Wanted { module: alias.name.to_string(), names: Vec::new() }),
            ),
            Stmt::ImportFrom(node) => {
                if let Some(module) = absolute(node, name, is_package) {
                    let names = node.names.iter().map(|alias| alias.name.to_string());
                    out.push(Wanted { module, names: names.filter(|name| name != "*").collect() });
                }
            }
            Stmt::Try(node) => {
                collect(&node.body, name, is_package, out);
                collect(&node.orelse, name, is_package, out);
                collect(&node.finalbody, name, is_package, out);
            }
            Stmt::With(node) => collect(&node.body, name, is_package, out),
            _ => {}
        }
    }
}

fn absolute(node: &ast::StmtImportFrom, name: &str, is_package: bool) -> Option<String> {
    let rest = node.module.as_ref().map_or("", |module| module.as_str());
    if node.level == 0 {
        return (!rest.is_empty()).then(|| rest.to_owned());
    }
    let mut package = name;
    for _ in u32::from(is_package)..node.level {
        package = package.rsplit_once('.')?.0;
    }
    Some(if rest.is_empty() { package.to_owned() } else { format!("{package}.{rest}") })
}

#[cfg(test)]
mod tests {
    use super::imports;
    use crate::python::source::Source;
    use std::path::Path;

    fn names(text: &str, name: &str, is_package: bool) -> Vec<String> {
        let source = Source::parse(text.as_bytes(), "m.py", Path::new("m.py"), None);
        imports(source.body(), name, is_package)
            .into_iter()
            .map(|wanted| format!("{} {}", wanted.module, wanted.names.join(",")).trim().to_owned())
            .collect()
    }

    #[test]
    fn names_become_absolute() {
        let text = "import a.b, c\nfrom d import e as f, g\nfrom . import h\nfrom .i import *\nfrom ..j import k\n\
                    try:\n    import l\nexcept ImportError:\n    import m\nif x:\n    import n\n\
                    def f():\n    import o\n";
        assert_eq!(
            names(text, "p.q.r", false),
            ["a.b", "c", "d e,g", "p.q h", "p.q.i", "p.j k", "l"]
        );
        assert_eq!(names("from . import h\nfrom .. import i\n", "p.q", true), ["p.q h", "p i"]);
        // Beyond the top there is nothing.
        assert!(names("from . import h\nfrom ...i import j\n", "p", false).is_empty());
    }
}
