use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use evenkeel_model::ids::{MeasureId, UnitId};
use evenkeel_model::measure::Measure;
use evenkeel_model::period::FiscalYear;
use evenkeel_model::scorecard::{Leg, Link, MeasureUse, Objective, ScoreRules, Scorecard};
use evenkeel_model::target::{Normalisation, TargetPlan};

use super::names::{self, Form};
use super::plan::{self, Check, WrittenPlan};
use super::signals;
use crate::code;
use crate::diagnostic::{Diagnostic, Findings};
use crate::library;
use crate::place::{Span, Spanned};
use crate::raw;
use crate::suggest::{nearest, quoted, slip};

/// What the rest of the project defines.
pub(crate) struct Known<'a> {
    pub(crate) measures: &'a BTreeMap<MeasureId, Arc<Measure>>,
    /// Measures that are defined with mistakes. They are not unknown; nothing can be checked against them.
    pub(crate) broken: &'a BTreeSet<String>,
    pub(crate) fiscal: FiscalYear,
}

impl Known<'_> {
    /// A measure of the project, else of the built-in library. One that the project defines with mistakes is neither.
    pub(crate) fn measure(&self, id: &str) -> Option<Arc<Measure>> {
        match self.measures.get(id) {
            Some(own) => Some(Arc::clone(own)),
            None if self.broken.contains(id) => None,
            None => library::measure(id),
        }
    }

    /// Whether a measure is defined, with mistakes or without.
    pub(crate) fn defines(&self, id: &str) -> bool {
        self.measures.contains_key(id) || self.broken.contains(id) || library::text(id).is_some()
    }

    /// The measure that a file names; none where it has mistakes of its own, or where nobody defines it, which is found
    /// fault with. `what` begins the message: `a promise is proven by`.
    pub(crate) fn find(&self, id: &Spanned<raw::Text>, what: &str, findings: &mut Findings) -> Option<Arc<Measure>> {
        if !self.require(id, what, findings) {
            return None;
        }
        self.measure(id.value.0.as_str())
    }

    /// Whether a measure that a file names is defined, with mistakes or without; finds fault where it is not.
    pub(crate) fn require(&self, id: &Spanned<raw::Text>, what: &str, findings: &mut Findings) -> bool {
        let name = id.value.0.as_str();
        if self.defines(name) {
            return true;
        }
        let message = format!("{what} measure {}, which is not defined", quoted(name));
        let found = Diagnostic::error(code::UNKNOWN_MEASURE, &id.span, message);
        // Looking for near names takes long where there are very many mistakes, of which no more are shown anyway.
        let full = findings.is_full(id.span.file().path());
        findings.push(if full { found } else { self.suggest(name, found) });
        false
    }

    /// What the message about an unknown measure offers.
    pub(crate) fn suggest(&self, id: &str, found: Diagnostic) -> Diagnostic {
        let names = self.measures.keys().map(MeasureId::as_str).chain(self.broken.iter().map(String::as_str));
        match nearest(id, names).or_else(|| slip(id, library::identifiers())) {
            Some(meant) => found.label(format!("did you mean `{meant}`?")),
            None => found.help(format!(
                "define it in `measures/{id}.yaml`, or use one of the built-in library, which `evenkeel measures` lists"
            )),
        }
    }
}

/// The most rows that a month may be asked to have.
const MOST_ROWS: f64 = 10_000.0;

pub(crate) fn scorecard(
    raw: raw::Scorecard,
    known: &Known<'_>,
    subject: &str,
    findings: &mut Findings,
) -> Option<Scorecard> {
    let raw::Scorecard { scorecard, title, imbalance, rolling_below, legs, links } = raw;
    let id = scorecard.map(|id| id.with(id.value.0.clone()));
    if let Some(id) = &id {
        names::check(id, "a scorecard", Form::Slug, findings);
    }
    let mut rules = ScoreRules::default();
    if let Some(imbalance) = imbalance {
        rules.imbalance = imbalance.value.0;
        if !(0.0..=100.0).contains(&rules.imbalance) {
            let found =
                Diagnostic::error(code::BAD_NUMBER, &imbalance.span, "`imbalance` has to lie between 0 and 100");
            findings.push(found.help("write how many points apart legs may lie, for example `imbalance: 20`"));
        }
    }
    if let Some(below) = rolling_below {
        let fewest = below.value.0;
        if (2.0..=MOST_ROWS).contains(&fewest) && fewest.fract() == 0.0 {
            rules.rolling_below = Some(fewest as u64);
        } else {
            let says = "`rolling_below` has to be a whole number of rows, from 2 to 10,000";
            let found = Diagnostic::error(code::BAD_NUMBER, &below.span, says);
            findings.push(
                found.help("write how many rows a month needs to stand for itself, for example `rolling_below: 30`"),
            );
        }
    }
    let mut converter = Converter { known, used: BTreeMap::new(), findings };
    let legs = legs.map(|legs| converter.legs(legs.0.0, subject));
    let links = links.unwrap_or_default().into_iter().filter_map(|link| converter.link(link)).collect();
    let id = id?.value;
    Some(Scorecard {
        title: title.map_or_else(|| names::title(&id), |title| title.value.0),
        id,
        legs: legs?,
        links,
        rules,
    })
}

/// A weight, and where it is given; 1 where it is not.
struct Weight {
    value: f64,
    span: Option<Span>,
}

struct Converter<'a> {
    known: &'a Known<'a>,
    /// Where each measure is used first.
    used: BTreeMap<String, Span>,
    findings: &'a mut Findings,
}

impl Converter<'_> {
    fn legs(&mut self, legs: Vec<(Spanned<String>, raw::Leg)>, subject: &str) -> Vec<Leg> {
        if let [(name, _)] = legs.as_slice() {
            let found = Diagnostic::warning(code::ONE_LEG, &name.span, format!("{subject} has a single leg"))
                .note("whether legs are in balance can only be said of several")
                .help("add a second leg, for example `employee` or `business`");
            self.findings.push(found);
        }
        let mut weights = Vec::new();
        let mut converted = Vec::new();
        for (name, leg) in legs {
            names::check(&name, "a leg", Form::Slug, self.findings);
            let raw::Leg { title, weight, objectives } = leg;
            let weight = self.weight(weight, &mut weights);
            let objectives = objectives.map(|objectives| self.objectives(objectives.0, &name.value));
            converted.push(Leg {
                title: title.map_or_else(|| names::title(&name.value), |title| title.value.0),
                id: name.value,
                weight,
                objectives: objectives.unwrap_or_default(),
            });
        }
        self.some_weight(&weights, &format!("legs of {subject}"));
        converted
    }

    fn objectives(&mut self, objectives: Vec<raw::Objective>, leg: &str) -> Vec<Objective> {
        let mut weights = Vec::new();
        let mut converted = Vec::new();
        // For each measure, what the file says about `key`.
        let mut keys: Vec<Vec<Option<bool>>> = Vec::new();
        for objective in objectives {
            let raw::Objective { objective: title, weight, measures } = objective;
            let weight = self.weight(weight, &mut weights);
            let title = title.map(|title| title.value.0).unwrap_or_default();
            let mut measure_weights = Vec::new();
            let mut objective_keys = Vec::new();
            let mut uses = Vec::new();
            for measure in measures.map(|measures| measures.0).unwrap_or_default() {
                let key = measure.key.as_ref().map(|key| key.value);
                if let Some(used) = self.measure(measure, &mut measure_weights) {
                    uses.push(used);
                    objective_keys.push(key);
                }
            }
            self.some_weight(&measure_weights, &format!("measures of objective {}", quoted(&title)));
            keys.push(objective_keys);
            converted.push(Objective { title, weight, measures: uses });
        }
        self.some_weight(&weights, &format!("objectives of leg `{leg}`"));
        key_measures(&mut converted, &keys);
        converted
    }

    fn measure(&mut self, raw: raw::MeasureUse, weights: &mut Vec<Weight>) -> Option<MeasureUse> {
        let raw::MeasureUse { measure: id, key: _, weight, normalise, plan, units, signals } = raw;
        let weight = self.weight(weight, weights);
        let normalisation = match normalise.as_ref().map(|normalise| normalise.value) {
            None | Some(raw::Normalise::Automatic) => Normalisation::Automatic,
            Some(raw::Normalise::BaselineToTarget) => Normalisation::BaselineToTarget,
            Some(raw::Normalise::GoalAndRedFlag) => Normalisation::GoalAndRedFlag,
            Some(raw::Normalise::Band) => Normalisation::Band,
            Some(raw::Normalise::Binary) => Normalisation::Binary,
        };
        let id = id?;
        self.used_once(&id);
        let name = id.value.0.as_str();
        let Some(measure) = self.known.measure(name) else {
            self.known.require(&id, "the scorecard uses", self.findings);
            return None;
        };
        let check = Check {
            measure: &measure,
            normalisation,
            normalise_at: normalise.as_ref().map(|normalise| &normalise.span),
            at: &id.span,
        };
        let everyone = plan::plan(plan, &measure, self.known.fiscal, self.findings);
        check.values(&everyone, &everyone, self.findings);
        let mut of_units: BTreeMap<UnitId, TargetPlan> = BTreeMap::new();
        for (unit, raw::UnitPlan { plan }) in units.map(|units| units.0).unwrap_or_default() {
            let own: WrittenPlan = plan::plan(plan, &measure, self.known.fiscal, self.findings);
            check.values(&own, &own.or(&everyone), self.findings);
            of_units.insert(UnitId::new(unit.value), own.plan);
        }
        if of_units.is_empty() {
            check.score(&everyone, self.findings);
        }
        Some(MeasureUse {
            measure: MeasureId::new(name),
            key: false,
            weight,
            normalisation,
            plan: everyone.plan,
            units: of_units,
            signals: signals
                .map(|written| signals::signals(written, self.known.fiscal, self.findings))
                .unwrap_or_default(),
        })
    }

    fn used_once(&mut self, id: &Spanned<raw::Text>) {
        if let Some(first) = self.used.get(&id.value.0) {
            let message = format!("measure {} is used twice in one scorecard", quoted(&id.value.0));
            let found = Diagnostic::error(code::USED_TWICE, &id.span, message)
                .label("used again here")
                .related(first, "first used here")
                .note("it would count twice");
            self.findings.push(found.help("take one of them out; `weight` says how much a measure counts"));
        } else {
            self.used.insert(id.value.0.clone(), id.span.clone());
        }
    }

    fn weight(&mut self, weight: Option<Spanned<raw::Number>>, all: &mut Vec<Weight>) -> f64 {
        let (value, span) = weight.map_or((1.0, None), |weight| (weight.value.0, Some(weight.span)));
        if let Some(span) = span.as_ref().filter(|_| value < 0.0) {
            let found = Diagnostic::error(code::BAD_WEIGHT, span, "a weight cannot be negative");
            self.findings.push(found.help("write 0 to show something without counting it, or a positive number"));
        }
        all.push(Weight { value, span });
        value
    }

    fn some_weight(&mut self, weights: &[Weight], what: &str) {
        let all_zero = weights.iter().all(|weight| weight.value == 0.0);
        if let (true, Some(span)) = (all_zero, weights.first().and_then(|first| first.span.as_ref())) {
            let found = Diagnostic::error(code::BAD_WEIGHT, span, format!("the weights of all {what} are 0"))
                .note("nothing is left to work a score out from");
            self.findings.push(found.help("give at least one of them a positive weight"));
        }
    }

    fn link(&mut self, link: raw::Link) -> Option<Link> {
        let raw::Link { from, to, within } = link;
        let within = within.and_then(|within| self.months(&within));
        for id in [&from, &to].into_iter().flatten() {
            if self.known.require(id, "a link names", self.findings)
                && self.known.measure(&id.value.0).is_some()
                && !self.used.contains_key(&id.value.0)
            {
                let message =
                    format!("a link names measure {}, which this scorecard does not use", quoted(&id.value.0));
                let found = Diagnostic::warning(code::NO_EFFECT, &id.span, message);
                self.findings.push(
                    found
                        .note("only measures of the scorecard are drawn on its map")
                        .help("use the measure in a leg, or take the link out"),
                );
            }
        }
        let (from, to) = (from?, to?);
        if from.value.0 == to.value.0 {
            let message = format!("a link leads from measure {} to itself", quoted(&from.value.0));
            let found = Diagnostic::error(code::NO_EFFECT, &to.span, message);
            self.findings.push(found.help("name the measure that it is claimed to move"));
            return None;
        }
        Some(Link { from: MeasureId::new(from.value.0), to: MeasureId::new(to.value.0), within_months: within? })
    }

    fn months(&mut self, within: &Spanned<raw::Text>) -> Option<u32> {
        const MOST: u32 = 120;
        let text = within.value.0.as_str();
        let months = super::months(text, MOST);
        if months.is_none() {
            let message = format!("`within` needs a number of months, not {}", quoted(text));
            let found = Diagnostic::error(code::BAD_PERIOD, &within.span, message);
            self.findings.push(found.help(format!("write `3 months`; from 1 to {MOST}")));
        }
        months
    }
}

/// Marks the measures that are shown first. Where the file marks none, they are the first measure of the first two
/// objectives, or the first two of the only objective; one that is marked `key: false` is passed over.
fn key_measures(objectives: &mut [Objective], keys: &[Vec<Option<bool>>]) {
    let marked = keys.iter().flatten().any(|key| *key == Some(true));
    let per_objective = if objectives.len() == 1 { 2 } else { 1 };
    for (index, (objective, keys)) in objectives.iter_mut().zip(keys).enumerate() {
        let mut chosen = 0;
        for (used, key) in objective.measures.iter_mut().zip(keys) {
            used.key =
                if marked { *key == Some(true) } else { index < 2 && chosen < per_objective && *key != Some(false) };
            chosen += usize::from(used.key);
        }
    }
}
