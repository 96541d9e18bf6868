//! Which crate may use what.
//!
//! The rules decide without I/O, the use cases know no cloud, and one TLS stack
//! is enough. Asked of cargo itself, for every platform; dependencies of tests
//! do not count.

#[cfg(test)]
mod tests {
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
}
