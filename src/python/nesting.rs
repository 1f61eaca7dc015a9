//! How deep the tree of a parsed file can be, from its tokens: for small files, which any deep stack parses
//! unseen, this costs a tenth of the estimate over their bytes that `limits` makes ahead.

use super::parse::{Token, TokenKind};

/// At least as much as `limits` would estimate for the same valid source.
pub(super) fn bound(tokens: &[Token]) -> u32 {
    // Operators and keywords since the last comma, for the line and each open bracket.
    let mut levels: Vec<u32> = vec![0];
    let (mut indents, mut total, mut deepest, mut margin) = (0_u32, 0_u32, 0_u32, 0_u32);
    for token in tokens {
        match token.kind() {
            TokenKind::Name
            | TokenKind::Int
            | TokenKind::Float
            | TokenKind::Complex
            | TokenKind::String
            | TokenKind::FStringMiddle
            | TokenKind::TStringMiddle
            | TokenKind::Comment
            | TokenKind::NonLogicalNewline => continue,
            TokenKind::Newline => {
                levels.truncate(1);
                levels[0] = 0;
                total = 0;
                continue;
            }
            TokenKind::Indent => {
                indents += 1;
                margin = margin.max(indents);
                continue;
            }
            TokenKind::Dedent => {
                indents = indents.saturating_sub(1);
                continue;
            }
            TokenKind::Comma | TokenKind::Semi => {
                if let Some(top) = levels.last_mut() {
                    total -= *top;
                    *top = 0;
                }
                continue;
            }
            TokenKind::Lpar
            | TokenKind::Lsqb
            | TokenKind::Lbrace
            | TokenKind::FStringStart
            | TokenKind::TStringStart => levels.push(0),
            kind => {
                let closes = matches!(
                    kind,
                    TokenKind::Rpar
                        | TokenKind::Rsqb
                        | TokenKind::Rbrace
                        | TokenKind::FStringEnd
                        | TokenKind::TStringEnd
                );
                if closes && levels.len() > 1 {
                    total -= levels.pop().unwrap_or_default();
                }
                if let Some(top) = levels.last_mut() {
                    *top += 1;
                    total += 1;
                }
            }
        }
        deepest = deepest.max(total + levels.len() as u32);
    }
    deepest + margin
}

#[cfg(test)]
mod tests {
    use super::bound;
    use crate::python::limits::{Depth, depth};

    #[test]
    fn never_below_the_estimate_and_seldom_far_above() {
        let deep = format!("x = {}1{}\n", "(".repeat(40), ")".repeat(40));
        let chain = format!("x = 1{}\n", " + 1".repeat(60));
        let settings = format!("APPS = [\n{}]\n", "    'shop.apps.Shop',\n".repeat(200));
        let calls = "f(a, b=1)(c)[d].e(g, *h, **i); j = k\n".repeat(30);
        for source in [
            "",
            "x = 1\n",
            "def f(a, *b, c: int = 1, **d) -> str:\n    return a if b else not c and d or e\n",
            "class A(B):\n    def f(self):\n        with a as b, c() as d:\n            pass\n",
            "x = f'{a:{b}} {c!r:>{d + 1}} {e[\"g\"]}' f'{h=}'\n",
            "lambda a, b=lambda c: c: (yield)\n",
            "x = {a: b for a, b in c if d for e in g}\n",
            "match a:\n    case [1, *b] | {'c': d, **e} if g:\n        pass\n",
            "if a:\n  if b:\n    if c:\n      x = -~+1 ** 2\n",
            "x = a \\\n    + b\n",
            "async def f():\n    async for a in b:\n        await c\n",
            &deep,
            &chain,
            &settings,
            &calls,
        ] {
            let parsed = ruff_python_parser::parse_module(source).unwrap();
            let Depth::Fine(estimate) = depth(source) else { panic!("{source}") };
            let bound = bound(parsed.tokens());
            assert!(estimate <= bound, "{estimate} {bound} {source}");
            assert!(bound <= estimate + 12, "{estimate} {bound} {source}");
        }
    }
}
