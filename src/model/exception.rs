//! An uncaught (or logged) Python exception, as the log layer assembled it from its lines.

/// One exception event with its frames, oldest frame first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExceptionEvent {
    /// The full name as printed, for example `django.core.exceptions.ImproperlyConfigured`.
    pub type_name: String,
    /// What follows `Type: `, all its lines, without the trailing newline; bounded to 2,000 characters.
    pub message: String,
    /// Oldest call first, whatever order the log used; bounded to 200 frames.
    pub frames: Vec<Frame>,
    /// How the log printed it.
    pub shape: TracebackShape,
    /// Exceptions printed before this one in the same chain, in printed order.
    pub chain: Vec<LinkedException>,
    /// For `SyntaxError` and its kin: the file and line that does not compile.
    pub syntax_at: Option<(String, u32)>,
    /// The source line of that place, with U+2038 behind the character that the caret points to.
    pub syntax_source: Option<String>,
    /// For import errors: whose module is missing.
    pub module_owner: ModuleOwner,
    /// The logger's or server's line that introduced the traceback, e.g.
    /// `Exception in worker process` or `Internal Server Error: /checkout`.
    pub intro: Option<String>,
}

impl ExceptionEvent {
    /// The name without its module: `ImproperlyConfigured`.
    #[must_use]
    pub fn short_type(&self) -> &str {
        self.type_name.rsplit('.').next().unwrap_or(&self.type_name)
    }

    /// The last frame in the person's own code.
    #[must_use]
    pub fn last_own_frame(&self) -> Option<&Frame> {
        self.frames.iter().rev().find(|frame| frame.owner == FrameOwner::Own)
    }
}

/// An earlier exception of a chain and how the next one came from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedException {
    pub event: Box<ExceptionEvent>,
    pub link: ChainLink,
}

/// How a later exception came from an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChainLink {
    /// "The above exception was the direct cause of the following exception": the earlier is the root.
    DirectCause,
    /// "During handling of the above exception, another exception occurred": judge both.
    DuringHandling,
}

/// One call of a traceback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub file: String,
    /// From 1.
    pub line: u32,
    /// `<module>` for code that runs at import; empty where the log does not say.
    pub function: String,
    /// The quoted source line, trimmed.
    pub source: Option<String>,
    pub owner: FrameOwner,
    /// Line of the log where this frame stands, from 1.
    pub log_line: u32,
}

/// Whose code a frame is in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FrameOwner {
    /// The person's project.
    #[default]
    Own,
    /// Under `site-packages` or `dist-packages`.
    Library,
    /// The interpreter's own modules.
    Stdlib,
    /// The server's or platform's start-up code.
    Server,
}

/// Whose a missing module is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ModuleOwner {
    /// Name in the table of known distributions.
    ThirdParty,
    /// Part of Python itself, in some version.
    Stdlib,
    /// Named like a folder or file of the project seen in the frames, in the tree, or a settings module.
    Own,
    #[default]
    Unknown,
}

/// How the log printed a traceback.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TracebackShape {
    /// `Traceback (most recent call last):`, frames, exception last.
    #[default]
    Standard,
    /// The `PythonAnywhere` wrapper's: exception first, then frames.
    MessageFirst,
    /// Only the exception's own line, without frames.
    Bare,
}
