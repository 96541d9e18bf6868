//! What others read in a form of theirs is generated from what is declared here: `make generate`.

mod channels;
mod error;
mod idle;
mod template;
mod watch;

use std::path::{Path, PathBuf};

pub use error::GenerateError;

/// Makes the text of a file.
type Generator = fn() -> Result<String, GenerateError>;

/// Every generated file, from the root of the project.
pub const FILES: &[(&str, Generator)] = &[
    ("infra/template.yaml", template::render),
    ("Cargo.toml", watch::manifest),
    ("docs/cost.md", idle::page),
    ("shared/http/src/openapi.json", || Ok(revocation_http::description::text())),
];

/// A file of the project.
pub fn in_project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// A name as the template writes it: `dispatch-self-built` becomes `DispatchSelfBuilt`, `HUAWEI_AUTH_URL` becomes `HuaweiAuthUrl`.
pub fn pascal(name: &str) -> String {
    let words = name.split(['-', '_']).filter_map(|word| word.split_at_checked(1));
    words
        .map(|(first, rest)| first.to_ascii_uppercase() + &rest.to_ascii_lowercase())
        .collect()
}

fn read(path: &Path) -> Result<String, GenerateError> {
    std::fs::read_to_string(path).map_err(|source| GenerateError::File(path.to_owned(), source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generated_files_are_what_their_sources_say() {
        for (path, generate) in FILES {
            let text = generate().unwrap();
            assert!(text == read(&in_project(path)).unwrap(), "{path} is stale: run `make generate`");
        }
    }
}
