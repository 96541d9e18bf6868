//! Secrets of device tokens.

use revocation_app::ports::SecretMaker;

use crate::dice::{SystemDice, random_text};

impl SecretMaker for SystemDice {
    fn secret(&self) -> String {
        random_text()
    }
}
