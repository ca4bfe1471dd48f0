//! Loads WebAssembly components. The compiled code is cached beside the file, under a name with its digest.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use wasmtime::Engine;
use wasmtime::component::Component;

#[derive(Debug, thiserror::Error)]
pub enum ComponentError {
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{}: its SHA-256 is {found}, but the configuration says {expected}", path.display())]
    Another { path: PathBuf, found: String, expected: String },
    #[error("{}: {source:#}", path.display())]
    Wasm { path: PathBuf, source: wasmtime::Error },
}

/// Ready to be linked.
pub struct OpenedComponent {
    pub component: Component,
    /// SHA-256 of the component's file, in hexadecimal.
    pub digest: String,
}

/// Reads the component and compiles it, unless that was done before by this version of the engine. With `sha256`, in
/// hexadecimal, another file under its name is refused before it is looked at.
pub fn open_component(
    engine: &Engine,
    path: &Path,
    sha256: Option<&str>,
) -> Result<OpenedComponent, ComponentError> {
    let file = |source| ComponentError::File { path: path.to_owned(), source };
    let wasm = |source| ComponentError::Wasm { path: path.to_owned(), source };
    let bytes = fs::read(path).map_err(file)?;
    let digest = senim_core::jose::sha256(&bytes);
    if let Some(expected) = sha256.filter(|it| !it.eq_ignore_ascii_case(&digest)) {
        let (path, expected) = (path.to_owned(), expected.to_owned());
        return Err(ComponentError::Another { path, found: digest, expected });
    }
    let kept = kept_path(path, &digest);
    if let Some(component) = is_ours(&kept, path).then(|| deserialized(engine, &kept)).flatten() {
        return Ok(OpenedComponent { component, digest });
    }
    let component = Component::new(engine, &bytes).map_err(wasm)?;
    // Not fatal: the next start only takes a second longer.
    if let Err(error) = keep(&kept, &component.serialize().map_err(wasm)?) {
        tracing::warn!(%error, "can't cache the compiled component");
    }
    Ok(OpenedComponent { component, digest })
}

/// Whether a configuration can mean a SHA-256 by it.
pub fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|it| it.is_ascii_hexdigit())
}

/// SAFETY of what follows: [`is_ours`] holds, so only somebody who could replace the component wrote the file. Another
/// version of wasmtime is refused by the file's header.
#[expect(unsafe_code, reason = "wasmtime can't check compiled code, only recognise its own")]
fn deserialized(engine: &Engine, kept: &Path) -> Option<Component> {
    unsafe { Component::deserialize_file(engine, kept) }.ok()
}

/// Compiled code runs unchecked: nobody but the component's owner may have written the file.
fn is_ours(kept: &Path, component: &Path) -> bool {
    let (Ok(kept), Ok(component)) = (fs::symlink_metadata(kept), fs::metadata(component)) else {
        return false;
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        kept.is_file() && kept.uid() == component.uid() && kept.mode() & 0o022 == 0
    }
    #[cfg(not(unix))]
    {
        kept.is_file() && component.is_file()
    }
}

/// `gate.<digest>.cwasm` beside `gate.wasm`.
fn kept_path(path: &Path, digest: &str) -> PathBuf {
    path.with_extension(format!("{}.cwasm", &digest[..16]))
}

/// Writes atomically, as another process may be reading, and removes the cache of earlier components of this name.
fn keep(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = path.with_extension(format!("{}.part", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o644);
    let mut file = options.open(&part)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    file.write_all(bytes)?;
    file.sync_data()?;
    fs::rename(&part, path)?;
    for entry in fs::read_dir(path.parent().unwrap_or(path))? {
        let other = entry?.path();
        if other != path && is_same_component(&other, path) {
            fs::remove_file(other)?;
        }
    }
    Ok(())
}

/// Whether both are `NAME.<digest>.cwasm` with one name.
fn is_same_component(one: &Path, other: &Path) -> bool {
    let name = |path: &Path| Path::new(path.file_stem()?).file_stem().map(ToOwned::to_owned);
    one.extension() == other.extension() && name(one) == name(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The smallest component there is.
    const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

    #[test]
    fn only_caches_of_earlier_versions_of_one_component_are_removed() {
        let kept = Path::new("x/gate.abc.cwasm");
        assert!(is_same_component(Path::new("x/gate.def.cwasm"), kept));
        for other in ["x/gate.wasm", "x/other.abc.cwasm", "x/gate.abc.part", "x/cwasm"] {
            assert!(!is_same_component(Path::new(other), kept), "{other}");
        }
    }

    #[test]
    fn compiled_code_is_taken_up_again_and_an_earlier_ones_goes() {
        let folder = folder("kept");
        let path = folder.join("gate.wasm");
        fs::write(&path, EMPTY).unwrap();
        fs::write(folder.join("gate.0123456789abcdef.cwasm"), "of an earlier gate").unwrap();
        let engine = Engine::default();
        let opened = open_component(&engine, &path, None).unwrap();
        let kept = kept_path(&path, &opened.digest);
        let written = fs::metadata(&kept).unwrap().modified().unwrap();
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
        open_component(&engine, &path, None).unwrap();
        assert_eq!(fs::metadata(&kept).unwrap().modified().unwrap(), written);
    }

    #[test]
    fn another_component_than_the_expected_one_is_not_opened() {
        let folder = folder("another");
        let path = folder.join("gate.wasm");
        fs::write(&path, EMPTY).unwrap();
        let engine = Engine::default();
        let digest = open_component(&engine, &path, None).unwrap().digest;
        assert!(is_sha256(&digest) && is_sha256(&digest.to_uppercase()));
        assert!(!is_sha256(&digest[1..]) && !is_sha256(&digest.replace(&digest[..1], "g")));
        for expected in [digest.clone(), digest.to_uppercase()] {
            assert!(open_component(&engine, &path, Some(&expected)).is_ok());
        }
        // What was compiled of the right one is there, and another stands under its name.
        fs::write(&path, [EMPTY, b"\0\x01\0"].concat()).unwrap();
        let error = open_component(&engine, &path, Some(&digest)).err().expect("refused");
        let told = error.to_string();
        assert!(told.contains("gate.wasm") && told.contains(&digest), "{told}");
        assert!(matches!(error, ComponentError::Another { .. }));
    }

    #[cfg(unix)]
    #[test]
    fn compiled_code_that_others_can_write_is_not_run() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = folder("others");
        let path = folder.join("gate.wasm");
        fs::write(&path, EMPTY).unwrap();
        let engine = Engine::default();
        let kept = kept_path(&path, &open_component(&engine, &path, None).unwrap().digest);
        assert!(is_ours(&kept, &path));
        fs::set_permissions(&kept, fs::Permissions::from_mode(0o666)).unwrap();
        assert!(!is_ours(&kept, &path));
        open_component(&engine, &path, None).unwrap();
        assert!(is_ours(&kept, &path), "it was compiled anew");
        let elsewhere = folder.join("elsewhere");
        fs::rename(&kept, &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &kept).unwrap();
        assert!(!is_ours(&kept, &path), "a link");
    }

    fn folder(name: &str) -> PathBuf {
        let name = format!("senim-component-{}-{name}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }
}
