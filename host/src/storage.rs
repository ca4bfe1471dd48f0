//! Disk space: new sessions are refused while there is still enough for the open ones.

use std::path::{Path, PathBuf};

use senim_core::problem::Problem;

use crate::app::App;
use crate::http::problem::Refusal;

/// Called before a session is opened, so that open sessions don't run out of space.
pub(crate) fn check_room(app: &App) -> Result<(), Refusal> {
    let min = u64::from(app.config.free_space_min_mib) * 1024 * 1024;
    if let Some(folder) = folder(&app.config.database) {
        match free_bytes(&folder) {
            Ok(free) if free < min => {
                tracing::error!(
                    folder = %folder.display(),
                    free_mib = free / 1024 / 1024,
                    "the disk is nearly full; new sessions are refused"
                );
                return Err(Problem::StorageFull.into());
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(folder = %folder.display(), %error, "can't read the free disk space");
            }
        }
    }
    Ok(())
}

/// The folder that this host writes to. `None` for a remote database, which is monitored on its own machine.
fn folder(database: &str) -> Option<PathBuf> {
    let folder = Path::new(database.strip_prefix("sqlite:")?).parent()?;
    Some(if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() })
}

fn free_bytes(folder: &Path) -> std::io::Result<u64> {
    let found = rustix::fs::statvfs(folder)?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_the_database_is_watched() {
        assert_eq!(folder("sqlite:senim.db"), Some(PathBuf::from(".")));
        assert_eq!(folder("sqlite:/var/senim.db"), Some(PathBuf::from("/var")));
        assert_eq!(folder("postgres://a/b"), None);
        assert!(free_bytes(Path::new(".")).unwrap() > 0);
    }
}
