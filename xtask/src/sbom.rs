//! A software bill of materials: `CycloneDX` 1.5 as JSON, from cargo's own metadata.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::command;
use crate::place::Place;

/// A file in a package that no crate explains: a library of the system, a net.
pub(crate) struct Extra {
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) sha256: String,
}

/// `roots` are crates of ours, each with the target that it is built for; what only builds or tests them is left out.
pub(crate) fn write(
    place: &Place,
    subject: (&str, &str),
    roots: &[(&str, Option<&str>)],
    extras: &[Extra],
) -> Result<Vec<u8>> {
    let checksums = checksums(&fs::read_to_string(place.root.join("Cargo.lock"))?);
    let mut components = BTreeMap::new();
    for (root, target) in roots {
        let graph = graph(place, *target)?;
        for package in reached(&graph, root)? {
            let text = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
            let (name, version) = (text("name"), text("version"));
            let purl = format!("pkg:cargo/{name}@{version}");
            let mut component = json!({
                "type": "library",
                "bom-ref": purl,
                "name": name,
                "version": version,
                "purl": purl,
            });
            if let Some(licence) = package["license"].as_str() {
                // "MIT/Apache-2.0" is how it was written before SPDX.
                component["licenses"] = json!([{ "expression": licence.replace('/', " OR ") }]);
            }
            if let Some(sha256) = checksums.get(&(name, version)) {
                component["hashes"] = json!([{ "alg": "SHA-256", "content": sha256 }]);
            }
            components.insert(purl, component);
        }
    }
    for it in extras {
        let component = json!({
            "type": it.kind,
            "bom-ref": format!("file:{}", it.name),
            "name": it.name,
            "hashes": [{ "alg": "SHA-256", "content": it.sha256 }],
        });
        components.insert(format!("file:{}", it.name), component);
    }
    let (name, version) = subject;
    Ok(serde_json::to_vec_pretty(&json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application", "bom-ref": name, "name": name, "version": version,
            },
        },
        "components": components.into_values().collect::<Vec<_>>(),
    }))?)
}

fn graph(place: &Place, target: Option<&str>) -> Result<Value> {
    let mut metadata = place.cargo("metadata");
    metadata.args(["--locked", "--format-version=1"]);
    let target = match target {
        Some(it) => it.to_owned(),
        None => host()?,
    };
    metadata.args(["--filter-platform", &target]);
    Ok(serde_json::from_str(&command::output(&mut metadata)?)?)
}

fn host() -> Result<String> {
    let said = command::output(std::process::Command::new("rustc").arg("-vV"))?;
    let host = said.lines().find_map(|it| it.strip_prefix("host: "));
    Ok(host.context("rustc names no host")?.to_owned())
}

/// The packages that a crate of ours is made of, by dependencies that end up in the program.
fn reached<'a>(graph: &'a Value, root: &str) -> Result<Vec<&'a Value>> {
    let list = |it: &'a Value| it.as_array().map(Vec::as_slice).unwrap_or_default();
    let packages: BTreeMap<&str, &Value> =
        list(&graph["packages"]).iter().filter_map(|it| Some((it["id"].as_str()?, it))).collect();
    let nodes: BTreeMap<&str, &Value> = list(&graph["resolve"]["nodes"])
        .iter()
        .filter_map(|it| Some((it["id"].as_str()?, it)))
        .collect();
    let root = packages.iter().find(|(_, it)| it["name"] == *root).map(|(id, _)| *id);
    let mut left = vec![root.context("no such crate in the workspace")?];
    let mut seen = BTreeSet::new();
    while let Some(id) = left.pop() {
        if !seen.insert(id) {
            continue;
        }
        for dep in nodes.get(id).map(|it| list(&it["deps"])).unwrap_or_default() {
            let in_program = list(&dep["dep_kinds"]).iter().any(|it| it["kind"].is_null());
            if let Some(id) = dep["pkg"].as_str().filter(|_| in_program) {
                left.push(id);
            }
        }
    }
    Ok(seen.into_iter().filter_map(|it| packages.get(it).copied()).collect())
}

/// Of each crate that a registry brought.
fn checksums(lock: &str) -> BTreeMap<(String, String), String> {
    let mut found = BTreeMap::new();
    for block in lock.split("[[package]]") {
        let value = |key: &str| {
            let line = block.lines().find_map(|it| it.strip_prefix(key)?.strip_prefix(" = "));
            line.map(|it| it.trim_matches('"').to_owned())
        };
        if let (Some(name), Some(version), Some(sum)) =
            (value("name"), value("version"), value("checksum"))
        {
            found.insert((name, version), sum);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_is_its_crates() {
        let lock = "version = 4\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"ab\"\n\n[[package]]\nname = \"ours\"\nversion = \"0.1.0\"\n";
        let found = checksums(lock);
        assert_eq!(found.len(), 1);
        assert_eq!(found[&("a".to_owned(), "1.0.0".to_owned())], "ab");
    }

    #[test]
    fn what_only_builds_a_crate_is_left_out() {
        let graph = json!({
            "packages": [{"id": "r", "name": "root"}, {"id": "n", "name": "in"}, {"id": "b", "name": "builds"}],
            "resolve": { "nodes": [
                {"id": "r", "deps": [
                    {"pkg": "n", "dep_kinds": [{"kind": null}]},
                    {"pkg": "b", "dep_kinds": [{"kind": "build"}]},
                ]},
                {"id": "n", "deps": [{"pkg": "r", "dep_kinds": [{"kind": "dev"}]}]},
            ]},
        });
        let found = reached(&graph, "root").unwrap();
        let names: Vec<_> = found.iter().map(|it| it["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["in", "root"]);
    }
}
