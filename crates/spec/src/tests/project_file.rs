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
fn unknown_keys() {
    insta::assert_snapshot!(check("organisation", "organization"), @"");
    insta::assert_snapshot!(check("currency: GBP", "charter: charter.yaml"), @"");
    insta::assert_snapshot!(check("currency: GBP", "Currency: GBP"), @"");
}

#[test]
fn missing_keys_and_values() {
    insta::assert_snapshot!(check("organisation: Northmere Bank\n", ""), @"");
    insta::assert_snapshot!(check("organisation: Northmere Bank", "organisation:"), @"");
    insta::assert_snapshot!(check("organisation: Northmere Bank", "organisation: null"), @"");
    insta::assert_snapshot!(check("organisation: Northmere Bank", "organisation: ''"), @"");
}

#[test]
fn wrong_types() {
    insta::assert_snapshot!(check("organisation: Northmere Bank", "organisation: [Northmere, Bank]"), @"");
    insta::assert_snapshot!(check("[sources/crm.yaml]", "sources/crm.yaml"), @"");
    insta::assert_snapshot!(check("[sources/crm.yaml]", "{ crm: sources/crm.yaml }"), @"");
    insta::assert_snapshot!(with("evenkeel.yaml", "- organisation\n"), @"");
    insta::assert_snapshot!(with("evenkeel.yaml", "just text\n"), @"");
}

#[test]
fn time_zones() {
    insta::assert_snapshot!(check("Africa/Accra", "Africa/Acra"), @"");
    insta::assert_snapshot!(check("Africa/Accra", "Accra"), @"");
    insta::assert_snapshot!(check("Africa/Accra", "GMT+3 or so"), @"");
    assert_eq!(check("Africa/Accra", "africa/accra"), "");
}

#[test]
fn fiscal_years() {
    insta::assert_snapshot!(check("currency: GBP", "currency: GBP\nfiscal_year_starts: 13"), @"");
    insta::assert_snapshot!(check("currency: GBP", "currency: GBP\nfiscal_year_starts: April"), @"");
    insta::assert_snapshot!(check("currency: GBP", "currency: GBP\nfiscal_year_starts: 04"), @"");
    insta::assert_snapshot!(check("currency: GBP", "currency: GBP\nfiscal_year_starts: '4'"), @"");
    insta::assert_snapshot!(check("currency: GBP", "currency: GBP\nfiscal_year_starts: 1.5"), @"");
}

#[test]
fn currencies() {
    insta::assert_snapshot!(check("GBP", "gbp"), @"");
    insta::assert_snapshot!(check("GBP", "£"), @"");
    insta::assert_snapshot!(check("GBP", "pounds"), @"");
    insta::assert_snapshot!(check("currency: GBP\n", ""), @"");
}
