//! Where the API is.

use std::fmt;
use std::str::FromStr;

/// The API's address, such as `https://abc123.execute-api.eu-central-1.amazonaws.com`.
///
/// Without TLS only this machine is one: a key would be readable on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiAddress(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("is no address such as https://abc123.execute-api.eu-central-1.amazonaws.com")]
    NoAddress,
    #[error("must begin with https://: a key would be readable on its way")]
    NoTls,
    #[error("must have no user, no query and no fragment")]
    TooMuch,
}

impl ApiAddress {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Then it is this machine.
    pub fn is_without_tls(&self) -> bool {
        self.0.starts_with("http:")
    }

    /// The name, if it is one of this machine whatever a resolver knows of it (RFC 6761, section 6.3).
    pub(crate) fn localhost(&self) -> Option<String> {
        let url = reqwest::Url::parse(&self.0).ok()?;
        url.host_str().filter(|host| is_localhost(host)).map(str::to_owned)
    }
}

impl FromStr for ApiAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let url = reqwest::Url::parse(text).map_err(|_| AddressError::NoAddress)?;
        let host = url.host_str().ok_or(AddressError::NoAddress)?;
        match url.scheme() {
            "https" => {}
            "http" if is_this_machine(host) => {}
            "http" => return Err(AddressError::NoTls),
            _ => return Err(AddressError::NoAddress),
        }
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
            return Err(AddressError::TooMuch);
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    is_localhost(host) || address.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn is_localhost(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}

impl fmt::Display for ApiAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_travels_over_tls_or_stays_on_this_machine() {
        for (text, read) in [
            ("https://api.example", Ok("https://api.example")),
            ("https://api.example/live/", Ok("https://api.example/live")),
            ("http://127.0.0.1:4566/_aws/x", Ok("http://127.0.0.1:4566/_aws/x")),
            ("http://[::1]:80", Ok("http://[::1]")),
            ("http://x.localhost:1", Ok("http://x.localhost:1")),
            ("http://api.example", Err(AddressError::NoTls)),
            ("http://127.0.0.1.example", Err(AddressError::NoTls)),
            ("ftp://127.0.0.1", Err(AddressError::NoAddress)),
            ("api.example", Err(AddressError::NoAddress)),
            ("https://key:secret@api.example", Err(AddressError::TooMuch)),
            ("https://api.example?x", Err(AddressError::TooMuch)),
        ] {
            let address = text.parse::<ApiAddress>();
            assert_eq!(address.as_ref().map(ApiAddress::as_str).map_err(|error| *error), read, "{text}");
        }
    }
}
