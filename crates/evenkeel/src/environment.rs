//! The environment variables that the program takes notice of.

use std::fmt::Write as _;

/// An environment variable.
#[derive(Debug, Clone, Copy)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it is for, and what holds without it.
    pub meaning: &'static str,
}

/// What the log tells.
pub const LOG: Variable = Variable {
    name: "EVENKEEL_LOG",
    meaning: "What the log tells: `error`, `warn`, `info`, `debug` or `trace`, or a level for each part of the program, such as \
              `evenkeel_web=info`. Without it: warnings, and with `--log-format json` each request too.",
};

/// What programs send that read the metrics.
pub const METRICS_TOKEN: Variable = Variable {
    name: "EVENKEEL_METRICS_TOKEN",
    meaning: "What programs send that read `/metrics`, as `Authorization: Bearer`; 16 letters, digits and signs or more. Without \
              it this machine alone reads them.",
};

/// Whether there are colours.
pub const NO_COLOR: Variable = Variable {
    name: "NO_COLOR",
    meaning: "When it holds anything, results have no colour, unless `--color always` is given.",
};

/// The password of the database, which the library reads that connects to it.
const PASSWORD: Variable = Variable {
    name: "PGPASSWORD",
    meaning: "The password of the PostgreSQL database that `state` in evenkeel.yaml names.",
};

/// All of them.
pub const ALL: [Variable; 4] = [LOG, METRICS_TOKEN, NO_COLOR, PASSWORD];

/// What stands below the help of the program.
pub fn help() -> String {
    let mut told = "Environment variables:".to_owned();
    for variable in ALL {
        // Writing to a text does not fail.
        write!(told, "\n  {}  {}", variable.name, variable.meaning).ok();
    }
    told
}
