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
