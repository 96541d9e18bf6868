//! `revoke gate`: may its sender go on?

use revocation_http::route::PushName;
use revocation_http::wire::GateState;
use revocation_rules::channel::Channel;
use revocation_rules::ids::{PushId, TargetId};

use super::Session;
use crate::arguments::Kind;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::line::Said;

impl Session<'_> {
    pub(super) async fn gate(&self, kind: Kind, id: PushId, channel: Option<Channel>, target: Option<TargetId>) -> Result<Exit, Failure> {
        let push = PushName { kind: kind.into(), id };
        let gate = self.client.gate(&push, channel, target.as_ref(), self.soon()).await?;
        let (shown, exit) = match (gate.gate, &gate.revocation_id) {
            (GateState::Open, _) => ("open".to_owned(), Exit::Done),
            (GateState::Revoked, Some(by)) => (format!("revoked by {by}"), Exit::Refused),
            (GateState::Revoked, None) => ("revoked".to_owned(), Exit::Refused),
        };
        let said = Said {
            gate: Some(&gate),
            ..Said::default()
        };
        self.screen.end(&shown, said, exit)
    }
}
