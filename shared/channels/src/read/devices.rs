//! Finds the devices that a vendor's answer names.

use std::cell::OnceCell;
use std::collections::HashMap;

/// The devices of a call, to be found by how an answer writes them.
pub(crate) struct Devices<'a> {
    exact: HashMap<&'a str, usize>,
    /// In lower case without blanks; `None` where several are written alike. Made when a vendor writes one otherwise.
    loose: OnceCell<HashMap<String, Option<usize>>>,
}

fn loose(token: &str) -> String {
    token.trim().to_ascii_lowercase()
}

impl<'a> Devices<'a> {
    pub fn new(tokens: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            exact: tokens.into_iter().enumerate().map(|(at, token)| (token, at)).collect(),
            loose: OnceCell::new(),
        }
    }

    fn loose(&self) -> &HashMap<String, Option<usize>> {
        self.loose.get_or_init(|| {
            let mut found = HashMap::with_capacity(self.exact.len());
            for (token, at) in &self.exact {
                found.entry(loose(token)).and_modify(|one| *one = None).or_insert(Some(*at));
            }
            found
        })
    }

    /// Its place in the call. Blanks around a name and its letters' case are forgiven
    /// where only one device of the call can be meant.
    pub fn find(&self, name: &str) -> Option<usize> {
        let exact = self.exact.get(name).or_else(|| self.exact.get(name.trim()));
        exact.copied().or_else(|| self.loose().get(&loose(name)).copied().flatten())
    }
}
