//! The HTTP API in memory behind a socket, and the command in a home of its own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};

use api::{SECRET, World};
use revocation_testkit::{FakeChannel, Mood};
use serde_json::{Value, json};
use tempfile::TempDir;

/// What happens to the next requests whose line and body contain `at`.
pub struct Fault {
    pub at: &'static str,
    pub times: usize,
    pub how: How,
}

#[derive(Debug, Clone, Copy)]
pub enum How {
    /// Answered so, and seen by nobody.
    Status(u16, Option<u64>),
    /// Done, and the answer lost.
    Lost,
    /// Done, and never answered.
    Silent,
    /// Answered with other words in the place of some.
    Says(&'static [(&'static str, &'static str)]),
}

struct Served {
    world: World,
    faults: Vec<Fault>,
    asked: Vec<String>,
    kept: Vec<TcpStream>,
    /// After how many looks at a revocation its work is done, and by what vendors.
    works_after: Option<(usize, Mood)>,
}

/// A revocation that is meant, in a request.
pub const REVOKE: &str = "\"dry_run\":false";

/// The API, with task 20842863 of the app `shop`, which has three deliveries over Huawei.
pub struct Api {
    served: Arc<Mutex<Served>>,
    pub address: String,
}

pub const TASK: &str = "/v1/tasks/20842863";

fn batch(id: &str, deliveries: usize) -> Value {
    let delivery = |nth| json!({"token": format!("{id}-{nth}"), "target": format!("user-{nth}")});
    let deliveries: Vec<_> = (0..deliveries).map(delivery).collect();
    json!({"batch_id": id, "channel": "huawei", "notify_id": 7, "deliveries": deliveries})
}

impl Api {
    pub fn start() -> Self {
        let world = World::default();
        let task =
            json!({"type": "batch", "title": "Autumn sale", "sent_at": "2035-01-01T13:00:00Z", "send_until": "2035-01-01T17:00:00Z"});
        world.ask("sender", &format!("PUT {TASK}"), &task).expect(201);
        world.ask("sender", &format!("POST {TASK}/deliveries"), &batch("b1", 3)).expect(200);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let served = Arc::new(Mutex::new(Served {
            world,
            faults: Vec::new(),
            asked: Vec::new(),
            kept: Vec::new(),
            works_after: None,
        }));
        let serving = Arc::clone(&served);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.unwrap(), &serving);
            }
        });
        Self { served, address }
    }

    fn served(&self) -> MutexGuard<'_, Served> {
        self.served.lock().unwrap()
    }

    /// Another batch of so many deliveries.
    pub fn record(&self, id: &str, deliveries: usize) {
        let body = batch(id, deliveries);
        self.served()
            .world
            .ask("sender", &format!("POST {TASK}/deliveries"), &body)
            .expect(200);
    }

    pub fn ask(&self, who: &str, line: &str, body: &Value) -> Value {
        self.served().world.ask(who, line, body).json()
    }

    pub fn goes_wrong(&self, fault: Fault) {
        self.served().faults.push(fault);
    }

    /// The queues' functions work when a revocation was looked at so often.
    pub fn works_after(&self, looks: usize, vendors: Mood) {
        self.served().works_after = Some((looks, vendors));
    }

    pub fn revocations(&self) -> usize {
        self.served().world.store.all_revocations().len()
    }

    /// How often it was asked for lines with this in them.
    pub fn asked(&self, what: &str) -> usize {
        self.served().asked.iter().filter(|line| line.contains(what)).count()
    }
}

fn serve(mut stream: TcpStream, served: &Mutex<Served>) {
    let Some((line, headers, body)) = request(&stream) else { return };
    let mut served = served.lock().unwrap();
    served.asked.push(line.clone());
    let whole = format!("{line} {body}");
    let fault = served.faults.iter_mut().find(|fault| fault.times > 0 && whole.contains(fault.at));
    let how = fault.map(|fault| {
        fault.times -= 1;
        fault.how
    });
    if let Some(How::Status(status, after)) = how {
        let after = after.map(|seconds| format!("retry-after: {seconds}\r\n")).unwrap_or_default();
        let _ = write!(
            stream,
            "HTTP/1.1 {status} Busy\r\n{after}content-length: 0\r\nconnection: close\r\n\r\n"
        );
        return;
    }
    let looks = line.starts_with("GET ") && line.contains("/revocations/rvk_") && !line.contains("/outcomes");
    if looks && let Some((left, vendors)) = served.works_after.take() {
        if left == 0 {
            let vendor = FakeChannel::new(&served.world.clock);
            vendor.is(vendors);
            served.world.settle_at(&vendor);
        } else {
            served.works_after = Some((left - 1, vendors));
        }
    }
    let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = served.world.send("", &line, &headers, &body);
    served.world.forget();
    let mut body = answer.text().to_owned();
    if let Some(How::Says(words)) = how {
        for (known, other) in words {
            body = body.replace(known, other);
        }
    }
    match how {
        Some(How::Lost) => {}
        Some(How::Silent) => served.kept.push(stream),
        Some(How::Status(..) | How::Says(_)) | None => {
            let headers = answer.0["headers"].as_object().unwrap().iter();
            let headers: Vec<_> = headers
                .map(|(name, value)| format!("{name}: {}\r\n", value.as_str().unwrap()))
                .collect();
            let (status, length, headers) = (answer.status(), body.len(), headers.concat());
            // Whoever was killed reads nothing.
            let _ = write!(
                stream,
                "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}"
            );
        }
    }
}

type Request = (String, Vec<(String, String)>, String);

fn request(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut words = first.split(' ');
    let line = format!("{} {}", words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else {
            break;
        };
        headers.push((name.to_lowercase(), value.to_owned()));
    }
    let length = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    headers.retain(|(name, _)| ["authorization", "content-type", "accept"].contains(&name.as_str()));
    Some((line, headers, String::from_utf8(body).unwrap()))
}

/// A home with nothing in it, and the command in it.
pub struct Home {
    pub folder: TempDir,
    address: String,
    who: &'static str,
}

pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Home {
    pub fn of(api: &Api) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            address: api.address.clone(),
            who: "operator",
        }
    }

    /// The same home, and a key of another role.
    pub fn with_key(self, who: &'static str) -> Self {
        Self { who, ..self }
    }

    /// The command, with nothing of this process's environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_message-revoke"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.folder.path())
            .env("TERM", "xterm");
        command
            .env("REVOKE_API", &self.address)
            .env("REVOKE_KEY", format!("{}.{SECRET}", self.who));
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        ran(self.command(arguments).output().unwrap())
    }

    /// With `--json`: every line is as the schema says, and the last has the exit code.
    pub fn json(&self, arguments: &[&str]) -> (i32, Vec<Value>) {
        let ran = self.run(&[arguments, &["--json"]].concat());
        let lines: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for line in &lines {
            let wrong: Vec<_> = SCHEMA
                .iter_errors(line)
                .map(|error| format!("{error} at {}", error.instance_path()))
                .collect();
            assert!(wrong.is_empty(), "{wrong:#?}\n{line:#}");
        }
        let exits: Vec<_> = lines.iter().map(|line| line["exit"].as_i64()).collect();
        let (last, before) = exits.split_last().unwrap();
        assert_eq!(*last, Some(i64::from(ran.code)), "{}", ran.err);
        assert!(before.iter().all(Option::is_none));
        (ran.code, lines)
    }

    /// Plans to revoke all of the task. Returns the plan's name.
    pub fn plan(&self) -> String {
        let (code, lines) = self.json(&["plan", "task", "20842863", "--reason", "wrong price"]);
        assert_eq!(code, 0);
        lines[0]["plan"]["id"].as_str().unwrap().to_owned()
    }

    pub fn plan_file(&self, plan: &str) -> PathBuf {
        self.folder.path().join(format!(".local/state/message-revoke/plans/{plan}.json"))
    }
}

/// Runs it, and reads nothing of what it says.
pub fn unread(mut command: Command) -> Ran {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    ran(child.wait_with_output().unwrap())
}

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let schema = Command::new(env!("CARGO_BIN_EXE_message-revoke")).arg("schema").output().unwrap();
    jsonschema::validator_for(&serde_json::from_slice(&schema.stdout).unwrap()).unwrap()
});

fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
