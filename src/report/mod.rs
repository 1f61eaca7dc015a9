//! Renderers, one file per format, pure functions of a Shareable.
