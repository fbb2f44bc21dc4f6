//! The commands: a file each.

mod charter;
mod check;
mod compare;
mod data;
mod demo;
mod digest;
mod explain;
mod facts;
mod import;
mod init;
mod initiatives;
mod measures;
mod people;
mod readings;
mod rebuild;
mod rejects;
mod rows;
mod schema;
mod score;
mod serve;
mod signals;
mod source;
mod standards;
mod targets;
mod trail;
mod users;

use std::process::ExitCode;
use std::sync::Arc;

use evenkeel_model::period::{FiscalYear, Period};
use evenkeel_state::LookedAt;
use evenkeel_view::page::{Arrangement, Links, Place, Visitor};
use evenkeel_web::{Trail, World};
use jiff::Timestamp;

use crate::arguments::{Arguments, AsOf, Command, Where};
use crate::commands::trail::CommandTrail;
use crate::output::Output;
use crate::project::{self, OpenProject};

pub use serve::random_bytes;

/// Runs the command.
pub async fn run(arguments: Arguments, output: &Output, workers: usize) -> anyhow::Result<ExitCode> {
    let session = Session { project: arguments.project, output, workers };
    match arguments.command {
        Command::Demo(demo) => demo::run(&session, &demo).await,
        Command::Init(init) => init::run(&session, &init),
        Command::Charter(charter) => charter::run(&session, &charter).await,
        Command::Check(check) => check::run(&session, &check).await,
        Command::Source(source) => source::run(&session, &source),
        Command::Import(import) => import::run(&session, &import).await,
        Command::Rejects(rejects) => rejects::run(&session, &rejects).await,
        Command::Data(data) => data::run(&session, &data).await,
        Command::Digest(digest) => digest::run(&session, &digest).await,
        Command::Score(score) => score::run(&session, &score).await,
        Command::Readings(readings) => readings::run(&session, &readings).await,
        Command::Facts(facts) => facts::run(&session, &facts).await,
        Command::Compare(compare) => compare::run(&session, &compare).await,
        Command::Signals(signals) => signals::run(&session, &signals).await,
        Command::Targets(targets) => targets::run(&session, &targets).await,
        Command::Initiatives(initiatives) => initiatives::run(&session, &initiatives).await,
        Command::Standards(standards) => standards::run(&session, &standards).await,
        Command::Explain(explain) => explain::run(&session, &explain).await,
        Command::Rows(rows) => rows::run(&session, &rows).await,
        Command::Measures(measures) => measures::run(&session, &measures),
        Command::Rebuild(rebuild) => rebuild::run(&session, &rebuild).await,
        Command::Serve(serve) => serve::run(&session, &serve).await,
        Command::People(people) => people::run(&session, &people).await,
        Command::Users(users) => users::run(&session, &users).await,
        Command::Schema(schema) => schema::run(&session, &schema),
    }
}

/// What all commands share.
pub struct Session<'a> {
    /// The folder of the project, where it was given.
    pub project: Option<std::path::PathBuf>,
    /// Where results go.
    pub output: &'a Output,
    /// How many workers may run side by side.
    pub workers: usize,
}

impl Session<'_> {
    /// Opens the project; none when it has mistakes, which were printed.
    pub fn open(&self) -> anyhow::Result<Option<OpenProject>> {
        project::open(project::find(self.project.as_deref())?, self.output)
    }

    /// Evaluates the project; mistakes in expressions are printed.
    pub async fn world(&self, open: &OpenProject, as_of: AsOf) -> anyhow::Result<World> {
        let opening = open.opening(instant(as_of), self.workers);
        let world = World::open(&opening).await;
        let world = world.map_err(|error| project::explain_world(&open.project, error, self.output))?;
        project::tell_unknown(world.people(), self.output);
        let trail = Arc::new(CommandTrail::new(open.state()?));
        Ok(world.seen_by(trail::operator(), Visitor::default(), Some(trail)))
    }

    /// Records a look at everybody in the record that no world is asked for.
    pub async fn looked(&self, open: &OpenProject, about: &str) -> anyhow::Result<()> {
        Ok(CommandTrail::new(open.state()?).looked(&trail::operator(), about, &LookedAt::Everybody).await?)
    }
}

/// The evaluation instant: the given one, else now.
#[expect(clippy::disallowed_methods, reason = "this is where the clock is read")]
pub fn instant(as_of: AsOf) -> Timestamp {
    as_of.as_of.unwrap_or_else(Timestamp::now)
}

/// What is looked at, as arguments say it.
pub fn place(world: &World, place: &Where, compare: Option<&str>, arrangement: Arrangement) -> anyhow::Result<Place> {
    let period = world.period(place.period.as_deref())?;
    let compare_with = match compare {
        Some(text) => world.period(Some(text))?,
        None => world.compared_by_default(place.period.as_deref(), period),
    };
    Ok(Place { unit: world.unit(place.unit.as_deref())?, period, compare_with, arrangement })
}

/// Addresses for the terminal: the command that shows what a link would lead to.
pub struct CommandLinks {
    /// How periods are named.
    pub fiscal: FiscalYear,
}

impl CommandLinks {
    fn place(&self, place: &Place) -> String {
        let period: Period = place.period;
        format!("--unit {} --period {}", quoted(place.unit.as_str()), period.id(self.fiscal))
    }
}

/// A word of a command line as a shell takes it: as it is where that is safe, else in single quotes.
fn quoted(word: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '@' | ',' | '+');
    if !word.is_empty() && word.chars().all(safe) && !word.starts_with('-') {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

impl Links for CommandLinks {
    fn scorecard(&self, place: &Place) -> String {
        format!("evenkeel score {}", self.place(place))
    }

    fn measure(&self, measure: &evenkeel_model::ids::MeasureId, place: &Place) -> String {
        format!("evenkeel explain {} {}", quoted(measure.as_str()), self.place(place))
    }

    fn compare(&self, measure: &evenkeel_model::ids::MeasureId, place: &Place, by: Option<&str>) -> Option<String> {
        let by = by.map_or_else(String::new, |kind| format!(" --by {}", quoted(kind)));
        Some(format!("evenkeel compare {} {}{by}", quoted(measure.as_str()), self.place(place)))
    }

    fn rows(&self, measure: &evenkeel_model::ids::MeasureId, place: &Place, first: u64) -> String {
        format!("evenkeel rows {} {} --offset {first}", quoted(measure.as_str()), self.place(place))
    }

    fn targets(&self, place: &Place) -> Option<String> {
        Some(format!("evenkeel targets {}", self.place(place)))
    }

    fn charter(&self, place: &Place, promise: Option<&str>) -> Option<String> {
        let promise = promise.map(|promise| format!(" --promise {}", quoted(promise))).unwrap_or_default();
        Some(format!("evenkeel charter {}{promise}", self.place(place)))
    }

    fn charter_public(&self, place: &Place) -> Option<String> {
        Some(format!("evenkeel charter --public --period {}", place.period.id(self.fiscal)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_a_shell() {
        for (word, written) in [
            ("branch-07", "branch-07"),
            ("Lakeside North", "'Lakeside North'"),
            ("$(rm x)", "'$(rm x)'"),
            ("O'Hara", r"'O'\''Hara'"),
            ("", "''"),
            ("-x", "'-x'"),
        ] {
            assert_eq!(quoted(word), written);
        }
    }
}
