//! `rollproof init`: writes a project file with every line explained.

use std::path::PathBuf;

use clap::Args;

use super::{Console, Global};
use crate::diagnostic::nearest;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::mapping::Mapping;
use crate::project::{Template, template};
use crate::report::OutFile;

/// Write rollproof.toml, with every line explained
#[derive(Debug, Args)]
pub struct InitCommand {
    /// Where to write it
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
    /// The system that is left: a shipped mapping, or the path of one
    #[arg(long, value_name = "SYSTEM")]
    pub legacy: String,
    /// The system that is joined
    #[arg(long, value_name = "SYSTEM")]
    pub new: String,
    /// Folder of the legacy exports
    #[arg(long, value_name = "DIR", default_value = "exports/{label}/legacy")]
    pub legacy_root: String,
    /// Folder of the new exports
    #[arg(long, value_name = "DIR", default_value = "exports/{label}/new")]
    pub new_root: String,
    /// The district's name
    #[arg(long, default_value = "My district")]
    pub district: String,
    /// The district's time zone
    #[arg(long, default_value = "America/Chicago")]
    pub timezone: String,
    /// Day of cutover
    #[arg(long, value_name = "DATE")]
    pub cutover: Option<String>,
    /// Day that both exports show
    #[arg(long, value_name = "DATE")]
    pub as_of: String,
}

impl InitCommand {
    /// Does it.
    ///
    /// # Errors
    /// When a system is unknown, or a project file is there already.
    pub fn execute(&self, _global: &Global, console: &Console) -> Result<ExitCode, Error> {
        for system in [&self.legacy, &self.new] {
            known(system)?;
        }
        let path = self.folder.join("rollproof.toml");
        if path.exists() {
            return Err(Error::Usage {
                what: format!("{} exists already", path.display()),
                fix: "edit it, or name another folder".into(),
            });
        }
        std::fs::create_dir_all(&self.folder).map_err(|e| Error::write(&self.folder, e))?;
        let text = template(&Template {
            district: self.district.clone(),
            timezone: self.timezone.clone(),
            cutover: self.cutover.clone(),
            legacy: (self.legacy.clone(), self.legacy_root.clone()),
            new: (self.new.clone(), self.new_root.clone()),
            as_of: self.as_of.clone(),
        });
        OutFile::write_all_of(&path, text.as_bytes())?;
        console.answer(&format!("written: {}", path.display()))?;
        console.hint(&format!("next: rollproof check -C {}", self.folder.display()));
        Ok(ExitCode::Success)
    }
}

fn known(system: &str) -> Result<(), Error> {
    let is_path = system.contains(['/', '\\']) || std::path::Path::new(system).extension().is_some();
    let names = Mapping::shipped_names();
    if is_path || names.contains(&system) {
        return Ok(());
    }
    let near = nearest(system, names.iter().copied()).map_or_else(String::new, |n| format!("did you mean `{n}`? "));
    Err(Error::Usage {
        what: format!("no mapping is shipped for `{system}`"),
        fix: format!("{near}shipped: {}; or name your own mapping.toml", names.join(", ")),
    })
}
