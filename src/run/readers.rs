//! Who receives packs, and what each of them may see: the project's roles as the report room knows them.

use std::path::{Path, PathBuf};

use super::history_folder;
use crate::error::Error;
use crate::history::secret_key;
use crate::project::{Names, Project, Role};
use crate::report::packs::{PackPlanner, hidden_columns};
use crate::report::privacy::{self, Column, Privacy};

/// A kind of reader of packs.
#[derive(Debug)]
pub struct Reader {
    /// Name of the role; empty for the packs that everybody at a school gets.
    pub role: String,
    /// What they may see.
    pub privacy: Privacy,
    /// Which findings go to whom.
    pub planner: PackPlanner,
}

impl Reader {
    /// The folder of their packs, below the run's.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        Path::new("packs").join(&self.role)
    }

    /// Columns of workbooks that they do not get.
    #[must_use]
    pub fn hidden(&self) -> Vec<u16> {
        hidden_columns(&self.privacy)
    }
}

/// Every kind of reader of the project: its roles, or one for everybody.
///
/// # Errors
/// When the key of pseudonyms can not be read or made.
pub fn readers(project: &Project) -> Result<Vec<Reader>, Error> {
    let planner = || PackPlanner::new(project.outputs.min_severity);
    if project.privacy.roles.is_empty() {
        let everybody = Reader { role: String::new(), privacy: privacy_of(project), planner: planner() };
        return Ok(vec![everybody]);
    }
    let reader = |role: &Role| {
        let planner = planner().areas(&role.areas).whole(role.whole);
        Ok(Reader { role: role.name.clone(), privacy: of_role(project, role)?, planner })
    };
    project.privacy.roles.iter().map(reader).collect()
}

fn of_role(project: &Project, role: &Role) -> Result<Privacy, Error> {
    let pseudonym_key = if role.pseudonyms { Some(pseudonym_key(project)?) } else { None };
    let without = match &role.columns {
        None => Default::default(),
        Some(kept) => Column::ALL.into_iter().filter(|c| !kept.iter().any(|name| name == c.name())).collect(),
    };
    Ok(Privacy { names: names(role.names), sensitive: role.sensitive, pseudonym_key, without })
}

/// The project's key of pseudonyms, or the one that was made for it: the same stand-in for an id in every run.
fn pseudonym_key(project: &Project) -> Result<Vec<u8>, Error> {
    match &project.privacy.pseudonym_key {
        Some(path) => std::fs::read(path).map_err(|e| Error::read(path, e)),
        None => secret_key(&history_folder(project).join("keys"), "pseudonyms"),
    }
}

const fn names(names: Names) -> privacy::Names {
    match names {
        Names::Full => privacy::Names::Full,
        Names::Initials => privacy::Names::Initials,
        Names::None => privacy::Names::None,
    }
}

/// Who is shown how in reports, and in packs where the project names no roles.
#[must_use]
pub fn privacy_of(project: &Project) -> Privacy {
    Privacy { names: names(project.privacy.names), ..Privacy::default() }
}

/// Every way in which packs show findings.
///
/// # Errors
/// As [`readers`].
pub fn views(project: &Project) -> Result<Vec<Privacy>, Error> {
    Ok(readers(project)?.into_iter().map(|reader| reader.privacy).collect())
}
