//! A function's start: until it asks Lambda's runtime for its first event.

use std::io::Read as _;
use std::net::TcpListener;
use std::process::Command;

use crate::{Failure, Measured};

/// Starts the release build of `fanout`, which lies where examples have their folder.
pub fn fanout() -> Result<Vec<Measured>, Failure> {
    let here = std::env::current_exe()?;
    let binary = here.ancestors().nth(2).ok_or("the binary lies nowhere")?.join("fanout");
    let runtime = TcpListener::bind("127.0.0.1:0")?;
    let mut function = Command::new(binary)
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", runtime.local_addr()?.to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", "fanout")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", "log")
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "log")
        .env("AWS_REGION", "eu-central-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("PUSHES_TABLE", "pushes")
        .env("FANOUT_QUEUE_URL", "https://127.0.0.1:1/fanout")
        .env("DISPATCH_QUEUE_URLS", "huawei=https://127.0.0.1:1/huawei")
        .spawn()?;
    let (mut asks, _) = runtime.accept()?;
    // Its first words are the question for an event.
    asks.read_exact(&mut [0; 4])?;
    let of = |what: &str| std::fs::read_to_string(format!("/proc/{}/{what}", function.id()));
    let nanoseconds: f64 = of("schedstat")?.split(' ').next().unwrap_or_default().parse()?;
    let status = of("status")?;
    let resident = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    let kilobytes: f64 = resident.ok_or("the kernel does not say what is resident")?.trim().parse()?;
    function.kill()?;
    function.wait()?;
    Ok(vec![
        Measured {
            name: "start_cpu_us",
            value: nanoseconds / 1e3,
            unit: "us",
        },
        Measured {
            name: "resident_bytes",
            value: kilobytes * 1_024.0,
            unit: "bytes",
        },
    ])
}
