//! The probe: phases, pages, what a status means. Sees rules, model, text.
