//! What rows are like: attributes of their own, and of the case or customer that each of them names.

use std::sync::Arc;

use datafusion::common::TableReference;
use evenkeel_model::comparison::Attribute;
use evenkeel_model::comparison::case_mix::Origin;
use evenkeel_model::measure::Measure;

use crate::{Engine, EngineError};

/// Stands for an attribute that is missing; no text of a source is like it.
pub(crate) const MISSING: &str = "\u{1}\u{2}missing\u{2}\u{1}";

/// An attribute as a text in SQL that is never null.
pub(crate) fn text_of(attribute: &Attribute) -> String {
    let value = attribute.expression(|attribute| format!("\"{attribute}\""));
    format!("coalesce(cast({value} as varchar), '{MISSING}')")
}

impl Engine {
    /// A measure over tables that have these attributes: those of cases and customers are joined.
    pub(crate) async fn with_attributes_of(
        &self,
        measure: Measure,
        attributes: &[Attribute],
    ) -> Result<Measure, EngineError> {
        let mut measure = measure;
        let joined: Vec<&Attribute> =
            attributes.iter().filter(|attribute| matches!(attribute.origin, Origin::Customer | Origin::Case)).collect();
        if !joined.is_empty() {
            let tables: Vec<String> = measure.tables().into_iter().map(str::to_owned).collect();
            for table in tables {
                let with = self.with_attributes(&table, &joined).await?;
                rename(&mut measure, &table, &with);
            }
        }
        Ok(measure)
    }

    /// From how many sources the rows of a table come.
    async fn sources_of(&self, table: &str) -> Result<usize, EngineError> {
        let frame = self.session().context().sql(&format!("select distinct source from \"{table}\"")).await?;
        let batches = self.session().collect(frame).await?;
        Ok(batches.iter().map(arrow::array::RecordBatch::num_rows).sum())
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
            if attribute.origin == Origin::Case && self.sources_of(other).await? > 1 {
                // A case is that of the row's own source, and else the only one of its identifier.
                columns.push(format!("coalesce(a{place}.\"{column}\", b{place}.\"{column}\") as \"{attribute}\""));
                joins.push(format!(
                    "left join (select source, \"{key}\", max(\"{column}\") as \"{column}\" from \"{other}\" \
                     group by source, \"{key}\") a{place} on t.\"{key}\" = a{place}.\"{key}\" and t.source = a{place}.source \
                     left join (select \"{key}\", max(\"{column}\") as \"{column}\" from \"{other}\" group by \"{key}\" \
                     having count(*) = 1) b{place} on t.\"{key}\" = b{place}.\"{key}\""
                ));
                continue;
            }
            columns.push(format!("a{place}.\"{column}\" as \"{attribute}\""));
            // A row is never counted twice for two of one identifier.
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
