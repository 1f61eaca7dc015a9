//! Values in Django's settings that Django refuses, or with which every page fails. Lists of apps, middleware and
//! hosts stand in `settings_lists`.

use ruff_text_size::{TextRange, TextSize};

use super::event::{SettingRefused, SettingWrong};
use super::{Cx, EventKind, Interp};
use crate::python::lints::near;
use crate::python::value::{ModuleId, Value};
use crate::rules::removed_names;

/// The last parts of Django's own database engines.
const ENGINES: &[&str] =
    &["postgresql", "postgresql_psycopg2", "mysql", "oracle", "sqlite3", "dummy"];
const GIS_ENGINES: &[&str] = &["postgis", "mysql", "oracle", "spatialite"];

/// Django's own fields for keys.
const AUTO_FIELDS: &[&str] = &["AutoField", "BigAutoField", "SmallAutoField"];

/// Fields that are none for keys, which nobody notices as long as every model names its own.
const OTHER_FIELDS: &[&str] = &[
    "UUIDField",
    "CharField",
    "SlugField",
    "IntegerField",
    "BigIntegerField",
    "PositiveIntegerField",
    "PositiveBigIntegerField",
];

/// A setting as it stands in a file.
pub(super) struct Written {
    pub value: Value,
    pub module: ModuleId,
    pub range: TextRange,
}

/// An entry of a dictionary.
pub(super) fn entry<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    match value {
        Value::Dict(items, _) => {
            items.iter().rev().find(|(known, _)| &**known == key).map(|(_, value)| value)
        }
        _ => None,
    }
}

/// Keys of a dictionary of which all are known.
pub(super) fn all_keys(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::Dict(items, true) => Some(items.iter().map(|(key, _)| &**key).collect()),
        _ => None,
    }
}

impl Interp<'_> {
    /// A setting that surely has this value, and where it is written.
    pub(super) fn written(&self, settings: ModuleId, name: &str) -> Option<Written> {
        let binding = self.modules[settings].names.get(name)?;
        if binding.maybe {
            return None;
        }
        let value = binding.value.clone();
        if binding.range != TextRange::default() {
            return Some(Written { value, module: settings, range: binding.range });
        }
        // Taken over from a file beside it by a star import.
        let (module, range) = (0..self.modules.len()).rev().find_map(|id| {
            let found = self.modules[id].names.get(name)?;
            (found.range != TextRange::default()).then_some((id, found.range))
        })?;
        Some(Written { value, module, range })
    }

    pub(super) fn refuse(
        &mut self,
        cx: &Cx,
        setting: &str,
        at: (ModuleId, TextRange),
        certainty: f64,
        wrong: SettingWrong,
    ) {
        let cx = Cx { module: at.0, frame: None, via: None, ..cx.clone() };
        let kind = SettingRefused { setting: setting.to_owned(), wrong, certainty };
        self.emit(&cx, at.1, "setting", EventKind::SettingRefused(kind));
    }

    /// Where a text stands at or behind a setting, else the setting itself.
    pub(super) fn inside(&self, at: &Written, text: &str) -> (ModuleId, TextRange) {
        self.literal_behind(at.module, text, at.range.start())
            .map_or((at.module, at.range), |range| (at.module, range))
    }

    /// The first string literal of that text behind a place.
    pub(super) fn literal_behind(
        &self,
        module: ModuleId,
        text: &str,
        start: TextSize,
    ) -> Option<TextRange> {
        let source = self.modules[module].source.as_ref()?;
        let from = start.to_usize();
        let rest = source.text().get(from..)?;
        let found = ['"', '\''].into_iter().filter_map(|quote| {
            let wanted = format!("{quote}{text}{quote}");
            Some((rest.find(&wanted)? + from, wanted.len()))
        });
        let (at, len) = found.min()?;
        Some(TextRange::at(TextSize::try_from(at).ok()?, TextSize::try_from(len).ok()?))
    }

    /// The version of Django, where it is known.
    pub(super) fn django_from(&mut self, least: &str) -> Option<bool> {
        let version = self.version_of("django", "django")?;
        Some(removed_names::is_from(&version, least))
    }

    /// Values that Django looks at while it starts.
    pub(super) fn setting_values(&mut self, cx: &Cx, settings: ModuleId) {
        if cx.quiet || cx.caught.any {
            return;
        }
        self.root_urls(cx, settings);
        self.databases(cx, settings);
        self.engines_of_templates(cx, settings);
        self.storages(cx, settings);
        self.log_settings(cx, settings);
        if let Some(at) = self.written(settings, "DEFAULT_AUTO_FIELD")
            && let Some(field) =
                at.value.text().and_then(|text| text.strip_prefix("django.db.models."))
            && !AUTO_FIELDS.contains(&field)
            && !OTHER_FIELDS.contains(&field)
            && !field.contains('.')
        {
            let near = near::nearest(field, AUTO_FIELDS.iter().copied());
            let place = (at.module, at.range);
            self.refuse(cx, "DEFAULT_AUTO_FIELD", place, 1.0, SettingWrong::AutoField(near));
        }
        if let Some(at) = self.written(settings, "TIME_ZONE")
            && let Value::Str(zone) = &at.value
            && let Some(near) = wrong_zone(zone)
        {
            let wrong = SettingWrong::TimeZone { zone: zone.to_string(), near };
            self.refuse(cx, "TIME_ZONE", (at.module, at.range), 1.0, wrong);
        }
        if let Some(at) = self.written(settings, "LANGUAGES")
            && let Value::List(items, true) = &at.value
            && items.iter().any(|item| matches!(item, Value::Str(_)))
        {
            self.refuse(cx, "LANGUAGES", (at.module, at.range), 1.0, SettingWrong::Languages);
        }
    }

    fn databases(&mut self, cx: &Cx, settings: ModuleId) {
        let Some(at) = self.written(settings, "DATABASES") else { return };
        if let Some(keys) = all_keys(&at.value)
            && !keys.is_empty()
            && !keys.contains(&"default")
            && !self.subscripted(at.module, "DATABASES")
        {
            self.refuse(cx, "DATABASES", (at.module, at.range), 1.0, SettingWrong::NoDefault);
        }
        let Value::Dict(databases, _) = &at.value else { return };
        for (_, database) in databases.iter() {
            let Some(Value::Str(engine)) = entry(database, "ENGINE") else { continue };
            let place = self.inside(&at, engine);
            let (prefix, known) = if engine.starts_with("django.contrib.gis.db.backends.") {
                ("django.contrib.gis.db.backends.", GIS_ENGINES)
            } else {
                ("django.db.backends.", ENGINES)
            };
            let last = engine.strip_prefix(prefix);
            let last = last.or_else(|| (!engine.contains('.')).then_some(&**engine));
            match last {
                Some(last) if engine.len() > last.len() && known.contains(&last) => {
                    self.database_driver(cx, last, place);
                }
                Some(last) => {
                    let near = match last.to_ascii_lowercase().as_str() {
                        "sqlite" => Some("sqlite3".to_owned()),
                        "postgres" | "psql" | "psycopg2" => Some("postgresql".to_owned()),
                        "mariadb" => Some("mysql".to_owned()),
                        lower if known.contains(&lower) => Some(lower.to_owned()),
                        _ => near::nearest(last, known.iter().copied()),
                    };
                    // One without a dot may be a package of its own: `mssql`, `djongo`.
                    let bare = engine.len() == last.len();
                    if bare && (near.is_none() && !known.contains(&last) || self.is_package(last)) {
                        continue;
                    }
                    let near = near.map(|name| format!("{prefix}{name}"));
                    let wrong = SettingWrong::Engine { engine: engine.to_string(), near };
                    self.refuse(cx, "DATABASES", place, 1.0, wrong);
                }
                None => {}
            }
        }
    }

    /// A package of that name with a `base` in it, as engines have it; one that is known, or the project's own.
    fn is_package(&mut self, name: &str) -> bool {
        let own = self.own_path();
        matches!(name, "mssql" | "djongo")
            || self.is_installed(name)
            || self.finder.find(name, own.iter().map(String::as_str)).is_some()
    }

    /// The package with which Django talks to that database is not in the virtualenv.
    fn database_driver(&mut self, cx: &Cx, engine: &str, at: (ModuleId, TextRange)) {
        if !self.environment.known {
            self.driver_unasked(cx, engine, at);
            return;
        }
        if self.environment.system_too {
            return;
        }
        let drivers: &[&str] = match engine {
            "postgresql" | "postgresql_psycopg2" | "postgis" => &["psycopg2", "psycopg"],
            "mysql" => &["MySQLdb"],
            _ => return,
        };
        let sites = self.sites();
        if drivers.iter().any(|driver| self.installed(driver, &sites))
            || self.modules.iter().filter_map(|module| module.source.as_ref()).any(|source| {
                ["install_as_MySQLdb", "psycopg2cffi"].iter().any(|it| source.text().contains(it))
            })
        {
            return;
        }
        let cx = Cx { module: at.0, frame: None, via: None, ..cx.clone() };
        self.import_dotted(&cx, drivers[0], at.1, Some(at.1));
    }

    /// Code does more with a setting than assign to it: `DATABASES["x"] = …`, `add(DATABASES)`. Which entries it has
    /// in the end is not known.
    pub(super) fn subscripted(&self, module: ModuleId, name: &str) -> bool {
        let touches = |id: ModuleId| {
            let Some(source) = self.modules[id].source.as_ref() else { return true };
            let part = |c: char| c.is_alphanumeric() || c == '_';
            source.text().lines().map(str::trim_start).filter(|line| !line.starts_with('#')).any(
                |line| {
                    line.match_indices(name).any(|(at, found)| {
                        let (before, after) = (&line[..at], &line[at + found.len()..]);
                        if before.ends_with(part) || after.starts_with(part) {
                            return false;
                        }
                        let after = after.trim_start();
                        let assigned = after.starts_with('=') && !after.starts_with("==");
                        !(before.is_empty() && (assigned || after.starts_with(':')))
                    })
                },
            )
        };
        touches(module)
            || self.settings.is_some_and(|settings| settings != module && touches(settings))
    }

    fn engines_of_templates(&mut self, cx: &Cx, settings: ModuleId) {
        let Some(at) = self.written(settings, "TEMPLATES") else { return };
        let Value::List(engines, _) = &at.value else { return };
        for engine in engines.iter() {
            let loaders = entry(engine, "OPTIONS")
                .and_then(|options| entry(options, "loaders"))
                .is_some_and(|loaders| loaders.truth() != Some(false));
            if loaders && matches!(entry(engine, "APP_DIRS"), Some(Value::Bool(true))) {
                let place = self.inside(&at, "loaders");
                self.refuse(cx, "TEMPLATES", place, 1.0, SettingWrong::Loaders);
            }
            match entry(engine, "DIRS") {
                Some(Value::Str(text) | Value::Path(text)) => {
                    let place = self.inside(&at, "DIRS");
                    let wrong = SettingWrong::NotList(text.to_string());
                    self.refuse(cx, "DIRS", place, 1.0, wrong);
                }
                Some(Value::List(dirs, _)) => {
                    for dir in dirs.iter().filter_map(Value::text) {
                        self.template_folder(cx, &at, dir);
                    }
                }
                _ => {}
            }
        }
    }

    /// A folder of templates that is not there, and of which there is one further up: `BASE_DIR` is a step too low.
    fn template_folder(&mut self, cx: &Cx, at: &Written, dir: &str) {
        use crate::python::resolve::pathops::{basename, join, parent};
        let here = |this: &mut Self, path: &str| this.finder.is_dir(path);
        if !dir.starts_with('/') || here(self, dir) || !here(self, &parent(dir)) {
            return;
        }
        let up = parent(&parent(dir));
        let there = join(&up, basename(dir));
        // That one is looked into as well.
        let Value::List(engines, _) = &at.value else { return };
        let both = engines.iter().filter_map(|engine| entry(engine, "DIRS")).any(|dirs| {
            matches!(dirs, Value::List(dirs, _) if dirs.iter().any(|dir| dir.text() == Some(&*there)))
        });
        // Only inside the project: what else is called so is none of its folders.
        if both || up == "/" || !here(self, &there) || !self.finder.list(&up).file("manage.py") {
            return;
        }
        let place = self.inside(at, "DIRS");
        let cx = Cx { module: place.0, frame: None, via: None, ..cx.clone() };
        let kind = EventKind::TemplatesElsewhere { folder: dir.to_owned(), there };
        self.emit(&cx, place.1, "templates", kind);
    }

    fn storages(&mut self, cx: &Cx, settings: ModuleId) {
        let Some(at) = self.written(settings, "STORAGES") else { return };
        let Some(keys) = all_keys(&at.value).filter(|_| !self.subscripted(at.module, "STORAGES"))
        else {
            return;
        };
        if self.django_from("4.2") == Some(false) {
            return;
        }
        let statics = self
            .dotted_list(settings, "INSTALLED_APPS")
            .iter()
            .any(|(app, ..)| app.starts_with("django.contrib.staticfiles"));
        let lacking = ["default", "staticfiles"]
            .into_iter()
            .find(|key| !keys.contains(key) && (*key == "default" || statics));
        if let Some(key) = lacking {
            let place = (at.module, at.range);
            // A site of nothing but data may never ask for a static file; the admin does on every page.
            let apps = self.dotted_list(settings, "INSTALLED_APPS");
            let admin = apps.iter().any(|(app, ..)| app.starts_with("django.contrib.admin"));
            let certainty = if admin || key == "default" { 1.0 } else { 0.5 };
            self.refuse(cx, "STORAGES", place, certainty, SettingWrong::StorageMissing(key));
        }
    }
}

/// A time zone that no database of them has; `None`: it is one, or nobody can tell.
fn wrong_zone(zone: &str) -> Option<Option<String>> {
    use jiff::tz::TimeZoneDatabase;
    let known = TimeZoneDatabase::bundled();
    // Old and local names exist in other ways: only what looks like a name is judged.
    if zone.is_empty() || known.is_definitively_empty() || known.get(zone).is_ok() {
        return None;
    }
    let usual = match zone {
        "Asia/Beijing" | "Beijing" | "China" => Some("Asia/Shanghai"),
        "IST" | "India" | "Asia/India" | "Asia/Delhi" | "Asia/New_Delhi" | "Asia/Mumbai" => {
            Some("Asia/Kolkata")
        }
        "BST" | "Europe/UK" | "Europe/England" => Some("Europe/London"),
        "PST" | "PDT" => Some("America/Los_Angeles"),
        "EDT" => Some("America/New_York"),
        "CDT" => Some("America/Chicago"),
        "WIB" => Some("Asia/Jakarta"),
        "WAT" => Some("Africa/Lagos"),
        "EAT" => Some("Africa/Nairobi"),
        "CEST" => Some("Europe/Berlin"),
        _ => None,
    };
    let near = usual.map(str::to_owned).or_else(|| {
        let names: Vec<String> = known.available().map(|name| name.as_str().to_owned()).collect();
        near::nearest(zone, names.iter().map(String::as_str)).or_else(|| {
            // `America/Sao Paulo`, `Asia / Tokyo`.
            let plain = zone.replace(' ', "_");
            names.into_iter().find(|name| *name == plain)
        })
    });
    Some(near)
}
