//! What a keeper of notices must do.

use revocation_app::ports::AppNotices;
use revocation_rules::ids::Tenant;
use revocation_rules::notice::{Notice, Notices};

use super::{an_act, fresh};

/// What was written last is read, by the tenant that wrote it and by no other.
pub async fn app_notices(store: &impl AppNotices) {
    let tenant = |workspace: &str| Tenant {
        app: format!("app-{}", fresh()).parse().unwrap(),
        workspace: workspace.parse().unwrap(),
    };
    let (mine, other) = (tenant("default"), tenant("default"));
    assert_eq!(store.notices(&mine).await.unwrap(), None);
    let mut notices = Notices::default();
    store.put_notices(&mine, &notices, &an_act()).await.unwrap();
    notices.locales.insert(
        "zh-CN".parse().unwrap(),
        Notice {
            title: "撤回".into(),
            text: "消息已撤回".into(),
        },
    );
    store.put_notices(&mine, &notices, &an_act()).await.unwrap();
    assert_eq!(store.notices(&mine).await.unwrap(), Some(notices));
    assert_eq!(store.notices(&other).await.unwrap(), None);
}
