//! Apple when connections end, hang or never come.

use std::collections::HashSet;

use revocation_rules::channel::Channel;
use revocation_rules::retry::Answer;

use crate::apns::{client, document, ok, revoke};
use crate::server::{Do, Seen, Server};
use crate::support::{Case, Documents, ManualClock, count, no_sessions, overwritten, settings, transient};

#[tokio::test]
async fn an_order_goes_on_after_goaway() {
    let server = Server::http2(50, |_, n| if n == 100 { ok().and_go_away() } else { ok().after_ms(5) }).await;
    assert_eq!(revoke(&server, &Case::of(Channel::Apns, 500)).await, vec![overwritten(); 500]);
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn the_order_after_goaway_gets_a_new_connection() {
    let server = Server::http2(50, |_, n| if n == 9 { ok().and_go_away() } else { ok() }).await;
    let client = client(&server, &Documents::new([Some(document("K"))]), &ManualClock::new());
    let case = Case::of(Channel::Apns, 10);
    for _ in 0..2 {
        assert_eq!(case.revoke(&*client).await, vec![overwritten(); 10]);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn what_was_in_flight_when_the_connection_broke_is_repeated_with_its_own_id() {
    let server = Server::http2(50, |_, n| if n == 100 { Do::drop_connection() } else { ok().after_ms(5) }).await;
    assert_eq!(revoke(&server, &Case::of(Channel::Apns, 500)).await, vec![overwritten(); 500]);
    assert_eq!(server.connections(), 2);
    let seen = server.seen();
    assert!(seen.len() <= 550, "what was answered is not asked again");
    let ids: HashSet<_> = seen.iter().map(|seen| (seen.device(), seen.header("apns-id"))).collect();
    assert_eq!(ids.len(), 500);
}

#[tokio::test]
async fn a_server_that_always_breaks_is_left_alone_soon() {
    let server = Server::http2(50, |_, _| Do::drop_connection()).await;
    let answers = revoke(&server, &Case::of(Channel::Apns, 500)).await;
    assert!(server.connections() <= 6, "{} connections", server.connections());
    let broken = count(&answers, &transient("apns:connection_broken"));
    assert_eq!(broken + count(&answers, &Answer::NotTried), 500);
    assert!(broken >= 1, "or the order would be handed back at once, again and again");
}

#[tokio::test]
async fn one_device_without_an_answer_holds_up_no_other() {
    let server = Server::http2(50, |seen, _| match seen.device().trim_start_matches('0') {
        "5" => ok().after_ms(60_000),
        _ => ok(),
    })
    .await;
    let answers = revoke(&server, &Case::of(Channel::Apns, 200)).await;
    assert_eq!(answers[5], transient("apns:timeout"));
    assert_eq!(count(&answers, &overwritten()), 199);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn nobody_there_is_told_at_once() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let settings = settings(&format!("https://{closed}"), &Server::http2(1, |_, _| ok()).await.ca_pem);
    let client = revocation_channels::connect_with(
        revocation_rules::channel::Channel::Apns,
        &settings,
        crate::support::TIMEOUTS,
        Documents::new([Some(document("K"))]),
        no_sessions(),
        ManualClock::new(),
    )
    .unwrap();
    assert_eq!(
        Case::of(Channel::Apns, 3).revoke(&*client).await,
        vec![transient("apns:not_connected"); 3]
    );
}

#[tokio::test]
async fn a_server_without_http2_is_no_apple() {
    let server = Server::http1(|_, _| ok()).await;
    assert_eq!(
        revoke(&server, &Case::of(Channel::Apns, 2)).await,
        vec![transient("apns:not_connected"); 2]
    );
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_connection_that_went_silent_is_noticed_by_ping_and_replaced() {
    let (server, url) = relay::start().await;
    let settings = settings(&url, &server.ca_pem);
    let client = revocation_channels::connect_with(
        revocation_rules::channel::Channel::Apns,
        &settings,
        revocation_channels::Timeouts {
            answer: std::time::Duration::from_secs(20),
            ping_every: std::time::Duration::from_millis(200),
            ping_answer: std::time::Duration::from_millis(200),
            ..crate::support::TIMEOUTS
        },
        Documents::new([Some(document("K"))]),
        no_sessions(),
        ManualClock::new(),
    )
    .unwrap();
    assert_eq!(Case::of(Channel::Apns, 20).revoke(&*client).await, vec![overwritten(); 20]);
    let seen = server.seen();
    let devices: HashSet<_> = seen.iter().map(Seen::device).collect();
    assert_eq!(devices.len(), 20);
    assert_eq!(server.connections(), 2);
    assert!(seen.iter().any(|seen| seen.connection == 1));
}

/// A relay before a server. When the server has seen five requests, its first
/// connection goes silent, as when a network forgets it; later ones work.
mod relay {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::{Server, ok};

    pub async fn start() -> (Server, String) {
        let silent = Arc::new(AtomicBool::new(false));
        let goes_silent = Arc::clone(&silent);
        let server = Server::http2(50, move |_, n| {
            if n == 4 {
                goes_silent.store(true, Ordering::SeqCst);
            }
            ok().after_ms(20)
        })
        .await;
        let behind = server.url.strip_prefix("https://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let mut first = Some(silent);
            while let Ok((front, _)) = listener.accept().await {
                let back = TcpStream::connect(&behind).await.unwrap();
                tokio::spawn(pass_on(front, back, first.take().unwrap_or_default()));
            }
        });
        (server, url)
    }

    /// Passes everything on, until told to be silent: then no more answers.
    async fn pass_on(mut front: TcpStream, mut back: TcpStream, silent: Arc<AtomicBool>) {
        let (mut from_client, mut to_client) = front.split();
        let (mut from_server, mut to_server) = back.split();
        let upward = tokio::io::copy(&mut from_client, &mut to_server);
        let downward = async {
            let mut buffer = [0; 4_096];
            while let Ok(read @ 1..) = from_server.read(&mut buffer).await {
                if !silent.load(Ordering::SeqCst) && to_client.write_all(&buffer[..read]).await.is_err() {
                    break;
                }
            }
        };
        let _ = tokio::join!(upward, downward);
    }
}
