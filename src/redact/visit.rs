//! Every text of a report that can come from outside, once.

use std::path::PathBuf;
use std::sync::Arc;

use crate::model::{Evidence, Place, Report};

/// Bodies were needed to recognise pages; no format prints them.
pub(super) fn drop_bodies(report: &mut Report) {
    for hit in report.probe.iter_mut().flat_map(|probe| &mut probe.hits) {
        hit.body = String::new();
    }
}

/// Calls `change` for each text. Not visited: slugs and check names (ours),
/// where to ask for help, the probe's own address, the site's domain. The account's name is changed
/// by the caller.
pub(super) fn strings(report: &mut Report, change: &mut dyn FnMut(&mut String)) {
    let site = &mut report.site;
    option(site.url.as_mut(), change);
    option(site.app.as_mut(), change);
    for path in [
        &mut site.root,
        &mut site.wsgi,
        &mut site.project,
        &mut site.at_server,
        &mut site.virtualenv,
    ]
    .into_iter()
    .chain([&mut site.procfile])
    .flatten()
    {
        path_buf(path, change);
    }
    for path in site.events.iter_mut().chain(&mut site.server_config) {
        path_buf(path, change);
    }
    for log in &mut site.logs {
        path_buf(&mut log.path, change);
        change(&mut log.shown);
    }
    for log in &mut report.logs {
        change(&mut log.path);
    }
    for symptom in &mut report.symptoms {
        option(symptom.route.as_mut(), change);
    }
    for finding in &mut report.findings {
        change(&mut finding.title);
        change(&mut finding.why);
        option(finding.explains.as_mut(), change);
        for point in &mut finding.points {
            change(&mut point.reason);
            place(point.place.as_mut(), change);
        }
        finding.evidence.iter_mut().for_each(|item| evidence(item, change));
        for fix in &mut finding.fixes {
            change(&mut fix.text);
            option(fix.command.as_mut(), change);
            option(fix.verify.as_mut(), change);
            for edit in &mut fix.edits {
                change(&mut edit.file);
                change(&mut edit.text);
            }
        }
        for item in &mut finding.prevent {
            change(&mut item.text);
            option(item.command.as_mut(), change);
        }
        for consequence in &mut finding.consequences {
            change(&mut consequence.title);
            consequence.evidence.iter_mut().for_each(|item| evidence(item, change));
        }
        finding.captures.values_mut().for_each(&mut *change);
        finding.docs.iter_mut().for_each(&mut *change);
    }
    for item in &mut report.ruled_out {
        change(&mut item.reason);
    }
    for item in &mut report.examined {
        change(&mut item.what);
    }
    for item in &mut report.skipped {
        change(&mut item.missing);
    }
    if let Some(next) = &mut report.next_check {
        change(&mut next.text);
        option(next.command.as_mut(), change);
    }
    for entry in &mut report.timeline {
        change(&mut entry.label);
        place(entry.place.as_mut(), change);
    }
    if let Some(probe) = &mut report.probe {
        change(&mut probe.url);
        probe.notes.iter_mut().for_each(&mut *change);
        option(probe.skipped.as_mut(), change);
        for hit in &mut probe.hits {
            for (name, value) in &mut hit.headers {
                if name.eq_ignore_ascii_case("set-cookie") {
                    // The name and the flags help; the value never does.
                    let mut whole = format!("Set-Cookie: {value}");
                    change(&mut whole);
                    whole.trim_start_matches("Set-Cookie: ").clone_into(value);
                } else {
                    change(value);
                }
            }
            for redirect in &mut hit.redirects {
                change(&mut redirect.url);
            }
            option(hit.landed.as_mut(), change);
            option(hit.proxy.as_mut(), change);
            if let Some(error) = &mut hit.error {
                change(&mut error.detail);
            }
            if let Some(exception) = &mut hit.exception {
                change(&mut exception.message);
            }
        }
    }
    for container in &mut report.restarts {
        change(&mut container.container);
    }
    report.unexplained.iter_mut().for_each(|item| evidence(item, change));
}

fn option(text: Option<&mut String>, change: &mut dyn FnMut(&mut String)) {
    if let Some(text) = text {
        change(text);
    }
}

fn path_buf(path: &mut PathBuf, change: &mut dyn FnMut(&mut String)) {
    let mut text = path.to_string_lossy().into_owned();
    change(&mut text);
    *path = PathBuf::from(text);
}

fn place(place: Option<&mut Place>, change: &mut dyn FnMut(&mut String)) {
    let Some(place) = place else { return };
    let mut text = place.file.to_string();
    change(&mut text);
    if text != *place.file {
        place.file = Arc::from(text);
    }
}

fn evidence(item: &mut Evidence, change: &mut dyn FnMut(&mut String)) {
    change(&mut item.excerpt);
    option(item.label.as_mut(), change);
    place(item.place.as_mut(), change);
}
