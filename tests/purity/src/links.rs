//! Every relative link of every document here leads to something that is there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

/// The documents, by their paths from the root of the repository. What is fetched or built is none of them.
fn documents() -> BTreeMap<PathBuf, String> {
    fn look_into(folder: &Path, root: &Path, found: &mut BTreeMap<PathBuf, String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let (path, name) = (entry.path(), entry.file_name());
            if name.to_string_lossy().starts_with('.') || name == "target" || name == "node_modules" {
                continue;
            }
            if entry.file_type().unwrap().is_dir() {
                look_into(&path, root, found);
            } else if is_document(&path) {
                let text = std::fs::read_to_string(&path).unwrap();
                found.insert(path.strip_prefix(root).unwrap().to_owned(), text);
            }
        }
    }
    let mut found = BTreeMap::new();
    look_into(&root(), &root(), &mut found);
    found
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn is_document(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "md")
}

/// The lines that are no code, with their numbers.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    (1..).zip(text.lines()).filter(move |(_, line)| {
        let is_fence = line.trim_start().starts_with("```");
        fenced ^= is_fence;
        !fenced && !is_fence
    })
}

/// Where the links of a line lead; what stands between backticks links nowhere.
fn links(line: &str) -> Vec<String> {
    let without_code: String = line.split('`').step_by(2).collect();
    let ends = without_code.split("](").skip(1);
    ends.filter_map(|rest| Some(rest.split_once(')')?.0.to_owned())).collect()
}

/// The links within the repository.
fn relative(line: &str) -> impl Iterator<Item = String> {
    let is_elsewhere = |link: &String| ["http:", "https:", "mailto:"].iter().any(|scheme| link.starts_with(scheme));
    links(line).into_iter().filter(move |link| !is_elsewhere(link))
}

/// What links name the sections of a document by: its headings as they are shown, and its anchors.
fn anchors(text: &str) -> BTreeSet<String> {
    let (mut anchors, mut seen) = (BTreeSet::new(), BTreeMap::<String, usize>::new());
    for (_, line) in prose(text) {
        let named = line.split("<a id=\"").skip(1).filter_map(|rest| rest.split('"').next());
        anchors.extend(named.map(str::to_owned));
        let Some((level, title)) = line.split_once(' ') else { continue };
        if !level.is_empty() && level.bytes().all(|byte| byte == b'#') {
            let name = anchor(title);
            let before = seen.entry(name.clone()).or_default();
            anchors.insert(if *before == 0 { name } else { format!("{name}-{before}") });
            *before += 1;
        }
    }
    anchors
}

fn anchor(title: &str) -> String {
    // Of a link its text is shown.
    let mut shown = String::new();
    for part in title.split('[') {
        match part.split_once("](") {
            Some((text, rest)) => shown.extend([text, rest.split_once(')').map_or("", |(_, after)| after)]),
            None => shown.push_str(part),
        }
    }
    let letters = shown.trim().to_lowercase();
    let kept = letters
        .chars()
        .filter(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_' | ' '));
    kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
}

/// From the root of the repository; `None` outside of it.
fn target(document: &Path, link: &str) -> Option<PathBuf> {
    let mut target = document.parent()?.to_owned();
    for part in Path::new(link).components() {
        match part {
            Component::ParentDir => target.pop().then_some(())?,
            Component::Normal(name) => target.push(name),
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(target)
}

fn faults(documents: &BTreeMap<PathBuf, String>, is_there: impl Fn(&Path) -> bool) -> Vec<String> {
    let mut faults = Vec::new();
    for (document, text) in documents {
        for (number, line) in prose(text) {
            for link in relative(line) {
                let (file, section) = link
                    .split_once('#')
                    .map_or((link.as_str(), None), |(file, section)| (file, Some(section)));
                let target = if file.is_empty() {
                    Some(document.clone())
                } else {
                    target(document, file)
                };
                let fault = match (target.filter(|target| is_there(target)), section) {
                    (None, _) => "is not there",
                    (Some(target), Some(section)) => match documents.get(&target) {
                        Some(text) if !anchors(text).contains(section) => "has no such section",
                        Some(_) | None => continue,
                    },
                    (Some(_), None) => continue,
                };
                faults.push(format!("{}:{number}: {link} {fault}", document.display()));
            }
        }
    }
    faults
}

#[test]
fn every_link_within_the_documents_leads_somewhere() {
    let documents = documents();
    assert!(documents.len() > 60, "{:?}", documents.keys());
    let faults = faults(&documents, |path| root().join(path).exists());
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_link_that_leads_nowhere_is_named() {
    let here = "# T\n\n## How sure, `really`?\n\n## [Why](https://x.example)\n\n## Why\n\n<a id=\"named\"></a>\n### 名\n\
        \n[a](b.md) ![b](../c.png) [c](#how-sure-really) [d](b.md#deep) [e](#why-1) [f](#named) [g](#名) `[x](y)`\n\
        ```\n[x](y)\n# no section\n```\n[web](https://x.example#y)";
    let there = "# B\n\n## Deep\n";
    let with = |here: &str| BTreeMap::from([("docs/a.md".into(), here.to_owned()), ("docs/b.md".into(), there.to_owned())]);
    let is_there = |path: &Path| ["docs/a.md", "docs/b.md", "c.png"].iter().any(|one| path == Path::new(one));
    assert_eq!(faults(&with(here), is_there), Vec::<String>::new());
    for (from, to, fault) in [
        ("[a](b.md)", "[a](d.md)", "docs/a.md:12: d.md is not there"),
        ("(../c.png)", "(c.png)", "docs/a.md:12: c.png is not there"),
        ("(../c.png)", "(../../c.png)", "docs/a.md:12: ../../c.png is not there"),
        ("(b.md#deep)", "(b.md#deeper)", "docs/a.md:12: b.md#deeper has no such section"),
        ("(#why-1)", "(#why-2)", "docs/a.md:12: #why-2 has no such section"),
        ("(#named)", "(#no-section)", "docs/a.md:12: #no-section has no such section"),
    ] {
        assert_eq!(faults(&with(&here.replace(from, to)), is_there), [fault]);
    }
}

/// But for the links to each other, and for the table that stands in one of them only.
#[test]
fn the_readme_links_to_the_same_pages_in_both_languages() {
    let documents = documents();
    let pages = |name: &str| -> BTreeSet<String> {
        let lines = prose(&documents[Path::new(name)]);
        lines
            .flat_map(|(_, line)| relative(line))
            .filter(|link| !link.starts_with("README"))
            .collect()
    };
    assert_eq!(pages("README.md"), pages("README.zh-CN.md"));
}
