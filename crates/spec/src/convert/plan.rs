//! Baselines, targets and deadlines, and whether a score can be worked out from them.

use evenkeel_model::measure::{Direction, Formula, Measure, ValueUnit};
use evenkeel_model::period::{FiscalYear, Period};
use evenkeel_model::quantity::{QuantityError, parse_goal, parse_quantity};
use evenkeel_model::target::{Baseline, Goal, Milestone, Normalisation, TargetPlan};

use crate::code;
use crate::diagnostic::{Diagnostic, Findings};
use crate::place::{Span, Spanned};
use crate::raw;
use crate::suggest::{clipped, quoted};

/// A plan, and where each of its values was written.
#[derive(Debug, Clone, Default)]
pub(super) struct WrittenPlan {
    pub(super) plan: TargetPlan,
    /// Whether all that was written could be read. What could not must not be reported as missing too.
    pub(super) sound: bool,
    baseline: Option<Span>,
    target: Option<Span>,
    stretch: Option<Span>,
    red_flag: Option<Span>,
    /// The first milestone.
    milestones: Option<Span>,
}

impl WrittenPlan {
    /// This plan of a unit, with what it leaves open taken from the plan of everyone.
    pub(super) fn or(&self, other: &Self) -> Self {
        let span = |own: &Option<Span>, other: &Option<Span>| own.clone().or_else(|| other.clone());
        Self {
            plan: self.plan.or(&other.plan),
            sound: self.sound && other.sound,
            baseline: span(&self.baseline, &other.baseline),
            target: span(&self.target, &other.target),
            stretch: span(&self.stretch, &other.stretch),
            red_flag: span(&self.red_flag, &other.red_flag),
            milestones: span(&self.milestones, &other.milestones),
        }
    }
}

pub(super) fn plan(raw: raw::Plan, measure: &Measure, fiscal: FiscalYear, findings: &mut Findings) -> WrittenPlan {
    let raw::Plan { baseline, target, stretch, red_flag, by, milestones, sound } = raw;
    let mut written = WrittenPlan { sound, ..WrittenPlan::default() };
    if let Some(baseline) = baseline {
        let (read, span) = match baseline {
            raw::Baseline::Value(value) => {
                let read = parse_quantity(&value.value.0, &measure.unit);
                let read = quantity(&value.span, &value.value.0, read, &measure.unit, &measure.formula, findings);
                (read.map(Baseline::At), Some(value.span))
            }
            raw::Baseline::Measured(raw::Measured { measured }) => {
                let read = measured.as_ref().and_then(|text| period(text, "measured", fiscal, findings));
                (read.map(Baseline::Measured), measured.map(|text| text.span))
            }
        };
        written.sound &= read.is_some();
        written.plan.baseline = read;
        written.baseline = span;
    }
    let mut goal = |given: Option<Spanned<raw::Quantity>>| {
        let given = given?;
        let read = goal(&given, measure, findings);
        written.sound &= read.is_some();
        Some((read, given.span))
    };
    let unzip = |goal: Option<(Option<Goal>, Span)>| goal.map_or((None, None), |(goal, span)| (goal, Some(span)));
    let (target, stretch, red_flag) = (goal(target), goal(stretch), goal(red_flag));
    (written.plan.target, written.target) = unzip(target);
    (written.plan.stretch, written.stretch) = unzip(stretch);
    (written.plan.red_flag, written.red_flag) = unzip(red_flag);
    if let Some(by) = by {
        written.plan.by = period(&by, "by", fiscal, findings).map(Period::last_day);
        written.sound &= written.plan.by.is_some();
    }
    if let Some(given) = milestones {
        read_milestones(given.0.0, &mut written, measure, fiscal, findings);
    }
    written
}

/// Values on the way to the target, put into the order of time.
fn read_milestones(
    given: Vec<(Spanned<String>, Spanned<raw::Quantity>)>,
    written: &mut WrittenPlan,
    measure: &Measure,
    fiscal: FiscalYear,
    findings: &mut Findings,
) {
    let mut read: Vec<(Milestone, Span)> = Vec::new();
    for (when, value) in given {
        let by = period(&when.with(raw::Text(when.value.clone())), "milestones", fiscal, findings);
        let goal = goal(&value, measure, findings);
        written.sound &= by.is_some() && goal.is_some();
        let (Some(by), Some(goal)) = (by.map(Period::last_day), goal) else { continue };
        if let Some((_, first)) = read.iter().find(|(other, _)| other.by == by) {
            let found = Diagnostic::error(code::DEFINED_TWICE, &when.span, "two milestones end on the same day")
                .related(first, "the other one");
            findings.push(found.help("take one of them out"));
            written.sound = false;
        } else if written.plan.by.is_some_and(|deadline| by >= deadline) {
            let message = "a milestone has to come before the deadline of the target";
            let found = Diagnostic::error(code::BAD_PERIOD, &when.span, message);
            findings.push(found.help("write an earlier period, or a later one behind `by`"));
            written.sound = false;
        } else {
            read.push((Milestone { by, goal }, when.span));
        }
    }
    read.sort_by_key(|(milestone, _)| milestone.by);
    written.milestones = read.first().map(|(_, span)| span.clone());
    written.plan.milestones = read.into_iter().map(|(milestone, _)| milestone).collect();
}

pub(super) fn period(
    text: &Spanned<raw::Text>,
    key: &str,
    fiscal: FiscalYear,
    findings: &mut Findings,
) -> Option<Period> {
    let period = Period::parse(&text.value.0, fiscal).ok();
    if period.is_none() {
        let message = format!("`{key}` needs a period, not {}", quoted(&text.value.0));
        let found = Diagnostic::error(code::BAD_PERIOD, &text.span, message);
        findings.push(
            found.help("write a day (2026-10-05), week (2026-W41), month (2026-10), quarter (2026-Q4) or year (2026)"),
        );
    }
    period
}

fn goal(text: &Spanned<raw::Quantity>, measure: &Measure, findings: &mut Findings) -> Option<Goal> {
    let goal = parse_goal(&text.value.0, &measure.unit);
    let stored = goal.clone().map(|goal| match goal {
        Goal::At(value) | Goal::Relative(value) | Goal::Change(value) => value,
    });
    if matches!(goal, Ok(Goal::At(_)) | Err(_)) {
        return quantity(&text.span, &text.value.0, stored, &measure.unit, &measure.formula, findings).map(Goal::At);
    }
    if stored.is_ok_and(f64::is_finite) {
        return goal.ok();
    }
    too_large(&text.span, &text.value.0, findings);
    None
}

fn too_large(span: &Span, text: &str, findings: &mut Findings) {
    let message = format!("{} is too large a number", quoted(text));
    findings.push(Diagnostic::error(code::BAD_NUMBER, span, message).help("write a number that a measure can reach"));
}

/// Reports what is wrong with a value that was read into the stored unit.
pub(super) fn quantity(
    span: &Span,
    text: &str,
    read: Result<f64, QuantityError>,
    unit: &ValueUnit,
    formula: &Formula,
    findings: &mut Findings,
) -> Option<f64> {
    let value = match read {
        Ok(value) if value.is_finite() => value,
        Ok(_) => {
            too_large(span, text, findings);
            return None;
        }
        Err(error) => {
            let found = Diagnostic::error(code::BAD_QUANTITY, span, clipped(&error.to_string()));
            findings.push(found.help(clipped(&error.help())));
            return None;
        }
    };
    let range = match formula {
        Formula::Share { .. } | Formula::Retention { .. } | Formula::Cohort { .. } => {
            Some((0.0, 1.0, "a share lies between 0 % and 100 %"))
        }
        Formula::NetPromoterScore { .. } => Some((-1.0, 1.0, "a net promoter score lies between -100 and 100")),
        Formula::Count { .. } | Formula::Stock { .. } | Formula::Distinct { .. } => {
            Some((0.0, f64::INFINITY, "a number of rows is never negative"))
        }
        Formula::Composite(_) => Some((0.0, 100.0, "a composite lies between 0 and 100")),
        _ => None,
    };
    if let Some((low, high, because)) = range
        && !(low..=high).contains(&value)
    {
        let message = format!("the measure can never reach {}", quoted(text));
        let found = Diagnostic::error(code::OUT_OF_RANGE, span, message).note(because);
        findings.push(found.help("write a value that it can reach"));
        return None;
    }
    let bare = !text.contains(|char: char| char.is_alphabetic() || char == '%');
    if *unit == ValueUnit::Percent && bare && value > 0.0 && value < 0.01 && text.contains('.') {
        let message = format!("{} is taken as {text} %", quoted(text));
        let found = Diagnostic::warning(code::PERHAPS_FRACTION, span, message);
        let share = text.trim().parse::<f64>().unwrap_or_default() * 100.0;
        let share = (share * 1e6).round() / 1e6;
        findings.push(found.help(format!("write `{text} %` if you mean that, else `{share} %`")));
    }
    Some(value)
}

/// Where a goal lies, as far as that is known before the baseline has been measured.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Lies {
    At(f64),
    /// From a baseline that is positive, but not yet known.
    Relative(f64),
    Change(f64),
}

impl Lies {
    fn of(goal: Goal, baseline: Option<f64>) -> Self {
        match (goal, goal.resolve(baseline)) {
            (_, Some(value)) => Lies::At(value),
            (Goal::Relative(share), None) => Lies::Relative(share),
            (Goal::Change(difference), None) => Lies::Change(difference),
            (Goal::At(value), None) => Lies::At(value),
        }
    }

    /// How much further up this lies than the other one; none when nobody can tell yet.
    fn above(self, other: Self) -> Option<f64> {
        match (self, other) {
            (Lies::At(one), Lies::At(other))
            | (Lies::Relative(one), Lies::Relative(other))
            | (Lies::Change(one), Lies::Change(other)) => Some(one - other),
            _ => None,
        }
    }
}

/// What a plan is checked for.
pub(super) struct Check<'a> {
    pub(super) measure: &'a Measure,
    pub(super) normalisation: Normalisation,
    /// Where `normalise` is given.
    pub(super) normalise_at: Option<&'a Span>,
    /// Where the measure is used.
    pub(super) at: &'a Span,
}

impl Check<'_> {
    /// Checks the values of a plan against each other. `own` is the plan that was written here; `whole` has what it
    /// leaves open filled in.
    pub(super) fn values(&self, own: &WrittenPlan, whole: &WrittenPlan, findings: &mut Findings) {
        let plan = &whole.plan;
        self.milestones_lead_somewhere(own, whole, findings);
        if plan.baseline.is_none() && whole.sound {
            let relative = |milestone: &&Milestone| !matches!(milestone.goal, Goal::At(_));
            let milestone = own.plan.milestones.iter().find(relative).map(|milestone| milestone.goal);
            for (key, goal, span) in [
                ("target", own.plan.target, &own.target),
                ("stretch", own.plan.stretch, &own.stretch),
                ("red_flag", own.plan.red_flag, &own.red_flag),
                ("milestones", milestone, &own.milestones),
            ] {
                if let (Some(Goal::Relative(_) | Goal::Change(_)), Some(span)) = (goal, span) {
                    let message = format!("`{key}` is relative to a baseline, and none is given");
                    let found = Diagnostic::error(code::NO_BASELINE, span, message);
                    findings.push(found.help("add `baseline`, or write the value to be reached without a sign"));
                }
            }
        }
        let worse_is = match self.measure.better {
            Direction::Higher => -1.0,
            Direction::Lower => 1.0,
            Direction::Within { low, high } => return self.around_band(own, (low, high), findings),
            Direction::Neither => return,
        };
        let baseline = match plan.baseline {
            Some(Baseline::At(value)) => Some(value),
            _ => None,
        };
        // A score that can be negative goes up when its baseline is multiplied with less than one.
        let known = |goal: &Goal| {
            !matches!((goal, baseline), (Goal::Relative(_), None)) || self.measure.unit != ValueUnit::Points
        };
        let lies = |goal: Option<Goal>| goal.filter(known).map(|goal| Lies::of(goal, baseline));
        let (target, stretch, red_flag) = (lies(plan.target), lies(plan.stretch), lies(plan.red_flag));
        let start = match (plan.baseline, target) {
            (Some(Baseline::At(value)), _) => Some(Lies::At(value)),
            (Some(Baseline::Measured(_)), Some(Lies::Relative(_))) => Some(Lies::Relative(0.0)),
            (Some(Baseline::Measured(_)), Some(Lies::Change(_))) => Some(Lies::Change(0.0)),
            _ => None,
        };
        let worse_by = |one: Option<Lies>, other: Option<Lies>| Some(one?.above(other?)? * worse_is);
        let new = |one: &Option<Span>, other: &Option<Span>| one.is_some() || other.is_some();

        if worse_by(target, start).is_some_and(|by| by > 0.0) && new(&own.target, &own.baseline) {
            self.wrong_side("target", whole.target.as_ref(), "baseline", whole.baseline.as_ref(), findings);
        }
        let beyond = |milestone: &&Milestone| worse_by(lies(Some(milestone.goal)), target).is_some_and(|by| by < 0.0);
        if let (Some(_), Some(span)) = (plan.milestones.iter().find(beyond), &own.milestones) {
            let found = Diagnostic::error(code::WRONG_SIDE, span, "a milestone lies beyond the target it leads to")
                .help("write milestones between baseline and target, or a target further away");
            findings.push(related(found, whole.target.as_ref(), "the target"));
        }
        if worse_by(red_flag, target).is_some_and(|by| by < 0.0) && new(&own.red_flag, &own.target) {
            self.wrong_side("red_flag", whole.red_flag.as_ref(), "target", whole.target.as_ref(), findings);
        }
        let equal = worse_by(red_flag, target) == Some(0.0);
        if let (true, true, Some(span)) = (equal, new(&own.red_flag, &own.target), &whole.red_flag) {
            let found = Diagnostic::error(code::WRONG_SIDE, span, "`red_flag` and `target` are equal")
                .note("a value would be met and unacceptable at once")
                .help("write a red flag that is worse than the target");
            findings.push(related(found, whole.target.as_ref(), "the target"));
        }
        let not_beyond = worse_by(stretch, target).is_some_and(|by| by >= 0.0);
        if let (true, true, Some(span)) = (not_beyond, new(&own.stretch, &own.target), &whole.stretch) {
            let (side, way) = self.words();
            let found = Diagnostic::error(code::WRONG_SIDE, span, "`stretch` is not beyond `target`")
                .label(format!("not {side} than the target, but {side} is better here"))
                .help(format!("write a value {way} the target, or take `stretch` out"));
            findings.push(related(found, whole.target.as_ref(), "the target"));
        }
    }

    /// Milestones need a target to lead to, and a deadline to lead there by.
    fn milestones_lead_somewhere(&self, own: &WrittenPlan, whole: &WrittenPlan, findings: &mut Findings) {
        let Some(span) = &own.milestones else { return };
        if matches!(self.measure.better, Direction::Within { .. } | Direction::Neither) {
            let message =
                format!("`milestones` has no effect: no single value is to be reached with `{}`", self.measure.id);
            let found = Diagnostic::warning(code::NO_EFFECT, span, message);
            findings.push(found.help("take `milestones` out, or change `better` in the measure"));
        } else if whole.sound && (whole.plan.target.is_none() || whole.plan.by.is_none()) {
            let found = Diagnostic::error(code::MISSING_KEY, span, "milestones need a target and its deadline");
            findings.push(found.help("add `target` and `by`, or take `milestones` out"));
        }
    }

    fn wrong_side(&self, key: &str, at: Option<&Span>, other: &str, other_at: Option<&Span>, findings: &mut Findings) {
        let Some(span) = at else { return };
        let (better, opposite) = match self.measure.better {
            Direction::Higher => ("higher", "lower"),
            _ => ("lower", "higher"),
        };
        let is = if key == "red_flag" { better } else { opposite };
        // A change has no value to swap with.
        let way_out = if span.text().starts_with(['+', '-', '−']) && other == "baseline" {
            "turn the sign around"
        } else {
            "swap the two values"
        };
        let found = Diagnostic::error(code::WRONG_SIDE, span, format!("`{key}` is on the wrong side of `{other}`"))
            .label(format!("{is} than the {other}, but {better} is better here"))
            .help(format!("{way_out}, or set `better: {opposite}` in measure `{}`", self.measure.id));
        findings.push(related(found, other_at, &format!("the {other}")));
    }

    fn words(&self) -> (&'static str, &'static str) {
        match self.measure.better {
            Direction::Higher => ("higher", "above"),
            _ => ("lower", "below"),
        }
    }

    /// A measure that is best within a range has the range for a target.
    fn around_band(&self, own: &WrittenPlan, (low, high): (f64, f64), findings: &mut Findings) {
        for (key, span) in [("target", &own.target), ("stretch", &own.stretch)] {
            if let Some(span) = span {
                let message = format!("`{key}` has no effect: `{}` is best within a range", self.measure.id);
                let found = Diagnostic::warning(code::NO_EFFECT, span, message)
                    .note("the range in the measure is what is to be reached");
                findings.push(found.help(format!("take `{key}` out, or change `better` in the measure")));
            }
        }
        if let (Some(Goal::At(value)), Some(span)) = (own.plan.red_flag, &own.red_flag)
            && (low..=high).contains(&value)
        {
            let found = Diagnostic::error(code::WRONG_SIDE, span, "`red_flag` lies inside the range that is best");
            findings.push(found.help("write a value outside of the range"));
        }
    }

    /// Whether a score can be worked out for everyone.
    pub(super) fn score(&self, whole: &WrittenPlan, findings: &mut Findings) {
        let plan = &whole.plan;
        let id = &self.measure.id;
        let band = matches!(self.measure.better, Direction::Within { .. });
        if self.measure.better == Direction::Neither {
            if let Some(span) = &whole.target {
                let message = format!("`target` has no effect: neither way is better for `{id}`");
                let found = Diagnostic::warning(code::NO_EFFECT, span, message);
                findings.push(found.help("take `target` out, or set `better` in the measure"));
            }
            return;
        }
        let lacks_baseline = plan.baseline.is_none()
            && [plan.target, plan.red_flag]
                .iter()
                .any(|goal| matches!(goal, Some(Goal::Relative(_) | Goal::Change(_))));
        if !whole.sound || lacks_baseline {
            return;
        }
        let (has_baseline, has_target, has_red_flag) =
            (plan.baseline.is_some(), plan.target.is_some(), plan.red_flag.is_some());
        let missing = "add what is missing, or take `normalise` out";
        let (needed, help) = match self.normalisation {
            Normalisation::Automatic if band || (has_target && (has_baseline || has_red_flag)) => return,
            Normalisation::Automatic => return findings.push(self.without_normalise(whole)),
            Normalisation::Band if band => return,
            Normalisation::Band => (
                "`band` needs a measure that is best within a range",
                "set `better: { within: [10 %, 15 %] }` in the measure, or take `normalise` out",
            ),
            Normalisation::BaselineToTarget | Normalisation::GoalAndRedFlag if band => (
                "this needs a measure for which one way is better",
                "take `normalise` out: a measure that is best within a range has a score of its own",
            ),
            Normalisation::BaselineToTarget if has_baseline && has_target => return,
            Normalisation::BaselineToTarget => ("`baseline to target` needs `baseline` and `target`", missing),
            Normalisation::GoalAndRedFlag if has_red_flag && has_target => return,
            Normalisation::GoalAndRedFlag => ("`goal and red flag` needs `target` and `red_flag`", missing),
            Normalisation::Binary if has_target || band => return,
            Normalisation::Binary => ("`binary` needs `target`", "add `target`"),
        };
        let at = self.normalise_at.unwrap_or(self.at);
        let message = format!("no score can be worked out for `{id}` like this");
        findings.push(Diagnostic::error(code::NO_SCORE, at, message).label(needed).help(help));
    }

    /// Nothing says how the value becomes a score, and what is given does not suffice.
    fn without_normalise(&self, whole: &WrittenPlan) -> Diagnostic {
        let id = &self.measure.id;
        let Some(target) = &whole.target else {
            return Diagnostic::warning(code::NO_SCORE, self.at, format!("`{id}` has no target"))
                .note("its values are shown; without a target they have no status and no score")
                .help("add `target`, and `baseline` or `red_flag`");
        };
        let message = format!("no score can be worked out for `{id}` from a target alone");
        Diagnostic::warning(code::NO_SCORE, target, message)
            .note("whether the target is met is shown; the measure does not count in its leg")
            .help(
                "add `baseline` (where it came from) or `red_flag` (where it becomes unacceptable), \
                 or write `normalise: binary`",
            )
    }
}

fn related(found: Diagnostic, span: Option<&Span>, text: &str) -> Diagnostic {
    match span {
        Some(span) => found.related(span, text),
        None => found,
    }
}
