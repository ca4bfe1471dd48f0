//! The built-in engine as a vendor's container image: the program, its libraries and the models (BIO-1).

use std::fs;

use anyhow::{Context as _, Result};

use crate::native;
use crate::oci::{self, Image};
use crate::package::{copy, libraries};
use crate::place::Place;
use crate::say;

const IMAGE: Image<'static> = Image {
    reference: "localhost/senim-solution:1",
    title: "Senim's built-in biometric solution",
    entrypoint: &[
        "/senim",
        "solution",
        "serve",
        "--listen",
        "0.0.0.0:8090",
        "--models-dir",
        "/models",
        "--onnxruntime",
        "/libonnxruntime.so",
    ],
    ports: &[8090],
    working_dir: "/",
};

/// Writes the image as an OCI archive into `.senim`.
pub(crate) fn build(place: &Place) -> Result<()> {
    native::build(place)?;
    say::chapter("packing the built-in engine as a vendor's image");
    let root = place.senim.join("solution-image");
    if root.exists() {
        fs::remove_dir_all(&root)?;
    }
    let (program, onnxruntime) = (place.binary("senim"), place.onnxruntime());
    copy(&program, &root.join("senim"), 0o755)?;
    copy(&onnxruntime, &root.join("libonnxruntime.so"), 0o755)?;
    for library in [libraries(&program)?, libraries(&onnxruntime)?].concat() {
        copy(&library, &root.join(library.strip_prefix("/").unwrap_or(&library)), 0o755)?;
    }
    for entry in fs::read_dir(place.models())? {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == "onnx") {
            let name = path.file_name().context("a model has a name")?;
            copy(&path, &root.join("models").join(name), 0o644)?;
        }
    }
    let archive = place.senim.join("senim-solution.tar");
    oci::write(&root, &IMAGE, &archive)?;
    fs::remove_dir_all(root)?;
    say::line(format!("{}, as an OCI archive, in {}", IMAGE.reference, archive.display()));
    Ok(())
}
