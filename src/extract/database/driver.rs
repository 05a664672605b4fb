//! Finds and loads a database's driver.

use std::path::Path;

use adbc_core::LOAD_FLAG_DEFAULT;
use adbc_core::options::AdbcVersion;
use adbc_driver_manager::ManagedDriver;

use crate::error::Error;
use crate::extract::FoundFile;

/// Loads a driver: a path to its library, else the path in `ROLLPROOF_ADBC_<NAME>`, else what ADBC's own search finds
/// under that name.
///
/// # Errors
/// When there is none, or it is no driver.
pub(super) fn load(file: &FoundFile, driver: &str) -> Result<ManagedDriver, Error> {
    let variable = variable(driver);
    let failed = |what: String| Error::Input {
        path: file.path.clone(),
        what,
        fix: format!(
            "install the ADBC driver (for example the package adbc-driver-{driver} of PyPI holds libadbc_driver_{driver}) and \
             set {variable} to the path of its library"
        ),
        source: None,
    };
    let open = |path: &Path| ManagedDriver::load_dynamic_from_filename(path, None, AdbcVersion::V110);
    if driver.contains(['/', '\\']) {
        return open(Path::new(driver)).map_err(|_| failed(format!("{driver} is not there, or no ADBC driver")));
    }
    if let Some(path) = std::env::var_os(&variable).filter(|p| !p.is_empty()) {
        let shown = path.to_string_lossy().into_owned();
        return open(Path::new(&path))
            .map_err(|_| failed(format!("{variable}={shown} is not there, or no ADBC driver")));
    }
    let named = |name: &str| ManagedDriver::load_from_name(name, None, AdbcVersion::V110, LOAD_FLAG_DEFAULT, None);
    named(driver)
        .or_else(|_| named(&format!("adbc_driver_{driver}")))
        .map_err(|_| failed(format!("no ADBC driver \"{driver}\" was found")))
}

/// The environment variable that names a driver's library.
fn variable(driver: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    format!("ROLLPROOF_ADBC_{}", driver.chars().map(plain).collect::<String>())
}
