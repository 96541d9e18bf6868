use std::path::PathBuf;

/// Nothing is generated.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    #[error("{}", .0.display())]
    File(PathBuf, #[source] std::io::Error),
    #[error("the sources of the template: {0:#}")]
    Template(#[from] minijinja::Error),
    #[error("Cargo.toml does not say where the generated routes begin and end")]
    Markers,
    #[error("{0} does not say where its generated part begins and ends")]
    NoMarks(&'static str),
    #[error("there is no price `{0}`")]
    NoPrice(&'static str),
}
