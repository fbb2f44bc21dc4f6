//! Hashes of rows: of their key, to find them again, and of their content, to tell whether they changed.

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Float64Array, Int64Array, StringArray,
    TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::LakeError;

/// A column with its values at hand.
enum Values<'a> {
    Text(&'a StringArray),
    Instant(&'a TimestampMicrosecondArray),
    Day(&'a Date32Array),
    Number(&'a Float64Array),
    Whole(&'a Int64Array),
    Flag(&'a BooleanArray),
}

/// Writes the values of some columns, row by row, as bytes that differ whenever a value differs.
pub(crate) struct RowBytes<'a> {
    columns: Vec<Values<'a>>,
    buffer: Vec<u8>,
}

impl<'a> RowBytes<'a> {
    pub(crate) fn new(columns: impl IntoIterator<Item = &'a ArrayRef>) -> Result<Self, LakeError> {
        let mut values = Vec::new();
        for column in columns {
            values.push(match column.data_type() {
                DataType::Utf8 => Values::Text(column.as_string::<i32>()),
                DataType::Timestamp(TimeUnit::Microsecond, _) => {
                    Values::Instant(column.as_primitive::<TimestampMicrosecondType>())
                }
                DataType::Date32 => Values::Day(column.as_primitive::<Date32Type>()),
                DataType::Float64 => Values::Number(column.as_primitive::<Float64Type>()),
                DataType::Int64 => Values::Whole(column.as_primitive::<Int64Type>()),
                DataType::Boolean => Values::Flag(column.as_boolean()),
                other => {
                    return Err(LakeError::Arrow(arrow::error::ArrowError::SchemaError(format!(
                        "no table of the service record has a column of type {other}"
                    ))));
                }
            });
        }
        Ok(Self { columns: values, buffer: Vec::with_capacity(256) })
    }

    fn fill(&mut self, row: usize) {
        self.buffer.clear();
        for column in &self.columns {
            let is_null = match column {
                Values::Text(array) => array.is_null(row),
                Values::Instant(array) => array.is_null(row),
                Values::Day(array) => array.is_null(row),
                Values::Number(array) => array.is_null(row),
                Values::Whole(array) => array.is_null(row),
                Values::Flag(array) => array.is_null(row),
            };
            if is_null {
                self.buffer.push(0);
                continue;
            }
            self.buffer.push(1);
            match column {
                Values::Text(array) => {
                    let text = array.value(row);
                    self.buffer.extend_from_slice(&(text.len() as u32).to_le_bytes());
                    self.buffer.extend_from_slice(text.as_bytes());
                }
                Values::Instant(array) => self.buffer.extend_from_slice(&array.value(row).to_le_bytes()),
                Values::Day(array) => self.buffer.extend_from_slice(&array.value(row).to_le_bytes()),
                Values::Number(array) => {
                    // Minus zero equals zero and must not count as a change.
                    let number = array.value(row) + 0.0;
                    self.buffer.extend_from_slice(&number.to_bits().to_le_bytes());
                }
                Values::Whole(array) => self.buffer.extend_from_slice(&array.value(row).to_le_bytes()),
                Values::Flag(array) => self.buffer.push(u8::from(array.value(row))),
            }
        }
    }

    /// 128 bits: among a hundred million keys, two alike by chance are less likely than 1 in 10^22.
    pub(crate) fn key_hash(&mut self, row: usize) -> u128 {
        self.fill(row);
        xxh3_128(&self.buffer)
    }

    /// 64 bits, which are compared only for rows with one key, and summed for the digest of a table.
    pub(crate) fn content_hash(&mut self, row: usize) -> u64 {
        self.fill(row);
        xxh3_64(&self.buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn hashes(columns: &[ArrayRef]) -> Vec<u64> {
        let mut bytes = RowBytes::new(columns).unwrap();
        (0..columns[0].len()).map(|row| bytes.content_hash(row)).collect()
    }

    #[test]
    fn what_differs_hashes_differently() {
        let left: ArrayRef = Arc::new(StringArray::from(vec![Some("ab"), Some("a"), None, Some("")]));
        let right: ArrayRef = Arc::new(StringArray::from(vec![Some("c"), Some("bc"), Some("x"), Some("x")]));
        let mut all = hashes(&[left, right]);
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 4);
    }

    #[test]
    fn minus_zero_is_zero() {
        let column: ArrayRef = Arc::new(Float64Array::from(vec![0.0, -0.0]));
        let both = hashes(&[column]);
        assert_eq!(both[0], both[1]);
    }
}
