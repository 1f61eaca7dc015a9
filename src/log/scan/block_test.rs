//! Reading whole blocks gives what reading line by line gives.

use std::io::Write as _;

use super::scanner::Scanner;
use super::{LogReader, Prefilter, ScanOptions, scan_file};
use crate::model::{LogFile, LogKind};
use crate::rules::Rules;

const ROUND: &str = "\
2026-04-13 07:{m}:44,065: INFO in shop: order 41 was placed
2026-04-13 07:{m}:45,065: Exception on /pay/{n} [GET]
Traceback (most recent call last):
  File \"/home/kara/.virtualenvs/shop/lib/python3.13/site-packages/flask/app.py\", line 902, in dispatch_request
    return self.ensure_sync(self.view_functions[rule.endpoint])(**view_args)
  File \"/home/kara/shop/app.py\", line 7, in pay
    total = basket['sum']
KeyError: 'sum'
2026-04-13 07:{m}:46,065: nothing to see here
--- Logging error ---
Traceback (most recent call last):
  File \"/usr/lib/python3.13/logging/__init__.py\", line 1113, in emit
    stream.write(msg + self.terminator)
ValueError: I/O operation on closed file.
Call stack:
  File \"/home/kara/shop/app.py\", line 16, in index
    log.info('asked')
Message: 'asked'
Arguments: ()
2026-04-13 07:{m}:47,065: Exception on /list [GET]
Traceback (most recent call last):
  File \"/home/kara/shop/db.py\", line 3, in connect
    return sqlite3.connect(path)
sqlite3.OperationalError: unable to open database file

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File \"/home/kara/shop/app.py\", line 30, in list_all
    rows = connect().execute(SQL)
RuntimeError: no database
Traceback (most recent call last):
  File \"/home/kara/shop/app.py\", line 31, in lone
    boom()
NameError: name 'boom' is not defined
[uWSGI] getting INI configuration from /etc/uwsgi/kara.ini

2026-04-13 07:{m}:48,065: the last line of a round
";

#[test]
fn tracebacks_that_come_again_are_counted_as_if_each_were_read() {
    let round = |at: usize| {
        let route = if at.is_multiple_of(3) { "old" } else { "new" };
        ROUND.replace("{n}", route).replace("{m}", &format!("{at:02}"))
    };
    let text: String = (0..60).map(round).collect();
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(text.as_bytes()).expect("written");
    let kind = Some(LogKind::Error);
    let log = LogFile { path: file.path().to_owned(), shown: "e.log".into(), kind };
    let options = ScanOptions { platform: "pythonanywhere".to_owned(), ..ScanOptions::default() };
    let prefilter = Prefilter::new(Rules::embedded());
    let blocks = scan_file(&log, LogReader::open(file.path()), &options, &prefilter);
    let mut scanner = Scanner::new("e.log", LogKind::Error, &options, &prefilter);
    for (at, line) in text.lines().enumerate() {
        scanner.line(line, at as u64 + 1);
    }
    let lines = scanner.finish(true);
    assert!(blocks.facts.iter().any(|fact| fact.count > 20), "nothing came again");
    for (block, line) in blocks.facts.iter().zip(&lines.facts) {
        assert_eq!(format!("{block:?}"), format!("{line:?}"));
    }
    assert_eq!(blocks.facts.len(), lines.facts.len());
    assert_eq!(format!("{:?}", blocks.lives), format!("{:?}", lines.lives));
    assert_eq!(format!("{:?}", blocks.unexplained), format!("{:?}", lines.unexplained));
    assert_eq!(blocks.summary, lines.summary);
}
