//! Django's own apps, middleware and the like, as settings name them: a name that is none of them, and nearly
//! one. Told where Django is not at hand; no version of it has such a name.

use ruff_text_size::TextRange;

use super::{Cx, EventKind, Interp};

/// What Django 1.8 to 6.0 have, in the modules of [`HOMES`].
const KNOWN: &[&str] = &[
    "django.contrib.admin",
    "django.contrib.admindocs",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.flatpages",
    "django.contrib.formtools",
    "django.contrib.gis",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.redirects",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.sites",
    "django.contrib.staticfiles",
    "django.contrib.syndication",
    "django.contrib.webdesign",
    "django.contrib.comments",
    "django.forms",
    "django.tasks",
    "django.middleware.cache.CacheMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.common.BrokenLinkEmailsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.admindocs.middleware.XViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.auth.middleware.PersistentRemoteUserMiddleware",
    "django.contrib.auth.middleware.RemoteUserMiddleware",
    "django.contrib.auth.middleware.SessionAuthenticationMiddleware",
    "django.contrib.flatpages.middleware.FlatpageFallbackMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.contrib.redirects.middleware.RedirectFallbackMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.sites.middleware.CurrentSiteMiddleware",
    "django.contrib.auth.backends.AllowAllUsersModelBackend",
    "django.contrib.auth.backends.AllowAllUsersRemoteUserBackend",
    "django.contrib.auth.backends.BaseBackend",
    "django.contrib.auth.backends.ModelBackend",
    "django.contrib.auth.backends.RemoteUserBackend",
    "django.template.backends.django.DjangoTemplates",
    "django.template.backends.jinja2.Jinja2",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
    "django.template.context_processors.csp",
    "django.template.context_processors.csrf",
    "django.template.context_processors.debug",
    "django.template.context_processors.i18n",
    "django.template.context_processors.media",
    "django.template.context_processors.request",
    "django.template.context_processors.static",
    "django.template.context_processors.tz",
];

/// Settings whose names are told.
const SETTINGS: &[&str] =
    &["INSTALLED_APPS", "MIDDLEWARE", "AUTHENTICATION_BACKENDS", "TEMPLATES", "context_processors"];

impl Interp<'_> {
    /// Notes a misspelled name of Django's own; false where it is none.
    pub(super) fn django_slip(
        &mut self,
        cx: &Cx,
        setting: &'static str,
        name: &str,
        at: TextRange,
    ) -> bool {
        if !name.starts_with("django.") || !SETTINGS.contains(&setting) || cx.quiet || cx.caught.any
        {
            return false;
        }
        // The installed one says it better; an own package of that name may hold anything.
        if self.is_installed("django") || self.replaced.contains("django") {
            return false;
        }
        let Some(near) = slip(name) else { return false };
        let kind =
            EventKind::DjangoName { setting, name: name.to_owned(), near: Some(near.to_owned()) };
        self.emit(cx, at, "django-name", kind);
        true
    }
}

/// The one known name that a name nearly is.
fn slip(name: &str) -> Option<&'static str> {
    if KNOWN.contains(&name) {
        return None;
    }
    let mut near = KNOWN.iter().filter(|known| is_near(name, known));
    near.next().filter(|_| near.next().is_none()).copied()
}

/// One letter too many, too few, wrong or in other capitals, or two changed places.
fn is_near(name: &str, known: &str) -> bool {
    if name.eq_ignore_ascii_case(known) {
        return true;
    }
    if name.len().abs_diff(known.len()) > 1 {
        return false;
    }
    let start = name.bytes().zip(known.bytes()).take_while(|(a, b)| a == b).count();
    let left = name.len().min(known.len()) - start;
    let end =
        name.bytes().rev().zip(known.bytes().rev()).take(left).take_while(|(a, b)| a == b).count();
    let (a, b) =
        (&name.as_bytes()[start..name.len() - end], &known.as_bytes()[start..known.len() - end]);
    match (a, b) {
        ([_], [_] | []) | ([], [_]) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::slip;

    #[test]
    fn names_that_are_nearly_django_s() {
        for (name, right) in [
            ("django.contrib.staticfile", "django.contrib.staticfiles"),
            ("django.contrib.session", "django.contrib.sessions"),
            ("django.contrib.Admin", "django.contrib.admin"),
            ("django.contrib.mesages", "django.contrib.messages"),
            (
                "django.middleware.security.SecurityMiddelware",
                "django.middleware.security.SecurityMiddleware",
            ),
            (
                "django.contrib.session.middleware.SessionMiddleware",
                "django.contrib.sessions.middleware.SessionMiddleware",
            ),
            (
                "django.middleware.csrf.CSRFViewMiddleware",
                "django.middleware.csrf.CsrfViewMiddleware",
            ),
        ] {
            assert_eq!(slip(name), Some(right), "{name}");
        }
    }

    #[test]
    fn names_that_are_something_else() {
        for name in [
            "django.contrib.sites",
            "django.contrib.staticfiles",
            "django.contrib.gis",
            "django.contrib.admin.apps.SimpleAdminConfig",
            "django.middleware.http.SetRemoteAddrFromForwardedFor",
            "django_filters",
            "django.contrib.shop",
            "django.template.loaders.app_directories.Loader",
        ] {
            assert_eq!(slip(name), None, "{name}");
        }
    }
}
