//! Projects to start from.

use crate::headings::{Becomes, Form, Proposal, Scale};

/// A small project with comments: one CSV file with a few rows, two measures of its own, one of the library, a
/// scorecard and a charter. Each file as its path in the project and its contents.
///
/// ```
/// use evenkeel_spec::{MemoryFiles, load, template};
///
/// let files = template::blank();
/// let project = files.into_iter().fold(MemoryFiles::default(), |project, (path, text)| project.with(path, text));
/// assert!(load(&project).diagnostics.is_empty());
/// ```
#[must_use]
pub fn blank() -> Vec<(&'static str, &'static str)> {
    vec![
        ("charter.yaml", include_str!("../templates/blank/charter.yaml")),
        ("evenkeel.yaml", include_str!("../templates/blank/evenkeel.yaml")),
        ("measures/complaints.yaml", include_str!("../templates/blank/measures/complaints.yaml")),
        ("measures/inflow.yaml", include_str!("../templates/blank/measures/inflow.yaml")),
        ("raw/cases.csv", include_str!("../templates/blank/raw/cases.csv")),
        ("scorecards/service.yaml", include_str!("../templates/blank/scorecards/service.yaml")),
        ("sources/desk.yaml", include_str!("../templates/blank/sources/desk.yaml")),
    ]
}

/// The scorecard of [`support_desk`], as it is written there.
pub const SUPPORT_DESK_SCORECARD: (&str, &str) =
    ("scorecards/desk.yaml", include_str!("../templates/support-desk/scorecards/desk.yaml"));

/// A project for a support desk that has one export of its help desk: few measures, and no source yet.
#[must_use]
pub fn support_desk() -> Vec<(&'static str, &'static str)> {
    vec![
        ("evenkeel.yaml", include_str!("../templates/support-desk/evenkeel.yaml")),
        (
            "measures/first_response_counted.yaml",
            include_str!("../templates/support-desk/measures/first_response_counted.yaml"),
        ),
        ("measures/inflow.yaml", include_str!("../templates/support-desk/measures/inflow.yaml")),
        ("measures/reopened_counted.yaml", include_str!("../templates/support-desk/measures/reopened_counted.yaml")),
        (
            "measures/resolution_counted.yaml",
            include_str!("../templates/support-desk/measures/resolution_counted.yaml"),
        ),
        SUPPORT_DESK_SCORECARD,
    ]
}

/// The scorecard of [`support_desk`] with the measures that an export can tell: those as counted by the source where it
/// says how long something took and not when it was, and good ratings where customers choose one of two.
#[must_use]
pub fn support_desk_scorecard(proposals: &[Proposal]) -> String {
    let told = |becomes: Becomes| {
        proposals.iter().find(|proposal| proposal.becomes == Some(becomes) && proposal.question.is_none())
    };
    let has = |becomes: Becomes| told(becomes).is_some();
    let mut text = SUPPORT_DESK_SCORECARD.1.to_owned();
    let mut put = |instead_of: &str, measure: &str| {
        text = text.replace(&format!("- {{ use: {instead_of} }}"), &format!("- {{ use: {measure} }}"));
    };
    if !has(Becomes::FirstAnswered) && has(Becomes::FirstAnswerTook) {
        put("frt", "first_response_counted");
    }
    if !has(Becomes::Solved) && !has(Becomes::Closed) && has(Becomes::SolutionTook) {
        put("ttr_full", "resolution_counted");
    }
    if told(Becomes::Satisfaction)
        .is_some_and(|proposal| matches!(proposal.form, Form::Scale(Scale::GoodOrBad | Scale::Said)))
    {
        put("csat", "csat_binary");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::headings::{Column, Decisions, propose};
    use crate::{DiskFiles, Files, MemoryFiles, load};

    #[test]
    fn it_has_no_findings() {
        let files = blank().into_iter().fold(MemoryFiles::default(), |files, (path, text)| files.with(path, text));
        assert_eq!(crate::tests::findings(&files), "");
        let project = load(&files).project.unwrap();
        assert_eq!((project.sources.len(), project.scorecards.len()), (1, 1));
        let measures: Vec<&str> = project.measures.keys().map(evenkeel_model::ids::MeasureId::as_str).collect();
        // What csat has to be read with comes with it.
        assert_eq!(measures, ["complaints", "csat", "frr", "inflow"]);
    }

    #[test]
    fn the_support_desk_has_no_mistakes_whatever_its_export_tells() {
        let column = |heading: &str, cell: &str| Column { heading: heading.to_owned(), cells: vec![cell.to_owned()] };
        let lengths = [
            column("First response time (min)", "12"),
            column("Resolution time (h)", "3"),
            column("Satisfaction", "Good"),
        ];
        let stamps = [
            column("First response at", "2026-10-01T08:00:00Z"),
            column("First response time (min)", "12"),
            column("Solved at", "2026-10-01T08:00:00Z"),
            column("Satisfaction", "5"),
        ];
        for (columns, used) in [
            (&lengths[..], ["first_response_counted", "resolution_counted", "csat_binary"]),
            (&stamps[..], ["frt", "ttr_full", "csat"]),
            (&[], ["frt", "ttr_full", "csat"]),
        ] {
            let scorecard = support_desk_scorecard(&propose(columns, &Decisions::default()));
            for measure in used {
                assert!(scorecard.contains(&format!("- {{ use: {measure} }}")), "{measure}\n{scorecard}");
            }
            let files = support_desk().into_iter().fold(MemoryFiles::default(), |files, (path, text)| {
                let text = if path == SUPPORT_DESK_SCORECARD.0 { &scorecard } else { text };
                files.with(path, text)
            });
            // Targets are for the desk to set, and that is all that is said.
            let findings = crate::tests::findings(&files);
            let heads = findings.lines().filter(|line| line.starts_with("error") || line.starts_with("warning"));
            let others: Vec<&str> = heads.filter(|line| !line.ends_with("has no target")).collect();
            assert_eq!(others, Vec::<&str>::new(), "{findings}");
        }
    }

    #[test]
    fn every_file_of_a_folder_is_in_its_template() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
        for (name, files) in [("blank", blank()), ("support-desk", support_desk())] {
            let on_disk = DiskFiles::new(folder).list(name).unwrap();
            let listed: Vec<String> = files.iter().map(|(path, _)| format!("{name}/{path}")).collect();
            assert_eq!(on_disk, listed);
        }
    }
}
