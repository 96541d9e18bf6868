//! Starts and holds everything.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use generate::pascal;
use local_stack::{LocalAws, StackError, StackOutputs, Tools, built_binaries, package_local};
use openapi_check::Description;
use revocation_channels::settings;
use revocation_rules::channel::{Channel, Tokens};
use vendor_sim::{Options, Sim};

use crate::devices::Devices;
use crate::error::StandError;
use crate::tenant::Tenant;

/// Everything that runs. Dropping it stops everything.
pub struct Stand {
    pub aws: LocalAws,
    pub stack: StackOutputs,
    /// All that are deployed, without the name of the stack.
    pub functions: Vec<String>,
    pub devices: Devices,
    pub(crate) http: reqwest::Client,
    pub(crate) description: Arc<Description>,
    sim: Sim,
}

/// Template parameters that differ from the defaults here: one machine, few cores, and other vendors.
pub fn parameters(sim: &Sim) -> Vec<(String, String)> {
    let mut parameters = vec![
        ("ExtraCaPem".to_owned(), sim.ca_pem.clone()),
        // Browsers say themselves where their push service is: here at home.
        ("WebPushLoopback".to_owned(), "allow".to_owned()),
    ];
    for queue in ["Fanout", "Unsupported", "Recordings", "Receipts"] {
        parameters.push((format!("{queue}MaximumConcurrency"), "2".to_owned()));
    }
    for channel in Channel::dispatched() {
        parameters.push((format!("{}MaximumConcurrency", pascal(channel.as_str())), "2".to_owned()));
        for address in settings(channel).iter().filter(|setting| setting.default.starts_with("https://")) {
            parameters.push((pascal(address.name), sim.url(channel.as_str()).to_owned()));
        }
    }
    parameters
}

impl Stand {
    /// Starts everything. `say` is told what is being done, one line each.
    pub async fn start(say: impl Fn(&str)) -> Result<Self, StandError> {
        Self::start_with(&[], say).await
    }

    /// The same with some of the template's parameters set.
    pub async fn start_with(own: &[(&str, &str)], say: impl Fn(&str)) -> Result<Self, StandError> {
        Self::start_from(&built_binaries()?, own, say).await
    }

    /// The same, with the functions' binaries from another folder.
    pub async fn start_from(built: &Path, own: &[(&str, &str)], say: impl Fn(&str)) -> Result<Self, StandError> {
        Self::start_on(async |tools| LocalAws::start(tools).await, built, own, say).await
    }

    /// The same, with what the functions ask of the local AWS counted.
    pub async fn start_counted(own: &[(&str, &str)], say: impl Fn(&str)) -> Result<Self, StandError> {
        Self::start_on(async |tools| LocalAws::start_counted(tools).await, &built_binaries()?, own, say).await
    }

    async fn start_on(
        start: impl AsyncFnOnce(&Tools) -> Result<LocalAws, StackError>,
        built: &Path,
        own: &[(&str, &str)],
        say: impl Fn(&str),
    ) -> Result<Self, StandError> {
        let tools = Tools::ensure().await?;
        say("starting the vendors' simulator and the local AWS");
        let sim = Sim::start(&Options::default()).map_err(StandError::Simulator)?;
        package_local(built)?;
        let aws = start(&tools).await?;
        say("deploying infra/template.yaml");
        let parameters = parameters(&sim);
        let mut parameters: Vec<_> = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        parameters.extend(own);
        let stack = aws.deploy(&parameters).await?;
        let http = reqwest::Client::new();
        Ok(Self {
            devices: Devices::new(http.clone(), sim.control.clone()),
            aws,
            stack,
            functions: local_stack::functions()?,
            http,
            description: Arc::new(Description::load()),
            sim,
        })
    }

    /// Makes a tenant with credentials for every vendor and a key per role.
    pub async fn tenant(&self, app: &str, workspace: &str) -> Result<Tenant, StandError> {
        Tenant::make(self, app, workspace).await
    }

    /// What the functions complained about, for when something did not go as it should.
    pub async fn complaints(&self) -> String {
        let mut complaints = String::new();
        for function in &self.functions {
            let log = self
                .aws
                .function_log(function)
                .await
                .unwrap_or_else(|error| format!("ERROR {error}"));
            for line in log.lines().filter(|line| line.contains("ERROR") || line.contains("WARN")) {
                let _ = writeln!(complaints, "{function}: {line}");
            }
        }
        complaints
    }

    /// With the complaints on stderr, if it did not go as it should.
    pub async fn explained<T>(&self, ended: Result<T, StandError>) -> Result<T, StandError> {
        if ended.is_err() {
            eprintln!("{}", self.complaints().await);
        }
        ended
    }

    /// Where the simulated vendors listen, for messages to people.
    pub fn vendors(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.sim.urls.iter().map(|(vendor, url)| (*vendor, url.as_str()))
    }

    /// What a device of this name is called where a delivery is recorded: for a browser, its endpoint.
    pub fn token_of(&self, channel: Channel, name: &str) -> String {
        match channel.facts().tokens {
            Tokens::AsTheyAre | Tokens::Hexadecimal | Tokens::DevicesOrAudiences => name.to_owned(),
            Tokens::Endpoints => {
                let origin = self.sim.url(channel.as_str()).replace("127.0.0.1", "localhost");
                format!("{origin}/push/{name}")
            }
        }
    }

    /// Where they are told what to do.
    pub fn control(&self) -> &str {
        &self.sim.control
    }
}
