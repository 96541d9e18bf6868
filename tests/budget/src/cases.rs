//! Every case by its name, and what one pass of it takes.

use std::rc::Rc;

use revocation_rules::channel::Channel;

use crate::paths::{self, Path};
use crate::used::Used;
use crate::vendors::Vendors;

/// A path's name, whether its vendor refuses some, and how it is made.
type Named = (String, bool, Box<dyn Fn() -> Path>);

/// Vendors that are asked over the network.
const ASKED: [Channel; 6] = [
    Channel::Huawei,
    Channel::Xiaomi,
    Channel::Oppo,
    Channel::Vivo,
    Channel::Apns,
    Channel::Fcm,
];
/// Passes that are counted; of each figure the least stands, which is the one that the network disturbed least.
const PASSES: usize = 3;

pub struct Case {
    pub name: String,
    refuses: bool,
    path: Path,
    vendors: Rc<Vendors>,
}

impl Case {
    /// One pass, not counted.
    pub fn pass(&mut self) {
        self.vendors.serve.vendor.refuse_some(self.refuses);
        (self.path.pass)();
    }

    /// What a pass takes, once everything is warm.
    pub fn measure(&mut self) -> Used {
        self.pass();
        let passes: Vec<Used> = (0..PASSES).map(|_| self.counted()).collect();
        let first = passes[0];
        passes.iter().fold(first, |least, pass| least.least(pass))
    }

    fn counted(&mut self) -> Used {
        self.path.world.aws.take_counts();
        self.vendors.serve.vendor.take_counts();
        let allocated = allocation_counter::measure(|| self.pass());
        let asked = self.path.world.aws.take_counts();
        let (vendor_calls, _) = self.vendors.serve.vendor.take_counts();
        Used {
            blocks: allocated.count_total,
            bytes: allocated.bytes_total,
            aws_calls: asked.all_calls(),
            read_units_x10: tenths(asked.read_units),
            write_units_x10: tenths(asked.write_units),
            vendor_calls,
        }
    }
}

/// Halves are the smallest there are.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "units are never negative, and few"
)]
fn tenths(units: f64) -> u64 {
    (units * 10.0).round() as u64
}

/// All cases, or those whose name begins with `only`. Making one takes some milliseconds.
pub fn cases(only: Option<&str>) -> Vec<Case> {
    let vendors = Rc::new(Vendors::start());
    let mut all: Vec<Named> = vec![
        ("plan_1000".to_owned(), false, Box::new(paths::planning)),
        ("payload_pack_1000".to_owned(), false, Box::new(paths::pack)),
        ("payload_unpack_1000".to_owned(), false, Box::new(paths::unpack)),
        ("signature".to_owned(), false, Box::new(paths::signature)),
        ("revoke".to_owned(), false, Box::new(paths::revoke)),
        ("gate".to_owned(), false, Box::new(paths::gate)),
        ("record_1000".to_owned(), false, Box::new(paths::record)),
        ("fanout_512_batches".to_owned(), false, Box::new(paths::fan_out)),
    ];
    let with = Rc::clone(&vendors);
    all.push(("recount_512_batches".to_owned(), false, Box::new(move || paths::recount(&with))));
    let with = Rc::clone(&vendors);
    all.push(("dispatch_done".to_owned(), false, Box::new(move || paths::dispatch_done(&with))));
    for channel in ASKED {
        let with = Rc::clone(&vendors);
        all.push((
            format!("dispatch_{channel}_1000"),
            false,
            Box::new(move || paths::dispatch(channel, &with)),
        ));
        let with = Rc::clone(&vendors);
        all.push((
            format!("answers_{channel}_1000"),
            true,
            Box::new(move || paths::answers(channel, &with)),
        ));
    }
    let wanted = all.into_iter().filter(|(name, ..)| only.is_none_or(|only| name.starts_with(only)));
    wanted
        .map(|(name, refuses, path)| Case {
            name,
            refuses,
            // While a path is made everybody says yes.
            path: {
                vendors.serve.vendor.refuse_some(false);
                path()
            },
            vendors: Rc::clone(&vendors),
        })
        .collect()
}
