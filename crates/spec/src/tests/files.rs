use std::io;

use super::{PROJECT, findings, replaced, sound, with};
use crate::{Files, MemoryFiles, diagnostic, load, render};

#[test]
fn no_project_here() {
    insta::assert_snapshot!(findings(&MemoryFiles::default()), @"
    error: there is no `evenkeel.yaml`
      --> evenkeel.yaml
       = it names the organisation and the files that belong to the project
       = help: go to the folder of a project, or start one with `evenkeel init`
    ");
}

#[test]
fn a_file_that_is_not_there() {
    insta::assert_snapshot!(replaced("evenkeel.yaml", PROJECT, "sources/crm.yaml", "sources/crn.yaml"), @"
    error: there is no `sources/crn.yaml`
      --> evenkeel.yaml:4:11
       |
     2 | time_zone: Africa/Accra
     3 | currency: GBP
     4 | sources: [sources/crn.yaml]
       |           ^^^^^^^^^^^^^^^^ did you mean `sources/crm.yaml`?
     5 | scorecards: [scorecards/service.yaml]
    ");
    insta::assert_snapshot!(replaced("evenkeel.yaml", PROJECT, "scorecards/service.yaml", "service.yaml"), @"
    error: there is no `service.yaml`
      --> evenkeel.yaml:5:14
       |
     3 | currency: GBP
     4 | sources: [sources/crm.yaml]
     5 | scorecards: [service.yaml]
       |              ^^^^^^^^^^^^ did you mean `scorecards/service.yaml`?
    ");
}

#[test]
fn a_file_that_is_listed_twice() {
    let list = "[sources/crm.yaml, ./sources/crm.yaml]";
    insta::assert_snapshot!(replaced("evenkeel.yaml", PROJECT, "[sources/crm.yaml]", list), @"
    error: `sources/crm.yaml` is listed twice
      --> evenkeel.yaml:4:29
       |
     2 | time_zone: Africa/Accra
     3 | currency: GBP
     4 | sources: [sources/crm.yaml, ./sources/crm.yaml]
       |                             ^^^^^^^^^^^^^^^^^^ listed again here
       |           ---------------- first listed here
     5 | scorecards: [scorecards/service.yaml]
       |
       = help: take one of them out
    ");
}

#[test]
fn a_scorecard_that_is_not_shown() {
    let list = "[scorecards/service.yaml, scorecards/other.yaml]";
    let other = super::SCORECARD.replace("scorecard: service", "scorecard: other");
    let files = sound()
        .with("scorecards/other.yaml", other)
        .with("evenkeel.yaml", PROJECT.replace("[scorecards/service.yaml]", list));
    insta::assert_snapshot!(findings(&files), @"
    warning: `scorecards/other.yaml` is checked, but only the first scorecard of the list is shown
      --> evenkeel.yaml:5:39
       |
     3 | currency: GBP
     4 | sources: [sources/crm.yaml]
     5 | scorecards: [scorecards/service.yaml, scorecards/other.yaml]
       |                                       ^^^^^^^^^^^^^^^^^^^^^
       = help: list the one first that pages and commands are to show
    ");
}

#[test]
fn a_file_that_is_not_listed() {
    insta::assert_snapshot!(with("sources/new.yaml", "source: new\n"), @"
    warning: `sources/new.yaml` is not listed under `sources` and is not read
      --> evenkeel.yaml:4:1
       |
     2 | time_zone: Africa/Accra
     3 | currency: GBP
     4 | sources: [sources/crm.yaml]
       | ^^^^^^^
     5 | scorecards: [scorecards/service.yaml]
       |
       = help: list it, or move it out of the folder
    ");
    insta::assert_snapshot!(replaced("evenkeel.yaml", PROJECT, "scorecards: [scorecards/service.yaml]\n", ""), @"
    warning: `scorecards/service.yaml` is not listed under `scorecards` and is not read
      --> evenkeel.yaml:1:1
       |
     1 | organisation: Northmere Bank
       | ^
     2 | time_zone: Africa/Accra
       |
       = help: list it, or move it out of the folder
    ");
    insta::assert_snapshot!(with("measures/csat_mean.yml", "measure: csat_mean\n"), @"
    warning: `measures/csat_mean.yml` is not read
      --> measures/csat_mean.yml
       = help: name it `.yaml`, like the other files of the project
    ");
    assert_eq!(with("measures/README.md", "# Measures\n"), "");
}

#[test]
fn files_outside_the_project() {
    let check =
        |path: &str| replaced("evenkeel.yaml", PROJECT, "[sources/crm.yaml]", &format!("[sources/crm.yaml, {path}]"));
    insta::assert_snapshot!(check("../other/sources/crm.yaml"), @"
    error: `../other/sources/crm.yaml` does not lie in the project
      --> evenkeel.yaml:4:29
       |
     2 | time_zone: Africa/Accra
     3 | currency: GBP
     4 | sources: [sources/crm.yaml, ../other/sources/crm.yaml]
       |                             ^^^^^^^^^^^^^^^^^^^^^^^^^
     5 | scorecards: [scorecards/service.yaml]
       |
       = files that define the project belong to its folder, so that they are versioned together
       = help: write the path from the folder of `evenkeel.yaml`, for example `sources/crm.yaml`
    ");
    insta::assert_snapshot!(check("/etc/passwd"), @"
    error: `/etc/passwd` does not lie in the project
      --> evenkeel.yaml:4:29
       |
     2 | time_zone: Africa/Accra
     3 | currency: GBP
     4 | sources: [sources/crm.yaml, /etc/passwd]
       |                             ^^^^^^^^^^^
     5 | scorecards: [scorecards/service.yaml]
       |
       = files that define the project belong to its folder, so that they are versioned together
       = help: write the path from the folder of `evenkeel.yaml`, for example `sources/crm.yaml`
    ");
    insta::assert_snapshot!(check("sources\\crm.yaml"), @r"
    error: `sources\crm.yaml` has `\` between its parts
      --> evenkeel.yaml:4:29
       |
     2 | time_zone: Africa/Accra
     3 | currency: GBP
     4 | sources: [sources/crm.yaml, sources\crm.yaml]
       |                             ^^^^^^^^^^^^^^^^
     5 | scorecards: [scorecards/service.yaml]
       |
       = help: write `/`, which works on every system
    ");
}

#[test]
fn a_file_that_is_not_text() {
    let latin = b"measure: csat\ntitle: caf\xe9\n".to_vec();
    insta::assert_snapshot!(findings(&sound().with("measures/csat.yaml", latin)), @"
    error: the file is not UTF-8 text
      --> measures/csat.yaml:2:11
       |
     1 | measure: csat
     2 | title: caf�
       |           ^ the first byte that is none
       = help: save it as UTF-8
    ");
    let utf16 = b"\xff\xfem\0e\0".to_vec();
    insta::assert_snapshot!(findings(&sound().with("measures/csat.yaml", utf16)), @"
    error: the file is not UTF-8 text
      --> measures/csat.yaml
       = it begins like UTF-16
       = help: save it as UTF-8
    ");
}

#[test]
fn a_file_that_is_empty() {
    insta::assert_snapshot!(with("measures/csat.yaml", "# nothing yet\n"), @"
    error: the file is empty
      --> measures/csat.yaml:1:1
       |
     1 | # nothing yet
       | ^
       = help: write what it is to define, or remove it
    ");
}

#[test]
fn a_file_that_is_too_large() {
    insta::assert_snapshot!(with("measures/csat.yaml", &"#".repeat(5_000_000)), @"
    error: the file is larger than 4 MiB and was not read
      --> measures/csat.yaml
       = help: raw data belongs into a source; split a long scorecard into several
    ");
}

#[test]
fn a_byte_order_mark_and_other_line_breaks_are_no_mistake() {
    let text = "\u{feff}measure: csat\r\nfrom: responses\r\nshare: score >= 4\r\nbetter: higher";
    assert_eq!(with("measures/csat.yaml", text), "");
}

#[test]
fn a_thing_defined_twice() {
    insta::assert_snapshot!(with("measures/old/csat.yaml", super::CSAT), @"
    error: measure `csat` is defined twice
      --> measures/old/csat.yaml:1:10
       |
     1 | measure: csat
       |          ^^^^ defined again here
     2 | title: Customer satisfaction
       |
      ::: measures/csat.yaml:1:10
       |
     1 | measure: csat
       |          ---- first defined here
       = help: give one of them another name, or remove it
    ");
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
    insta::assert_snapshot!(findings(&files), @"
    error: source `crm` is defined twice
      --> sources/crm2.yaml:1:9
       |
     1 | source: crm
       |         ^^^ defined again here
     2 | files:
       |
      ::: sources/crm.yaml:1:9
       |
     1 | source: crm
       |         --- first defined here
       = help: give one of them another name, or remove it

    error: scorecard `service` is defined twice
      --> scorecards/service2.yaml:1:12
       |
     1 | scorecard: service
       |            ^^^^^^^ defined again here
     2 | legs:
       |
      ::: scorecards/service.yaml:1:12
       |
     1 | scorecard: service
       |            ------- first defined here
       = help: give one of them another name, or remove it
    ");
}

/// A file with a mistake in its syntax is still defined, and what is before the mistake is still checked.
#[test]
fn one_mistake_does_not_make_others() {
    let check = |text: &str| with("measures/csat.yaml", text);
    insta::assert_snapshot!(check("measure: csat\ntitel: Satisfaction\nfrom: responses\nshare: score: 4\n"), @r#"
    error: unknown key `titel` in measure `csat`
      --> measures/csat.yaml:2:1
       |
     1 | measure: csat
     2 | titel: Satisfaction
       | ^^^^^ did you mean `title`?
     3 | from: responses

    error: a `:` cannot stand here
      --> measures/csat.yaml:4:13
       |
     2 | titel: Satisfaction
     3 | from: responses
     4 | share: score: 4
       |             ^
       = help: put quotes around the whole value: `"…"` if the `:` belongs to it; otherwise begin the
               key on a line of its own, as far in as the keys beside it
    "#);
    insta::assert_snapshot!(check("measure csat\n"), @"
    error: the measure in `measures/csat.yaml` is not written as keys with values
      --> measures/csat.yaml:1:1
       |
     1 | measure csat
       | ^^^^^^^^^^^^
       = help: begin with `measure: csat`, and write one key a line
    ");
    insta::assert_snapshot!(check("measure: csat\nfrom: responces\nshare: score >= 4\nbetter: higher\n"), @"
    error: the service record has no table `responces`
      --> measures/csat.yaml:2:7
       |
     1 | measure: csat
     2 | from: responces
       |       ^^^^^^^^^ did you mean `responses`?
     3 | share: score >= 4
    ");
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
    insta::assert_snapshot!(heads.join("\n"), @"
    evenkeel.yaml:2:12: error: `Africa/Acra` is not a time zone
    sources/crm.yaml:5:3: error: the service record has no table `case`
    measures/csat.yaml:2:1: error: unknown key `titel` in measure `csat`
    measures/csat.yaml:4:8: error: the quote is not closed
    measures/nps.yaml:3:6: error: `responses` has no column `skore`
    measures/nps.yaml:4:9: error: `better` in measure `nps` cannot be `up`
    scorecards/service.yaml:12:60: error: `fast` does not start with a number
    scorecards/service.yaml:15:47: error: `within` needs a number of months, not `soon`
    ");
    insta::assert_snapshot!(diagnostic::summary(loaded.files, &loaded.diagnostics), @"checked 8 files: 8 errors");
}

#[test]
fn a_file_full_of_mistakes_does_not_fill_the_screen() {
    let text = (0..1000).map(|number| format!("nonsense_{number}: 1\n")).collect::<Vec<_>>().concat();
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
    insta::assert_snapshot!(render::render_all(&load(&Unreadable).diagnostics, render::Colour::Never), @"
    error: `evenkeel.yaml` cannot be read: permission denied
      --> evenkeel.yaml
       = help: check that it is a file and who may read it

    error: `measures.lock` cannot be read: permission denied
      --> measures.lock
       = help: check that it is a file and who may read it

    error: the folder `measures` cannot be read: the disk is on fire
      --> measures
       = help: check who may read it
    ");
}

#[test]
fn measures_of_the_library() {
    use evenkeel_model::ids::MeasureId;

    // Taken when a scorecard uses it and no file of the project defines it, with what it has to be read with.
    let scorecard = "\
scorecard: service
legs:
  customer: { objectives: [{ objective: A, measures: [{ use: csat, target: 80 %, baseline: 70 % }, { use: aht }] }] }
  business: { objectives: [{ objective: B, measures: [{ use: cost }] }] }
";
    let files = sound().with("scorecards/service.yaml", scorecard);
    let loaded = load(&files);
    assert_eq!(findings(&files), "");
    let names = |ids: &[MeasureId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    assert_eq!(names(&loaded.library.taken), "aht fcr_repeat");
    assert_eq!(names(&loaded.library.replaced), "complaint_time csat nps");
    let project = loaded.project.unwrap();
    assert_eq!(project.measures["csat"].title, "Customer satisfaction");
    assert!(project.measures["csat"].about.means.is_none(), "the project's own file wins");
    assert_eq!(project.measures["aht"].title, "Average handle time");
    assert!(!project.measures.contains_key("reopen"), "no more than is needed");
}

#[test]
fn a_measure_with_mistakes_is_not_replaced_by_that_of_the_library() {
    let files = sound().with("measures/csat.yaml", "measure: csat\nfrom: responses\nshare: scor\nbetter: higher\n");
    let loaded = load(&files);
    assert!(loaded.project.is_none());
    assert!(loaded.library.taken.is_empty());
}
