//! `evenkeel readings`: readings as one long table.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::bail;
use evenkeel_engine::export::{LongTable, Selection};
use evenkeel_engine::{Engine, EngineError, ReadingStore, Request};
use evenkeel_model::measure::Measure;
use evenkeel_model::people::PeoplePolicy;
use evenkeel_model::period::{Grain, Period};
use evenkeel_model::reading::Subject;
use evenkeel_web::WorldError;
use evenkeel_web::whole_file::WholeFile;

use super::{Session, instant};
use crate::arguments::Readings;
use crate::project::explain_world;

/// The form of the file.
#[derive(Debug, Clone, Copy)]
enum Form {
    Parquet,
    Csv,
}

pub async fn run(session: &Session<'_>, arguments: &Readings) -> anyhow::Result<ExitCode> {
    let form = match arguments.out.extension().and_then(|ending| ending.to_str()) {
        Some("parquet") => Form::Parquet,
        Some("csv") => Form::Csv,
        _ => bail!("`{}` must end in .parquet or .csv", arguments.out.display()),
    };
    let Some(open) = session.open()? else { return Ok(ExitCode::FAILURE) };
    let fiscal = open.project.fiscal_year;
    let parse = |text: &Option<String>| text.as_deref().map(|text| Period::parse(text, fiscal)).transpose();
    let (from, to) = (parse(&arguments.from)?, parse(&arguments.to)?);
    let grain = match (from, to) {
        (Some(from), Some(to)) if from.grain() != to.grain() => {
            bail!("--from is a {}, --to is a {}; both must be of one length", from.grain(), to.grain())
        }
        (Some(period), _) | (_, Some(period)) => period.grain(),
        (None, None) => Grain::Month,
    };
    let measures = chosen(&open.project.measures, &arguments.measure)?;
    if arguments.level.as_deref() == Some("person")
        && let Some(measure) = measures.iter().find(|one| !arguments.measure.is_empty() && !one.levels.person)
    {
        return Err(EngineError::not_for_people(measure).into());
    }
    let engine = open.engine(instant(arguments.as_of), session.workers, session.output).await?;
    let explain = |errors| explain_world(&open.project, WorldError::Measures(errors), session.output);
    engine.compile(&measures).await.map_err(explain)?;
    let (segment, condition) = (arguments.by.clone(), arguments.condition.clone());
    let request = Request { measures: measures.clone(), grain, segment, condition };
    let stores = engine.readings(&request).await?;
    // Now those are known, too, of whom only facts speak.
    let subject = arguments.unit.as_deref().map(|name| engine.subject(name)).transpose()?;
    let mut periods = periods(&stores, grain, from, to);
    if arguments.whole
        && let (Some(first), Some(last)) = (periods.first(), periods.last())
    {
        periods = Period::spanning(*first, *last).into_iter().collect();
    }
    let policy = open.project.people;
    let people = policy != PeoplePolicy::Off;
    let asks_for_people = arguments.level.as_deref() == Some("person") || matches!(subject, Some(Subject::Person(_)));
    if asks_for_people && !people {
        let error = WorldError::PeopleOff { what: "told in readings", policy };
        return Err(explain_world(&open.project, error, session.output));
    }
    let selection = Selection { level: arguments.level.clone(), subject, people, periods, fiscal };
    check_level(&stores, &selection)?;
    let of_people = arguments.level.as_deref().is_none_or(|level| level == "person");
    if of_people && !people {
        session.output.note("People are left out, because evenkeel.yaml says `people: off`.");
    }
    if of_people && people && measures.iter().any(|measure| measure.levels.person) {
        session.looked(&open, &format!("readings of people, written to {}", arguments.out.display())).await?;
    }
    let versions: std::collections::BTreeMap<String, String> =
        measures.iter().map(|measure| (measure.id.to_string(), engine.data_version([measure]))).collect();

    let table = LongTable::new(&stores, &selection, &versions, arguments.by.is_some(), session.workers);
    let file = WholeFile::create(&arguments.out)?;
    let count = match form {
        Form::Parquet => table.parquet(file.handle()?)?,
        Form::Csv => table.csv(file.handle()?)?,
    };
    file.finish()?;
    if session.output.is_json() {
        session.output.json(&serde_json::json!({ "out": arguments.out, "readings": count }))?;
    } else {
        session.output.note(&format!("wrote {count} readings to {}", arguments.out.display()));
    }
    Ok(ExitCode::SUCCESS)
}

fn chosen(
    all: &std::collections::BTreeMap<evenkeel_model::ids::MeasureId, Arc<Measure>>,
    names: &[String],
) -> anyhow::Result<Vec<Arc<Measure>>> {
    if names.is_empty() {
        return Ok(all.values().cloned().collect());
    }
    let mut measures = Vec::new();
    for name in names {
        measures.push(Arc::clone(Engine::measure(all, name)?));
    }
    Ok(measures)
}

/// The wanted periods, as far as there are data.
fn periods(
    stores: &[(Option<String>, ReadingStore)],
    grain: Grain,
    from: Option<Period>,
    to: Option<Period>,
) -> Vec<Period> {
    let mut all: Vec<Period> = stores.iter().flat_map(|(_, store)| store.periods(grain)).collect();
    all.sort();
    all.dedup();
    // Several periods in a row, such as 2026-01..2026-03, begin with the first and end with the last of them.
    all.retain(|period| {
        from.is_none_or(|from| period.start() >= from.start()) && to.is_none_or(|to| period.end() <= to.end())
    });
    all
}

fn check_level(stores: &[(Option<String>, ReadingStore)], selection: &Selection) -> anyhow::Result<()> {
    let (Some(level), Some((_, store))) = (&selection.level, stores.first()) else { return Ok(()) };
    let mut kinds: Vec<String> = store.directory().all_units().into_iter().map(|(_, kind, _)| kind).collect();
    kinds.push("person".to_owned());
    kinds.sort();
    kinds.dedup();
    if kinds.contains(level) {
        return Ok(());
    }
    bail!("there is no level `{level}`; the organisation has {}", kinds.join(", "))
}
