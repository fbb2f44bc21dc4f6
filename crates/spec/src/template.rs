//! Projects to start from.

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

#[cfg(test)]
mod tests {
    use super::*;
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
    fn every_file_of_the_folder_is_in_it() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
        let on_disk = DiskFiles::new(folder).list("blank").unwrap();
        let listed: Vec<String> = blank().iter().map(|(path, _)| format!("blank/{path}")).collect();
        assert_eq!(on_disk, listed);
    }
}
