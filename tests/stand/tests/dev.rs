//! What `make dev` prints works as it is printed.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Ends `dev` however the test ends.
struct Running(Child);

impl Running {
    /// True if it could be told.
    fn tell_to_stop(&self) -> bool {
        let told = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        told.is_ok_and(|status| status.success())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Harmless when it has ended; what it started ends with it.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[ignore = "starts the local AWS; the Makefile runs it once the functions are built"]
fn the_printed_lines_take_the_push_back_and_nothing_outlives_dev() {
    let mut dev = Running(
        Command::new(env!("CARGO_BIN_EXE_dev"))
            // Its input ends at once, as in the background; it stays up all the same.
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let mut script = String::new();
    for line in BufReader::new(dev.0.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        script.push_str(&line);
        script.push('\n');
        if line.contains("Ctrl-C") {
            break;
        }
    }

    // The time limit is for the line that follows the revocation.
    let shell = Command::new("timeout")
        .args(["100", "sh", "-eu", "-c", &script])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&shell.stdout);
    assert!(shell.status.success(), "{said}{}\n{script}", String::from_utf8_lossy(&shell.stderr));
    let phones: Vec<_> = said.lines().filter(|line| line.contains(r#""notifications""#)).collect();
    let shows = |phone: usize, title: &str| phones[phone].contains(title);
    assert_eq!(phones.len(), 3, "{said}");
    assert!(shows(0, "50% off everyting"), "{said}");
    assert!(shows(1, "Message revoked") && !shows(1, "everyting"), "{said}");
    assert!(shows(2, "Message revoked") && !shows(2, "everyting"), "{said}");
    assert!(said.contains(r#""gate":"open""#) && said.contains(r#""gate":"revoked""#), "{said}");
    assert!(said.contains("START RequestId"), "the function's log is not shown: {said}");

    let setting = |name: &str| {
        let line = script.lines().find_map(|line| line.strip_prefix(&format!("export {name}=http://")));
        line.unwrap().split('/').next().unwrap().to_owned()
    };
    let addresses = [setting("API"), setting("DEVICES"), setting("AWS_ENDPOINT_URL")];
    assert!(addresses.iter().all(|address| TcpStream::connect(address).is_ok()));
    assert!(dev.tell_to_stop());
    assert!(dev.0.wait().unwrap().success());
    // A killed process closes its sockets a moment later.
    std::thread::sleep(Duration::from_millis(500));
    assert!(
        addresses.iter().all(|address| TcpStream::connect(address).is_err()),
        "something still answers"
    );
}
