//! Programs that start commands of Python apps run, for names that are spelled almost like one.

const PROGRAMS: &[&str] = &[
    "bash",
    "celery",
    "circusd",
    "daphne",
    "django-admin",
    "dramatiq",
    "fastapi",
    "flask",
    "granian",
    "gunicorn",
    "honcho",
    "huey_consumer",
    "hypercorn",
    "meinheld",
    "nginx",
    "python",
    "python3",
    "rq",
    "streamlit",
    "supervisord",
    "uvicorn",
    "uwsgi",
    "waitress-serve",
];

/// How alike a misspelled name must be.
const ALIKE: f64 = 0.9;

/// The program that is meant; the name itself where it is none of these.
pub(super) fn nearest(name: &str) -> &str {
    PROGRAMS
        .iter()
        .map(|program| (strsim::jaro_winkler(name, program), *program))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map_or(name, |(_, program)| program)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_of_the_pen_and_other_programs() {
        for (typed, meant) in [
            ("guniconr", "gunicorn"),
            ("gunicron", "gunicorn"),
            ("unicorn", "gunicorn"),
            ("uvicron", "uvicorn"),
            ("gunicorn", "gunicorn"),
            ("server.py", "server.py"),
            ("worker", "worker"),
            ("start.sh", "start.sh"),
            ("npm", "npm"),
        ] {
            assert_eq!(nearest(typed), meant);
        }
    }
}
