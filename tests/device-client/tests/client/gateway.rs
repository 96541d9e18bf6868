//! A WebSocket server whose every connection is in the hands of the test.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::StatusCode;
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};

pub struct Gateway {
    address: String,
    links: mpsc::UnboundedReceiver<Link>,
    handshakes: Arc<AtomicUsize>,
}

pub struct Link {
    socket: WebSocketStream<TcpStream>,
    pub authorization: String,
}

impl Link {
    /// What the device says next; `None` when it is gone.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            match self.socket.next().await? {
                Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).unwrap()),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    pub async fn send(&mut self, frame: &Value) {
        // A device that is gone hears nothing.
        let _ = self.socket.send(Message::text(frame.to_string())).await;
    }
}

impl Gateway {
    /// One that hands each connection to the test.
    pub async fn start() -> Self {
        Self::with(None, None).await
    }

    /// One that answers every handshake with this status.
    pub async fn refusing(status: u16) -> Self {
        Self::with(Some(StatusCode::from_u16(status).unwrap()), None).await
    }

    /// One that does as the service does: gives instructions, and answers.
    pub async fn obliging(instructions: fn() -> Vec<Value>) -> Self {
        Self::with(None, Some(instructions)).await
    }

    pub fn url(&self) -> String {
        format!("ws://{}/live", self.address)
    }

    pub fn handshakes(&mut self) -> usize {
        self.handshakes.load(Ordering::SeqCst)
    }

    pub async fn accept(&mut self) -> Link {
        self.links.recv().await.unwrap()
    }

    async fn with(refusal: Option<StatusCode>, instructions: Option<fn() -> Vec<Value>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (accepted, links) = mpsc::unbounded_channel();
        let handshakes = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&handshakes);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (accepted, count) = (accepted.clone(), Arc::clone(&count));
                tokio::spawn(async move {
                    let Some(link) = handshake(stream, refusal, &count).await else {
                        return;
                    };
                    match instructions {
                        Some(instructions) => oblige(link, instructions).await,
                        None => drop(accepted.send(link)),
                    }
                });
            }
        });
        Self {
            address,
            links,
            handshakes,
        }
    }
}

async fn handshake(stream: TcpStream, refusal: Option<StatusCode>, count: &AtomicUsize) -> Option<Link> {
    let mut authorization = String::new();
    #[expect(clippy::result_large_err, reason = "the library's own type of answer")]
    let check = |request: &Request, answer: Response| -> Result<Response, ErrorResponse> {
        count.fetch_add(1, Ordering::SeqCst);
        let sent = request.headers()["authorization"].to_str();
        sent.unwrap().clone_into(&mut authorization);
        match refusal {
            None => Ok(answer),
            Some(status) => {
                let mut refused = ErrorResponse::new(None);
                *refused.status_mut() = status;
                Err(refused)
            }
        }
    };
    let socket = accept_hdr_async(stream, check).await.ok()?;
    Some(Link { socket, authorization })
}

async fn oblige(mut link: Link, instructions: fn() -> Vec<Value>) {
    while let Some(frame) = link.next().await {
        match frame["type"].as_str().unwrap() {
            "register" => {
                let missed = instructions();
                for instruction in &missed {
                    link.send(instruction).await;
                }
                link.send(&json!({ "type": "registered", "missed": missed.len(), "more": false }))
                    .await;
            }
            "ack" => {
                link.send(&json!({ "type": "acked", "instruction": frame["instruction"] })).await;
            }
            _ => {}
        }
    }
}
