//! The page that explains how programs ask, and on which it can be tried.

use axum::response::Html;
use evenkeel_model::breakdown::attributes;
use evenkeel_view::assets::Urls;
use evenkeel_view::page::{ApiEntry, ApiPage, ApiParameter, ApiProblem, Template};
use evenkeel_view::words::sentence::Sentence;
use serde_json::Value;

use super::caller::Form;
use super::document::{PATH, document};
use super::operation::Operation;
use super::operations;
use super::problem::KINDS;
use crate::World;
use crate::error::Failure;
use crate::links::part;
use crate::routes::links;
use crate::visit::Seen;

pub(super) async fn show(Seen(world): Seen) -> Result<Html<String>, Failure> {
    let asks = Asks::of(&world);
    let page = ApiPage {
        frame: world.frame("API", &links(&world), "API"),
        document_url: PATH.to_owned(),
        tokens_url: world.is_signed_in().then(|| "/tokens".to_owned()),
        entries: operations().iter().map(|operation| asks.entry(operation)).collect(),
        problems: KINDS
            .iter()
            .map(|(status, title, next)| ApiProblem {
                status: *status,
                title: (*title).to_owned(),
                next: Sentence::marked(next),
            })
            .collect(),
        script: Urls::below("/assets/").api,
    };
    Ok(Html(page.render().map_err(|error| Failure::unwritten(&error))?))
}

/// What examples ask for.
struct Asks {
    unit: String,
    measure: String,
    compared: String,
    /// A measure that can be divided, and by what.
    divided: (String, String),
}

impl Asks {
    fn of(world: &World) -> Self {
        let project = world.project();
        let scorecards = project.scorecards.iter();
        let used: Vec<_> = scorecards.flat_map(evenkeel_model::scorecard::Scorecard::measures).collect();
        let measure = used.first().map_or_else(String::new, |used| used.measure.to_string());
        let compared = project.comparisons.first().map(|comparison| comparison.measure.to_string());
        let divided = used.iter().find_map(|used| {
            let measure = project.measures.get(&used.measure)?;
            Some((measure.id.to_string(), attributes(measure).first()?.to_string()))
        });
        let divided = divided.unwrap_or_default();
        let unit = world.unit(None).map_or_else(|_| String::new(), |unit| unit.to_string());
        Self { unit, compared: compared.unwrap_or_else(|| measure.clone()), measure, divided }
    }

    fn value(&self, name: &str, operation: &Operation) -> &str {
        match name {
            "unit" => &self.unit,
            "measure" if operation.id == "compare" => &self.compared,
            "measure" if operation.id == "breakdown" => &self.divided.0,
            "by" => &self.divided.1,
            _ => &self.measure,
        }
    }

    fn entry(&self, operation: &Operation) -> ApiEntry {
        let told = &document()["paths"][operation.path][operation.method()]["parameters"];
        let mut example = operation.path.to_owned();
        let mut parameters = Vec::new();
        for parameter in told.as_array().into_iter().flatten() {
            let text = |name: &str| parameter[name].as_str().unwrap_or_default().to_owned();
            let (name, in_path) = (text("name"), parameter["in"] == "path");
            if parameter["in"] == "header" {
                // The example shows it.
                continue;
            }
            let needed = in_path || parameter["required"] == true;
            let value = if needed { self.value(&name, operation).to_owned() } else { String::new() };
            example = example.replace(&format!("{{{name}}}"), &part(&value));
            if needed && !in_path {
                let sign = if example.contains('?') { '&' } else { '?' };
                example = format!("{example}{sign}{name}={}", part(&value));
            }
            let choices = choices(&parameter["schema"]);
            parameters.push(ApiParameter {
                says: Sentence::marked(&text("description")),
                name,
                in_path,
                choices,
                value,
            });
        }
        let forms: &[Form] = if operation.table { &Form::OF_TABLES } else { &[Form::Json] };
        ApiEntry {
            id: operation.id.to_owned(),
            method: if operation.sends.is_some() { "POST" } else { "GET" },
            path: operation.path.to_owned(),
            summary: operation.summary.to_owned(),
            says: Sentence::marked(operation.says),
            parameters,
            forms: forms.iter().map(|form| form.content_type().to_owned()).collect(),
            example: operation.sends.as_ref().map_or(example, |sends| sends.example.to_owned()),
        }
    }
}

/// What a parameter can be, where that is told word by word.
fn choices(schema: &Value) -> Vec<String> {
    let named = schema["$ref"].as_str().and_then(|at| document().pointer(at.trim_start_matches('#')));
    let schema = named.unwrap_or(schema);
    let words = schema["enum"].as_array().into_iter().flatten();
    let told = schema["oneOf"].as_array().into_iter().flatten().map(|choice| &choice["const"]);
    words.chain(told).filter_map(Value::as_str).map(str::to_owned).collect()
}
