//! Allows one HTTP/2 stream on a connection until the caller has proven itself, as APNs does with
//! provider tokens.
//!
//! hyper announces one number of streams for the whole life of a connection. So this layer, between
//! TLS and hyper, changes what is announced: the first SETTINGS frame says one stream, and as soon
//! as the connection is proven another says the full number. hyper never sent that one, so its
//! acknowledgement is kept from hyper. It also gives GOAWAY frames the reason that Apple puts there.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::serve::Link;

const FRAME_HEAD_BYTES: usize = 9;
const PREFACE_BYTES: usize = 24;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const ACK: u8 = 1;
const MAX_CONCURRENT_STREAMS: u16 = 3;
const GOAWAY_REASON: &[u8] = br#"{"reason":"Shutdown"}"#;
const READ_BYTES: usize = 16 * 1024;
/// hyper waits for the socket rather than filling memory.
const UNSENT_LIMIT_BYTES: usize = 256 * 1024;

pub struct OneStream<T> {
    inner: T,
    link: Arc<Link>,
    out: Outgoing,
    unsent: Vec<u8>,
    incoming: Incoming,
    unread: Vec<u8>,
    /// How much of `unread` hyper has already been given.
    given: usize,
}

impl<T> OneStream<T> {
    pub fn new(inner: T, link: Arc<Link>, max_streams: u32) -> Self {
        Self {
            inner,
            link,
            out: Outgoing {
                partial: Vec::new(),
                max_streams,
                limited: false,
                raised: false,
            },
            unsent: Vec::new(),
            incoming: Incoming {
                partial: Vec::new(),
                pass: PREFACE_BYTES,
                acknowledged: 0,
            },
            unread: Vec::new(),
            given: 0,
        }
    }
}

impl<T: AsyncWrite + Unpin> OneStream<T> {
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.unsent.is_empty() {
            let sent = ready!(Pin::new(&mut self.inner).poll_write(cx, &self.unsent))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.unsent.drain(..sent);
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for OneStream<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.unsent.len() > UNSENT_LIMIT_BYTES {
            ready!(self.poll_drain(cx))?;
        }
        let this = &mut *self;
        this.out.take(bytes, this.link.is_proven(), &mut this.unsent);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_drain(cx))?;
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_drain(cx))?;
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for OneStream<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, wanted: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        while this.given == this.unread.len() {
            this.unread.clear();
            this.given = 0;
            let mut space = [0; READ_BYTES];
            let mut read = ReadBuf::new(&mut space);
            ready!(Pin::new(&mut this.inner).poll_read(cx, &mut read))?;
            if read.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            this.incoming.take(read.filled(), &mut this.unread);
        }
        let rest = &this.unread[this.given..];
        let length = wanted.remaining().min(rest.len());
        wanted.put_slice(&rest[..length]);
        this.given += length;
        Poll::Ready(Ok(()))
    }
}

/// The server's frames, handled one whole frame at a time.
struct Outgoing {
    partial: Vec<u8>,
    max_streams: u32,
    limited: bool,
    raised: bool,
}

impl Outgoing {
    fn take(&mut self, bytes: &[u8], proven: bool, out: &mut Vec<u8>) {
        self.partial.extend_from_slice(bytes);
        let mut done = 0;
        while let Some(frame) = first_frame(&self.partial[done..]) {
            let mut frame = frame.to_vec();
            done += frame.len();
            if frame[3] == SETTINGS && frame[4] & ACK == 0 && !self.limited {
                announce(&mut frame, 1);
                self.limited = true;
            }
            // Between two frames, but not inside a header block: hyper's answers fit one frame.
            if proven && self.limited && !self.raised {
                let mut settings = vec![0, 0, 0, SETTINGS, 0, 0, 0, 0, 0];
                announce(&mut settings, self.max_streams);
                out.append(&mut settings);
                self.raised = true;
            }
            if frame[3] == GOAWAY {
                frame.extend_from_slice(GOAWAY_REASON);
                write_length(&mut frame);
            }
            out.append(&mut frame);
        }
        self.partial.drain(..done);
    }
}

/// Sets the number of streams in a SETTINGS frame.
fn announce(frame: &mut Vec<u8>, streams: u32) {
    let id = MAX_CONCURRENT_STREAMS.to_be_bytes();
    let entry = frame[FRAME_HEAD_BYTES..].chunks_exact_mut(6).find(|entry| entry[..2] == id);
    if let Some(entry) = entry {
        entry[2..].copy_from_slice(&streams.to_be_bytes());
    } else {
        frame.extend_from_slice(&id);
        frame.extend_from_slice(&streams.to_be_bytes());
    }
    write_length(frame);
}

fn write_length(frame: &mut [u8]) {
    let length = u32::try_from(frame.len() - FRAME_HEAD_BYTES).unwrap_or_default();
    frame[..3].copy_from_slice(&length.to_be_bytes()[1..]);
}

fn first_frame(bytes: &[u8]) -> Option<&[u8]> {
    let head = bytes.get(..FRAME_HEAD_BYTES)?;
    bytes.get(..FRAME_HEAD_BYTES + payload_length(head))
}

fn payload_length(head: &[u8]) -> usize {
    usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2])
}

/// The caller's bytes; all pass but the acknowledgement of what hyper did not send.
struct Incoming {
    partial: Vec<u8>,
    /// Bytes that pass unseen: the preface, then the rest of each frame.
    pass: usize,
    acknowledged: u32,
}

impl Incoming {
    fn take(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) {
        while !bytes.is_empty() {
            if self.pass > 0 {
                let length = self.pass.min(bytes.len());
                out.extend_from_slice(&bytes[..length]);
                self.pass -= length;
                bytes = &bytes[length..];
                continue;
            }
            let length = (FRAME_HEAD_BYTES - self.partial.len()).min(bytes.len());
            self.partial.extend_from_slice(&bytes[..length]);
            bytes = &bytes[length..];
            if self.partial.len() < FRAME_HEAD_BYTES {
                return;
            }
            let head = std::mem::take(&mut self.partial);
            self.pass = payload_length(&head);
            if head[3] == SETTINGS && head[4] & ACK != 0 {
                self.acknowledged += 1;
                if self.acknowledged > 1 {
                    continue;
                }
            }
            out.extend_from_slice(&head);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(flags: u8, entries: &[(u16, u32)]) -> Vec<u8> {
        let mut frame = vec![0, 0, 0, SETTINGS, flags, 0, 0, 0, 0];
        for (id, value) in entries {
            frame.extend_from_slice(&id.to_be_bytes());
            frame.extend_from_slice(&value.to_be_bytes());
        }
        write_length(&mut frame);
        frame
    }

    const DATA: [u8; 12] = [0, 0, 3, 0, 1, 0, 0, 0, 1, 7, 8, 9];

    fn outgoing() -> Outgoing {
        Outgoing {
            partial: Vec::new(),
            max_streams: 500,
            limited: false,
            raised: false,
        }
    }

    #[test]
    fn one_stream_is_announced_first_and_the_full_number_when_proven() {
        for step in [1, 2, 5, 1000] {
            let mut outgoing = outgoing();
            let mut out = Vec::new();
            let first = [settings(0, &[(5, 9), (3, 500)]), DATA.to_vec()].concat();
            for bytes in first.chunks(step) {
                outgoing.take(bytes, false, &mut out);
            }
            let expected = [settings(0, &[(5, 9), (3, 1)]), DATA.to_vec()].concat();
            assert_eq!(out, expected);

            out.clear();
            for bytes in [DATA, DATA].concat().chunks(step) {
                outgoing.take(bytes, true, &mut out);
            }
            let expected = [settings(0, &[(3, 500)]), [DATA, DATA].concat()].concat();
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn a_goaway_frame_says_why() {
        let mut outgoing = outgoing();
        let mut out = Vec::new();
        let goaway = [0, 0, 8, GOAWAY, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0];
        outgoing.take(&goaway, false, &mut out);
        assert_eq!(usize::from(out[2]), 8 + GOAWAY_REASON.len());
        assert_eq!(out[3..17], goaway[3..]);
        assert_eq!(&out[17..], GOAWAY_REASON);
    }

    #[test]
    fn only_the_first_acknowledgement_passes() {
        for step in [1, 4, 1000] {
            let preface = vec![b'P'; PREFACE_BYTES];
            let ack = settings(ACK, &[]);
            let sent = [
                preface.clone(),
                settings(0, &[(3, 7)]),
                ack.clone(),
                DATA.to_vec(),
                ack.clone(),
                DATA.to_vec(),
            ]
            .concat();
            let mut incoming = Incoming {
                partial: Vec::new(),
                pass: PREFACE_BYTES,
                acknowledged: 0,
            };
            let mut out = Vec::new();
            for bytes in sent.chunks(step) {
                incoming.take(bytes, &mut out);
            }
            let expected = [preface, settings(0, &[(3, 7)]), ack, DATA.to_vec(), DATA.to_vec()].concat();
            assert_eq!(out, expected);
        }
    }
}
