//! Every code with which the program ends, and what it means to a scheduler.

/// The result of a command, as the operating system sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// The command is done; for `gate` and `run --gate`: GO.
    Success = 0,
    /// Decided, and the answer is no: NO-GO; or a check command found errors; or the student was not found.
    NoGo = 1,
    /// The call or the configuration is wrong: fix the command or the project files.
    Usage = 2,
    /// An input is missing, unreadable or empty: ask for a new export.
    Input = 3,
    /// No verdict can be given: nothing matched, partial, stale, skipped or insensitive.
    CannotDecide = 4,
    /// An output or the history could not be written.
    Output = 5,
    /// A bug in rollproof; also what a process that ends unexpectedly reports.
    Bug = 70,
    /// Interrupted by the user.
    Interrupted = 130,
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}
