//! Which way a condition goes, where that can be known.

use ruff_python_ast::{self as ast, BoolOp, CmpOp, Expr, UnaryOp};

use super::{Cx, Interp};
use crate::python::value::Value;

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    Yes,
    No,
    Maybe,
    /// Depends on the environment, the command line or the machine: people guard local code so.
    Environment,
}

impl Truth {
    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            other => other,
        }
    }

    fn of(value: Option<bool>) -> Self {
        match value {
            Some(true) => Self::Yes,
            Some(false) => Self::No,
            None => Self::Maybe,
        }
    }
}

impl Interp<'_> {
    /// Evaluates a condition; calls inside it happen.
    pub(super) fn truth(&mut self, cx: &Cx, test: &Expr) -> Truth {
        match test {
            Expr::BoolOp(node) => {
                let mut result = None;
                let stop = if node.op == BoolOp::And { Truth::No } else { Truth::Yes };
                for value in &node.values {
                    let truth = self.truth(cx, value);
                    if truth == stop {
                        return stop;
                    }
                    result = Some(match (result, truth) {
                        (Some(Truth::Environment), _) | (_, Truth::Environment) => {
                            Truth::Environment
                        }
                        (Some(Truth::Maybe), _) | (_, Truth::Maybe) => Truth::Maybe,
                        (_, other) => other,
                    });
                }
                result.unwrap_or(Truth::Maybe)
            }
            Expr::UnaryOp(node) if node.op == UnaryOp::Not => self.truth(cx, &node.operand).not(),
            Expr::Compare(node) => self.compare(cx, node),
            _ => {
                let value = self.expr(cx, test);
                match value.truth() {
                    Some(known) => Truth::of(Some(known)),
                    None if self.environmental(&value) => Truth::Environment,
                    None => match &value {
                        Value::Ext(name) => named(name),
                        _ if mentions_environment(test) => Truth::Environment,
                        _ => Truth::Maybe,
                    },
                }
            }
        }
    }

    fn environmental(&self, value: &Value) -> bool {
        match value {
            Value::EnvValue | Value::Environ => true,
            Value::Ext(name) | Value::Inst(name) => {
                let name: &str = name;
                [
                    "sys.argv",
                    "sys.flags",
                    "sys.stdin",
                    "platform.",
                    "socket.gethostname",
                    "getpass.getuser",
                    "os.uname",
                    "os.getlogin",
                    "environ.",
                    "decouple.",
                    "dotenv.",
                ]
                .iter()
                .any(|prefix| name.starts_with(prefix))
            }
            _ => false,
        }
    }

    fn compare(&mut self, cx: &Cx, node: &ast::ExprCompare) -> Truth {
        let left = self.expr(cx, &node.left);
        let (Some(op), Some(right_expr), 1) =
            (node.ops.first(), node.comparators.first(), node.ops.len())
        else {
            for value in &node.comparators {
                self.expr(cx, value);
            }
            return Truth::Maybe;
        };
        let right = self.expr(cx, right_expr);
        if let Some(answer) = self.version_test(&left, *op, right_expr, &right) {
            return answer;
        }
        // `__name__` of an entry point depends on the server, but it is not `__main__`.
        let is_name = matches!(&*node.left, Expr::Name(name) if name.id == "__name__")
            || matches!(right_expr, Expr::Name(name) if name.id == "__name__");
        if is_name && cx.module == 0 && !self.options.is_named() {
            let other = if matches!(&*node.left, Expr::Name(name) if name.id == "__name__") {
                &right
            } else {
                &left
            };
            let main = other.text() == Some("__main__");
            let script = self.options.is_script();
            return match (op, main) {
                (CmpOp::Eq, true) => Truth::of(Some(script)),
                (CmpOp::NotEq, true) => Truth::of(Some(!script)),
                _ => Truth::Environment,
            };
        }
        if let Some(name) = left.dotted()
            && let Some(text) = right.text()
        {
            let known = match name.as_str() {
                "sys.platform" => Some("linux"),
                "os.name" => Some("posix"),
                "platform.system()" => Some("Linux"),
                _ => None,
            };
            if let Some(known) = known {
                return match op {
                    CmpOp::Eq => Truth::of(Some(known == text)),
                    CmpOp::NotEq => Truth::of(Some(known != text)),
                    _ => Truth::Environment,
                };
            }
        }
        match op {
            CmpOp::Eq | CmpOp::Is => {
                if let Some(same) = left.same(&right) {
                    return Truth::of(Some(same));
                }
            }
            CmpOp::NotEq | CmpOp::IsNot => {
                if let Some(same) = left.same(&right) {
                    return Truth::of(Some(!same));
                }
            }
            CmpOp::In | CmpOp::NotIn => {
                if let (Some(text), Value::SysPath) = (left.text(), &right) {
                    let path = crate::python::resolve::pathops::absolute(text, &self.cwd);
                    let inside = self.sys_path.iter().any(|entry| entry.path == path);
                    return Truth::of(Some(inside == (*op == CmpOp::In)));
                }
                // An unknown path that is looked for on sys.path is usually not there yet.
                if matches!(right, Value::SysPath) {
                    return Truth::of(Some(*op == CmpOp::NotIn));
                }
                if let Value::List(items, true) = &right {
                    let answers: Vec<_> = items.iter().map(|item| item.same(&left)).collect();
                    if answers.contains(&Some(true)) {
                        return Truth::of(Some(*op == CmpOp::In));
                    }
                    if !answers.contains(&None) {
                        return Truth::of(Some(*op == CmpOp::NotIn));
                    }
                }
            }
            _ => {
                if let (Value::Int(a), Value::Int(b)) = (&left, &right) {
                    return Truth::of(match op {
                        CmpOp::Lt => Some(a < b),
                        CmpOp::LtE => Some(a <= b),
                        CmpOp::Gt => Some(a > b),
                        CmpOp::GtE => Some(a >= b),
                        _ => None,
                    });
                }
            }
        }
        if self.environmental(&left)
            || self.environmental(&right)
            || mentions_environment(&node.left)
            || mentions_environment(right_expr)
        {
            Truth::Environment
        } else {
            Truth::Maybe
        }
    }

    /// `sys.version_info >= (3, 8)` and its relatives.
    fn version_test(
        &mut self,
        left: &Value,
        op: CmpOp,
        right_expr: &Expr,
        right: &Value,
    ) -> Option<Truth> {
        let name = left.dotted()?;
        let python = self.options.python.map(|v| (i64::from(v.major), i64::from(v.minor)));
        let answer = |order: std::cmp::Ordering| {
            Some(Truth::of(Some(match op {
                CmpOp::Lt => order.is_lt(),
                CmpOp::LtE => order.is_le(),
                CmpOp::Gt => order.is_gt(),
                CmpOp::GtE => order.is_ge(),
                CmpOp::Eq => order.is_eq(),
                CmpOp::NotEq => order.is_ne(),
                _ => return Some(Truth::Maybe),
            })))
        };
        if name == "sys.version_info.major" || name == "sys.version_info[0]" {
            if let Value::Int(major) = right {
                return answer(3.cmp(major));
            }
            return Some(Truth::Maybe);
        }
        if name != "sys.version_info" {
            return name.starts_with("sys.version_info").then_some(Truth::Maybe);
        }
        let Expr::Tuple(tuple) = right_expr else { return Some(Truth::Maybe) };
        let numbers: Vec<i64> =
            tuple.elts.iter().map_while(|item| self.literal_int(item)).collect();
        match (numbers.first(), numbers.get(1), python) {
            (Some(major), _, _) if *major < 3 => answer(std::cmp::Ordering::Greater),
            (Some(3), None, _) => answer(std::cmp::Ordering::Greater),
            (Some(3), Some(minor), Some((3, ours))) if ours != *minor => answer(ours.cmp(minor)),
            (Some(3), Some(_), Some(_)) => match op {
                CmpOp::GtE => Some(Truth::Yes),
                CmpOp::Lt => Some(Truth::No),
                _ => Some(Truth::Maybe),
            },
            _ => Some(Truth::Maybe),
        }
    }

    #[expect(clippy::unused_self, reason = "called beside its siblings")]
    fn literal_int(&self, expr: &Expr) -> Option<i64> {
        match expr {
            Expr::NumberLiteral(ast::ExprNumberLiteral {
                value: ast::Number::Int(int), ..
            }) => int.as_i64(),
            _ => None,
        }
    }
}

/// Library constants with a known answer on a server.
fn named(name: &str) -> Truth {
    match name {
        "typing.TYPE_CHECKING" | "typing_extensions.TYPE_CHECKING" => Truth::No,
        "builtins.__debug__" | "six.PY3" => Truth::Yes,
        "six.PY2" => Truth::No,
        _ => Truth::Maybe,
    }
}

/// The text of a condition speaks of the machine or the command line.
fn mentions_environment(expr: &Expr) -> bool {
    use ruff_python_ast::visitor::{Visitor, walk_expr};
    struct Mentions(bool);
    impl<'a> Visitor<'a> for Mentions {
        fn visit_expr(&mut self, expr: &'a Expr) {
            let word = match expr {
                Expr::Name(name) => name.id.as_str(),
                Expr::Attribute(attribute) => attribute.attr.as_str(),
                _ => "",
            };
            let lower = word.to_ascii_lowercase();
            if [
                "environ",
                "getenv",
                "argv",
                "env",
                "hostname",
                "gethostname",
                "local",
                "production",
                "prod",
                "is_local",
                "is_dev",
                "dev",
                "development",
                "testing",
            ]
            .contains(&lower.as_str())
                || lower.contains("environ")
                || lower.contains("local")
                || lower.contains("production")
            {
                self.0 = true;
            }
            walk_expr(self, expr);
        }
    }
    let mut mentions = Mentions(false);
    mentions.visit_expr(expr);
    mentions.0
}
