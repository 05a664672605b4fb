//! One summary, many forms. Does no arithmetic.
