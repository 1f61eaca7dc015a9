//! `--format reply`: about six sentences that a support agent can send as they stand.

use super::{Style, words};
use crate::model::{Evidence, Finding, Report, Source, Verdict};
use crate::redact::Shareable;
use crate::text::{defuse, terminal, wrap};

/// Columns of plain mail.
const WIDTH: usize = 76;

/// Cause, why we think so, steps, how to check, what to send if it does not help.
pub(super) fn reply(shareable: &Shareable, style: &Style) -> String {
    let report = shareable.report();
    let mut page = Page(String::new());
    let site = words::subject(report).unwrap_or_else(|| "your site".to_owned());
    page.text("Hello,");
    page.gap();
    match (words::answer(report), report.verdict) {
        (Some(finding), _) => broken(&mut page, report, finding, &site, style.verbose > 0),
        (None, Verdict::Healthy) => healthy(&mut page, report, &site),
        (None, _) => unknown(&mut page, report, &site),
    }
    own_home(page.0)
}

/// Who gets the reply is the user whose name was taken out: paths of the home folder can be typed
/// as they stand with `~`, other places take the name.
fn own_home(text: String) -> String {
    /// What stands in reports for the first account.
    const NAME: &str = "‹user-1›";
    if !text.contains(NAME) {
        return text;
    }
    let home = format!("/home/{NAME}/");
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find(&home) {
        let before = &rest[..at];
        out.push_str(before);
        // A shell does not replace `~` inside of quotes, nor does Python.
        let bare = before.is_empty() || before.ends_with([' ', '\n', '(']);
        out.push_str(if bare { "~/" } else { "/home/USERNAME/" });
        rest = &rest[at + home.len()..];
    }
    out.push_str(rest);
    out.replace(NAME, "USERNAME")
}

fn broken(page: &mut Page, report: &Report, finding: &Finding, site: &str, verbose: bool) {
    let found = match finding.confidence.word() {
        "certain" => "This is what is wrong:",
        "likely" => "This is most likely what is wrong:",
        _ => "I cannot be sure yet, but most speaks for this:",
    };
    let title = words::sentence(&finding.title);
    page.text(&format!("I looked at {site}. {found} {title}"));
    let mut because = Vec::new();
    because.extend(finding.evidence.first().map(|item| told(report, item)));
    if !finding.why.trim().is_empty() {
        because.push(finding.why.trim().to_owned());
    }
    because.extend(
        finding.consequences.iter().filter(|item| item.runs).map(|item| item.title.clone()),
    );
    page.text(&because.join(" "));
    page.gap();
    steps(page, finding);
    page.gap();
    let check = finding.fixes.iter().rev().find_map(|fix| fix.verify.as_deref());
    match check {
        Some(check) => page.text(&format!("To check: {}", words::sentence(check))),
        None => page.text("To check: open the page again; it should answer as usual."),
    }
    let attach =
        if report.logs.is_empty() { "the error log" } else { "the newest lines of the logs" };
    page.text(&format!(
        "If it doesn't help, send me {attach} from after the change, and the time at which you tried."
    ));
    if verbose && !finding.prevent.is_empty() {
        page.text("To keep it from happening again:");
        for (at, item) in finding.prevent.iter().enumerate() {
            page.item(at + 1, &item.text);
            page.command(item.command.as_deref());
        }
    }
    if let Some(url) = finding.docs.first() {
        page.text("More about it:");
        page.raw(url);
    }
}

fn told(report: &Report, item: &Evidence) -> String {
    let mut gist = words::gist(item);
    let place = item.place.as_ref().map(|place| words::place(report, place));
    if let (Some(line), Some(place)) = (gist.strip_prefix("the error quotes: "), &place) {
        return format!("The error quotes \"{line}\", and {place} says something else today.");
    }
    // The place is said once.
    if let Some((_, rest)) = place.as_ref().and_then(|place| gist.split_once(&format!("{place}: ")))
    {
        gist = rest;
    }
    let quote = format!("\"{}\"", gist.trim_matches('"'));
    let is_code = place.as_ref().is_some_and(|place| place.contains(".py"));
    let times = if item.count > 1 { format!(", {} times", item.count) } else { String::new() };
    match (item.source, place) {
        (Source::Probe, _) => format!("When I asked the site, I got: {quote}."),
        (Source::Config, Some(place)) if is_code => format!("In {place}: {quote}."),
        (Source::Code, Some(place)) => format!("The code in {place} says {quote}."),
        (Source::Config, Some(place)) => format!("The configuration in {place} says {quote}."),
        (_, Some(place)) => format!("The log says {quote}{times} ({place})."),
        (_, None) => format!("It was reported {quote}{times}."),
    }
}

fn steps(page: &mut Page, finding: &Finding) {
    match finding.fixes.as_slice() {
        [] => {}
        [fix] => {
            page.text(&format!("Please do this: {}", words::sentence(&fix.text)));
            page.command(fix.command.as_deref());
        }
        fixes => {
            page.text("Please do this:");
            for (at, fix) in fixes.iter().enumerate() {
                page.item(at + 1, &words::sentence(&fix.text));
                page.command(fix.command.as_deref());
            }
        }
    }
}

fn healthy(page: &mut Page, report: &Report, site: &str) {
    page.text(&format!(
        "I looked at {site}, and it works now: {}",
        words::sentence(&words::verdict(report).replace("Your site works. ", "").to_lowercase())
    ));
    let note = report.findings.first();
    if let Some(note) = note {
        page.text(&format!("One thing to know: {}", words::sentence(&note.title)));
        if words::stands(note) {
            page.text(note.why.trim());
            if !note.fixes.is_empty() {
                page.text("If you want to change it:");
                for (at, fix) in note.fixes.iter().enumerate() {
                    page.item(at + 1, &words::sentence(&fix.text));
                    page.command(fix.command.as_deref());
                }
            }
        } else {
            page.text("That is from before the last reload, so you need do nothing about it.");
        }
    }
    page.text("Please open the page again, with the browser's cache switched off.");
    page.text("If you still see an error, send me its text, the address of the page and the time at which you saw it.");
}

fn unknown(page: &mut Page, report: &Report, site: &str) {
    match words::failing(report) {
        Some(symptom) => {
            page.text(&format!("I looked at {site}: {symptom}. What I have does not say why yet."));
        }
        None => page
            .text(&format!("I looked at {site}, and what I have does not say what is wrong yet.")),
    }
    if let Some(item) = report.unexplained.first() {
        page.text(&told(report, item));
    }
    if let Some(next) = &report.next_check {
        page.text(&format!("The next step that tells most: {}", words::sentence(&next.text)));
        page.command(next.command.as_deref());
    }
    let mut missing: Vec<&str> = report
        .skipped
        .iter()
        .map(|item| match item.check.as_str() {
            "code" => "your code",
            "logs" => "the logs",
            "probe" => "the site itself",
            "procfile" => "the Procfile",
            "events" => "the platform's events",
            "environment" => "the machine",
            other => other,
        })
        .collect();
    missing.dedup();
    missing.truncate(3);
    if !missing.is_empty() {
        page.text(&format!("I could not look at: {}.", missing.join(", ")));
    }
    page.text("Please send me the newest lines of the error log and the server log, the address of the page that fails, and the time at which you saw the error.");
}

/// The text so far.
struct Page(String);

impl Page {
    fn text(&mut self, text: &str) {
        self.lead("", text);
    }

    fn item(&mut self, number: usize, text: &str) {
        self.lead(&format!("{number}. "), text);
    }

    fn lead(&mut self, lead: &str, text: &str) {
        for (at, line) in wrap(&terminal(text), WIDTH - lead.len()).iter().enumerate() {
            let lead = if at == 0 { lead.to_owned() } else { " ".repeat(lead.len()) };
            self.0.push_str(defuse(&format!("{lead}{line}")).trim_end());
            self.0.push('\n');
        }
    }

    fn command(&mut self, command: Option<&str>) {
        for line in command.into_iter().flat_map(str::lines) {
            self.0.push_str(&defuse(&format!("     {}", terminal(line))));
            self.0.push('\n');
        }
    }

    fn raw(&mut self, line: &str) {
        self.0.push_str(&defuse(&terminal(line)));
        self.0.push('\n');
    }

    fn gap(&mut self) {
        self.0.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::own_home;

    #[test]
    fn the_reader_is_the_user_whose_name_was_taken_out() {
        let text = "     /home/‹user-1›/venv/bin/python x\nopen('/home/‹user-1›/a') as ‹user-1›, /home/‹user-2›/b\n";
        assert_eq!(
            own_home(text.to_owned()),
            "     ~/venv/bin/python x\nopen('/home/USERNAME/a') as USERNAME, /home/‹user-2›/b\n"
        );
        assert_eq!(own_home("nothing".to_owned()), "nothing");
    }
}
