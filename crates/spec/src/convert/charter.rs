//! The service charter: promises that can be proven, standards that can be met, versions that follow each other.

use std::collections::BTreeMap;
use std::sync::Arc;

use evenkeel_model::charter::{
    BesideThreshold, Charter, InternalStandard, Promise, Proof, Publication, Standard, Version, can_prove,
};
use evenkeel_model::ids::MeasureId;
use evenkeel_model::measure::{DefinitionVersion, Direction, Expression, Formula, Levels, Measure, Rows, ValueUnit};
use evenkeel_model::period::{Grain, Period};
use evenkeel_model::quantity::parse_quantity;
use evenkeel_model::record::{CASE_FACTS, readable_table};
use evenkeel_model::service_level::Policy;
use jiff::civil::Date;

use super::names::{self, Form};
use super::plan;
use super::scorecard::Known;
use super::window::mentions;
use crate::code;
use crate::diagnostic::{Diagnostic, Findings};
use crate::digest;
use crate::place::{Span, Spanned};
use crate::raw;
use crate::suggest::{clipped, quoted};

/// How many cases a verdict, and a figure of the public edition, need where the file does not say.
const FEWEST: u32 = 20;
/// The longest time that a threshold may be: ten years, in seconds.
const LONGEST: f64 = 10.0 * 366.0 * 86_400.0;
/// The measures about integrity where the file names none.
const INTEGRITY: [&str; 3] = ["came_back_new", "survey_offered", "closed_singly"];
/// What the identifiers of measures begin with that follow from the charter. Measure files cannot use the hyphen.
pub(crate) const PREFIX: &str = "charter-";

/// A charter. `policies` is what is promised by service level: a part of some formulas.
pub(crate) fn charter(
    raw: raw::Charter,
    known: &Known<'_>,
    policies: &[Policy],
    findings: &mut Findings,
) -> Option<Charter> {
    let raw::Charter { charter, title, contact, fewest, publication, integrity, versions } = raw;
    let id = charter.map(|id| id.with(id.value.0.clone()));
    if let Some(id) = &id {
        names::check(id, "a charter", Form::Slug, findings);
    }
    let fewest = self::fewest(fewest.as_ref(), findings).unwrap_or(FEWEST);
    let publication = match publication {
        None => Publication { fewest: FEWEST, kind: None, every: Grain::Month },
        Some(raw::Publication { fewest, kind, every }) => Publication {
            fewest: published(fewest.as_ref(), findings).unwrap_or(FEWEST),
            kind: kind.map(|kind| kind.value.0),
            every: every.and_then(|every| every_so_long(&every, findings)).unwrap_or(Grain::Month),
        },
    };
    let errors = findings.errors();
    let mut converter = Converter { known, policies, fewest, made: BTreeMap::new(), findings };
    let integrity = converter.integrity(integrity);
    let versions = converter.versions(versions?.0);
    if findings.errors() > errors {
        return None;
    }
    let id = id?.value;
    Some(Charter {
        title: title.map_or_else(|| names::title(&id), |title| title.value.0),
        id,
        contact: contact.map(|contact| contact.value.0),
        publication,
        integrity,
        versions,
    })
}

/// How many cases a published figure needs.
fn published(given: Option<&Spanned<raw::Whole>>, findings: &mut Findings) -> Option<u32> {
    let given = given?;
    if given.value.0 < Publication::LEAST {
        let least = Publication::LEAST;
        let message = format!("`fewest` of a publication cannot be less than {least}: fewer cases protect nobody");
        let found = Diagnostic::error(code::BAD_NUMBER, &given.span, message);
        findings.push(found.help(format!("write `fewest: {least}` or more; {FEWEST} is usual")));
        return None;
    }
    Some(given.value.0)
}

/// How long the periods are that are published.
fn every_so_long(given: &Spanned<raw::Text>, findings: &mut Findings) -> Option<Grain> {
    match given.value.0.as_str() {
        "month" => Some(Grain::Month),
        "quarter" => Some(Grain::Quarter),
        "year" => Some(Grain::Year),
        other => {
            let message = format!("{} cannot be published", quoted(other));
            let found = Diagnostic::error(code::UNKNOWN_WORD, &given.span, message)
                .note("figures of shorter periods, published day by day, would tell of single cases");
            findings.push(found.help("write `month`, `quarter` or `year`"));
            None
        }
    }
}

fn fewest(given: Option<&Spanned<raw::Whole>>, findings: &mut Findings) -> Option<u32> {
    let given = given?;
    if given.value.0 == 0 {
        let found = Diagnostic::error(code::BAD_NUMBER, &given.span, "`fewest` cannot be 0: no case shows nothing");
        findings.push(found.help(format!("write how many cases are needed, for example `fewest: {FEWEST}`")));
        return None;
    }
    Some(given.value.0)
}

/// How a standard is to be met: by the measure itself, or by the share of its rows that keep to a threshold.
struct Wanted {
    standard: Standard,
    /// What a row has to meet, in SQL over the table of the measure.
    row_meets: Option<RowMeets>,
}

/// What a single row has to meet.
struct RowMeets {
    of: Expression,
    /// Four intervals of one width beside the threshold, in SQL; none where more is better.
    beside: Option<(f64, [String; 4])>,
    /// What places it in time, where that is not what the measure says.
    period_of: Option<Expression>,
}

struct Converter<'a> {
    known: &'a Known<'a>,
    policies: &'a [Policy],
    fewest: u32,
    /// The measures that follow from each promise, in the order in which versions need them.
    made: BTreeMap<String, Vec<Proof>>,
    findings: &'a mut Findings,
}

impl Converter<'_> {
    fn versions(&mut self, raw: Vec<raw::CharterVersion>) -> Vec<Version> {
        let mut before: Option<(Date, Span)> = None;
        let mut versions = Vec::new();
        for raw::CharterVersion { valid_from, review, promises } in raw {
            let from = valid_from.and_then(|text| Some((self.day(&text, "valid_from")?, text.span)));
            if let (Some((day, span)), Some((earlier, earlier_at))) = (&from, &before)
                && day <= earlier
            {
                let message =
                    format!("this version holds from {day}, and the one above it from {earlier}: they overlap");
                let found = Diagnostic::error(code::BAD_VERSION, span, message).related(earlier_at, "the one above it");
                self.findings
                    .push(found.help("write the earliest version first, each with a later day than the one above"));
            }
            let review = review.and_then(|text| self.day(&text, "review"));
            let promises = self.promises(promises.map(|promises| promises.0).unwrap_or_default());
            if let Some((valid_from, _)) = &from {
                versions.push(Version { valid_from: *valid_from, review, promises });
            }
            before = from.or(before);
        }
        versions
    }

    /// Measures about how figures come about; those of the library where none are named.
    fn integrity(&mut self, named: Option<Vec<Spanned<raw::Text>>>) -> Vec<Arc<Measure>> {
        match named {
            None => INTEGRITY.iter().filter_map(|name| self.known.measure(name)).collect(),
            Some(named) => {
                named.iter().filter_map(|name| self.known.find(name, "integrity is told by", self.findings)).collect()
            }
        }
    }

    fn day(&mut self, text: &Spanned<raw::Text>, key: &str) -> Option<Date> {
        let day = text.value.0.parse::<Date>().ok().filter(|_| text.value.0.len() == 10);
        if day.is_none() {
            let message = format!("`{key}` needs a day, not {}", quoted(&text.value.0));
            let found = Diagnostic::error(code::BAD_PERIOD, &text.span, message);
            self.findings.push(found.help(format!("write year, month and day: `{key}: 2026-01-01`")));
        }
        day
    }

    fn promises(&mut self, raw: Vec<raw::CharterPromise>) -> Vec<Promise> {
        let mut names: BTreeMap<String, Span> = BTreeMap::new();
        let mut promises = Vec::new();
        for promise in raw {
            if let Some(id) = &promise.promise {
                match names.get(&id.value.0) {
                    Some(first) => {
                        let message = format!("promise {} stands twice in one version", quoted(&id.value.0));
                        let found = Diagnostic::error(code::DEFINED_TWICE, &id.span, message)
                            .label("again here")
                            .related(first, "first here");
                        self.findings.push(found.help("give one of them another name, or take it out"));
                    }
                    None => {
                        names.insert(id.value.0.clone(), id.span.clone());
                    }
                }
            }
            promises.extend(self.promise(promise));
        }
        promises
    }

    fn promise(&mut self, raw: raw::CharterPromise) -> Option<Promise> {
        let raw::CharterPromise {
            promise,
            words,
            conditions,
            measure,
            condition,
            standard,
            owner,
            remedy,
            expected,
            served_by,
            levels,
            fewest,
            public,
            at,
        } = raw;
        let id = promise.map(|id| id.with(id.value.0.clone()));
        if let Some(id) = &id {
            names::check(id, "a promise", Form::Identifier, self.findings);
        }
        let fewest = self::fewest(fewest.as_ref(), self.findings).unwrap_or(self.fewest);
        let served_by = served_by.unwrap_or_default().into_iter().filter_map(|one| self.served_by(one)).collect();
        let expected = expected.and_then(|text| plan::period(&text, "expected", self.known.fiscal, self.findings));
        let at = id.as_ref().map_or(at, |id| id.span.clone());
        let name = id.as_ref().map_or("", |id| id.value.as_str());
        let mut reported = Levels { person: true, unit: true };
        let proof = match &measure {
            Some(named) => {
                let found = self.proving(named, expected);
                if let Some(found) = &found {
                    reported = self.levels(levels.as_ref(), found);
                }
                let wanted = found.as_ref().and_then(|found| self.standard(standard, found, &at));
                let condition = condition.as_ref();
                if let (Some(found), Some(condition)) = (&found, condition) {
                    self.about_nobody(found, condition);
                }
                match (found, wanted) {
                    (Some(found), Some(wanted)) => self.proof(name, &found, wanted, condition, reported),
                    _ => None,
                }
            }
            None => {
                let standard = standard.as_ref().map(raw::PromiseStandard::span);
                self.without_measure(standard, condition.as_ref().map(|condition| &condition.span));
                None
            }
        };
        let text = |text: Option<Spanned<raw::Text>>| text.map(|text| text.value.0);
        Some(Promise {
            id: id?.value,
            words: words?.value.0,
            conditions: text(conditions),
            remedy: text(remedy),
            owner: text(owner),
            proof,
            expected,
            served_by,
            levels: reported,
            fewest,
            public: public.is_some_and(|public| public.value),
        })
    }

    /// The measure that a promise names, where it can prove anything.
    fn proving(&mut self, named: &Spanned<raw::Text>, expected: Option<Period>) -> Option<Arc<Measure>> {
        let measure = self.known.find(named, "a promise is proven by", self.findings)?;
        if expected.is_some() {
            let message = "`expected` has no effect: a measure proves this promise already";
            let found = Diagnostic::warning(code::NO_EFFECT, &named.span, message);
            self.findings.push(found.help("take `expected` out"));
        }
        if !can_prove(&measure) {
            let message = format!(
                "measure `{}` cannot prove a promise: it does not say that higher, or that lower, is better",
                measure.id
            );
            let found = Diagnostic::error(code::NO_SCORE, &named.span, message);
            self.findings
                .push(found.help("set `better: higher` or `better: lower` in the measure, or name another one"));
            return None;
        }
        Some(measure)
    }

    /// Refuses a condition that picks out people: figures of a unit would be those of one person.
    fn about_nobody(&mut self, measure: &Measure, condition: &Spanned<raw::Text>) {
        let mut columns =
            measure.formula.tables().into_iter().filter_map(readable_table).flat_map(|table| table.columns);
        let person = columns.find(|column| column.names_person && mentions(&condition.value.0, column.name));
        if let Some(column) = person {
            let message = format!("`where` of a promise cannot pick out people, and `{}` says who it was", column.name);
            let found = Diagnostic::error(code::BAD_LEVEL, &condition.span, message)
                .note("what the charter tells of a unit would be about one person");
            self.findings.push(found.help("take it out; `levels: [person, unit]` holds each person to the promise"));
        }
    }

    /// A promise that nothing measures has words, and nothing that a measure would be needed for.
    fn without_measure(&mut self, standard: Option<&Span>, condition: Option<&Span>) {
        for (key, span) in [("standard", standard), ("where", condition)] {
            if let Some(span) = span {
                let message = format!("`{key}` has no effect: no measure proves this promise");
                let found = Diagnostic::error(code::NO_EFFECT, span, message)
                    .note("a promise without a measure is told as not measured yet");
                self.findings.push(
                    found.help(format!(
                        "add `measure`, or take `{key}` out and say it in `conditions` until there is one"
                    )),
                );
            }
        }
    }

    /// Where a promise is told: at none of the levels at which its measure is not.
    fn levels(&mut self, given: Option<&Spanned<Vec<Spanned<raw::Level>>>>, measure: &Measure) -> Levels {
        let Some(given) = given else { return measure.levels };
        let mut levels = Levels { person: false, unit: false };
        for level in &given.value {
            match level.value {
                raw::Level::Person if !measure.levels.person => {
                    let message = format!("measure `{}` says nothing about one person", measure.id);
                    let found = Diagnostic::error(code::BAD_LEVEL, &level.span, message);
                    let found = match &measure.about.not_for_people {
                        Some(why) => found.note(clipped(why)),
                        None => found.note("`levels` of the measure leaves `person` out"),
                    };
                    self.findings
                        .push(found.help("take `person` out here, or prove the promise by what one person does"));
                }
                raw::Level::Unit if !measure.levels.unit => {
                    let message = format!("measure `{}` is told of the organisation as a whole only", measure.id);
                    let found = Diagnostic::error(code::BAD_LEVEL, &level.span, message);
                    self.findings.push(found.help("take `unit` out here, or add it to `levels` of the measure"));
                }
                raw::Level::Person => levels.person = true,
                raw::Level::Unit => levels.unit = true,
            }
        }
        levels
    }

    /// What has to be reached.
    fn standard(&mut self, given: Option<raw::PromiseStandard>, measure: &Measure, at: &Span) -> Option<Wanted> {
        let per_row = match &measure.formula {
            Formula::Mean { rows, of } | Formula::Quantile { rows, of, .. } => Some((rows, of)),
            _ => None,
        };
        let example = if per_row.is_some() {
            format!("`standard: {{ threshold: {}, share: 95 % }}`", example_of(measure))
        } else {
            format!("`standard: {}`", example_of(measure))
        };
        let Some(given) = given else {
            let message = format!("a promise that measure `{}` proves has no standard", measure.id);
            let found = Diagnostic::error(code::NO_STANDARD, at, message)
                .note("without one, nothing tells whether it was kept");
            self.findings.push(found.help(format!("add {example}")));
            return None;
        };
        match (given, per_row) {
            (raw::PromiseStandard::Value(value), None) => {
                let text = value;
                let value = self.quantity(&text, measure)?;
                self.can_be_missed(&text, measure, value)
                    .then_some(Wanted { standard: Standard { value, threshold: None }, row_meets: None })
            }
            (raw::PromiseStandard::Value(value), Some(_)) => {
                let message =
                    format!("a standard without a share: measure `{}` has one value for each of its rows", measure.id);
                let found = Diagnostic::error(code::NO_STANDARD, &value.span, message)
                    .note("a promise is made to each customer; a mean or median hides how many waited longer");
                self.findings.push(found.help(format!(
                    "write how many of a hundred have to reach it: `{{ threshold: {}, share: 95 % }}`",
                    value.value.0
                )));
                None
            }
            (raw::PromiseStandard::Often(often), None) => {
                let raw::OftenWithin { threshold, share, at, sound } = often;
                if !sound {
                    return None;
                }
                let is_share = measure.unit == ValueUnit::Percent;
                let (message, note, help) = match (&threshold, &share) {
                    (None, None) => (
                        "a standard without threshold".to_owned(),
                        "nothing tells whether the promise was kept",
                        format!("write {example}"),
                    ),
                    (None, Some(share)) if is_share => (
                        format!("measure `{}` is a share already", measure.id),
                        "what is asked of a single case stands in its formula",
                        format!("write `standard: {}`", share.value.0),
                    ),
                    (Some(_), _) if is_share => (
                        format!(
                            "measure `{}` is a share already: its formula says what a single case has to reach",
                            measure.id
                        ),
                        "a threshold is for measures with one value for each case: a mean or a quantile",
                        format!(
                            "write only the share, such as {example}, or name the measure that the threshold is about"
                        ),
                    ),
                    _ => (
                        format!("measure `{}` has no value for a single case", measure.id),
                        "a threshold with a share is for a mean or a quantile",
                        format!("write {example}"),
                    ),
                };
                self.findings.push(Diagnostic::error(code::NO_STANDARD, &at, message).note(note).help(help));
                None
            }
            (raw::PromiseStandard::Often(often), Some((rows, of))) => self.often(&often, measure, rows, of),
        }
    }

    /// A threshold for each row, and how many rows have to keep to it.
    fn often(&mut self, given: &raw::OftenWithin, measure: &Measure, rows: &Rows, of: &Expression) -> Option<Wanted> {
        let raw::OftenWithin { threshold, share, at, sound } = given;
        let example = example_of(measure);
        for (missing, what, add) in [
            (threshold.is_none(), "threshold", format!("`threshold: {example}`, what a single case has to reach")),
            (share.is_none(), "share", "`share: 95 %`, how many of a hundred have to reach it".to_owned()),
        ] {
            if missing && *sound {
                let found = Diagnostic::error(code::NO_STANDARD, at, format!("a standard without {what}"));
                self.findings.push(found.help(format!("add {add}")));
            }
        }
        let (threshold, share) = (threshold.as_ref()?, share.as_ref()?);
        let limit = self.threshold(threshold, measure);
        let text = share.value.0.as_str();
        let value = match parse_quantity(text, &ValueUnit::Percent) {
            Ok(value) if value > 0.0 && value <= 1.0 => Some(value),
            Ok(_) => {
                let message = format!("a share lies above 0 % and not above 100 %, and {} does not", quoted(text));
                let found = Diagnostic::error(code::OUT_OF_RANGE, &share.span, message);
                self.findings.push(found.help("write how many of a hundred, for example `share: 95 %`"));
                None
            }
            Err(error) => {
                let found = Diagnostic::error(code::BAD_QUANTITY, &share.span, clipped(&error.to_string()));
                self.findings.push(found.help(clipped(&error.help())));
                None
            }
        };
        let (limit, value) = (limit?, value?);
        let higher = measure.better == Direction::Higher;
        Some(Wanted {
            standard: Standard { value, threshold: Some(limit) },
            row_meets: Some(row_meets(rows, of, limit, higher)),
        })
    }

    fn quantity(&mut self, text: &Spanned<raw::Quantity>, measure: &Measure) -> Option<f64> {
        let read = parse_quantity(&text.value.0, &measure.unit);
        let value = plan::quantity(&text.span, &text.value.0, read, &measure.unit, &measure.formula, self.findings)?;
        // The formula may be a ratio whose unit alone says that it is a share.
        if measure.unit == ValueUnit::Percent && !(0.0..=1.0).contains(&value) {
            let message = format!("a standard lies between 0 % and 100 %, and {} does not", quoted(&text.value.0));
            let found = Diagnostic::error(code::OUT_OF_RANGE, &text.span, message);
            self.findings.push(found.help("write how many of a hundred, for example `95 %`"));
            return None;
        }
        Some(value)
    }

    /// What a single case has to reach: for a time, one that can pass.
    fn threshold(&mut self, text: &Spanned<raw::Quantity>, measure: &Measure) -> Option<f64> {
        let value = self.quantity(text, measure)?;
        let is_time = matches!(measure.unit, ValueUnit::Duration(_));
        if is_time && !(value > 0.0 && value <= LONGEST) {
            let message = format!(
                "a threshold in time is more than nothing and at most ten years, and {} is not",
                quoted(&text.value.0)
            );
            let found = Diagnostic::error(code::OUT_OF_RANGE, &text.span, message);
            self.findings.push(
                found
                    .help(format!("write how long a customer may have to wait, for example `{}`", example_of(measure))),
            );
            return None;
        }
        Some(value)
    }

    /// Refuses a standard that every figure meets.
    fn can_be_missed(&mut self, text: &Spanned<raw::Quantity>, measure: &Measure, value: f64) -> bool {
        let always = match (&measure.unit, measure.better) {
            (ValueUnit::Percent, Direction::Higher) => value <= 0.0,
            (ValueUnit::Percent, Direction::Lower) => value >= 1.0,
            _ => false,
        };
        if always {
            let message = format!("every figure meets a standard of {}", quoted(&text.value.0));
            let found = Diagnostic::error(code::OUT_OF_RANGE, &text.span, message);
            self.findings.push(found.help("write what has to be reached for the promise to be kept"));
        }
        !always
    }

    /// What proves a promise: the measure that it names, or one that follows from it.
    fn proof(
        &mut self,
        promise: &str,
        named: &Arc<Measure>,
        wanted: Wanted,
        condition: Option<&Spanned<raw::Text>>,
        levels: Levels,
    ) -> Option<Proof> {
        let Wanted { standard, row_meets } = wanted;
        let mut beside = None;
        let formula = match row_meets {
            None => named.formula.clone(),
            Some(RowMeets { of, period_of, beside: intervals }) => {
                let mut rows = named.formula.rows()?.clone();
                beside = intervals.map(|(width, intervals)| (Formula::Count { rows: rows.clone() }, width, intervals));
                rows.period_of = period_of.unwrap_or(rows.period_of);
                Formula::Share { rows, of }
            }
        };
        let formula = match condition {
            None => formula,
            Some(condition) => match narrowed(&formula, &condition.value.0) {
                Some(formula) => formula,
                None => {
                    let message = format!("`where` cannot be put before the rows of measure `{}`", named.id);
                    let found = Diagnostic::error(code::NO_EFFECT, &condition.span, message)
                        .note("it is worked out from other measures, or from two tables");
                    self.findings.push(found.help("write a measure of its own with this condition, and name that one"));
                    return None;
                }
            },
        };
        let measure = if formula == named.formula {
            Arc::clone(named)
        } else {
            self.following(promise, "", named, formula, levels)
        };
        let overdue =
            still_open(&measure.formula).map(|formula| self.counting(promise, "-overdue", named, formula, levels));
        let beside_threshold = beside.and_then(|(count, width, intervals)| {
            let mut counted = Vec::new();
            for (position, interval) in intervals.iter().enumerate() {
                let mut formula = narrowed(&count, interval)?;
                if let Some(condition) = condition {
                    formula = narrowed(&formula, &condition.value.0)?;
                }
                counted.push(self.counting(promise, &format!("-beside-{}", position + 1), named, formula, levels));
            }
            Some(BesideThreshold { width, counts: counted.try_into().ok()? })
        });
        let proof = Proof { measure, named: named.id.clone(), overdue, beside_threshold, standard };
        Some(self.once(promise, proof))
    }

    /// A measure that follows from another one.
    fn following(
        &self,
        promise: &str,
        end: &str,
        named: &Arc<Measure>,
        formula: Formula,
        levels: Levels,
    ) -> Arc<Measure> {
        let is_share = matches!(formula, Formula::Share { .. }) && !matches!(named.formula, Formula::Share { .. });
        let digest = digest::under(&formula, self.policies);
        Arc::new(Measure {
            id: MeasureId::new(format!("{PREFIX}{promise}{end}")),
            title: names::title(promise),
            unit: if is_share { ValueUnit::Percent } else { named.unit.clone() },
            decimals: if is_share { Some(1) } else { named.decimals },
            better: if is_share { Direction::Higher } else { named.better },
            levels: Levels { person: levels.person && named.levels.person, unit: levels.unit && named.levels.unit },
            definition: DefinitionVersion { number: named.definition.number, digest },
            formula,
            example: None,
            // What follows from the definition that holds now says nothing about earlier ones.
            earlier: Vec::new(),
            ..named.as_ref().clone()
        })
    }

    /// A number of rows that follows from another measure.
    fn counting(
        &self,
        promise: &str,
        end: &str,
        named: &Arc<Measure>,
        formula: Formula,
        levels: Levels,
    ) -> Arc<Measure> {
        let counted = self.following(promise, end, named, formula, levels);
        Arc::new(Measure { unit: ValueUnit::Count, better: Direction::Lower, ..counted.as_ref().clone() })
    }

    /// The proof with identifiers that no other proof of the promise has: versions of a charter that ask for the same
    /// share one measure, others have measures of their own.
    fn once(&mut self, promise: &str, proof: Proof) -> Proof {
        let made = self.made.entry(promise.to_owned()).or_default();
        let same = |one: &Measure, other: &Measure| one.formula == other.formula;
        let known = made.iter().find(|known| known.named == proof.named && same(&known.measure, &proof.measure));
        if let Some(known) = known {
            return Proof { standard: proof.standard, ..known.clone() };
        }
        let position = made.len();
        let numbered = |measure: Arc<Measure>| {
            if position == 0 || !measure.id.as_str().starts_with(PREFIX) {
                return measure;
            }
            let id = MeasureId::new(format!("{}-{}", measure.id, position + 1));
            Arc::new(Measure { id, ..measure.as_ref().clone() })
        };
        let proof = Proof {
            measure: numbered(proof.measure),
            overdue: proof.overdue.map(&numbered),
            beside_threshold: proof
                .beside_threshold
                .map(|beside| BesideThreshold { counts: beside.counts.map(&numbered), ..beside }),
            ..proof
        };
        made.push(proof.clone());
        proof
    }

    fn served_by(&mut self, raw: raw::ServedBy) -> Option<InternalStandard> {
        let (measure, standard, kept_by) = match raw {
            raw::ServedBy::Measure(measure) => (Some(measure), None, None),
            raw::ServedBy::Full(raw::InternalStandard { measure, standard, kept_by }) => (measure, standard, kept_by),
        };
        let measure = self.known.find(&measure?, "a promise is served by", self.findings)?;
        let standard = match standard {
            Some(text) => Some(self.quantity(&text, &measure)?),
            None => None,
        };
        Some(InternalStandard { measure: measure.id.clone(), standard, kept_by: kept_by.map(|text| text.value.0) })
    }
}

/// A value that a standard of the measure could have, for messages.
fn example_of(measure: &Measure) -> &'static str {
    match measure.unit {
        ValueUnit::Percent => "95 %",
        ValueUnit::Duration(_) => "4 h",
        ValueUnit::Points => "30",
        _ => "5",
    }
}

/// What one row has to meet. Of a case, the time from its opening to something is missing until that happens: an open
/// case that is past its time has not met it, and counts when it should have.
fn row_meets(rows: &Rows, of: &Expression, limit: f64, higher: bool) -> RowMeets {
    let sign = if higher { ">=" } else { "<=" };
    let text = of.as_str().trim();
    let business = text.strip_suffix("_business_s");
    let what = business.or_else(|| text.strip_suffix("_s")).unwrap_or(text);
    let runs_from_opening = ["first_response", "first_resolution", "full_resolution"].contains(&what);
    if higher || rows.table != CASE_FACTS.name || !runs_from_opening {
        let beside = (!higher).then(|| beside(text, limit));
        return RowMeets { of: Expression(format!("({text}) {sign} {limit}")), beside, period_of: None };
    }
    // Until it is solved the time goes on; after that, what has not happened by then never will.
    let passed = match business {
        Some(_) => "coalesce(full_resolution_business_s, age_business_s)",
        None => "coalesce(full_resolution_s, age_s)",
    };
    let of = format!("case when {text} is not null then {text} <= {limit} when {passed} > {limit} then false end");
    // An open case has no day on which it was solved; it counts on the day on which its time was used up, or for working
    // time, of which nobody knows that day here, on the day on which it was opened.
    let at_solution = rows.period_of.as_str().trim() == "solved_at";
    let period_of = at_solution.then(|| match business {
        Some(_) => Expression("coalesce(solved_at, opened_at)".to_owned()),
        None => Expression(format!("coalesce(solved_at, opened_at + interval '{} seconds')", limit.round())),
    });
    RowMeets { of: Expression(of), beside: Some(beside(text, limit)), period_of }
}

/// Two intervals within a threshold and two beyond it. They are a tenth of it wide; from three days on they are a day
/// wide, because work comes and goes with the hours of the day.
fn beside(text: &str, limit: f64) -> (f64, [String; 4]) {
    const DAY: f64 = 86_400.0;
    let width = if limit >= 3.0 * DAY { DAY } else { limit / 10.0 };
    let intervals = [-2.0, -1.0, 0.0, 1.0].map(|steps| {
        let (from, to) = (limit + steps * width, limit + (steps + 1.0) * width);
        format!("({text}) > {from} and ({text}) <= {to}")
    });
    (width, intervals)
}

/// The formula over the rows that meet a condition too; none where it cannot be put before all of its rows.
fn narrowed(formula: &Formula, condition: &str) -> Option<Formula> {
    let mut narrowed = formula.clone();
    let mut all = narrowed.all_rows_mut();
    let table = all.first()?.table.clone();
    if all.iter().any(|rows| rows.table != table) {
        return None;
    }
    for rows in &mut all {
        rows.conditions.push(Expression(condition.to_owned()));
    }
    Some(narrowed)
}

/// Counts the cases that have not met what is asked for and are still open. None where rows are no cases.
fn still_open(formula: &Formula) -> Option<Formula> {
    let Formula::Share { rows, of } = formula else { return None };
    if rows.table != CASE_FACTS.name {
        return None;
    }
    let open = format!("solved_at is null and not ({of})");
    let counted = Formula::Count { rows: rows.clone() };
    narrowed(&counted, &open)
}
