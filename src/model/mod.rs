//! The nouns of the program as plain data.
//!
//! Everything here is inert: no I/O, no clock, no serialisation. Collectors fill these types,
//! the engine reads and ranks them, renderers print them. What is *not* here: how anything is
//! recognised (`rules`), read (`log`, `python`, `http`) or shown (`report`).

mod exception;
mod fact;
mod place;
mod probe;
mod report;
mod restart;
mod site;

pub use exception::{
    ChainLink, ExceptionEvent, Frame, FrameOwner, LinkedException, ModuleOwner, TracebackShape,
};
pub use fact::{
    Captures, Contrary, Edit, Examined, Fact, Facts, LogSummary, Mark, MarkKind, Phase,
    RequestRecord, RouteStats, Safety, SigMatch, Skipped, Source, Symptom, SymptomKind,
    SymptomSource,
};
pub use place::Place;
pub use probe::{
    AnsweredBy, CnameCheck, ErrorKind, Hit, HitError, PageException, PhasesMs, ProbePhase,
    ProbeReport, ProbeVerdict, Redirect, TlsInfo, seconds,
};
pub use report::{
    Confidence, Consequence, Evidence, Finding, Fix, NextCheck, Point, Prevention, Report,
    RuledOut, Severity, State, TimelineEntry, Verdict,
};
pub use restart::{ContainerState, RestartState};
pub use site::{ClockState, LogFile, LogKind, PlatformId, PythonVersion, SeenPage, Site};
