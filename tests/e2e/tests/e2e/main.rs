//! The deployed system, from outside.
//!
//! One local AWS with the real functions serves all tests, a few at a time;
//! each test makes a tenant of its own. `cargo test -p e2e -- NAME` runs one.

mod command;
mod console;
mod description;
mod fixture;
mod gate_under_load;
mod keys_and_roles;
mod mpaas;
mod mpaas_errors;
mod notices;
mod once;
mod quiet;
mod receipts;
mod roles;
mod scopes;
mod self_built;
mod senders;
mod tenants;
mod turns;
mod unknown_path;
mod vendors;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use libtest_mimic::{Arguments, Failed, Trial};
use stand::Stand;
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;

use crate::turns::{Alone, Turns};

/// Why a test failed.
type Outcome = Result<(), Failed>;

/// How many tests run beside each other: most of their time they wait.
const BESIDE: usize = 4;

/// The stack, started when the first test needs it.
struct Shared {
    runtime: Runtime,
    stand: OnceCell<Stand>,
    turns: Turns,
}

impl Shared {
    fn beside(&self, name: &str, test: &impl AsyncFn(&Stand) -> Outcome) -> Outcome {
        self.runtime.block_on(async {
            let stand = self.stand().await?;
            let _turn = self.turns.beside().await;
            timed(stand, name, test(stand)).await
        })
    }

    fn alone(&self, name: &str, test: &impl AsyncFn(&Stand, &mut Alone) -> Outcome) -> Outcome {
        self.runtime.block_on(async {
            let stand = self.stand().await?;
            let mut alone = self.turns.alone(&stand.devices).await;
            let ended = timed(stand, name, test(stand, &mut alone)).await;
            alone.is_over().await?;
            ended
        })
    }

    async fn stand(&self) -> Result<&Stand, Failed> {
        let start = || Stand::start(|doing| eprintln!("  {doing}"));
        Ok(self.stand.get_or_try_init(start).await?)
    }
}

async fn timed(stand: &Stand, name: &str, test: impl Future<Output = Outcome>) -> Outcome {
    let began = Instant::now();
    let ended = test.await;
    eprintln!("  {:.1} s {name}", began.elapsed().as_secs_f32());
    if ended.is_err() {
        eprintln!("{}", stand.complaints().await);
    }
    ended
}

macro_rules! trials {
    ($shared:ident.$turn:ident: $($module:ident :: $test:ident),* $(,)?) => {
        vec![$({
            let shared = Arc::clone(&$shared);
            let name = concat!(stringify!($module), "::", stringify!($test));
            Trial::test(name, move || shared.$turn(name, &$module::$test))
        }),*]
    };
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(BESIDE);
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("no runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    let shared = Arc::new(Shared {
        runtime,
        stand: OnceCell::new(),
        turns: Turns::default(),
    });
    // They start in this order: who is alone, last those that then go on for minutes beside the others; who takes minutes.
    let mut trials = trials![shared.alone:
        vendors::a_vendor_that_stumbles_is_asked_again_until_every_delivery_ends,
        vendors::what_a_daily_quota_ended_is_replayed,
        command::what_has_failed_is_an_exit_code_and_is_replayed,
        mpaas_errors::a_store_that_does_not_answer_is_told_with_the_time_to_ask_again,
        vendors::a_black_hole_holds_up_no_other_channel_and_ends_well,
        gate_under_load::nothing_shows_the_original_though_the_fan_out_is_killed_half_way,
    ];
    trials.extend(trials![shared.beside:
        senders::the_python_sender_over_its_generated_client,
        senders::the_typescript_sender_over_its_generated_types,
        description::a_stranger_that_knows_only_the_description_finds_no_contradiction,
        keys_and_roles::a_key_that_is_disabled_while_it_is_used_is_refused_within_a_minute,
        self_built::many_devices_half_of_them_off_all_confirm_and_none_shows_the_original,
        gate_under_load::nothing_shows_the_original_after_a_revoke_in_the_middle_of_recording,
        unknown_path::what_no_route_takes_is_answered_with_a_problem,
        console::the_page_is_served_and_may_load_nothing_from_elsewhere,
        console::messages_are_found_by_their_target_and_tasks_are_not,
        keys_and_roles::an_old_key_works_on_and_its_secret_is_put_out_of_sight,
        keys_and_roles::a_label_is_shown_with_what_its_key_did,
        keys_and_roles::a_callback_key_is_made_for_one_channel,
        keys_and_roles::every_change_and_every_refusal_is_one_line_of_the_audit,
        once::two_revokes_at_once_are_one_revocation_and_one_fan_out,
        once::a_batch_recorded_twice_is_recorded_once,
        command::a_plan_is_applied_at_a_terminal_killed_and_gone_on_with,
        tenants::the_same_ids_in_two_tenants_are_two_pushes,
        scopes::text_messages_stay_sent_while_the_rest_is_revoked,
        scopes::a_partial_scope_closes_the_gate_for_its_part_only,
        scopes::an_id_hides_no_query_and_is_read_once,
        scopes::a_message_is_revoked_for_one_of_its_targets,
        scopes::targets_without_a_delivery_are_named,
        scopes::a_recording_from_the_queue_is_revoked_too_and_one_in_another_s_name_is_not_recorded,
        vendors::every_vendor_takes_back_in_its_own_way,
        vendors::a_vivo_without_a_recall_is_overwritten,
        notices::each_user_reads_the_apps_notice_in_their_language,
        receipts::what_was_opened_or_cleared_is_left_alone,
        receipts::what_was_opened_before_it_was_recorded_is_left_alone,
        self_built::only_the_token_that_was_issued_last_lets_a_device_in,
        self_built::a_token_that_is_withdrawn_ends_the_device_s_connection_and_lets_it_in_no_more,
        self_built::a_device_is_reached_over_five_connections_at_most,
        self_built::what_a_device_says_was_opened_is_left_alone,
        mpaas::each_client_revokes_a_message_for_one_target,
        mpaas::each_client_revokes_a_task,
        mpaas::odd_texts_and_long_ids_name_what_they_name,
        mpaas::a_refusal_is_an_answer_with_a_code,
        mpaas::lists_and_details_are_read_by_the_sdks_own_types,
        mpaas_errors::each_error_is_the_right_exception,
        mpaas_errors::a_request_is_good_for_a_while_and_once,
        mpaas_errors::the_older_client_reads_errors_too_and_may_use_get,
    ]);
    let all = libtest_mimic::run(&arguments, trials);
    // Over everything that the others had logged and asked for.
    let quiet = trials![shared.beside:
        quiet::no_function_logged_a_token_a_text_or_a_secret,
        roles::every_call_is_allowed_and_known_and_every_statement_is_used,
    ];
    let quiet = libtest_mimic::run(&arguments, quiet);
    // Stops everything that was started.
    drop(shared);
    if all.has_failed() || quiet.has_failed() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}
