//! What is said to people.

use console::Style;
use indicatif::HumanCount;
use revocation_http::wire::{Group, ListedPush, OutcomeAnswer, PreviewAnswer, PushAnswer, RevocationAnswer, UnmatchedAnswer};
use revocation_rules::ids::PushKind;
use revocation_rules::notice::Notices;
use revocation_rules::scope::Scope;

use crate::exit::failures;
use crate::plan::{Asked, Plan};
use crate::screen::clean;

/// 1250 as 1,250.
pub fn number(count: u64) -> String {
    HumanCount(count).to_string()
}

/// What nobody knows yet is a question mark.
fn number_or(count: Option<u64>) -> String {
    count.map_or_else(|| "?".to_owned(), number)
}

/// A number of things, by their name: of one, of many.
pub fn of_many(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// Columns: the first to the left, the others to the right, two blanks between.
fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).enumerate().map(|(nth, (cell, width))| match nth {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        let line = cells.collect::<Vec<_>>().join("  ");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn row(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

/// What is asked for.
pub fn asked(asked: &Asked) -> String {
    format!(
        "{} {} of app {}, workspace {}, at {}\n  reason: {}\n  scope: {}\n",
        asked.kind.as_str(),
        clean(asked.id.as_str()),
        clean(&asked.app),
        clean(&asked.workspace),
        asked.api,
        clean(asked.wanted.reason()),
        scope(&asked.wanted.scope()),
    )
}

fn scope(scope: &Scope) -> String {
    let channels = scope.channels.as_ref().map(|channels| {
        let names: Vec<_> = channels.iter().map(|channel| channel.as_str()).collect();
        names.join(", ")
    });
    let targets = scope
        .targets
        .as_ref()
        .map(|targets| of_many(targets.len() as u64, "target", "targets"));
    match (channels, targets) {
        (None, None) => "everything".to_owned(),
        (Some(channels), None) => format!("everything on {channels}"),
        (None, Some(targets)) => targets,
        (Some(channels), Some(targets)) => format!("{targets} on {channels}"),
    }
}

pub fn notice(notice: &Notices) -> String {
    let lines = notice.all().map(|(locale, notice)| {
        let locale = locale.map(|locale| format!(" ({locale})")).unwrap_or_default();
        format!("{} | {}{locale}\n", clean(&notice.title), clean(&notice.text))
    });
    lines.collect::<Vec<_>>().concat()
}

/// What a revocation would do.
pub fn preview(preview: &PreviewAnswer) -> String {
    let mut rows = vec![row(&[
        "channel",
        "deliveries",
        "revocable",
        "without id",
        "too late",
        "held back",
        "how",
    ])];
    for (channel, seen) in &preview.channels {
        let how = if seen.method == "none" { &seen.capability } else { &seen.method };
        let counts = [seen.deliveries, seen.revocable, seen.not_revocable, seen.too_late, seen.stopped].map(number);
        let mut cells = vec![clean(&channel.to_string())];
        cells.extend(counts);
        cells.push(clean(how));
        rows.push(cells);
    }
    let revocable: u64 = preview.channels.values().map(|seen| seen.revocable).sum();
    rows.push(vec!["all".to_owned(), number(preview.deliveries), number(revocable)]);
    let unsure = match (preview.at_least, preview.unexamined_deliveries) {
        (true, _) => "\nThere was more than could be counted: these are the least that there are.\n".to_owned(),
        (false, Some(unexamined)) => format!(
            "\nNobody looked into {}: they may be for other targets.\n",
            of_many(unexamined, "delivery", "deliveries")
        ),
        (false, None) => String::new(),
    };
    format!(
        "  devices show: {}\n{}{unsure}{}",
        notice(&preview.notice).trim_end().replace('\n', "\n                "),
        table(&rows),
        unmatched(&preview.unmatched)
    )
}

/// Targets without a delivery: perhaps a name is wrong.
fn unmatched(found: &UnmatchedAnswer) -> String {
    match (&found.unmatched_targets, found.unmatched_known) {
        (Some(targets), _) => {
            let names: Vec<_> = targets.names.iter().map(|name| clean(name.as_str())).collect();
            let more = if names.len() < targets.count { ", ..." } else { "" };
            format!(
                "\nWithout a delivery: {}: {}{more}\n",
                of_many(targets.count as u64, "target", "targets"),
                names.join(", ")
            )
        }
        (None, Some(false)) => "\nThere was too much to tell which of the targets have no delivery.\n".to_owned(),
        (None, Some(true) | None) => String::new(),
    }
}

/// How a plan goes on.
pub fn next_step(plan: &Plan) -> String {
    let bold = Style::new().bold();
    format!(
        "\n{}, good until {}. Revoke with:\n  revoke apply {} --watch\n",
        bold.apply_to(&plan.plan),
        plan.good_until().strftime("%H:%M:%S UTC"),
        plan.plan
    )
}

/// A revocation: what it came to so far, first of all.
pub fn revocation(revocation: &RevocationAnswer<'_>) -> String {
    let summary = &revocation.summary;
    let what = format!(
        "{} of {} {}",
        revocation.id,
        revocation.push_kind.as_str(),
        clean(revocation.push_id.as_str())
    );
    let state = match (&*revocation.state, revocation.time_to_settle_ms) {
        ("settled", Some(ms)) => format!("settled after {}.{} s", ms / 1_000, ms % 1_000 / 100),
        (state, _) => clean(state),
    };
    let failed = failures(revocation);
    let colour = match (&*revocation.state, failed) {
        ("settled", 0) => Style::new().green(),
        ("settled", _) => Style::new().red(),
        _ => Style::new().yellow(),
    };
    let by = revocation
        .requested_by_label
        .as_deref()
        .map_or_else(|| revocation.requested_by.to_string(), ToString::to_string);
    let came_to = format!(
        "{what}: {}\n  {} taken back of {}, {} not shown, {} may still be shown, {} outstanding\n  reason: {}\n  requested by {} at {}\n",
        colour.apply_to(state),
        number(summary.taken_back),
        number_or(summary.deliveries),
        number(summary.not_shown),
        number(summary.may_be_shown),
        number_or(summary.outstanding),
        clean(&revocation.reason),
        clean(&by),
        revocation.requested_at,
    );
    let group = |group: &Group| {
        let remedy = match &*group.remedy {
            "replay" => ": try again with `revoke replay`",
            "check_setting" => ": look at the channel's setting, then `revoke replay`",
            _ => "",
        };
        format!("  {} {}{remedy}\n", number(group.deliveries), clean(&group.why))
    };
    let groups: Vec<_> = summary.groups.iter().map(group).collect();
    [came_to, groups.concat(), channels(revocation), unmatched(&revocation.unmatched)].concat()
}

fn channels(revocation: &RevocationAnswer<'_>) -> String {
    let progress = &revocation.progress.channels;
    if progress.is_empty() {
        return String::new();
    }
    let mut rows = vec![row(&[
        "channel",
        "requested",
        "ended",
        "accepted by vendor",
        "confirmed by device",
        "outcomes",
    ])];
    for (channel, one) in progress {
        let outcomes: Vec<_> = one
            .outcomes
            .iter()
            .map(|(outcome, count)| format!("{outcome} {}", number(*count)))
            .collect();
        rows.push(vec![
            clean(&channel.to_string()),
            number_or(one.requested),
            number(one.ended),
            number(one.accepted_by_vendor),
            number(one.confirmed_by_device),
            clean(&outcomes.join(", ")),
        ]);
    }
    format!("\n{}", table(&rows))
}

/// A push with its revocations.
pub fn push(push: &PushAnswer<'_>) -> String {
    let registered = &push.push;
    let mut text = format!(
        "{} {}: {}, {}\n  sent at {}; nothing can be revoked from {} on\n",
        registered.kind.as_str(),
        clean(registered.id.as_str()),
        clean(&registered.title),
        push.state.as_str(),
        registered.sent_at,
        registered.closes_at,
    );
    if push.revocations.is_empty() {
        text.push_str("  no revocation\n");
    }
    for one in &push.revocations {
        text.push('\n');
        text.push_str(&revocation(one));
    }
    text
}

/// One line of a list.
pub fn listed(push: &ListedPush<'_>) -> String {
    let kind = match push.push.kind {
        PushKind::Task => "task   ",
        PushKind::Message => "message",
    };
    format!(
        "{}  {:<14}  {kind}  {}  {}\n",
        push.push.sent_at.strftime("%Y-%m-%d %H:%M:%S"),
        push.state.as_str(),
        clean(push.push.id.as_str()),
        clean(&push.push.title)
    )
}

/// One delivery.
pub fn outcome(one: &OutcomeAnswer) -> String {
    let target = one.target.as_ref().map_or("-", |target| target.as_str());
    format!(
        "{:<12}  {:<15}  {}  {}\n",
        clean(&one.channel.to_string()),
        clean(&one.outcome.to_string()),
        clean(target),
        clean(&one.reason)
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn plain(text: &str) -> String {
        console::strip_ansi_codes(text).into_owned()
    }

    #[test]
    fn large_numbers_are_readable() {
        for (count, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(number(count), text);
        }
        assert_eq!(of_many(1, "delivery", "deliveries"), "1 delivery");
        assert_eq!(of_many(2_000, "delivery", "deliveries"), "2,000 deliveries");
    }

    #[test]
    fn a_dry_run_is_a_table_and_says_what_is_not_sure() {
        let seen: PreviewAnswer = serde_json::from_value(json!({
            "dry_run": true, "verdict": "accept", "closes_at": "2026-11-30T12:00:00Z",
            "notice": { "title": "Message revoked", "text": "Message\u{1b}[2J" }, "exact": false, "deliveries": 1250, "at_least": true,
            "unmatched_targets": { "count": 101, "names": ["user-7"] },
            "channels": {
                "huawei": { "method": "overwrite", "capability": "able", "deliveries": 1000, "revocable": 990, "not_revocable": 10, "too_late": 0, "stopped": 0 },
                "pigeon": { "method": "none", "capability": "channel_cannot_revoke", "deliveries": 250, "revocable": 0, "not_revocable": 0, "too_late": 0, "stopped": 0 }
            }
        }))
        .unwrap();
        let expected = "  devices show: Message revoked | Message\u{fffd}[2J
channel  deliveries  revocable  without id  too late  held back                    how
huawei        1,000        990          10         0          0              overwrite
pigeon          250          0           0         0          0  channel_cannot_revoke
all           1,250        990

There was more than could be counted: these are the least that there are.

Without a delivery: 101 targets: user-7, ...
";
        assert_eq!(plain(&preview(&seen)), expected);
    }

    #[test]
    fn a_revocation_says_first_what_it_came_to() {
        let group = |why: &str, deliveries: u64, remedy: &str| json!({"why": why, "standing": "may_be_shown", "deliveries": deliveries, "remedy": remedy});
        let progress = json!({"requested": 5, "ended": 5, "outstanding": 0, "accepted_by_vendor": 2, "confirmed_by_device": 1,
            "outcomes": {"overwritten": 1, "confirmed": 1, "failed": 2, "evaporated": 1}});
        let settled: RevocationAnswer<'static> = serde_json::from_value(json!({
            "id": "rvk_1", "push_id": "20842863", "push_kind": "task", "state": "settled", "scope": {"channels": null, "targets": null},
            "reason": "wrong price", "notice": {"title": "t", "text": "t"}, "requested_by": "key-1", "requested_by_label": "Night shift",
            "requested_at": "2026-11-27T12:00:00Z", "replays": 0, "settled_at": "2026-11-27T12:00:05.9Z", "time_to_settle_ms": 5900,
            "summary": {"deliveries": 5, "taken_back": 2, "not_shown": 0, "may_be_shown": 3, "outstanding": 0,
                "groups": [group("failed", 2, "replay"), group("evaporated", 1, "nothing")]},
            "progress": {"total": progress, "channels": {"huawei": progress}}
        }))
        .unwrap();
        let expected = "rvk_1 of task 20842863: settled after 5.9 s
  2 taken back of 5, 0 not shown, 3 may still be shown, 0 outstanding
  reason: wrong price
  requested by Night shift at 2026-11-27T12:00:00Z
  2 failed: try again with `revoke replay`
  1 evaporated

channel  requested  ended  accepted by vendor  confirmed by device                                            outcomes
huawei           5      5                   2                    1  overwritten 1, confirmed 1, failed 2, evaporated 1
";
        assert_eq!(plain(&revocation(&settled)), expected);
        assert_eq!(failures(&settled), 2);
        assert_eq!(crate::exit::Exit::settled(&settled), crate::exit::Exit::Failures);
    }
}
