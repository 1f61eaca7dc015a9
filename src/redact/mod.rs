//! Report to Shareable: nothing is written that did not pass here.
