//! rollproof
fn main() {}
