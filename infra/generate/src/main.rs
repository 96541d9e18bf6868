//! Writes every generated file.

use std::error::Error;

use generate::{FILES, in_project};

fn main() -> Result<(), Box<dyn Error>> {
    for (path, generate) in FILES {
        std::fs::write(in_project(path), generate()?)?;
        println!("{path}");
    }
    Ok(())
}
