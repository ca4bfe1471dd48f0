//! Writes a container image as an OCI archive (image-spec 1.1): one layer, no builder needed.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// What a container of the image starts with.
pub(crate) struct Image<'a> {
    /// With its tag.
    pub(crate) reference: &'a str,
    pub(crate) title: &'a str,
    pub(crate) entrypoint: &'a [&'a str],
    pub(crate) ports: &'a [u16],
    pub(crate) working_dir: &'a str,
}

/// No shell, no package manager: whoever breaks out of the program finds nothing. The number is nobody's.
pub(crate) const USER: &str = "65532:65532";

/// Everything below `root` becomes the image's only layer, owned by root, with the same bytes for the same files.
pub(crate) fn write(root: &Path, image: &Image<'_>, to: &Path) -> Result<()> {
    let layer = tarred(root)?;
    let packed = gzipped(&layer)?;
    let ports: serde_json::Map<_, _> =
        image.ports.iter().map(|it| (format!("{it}/tcp"), json!({}))).collect();
    let config = serde_json::to_vec(&json!({
        "architecture": architecture(),
        "os": "linux",
        "config": {
            "User": USER,
            "Entrypoint": image.entrypoint,
            "ExposedPorts": ports,
            "WorkingDir": image.working_dir,
            "Labels": { "org.opencontainers.image.title": image.title },
        },
        "rootfs": { "type": "layers", "diff_ids": [named(&layer)] },
        "history": [{ "created_by": "cargo xtask package" }],
    }))?;
    let described = |kind: &str, bytes: &[u8]| {
        json!({
            "mediaType": format!("application/vnd.oci.image.{kind}"),
            "digest": named(bytes),
            "size": bytes.len(),
        })
    };
    let manifest = serde_json::to_vec(&json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": described("config.v1+json", &config),
        "layers": [described("layer.v1.tar+gzip", &packed)],
    }))?;
    let mut entry = described("manifest.v1+json", &manifest);
    entry["annotations"] = json!({ "org.opencontainers.image.ref.name": image.reference });
    let index = serde_json::to_vec(&json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [entry],
    }))?;
    let layout = serde_json::to_vec(&Value::from_iter([("imageLayoutVersion", "1.0.0")]))?;

    let file = File::create(to).with_context(|| format!("cannot write {}", to.display()))?;
    let mut archive = tar::Builder::new(file);
    append(&mut archive, "oci-layout", &layout)?;
    append(&mut archive, "index.json", &index)?;
    for blob in [&config, &manifest, &packed] {
        append(&mut archive, &format!("blobs/sha256/{}", digest(blob)), blob)?;
    }
    archive.into_inner()?.sync_all()?;
    Ok(())
}

/// A folder as a tar archive in which nothing depends on who made it or when.
pub(crate) fn tarred(root: &Path) -> Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    archive.mode(tar::HeaderMode::Deterministic);
    archive.follow_symlinks(false);
    add(&mut archive, root, Path::new(""))?;
    Ok(archive.into_inner()?)
}

fn add(archive: &mut tar::Builder<Vec<u8>>, root: &Path, below: &Path) -> Result<()> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root.join(below))? {
        names.push(entry?.file_name());
    }
    names.sort();
    for name in names {
        let (inside, outside) = (below.join(&name), root.join(below).join(&name));
        if outside.is_dir() {
            archive.append_dir(&inside, &outside)?;
            add(archive, root, &inside)?;
        } else {
            archive.append_path_with_name(&outside, &inside)?;
        }
    }
    Ok(())
}

pub(crate) fn gzipped(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::new(4));
    packed.write_all(bytes)?;
    Ok(packed.finish()?)
}

fn append(archive: &mut tar::Builder<File>, name: &str, bytes: &[u8]) -> Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_size(bytes.len().try_into()?);
    header.set_mode(0o644);
    header.set_cksum();
    archive.append_data(&mut header, name, bytes)?;
    Ok(())
}

fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |text, it| text + &format!("{it:02x}"))
}

fn named(bytes: &[u8]) -> String {
    format!("sha256:{}", digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_files_make_the_same_layer() {
        let folder = std::env::temp_dir().join(format!("senim-oci-{}", std::process::id()));
        let (one, two) = (folder.join("one"), folder.join("two"));
        for (root, names) in [(&one, ["b", "a"]), (&two, ["a", "b"])] {
            fs::create_dir_all(root.join("usr/bin")).unwrap();
            for name in names {
                fs::write(root.join("usr/bin").join(name), name).unwrap();
            }
        }
        assert_eq!(digest(&tarred(&one).unwrap()), digest(&tarred(&two).unwrap()));
        fs::write(two.join("usr/bin/a"), "another").unwrap();
        assert_ne!(digest(&tarred(&one).unwrap()), digest(&tarred(&two).unwrap()));
        fs::remove_dir_all(folder).unwrap();
    }
}
