//! One device at the command line: what arrives is shown, what is typed is done.

use std::fmt::Write as _;
use std::time::Duration;

use device_client::{Client, Key, Kind, Message, Settings, Shown, Timing, View};
use tokio::io::{AsyncBufReadExt, BufReader};

const USAGE: &str = "usage: DEVICE_TOKEN=<token> device-client <socket_url>
  show  <task|message> <id> <notify id> <batch id> <title>   the sender's message arrives
  open  <task|message> <id> <notify id>
  clear <task|message> <id> <notify id>
  offline | online | cut";

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    #[expect(clippy::disallowed_methods, reason = "a token on a command line is everybody's to read")]
    let token = std::env::var("DEVICE_TOKEN");
    let (Some(url), Ok(token)) = (std::env::args().nth(1), token) else {
        eprintln!("{USAGE}");
        return std::process::ExitCode::FAILURE;
    };
    let client = Client::start(Settings {
        url,
        token,
        timing: Timing::default(),
    });
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    let mut before = String::new();
    loop {
        let now = describe(&client.look());
        if now != before {
            print!("{now}");
            before = now;
        }
        let read = tokio::time::timeout(Duration::from_millis(200), lines.next_line()).await;
        match read {
            Ok(Ok(Some(line))) => {
                if obey(&client, &line).is_none() {
                    eprintln!("{USAGE}");
                }
            }
            Ok(Ok(None) | Err(_)) => return std::process::ExitCode::SUCCESS,
            Err(_) => {}
        }
    }
}

fn obey(client: &Client, line: &str) -> Option<()> {
    let mut words = line.split_whitespace();
    match words.next()? {
        "online" => client.go_online(),
        "offline" => client.go_offline(),
        "cut" => client.cut_off(),
        "open" => client.open(&key(&mut words)?),
        "clear" => client.clear(&key(&mut words)?),
        "show" => {
            let key = key(&mut words)?;
            let batch_id = words.next()?.to_owned();
            client.show(Message {
                key,
                batch_id,
                title: words.collect::<Vec<_>>().join(" "),
                text: String::new(),
            });
        }
        _ => return None,
    }
    Some(())
}

fn key<'a>(words: &mut impl Iterator<Item = &'a str>) -> Option<Key> {
    let kind = match words.next()? {
        "task" => Kind::Task,
        "message" => Kind::Message,
        _ => return None,
    };
    Some(Key {
        kind,
        id: words.next()?.to_owned(),
        notify_id: words.next()?.parse().ok()?,
    })
}

fn describe(view: &View) -> String {
    let mut text = format!("--- {:?}, {} unanswered\n", view.status, view.unanswered);
    for (key, entry) in view.bar.entries() {
        let mark = match entry.shown {
            Shown::Message => "message",
            Shown::Notice => "notice ",
        };
        // Cannot fail: writing to a String.
        let _ = writeln!(
            text,
            "[{mark}] {} {} #{}: {} {}",
            kind(key.kind),
            key.id,
            key.notify_id,
            entry.title,
            entry.text
        );
    }
    text
}

const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Message => "message",
        Kind::Task => "task",
    }
}
