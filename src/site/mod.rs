//! Discovery and the platform profile. Sees log, python, rules, model, text.
