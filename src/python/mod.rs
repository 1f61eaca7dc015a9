//! Parsing Python, import resolution, guards, lints. Never runs the user's code. Sees rules, model, text.
