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

/// The provider of work accounts.
pub const OPENID_ISSUER: Variable = Variable {
    name: "EVENKEEL_OPENID_ISSUER",
    meaning: "The provider of work accounts, with which people sign in by OpenID Connect: its address, as it writes it itself \
              (`issuer`). `https://`, also inside the own network, or `http://` on this machine; `HTTPS_PROXY` and `NO_PROXY` \
              count. Without it people have passwords alone. docs/reference/work-accounts.md says what to register there.",
};

/// What the provider calls this server.
pub const OPENID_CLIENT: Variable = Variable {
    name: "EVENKEEL_OPENID_CLIENT",
    meaning: "What the provider of work accounts calls this server (`client_id`). Needed where there is a provider.",
};

/// By what the provider knows this server.
pub const OPENID_SECRET: Variable = Variable {
    name: "EVENKEEL_OPENID_SECRET",
    meaning: "By what the provider of work accounts knows this server (`client_secret`). Without it, and without a file, the \
              provider has to be content with PKCE, which is used in any case.",
};

/// Where that stands.
pub const OPENID_SECRET_FILE: Variable = Variable {
    name: "EVENKEEL_OPENID_SECRET_FILE",
    meaning: "A file that holds nothing but the `client_secret`, instead of `EVENKEEL_OPENID_SECRET`.",
};

/// Where people open the pages, for the provider.
pub const OPENID_PAGES: Variable = Variable {
    name: "EVENKEEL_OPENID_PAGES",
    meaning: "Where people open the pages, to which the provider of work accounts leads back: \
              `https://scorecard.example.org`. Without it, this machine at the address at which it is asked.",
};

/// What the button says.
pub const OPENID_BUTTON: Variable = Variable {
    name: "EVENKEEL_OPENID_BUTTON",
    meaning: "What the button says that leads to the provider of work accounts; without it `Continue with your work account`.",
};

/// The claim that holds the name by which somebody was added.
pub const OPENID_CLAIM: Variable = Variable {
    name: "EVENKEEL_OPENID_CLAIM",
    meaning: "The claim that holds the name to sign in with by which somebody was added. Without it `email`, which counts \
              where `email_verified` is true. Name another one, such as `preferred_username`, only where nobody can choose \
              it for themselves: whoever comes with somebody's name for the first time becomes them.",
};

/// Whether people come in whom nobody added.
pub const OPENID_UNKNOWN: Variable = Variable {
    name: "EVENKEEL_OPENID_UNKNOWN",
    meaning: "What becomes of people with a work account whom nobody added: `refuse`, which holds without it, or `admit`: they \
              get an account without a role, and see nothing before they are given one.",
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
pub const ALL: [Variable; 16] = [
    LOG,
    METRICS_TOKEN,
    SMTP_URL,
    MAIL_FROM,
    MAIL_PAGES,
    MAIL_AT,
    OPENID_ISSUER,
    OPENID_CLIENT,
    OPENID_SECRET,
    OPENID_SECRET_FILE,
    OPENID_PAGES,
    OPENID_BUTTON,
    OPENID_CLAIM,
    OPENID_UNKNOWN,
    NO_COLOR,
    PASSWORD,
];

/// What stands below the help of the program.
pub fn help() -> String {
    let mut told = "Environment variables:".to_owned();
    for variable in ALL {
        // Writing to a text does not fail.
        write!(told, "\n  {}  {}", variable.name, variable.meaning).ok();
    }
    told
}
