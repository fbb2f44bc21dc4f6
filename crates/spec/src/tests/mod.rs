//! Every check, shown whole: a small project, one mistake, and what a person gets to read.

mod charter;
mod collections;
mod comparisons;
mod derived;
mod files;
mod kinds;
mod measures;
mod project_file;
mod scorecards;
mod service_levels;
mod signals;
mod source_map;
mod sources;
mod standards;
mod values;
mod versions;

use crate::project::{Loaded, Project};
use crate::{MemoryFiles, Severity, code, load, render};

/// A project without a mistake.
pub(crate) fn sound() -> MemoryFiles {
    MemoryFiles::default()
        .with("evenkeel.yaml", PROJECT)
        .with("sources/crm.yaml", SOURCE)
        .with("measures/csat.yaml", CSAT)
        .with("measures/complaint_time.yaml", COMPLAINT_TIME)
        .with("measures/nps.yaml", "measure: nps\nfrom: responses\nnps: score\nbetter: higher\n")
        .with("measures/offers.yaml", OFFERS)
        .with("measures/cost.yaml", "measure: cost\nfrom: orders\nsum: amount\nunit: money\nbetter: neither\n")
        .with("scorecards/service.yaml", SCORECARD)
}

pub(crate) const PROJECT: &str = "\
organisation: Northmere Bank
time_zone: Africa/Accra
currency: GBP
sources: [sources/crm.yaml]
scorecards: [scorecards/service.yaml]
";

pub(crate) const SOURCE: &str = "\
source: crm
files:
  tickets: raw/tickets_*.csv
tables:
  cases: select number as case_id, opened as opened_at from tickets
";

pub(crate) const CSAT: &str = "\
measure: csat
title: Customer satisfaction
from: responses
share: score >= 4
better: higher
";

pub(crate) const COMPLAINT_TIME: &str = "\
measure: complaint_time
unit: hours
from: case_facts
where: is_complaint
quantile: { of: full_resolution_s, at: 0.5 }
period_of: solved_at
better: lower
";

const OFFERS: &str = "\
measure: offers
unit: percent
from: orders
ratio: { numerator: { count: amount > 100 }, denominator: rows }
better: { within: [10 %, 15 %] }
";

pub(crate) const SCORECARD: &str = "\
scorecard: service
legs:
  customer:
    objectives:
      - objective: Satisfied customers
        measures:
          - { use: csat, baseline: 78 %, target: 82 %, by: 2026-12 }
  business:
    objectives:
      - objective: Complaints settled quickly
        measures:
          - { use: complaint_time, baseline: 52 h, target: -25 %, red_flag: 60 h }
          - { use: offers }
links:
  - { from: complaint_time, to: csat, within: 3 months }
";

/// What is found in a project, as people read it.
pub(crate) fn findings(files: &MemoryFiles) -> String {
    let Loaded { project, diagnostics, .. } = load(files);
    let errors = diagnostics.iter().any(|found| found.severity == Severity::Error);
    assert_eq!(project.is_none(), errors, "a project is there exactly when there is no error");
    for found in &diagnostics {
        assert!(code::ALL.contains(&found.code), "`{}` is not in the list of codes", found.code);
        assert!(!found.message.ends_with('.') && !found.message.is_empty(), "{}", found.message);
        assert!(!found.primary.text.is_empty() || found.help.is_some(), "nothing says what to do: {}", found.message);
    }
    render::render_all(&diagnostics, render::Colour::Never)
}

/// What is found when one file of the sound project is written otherwise.
pub(crate) fn with(path: &str, text: &str) -> String {
    findings(&sound().with(path, text))
}

/// What is found when one text in one file of the sound project is replaced.
pub(crate) fn replaced(path: &str, original: &str, old: &str, new: &str) -> String {
    assert!(original.contains(old), "{old:?} is not in {path}");
    with(path, &original.replacen(old, new, 1))
}

/// The project, which has to be without errors.
pub(crate) fn project(files: &MemoryFiles) -> Project {
    let Loaded { project, diagnostics, .. } = load(files);
    project.unwrap_or_else(|| panic!("{}", render::render_all(&diagnostics, render::Colour::Never)))
}

#[test]
fn a_sound_project_has_no_findings() {
    assert_eq!(findings(&sound()), "");
    assert_eq!(load(&sound()).files, 8);
}

#[test]
fn every_code_is_there_once() {
    let mut codes = code::ALL.to_vec();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), code::ALL.len());
}
