//! Choosing measures: the candidates in their order, what is to be thought about, the scorecard that comes of it; and the
//! page on which somebody says what they think of one of them.

use askama::Template;
use evenkeel_model::choice::{
    Chosen, Concern, EvidenceKind, Factor, LEGS, LONGEST_DELAY, LONGEST_EVIDENCE, LONGEST_OBJECTIVE, Mark,
    Measurability, Opinion, Opinions, Rating, Standing, is_internal,
};
use evenkeel_model::ids::MeasureId;
use evenkeel_model::measure::Measure;
use serde::Serialize;

use crate::number::{self, NO_BREAK_SPACE, count, counted};
use crate::page::frame::{Frame, Link};
use crate::page::guide::anchor;
use crate::page::library::{Choosable, LibraryLinks};
use crate::words::choosing::{self, Concerns};
use crate::words::help::WORDS;
use crate::words::sentence::Sentence;
use crate::words::{capitalised, listed};

/// What the page explains, by the words of the glossary.
const EXPLAINED: [&str; 8] = [
    "Importance",
    "Relevance",
    "Impact",
    "Usefulness to others",
    "Worth",
    "Measurability",
    "Line of sight",
    "Leading and lagging",
];

/// A measure that may be chosen, with what is said of it and what the record has of it.
#[derive(Debug, Clone)]
pub struct CandidateDetail<'a> {
    /// The measure.
    pub measure: &'a Measure,
    /// What people say of it.
    pub opinions: Opinions,
    /// How it was chosen.
    pub chosen: Option<Chosen>,
    /// Whether whoever reads has rated it.
    pub rated: bool,
    /// Whether the scorecard that is shown now uses it.
    pub in_use: bool,
    /// What the record has of it.
    pub measured: MeasuredDetail,
}

/// What the record has of a measure.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredDetail {
    /// How much of what it needs is there.
    pub measurability: Measurability,
    /// What is not there.
    pub lacking: Vec<Lack>,
    /// In how many of the last twelve whole months there is a figure.
    pub months: usize,
    /// The column that is filled least, and in which share of its rows; none for whoever is not told what the record holds.
    pub least_filled: Option<(String, f64)>,
}

/// Something that a measure needs and the record does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lack {
    /// A table without rows.
    Table(String),
    /// A column without values.
    Column {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A figure: there are rows, and none of them counts.
    Figure,
}

/// How many people of each kind have rated anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Consulted {
    /// Those who analyse the record.
    pub analysts: usize,
    /// Those who see the whole.
    pub executives: usize,
    /// Those who lead a unit.
    pub managers: usize,
    /// Those who serve customers.
    pub frontline: usize,
    /// Those who had a role that rates and have it no more.
    pub others: usize,
}

/// The page of all candidates. It writes itself as HTML and serialises as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "choose.html")]
pub struct ChoosePage {
    /// What stands around it.
    pub frame: Frame,
    /// How many are chosen.
    pub headline: String,
    /// What was done just now.
    #[serde(skip)]
    pub notice: Option<String>,
    /// Who was asked: `two people who lead a unit`.
    pub consulted: String,
    /// What is to be thought about.
    pub concerns: Vec<Concerns>,
    /// The candidates of which somebody has said something, or that were chosen, in their order.
    pub groups: Vec<StandingGroup>,
    /// Those of which nobody has said anything.
    pub unrated: Vec<UnratedLeg>,
    /// The scorecard that comes of it.
    pub file: Option<ScorecardFile>,
    /// What the words mean.
    pub words: Vec<Meaning>,
    /// Where all measures are.
    #[serde(skip)]
    pub measures_url: String,
}

/// Candidates that stand alike.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StandingGroup {
    /// How they stand.
    pub heading: &'static str,
    /// What follows from it.
    pub says: &'static str,
    /// The candidates.
    pub lines: Vec<CandidateLine>,
}

/// A candidate in its order.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CandidateLine {
    /// Its name, and where it is rated.
    pub measure: Link,
    /// Its leg, and whether it is chosen or in use.
    pub notes: Vec<String>,
    /// Whether it is chosen.
    pub chosen: bool,
    /// What people say, in the order of the factors.
    pub opinions: Vec<OpinionText>,
    /// Relevance × impact: `56 of 100`.
    pub worth: String,
    /// Whether it can be measured now, and what is missing.
    pub when: Sentence,
    /// Relevance × impact × measurability, where that is another number.
    pub readiness: Option<String>,
    /// How well the record is filled.
    pub quality: Option<Sentence>,
}

/// What people say about one thing, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpinionText {
    /// What was asked.
    pub factor: &'static str,
    /// The one in the middle: `3 of 4`; a dash where nobody says anything.
    pub median: String,
    /// The lowest and the highest, and how many people: `2 to 4, 3 people`.
    pub spread: String,
    /// Whether they say very different things.
    pub divided: bool,
}

/// Candidates of one leg of which nobody has said anything.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnratedLeg {
    /// The leg, and how many there are.
    pub heading: String,
    /// Where each is rated.
    pub measures: Vec<Link>,
}

/// A scorecard file that was made of what was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScorecardFile {
    /// Where it belongs in the project.
    pub path: String,
    /// What it says.
    pub text: String,
    /// Where it can be had.
    pub url: String,
}

/// A word with its meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Meaning {
    /// What links lead to.
    pub id: String,
    /// The word.
    pub word: &'static str,
    /// What it means.
    pub means: &'static str,
}

fn meanings() -> Vec<Meaning> {
    let found = EXPLAINED.iter().filter_map(|name| WORDS.iter().find(|word| word.word == *name));
    found.map(|word| Meaning { id: anchor(word.word), word: word.word, means: word.means }).collect()
}

impl ChoosePage {
    /// The page of candidates. `concerns` is what is to be thought about, `file` the scorecard file, for whoever gets it.
    #[must_use]
    pub fn new(
        frame: Frame,
        mut candidates: Vec<CandidateDetail<'_>>,
        consulted: Consulted,
        concerns: &[Concern],
        file: Option<ScorecardFile>,
        links: &dyn LibraryLinks,
    ) -> Self {
        candidates.sort_by(|one, other| {
            let name = |detail: &CandidateDetail<'_>| (detail.measure.title.clone(), detail.measure.id.clone());
            one.opinions.order(&other.opinions).then_with(|| name(one).cmp(&name(other)))
        });
        let named = |id: &MeasureId| {
            let title = candidates.iter().find(|one| one.measure.id == *id).map(|one| one.measure.title.clone());
            Link { label: title.unwrap_or_else(|| id.to_string()), url: links.rate(id) }
        };
        let reason = |id: &MeasureId| {
            let about = candidates.iter().find(|one| one.measure.id == *id).map(|one| &one.measure.about);
            about.and_then(|about| about.not_for_people.clone())
        };
        let concerns = choosing::concerns(concerns, &named, &reason);
        let (rated, unrated): (Vec<_>, Vec<_>) =
            candidates.iter().partition(|one| one.opinions != Opinions::default() || one.chosen.is_some());
        let groups = Standing::ALL.into_iter().filter_map(|standing| {
            let lines: Vec<CandidateLine> =
                rated.iter().filter(|one| one.opinions.standing() == standing).map(|one| line(one, links)).collect();
            let (heading, says) = choosing::standing(standing);
            (!lines.is_empty()).then_some(StandingGroup { heading, says, lines })
        });
        let chosen = candidates.iter().filter(|one| one.chosen.is_some()).count();
        Self {
            frame,
            headline: headline(chosen, rated.len(), candidates.len()),
            notice: None,
            consulted: choosing::consulted(consulted),
            concerns,
            groups: groups.collect(),
            unrated: legs_of(&unrated, links),
            file,
            words: meanings(),
            measures_url: links.measures(),
        }
    }
}

fn headline(chosen: usize, rated: usize, all: usize) -> String {
    match (chosen, rated) {
        (0, 0) => format!("Nothing is chosen yet from {}", counted(all as u64, "measures")),
        (0, _) => {
            format!("{} of {} are rated, and none is chosen yet", count(rated as u64), counted(all as u64, "measures"))
        }
        (1, _) => format!("One of {} is chosen", counted(all as u64, "measures")),
        _ => format!("{} of {} are chosen", count(chosen as u64), counted(all as u64, "measures")),
    }
}

/// Candidates by leg, each with where it is rated.
fn legs_of(unrated: &[&CandidateDetail<'_>], links: &dyn LibraryLinks) -> Vec<UnratedLeg> {
    let leg = |one: &CandidateDetail<'_>| one.measure.leg.clone().unwrap_or_default();
    let mut legs: Vec<String> = LEGS.map(str::to_owned).into();
    for one in unrated {
        let leg = leg(one);
        if !legs.contains(&leg) {
            legs.push(leg);
        }
    }
    let group = |name: String| {
        let own = unrated.iter().filter(|one| leg(one) == name);
        let measures: Vec<Link> =
            own.map(|one| Link { label: one.measure.title.clone(), url: links.rate(&one.measure.id) }).collect();
        let title = if name.is_empty() { "No leg".to_owned() } else { capitalised(&name) };
        let heading = format!("{title}: {}", counted(measures.len() as u64, "measures"));
        (!measures.is_empty()).then_some(UnratedLeg { heading, measures })
    };
    legs.into_iter().filter_map(group).collect()
}

fn line(one: &CandidateDetail<'_>, links: &dyn LibraryLinks) -> CandidateLine {
    let measured = &one.measured;
    let leg = one.chosen.as_ref().map(|chosen| chosen.leg.clone()).or_else(|| one.measure.leg.clone());
    let notes = [
        leg.map(|leg| capitalised(&leg)),
        one.chosen.as_ref().map(|chosen| format!("for “{}”", chosen.objective)),
        one.chosen.as_ref().filter(|chosen| chosen.key).map(|_| "shown first".to_owned()),
        one.in_use.then(|| "on the scorecard now".to_owned()),
        (!one.rated).then(|| "not rated by you".to_owned()),
    ];
    let readiness = one.opinions.readiness(measured.measurability).filter(|_| !measured.measurability.is_now());
    CandidateLine {
        measure: Link { label: one.measure.title.clone(), url: links.rate(&one.measure.id) },
        notes: notes.into_iter().flatten().collect(),
        chosen: one.chosen.is_some(),
        opinions: opinions(&one.opinions),
        worth: one.opinions.worth().map_or_else(|| "–".to_owned(), of_hundred),
        when: when(measured),
        readiness: readiness.map(of_hundred),
        quality: quality(measured),
    }
}

fn opinions(of: &Opinions) -> Vec<OpinionText> {
    Factor::ALL.map(|factor| opinion(factor, of.on(factor))).into()
}

fn opinion(factor: Factor, opinion: Option<Opinion>) -> OpinionText {
    let marks = |factor: f64| number::plain(factor * f64::from(Mark::HIGHEST));
    let factor = choosing::factor(factor);
    let Some(opinion) = opinion else {
        return OpinionText { factor, median: "–".to_owned(), spread: String::new(), divided: false };
    };
    let people = counted(opinion.people as u64, "people");
    let spread = if opinion.people == 1 {
        people
    } else if opinion.highest > opinion.lowest {
        format!("{} to {}, {people}", marks(opinion.lowest), marks(opinion.highest))
    } else {
        format!("all alike, {people}")
    };
    OpinionText {
        factor,
        median: format!("{}{NO_BREAK_SPACE}of{NO_BREAK_SPACE}{}", marks(opinion.median), Mark::HIGHEST),
        spread,
        divided: opinion.is_divided(),
    }
}

/// A share as a whole number out of a hundred: `56 of 100`.
fn of_hundred(share: f64) -> String {
    format!("{}{NO_BREAK_SPACE}of{NO_BREAK_SPACE}100", number::rounded(share * 100.0, 0))
}

/// When it can be measured: `Now`, or what it needs first.
fn when(measured: &MeasuredDetail) -> Sentence {
    let Measurability { met, of } = measured.measurability;
    if measured.measurability.is_now() {
        return Sentence::plain("Now");
    }
    let lacking: Vec<String> = measured.lacking.iter().map(choosing::lack).collect();
    let lacking = if lacking.is_empty() { String::new() } else { format!(": needs {}", listed(&lacking)) };
    Sentence::marked(&match met {
        0 => format!("Not measured yet{lacking}"),
        met => format!("Later, {met} of {of} needs are met{lacking}"),
    })
}

fn quality(measured: &MeasuredDetail) -> Option<Sentence> {
    let now = measured.measurability.is_now();
    let months = now.then(|| format!("a figure in {} of the last 12 months", measured.months));
    let filled = measured.least_filled.as_ref().filter(|_| now);
    let filled = filled.map(|(column, share)| format!("`{column}` is filled in {} of its rows", number::share(*share)));
    let said: Vec<String> = [months, filled].into_iter().flatten().collect();
    (!said.is_empty()).then(|| Sentence::marked(&capitalised(&said.join("; "))))
}

/// The page on which somebody says what they think of a measure.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "rate.html")]
pub struct RatePage {
    /// What stands around it.
    pub frame: Frame,
    /// The measure.
    pub title: String,
    /// Its leg and perspective.
    pub eyebrow: String,
    /// What it means.
    pub means: String,
    /// What is wrong with what was sent.
    #[serde(skip)]
    pub error: Option<String>,
    /// What was done just now.
    #[serde(skip)]
    pub notice: Option<String>,
    /// What has to be in the record, as its definition says.
    pub needs: Vec<String>,
    /// Whether it can be measured now, and what is missing.
    pub when: Sentence,
    /// How well the record is filled.
    pub quality: Option<Sentence>,
    /// What people say, in the order of the factors; none until whoever reads has said what they think.
    pub opinions: Vec<OpinionText>,
    /// What shows that it is important to customers.
    pub evidence: Vec<EvidenceText>,
    /// The form; none for whoever does not rate.
    pub form: Option<RatingForm>,
    /// The form with which it is chosen; none for whoever does not choose.
    pub choice: Option<ChoiceForm>,
    /// How it is chosen, in words, for everybody else.
    pub chosen: Option<String>,
    /// What the words mean.
    pub words: Vec<Meaning>,
    /// Everything about the measure.
    #[serde(skip)]
    pub definition_url: String,
    /// Where the candidates are.
    #[serde(skip)]
    pub list_url: String,
    /// What the forms carry.
    #[serde(skip)]
    pub form_token: String,
}

/// Evidence in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EvidenceText {
    /// What it comes from.
    pub kind: &'static str,
    /// What it says.
    pub words: String,
}

/// The form of a rating.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RatingForm {
    /// Where it is sent.
    pub action: String,
    /// The factors with their marks.
    pub factors: Vec<FactorField>,
    /// What evidence may come from.
    pub kinds: Vec<Choosable>,
    /// The words about the evidence.
    pub words: String,
    /// The most characters of them.
    pub longest: usize,
    /// Whether there is a rating that can be taken back.
    pub rated: bool,
}

/// What is asked about a measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FactorField {
    /// The name in the form.
    pub name: &'static str,
    /// The word for it.
    pub label: &'static str,
    /// Where its meaning stands.
    pub meaning: String,
    /// The question.
    pub question: &'static str,
    /// The answers, and at last that it cannot be judged.
    pub marks: Vec<Choosable>,
}

/// The form with which a measure is chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChoiceForm {
    /// Where it is sent.
    pub action: String,
    /// Where it is sent that it is chosen no more; none where it is not chosen.
    pub drop_action: Option<String>,
    /// The legs.
    pub legs: Vec<Choosable>,
    /// What is to be achieved.
    pub objective: String,
    /// The objectives that there are already.
    pub objectives: Vec<String>,
    /// The most characters of an objective.
    pub longest: usize,
    /// Whether it is shown first.
    pub key: bool,
    /// Whether people are looked at by it.
    pub for_people: bool,
    /// Why it says nothing about one person.
    pub not_for_people: Option<String>,
    /// Whether it has to name the measure that it serves.
    pub internal: bool,
    /// The measures that it may serve.
    pub serves: Vec<Choosable>,
    /// Within how many months.
    pub within: String,
    /// The most months.
    pub longest_delay: u32,
    /// By which the form knows again how it was chosen when its page was made.
    pub seen: String,
}

/// How a form is filled in that chooses a measure, as it was typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TypedChoice {
    /// The leg.
    pub leg: String,
    /// What is to be achieved.
    pub objective: String,
    /// Whether it is shown first.
    pub key: bool,
    /// Whether people are looked at by it.
    pub for_people: bool,
    /// The measure that it serves; empty for none.
    pub serves: String,
    /// Within how many months.
    pub within: String,
}

impl TypedChoice {
    /// What stands in the form of a measure: how it was chosen, else what its definition says, and the measure to which a
    /// link of the scorecard leads.
    #[must_use]
    pub fn of(measure: &Measure, chosen: Option<&Chosen>, linked: Option<(&MeasureId, u32)>) -> Self {
        let serves = chosen.map_or(linked, |chosen| chosen.serves.as_ref().map(|(id, months)| (id, *months)));
        Self {
            leg: chosen.map_or_else(|| measure.leg.clone().unwrap_or_default(), |chosen| chosen.leg.clone()),
            objective: chosen.map(|chosen| chosen.objective.clone()).unwrap_or_default(),
            key: chosen.is_some_and(|chosen| chosen.key),
            for_people: chosen.is_some_and(|chosen| chosen.for_people),
            serves: serves.map(|(id, _)| id.to_string()).unwrap_or_default(),
            within: serves.map_or_else(|| "3".to_owned(), |(_, months)| months.to_string()),
        }
    }
}

/// What the form that chooses a measure has to know besides.
#[derive(Debug, Clone)]
pub struct ChoosingDetail {
    /// What stands in it.
    pub typed: TypedChoice,
    /// The measures that customers notice, and their names.
    pub noticed: Vec<(MeasureId, String)>,
    /// The objectives that there are already.
    pub objectives: Vec<String>,
    /// By which the form knows again how it was chosen.
    pub seen: String,
}

impl RatePage {
    /// The page of a candidate. `typed` is what stands in the form of whoever rates, `choosing` the form of whoever chooses.
    #[must_use]
    pub fn new(
        frame: Frame,
        one: &CandidateDetail<'_>,
        typed: Option<&Rating>,
        choosing: Option<ChoosingDetail>,
        links: &dyn LibraryLinks,
    ) -> Self {
        let measure = one.measure;
        let about = &measure.about;
        let leg = measure.leg.as_ref().map(|leg| format!("{} leg", capitalised(leg)));
        let eyebrow: Vec<String> = leg.into_iter().chain(measure.perspective.as_deref().map(capitalised)).collect();
        // What others say would be repeated; whoever only reads says nothing of their own.
        let told = one.rated || typed.is_none();
        let evidence = one.opinions.evidence.iter().filter(|_| told);
        Self {
            frame,
            title: measure.title.clone(),
            eyebrow: eyebrow.join(" · "),
            means: about.means.clone().unwrap_or_default(),
            error: None,
            notice: None,
            needs: about.needs.iter().map(|need| capitalised(need)).collect(),
            when: when(&one.measured),
            quality: quality(&one.measured),
            opinions: if told { opinions(&one.opinions) } else { Vec::new() },
            evidence: evidence
                .map(|evidence| EvidenceText { kind: choosing::evidence(evidence.kind), words: evidence.words.clone() })
                .collect(),
            form: typed.map(|typed| rating_form(one, typed, links)),
            chosen: one.chosen.as_ref().filter(|_| choosing.is_none()).map(|chosen| {
                let shown = if chosen.key { ", and shown first" } else { "" };
                format!("Chosen for the {} leg, for “{}”{shown}.", chosen.leg, chosen.objective)
            }),
            choice: choosing.map(|detail| choice_form(one, detail, links)),
            words: meanings(),
            definition_url: links.definition(&measure.id),
            list_url: links.choosing(),
            form_token: String::new(),
        }
    }
}

fn rating_form(one: &CandidateDetail<'_>, typed: &Rating, links: &dyn LibraryLinks) -> RatingForm {
    let field = |factor: Factor| {
        let own = typed.mark(factor);
        let answers = (0..=Mark::HIGHEST).map(|number| Choosable {
            value: number.to_string(),
            label: format!("{number}{NO_BREAK_SPACE}– {}", choosing::mark(number)),
            chosen: own.is_some_and(|own| own.number() == number),
        });
        let open = Choosable { value: String::new(), label: "I cannot say".to_owned(), chosen: own.is_none() };
        FactorField {
            name: factor.as_str(),
            label: choosing::factor(factor),
            meaning: anchor(choosing::factor(factor)),
            question: choosing::question(factor),
            marks: answers.chain([open]).collect(),
        }
    };
    let kind = |kind: EvidenceKind| Choosable {
        value: kind.as_str().to_owned(),
        label: choosing::evidence(kind).to_owned(),
        chosen: typed.evidence.as_ref().is_some_and(|evidence| evidence.kind == kind),
    };
    RatingForm {
        action: links.rate(&one.measure.id),
        factors: Factor::ALL.map(field).into(),
        kinds: EvidenceKind::ALL.map(kind).into(),
        words: typed.evidence.as_ref().map(|evidence| evidence.words.clone()).unwrap_or_default(),
        longest: LONGEST_EVIDENCE,
        rated: one.rated,
    }
}

fn choice_form(one: &CandidateDetail<'_>, detail: ChoosingDetail, links: &dyn LibraryLinks) -> ChoiceForm {
    let ChoosingDetail { typed, noticed, objectives, seen } = detail;
    let measure = one.measure;
    let leg = |leg: &str| Choosable { value: leg.to_owned(), label: capitalised(leg), chosen: typed.leg == leg };
    let served = noticed.into_iter().filter(|(id, _)| *id != measure.id);
    ChoiceForm {
        action: format!("{}/choice", links.rate(&measure.id)),
        drop_action: one.chosen.is_some().then(|| format!("{}/drop", links.rate(&measure.id))),
        legs: LEGS.map(leg).into(),
        objectives,
        longest: LONGEST_OBJECTIVE,
        key: typed.key,
        for_people: typed.for_people,
        not_for_people: measure.about.not_for_people.clone().filter(|_| !measure.levels.person),
        internal: is_internal(measure),
        serves: served
            .map(|(id, label)| Choosable { chosen: typed.serves == id.as_str(), value: id.to_string(), label })
            .collect(),
        longest_delay: LONGEST_DELAY,
        objective: typed.objective,
        within: typed.within,
        seen,
    }
}
