//! Tables to canonical datasets, as the mapping file says. Knows nothing of the other side.
