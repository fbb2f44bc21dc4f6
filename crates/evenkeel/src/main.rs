//! `evenkeel`: the customer service balanced scorecard.
//!
//! This is the only room that reads arguments, the clock and the environment, and that prints.

mod arguments;
mod commands;
mod environment;
mod log;
mod output;
mod project;
#[cfg(test)]
mod reference;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::Arguments;
use crate::output::Output;

/// Hot loops of several threads ask for memory and give it back; this one lets them do so side by side.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let output = Output::new(arguments.format, arguments.color);
    log::start(arguments.log_format());
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output.error(&anyhow::anyhow!(error).context("the program cannot start"));
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(commands::run(arguments, &output, workers)) {
        Ok(code) => code,
        Err(error) => {
            output.error(&error);
            ExitCode::FAILURE
        }
    }
}
