//! Tasks of both types in one list, page by page with numbered pages.

use std::cmp::Reverse;

use jiff::Timestamp;
use revocation_rules::ids::Tenant;
use revocation_rules::push::{Push, PushType};

use crate::look_up::{LookUpError, list_pushes};
use crate::ports::{PushFilter, PushList, PushListQuery};

/// Tasks that were sent from `from` to `to`, both included.
#[derive(Debug, Clone)]
pub struct TaskListQuery {
    pub tenant: Tenant,
    pub from: Timestamp,
    pub to: Timestamp,
    /// Only those of this title.
    pub name: Option<String>,
    pub skip: usize,
    pub take: usize,
}

/// Pushes that one trip to the store brings.
const PAGE: usize = 500;
/// Most pushes looked at per type: whoever turns pages by number reads all pages before.
pub const MOST_LOOKED_AT: usize = 10_000;

/// Newest first.
///
/// # Errors
/// When the store fails.
pub async fn list_tasks(store: &impl PushList, query: &TaskListQuery) -> Result<Vec<Push>, LookUpError> {
    let mut tasks = Vec::new();
    for push_type in [PushType::Batch, PushType::Broadcast] {
        tasks.extend(newest(store, query, push_type).await?);
    }
    tasks.sort_by_key(|task| Reverse(task.registration.sent_at));
    Ok(tasks.into_iter().skip(query.skip).take(query.take).collect())
}

/// As many of one type as the page could need if there were none of the other.
async fn newest(store: &impl PushList, query: &TaskListQuery, push_type: PushType) -> Result<Vec<Push>, LookUpError> {
    let wanted = query.skip + query.take;
    let mut page = PushListQuery {
        tenant: query.tenant.clone(),
        push_type,
        from: query.from,
        to: query.to,
        limit: if query.name.is_some() { PAGE } else { wanted.min(PAGE) },
        filter: PushFilter::default(),
        target: None,
        after: None,
    };
    let (mut found, mut looked_at) = (Vec::new(), 0);
    loop {
        let answer = list_pushes(store, &page).await?;
        looked_at += answer.pushes.len();
        let fits = |task: &Push| query.name.as_ref().is_none_or(|name| *name == task.registration.title);
        found.extend(answer.pushes.into_iter().filter(fits));
        page.after = answer.next;
        if page.after.is_none() || found.len() >= wanted || looked_at >= MOST_LOOKED_AT {
            found.truncate(wanted);
            return Ok(found);
        }
    }
}
