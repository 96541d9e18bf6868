//! Encryption of one message for one subscription: RFC 8291, in the coding of RFC 8188. Pure: the sender's key and the salt are
//! arguments, and good for one message.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use revocation_rules::web_push::Subscription;

/// RFC 8188, section 2.1: one record has all of it.
const RECORD_BYTES: u32 = 4_096;
/// Ends the last record, RFC 8188, section 2.
const LAST: u8 = 2;
/// How long the sender's key is, which names itself in the header.
const KEY_BYTES: u8 = 65;
/// The most that every push service takes, RFC 8030, section 7.2.
const MOST_BYTES: usize = 4_096;
/// What a message has beside its text: salt, record size, the key with its length; the delimiter and the tag.
const AROUND_BYTES: usize = 16 + 4 + 1 + 65 + 1 + 16;
/// The longest text.
pub(super) const MAX_TEXT_BYTES: usize = MOST_BYTES - AROUND_BYTES;

/// What is made anew for each message.
pub(super) struct Once {
    key: PrivateKey,
    salt: [u8; 16],
}

impl Once {
    pub fn random() -> Result<Self, Unspecified> {
        let mut salt = [0; 16];
        aws_lc_rs::rand::fill(&mut salt)?;
        Ok(Self {
            key: PrivateKey::generate(&ECDH_P256)?,
            salt,
        })
    }
}

/// The length of a derived key.
struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn derive<const N: usize>(salt: &[u8], key: &[u8], info: &[&[u8]]) -> Result<[u8; N], Unspecified> {
    let mut derived = [0; N];
    Salt::new(HKDF_SHA256, salt)
        .extract(key)
        .expand(info, Length(N))?
        .fill(&mut derived)?;
    Ok(derived)
}

/// The body of the request. An error for a key that is no point on the curve, or a text that is too long.
pub(super) fn encrypt(text: &[u8], to: &Subscription, once: Once) -> Result<Vec<u8>, Unspecified> {
    if text.len() > MAX_TEXT_BYTES {
        return Err(Unspecified);
    }
    let Once { key, salt } = once;
    let receiver = to.p256dh.bytes();
    let sender = key.compute_public_key()?;
    let sender = sender.as_ref();
    let shared = |secret: &[u8]| derive(&to.auth, secret, &[b"WebPush: info\0", receiver, sender]);
    let secret: [u8; 32] = agree(&key, UnparsedPublicKey::new(&ECDH_P256, receiver), Unspecified, shared)?;
    let content_key: [u8; 16] = derive(&salt, &secret, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce: [u8; 12] = derive(&salt, &secret, &[b"Content-Encoding: nonce\0"])?;

    let mut record = Vec::with_capacity(text.len() + 17);
    record.extend(text);
    record.push(LAST);
    let content_key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &content_key)?);
    content_key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record)?;
    Ok([&salt[..], &RECORD_BYTES.to_be_bytes(), &[KEY_BYTES], sender, &record].concat())
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use revocation_rules::web_push::PublicKey;

    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    fn subscription() -> Subscription {
        Subscription {
            p256dh: PublicKey::parse("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4").unwrap(),
            auth: Subscription::parse_auth("BTBZMqHH6r4Tts7J_aSIgg").unwrap(),
            vapid_key: None,
        }
    }

    #[test]
    fn the_message_of_rfc_8291_appendix_a_is_encrypted_as_it_is_there() {
        let once = Once {
            key: PrivateKey::from_private_key(&ECDH_P256, &bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")).unwrap(),
            salt: bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap(),
        };
        let message = encrypt(b"When I grow up, I want to be a watermelon", &subscription(), once).unwrap();
        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(URL_SAFE_NO_PAD.encode(message), expected);
    }

    #[test]
    fn the_longest_text_fills_a_message_and_a_longer_one_makes_none() {
        let longest = vec![b'x'; MAX_TEXT_BYTES];
        assert_eq!(MAX_TEXT_BYTES, 3_993);
        let message = encrypt(&longest, &subscription(), Once::random().unwrap()).unwrap();
        assert_eq!(message.len(), MOST_BYTES);
        assert!(encrypt(&[&longest[..], b"x"].concat(), &subscription(), Once::random().unwrap()).is_err());
    }

    #[test]
    fn a_key_that_is_no_point_on_the_curve_encrypts_nothing() {
        let mut off = *subscription().p256dh.bytes();
        off[64] ^= 1;
        let off = Subscription {
            p256dh: PublicKey::of_bytes(off).unwrap(),
            ..subscription()
        };
        assert!(encrypt(b"text", &off, Once::random().unwrap()).is_err());
    }

    #[test]
    fn no_two_messages_are_alike() {
        let one = || encrypt(b"text", &subscription(), Once::random().unwrap()).unwrap();
        let (one, other) = (one(), one());
        assert_ne!(one[..16], other[..16]);
        assert_ne!(one[21..86], other[21..86]);
    }
}
