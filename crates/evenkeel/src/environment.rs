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

/// The mail server.
pub const SMTP_URL: Variable = Variable {
    name: "EVENKEEL_SMTP_URL",
    meaning: "The mail server that takes digests: `smtps://USER:PASSWORD@HOST`, or `smtp://` for one that encrypts once both have \
              agreed; on this machine, `smtp://` is not encrypted. Without it no mail is sent.",
};

/// Whom mail comes from.
pub const MAIL_FROM: Variable = Variable {
    name: "EVENKEEL_MAIL_FROM",
    meaning: "Whom mail comes from: an address, or `Name <address>`. Needed where there is a mail server.",
};

/// Where people open the pages.
pub const MAIL_PAGES: Variable = Variable {
    name: "EVENKEEL_MAIL_PAGES",
    meaning: "Where people open the pages, for links in mail: `https://scorecard.example.org`. Needed where there is a mail \
              server.",
};

/// At which time of day digests are sent.
pub const MAIL_AT: Variable = Variable {
    name: "EVENKEEL_MAIL_AT",
    meaning: "At which time of day digests are sent, in the project's time zone: `07:00`, which holds without it too.",
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
pub const ALL: [Variable; 8] = [LOG, METRICS_TOKEN, SMTP_URL, MAIL_FROM, MAIL_PAGES, MAIL_AT, NO_COLOR, PASSWORD];

/// What stands below the help of the program.
pub fn help() -> String {
    let mut told = "Environment variables:".to_owned();
    for variable in ALL {
        // Writing to a text does not fail.
        write!(told, "\n  {}  {}", variable.name, variable.meaning).ok();
    }
    told
}
