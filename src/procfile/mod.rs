//! Procfile and start commands. Sees python, rules, model, text.
