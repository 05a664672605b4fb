//! The command line: what can be asked, how answers are printed, how the process ends. One file a command.

mod args;
mod causes;
mod check;
mod ci;
mod clock;
mod collect;
mod completions;
mod console;
mod demo;
mod disclose;
mod drill;
mod evidence;
mod explain;
mod gate;
mod history_json;
mod init;
mod inspect;
mod map;
mod memory;
mod merge;
mod override_gate;
mod partition;
mod policy;
mod progress;
mod project;
mod purge;
mod rule;
mod run;
mod runs;
mod schema;
mod show;
mod timings;
mod waive;

use clap::Parser;

use crate::exit_code::ExitCode;

pub use args::{Cli, Command, FormatChoice, Global};
pub use console::Console;

/// Runs the program and says how it ended.
#[must_use]
pub fn main() -> ExitCode {
    install_panic_hook();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { ExitCode::Usage } else { ExitCode::Success };
            let _ = error.print();
            return code;
        }
    };
    let console = Console::new(&cli.global);
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| execute(&cli, &console)));
    match outcome {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => {
            console.error(&error);
            error.exit_code()
        }
        Err(_) => ExitCode::Bug,
    }
}

fn execute(cli: &Cli, console: &Console) -> Result<ExitCode, crate::error::Error> {
    if let Some(threads) = cli.global.threads {
        // Fails only when a pool exists already, which a process start rules out.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    }
    cli.command.execute(&cli.global, console)
}

/// A panic says where, never with what: its message could hold a student's data.
fn install_panic_hook() {
    std::panic::set_hook(Box::new(|info| {
        let place =
            info.location().map_or_else(|| "an unknown place".to_owned(), |l| format!("{}:{}", l.file(), l.line()));
        anstream::eprintln!(
            "error: internal error at {place}\n  fix: this is a bug in rollproof; report this line and the command"
        );
    }));
}
