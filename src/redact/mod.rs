//! Report to [`Shareable`]: nothing is written that did not pass here.
//!
//! Secrets go always, personal data unless it stays on the person's own screen. Placeholders are
//! typed and stable, so "the same address five times" stays visible. Patterns are data in
//! `rules/redact.toml`. Renderers take only a [`Shareable`]; they see no other report.

mod pattern;
mod personal;
mod store;
mod visit;

use std::collections::BTreeMap;

use crate::model::Report;
use store::Store;

/// What to take out besides secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedactOptions {
    /// Addresses of visitors.
    pub addresses: bool,
    /// Account names in `/home/NAME`.
    pub users: bool,
}

impl RedactOptions {
    /// For everything that may be posted: files, pipes, machine formats.
    #[must_use]
    pub fn shared() -> Self {
        Self { addresses: true, users: true }
    }

    /// For the person's own terminal: paths stay usable in commands.
    #[must_use]
    pub fn terminal() -> Self {
        Self { addresses: false, users: false }
    }

    /// For CI formats, whose readers must find the files again.
    #[must_use]
    pub fn paths_stay() -> Self {
        Self { addresses: true, users: false }
    }
}

impl Default for RedactOptions {
    fn default() -> Self {
        Self::shared()
    }
}

/// What was replaced.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Redactions {
    /// `false`: the person asked to leave everything in.
    pub on: bool,
    /// Different values per type: `secret`, `ip`, `email`, `user`, `query`.
    pub counts: BTreeMap<String, u32>,
}

impl Redactions {
    /// `2 addresses, 1 secret`; empty where nothing was replaced.
    #[must_use]
    pub fn describe(&self) -> String {
        let word = |kind: &str, n: u32| {
            let (one, many) = match kind {
                "secret" => ("secret", "secrets"),
                "ip" => ("IP address", "IP addresses"),
                "email" => ("e-mail address", "e-mail addresses"),
                "user" => ("user name", "user names"),
                "query" => ("query string", "query strings"),
                other => (other, other),
            };
            format!("{n} {}", if n == 1 { one } else { many })
        };
        let parts: Vec<String> = self.counts.iter().map(|(kind, n)| word(kind, *n)).collect();
        parts.join(", ")
    }
}

/// A report that may be written. Only this module makes one.
#[derive(Debug, Clone)]
pub struct Shareable {
    report: Report,
    redactions: Redactions,
}

impl Shareable {
    /// The report as it stands, for `--no-redact` only: the person said so.
    #[must_use]
    pub fn raw_unredacted(mut report: Report) -> Self {
        visit::drop_bodies(&mut report);
        Self { report, redactions: Redactions::default() }
    }

    /// What may be written.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// What was taken out.
    #[must_use]
    pub fn redactions(&self) -> &Redactions {
        &self.redactions
    }
}

/// Takes secrets out of a report, and personal data as `options` say.
#[must_use]
pub fn redact(mut report: Report, options: &RedactOptions) -> Shareable {
    visit::drop_bodies(&mut report);
    let mut store = Store::new(*options, &report.site);
    visit::strings(&mut report, &mut |text| store.first_pass(text));
    // A secret seen once with its name is hidden where it stands without it, too.
    if store.has_repeats() {
        visit::strings(&mut report, &mut |text| store.second_pass(text));
    }
    // A link to a page of an account leads nowhere without its name.
    for finding in &mut report.findings {
        finding.docs.retain(|url| !url.contains('‹'));
    }
    if let Some(user) = &mut report.site.user {
        *user = store.account(user);
    }
    let redactions = Redactions { on: true, counts: store.counts() };
    Shareable { report, redactions }
}

/// Puts `to` in place of `from` in every text of a report.
pub fn replace(report: &mut Report, from: &str, to: &str) {
    visit::strings(report, &mut |text| {
        if text.contains(from) {
            *text = text.replace(from, to);
        }
    });
}

/// Compiles the usual patterns ahead of their use, while something else is waited for.
pub fn warm() {
    let _ = redact_text(
        "ana@example.com 192.0.2.1 2001:db8::1 /home/ana/site",
        &RedactOptions::shared(),
    );
}

/// One text by itself, for `explain "log line"` and messages outside of reports.
#[must_use]
pub fn redact_text(text: &str, options: &RedactOptions) -> String {
    let mut store = Store::new(*options, &crate::model::Site::default());
    let mut text = text.to_owned();
    store.first_pass(&mut text);
    store.second_pass(&mut text);
    text
}

#[cfg(test)]
mod tests;
