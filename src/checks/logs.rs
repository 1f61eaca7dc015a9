//! The logs of the site.

use super::Context;
use crate::log::added::scan_with_added;
use crate::log::scan::ScanOptions;
use crate::model::{Facts, Skipped};

/// Reads every log side by side; what they gain while the site is asked is read behind the probe.
pub(super) fn collect(context: &Context) -> Facts {
    if context.site.logs.is_empty() {
        return Facts {
            skipped: vec![Skipped {
                check: "logs".to_owned(),
                missing: "no log was given or found; give --error-log FILE, --server-log FILE"
                    .to_owned(),
            }],
            ..Facts::default()
        };
    }
    scan_with_added(
        &context.site.logs,
        context.diff.ends(),
        &options(context),
        &context.rules,
        || context.diff.wait(),
    )
}

/// How the logs of this run are read.
pub(super) fn options(context: &Context) -> ScanOptions {
    ScanOptions {
        zone: context.zone.clone(),
        now: Some(context.now),
        since: context.since,
        until: context.until,
        platform: context.site.platform_id().to_owned(),
        cut: context.site.cut_logs.clone(),
    }
}
