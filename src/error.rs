//! We could not do the work: an input, an output or ourselves. Faults of the data are findings, faults of the
//! project files are diagnostics; neither is an [`Error`].

use std::path::{Path, PathBuf};

use crate::exit_code::ExitCode;

/// Why a run could not go on. Never carries a student's data.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file that should be read can not be.
    #[error("cannot read {}: {what}", path.display())]
    Input {
        /// The file or folder.
        path: PathBuf,
        /// What was expected and what was found.
        what: String,
        /// What to do next.
        fix: String,
        /// The operating system's word, if there is one.
        #[source]
        source: Option<std::io::Error>,
    },
    /// A file that should be written can not be.
    #[error("cannot write {}: {what}", path.display())]
    Output {
        /// The file or folder.
        path: PathBuf,
        /// What stood in the way.
        what: String,
        /// What to do next.
        fix: String,
        /// The operating system's word, if there is one.
        #[source]
        source: Option<std::io::Error>,
    },
    /// The project, mapping or crosswalk files are wrong; the diagnostics say where.
    #[error("{} in the project files", crate::diagnostic::count_words(.0))]
    Project(Vec<crate::diagnostic::Diagnostic>),
    /// The command line asks for something that can not be.
    #[error("{what}")]
    Usage {
        /// What is wrong.
        what: String,
        /// What to do next.
        fix: String,
    },
    /// Something that can not happen did.
    #[error("internal error: {0}")]
    Bug(String),
}

impl Error {
    /// An input error from the operating system's.
    pub fn read(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::Input {
            path: path.into(),
            what: source.to_string(),
            fix: "check that the file exists, is complete and may be read by you".into(),
            source: Some(source),
        }
    }

    /// An output error from the operating system's.
    pub fn write(path: impl AsRef<Path>, source: std::io::Error) -> Self {
        Self::Output {
            path: path.as_ref().to_owned(),
            what: source.to_string(),
            fix: "close the file in other programs, or choose a folder with space that you may write to".into(),
            source: Some(source),
        }
    }

    /// A file whose place is taken by one that is open in another program; the new one stands beside it.
    #[must_use]
    pub fn open_elsewhere(path: &Path, new: &Path) -> Self {
        let name = new.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        Self::Output {
            path: path.to_owned(),
            what: format!(
                "it is open in another program (probably Excel, on this or another PC); the new one was saved next to \
                 it: {name}"
            ),
            fix: "close it there and run again, or use the new one".into(),
            source: None,
        }
    }

    /// How the process ends for it.
    #[must_use]
    pub const fn exit_code(&self) -> ExitCode {
        match self {
            Self::Input { .. } => ExitCode::Input,
            Self::Output { .. } => ExitCode::Output,
            Self::Project(_) | Self::Usage { .. } => ExitCode::Usage,
            Self::Bug(_) => ExitCode::Bug,
        }
    }

    /// What the user can do about it.
    #[must_use]
    pub fn fix(&self) -> Option<&str> {
        match self {
            Self::Input { fix, .. } | Self::Output { fix, .. } | Self::Usage { fix, .. } => Some(fix),
            Self::Project(_) => None,
            Self::Bug(_) => Some("report this with the run folder's verdict.json; it holds no student data"),
        }
    }
}
