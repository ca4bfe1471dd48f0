//! Room on the disk: new sessions are refused while there is still enough for those that are open.

use std::path::{Path, PathBuf};

use senim_core::problem::Problem;

use crate::app::App;
use crate::http::problem::Refusal;

/// Asked before a session is opened, so that nothing that was begun fails for want of room.
pub(crate) fn check_room(app: &App) -> Result<(), Refusal> {
    let min = u64::from(app.config.free_space_min_mib) * 1024 * 1024;
    for folder in folders(&app.config.database, &app.config.data_dir) {
        match free_bytes(&folder) {
            Ok(free) if free < min => {
                tracing::error!(
                    folder = %folder.display(),
                    free_mib = free / 1024 / 1024,
                    "too little room is left on the disk, and new sessions are refused"
                );
                return Err(Problem::StorageFull.into());
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(folder = %folder.display(), %error, "the room left can't be read");
            }
        }
    }
    Ok(())
}

/// Where this host writes. The room of a database elsewhere is for its own machine to watch.
fn folders(database: &str, data_dir: &Path) -> Vec<PathBuf> {
    let file = database.strip_prefix("sqlite:").map(Path::new);
    let folder = file
        .and_then(Path::parent)
        .map(|it| if it.as_os_str().is_empty() { PathBuf::from(".") } else { it.to_owned() });
    folder.into_iter().chain(data_dir.is_dir().then(|| data_dir.to_owned())).collect()
}

fn free_bytes(folder: &Path) -> std::io::Result<u64> {
    let found = rustix::fs::statvfs(folder)?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_the_database_and_the_hosts_own_are_watched() {
        let here = Path::new(".");
        assert_eq!(folders("sqlite:senim.db", Path::new("none")), [here]);
        assert_eq!(folders("sqlite:/var/senim.db", here), [Path::new("/var"), here]);
        assert_eq!(folders("postgres://a/b", here), [here]);
        assert!(free_bytes(here).unwrap() > 0);
    }
}
