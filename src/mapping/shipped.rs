//! The mappings that come with the program. A test holds this list against the folder `mappings/`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Crosswalk, Mapping};
use crate::diagnostic::Diagnostic;

/// One file of a shipped mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShippedFile {
    /// Path below `mappings/`.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! shipped {
    ($($path:literal),* $(,)?) => {
        &[$(ShippedFile { path: $path, text: include_str!(concat!("../../mappings/", $path)) }),*]
    };
}

/// Every file of every shipped mapping: `SYSTEM/mapping.toml`, its code tables, its README.
pub const SHIPPED: &[ShippedFile] = shipped![
    "aeries/mapping.toml",
    "aeries/crosswalks/grade_level.csv",
    "aeries/crosswalks/history_term.csv",
    "aeries/crosswalks/schedule_term.csv",
    "aeries/README.md",
    "infinite-campus/mapping.toml",
    "infinite-campus/crosswalks/grade_level.csv",
    "infinite-campus/crosswalks/term.csv",
    "infinite-campus/README.md",
    "oneroster-1.2/mapping.toml",
    "oneroster-1.2/crosswalks/grade_level.csv",
    "oneroster-1.2/crosswalks/term.csv",
    "oneroster-1.2/README.md",
    "powerschool/mapping.toml",
    "powerschool/crosswalks/grade_level.csv",
    "powerschool/crosswalks/storecode.csv",
    "powerschool/crosswalks/term.csv",
    "powerschool/README.md",
];

/// A shipped file by its path below `mappings/`.
#[must_use]
pub fn shipped_file(path: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|f| f.path == path).map(|f| f.text)
}

impl Mapping {
    /// The names of the shipped mappings, sorted.
    #[must_use]
    pub fn shipped_names() -> Vec<&'static str> {
        let mut names: Vec<&str> = SHIPPED.iter().filter_map(|f| f.path.strip_suffix("/mapping.toml")).collect();
        names.sort_unstable();
        names
    }

    /// The shipped mapping of that name, with the project's code tables; `None` when there is none of that name.
    #[must_use]
    pub fn shipped(name: &str, supplied: &BTreeMap<String, Crosswalk>) -> Option<Result<Self, Vec<Diagnostic>>> {
        let path = format!("{name}/mapping.toml");
        let text = shipped_file(&path)?;
        let load = |path: &Path| {
            let below = path.strip_prefix("mappings").unwrap_or(path);
            let name = below.components().map(|c| c.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
            shipped_file(&name).map(|t| t.as_bytes().to_vec()).ok_or_else(|| "no such shipped file".to_owned())
        };
        Some(Self::parse(&PathBuf::from("mappings").join(&path), text, &load, supplied))
    }
}
