//! What owners of measures were asked to do, and what they answered.

use axum::extract::State as Shared;
use axum::routing::get;
use evenkeel_engine::table::Table;
use evenkeel_state::Recommendation;
use evenkeel_view::page::RecommendationList;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::Answer;
use super::caller::Caller;
use super::operation::{Operation, fields_of, schema_of};
use super::part::{MOST, Part};
use super::question::Asked;
use crate::World;
use crate::error::Failure;
use crate::server::State;

const PATH: &str = "/api/v1/recommendations";

/// Which recommendations are wanted, as the register has them to choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "RecommendationsAsked")]
enum Show {
    /// All of them.
    All,
    /// Those that nobody has answered.
    Open,
    /// Those among them of which the day is over.
    Overdue,
    /// Those that were answered.
    Decided,
    /// Those that were sent to you.
    Own,
    /// Those that you sent.
    Asked,
}

impl Show {
    fn as_str(self) -> &'static str {
        match self {
            Show::All => "all",
            Show::Open => "open",
            Show::Overdue => "overdue",
            Show::Decided => "decided",
            Show::Own => "own",
            Show::Asked => "asked",
        }
    }

    fn holds(self, one: &Recommendation, world: &World) -> bool {
        let stage = one.stage(world.today());
        match self {
            Show::All => true,
            Show::Open => stage.is_open(),
            Show::Overdue => stage == evenkeel_model::recommendation::Stage::Overdue,
            Show::Decided => !stage.is_open(),
            Show::Own => world.is_asked(one),
            Show::Asked => world.asked(one),
        }
    }
}

/// Which recommendations are wanted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Which of them. Without it all.
    show: Option<Show>,
    /// The identifier or name of a unit, of which alone they are to be. Without it all that you may see.
    unit: Option<String>,
    /// The number of the last recommendation that you have; those before it are wanted. Without it the latest.
    #[schemars(range(min = 1))]
    before: Option<i64>,
    /// How many recommendations are wanted at most. Without it 100.
    #[schemars(range(min = 1, max = MOST))]
    limit: Option<u32>,
}

pub(super) fn operation() -> Operation {
    Operation {
        path: PATH,
        id: "recommendations",
        summary: "what owners of measures were asked to do",
        says: "The recommendations that you see on the pages: those that you sent or were sent, those about units that you \
               lead, and all of them for those who see the whole organisation; each with how far it is, its answer and what \
               came of it, latest first. Asked for as `text/csv`, Parquet or Arrow, the same as rows and columns, where the \
               header `Link` says what follows.",
        query: fields_of::<Wanted>,
        data: schema_of::<RecommendationList>,
        table: true,
        sends: None,
        answers: get(show),
    }
}

async fn show(Shared(state): Shared<State>, caller: Caller, Asked(wanted): Asked<Wanted>) -> Result<Answer, Failure> {
    let world = &caller.world;
    let part = Part::wanted(wanted.before, wanted.limit)?;
    let store = state.access.store().filter(|_| world.sees_units()).ok_or_else(Failure::no_page)?;
    let unit = wanted.unit.as_deref().map(|name| world.unit(Some(name))).transpose()?;
    let chosen = wanted.show.unwrap_or(Show::All);
    let mut all = store.recommendations().await?;
    all.retain(|one| {
        let here = unit.as_ref().is_none_or(|unit| one.of.unit == *unit);
        here && world.sees_recommendation(one) && chosen.holds(one, world)
    });
    let choice = [("show", wanted.show.map(Show::as_str)), ("unit", wanted.unit.as_deref())];
    let (all, next) = part.of(all, |one| one.number, PATH, &choice);
    let recommendations = all.iter().map(|one| world.recommendation_entry(one)).collect();
    caller.lists(&RecommendationList { recommendations, next: next.clone() }, table, next)
}

fn table(list: &RecommendationList) -> Table {
    let of = || list.recommendations.iter();
    let evidence: Vec<String> = of().map(|one| one.evidence.join("\n")).collect();
    Table::default()
        .wholes("number", of().map(|one| Some(one.number)))
        .texts("stage", of().map(|one| Some(one.stage.as_str())))
        .texts("measure", of().map(|one| Some(one.measure.as_str())))
        .texts("unit", of().map(|one| Some(one.unit.as_str())))
        .texts("period", of().map(|one| Some(one.period.as_str())))
        .texts("what", of().map(|one| Some(one.what.as_str())))
        .texts("why", of().map(|one| Some(one.why.as_str())))
        .texts("evidence", evidence.iter().map(|lines| Some(lines.as_str())))
        .texts("owner", of().map(|one| Some(one.owner.as_str())))
        .texts("asked_by", of().map(|one| Some(one.asked_by.as_str())))
        .instants("asked_at", of().map(|one| Some(one.asked_at)))
        .days("decide_by", of().map(|one| Some(one.decide_by)))
        .instants("answered_at", of().map(|one| one.answered_at))
        .texts("reason", of().map(|one| one.reason.as_deref()))
        .days("outcome_on", of().map(|one| one.outcome_on))
        .texts("result", of().map(|one| one.result.as_deref()))
        .flags("own", of().map(|one| Some(one.own)))
        .flags("asked", of().map(|one| Some(one.asked)))
}
