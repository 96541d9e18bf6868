//! What a browser does with the body: RFC 8291, section 3, from the receiver's side, over RFC 8188.

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use aws_lc_rs::{aead, agreement};

/// What the browser keeps of a subscription.
pub struct Receiver {
    pub private: PrivateKey,
    pub auth: [u8; 16],
}

/// RFC 5869 for one block, which is all that is needed here.
fn hkdf(salt: &[u8], key: &[u8], info: &[u8], length: usize) -> Vec<u8> {
    let extracted = sign(&Key::new(HMAC_SHA256, salt), key);
    let expanded = sign(&Key::new(HMAC_SHA256, extracted.as_ref()), &[info, &[1]].concat());
    expanded.as_ref()[..length].to_vec()
}

/// The plaintext. The error is for people.
pub fn decrypt(body: &[u8], to: &Receiver) -> Result<Vec<u8>, &'static str> {
    let (salt, rest) = body.split_at_checked(16).ok_or("no salt")?;
    let (size, rest) = rest.split_at_checked(4).ok_or("no record size")?;
    let size = u32::from_be_bytes(size.try_into().map_err(|_| "no record size")?) as usize;
    let (length, rest) = rest.split_first().ok_or("no key id")?;
    let (sender, record) = rest.split_at_checked(usize::from(*length)).ok_or("the key id is cut")?;
    if sender.len() != 65 || sender[0] != 4 {
        return Err("the key id is no uncompressed P-256 point");
    }
    // A message is one record, RFC 8291, section 4.
    if size < 18 || record.len() > size {
        return Err("the message has more than one record");
    }
    let receiver = to.private.compute_public_key().map_err(|_| "the browser's own key")?;
    let info = [&b"WebPush: info\0"[..], receiver.as_ref(), sender].concat();
    let peer = UnparsedPublicKey::new(&ECDH_P256, sender);
    let secret = agree(&to.private, peer, "the key id is not on the curve", |shared| {
        Ok(hkdf(&to.auth, shared, &info, 32))
    })?;
    let key = hkdf(salt, &secret, b"Content-Encoding: aes128gcm\0", 16);
    let nonce = hkdf(salt, &secret, b"Content-Encoding: nonce\0", 12);
    let key = aead::UnboundKey::new(&aead::AES_128_GCM, &key).map_err(|_| "the content key")?;
    let nonce = aead::Nonce::try_assume_unique_for_key(&nonce).map_err(|_| "the nonce")?;
    let mut record = record.to_vec();
    let opened = aead::LessSafeKey::new(key)
        .open_in_place(nonce, aead::Aad::empty(), &mut record)
        .map_err(|_| "not encrypted for this subscription")?;
    let end = opened.iter().rposition(|byte| *byte != 0).ok_or("nothing but padding")?;
    if opened[end] != 2 {
        return Err("the delimiter is not that of a last record");
    }
    Ok(opened[..end].to_vec())
}

/// As Base64 would not have it: a scalar of the curve's order is none, and there is one chance in 2^32 to meet that.
pub fn private(scalar: &[u8]) -> Option<PrivateKey> {
    agreement::PrivateKey::from_private_key(&ECDH_P256, scalar).ok()
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;

    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    /// RFC 8291, appendix A.
    #[test]
    fn the_message_of_the_rfc_is_read() {
        let receiver = Receiver {
            private: private(&bytes("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")).unwrap(),
            auth: bytes("BTBZMqHH6r4Tts7J_aSIgg").try_into().unwrap(),
        };
        let body = bytes(
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
        );
        assert_eq!(decrypt(&body, &receiver).unwrap(), b"When I grow up, I want to be a watermelon");
        let mut damaged = body.clone();
        *damaged.last_mut().unwrap() ^= 1;
        assert_eq!(decrypt(&damaged, &receiver), Err("not encrypted for this subscription"));
        for cut in [0, 15, 19, 20, 85, 90] {
            assert!(decrypt(&body[..cut], &receiver).is_err(), "{cut}");
        }
        let mut small = body;
        small[16..20].copy_from_slice(&20_u32.to_be_bytes());
        assert_eq!(decrypt(&small, &receiver), Err("the message has more than one record"));
    }
}
