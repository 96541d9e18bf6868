//! A browser's endpoint, taken apart once.

use super::MAX_ENDPOINT_BYTES;
use super::hosts::{PushHosts, is_host_name};

/// The port of HTTPS, which needs not be said.
const HTTPS: u16 = 443;

/// Nothing of the endpoint is in it: whoever has it can push.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("endpoint_not_allowed: is no https address of a push service that is known here")]
pub struct NotAllowed;

/// An endpoint that may be called. No `Debug`: its path is a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Endpoint<'a> {
    pub host: &'a str,
    pub port: u16,
    /// The path and what may stand behind it, exactly as they were given.
    pub path: &'a str,
}

impl<'a> Endpoint<'a> {
    pub fn parse(text: &'a str, hosts: &PushHosts) -> Result<Self, NotAllowed> {
        let parsed = Self::split(text).filter(|endpoint| endpoint.is_allowed(hosts));
        parsed.ok_or(NotAllowed)
    }

    fn split(text: &'a str) -> Option<Self> {
        let rest = text.strip_prefix("https://").filter(|_| text.len() <= MAX_ENDPOINT_BYTES)?;
        let (authority, path) = rest.split_at_checked(rest.find('/')?)?;
        // In an authority all of `@`, `[` and `?` are gone with the names that are no host's.
        let (host, port) = match authority.split_once(':') {
            None => (authority, HTTPS),
            Some((host, port)) => (host, Self::port(port)?),
        };
        let is_whole = path.len() > 1 && path.bytes().all(is_of_a_path) && is_host_name(host);
        is_whole.then_some(Self { host, port, path })
    }

    fn port(text: &str) -> Option<u16> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        text.parse().ok().filter(|_| is_plain)
    }

    fn is_allowed(&self, hosts: &PushHosts) -> bool {
        hosts.has(self.host) && (self.port == HTTPS || hosts.is_this_machine(self.host))
    }

    /// The host, and the port where it is not the usual one.
    pub fn authority(&self) -> String {
        if self.port == HTTPS {
            self.host.to_owned()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// The origin, RFC 6454, section 6.2.
    pub fn origin(&self) -> String {
        format!("https://{}", self.authority())
    }
}

/// RFC 3986, section 3.3 and 3.4. No `#`: a fragment is never sent.
const fn is_of_a_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'.'
                | b'_'
                | b'~'
                | b'!'
                | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b','
                | b';'
                | b'='
                | b':'
                | b'@'
                | b'/'
                | b'?'
                | b'%'
        )
}

#[cfg(test)]
mod tests {
    use super::super::Loopback;
    use super::*;

    fn allowed(text: &str) -> bool {
        Endpoint::parse(text, &PushHosts::default()).is_ok()
    }

    #[test]
    fn an_endpoint_is_kept_as_it_was_given() {
        let text = "https://wns2-am3p.notify.windows.com/w/?token=BQYAAAB%2bcD%2f==";
        let Ok(endpoint) = Endpoint::parse(text, &PushHosts::default()) else {
            unreachable!("an endpoint of Edge");
        };
        assert_eq!((endpoint.host, endpoint.port), ("wns2-am3p.notify.windows.com", 443));
        assert_eq!(endpoint.path, "/w/?token=BQYAAAB%2bcD%2f==");
        assert_eq!(endpoint.origin(), "https://wns2-am3p.notify.windows.com");
        assert!(allowed("https://fcm.googleapis.com:443/fcm/send/abc:APA91b"));
    }

    #[test]
    fn whatever_leads_elsewhere_is_refused() {
        for bad in [
            "",
            "fcm.googleapis.com/wp/a",
            "http://fcm.googleapis.com/wp/a",
            "HTTPS://fcm.googleapis.com/wp/a",
            "ftp://fcm.googleapis.com/wp/a",
            "https://fcm.googleapis.com",
            "https://fcm.googleapis.com/",
            "https://fcm.googleapis.com?x=/a",
            "https://fcm.googleapis.com./wp/a",
            "https://FCM.googleapis.com/wp/a",
            "https://fcm.googleapis.com:80/wp/a",
            "https://fcm.googleapis.com:8443/wp/a",
            "https://fcm.googleapis.com:0443/wp/a",
            "https://fcm.googleapis.com:+443/wp/a",
            "https://fcm.googleapis.com:/wp/a",
            "https://fcm.googleapis.com:443:443/wp/a",
            "https://user@fcm.googleapis.com/wp/a",
            "https://user:pw@fcm.googleapis.com/wp/a",
            "https://fcm.googleapis.com@evil.example/wp/a",
            "https://fcm.googleapis.com\\@evil.example/wp/a",
            "https://evil.example#fcm.googleapis.com/wp/a",
            "https://evil.example/fcm.googleapis.com/wp/a",
            "https://fcm.googleapis.com.evil.example/wp/a",
            "https://evilpush.apple.com/a",
            "https://fcm.googleapis.com/wp/a#b",
            "https://fcm.googleapis.com/wp/a b",
            "https://fcm.googleapis.com/wp/a\r\nHost: evil",
            "https://fcm.googleapis.com/wp/ä",
            "https://127.0.0.1/a",
            "https://127.1/a",
            "https://2130706433/a",
            "https://0x7f000001/a",
            "https://[::1]/a",
            "https://[fd00:ec2::254]/a",
            "https://169.254.169.254/latest/meta-data",
            "https://localhost/a",
            "https://localhost:8443/a",
            " https://fcm.googleapis.com/wp/a",
        ] {
            assert!(!allowed(bad), "{bad:?}");
        }
        let long = |length: usize| format!("https://fcm.googleapis.com/wp/{}", "a".repeat(length - 30));
        assert!(allowed(&long(1_024)));
        assert!(!allowed(&long(1_025)));
    }

    #[test]
    fn a_stand_has_its_push_service_at_home_at_any_port() {
        let stand = PushHosts::default().with_loopback(Loopback::Allow);
        let Ok(endpoint) = Endpoint::parse("https://localhost:18443/push/a", &stand) else {
            unreachable!("it is allowed");
        };
        assert_eq!(endpoint.origin(), "https://localhost:18443");
        assert!(Endpoint::parse("https://fcm.googleapis.com:18443/wp/a", &stand).is_err());
        assert!(Endpoint::parse("https://127.0.0.1:18443/push/a", &stand).is_err());
    }

    #[test]
    fn a_refusal_shows_nothing_of_the_endpoint() {
        let refusal = Endpoint::parse("https://planted.example/planted", &PushHosts::default())
            .err()
            .unwrap();
        assert!(!format!("{refusal} {refusal:?}").contains("planted"));
    }
}
