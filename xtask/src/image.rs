//! The built-in engine as a vendor's container image: FROM scratch, the program, its libraries and the models (BIO-1).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::command;
use crate::native;
use crate::place::Place;
use crate::say;

const IMAGE: &str = "localhost/senim-solution:1";

/// No shell, no package, no user of its own: whoever breaks out of the program finds nothing. The number is
/// nobody's; the port is the contract's.
const CONTAINERFILE: &str = r#"FROM scratch
COPY root/ /
USER 65532:65532
EXPOSE 8090
ENTRYPOINT ["/senim", "solution", "serve", "--listen", "0.0.0.0:8090", "--models-dir", "/models", "--onnxruntime", "/libonnxruntime.so"]
"#;

/// Builds the image and writes it as an OCI archive into `.senim`.
pub(crate) fn build(place: &Place) -> Result<()> {
    if command::on_path("podman").is_none() {
        bail!("podman is missing: apt-get install podman buildah runc netavark");
    }
    native::build(place)?;
    say::chapter("packing the built-in engine as a vendor's image");
    let context = place.senim.join("solution-image");
    let root = context.join("root");
    if root.exists() {
        fs::remove_dir_all(&root)?;
    }
    fs::create_dir_all(root.join("models"))?;
    let program = place.binary("senim");
    copy(&program, &root.join("senim"))?;
    let onnxruntime = place.onnxruntime();
    copy(&onnxruntime, &root.join("libonnxruntime.so"))?;
    for library in [libraries(&program)?, libraries(&onnxruntime)?].concat() {
        let there = root.join(library.strip_prefix("/").unwrap_or(&library));
        fs::create_dir_all(there.parent().context("a library lies in a folder")?)?;
        copy(&library, &there)?;
    }
    for entry in fs::read_dir(place.senim.join("models"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == "onnx") {
            let name = path.file_name().context("a model has a name")?;
            copy(&path, &root.join("models").join(name))?;
        }
    }
    fs::write(context.join("Containerfile"), CONTAINERFILE)?;
    let mut podman = Command::new("podman");
    podman.args(["--storage-driver", "vfs", "build", "--tag", IMAGE]).arg(&context);
    command::quietly(&mut podman)?;
    let archive = place.senim.join("senim-solution.tar");
    if archive.exists() {
        fs::remove_file(&archive)?;
    }
    let mut podman = Command::new("podman");
    podman.args(["--storage-driver", "vfs", "save", "--format", "oci-archive", "--output"]);
    command::quietly(podman.arg(&archive).arg(IMAGE))?;
    say::line(format!("{IMAGE}, and as an archive in {}", archive.display()));
    Ok(())
}

/// What the loader would open, the loader itself included.
fn libraries(program: &Path) -> Result<Vec<PathBuf>> {
    let said = command::output(Command::new("ldd").arg(program))?;
    let words = said.split_whitespace().filter(|it| it.starts_with('/'));
    Ok(words.map(PathBuf::from).filter(|it| it.is_file()).collect())
}

/// Links of the system's folders are followed.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("{} can't be copied", from.display()))?;
    Ok(())
}
