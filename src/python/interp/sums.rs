//! `+` between things that Python does not add: a `Path` and a text, a tuple and a list.

use ruff_python_ast::{self as ast, Expr, Operator, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::event::MixedSum;
use super::{Cx, EventKind, Interp};
use crate::python::value::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    List,
    Tuple,
}

impl Interp<'_> {
    /// `left + right`.
    pub(super) fn sum(&mut self, cx: &Cx, node: &ast::ExprBinOp, left: &Value, right: &Value) {
        let ranges = (node.left.range(), node.right.range());
        match (left, right) {
            (Value::Path(_), Value::Str(_)) | (Value::Str(_), Value::Path(_)) => {
                self.path_plus_text(cx, node.range, ranges);
            }
            (Value::List(..), Value::List(..)) => {
                self.mixed(cx, node.range, (&node.left, &node.right));
            }
            (Value::List(_, true), Value::Str(_)) if !cx.caught.types => {
                let kind = EventKind::ListPlusText { text: node.right.range() };
                self.emit(cx, node.range, "mixed-sum", kind);
            }
            _ => {}
        }
    }

    /// `left += right`.
    pub(super) fn sum_onto(
        &mut self,
        cx: &Cx,
        node: &ast::StmtAugAssign,
        left: &Value,
        right: &Value,
    ) {
        if node.op != Operator::Add {
            return;
        }
        match (left, right) {
            (Value::Path(_), Value::Str(_)) => {
                let ranges = (node.target.range(), node.value.range());
                self.path_plus_text(cx, node.range, ranges);
            }
            // A list takes a tuple this way, too.
            (Value::List(..), Value::List(..))
                if self.shape(cx, &node.target) == Some(Shape::Tuple) =>
            {
                self.mixed(cx, node.range, (&node.target, &node.value));
            }
            _ => {}
        }
    }

    fn path_plus_text(&mut self, cx: &Cx, range: TextRange, (left, right): (TextRange, TextRange)) {
        if !cx.caught.types {
            self.emit(cx, range, "path-plus", EventKind::PathPlusText { left, right });
        }
    }

    fn mixed(&mut self, cx: &Cx, range: TextRange, (left, right): (&Expr, &Expr)) {
        if cx.caught.types {
            return;
        }
        let (Some(a), Some(b)) = (self.shape(cx, left), self.shape(cx, right)) else { return };
        if a != b {
            let kind = MixedSum {
                left: left.range(),
                right: right.range(),
                tuple_first: a == Shape::Tuple,
            };
            self.emit(cx, range, "mixed-sum", EventKind::MixedSum(kind));
        }
    }

    /// A list or a tuple, as far as the text of this module tells.
    fn shape(&mut self, cx: &Cx, expr: &Expr) -> Option<Shape> {
        match expr {
            Expr::List(_) | Expr::ListComp(_) => Some(Shape::List),
            Expr::Tuple(_) => Some(Shape::Tuple),
            Expr::BinOp(node) if node.op == Operator::Add => {
                let left = self.shape(cx, &node.left)?;
                (self.shape(cx, &node.right) == Some(left)).then_some(left)
            }
            Expr::Name(name) if cx.frame.is_none() => {
                let binding = self.modules[cx.module].names.get(name.id.as_str())?;
                if binding.maybe || binding.range == TextRange::default() {
                    return None;
                }
                let range = binding.range;
                let source = self.source_to_run(cx.module)?;
                // Only the one assignment to it, else its shape may have changed on the way.
                let mut found = None;
                for stmt in source.body() {
                    match stmt {
                        Stmt::Assign(node) => {
                            for target in &node.targets {
                                if matches!(target, Expr::Name(it) if it.id == name.id) {
                                    if found.is_some() || target.range() != range {
                                        return None;
                                    }
                                    found = Some(&*node.value);
                                }
                            }
                        }
                        Stmt::AugAssign(node)
                            if matches!(&*node.target, Expr::Name(it) if it.id == name.id)
                                && node.range.start() < expr.range().start() =>
                        {
                            return None;
                        }
                        _ => {}
                    }
                }
                match found? {
                    Expr::List(_) => Some(Shape::List),
                    Expr::Tuple(_) => Some(Shape::Tuple),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
