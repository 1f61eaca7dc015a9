//! Names that nothing defines: looked up as Python does, and called missing only where the whole text of
//! the file agrees.

use std::rc::Rc;

use ruff_python_ast::name::Name;
use ruff_python_ast::{self as ast, ExprContext};
use ruff_text_size::{Ranged, TextRange};

use super::event::Undefined;
use super::scopes::{self, Names};
use super::{Cx, EventKind, Interp};
use crate::python::lints::near;
use crate::python::value::{ModuleId, Value};
use crate::rules::python_tables;

impl Interp<'_> {
    /// A name that is read.
    pub(super) fn load_name(&mut self, cx: &Cx, node: &ast::ExprName) -> Value {
        let name = node.id.as_str();
        match self.lookup(cx, name) {
            Some(Value::Ext(found)) if &*found == "builtins.execfile" => {
                self.undefined(cx, name, node.range);
                Value::Ext(found)
            }
            Some(value) => value,
            None => {
                if node.ctx == ExprContext::Load && !scopes::is_builtin(name) {
                    self.undefined(cx, name, node.range);
                }
                Value::Unknown
            }
        }
    }

    /// Every name that a module's text binds.
    pub(super) fn names_of(&mut self, module: ModuleId) -> Rc<Names> {
        if let Some(known) = self.names.get(&module) {
            return Rc::clone(known);
        }
        let names = self
            .source_to_run(module)
            .map(|source| scopes::names(source.text(), source.body()))
            .unwrap_or_default();
        let names = Rc::new(names);
        self.names.insert(module, Rc::clone(&names));
        names
    }

    /// Notes a name that is read and not there, unless something could have defined it unseen.
    fn undefined(&mut self, cx: &Cx, name: &str, range: TextRange) {
        if cx.quiet || cx.weight < 0.75 || cx.caught.names || self.modules[cx.module].dynamic {
            return;
        }
        // Many mistakes of one sort are one message, and no work without end.
        if !self.tell(cx.module, name) {
            return;
        }
        let names = self.names_of(cx.module);
        let removed = python_tables::removed_builtin(name);
        if names.opaque && removed.is_none() || self.injects() {
            return;
        }
        // At the top of a module, in its class bodies, or in a function that is called meanwhile.
        let straight = cx.via.is_none();
        let here = range.start().to_u32();
        let later = match names.module.get(name) {
            Some(&first) if straight && first > here => Some(first),
            Some(_) => return,
            None => None,
        };
        let own_scope = cx.frame.is_some();
        if later.is_none() && own_scope && names.anywhere.contains(name) {
            return;
        }
        if later.is_none()
            && let Some(gone) = removed
        {
            let kind = EventKind::Removed { name: name.to_owned(), gone, module: false };
            self.emit(cx, range, "removed", kind);
            return;
        }
        // Also what a star import brought.
        let bound = self.modules[cx.module].names.keys();
        let candidates = names.module.keys().chain(bound).map(Name::as_str);
        let kind = EventKind::Undefined(Undefined {
            name: name.to_owned(),
            later,
            inside: names.owner(name).map(str::to_owned),
            near: near::nearest(name, candidates),
            stdlib: name != "test" && self.options.is_stdlib(name),
        });
        self.emit(cx, range, "undefined", kind);
    }

    /// The text of some loaded file has one of these words. For doubts about what is about to be told, which are rare.
    pub(super) fn mentions(&self, words: &[&str]) -> bool {
        let mut sources = self.modules.iter().filter_map(|module| module.source.as_ref());
        sources.any(|source| words.iter().any(|word| source.text().contains(word)))
    }

    /// Some module puts names where every other finds them. Each is asked once.
    fn injects(&mut self) -> bool {
        let (asked, found) = self.injecting;
        let found = found
            || self.modules[asked..].iter().filter_map(|module| module.source.as_ref()).any(
                |source| {
                    source.text().contains("builtins.") || source.text().contains("__builtin__")
                },
            );
        self.injecting = (self.modules.len(), found);
        found
    }

    /// Some module puts names where every other finds them, `gettext.install()` among others.
    pub fn injects_names(&self) -> bool {
        self.modules.iter().filter_map(|module| module.source.as_ref()).any(|source| {
            let text = source.text();
            ["builtins.", "__builtin__", "__builtins__", "gettext.install"]
                .iter()
                .any(|word| text.contains(word))
                // Into any module, under any name.
                || text.contains("setattr(sys.modules")
        })
    }

    /// Whether a name of a module was not spoken of before, and few others were.
    fn tell(&mut self, module: ModuleId, name: &str) -> bool {
        const MOST: usize = 40;
        let told = self.told.entry(module).or_default();
        told.len() < MOST && told.insert(name.to_owned())
    }

    /// `base.name`, where a library or a module of the project may not have it.
    pub(super) fn load_attribute(
        &mut self,
        cx: &Cx,
        base: &Value,
        node: &ast::ExprAttribute,
    ) -> Value {
        let value = self.attribute(cx, base, node.attr.as_str());
        if node.ctx != ExprContext::Load {
            return value;
        }
        self.context_attribute(cx, base, node, &value);
        match (base, &value) {
            (Value::Module(id), Value::Unknown) => self.no_attribute(cx, *id, &node.attr),
            (Value::Ext(base), _) => {
                let full = format!("{base}.{}", node.attr);
                self.removed(cx, &full, node.range(), cx.caught.attributes);
                self.namesake(cx, &Value::Ext(Rc::clone(base)), node);
                let base = Rc::clone(base);
                self.installed_attribute(cx, &base, &node.attr, node.attr.range);
            }
            (Value::Inst(class), _) => self.app_attribute(cx, class, &node.attr),
            _ => {}
        }
        value
    }

    /// A name of the standard library that this Python no longer has.
    pub(super) fn removed(&mut self, cx: &Cx, full: &str, range: TextRange, caught: bool) {
        if caught || cx.quiet {
            return;
        }
        let Some(gone) = python_tables::removed_name(full) else {
            self.not_yet(cx, full, range, caught);
            return;
        };
        let python = self.options.python.map(|version| (version.major, version.minor));
        // Without a known version only what no Python 3 has is missing for sure.
        if python.map_or(gone.since <= (3, 0), |python| python >= gone.since) {
            let kind = EventKind::Removed { name: full.to_owned(), gone, module: false };
            self.emit(cx, range, "removed", kind);
        }
    }

    /// Notes an attribute that a module of the project does not have.
    fn no_attribute(&mut self, cx: &Cx, id: ModuleId, attr: &ast::Identifier) {
        let name = attr.as_str();
        if cx.quiet || cx.weight < 0.75 || cx.caught.attributes || self.hooks {
            return;
        }
        let module = &self.modules[id];
        if module.dynamic
            || module.source.is_none()
            || module.names.contains_key(name)
            || module.names.contains_key("__getattr__")
            || name.starts_with("__")
            || self.replaced.contains(&module.name)
        {
            return;
        }
        let (loading, search) = (module.loading, module.search.clone());
        // A submodule that something else may have imported.
        if self.finder.find(name, search.iter().map(String::as_str)).is_some() {
            return;
        }
        if !self.tell(cx.module, name) {
            return;
        }
        let names = self.names_of(id);
        let below = names.module.contains_key(name);
        if names.opaque || names.may_be_made(name) || below && !loading {
            return;
        }
        // `import pilosa` in a file of that name: the package was meant, and has the name.
        let itself = loading && id == cx.module && !below && search.is_empty();
        if loading && !itself && (self.apps_unknown || id == cx.module || !below) {
            return;
        }
        let near = near::nearest(name, names.module.keys().map(Name::as_str));
        let kind = EventKind::MissingName {
            target: id,
            name: name.to_owned(),
            near,
            circular: loading,
            attribute: true,
        };
        self.emit(cx, attr.range, "name", kind);
    }
}
