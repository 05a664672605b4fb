//! Secrets that are made and kept on this machine: 32 random bytes in a private file.

use std::io::{Read, Write};
use std::path::Path;

use rand::TryRng;
use rand::rngs::SysRng;

use super::store::{create_private, create_private_folder};
use crate::error::Error;

/// A secret by its name, made when it is not there yet.
///
/// # Errors
/// When it can not be read or written.
pub fn secret_key(folder: &Path, name: &str) -> Result<Vec<u8>, Error> {
    seed(folder, name).map(Vec::from)
}

pub(super) fn seed(folder: &Path, name: &str) -> Result<[u8; 32], Error> {
    let path = folder.join(format!("{name}.key"));
    create_private_folder(folder)?;
    let mut seed = [0u8; 32];
    match std::fs::File::open(&path) {
        Ok(mut file) => file.read_exact(&mut seed).map_err(|e| Error::read(&path, e))?,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            SysRng.try_fill_bytes(&mut seed).map_err(|e| Error::write(&path, std::io::Error::other(e.to_string())))?;
            // Whole or not there: half a key would shut its owner out.
            let partial = path.with_extension("partial");
            if partial.exists() {
                std::fs::remove_file(&partial).map_err(|e| Error::write(&partial, e))?;
            }
            let mut file = create_private(&partial)?;
            file.write_all(&seed).and_then(|()| file.sync_all()).map_err(|e| Error::write(&path, e))?;
            std::fs::rename(&partial, &path).map_err(|e| Error::write(&path, e))?;
        }
        Err(e) => return Err(Error::read(&path, e)),
    }
    Ok(seed)
}
