//! Evaluation: a scorecard held against the readings of one unit or person in one period.
//!
//! Nothing is rounded and nothing is worded here; that is the view's work. Where the readings come from is
//! behind the [`Readings`] trait.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::ids::{MeasureId, UnitId};
use crate::measure::{Break, Direction, Measure};
use crate::period::Period;
use crate::reading::{Missing, Reading, Subject};
use crate::rolling::{self, Rolling};
use crate::scorecard::{Leg, MeasureUse, Objective, ScoreRules, Scorecard};
use crate::scoring::{self, Score, Status};
use crate::signal::{self, Annotation, Signal};
use crate::target::{Baseline, ResolvedTargets, TargetPlan};
use crate::trajectory::{OnTheWay, Trajectory};
use crate::watch::{self, Watch};

/// Where readings come from.
pub trait Readings {
    /// One reading, or why there is none.
    fn reading(&self, measure: &MeasureId, subject: &Subject, period: Period) -> Result<Reading, Missing>;

    /// The interval that likely holds the true value, where one can be given.
    fn likely_range(&self, measure: &MeasureId, subject: &Subject, period: Period) -> Option<(f64, f64)>;

    /// What the series up to a period says; none where nothing can be said.
    fn signal(&self, question: &signal::Question<'_>) -> Option<Signal>;
}

/// What is to be evaluated.
#[derive(Debug, Clone)]
pub struct Question {
    /// The unit or person.
    pub subject: Subject,
    /// The unit itself (or the person's unit) and the units above it, nearest first: targets are inherited.
    pub path: Vec<UnitId>,
    /// The period.
    pub period: Period,
    /// The period to compare with.
    pub compare_with: Period,
    /// The day of the evaluation instant in the project's time zone.
    pub today: Date,
    /// With fewer rows than this in a month a measure is told of the last three or six; none where every month is told by
    /// itself.
    pub rolling_below: Option<u64>,
    /// How many periods of history are wanted, the period itself included.
    pub history: usize,
}

/// A scorecard held against the readings of one subject in one period.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// The unit or person.
    pub subject: Subject,
    /// The period.
    pub period: Period,
    /// The period it is compared with.
    pub compare_with: Period,
    /// Whether the period has not ended at the evaluation instant.
    pub partial: bool,
    /// The legs, in the order of the scorecard.
    pub legs: Vec<LegResult>,
    /// All legs together.
    pub whole: Score,
    /// How far the legs lie apart.
    pub spread: Option<f64>,
    /// Whether that is further than the scorecard allows.
    pub out_of_balance: bool,
    /// How scores were put together.
    pub rules: ScoreRules,
}

/// One leg.
#[derive(Debug, Clone, PartialEq)]
pub struct LegResult {
    /// The identifier.
    pub id: String,
    /// The name people read.
    pub title: String,
    /// Its weight in the whole.
    pub weight: f64,
    /// Its score.
    pub score: Score,
    /// Its score in the period that it is compared with.
    pub before: Score,
    /// What is to be achieved.
    pub objectives: Vec<ObjectiveResult>,
}

impl LegResult {
    /// Every measure of the leg.
    pub fn measures(&self) -> impl Iterator<Item = &MeasureResult> {
        self.objectives.iter().flat_map(|objective| objective.measures.iter())
    }
}

/// One objective.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectiveResult {
    /// In words.
    pub title: String,
    /// Its weight in the leg.
    pub weight: f64,
    /// Its score.
    pub score: Score,
    /// Its score in the period that it is compared with.
    pub before: Score,
    /// The measures.
    pub measures: Vec<MeasureResult>,
}

/// One measure.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasureResult {
    /// The definition.
    pub measure: Arc<Measure>,
    /// Whether it is one of the few that are shown first.
    pub key: bool,
    /// Its weight in the objective.
    pub weight: f64,
    /// The months that the reading covers where the one of the evaluation has too few rows; its range, its status and its
    /// score are of these as well, and [`Self::before`] of those with which they are compared.
    pub rolling: Option<Rolling>,
    /// The reading.
    pub reading: Reading,
    /// Why the reading has no value.
    pub missing: Option<Missing>,
    /// The measures that it is worked out from, in the order of its definition; none for what is worked out from rows.
    pub parts: Vec<PartResult>,
    /// The interval that likely holds the true value.
    pub likely_range: Option<(f64, f64)>,
    /// The reading of the period that it is compared with; empty where the definition changed in between.
    pub before: Reading,
    /// Where it stands on the way to its target; none without a deadline.
    pub on_the_way: Option<OnTheWay>,
    /// What happened to it, as the scorecard says, in the order of time.
    pub annotations: Vec<Annotation>,
    /// Measures of which a real deterioration puts this one on watch.
    pub watch: Vec<Watch>,
    /// The change of definition since the period that it is compared with.
    pub redefined_since: Option<Break>,
    /// What the series says, up to this period or, while it is still running, up to the one before.
    pub signal: Option<Signal>,
    /// Values of the last periods, oldest first, this one last.
    pub history: Vec<(Period, Option<f64>)>,
    /// Baseline, target, stretch, red flag and deadline in values.
    pub targets: ResolvedTargets,
    /// Whether the target is met.
    pub status: Status,
    /// How good the value is, 0 to 100.
    pub performance: Option<f64>,
    /// How good the value was in the period that it is compared with.
    pub performance_before: Option<f64>,
    /// The share of the way from baseline to target; none where the baseline already met the target, and none where
    /// neither way is better.
    pub progress: Option<f64>,
}

impl MeasureResult {
    /// Whether there is something to be reached: a target, or a range to lie in.
    #[must_use]
    pub fn has_target(&self) -> bool {
        matches!(self.measure.better, Direction::Within { .. }) || self.targets.target.is_some()
    }
}

/// A measure that another one is worked out from.
#[derive(Debug, Clone, PartialEq)]
pub struct PartResult {
    /// The definition.
    pub measure: Arc<Measure>,
    /// Its reading in the same unit and period.
    pub reading: Reading,
    /// Why the reading has no value.
    pub missing: Option<Missing>,
}

/// The measures that a measure is worked out from, each with its reading.
#[must_use]
pub fn parts_of(measure: &Measure, subject: &Subject, period: Period, readings: &dyn Readings) -> Vec<PartResult> {
    let part = |part: &Arc<Measure>| {
        let (reading, missing) = known(readings.reading(&part.id, subject, period));
        PartResult { measure: Arc::clone(part), reading, missing }
    };
    measure.formula.parts().into_iter().map(part).collect()
}

/// A reading, and why it has no value when it has none.
#[must_use]
pub fn known(reading: Result<Reading, Missing>) -> (Reading, Option<Missing>) {
    match reading {
        Ok(reading) => (reading, reading.value.is_none().then_some(Missing::NoRows)),
        Err(missing) => (Reading::EMPTY, Some(missing)),
    }
}

/// Holds a scorecard against readings. Measures that are not in `measures` are left out; the reader of a project
/// refuses such a scorecard before it gets here.
#[must_use]
pub fn evaluate(
    scorecard: &Scorecard,
    measures: &BTreeMap<MeasureId, Arc<Measure>>,
    question: &Question,
    readings: &dyn Readings,
) -> Evaluation {
    let rules = scorecard.rules;
    let mut legs: Vec<LegResult> =
        scorecard.legs.iter().map(|leg| evaluate_leg(leg, measures, question, readings, rules)).collect();
    watch::put_on_watch(&mut legs, &scorecard.links);
    let parts: Vec<(f64, Option<f64>)> = legs.iter().map(|leg| (leg.weight, leg.score.value)).collect();
    let spread = scoring::spread(&parts);
    Evaluation {
        subject: question.subject.clone(),
        period: question.period,
        compare_with: question.compare_with,
        partial: question.today < question.period.end(),
        whole: scoring::roll_up(&parts, rules.floor),
        spread,
        out_of_balance: spread.is_some_and(|spread| spread > rules.imbalance),
        legs,
        rules,
    }
}

fn evaluate_leg(
    leg: &Leg,
    measures: &BTreeMap<MeasureId, Arc<Measure>>,
    question: &Question,
    readings: &dyn Readings,
    rules: ScoreRules,
) -> LegResult {
    let mut objectives = Vec::new();
    for objective in &leg.objectives {
        let results: Vec<MeasureResult> = objective
            .measures
            .iter()
            .filter_map(|usage| {
                measures.get(&usage.measure).map(|measure| evaluate_measure(measure, usage, question, readings))
            })
            .collect();
        let now: Vec<_> = results.iter().map(|result| (result.weight, result.performance)).collect();
        let before: Vec<_> = results.iter().map(|result| (result.weight, result.performance_before)).collect();
        objectives.push(ObjectiveResult {
            title: objective.title.clone(),
            weight: objective.weight,
            score: scoring::roll_up(&now, rules.floor),
            before: scoring::roll_up(&before, rules.floor),
            measures: results,
        });
    }
    let roll_up = |pick: fn(&ObjectiveResult) -> &Score| {
        let parts: Vec<_> = objectives.iter().map(|objective| (objective.weight, pick(objective).value)).collect();
        let mut score = scoring::roll_up(&parts, rules.floor);
        // The lowest measure and the share of measures present say more than those of the objectives.
        score.minimum = objectives.iter().filter_map(|objective| pick(objective).minimum).reduce(f64::min);
        score.coverage = weighted_coverage(&objectives, pick);
        score
    };
    let score = roll_up(|objective| &objective.score);
    let before = roll_up(|objective| &objective.before);
    LegResult { id: leg.id.clone(), title: leg.title.clone(), weight: leg.weight, score, before, objectives }
}

fn weighted_coverage(objectives: &[ObjectiveResult], pick: fn(&ObjectiveResult) -> &Score) -> f64 {
    let mut weight = 0.0;
    let mut covered = 0.0;
    for objective in objectives {
        let own = objective.weight.max(0.0);
        weight += own;
        covered += own * pick(objective).coverage;
    }
    if weight > 0.0 { covered / weight } else { 0.0 }
}

/// One measure of a scorecard held against readings.
#[must_use]
pub fn evaluate_measure(
    measure: &Arc<Measure>,
    usage: &MeasureUse,
    question: &Question,
    readings: &dyn Readings,
) -> MeasureResult {
    let subject = &question.subject;
    let read = |period: Period| readings.reading(&measure.id, subject, period);
    let rolling = rolling::rolling(measure, question, readings);
    let (period, compare_with) =
        rolling.map_or((question.period, question.compare_with), |rolling| (rolling.period, rolling.compare_with));
    let (reading, missing) = known(read(period));
    // What was measured by another definition is not held against this one, and is no baseline for it.
    let redefined = |period: Period| measure.break_between(period, question.period);
    let redefined_since = redefined(compare_with);
    let before = match redefined_since {
        Some(_) => Reading::EMPTY,
        None => read(compare_with).unwrap_or(Reading::EMPTY),
    };
    let plan = plan_for(usage, &question.path);
    let measured_baseline = match plan.baseline {
        Some(Baseline::Measured(period)) if redefined(period).is_none() => {
            read(period).ok().and_then(|reading| reading.value)
        }
        _ => None,
    };
    let targets = plan.resolve(measured_baseline);
    let trajectory = Trajectory::of(&plan, measured_baseline).filter(|_| has_way(&targets, measure.better));
    let performance = |reading: &Reading| {
        reading.value.and_then(|value| scoring::performance(value, &targets, measure.better, usage.normalisation))
    };
    let likely_range = readings.likely_range(&measure.id, subject, period);
    let history = question
        .period
        .trailing(question.history)
        .into_iter()
        .map(|period| (period, read(period).ok().and_then(|reading| reading.value)))
        .collect();
    let progress = match (reading.value, targets.baseline, targets.target) {
        (Some(value), Some(baseline), Some(target)) if has_way(&targets, measure.better) => {
            scoring::progress(value, baseline, target)
        }
        _ => None,
    };
    // A period that is still running is not comparable with whole ones.
    let whole = if question.today < question.period.end() { question.period.previous() } else { question.period };
    let signal = readings.signal(&signal::Question {
        measure: &measure.id,
        subject,
        period: whole,
        better: measure.better,
        target: targets.target,
        plan: &usage.signals,
    });
    MeasureResult {
        signal,
        on_the_way: trajectory
            .map(|trajectory| OnTheWay::new(trajectory, question.period, reading.value, likely_range, measure.better)),
        annotations: usage.signals.annotations.clone(),
        watch: Vec::new(),
        measure: Arc::clone(measure),
        key: usage.key,
        weight: usage.weight,
        missing,
        rolling,
        parts: parts_of(measure.in_force(question.period).unwrap_or(measure), subject, question.period, readings),
        status: scoring::status(reading.value, likely_range, targets.target, measure.better),
        performance: performance(&reading),
        performance_before: performance(&before),
        progress,
        reading,
        likely_range,
        redefined_since,
        before,
        history,
        targets,
    }
}

/// Whether a way leads from the baseline to the target.
fn has_way(targets: &ResolvedTargets, better: Direction) -> bool {
    better != Direction::Neither && !scoring::baseline_meets_target(targets, better)
}

/// The targets that hold for the first unit of the path: its own, else those of the nearest unit above that has
/// some, else everyone's. Each part (target, stretch …) is looked up on its own.
#[must_use]
pub fn plan_for(usage: &MeasureUse, path: &[UnitId]) -> TargetPlan {
    let mut plan = TargetPlan::default();
    for unit in path {
        if let Some(own) = usage.units.get(unit) {
            plan = plan.or(own);
        }
    }
    plan.or(&usage.plan)
}

/// The same measures arranged by perspective instead of by leg. Weights of objectives and measures stay what they are;
/// perspectives weigh the same. Capital and small letters are not told apart in the names of perspectives, objectives
/// of different legs stay apart, and measures without a perspective come last, under “Other”.
#[must_use]
pub fn by_perspective(scorecard: &Scorecard, measures: &BTreeMap<MeasureId, Arc<Measure>>) -> Scorecard {
    let mut groups: Vec<Leg> = Vec::new();
    for leg in &scorecard.legs {
        for objective in &leg.objectives {
            let mut parts: Vec<(usize, Objective)> = Vec::new();
            for usage in &objective.measures {
                let perspective = measures.get(&usage.measure).and_then(|measure| measure.perspective.as_deref());
                let group = group_of(&mut groups, perspective.unwrap_or(WITHOUT_PERSPECTIVE));
                match parts.iter_mut().find(|(own, _)| *own == group) {
                    Some((_, part)) => part.measures.push(usage.clone()),
                    None => parts.push((group, Objective { measures: vec![usage.clone()], ..objective.clone() })),
                }
            }
            for (group, part) in parts {
                groups[group].objectives.push(part);
            }
        }
    }
    groups.sort_by_key(|group| perspective_order(&group.id));
    Scorecard { legs: groups, ..scorecard.clone() }
}

/// The place of a perspective among those found so far; a new one comes last.
fn group_of(groups: &mut Vec<Leg>, title: &str) -> usize {
    let known = groups.iter().position(|group| group.id.to_lowercase() == title.to_lowercase());
    known.unwrap_or_else(|| {
        groups.push(Leg { id: title.to_owned(), title: title.to_owned(), weight: 1.0, objectives: Vec::new() });
        groups.len() - 1
    })
}

/// What the measures without a perspective stand under.
const WITHOUT_PERSPECTIVE: &str = "Other";

/// Financial, customer, internal processes, learning and growth, as Kaplan and Norton list them; others after.
fn perspective_order(title: &str) -> usize {
    const ORDER: [&str; 4] = ["financial", "customer", "internal processes", "learning and growth"];
    if title.eq_ignore_ascii_case(WITHOUT_PERSPECTIVE) {
        return usize::MAX;
    }
    ORDER.iter().position(|known| title.eq_ignore_ascii_case(known)).unwrap_or(ORDER.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::{About, DefinitionVersion, Expression, Formula, Levels, Rows, ValueUnit};
    use crate::period::FiscalYear;
    use crate::target::{Goal, Normalisation};

    /// The same value in every period.
    struct Always(f64);

    impl Readings for Always {
        fn reading(&self, _: &MeasureId, _: &Subject, _: Period) -> Result<Reading, Missing> {
            Ok(Reading { n: 10, value: Some(self.0), ..Reading::EMPTY })
        }

        fn likely_range(&self, _: &MeasureId, _: &Subject, _: Period) -> Option<(f64, f64)> {
            None
        }

        fn signal(&self, _: &signal::Question<'_>) -> Option<Signal> {
            None
        }
    }

    fn measure(id: &str, perspective: Option<&str>, better: Direction) -> Arc<Measure> {
        Arc::new(Measure {
            id: MeasureId::new(id),
            title: id.to_owned(),
            leg: None,
            perspective: perspective.map(str::to_owned),
            noun: "rows".to_owned(),
            unit: ValueUnit::Count,
            decimals: None,
            better,
            levels: Levels { person: true, unit: true },
            formula: Formula::Count {
                rows: Rows {
                    table: "cases".to_owned(),
                    conditions: Vec::new(),
                    period_of: Expression("opened_at".to_owned()),
                    person: None,
                    unit: None,
                },
            },
            wait: None,
            earlier: Vec::new(),
            about: About::default(),
            example: None,
            withhold_below: None,
            definition: DefinitionVersion { number: 1, digest: "0".to_owned() },
        })
    }

    fn used(id: &str, weight: f64) -> MeasureUse {
        let plan =
            TargetPlan { baseline: Some(Baseline::At(0.0)), target: Some(Goal::At(100.0)), ..TargetPlan::default() };
        MeasureUse {
            measure: MeasureId::new(id),
            key: false,
            weight,
            normalisation: Normalisation::Automatic,
            plan,
            units: BTreeMap::new(),
            signals: signal::SignalPlan::default(),
        }
    }

    fn leg(id: &str, weight: f64, objectives: &[(&str, f64, &[&str])]) -> Leg {
        Leg {
            id: id.to_owned(),
            title: id.to_owned(),
            weight,
            objectives: objectives
                .iter()
                .map(|(title, weight, measures)| Objective {
                    title: (*title).to_owned(),
                    weight: *weight,
                    measures: measures.iter().map(|id| used(id, 1.0)).collect(),
                })
                .collect(),
        }
    }

    fn scorecard(legs: Vec<Leg>) -> Scorecard {
        let rules = ScoreRules::default();
        Scorecard { id: "s".to_owned(), title: "s".to_owned(), legs, links: Vec::new(), rules }
    }

    fn by_id(measures: Vec<Arc<Measure>>) -> BTreeMap<MeasureId, Arc<Measure>> {
        measures.into_iter().map(|measure| (measure.id.clone(), measure)).collect()
    }

    fn question() -> Question {
        let period = Period::parse("2026-10", FiscalYear::default()).unwrap();
        Question {
            subject: Subject::Unit(UnitId::new("bank")),
            path: Vec::new(),
            period,
            compare_with: period.previous(),
            today: period.end(),
            rolling_below: None,
            history: 1,
        }
    }

    #[test]
    fn perspectives_ignore_capitals_and_keep_objectives_of_legs_apart() {
        let measures = by_id(vec![
            measure("a", Some("Customer"), Direction::Higher),
            measure("b", Some("customer"), Direction::Higher),
            measure("c", None, Direction::Higher),
            measure("d", Some("FINANCIAL"), Direction::Higher),
        ]);
        let legs = vec![
            leg("employee", 1.0, &[("Quality", 2.0, &["a", "c"])]),
            leg("customer", 1.0, &[("Quality", 3.0, &["b", "d"])]),
        ];
        let arranged = by_perspective(&scorecard(legs), &measures);
        let found: Vec<(&str, Vec<(f64, &str)>)> = arranged
            .legs
            .iter()
            .map(|leg| {
                let parts = leg.objectives.iter();
                (leg.title.as_str(), parts.map(|part| (part.weight, part.measures[0].measure.as_str())).collect())
            })
            .collect();
        assert_eq!(
            found,
            [("FINANCIAL", vec![(3.0, "d")]), ("Customer", vec![(2.0, "a"), (3.0, "b")]), ("Other", vec![(2.0, "c")]),]
        );
    }

    #[test]
    fn a_leg_without_weight_does_not_decide_the_balance() {
        let mut zero = leg("employee", 0.0, &[("Calm", 1.0, &["low"])]);
        zero.objectives[0].measures[0].plan.target = Some(Goal::At(1000.0));
        let measures = by_id(vec![measure("low", None, Direction::Higher), measure("high", None, Direction::Higher)]);
        let legs =
            vec![zero, leg("customer", 1.0, &[("A", 1.0, &["high"])]), leg("business", 1.0, &[("B", 1.0, &["high"])])];
        let evaluation = evaluate(&scorecard(legs), &measures, &question(), &Always(80.0));
        assert!(evaluation.legs[0].score.value.is_some_and(|score| score < 10.0));
        assert_eq!(evaluation.spread, Some(0.0));
        assert!(!evaluation.out_of_balance);
    }

    /// The same value always; the latest period of some measures is a signal.
    struct Signalling(Vec<(&'static str, signal::Judgement)>);

    impl Readings for Signalling {
        fn reading(&self, _: &MeasureId, _: &Subject, _: Period) -> Result<Reading, Missing> {
            Ok(Reading { n: 10, value: Some(50.0), ..Reading::EMPTY })
        }

        fn likely_range(&self, _: &MeasureId, _: &Subject, _: Period) -> Option<(f64, f64)> {
            None
        }

        fn signal(&self, question: &signal::Question<'_>) -> Option<Signal> {
            let (_, judgement) = self.0.iter().find(|(id, _)| *id == question.measure.as_str())?;
            let finding = signal::Finding {
                rule: signal::Rule::Shift,
                side: signal::Side::Below,
                judgement: *judgement,
                since: question.period,
                until: question.period,
                run_length: 7,
            };
            Some(Signal {
                method: signal::Method {
                    chart: signal::ChartKind::Individuals,
                    rules: signal::Rules::ALL,
                    screening: signal::Screening::On,
                    baseline: (question.period, question.period, 1),
                    frozen: false,
                },
                phase: None,
                points: Vec::new(),
                variation: signal::Variation::Signal { judgement: *judgement, side: signal::Side::Below },
                assurance: signal::Assurance::Wait,
                finding: Some(finding),
                history: vec![finding],
                caveats: Vec::new(),
                false_alarm_rate: None,
            })
        }
    }

    #[test]
    fn only_a_deterioration_puts_what_it_leads_to_on_watch() {
        use signal::Judgement::{Better, NoJudgement, Worse};
        let measures = by_id(vec![
            measure("engagement", None, Direction::Higher),
            measure("coaching", None, Direction::Higher),
            measure("csat", None, Direction::Higher),
            measure("retention", None, Direction::Higher),
        ]);
        let legs = vec![
            leg("employee", 1.0, &[("A", 1.0, &["engagement", "coaching"])]),
            leg("customer", 1.0, &[("B", 1.0, &["csat"])]),
            leg("business", 1.0, &[("C", 1.0, &["retention"])]),
        ];
        let mut scorecard = scorecard(legs);
        let link = |from: &str, to: &str| crate::scorecard::Link {
            from: MeasureId::new(from),
            to: MeasureId::new(to),
            within_months: 6,
        };
        scorecard.links = vec![link("engagement", "csat"), link("coaching", "csat"), link("csat", "retention")];
        let on_watch = |signals: &[(&'static str, signal::Judgement)]| -> Vec<(String, Vec<String>)> {
            let evaluation = evaluate(&scorecard, &measures, &question(), &Signalling(signals.to_vec()));
            let results = evaluation.legs.iter().flat_map(LegResult::measures);
            results
                .filter(|result| !result.watch.is_empty())
                .map(|result| {
                    let reasons = result.watch.iter().map(|watch| format!("{} of {}", watch.measure.id, watch.leg));
                    (result.measure.id.to_string(), reasons.collect())
                })
                .collect()
        };
        assert_eq!(on_watch(&[]), []);
        assert_eq!(on_watch(&[("engagement", Better), ("coaching", NoJudgement)]), []);
        // What lies behind the linked measure is not on watch before the linked one itself gets worse.
        let because = |of: &[&str]| vec![("csat".to_owned(), of.iter().map(|&of| of.to_owned()).collect::<Vec<_>>())];
        assert_eq!(on_watch(&[("engagement", Worse)]), because(&["engagement of employee"]));
        assert_eq!(
            on_watch(&[("engagement", Worse), ("coaching", Worse)]),
            because(&["engagement of employee", "coaching of employee"])
        );
        assert_eq!(on_watch(&[("retention", Worse)]), []);
    }

    #[test]
    fn no_way_leads_from_a_baseline_that_met_the_target() {
        let result = |baseline: f64, better: Direction| {
            let mut usage = used("a", 1.0);
            usage.plan.baseline = Some(Baseline::At(baseline));
            evaluate_measure(&measure("a", None, better), &usage, &question(), &Always(80.0))
        };
        assert_eq!(result(60.0, Direction::Higher).progress, Some(0.5));
        let beyond = result(120.0, Direction::Higher);
        assert_eq!((beyond.progress, beyond.performance), (None, Some(0.0)));
        let context = result(60.0, Direction::Neither);
        assert_eq!((context.progress, context.performance), (None, None));
    }
}
