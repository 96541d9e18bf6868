//! `model`: runs the model and prints what it shows. Ends with 1 if a run has failed.

use std::process::ExitCode;

use revocation_rules::channel::Channel;
use scale_model::costs::Costs;
use scale_model::limits::{Behaviour, Limits};
use scale_model::queue::Name;
use scale_model::run::{Figures, Push, many_revocations, one_push};
use scale_model::vendor::Vendor;
use scale_model::world::World;
use scale_model::{prices, report};

const HELP: &str = "\
model [--as aws|local] [--deliveries N,N,..] [--revocations N,N,..] [--channel huawei] [--quota DELIVERIES_A_SECOND]
      [--rate DELIVERIES_A_SECOND_OF_OURS] [--warm WRITE_UNITS_A_SECOND] [--workers DISPATCHERS] [--cpu-times FACTOR]
      [--behaviour as-it-is|counters-under-one-key|recount-without-deadline|sweep-of-a-hundred] [--json FILE]

Without sizes: 10 thousand to 100 million deliveries, and 1 to 100,000 revocations at once.";

/// Of each channel on the local stack (`tests/stand`).
const LOCAL_WORKERS: usize = 2;

struct Asked {
    limits: Limits,
    deliveries: Vec<u64>,
    revocations: Vec<usize>,
    channel: Channel,
    quota: Option<f64>,
    rate: Option<u32>,
    workers: Option<usize>,
    behaviour: Behaviour,
    json: Option<String>,
}

fn numbers(text: &str) -> Result<Vec<u64>, String> {
    let number = |text: &str| text.replace('_', "").parse().map_err(|_| format!("{text} is no number"));
    text.split(',').filter(|text| !text.is_empty()).map(number).collect()
}

fn asked(mut arguments: impl Iterator<Item = String>) -> Result<Asked, String> {
    let mut asked = Asked {
        limits: Limits::aws(),
        deliveries: Vec::new(),
        revocations: Vec::new(),
        channel: Channel::Huawei,
        quota: None,
        rate: None,
        workers: None,
        behaviour: Behaviour::AsItIs,
        json: None,
    };
    let mut any = false;
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| HELP.to_owned())?;
        match name.as_str() {
            "--deliveries" => {
                asked.deliveries = numbers(&value)?;
                any = true;
            }
            "--revocations" => {
                asked.revocations = numbers(&value)?
                    .into_iter()
                    .filter_map(|number| usize::try_from(number).ok())
                    .collect();
                any = true;
            }
            "--as" => {
                asked.limits = match value.as_str() {
                    "aws" => Limits::aws(),
                    "local" => {
                        asked.workers = Some(LOCAL_WORKERS);
                        Limits::local()
                    }
                    _ => return Err(HELP.to_owned()),
                }
            }
            "--channel" => asked.channel = Channel::parse(&value).ok_or_else(|| format!("{value} is no channel"))?,
            "--quota" => asked.quota = Some(value.parse().map_err(|_| format!("{value} is no number"))?),
            "--rate" => asked.rate = Some(value.parse().map_err(|_| format!("{value} is no number"))?),
            "--cpu-times" => asked.limits.lambda.times = value.parse().map_err(|_| format!("{value} is no number"))?,
            "--warm" => {
                let writes: f64 = value.parse().map_err(|_| format!("{value} is no number"))?;
                asked.limits.table.writes = writes;
                asked.limits.table.reads = 3.0 * writes;
            }
            "--workers" => asked.workers = Some(value.parse().map_err(|_| format!("{value} is no number"))?),
            "--behaviour" => asked.behaviour = Behaviour::parse(&value).ok_or_else(|| HELP.to_owned())?,
            "--json" => asked.json = Some(value),
            _ => return Err(HELP.to_owned()),
        }
    }
    if !any {
        asked.deliveries = vec![10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
        asked.revocations = vec![1, 10, 100, 1_000, 10_000, 100_000];
    }
    Ok(asked)
}

fn run(asked: &Asked) -> Result<Vec<Figures>, String> {
    let costs = Costs::measured().map_err(|error| error.to_string())?;
    let mut limits = asked.limits.clone();
    limits.behaviour = asked.behaviour;
    let mut vendor = Vendor::of(asked.channel);
    vendor.quota = asked.quota;
    vendor.rate = asked.rate;
    let name = |what: &str| format!("{what}, {}", asked.behaviour.name());
    let prepare = |world: &World| {
        if let Some(workers) = asked.workers {
            world.queues.set_workers(Name::Dispatch, workers);
        }
    };
    let mut runs = Vec::new();
    for deliveries in &asked.deliveries {
        eprintln!("{deliveries} deliveries");
        let push = Push::of(*deliveries, vendor.clone());
        let name = name(&format!("{deliveries} deliveries"));
        runs.push(one_push(&name, &push, limits.clone(), costs.clone(), prepare)?);
    }
    if !runs.is_empty() {
        println!("{}", report::table("One push", &runs));
    }
    let first = runs.len();
    for count in &asked.revocations {
        eprintln!("{count} revocations at once");
        let name = name(&format!("{count} revocations"));
        runs.push(many_revocations(&name, *count, &vendor, limits.clone(), costs.clone(), prepare)?);
    }
    if runs.len() > first {
        println!("{}", report::table("Revocations at once, of ten deliveries each", &runs[first..]));
    }
    println!("Prices:");
    for (name, price, of) in prices::all() {
        println!("- {name}: {price} USD ({of})");
    }
    Ok(runs)
}

fn main() -> ExitCode {
    let done = asked(std::env::args().skip(1)).and_then(|asked| {
        let runs = run(&asked)?;
        if let Some(file) = &asked.json {
            let text = serde_json::to_string_pretty(&runs).map_err(|error| error.to_string())?;
            std::fs::write(file, text).map_err(|error| format!("{file}: {error}"))?;
        }
        Ok(runs)
    });
    match done {
        Ok(runs) if runs.iter().all(|run| run.fails.is_empty()) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
