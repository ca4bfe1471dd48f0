//! Files that hold a secret: other users must not be able to read them.

use std::io::{Error, ErrorKind, Result};
use std::path::Path;

/// Write for the group, anything for others.
#[cfg(unix)]
const FORBIDDEN: u32 = 0o027;

/// Refuses a file that its group may write, or others may read or write: 0600, 0400, 0640 and 0440
/// pass. The error says what to do and contains nothing of the file.
pub fn check_secret_file(path: &Path) -> Result<()> {
    let about = std::fs::metadata(path)?;
    if !about.is_file() {
        return Err(Error::new(ErrorKind::InvalidInput, "it is not a file"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = about.permissions().mode() & 0o7777;
        if mode & FORBIDDEN != 0 {
            let why =
                format!("its mode is {mode:04o}, so others may read or change it: chmod 0600 it");
            return Err(Error::new(ErrorKind::PermissionDenied, why));
        }
    }
    Ok(())
}

/// The whole of a file that passes [`check_secret_file`].
pub fn read_secret_file(path: &Path) -> Result<String> {
    check_secret_file(path)?;
    std::fs::read_to_string(path)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_secret_that_others_may_read_is_refused() {
        let path = std::env::temp_dir().join(format!("senim-secret-{}", std::process::id()));
        std::fs::write(&path, "secret").unwrap();
        for (mode, passes) in [
            (0o600, true),
            (0o400, true),
            (0o640, true),
            (0o440, true),
            (0o644, false),
            (0o604, false),
            (0o660, false),
            (0o620, false),
            (0o601, false),
            (0o666, false),
        ] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let read = read_secret_file(&path);
            assert_eq!(read.is_ok(), passes, "{mode:o}");
            if let Err(error) = read {
                assert!(
                    error.to_string().contains("chmod") && !error.to_string().contains("secret")
                );
            }
        }
        std::fs::remove_file(&path).unwrap();
        assert!(
            check_secret_file(&path).is_err() && check_secret_file(&std::env::temp_dir()).is_err()
        );
    }
}
