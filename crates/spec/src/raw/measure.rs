use schemars::JsonSchema;

use super::arithmetic::OfMeasures;
use super::example::Example;
use super::read::{Fields, FromYaml, Reader};
use super::values::{Choice, Filled, Number, Quantity, Text, Whole, choice, unknown_word};
use crate::place::{Span, Spanned};
use crate::schema::readable_tables;
use crate::yaml::{Kind, Node};

/// The keys that say how a measure is worked out, one of which has to be there.
pub(crate) const KINDS: [&str; 15] = [
    "share",
    "count",
    "sum",
    "mean",
    "ratio",
    "rate",
    "nps",
    "quantile",
    "stock",
    "distinct",
    "retention",
    "churn",
    "cohort",
    "formula",
    "composite",
];

/// A measure: what is counted, over which rows, shown in which unit. Targets stand in the scorecard.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[schemars(extend("oneOf" = [
    { "required": ["share"] },
    { "required": ["count"] },
    { "required": ["sum"] },
    { "required": ["mean"] },
    { "required": ["ratio"] },
    { "required": ["rate"] },
    { "required": ["nps"] },
    { "required": ["quantile"] },
    { "required": ["stock"] },
    { "required": ["distinct"] },
    { "required": ["retention"] },
    { "required": ["churn"] },
    { "required": ["cohort"] },
    { "required": ["formula"] },
    { "required": ["composite"] },
]))]
pub(crate) struct Measure {
    /// The identifier: small letters, digits and `_`.
    #[schemars(required)]
    pub(crate) measure: Option<Spanned<Text>>,
    /// The name people read. Default the identifier with spaces.
    pub(crate) title: Option<Spanned<Text>>,
    /// The leg it belongs to by nature: `employee`, `customer`, `business`, or your own.
    pub(crate) leg: Option<Spanned<Text>>,
    /// The perspective it belongs to, for example `internal processes`.
    pub(crate) perspective: Option<Spanned<Text>>,
    /// What one counted row is called, in the plural, for example `answers`.
    pub(crate) noun: Option<Spanned<Text>>,
    /// Shown in: `"%"` (or `percent`), `points`, `seconds`, `minutes`, `hours`, `days`, `money`, `count`, `number`,
    /// `per 1,000 orders`, or any other word.
    pub(crate) unit: Option<Spanned<Text>>,
    /// Digits after the decimal point, 0 to 9.
    #[schemars(range(max = 9))]
    pub(crate) decimals: Option<Spanned<Whole>>,
    /// How it is worked out.
    #[schemars(flatten)]
    pub(crate) keys: FormulaKeys,
    /// Which way is better.
    #[schemars(required)]
    pub(crate) better: Option<Better>,
    /// Where it may be reported. An empty list: for the organisation as a whole only. Default both.
    pub(crate) levels: Option<Spanned<Vec<Spanned<Level>>>>,
    /// How long after the end of a period its figure is known, and not told before: `7 days`. Default: at once, or as
    /// long as the formula itself has to wait. `none`: what is known already is told at once.
    pub(crate) wait: Option<Spanned<Quantity>>,
    /// A reading that rests on fewer is withheld, for example `5` for a survey of staff.
    #[schemars(range(min = 2))]
    pub(crate) withhold_below: Option<Spanned<Whole>>,
    /// Counted up whenever the formula changes. Default 1.
    #[schemars(range(min = 1))]
    pub(crate) version: Option<Spanned<Whole>>,
    /// What a reader has to know.
    pub(crate) about: Option<About>,
    /// Definitions that held before.
    pub(crate) versions: Option<Vec<EarlierVersion>>,
    /// A few rows of the service record, and what has to come of them.
    pub(crate) example: Option<Example>,
    #[schemars(skip)]
    pub(crate) at: Span,
}

/// The keys that say how a measure is worked out.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct FormulaKeys {
    /// A table of the service record, or `case_facts`.
    #[schemars(transform = readable_tables)]
    pub(crate) from: Option<Spanned<Text>>,
    /// An SQL condition. Rows for which it is not true are left out.
    #[schemars(rename = "where")]
    pub(crate) condition: Option<Spanned<Text>>,
    /// Rows for which the condition is true, out of the rows for which it is true or false.
    pub(crate) share: Option<Spanned<Text>>,
    /// The number of rows: `count: rows`.
    #[schemars(extend("const" = "rows"))]
    pub(crate) count: Option<Spanned<Text>>,
    /// The sum of an SQL expression.
    pub(crate) sum: Option<Spanned<Text>>,
    /// The mean of an SQL expression over the rows where it is not NULL.
    pub(crate) mean: Option<Spanned<Text>>,
    /// One amount divided by another.
    pub(crate) ratio: Option<Spanned<Ratio>>,
    /// Events per so many units of exposure.
    pub(crate) rate: Option<Spanned<Rate>>,
    /// The share of answers 9 and 10 minus the share of answers 0 to 6; an SQL expression that yields 0 to 10.
    pub(crate) nps: Option<Spanned<Text>>,
    /// A percentile of an SQL expression.
    pub(crate) quantile: Option<Spanned<Quantile>>,
    /// How many rows are open at the end of the period. `period_of` is when a row begins to count.
    pub(crate) stock: Option<Spanned<Stock>>,
    /// How many different values an SQL expression has; NULL is none of them.
    pub(crate) distinct: Option<Spanned<Text>>,
    /// Of the rows that were there when the period began, the share that is still there when it ends. `period_of` is
    /// when a row begins.
    pub(crate) retention: Option<Spanned<Stock>>,
    /// Of the rows that were there when the period began, the share that is lost when it ends. `period_of` is when a
    /// row begins.
    pub(crate) churn: Option<Spanned<Stock>>,
    /// Of the rows that entered in the period, the share that reached something within a time of their own.
    pub(crate) cohort: Option<Spanned<Cohort>>,
    /// Arithmetic over other measures, with `+`, `-`, `*`, `/`, brackets, numbers and identifiers: `cost / cases`.
    pub(crate) formula: Option<Spanned<OfMeasures>>,
    /// Several measures on one scale from 0 to 100, weighted.
    pub(crate) composite: Option<Spanned<Composite>>,
    /// The column that puts a row into its period. Each table has a default.
    pub(crate) period_of: Option<Spanned<Text>>,
    /// The column with the person that a row counts for; `none` for nobody. For `case_facts` also `solver`, the
    /// default, and `holder_at_breach`. Each table has a default.
    pub(crate) attribute: Option<Spanned<Text>>,
    /// The column with the unit of rows that count for no person; `none` for the whole organisation only. Each table
    /// has a default.
    pub(crate) unit_of: Option<Spanned<Text>>,
    /// The keys of [`KINDS`] that are there.
    #[schemars(skip)]
    pub(crate) kinds: Vec<Spanned<&'static str>>,
}

impl FormulaKeys {
    fn take(fields: &mut Fields<'_, '_, '_>) -> Self {
        Self {
            from: fields.optional("from"),
            condition: fields.optional("where"),
            kinds: KINDS.iter().filter_map(|kind| fields.key(kind)).collect(),
            share: fields.optional("share"),
            count: fields.optional("count"),
            sum: fields.optional("sum"),
            mean: fields.optional("mean"),
            ratio: fields.optional("ratio"),
            rate: fields.optional("rate"),
            nps: fields.optional("nps"),
            quantile: fields.optional("quantile"),
            stock: fields.optional("stock"),
            distinct: fields.optional("distinct"),
            retention: fields.optional("retention"),
            churn: fields.optional("churn"),
            cohort: fields.optional("cohort"),
            formula: fields.optional("formula"),
            composite: fields.optional("composite"),
            period_of: fields.optional("period_of"),
            attribute: fields.optional("attribute"),
            unit_of: fields.optional("unit_of"),
        }
    }

    /// The measures that it is worked out from.
    fn uses(&self) -> Vec<Spanned<String>> {
        let composite = self.composite.iter().flat_map(|composite| composite.value.parts.iter().flatten());
        let parts = composite.filter_map(|part| part.measure.as_ref()).map(|name| name.with(name.value.0.clone()));
        self.formula.iter().flat_map(|formula| formula.value.names.iter().cloned()).chain(parts).collect()
    }
}

/// A definition that held before.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct EarlierVersion {
    /// Its version.
    #[schemars(required, range(min = 1))]
    pub(crate) version: Option<Spanned<Whole>>,
    /// The first day on which it no longer held.
    #[schemars(required)]
    pub(crate) until: Option<Spanned<Text>>,
    /// Why it was changed then.
    #[schemars(required)]
    pub(crate) reason: Option<Spanned<Text>>,
    /// How it was worked out.
    #[schemars(flatten)]
    pub(crate) keys: FormulaKeys,
    #[schemars(skip)]
    pub(crate) at: Span,
}

impl FromYaml for EarlierVersion {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("`{name}` of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let at = fields.at();
        let version = Self {
            version: fields.required("version", "version: 1"),
            until: fields.required("until", "until: 2026-04-01"),
            reason: fields.required("reason", "reason: the scale of the survey was changed"),
            keys: FormulaKeys::take(&mut fields),
            at,
        };
        fields.finish();
        Some(version)
    }
}

impl FromYaml for Measure {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = reader.subject.clone();
        let mut fields = reader.fields(node, name, place)?;
        let at = fields.at();
        let measure = Self {
            measure: fields.required("measure", "measure: complaint_time"),
            title: fields.optional("title"),
            leg: fields.optional("leg"),
            perspective: fields.optional("perspective"),
            noun: fields.optional("noun"),
            unit: fields.optional("unit"),
            decimals: fields.optional("decimals"),
            keys: FormulaKeys::take(&mut fields),
            better: fields.required("better", "better: higher` or `better: lower"),
            levels: fields.optional("levels"),
            wait: fields.optional("wait"),
            withhold_below: fields.optional("withhold_below"),
            version: fields.optional("version"),
            versions: fields.optional("versions"),
            about: fields.optional("about"),
            example: fields.optional("example"),
            at,
        };
        fields.finish();
        Some(measure)
    }
}

impl Measure {
    /// The measures that it is worked out from, or once was.
    pub(crate) fn uses(&self) -> Vec<Spanned<String>> {
        let earlier = self.versions.iter().flatten().flat_map(|version| version.keys.uses());
        self.keys.uses().into_iter().chain(earlier).collect()
    }
}

/// Several measures on one scale from 0 to 100.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Composite {
    /// How the parts are put together. Default `mean`.
    pub(crate) method: Option<CompositeMethod>,
    /// The share of all weight for which there have to be values, for example `80 %`. Default `100 %`: every part.
    pub(crate) needs: Option<Spanned<Quantity>>,
    /// The measures.
    #[schemars(required, length(min = 1))]
    pub(crate) parts: Option<Vec<CompositePart>>,
}

impl FromYaml for Composite {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("`{name}` of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let parts: Option<Filled<Vec<CompositePart>>> =
            fields.required("parts", "parts: [{ use: csat, worst: 50 %, best: 90 % }]");
        let composite = Self {
            method: fields.optional("method"),
            needs: fields.optional("needs"),
            parts: parts.map(|parts| parts.0),
        };
        fields.finish();
        Some(composite)
    }
}

/// How the parts of a composite are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(inline)]
pub(crate) enum CompositeMethod {
    /// The weighted mean.
    #[schemars(rename = "mean")]
    Mean,
    /// The weighted geometric mean: a weak part pulls the whole down further.
    #[schemars(rename = "geometric mean")]
    GeometricMean,
}

impl Choice for CompositeMethod {
    const WORDS: &'static [(&'static str, Self)] = &[("mean", Self::Mean), ("geometric mean", Self::GeometricMean)];
}

impl FromYaml for CompositeMethod {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        choice(node, name, reader)
    }
}

/// One measure of a composite.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct CompositePart {
    /// The measure.
    #[schemars(required, rename = "use")]
    pub(crate) measure: Option<Spanned<Text>>,
    /// Its weight. Default 1.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub(crate) weight: Option<Spanned<Number>>,
    /// The value that means 0, in the unit of the measure.
    #[schemars(required)]
    pub(crate) worst: Option<Spanned<Quantity>>,
    /// The value that means 100, in the unit of the measure.
    #[schemars(required)]
    pub(crate) best: Option<Spanned<Quantity>>,
}

impl FromYaml for CompositePart {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("`{name}` of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let part = Self {
            measure: fields.required("use", "use: csat"),
            weight: fields.optional("weight"),
            worst: fields.required("worst", "worst: 50 %"),
            best: fields.required("best", "best: 90 %"),
        };
        fields.finish();
        Some(part)
    }
}

/// One amount divided by another.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Ratio {
    /// Above the line.
    #[schemars(required)]
    pub(crate) numerator: Option<Amount>,
    /// Below the line.
    #[schemars(required)]
    pub(crate) denominator: Option<Amount>,
}

impl FromYaml for Ratio {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("`{name}` of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let ratio = Self {
            numerator: fields.required("numerator", "numerator: { sum: amount }"),
            denominator: fields.required("denominator", "denominator: rows"),
        };
        fields.finish();
        Some(ratio)
    }
}

/// Events per so many units of exposure.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Rate {
    /// What is counted.
    #[schemars(required)]
    pub(crate) events: Option<Amount>,
    /// What it is related to.
    #[schemars(required)]
    pub(crate) exposure: Option<Amount>,
    /// Shown per this many units of exposure, for example 1000. Not needed where `unit` says it.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub(crate) per: Option<Spanned<Number>>,
}

impl FromYaml for Rate {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("`{name}` of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let rate = Self {
            events: fields.required("events", "events: { count: is_complaint }"),
            exposure: fields.required("exposure", "exposure: { from: orders, count: rows }"),
            per: fields.optional("per"),
        };
        fields.finish();
        Some(rate)
    }
}

/// What is added up: `rows`, or a count or sum with rows of its own.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged, inline)]
pub(crate) enum Amount {
    /// The number of rows.
    #[schemars(extend("const" = "rows"))]
    Rows(Spanned<Text>),
    /// A count or a sum.
    Full(Box<CountOf>),
}

impl FromYaml for Amount {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Map(_) => CountOf::from_yaml(node, name, reader).map(|amount| Self::Full(Box::new(amount))),
            _ => Spanned::from_yaml(node, name, reader).map(Self::Rows),
        }
    }
}

/// A count or a sum. What it leaves open it takes from the measure, or from the defaults of its own table.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields, rename = "Amount")]
#[schemars(extend("oneOf" = [{ "required": ["count"] }, { "required": ["sum"] }, { "required": ["distinct"] }]))]
pub(crate) struct CountOf {
    /// `rows`, or the SQL condition of the rows that count.
    pub(crate) count: Option<Spanned<Text>>,
    /// The SQL expression that is added up.
    pub(crate) sum: Option<Spanned<Text>>,
    /// The SQL expression whose different values are counted.
    pub(crate) distinct: Option<Spanned<Text>>,
    /// A table of the service record, or `case_facts`.
    #[schemars(transform = readable_tables)]
    pub(crate) from: Option<Spanned<Text>>,
    /// An SQL condition. Rows for which it is not true are left out.
    #[schemars(rename = "where")]
    pub(crate) condition: Option<Spanned<Text>>,
    /// The column that puts a row into its period.
    pub(crate) period_of: Option<Spanned<Text>>,
    /// The column with the person that a row counts for; `none` for nobody. For `case_facts` also `solver` and
    /// `holder_at_breach`.
    pub(crate) attribute: Option<Spanned<Text>>,
    /// The column with the unit of rows that count for no person; `none` for the whole organisation only.
    pub(crate) unit_of: Option<Spanned<Text>>,
    /// Whether it has exactly one of `count`, `sum` and `distinct`; anything else has been reported.
    #[schemars(skip)]
    pub(crate) sound: bool,
    #[schemars(skip)]
    pub(crate) at: Span,
}

impl FromYaml for CountOf {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("`{name}` of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let kinds: Vec<&str> = ["count", "sum", "distinct"].into_iter().filter(|kind| fields.has(kind)).collect();
        let sound = kinds.len() == 1;
        if let [one, other, ..] = kinds[..] {
            if let (Some(first), Some(second)) = (fields.key(one), fields.key(other)) {
                let message = format!("{} has both `{one}` and `{other}`", fields.place());
                let found = crate::Diagnostic::error(crate::code::KIND, &second.span, message)
                    .related(&first.span, "and this")
                    .help("keep one of the two: an amount is a number of rows, a sum or a number of different values");
                fields.reader.report(found);
            }
        } else if !sound {
            fields.missing("count`, `sum` or `distinct", "count: rows` or `sum: amount");
        }
        let at = fields.at();
        let amount = Self {
            count: fields.optional("count"),
            sum: fields.optional("sum"),
            distinct: fields.optional("distinct"),
            from: fields.optional("from"),
            condition: fields.optional("where"),
            period_of: fields.optional("period_of"),
            attribute: fields.optional("attribute"),
            unit_of: fields.optional("unit_of"),
            sound,
            at,
        };
        fields.finish();
        Some(amount)
    }
}

/// A percentile.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Quantile {
    /// The SQL expression whose values are looked at; NULL is left out.
    #[schemars(required)]
    pub(crate) of: Option<Spanned<Text>>,
    /// Which one: 0.5 is the median.
    #[schemars(required, range(min = 0, max = 1))]
    pub(crate) at: Option<Spanned<Number>>,
    /// What to do between two values. Default `nearest rank`.
    pub(crate) method: Option<Method>,
}

impl FromYaml for Quantile {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("`{name}` of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let quantile = Self {
            of: fields.required("of", "of: full_resolution_s"),
            at: fields.required("at", "at: 0.5"),
            method: fields.optional("method"),
        };
        fields.finish();
        Some(quantile)
    }
}

/// What to do when a percentile falls between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(inline)]
pub(crate) enum Method {
    /// The smallest value with at least the wanted share of all values at or below it.
    #[schemars(rename = "nearest rank")]
    NearestRank,
    /// Linear interpolation between the two neighbours.
    #[schemars(rename = "interpolated")]
    Interpolated,
}

impl Choice for Method {
    const WORDS: &'static [(&'static str, Self)] =
        &[("nearest rank", Self::NearestRank), ("interpolated", Self::Interpolated)];
}

impl FromYaml for Method {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        choice(node, name, reader)
    }
}

/// Rows that begin and end: the backlog, or those that stay.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Stock {
    /// The column that says when a row stops counting; NULL while it still counts.
    #[schemars(required)]
    pub(crate) until: Option<Spanned<Text>>,
}

impl FromYaml for Stock {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("`{name}` of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let stock = Self { until: fields.required("until", "until: solved_at") };
        fields.finish();
        Some(stock)
    }
}

/// Rows by when they entered, and what they reached since.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Cohort {
    /// The column that says when a row reached it; NULL while it has not.
    #[schemars(required)]
    pub(crate) reached: Option<Spanned<Text>>,
    /// How long it has for that, from `period_of` on: `7 days`.
    #[schemars(required)]
    pub(crate) within: Option<Spanned<Quantity>>,
}

impl FromYaml for Cohort {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("`{name}` of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let cohort = Self {
            reached: fields.required("reached", "reached: solved_at"),
            within: fields.required("within", "within: 7 days"),
        };
        fields.finish();
        Some(cohort)
    }
}

/// Which way is better.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged, inline)]
pub(crate) enum Better {
    /// A way.
    Way(Spanned<Way>),
    /// Best inside a range.
    Within(Within),
}

impl FromYaml for Better {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        match &node.kind {
            Kind::Map(_) => Within::from_yaml(node, name, reader).map(Self::Within),
            _ => Spanned::from_yaml(node, name, reader).map(Self::Way),
        }
    }
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase", inline)]
pub(crate) enum Way {
    Higher,
    Lower,
    Neither,
}

impl Choice for Way {
    const WORDS: &'static [(&'static str, Self)] =
        &[("higher", Self::Higher), ("lower", Self::Lower), ("neither", Self::Neither)];
}

impl FromYaml for Way {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        if matches!(node.kind, Kind::List(_)) {
            let help = format!("write `{name}: {{ within: {} }}`", reader.span(node).text());
            reader.wrong_type(node, name, "a way or a range", &help);
            return None;
        }
        let scalar = super::values::scalar(node, name, "a way or a range", reader)?;
        let text = scalar.text.trim();
        let found = Self::WORDS.iter().find(|(word, _)| *word == text).map(|(_, way)| *way);
        if found.is_none() {
            let words = Self::WORDS.iter().map(|(word, _)| *word).chain(["{ within: [10 %, 15 %] }"]);
            unknown_word(text, words, &reader.span(node), name, reader);
        }
        found
    }
}

/// Best inside a range, bounds included.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Within {
    /// The lower and the upper bound, in the unit of the measure.
    #[schemars(required, length(equal = 2))]
    pub(crate) within: Option<Spanned<Vec<Spanned<Quantity>>>>,
}

impl FromYaml for Within {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("`{name}` of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let within = Self { within: fields.required("within", "within: [10 %, 15 %]") };
        fields.finish();
        Some(within)
    }
}

/// A level at which a measure may be reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase", inline)]
pub(crate) enum Level {
    Person,
    Unit,
}

impl Choice for Level {
    const WORDS: &'static [(&'static str, Self)] = &[("person", Self::Person), ("unit", Self::Unit)];
}

impl FromYaml for Level {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        choice(node, name, reader)
    }
}

/// What a reader of a measure has to know.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct About {
    /// What it means, in one or two sentences.
    pub(crate) means: Option<Spanned<Text>>,
    /// How the record behind it comes about.
    pub(crate) collected: Option<Spanned<Text>>,
    /// What moves it.
    pub(crate) moved_by: Option<Vec<Spanned<Text>>>,
    /// The measures that it has to be read with.
    pub(crate) read_with: Option<Vec<Spanned<Text>>>,
    /// What goes wrong with it.
    pub(crate) pitfalls: Option<Vec<Spanned<Text>>>,
    /// What has to be in the record.
    pub(crate) needs: Option<Vec<Spanned<Text>>>,
    /// Whether it moves before or after the result that it is held to lead to: `leading` or `lagging`.
    pub(crate) timing: Option<Timing>,
    /// Why it says nothing about one person, and where to look instead.
    pub(crate) not_for_people: Option<Spanned<Text>>,
    /// Where the formula comes from.
    pub(crate) sources: Option<Vec<Spanned<Text>>>,
}

/// Whether a measure moves before or after the result that it is held to lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase", inline)]
pub(crate) enum Timing {
    Leading,
    Lagging,
}

impl Choice for Timing {
    const WORDS: &'static [(&'static str, Self)] = &[("leading", Self::Leading), ("lagging", Self::Lagging)];
}

impl FromYaml for Timing {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        choice(node, name, reader)
    }
}

impl FromYaml for About {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let place = format!("`{name}` of {}", reader.subject);
        let mut fields = reader.fields(node, name, place)?;
        let about = Self {
            means: fields.optional("means"),
            collected: fields.optional("collected"),
            moved_by: fields.optional("moved_by"),
            read_with: fields.optional("read_with"),
            pitfalls: fields.optional("pitfalls"),
            needs: fields.optional("needs"),
            timing: fields.optional("timing"),
            not_for_people: fields.optional("not_for_people"),
            sources: fields.optional("sources"),
        };
        fields.finish();
        Some(about)
    }
}

impl CountOf {
    /// A word where a mapping could stand.
    pub(crate) fn rows(word: Spanned<Text>) -> Self {
        let at = word.span.clone();
        Self {
            count: Some(word),
            sum: None,
            distinct: None,
            from: None,
            condition: None,
            period_of: None,
            attribute: None,
            unit_of: None,
            sound: true,
            at,
        }
    }
}
