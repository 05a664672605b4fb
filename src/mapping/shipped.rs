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
    "aeries/README.md",
    "aeries/crosswalks/grade_level.csv",
    "aeries/crosswalks/history_term.csv",
    "aeries/crosswalks/schedule_term.csv",
    "aeries/mapping.toml",
    "calpads/README.md",
    "calpads/mapping.toml",
    "edfi-json/README.md",
    "edfi-json/crosswalks/grade_level.csv",
    "edfi-json/crosswalks/term.csv",
    "edfi-json/mapping.toml",
    "edfi-xml/README.md",
    "edfi-xml/crosswalks/grade_level.csv",
    "edfi-xml/crosswalks/term.csv",
    "edfi-xml/mapping.toml",
    "facts/README.md",
    "facts/mapping.toml",
    "infinite-campus/README.md",
    "infinite-campus/crosswalks/grade_level.csv",
    "infinite-campus/crosswalks/term.csv",
    "infinite-campus/mapping.toml",
    "microsoft-sds/README.md",
    "microsoft-sds/mapping.toml",
    "oneroster-1.1/README.md",
    "oneroster-1.1/crosswalks/grade_level.csv",
    "oneroster-1.1/crosswalks/term.csv",
    "oneroster-1.1/mapping.toml",
    "oneroster-1.2/README.md",
    "oneroster-1.2/crosswalks/grade_level.csv",
    "oneroster-1.2/crosswalks/term.csv",
    "oneroster-1.2/mapping.toml",
    "opensis/README.md",
    "opensis/crosswalks/grade_level.csv",
    "opensis/crosswalks/term.csv",
    "opensis/mapping.toml",
    "powerschool/README.md",
    "powerschool/crosswalks/grade_level.csv",
    "powerschool/crosswalks/storecode.csv",
    "powerschool/crosswalks/term.csv",
    "powerschool/mapping.toml",
    "skyward-qmlativ/README.md",
    "skyward-qmlativ/crosswalks/grade_level.csv",
    "skyward-qmlativ/crosswalks/term.csv",
    "skyward-qmlativ/mapping.toml",
    "synergy/README.md",
    "synergy/crosswalks/grade_level.csv",
    "synergy/crosswalks/term.csv",
    "synergy/mapping.toml",
    "txeis/README.md",
    "txeis/mapping.toml",
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
