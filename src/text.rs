//! Escaping: one function per sink. Every byte from logs, code and HTTP bodies passes one of these.
