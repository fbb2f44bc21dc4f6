//! Small tables that leave as bytes: as comma-separated text, as a Parquet file, or as a stream of Arrow.
//!
//! Whoever makes one names columns and cells; what Arrow and Parquet are is known here alone.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, RecordBatchOptions, StringArray,
    TimestampMicrosecondArray,
};
use arrow::datatypes::{Field, Schema};
use arrow::ipc::writer::StreamWriter;
use evenkeel_lake::tables::arrow_type;
use evenkeel_model::record::ColumnKind;
use jiff::Timestamp;
use jiff::civil::Date;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::EngineError;
use crate::export::quoted;
use crate::local_time::day_number;

/// The zone in which instants are written.
const ZONE: &str = "UTC";

/// Columns of equal length, each of one kind.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    columns: Vec<(String, Cells)>,
}

/// The cells of a column; none where nothing is known or may be told.
#[derive(Debug, Clone, PartialEq)]
enum Cells {
    Texts(Vec<Option<String>>),
    Numbers(Vec<Option<f64>>),
    Wholes(Vec<Option<i64>>),
    Flags(Vec<Option<bool>>),
    Days(Vec<Option<Date>>),
    Instants(Vec<Option<Timestamp>>),
}

impl Table {
    fn with(mut self, name: &str, cells: Cells) -> Self {
        self.columns.push((name.to_owned(), cells));
        self
    }

    /// The same with a column of texts.
    #[must_use]
    pub fn texts<'a>(self, name: &str, cells: impl Iterator<Item = Option<&'a str>>) -> Self {
        self.with(name, Cells::Texts(cells.map(|cell| cell.map(str::to_owned)).collect()))
    }

    /// The same with a column of numbers.
    #[must_use]
    pub fn numbers(self, name: &str, cells: impl Iterator<Item = Option<f64>>) -> Self {
        self.with(name, Cells::Numbers(cells.collect()))
    }

    /// The same with a column of whole numbers.
    #[must_use]
    pub fn wholes(self, name: &str, cells: impl Iterator<Item = Option<i64>>) -> Self {
        self.with(name, Cells::Wholes(cells.collect()))
    }

    /// The same with a column of what is true or false.
    #[must_use]
    pub fn flags(self, name: &str, cells: impl Iterator<Item = Option<bool>>) -> Self {
        self.with(name, Cells::Flags(cells.collect()))
    }

    /// The same with a column of calendar days.
    #[must_use]
    pub fn days(self, name: &str, cells: impl Iterator<Item = Option<Date>>) -> Self {
        self.with(name, Cells::Days(cells.collect()))
    }

    /// The same with a column of instants.
    #[must_use]
    pub fn instants(self, name: &str, cells: impl Iterator<Item = Option<Timestamp>>) -> Self {
        self.with(name, Cells::Instants(cells.collect()))
    }

    /// The same with a column of cells that are written as the record writes them. A column with a cell that is not of its
    /// kind stays one of texts, so that nothing is lost.
    #[must_use]
    pub fn written(self, name: &str, kind: ColumnKind, cells: &[Option<&str>]) -> Self {
        let read = match kind {
            ColumnKind::Text | ColumnKind::Json => None,
            ColumnKind::Number => parsed(cells).map(Cells::Numbers),
            ColumnKind::Whole => parsed(cells).map(Cells::Wholes),
            ColumnKind::Flag => parsed(cells).map(Cells::Flags),
            ColumnKind::Day => parsed(cells).map(Cells::Days),
            ColumnKind::Instant => parsed(cells).map(Cells::Instants),
        };
        match read {
            Some(read) => self.with(name, read),
            None => self.texts(name, cells.iter().copied()),
        }
    }

    /// How many rows there are.
    fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, cells)| cells.count())
    }

    /// Comma-separated text with a header. Texts that a spreadsheet would take for formulas are kept from being any.
    #[must_use]
    pub fn csv(&self) -> String {
        let line = |cells: Vec<String>| cells.join(",") + "\n";
        let mut text = line(self.columns.iter().map(|(name, _)| quoted(name)).collect());
        for row in 0..self.rows() {
            text.push_str(&line(self.columns.iter().map(|(_, cells)| cells.cell(row)).collect()));
        }
        text
    }

    /// A Parquet file.
    pub fn parquet(&self) -> Result<Vec<u8>, EngineError> {
        let batch = self.batch()?;
        let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?)).build();
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties))?;
        writer.write(&batch)?;
        Ok(writer.into_inner()?)
    }

    /// A stream of Arrow messages.
    pub fn arrow_stream(&self) -> Result<Vec<u8>, EngineError> {
        let batch = self.batch()?;
        let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema())?;
        writer.write(&batch)?;
        writer.finish()?;
        Ok(writer.into_inner()?)
    }

    fn batch(&self) -> Result<RecordBatch, EngineError> {
        let field = |(name, cells): &(String, Cells)| Field::new(name, arrow_type(cells.kind()), true);
        let schema = Schema::new(self.columns.iter().map(field).collect::<Vec<_>>());
        let columns = self.columns.iter().map(|(_, cells)| cells.array()).collect();
        // A table without columns has no rows either.
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows()));
        Ok(RecordBatch::try_new_with_options(Arc::new(schema), columns, &options)?)
    }
}

impl Cells {
    fn count(&self) -> usize {
        match self {
            Cells::Texts(cells) => cells.len(),
            Cells::Numbers(cells) => cells.len(),
            Cells::Wholes(cells) => cells.len(),
            Cells::Flags(cells) => cells.len(),
            Cells::Days(cells) => cells.len(),
            Cells::Instants(cells) => cells.len(),
        }
    }

    fn kind(&self) -> ColumnKind {
        match self {
            Cells::Texts(_) => ColumnKind::Text,
            Cells::Numbers(_) => ColumnKind::Number,
            Cells::Wholes(_) => ColumnKind::Whole,
            Cells::Flags(_) => ColumnKind::Flag,
            Cells::Days(_) => ColumnKind::Day,
            Cells::Instants(_) => ColumnKind::Instant,
        }
    }

    fn cell(&self, row: usize) -> String {
        match self {
            Cells::Texts(cells) => cells.get(row).cloned().flatten().map(|text| quoted(&text)).unwrap_or_default(),
            Cells::Numbers(cells) => said(cells, row),
            Cells::Wholes(cells) => said(cells, row),
            Cells::Flags(cells) => said(cells, row),
            Cells::Days(cells) => said(cells, row),
            Cells::Instants(cells) => said(cells, row),
        }
    }

    fn array(&self) -> ArrayRef {
        match self {
            Cells::Texts(cells) => Arc::new(StringArray::from_iter(cells)),
            Cells::Numbers(cells) => Arc::new(Float64Array::from(cells.clone())),
            Cells::Wholes(cells) => Arc::new(Int64Array::from(cells.clone())),
            Cells::Flags(cells) => Arc::new(BooleanArray::from(cells.clone())),
            Cells::Days(cells) => Arc::new(cells.iter().map(|cell| cell.map(day_number)).collect::<Date32Array>()),
            Cells::Instants(cells) => {
                let instants = cells.iter().map(|cell| cell.map(Timestamp::as_microsecond));
                Arc::new(instants.collect::<TimestampMicrosecondArray>().with_timezone(ZONE))
            }
        }
    }
}

/// A cell that is no text, as text; empty where there is none.
fn said<T: ToString>(cells: &[Option<T>], row: usize) -> String {
    cells.get(row).and_then(Option::as_ref).map(ToString::to_string).unwrap_or_default()
}

/// Cells read from texts; none where one of them is something else.
fn parsed<T: std::str::FromStr>(cells: &[Option<&str>]) -> Option<Vec<Option<T>>> {
    cells.iter().map(|cell| cell.map(|text| text.parse().ok()).map_or(Some(None), |read| read.map(Some))).collect()
}

#[cfg(test)]
mod tests {
    use arrow::array::{Array, AsArray};
    use arrow::compute::concat_batches;
    use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType};
    use arrow::ipc::reader::StreamReader;
    use jiff::civil::date;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use proptest::prelude::*;

    use super::*;

    /// What the readers of the formats find: in Parquet, and in the stream.
    fn read_back(table: &Table) -> [RecordBatch; 2] {
        let file = ParquetRecordBatchReaderBuilder::try_new(bytes(&table.parquet().unwrap())).unwrap();
        let schema = Arc::clone(file.schema());
        let batches: Vec<RecordBatch> = file.build().unwrap().map(Result::unwrap).collect();
        let file = concat_batches(&schema, &batches).unwrap();
        let stream = StreamReader::try_new(std::io::Cursor::new(table.arrow_stream().unwrap()), None).unwrap();
        let schema = stream.schema();
        let batches: Vec<RecordBatch> = stream.map(Result::unwrap).collect();
        [file, concat_batches(&schema, &batches).unwrap()]
    }

    /// A file as the reader of Parquet takes it.
    fn bytes(written: &[u8]) -> std::fs::File {
        use std::io::{Seek, Write};
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(written).unwrap();
        file.rewind().unwrap();
        file
    }

    fn every_kind() -> Table {
        Table::default()
            .texts("text", [Some("=1+1"), None, Some("a,\n\"b\"")].into_iter())
            .numbers("number", [Some(-0.5), None, Some(1e9)].into_iter())
            .wholes("whole", [Some(i64::MIN), None, Some(7)].into_iter())
            .flags("flag", [Some(true), None, Some(false)].into_iter())
            .days("day", [Some(date(2026, 11, 2)), None, Some(date(1969, 12, 31))].into_iter())
            .instants("at", [Some("2026-11-02T06:10:00.000001Z".parse().unwrap()), None, None].into_iter())
    }

    #[test]
    fn every_kind_is_read_back_as_what_it_is() {
        for batch in read_back(&every_kind()) {
            let types: Vec<&DataType> = batch.schema_ref().fields().iter().map(|field| field.data_type()).collect();
            let instants = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
            assert_eq!(
                types,
                [
                    &DataType::Utf8,
                    &DataType::Float64,
                    &DataType::Int64,
                    &DataType::Boolean,
                    &DataType::Date32,
                    &instants
                ]
            );
            // A formula is a text there, and no spreadsheet reads it.
            assert_eq!(batch.column(0).as_string::<i32>().value(0), "=1+1");
            assert_eq!(batch.column(0).as_string::<i32>().value(2), "a,\n\"b\"");
            assert_eq!(batch.column(1).as_primitive::<Float64Type>().values()[2].to_bits(), 1e9_f64.to_bits());
            assert_eq!(batch.column(2).as_primitive::<Int64Type>().values()[0], i64::MIN);
            assert!(batch.column(3).as_boolean().value(0) && !batch.column(3).as_boolean().value(2));
            let days = batch.column(4).as_primitive::<Date32Type>().values();
            assert_eq!((days[0], days[2]), (day_number(date(2026, 11, 2)), -1));
            let at = batch.column(5).as_primitive::<TimestampMicrosecondType>().value(0);
            assert_eq!(at, 1_793_599_800_000_001);
            for column in batch.columns() {
                assert!(column.is_null(1) && column.is_valid(0), "what is not known is nothing, and no zero");
            }
        }
        assert_eq!(
            every_kind().csv(),
            "text,number,whole,flag,day,at\n'=1+1,-0.5,-9223372036854775808,true,2026-11-02,2026-11-02T06:10:00.000001Z\n\
             ,,,,,\n\"a,\n\"\"b\"\"\",1000000000,7,false,1969-12-31,\n"
        );
    }

    #[test]
    fn a_table_without_rows_has_its_columns_all_the_same() {
        let none: Table = Table::default().texts("name", std::iter::empty()).numbers("value", std::iter::empty());
        for batch in read_back(&none) {
            assert_eq!((batch.num_rows(), batch.num_columns()), (0, 2));
            assert_eq!(batch.schema_ref().field(1).data_type(), &DataType::Float64);
        }
        assert_eq!(none.csv(), "name,value\n");
    }

    #[test]
    fn what_is_written_is_read_as_its_kind_or_stays_a_text() {
        let table = |kind, cells: &[Option<&str>]| Table::default().written("a", kind, cells);
        for (kind, text, name) in [
            (ColumnKind::Number, "5.0", "Float64"),
            (ColumnKind::Whole, "-3", "Int64"),
            (ColumnKind::Flag, "true", "Boolean"),
            (ColumnKind::Day, "2026-11-02", "Date32"),
            (ColumnKind::Text, "5", "Utf8"),
            (ColumnKind::Json, "{}", "Utf8"),
        ] {
            let [batch, _] = read_back(&table(kind, &[Some(text), None]));
            assert_eq!(batch.column(0).data_type().to_string(), name, "{kind:?}");
            assert!(batch.column(0).is_null(1));
        }
        let [batch, _] = read_back(&table(ColumnKind::Whole, &[Some("18446744073709551615"), Some("1")]));
        assert_eq!(batch.column(0).as_string::<i32>().value(0), "18446744073709551615");
    }

    proptest! {
        /// Whatever is in a table is read back, to the last bit, and the same table is the same bytes.
        #[test]
        fn nothing_is_lost(rows in proptest::collection::vec(
            (any::<Option<String>>(), proptest::option::of(any::<f64>()), any::<Option<i64>>()), 0..40
        )) {
            let table = Table::default()
                .texts("text", rows.iter().map(|row| row.0.as_deref()))
                .numbers("number", rows.iter().map(|row| row.1))
                .wholes("whole", rows.iter().map(|row| row.2));
            prop_assert_eq!(table.parquet().unwrap(), table.parquet().unwrap());
            for batch in read_back(&table) {
                prop_assert_eq!(batch.num_rows(), rows.len());
                let texts = batch.column(0).as_string::<i32>();
                let numbers = batch.column(1).as_primitive::<Float64Type>();
                let wholes = batch.column(2).as_primitive::<Int64Type>();
                for (at, row) in rows.iter().enumerate() {
                    prop_assert_eq!(texts.is_valid(at).then(|| texts.value(at)), row.0.as_deref());
                    let number = numbers.is_valid(at).then(|| numbers.value(at).to_bits());
                    prop_assert_eq!(number, row.1.map(f64::to_bits));
                    prop_assert_eq!(wholes.is_valid(at).then(|| wholes.value(at)), row.2);
                }
            }
        }
    }
}
