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
    let mut records = records(text)?.into_iter().filter(|it| it.iter().any(|it| !it.is_empty()));
    let columns = records.next().context("it is empty")?;
    let column = |name: &str| columns.iter().position(|it| it == name);
    let (Some(path), Some(person)) = (column("picture"), column("person")) else {
        bail!("the first line names the columns, `picture` and `person` among them");
    };
    let session = column("session");
    records
        .map(|cells| {
            let line = cells.join(",");
            ensure!(cells.len() == columns.len(), "`{line}` has not {} columns", columns.len());
            let label = |(place, value): (usize, &String)| {
                let own = place == path || place == person || Some(place) == session;
                (!own && !value.is_empty()).then(|| format!("{}={value}", columns[place]))
            };
            Ok(Picture {
                path: cells[path].clone(),
                person: cells[person].clone(),
                session: session.map_or_else(String::new, |it| cells[it].clone()),
                groups: cells.iter().enumerate().filter_map(label).collect(),
            })
        })
        .collect()
}

/// RFC 4180 §2, with the byte order mark that spreadsheets write and spaces around a cell left out.
fn records(text: &str) -> anyhow::Result<Vec<Vec<String>>> {
    let (mut records, mut record, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut was_quoted) = (false, false);
    let mut letters = text.trim_start_matches('\u{feff}').chars().peekable();
    let end = |cell: &mut String, was_quoted: &mut bool| {
        let whole = std::mem::take(cell);
        if std::mem::take(was_quoted) { whole } else { whole.trim().to_owned() }
    };
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
            '"' if quoted => quoted = false,
            _ if quoted => cell.push(letter),
            '"' if cell.trim().is_empty() && !was_quoted => {
                cell.clear();
                (quoted, was_quoted) = (true, true);
            }
            ',' => record.push(end(&mut cell, &mut was_quoted)),
            '\n' => {
                record.push(end(&mut cell, &mut was_quoted));
                records.push(std::mem::take(&mut record));
            }
            // Behind closing quotes stands nothing else.
            _ if was_quoted && letter.is_whitespace() => {}
            _ if was_quoted => bail!("line {}: `{letter}` behind a quoted cell", records.len() + 1),
            _ => cell.push(letter),
        }
    }
    ensure!(!quoted, "a quoted cell is not closed");
    record.push(end(&mut cell, &mut was_quoted));
    records.push(record);
    Ok(records)
}

/// In the order of their names; without what systems leave beside files: `.DS_Store`, `._1.jpg`, `__MACOSX`.
pub(super) fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let listed = std::fs::read_dir(folder)
        .with_context(|| format!("`{}` can't be read", folder.display()))?;
    let mut entries = listed.map(|it| Ok(it?.path())).collect::<std::io::Result<Vec<_>>>()?;
    entries.retain(|it| !is_left_behind(it));
    entries.sort();
    Ok(entries)
}

pub(super) fn is_left_behind(path: &Path) -> bool {
    let name = path.file_name().map(|it| it.to_string_lossy()).unwrap_or_default();
    name.starts_with('.') || name == "__MACOSX" || name == "Thumbs.db"
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

    /// As spreadsheets save it.
    #[test]
    fn a_manifest_may_have_a_byte_order_mark_quotes_and_returns() {
        let text = "\u{feff}picture,person,place\r\n\"a, b/1.jpg\", \"O\"\"Neil\" ,\"two\r\nlines\"\r\n\r\nc.jpg,c,\r\n";
        let pictures = parse(text).unwrap();
        assert_eq!(pictures.len(), 2);
        assert_eq!(
            (pictures[0].path.as_str(), pictures[0].person.as_str()),
            ("a, b/1.jpg", "O\"Neil")
        );
        assert_eq!(pictures[0].groups, ["place=two\r\nlines"]);
        assert_eq!((pictures[1].path.as_str(), pictures[1].groups.len()), ("c.jpg", 0));
        for broken in ["picture,person\n\"a,b\n", "picture,person\n\"a\"b,c\n"] {
            assert!(parse(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn files_left_by_operating_systems_are_ignored() {
        let folder = std::env::temp_dir().join(format!("senim-hidden-{}", std::process::id()));
        for person in ["a", "__MACOSX", ".trash"] {
            std::fs::create_dir_all(folder.join(person)).unwrap();
            for picture in ["1.jpg", "._1.jpg", ".DS_Store"] {
                std::fs::write(folder.join(person).join(picture), b"").unwrap();
            }
        }
        let manifest = Manifest::folder(&folder).unwrap();
        std::fs::remove_dir_all(folder).unwrap();
        let paths: Vec<&str> = manifest.pictures.iter().map(|it| it.path.as_str()).collect();
        assert_eq!(paths, ["a/1.jpg"]);
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
