//! The strategy map: objectives and measures by leg or perspective, and what is claimed to lead to what.

use askama::Template;
use evenkeel_model::evaluation::{Evaluation, LegResult, MeasureResult};
use evenkeel_model::scorecard::Link as Claim;
use schemars::JsonSchema;
use serde::Serialize;

use crate::chart::StrategyMap;
use crate::chart::map::{Arrow, Column, Node};
use crate::number::counted;
use crate::page::chart_file::{Chart, ChartFigures, ChartFile};
use crate::page::context::{Arrangement, Context};
use crate::page::frame::{Choice, Frame};
use crate::page::row::{Row, StatusMark};
use crate::page::signal::SignalMark;
use crate::words::sentence::Sentence;
use crate::words::{self, capitalised, listed, watching};

/// What is said of a link that nobody has held against the data.
pub const NOT_TESTED: &str = "declared, not tested yet";

/// The page of the strategy map.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema, Template)]
#[template(path = "map.html")]
pub struct MapPage {
    /// What stands around it.
    pub frame: Frame,
    /// The headline.
    pub headline: String,
    /// What has to be known about the page.
    pub lead: &'static str,
    /// The ways of grouping to choose from.
    pub arrangements: Vec<Choice>,
    /// The legs with their objectives and measures.
    pub legs: Vec<MapLeg>,
    /// The links.
    pub links: Vec<MapLink>,
    /// Measures on watch, each with its reasons.
    pub on_watch: Vec<Sentence>,
    /// The files of the picture.
    #[serde(skip)]
    pub file: ChartFile,
    /// The same as a picture; none where there is no measure.
    #[serde(skip)]
    pub picture: Option<StrategyMap>,
}

/// A leg or perspective.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct MapLeg {
    /// Its name.
    pub title: String,
    /// Its objectives.
    pub objectives: Vec<MapObjective>,
}

/// An objective.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct MapObjective {
    /// In words.
    pub title: String,
    /// Its measures.
    pub measures: Vec<MapMeasure>,
}

/// A measure with its state.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct MapMeasure {
    /// The identifier.
    pub id: String,
    /// The name.
    pub name: String,
    /// Where its page is.
    pub url: String,
    /// The value in words.
    pub value: String,
    /// Whether the target is met.
    pub status: StatusMark,
    /// Whether the latest period is more than usual variation.
    pub variation: Option<SignalMark>,
    /// Both in a few words.
    pub state: String,
    /// Whether it is on watch.
    pub on_watch: bool,
}

/// A link.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct MapLink {
    /// Its number in the picture.
    pub number: usize,
    /// The measure that is to come first.
    pub from: LinkEnd,
    /// The measure that is to follow.
    pub to: LinkEnd,
    /// The longest delay, in months.
    pub within_months: u32,
    /// The same in words.
    pub within: String,
    /// What is known of it.
    pub finding: &'static str,
    /// Whether the first one has really got worse, so that the other is on watch.
    pub watches: bool,
}

/// One end of a link.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct LinkEnd {
    /// The identifier.
    pub id: String,
    /// The name.
    pub name: String,
    /// Where its page is; none for a measure that does not stand in the scorecard.
    pub url: Option<String>,
    /// Its state in a few words.
    pub state: String,
    /// Whether the target is met.
    pub status: Option<StatusMark>,
}

impl MapPage {
    /// The map of an evaluation and its links.
    #[must_use]
    pub fn new(evaluation: &Evaluation, claims: &[Claim], context: &Context<'_>) -> Self {
        let legs: Vec<MapLeg> = evaluation.legs.iter().map(|leg| map_leg(leg, context)).collect();
        let results: Vec<&MeasureResult> = evaluation.legs.iter().flat_map(LegResult::measures).collect();
        let links: Vec<MapLink> =
            claims.iter().enumerate().map(|(place, claim)| map_link(place + 1, claim, &legs, &results)).collect();
        let watched = results.iter().filter(|result| !result.watch.is_empty());
        let on_watch = watched.clone().map(|result| watching::because(result, context)).collect();
        let names: Vec<&str> = watched.map(|result| result.measure.title.as_str()).collect();
        let headline = headline(&links, &names);
        let picture = (!results.is_empty()).then(|| picture(&headline, &legs, &links));
        let to = |place: &_| context.links.map(place).unwrap_or_default();
        Self {
            frame: Frame::new("Strategy map", context, &to),
            file: ChartFile::new(&Chart::Map, &format!("Strategy map, {}", context.unit_name()), "", context),
            headline,
            lead: "An arrow says what the organisation believes to lead to what. It is declared in the scorecard and has not \
                   been held against the data; that one figure moved before another proves no cause.",
            arrangements: arrangements(context),
            legs,
            links,
            on_watch,
            picture,
        }
    }
}

impl MapPage {
    /// What the picture shows, measures first and then links; none without a picture.
    #[must_use]
    pub fn figures(&self) -> Option<ChartFigures> {
        self.picture.as_ref()?;
        let measures = self.legs.iter().flat_map(|leg| {
            let inside = leg.objectives.iter().flat_map(|objective| {
                objective.measures.iter().map(move |measure| {
                    let on_watch = if measure.on_watch { "on watch" } else { "" };
                    let about = ["measure", &measure.id, &measure.name, &leg.title, &objective.title];
                    let said = [&*measure.value, &*measure.state, on_watch, "", ""];
                    about.into_iter().chain(said).map(str::to_owned).collect()
                })
            });
            inside.collect::<Vec<Vec<String>>>()
        });
        let links = self.links.iter().map(|link| {
            let about = ["link", &link.from.id, &link.from.name, "", "", "", link.finding];
            let watches = if link.watches { "puts its end on watch" } else { "" };
            about.into_iter().chain([watches, &link.to.id, &link.within]).map(str::to_owned).collect()
        });
        Some(ChartFigures {
            name: self.file.name.clone(),
            columns: vec![
                "kind",
                "measure",
                "name",
                "leg",
                "objective",
                "value",
                "state",
                "watch",
                "leads_to",
                "within",
            ],
            rows: measures.chain(links).collect(),
        })
    }
}

fn headline(links: &[MapLink], on_watch: &[&str]) -> String {
    let declared = match links.len() {
        0 => return "No link is declared yet: nothing says what is meant to lead to what".to_owned(),
        1 => "One link is declared and not tested yet".to_owned(),
        n => format!("{} links are declared and not tested yet", capitalised(&words::spelled(n))),
    };
    match on_watch {
        [] => format!("{declared}; no measure is on watch"),
        [only] => format!("{} is on watch. {declared}", capitalised(only)),
        several => format!("{} are on watch. {declared}", capitalised(&listed(several))),
    }
}

fn map_leg(leg: &LegResult, context: &Context<'_>) -> MapLeg {
    let objectives = leg.objectives.iter().map(|objective| MapObjective {
        title: objective.title.clone(),
        measures: objective.measures.iter().map(|result| map_measure(result, context)).collect(),
    });
    MapLeg { title: leg.title.clone(), objectives: objectives.collect() }
}

fn map_measure(result: &MeasureResult, context: &Context<'_>) -> MapMeasure {
    let row = Row::new(result, context);
    let mut said = vec![words::status(result.status).to_owned()];
    said.extend(row.variation.as_ref().filter(|_| row.is_signal()).map(|mark| format!("signal: {}", mark.short)));
    if !row.watch.is_empty() {
        said.push("on watch".to_owned());
    }
    let value = match &row.value_from {
        Some(period) => format!("{} ({period})", row.value.text),
        None => row.value.text.clone(),
    };
    MapMeasure {
        id: row.id,
        name: row.name,
        url: row.url,
        value,
        status: row.status,
        variation: row.variation,
        state: said.join(", ").to_lowercase(),
        on_watch: !row.watch.is_empty(),
    }
}

fn map_link(number: usize, claim: &Claim, legs: &[MapLeg], results: &[&MeasureResult]) -> MapLink {
    let end = |id: &str| {
        let mut measures = legs.iter().flat_map(|leg| &leg.objectives).flat_map(|objective| &objective.measures);
        match measures.find(|measure| measure.id == id) {
            Some(measure) => LinkEnd {
                id: id.to_owned(),
                name: measure.name.clone(),
                url: Some(measure.url.clone()),
                state: format!("{}, {}", measure.value, measure.state),
                status: Some(measure.status),
            },
            None => LinkEnd {
                id: id.to_owned(),
                name: id.to_owned(),
                url: None,
                state: "not in this scorecard".to_owned(),
                status: None,
            },
        }
    };
    let watches = results.iter().filter(|result| result.measure.id == claim.to).any(|result| {
        result.watch.iter().any(|watch| watch.measure.id == claim.from && watch.within_months == claim.within_months)
    });
    MapLink {
        number,
        from: end(claim.from.as_str()),
        to: end(claim.to.as_str()),
        within_months: claim.within_months,
        within: format!("within {}", counted(u64::from(claim.within_months), "months")),
        finding: NOT_TESTED,
        watches,
    }
}

fn picture(label: &str, legs: &[MapLeg], links: &[MapLink]) -> StrategyMap {
    let node = |measure: &MapMeasure| Node {
        id: measure.id.clone(),
        name: measure.name.clone(),
        url: measure.url.clone(),
        value: measure.value.clone(),
        mark: measure.status.code,
        sign: measure.variation.as_ref().map(|sign| sign.icon),
        state: measure.state.clone(),
        on_watch: measure.on_watch,
    };
    let column = |leg: &MapLeg| Column {
        title: leg.title.clone(),
        objectives: leg
            .objectives
            .iter()
            .map(|objective| (objective.title.clone(), objective.measures.iter().map(node).collect()))
            .collect(),
    };
    let arrow = |link: &MapLink| Arrow {
        from: link.from.id.clone(),
        to: link.to.id.clone(),
        number: link.number,
        watches: link.watches,
    };
    let columns: Vec<Column> = legs.iter().map(column).collect();
    let arrows: Vec<Arrow> = links.iter().map(arrow).collect();
    StrategyMap::new(format!("{label}. All links stand in the table below."), &columns, &arrows)
}

fn arrangements(context: &Context<'_>) -> Vec<Choice> {
    if context.arrangements.len() < 2 {
        return Vec::new();
    }
    let choice = |&arrangement: &Arrangement| {
        Some(Choice {
            label: capitalised(arrangement.plural()),
            url: context.links.map(&context.place.arranged(arrangement))?,
            current: arrangement == context.place.arrangement,
        })
    };
    context.arrangements.iter().filter_map(choice).collect()
}
