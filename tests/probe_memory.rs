//! The probe's memory is bounded whatever a server sends. A program of its own, because the
//! highest memory of the whole process is read; Linux tells it.

#![cfg(target_os = "linux")]

#[path = "support/faults.rs"]
mod faults;

use std::io::Write as _;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use diagnose::http::plan::ProbePlan;
use diagnose::http::probe::run;

use faults::{Server, Stream};

/// Highest resident memory of this process so far, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("proc");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("VmHWM");
    line.trim().trim_end_matches("kB").trim().parse().expect("number")
}

fn forever(stream: &mut dyn Stream, bytes: &[u8]) {
    while stream.write_all(bytes).is_ok() {}
}

#[test]
fn no_answer_takes_64_mebibytes() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..(256 << 6) {
        encoder.write_all(&[b'a'; 16 << 10]).expect("memory");
    }
    let bomb = encoder.finish().expect("memory");
    let server = Server::plain(move |_, head, stream| match head.split(' ').nth(1) {
        Some("/body") => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
            forever(stream, &[b'x'; 16 << 10]);
        }
        Some("/headers") => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
            forever(stream, &b"X-Flood: yyyyyyyyyyyyyyyyyyyy\r\n".repeat(1000));
        }
        Some("/header") => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nX: ");
            forever(stream, &[b'y'; 16 << 10]);
        }
        Some("/chunk") => {
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n");
            forever(stream, &[b'z'; 16 << 10]);
        }
        Some("/interim") => {
            forever(stream, &b"HTTP/1.1 103 Early\r\nLink: </a>\r\n\r\n".repeat(1000));
        }
        _ => {
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
                bomb.len()
            );
            let _ = stream.write_all(&bomb);
        }
    });
    for path in ["/body", "/headers", "/header", "/chunk", "/interim", "/bomb"] {
        let mut plan = ProbePlan::new(server.url(path));
        plan.timeout = Duration::from_secs(2);
        let report = run(&plan, &(), &AtomicBool::new(false));
        assert!(!report.hits.is_empty(), "{path}");
    }
    let peak = peak();
    assert!(peak < 64 << 10, "{peak} KiB");
}
