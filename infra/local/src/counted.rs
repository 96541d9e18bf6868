//! Counts what the functions ask of the local AWS, by operation.
//!
//! They are told of this port instead of its own, and every byte goes on as it came. Only the heads of requests are
//! looked at: the SDK names the operation there.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// How often each operation was asked for, such as `DynamoDB GetItem`.
pub type CallCounts = BTreeMap<String, u64>;

#[derive(Debug)]
pub(crate) struct Counted {
    pub(crate) port: u16,
    counts: Arc<Mutex<CallCounts>>,
    listening: JoinHandle<()>,
}

impl Counted {
    /// Listens on a free port of 127.0.0.1, for what is behind `port`.
    pub(crate) async fn before(port: u16) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let counts = Arc::new(Mutex::default());
        Ok(Self {
            port: listener.local_addr()?.port(),
            counts: Arc::clone(&counts),
            listening: tokio::spawn(listen(listener, port, counts)),
        })
    }

    pub(crate) fn counts(&self) -> CallCounts {
        lock(&self.counts).clone()
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

fn lock(counts: &Mutex<CallCounts>) -> MutexGuard<'_, CallCounts> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn listen(listener: TcpListener, port: u16, counts: Arc<Mutex<CallCounts>>) {
    loop {
        if let Ok((caller, _)) = listener.accept().await {
            tokio::spawn(relay(caller, port, Arc::clone(&counts)));
        }
    }
}

/// Ends when either side does.
async fn relay(caller: TcpStream, port: u16, counts: Arc<Mutex<CallCounts>>) -> std::io::Result<()> {
    let aws = TcpStream::connect(("127.0.0.1", port)).await?;
    for side in [&caller, &aws] {
        side.set_nodelay(true)?;
    }
    let (mut from_caller, mut to_caller) = caller.into_split();
    let (mut from_aws, mut to_aws) = aws.into_split();
    let requests = async move {
        let (mut requests, mut bytes) = (Requests::default(), vec![0; 64 * 1024]);
        loop {
            let read = from_caller.read(&mut bytes).await?;
            if read == 0 {
                return to_aws.shutdown().await;
            }
            for operation in requests.read(&bytes[..read]) {
                *lock(&counts).entry(operation).or_default() += 1;
            }
            to_aws.write_all(&bytes[..read]).await?;
        }
    };
    tokio::select! {
        ended = requests => ended,
        ended = copy(&mut from_aws, &mut to_caller) => ended.map(|_| ()),
    }
}

/// The requests of one connection, as they come in.
#[derive(Default)]
struct Requests {
    /// The head that has begun.
    head: Vec<u8>,
    /// What is still to come of the body before the next head.
    body_left: usize,
}

const END_OF_HEAD: &[u8] = b"\r\n\r\n";

impl Requests {
    /// The operations of those whose head is whole now.
    fn read(&mut self, mut bytes: &[u8]) -> Vec<String> {
        let mut operations = Vec::new();
        while !bytes.is_empty() {
            let of_body = self.body_left.min(bytes.len());
            self.body_left -= of_body;
            bytes = &bytes[of_body..];
            // The end of a head may lie across two reads.
            let before = self.head.len();
            self.head.extend_from_slice(bytes);
            let from = before.saturating_sub(END_OF_HEAD.len() - 1);
            let Some(end) = self.head[from..].windows(END_OF_HEAD.len()).position(|four| four == END_OF_HEAD) else {
                break;
            };
            let length = from + end + END_OF_HEAD.len();
            bytes = &bytes[length - before..];
            let head = String::from_utf8_lossy(&self.head[..length]).into_owned();
            self.head.clear();
            self.body_left = header(&head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
            operations.push(operation(&head));
        }
        operations
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// `DynamoDB_20120810.GetItem` is `DynamoDB GetItem`; what names no operation is its method.
fn operation(head: &str) -> String {
    match header(head, "x-amz-target").and_then(|target| target.rsplit_once('.')) {
        Some((service, operation)) => {
            let service = service.split('_').next().unwrap_or(service).trim_start_matches("Amazon");
            format!("{service} {operation}")
        }
        None => head.split(' ').next().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GET: &[u8] = b"POST / HTTP/1.1\r\nX-Amz-Target: DynamoDB_20120810.GetItem\r\ncontent-length: 8\r\n\r\n{\"a\":1}\n";
    const SEND: &[u8] = b"POST / HTTP/1.1\r\nx-amz-target: AmazonSQS.SendMessage\r\ncontent-length: 0\r\n\r\n";

    #[test]
    fn requests_are_told_apart_however_they_are_cut() {
        let all = [GET, SEND, GET].concat();
        for size in 1..=all.len() {
            let mut requests = Requests::default();
            let found: Vec<String> = all.chunks(size).flat_map(|bytes| requests.read(bytes)).collect();
            assert_eq!(found, ["DynamoDB GetItem", "SQS SendMessage", "DynamoDB GetItem"], "{size}");
        }
    }

    #[test]
    fn a_body_that_looks_like_a_request_is_none() {
        let body = String::from_utf8_lossy(SEND);
        let request = format!("POST /x HTTP/1.1\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        assert_eq!(Requests::default().read(request.as_bytes()), ["POST"]);
    }

    #[tokio::test]
    async fn what_is_asked_arrives_and_is_counted_and_the_answer_comes_back() {
        let aws = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let counted = Counted::before(aws.local_addr().unwrap().port()).await.unwrap();
        let answering = tokio::spawn(async move {
            let (mut asked, _) = aws.accept().await.unwrap();
            let mut request = vec![0; GET.len()];
            asked.read_exact(&mut request).await.unwrap();
            asked.write_all(b"answer").await.unwrap();
            request
        });
        let mut caller = TcpStream::connect(("127.0.0.1", counted.port)).await.unwrap();
        caller.write_all(GET).await.unwrap();
        let mut answer = vec![0; 6];
        caller.read_exact(&mut answer).await.unwrap();
        assert_eq!((answer, answering.await.unwrap()), (b"answer".to_vec(), GET.to_vec()));
        assert_eq!(counted.counts(), CallCounts::from([("DynamoDB GetItem".to_owned(), 1)]));
    }
}
