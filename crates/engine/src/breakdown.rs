//! The readings of one measure, divided by an attribute: each value by itself, what is not known, and all that is rare
//! together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::prelude::{col, lit};
use evenkeel_model::breakdown::{Group, may_divide};
use evenkeel_model::comparison::Attribute;
use evenkeel_model::comparison::case_mix::Origin;
use evenkeel_model::measure::{Formula, Measure};
use evenkeel_model::period::Grain;

use crate::attributes::{MISSING, text_of};
use crate::columns::{Texts, column};
use crate::compile::expression;
use crate::{Engine, EngineError, ReadingStore, Request};

/// The most values that stand by themselves.
pub const MOST: usize = 30;
/// How many values of each table are looked at to find those.
const CANDIDATES: usize = 10 * MOST;
/// Stands for values that are rarer than those; no text of a source is like it.
const OTHERS: &str = "\u{1}\u{2}others\u{2}\u{1}";
/// Among how many rows of each source names of attributes are looked for.
const LOOKED_AT: usize = 2000;

/// The readings of a measure by group.
#[derive(Debug)]
pub struct Breakdown {
    groups: Vec<(Group, ReadingStore)>,
}

impl Breakdown {
    /// The groups with their readings.
    pub fn groups(&self) -> impl Iterator<Item = (&Group, &ReadingStore)> {
        self.groups.iter().map(|(group, store)| (group, store))
    }
}

impl Engine {
    /// Reads a measure once, divided by an attribute. Which attributes there may be says [`evenkeel_model::breakdown`].
    pub async fn breakdown(
        &self,
        measure: &Arc<Measure>,
        attribute: &Attribute,
        grain: Grain,
    ) -> Result<Breakdown, EngineError> {
        self.prepare(std::slice::from_ref(measure)).await?;
        let divided = self.with_attributes_of(measure.as_ref().clone(), std::slice::from_ref(attribute)).await?;
        let text = text_of(attribute);
        let listed = self.frequent(&divided, &text).await?;
        let listed = listed.iter().map(String::as_str).chain([MISSING]);
        let listed: Vec<String> = listed.map(|value| format!("'{}'", value.replace('\'', "''"))).collect();
        let segment = format!("case when {text} in ({}) then {text} else '{OTHERS}' end", listed.join(", "));
        let request = Request { measures: vec![Arc::new(divided)], grain, segment: Some(segment), condition: None };
        let stores = self.readings(&request).await?;
        let group = |name: Option<String>| match name {
            Some(name) if name == OTHERS => Group::Others,
            Some(name) if name != MISSING => Group::Value(name),
            _ => Group::NotKnown,
        };
        let mut groups: Vec<(Group, ReadingStore)> =
            stores.into_iter().map(|(name, store)| (group(name), store)).collect();
        groups.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(Breakdown { groups })
    }

    /// The most frequent values among the rows that count, as many as stand by themselves: those of both sides of a ratio,
    /// and of earlier definitions.
    async fn frequent(&self, measure: &Measure, text: &str) -> Result<Vec<String>, EngineError> {
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        let earlier = measure.earlier.iter().map(|earlier| earlier.measure.as_ref());
        for definition in earlier.chain([measure]) {
            let of_many = matches!(
                definition.formula,
                Formula::Stock { .. } | Formula::Retention { .. } | Formula::Cohort { .. }
            );
            for (rows, expressions) in definition.formula.expressions() {
                let frame = self.session().table(&rows.table).await?;
                let parse = |text| expression(self.session(), (&rows.table, &frame), definition, "where", text);
                let value = self.session().context().parse_sql_expr(text, frame.schema())?;
                let mut query = frame.clone();
                for (place, text) in expressions.into_iter().enumerate() {
                    let parsed = parse(text)?;
                    query = match place.checked_sub(rows.conditions.len()) {
                        None => query.filter(parsed)?,
                        // What has not ended or not been reached counts all the same.
                        Some(1) if of_many => query,
                        Some(_) => query.filter(parsed.is_not_null())?,
                    };
                }
                let query = query.select(vec![value.alias("value")])?;
                let query = query.aggregate(vec![col("value")], vec![count(lit(1)).alias("n")])?;
                let most_first = vec![col("n").sort(false, false), col("value").sort(true, false)];
                let query = query.sort(most_first)?.limit(0, Some(CANDIDATES))?;
                for batch in self.session().collect(query).await? {
                    let texts = Texts::of(column(&batch, "value")?)?;
                    let found = cast(column(&batch, "n")?, &DataType::Int64)?;
                    let found = found.as_primitive::<Int64Type>();
                    for row in 0..batch.num_rows() {
                        *counts.entry(texts.get(row).unwrap_or_default().to_owned()).or_default() += found.value(row);
                    }
                }
            }
        }
        counts.remove(MISSING);
        let mut values: Vec<(String, i64)> = counts.into_iter().collect();
        values.sort_by(|(a, of_a), (b, of_b)| of_b.cmp(of_a).then_with(|| a.cmp(b)));
        values.truncate(MOST);
        Ok(values.into_iter().map(|(value, _)| value).collect())
    }

    /// The names in the JSON map `attributes` of the rows of a measure, as far as some rows of each source have them; a rare
    /// one may be among them or not.
    pub async fn attributes_of_rows(&self, measure: &Arc<Measure>) -> Result<Vec<Attribute>, EngineError> {
        self.prepare(std::slice::from_ref(measure)).await?;
        let names = match measure.tables().as_slice() {
            [table] => self.names_in(table).await?,
            // What two sources call alike need not be the same.
            _ => BTreeSet::new(),
        };
        Ok(names.into_iter().map(|name| Attribute { origin: Origin::Attributes, name }).collect())
    }

    async fn names_in(&self, table: &str) -> Result<BTreeSet<String>, EngineError> {
        let frame = self.session().table(table).await?;
        let mut names = BTreeSet::new();
        if frame.schema().field_with_unqualified_name("attributes").is_err() {
            return Ok(names);
        }
        for source in self.texts(&format!("select distinct source from \"{table}\" order by 1")).await? {
            let source = source.replace('\'', "''");
            let query = format!(
                "select attributes from \"{table}\" where source = '{source}' and attributes is not null limit {LOOKED_AT}"
            );
            for text in self.texts(&query).await? {
                if let Ok(serde_json::Value::Object(map)) = serde_json::from_str(&text) {
                    names.extend(map.into_iter().map(|(name, _)| name).filter(|name| may_divide(name)));
                }
            }
        }
        Ok(names)
    }

    /// What the only column of a query holds, in its order.
    async fn texts(&self, query: &str) -> Result<Vec<String>, EngineError> {
        let mut found = Vec::new();
        for batch in self.session().collect(self.session().context().sql(query).await?).await? {
            let texts = Texts::of(batch.column(0))?;
            found.extend((0..batch.num_rows()).filter_map(|row| texts.get(row)).map(str::to_owned));
        }
        Ok(found)
    }
}
