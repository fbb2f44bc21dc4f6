use std::collections::BTreeSet;

use jsonschema::Validator;

use super::*;
use crate::diagnostic::Findings;
use crate::place::SourceFile;
use crate::tests::{self, sound};
use crate::yaml::{self, Kind, Node, Scalar, Style};
use crate::{MemoryFiles, Severity, load};

fn validator(kind: &str) -> Validator {
    let (_, text) = all().into_iter().find(|(name, _)| name.starts_with(kind)).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    assert!(jsonschema::meta::is_valid(&schema), "{kind} is not a schema");
    jsonschema::validator_for(&schema).unwrap()
}

/// The file as an editor sees it: plain scalars are numbers, booleans or null where YAML 1.2 says so.
fn value(text: &str) -> Value {
    let mut findings = Findings::default();
    let document = yaml::parse(&SourceFile::new("a.yaml", text), &mut findings);
    assert_eq!(findings.len(), 0, "{findings:?}");
    document.root.as_ref().map_or(Value::Null, json)
}

fn json(node: &Node) -> Value {
    match &node.kind {
        Kind::Map(map) => map.pairs.iter().map(|pair| (pair.key.clone(), json(&pair.value))).collect(),
        Kind::List(list) => list.items.iter().map(json).collect(),
        Kind::Scalar(Scalar { text, style: Style::Plain }) => match text.as_str() {
            "~" | "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => text
                .parse::<i64>()
                .map(Value::from)
                .or_else(|_| text.parse::<f64>().map(Value::from))
                .unwrap_or(text.as_str().into()),
        },
        Kind::Scalar(scalar) => scalar.text.as_str().into(),
        Kind::Empty | Kind::Refused => Value::Null,
    }
}

fn assert_valid(kind: &str, text: &str) {
    let errors: Vec<String> =
        validator(kind).iter_errors(&value(text)).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{kind}\n{text}\n{errors:#?}");
}

#[test]
fn the_schemas() {
    for (name, text) in all() {
        insta::assert_snapshot!(name, text);
    }
}

/// One file of each kind with every key that there is.
const FULL: [(&str, &str, &str); 9] = [
    ("project", "evenkeel.yaml", "\
organisation: A
time_zone: Africa/Accra
fiscal_year_starts: 4
currency: EUR
storage: ./data
state: postgres://evenkeel@db/evenkeel
data_root: ../exports
call_back_within: 1 working day
import: { every: 1 h }
sources: [sources/full.yaml]
scorecards: [scorecards/full.yaml]
service_levels: [service_levels/full.yaml]
comparisons: [comparisons/full.yaml]
standards: [standards/full.yaml]
collections: [collections/full.yaml]
people: { policy: appraisal, keep_entries: 24 months }
pseudonyms: ../keys/people.key
reviews: { every: month, day: 12 }
charter: charter.yaml
"),
    ("source", "sources/full.yaml", "\
source: full
steward: Operations
import: { daily: [6:30, 18:00] }
files:
  a: [a.csv, ../exports/b.csv]
  b:
    path: b.csv
    format: csv
    compression: none
    encoding: latin1
    missing: [n/a, 999, 'null']
    columns: [x]
    delimiter: ;
    quote: none
    header: true
    skip_rows: 1
  c: { path: [c.xlsx], sheet: 2026 }
tables:
  cases: select 1
  case_events: { select: select revision, version: revision }
"),
    ("measure", "measures/full.yaml", "\
measure: full
title: 2026
leg: customer
perspective: customers
noun: cases
unit: per 1,000 orders
decimals: 1
from: case_facts
where: true
rate:
  events: { count: is_complaint, from: case_facts, where: is_complaint, period_of: solved_at, attribute: none, unit_of: none }
  exposure: { sum: amount, from: orders }
  per: 1000
period_of: opened_at
attribute: person_id
unit_of: unit_id
better: { within: [1, 2.5] }
levels: [person, unit]
wait: 7 days
version: 2
versions:
  - version: 1
    until: 2026-01-01
    reason: A
    from: case_facts
    rate: { events: { count: is_complaint }, exposure: { from: orders, count: rows }, per: 1000 }
withhold_below: 5
about:
  { means: A, collected: B, moved_by: [c], read_with: [csat], pitfalls: [d], needs: [e], timing: leading,
    not_for_people: F, sources: [g] }
example:
  says: H
  period: 2026-10
  as_of: 2026-11-30
  rows:
    responses: |
      times | answered_at      | score
      4     | 2026-10-05 09:00 | 5
  value: 100
  numerator: 4
  denominator: 4
  n: 4
"),
    ("scorecard", "scorecards/full.yaml", "\
scorecard: full
title: Full
imbalance: 20
rolling_below: 30
legs:
  customer:
    title: Customer
    weight: 1
    objectives:
      - objective: A
        weight: 0.5
        measures:
          - use: csat
            key: true
            weight: 2
            baseline: { measured: 2025-10 }
            target: +3 points
            stretch: +4 points
            red_flag: 60
            by: 2027
            normalise: goal and red flag
            units:
              branch-07: { baseline: 70 %, target: 80, stretch: 81.5, red_flag: 50, by: 2026-12 }
            milestones: { 2026-06: 80 % }
            signals:
              rules: [outside, shift]
              screening: true
              baseline: { from: 2024-01, until: 2024-12 }
              annotations:
                - since: 2025-03
                  what: New telephone system
                  kind: initiative
                  said_by: Ana Reis
                  new_phase: true
                  baseline_until: 2026-02
  business: { objectives: [{ objective: B, measures: [{ use: complaint_time, baseline: 52 h, target: -25 % }] }] }
links: [{ from: csat, to: complaint_time, within: 3 months }]
"),
    ("service_level", "service_levels/full.yaml", "\
service_level: full
title: 2026
versions:
  - rules:
      - when: { priority: [high, 1], channel: email, segment: [gold], topic: cards, unit: [north, south] }
        first_response: { within: 1 h, clock: business, pauses: pending }
        next_response: 90 min
        resolution: { within: 2 d, clock: calendar, pauses: [pending, hold] }
        requester_wait: { within: 1.5 h }
  - { from: 2026-01-01, rules: [{ resolution: 1 d }] }
"),
    ("comparison", "comparisons/full.yaml", "\
comparison: full
title: 2026
measure: csat
compares: [people, branch]
below: north
case_mix: [question, attributes.reason, customer.segment, case.topic]
minimum: 78 %
recognition: 82
fixed_on: 2026-01-04
recognise_from: 85 %
develop_below: 20 %
review: { periods: 4, below: 0.05 %, false_discoveries: 1 % }
minimum_observations: 40
"),
    ("standard", "standards/full.yaml", "\
standard: full
title: 2026
role: [adviser, 7]
fixed_on: 2026-01-04
elements:
  - { element: A, critical: true, weight: 2, measure: csat, fully_successful: 78 %, minimally_successful: 72 %, exceeds: 82, outstanding: 88 % }
"),
    ("collection", "collections/full.yaml", "\
collection: full
title: 2026
measures: [cost_contact]
every: quarter
units: [east, 7] # or kind: branch
begins: 2026-10-01
due: 2 weeks
by: insights
approval: none
note: always
"),
    ("charter", "charter.yaml", "\
charter: full
title: 2026
contact: Write to us.
integrity: [came_back_new]
fewest: 30
publication: { fewest: 20, kind: branch, every: quarter }
versions:
  - valid_from: 2026-01-01
    review: 2027-03-15
    promises:
      - promise: settled
        words: We will settle it within five days.
        conditions: A full answer.
        measure: complaint_time
        where: channel = 'letter'
        standard: { threshold: 5 d, share: 90 % }
        owner: Tomas Reyes
        remedy: Twenty pounds.
        served_by: [csat, { measure: csat, standard: 80 %, kept_by: complaints team }]
        levels: [person, unit]
        fewest: 50
        public: true
      - { promise: pleased, words: A, measure: csat, standard: 80 }
      - { promise: fees, words: B, expected: 2027-01 }
"),
];

fn full() -> MemoryFiles {
    FULL.iter().fold(sound(), |files, (_, path, text)| files.with(*path, *text))
}

#[test]
fn a_file_with_every_key_fits_schema_and_reader() {
    for (kind, _, text) in FULL {
        assert_valid(kind, text);
    }
    let loaded = load(&full());
    let errors = loaded.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    assert_eq!(errors.map(|found| found.message.as_str()).collect::<Vec<_>>(), [] as [&str; 0]);
}

fn names_of_properties(schema: &Value, names: &mut BTreeSet<String>) {
    if let Value::Object(properties) = &schema["properties"] {
        names.extend(properties.keys().cloned());
    }
    match schema {
        Value::Object(object) => object.values().for_each(|value| names_of_properties(value, names)),
        Value::Array(items) => items.iter().for_each(|value| names_of_properties(value, names)),
        _ => {}
    }
}

/// The reader asks for the keys of the struct that it fills. If the schema had one that the reader does not ask for,
/// the file above would have it as an unknown key; so it is enough that the file has all of the schema.
#[test]
fn the_files_above_have_every_key_of_the_schemas() {
    let other_kinds = BTreeSet::from(
        [
            "share",
            "count",
            "sum",
            "mean",
            "ratio",
            "nps",
            "quantile",
            "stock",
            "distinct",
            "retention",
            "churn",
            "cohort",
            "formula",
            "composite",
        ]
        .map(str::to_owned),
    );
    let parts_of_other_kinds = BTreeSet::from(
        [
            "numerator",
            "denominator",
            "distinct",
            "of",
            "at",
            "method",
            "until",
            "needs",
            "parts",
            "use",
            "weight",
            "reached",
            "weight",
            "worst",
            "best",
            // A schedule has one of the two.
            "every",
            "daily",
        ]
        .map(str::to_owned),
    );
    for ((_, schema), (kind, _, text)) in all().into_iter().zip(FULL) {
        let mut names = BTreeSet::new();
        names_of_properties(&serde_json::from_str(&schema).unwrap(), &mut names);
        for name in names.difference(&other_kinds).filter(|name| !parts_of_other_kinds.contains(*name)) {
            assert!(text.contains(&format!("{name}:")), "{kind}: {name}");
        }
    }
}

#[test]
fn every_kind_of_measure_fits() {
    for kind in [
        "share: score >= 4",
        "count: rows",
        "sum: amount",
        "sum: 1",
        "mean: score",
        "ratio: { numerator: { sum: amount }, denominator: rows }",
        "nps: score",
        "quantile: { of: hold_s, at: 0.9, method: interpolated }",
        "stock: { until: solved_at }",
        "distinct: customer_id",
        "retention: { until: left_on }",
        "churn: { until: left_on }",
        "cohort: { reached: solved_at, within: 7 days }",
        "formula: cost / (cases - 2.5)",
        "composite: { method: geometric mean, needs: 80 %, parts: [{ use: csat, weight: 2, worst: 50 %, best: 90 }] }",
    ] {
        for better in ["higher", "lower", "neither"] {
            assert_valid("measure", &format!("measure: x\nfrom: orders\n{kind}\nbetter: {better}\n"));
        }
    }
}

#[test]
fn what_does_not_fit() {
    let check = |kind: &str, text: &str| assert!(!validator(kind).is_valid(&value(text)), "{kind}\n{text}");
    check("project", "time_zone: UTC\n");
    check("project", "organisation: A\nsource: []\n");
    check("project", "organisation:\n");
    check("project", "organisation: A\nsources: crm.yaml\n");
    check("project", "organisation: A\nfiscal_year_starts: April\n");
    check("source", "source: a\nfiles: {}\ntables: { cases: select 1 }\n");
    check("source", "source: a\nfiles: { a: a.csv }\ntables: { case: select 1 }\n");
    check("source", "source: a\nfiles: { a: { path: a.csv, format: tsv } }\ntables: { cases: select 1 }\n");
    check("source", "source: a\nfiles: { a: { path: a.csv, header: no } }\ntables: { cases: select 1 }\n");
    let measure = |lines: &str| check("measure", &format!("measure: x\nfrom: cases\n{lines}\n"));
    measure("count: rows");
    measure("better: higher");
    measure("better: higher\ncount: rows\nsum: amount");
    measure("better: up\ncount: rows");
    measure("better: higher\ncount: is_complaint");
    measure("better: higher\ncount: rows\ntarget: 82");
    measure("better: higher\ncount: rows\nlevels: [persons]");
    measure("better: higher\nquantile: { of: x, at: 90 }");
    measure("better: higher\nquantile: { of: x, at: '0.5' }");
    measure("better: higher\nformula: [cost, cases]");
    measure("better: higher\ncomposite: { parts: [] }");
    measure("better: higher\ncomposite: { parts: [{ use: csat, worst: 50 % }] }");
    measure("better: higher\ncomposite: { parts: [{ use: csat, worst: 50 %, best: 90 %, weight: 0 }] }");
    measure("better: higher\nratio: { numerator: { count: x, sum: y }, denominator: rows }");
    check("measure", "measure: x\nfrom: case\ncount: rows\nbetter: higher\n");
    let used = |used: &str| {
        check(
            "scorecard",
            &format!("scorecard: s\nlegs: {{ a: {{ objectives: [{{ objective: o, measures: [{used}] }}] }} }}\n"),
        );
    };
    used("{ target: 82 }");
    used("{ use: a, taget: 82 }");
    used("{ use: a, weight: -1 }");
    used("{ use: a, normalise: linear }");
    used("{ use: a, target: [82] }");
    used("{ use: a, units: { b: { weight: 2 } } }");
    used("");
    check("scorecard", "scorecard: s\n");
    let rule = |rule: &str| check("service_level", &format!("service_level: s\nversions: [{{ rules: [{rule}] }}]\n"));
    rule("{ first_respons: 4 h }");
    rule("{ first_response: {} }");
    rule("{ first_response: { within: 4 h, clock: office } }");
    rule("{ first_response: { within: 4 h, pauses: [solved] } }");
    rule("{ when: { colour: red } }");
    rule("");
    check("service_level", "service_level: s\nversions: []\n");
    check("service_level", "versions: [{ rules: [{}] }]\n");
}

/// The YAML in the reference of the file formats, by the heading above it.
fn blocks_of_the_reference() -> Vec<(String, String)> {
    let text = include_str!("../../../../docs/reference/project-files.md");
    let mut blocks = Vec::new();
    let mut heading = "";
    let mut block: Option<String> = None;
    for line in text.lines() {
        match (&mut block, line) {
            (None, "```yaml") => block = Some(String::new()),
            (Some(_), "```") => blocks.push((heading.to_owned(), block.take().unwrap())),
            (Some(block), line) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, line) => heading = line.strip_prefix("## ").or(line.strip_prefix("### ")).unwrap_or(heading),
        }
    }
    blocks
}

fn kind_of(heading: &str) -> &'static str {
    match heading {
        "evenkeel.yaml" => "project",
        "Sources" => "source",
        "Measures" | "Measures over measures" | "Definitions that change" => "measure",
        "Scorecards" => "scorecard",
        "Service levels" => "service_level",
        "Comparisons" => "comparison",
        "Performance standards" => "standard",
        "Figures that people type" => "collection",
        "Charter" => "charter",
        other => panic!("`{other}` has an example of no kind"),
    }
}

#[test]
fn the_examples_of_the_reference_fit_the_schemas() {
    let blocks = blocks_of_the_reference();
    assert_eq!(blocks.len(), 11);
    for (heading, text) in blocks {
        assert_valid(kind_of(&heading), &text);
    }
}

#[test]
fn the_examples_of_the_reference_make_a_project() {
    let stub = |id: &str| format!("measure: {id}\nfrom: responses\nshare: score >= 4\nbetter: higher\n");
    let mut files = MemoryFiles::default()
        .with("sources/survey.yaml", "source: survey\nfiles: { a: a.csv }\ntables: { responses: select 1 }\n");
    for id in ["esat", "csat", "reopen"] {
        files = files.with(format!("measures/{id}.yaml"), stub(id));
    }
    for (heading, text) in blocks_of_the_reference() {
        let path = match heading.as_str() {
            "evenkeel.yaml" => "evenkeel.yaml",
            "Sources" => "sources/crm.yaml",
            "Measures" => "measures/complaint_time.yaml",
            "Measures over measures" => "measures/service_index.yaml",
            "Definitions that change" => "measures/satisfaction.yaml",
            "Service levels" => "service_levels/standard.yaml",
            "Comparisons" => "comparisons/satisfaction.yaml",
            "Performance standards" => "standards/adviser.yaml",
            "Figures that people type" => "collections/branch_month.yaml",
            "Charter" => "charter.yaml",
            _ => "scorecards/service.yaml",
        };
        files = files.with(path, text);
    }
    insta::assert_snapshot!(tests::findings(&files), @"");
}

/// Every example in the table of kinds, which stands as code in its second column.
#[test]
fn the_kinds_of_the_reference_are_read() {
    let text = include_str!("../../../../docs/reference/project-files.md");
    let rows =
        text.lines().skip_while(|line| !line.starts_with("| kind ")).skip(2).take_while(|line| line.starts_with('|'));
    let examples: Vec<&str> = rows.map(|row| row.split('|').nth(2).unwrap().trim().trim_matches('`')).collect();
    assert_eq!(examples.len(), raw::KINDS.len());
    for example in examples {
        let table = match example {
            _ if example.contains("score") => "responses",
            _ if example.contains("hold_s") => "calls",
            _ if example.contains("left_on") => "customers",
            _ if example.contains("solved_at") || example.contains("is_complaint") => "case_facts",
            _ => "orders",
        };
        let from = match example {
            _ if example.starts_with("formula:") || example.starts_with("composite:") => String::new(),
            _ => format!("from: {table}\n"),
        };
        let text = format!("measure: x\n{from}{example}\nbetter: higher\n");
        assert_valid("measure", &text);
        let contacts = "measure: contacts\nfrom: calls\ncount: rows\nbetter: neither\n";
        let files = sound().with("measures/contacts.yaml", contacts).with("measures/x.yaml", text);
        assert_eq!(tests::findings(&files), "", "{example}");
    }
}
