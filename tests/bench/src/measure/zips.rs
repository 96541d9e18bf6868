//! What is deployed: a binary in an archive.

use std::process::Stdio;

use tokio::process::Command;

use crate::error::BenchError;
use crate::figure::Figure;
use crate::scene::Scene;

pub async fn zips(scene: &Scene) -> Result<Vec<Figure>, BenchError> {
    let mut figures = Vec::new();
    for name in ["revoke", "lookup", "record", "dispatch", "fanout", "sweep"] {
        // As `cargo lambda` packs it: one file, deflated. Python has what it takes, and is there already.
        let program = "import io,sys,zipfile\nout=io.BytesIO()\n\
            zipfile.ZipFile(out,'w',zipfile.ZIP_DEFLATED).write(sys.argv[1],'bootstrap')\nprint(len(out.getvalue()))";
        let output = Command::new(&scene.peers.python)
            .args(["-c", program])
            .arg(scene.binary(name))
            .stdin(Stdio::null())
            .output()
            .await?;
        let bytes: f64 = String::from_utf8_lossy(&output.stdout).trim().parse()?;
        figures.push(Figure::one(format!("zip_{name}_mb"), "MB", bytes / 1e6).at_most(5.0));
    }
    Ok(figures)
}
