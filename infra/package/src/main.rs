//! `revocation-package FOLDER NAME...`: packs each `FOLDER/NAME/bootstrap`, and says how large it is and its SHA-256.

use std::error::Error;
use std::path::PathBuf;

use revocation_package::pack_folder;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let folder = arguments.next().ok_or("say where the binaries are, and which")?;
    for name in arguments {
        let packed = pack_folder(&folder.join(&name))?;
        println!("{} {:>9} {}", packed.digest, packed.bytes, name.display());
    }
    Ok(())
}
