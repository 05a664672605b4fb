//! Small things measured alone.
fn main() {}
