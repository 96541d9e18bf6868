//! One recorded batch, read as millions of them.
//!
//! The batch was recorded, and worked on, by the real functions: how its items look is theirs to say. Its id ends in
//! nine digits, and it is read under every other number of nine digits as well, each in the shard that the number
//! gives. So a push of a hundred million deliveries takes no memory and no time to record.

use serde_json::{Map, Value};

/// As [`dynamo`](crate::dynamo) keeps an item.
pub(crate) type Item = Map<String, Value>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swarm {
    /// The key of the push: `<app>/<workspace>#task#<id>`.
    pub push: String,
    /// The id of the batch that was recorded, without its nine digits.
    pub stem: String,
    /// Its nine digits.
    pub number: u64,
    /// The shard that it lies in.
    pub shard: u64,
    pub shards: u64,
    pub batches: u64,
}

/// Where an item of the swarm lies, and where the recorded one does.
pub(crate) struct Alias {
    pub pk: String,
    pub sk: String,
    from: [String; 2],
    to: [String; 2],
}

impl Swarm {
    fn id(&self, number: u64) -> String {
        format!("{}{number:09}", self.stem)
    }

    fn shard_key(&self, shard: u64) -> String {
        format!("{}#{shard}", self.push)
    }

    /// The number of the batch that this key is about.
    fn number_in(&self, text: &str) -> Option<u64> {
        let (_, rest) = text.split_once(self.stem.as_str())?;
        rest.get(..9)?.parse().ok().filter(|number| *number < self.batches)
    }

    /// Which recorded item is read for this key; `None` if none of the swarm is meant.
    pub(crate) fn alias(&self, pk: &str, sk: &str) -> Option<Alias> {
        let rest = pk.strip_prefix(self.push.as_str())?.strip_prefix('#')?;
        let shard: u64 = rest.split('#').next()?.parse().ok()?;
        let number = self.number_in(rest).or_else(|| self.number_in(sk))?;
        (number % self.shards == shard).then_some(())?;
        let from = [self.shard_key(self.shard), self.id(self.number)];
        let to = [self.shard_key(shard), self.id(number)];
        let back = |text: &str| text.replacen(&to[0], &from[0], 1).replace(&to[1], &from[1]);
        Some(Alias {
            pk: back(pk),
            sk: back(sk),
            from,
            to,
        })
    }

    /// The shard whose batches, all of them, are meant by this key.
    pub(crate) fn shard_of(&self, pk: &str) -> Option<u64> {
        let shard = pk.strip_prefix(self.push.as_str())?.strip_prefix('#')?.parse().ok()?;
        (shard < self.shards).then_some(shard)
    }

    /// The key of the recorded batch's own item under `prefix`.
    pub(crate) fn recorded(&self, prefix: &str) -> (String, String) {
        (self.shard_key(self.shard), format!("{prefix}{}", self.id(self.number)))
    }

    /// The numbers of a shard that come after the one in `after`, in the order of their keys.
    pub(crate) fn numbers(&self, shard: u64, after: Option<&str>) -> impl Iterator<Item = u64> + use<> {
        let step = self.shards;
        let first = match after.and_then(|sk| self.number_in(sk)) {
            Some(number) => number + step,
            None => shard,
        };
        let batches = self.batches;
        (0..).map(move |nth| first + nth * step).take_while(move |number| *number < batches)
    }

    /// What stands in the text of the recorded item for its shard and id, and what does for another.
    pub(crate) fn renamed(&self, shard: u64, number: u64) -> Alias {
        Alias {
            pk: self.shard_key(shard),
            sk: self.id(number),
            from: [self.shard_key(self.shard), self.id(self.number)],
            to: [self.shard_key(shard), self.id(number)],
        }
    }
}

impl Alias {
    /// The recorded item, as if it were this one.
    pub(crate) fn rename(&self, item: &Item) -> Item {
        let mut item = item.clone();
        for name in ["pk", "sk"] {
            if let Some(Value::String(text)) = item.get_mut(name).and_then(|value| value.get_mut("S")) {
                *text = self.rename_text(text);
            }
        }
        item
    }

    fn rename_text(&self, text: &str) -> String {
        text.replacen(&self.from[0], &self.to[0], 1).replace(&self.from[1], &self.to[1])
    }
}
