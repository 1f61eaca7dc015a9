//! What a Python expression is, as far as it can be known without running it.
//!
//! `Unknown` is the honest default: nothing is concluded from it. No I/O, no syntax trees.

use std::rc::Rc;

/// Index of a loaded module in the interpreter's table.
pub type ModuleId = usize;

/// A function of the project, found again by where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FuncRef {
    pub module: ModuleId,
    /// Byte offset of its definition (behind the decorators' start).
    pub offset: u32,
    pub name: Rc<str>,
    /// Parameters that a caller must give, without `self` of a bound method.
    pub required: usize,
    /// Positional parameters in all; `usize::MAX` with `*args`.
    pub positional: usize,
    pub is_async: bool,
    /// Called through an instance: the first argument is given.
    pub bound: bool,
    /// Decorators that are not known to leave the function as it is.
    pub wrapped: bool,
}

/// A class of the project.
#[derive(Debug)]
pub struct ClassVal {
    pub module: ModuleId,
    pub name: Rc<str>,
    pub bases: Vec<Value>,
    pub methods: Vec<FuncRef>,
    /// Plain attributes assigned in its body.
    pub attributes: Vec<(Rc<str>, Value)>,
    /// A metaclass, class decorators: anything may be there.
    pub opaque: bool,
}

/// The abstract value.
#[derive(Debug, Clone)]
pub enum Value {
    Unknown,
    None,
    Bool(bool),
    Int(i64),
    Str(Rc<str>),
    /// A `pathlib` path.
    Path(Rc<str>),
    /// `Path.parents`.
    Parents(Rc<str>),
    /// Items, and whether these are all.
    List(Rc<Vec<Value>>, bool),
    /// A number, a set, a dictionary …: known not to be callable; the text says what.
    Plain(&'static str),
    /// A dictionary with its literal string keys; whether these are all.
    Dict(Rc<Vec<(Rc<str>, Value)>>, bool),
    /// A module of the project.
    Module(ModuleId),
    /// `sys.path`.
    SysPath,
    /// `os.environ`.
    Environ,
    /// A value read from the environment that may be missing.
    EnvValue,
    /// Something of a library, by its dotted name: a module, class, function or attribute.
    Ext(Rc<str>),
    /// What a call of a library's `name` gives, `name()`.
    Inst(Rc<str>),
    Func(Rc<FuncRef>),
    /// A coroutine: a called `async def`.
    Coroutine(Rc<FuncRef>),
    Class(Rc<ClassVal>),
    /// An instance of a project class.
    Object(Rc<ClassVal>),
    /// A spec, a loader or a module made from the file at that path.
    FileSpec(Rc<str>),
    /// A lambda with that many parameters.
    Lambda(usize),
}

impl Value {
    /// A string value.
    pub fn str(text: &str) -> Self {
        Self::Str(text.into())
    }

    /// Text of a string or path.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Str(text) | Self::Path(text) => Some(text),
            _ => None,
        }
    }

    /// Python's truth value, where it is known.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Self::None => Some(false),
            Self::Bool(value) => Some(*value),
            Self::Int(value) => Some(*value != 0),
            Self::Str(text) => Some(!text.is_empty()),
            Self::List(items, complete) => {
                if items.is_empty() {
                    complete.then_some(false)
                } else {
                    Some(true)
                }
            }
            Self::Path(_) | Self::Module(_) | Self::Func(_) | Self::Class(_) | Self::Lambda(_) => {
                Some(true)
            }
            _ => None,
        }
    }

    /// Equality, where both are known.
    pub fn same(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Self::Str(a), Self::Str(b)) => Some(a == b),
            (Self::Int(a), Self::Int(b)) => Some(a == b),
            (Self::Bool(a), Self::Bool(b)) => Some(a == b),
            (Self::None, Self::None) => Some(true),
            (Self::None, Self::Str(_) | Self::Int(_) | Self::Bool(_))
            | (Self::Str(_) | Self::Int(_) | Self::Bool(_), Self::None) => Some(false),
            _ => None,
        }
    }

    /// Dotted name of a library's thing: `flask.Flask`, or `flask.Flask()` for its instance.
    pub fn dotted(&self) -> Option<String> {
        match self {
            Self::Ext(name) => Some(name.to_string()),
            Self::Inst(name) => Some(format!("{name}()")),
            _ => None,
        }
    }

    /// Depends on the environment of the process.
    pub fn from_environment(&self) -> bool {
        matches!(self, Self::EnvValue | Self::Environ)
    }
}

/// Joins what two branches leave in a name.
pub fn join(a: &Value, b: &Value) -> Value {
    match (a, b) {
        (Value::Inst(x), Value::Inst(y)) if x == y => a.clone(),
        (Value::Ext(x), Value::Ext(y)) if x == y => a.clone(),
        (Value::Module(x), Value::Module(y)) if x == y => a.clone(),
        (Value::Func(x), Value::Func(y)) if x == y => a.clone(),
        // What both begin with is in the list either way: `if DEBUG: INSTALLED_APPS += [...]`.
        (Value::List(x, _), Value::List(y, _)) => {
            let common =
                x.iter().zip(y.iter()).take_while(|(a, b)| a.same(b) == Some(true)).count();
            let all = common == x.len() && common == y.len();
            let complete = all && matches!((a, b), (Value::List(_, true), Value::List(_, true)));
            Value::List(Rc::new(x[..common].to_vec()), complete)
        }
        _ if a.same(b) == Some(true) => a.clone(),
        _ => Value::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::{Value, join};

    #[test]
    fn truth_is_only_told_where_known() {
        assert_eq!(Value::str("").truth(), Some(false));
        assert_eq!(Value::Unknown.truth(), None);
        assert_eq!(Value::Inst("x".into()).truth(), None);
    }

    #[test]
    fn branches_that_differ_join_to_unknown() {
        assert!(matches!(join(&Value::Int(1), &Value::Int(2)), Value::Unknown));
        assert!(matches!(join(&Value::Int(1), &Value::Int(1)), Value::Int(1)));
        let list = |words: &[&str]| {
            Value::List(std::rc::Rc::new(words.iter().map(|word| Value::str(word)).collect()), true)
        };
        let joined = join(&list(&["a", "b"]), &list(&["a", "b", "c"]));
        assert!(matches!(joined, Value::List(items, false) if items.len() == 2));
    }
}
