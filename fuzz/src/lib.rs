//! What the fuzz targets do with their bytes.

use evenkeel_model::measure::{DurationUnit, ValueUnit};
use evenkeel_model::period::{FiscalYear, Period};
use evenkeel_model::quantity::{parse_goal, parse_quantity};
use evenkeel_spec::edit::{self, Value};
use evenkeel_spec::headings::{Asked, Decisions, First, propose, read, source_file};
use evenkeel_spec::render::{self, Colour};
use evenkeel_spec::{Item, Loaded, MemoryFiles, Path, load};

/// The bytes as every kind of file in a project.
pub fn project_yaml(bytes: &[u8]) {
    let paths = [
        "evenkeel.yaml",
        "sources/desk.yaml",
        "measures/csat.yaml",
        "scorecards/service.yaml",
        "service_levels/standard.yaml",
        "comparisons/satisfaction.yaml",
        "standards/adviser.yaml",
        "collections/month.yaml",
        "charter.yaml",
    ];
    for path in paths {
        let Loaded { project, diagnostics, .. } = load(&blank().with(path, bytes));
        for found in &diagnostics {
            let plain = render::plain(found);
            assert!(plain.chars().all(|char| char == '\n' || !char.is_control()), "{plain:?}");
            let coloured = render::render(found, Colour::Ansi);
            assert!(coloured.len() > plain.len());
            serde_json::to_string(found).expect("every finding has a form for programs");
        }
        if let Some(project) = project {
            let place = project.source_map.in_text(Item::Measure("csat"), &Path::top().key("share"), 0..1000);
            let _ = place.map(|place| place.to_string());
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        edits(text);
    }
}

/// The bytes as the export of a help desk. What is written of it is a source file without a mistake, whatever its
/// headings and cells hold.
pub fn headings(bytes: &[u8]) {
    let Ok(head) = read(bytes, true) else { return };
    for first in [None, Some(First::Day), Some(First::Month)] {
        let proposals = propose(&head.columns, &Decisions { first, ..Decisions::default() });
        assert_eq!(proposals.len(), head.columns.len());
        for people in [false, true] {
            let asked = Asked {
                name: "desk",
                path: "raw/desk.csv",
                encoding: &head.encoding,
                delimiter: head.delimiter,
                zone: "Europe/London",
                other_zone: None,
                people,
            };
            let Ok(text) = source_file(&proposals, &asked) else { continue };
            let Loaded { project, diagnostics, .. } = load(&blank().with("sources/desk.yaml", text.as_bytes()));
            assert!(project.is_some(), "{text}\n{}", diagnostics.iter().map(render::plain).collect::<String>());
        }
    }
}

/// The blank project, and four more files that it lists.
fn blank() -> MemoryFiles {
    const LISTED: &str = "service_levels: [service_levels/standard.yaml]\ncomparisons: [comparisons/satisfaction.yaml]\nstandards: [standards/adviser.yaml]\ncollections: [collections/month.yaml]\npeople: appraisal\n";
    const COMPARISON: &str =
        "comparison: satisfaction\nmeasure: csat\ncompares: [branch, people]\nminimum: 78 %\nrecognition: 82 %\n";
    const STANDARD: &str = "standard: adviser\nelements:\n  - { element: A, critical: true, measure: csat, \
                            fully_successful: 78 %, minimally_successful: 72 % }\n";
    const COLLECTION: &str =
        "collection: month\nmeasures: [cost_contact]\nevery: month\nkind: branch\nbegins: 2026-10-01\n";
    const SERVICE_LEVEL: &str = "service_level: standard\nversions: [{ rules: [{ first_response: 4 h }] }]\n";
    let files = evenkeel_spec::template::blank().into_iter().map(|(path, text)| match path {
        "evenkeel.yaml" => (path, format!("{text}\n{LISTED}")),
        _ => (path, text.to_owned()),
    });
    let files = files.fold(MemoryFiles::default(), |files, (path, text)| files.with(path, text));
    files
        .with("service_levels/standard.yaml", SERVICE_LEVEL)
        .with("comparisons/satisfaction.yaml", COMPARISON)
        .with("standards/adviser.yaml", STANDARD)
        .with("collections/month.yaml", COLLECTION)
}

fn edits(text: &str) {
    let value = Value::text("two\nlines");
    for path in ["measure", "legs.customer.objectives[0].measures[1].target", "about.means", "sources", "new"] {
        let path: Path = path.parse().expect("the path is written well");
        for edited in [edit::set(text, &path, &value), edit::add(text, &path, &value), edit::remove(text, &path)] {
            let _ = edited.map_err(|error| error.to_string());
        }
    }
}

/// The bytes as a quantity, a goal and a period.
pub fn quantity(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let units = [
        ValueUnit::Percent,
        ValueUnit::Points,
        ValueUnit::Duration(DurationUnit::Hours),
        ValueUnit::Money,
        ValueUnit::Count,
        ValueUnit::Number { word: Some("stars".to_owned()) },
        ValueUnit::Per { many: 1000.0, of: "orders".to_owned() },
    ];
    for unit in units {
        if let Ok(value) = parse_quantity(text, &unit) {
            assert!(value.is_finite(), "{text:?} is read as {value}");
        }
        if let Ok(goal) = parse_goal(text, &unit) {
            let reached = goal.resolve(Some(1.0));
            assert!(reached.is_some_and(f64::is_finite), "{text:?} leads to {reached:?}");
        }
    }
    for month in 1..=12 {
        let fiscal = FiscalYear::starting_in(month).expect("it is a month");
        if let Ok(period) = Period::parse(text, fiscal) {
            assert_eq!(period.id(fiscal), text);
        }
    }
}
