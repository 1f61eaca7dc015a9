//! Faults below and around HTTP: connections, heads and bodies that are not as they should be.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::thread::sleep;
use std::time::Duration;

use diagnose::model::{ErrorKind, ProbePhase, ProbeVerdict};

use crate::faults::{Server, Stream, always, response};
use crate::{error, only, plan, probe};

const SHORT: Duration = Duration::from_millis(50);

fn forever(stream: &mut dyn Stream, bytes: &[u8]) {
    while stream.write_all(bytes).and_then(|()| stream.flush()).is_ok() {}
}

#[test]
fn a_closed_port() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = listener.local_addr().expect("address");
    drop(listener);
    let report = probe(&plan(format!("http://{address}/")));
    assert_eq!(error(&report), Some((ProbePhase::Connect, ErrorKind::Refused)));
    assert_eq!(report.verdict, ProbeVerdict::Unreachable);
}

#[test]
fn a_black_hole() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("rt");
    let (listener, address) = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().expect("socket");
        socket.bind("127.0.0.1:0".parse().expect("address")).expect("bind");
        let listener = socket.listen(1).expect("listen");
        let address = listener.local_addr().expect("address");
        (listener, address)
    });
    // Fill the queue that nobody empties.
    let mut waiting = Vec::new();
    for _ in 0..8 {
        if let Ok(stream) = TcpStream::connect_timeout(&address, SHORT) {
            waiting.push(stream);
        }
    }
    let report = probe(&plan(format!("http://{address}/")));
    assert_eq!(error(&report), Some((ProbePhase::Connect, ErrorKind::Timeout)));
    assert_eq!(report.verdict, ProbeVerdict::Unreachable);
    drop((listener, waiting));
}

#[test]
fn a_name_that_does_not_exist() {
    let report = probe(&plan("http://no-such-host.invalid/".to_owned()));
    let hit = only(&report);
    let kind = hit.error.as_ref().map(|e| (e.phase, e.kind));
    // Without a resolver the machine cannot know, and the probe does not count.
    let silent = report.skipped.is_some();
    assert!(kind == Some((ProbePhase::Dns, ErrorKind::NotFound)) || silent, "{report:#?}");
}

#[test]
fn silence_after_the_request() {
    let server = Server::plain(|_, _, _| sleep(Duration::from_secs(2)));
    let mut plan = plan(server.url("/"));
    plan.hits = 3;
    let report = probe(&plan);
    assert_eq!(error(&report), Some((ProbePhase::FirstByte, ErrorKind::Timeout)));
    assert_eq!(report.verdict, ProbeVerdict::OverLimit);
    assert_eq!(server.connections(), 1, "no further hits after a time-out");
    let phases = report.hits[0].phases_ms;
    assert!(phases.connect.is_some() && phases.first_byte.is_some() && phases.body.is_none());
}

#[test]
fn silence_shorter_than_the_limit_is_not_over_it() {
    let server = Server::plain(|_, _, _| sleep(Duration::from_secs(2)));
    let mut plan = plan(server.url("/"));
    plan.limit = Duration::from_secs(20);
    assert_eq!(probe(&plan).verdict, ProbeVerdict::Failing);
}

#[test]
fn headers_that_drip() {
    let server = Server::plain(|_, _, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        for n in 0..100 {
            if write!(stream, "X-{n}: y\r\n").and_then(|()| stream.flush()).is_err() {
                return;
            }
            sleep(SHORT);
        }
    });
    let report = probe(&plan(server.url("/")));
    assert_eq!(error(&report), Some((ProbePhase::FirstByte, ErrorKind::Timeout)));
    assert_eq!(only(&report).status, None);
}

#[test]
fn a_body_that_drips_for_ever() {
    let server = Server::plain(|_, _, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(b".").and_then(|()| stream.flush()).is_ok() {
            sleep(SHORT);
        }
    });
    let report = probe(&plan(server.url("/")));
    assert_eq!(error(&report), Some((ProbePhase::Body, ErrorKind::Timeout)));
    assert_eq!(only(&report).status, Some(200));
    assert!(!only(&report).body.is_empty());
}

#[test]
fn a_slow_body_that_ends() {
    let server = Server::plain(|_, _, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
        for _ in 0..4 {
            let _ = stream.write_all(b".");
            let _ = stream.flush();
            sleep(Duration::from_millis(20));
        }
    });
    let report = probe(&plan(server.url("/")));
    let hit = only(&report);
    assert_eq!((hit.error.as_ref(), hit.bytes), (None, Some(4)));
    assert!(hit.phases_ms.body > hit.phases_ms.connect);
}

#[test]
fn a_body_without_end_is_cut_at_one_mebibyte() {
    let server = Server::plain(|_, _, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        forever(stream, &[b'x'; 4096]);
    });
    let mut plan = plan(server.url("/"));
    plan.timeout = Duration::from_secs(10);
    plan.limit = Duration::from_secs(10);
    let report = probe(&plan);
    let hit = only(&report);
    assert_eq!((hit.error.as_ref(), hit.bytes, hit.cut), (None, Some(1 << 20), true));
    assert_eq!(hit.body.len(), 64 << 10);
    assert_eq!(report.verdict, ProbeVerdict::Ok);
}

#[test]
fn a_huge_announced_body_is_cut() {
    let server = Server::plain(|_, _, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n");
        forever(stream, &[b'x'; 4096]);
    });
    let mut plan = plan(server.url("/"));
    plan.timeout = Duration::from_secs(10);
    assert!(only(&probe(&plan)).cut);
}

#[test]
fn a_chunked_body_without_end() {
    let server = Server::plain(|_, _, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        forever(stream, b"4\r\nxxxx\r\n");
    });
    let mut plan = plan(server.url("/"));
    plan.timeout = Duration::from_secs(20);
    let report = probe(&plan);
    let hit = only(&report);
    // Tiny chunks are mostly framing: whichever bound comes first holds.
    let kind = hit.error.as_ref().map(|e| e.kind);
    assert!(hit.cut || kind == Some(ErrorKind::TooLarge), "{:?}", hit.error);
}

#[test]
fn a_stream_of_events_is_an_answer() {
    for first in ["", "5\r\ndata:\r\n"] {
        let server = Server::plain(move |_, _, stream| {
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n";
            let _ = stream.write_all(format!("{head}{first}").as_bytes());
            sleep(Duration::from_secs(5));
        });
        let mut plan = plan(server.url("/"));
        plan.timeout = Duration::from_secs(10);
        plan.limit = Duration::from_secs(9);
        let report = probe(&plan);
        assert_eq!((report.verdict, only(&report).status), (ProbeVerdict::Ok, Some(200)));
        assert!(report.notes.iter().any(|note| note.contains("stream")), "{:?}", report.notes);
    }
}

#[test]
fn a_flood_of_headers() {
    let server = Server::plain(|_, _, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        forever(stream, b"X-Flood: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n");
    });
    let mut plan = plan(server.url("/"));
    plan.timeout = Duration::from_secs(10);
    let report = probe(&plan);
    assert_eq!(error(&report), Some((ProbePhase::FirstByte, ErrorKind::TooLarge)));
}

#[test]
fn one_endless_header() {
    let server = Server::plain(|_, _, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nX: ");
        forever(stream, &[b'y'; 1024]);
    });
    let mut plan = plan(server.url("/"));
    plan.timeout = Duration::from_secs(10);
    let report = probe(&plan);
    assert_eq!(error(&report), Some((ProbePhase::FirstByte, ErrorKind::TooLarge)));
}

#[test]
fn a_compression_bomb() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..200 {
        encoder.write_all(&vec![b'a'; 1 << 20]).expect("memory");
    }
    let bomb = encoder.finish().expect("memory");
    let mut answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        bomb.len()
    )
    .into_bytes();
    answer.extend_from_slice(&bomb);
    let server = Server::plain(always(answer));
    let mut plan = plan(server.url("/"));
    plan.timeout = Duration::from_secs(10);
    let report = probe(&plan);
    let hit = only(&report);
    assert_eq!(hit.body.len(), 64 << 10);
    assert_eq!(hit.error, None);
}

#[test]
fn unasked_compression_is_still_read() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(b"<title>Server Error (500)</title>").expect("memory");
    let packed = encoder.finish().expect("memory");
    let mut answer = format!(
        "HTTP/1.1 500 X\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        packed.len()
    )
    .into_bytes();
    answer.extend_from_slice(&packed);
    let server = Server::plain(move |_, head, stream| {
        assert!(head.to_lowercase().contains("accept-encoding: identity"));
        let _ = stream.write_all(&answer);
    });
    assert_eq!(only(&probe(&plan(server.url("/")))).page.as_deref(), Some("django-500"));
}

#[test]
fn a_reset_before_the_headers() {
    // Closing with unread bytes makes the kernel send a reset.
    let server = Server::raw(|_, _, stream| {
        let _ = stream.read(&mut [0]);
    });
    let report = probe(&plan(server.url("/")));
    assert_eq!(error(&report), Some((ProbePhase::FirstByte, ErrorKind::Reset)));
    assert_eq!(report.verdict, ProbeVerdict::Failing);
}

#[test]
fn a_close_without_an_answer() {
    let server = Server::plain(|_, _, _| {});
    let report = probe(&plan(server.url("/")));
    assert_eq!(error(&report), Some((ProbePhase::FirstByte, ErrorKind::Reset)));
}

#[test]
fn a_reset_after_the_headers() {
    let server = Server::raw(|_, _, stream| {
        let _ = stream.read(&mut [0]);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf");
        let _ = stream.flush();
        sleep(SHORT);
    });
    let report = probe(&plan(server.url("/")));
    assert_eq!(error(&report), Some((ProbePhase::Body, ErrorKind::Reset)));
    assert_eq!(only(&report).status, Some(200));
    assert_eq!(report.verdict, ProbeVerdict::Failing);
}

#[test]
fn a_body_shorter_than_announced() {
    let server =
        Server::plain(always(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".to_vec()));
    let report = probe(&plan(server.url("/")));
    assert_eq!(error(&report), Some((ProbePhase::Body, ErrorKind::InvalidResponse)));
    assert_eq!(only(&report).bytes, Some(4));
}

#[test]
fn a_body_longer_than_announced_is_read_as_announced() {
    let server = Server::plain(always(
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfour and more".to_vec(),
    ));
    let report = probe(&plan(server.url("/")));
    assert_eq!((only(&report).bytes, only(&report).error.as_ref()), (Some(4), None));
}

#[test]
fn a_length_that_is_no_number() {
    let server =
        Server::plain(always(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nx".to_vec()));
    let report = probe(&plan(server.url("/")));
    assert_eq!(error(&report).map(|e| e.1), Some(ErrorKind::InvalidResponse));
}

#[test]
fn garbage_instead_of_http() {
    for garbage in [
        &b"\x00\x01\x02\xff\xfe garbage \r\n\r\n"[..],
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"220 mail ESMTP\r\n",
    ] {
        let server = Server::plain(always(garbage.to_vec()));
        let report = probe(&plan(server.url("/")));
        assert_eq!(error(&report), Some((ProbePhase::FirstByte, ErrorKind::InvalidResponse)));
        assert_eq!(report.verdict, ProbeVerdict::Failing);
    }
}

#[test]
fn old_http_without_a_length() {
    let server = Server::plain(always(b"HTTP/1.0 200 OK\r\n\r\nhello".to_vec()));
    let report = probe(&plan(server.url("/")));
    let hit = only(&report);
    assert_eq!((hit.http_version.as_deref(), hit.body.as_str()), (Some("1.0"), "hello"));
    assert_eq!(report.verdict, ProbeVerdict::Ok);
}

#[test]
fn informational_answers_come_first() {
    let mut answer = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n".to_vec();
    answer.extend(response(200, &[], "fine"));
    let server = Server::plain(always(answer));
    assert_eq!(only(&probe(&plan(server.url("/")))).status, Some(200));
}

#[test]
fn informational_answers_without_end() {
    let server = Server::plain(|_, _, stream| forever(stream, b"HTTP/1.1 100 Continue\r\n\r\n"));
    let report = probe(&plan(server.url("/")));
    let (phase, kind) = error(&report).expect("error");
    assert_eq!(phase, ProbePhase::FirstByte);
    assert!(matches!(kind, ErrorKind::Timeout | ErrorKind::TooLarge | ErrorKind::InvalidResponse));
}

#[test]
fn no_content_is_an_answer() {
    let server = Server::plain(always(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()));
    let report = probe(&plan(server.url("/")));
    assert_eq!((only(&report).status, report.verdict), (Some(204), ProbeVerdict::Ok));
}

#[test]
fn ipv6() {
    let Some(server) = Server::plain_v6(always(response(200, &[], "six"))) else { return };
    let report = probe(&plan(server.url("/")));
    assert_eq!(only(&report).status, Some(200));
    assert!(only(&report).address.as_ref().expect("address").starts_with("[::1]"));
}

#[test]
fn one_family_answers_where_the_other_refuses() {
    let server = Server::plain(always(response(200, &[], "four")));
    let report = probe(&plan(server.url_by_name("/")));
    assert_eq!(only(&report).status, Some(200), "{report:#?}");
}

#[test]
fn bytes_that_are_no_text_do_no_harm() {
    let mut answer = b"HTTP/1.1 200 OK\r\nServer: \xff\xfe\x1b]0;x\r\n\r\n".to_vec();
    answer.extend([0xff, 0xfe, 0x00, 0x1b, b'[', b'2', b'J']);
    let server = Server::plain(always(answer));
    let report = probe(&plan(server.url("/")));
    assert!(report.verdict == ProbeVerdict::Ok || only(&report).error.is_some());
}

#[test]
fn the_request_names_the_tool_and_carries_the_marker() {
    let server = Server::plain(|_, head, stream| {
        let lower = head.to_lowercase();
        let good = head.starts_with("GET /x?y=1 HTTP/1.1\r\n")
            && lower.contains("user-agent: diagnose/")
            && lower.contains("requested by its owner; probe m-1")
            && lower.contains("x-diagnose-marker: m-1\r\n")
            && lower.contains("host: 127.0.0.1:");
        let _ = stream.write_all(&response(if good { 200 } else { 500 }, &[], head));
    });
    let mut plan = plan(server.url("/x?y=1#z"));
    plan.marker = Some("m-1".to_owned());
    let report = probe(&plan);
    assert_eq!(only(&report).status, Some(200), "{}", only(&report).body);
    assert_eq!(report.marker.as_deref(), Some("m-1"));
}

#[test]
fn headers_that_browsers_forgive_are_forgiven() {
    let odd =
        b"HTTP/1.1 200 OK\r\nX-A : 1\r\nX B: 2\r\nX-C: 3\r\n  more\r\nContent-Length: 2\r\n\r\nok";
    let server = Server::plain(always(odd.to_vec()));
    let report = probe(&plan(server.url("/")));
    assert_eq!((only(&report).status, only(&report).body.as_str()), (Some(200), "ok"));
}

#[test]
fn a_server_of_another_protocol_is_named() {
    let server = Server::raw(|_, _, stream| {
        let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.6\r\n");
        std::thread::sleep(Duration::from_millis(300));
    });
    let report = probe(&plan(server.url("/")));
    assert_eq!(error(&report), Some((ProbePhase::FirstByte, ErrorKind::InvalidResponse)));
    let detail = &only(&report).error.as_ref().expect("error").detail;
    assert!(detail.contains("SSH"), "{detail}");
}

#[test]
fn a_page_that_is_longer_than_announced_is_told() {
    let server = Server::plain(always(
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<p>whole page</p>".to_vec(),
    ));
    let report = probe(&plan(server.url("/")));
    assert_eq!(report.verdict, ProbeVerdict::Ok);
    assert!(report.notes.iter().any(|note| note.contains("Content-Length")), "{:?}", report.notes);
    let server = Server::plain(always(response(200, &[], "<p>whole page</p>")));
    assert!(!only(&probe(&plan(server.url("/")))).longer);
}
