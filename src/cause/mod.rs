//! Findings to the few causes that explain them.
