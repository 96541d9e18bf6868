//! Finds the devices that a vendor's answer names.

use std::collections::HashMap;

/// The devices of a call, to be found by how an answer writes them.
pub(crate) struct Devices<'a> {
    exact: HashMap<&'a str, usize>,
    /// In lower case without blanks; `None` where several are written alike.
    loose: HashMap<String, Option<usize>>,
}

fn loose(token: &str) -> String {
    token.trim().to_ascii_lowercase()
}

impl<'a> Devices<'a> {
    pub fn new(tokens: impl IntoIterator<Item = &'a str>) -> Self {
        let mut devices = Self {
            exact: HashMap::new(),
            loose: HashMap::new(),
        };
        for (at, token) in tokens.into_iter().enumerate() {
            devices.exact.insert(token, at);
            devices.loose.entry(loose(token)).and_modify(|one| *one = None).or_insert(Some(at));
        }
        devices
    }

    /// Its place in the call. Blanks around a name and its letters' case are forgiven
    /// where only one device of the call can be meant.
    pub fn find(&self, name: &str) -> Option<usize> {
        let exact = self.exact.get(name).or_else(|| self.exact.get(name.trim()));
        exact.copied().or_else(|| self.loose.get(&loose(name)).copied().flatten())
    }
}
