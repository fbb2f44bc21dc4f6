//! Which figures the record holds that were counted elsewhere or typed.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int32Type};
use datafusion::logical_expr::lit;
use datafusion::prelude::col;
use evenkeel_model::organisation::UnitCode;
use jiff::civil::Date;

use crate::columns::{Texts, column};
use crate::local_time::date_of;
use crate::{Engine, EngineError};

/// A figure in the record, without what it says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Observed {
    /// The day that places it in its period.
    pub on: Date,
    /// The source that it came from.
    pub source: String,
}

/// Figures by their name and the unit that they are of, each with its days in order.
pub type Observations = BTreeMap<(String, UnitCode), Vec<Observed>>;

impl Engine {
    /// Which figures of these names the record holds of units. Those of single people are none of them.
    pub async fn observations(&self, names: &[&str]) -> Result<Observations, EngineError> {
        let frame = self.session().table("observations").await?;
        let wanted = names.iter().map(|name| lit(*name)).collect();
        let query = frame.filter(col("measure").in_list(wanted, false).and(col("person_id").is_null()))?;
        let query = query.select_columns(&["measure", "unit_id", "period_on", "source"])?;
        let directory = self.directory();
        let organisation = directory.organisation();
        let mut found = Observations::new();
        for batch in self.session().collect(query).await? {
            let texts = |name: &str| -> Result<Texts, EngineError> { Texts::of(column(&batch, name)?) };
            let (measures, units, sources) = (texts("measure")?, texts("unit_id")?, texts("source")?);
            let days = cast(column(&batch, "period_on")?, &DataType::Int32)?;
            let days = days.as_primitive::<Int32Type>();
            for row in 0..batch.num_rows() {
                let (Some(measure), true) = (measures.get(row), days.is_valid(row)) else { continue };
                let source = sources.get(row);
                let unit = units.get(row).map_or(organisation.root().0, |unit| directory.unit(source, unit));
                let observed = Observed { on: date_of(days.value(row)), source: source.unwrap_or_default().to_owned() };
                found.entry((measure.to_owned(), UnitCode(unit))).or_default().push(observed);
            }
        }
        for days in found.values_mut() {
            days.sort();
        }
        Ok(found)
    }
}
