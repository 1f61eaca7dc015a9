use super::check;
use rustpython_ruff_python_ast::PythonVersion;

fn errors(source: &str) -> usize {
    let parsed = rustpython_ruff_python_parser::parse_module(source).unwrap();
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
        "def f():\n    import x\n    global x\n",
        "def f():\n    x = 1\n    def g():\n        x = 2\n        nonlocal x\n",
        "def f(a, a): pass\n",
        "lambda a, a: 1\n",
        "def f():\n    from os import *\n",
        "from os import (*)\n",
        "import os\nfrom __future__ import annotations\n",
        "from __future__ import braces\n",
        "try: pass\nexcept: pass\nexcept ValueError: pass\n",
        "*a = b\n",
        "class A:\n    [(yield x) for x in y]\n",
    ] {
        assert!(errors(source) > 0, "{source}");
    }
}
