//! The pictures of a trial and who is on them: a folder of folders, or a CSV file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};

/// Who is on which picture.
#[derive(Clone, Debug, Default)]
pub(super) struct Manifest {
    /// Where the pictures' paths begin.
    pub(super) root: PathBuf,
    pub(super) pictures: Vec<Picture>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Picture {
    /// Below the root, with `/`.
    pub(super) path: String,
    pub(super) person: String,
    /// Taken together with others of the same word: frames of one clip, one day.
    pub(super) session: String,
    /// Label columns and their values: `sex=f`.
    pub(super) groups: Vec<String>,
}

impl Manifest {
    /// Each folder is a person, each JPEG or PNG in it a picture of theirs.
    pub(super) fn folder(root: &Path) -> anyhow::Result<Self> {
        let mut pictures = Vec::new();
        for person in entries(root)?.into_iter().filter(|it| it.is_dir()) {
            let name = name(&person)?;
            for picture in entries(&person)?.into_iter().filter(|it| is_picture(it)) {
                pictures.push(Picture {
                    path: format!("{name}/{}", self::name(&picture)?),
                    person: name.clone(),
                    session: String::new(),
                    groups: Vec::new(),
                });
            }
        }
        ensure!(!pictures.is_empty(), "`{}` has no folders of pictures", root.display());
        Ok(Self { root: root.to_owned(), pictures })
    }

    /// A CSV file whose first line names the columns: `picture` and `person`, perhaps `session`; each further one
    /// is a label. Paths are relative to the file.
    pub(super) fn file(file: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("`{}` can't be read", file.display()))?;
        let root = file.parent().unwrap_or(Path::new("")).to_owned();
        Ok(Self {
            root,
            pictures: parse(&text).with_context(|| format!("in `{}`", file.display()))?,
        })
    }

    /// Other labels for some pictures, as [`Self::file`] reads them: another person's name, or none to leave the
    /// picture out. `FOLDER/*` is every picture there.
    pub(super) fn corrected(&self, file: &Path) -> anyhow::Result<Vec<Option<String>>> {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("`{}` can't be read", file.display()))?;
        let corrections: BTreeMap<String, String> =
            parse(&text)?.into_iter().map(|it| (it.path, it.person)).collect();
        let correction = |picture: &Picture| {
            let folder = picture.path.rsplit_once('/').map(|(folder, _)| format!("{folder}/*"));
            corrections.get(&picture.path).or_else(|| corrections.get(&folder?))
        };
        let label = |picture: &Picture| match correction(picture) {
            Some(person) => Some(person.clone()).filter(|it| !it.is_empty()),
            None => Some(picture.person.clone()),
        };
        Ok(self.pictures.iter().map(label).collect())
    }
}

fn parse(text: &str) -> anyhow::Result<Vec<Picture>> {
    let mut lines = text.lines().filter(|it| !it.trim().is_empty());
    let columns: Vec<&str> =
        lines.next().context("it is empty")?.split(',').map(str::trim).collect();
    let column = |name: &str| columns.iter().position(|it| *it == name);
    let (Some(path), Some(person)) = (column("picture"), column("person")) else {
        bail!("the first line names the columns, `picture` and `person` among them");
    };
    let session = column("session");
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split(',').map(str::trim).collect();
            ensure!(cells.len() == columns.len(), "`{line}` has not {} columns", columns.len());
            let label = |(place, value): (usize, &&str)| {
                let own = place == path || place == person || Some(place) == session;
                (!own && !value.is_empty()).then(|| format!("{}={value}", columns[place]))
            };
            Ok(Picture {
                path: cells[path].to_owned(),
                person: cells[person].to_owned(),
                session: session.map_or_else(String::new, |it| cells[it].to_owned()),
                groups: cells.iter().enumerate().filter_map(label).collect(),
            })
        })
        .collect()
}

/// In the order of their names.
pub(super) fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let listed = std::fs::read_dir(folder)
        .with_context(|| format!("`{}` can't be read", folder.display()))?;
    let mut entries = listed.map(|it| Ok(it?.path())).collect::<std::io::Result<Vec<_>>>()?;
    entries.sort();
    Ok(entries)
}

pub(super) fn is_picture(path: &Path) -> bool {
    let extension = path.extension().and_then(|it| it.to_str()).unwrap_or_default();
    ["jpg", "jpeg", "png"].iter().any(|it| extension.eq_ignore_ascii_case(it))
}

fn name(path: &Path) -> anyhow::Result<String> {
    let name = path.file_name().and_then(|it| it.to_str());
    name.map(str::to_owned).with_context(|| format!("`{}` is not named in UTF-8", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_has_pictures_people_sessions_and_labels() {
        let pictures =
            parse("picture,person,sex,session,age\na/1.jpg,a,f,mon,\nb/1.jpg,b,,,40\n").unwrap();
        assert_eq!(pictures[0].groups, ["sex=f"]);
        assert_eq!((pictures[0].session.as_str(), pictures[1].person.as_str()), ("mon", "b"));
        assert_eq!(pictures[1].groups, ["age=40"]);
        assert!(parse("path,person\n").is_err());
        assert!(parse("picture,person\na.jpg\n").is_err());
    }

    #[test]
    fn corrections_rename_leave_out_and_take_whole_folders() {
        let folder = std::env::temp_dir().join(format!("senim-trial-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("errata.csv");
        std::fs::write(&file, "picture,person\na/1.jpg,c\na/2.jpg,\nb/*,d\n").unwrap();
        let picture = |path: &str, person: &str| Picture {
            path: path.to_owned(),
            person: person.to_owned(),
            session: String::new(),
            groups: vec![],
        };
        let manifest = Manifest {
            root: folder.clone(),
            pictures: ["a/1.jpg", "a/2.jpg", "a/3.jpg", "b/1.jpg"]
                .map(|it| picture(it, &it[..1]))
                .to_vec(),
        };
        let labels = manifest.corrected(&file).unwrap();
        assert_eq!(labels, [Some("c"), None, Some("a"), Some("d")].map(|it| it.map(str::to_owned)));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
