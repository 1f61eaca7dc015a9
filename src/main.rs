//! Wired when the renderers stand.
use clap::Parser as _;
fn main() {
    let args = diagnose::cli::args::Args::parse();
    let reports =
        diagnose::cli::diagnose_args(&args.diagnose, &std::sync::Arc::new(false.into())).unwrap();
    for r in reports {
        println!("{:?} {:?}", r.verdict, r.symptoms);
        for f in &r.findings {
            println!(
                "{} {:.2} {:?} {:?}",
                f.cause.clone().unwrap(),
                f.confidence.0,
                f.severity,
                f.state
            );
            for p in &f.points {
                println!(
                    "    {:6.2} {} {}",
                    p.points,
                    p.reason,
                    p.place.as_ref().map(|p| p.display()).unwrap_or_default()
                );
            }
            for e in f.evidence.iter().take(2) {
                println!(
                    "        | {} x{} {}",
                    e.place.as_ref().map(|p| p.display()).unwrap_or_default(),
                    e.count,
                    e.excerpt.replace('\n', "\n        | ")
                );
            }
        }
        for s in &r.skipped {
            println!("skipped {} {}", s.check, s.missing);
        }
        for s in &r.unexplained {
            println!("unexplained {}", s.excerpt);
        }
        println!("{:?}", r.next_check);
    }
}
