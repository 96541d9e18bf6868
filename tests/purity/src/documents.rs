//! What stands in two documents is the same in both.

use std::path::Path;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)).unwrap()
}

/// The headings below the title as links name them, with their levels: `##the-api-by-example`. A translation says
/// them in an anchor on the line before.
fn sections(text: &str) -> Vec<String> {
    let mut sections = Vec::new();
    let mut anchor = None;
    let mut fenced = false;
    for line in text.lines() {
        fenced ^= line.starts_with("```");
        if let Some(named) = line.strip_prefix("<a id=\"") {
            anchor = named.split('"').next().map(str::to_owned);
        } else if !fenced && let Some((level, title)) = line.split_once(' ').filter(|(level, _)| is_heading(level)) {
            let own = title.to_lowercase().replace(' ', "-");
            sections.push(format!("{level}{}", anchor.take().unwrap_or(own)));
        }
    }
    sections
}

/// `##` and deeper.
fn is_heading(level: &str) -> bool {
    level.len() > 1 && level.bytes().all(|byte| byte == b'#')
}

/// What stands in fences, line by line, without comments and what is before them.
fn commands(text: &str) -> Vec<String> {
    let fenced = text.split("\n```").skip(1).step_by(2);
    fenced
        .flat_map(|block| block.lines().skip(1))
        .map(|line| {
            let comment = if line.starts_with('#') { Some(0) } else { line.find(" #") };
            line[..comment.unwrap_or(line.len())].trim_end().to_owned()
        })
        .filter(|line| !line.is_empty())
        .collect()
}

/// What one has and the other lacks, or has in another place.
fn differences(english: &str, chinese: &str) -> Vec<String> {
    let mut differences = Vec::new();
    for (what, of) in [("section", sections as fn(&str) -> Vec<String>), ("line of a command", commands)] {
        let (here, there) = (of(english), of(chinese));
        let lack = |of: &[String], in_: &[String], name: &str| {
            let missing: Vec<_> = of.iter().filter(|one| !in_.contains(one)).collect();
            missing
                .into_iter()
                .map(|one| format!("{name} lacks the {what} {one}"))
                .collect::<Vec<_>>()
        };
        differences.extend(lack(&here, &there, "README.zh-CN.md"));
        differences.extend(lack(&there, &here, "README.md"));
        if differences.is_empty() && here != there {
            differences.push(format!("each {what} is there, but not in the same order"));
        }
    }
    differences
}

#[test]
fn the_readme_has_the_same_sections_and_commands_in_both_languages() {
    let (english, chinese) = (read("README.md"), read("README.zh-CN.md"));
    assert!(sections(&english).len() > 5 && commands(&english).len() > 30);
    assert_eq!(differences(&english, &chinese), Vec::<String>::new());
}

#[test]
fn a_section_or_a_command_that_one_language_lacks_is_named() {
    let english = "# T\n\n## How it works\n\n```\nmake x   # does x\n```\n\n## Deploy\n";
    let chinese = "# T\n\n<a id=\"how-it-works\"></a>\n## 原理\n\n```\nmake x   # 做\n```\n\n<a id=\"deploy\"></a>\n## 部署\n";
    assert_eq!(differences(english, chinese), Vec::<String>::new());
    let lacks = chinese.replace("<a id=\"deploy\"></a>\n## 部署\n", "");
    assert_eq!(differences(english, &lacks), ["README.zh-CN.md lacks the section ##deploy"]);
    assert_eq!(differences(&lacks, english), ["README.md lacks the section ##deploy"]);
    let other = chinese.replace("make x", "make y");
    let found = differences(english, &other);
    assert_eq!(found[0], "README.zh-CN.md lacks the line of a command make x");
    let order = "# T\n\n## Deploy\n\n```\nmake x\n```\n\n## How it works\n";
    assert_eq!(differences(english, order), ["each section is there, but not in the same order"]);
}

/// Somebody who copies them out of the page has what `make test` runs.
#[test]
fn the_senders_in_the_page_are_those_that_are_tested_and_their_versions_the_pinned_ones() {
    let page = read("docs/clients.md");
    for (file, language) in [("python/sender.py", "python"), ("typescript/sender.ts", "ts")] {
        let text = read(&format!("tests/senders/{file}"));
        assert!(
            page.contains(&format!("```{language}\n{text}```\n")),
            "{file} is not as it stands in docs/clients.md"
        );
    }
    let python = read("tests/senders/python/requirements.txt");
    let node = read("tests/senders/typescript/package.json");
    for (package, between, pins) in [
        ("openapi-python-client", "==", &python),
        ("openapi-typescript", "\": \"", &node),
        ("openapi-fetch", "\": \"", &node),
        ("typescript", "\": \"", &node),
    ] {
        let (_, rest) = pins.split_once(&format!("{package}{between}")).unwrap();
        let version = rest.split(['\n', '"']).next().unwrap();
        let named = [format!("{package}=={version}"), format!("{package}@{version}")];
        assert!(
            named.iter().any(|named| page.contains(named)),
            "docs/clients.md has another {package} than {version}"
        );
    }
}
