//! Starts and holds everything.

use std::fmt::Write;
use std::sync::Arc;

use local_stack::{LocalAws, StackOutputs, Tools, built_binaries, package_local};
use openapi_check::Description;
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

/// Template parameters that differ from the defaults here: one machine, few cores.
const PARAMETERS: &[(&str, &str)] = &[
    ("FanoutMaximumConcurrency", "2"),
    ("RecordingsMaximumConcurrency", "2"),
    ("ReceiptsMaximumConcurrency", "2"),
    ("HuaweiMaximumConcurrency", "2"),
    ("XiaomiMaximumConcurrency", "2"),
    ("OppoMaximumConcurrency", "2"),
    ("VivoMaximumConcurrency", "2"),
    ("ApnsMaximumConcurrency", "2"),
    ("SelfBuiltMaximumConcurrency", "2"),
];

impl Stand {
    /// Starts everything. `say` is told what is being done, one line each.
    pub async fn start(say: impl Fn(&str)) -> Result<Self, StandError> {
        Self::start_with(&[], say).await
    }

    /// The same with some of the template's parameters set.
    pub async fn start_with(own: &[(&str, &str)], say: impl Fn(&str)) -> Result<Self, StandError> {
        let tools = Tools::ensure().await?;
        say("starting the vendors' simulator and the local AWS");
        let sim = Sim::start(Options::default()).map_err(StandError::Simulator)?;
        package_local(&built_binaries()?)?;
        let aws = LocalAws::start(&tools).await?;
        say("deploying infra/template.yaml");
        let mut parameters = PARAMETERS.to_vec();
        parameters.extend([
            ("HuaweiAuthUrl", sim.huawei.as_str()),
            ("HuaweiPushUrl", sim.huawei.as_str()),
            ("XiaomiUrl", sim.xiaomi.as_str()),
            ("XiaomiGlobalUrl", sim.xiaomi.as_str()),
            ("XiaomiEuropeUrl", sim.xiaomi.as_str()),
            ("XiaomiRussiaUrl", sim.xiaomi.as_str()),
            ("XiaomiIndiaUrl", sim.xiaomi.as_str()),
            ("OppoUrl", sim.oppo.as_str()),
            ("VivoUrl", sim.vivo.as_str()),
            ("ApnsUrl", sim.apns.as_str()),
            ("ApnsSandboxUrl", sim.apns.as_str()),
            ("ExtraCaPem", sim.ca_pem.as_str()),
        ]);
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

    /// Where the simulated vendors listen, for messages to people; at last, where they are told what to do.
    pub fn vendors(&self) -> [(&'static str, &str); 6] {
        [
            ("huawei", &self.sim.huawei),
            ("xiaomi", &self.sim.xiaomi),
            ("oppo", &self.sim.oppo),
            ("vivo", &self.sim.vivo),
            ("apns", &self.sim.apns),
            ("control", &self.sim.control),
        ]
    }
}
