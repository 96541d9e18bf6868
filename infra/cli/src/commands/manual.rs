//! Completions, manual pages and the schema, made of the command line and the types themselves.

use std::io::{self, Write};
use std::path::Path;

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::arguments::Arguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::line::Line;

/// What it is installed as.
const NAME: &str = "revoke";

pub fn completions(shell: Shell) -> Result<Exit, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), NAME, &mut text);
    print(&text)
}

/// The page of the command itself, or one for it and each of its commands in a folder.
pub fn man(folder: Option<&Path>) -> Result<Exit, Failure> {
    let command = Arguments::command().bin_name(NAME);
    let Some(folder) = folder else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command)
            .render(&mut page)
            .map_err(Failure::local("making the manual page"))?;
        return print(&page);
    };
    let written = std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(command, folder));
    written.map_err(Failure::local(format!("writing manual pages to {}", folder.display())))?;
    Ok(Exit::Done)
}

pub fn schema() -> Result<Exit, Failure> {
    let schema = schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Line<'_>>();
    let mut text = serde_json::to_vec_pretty(&schema).map_err(|error| Failure::local("making the schema")(error.into()))?;
    text.push(b'\n');
    print(&text)
}

fn print(text: &[u8]) -> Result<Exit, Failure> {
    let written = io::stdout().lock().write_all(text);
    written.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::NobodyReads,
        _ => Failure::local("writing")(error),
    })?;
    Ok(Exit::Done)
}
