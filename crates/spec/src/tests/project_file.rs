use evenkeel_model::call_back::Within;
use evenkeel_model::period::FiscalYear;

use super::{PROJECT, project, replaced, sound, with};
use crate::{MemoryFiles, Storage};

fn check(old: &str, new: &str) -> String {
    replaced("evenkeel.yaml", PROJECT, old, new)
}

#[test]
fn what_a_project_says() {
    let text = format!("{PROJECT}fiscal_year_starts: 4\nstorage: s3://bucket/prefix\ndata_root: ../exports\n");
    let read = project(&sound().with("evenkeel.yaml", text));
    assert_eq!(read.organisation, "Northmere Bank");
    assert_eq!(read.time_zone.iana_name(), Some("Africa/Accra"));
    assert_eq!(read.fiscal_year, FiscalYear::starting_in(4).unwrap());
    assert_eq!(read.currency.as_deref(), Some("GBP"));
    assert_eq!(read.storage, Storage::ObjectStore("s3://bucket/prefix".to_owned()));
    assert_eq!(read.data_root.as_deref(), Some("../exports"));
    assert_eq!((read.sources.len(), read.measures.len(), read.scorecards.len()), (1, 5, 1));
}

#[test]
fn what_holds_by_default() {
    let read = project(&MemoryFiles::default().with("evenkeel.yaml", "organisation: A\n"));
    assert_eq!(read.time_zone.iana_name(), Some("UTC"));
    assert_eq!(read.fiscal_year, FiscalYear::default());
    assert_eq!(read.storage, Storage::Folder("./data".to_owned()));
    assert!(read.currency.is_none() && read.data_root.is_none());
    assert!(read.sources.is_empty() && read.measures.is_empty() && read.scorecards.is_empty());
}

#[test]
fn how_soon_customers_are_called_back() {
    let read = |said: &str| project(&sound().with("evenkeel.yaml", format!("{PROJECT}{said}"))).call_back_within;
    assert_eq!(read(""), Within::WorkingDays(1));
    assert_eq!(read("call_back_within: 2 working days\n"), Within::WorkingDays(2));
    assert_eq!(read("call_back_within: 4 h\n"), Within::Seconds(14_400));
    insta::assert_snapshot!(check("currency: GBP", "call_back_within: soon"));
}

#[test]
fn the_database_of_accounts() {
    let read = |state: &str| {
        let text = format!("{PROJECT}state: {state}\n");
        project(&sound().with("evenkeel.yaml", text)).state
    };
    assert_eq!(read("postgres://me@host/accounts").as_deref(), Some("postgres://me@host/accounts"));
    insta::assert_snapshot!(check("currency: GBP", "state: postgres://me:secret@host/accounts"));
    insta::assert_snapshot!(check("currency: GBP", "state: mysql://host/accounts"));
    insta::assert_snapshot!(check(
        "currency: GBP",
        "state: postgres://me@host/accounts?sslmode=require&Password=secret"
    ));
}

#[test]
fn unknown_keys() {
    insta::assert_snapshot!(check("organisation", "organization"), @"
    error: unknown key `organization` in the project
      --> evenkeel.yaml:1:1
       |
     1 | organization: Northmere Bank
       | ^^^^^^^^^^^^ did you mean `organisation`?
     2 | time_zone: Africa/Accra
    ");
    insta::assert_snapshot!(check("currency: GBP", "weather: rain.yaml"), @"
    error: unknown key `weather` in the project
      --> evenkeel.yaml:3:1
       |
     1 | organisation: Northmere Bank
     2 | time_zone: Africa/Accra
     3 | weather: rain.yaml
       | ^^^^^^^
     4 | sources: [sources/crm.yaml]
       |
       = help: keys that can stand here: `organisation`, `time_zone`, `fiscal_year_starts`, `currency`,
               `people`, `pseudonyms`, `storage`, `state`, `data_root`, `call_back_within`, `import`,
               `sources`, `scorecards`, `service_levels`, `comparisons`, `standards`, `collections`,
               `reviews` and `charter`
    ");
    insta::assert_snapshot!(check("currency: GBP", "Currency: GBP"), @"
    error: unknown key `Currency` in the project
      --> evenkeel.yaml:3:1
       |
     1 | organisation: Northmere Bank
     2 | time_zone: Africa/Accra
     3 | Currency: GBP
       | ^^^^^^^^ did you mean `currency`?
     4 | sources: [sources/crm.yaml]
    ");
}

#[test]
fn missing_keys_and_values() {
    insta::assert_snapshot!(check("organisation: Northmere Bank\n", ""), @"
    error: `organisation` is missing in the project
      --> evenkeel.yaml:1:1
       |
     1 | time_zone: Africa/Accra
       | ^^^^^^^^^
     2 | currency: GBP
       |
       = help: add `organisation: Northmere Bank`
    ");
    insta::assert_snapshot!(check("organisation: Northmere Bank", "organisation:"), @"
    error: `organisation` in the project has no value
      --> evenkeel.yaml:1:1
       |
     1 | organisation:
       | ^^^^^^^^^^^^
     2 | time_zone: Africa/Accra
       |
       = help: write a value behind it, or take the key out; for the text `null`, put it between quotes
    ");
    insta::assert_snapshot!(check("organisation: Northmere Bank", "organisation: null"), @"
    error: `organisation` in the project has no value
      --> evenkeel.yaml:1:15
       |
     1 | organisation: null
       |               ^^^^
     2 | time_zone: Africa/Accra
       |
       = help: write a value behind it, or take the key out; for the text `null`, put it between quotes
    ");
    insta::assert_snapshot!(check("organisation: Northmere Bank", "organisation: ''"), @"
    error: `organisation` in the project is an empty text
      --> evenkeel.yaml:1:15
       |
     1 | organisation: ''
       |               ^^
     2 | time_zone: Africa/Accra
       |
       = help: write a text, or take the key out
    ");
}

#[test]
fn wrong_types() {
    insta::assert_snapshot!(check("organisation: Northmere Bank", "organisation: [Northmere, Bank]"), @"
    error: `organisation` in the project needs a text, not a list
      --> evenkeel.yaml:1:15
       |
     1 | organisation: [Northmere, Bank]
       |               ^^^^^^^^^^^^^^^^^
     2 | time_zone: Africa/Accra
       |
       = help: put quotes around a text that starts with `[`
    ");
    insta::assert_snapshot!(check("[sources/crm.yaml]", "sources/crm.yaml"), @"
    error: `sources` in the project needs a list, not a single value
      --> evenkeel.yaml:4:10
       |
     2 | time_zone: Africa/Accra
     3 | currency: GBP
     4 | sources: sources/crm.yaml
       |          ^^^^^^^^^^^^^^^^
     5 | scorecards: [scorecards/service.yaml]
       |
       = help: write `sources: [sources/crm.yaml]`
    ");
    insta::assert_snapshot!(check("[sources/crm.yaml]", "{ crm: sources/crm.yaml }"), @"
    error: `sources` in the project needs a list, not a mapping
      --> evenkeel.yaml:4:10
       |
     2 | time_zone: Africa/Accra
     3 | currency: GBP
     4 | sources: { crm: sources/crm.yaml }
       |          ^^^^^^^^^^^^^^^^^^^^^^^^^
     5 | scorecards: [scorecards/service.yaml]
       |
       = help: write `sources: [a, b]`, or one item a line, each behind `- `
    ");
    insta::assert_snapshot!(with("evenkeel.yaml", "- organisation\n"), @"
    error: the project is not written as keys with values
      --> evenkeel.yaml:1:1
       |
     1 | - organisation
       | ^^^^^^^^^^^^^^
       = help: begin with `organisation: Northmere Bank`, and write one key a line
    ");
    insta::assert_snapshot!(with("evenkeel.yaml", "just text\n"), @"
    error: the project is not written as keys with values
      --> evenkeel.yaml:1:1
       |
     1 | just text
       | ^^^^^^^^^
       = help: begin with `organisation: Northmere Bank`, and write one key a line
    ");
}

#[test]
fn time_zones() {
    insta::assert_snapshot!(check("Africa/Accra", "Africa/Acra"), @"
    error: `Africa/Acra` is not a time zone
      --> evenkeel.yaml:2:12
       |
     1 | organisation: Northmere Bank
     2 | time_zone: Africa/Acra
       |            ^^^^^^^^^^^ did you mean `Africa/Accra`?
     3 | currency: GBP
       |
       = days, weeks and months are those of this zone
       = help: write the IANA name, continent and city, for example `Africa/Accra`, or `UTC`
    ");
    insta::assert_snapshot!(check("Africa/Accra", "Accra"), @"
    error: `Accra` is not a time zone
      --> evenkeel.yaml:2:12
       |
     1 | organisation: Northmere Bank
     2 | time_zone: Accra
       |            ^^^^^ did you mean `Africa/Accra`?
     3 | currency: GBP
       |
       = days, weeks and months are those of this zone
       = help: write the IANA name, continent and city, for example `Africa/Accra`, or `UTC`
    ");
    insta::assert_snapshot!(check("Africa/Accra", "GMT+3 or so"), @"
    error: `GMT+3 or so` is not a time zone
      --> evenkeel.yaml:2:12
       |
     1 | organisation: Northmere Bank
     2 | time_zone: GMT+3 or so
       |            ^^^^^^^^^^^
     3 | currency: GBP
       |
       = days, weeks and months are those of this zone
       = help: write the IANA name, continent and city, for example `Africa/Accra`, or `UTC`
    ");
    assert_eq!(check("Africa/Accra", "africa/accra"), "");
}

#[test]
fn fiscal_years() {
    insta::assert_snapshot!(check("currency: GBP", "currency: GBP\nfiscal_year_starts: 13"), @"
    error: `fiscal_year_starts` cannot be 13
      --> evenkeel.yaml:4:21
       |
     2 | time_zone: Africa/Accra
     3 | currency: GBP
     4 | fiscal_year_starts: 13
       |                     ^^
     5 | sources: [sources/crm.yaml]
       |
       = help: write the month as a number from 1 (January) to 12 (December)
    ");
    insta::assert_snapshot!(check("currency: GBP", "currency: GBP\nfiscal_year_starts: April"), @"
    error: `fiscal_year_starts` in the project needs a whole number, not `April`
      --> evenkeel.yaml:4:21
       |
     2 | time_zone: Africa/Accra
     3 | currency: GBP
     4 | fiscal_year_starts: April
       |                     ^^^^^
     5 | sources: [sources/crm.yaml]
       |
       = help: write a number such as `3`
    ");
    insta::assert_snapshot!(check("currency: GBP", "currency: GBP\nfiscal_year_starts: 04"), @"
    error: `fiscal_year_starts` in the project needs a whole number, not `04`
      --> evenkeel.yaml:4:21
       |
     2 | time_zone: Africa/Accra
     3 | currency: GBP
     4 | fiscal_year_starts: 04
       |                     ^^
     5 | sources: [sources/crm.yaml]
       |
       = help: a number with a leading zero is octal to some readers of YAML: take the zero away
    ");
    insta::assert_snapshot!(check("currency: GBP", "currency: GBP\nfiscal_year_starts: '4'"), @"
    error: `fiscal_year_starts` in the project needs a whole number, not `'4'`
      --> evenkeel.yaml:4:21
       |
     2 | time_zone: Africa/Accra
     3 | currency: GBP
     4 | fiscal_year_starts: '4'
       |                     ^^^
     5 | sources: [sources/crm.yaml]
       |
       = help: take the quotes away: `fiscal_year_starts: 4`
    ");
    insta::assert_snapshot!(check("currency: GBP", "currency: GBP\nfiscal_year_starts: 1.5"), @"
    error: `fiscal_year_starts` in the project needs a whole number that is not negative
      --> evenkeel.yaml:4:21
       |
     2 | time_zone: Africa/Accra
     3 | currency: GBP
     4 | fiscal_year_starts: 1.5
       |                     ^^^
     5 | sources: [sources/crm.yaml]
       |
       = help: write `0`, `1`, `2` and so on
    ");
}

#[test]
fn currencies() {
    insta::assert_snapshot!(check("GBP", "gbp"), @"
    error: `gbp` is not the code of a currency
      --> evenkeel.yaml:3:11
       |
     1 | organisation: Northmere Bank
     2 | time_zone: Africa/Accra
     3 | currency: gbp
       |           ^^^
     4 | sources: [sources/crm.yaml]
       |
       = help: write `GBP`
    ");
    insta::assert_snapshot!(check("GBP", "£"), @"
    error: `£` is not the code of a currency
      --> evenkeel.yaml:3:11
       |
     1 | organisation: Northmere Bank
     2 | time_zone: Africa/Accra
     3 | currency: £
       |           ^
     4 | sources: [sources/crm.yaml]
       |
       = help: write `GBP`
    ");
    insta::assert_snapshot!(check("GBP", "pounds"), @"
    error: `pounds` is not the code of a currency
      --> evenkeel.yaml:3:11
       |
     1 | organisation: Northmere Bank
     2 | time_zone: Africa/Accra
     3 | currency: pounds
       |           ^^^^^^
     4 | sources: [sources/crm.yaml]
       |
       = help: write the three capital letters of ISO 4217, for example `EUR`
    ");
    insta::assert_snapshot!(check("currency: GBP\n", ""), @"
    warning: measure `cost` is shown in money, and the project names no currency
      --> measures/cost.yaml:4:7
       |
     2 | from: orders
     3 | sum: amount
     4 | unit: money
       |       ^^^^^
     5 | better: neither
       |
       = help: add `currency: EUR` to evenkeel.yaml
    ");
}
