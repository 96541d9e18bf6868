//! The API's address and the key: from arguments, the environment, a profile.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use revocation_app::ports::SecretText;
use revocation_client::ApiAddress;
use serde::Deserialize;

use crate::arguments::Common;
use crate::failure::Failure;
use crate::key::KeySource;

/// What is asked, and as whom.
#[derive(Debug)]
pub struct Settings {
    pub api: ApiAddress,
    pub key: KeySource,
    /// Where plans lie.
    pub state: PathBuf,
}

/// The file of profiles. It has no place for a key: whoever may read a file of settings need not read a secret.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    default_profile: Option<String>,
    #[serde(default)]
    profiles: BTreeMap<String, Profile>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    api: Option<String>,
    key_file: Option<PathBuf>,
}

/// Our folder in those of the system.
const OURS: &str = "message-revoke";

/// An argument goes before the environment, and that before the profile.
///
/// # Errors
/// No address, or none that may be one; a profile or a file of them that is not there or cannot be read.
pub fn read(common: &Common, environment: impl Fn(&str) -> Option<String>) -> Result<Settings, Failure> {
    let said = |name: &str| environment(name).filter(|value| !value.is_empty());
    let home = said("HOME").map(PathBuf::from);
    let in_home = |name: &str, usual: &str| said(name).map(PathBuf::from).or_else(|| Some(home.as_ref()?.join(usual)));

    let named = said("REVOKE_CONFIG").map(PathBuf::from);
    let usual = || in_home("XDG_CONFIG_HOME", ".config").map(|folder| folder.join(OURS).join("config.toml"));
    let file = named.clone().or_else(usual);
    let config = match (file.as_deref().map(config).transpose()?.flatten(), named) {
        (Some(config), _) => config,
        (None, None) => Config::default(),
        (None, Some(named)) => return Err(Failure::Input(format!("there is no {}: REVOKE_CONFIG names it", named.display()))),
    };
    let profile = profile(config, common.profile.clone().or_else(|| said("REVOKE_PROFILE")))?;

    let api = common.api.clone().or_else(|| said("REVOKE_API")).or(profile.api);
    let api = api.ok_or_else(|| Failure::Input("no address: give --api, set REVOKE_API, or write a profile".to_owned()))?;
    let api = api.parse().map_err(|error| Failure::Input(format!("the address {api} {error}")))?;

    let beside = file.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
    let key = if let Some(file) = &common.key_file {
        KeySource::File(file.clone())
    } else if let Some(key) = said("REVOKE_KEY") {
        KeySource::Text(SecretText::new(key.trim()))
    } else if let Some(file) = said("REVOKE_KEY_FILE") {
        KeySource::File(PathBuf::from(file))
    } else if let Some(file) = profile.key_file {
        KeySource::File(found(&file, beside, home.as_deref()))
    } else {
        KeySource::Prompt
    };
    let state = in_home("XDG_STATE_HOME", ".local/state")
        .unwrap_or_else(|| PathBuf::from("."))
        .join(OURS);
    Ok(Settings { api, key, state })
}

/// `None` where there is no such file.
fn config(file: &Path) -> Result<Option<Config>, Failure> {
    // Its message, and not the line: somebody may have written a key there.
    let wrong = |error: toml::de::Error| Failure::Input(format!("{} is not as it should be: {}", file.display(), error.message()));
    match std::fs::read_to_string(file) {
        Ok(text) => toml::from_str(&text).map(Some).map_err(wrong),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::Input(format!("{} can not be read: {error}", file.display()))),
    }
}

fn profile(mut config: Config, named: Option<String>) -> Result<Profile, Failure> {
    let Some(name) = named.or(config.default_profile) else {
        return Ok(Profile::default());
    };
    config.profiles.remove(&name).ok_or_else(|| {
        let known: Vec<_> = config.profiles.keys().map(String::as_str).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Failure::Input(format!("there is no profile `{name}`; there is: {known}"))
    })
}

/// `~` is the home; what is relative lies beside the configuration.
fn found(file: &Path, beside: &Path, home: Option<&Path>) -> PathBuf {
    match (file.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        (Ok(_) | Err(_), _) => beside.join(file),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = r#"
        default_profile = "dev"
        [profiles.dev]
        api = "http://127.0.0.1:1"
        key_file = "dev.key"
        [profiles.production]
        api = "https://api.example/"
        key_file = "~/keys/production"
    "#;

    /// As it is read with these arguments and this environment, and a file of profiles with this text.
    fn settled(common: &Common, environment: &[(&str, &str)], config: &str) -> Result<(String, String), String> {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().to_str().unwrap().to_owned();
        std::fs::create_dir_all(folder.path().join(".config/message-revoke")).unwrap();
        std::fs::write(folder.path().join(".config/message-revoke/config.toml"), config).unwrap();
        let environment: BTreeMap<_, _> = environment.iter().copied().chain([("HOME", home.as_str())]).collect();
        let read = read(common, |name| environment.get(name).map(|value| (*value).to_owned()));
        let read = read.map_err(|failure| failure.to_string())?;
        let key = match read.key {
            KeySource::Text(key) => key.expose().to_owned(),
            KeySource::File(file) => file.display().to_string().replace(&home, "~"),
            KeySource::Prompt => "prompt".to_owned(),
        };
        assert_eq!(
            read.state.display().to_string().replace(&home, "~"),
            "~/.local/state/message-revoke"
        );
        Ok((read.api.to_string(), key))
    }

    #[test]
    fn an_argument_goes_before_the_environment_and_that_before_the_profile() {
        let none = Common::default;
        let is = |api: &str, key: &str| Ok((api.to_owned(), key.to_owned()));
        let dev = is("http://127.0.0.1:1", "~/.config/message-revoke/dev.key");
        assert_eq!(settled(&none(), &[], CONFIG), dev);
        assert_eq!(settled(&none(), &[("REVOKE_PROFILE", ""), ("REVOKE_API", "")], CONFIG), dev);
        let production = is("https://api.example", "~/keys/production");
        assert_eq!(settled(&none(), &[("REVOKE_PROFILE", "production")], CONFIG), production);
        let mut named = none();
        named.profile = Some("production".to_owned());
        assert_eq!(settled(&named, &[("REVOKE_PROFILE", "dev")], CONFIG), production);

        let environment = [
            ("REVOKE_API", "https://other.example"),
            ("REVOKE_KEY", "key-1.secret\n"),
            ("REVOKE_KEY_FILE", "/keys/1"),
        ];
        assert_eq!(settled(&none(), &environment, CONFIG), is("https://other.example", "key-1.secret"));
        assert_eq!(settled(&none(), &environment[2..], CONFIG), is("http://127.0.0.1:1", "/keys/1"));
        let mut said = none();
        said.api = Some("https://said.example".to_owned());
        said.key_file = Some("/keys/2".into());
        assert_eq!(settled(&said, &environment, CONFIG), is("https://said.example", "/keys/2"));
        assert_eq!(settled(&none(), &environment[..1], ""), is("https://other.example", "prompt"));
    }

    #[test]
    fn what_cannot_be_says_what_to_give() {
        let none = Common::default;
        for (environment, config, said) in [
            (&[][..], "", "no address"),
            (
                &[("REVOKE_PROFILE", "staging")][..],
                CONFIG,
                "no profile `staging`; there is: dev, production",
            ),
            (&[("REVOKE_API", "http://api.example")][..], "", "must begin with https://"),
            (
                &[("REVOKE_CONFIG", "/nowhere/config.toml")][..],
                "",
                "there is no /nowhere/config.toml",
            ),
            (&[][..], "[profiles.dev]\nkey = \"key-1.secret\"", "unknown field `key`"),
        ] {
            let failure = settled(&none(), environment, config).unwrap_err();
            assert!(failure.contains(said), "{failure}");
        }
    }
}
