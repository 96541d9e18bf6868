//! The push services that a deployment calls.

use std::net::IpAddr;

use super::address::is_public;

/// The services of today's browsers: Chrome and all that are built on it; their older address; Firefox; Safari; Edge.
const KNOWN: [&str; 5] = [
    "fcm.googleapis.com",
    "android.googleapis.com",
    ".push.services.mozilla.com",
    ".push.apple.com",
    ".notify.windows.com",
];

/// What a test stand calls.
const LOCALHOST: &str = "localhost";

/// May endpoints be on this very machine?
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Loopback {
    #[default]
    Refuse,
    /// `localhost`, at any port: for test stands only.
    Allow,
}

/// Which hosts endpoints may have: those of today's browsers, and what a deployment adds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PushHosts {
    more: Vec<String>,
    loopback: Loopback,
}

impl PushHosts {
    /// What [`PushHosts::parse`] reads.
    pub const FORMAT: &str = "a list such as push.example.com,.push.example.org";

    /// Reads a list of hosts; one that begins with a dot stands for all hosts below it.
    pub fn parse(list: &str) -> Option<Self> {
        let is_entry = |entry: &str| {
            let name = entry.strip_prefix('.').unwrap_or(entry);
            is_host_name(name) && name.contains('.')
        };
        let entries = list.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        let more: Vec<String> = entries.map(str::to_owned).collect();
        more.iter().all(|entry| is_entry(entry)).then_some(Self {
            more,
            loopback: Loopback::Refuse,
        })
    }

    #[must_use]
    pub fn with_loopback(self, loopback: Loopback) -> Self {
        Self { loopback, ..self }
    }

    pub(super) fn has(&self, host: &str) -> bool {
        let named = |entry: &str| match entry.strip_prefix('.') {
            // With its dot: `evil-push.apple.com` is not below `push.apple.com`.
            Some(_) => host.len() > entry.len() && host.ends_with(entry),
            None => host == entry,
        };
        self.is_this_machine(host) || KNOWN.into_iter().any(named) || self.more.iter().any(|entry| named(entry))
    }

    pub(super) fn is_this_machine(&self, host: &str) -> bool {
        self.loopback == Loopback::Allow && host == LOCALHOST
    }

    /// May a host be dialled at this address, to which its name was resolved?
    pub fn may_dial(&self, host: &str, address: IpAddr) -> bool {
        if self.is_this_machine(host) {
            address.is_loopback()
        } else {
            is_public(address)
        }
    }
}

/// A name of the DNS in lower case, and nothing that any reader takes for an address.
pub(super) fn is_host_name(host: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // What ends in a number is an address to some: `127.1`, `0x7f.1`, `2130706433`.
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x");
    host.len() <= 253 && host.split('.').all(is_label) && !is_number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_services_of_todays_browsers_are_known() {
        let hosts = PushHosts::default();
        for known in [
            "fcm.googleapis.com",
            "android.googleapis.com",
            "updates.push.services.mozilla.com",
            "web.push.apple.com",
            "wns2-am3p.notify.windows.com",
        ] {
            assert!(hosts.has(known), "{known}");
        }
        for other in [
            "googleapis.com",
            "evil.fcm.googleapis.com",
            "fcm.googleapis.com.evil.example",
            "evilpush.apple.com",
            "push.apple.com",
            "notify.windows.com",
            "localhost",
            "",
        ] {
            assert!(!hosts.has(other), "{other}");
        }
    }

    #[test]
    fn a_deployment_adds_hosts_and_never_addresses() {
        let hosts = PushHosts::parse("ntfy.example.com, .push.example.org").unwrap();
        assert!(hosts.has("ntfy.example.com") && hosts.has("a.push.example.org") && hosts.has("fcm.googleapis.com"));
        assert!(!hosts.has("a.ntfy.example.com") && !hosts.has("push.example.org"));
        assert_eq!(PushHosts::parse(""), Some(PushHosts::default()));
        for bad in [
            "localhost",
            "com",
            ".com",
            "10.0.0.1",
            "a.0x7f",
            "[::1]",
            "A.example",
            "a..b",
            "a.b.",
            "https://a.b",
            "*.a.b",
            "a.b:8443",
        ] {
            assert_eq!(PushHosts::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_name_is_dialled_at_a_public_address_only() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let hosts = PushHosts::default();
        assert!(hosts.may_dial("web.push.apple.com", address("17.1.2.3")));
        for ours in ["127.0.0.1", "169.254.169.254", "10.0.0.1", "::1", "fd00:ec2::254"] {
            assert!(!hosts.may_dial("web.push.apple.com", address(ours)), "{ours}");
        }
        // A name is no address: one that begins as a private address looks is as good as another.
        assert!(hosts.may_dial("fc00.push.apple.com", address("17.1.2.3")));
    }

    #[test]
    fn a_stand_calls_itself_and_nothing_else_at_home() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let hosts = PushHosts::default().with_loopback(Loopback::Allow);
        assert!(hosts.has("localhost") && hosts.may_dial("localhost", address("127.0.0.1")));
        assert!(!hosts.may_dial("localhost", address("10.0.0.1")) && !hosts.may_dial("localhost", address("1.1.1.1")));
        assert!(!hosts.may_dial("web.push.apple.com", address("127.0.0.1")));
    }
}
