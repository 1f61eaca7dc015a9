//! Imports from installed packages: whether the version at hand has what the code wants of it.

use std::rc::Rc;

use ruff_text_size::TextRange;

use super::event::NotInstalled;
use super::{Cx, EventKind, Interp};
use crate::python::installed::Surface;
use crate::python::lints::near;
use crate::python::resolve::finder::Found;
use crate::python::resolve::{Origin, pathops, pins};
use crate::python::source::Source;
use crate::rules::{public_names, python_tables, removed_names};

/// Files of installed packages that are read, their size each, and star imports or classes that are followed.
const MOST_FILES: usize = 300;
const MOST_BYTES: u64 = 512 << 10;
pub(super) const MOST_STEPS: u8 = 12;

impl Interp<'_> {
    /// `from module import name` of an installed package.
    pub(super) fn installed_name(&mut self, cx: &Cx, module: &str, name: &str, range: TextRange) {
        if self.not_asked(cx) {
            return;
        }
        if !self.is_installed(module) {
            if !self.other_case(cx, module, name, false, range) {
                self.pinned(cx, &format!("{module}.{name}"), range);
            }
            return;
        }
        if !self.may_have(module, name, 0) || self.known_gone(module, name) {
            let right = public_names::in_other_case(module, name);
            if right.is_some_and(|right| self.may_have(module, right, 0))
                && self.other_case(cx, module, name, false, range)
            {
                return;
            }
            self.not_there(cx, module, name, false, range);
        }
    }

    /// The installed version is known to lack a name, though what its source defines cannot be told.
    fn known_gone(&mut self, module: &str, name: &str) -> bool {
        let Some(gone) = removed_names::of(&format!("{module}.{name}")) else { return false };
        if !self.surface(module).open {
            return false;
        }
        let top = module.split('.').next().unwrap_or(module);
        let (dist, version) = self.installed_version(top);
        dist == gone.dist && version.is_some_and(|version| gone.is_gone_in(&version))
    }

    /// `module.name` of an installed package.
    pub(super) fn installed_attribute(&mut self, cx: &Cx, base: &str, name: &str, at: TextRange) {
        if cx.caught.attributes || cx.quiet || self.hooks || cx.weight < 0.75 {
            return;
        }
        if !self.is_installed(base) {
            if !self.other_case(cx, base, name, true, at) {
                self.pinned(cx, &format!("{base}.{name}"), at);
            }
            return;
        }
        if self.spot(base).is_none() {
            return;
        }
        // What a package binds to the name of one of its modules may be something else.
        if let Some((package, last)) = base.rsplit_once('.')
            && (self.surface(package).binds(last) || self.surface(package).open)
        {
            return;
        }
        if !self.may_have(base, name, 0) || self.known_gone(base, name) {
            self.not_there(cx, base, name, false, at);
        }
    }

    /// `import a.b.c` of an installed package.
    pub(super) fn installed_module(&mut self, cx: &Cx, full: &str, range: TextRange) {
        if self.not_asked(cx) {
            return;
        }
        if !self.is_installed(full) {
            self.pinned(cx, full, range);
            return;
        }
        let mut end = full.find('.');
        while let Some(at) = end {
            let (package, rest) = (&full[..at], &full[at + 1..]);
            let part = rest.split('.').next().unwrap_or(rest);
            if self.spot(&full[..at + 1 + part.len()]).is_none() {
                let surface = self.surface(package);
                if !surface.open_path && !self.may_have(package, part, 0)
                    || self.known_gone(package, part)
                {
                    self.not_there(cx, package, part, true, range);
                }
                return;
            }
            end = rest.find('.').map(|next| at + 1 + next);
        }
    }

    fn not_asked(&self, cx: &Cx) -> bool {
        cx.caught.imports || cx.quiet || self.hooks || cx.weight < 0.75
    }

    pub(super) fn is_installed(&self, module: &str) -> bool {
        self.third_party.contains(module.split('.').next().unwrap_or(module))
    }

    fn not_there(&mut self, cx: &Cx, module: &str, name: &str, part: bool, range: TextRange) {
        let full = format!("{module}.{name}");
        if self.replaced.contains(&full) || self.replaced.contains(module) {
            return;
        }
        let top = module.split('.').next().unwrap_or(module).to_owned();
        let (dist, version) = self.installed_version(&top);
        let kind = EventKind::NotInstalled(NotInstalled {
            module: module.to_owned(),
            name: name.to_owned(),
            part,
            dist,
            version,
            pinned: false,
            instead: removed_names::of(&full)
                .and_then(|gone| gone.instead)
                .map(str::to_owned)
                .or_else(|| self.near_installed(module, name, part)),
            // An unknown folder on the path may hold another copy.
            certainty: if self.path_unknown { 0.8 } else { 1.0 },
        });
        self.emit(cx, range, "installed", kind);
    }

    /// A name that the pinned version of a package, which is not at hand, is known to lack.
    fn pinned(&mut self, cx: &Cx, full: &str, range: TextRange) {
        let Some(gone) = removed_names::of(full) else { return };
        let (module, name) = gone.name.rsplit_once('.').unwrap_or((gone.name, ""));
        let least = self.pin(gone.dist);
        match &least {
            Some(least) if !gone.is_gone_in(least) => return,
            // Gone for so long that no Python of today runs what still had it.
            None if gone.name == "flask.ext" => {}
            // Whatever is newest will be installed.
            None if !self.newest_wanted(gone.dist) => return,
            _ => {}
        }
        let certainty = if least.is_some() || gone.name == "flask.ext" { 0.8 } else { 0.5 };
        let kind = EventKind::NotInstalled(NotInstalled {
            module: module.to_owned(),
            name: name.to_owned(),
            part: gone.name != full,
            dist: gone.dist.to_owned(),
            version: least,
            pinned: true,
            instead: gone.instead.map(str::to_owned),
            certainty,
        });
        self.emit(cx, range, "installed", kind);
    }

    /// The requirements leave the version of a distribution open, or do not speak of it and leave Flask's open,
    /// which brings it.
    fn newest_wanted(&mut self, dist: &str) -> bool {
        let asked = self.asked();
        let flasks = ["werkzeug", "jinja2", "markupsafe", "itsdangerous"];
        match asked.get(dist) {
            Some(asked) => asked.open,
            None => flasks.contains(&dist) && asked.get("flask").is_some_and(|flask| flask.open),
        }
    }

    /// A method that the class of an app lost in a version.
    pub(super) fn removed_method(&mut self, cx: &Cx, class: &str, name: &str, at: TextRange) {
        let full = format!("{class}().{name}");
        let Some(gone) = removed_names::of(&full).filter(|gone| gone.name == full) else { return };
        if !self.is_installed(class) {
            self.pinned(cx, &full, at);
            return;
        }
        let top = class.split('.').next().unwrap_or(class);
        let (dist, version) = self.installed_version(top);
        if dist == gone.dist
            && version.is_some_and(|version| gone.is_gone_in(&version))
            && !cx.quiet
        {
            self.not_there(cx, &format!("{class}()"), name, false, at);
        }
    }

    /// The least version of a distribution that the project's requirements allow.
    fn pin(&mut self, dist: &str) -> Option<String> {
        let finder = &mut self.finder;
        let own: Vec<String> = self
            .sys_path
            .iter()
            .filter(|entry| entry.origin != Origin::SitePackages)
            .map(|entry| entry.path.clone())
            .collect();
        let pinned = self.pins.get_or_insert_with(|| pins::read(finder, &own)).get(dist).cloned();
        // No project was begun with a Django that is newer than the one it runs on.
        pinned.or_else(|| self.django_of_settings().filter(|_| dist == "django"))
    }

    /// The requirements say which version of a distribution is wanted.
    pub fn is_pinned(&self, dist: &str) -> bool {
        self.pins.as_ref().is_some_and(|pins| pins.contains_key(dist))
    }

    /// The version of a module's distribution: the installed one, or the one that is asked for.
    pub(super) fn version_of(&mut self, module: &str, dist: &str) -> Option<String> {
        if self.is_installed(module) {
            return self.installed_version(module).1;
        }
        self.pin(dist)
    }

    /// The distribution that a top-level module comes from, and its version.
    fn installed_version(&mut self, top: &str) -> (String, Option<String>) {
        let dist = python_tables::distribution_for(top).unwrap_or(top);
        let dist = dist.split(['[', '=']).next().unwrap_or(dist).to_owned();
        let plain = |name: &str| name.to_ascii_lowercase().replace(['_', '.'], "-");
        for site in self.sites() {
            let listing = self.finder.list(&site);
            for (name, is_dir) in listing.iter() {
                if let Some(stem) = name.strip_suffix(".dist-info").filter(|_| is_dir)
                    && let Some((found, version)) = stem.rsplit_once('-')
                    && (plain(found) == plain(&dist) || plain(found) == plain(top))
                {
                    return (
                        found.replace('_', "-").to_ascii_lowercase(),
                        Some(version.to_owned()),
                    );
                }
            }
        }
        (dist, None)
    }

    /// Where a module of an installed package lies.
    pub(super) fn spot(&mut self, dotted: &str) -> Option<Found> {
        let mut dirs = self.sites();
        let mut found = None;
        for part in dotted.split('.') {
            let (here, _) = self.finder.find(part, dirs.iter().map(String::as_str))?;
            dirs = match &here {
                Found::Package { dir, .. } => vec![dir.clone()],
                Found::Namespace(dirs) => dirs.clone(),
                Found::Module(_) | Found::Binary(_) => Vec::new(),
            };
            found = Some(here);
        }
        found
    }

    /// What was meant by a name that an installed module lacks: one of nearly that spelling, or, of a middleware,
    /// the same name in another app.
    fn near_installed(&mut self, module: &str, name: &str, part: bool) -> Option<String> {
        if part {
            let Some(Found::Package { dir, .. }) = self.spot(module) else { return None };
            let names = self.finder.modules(&dir);
            let near = near::nearest(name, names.iter().map(String::as_str))?;
            return Some(format!("{module}.{near}"));
        }
        let surface = self.surface(module);
        if let Some(near) = near::nearest(name, surface.names()) {
            return Some(format!("{module}.{near}"));
        }
        // `from django.contrib.admin import models`, where `django.db` was meant.
        if module.starts_with("django.") && module.ends_with(".models") {
            let models = "django.db.models";
            let has =
                module != models && !self.surface(models).open && self.may_have(models, name, 0);
            return has.then(|| format!("{models}.{name}"));
        }
        if !name.ends_with("Middleware") {
            return None;
        }
        // The module has one only: `CsrfMiddleware`.
        let mut own = surface.classes.keys().filter(|class| class.ends_with("Middleware"));
        if let (Some(only), None) = (own.next(), own.next())
            && module.ends_with(&format!(".{}", name.trim_end_matches("Middleware").to_lowercase()))
        {
            return Some(format!("{module}.{only}"));
        }
        let apps = self.app_names.clone();
        apps.iter().map(|app| format!("{app}.middleware")).find_map(|other| {
            (self.is_installed(&other) && self.spot(&other).is_some())
                .then(|| self.surface(&other))
                .filter(|surface| surface.binds(name))
                .map(|_| format!("{other}.{name}"))
        })
    }

    /// A name in an installed package is one of its modules, and nothing that the package binds.
    pub(super) fn installed_is_module(&mut self, package: &str, name: &str) -> bool {
        if !self.is_installed(package) || self.spot(&format!("{package}.{name}")).is_none() {
            return false;
        }
        let surface = self.surface(package);
        !surface.binds(name) && !surface.open
    }

    /// What a module of an installed package offers.
    pub(super) fn surface(&mut self, dotted: &str) -> Rc<Surface> {
        if let Some(known) = self.surfaces.get(dotted) {
            return Rc::clone(known);
        }
        let read = if self.surfaces.len() < MOST_FILES { self.spot(dotted) } else { None };
        let surface = match read {
            Some(Found::Module(path)) => self.read_surface(&path, dotted, false),
            Some(Found::Package { init, dir }) if !self.is_hollow(&init, &dir) => {
                self.read_surface(&init, dotted, true)
            }
            _ => Surface::unknown(),
        };
        let surface = Rc::new(surface);
        self.surfaces.insert(dotted.to_owned(), Rc::clone(&surface));
        surface
    }

    /// Nothing is in a package's files: a copy that lost its contents.
    fn is_hollow(&mut self, init: &str, dir: &str) -> bool {
        let size =
            |path: &str| std::fs::metadata(self.finder.disk(path)).map_or(0, |meta| meta.len());
        if size(init) > 0 {
            return false;
        }
        let listing = self.finder.list(dir);
        !listing.iter().any(|(name, is_dir)| {
            is_dir && self.finder.list(&pathops::join(dir, name)).file("__init__.py")
                || name.ends_with(".py")
                    && std::fs::metadata(self.finder.disk(&pathops::join(dir, name)))
                        .is_ok_and(|meta| meta.len() > 0)
        })
    }

    fn read_surface(&self, path: &str, dotted: &str, package: bool) -> Surface {
        let disk = self.finder.disk(path);
        let small = std::fs::metadata(&disk).is_ok_and(|meta| meta.len() <= MOST_BYTES);
        let Some(bytes) = small.then(|| std::fs::read(&disk).ok()).flatten() else {
            return Surface::unknown();
        };
        let source = Source::parse(&bytes, path, &disk, self.options.target());
        Surface::of(&source, dotted, package)
    }

    /// Whether a module of an installed package has a name, or may have it.
    fn may_have(&mut self, module: &str, name: &str, steps: u8) -> bool {
        let dunder = name.starts_with("__");
        if dunder || steps > MOST_STEPS || module.is_empty() {
            return true;
        }
        let surface = self.surface(module);
        if surface.may_have(name) || self.spot(&format!("{module}.{name}")).is_some() {
            return true;
        }
        surface.stars.iter().any(|star| {
            star == module || self.spot(star).is_none() || self.may_have(star, name, steps + 1)
        })
    }
}
