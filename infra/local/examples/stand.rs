//! Brings the system up on this machine, says where it is, and keeps it up until its input ends.
//!
//! `cargo run -p local-stack --example stand -- HuaweiPushUrl=https://127.0.0.1:8443`

use std::time::Instant;

use local_stack::{LocalAws, StackError, Tools, built_binaries, package_local};
use tokio::io::AsyncReadExt;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StackError> {
    let parameters: Vec<String> = std::env::args().skip(1).collect();
    let parameters: Vec<_> = parameters.iter().filter_map(|p| p.split_once('=')).collect();

    let began = Instant::now();
    let tools = Tools::ensure().await?;
    eprintln!("tools     {:6.1?}", began.elapsed());
    package_local(&built_binaries()?)?;
    eprintln!("packaged  {:6.1?}", began.elapsed());
    let aws = LocalAws::start(&tools).await?;
    eprintln!("started   {:6.1?}", began.elapsed());
    let stack = aws.deploy(&parameters).await?;
    eprintln!("deployed  {:6.1?}", began.elapsed());

    println!("Api {}", stack.api_url());
    for (name, value) in stack.iter() {
        println!("{name} {value}");
    }
    for (name, value) in aws.client_env() {
        println!("export {name}={value}");
    }
    // Whatever ends the input, an error too, ends the stand.
    let _ = tokio::io::stdin().read_to_end(&mut Vec::new()).await;
    Ok(())
}
