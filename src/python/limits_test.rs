use super::{Depth, depth};
use crate::python::problem::ErrorKind;

fn fine(source: &str) -> u32 {
    match depth(source) {
        Depth::Fine(deep) => deep,
        other => panic!("{other:?} for {source:.60}"),
    }
}

fn error(source: &str) -> ErrorKind {
    match depth(source) {
        Depth::Error { kind, range, .. } => {
            assert!(range.end <= source.len());
            kind
        }
        other => panic!("{other:?} for {source:.60}"),
    }
}

fn too_much(source: &str) {
    assert!(matches!(depth(source), Depth::TooMuch(_)), "{source:.60}");
}

#[test]
fn usual_code_is_shallow() {
    assert!(fine("import os\nx = [1, 2, (3, 4)]\nif x:\n    print(f'{x!r:>{10}} {{}}')\n") < 10);
    assert!(fine(&"x = {'a': 1 + 2, 'b': not 3}\n".repeat(1000)) < 10);
    assert!(fine(&format!("x = [\n{}]\n", "    (1 + 2).real, lambda: 3,\n".repeat(500))) < 600);
    assert!(fine(&format!("x = '''{}'''\n", "((((((((( + + +".repeat(1000))) < 5);
    assert!(fine(&format!("# {}\n", "(".repeat(5000))) < 5);
}

#[test]
fn pythons_own_limits() {
    assert!(fine(&format!("x = {}{}\n", "(".repeat(200), ")".repeat(200))) >= 200);
    assert_eq!(error(&"(".repeat(201)), ErrorKind::TooManyBrackets);
    assert_eq!(error(&"[".repeat(100_000)), ErrorKind::TooManyBrackets);
    let nested = |levels: usize| {
        (0..levels).map(|n| format!("{}if x:\n", " ".repeat(n))).collect::<String>()
    };
    fine(&nested(100));
    assert_eq!(error(&nested(101)), ErrorKind::TooManyIndents);
    assert_eq!(error(&"f\"{".repeat(300)), ErrorKind::FString);
    assert_eq!(error(&"f'{f\"{".repeat(300)), ErrorKind::FString);
}

#[test]
fn long_chains_are_not_examined() {
    too_much(&format!("x = {}1\n", "-".repeat(20_000)));
    too_much(&format!("x = 1{}\n", " + 1".repeat(20_000)));
    too_much(&format!("x = a{}\n", ".b".repeat(20_000)));
    too_much(&format!("x = a{}\n", "()".repeat(20_000)));
    too_much(&format!("x = {}1\n", "not ".repeat(20_000)));
    too_much(&format!("x = {}1\n", "lambda a, b: ".repeat(20_000)));
    too_much(&format!("x = {}1\n", "1 if 2 else ".repeat(20_000)));
    too_much(&"@".repeat(50_000));
    too_much(&"if a: ".repeat(20_000));
    too_much(&"#".repeat((1 << 20) + 1));
}

#[test]
fn f_strings_are_followed() {
    assert!(fine("x = f'{a[\"b\"]:{c}}' + '('\n") < 10);
    assert!(fine(&"x = f'{a} }} {{ {b:{w}.{p}}' '('\n".repeat(300)) < 10);
    assert!(fine(&"x = f\"{x[\"a\"]}\" '('\n".repeat(300)) < 10);
    // The parser may still be inside of the braces that were left open.
    assert!(fine(&"x = f'{a'\n".repeat(300)) >= 300);
    assert!(fine(&"x = rf'\\{a}' '('\n".repeat(300)) < 10);
    assert!(fine(&"x = f'{a!r}' f\"{b=}\" '('\n".repeat(300)) < 10);
    assert!(fine(&"x = f'''{\na}\n{b:%H'%M}''' '('\n".repeat(300)) < 10);
}
