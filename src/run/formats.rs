//! What is written to disk has a format number: a newer one may be read, never overwritten.

use std::path::Path;

use super::write::MEASURED_SCHEMA;
use crate::error::Error;
use crate::history::VERDICT_SCHEMA;
use crate::report::summary::SCHEMA as SUMMARY_SCHEMA;

/// Files of a run's folder and the format that this program writes.
pub const FORMATS: [(&str, u32); 3] =
    [("verdict.json", VERDICT_SCHEMA), ("summary.json", SUMMARY_SCHEMA), ("measured.json", MEASURED_SCHEMA)];

/// Refuses a folder in which a newer program wrote.
///
/// # Errors
/// When one of its files is of a newer format.
pub fn refuse_newer(folder: &Path) -> Result<(), Error> {
    for (name, ours) in FORMATS {
        let path = folder.join(name);
        let Some(found) = schema_of(&path).filter(|found| *found > u64::from(ours)) else { continue };
        return Err(Error::Output {
            path,
            what: format!("it is of format {found}, this program writes format {ours}"),
            fix: "use the newer rollproof, or another label; this one never overwrites what a newer one wrote".into(),
            source: None,
        });
    }
    Ok(())
}

/// The format number of a JSON file; `None` when there is none.
#[must_use]
pub fn schema_of(path: &Path) -> Option<u64> {
    let text = std::fs::read(path).ok()?;
    let value: serde_json::Value = serde_json::from_slice(&text).ok()?;
    value.get("schema")?.as_u64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_a_newer_program_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        refuse_newer(folder.path()).unwrap();
        for (name, ours) in FORMATS {
            let write = |schema: u32| std::fs::write(folder.path().join(name), format!("{{\"schema\": {schema}}}"));
            write(ours).unwrap();
            refuse_newer(folder.path()).unwrap();
            write(ours + 1).unwrap();
            let refused = refuse_newer(folder.path()).unwrap_err();
            assert_eq!(refused.exit_code() as u8, 5);
            assert!(refused.to_string().contains(name), "{refused}");
            write(ours).unwrap();
        }
    }
}
