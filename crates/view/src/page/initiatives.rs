//! Initiatives: what is done to move measures, and the form with which they are written down.

use askama::Template;
use evenkeel_model::evaluation::MeasureResult;
use evenkeel_model::initiative::{Initiative, LONGEST_AIM, LONGEST_NAME, Stage, Unfit};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

use crate::number::counted;
use crate::page::context::Context;
use crate::page::frame::{Frame, Link};
use crate::page::row::StatusMark;
use crate::words::{self, capitalised, finding, listed, period};

/// An initiative with what the reader may see of it.
#[derive(Debug, Clone)]
pub struct InitiativeDetail<'a> {
    /// The initiative.
    pub initiative: &'a Initiative,
    /// The units that it touches and the reader may see, with their names.
    pub units: Vec<(evenkeel_model::ids::UnitId, String)>,
    /// How many units it touches besides.
    pub hidden_units: usize,
    /// Its measures: the figures in the unit that is looked at, where the scorecard has them, else the name alone.
    pub measures: Vec<Result<&'a MeasureResult, String>>,
    /// Whether the reader may change it.
    pub may_change: bool,
}

/// All initiatives of a unit. It writes itself as HTML and serialises as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema, Template)]
#[template(path = "initiatives.html")]
pub struct InitiativesPage {
    /// What stands around it.
    pub frame: Frame,
    /// What it is about.
    pub title: String,
    /// How many there are.
    pub lead: String,
    /// What was done just now.
    #[serde(skip)]
    pub notice: Option<String>,
    /// Where one is written down; none for whoever may not.
    #[serde(skip)]
    pub new_url: Option<String>,
    /// Where the recommendations are of which some come.
    #[serde(skip)]
    pub register: Option<String>,
    /// Those that run, those that are planned, those that are over.
    pub groups: Vec<InitiativeGroup>,
}

/// Initiatives of one stage.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct InitiativeGroup {
    /// The stage in words.
    pub heading: &'static str,
    /// The initiatives.
    pub initiatives: Vec<InitiativeLine>,
}

/// One initiative.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct InitiativeLine {
    /// The number.
    pub number: i64,
    /// What people call it.
    pub title: String,
    /// What is done, and what is expected of it.
    pub aim: String,
    /// Who answers for it.
    pub owner: String,
    /// From when to when, in words.
    pub when: String,
    /// The units that it touches.
    pub units: Vec<Link>,
    /// What is said of units that the reader may not see.
    pub more_units: Option<String>,
    /// The measures that it is to move.
    pub measures: Vec<TouchedMeasure>,
    /// Where it is changed; none for whoever may not.
    #[serde(skip)]
    pub change_url: Option<String>,
}

/// A measure that an initiative is to move.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TouchedMeasure {
    /// Its name.
    pub name: String,
    /// Where its page is; none when it does not stand in the scorecard.
    pub url: Option<String>,
    /// Whether its target is met.
    pub status: Option<StatusMark>,
    /// Its figure in the unit and period that are looked at.
    pub value: String,
}

impl InitiativesPage {
    /// The page of some initiatives, in their order.
    #[must_use]
    pub fn new(initiatives: &[InitiativeDetail<'_>], new_url: Option<String>, context: &Context<'_>) -> Self {
        let links = context.links;
        let to = |place: &_| links.initiatives(place).unwrap_or_default();
        let title = format!("Initiatives in {}", context.unit_name());
        let group = |(stage, heading): (Stage, &'static str)| {
            let of_stage = initiatives.iter().filter(|one| one.initiative.stage(context.today) == stage);
            let lines: Vec<InitiativeLine> = of_stage.map(|one| line(one, context)).collect();
            (!lines.is_empty()).then_some(InitiativeGroup { heading, initiatives: lines })
        };
        let stages = [(Stage::Running, "Running"), (Stage::Planned, "Planned"), (Stage::Over, "Over")];
        let groups: Vec<InitiativeGroup> = stages.into_iter().filter_map(group).collect();
        let told: Vec<String> = groups
            .iter()
            .map(|group| format!("{} {}", words::spelled(group.initiatives.len()), group.heading.to_lowercase()))
            .collect();
        let lead = if told.is_empty() {
            "Nobody has written down what is done to move the measures of this unit.".to_owned()
        } else {
            format!(
                "{}. Each is marked where it begins on the charts of its measures. Whether it moved them has not been measured: \
                 that something changed after it began proves no cause.",
                capitalised(&listed(&told))
            )
        };
        Self {
            frame: Frame::new(&title, context, &to),
            title,
            lead,
            notice: None,
            new_url,
            register: links.recommendations("all"),
            groups,
        }
    }
}

fn line(one: &InitiativeDetail<'_>, context: &Context<'_>) -> InitiativeLine {
    let links = context.links;
    let place = &context.place;
    let Initiative { number, title, aim, owner, begins, ends, .. } = one.initiative;
    let measure = |measure: &Result<&MeasureResult, String>| match measure {
        Ok(result) => TouchedMeasure {
            name: result.measure.title.clone(),
            url: Some(links.measure(&result.measure.id, place)),
            status: Some(result.status.into()),
            value: result
                .reading
                .value
                .map_or_else(|| "no figure".to_owned(), |value| finding::format_of(result, context).text(value)),
        },
        Err(name) => TouchedMeasure { name: name.clone(), url: None, status: None, value: String::new() },
    };
    InitiativeLine {
        number: *number,
        title: title.clone(),
        aim: aim.clone(),
        owner: owner.clone(),
        when: when(*begins, *ends),
        units: one
            .units
            .iter()
            .map(|(id, name)| Link { label: name.clone(), url: links.scorecard(&place.in_unit(id)) })
            .collect(),
        more_units: (one.hidden_units > 0)
            .then(|| format!("and {} elsewhere", counted(one.hidden_units as u64, "units"))),
        measures: one.measures.iter().map(measure).collect(),
        change_url: links.initiative(*number).filter(|_| one.may_change),
    }
}

/// `2 March 2026 to 29 May 2026`, `from 2 March 2026, without an end`.
fn when(begins: Date, ends: Option<Date>) -> String {
    match ends {
        Some(ends) => format!("{} to {}", period::full_day(begins), period::full_day(ends)),
        None => format!("from {}, without an end", period::full_day(begins)),
    }
}

/// The form with which an initiative is written down or changed.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "initiative.html")]
pub struct InitiativePage {
    /// What stands around it.
    pub frame: Frame,
    /// What it is about.
    pub title: String,
    /// What is wrong with what was typed.
    pub error: Option<String>,
    /// What stands in the boxes.
    pub typed: TypedInitiative,
    /// The units to choose from.
    pub units: Vec<Tick>,
    /// The measures to choose from.
    pub measures: Vec<Tick>,
    /// Where the form is sent.
    pub action: String,
    /// Where it is taken back; none for one that is new.
    pub withdraw: Option<String>,
    /// By what the form knows again what the initiative was when the page was made; none for a new one.
    #[serde(skip)]
    pub seen: Option<String>,
    /// Where the list is.
    pub list: String,
    /// The token of the form.
    pub form_token: String,
    /// The most characters of a title or an owner.
    pub longest_name: usize,
    /// The most characters of what it is about.
    pub longest_aim: usize,
}

/// What somebody typed, as it was typed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct TypedInitiative {
    /// What people call it.
    pub title: String,
    /// What is done.
    pub aim: String,
    /// Who answers for it.
    pub owner: String,
    /// The first day, as `2026-03-02`.
    pub begins: String,
    /// The last day; empty without one.
    pub ends: String,
}

/// Something to choose or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tick {
    /// What is sent.
    pub value: String,
    /// What people call it.
    pub label: String,
    /// How far it is indented, 0 to 6.
    pub depth: usize,
    /// Whether it is chosen.
    pub chosen: bool,
}

impl InitiativePage {
    /// An empty form, or one with what was typed. `frame` stands around it.
    #[must_use]
    pub fn new(
        frame: Frame,
        typed: TypedInitiative,
        units: Vec<Tick>,
        measures: Vec<Tick>,
        form_token: String,
    ) -> Self {
        Self {
            frame,
            title: "A new initiative".to_owned(),
            error: None,
            typed,
            units,
            measures,
            action: String::new(),
            withdraw: None,
            list: String::new(),
            seen: None,
            form_token,
            longest_name: LONGEST_NAME,
            longest_aim: LONGEST_AIM,
        }
    }
}

/// What is said of what was typed, from a sentence for each thing that is wrong; none where nothing is.
#[must_use]
pub fn refusal(wrong: &[String]) -> Option<String> {
    (!wrong.is_empty()).then(|| format!("Nothing was changed. {}", wrong.join(" ")))
}

/// What is wrong with an initiative, as a sentence.
#[must_use]
pub fn fault(unfit: Unfit) -> String {
    format!("{}.", capitalised(&unfit.to_string()))
}
