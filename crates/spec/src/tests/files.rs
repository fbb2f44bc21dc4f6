use std::io;

use super::{PROJECT, findings, replaced, sound, with};
use crate::{Files, MemoryFiles, diagnostic, load, render};

#[test]
fn no_project_here() {
    insta::assert_snapshot!(findings(&MemoryFiles::default()), @"");
}

#[test]
fn a_file_that_is_not_there() {
    insta::assert_snapshot!(replaced("evenkeel.yaml", PROJECT, "sources/crm.yaml", "sources/crn.yaml"), @"");
    insta::assert_snapshot!(replaced("evenkeel.yaml", PROJECT, "scorecards/service.yaml", "service.yaml"), @"");
}

#[test]
fn a_file_that_is_listed_twice() {
    let list = "[sources/crm.yaml, ./sources/crm.yaml]";
    insta::assert_snapshot!(replaced("evenkeel.yaml", PROJECT, "[sources/crm.yaml]", list), @"");
}

#[test]
fn a_file_that_is_not_listed() {
    insta::assert_snapshot!(with("sources/new.yaml", "source: new\n"), @"");
    insta::assert_snapshot!(replaced("evenkeel.yaml", PROJECT, "scorecards: [scorecards/service.yaml]\n", ""), @"");
    insta::assert_snapshot!(with("measures/csat_mean.yml", "measure: csat_mean\n"), @"");
    assert_eq!(with("measures/README.md", "# Measures\n"), "");
}

#[test]
fn files_outside_the_project() {
    let check =
        |path: &str| replaced("evenkeel.yaml", PROJECT, "[sources/crm.yaml]", &format!("[sources/crm.yaml, {path}]"));
    insta::assert_snapshot!(check("../other/sources/crm.yaml"), @"");
    insta::assert_snapshot!(check("/etc/passwd"), @"");
    insta::assert_snapshot!(check("sources\\crm.yaml"), @"");
}

#[test]
fn a_file_that_is_not_text() {
    let latin = b"measure: csat\ntitle: caf\xe9\n".to_vec();
    insta::assert_snapshot!(findings(&sound().with("measures/csat.yaml", latin)), @"");
    let utf16 = b"\xff\xfem\0e\0".to_vec();
    insta::assert_snapshot!(findings(&sound().with("measures/csat.yaml", utf16)), @"");
}

#[test]
fn a_file_that_is_empty() {
    insta::assert_snapshot!(with("measures/csat.yaml", "# nothing yet\n"), @"");
}

#[test]
fn a_file_that_is_too_large() {
    insta::assert_snapshot!(with("measures/csat.yaml", &"#".repeat(5_000_000)), @"");
}

#[test]
fn a_byte_order_mark_and_other_line_breaks_are_no_mistake() {
    let text = "\u{feff}measure: csat\r\nfrom: responses\r\nshare: score >= 4\r\nbetter: higher";
    assert_eq!(with("measures/csat.yaml", text), "");
}

#[test]
fn a_thing_defined_twice() {
    insta::assert_snapshot!(with("measures/old/csat.yaml", super::CSAT), @"");
    let project = "\
organisation: A
currency: EUR
sources: [sources/crm.yaml, sources/crm2.yaml]
scorecards: [scorecards/service.yaml, scorecards/service2.yaml]
";
    let files = sound()
        .with("sources/crm2.yaml", super::SOURCE)
        .with("scorecards/service2.yaml", super::SCORECARD)
        .with("evenkeel.yaml", project);
    insta::assert_snapshot!(findings(&files), @"");
}

/// A file with a mistake in its syntax is still defined, and what is before the mistake is still checked.
#[test]
fn one_mistake_does_not_make_others() {
    let check = |text: &str| with("measures/csat.yaml", text);
    insta::assert_snapshot!(check("measure: csat\ntitel: Satisfaction\nfrom: responses\nshare: score: 4\n"), @"");
    insta::assert_snapshot!(check("measure csat\n"), @"");
    insta::assert_snapshot!(check("measure: csat\nfrom: responces\nshare: score >= 4\nbetter: higher\n"), @"");
}

#[test]
fn every_mistake_of_a_project_in_one_run() {
    let files = sound()
        .with("evenkeel.yaml", PROJECT.replace("Accra", "Acra"))
        .with("sources/crm.yaml", super::SOURCE.replace("cases:", "case:"))
        .with("measures/csat.yaml", super::CSAT.replace("title", "titel").replace("score >= 4", "'"))
        .with("measures/nps.yaml", "measure: nps\nfrom: responses\nnps: skore\nbetter: up\n")
        .with("scorecards/service.yaml", super::SCORECARD.replace("-25 %", "fast").replace("3 months", "soon"));
    let loaded = load(&files);
    let heads: Vec<String> = loaded
        .diagnostics
        .iter()
        .map(|found| format!("{}: {}: {}", found.primary.span, found.severity.as_str(), found.message))
        .collect();
    insta::assert_snapshot!(heads.join("\n"), @"");
    insta::assert_snapshot!(diagnostic::summary(loaded.files, &loaded.diagnostics), @"");
}

#[test]
fn a_file_full_of_mistakes_does_not_fill_the_screen() {
    let text: String = (0..1000).map(|number| format!("nonsense_{number}: 1\n")).collect();
    let loaded = load(&sound().with("measures/csat.yaml", text));
    let in_file = loaded.diagnostics.iter().filter(|found| found.primary.span.file().path() == "measures/csat.yaml");
    assert_eq!(in_file.count(), 101);
}

struct Unreadable;

impl Files for Unreadable {
    fn list(&self, _: &str) -> io::Result<Vec<String>> {
        Err(io::Error::other("the disk is on fire"))
    }

    fn read(&self, _: &str) -> io::Result<Vec<u8>> {
        Err(io::Error::from(io::ErrorKind::PermissionDenied))
    }
}

#[test]
fn a_disk_that_cannot_be_read() {
    insta::assert_snapshot!(render::render_all(&load(&Unreadable).diagnostics, render::Colour::Never), @"");
}
