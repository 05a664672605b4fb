//! How a reader tells how far it is, without knowing who listens.

/// Listens to the readers. Called from several threads.
pub trait Progress: Sync {
    /// `done` of `total` bytes (as on disk) of a file have been read. `file` is its path below the side's root.
    fn bytes_read(&self, file: &str, done: u64, total: u64);

    /// Before the first byte: how many bytes all files have together.
    fn bytes_expected(&self, _total: u64) {}
}

/// Nobody listens.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn bytes_read(&self, _file: &str, _done: u64, _total: u64) {}
}
