//! The readings of one measure, divided by an attribute: each value by itself, what is not known, and all that is rare
//! together.

use std::collections::BTreeSet;
use std::sync::Arc;

use evenkeel_model::breakdown::{Group, may_divide};
use evenkeel_model::comparison::Attribute;
use evenkeel_model::comparison::case_mix::Origin;
use evenkeel_model::measure::Measure;
use evenkeel_model::period::Grain;

use crate::attributes::{MISSING, text_of};
use crate::columns::Texts;
use crate::{Engine, EngineError, ReadingStore, Request};

/// The most values that stand by themselves.
pub const MOST: usize = 30;
/// Stands for values that are rarer than those; no text from a source is equal to it.
const OTHERS: &str = "\u{2}";
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
        let frequent = self.frequent(&divided, &text).await?;
        let segment = if frequent.len() > MOST {
            let listed = frequent[..MOST].iter().map(String::as_str).chain([MISSING]);
            let listed: Vec<String> = listed.map(|value| format!("'{}'", value.replace('\'', "''"))).collect();
            format!("case when {text} in ({}) then {text} else '{OTHERS}' end", listed.join(", "))
        } else {
            text
        };
        let request = Request { measures: vec![Arc::new(divided)], grain, segment: Some(segment), condition: None };
        // What only the denominator has stands beside the values of the numerator.
        let stores = self.readings_in_at_most(&request, 10 * MOST).await?;
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

    /// The most frequent values among the rows that count, more than stand by themselves where there are more.
    async fn frequent(&self, measure: &Measure, text: &str) -> Result<Vec<String>, EngineError> {
        let Some(rows) = measure.formula.rows() else { return Ok(Vec::new()) };
        self.session().table(&rows.table).await?;
        let conditions: Vec<String> =
            rows.conditions.iter().map(|condition| format!("({})", condition.as_str())).collect();
        let conditions =
            if conditions.is_empty() { String::new() } else { format!("where {}", conditions.join(" and ")) };
        let query = format!(
            "select {text} as value from \"{}\" {conditions} group by 1 order by count(*) desc, 1 limit {}",
            rows.table,
            MOST + 2
        );
        let mut found = self.texts(&query).await?;
        found.retain(|value| value != MISSING);
        Ok(found)
    }

    /// The names in the JSON map `attributes` of the rows of a measure, as far as some rows of each source have them; a rare
    /// one may be among them or not.
    pub async fn attributes_of_rows(&self, measure: &Arc<Measure>) -> Result<Vec<Attribute>, EngineError> {
        self.prepare(std::slice::from_ref(measure)).await?;
        let mut names: Option<BTreeSet<String>> = None;
        for table in measure.tables() {
            let here = self.names_in(table).await?;
            // Only what all tables have divides both sides of a ratio.
            names = Some(match names {
                Some(known) => known.intersection(&here).cloned().collect(),
                None => here,
            });
        }
        let names = names.unwrap_or_default().into_iter();
        Ok(names.map(|name| Attribute { origin: Origin::Attributes, name }).collect())
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
