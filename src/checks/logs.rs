//! The logs of the site.

use super::Context;
use crate::log::scan::{ScanOptions, scan};
use crate::model::{Facts, Skipped};

/// Reads every log side by side.
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
    let options = ScanOptions {
        zone: context.zone.clone(),
        now: Some(context.now),
        since: context.since,
        until: context.until,
        platform: context.site.platform_id().to_owned(),
    };
    scan(&context.site.logs, &options, &context.rules)
}
