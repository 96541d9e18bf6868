//! The page's files, which travel inside the binary.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::closed_sets;

/// One file of the page.
#[derive(Debug)]
pub struct File {
    pub name: &'static str,
    pub content_type: &'static str,
    pub body: &'static str,
    /// Changes with the body.
    pub etag: String,
}

/// What `/console` itself is.
pub const INDEX: &str = "index.html";

macro_rules! files {
    ($($name:literal: $content_type:ident),+ $(,)?) => {
        [$(($name, $content_type, include_str!(concat!("../page/", $name)))),+]
    };
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// The one file that is made and not written.
const CLOSED_SETS: &str = "closed-sets.js";

static MADE: LazyLock<String> = LazyLock::new(closed_sets::module);

static FILES: LazyLock<Vec<File>> = LazyLock::new(|| {
    let written = files! {
        "index.html": HTML,
        "style.css": CSS,
        "icon.svg": SVG,
        "app.js": JS,
        "api.js": JS,
        "pushes.js": JS,
        "chart.js": JS,
        "csv.js": JS,
        "dialog-revoke.js": JS,
        "dom.js": JS,
        "en.js": JS,
        "foreign.js": JS,
        "format.js": JS,
        "i18n.js": JS,
        "outcomes.js": JS,
        "paste.js": JS,
        "poll.js": JS,
        "session.js": JS,
        "summary.js": JS,
        "unmatched.js": JS,
        "unseen.js": JS,
        "view-push.js": JS,
        "view-pushes.js": JS,
        "view-revocation.js": JS,
        "view-sign-in.js": JS,
        "zh.js": JS,
    };
    let made = (CLOSED_SETS, JS, MADE.as_str());
    written
        .into_iter()
        .chain([made])
        .map(|(name, content_type, body)| File {
            name,
            content_type,
            body,
            etag: format!("\"{}\"", URL_SAFE_NO_PAD.encode(&Sha256::digest(body)[..12])),
        })
        .collect()
});

/// The file of this name. Names are compared with what there is: nothing is looked up on a disk.
pub fn file(name: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use revocation_rules::standing::Why;
    use revocation_rules::visible::is_unseen;

    use super::*;

    fn names() -> BTreeSet<String> {
        FILES.iter().map(|file| file.name.to_owned()).collect()
    }

    #[test]
    fn every_file_of_the_page_is_served() {
        let folder = std::fs::read_dir("page").unwrap();
        let mut there: BTreeSet<_> = folder.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        there.insert(CLOSED_SETS.to_owned());
        assert_eq!(there, names());
        assert_eq!(FILES.len(), names().len());
    }

    /// What a browser fetches until the list is there, and before any compression.
    #[test]
    fn a_first_view_is_less_than_100_kb() {
        let mut wanted: Vec<&str> = named(file(INDEX).unwrap().body, "\"console/", '"').collect();
        wanted.extend([INDEX, "view-sign-in.js", "view-pushes.js"]);
        let mut fetched = BTreeSet::new();
        while let Some(name) = wanted.pop() {
            if fetched.insert(name) {
                wanted.extend(named(file(name).unwrap().body, " from './", '\''));
            }
        }
        let bytes: usize = fetched.iter().map(|name| file(name).unwrap().body.len()).sum();
        assert!(fetched.len() > 10 && bytes < 100_000, "{bytes} bytes: {fetched:?}");
    }

    /// What stands between `before` and `after` in a text, each time.
    fn named<'a>(text: &'a str, before: &'a str, after: char) -> impl Iterator<Item = &'a str> {
        text.split(before).skip(1).filter_map(move |rest| rest.split(after).next())
    }

    #[test]
    fn every_module_that_is_asked_for_is_there() {
        for file in FILES.iter().filter(|file| file.content_type == JS) {
            for name in named(file.body, "'./", '\'') {
                assert!(names().contains(name), "{} asks for {name}", file.name);
            }
        }
        for name in named(file(INDEX).unwrap().body, "\"console/", '"') {
            assert!(names().contains(name), "the page asks for {name}");
        }
    }

    /// The Content-Security-Policy would stop them; a browser only says so in its console.
    #[test]
    fn nothing_is_inline_and_nothing_comes_from_elsewhere() {
        for file in FILES.iter() {
            for forbidden in [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                " style=",
                " onclick=",
                "eval(",
            ] {
                assert!(!file.body.contains(forbidden), "{}: {forbidden}", file.name);
            }
            let elsewhere = file.body.replace("http://www.w3.org/", "");
            assert!(!elsewhere.contains("http://") && !elsewhere.contains("https://"), "{}", file.name);
        }
        assert!(!file(INDEX).unwrap().body.contains("<script>"));
    }

    #[test]
    fn both_languages_have_the_same_words() {
        let keys = |name: &str| -> BTreeSet<String> {
            let lines = file(name).unwrap().body.lines();
            lines
                .filter_map(|line| line.strip_prefix("  ")?.split_once(": "))
                .map(|(key, _)| key.to_owned())
                .collect()
        };
        assert!(keys("en.js").len() > 50);
        assert_eq!(keys("en.js"), keys("zh.js"));
    }

    #[test]
    fn every_reason_has_its_words_in_both_languages() {
        for language in ["en.js", "zh.js"] {
            let body = file(language).unwrap().body;
            for why in Why::ALL {
                for word in ["why", "remedy"] {
                    assert!(
                        body.contains(&format!("\n  {word}_{}: '", why.as_str())),
                        "{language} {word} {why:?}"
                    );
                }
            }
        }
    }

    /// Foreign text is isolated in one place: nothing else makes elements that stand for it.
    #[test]
    fn ids_and_codes_go_into_the_page_through_the_helper_alone() {
        for file in FILES.iter().filter(|file| file.content_type == JS && file.name != "foreign.js") {
            for forbidden in ["h('code'", "h('bdi'", "h('bdo'"] {
                assert!(!file.body.contains(forbidden), "{}: {forbidden}", file.name);
            }
        }
    }

    /// `a-b` and `a` of the class in `unseen.js`, as code points.
    fn ranges() -> Vec<(u32, u32)> {
        let body = file("unseen.js").unwrap().body;
        let (_, class) = body.split_once("String.raw`[").unwrap();
        let class = class.split(']').next().unwrap();
        let ends: Vec<(u32, bool)> = class
            .split("\\u")
            .skip(1)
            .map(|part| {
                let digits: String = part.chars().filter(char::is_ascii_hexdigit).collect();
                (u32::from_str_radix(&digits, 16).unwrap(), part.ends_with('-'))
            })
            .collect();
        let mut ranges = Vec::new();
        let mut first = None;
        for (code, goes_on) in ends {
            if goes_on {
                first = Some(code);
            } else {
                ranges.push((first.take().unwrap_or(code), code));
            }
        }
        ranges
    }

    #[test]
    fn the_page_and_the_rules_agree_on_what_nobody_sees() {
        let ranges = ranges();
        for character in (0..=u32::from(char::MAX)).filter_map(char::from_u32) {
            let code = u32::from(character);
            let here = ranges.iter().any(|(first, last)| (*first..=*last).contains(&code));
            assert_eq!(here, is_unseen(character), "U+{code:04X}");
        }
    }
}
