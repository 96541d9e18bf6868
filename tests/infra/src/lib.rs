//! What must stay true of `infra/template.yaml` and neither cfn-lint nor a deployment would notice.

#[cfg(test)]
mod template;

#[cfg(test)]
mod alarms;
#[cfg(test)]
mod api;
#[cfg(test)]
mod fairness;
#[cfg(test)]
mod functions;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod metrics;
#[cfg(test)]
mod needs;
#[cfg(test)]
mod protection;
#[cfg(test)]
mod queues;
#[cfg(test)]
mod references;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod stages;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod watch;
#[cfg(test)]
mod writes;
