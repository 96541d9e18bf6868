//! `revoke`: see `revoke --help`, and docs/cli.md.

fn main() -> std::process::ExitCode {
    revocation_cli::run()
}
