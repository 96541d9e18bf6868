//! Whose a message is, as SQS knows it.
//!
//! On a standard queue a group orders nothing and locks nothing. It says whose messages these are: those of a group
//! that has many in work come after those of the others.

use revocation_rules::hex::hex;
use revocation_rules::ids::Tenant;
use sha2::{Digest as _, Sha256};

/// The longest group that SQS takes, in characters.
const LONGEST: usize = 128;

/// `<app>/<workspace>`, or, where that is too long, its SHA-256 in hexadecimal digits, which has no `/` and so is no
/// other tenant. Names have no characters that SQS does not take.
pub(super) fn group_of(tenant: &Tenant) -> String {
    let name = tenant.to_string();
    if name.len() <= LONGEST {
        name
    } else {
        hex(&Sha256::digest(name.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(app: &str, workspace: &str) -> Tenant {
        Tenant {
            app: app.parse().unwrap(),
            workspace: workspace.parse().unwrap(),
        }
    }

    /// What SQS takes: letters, digits and punctuation of ASCII, 1 to 128 of them.
    fn is_a_group(text: &str) -> bool {
        (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
    }

    #[test]
    fn every_tenant_is_a_group_of_its_own_that_sqs_takes() {
        let long = "x".repeat(64);
        let longer = format!("{}y", "x".repeat(63));
        let all = [
            tenant("shop", "default"),
            tenant("shop", "default-"),
            tenant("A-Z_a.z0", "9"),
            tenant(&long, &long[1..]),
            tenant(&long[1..], &long),
            tenant(&long, &long),
            tenant(&long, &longer),
            tenant(&longer, &long),
        ];
        let groups: std::collections::BTreeSet<_> = all.iter().map(group_of).collect();
        assert_eq!(groups.len(), all.len());
        assert!(groups.iter().all(|group| is_a_group(group)), "{groups:?}");
        assert_eq!(group_of(&all[0]), "shop/default");
    }
}
