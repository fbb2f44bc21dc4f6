//! SQL functions over the service record, for mappings and measures alike.

use std::sync::Arc;

use arrow::array::{Array, AsArray, StringBuilder};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use deltalake::datafusion::common::{Result, ScalarValue, exec_err, plan_err};
use deltalake::datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

/// `json_text(map, 'name')`: one value of a JSON map as text; NULL when the map has no such name.
#[must_use]
pub fn json_text() -> ScalarUDF {
    ScalarUDF::from(JsonText { signature: Signature::variadic_any(Volatility::Immutable) })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct JsonText {
    signature: Signature,
}

impl ScalarUDFImpl for JsonText {
    fn name(&self) -> &'static str {
        "json_text"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        if arguments.len() == 2 {
            Ok(DataType::Utf8)
        } else {
            plan_err!("json_text() takes a map and a name: json_text(attributes, 'plan')")
        }
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let name = match &arguments.args[1] {
            ColumnarValue::Scalar(
                ScalarValue::Utf8(Some(name)) | ScalarValue::LargeUtf8(Some(name)) | ScalarValue::Utf8View(Some(name)),
            ) => name.clone(),
            _ => return exec_err!("the name of json_text() must be a text in quotes"),
        };
        let maps = cast(&arguments.args[0].to_array(arguments.number_rows)?, &DataType::Utf8)?;
        let maps = maps.as_string::<i32>();
        let mut values = StringBuilder::with_capacity(maps.len(), maps.len() * 8);
        for row in 0..maps.len() {
            values.append_option(if maps.is_valid(row) { member(maps.value(row), &name) } else { None });
        }
        Ok(ColumnarValue::Array(Arc::new(values.finish())))
    }
}

fn member(map: &str, name: &str) -> Option<String> {
    // Most maps lack most names; looking for the text first saves reading them. Where anything is escaped, the name may
    // be too.
    if !map.contains(name) && !map.contains('\\') {
        return None;
    }
    let mut members: serde_json::Map<String, serde_json::Value> = serde_json::from_str(map).ok()?;
    match members.remove(name)? {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_by_name() {
        let check =
            |map: &str, name: &str, value: Option<&str>| assert_eq!(member(map, name).as_deref(), value, "{map}");
        check(r#"{"plan":"gold"}"#, "plan", Some("gold"));
        check(r#"{"plan":null}"#, "plan", None);
        check(r#"{"plan":3}"#, "plan", Some("3"));
        check(r#"{"planned":"x"}"#, "plan", None);
        // One name may be written in several ways.
        check(r#"{"caf\u00e9":"x"}"#, "café", Some("x"));
        check(r#"{"a\"b":"x"}"#, "a\"b", Some("x"));
        check("no map", "plan", None);
    }
}
