//! A bank with twelve branches: three legs, nine objectives, twenty measures.

use std::collections::BTreeMap;
use std::sync::Arc;

use evenkeel_model::example::{Cell, Example, ExampleRow, ExampleTable, Expected};
use evenkeel_model::ids::{MeasureId, UnitId};
use evenkeel_model::measure::{
    About, Amount, DefinitionVersion, Direction, DurationUnit, Expression, Formula, Levels, Measure, QuantileMethod,
    Rows, Side, Timing, ValueUnit,
};
use evenkeel_model::period::{FiscalYear, Grain, Period};
use evenkeel_model::scorecard::{Leg, Link, MeasureUse, Objective, ScoreRules, Scorecard};
use evenkeel_model::signal::{Annotation, AnnotationKind, SignalPlan};
use evenkeel_model::target::{Baseline, Goal, Milestone, Normalisation, TargetPlan};
use jiff::Timestamp;
use jiff::civil::{Date, date};

use super::figures::Better::{Between, Less, More, Neither};
use super::figures::Kind::{self, Hours, Mean, Money, Open, Per, Promoters, Share};
use super::figures::{BRANCHES, LEGS, Sketch};
use super::world::{Series, World};
use super::{Sample, UnitLabel, UnitNode};
use crate::page::context::{Arrangement, Freshness, Place};

/// A text that tries to be markup, to end a script, and to steer a terminal.
pub(super) const HOSTILE: &str =
    "</script><script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;{{7*7}}\u{1b}[31m\u{202e}red";

/// A name that nobody should give, but somebody will.
pub(super) const LONG: &str = "Kundenzufriedenheitsbefragungsrücklaufquotenentwicklung and everything else that this place is held to account for";

/// The branch network in October 2026, complete and with likely ranges.
pub(super) fn rich(name: &'static str) -> Sample {
    let newest = Period::containing(date(2026, 10, 1), evenkeel_model::period::Grain::Month, FiscalYear::default());
    let mut world = World { newest, ranges: true, signals: true, series: BTreeMap::new() };
    let mut measures = BTreeMap::new();
    let mut legs = Vec::new();
    for (id, title, objectives) in LEGS {
        let objectives = objectives.iter().map(|(objective, sketches)| {
            for sketch in *sketches {
                let measure = measure(sketch, id);
                record(&mut world, sketch, &measure);
                measures.insert(measure.id.clone(), Arc::new(measure));
            }
            let uses = sketches.iter().map(usage).collect();
            Objective { title: (*objective).to_owned(), weight: 1.0, measures: uses }
        });
        let objectives = objectives.collect();
        legs.push(Leg { id: id.to_owned(), title: title.to_owned(), weight: 1.0, objectives });
    }
    let label = |id: &str, name: &str| UnitLabel { id: UnitId::new(id), name: name.to_owned() };
    Sample {
        name,
        scorecard: Scorecard {
            id: "service".to_owned(),
            title: "Service scorecard".to_owned(),
            legs,
            links: vec![Link { from: MeasureId::new("engagement"), to: MeasureId::new("csat"), within_months: 6 }],
            rules: ScoreRules::default(),
        },
        measures,
        world,
        place: Place {
            unit: UnitId::new("branches"),
            period: newest,
            compare_with: newest.previous(),
            arrangement: Arrangement::Legs,
        },
        today: date(2026, 11, 2),
        freshness: Freshness {
            begins: Some(date(2024, 1, 1)),
            complete_to: Some(date(2026, 10, 31)),
            loaded_at: Some(date(2026, 11, 2).at(6, 10, 0, 0)),
        },
        units: units(),
        path: vec![label("bank", "Northmere Bank"), label("retail", "Retail"), label("branches", "Branch network")],
        organisation: "Northmere Bank".to_owned(),
        hostile: false,
        shown: "csat",
    }
}

/// Further links: to a neighbour, over a column, back, inside of one, and to a measure that stands nowhere.
pub(super) fn more_links() -> Vec<Link> {
    let link = |from: &str, to: &str, within_months| Link {
        from: MeasureId::new(from),
        to: MeasureId::new(to),
        within_months,
    };
    vec![
        link("knowledge", "csat", 3),
        link("engagement", "cost_contact", 12),
        link("csat", "revenue", 6),
        link("backlog", "engagement", 1),
        link("engagement", "attrition", 3),
        link("csat", "share_price", 24),
    ]
}

/// The same with every text replaced.
pub(super) fn renamed(name: &'static str, text: &str) -> Sample {
    let mut sample = rich(name);
    let text = || text.to_owned();
    for (place, leg) in sample.scorecard.legs.iter_mut().enumerate() {
        leg.title = format!("{} {}", text(), place + 1);
        for objective in &mut leg.objectives {
            objective.title = text();
            for said in objective.measures.iter_mut().flat_map(|usage| usage.signals.annotations.iter_mut()) {
                said.what = text();
                said.said_by = Some(text());
            }
        }
    }
    for measure in sample.measures.values_mut() {
        let measure = Arc::make_mut(measure);
        measure.title = text();
        measure.noun = text();
        measure.about = About {
            means: Some(text()),
            collected: Some(text()),
            moved_by: vec![text(), text()],
            read_with: measure.about.read_with.clone(),
            pitfalls: vec![text()],
            ..About::default()
        };
        if measure.id.as_str() == "csat" {
            let Formula::Share { of, rows } = &mut measure.formula else { continue };
            *of = Expression(text());
            rows.conditions = vec![Expression(text())];
        }
    }
    for unit in &mut sample.units {
        unit.name = text();
    }
    for unit in &mut sample.path {
        unit.name = text();
    }
    sample.organisation = text();
    sample
}

fn units() -> Vec<UnitNode> {
    let node = |id: &str, name: &str, depth: usize, below: u64, kind: Option<&str>| UnitNode {
        id: UnitId::new(id),
        name: name.to_owned(),
        depth,
        below,
        below_kind: kind.map(ToOwned::to_owned),
    };
    let mut units = vec![
        node("bank", "Northmere Bank", 0, 2, None),
        node("retail", "Retail", 1, 2, None),
        node("branches", "Branch network", 2, 12, Some("branch")),
    ];
    units.extend(BRANCHES.iter().map(|(name, ..)| node(&branch_id(name), name, 3, 0, None)));
    units.push(node("centre", "Contact centre", 2, 4, Some("team")));
    units.push(node("business", "Business banking", 1, 0, None));
    units
}

/// Longer than anyone looks back.
const FOREVER: i32 = 1000;

fn branch_id(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}

fn record(world: &mut World, sketch: &Sketch, measure: &Measure) {
    let factor = measure.unit.factor();
    let [value, half, step, start, ..] = sketch.numbers.map(|number| number / factor);
    let usual = half.max(value.abs() * 0.01);
    let (noise, known) = match sketch.names[0] {
        // Some that hold still, so that their usual range is clear of the target, and one that is new.
        "retention" => (usual * 0.05, FOREVER),
        "complaint_rate" => (usual * 0.4, FOREVER),
        "complaint_time" | "offers" => (usual * 0.5, FOREVER),
        "story_cohesion" => (usual, 4),
        _ => (usual, FOREVER),
    };
    let series = Series { value, half, start, noise, step, n: sketch.n, silent: 0, known };
    world.series.insert((measure.id.to_string(), "branches".to_owned()), series);
    if sketch.names[0] != "csat" {
        return;
    }
    for (name, value, half, n) in BRANCHES {
        let (value, half) = (value / factor, half / factor);
        let series = Series { value, half, start: value, noise: half, step: 0.004, n, silent: 0, known: FOREVER };
        world.series.insert((measure.id.to_string(), branch_id(name)), series);
    }
}

fn usage(sketch: &Sketch) -> MeasureUse {
    let factor = unit(sketch.kind).factor();
    let [.., baseline, target] = sketch.numbers.map(|number| number / factor);
    let known = |value: f64| (!value.is_nan()).then_some(value);
    let csat = sketch.names[0] == "csat";
    MeasureUse {
        measure: MeasureId::new(sketch.names[0]),
        key: sketch.key,
        weight: 1.0,
        normalisation: Normalisation::Automatic,
        plan: TargetPlan {
            baseline: known(baseline).map(Baseline::At),
            target: known(target).map(Goal::At),
            stretch: csat.then_some(Goal::At(0.86)),
            red_flag: None,
            by: csat.then_some(date(2026, 12, 31)),
            milestones: if csat {
                vec![
                    Milestone { by: date(2026, 9, 30), goal: Goal::At(0.8) },
                    Milestone { by: date(2026, 11, 30), goal: Goal::At(0.81) },
                ]
            } else {
                Vec::new()
            },
        },
        units: BTreeMap::new(),
        signals: SignalPlan { annotations: annotations(sketch.names[0]), ..SignalPlan::default() },
    }
}

/// What happened to satisfaction and to the settling of complaints, which somebody says is another process since.
fn annotations(id: &str) -> Vec<Annotation> {
    let said = |on: Date, kind: AnnotationKind, what: &str, new_phase: bool| Annotation {
        on: Period::containing(on, Grain::Month, FiscalYear::default()),
        kind,
        what: what.to_owned(),
        said_by: Some("the head of service".to_owned()),
        new_phase,
        baseline_until: None,
    };
    match id {
        "csat" => vec![said(date(2026, 4, 1), AnnotationKind::Definition, "survey in two languages", false)],
        "complaint_time" => {
            vec![said(date(2026, 2, 1), AnnotationKind::Initiative, "a second team for complaints", true)]
        }
        _ => Vec::new(),
    }
}

fn unit(kind: Kind) -> ValueUnit {
    match kind {
        Share => ValueUnit::Percent,
        Mean => ValueUnit::Number { word: None },
        Promoters => ValueUnit::Points,
        Per => ValueUnit::Per { many: 1000.0, of: "orders".to_owned() },
        Money => ValueUnit::Money,
        Hours => ValueUnit::Duration(DurationUnit::Hours),
        Open => ValueUnit::Count,
    }
}

fn rows(table: &str, condition: Option<&str>, period_of: &str) -> Rows {
    let expression = |text: &str| Expression(text.to_owned());
    Rows {
        table: table.to_owned(),
        conditions: condition.map(expression).into_iter().collect(),
        period_of: expression(period_of),
        person: Some(expression("person_id")),
        unit: Some(expression("unit_id")),
    }
}

fn formula(kind: Kind, id: &str) -> Formula {
    let of = |text: &str| Expression(text.to_owned());
    let answers = || rows("responses", Some(&format!("question = '{id}' and answered_at is not null")), "answered_at");
    match kind {
        Share => Formula::Share { rows: answers(), of: of("score in (4, 5)") },
        Mean => Formula::Mean { rows: answers(), of: of("score") },
        Promoters => Formula::NetPromoterScore { rows: answers(), of: of("score") },
        Per => Formula::Rate {
            events: Side { rows: rows("cases", Some("is_complaint"), "opened_at"), amount: Amount::Count },
            exposure: Side { rows: rows("orders", None, "at"), amount: Amount::Count },
            per: 1000.0,
        },
        Money => Formula::Ratio {
            numerator: Side { rows: rows("observations", None, "period_on"), amount: Amount::Sum(of("numerator")) },
            denominator: Side { rows: rows("calls", None, "offered_at"), amount: Amount::Count },
        },
        Hours => Formula::Quantile {
            rows: rows("case_facts", Some("is_complaint"), "solved_at"),
            of: of("full_resolution_s"),
            at: 0.5,
            method: QuantileMethod::NearestRank,
        },
        Open => Formula::Stock { rows: rows("case_facts", None, "opened_at"), until: of("solved_at") },
    }
}

fn measure(sketch: &Sketch, leg: &str) -> Measure {
    let [id, title, noun, perspective] = sketch.names;
    let unit = unit(sketch.kind);
    let factor = unit.factor();
    Measure {
        id: MeasureId::new(id),
        title: title.to_owned(),
        leg: Some(leg.to_owned()),
        perspective: Some(perspective.to_owned()),
        noun: noun.to_owned(),
        unit,
        decimals: None,
        better: match sketch.better {
            More => Direction::Higher,
            Less => Direction::Lower,
            Between(low, high) => Direction::Within { low: low / factor, high: high / factor },
            Neither => Direction::Neither,
        },
        levels: Levels { person: false, unit: true },
        wait: None,
        withhold_below: None,
        formula: formula(sketch.kind, id),
        about: about(id),
        earlier: Vec::new(),
        example: None,
        definition: DefinitionVersion { number: if id == "csat" { 2 } else { 1 }, digest: "9f3c71ae".to_owned() },
    }
}

fn about(id: &str) -> About {
    if id != "csat" {
        return About::default();
    }
    About {
        means: Some("How many of the customers who answered were satisfied with their visit.".to_owned()),
        collected: Some("by SMS within 24 hours of a visit".to_owned()),
        moved_by: ["waiting", "what the visit was about", "the way people are spoken to"]
            .map(ToOwned::to_owned)
            .to_vec(),
        read_with: ["response_rate", "first_contact"].map(MeasureId::new).to_vec(),
        pitfalls: [
            "few answers, and from those who feel strongly",
            "anger about a product is scored on the person at the counter",
            "a mix with more disputes lowers it although no kind of visit got worse",
        ]
        .map(ToOwned::to_owned)
        .to_vec(),
        ..About::default()
    }
}

/// The measure with all that a definition can say, and a worked example.
pub(super) fn with_example(measure: &Measure, hostile: bool) -> Measure {
    let text = |plain: &str| if hostile { HOSTILE.to_owned() } else { plain.to_owned() };
    let number = |number: f64| Cell::Number(number, number.to_string());
    let row = |times, score: Cell| ExampleRow {
        times,
        cells: vec![Cell::Text(text("after a visit")), Cell::Text("2026-10-05 09:00".to_owned()), score],
    };
    let table = ExampleTable {
        table: "responses".to_owned(),
        columns: ["survey", "answered_at", "score"].map(ToOwned::to_owned).to_vec(),
        rows: vec![row(22, number(3.0)), row(30, number(4.0)), row(48, number(5.0)), row(1, Cell::Missing)],
    };
    let example = Example {
        says: Some(text("100 answers, 78 of them a 4 or a 5; one without a score does not count.")),
        period: Period::containing(date(2026, 10, 1), Grain::Month, FiscalYear::default()),
        as_of: Timestamp::UNIX_EPOCH,
        tables: vec![table],
        expected: Expected { value: 0.78, numerator: Some(78.0), denominator: Some(100.0), n: Some(100) },
    };
    let about = About {
        needs: vec![text("answers with a score from 1 to 5")],
        timing: Some(Timing::Leading),
        not_for_people: Some(text("With few answers chance decides. Read the comments together instead.")),
        sources: vec![text("common top-two-box form of a five-point question")],
        ..measure.about.clone()
    };
    Measure { example: Some(example), about, withhold_below: Some(5), ..measure.clone() }
}
