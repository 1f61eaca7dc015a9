//! Expressions: values where they are known; calls happen.

use ruff_python_ast::{self as ast, BoolOp, Expr, Operator};
use ruff_text_size::{Ranged, TextRange};
use std::rc::Rc;

use super::{Cx, EventKind, Frame, Interp};
use crate::python::calls::table;
use crate::python::resolve::pathops;
use crate::python::value::{ClassVal, FuncRef, Value, join};

/// Longest string that is kept.
const MAX_TEXT: usize = 4_096;

impl Interp<'_> {
    /// Evaluates an expression.
    pub(super) fn expr(&mut self, cx: &Cx, expr: &Expr) -> Value {
        if !self.step() {
            return Value::Unknown;
        }
        match expr {
            Expr::StringLiteral(node) => {
                let text = node.value.to_str();
                if text.len() > MAX_TEXT { Value::Plain("a string") } else { Value::str(text) }
            }
            Expr::NumberLiteral(node) => match &node.value {
                ast::Number::Int(int) => int.as_i64().map_or(Value::Plain("a number"), Value::Int),
                _ => Value::Plain("a number"),
            },
            Expr::BooleanLiteral(node) => Value::Bool(node.value),
            Expr::NoneLiteral(_) => Value::None,
            Expr::BytesLiteral(_) => Value::Plain("bytes"),
            Expr::EllipsisLiteral(_) => Value::Plain("`...`"),
            Expr::Name(name) => self.load_name(cx, name),
            Expr::Attribute(node) => {
                let base = self.expr(cx, &node.value);
                self.load_attribute(cx, &base, node)
            }
            Expr::Call(call) => self.call(cx, call),
            Expr::FString(node) => self.f_string(cx, node),
            Expr::BinOp(node) => {
                let left = self.expr(cx, &node.left);
                let right = self.expr(cx, &node.right);
                match node.op {
                    Operator::Add => {
                        self.sum(cx, node, &left, &right);
                        self.add(&left, &right)
                    }
                    Operator::Div => {
                        if let (Value::Str(_), Value::Str(_)) = (&left, &right)
                            && !cx.caught.types
                        {
                            let (left, right) = (node.left.range(), node.right.range());
                            let kind = EventKind::TextDivided { left, right };
                            self.emit(cx, node.range, "divided", kind);
                        }
                        self.divide(&left, &right)
                    }
                    Operator::Mod => match (&left, &right) {
                        (Value::Str(format), Value::Str(part))
                            if format.matches("%s").count() == 1 =>
                        {
                            Value::str(&format.replacen("%s", part, 1))
                        }
                        _ => Value::Unknown,
                    },
                    Operator::BitOr => {
                        self.union(cx, &left, &right, node);
                        Value::Unknown
                    }
                    _ => Value::Unknown,
                }
            }
            Expr::BoolOp(node) => self.bool_op(cx, node),
            Expr::UnaryOp(node) => {
                let value = self.expr(cx, &node.operand);
                match (node.op, value) {
                    (ast::UnaryOp::Not, value) => {
                        value.truth().map_or(Value::Unknown, |truth| Value::Bool(!truth))
                    }
                    (ast::UnaryOp::USub, Value::Int(number)) => {
                        number.checked_neg().map_or(Value::Unknown, Value::Int)
                    }
                    _ => Value::Unknown,
                }
            }
            Expr::Compare(_) => match self.truth(cx, expr) {
                super::cond::Truth::Yes => Value::Bool(true),
                super::cond::Truth::No => Value::Bool(false),
                super::cond::Truth::Environment => Value::EnvValue,
                super::cond::Truth::Maybe => Value::Unknown,
            },
            Expr::If(node) => {
                let (yes, no) = match self.truth(cx, &node.test) {
                    super::cond::Truth::Yes => return self.expr(cx, &node.body),
                    super::cond::Truth::No => return self.expr(cx, &node.orelse),
                    super::cond::Truth::Maybe => (cx.maybe(), cx.maybe()),
                    super::cond::Truth::Environment => (cx.quietly(), cx.quietly()),
                };
                let a = self.expr(&yes, &node.body);
                let b = self.expr(&no, &node.orelse);
                join(&a, &b)
            }
            Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. }) => {
                let mut items = Vec::with_capacity(elts.len());
                let mut complete = true;
                for item in elts {
                    if let Expr::Starred(star) = item {
                        match self.expr(cx, &star.value) {
                            Value::List(more, all) => {
                                items.extend(more.iter().cloned());
                                complete &= all;
                            }
                            Value::SysPath => items.push(Value::SysPath),
                            _ => complete = false,
                        }
                    } else {
                        items.push(self.expr(cx, item));
                    }
                }
                Value::List(Rc::new(items), complete)
            }
            Expr::Dict(node) => {
                let mut items = Vec::new();
                let mut complete = true;
                for item in &node.items {
                    let key = item.key.as_ref().map(|key| self.expr(cx, key));
                    let value = self.expr(cx, &item.value);
                    match key {
                        Some(Value::Str(key)) if items.len() < 500 => items.push((key, value)),
                        _ => complete = false,
                    }
                }
                Value::Dict(Rc::new(items), complete)
            }
            Expr::Set(node) => {
                for item in &node.elts {
                    self.expr(cx, item);
                }
                Value::Plain("a set")
            }
            Expr::Subscript(node) => self.subscript(cx, node),
            Expr::Named(node) => {
                let value = self.expr(cx, &node.value);
                self.assign(cx, &node.target, &value, None);
                value
            }
            Expr::Lambda(node) => Value::Lambda(
                node.parameters.as_ref().map_or(0, |parameters| parameters.iter().count()),
            ),
            Expr::Starred(node) => self.expr(cx, &node.value),
            Expr::Await(node) => {
                let value = self.expr(cx, &node.value);
                match value {
                    Value::Coroutine(func) => self.run_coroutine(cx, &func),
                    _ => Value::Unknown,
                }
            }
            Expr::ListComp(node) => match self.mapped(cx, node) {
                Some(list) => list,
                None => self.comprehension(cx, &node.generators, &[&node.elt]),
            },
            Expr::SetComp(node) => self.comprehension(cx, &node.generators, &[&node.elt]),
            Expr::DictComp(node) => {
                let parts: Vec<&Expr> =
                    node.key.iter().chain([&node.value]).map(|part| &**part).collect();
                self.comprehension(cx, &node.generators, &parts)
            }
            Expr::Generator(node) => {
                // Only the first iterable is evaluated at once.
                if let Some(first) = node.generators.first() {
                    self.expr(cx, &first.iter);
                }
                Value::Unknown
            }
            Expr::Yield(_)
            | Expr::YieldFrom(_)
            | Expr::TString(_)
            | Expr::Slice(_)
            | Expr::IpyEscapeCommand(_) => Value::Unknown,
        }
    }

    fn comprehension(
        &mut self,
        cx: &Cx,
        generators: &[ast::Comprehension],
        parts: &[&Expr],
    ) -> Value {
        let mut empty = false;
        // The loops' names are the comprehension's own.
        let frame = self.frames.len();
        let inner = Cx { weight: cx.weight * 0.8, frame: Some(frame), ..cx.clone() };
        for (at, generator) in generators.iter().enumerate() {
            let value = self.expr(if at == 0 { cx } else { &inner }, &generator.iter);
            if at == 0 {
                self.iterated(cx, &value, generator.iter.range());
            }
            empty |= value.truth() == Some(false);
            if at == 0 {
                self.frames.push(Frame::default());
            }
            self.assign(&inner, &generator.target, &Value::Unknown, None);
            for test in &generator.ifs {
                if !empty {
                    self.expr(&inner, test);
                }
            }
        }
        if !empty {
            for part in parts {
                self.expr(&inner, part);
            }
        }
        self.leave_comprehension(cx, frame, generators);
        Value::List(Rc::new(Vec::new()), false)
    }

    /// Takes the comprehension's names away; those of a walrus stay outside.
    fn leave_comprehension(&mut self, cx: &Cx, frame: usize, generators: &[ast::Comprehension]) {
        if self.frames.len() <= frame {
            return;
        }
        let vars = self.frames.pop().map(|frame| frame.vars).unwrap_or_default();
        let mut targets = Vec::new();
        for generator in generators {
            super::syntax::target_names(&generator.target, &mut targets);
        }
        for (name, value) in vars {
            if !targets.contains(&name.as_str()) {
                self.bind(cx, &name, value, TextRange::default());
            }
        }
    }

    /// `[f(x) for x in LIST]` over a short list whose items are known.
    fn mapped(&mut self, cx: &Cx, node: &ast::ExprListComp) -> Option<Value> {
        let [generator] = node.generators.as_slice() else { return None };
        if !generator.ifs.is_empty() || generator.is_async {
            return None;
        }
        let (Expr::List(_) | Expr::Tuple(_) | Expr::Name(_)) = &generator.iter else { return None };
        let Value::List(items, true) = self.expr(cx, &generator.iter) else { return None };
        if items.is_empty() || items.len() > 24 {
            return None;
        }
        let frame = self.frames.len();
        self.frames.push(Frame::default());
        let inner = Cx { frame: Some(frame), ..cx.clone() };
        let mut out = Vec::with_capacity(items.len());
        for item in items.iter() {
            self.assign(&inner, &generator.target, item, None);
            out.push(self.expr(&inner, &node.elt));
        }
        self.leave_comprehension(cx, frame, &node.generators);
        Some(Value::List(Rc::new(out), true))
    }

    fn bool_op(&mut self, cx: &Cx, node: &ast::ExprBoolOp) -> Value {
        let mut cx = cx.clone();
        let mut result: Option<Value> = None;
        for expr in &node.values {
            let value = self.expr(&cx, expr);
            let decides = match (node.op, value.truth()) {
                (BoolOp::And, Some(false)) | (BoolOp::Or, Some(true)) => true,
                (_, Some(_)) => {
                    result = result.or(Some(value));
                    continue;
                }
                (_, None) => {
                    cx = if value.from_environment() { cx.quietly() } else { cx.maybe() };
                    false
                }
            };
            let old = result.take();
            if decides {
                return match old {
                    Some(old) if old.truth().is_none() => {
                        if old.from_environment() {
                            Value::EnvValue
                        } else {
                            Value::Unknown
                        }
                    }
                    _ => value,
                };
            }
            result = Some(match old {
                Some(old) if old.from_environment() => Value::EnvValue,
                Some(old) if old.truth().is_none() => Value::Unknown,
                _ => value,
            });
        }
        result.unwrap_or(Value::Unknown)
    }

    fn f_string(&mut self, cx: &Cx, node: &ast::ExprFString) -> Value {
        let mut text = String::new();
        let mut known = true;
        for part in node.value.as_slice() {
            match part {
                ast::FStringPart::Literal(literal) => text.push_str(literal.as_str()),
                ast::FStringPart::FString(f_string) => {
                    for element in &f_string.elements {
                        match element {
                            ast::InterpolatedStringElement::Literal(literal) => {
                                text.push_str(&literal.value);
                            }
                            ast::InterpolatedStringElement::Interpolation(inner) => {
                                match self.expr(cx, &inner.expression) {
                                    Value::Str(part) | Value::Path(part)
                                        if inner.format_spec.is_none() =>
                                    {
                                        text.push_str(&part);
                                    }
                                    Value::Int(number) => text.push_str(&number.to_string()),
                                    _ => known = false,
                                }
                            }
                        }
                    }
                }
            }
        }
        if known && text.len() <= MAX_TEXT { Value::str(&text) } else { Value::Unknown }
    }

    /// `+` of two values.
    #[expect(clippy::unused_self, reason = "one of the operators")]
    pub(super) fn add(&self, left: &Value, right: &Value) -> Value {
        match (left, right) {
            (Value::Str(a), Value::Str(b)) if a.len() + b.len() <= MAX_TEXT => {
                Value::str(&format!("{a}{b}"))
            }
            (Value::Int(a), Value::Int(b)) => a.checked_add(*b).map_or(Value::Unknown, Value::Int),
            (Value::List(a, x), Value::List(b, y)) if a.len() + b.len() <= 10_000 => {
                let items: Vec<Value> = a.iter().chain(b.iter()).cloned().collect();
                Value::List(Rc::new(items), *x && *y)
            }
            (Value::List(a, _), Value::SysPath) => {
                let mut items: Vec<Value> = a.to_vec();
                items.push(Value::SysPath);
                Value::List(Rc::new(items), true)
            }
            (Value::SysPath, Value::List(b, _)) => {
                let mut items = vec![Value::SysPath];
                items.extend(b.iter().cloned());
                Value::List(Rc::new(items), true)
            }
            (Value::List(a, _), _) => Value::List(Rc::clone(a), false),
            (_, Value::List(b, _)) => Value::List(Rc::clone(b), false),
            (Value::EnvValue, _) | (_, Value::EnvValue) => Value::EnvValue,
            _ => Value::Unknown,
        }
    }

    /// `/` of paths.
    #[expect(clippy::unused_self, reason = "one of the operators")]
    fn divide(&self, left: &Value, right: &Value) -> Value {
        match (left, right) {
            (Value::Path(a), _) if right.text().is_some() => {
                Value::Path(pathops::join(a, right.text().unwrap_or("")).as_str().into())
            }
            (Value::Str(a), Value::Path(b)) => Value::Path(pathops::join(a, b).as_str().into()),
            _ => Value::Unknown,
        }
    }

    /// Notes a variable without which the import fails.
    pub(super) fn env_required(&mut self, cx: &Cx, name: &str, range: TextRange) {
        let usual = ["PATH", "HOME", "USER", "PWD", "LANG", "SHELL", "HOSTNAME", "LOGNAME"];
        if !cx.caught.errors && !self.dotenv && !usual.contains(&name) {
            self.emit(cx, range, "env", EventKind::EnvRequired(name.to_owned()));
        }
    }

    fn subscript(&mut self, cx: &Cx, node: &ast::ExprSubscript) -> Value {
        let base = self.expr(cx, &node.value);
        let key = self.expr(cx, &node.slice);
        if node.ctx.is_load() {
            self.context_item(cx, &base, node);
            self.indexed(cx, &base, &key, node);
            self.generic(cx, &base, node);
            self.config_read(cx, &base, &key, node);
            if matches!(key, Value::EnvValue) {
                self.unset_key(cx, &base, node);
            }
        }
        match (&base, &key) {
            (Value::Environ, Value::Str(name)) => {
                if let Some(value) = self.environ.get(&**name) {
                    return value.clone();
                }
                if node.ctx.is_load() {
                    self.env_required(cx, name, node.range);
                }
                if matches!(&**name, "HOME") {
                    return self.home().map_or(Value::EnvValue, |home| Value::str(&home));
                }
                Value::EnvValue
            }
            (Value::Environ, _) => Value::EnvValue,
            (Value::Parents(path), Value::Int(n)) if *n >= 0 && *n < 64 => {
                let mut path = path.to_string();
                for _ in 0..=*n {
                    path = pathops::parent(&path);
                }
                Value::Path(path.as_str().into())
            }
            (Value::List(items, complete), Value::Int(n)) => {
                let at = if *n < 0 { items.len() as i64 + n } else { *n };
                if (*n >= 0 || *complete) && at >= 0 {
                    items.get(at as usize).cloned().unwrap_or(Value::Unknown)
                } else {
                    Value::Unknown
                }
            }
            (Value::Dict(items, _), Value::Str(key)) => items
                .iter()
                .rev()
                .find(|(name, _)| name == key)
                .map_or(Value::Unknown, |(_, value)| value.clone()),
            (Value::SysPath, Value::Int(0)) => {
                self.sys_path.first().map_or(Value::Unknown, |entry| Value::str(&entry.path))
            }
            (Value::Ext(name), Value::Int(n)) if &**name == "sys.version_info" => {
                Value::Ext(format!("sys.version_info[{n}]").into())
            }
            (Value::Inst(name), Value::Str(key)) if &**name == "builtins.globals" => {
                self.name(cx, key)
            }
            (Value::Ext(name), index) if name.starts_with("sys.argv") => {
                if &**name == "sys.argv" && matches!(index, Value::Int(1..)) {
                    self.argument_read(cx, node);
                }
                Value::EnvValue
            }
            _ => Value::Unknown,
        }
    }

    /// A name, looked up as Python does.
    pub(super) fn name(&mut self, cx: &Cx, name: &str) -> Value {
        self.lookup(cx, name).unwrap_or(Value::Unknown)
    }

    /// The same; `None` where nothing that was seen defines it.
    pub(super) fn lookup(&self, cx: &Cx, name: &str) -> Option<Value> {
        if let Some(at) = cx.frame {
            // Functions see their own names, then the enclosing ones that still run.
            for frame in self.frames.iter().take(at + 1).rev() {
                if let Some(value) = frame.vars.get(name) {
                    return Some(value.clone());
                }
            }
        }
        if let Some(binding) = self.modules[cx.module].names.get(name) {
            return Some(binding.value.clone());
        }
        if self.modules[cx.module].dynamic {
            return Some(Value::Unknown);
        }
        match name {
            "open" | "input" | "raw_input" | "exit" | "quit" | "exec" | "execfile" | "eval"
            | "globals" | "locals" | "setattr" | "getattr" | "__import__" | "str" | "print"
            | "list" | "tuple" | "dict" | "set" | "len" | "map" | "filter" | "sorted" | "bool"
            | "int" | "super" | "callable" | "breakpoint" | "vars" | "next" | "iter"
            | "isinstance" | "hasattr" | "any" | "all" | "object" => {
                Some(Value::Ext(format!("builtins.{name}").into()))
            }
            _ => None,
        }
    }

    /// `base.name`.
    pub(super) fn attribute(&mut self, cx: &Cx, base: &Value, name: &str) -> Value {
        match base {
            Value::Module(id) => {
                if let Some(binding) = self.modules[*id].names.get(name) {
                    return binding.value.clone();
                }
                let full = format!("{}.{name}", self.modules[*id].name);
                self.by_name.get(&full).map_or(Value::Unknown, |&id| Value::Module(id))
            }
            Value::Ext(base) => {
                // Import hooks and replaced modules: anything may be found, and have any name.
                if &**base == "sys"
                    && matches!(name, "meta_path" | "path_hooks" | "path_importer_cache")
                {
                    self.hooks = true;
                }
                ext(&format!("{base}.{name}"))
            }
            Value::Inst(base) => ext(&format!("{base}().{name}")),
            Value::FileSpec(path) => self.spec_attribute(cx, path, name),
            Value::Path(path) => match name {
                "parent" => Value::Path(pathops::parent(path).as_str().into()),
                "parents" => Value::Parents(Rc::clone(path)),
                "name" => Value::str(pathops::basename(path)),
                "stem" => {
                    let name = pathops::basename(path);
                    Value::str(name.rsplit_once('.').map_or(name, |(stem, _)| stem))
                }
                _ => Value::Unknown,
            },
            Value::Object(class) => self.member(cx, class, name, true),
            Value::Class(class) => self.member(cx, class, name, false),
            Value::Func(func) if name == "__name__" => Value::Str(Rc::clone(&func.name)),
            _ => Value::Unknown,
        }
    }

    /// An attribute of a project class or its instance.
    pub(super) fn member(
        &mut self,
        cx: &Cx,
        class: &Rc<ClassVal>,
        name: &str,
        bound: bool,
    ) -> Value {
        if let Some(func) = class.methods.iter().find(|func| &*func.name == name) {
            return Value::Func(Rc::new(FuncRef { bound, ..func.clone() }));
        }
        if let Some((_, value)) = class.attributes.iter().find(|(known, _)| &**known == name) {
            return value.clone();
        }
        for base in &class.bases {
            let found = match base {
                Value::Class(base) if !Rc::ptr_eq(base, class) => {
                    self.member(cx, base, name, bound)
                }
                Value::Ext(base) if &**base != "builtins.object" => {
                    if bound {
                        ext(&format!("{base}().{name}"))
                    } else {
                        ext(&format!("{base}.{name}"))
                    }
                }
                _ => Value::Unknown,
            };
            if !matches!(found, Value::Unknown) {
                return found;
            }
        }
        Value::Unknown
    }

    /// The home folder of the account, by the paths in use.
    pub(super) fn home(&self) -> Option<String> {
        let paths = self
            .modules
            .first()
            .map(|module| module.path.clone())
            .into_iter()
            .chain([self.cwd.clone()]);
        for path in paths.chain(self.sys_path.iter().map(|entry| entry.path.clone())) {
            let mut parts = path.split('/').skip(1);
            match (parts.next(), parts.next()) {
                (Some("home"), Some(user)) if !user.is_empty() => {
                    return Some(format!("/home/{user}"));
                }
                (Some("root"), _) => return Some("/root".to_owned()),
                _ => {}
            }
        }
        None
    }
}

/// A library's thing by its usual name.
pub(super) fn ext(name: &str) -> Value {
    if name.len() > 200 {
        return Value::Unknown;
    }
    match name {
        "sys.path" => return Value::SysPath,
        "os.environ" => return Value::Environ,
        "os.sep" | "os.path.sep" => return Value::str("/"),
        "os.pardir" | "os.path.pardir" => return Value::str(".."),
        "os.curdir" | "os.path.curdir" => return Value::str("."),
        _ => {}
    }
    let usual = table().usual(name);
    match usual.strip_suffix("()") {
        Some(class) => Value::Inst(class.into()),
        None => Value::Ext(usual.into()),
    }
}

/// Range of a string literal's text, without prefix and quotes, where it is one plain piece.
pub(super) fn literal_range(expr: &Expr) -> Option<ruff_text_size::TextRange> {
    let Expr::StringLiteral(node) = expr else { return None };
    (node.value.as_slice().len() == 1).then(|| node.range())
}
