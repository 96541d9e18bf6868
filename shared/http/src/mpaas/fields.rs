//! Reads the parameters of a call. One without a value counts as missing, as clients send it.

use std::fmt::Display;
use std::str::FromStr;

use super::fault::Fault;

/// # Errors
/// When it is missing or is not a `T`; both name it.
pub fn required<T: FromStr<Err: Display>>(name: &str, value: Option<&str>) -> Result<T, Fault> {
    optional(name, value)?.ok_or_else(|| Fault::missing(name))
}

/// # Errors
/// When it is there and is not a `T`.
pub fn optional<T: FromStr<Err: Display>>(name: &str, value: Option<&str>) -> Result<Option<T>, Fault> {
    match value {
        None | Some("") => Ok(None),
        Some(value) => value.parse().map(Some).map_err(|error| Fault::invalid(name, error)),
    }
}

/// A whole number from `least` to `most`; `otherwise` when it is missing.
///
/// # Errors
/// When it is there and is no such number.
pub fn number(name: &str, value: Option<&str>, least: usize, most: usize, otherwise: usize) -> Result<usize, Fault> {
    match value {
        None | Some("") => Ok(otherwise),
        Some(value) => match value.parse() {
            Ok(number) if (least..=most).contains(&number) => Ok(number),
            _ => Err(Fault::invalid(name, format_args!("it must be a number from {least} to {most}"))),
        },
    }
}

#[cfg(test)]
mod tests {
    use revocation_rules::ids::PushId;

    use super::*;

    #[test]
    fn a_parameter_is_named_when_it_is_missing_or_wrong() {
        let id = |value: Option<&str>| required::<PushId>("MessageId", value).map(|id| id.as_str().to_owned());
        assert_eq!(id(Some(" ~*+/测")), Ok(" ~*+/测".to_owned()));
        for missing in [None, Some("")] {
            assert_eq!(id(missing).unwrap_err().code, "MissingMessageId");
        }
        let wrong = id(Some(&"x".repeat(4_097))).unwrap_err();
        assert_eq!(wrong.code, "InvalidParameter.MessageId");
        assert_eq!(wrong.message, "MessageId is not valid: is longer than 4096 bytes.");
        assert!(id(Some(&"x".repeat(4_096))).is_ok());
    }

    #[test]
    fn a_number_has_bounds() {
        let size = |value| number("PageSize", value, 1, 100, 20).map_err(|fault| fault.code.into_owned());
        assert_eq!(size(None), Ok(20));
        assert_eq!(size(Some("")), Ok(20));
        assert_eq!(size(Some("100")), Ok(100));
        for bad in ["0", "101", "-1", "ten", "1.0"] {
            assert_eq!(size(Some(bad)), Err("InvalidParameter.PageSize".to_owned()), "{bad}");
        }
    }
}
