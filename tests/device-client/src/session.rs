//! One connection, from handshake to loss.

use futures::{SinkExt, StreamExt};
use http::header::{AUTHORIZATION, HeaderValue};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, interval_at, sleep_until, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_tls_with_config};

use crate::client::{Settings, Will};
use crate::frame::{self, In};
use crate::state::{Inner, State, Status};
use crate::tls;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Why a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The token was not taken.
    Refused,
    /// It broke, or never came to be.
    Lost,
    /// The device wanted it.
    Wanted,
}

pub(crate) async fn run(settings: &Settings, state: &State, will: &mut watch::Receiver<Will>) -> End {
    let opened = tokio::select! {
        opened = open(settings) => opened,
        () = unwanted(will) => return End::Wanted,
    };
    match opened {
        Ok(mut socket) => {
            let end = tokio::select! {
                end = talk(settings, state, &mut socket) => end,
                () = unwanted(will) => End::Wanted,
            };
            if end == End::Wanted && *will.borrow() == Will::Offline {
                // Going offline says goodbye; being cut off does not.
                let _ = timeout(settings.timing.answer, socket.close(None)).await;
            }
            end
        }
        Err(end) => end,
    }
}

/// Until the device no longer wants this connection.
async fn unwanted(will: &mut watch::Receiver<Will>) {
    // Without a sender the client is dropped, and so is its task.
    let _ = will.changed().await;
}

async fn open(settings: &Settings) -> Result<Socket, End> {
    let mut request = settings.url.as_str().into_client_request().map_err(|_| End::Refused)?;
    let token = HeaderValue::from_str(&format!("Bearer {}", settings.token)).map_err(|_| End::Refused)?;
    request.headers_mut().insert(AUTHORIZATION, token);
    let connecting = connect_async_tls_with_config(request, None, false, tls::connector(&settings.url));
    match timeout(settings.timing.answer, connecting).await {
        Ok(Ok((socket, _))) => Ok(socket),
        Ok(Err(tungstenite::Error::Http(answer))) if matches!(answer.status().as_u16(), 401 | 403) => Err(End::Refused),
        Ok(Err(_)) | Err(_) => Err(End::Lost),
    }
}

/// Registers, and does what is said, until the connection is lost.
async fn talk(settings: &Settings, state: &State, socket: &mut Socket) -> End {
    let timing = &settings.timing;
    state.change(|inner| {
        inner.outbox.all_again();
        inner.asks();
    });
    if send(socket, frame::REGISTER).await.is_err() {
        return End::Lost;
    }
    let mut registered_by = Some(Instant::now() + timing.answer);
    // Registering again keeps the connection, and fetches what was kept and never came.
    let mut register = interval_at(Instant::now() + timing.register_every, timing.register_every);
    // Each time longer while nothing is answered: a service that is behind is not told everything again and again.
    let mut patience = timing.say_again;
    let mut again = Instant::now() + patience;
    let mut more = false;
    loop {
        let frames = state.change(|inner| inner.outbox.next(Instant::now()));
        let due = state.look(|inner| inner.outbox.due());
        for frame in frames {
            if send(socket, &frame).await.is_err() {
                return End::Lost;
            }
        }
        if more && !state.look(|inner| inner.outbox.owes_an_ack()) {
            more = false;
            state.change(Inner::asks);
            if send(socket, frame::REGISTER).await.is_err() {
                return End::Lost;
            }
        }
        tokio::select! {
            next = socket.next() => match next {
                Some(Ok(Message::Text(text))) => match frame::read(&text) {
                    In::Registered { missed, more: left } => {
                        more = left;
                        registered_by = None;
                        state.change(|inner| {
                            inner.status = Status::Registered;
                            inner.registered += 1;
                            inner.is_told(missed, left);
                        });
                    }
                    // Not registered: another connection is the way.
                    In::Error if registered_by.is_some() => return End::Lost,
                    other => obey(settings, state, other),
                },
                Some(Ok(Message::Close(_)) | Err(_)) | None => return End::Lost,
                Some(Ok(_)) => {}
            },
            () = state.to_send.notified() => {}
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {}
            () = sleep_until(again) => {
                let unanswered = state.change(|inner| inner.outbox.all_again());
                patience = if unanswered { (patience * 2).min(timing.register_every) } else { timing.say_again };
                again = Instant::now() + patience;
            }
            _ = register.tick() => {
                registered_by = Some(Instant::now() + timing.answer);
                if send(socket, frame::REGISTER).await.is_err() {
                    return End::Lost;
                }
            }
            () = sleep_until(registered_by.unwrap_or_else(Instant::now)), if registered_by.is_some() => return End::Lost,
        }
    }
}

fn obey(settings: &Settings, state: &State, frame: In) {
    state.change(|inner| match frame {
        In::Revoke(revoke) => {
            let now = Instant::now();
            let said = inner.bar.revoke(&revoke, now);
            // The bar at once, the answer by chance: a million devices are told at the same moment.
            let not_before = now + settings.timing.answer_within.mul_f64(rand::random());
            inner.outbox.acknowledge(revoke.instruction, said, not_before);
            inner.heard();
        }
        In::Acked { instruction } => inner.outbox.acked(&instruction),
        In::Noted { receipt } => inner.outbox.noted(&receipt),
        // What was not done is said again in its time.
        In::Registered { .. } | In::Error | In::Other => {}
    });
}

async fn send(socket: &mut Socket, frame: &str) -> Result<(), tungstenite::Error> {
    socket.send(Message::text(frame)).await
}
