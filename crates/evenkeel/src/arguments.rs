//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use jiff::Timestamp;

use crate::environment;

/// The customer service balanced scorecard: raw service data in, one scorecard that people trust out.
///
/// A project is a folder with an `evenkeel.yaml`. Commands look for it in the present folder and above.
#[derive(Debug, Parser)]
#[command(name = "evenkeel", version, after_long_help = format!("{EXIT_CODES}\n\n{}", environment::help()), propagate_version = true)]
pub struct Arguments {
    /// The folder of the project; the nearest one from here upwards unless given.
    #[arg(long, global = true, value_name = "DIR")]
    pub project: Option<PathBuf>,

    /// How results are written: for people, or for programs.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub format: Format,

    /// Whether colour repeats what shapes and words say.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub color: Color,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Arguments {
    /// In which form the log is written.
    #[must_use]
    pub fn log_format(&self) -> LogFormat {
        match &self.command {
            Command::Serve(serve) => serve.log_format,
            _ => LogFormat::Text,
        }
    }
}

const EXIT_CODES: &str = "Exit codes:
  0  done; rows that could not be read are counted in the summary and listed by `evenkeel rejects`
  1  not done: a mistake in the project, a file that cannot be read as declared, or (with --strict) rejected rows
  2  the command line itself cannot be understood";

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Whether colour is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Simulate a bank, import it, print its scorecard and serve its pages.
    #[command(after_help = "Examples:
  evenkeel demo
  evenkeel demo --no-serve --scale 0.2
  evenkeel demo --dir /tmp/bank --port 8080")]
    Demo(Demo),

    /// Make a new project.
    #[command(after_help = "Examples:
  evenkeel init service --template blank     a small project with one CSV file
  evenkeel init desk --template support-desk a support desk with an export of its own
  evenkeel init bank --template bank         the bank of the demonstration, with its raw files")]
    Init(Init),

    /// Read the whole project and list every mistake in it.
    #[command(after_help = "Examples:
  evenkeel check
  evenkeel check --lock
  evenkeel check --format json")]
    Check(Check),

    /// Take an export in: what its headings mean is recognised and written as a source.
    #[command(after_help = "Examples:
  evenkeel source add ~/Downloads/tickets.csv
  evenkeel source add tickets.csv --dates day-first --name desk")]
    Source(Source),

    /// Import raw files: all sources, or one.
    #[command(after_help = "Examples:
  evenkeel import
  evenkeel import crm --strict")]
    Import(Import),

    /// List the rows that could not be read.
    #[command(after_help = "Examples:
  evenkeel rejects
  evenkeel rejects crm --limit 0 --format json")]
    Rejects(Rejects),

    /// Say what the record holds: sources, freshness, coverage, rejected rows, versions.
    #[command(after_help = "Examples:
  evenkeel data
  evenkeel data --format json")]
    Data(Data),

    /// Print the scorecard of a unit.
    #[command(after_help = "Examples:
  evenkeel score
  evenkeel score --unit lakeside --period 2026-10
  evenkeel score --view perspectives --period 2026-Q3")]
    Score(Score),

    /// List what has changed in a unit and in everything below it: signals, not usual variation.
    #[command(after_help = "Examples:
  evenkeel signals
  evenkeel signals --unit branch-network --period 2026-10")]
    Signals(Signals),

    /// List the targets of a unit: whether each is met, where its measure stands on the way to it, and how likely it is met
    /// in time.
    #[command(after_help = "Examples:
  evenkeel targets
  evenkeel targets --unit branch-network --period 2026-10
  evenkeel targets --format json")]
    Targets(Targets),

    /// List what is done to move the measures of a unit, as people have written it down on the pages.
    #[command(after_help = "Examples:
  evenkeel initiatives
  evenkeel initiatives --unit branch-network --period 2026-10
  evenkeel initiatives --format json")]
    Initiatives(Initiatives),

    /// Hold units or people against a standard, like for like: recognise, on standard, develop, review.
    #[command(after_help = "Examples:
  evenkeel compare csat
  evenkeel compare csat --by branch --period 2026-10
  evenkeel compare csat --by person --unit lakeside --period 2026-Q3
  evenkeel compare csat --format json")]
    Compare(Compare),

    /// Rate people against the performance standards of their roles, in five levels.
    #[command(after_help = "Examples:
  evenkeel standards --unit lakeside --period 2026-01..2026-06
  evenkeel standards --person E1042 --period 2026")]
    Standards(Standards),

    /// Tell which promises to customers were kept: by the organisation, a unit or a person, or in the public edition.
    #[command(after_help = "Examples:
  evenkeel charter
  evenkeel charter --unit lakeside --period 2026-10 --promise settled
  evenkeel charter --public --period 2026-10
  evenkeel charter --public --format json")]
    Charter(Charter),

    /// Write readings to a file, as one long table.
    #[command(after_help = "Examples:
  evenkeel readings --out readings.parquet
  evenkeel readings --out csat.csv --measure csat --level branch --from 2026-01 --to 2026-10
  evenkeel readings --out weekly.csv --from 2026-W01 --to 2026-W40
  evenkeel readings --out by-channel.csv --measure reopen --by channel")]
    Readings(Readings),

    /// Write what the case clock says about each case to a file: response, resolution and waiting times, hand-overs.
    #[command(after_help = "Examples:
  evenkeel facts --out cases.parquet
  evenkeel facts --out cases.parquet --as-of 2026-11-02T06:10:00Z")]
    Facts(Facts),

    /// Explain one number: definition, query, numerator, denominator, versions.
    #[command(after_help = "Examples:
  evenkeel explain csat
  evenkeel explain csat --unit lakeside --period 2026-10")]
    Explain(Explain),

    /// Show the records behind one number.
    #[command(after_help = "Examples:
  evenkeel rows csat --unit lakeside --period 2026-10
  evenkeel rows csat --limit 0 --format json")]
    Rows(Rows),

    /// List the measures that there are to choose from, or tell everything about one.
    #[command(
        args_conflicts_with_subcommands = true,
        after_help = "Examples:
  evenkeel measures
  evenkeel measures --leg employee --level person
  evenkeel measures --search 'first contact'
  evenkeel measures show service_level"
    )]
    Measures(Measures),

    /// Work everything out again from the lake.
    #[command(after_help = "Examples:
  evenkeel rebuild --timings")]
    Rebuild(Rebuild),

    /// Serve the pages. Whoever opens them signs in; the first time, a code for the first administrator is printed.
    #[command(after_help = "Examples:
  evenkeel serve
  evenkeel serve --port 8080
  evenkeel serve --auth none                 a first look, on this machine alone")]
    Serve(Serve),

    /// List who may sign in, add somebody, or make a link for a new password: for whoever operates this machine. Every change
    /// is in the audit trail.
    #[command(after_help = "Examples:
  evenkeel users
  evenkeel users add mara --role administrator --called 'Mara Osei'
  evenkeel users add milo --role manager --over lakeside
  evenkeel users reset mara
  evenkeel users deactivate milo")]
    Users(Users),

    /// Say who stands behind the pseudonyms of the lake, as far as that is told: how many people, and what is left of those who were
    /// erased. Needs `pseudonyms` in evenkeel.yaml.
    #[command(after_help = "Examples:
  evenkeel people
  evenkeel people erase E1042
  evenkeel people forget p-3f9c2a7be5d10486")]
    People(People),

    /// Print the message that somebody would be sent, with what is new for them and what waits for them. Nothing is sent.
    #[command(after_help = "Examples:
  evenkeel digest --to milo --dry-run")]
    Digest(Digest),

    /// Write a JSON Schema for each kind of project file, so that editors complete and check.
    #[command(after_help = "Examples:
  evenkeel schema
  evenkeel schema --out .schema")]
    Schema(Schema),
}

/// The instant as of which everything is worked out.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct AsOf {
    /// Work everything out as of this instant, so that the result can be reproduced: 2026-11-02T06:10:00Z.
    /// Default: now.
    #[arg(long, value_name = "INSTANT")]
    pub as_of: Option<Timestamp>,
}

/// Which unit and period.
#[derive(Debug, Clone, clap::Args)]
pub struct Where {
    /// The unit, by identifier or name; the whole organisation unless given.
    #[arg(long, value_name = "UNIT")]
    pub unit: Option<String>,

    /// The period: 2026-10-05, 2026-W41, 2026-10, 2026-Q4, 2026, several in a row such as 2026-08..2026-10, or a year
    /// to date, 2026-YTD; the last whole month with data unless given.
    #[arg(long, value_name = "PERIOD")]
    pub period: Option<String>,

    #[command(flatten)]
    pub as_of: AsOf,
}

#[derive(Debug, clap::Args)]
pub struct Demo {
    /// Where the project is made. An earlier demonstration there is used again.
    #[arg(long, default_value = "evenkeel-demo", value_name = "DIR")]
    pub dir: PathBuf,

    /// How large the bank is; 1 has about 52,000 cases in three years.
    #[arg(long, default_value_t = 1.0, value_name = "FACTOR")]
    pub scale: f64,

    /// Equal seeds give equal banks.
    #[arg(long, default_value_t = 20, value_name = "NUMBER")]
    pub seed: u64,

    /// The port on 127.0.0.1; 0 takes any that is free.
    #[arg(long, default_value_t = 7070, value_name = "PORT")]
    pub port: u16,

    /// Print the scorecard and end.
    #[arg(long)]
    pub no_serve: bool,
}

#[derive(Debug, clap::Args)]
pub struct Init {
    /// The folder; it is made, and must not hold a project yet.
    pub dir: PathBuf,

    /// What to start from.
    #[arg(long, value_enum, default_value_t = Template::Blank)]
    pub template: Template,

    /// How large the simulated bank is; 1 has about 52,000 cases in three years.
    #[arg(long, default_value_t = 1.0, value_name = "FACTOR")]
    pub scale: f64,

    /// Equal seeds give equal banks.
    #[arg(long, default_value_t = 20, value_name = "NUMBER")]
    pub seed: u64,
}

/// What a new project starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Template {
    /// The bank of the demonstration, with simulated raw files.
    Bank,
    /// A small project with one CSV file.
    Blank,
    /// A support desk with an export of its own, which `evenkeel source add` takes in.
    SupportDesk,
}

#[derive(Debug, clap::Args)]
pub struct Source {
    #[command(subcommand)]
    pub command: SourceCommand,
}

#[derive(Debug, Subcommand)]
pub enum SourceCommand {
    /// Copy a CSV file into the project and write the source that reads it. A newer file of the same source is kept
    /// beside the ones before and read in the same way.
    Add(AddSource),
}

#[derive(Debug, clap::Args)]
pub struct AddSource {
    /// The export, as CSV.
    pub file: PathBuf,

    /// What the source is called; made from the name of the file unless given.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,

    /// Whether the day or the month comes first in dates that do not tell.
    #[arg(long, value_enum, value_name = "ORDER")]
    pub dates: Option<Order>,
}

/// Which of day and month comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Order {
    /// 28/10/2026.
    DayFirst,
    /// 10/28/2026.
    MonthFirst,
}

#[derive(Debug, clap::Args)]
pub struct Check {
    /// When there is no mistake, record the formula of every measure and version in measures.lock, so that one that
    /// changes without a new version is found.
    #[arg(long)]
    pub lock: bool,
}

#[derive(Debug, clap::Args)]
pub struct Import {
    /// The source; all of them, in the order of the project, unless given.
    pub source: Option<String>,

    /// End with code 1 when any row was rejected. What could be read is imported all the same.
    #[arg(long)]
    pub strict: bool,

    #[command(flatten)]
    pub as_of: AsOf,
}

#[derive(Debug, clap::Args)]
pub struct Rejects {
    /// Only those of one source.
    pub source: Option<String>,

    /// How many are listed; 0 for all. Unless given, 50 for people and all for programs.
    #[arg(long, value_name = "NUMBER")]
    pub limit: Option<usize>,
}

#[derive(Debug, clap::Args)]
pub struct Data {
    #[command(flatten)]
    pub as_of: AsOf,
}

#[derive(Debug, clap::Args)]
pub struct Score {
    #[command(flatten)]
    pub place: Where,

    /// Group measures by the legs of the scorecard, or by perspective.
    #[arg(long, value_enum, default_value_t = View::Legs)]
    pub view: View,

    /// The period to compare with; the one before unless given.
    #[arg(long, value_name = "PERIOD")]
    pub compare: Option<String>,

    /// Name what is counted: 2,391 answers, 18,420 cases.
    #[arg(long)]
    pub wide: bool,
}

/// How measures are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum View {
    /// By the legs of the scorecard.
    Legs,
    /// By perspective.
    Perspectives,
}

#[derive(Debug, clap::Args)]
pub struct Signals {
    #[command(flatten)]
    pub place: Where,
}

#[derive(Debug, clap::Args)]
pub struct Targets {
    #[command(flatten)]
    pub place: Where,
}

#[derive(Debug, clap::Args)]
pub struct Initiatives {
    #[command(flatten)]
    pub place: Where,
}

#[derive(Debug, clap::Args)]
pub struct Compare {
    /// The measure.
    pub measure: String,

    /// Who is compared: `person`, or a kind of unit such as `branch`; the first kind that the project compares unless
    /// given. Those below --unit are shown; states do not depend on who is shown.
    #[arg(long, value_name = "WHO")]
    pub by: Option<String>,

    #[command(flatten)]
    pub place: Where,
}

#[derive(Debug, clap::Args)]
pub struct Standards {
    /// One person, by identifier or by a name that nobody else has; everybody below --unit unless given.
    #[arg(long, value_name = "PERSON")]
    pub person: Option<String>,

    #[command(flatten)]
    pub place: Where,
}

#[derive(Debug, clap::Args)]
pub struct Charter {
    #[command(flatten)]
    pub place: Where,

    /// The promise of which the chain is told, from the organisation down; the first that was not kept unless given.
    #[arg(long, value_name = "PROMISE")]
    pub promise: Option<String>,

    /// The public edition: only promises that are public, no people, small numbers withheld.
    #[arg(long, conflicts_with_all = ["unit", "promise"])]
    pub public: bool,
}

#[derive(Debug, clap::Args)]
pub struct Readings {
    /// The file: its ending says which form, .parquet or .csv. `low` and `high` are the likely range of the value, empty
    /// where none can be given.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,

    /// The measure; may be repeated. All measures unless given.
    #[arg(long, value_name = "MEASURE")]
    pub measure: Vec<String>,

    /// `person`, or a kind of unit such as `branch`; all levels unless given.
    #[arg(long, value_name = "LEVEL")]
    pub level: Option<String>,

    /// The unit or person, by identifier or name; all unless given.
    #[arg(long, value_name = "UNIT")]
    pub unit: Option<String>,

    /// The first period; its form says how long periods are. The first month with data unless given.
    #[arg(long, value_name = "PERIOD")]
    pub from: Option<String>,

    /// The last period; the last one with data unless given.
    #[arg(long, value_name = "PERIOD")]
    pub to: Option<String>,

    /// One reading for the whole time from the first to the last period, instead of one for each.
    #[arg(long)]
    pub whole: bool,

    /// Divide the rows by a column or SQL expression, for example `channel`.
    #[arg(long, value_name = "EXPRESSION")]
    pub by: Option<String>,

    /// Only count rows that meet a condition in SQL, for example `channel = 'email'`.
    #[arg(long = "where", value_name = "CONDITION")]
    pub condition: Option<String>,

    #[command(flatten)]
    pub as_of: AsOf,
}

#[derive(Debug, clap::Args)]
pub struct Facts {
    /// The file; its name must end in .parquet.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,

    #[command(flatten)]
    pub as_of: AsOf,
}

#[derive(Debug, clap::Args)]
pub struct Explain {
    /// The measure.
    pub measure: String,

    #[command(flatten)]
    pub place: Where,
}

#[derive(Debug, clap::Args)]
pub struct Rows {
    /// The measure.
    pub measure: String,

    #[command(flatten)]
    pub place: Where,

    /// The column by which they are put in order; `-column` for the largest value first. Without it the latest come first.
    #[arg(long, value_name = "COLUMN", allow_hyphen_values = true)]
    pub order: Option<String>,

    /// How many rows come before the first one shown.
    #[arg(long, default_value_t = 0, value_name = "NUMBER")]
    pub offset: usize,

    /// How many rows are shown; 0 for all.
    #[arg(long, default_value_t = 20, value_name = "NUMBER")]
    pub limit: usize,
}

#[derive(Debug, clap::Args)]
pub struct Measures {
    #[command(subcommand)]
    pub command: Option<MeasuresCommand>,

    /// Only those of one leg: employee, customer, business, or one of your own.
    #[arg(long, value_name = "LEG")]
    pub leg: Option<String>,

    /// Only those of one perspective, for example `internal processes`.
    #[arg(long, value_name = "PERSPECTIVE")]
    pub perspective: Option<String>,

    /// Only those that may be reported at a level.
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub level: Option<LevelOfMeasure>,

    /// Only those in which all of these words are found.
    #[arg(long, value_name = "WORDS")]
    pub search: Option<String>,
}

/// A level at which a measure may be reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LevelOfMeasure {
    /// One person.
    Person,
    /// A unit below the whole organisation.
    Unit,
}

#[derive(Debug, Subcommand)]
pub enum MeasuresCommand {
    /// Tell everything about one measure: definition, what it needs, what goes wrong, a worked example.
    Show {
        /// The measure.
        measure: String,
    },
}

#[derive(Debug, clap::Args)]
pub struct Rebuild {
    /// Tell how long each step took.
    #[arg(long)]
    pub timings: bool,

    #[command(flatten)]
    pub as_of: AsOf,
}

#[derive(Debug, clap::Args)]
pub struct Serve {
    /// The port on 127.0.0.1; 0 takes any that is free.
    #[arg(long, default_value_t = 7070, value_name = "PORT")]
    pub port: u16,

    /// Who may see the pages: those who have an account, or whoever reaches the port. Only this machine does.
    #[arg(long, value_enum, default_value_t = Auth::Accounts)]
    pub auth: Auth,

    #[command(flatten)]
    pub limits: Limits,

    /// How the log is written to standard error: warnings for people, or a JSON object per line for programs, each request
    /// among them. No line holds a name, an address or what was searched for.
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,

    /// Let webhooks lead to addresses inside the own network, too. Without it only public addresses are told of signals, and
    /// this machine by the name localhost.
    #[arg(long)]
    pub private_webhooks: bool,

    #[command(flatten)]
    pub as_of: AsOf,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people: warnings, unless `EVENKEEL_LOG` says otherwise.
    Text,
    /// For programs: a JSON object per line, with each request.
    Json,
}

/// How much is taken from those who ask for pages.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Limits {
    /// How many connections may be open at once; further ones are refused until others end.
    #[arg(long, default_value_t = 512, value_name = "NUMBER", value_parser = at_least_one)]
    pub connections: usize,

    /// How many requests are worked on at once; further ones are asked to come again.
    #[arg(long, default_value_t = 256, value_name = "NUMBER", value_parser = at_least_one)]
    pub requests: usize,

    /// How many seconds a request may take to arrive: its head, and then its body. Idle connections end after it too.
    #[arg(long, default_value_t = 15, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub arrival: u64,

    /// How many seconds an answer may take to be made.
    #[arg(long, default_value_t = 60, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub answer: u64,
}

/// A number of things of which there have to be some.
fn at_least_one(text: &str) -> Result<usize, String> {
    let most = 100_000;
    match text.parse() {
        Ok(number) if (1..=most).contains(&number) => Ok(number),
        _ => Err(format!("it has to be a whole number from 1 to {most}")),
    }
}

/// Who may see the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Auth {
    /// Those who have an account, each what their roles allow.
    Accounts,
    /// Whoever reaches the port. No people are named.
    None,
}

#[derive(Debug, clap::Args)]
pub struct Digest {
    /// What they sign in with.
    #[arg(long, value_name = "USER")]
    pub to: String,

    /// Print it and send nothing. It has to be given: only a server sends mail.
    #[arg(long, required = true)]
    pub dry_run: bool,

    #[command(flatten)]
    pub as_of: AsOf,
}

#[derive(Debug, clap::Args)]
pub struct Users {
    #[command(subcommand)]
    pub command: Option<UsersCommand>,
}

#[derive(Debug, Subcommand)]
pub enum UsersCommand {
    /// Add somebody, and print the link with which they choose a password.
    Add(AddUser),
    /// Print a link with which somebody chooses a new password. It works once; an earlier one ends.
    Reset {
        /// What they sign in with.
        name: String,

        /// The port that `evenkeel serve` listens on; it stands in the link.
        #[arg(long, default_value_t = 7070, value_name = "PORT")]
        port: u16,
    },
    /// Sign somebody out everywhere, and let them in no more. What they did stays in the audit trail.
    Deactivate {
        /// What they sign in with.
        name: String,
    },
}

#[derive(Debug, clap::Args)]
pub struct People {
    #[command(subcommand)]
    pub command: Option<PeopleCommand>,
}

#[derive(Debug, Subcommand)]
pub enum PeopleCommand {
    /// Take somebody out of the key of pseudonyms, so that nothing leads from their pseudonym to them. Every sum stays as it is. Rows
    /// that raw files still have of them come under the same pseudonym. It is in the audit trail.
    Erase {
        /// The person: the identifier, or a name that nobody else has.
        person: String,
    },
    /// Forget the keyed hash by which rows of somebody who was erased are recognised, once no raw file names them any more.
    /// Where one still does, its rows come in a second time, under another pseudonym.
    Forget {
        /// The pseudonym.
        pseudonym: String,
    },
}

#[derive(Debug, clap::Args)]
pub struct AddUser {
    /// What they sign in with: a name or e-mail address.
    pub name: String,

    /// What they may see and do: administrator, insights, executive, manager, agent or viewer.
    #[arg(long, value_name = "ROLE")]
    pub role: String,

    /// The unit, for a manager or viewer, by identifier or name; the person of the record, for an agent.
    #[arg(long, value_name = "UNIT OR PERSON")]
    pub over: Option<String>,

    /// What people call them; what they sign in with unless given.
    #[arg(long, value_name = "NAME")]
    pub called: Option<String>,

    /// The port that `evenkeel serve` listens on; it stands in the link.
    #[arg(long, default_value_t = 7070, value_name = "PORT")]
    pub port: u16,
}

#[derive(Debug, clap::Args)]
pub struct Schema {
    /// The folder that the schemas are written to; printed unless given.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }
}
