//! What came over the wire before HTTP made sense of it: the first bytes, which tell who speaks
//! there if it is no web server, and the length of the heads, which tells a body that is longer
//! than announced.

/// First bytes that are kept.
const KEPT: usize = 96;

/// Follows the bytes of one plain HTTP/1 connection.
#[derive(Debug, Default)]
pub(super) struct Raw {
    first: Vec<u8>,
    total: u64,
    /// Start of the head that is read now.
    line: Vec<u8>,
    /// The current line of the head has no character yet.
    blank: bool,
    /// Where the final head ended.
    head: Option<u64>,
}

impl Raw {
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        let room = KEPT.saturating_sub(self.first.len());
        self.first.extend_from_slice(&bytes[..bytes.len().min(room)]);
        for (at, &byte) in bytes.iter().enumerate() {
            if self.head.is_some() {
                break;
            }
            if self.line.len() < 10 {
                self.line.push(byte);
            }
            match byte {
                b'\n' if self.blank && self.is_interim() => {
                    // 100 Continue, 103 Early Hints: another head follows.
                    self.line.clear();
                    self.blank = false;
                }
                b'\n' if self.blank => self.head = Some(self.total + at as u64 + 1),
                b'\n' => self.blank = true,
                b'\r' => {}
                _ => self.blank = false,
            }
        }
        self.total += bytes.len() as u64;
    }

    fn is_interim(&self) -> bool {
        self.line.starts_with(b"HTTP/1") && self.line.get(9) == Some(&b'1')
    }

    /// Bytes of the body that came so far.
    pub(super) fn body(&self) -> Option<u64> {
        self.head.map(|head| self.total - head)
    }

    /// Who speaks there, where the answer does not begin as HTTP does. `None`: nothing came, or it
    /// begins well.
    pub(super) fn stranger(&self) -> Option<String> {
        let first = self.first.as_slice();
        if first.is_empty() || first.starts_with(b"HTTP/") {
            return None;
        }
        let known = known(first);
        Some(match known {
            Some(who) => format!("{who} answers there"),
            None => match excerpt(first) {
                Some(text) => format!("what came begins with \"{text}\""),
                None => "what came is binary data".to_owned(),
            },
        })
    }
}

/// Servers of other protocols by their first bytes, each from its specification.
fn known(first: &[u8]) -> Option<&'static str> {
    let starts = |prefix: &[u8]| first.starts_with(prefix);
    let holds = |part: &[u8]| memchr::memmem::find(first, part).is_some();
    Some(match first {
        _ if starts(b"SSH-") => "an SSH server",
        // Records of TLS: an alert, or a handshake.
        [0x15 | 0x16, 0x03, 0..=4, ..] => "a TLS server (use https for this port)",
        // A SETTINGS frame without TLS.
        [0, 0, _, 4, 0, 0, 0, 0, 0, ..] => "a server that speaks HTTP/2 only, such as gRPC",
        [b'2' | b'5', b'2' | b'5', _, b' ' | b'-', ..] => "a mail or file transfer server",
        _ if starts(b"* OK") || starts(b"+OK") => "a mail server",
        _ if starts(b"RFB ") => "a remote desktop server (VNC)",
        _ if starts(b"-ERR ") || starts(b"-DENIED") || starts(b"-NOAUTH") => "a Redis server",
        [_, _, _, 0, 0x0a | 0xff, ..] if holds(b"mysql") || holds(b"MariaDB") => {
            "a MySQL or MariaDB server"
        }
        [_, _, _, 0, 0x0a, b'0'..=b'9', b'.' | b'0'..=b'9', ..] => "a MySQL or MariaDB server",
        // FastCGI and uwsgi answer in HTTP only to a web server.
        [1, 1..=11, 0, ..] => "a FastCGI server",
        _ if starts(b"Status: ") => "a CGI or uwsgi server (only a web server can talk to it)",
        _ => return None,
    })
}

/// The first printable words.
fn excerpt(first: &[u8]) -> Option<String> {
    let text: String = first
        .iter()
        .take(40)
        .map(|&byte| char::from(byte))
        .take_while(|c| c.is_ascii_graphic() || *c == ' ')
        .filter(|c| *c != '"')
        .collect();
    let text = text.trim();
    (text.len() >= 3).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(parts: &[&[u8]]) -> Raw {
        let mut raw = Raw::default();
        for part in parts {
            raw.feed(part);
        }
        raw
    }

    #[test]
    fn the_body_is_what_follows_the_last_head() {
        let whole = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi, and more";
        for cut in 0..whole.len() {
            let (a, b) = whole.split_at(cut);
            assert_eq!(raw(&[a, b]).body(), Some(12), "{cut}");
        }
        let hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n\r\nabc";
        assert_eq!(raw(&[hints]).body(), Some(3));
        assert_eq!(raw(&[b"HTTP/1.1 200 OK\nA: b\n\nabcd"]).body(), Some(4));
        assert_eq!(raw(&[b"HTTP/1.1 200 OK\r\nA: b"]).body(), None);
    }

    #[test]
    fn strangers_are_named() {
        let said = |bytes: &[u8]| raw(&[bytes]).stranger();
        assert_eq!(said(b""), None);
        assert_eq!(said(b"HTTP/1.1 200 OK\r\n"), None);
        let word = |bytes: &[u8], word: &str| {
            let text = said(bytes).expect("a stranger");
            assert!(text.contains(word), "{text}");
        };
        word(b"SSH-2.0-OpenSSH_9.6\r\n", "SSH");
        word(&[0x15, 3, 1, 0, 2, 2, 70], "TLS");
        word(&[0, 0, 18, 4, 0, 0, 0, 0, 0, 0], "HTTP/2");
        word(b"220 mail.example.com ESMTP\r\n", "mail");
        word(b"-ERR unknown command\r\n", "Redis");
        word(b"J\0\0\0\x0a8.0.36\0", "MySQL");
        word(b"<html><body>hello", "<html>");
        word(&[0xff, 0xfe, 0, 9], "binary");
    }
}
