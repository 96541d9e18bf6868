//! Which identities of the senders' queue may record for which tenants.

use clap::Subcommand;
use jiff::Timestamp;
use revocation_app::ports::{Clock as _, StoreError};
use revocation_aws::{DynamoAccessKeys, SystemClock};
use revocation_http::audit::{self, Asked, Who};
use revocation_rules::ids::{AppId, Tenant, WorkspaceId};
use revocation_rules::queue_sender::QueueSender;

#[derive(Subcommand)]
pub enum Bindings {
    /// Let an IAM user or role record for a tenant over the queue.
    BindSender {
        /// Its unique id: `aws iam get-role --role-name NAME --query Role.RoleId --output text`
        sender: QueueSender,
        #[arg(long)]
        app: AppId,
        #[arg(long)]
        workspace: WorkspaceId,
    },
    /// Refuse its recordings from now on; functions may believe it for another minute.
    UnbindSender {
        sender: QueueSender,
        #[arg(long)]
        app: AppId,
        #[arg(long)]
        workspace: WorkspaceId,
    },
    /// List who may record for whom over the queue.
    ListSenders,
}

/// What came of it.
pub enum Done {
    Changed,
    NotThere,
    Listed(Vec<(QueueSender, Tenant, Timestamp)>),
}

pub async fn run(keys: &DynamoAccessKeys, command: Bindings) -> Result<Done, StoreError> {
    match command {
        Bindings::BindSender { sender, app, workspace } => {
            let tenant = Tenant { app, workspace };
            keys.bind_sender(&sender, &tenant, SystemClock.now()).await?;
            audit::write(&Asked::action("keys bind-sender"), Who::Sender(sender.as_str(), &tenant), "bound");
            Ok(Done::Changed)
        }
        Bindings::UnbindSender { sender, app, workspace } => {
            let tenant = Tenant { app, workspace };
            let found = keys.unbind_sender(&sender, &tenant).await?;
            if found {
                audit::write(
                    &Asked::action("keys unbind-sender"),
                    Who::Sender(sender.as_str(), &tenant),
                    "unbound",
                );
            }
            Ok(if found { Done::Changed } else { Done::NotThere })
        }
        Bindings::ListSenders => Ok(Done::Listed(keys.bound_senders().await?)),
    }
}
