//! What the command line says.

use std::path::PathBuf;

use crate::error::BenchError;

#[derive(Debug, Clone)]
pub struct Options {
    /// Where the binaries of the functions are.
    pub functions: PathBuf,
    /// Where the peers' interpreters and packages are.
    pub tools: PathBuf,
    pub out: PathBuf,
    /// Groups whose name begins so; all, if nothing is said.
    pub only: Option<String>,
    /// A document whose table is replaced.
    pub document: Option<PathBuf>,
    /// The document that has the table of costs.
    pub costs: Option<PathBuf>,
    /// Fewer runs, and walks of a tenth: to see that it works.
    pub quick: bool,
}

impl Options {
    pub fn read(arguments: &[&str]) -> Result<Self, BenchError> {
        let mut options = Self {
            functions: "target/release".into(),
            tools: ".tools/bench".into(),
            out: "target/bench".into(),
            only: None,
            document: None,
            costs: None,
            quick: false,
        };
        let mut rest = arguments.iter();
        while let Some(name) = rest.next() {
            if *name == "--quick" {
                options.quick = true;
                continue;
            }
            let value = rest.next().ok_or_else(|| BenchError::new(format!("{name} needs a value")))?;
            match *name {
                "--functions" => options.functions = value.into(),
                "--tools" => options.tools = value.into(),
                "--out" => options.out = value.into(),
                "--document" => options.document = Some(value.into()),
                "--costs" => options.costs = Some(value.into()),
                "--only" => options.only = Some((*value).to_owned()),
                _ => return Err(BenchError::new(format!("there is no option {name}"))),
            }
        }
        Ok(options)
    }

    /// How often something is measured that would be measured `times`.
    pub fn runs(&self, times: usize) -> usize {
        if self.quick { (times / 5).max(2) } else { times }
    }

    pub fn wants(&self, group: &str) -> bool {
        self.only.as_ref().is_none_or(|only| group.starts_with(only.as_str()))
    }
}
