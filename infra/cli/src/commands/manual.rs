//! Completions, manual pages and the schema, made of the command line and the types themselves.

use std::io::{self, Write};
use std::path::Path;

use clap::CommandFactory as _;
use clap_complete::Shell;
use revocation_rules::channel::Channel;
use revocation_rules::outcome::Outcome;
use serde_json::{Value, json};

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
    let mut schema = schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Line<'_>>()
        .to_value();
    open(&mut schema);
    let mut text = serde_json::to_vec_pretty(&schema).map_err(|error| Failure::local("making the schema")(error.into()))?;
    text.push(b'\n');
    print(&text)
}

/// An answer may be newer than this command: where channels and outcomes are listed, others may stand, too.
fn open(schema: &mut Value) {
    let is_word = |word: &str| Channel::parse(word).is_some() || Outcome::parse(word).is_some();
    match schema {
        Value::Object(parts) => {
            let named = parts.get("properties").and_then(Value::as_object);
            let one = named.filter(|named| named.keys().all(|name| is_word(name)));
            if let Some(one) = one.and_then(|named| named.values().next()).cloned()
                && parts.contains_key("additionalProperties")
            {
                parts.insert("additionalProperties".to_owned(), one);
            }
            let words = parts.get("enum").and_then(Value::as_array);
            let has_words = words.is_some_and(|words| words.iter().filter_map(Value::as_str).any(is_word));
            if has_words && let Some(known) = parts.remove("enum") {
                parts.insert("examples".to_owned(), known);
            }
            let choices = parts.get_mut("oneOf").and_then(Value::as_array_mut);
            if let Some(choices) = choices
                && choices.iter().any(|choice| choice["const"].as_str().is_some_and(is_word))
            {
                choices.push(json!({ "description": "One that this version does not know.", "type": "string" }));
                if let Some(choices) = parts.remove("oneOf") {
                    parts.insert("anyOf".to_owned(), choices);
                }
            }
            parts.values_mut().for_each(open);
        }
        Value::Array(parts) => parts.iter_mut().for_each(open),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn print(text: &[u8]) -> Result<Exit, Failure> {
    let written = io::stdout().lock().write_all(text);
    written.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::NobodyReads,
        _ => Failure::local("writing")(error),
    })?;
    Ok(Exit::Done)
}
