//! Statements, in order.

use ruff_python_ast::name::Name;
use ruff_python_ast::{self as ast, Expr, Operator, Stmt};
use ruff_text_size::{Ranged, TextRange};
use std::rc::Rc;

use super::caught::{caught_by, merge};
use super::cond::Truth;
use super::{Caught, Cx, EventKind, Flow, Interp, join, syntax};
use crate::python::value::Value;

impl Interp<'_> {
    /// Executes a block.
    pub(super) fn block(&mut self, cx: &Cx, body: &[Stmt]) -> Flow {
        let mut cx = cx.clone();
        for stmt in body {
            if !self.step() {
                return Flow::Next;
            }
            let flow = self.stmt(&cx, stmt);
            if flow != Flow::Next {
                return flow;
            }
            // `if x: return` makes the rest conditional.
            if let Stmt::If(node) = stmt
                && cx.frame.is_some()
                && node
                    .body
                    .iter()
                    .chain(node.elif_else_clauses.iter().flat_map(|clause| &clause.body))
                    .any(|stmt| {
                        matches!(stmt, Stmt::Return(_) | Stmt::Continue(_) | Stmt::Break(_))
                    })
            {
                match self.truth(&cx.quietly(), &node.test) {
                    Truth::Yes | Truth::No => {}
                    // Early returns are there for what seldom happens.
                    // One of them is for the module that is not installed: `if redis is None: return`.
                    Truth::Maybe => {
                        let caught = Caught { imports: true, ..cx.caught };
                        cx = Cx { weight: cx.weight * 0.8, caught, ..cx };
                    }
                    Truth::Environment => cx = cx.quietly(),
                }
            }
        }
        Flow::Next
    }

    fn stmt(&mut self, cx: &Cx, stmt: &Stmt) -> Flow {
        match stmt {
            Stmt::FunctionDef(def) => {
                let value = self.function(cx, def);
                self.bind(cx, def.name.as_str(), value, def.name.range);
            }
            Stmt::ClassDef(def) => {
                let value = self.class(cx, def);
                self.bind(cx, def.name.as_str(), value, def.name.range);
            }
            Stmt::Return(node) => {
                let value = node.value.as_ref().map_or(Value::None, |value| self.expr(cx, value));
                if let Some(frame) = cx.frame.and_then(|at| self.frames.get_mut(at)) {
                    frame.returns.push(value);
                }
                return Flow::Return;
            }
            Stmt::Assign(node) => {
                let value = self.expr(cx, &node.value);
                for target in &node.targets {
                    self.joined_texts(cx, target, &node.value);
                    self.wrong_kind(cx, target, &node.value);
                    self.assign(cx, target, &value, Some(&node.value));
                    if Self::is_blueprint(&value) {
                        self.blueprint_named(cx, target, &node.value);
                    }
                }
            }
            Stmt::AnnAssign(node) => {
                if cx.via.is_none() && self.annotations_run(cx) {
                    let value = self.expr(cx, &node.annotation);
                    self.mail_wanted(cx, &value, node.annotation.range());
                }
                if let Some(expr) = &node.value {
                    let value = self.expr(cx, expr);
                    self.assign(cx, &node.target, &value, Some(expr));
                }
            }
            Stmt::AugAssign(node) => self.augmented(cx, node),
            Stmt::Delete(node) => {
                for target in &node.targets {
                    if let Expr::Name(name) = target
                        && cx.frame.is_none()
                        && cx.weight >= 1.0
                    {
                        self.modules[cx.module].names.remove(name.id.as_str());
                    }
                }
            }
            Stmt::For(node) => return self.for_loop(cx, node),
            Stmt::While(node) => return self.while_loop(cx, node),
            Stmt::If(node) => return self.condition(cx, node),
            Stmt::With(node) => return self.with(cx, node),
            Stmt::Match(node) => {
                self.expr(cx, &node.subject);
                for case in &node.cases {
                    self.block(&cx.maybe(), &case.body);
                }
            }
            Stmt::Raise(node) => return self.raise(cx, node),
            Stmt::Try(node) => return self.try_block(cx, node),
            Stmt::Assert(node) => {
                self.expr(cx, &node.test);
            }
            Stmt::Import(node) => self.import(cx, node),
            Stmt::ImportFrom(node) => self.import_from(cx, node),
            Stmt::Global(node) => {
                if let Some(frame) = cx.frame.and_then(|at| self.frames.get_mut(at)) {
                    frame.globals.extend(node.names.iter().map(|name| name.id.to_string()));
                }
            }
            Stmt::Expr(node) => {
                let inner = Cx { statement: Some(node.range), ..cx.clone() };
                let value = self.expr(&inner, &node.value);
                if matches!(value, Value::Ext(ref name) if &**name == "<exit>")
                    && cx.weight >= 1.0
                    && !cx.caught.exits
                {
                    return Flow::Raise;
                }
            }
            Stmt::Break(_) | Stmt::Continue(_) => return Flow::Loop,
            Stmt::Nonlocal(_) | Stmt::Pass(_) | Stmt::TypeAlias(_) | Stmt::IpyEscapeCommand(_) => {}
        }
        Flow::Next
    }

    /// Binds targets.
    pub(super) fn assign(&mut self, cx: &Cx, target: &Expr, value: &Value, source: Option<&Expr>) {
        match target {
            Expr::Name(name) => {
                self.setting_url(cx, name.id.as_str(), value, name.range);
                self.bind(cx, name.id.as_str(), value.clone(), name.range);
            }
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                for (at, item) in elts.iter().enumerate() {
                    let part = match value {
                        Value::List(items, true) if items.len() == elts.len() => items[at].clone(),
                        _ => Value::Unknown,
                    };
                    self.assign(cx, item, &part, None);
                }
            }
            Expr::Starred(node) => self.assign(cx, &node.value, &Value::Unknown, None),
            Expr::Attribute(node) => {
                let base = self.expr(cx, &node.value);
                let more = format!(".{}", node.attr);
                self.context_store(cx, &base, &node.value, &more, node.range);
                self.config_replaced(&base, node.attr.as_str());
                if node.attr.as_str() == "wsgi_app"
                    && let Some(source) = source
                {
                    self.wraps_itself(cx, node, source);
                }
                if matches!(&base, Value::Ext(name) if &**name == "sys")
                    && node.attr.as_str() == "path"
                {
                    self.replace_path(cx, value, target.range(), source);
                }
                if let Value::Module(module) = base {
                    let inner = Cx { module, frame: None, ..cx.clone() };
                    self.bind(&inner, node.attr.as_str(), value.clone(), node.range);
                }
            }
            Expr::Subscript(node) => {
                let base = self.expr(cx, &node.value);
                let key = self.expr(cx, &node.slice);
                self.context_store(cx, &base, &node.value, "[…]", node.range);
                self.config_store(cx, &base, &key, value, node);
                match (&base, &key) {
                    (Value::Environ, Value::Str(key)) => {
                        let value = if matches!(value, Value::Str(_)) {
                            value.clone()
                        } else {
                            Value::EnvValue
                        };
                        self.environ.insert(key.to_string(), value);
                    }
                    (Value::Ext(name), _) if &**name == "sys.modules" => {
                        self.modules[cx.module].dynamic = true;
                        self.replaced.insert(key.text().unwrap_or_default().to_owned());
                    }
                    (Value::SysPath, _) => self.replace_path(cx, value, target.range(), source),
                    // `MIDDLEWARE[0:0] = […]`: which items there are is not followed.
                    (Value::List(items, true), _) => {
                        if let (Expr::Name(name), None) = (&*node.value, cx.frame)
                            && let Some(binding) =
                                self.modules[cx.module].names.get_mut(name.id.as_str())
                        {
                            binding.value = Value::List(Rc::clone(items), false);
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    /// `sys.path = […]`, `sys.path[0:0] = […]`.
    fn replace_path(&mut self, cx: &Cx, value: &Value, range: TextRange, source: Option<&Expr>) {
        match value {
            Value::List(items, complete) => {
                for (at, item) in items.iter().enumerate() {
                    if !matches!(item, Value::SysPath) {
                        self.add_path(cx, item, Some(at), range, None);
                    }
                }
                self.path_unknown |=
                    !complete && !source.is_some_and(|expr| matches!(expr, Expr::BinOp(_)));
            }
            Value::SysPath => {}
            Value::Str(_) => self.add_path(cx, value, Some(0), range, None),
            _ => self.path_unknown = true,
        }
    }

    fn augmented(&mut self, cx: &Cx, node: &ast::StmtAugAssign) {
        let value = self.expr(cx, &node.value);
        let old = self.expr(cx, &node.target);
        if matches!(old, Value::SysPath) {
            match &value {
                Value::List(items, complete) => {
                    for item in items.iter() {
                        self.add_path(cx, item, None, node.range, None);
                    }
                    self.path_unknown |= !complete;
                }
                _ => self.path_unknown = true,
            }
            return;
        }
        self.sum_onto(cx, node, &old, &value);
        // `app.config |= {…}`
        if let Expr::Attribute(target) = &*node.target {
            let base = self.expr(&cx.quietly(), &target.value);
            self.config_replaced(&base, target.attr.as_str());
        }
        let new = if node.op == Operator::Add { self.add(&old, &value) } else { Value::Unknown };
        if let Expr::Name(_) = &*node.target {
            self.assign(cx, &node.target, &new, None);
        }
    }

    fn for_loop(&mut self, cx: &Cx, node: &ast::StmtFor) -> Flow {
        let iter = self.expr(cx, &node.iter);
        self.iterated(cx, &iter, node.iter.range());
        let inner = match &iter {
            Value::List(items, true) if items.is_empty() => return self.block(cx, &node.orelse),
            Value::List(items, _) if !items.is_empty() => {
                // Short literal lists (of paths, of names) are walked item by item.
                for item in items.iter().take(24) {
                    self.assign(cx, &node.target, item, None);
                    if self.block(cx, &node.body) == Flow::Raise {
                        return Flow::Raise;
                    }
                }
                return Flow::Next;
            }
            _ => Cx { weight: cx.weight * 0.8, ..cx.clone() },
        };
        if let Value::Ext(name) | Value::Inst(name) = &iter
            && &**name == "itertools.count"
            && !syntax::can_end(&node.body)
        {
            self.emit(cx, node.range, "loop", EventKind::EndlessLoop);
        }
        self.assign(&inner, &node.target, &Value::Unknown, None);
        self.block(&inner, &node.body);
        self.block(&inner, &node.orelse);
        Flow::Next
    }

    fn while_loop(&mut self, cx: &Cx, node: &ast::StmtWhile) -> Flow {
        match self.truth(cx, &node.test) {
            Truth::No => return self.block(cx, &node.orelse),
            Truth::Yes => {
                let constant =
                    matches!(&*node.test, Expr::BooleanLiteral(_) | Expr::NumberLiteral(_));
                if constant && !syntax::can_end(&node.body) {
                    let head = TextRange::new(node.range.start(), node.test.range().end());
                    self.emit(cx, head, "loop", EventKind::EndlessLoop);
                    self.block(&cx.quietly(), &node.body);
                    return if cx.weight >= 1.0 { Flow::Raise } else { Flow::Next };
                }
                self.block(cx, &node.body);
            }
            Truth::Maybe => {
                self.block(&cx.maybe(), &node.body);
            }
            Truth::Environment => {
                self.block(&cx.quietly(), &node.body);
            }
        }
        Flow::Next
    }

    fn condition(&mut self, cx: &Cx, node: &ast::StmtIf) -> Flow {
        let mut rest = cx.clone();
        let mut flows: Vec<Flow> = Vec::new();
        let first = std::iter::once((Some(&*node.test), &node.body));
        let others =
            node.elif_else_clauses.iter().map(|clause| (clause.test.as_ref(), &clause.body));
        let mut has_else = false;
        for (test, body) in first.chain(others) {
            let truth = match test {
                Some(test) => self.truth(&rest, test),
                None => Truth::Yes,
            };
            match truth {
                Truth::No => self.guarded(cx, body),
                Truth::Yes => {
                    has_else = true;
                    flows.push(self.block(&rest, body));
                    break;
                }
                Truth::Maybe => {
                    let inner = rest.maybe();
                    flows.push(self.block(&inner, body));
                    rest = inner;
                }
                Truth::Environment => {
                    let inner = rest.quietly();
                    flows.push(self.block(&inner, body));
                    // The other side is not safer: people write `if LOCAL: … else: …`.
                    rest = Cx { quiet: true, ..rest.maybe() };
                }
            }
        }
        match flows.first() {
            Some(first) if has_else && flows.iter().all(|flow| *flow != Flow::Next) => *first,
            _ => Flow::Next,
        }
    }

    /// Remembers what a block that does not run would bind.
    fn guarded(&mut self, cx: &Cx, body: &[Stmt]) {
        if cx.frame.is_some() {
            return;
        }
        for stmt in body {
            let mut names: Vec<(String, TextRange)> = Vec::new();
            match stmt {
                Stmt::Assign(node) => {
                    for target in &node.targets {
                        if let Expr::Name(name) = target {
                            names.push((name.id.to_string(), name.range));
                        }
                    }
                }
                Stmt::Import(ast::StmtImport { names: aliases, .. })
                | Stmt::ImportFrom(ast::StmtImportFrom { names: aliases, .. }) => {
                    for alias in aliases {
                        let name = alias.asname.as_ref().unwrap_or(&alias.name);
                        names.push((name.id.to_string(), alias.range));
                    }
                }
                _ => {}
            }
            self.modules[cx.module].guarded.extend(names);
        }
    }

    fn with(&mut self, cx: &Cx, node: &ast::StmtWith) -> Flow {
        let mut inner = cx.clone();
        let mut swallowed = false;
        for item in &node.items {
            let value = self.expr(&inner, &item.context_expr);
            self.contexts += 1;
            // Where that folder is, relative paths are right; and behind it nobody asks.
            self.moved |= value.dotted().is_some_and(|name| name == "contextlib.chdir()");
            if let Some(name) = value.dotted()
                && name == "contextlib.suppress()"
                && let Expr::Call(call) = &item.context_expr
            {
                let caught = call
                    .arguments
                    .args
                    .iter()
                    .fold(Caught::default(), |caught, expr| merge(caught, caught_by(expr)));
                inner.caught = merge(inner.caught, Caught { any: true, ..caught });
                swallowed = true;
            } else if self.swallows(&inner, &value, &item.context_expr) {
                inner.caught = Caught::all();
                swallowed = true;
            }
            if let Some(target) = &item.optional_vars {
                self.assign(&inner, target, &value, None);
            }
        }
        let flow = self.block(&inner, &node.body);
        self.contexts -= node.items.len();
        if swallowed && flow == Flow::Raise { Flow::Next } else { flow }
    }

    /// Names of the module that a block assigns, with what they are now.
    fn set_by(&self, cx: &Cx, body: &[Stmt]) -> Vec<(Name, Value)> {
        let names = &self.modules[cx.module].names;
        let targets = body.iter().filter_map(|stmt| match stmt {
            Stmt::Assign(node) if cx.frame.is_none() => Some(&node.targets),
            _ => None,
        });
        let set = targets.flatten().filter_map(|target| match target {
            Expr::Name(name) => Some(&name.id),
            _ => None,
        });
        set.filter_map(|name| Some((name.clone(), names.get(name)?.value.clone()))).collect()
    }

    fn try_block(&mut self, cx: &Cx, node: &ast::StmtTry) -> Flow {
        let mut caught = Caught::default();
        for ast::ExceptHandler::ExceptHandler(handler) in &node.handlers {
            // A handler that only raises again catches nothing.
            if matches!(handler.body.last(), Some(Stmt::Raise(ast::StmtRaise { exc: None, .. }))) {
                continue;
            }
            let by = match &handler.type_ {
                None => Caught::all(),
                Some(expr) => caught_by(expr),
            };
            caught = merge(caught, Caught { any: true, ..by });
        }
        let inner = Cx { caught: merge(cx.caught, caught), ..cx.clone() };
        let body = self.block(&inner, &node.body);
        for ast::ExceptHandler::ExceptHandler(handler) in &node.handlers {
            if let Some(name) = &handler.name {
                self.bind(&cx.quietly(), name.as_str(), Value::Unknown, name.range);
            }
            self.block(&cx.quietly(), &handler.body);
        }
        let mut flow = body;
        if body == Flow::Next {
            // Where an import of the body may be missing, this is not reached without it.
            let imports =
                node.body.iter().any(|stmt| stmt.is_import_stmt() || stmt.is_import_from_stmt());
            let caught =
                Caught { imports: cx.caught.imports || caught.imports && imports, ..cx.caught };
            let before = if imports { self.set_by(cx, &node.orelse) } else { Vec::new() };
            flow = self.block(&Cx { caught, ..cx.clone() }, &node.orelse);
            // `HAVE_PIL = False` in a handler may well hold.
            for (name, old) in before {
                if let Some(binding) = self.modules[cx.module].names.get_mut(&name) {
                    binding.value = join(&old, &binding.value);
                }
            }
        }
        if body == Flow::Raise && !node.handlers.is_empty() {
            flow = Flow::Next;
        }
        let last = self.block(cx, &node.finalbody);
        if last == Flow::Next { flow } else { last }
    }
}

/// `a.b.c` as written.
pub(super) fn dotted_text(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Name(name) => Some(name.id.to_string()),
        Expr::Attribute(node) => {
            Some(format!("{}.{}", dotted_text(&node.value)?, node.attr.as_str()))
        }
        Expr::Call(call) => Some(format!("{}()", dotted_text(&call.func)?)),
        _ => None,
    }
}
