//! The SQL functions of mappings: `instant`, `day`, `json_map`, and those of the record (`json_text`).
//!
//! A text that `instant` or `day` cannot read must not end the import, and must not become NULL either: that would
//! be a row that is silently poorer than its source. Such a cell becomes a value far outside every calendar that
//! stands for the text in [`Faults`]; where it reaches a column of the service record, its row is rejected with the
//! text that could not be read.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, StringArray, StringBuilder, TimestampMicrosecondArray,
};
use arrow::compute::{cast, not, nullif};
use arrow::datatypes::{DataType, Date32Type, TimeUnit, TimestampMicrosecondType};
use datafusion::common::{DataFusionError, Result, ScalarValue, exec_err, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use jiff::tz::TimeZone;

use crate::instant;

/// Texts that could not be read, by the value that stands for them.
#[derive(Debug, Default)]
pub struct Faults {
    noted: Mutex<Noted>,
}

#[derive(Debug, Default)]
struct Noted {
    places: BTreeMap<String, usize>,
    texts: Vec<String>,
    /// Whether each of the texts reached a column, so that a row was rejected with it.
    told: Vec<bool>,
}

/// The values that stand for faults count up from here; no calendar reaches so far back. Times between such a value and
/// any other instant can still be worked out, so that one cell does not end the import.
const FIRST_INSTANT: i64 = i64::MIN / 4 * 3;
const FIRST_DAY: i32 = i32::MIN / 4 * 3;
/// So many texts can be told apart; further ones share the last place.
const MOST: usize = 1_000_000;

impl Faults {
    fn note(&self, text: &str) -> usize {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(&place) = noted.places.get(text) {
            return place;
        }
        if noted.texts.len() < MOST {
            let place = noted.texts.len();
            noted.places.insert(text.to_owned(), place);
            noted.texts.push(text.to_owned());
            noted.told.push(false);
        }
        noted.texts.len() - 1
    }

    fn text(&self, place: usize) -> Option<String> {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(told) = noted.told.get_mut(place) {
            *told = true;
        }
        noted.texts.get(place).cloned()
    }

    /// The texts that never reached a column: a condition or a calculation used what stands for them. Each is given
    /// once.
    #[must_use]
    pub fn untold(&self) -> Vec<String> {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let Noted { texts, told, .. } = &mut *noted;
        let mut untold = Vec::new();
        for (text, told) in texts.iter().zip(told) {
            if !std::mem::replace(told, true) {
                untold.push(text.clone());
            }
        }
        untold
    }

    /// The text behind an instant that could not be read.
    #[must_use]
    pub fn of_instant(&self, micros: i64) -> Option<String> {
        self.text(usize::try_from(micros.checked_sub(FIRST_INSTANT)?).ok()?)
    }

    /// The text behind a day that could not be read.
    #[must_use]
    pub fn of_day(&self, days: i32) -> Option<String> {
        self.text(usize::try_from(days.checked_sub(FIRST_DAY)?).ok()?)
    }
}

/// The functions of one import.
#[must_use]
pub fn all(faults: &Arc<Faults>, zone: &TimeZone) -> Vec<ScalarUDF> {
    vec![
        ScalarUDF::from(Instant {
            signature: Signature::variadic_any(Volatility::Immutable),
            faults: Identity(Arc::clone(faults)),
            zone: Zone(zone.clone()),
        }),
        ScalarUDF::from(Day {
            signature: Signature::variadic_any(Volatility::Immutable),
            faults: Identity(Arc::clone(faults)),
        }),
        ScalarUDF::from(JsonMap {
            signature: Signature::variadic_any(Volatility::Immutable),
            faults: Identity(Arc::clone(faults)),
        }),
        evenkeel_lake::functions::json_text(),
    ]
}

/// Shared state that is equal only to itself.
#[derive(Debug, Clone)]
struct Identity(Arc<Faults>);

impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Identity {}

impl std::hash::Hash for Identity {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).hash(state);
    }
}

fn instant_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// An argument that must be the same text for every row.
fn constant(arguments: &[ColumnarValue], position: usize, function: &str, name: &str) -> Result<String> {
    if let Some(ColumnarValue::Scalar(
        ScalarValue::Utf8(Some(text)) | ScalarValue::LargeUtf8(Some(text)) | ScalarValue::Utf8View(Some(text)),
    )) = arguments.get(position)
    {
        return Ok(text.clone());
    }
    exec_err!("the {name} of {function}() must be a text in quotes")
}

/// The first argument as text.
fn texts(arguments: &ScalarFunctionArgs) -> Result<StringArray> {
    let array = arguments.args[0].to_array(arguments.number_rows)?;
    Ok(cast(&array, &DataType::Utf8)?.as_string::<i32>().clone())
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Instant {
    signature: Signature,
    faults: Identity,
    zone: Zone,
}

/// A time zone that can be hashed, by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Zone(TimeZone);

impl std::hash::Hash for Zone {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.iana_name().hash(state);
    }
}

impl ScalarUDFImpl for Instant {
    fn name(&self) -> &'static str {
        "instant"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        match arguments.len() {
            1..=3 => Ok(instant_type()),
            _ => plan_err!(
                "instant() takes a text, a text and a time zone, or a text, a format and a time zone: instant(opened, '%d/%m/%Y %H:%M', 'Europe/Lisbon')"
            ),
        }
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let texts = texts(&arguments)?;
        let last = arguments.args.len().saturating_sub(1);
        let zone = if last == 0 {
            self.zone.0.clone()
        } else {
            let name = constant(&arguments.args, last, "instant", "time zone")?;
            TimeZone::get(&name).map_err(|_| {
                DataFusionError::Execution(format!(
                    "`{name}` is not a time zone; write an IANA name such as Europe/Lisbon"
                ))
            })?
        };
        let format = if last == 2 { Some(constant(&arguments.args, 1, "instant", "format")?) } else { None };
        let mut micros: Vec<Option<i64>> = Vec::with_capacity(texts.len());
        for text in &texts {
            micros.push(text.filter(|text| !text.trim().is_empty()).map(|text| {
                let read = match &format {
                    Some(format) => instant::parse_format(text, format, &zone),
                    None => instant::parse(text, &zone),
                };
                read.unwrap_or_else(|| FIRST_INSTANT + self.faults.0.note(text) as i64)
            }));
        }
        let array: ArrayRef = Arc::new(TimestampMicrosecondArray::from(micros).with_timezone("UTC"));
        Ok(ColumnarValue::Array(array))
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Day {
    signature: Signature,
    faults: Identity,
}

impl ScalarUDFImpl for Day {
    fn name(&self) -> &'static str {
        "day"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        match arguments.len() {
            1 | 2 => Ok(DataType::Date32),
            _ => plan_err!("day() takes a text and a format: day(hired, '%d/%m/%Y')"),
        }
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let texts = texts(&arguments)?;
        let format =
            if arguments.args.len() == 2 { Some(constant(&arguments.args, 1, "day", "format")?) } else { None };
        let mut days: Vec<Option<i32>> = Vec::with_capacity(texts.len());
        for text in &texts {
            days.push(text.filter(|text| !text.trim().is_empty()).map(|text| {
                let read = match &format {
                    Some(format) => instant::parse_day_format(text, format),
                    None => instant::parse_day(text),
                };
                read.unwrap_or_else(|| FIRST_DAY + self.faults.0.note(text) as i32)
            }));
        }
        let array: ArrayRef = Arc::new(Date32Array::from(days));
        Ok(ColumnarValue::Array(array))
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct JsonMap {
    signature: Signature,
    faults: Identity,
}

/// Marks a map that holds something unreadable. No JSON text begins with it.
const UNREADABLE: char = '\u{0}';

/// The member of a map that could not be read, and its text.
pub(crate) fn unreadable_member(map: &str) -> Option<(&str, &str)> {
    map.strip_prefix(UNREADABLE)?.split_once(UNREADABLE)
}

/// The texts in a column of instants or days that could not be read.
pub(crate) fn unreadable(values: &ArrayRef, faults: &Faults) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    if let Some(instants) = values.as_primitive_opt::<TimestampMicrosecondType>() {
        for (row, micros) in instants.iter().enumerate() {
            let early = micros.filter(|micros| *micros < instant::EARLIEST);
            found.extend(early.and_then(|micros| Some((row, faults.of_instant(micros)?))));
        }
    }
    if let Some(days) = values.as_primitive_opt::<Date32Type>() {
        for (row, day) in days.iter().enumerate() {
            let early = day.filter(|day| *day < instant::FIRST_DAY);
            found.extend(early.and_then(|day| Some((row, faults.of_day(day)?))));
        }
    }
    found
}

impl ScalarUDFImpl for JsonMap {
    fn name(&self) -> &'static str {
        "json_map"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        if arguments.is_empty() || arguments.len() % 2 == 1 {
            return plan_err!(
                "json_map() takes pairs of a name and a value: json_map('plan', plan, 'browser', browser)"
            );
        }
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let mut members: Vec<(String, StringArray, bool)> = Vec::new();
        let mut broken: BTreeMap<usize, String> = BTreeMap::new();
        for pair in 0..arguments.args.len() / 2 {
            let name = constant(&arguments.args, pair * 2, "json_map", "name")?;
            let quoted = serde_json::Value::String(name.clone()).to_string();
            let value = arguments.args[pair * 2 + 1].to_array(arguments.number_rows)?;
            let bad = unreadable(&value, &self.faults.0);
            let value = if bad.is_empty() {
                value
            } else {
                // Such values lie outside of every calendar and have no text.
                let mut readable = vec![true; value.len()];
                for (row, text) in bad {
                    readable[row] = false;
                    broken.entry(row).or_insert_with(|| format!("{UNREADABLE}{name}{UNREADABLE}{text}"));
                }
                nullif(&value, &not(&BooleanArray::from(readable))?)?
            };
            let is_text = !(value.data_type().is_numeric() || matches!(value.data_type(), DataType::Boolean));
            members.push((quoted, cast(&value, &DataType::Utf8)?.as_string::<i32>().clone(), is_text));
        }
        // Names in order, so that the same content is the same text.
        members.sort_by(|a, b| a.0.cmp(&b.0));
        let mut maps = StringBuilder::new();
        let mut map = String::new();
        for row in 0..arguments.number_rows {
            if let Some(marked) = broken.get(&row) {
                maps.append_value(marked);
                continue;
            }
            map.clear();
            for (name, values, is_text) in &members {
                if values.is_null(row) {
                    continue;
                }
                map.push(if map.is_empty() { '{' } else { ',' });
                map.push_str(name);
                map.push(':');
                let value = values.value(row);
                if *is_text {
                    map.push_str(&serde_json::Value::String(value.to_owned()).to_string());
                } else {
                    map.push_str(value);
                }
            }
            if map.is_empty() {
                maps.append_null();
            } else {
                map.push('}');
                maps.append_value(&map);
            }
        }
        Ok(ColumnarValue::Array(Arc::new(maps.finish())))
    }
}
