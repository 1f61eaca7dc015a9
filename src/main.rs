//! `diagnose`: parse, run, exit code.

mod allocator;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: allocator::Allocator = allocator::Allocator;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|info| {
        // A collector that panics is a line in the report; only the main thread speaks here.
        if std::thread::current().name() == Some("main") {
            use std::io::Write;
            let _ = writeln!(
                std::io::stderr(),
                "diagnose {} ended by a mistake of its own ({}). Please report it.",
                env!("CARGO_PKG_VERSION"),
                info.location().map_or_else(String::new, |at| format!(
                    "{}:{}",
                    at.file(),
                    at.line()
                )),
            );
        }
    }));
    match std::panic::catch_unwind(|| diagnose::cli::run(std::env::args_os())) {
        Ok(exit) => exit.into(),
        Err(_) => diagnose::cli::Exit::Failed.into(),
    }
}
