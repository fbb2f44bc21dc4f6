//! The readings of one measure, divided by the case mix: one scan.

use std::sync::Arc;

use datafusion::common::TableReference;
use evenkeel_model::comparison::Attribute;
use evenkeel_model::comparison::case_mix::Origin;
use evenkeel_model::measure::{EarlierDefinition, Measure};
use evenkeel_model::period::{Grain, Period};

use crate::readings::Who;
use crate::{Engine, EngineError, ReadingStore, Request};

/// The most groups of like cases; with more of them hardly any two cases are alike.
const MOST: usize = 500;

/// The readings of one measure by groups of like cases.
#[derive(Debug)]
pub struct Strata {
    measure: Arc<Measure>,
    stores: Vec<ReadingStore>,
    /// The readings of all cases together, of a measure that withholds some.
    together: Option<ReadingStore>,
}

impl Strata {
    /// The measure as the project has it.
    #[must_use]
    pub fn measure(&self) -> &Arc<Measure> {
        &self.measure
    }

    /// One store per group of like cases.
    pub(super) fn stores(&self) -> &[ReadingStore] {
        &self.stores
    }

    /// Whether the figure of a unit or person is told in a period.
    pub(super) fn tells(&self, who: Who, period: Period) -> bool {
        let Some(store) = &self.together else { return true };
        store.with_parts(&self.measure.id).is_some_and(|measure| store.reading_of(measure, who, period).is_ok())
    }
}

impl Engine {
    /// Reads a measure once, divided by what cases and customers are like.
    pub async fn strata(
        &self,
        measure: &Arc<Measure>,
        case_mix: &[Attribute],
        grain: Grain,
    ) -> Result<Strata, EngineError> {
        self.prepare(std::slice::from_ref(measure)).await?;
        // Groups may hold few each; what is withheld is decided about all of them together.
        let mut divided = without_limit(measure);
        let joined: Vec<&Attribute> =
            case_mix.iter().filter(|attribute| matches!(attribute.origin, Origin::Customer | Origin::Case)).collect();
        if !joined.is_empty() {
            for table in measure.tables() {
                let with = self.with_attributes(table, &joined).await?;
                rename(&mut divided, table, &with);
            }
        }
        let parts: Vec<String> = case_mix
            .iter()
            .map(|attribute| {
                let value = attribute.expression(|attribute| format!("\"{attribute}\""));
                format!("coalesce(cast({value} as varchar), '{MISSING}')")
            })
            .collect();
        let segment = match parts.as_slice() {
            [] => None,
            [only] => Some(only.clone()),
            parts => Some(format!("concat({})", parts.join(&format!(", '{BETWEEN}', ")))),
        };
        let request = Request { measures: vec![Arc::new(divided)], grain, segment, condition: None };
        let mut stores = Vec::new();
        for (_, store) in self.readings_in_at_most(&request, MOST).await? {
            stores.push(store);
        }
        let together = match measure.withhold_below {
            Some(_) => Some(self.store(vec![Arc::clone(measure)], grain).await?),
            None => None,
        };
        Ok(Strata { measure: Arc::clone(measure), stores, together })
    }

    /// A view of a table with the attributes of the case or customer that each row names; its name.
    async fn with_attributes(&self, table: &str, joined: &[&Attribute]) -> Result<String, EngineError> {
        let names: Vec<String> = joined.iter().map(ToString::to_string).collect();
        let name = format!("{table} with {}", names.join(", "));
        let context = self.session().context();
        if context.table_exist(TableReference::bare(name.as_str()))? {
            return Ok(name);
        }
        self.session().table(table).await?;
        let mut columns = vec!["t.*".to_owned()];
        let mut joins = Vec::new();
        for (place, attribute) in joined.iter().enumerate() {
            let (other, key) = match attribute.origin {
                Origin::Case => ("cases", "case_id"),
                Origin::Customer | Origin::Row | Origin::Attributes => ("customers", "customer_id"),
            };
            self.session().table(other).await?;
            let column = &attribute.name;
            columns.push(format!("a{place}.\"{column}\" as \"{attribute}\""));
            // Two sources may use one identifier; a row is never counted twice for that.
            joins.push(format!(
                "left join (select \"{key}\", max(\"{column}\") as \"{column}\" from \"{other}\" group by \"{key}\") \
                 a{place} on t.\"{key}\" = a{place}.\"{key}\""
            ));
        }
        let query = format!("select {} from \"{table}\" t {}", columns.join(", "), joins.join(" "));
        let view = context.sql(&query).await?.into_view();
        context.register_table(TableReference::bare(name.as_str()), view)?;
        Ok(name)
    }
}

/// Stands for an attribute that is missing; no text from a source is equal to it.
const MISSING: &str = "\u{1}";
/// Stands between attributes.
const BETWEEN: &str = "\u{1f}";

/// The measure without the limit below which readings are withheld.
fn without_limit(measure: &Measure) -> Measure {
    let earlier = measure.earlier.iter().map(|earlier| EarlierDefinition {
        measure: Arc::new(Measure { withhold_below: None, ..earlier.measure.as_ref().clone() }),
        ..earlier.clone()
    });
    Measure { withhold_below: None, earlier: earlier.collect(), ..measure.clone() }
}

/// Lets a measure read another table in place of one.
fn rename(measure: &mut Measure, table: &str, other: &str) {
    for rows in measure.formula.all_rows_mut() {
        if rows.table == table {
            other.clone_into(&mut rows.table);
        }
    }
    for earlier in &mut measure.earlier {
        rename(Arc::make_mut(&mut earlier.measure), table, other);
    }
}
