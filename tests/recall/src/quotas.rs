//! What the vendors document of how much they take within a second, and how long that makes any recall at least.
//!
//! Sources: docs/channels.md#quotas-of-a-second. Each is the smallest that an app of the vendor has.

use revocation_rules::channel::Channel;

/// What a vendor counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    Devices,
    /// Calls, each for so many devices as the client puts into one.
    Calls {
        devices_each: u32,
    },
}

/// A vendor's quota of a second, for one app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    pub per_second: u32,
    pub counts: Counts,
}

impl Quota {
    /// The deliveries that fit into a second.
    pub fn deliveries_per_second(self) -> u64 {
        let each = match self.counts {
            Counts::Devices => 1,
            Counts::Calls { devices_each } => devices_each,
        };
        u64::from(self.per_second) * u64::from(each)
    }
}

const fn devices(per_second: u32) -> Quota {
    Quota {
        per_second,
        counts: Counts::Devices,
    }
}

/// `None` where the vendor documents none.
pub const fn quota(channel: Channel) -> Option<Quota> {
    match channel {
        Channel::Huawei => Some(devices(6_000)),
        Channel::Oppo => Some(devices(5_000)),
        Channel::Vivo => Some(devices(3_000)),
        Channel::Xiaomi => Some(Quota {
            per_second: 500,
            counts: Counts::Calls { devices_each: 500 },
        }),
        Channel::Fcm => Some(Quota {
            per_second: 10_000,
            counts: Counts::Calls { devices_each: 1 },
        }),
        // What HarmonyOS takes of an app is seen in the console only.
        Channel::Harmony | Channel::Honor | Channel::Meizu | Channel::Apns | Channel::WebPush | Channel::SelfBuilt | Channel::Sms => None,
    }
}

/// The time that no recall can be faster than, in seconds: the slowest channel's deliveries at its quota.
pub fn floor_s(deliveries: impl IntoIterator<Item = (Channel, u64)>) -> f64 {
    let of_channel = |(channel, deliveries): (Channel, u64)| {
        let quota = quota(channel)?;
        // Exact far beyond what fits into a table of any push.
        #[expect(clippy::cast_precision_loss, reason = "deliveries and quotas are far below 2^52")]
        let seconds = deliveries as f64 / quota.deliveries_per_second() as f64;
        Some(seconds)
    };
    deliveries.into_iter().filter_map(of_channel).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_is_that_of_the_slowest_channel() {
        assert!((floor_s([(Channel::Huawei, 1_000_000)]) - 166.667).abs() < 0.001);
        let mixed = [(Channel::Huawei, 400_000), (Channel::Vivo, 300_000), (Channel::Apns, 9_000_000)];
        assert!((floor_s(mixed) - 100.0).abs() < 1e-9);
        assert!((floor_s([(Channel::Xiaomi, 500_000)]) - 2.0).abs() < 1e-9);
    }

    #[test]
    fn without_a_documented_quota_there_is_no_floor() {
        assert!(floor_s([(Channel::Apns, 1_000_000)]).abs() < f64::EPSILON);
    }

    /// What the documents say and what is simulated are one thing.
    #[test]
    fn the_documented_quotas_are_these() {
        let page = include_str!("../../../docs/channels.md");
        let (_, section) = page.split_once("### Quotas of a second").unwrap();
        let rows: Vec<&str> = section.lines().take_while(|line| !line.starts_with("## ")).collect();
        for channel in Channel::ALL {
            let row = rows.iter().find(|row| row.starts_with(&format!("| `{channel}` |")));
            match (quota(channel), row) {
                (None, None) => {}
                (Some(quota), Some(row)) => {
                    let cell = row.split('|').nth(2).unwrap();
                    let number: String = cell.chars().filter(char::is_ascii_digit).collect();
                    assert_eq!(number, quota.per_second.to_string(), "{row}");
                    let word = match quota.counts {
                        Counts::Devices => "devices",
                        Counts::Calls { .. } => "calls",
                    };
                    assert!(cell.contains(word), "{row}");
                }
                (quota, row) => panic!("{channel}: {quota:?}, {row:?}"),
            }
        }
    }
}
