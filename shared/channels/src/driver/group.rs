//! From deliveries to calls.

use std::collections::HashMap;

use revocation_rules::channel::Strategy;
use revocation_rules::plan::ToCall;

use super::vendor::{Call, Vendor};

/// Sorts deliveries into calls by what they ask for, in the order in which
/// they came. `after` is the code of the call that made these necessary.
pub(super) fn group<'a, V: Vendor>(
    strategy: Strategy,
    deliveries: impl IntoIterator<Item = (V::Ask<'a>, ToCall<'a>)>,
    after: Option<&str>,
) -> Vec<Call<'a, V::Ask<'a>>> {
    let mut calls: Vec<Call<'a, V::Ask<'a>>> = Vec::new();
    let mut open: HashMap<V::Ask<'a>, usize> = HashMap::new();
    for (ask, delivery) in deliveries {
        // Mostly what the one before asked for, too.
        if let Some(call) = calls.last_mut()
            && call.ask == ask
            && call.deliveries.len() < V::most(&ask)
        {
            call.deliveries.push(delivery);
            continue;
        }
        match open.get(&ask).and_then(|&at| calls.get_mut(at)) {
            Some(call) if call.deliveries.len() < V::most(&ask) => call.deliveries.push(delivery),
            _ => {
                open.insert(ask.clone(), calls.len());
                calls.push(Call {
                    ask,
                    strategy,
                    deliveries: vec![delivery],
                    after: after.map(str::to_owned),
                });
            }
        }
    }
    calls
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::Request;
    use http_body_util::Full;
    use revocation_rules::channel::Channel;
    use revocation_rules::ids::DeviceToken;
    use revocation_rules::notice::Notice;
    use revocation_rules::retry::Answer;

    use super::*;
    use crate::driver::{Heard, Told, VendorCredentials, Who};
    use crate::sessions::AccountKey;

    impl AccountKey for () {
        fn parts(&self) -> Vec<&str> {
            Vec::new()
        }
    }

    impl VendorCredentials for () {
        type Account = ();

        fn parse(_: &str) -> Option<()> {
            Some(())
        }
        fn account(&self) -> &() {
            self
        }
    }

    /// Two deliveries a call.
    struct Pairs;

    impl Vendor for Pairs {
        const CHANNEL: Channel = Channel::Huawei;
        type Credentials = ();
        type Ask<'a> = char;

        fn first(&self, (): &(), _: Strategy, _: &ToCall<'_>) -> Result<char, Answer> {
            Ok('a')
        }
        fn most(_: &char) -> usize {
            2
        }
        fn name(_: &char) -> &'static str {
            "ask"
        }
        fn request(&self, _: &Call<'_, char>, _: &Who<'_, ()>) -> Option<Request<Full<Bytes>>> {
            None
        }
        fn read(&self, (): &(), call: &Call<'_, char>, _: &Told<'_>) -> Heard<char> {
            Heard {
                code: String::new(),
                reading: call.all(&Answer::NotTried),
            }
        }
    }

    #[test]
    fn a_call_asks_for_one_thing_and_has_no_more_than_the_vendor_takes() {
        let token: DeviceToken = "t".parse().unwrap();
        let notice = Notice::default();
        let deliveries = "abaaba".chars().enumerate().map(|(slot, ask)| {
            let delivery = ToCall {
                slot,
                token: &token,
                handle: None,
                vendor_task: None,
                notice: &notice,
                subscription: None,
            };
            (ask, delivery)
        });
        let calls = group::<Pairs>(Strategy::Overwrite, deliveries, Some("v:1"));
        let slots = |call: &Call<'_, char>| call.deliveries.iter().map(|delivery| delivery.slot).collect::<Vec<_>>();
        let sorted: Vec<_> = calls.iter().map(|call| (call.ask, slots(call))).collect();
        assert_eq!(sorted, [('a', vec![0, 2]), ('b', vec![1, 4]), ('a', vec![3, 5])]);
        assert!(calls.iter().all(|call| call.after.as_deref() == Some("v:1")));
    }
}
