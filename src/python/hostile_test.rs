//! Sources made to overflow a stack or to take quadratic time. A failure here is an abort or a hang of the test run.

use super::parse::parse_file;

/// Shapes by name; each is repeated until the file has the wanted size.
fn shapes(bytes: usize) -> Vec<(&'static str, String)> {
    let times = |piece: &str| piece.repeat(bytes / piece.len());
    let closed = |open: &str, close: &str| {
        let n = bytes / (open.len() + close.len());
        format!("x = {}1{}\n", open.repeat(n), close.repeat(n))
    };
    let lines = |piece: &str| times(&format!("{piece}\n"));
    vec![
        ("open round", times("(")),
        ("open square", times("[")),
        ("open curly", times("{")),
        ("closing", times(")")),
        ("mixed brackets", times("([{")),
        ("wrong brackets", times("(]")),
        ("nested calls", closed("f(", ")")),
        ("nested lists", closed("[", "]")),
        ("nested dicts", closed("{1:", "}")),
        ("minus", format!("x = {}1\n", times("-"))),
        ("tilde", format!("x = {}1\n", times("~"))),
        ("not", format!("x = {}1\n", times("not "))),
        ("await", format!("x = {}1\n", times("await "))),
        ("plus chain", format!("x = 1{}\n", times("+1"))),
        ("power chain", format!("x = 1{}\n", times("**1"))),
        ("compare chain", format!("x = 1{}\n", times("<1"))),
        ("and chain", format!("x = 1{}\n", times(" and 1"))),
        ("attribute chain", format!("x = a{}\n", times(".b"))),
        ("call chain", format!("x = a{}\n", times("()"))),
        ("index chain", format!("x = a{}\n", times("[0]"))),
        ("lambda", format!("x = {}1\n", times("lambda:"))),
        ("lambda defaults", format!("x = {}1\n", times("lambda a,b="))),
        ("if else", format!("x = {}1\n", times("1 if 1 else "))),
        ("walrus", format!("({}1)\n", times("a:="))),
        ("stars", format!("x = {}a\n", times("*"))),
        ("yield", format!("x = {}1\n", times("yield "))),
        ("at signs", times("@")),
        ("dots", times(".")),
        ("assignments", format!("{}1\n", times("a="))),
        ("commas", format!("x = {}1\n", times("1,"))),
        ("ifs on a line", times("if a:")),
        ("whiles on a line", times("while 1:")),
        ("classes on a line", times("class A:")),
        ("elses", lines("else:")),
        ("backslashes", lines("\\")),
        ("f-strings", times("f\"{")),
        ("f-strings, two quotes", times("f\"{f'{")),
        ("f-string lines", lines("f'{(")),
        ("f-string formats", times("f'{a:{")),
        ("cut f-string lines", lines("f'{('")),
        ("one format", format!("f'{}'\n", times("{a:"))),
        ("quotes", times("'")),
        ("quote lines", lines("'")),
        ("triple quotes", times("'''a''' ")),
        ("string pieces", format!("x = {}\n", times("'a' "))),
        ("comments", lines("#(")),
        ("conflicts", lines("<<<<<<< a")),
        ("prompts", lines(">>> x")),
        ("prints", lines("print x")),
        ("unclosed lines", lines("x = (")),
        ("wrong closers", lines("x = (]")),
        ("tabs and spaces", times("if x:\n\tx\n        y\n")),
        ("odd characters", times("\u{2018}")),
        ("nul", times("\0")),
        ("nul lines", lines("x\0")),
        ("names", format!("x = {}\n", times("a"))),
        ("digits", format!("x = {}\n", times("9"))),
        ("zeros", format!("x = {}1\n", times("0"))),
        ("globals", times("def f():\n global x\n")),
        ("one function of globals", format!("def f():\n{}", lines(" global x"))),
        ("nonlocals", format!("def f():\n a=1\n def g():\n{}", lines("  nonlocal a"))),
        ("parameters", format!("def f({}a): pass\n", times("a,"))),
        ("decorators", lines("@a")),
        ("match", format!("match x:\n case {}1: pass\n", times("1|"))),
        ("types", lines("type X[T] = T")),
        ("carriage returns", times("x\r")),
        ("form feeds", times("\u{c}")),
        ("semicolons", times("x;")),
        ("excepts", format!("try: pass\n{}", lines("except: pass"))),
        ("import names", format!("import {}a\n", times("a,"))),
    ]
}

fn run(bytes: usize) {
    for (name, source) in shapes(bytes.saturating_sub(32)) {
        let file = parse_file(source.as_bytes(), name, None);
        assert!(file.errors.len() <= 400, "{name}: {}", file.errors.len());
        assert!(file.errors.iter().all(|error| error.range.end <= file.source.len()), "{name}");
        let _ = file.walk(|module| module.body.len());
    }
}

#[test]
fn a_hundred_kilobytes_of_each() {
    run(100_000);
}

#[test]
fn a_megabyte_of_each() {
    run(1 << 20);
}

/// A chain or nesting that the limits just allow is parsed, checked, walked and dropped.
#[test]
fn just_below_the_limits() {
    for (open, close, n) in [
        ("(", ")", 199),
        ("[", "]", 199),
        ("-", "", 9_900),
        ("not ", "", 9_900),
        ("lambda: ", "", 9_900),
        ("1 if 1 else ", "", 4_900),
        ("1+", "", 9_900),
        ("1**", "", 9_900),
        ("f(a,", ")", 190),
    ] {
        let source = format!("x = {}1{}\n", open.repeat(n), close.repeat(n));
        let file = parse_file(source.as_bytes(), open, None);
        assert!(file.not_parsed.is_none(), "{open}: {:?}", file.not_parsed);
        assert!(file.errors.is_empty(), "{open}: {:?}", file.errors);
        assert_eq!(file.walk(|module| module.body.len()), Some(1));
    }
    let indents: String = (0..98).map(|n| format!("{}if x:\n", " ".repeat(n))).collect();
    let source = format!("{indents}{}pass\n", " ".repeat(98));
    assert!(parse_file(source.as_bytes(), "indents", None).is_valid());
}
