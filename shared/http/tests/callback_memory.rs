//! What a vendor's callback costs at most: every worst body of a mebibyte is
//! read and handed on under a budget, with every allocation counted.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use peak_alloc::PeakAlloc;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use revocation_http::body::MAX_BODY_BYTES;
use revocation_http::vendor_receipts::Vendor;
use revocation_rules::channel::Channel;

/// Beside the body itself. The function has 256 MB.
const BUDGET: usize = 24 * 1024 * 1024;

#[global_allocator]
static COUNTING: PeakAlloc = PeakAlloc;

/// The names of the text, the tokens, the kind and its value; and what stands around the entries.
const WORDS: [(Channel, [&str; 4], [&str; 2]); 6] = [
    (Channel::Huawei, ["biTag", "token", "status", "0"], ["{\"statuses\":[", "]}"]),
    (Channel::Harmony, ["biTag", "token", "status", "0"], ["{\"statuses\":[", "]}"]),
    (Channel::Xiaomi, ["param", "targets", "type", "2"], NAMED),
    (
        Channel::Oppo,
        ["param", "registrationIds", "eventType", "\"push_arrive\""],
        ["[", "]"],
    ),
    (Channel::Vivo, ["param", "targets", "ackType", "0"], NAMED),
    (Channel::Meizu, ["param", "targets", "type", "2"], NAMED),
];

fn words(vendor: Vendor) -> ([&'static str; 4], [&'static str; 2]) {
    let words = WORDS.into_iter().find(|(channel, ..)| *channel == vendor.channel);
    // Every vendor that calls back has its words here.
    let (_, names, around) = words.unwrap();
    (names, around)
}

/// Each entry has a name.
const NAMED: [&str; 2] = ["{", "}"];

fn around(vendor: Vendor, entries: &[String]) -> String {
    let (_, [before, after]) = words(vendor);
    let entry = |(nth, entry): (usize, &String)| {
        if [before, after] == NAMED {
            format!("\"{nth}\":{entry}")
        } else {
            entry.clone()
        }
    };
    let entries: Vec<_> = entries.iter().enumerate().map(entry).collect();
    format!("{before}{}{after}", entries.join(","))
}

/// Bodies of nearly the most bytes that are taken.
fn worst(vendor: Vendor) -> Vec<(&'static str, String)> {
    let ([param, tokens, kind, known], _) = words(vendor);
    let entry = |id: &str, list: &str| format!("{{\"{param}\":\"task/{id}/b\",\"{kind}\":{known},\"{tokens}\":{list}}}");
    let room = MAX_BODY_BYTES - 64 * 1024;
    let long = "i".repeat(4_096);
    let fill = |one: &str, room: usize| vec![one; room / (one.len() + 1)].join(",");
    let many = |one: String| vec![one.clone(); room / (one.len() + 10)];
    let text = |list: String| format!("\"{list}\"");
    let one = |list: &str| around(vendor, &[entry(&long, list)]);
    // Twice as long with its commas encoded.
    let form = utf8_percent_encode(&one(&text(fill("1", room / 2))), NON_ALPHANUMERIC).to_string();
    let list = format!("[{}]", fill("1", room));
    let bodies = vec![
        ("a long id and many tokens in a text", one(&text(fill("1", room)))),
        ("a long id and many tokens in a list", one(&list)),
        ("a list inside a text", one(&text(list.clone()))),
        ("long tokens", one(&text(fill(&"t".repeat(512), room)))),
        ("many entries of ours", around(vendor, &many(entry("t", "\"1\"")))),
        ("many long entries of ours", around(vendor, &many(entry(&long, "\"1,2,3,4\"")))),
        ("many empty entries", around(vendor, &many("{}".to_owned()))),
        ("many entries that are none", around(vendor, &many("1".to_owned()))),
        ("an escaped text", one(&text("\\u0031".repeat(room / 6)))),
        ("a form", format!("data={form}")),
        ("a text around it", serde_json::to_string(&one(&list)).unwrap()),
        ("depth", "[".repeat(room)),
        ("what is no text", "\u{0}{".repeat(room / 2)),
        ("many pairs", "a=%7B&".repeat(room / 6)),
    ];
    assert!(bodies.iter().all(|(_, body)| body.len() <= MAX_BODY_BYTES));
    bodies
}

#[test]
fn no_callback_needs_more_memory_than_its_budget() {
    for vendor in Vendor::all() {
        for (name, body) in worst(vendor) {
            let before = COUNTING.current_usage();
            COUNTING.reset_peak_usage();
            let mut handed_on = 0;
            if let Ok(told) = vendor.told(body.as_bytes()) {
                for piece in told.pieces() {
                    // Whoever takes it keeps a copy.
                    handed_on += piece.clone().len();
                }
            }
            let needed = COUNTING.peak_usage() - before;
            println!("{}, {name}: {handed_on} receipts, {} kB", vendor.channel, needed / 1024);
            assert!(needed < BUDGET, "{}, {name}: {needed} bytes", vendor.channel);
        }
    }
}
