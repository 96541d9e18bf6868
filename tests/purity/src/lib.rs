//! Which crate may use what, and that what documents name is there.
//!
//! The rules decide without I/O, the use cases know no cloud, and one TLS stack
//! is enough. Asked of cargo itself, for every platform; dependencies of tests
//! do not count.

#[cfg(test)]
mod documents;
#[cfg(test)]
mod links;

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};
    use std::process::Command;

    /// Everything that is linked into `package`, as `name vX.Y.Z`.
    fn dependencies(package: &[&str]) -> Vec<String> {
        let tree = Command::new(env!("CARGO"))
            .args([
                "tree", "--edges", "normal", "--target", "all", "--prefix", "none", "--format", "{p}",
            ])
            .args(package)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
        let tree = String::from_utf8(tree.stdout).unwrap();
        let mut crates: Vec<_> = tree
            .lines()
            .filter_map(|line| {
                let mut words = line.split(' ');
                Some(format!("{} {}", words.next()?, words.next()?))
            })
            .collect();
        crates.sort();
        crates.dedup();
        crates
    }

    fn among<'a>(crates: &'a [String], unwanted: &[&str]) -> Vec<&'a String> {
        let is_unwanted = |found: &&String| unwanted.iter().any(|begin| found.starts_with(begin));
        crates.iter().filter(is_unwanted).collect()
    }

    const CLOUD_AND_HTTP: &[&str] = &["aws-", "aws_", "lambda_", "hyper", "reqwest ", "axum "];

    #[test]
    fn the_rules_use_no_runtime_no_cloud_and_no_http() {
        let crates = dependencies(&["-p", "revocation-rules"]);
        assert!(!among(&crates, &["revocation-rules "]).is_empty());
        assert!(among(&crates, CLOUD_AND_HTTP).is_empty(), "{crates:#?}");
        assert!(
            among(&crates, &["tokio", "futures", "rand ", "getrandom "]).is_empty(),
            "{crates:#?}"
        );
    }

    #[test]
    fn the_use_cases_use_no_cloud_and_no_http() {
        let crates = dependencies(&["-p", "revocation-app"]);
        assert!(!among(&crates, &["revocation-rules "]).is_empty());
        assert!(among(&crates, CLOUD_AND_HTTP).is_empty(), "{crates:#?}");
    }

    /// `http` is types only, and `aws-lc` is what rustls computes with.
    #[test]
    fn checking_signatures_uses_no_cloud_and_no_runtime() {
        let crates = dependencies(&["-p", "revocation-acs"]);
        assert!(!among(&crates, &["revocation-acs "]).is_empty());
        let unwanted = [
            "aws-sdk",
            "aws-config ",
            "aws-smithy",
            "lambda_",
            "hyper",
            "tokio",
            "rustls ",
            "rand ",
        ];
        assert!(among(&crates, &unwanted).is_empty(), "{crates:#?}");
    }

    /// The description is made when the project is built, and no function carries what makes it.
    #[test]
    fn no_function_makes_the_description() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../functions");
        let mut seen = 0;
        for function in std::fs::read_dir(folder).unwrap() {
            let manifest = std::fs::read_to_string(function.unwrap().path().join("Cargo.toml")).unwrap();
            let name = manifest
                .lines()
                .find_map(|line| line.strip_prefix("name = "))
                .unwrap()
                .trim_matches('"');
            assert!(among(&dependencies(&["-p", name]), &["schemars"]).is_empty(), "{name}");
            seen += 1;
        }
        assert!(seen > 5, "{seen}");
    }

    #[test]
    fn there_is_one_tls_stack() {
        let crates = dependencies(&["--workspace"]);
        assert!(!among(&crates, &["rustls v0.23.", "hyper v1."]).is_empty());
        let second = ["ring ", "native-tls ", "openssl", "rustls v0.21.", "rustls v0.22.", "hyper v0."];
        let found: Vec<_> = among(&crates, &second)
            .into_iter()
            // finds the system's certificates; no TLS of its own
            .filter(|name| !name.starts_with("openssl-probe "))
            .collect();
        assert!(found.is_empty(), "{found:?}");
    }

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    /// What stands between backticks in a document of this repository.
    fn code_in(document: &str) -> Vec<String> {
        let text = std::fs::read_to_string(root().join(document)).unwrap();
        text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    #[test]
    fn every_file_that_the_architecture_names_is_there() {
        let folders = ["docs/", "functions/", "infra/", "shared/", "tests/"];
        let named: Vec<String> = code_in("docs/architecture.md")
            .into_iter()
            .filter(|code| folders.iter().any(|folder| code.starts_with(folder)))
            .collect();
        assert!(named.len() > 30, "{named:?}");
        let missing: Vec<&String> = named.iter().filter(|name| !root().join(name).exists()).collect();
        assert!(missing.is_empty(), "docs/architecture.md names {missing:?}");
    }

    fn is_rust(name: &str) -> bool {
        Path::new(name).extension().is_some_and(|extension| extension == "rs")
    }

    #[test]
    fn the_readme_of_the_rules_names_every_file_of_them() {
        let folder = root().join("shared/rules/src");
        let mut there: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .filter(|name| is_rust(name) && !name.ends_with("_tests.rs") && name != "lib.rs")
            .collect();
        let mut named: Vec<String> = code_in("shared/rules/README.md").into_iter().filter(|code| is_rust(code)).collect();
        there.sort();
        named.sort();
        named.dedup();
        assert_eq!(named, there);
    }
}
