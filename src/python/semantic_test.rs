use super::check;
use ruff_python_ast::PythonVersion;

fn errors(source: &str) -> usize {
    let parsed = ruff_python_parser::parse_module(source).unwrap();
    check(source, parsed.syntax(), PythonVersion { major: 3, minor: 13 }).len()
}

#[test]
fn fine() {
    for source in [
        "def f():\n    return 1\n",
        "async def f():\n    return [await x async for x in y if await x]\n",
        "def f():\n    return (await x for x in y)\n",
        "def f():\n    return (x async for x in y)\n",
        "def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2\n",
        "class A:\n    def f(self):\n        nonlocal __class__\n",
        "def f(a, *b, c=1, **d): pass\n",
        "x = lambda: (yield)\n",
        "for x in y:\n    if x: break\nelse:\n    z = 1\nwhile 1:\n    try:\n        continue\n    finally:\n        break\n",
        "def f():\n    global x\n    x = 1\n",
        "from os import *\n",
        "'''doc'''\nfrom __future__ import annotations\nimport os\n",
        "def f():\n    def g():\n        global q\n    q = 1\n",
        "def f(x=[y for y in z]):\n    global y\n",
        "def f():\n    import x\n    global x\n",
        // `:=` where it may stand.
        "[y for x in z if (y := x)]\n",
        "[(lambda: (x := 1)) for x in y]\n",
        "class A:\n    f = lambda s: [(x := i) for i in y]\n    if (n := 1): pass\n",
        "def f():\n    def g():\n        nonlocal x\n    [(x := i) for i in y]\n",
        "type X = lambda: (y := 1)\n",
        // Jumps that stay inside an `except*` block.
        "def f():\n    try: pass\n    except* E:\n        for x in y: break\n        def g(): return 1\n",
        "match x:\n    case [_, *_] | {1: 2, '1': 3}: pass\n    case _: pass\n",
        "f\"{*a, b} {c:{d:{e}}} {f'{g:{h}}':{i}}\"\n",
        "class A(*b, (c for c in d)): pass\n",
        "x = 0xff\nf(__debug=1)\n",
    ] {
        assert_eq!(errors(source), 0, "{source}");
    }
}

#[test]
fn wrong() {
    for source in [
        "return 1\n",
        "class A:\n    return 1\n",
        "yield 1\n",
        "await x\n",
        "def f():\n    await x\n",
        "def f():\n    [await x for x in y]\n",
        "async def f():\n    def g():\n        await x\n",
        "break\n",
        "for x in y:\n    def f():\n        break\n",
        "for x in y: pass\nelse: continue\n",
        "nonlocal x\n",
        "def f():\n    nonlocal x\n",
        "def f(x):\n    nonlocal x\n",
        "def f(x):\n    global x\n",
        "def f():\n    x = 1\n    global x\n",
        "x = 1\nglobal x\n",
        "def f():\n    x = 1\n    def g():\n        x = 2\n        nonlocal x\n",
        "def f(a, a): pass\n",
        "lambda a, a: 1\n",
        "def f():\n    from os import *\n",
        "import os\nfrom __future__ import annotations\n",
        "from __future__ import braces\n",
        "try: pass\nexcept: pass\nexcept ValueError: pass\n",
        "*a = b\n",
        "class A:\n    [(yield x) for x in y]\n",
        "[x for x in (y := z)]\n",
        "[x for x in y for z in [w := x]]\n",
        "[x for x in (lambda: (y := 1))()]\n",
        "[x for x in y if (x := 1)]\n",
        "[0 for x in y if (z := x) for z in x]\n",
        "class A:\n    b = any((x := i) for i in y)\n",
        "def f():\n    [(x := i) for i in y]\n    global x\n",
        "def f():\n    try: pass\n    except E as x: pass\n    global x\n",
        "def f():\n    [x for x in y]\n    def g():\n        nonlocal x\n",
        "def f():\n    x = 1\n    def g():\n        nonlocal x\n        x: int = 2\n",
        "from __future__ import annotations\nx: (y := 1) = 2\n",
        "for x in y:\n    try: pass\n    except* E:\n        break\n",
        "def f():\n    try: pass\n    except* E:\n        for x in y: return\n",
        "match x:\n    case _ | 1: pass\n",
        "match x:\n    case [*a, *b]: pass\n",
        "match x:\n    case {1: a, True: b}: pass\n",
        "*a\n",
        "with a as *b: pass\n",
        "f\"{*a}\"\n",
        "f\"{a:{b:{c:{d}}}}\"\n",
        "f(__debug__=1)\n",
    ] {
        assert!(errors(source) > 0, "{source}");
    }
}

#[test]
fn limits() {
    let nested = |count: usize| {
        let heads: String = (0..count).map(|n| format!("{}while x:\n", " ".repeat(n))).collect();
        format!("{heads}{}pass\n", " ".repeat(count))
    };
    assert_eq!(errors(&nested(21)), 0);
    assert!(errors(&nested(22)) > 0);
    assert_eq!(errors(&format!("x = {}\n", "1".repeat(4_300))), 0);
    assert!(errors(&format!("x = {}\n", "1".repeat(4_301))) > 0);
}

#[test]
fn older_versions() {
    let errors = |source: &str, minor| {
        let parsed = ruff_python_parser::parse_module(source).unwrap();
        check(source, parsed.syntax(), PythonVersion { major: 3, minor }).len()
    };
    let nested = "async def f():\n    return [[await x for x in y] for z in w]\n";
    assert!(errors(nested, 10) > 0 && errors(nested, 11) == 0);
    let itself = "async def f():\n    return [[await x for x in y] for z in w if await z]\n";
    assert_eq!(errors(itself, 10), 0);
    let future = "from __future__ import annotations\ndef f(x: (y := 1)): pass\n";
    assert!(errors(future, 10) > 0 && errors(future, 9) == 0);
    let with = "with (a as b): pass\n";
    assert!(errors(with, 8) > 0 && errors(with, 9) == 0);
    assert_eq!(errors("with (a) as b: pass\n", 8), 0);
    let spec = "f\"{a:{b:{c}}}\"\n";
    assert!(errors(spec, 11) > 0 && errors(spec, 12) == 0);
}
