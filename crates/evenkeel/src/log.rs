//! The log: lines on standard error, for people or for programs that collect them.

use std::fmt;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::arguments::{AsOf, LogFormat};
use crate::commands::instant;
use crate::environment;

/// Tells people warnings, and programs each request too; `EVENKEEL_LOG` says otherwise.
pub fn start(format: LogFormat) {
    let told = match format {
        LogFormat::Text => "evenkeel=warn,evenkeel_web=warn",
        LogFormat::Json => "evenkeel=info,evenkeel_web=info",
    };
    let filter = EnvFilter::try_from_env(environment::LOG.name).unwrap_or_else(|_| EnvFilter::new(told));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.event_format(Lines).init(),
    }
}

/// A JSON object per line. The feature `json` of `tracing-subscriber` writes spans too, of which there are none here.
struct Lines;

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut line = Map::new();
        event.record(&mut Values(&mut line));
        let about = event.metadata();
        line.insert("at".to_owned(), instant(AsOf { as_of: None }).to_string().into());
        line.insert("level".to_owned(), about.level().as_str().to_lowercase().into());
        line.insert("from".to_owned(), about.target().into());
        writeln!(writer, "{}", Value::Object(line))
    }
}

/// The values of an event.
struct Values<'a>(&'a mut Map<String, Value>);

impl Values<'_> {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Values<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }
}
