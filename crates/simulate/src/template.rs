//! Templates: project folders to start from, as text.

/// A file of a template: its path in the project, with `/` between its parts, and its contents.
pub type TemplateFile = (&'static str, &'static str);

macro_rules! files {
    ($folder:literal: $($path:literal),* $(,)?) => {
        vec![$(($path, include_str!(concat!("../templates/", $folder, "/", $path)))),*]
    };
}

/// The project of Northmere Bank, which maps and measures what [`crate::bank::simulate`] writes.
#[must_use]
pub fn bank() -> Vec<TemplateFile> {
    files!["bank":
        "README.md",
        "charter.yaml",
        "comparisons/satisfaction.yaml",
        "evenkeel.yaml",
        "measures/business/arpc.yaml",
        "measures/business/concession.yaml",
        "measures/business/cost_contact.yaml",
        "measures/business/retention.yaml",
        "measures/business/secure_customers.yaml",
        "measures/business/upsell.yaml",
        "measures/customer/ces2.yaml",
        "measures/customer/complaint_in_time.yaml",
        "measures/customer/complaint_rate.yaml",
        "measures/customer/complaint_time.yaml",
        "measures/customer/counter_wait.yaml",
        "measures/customer/csat.yaml",
        "measures/customer/fcr_repeat.yaml",
        "measures/customer/frr.yaml",
        "measures/customer/mystery.yaml",
        "measures/customer/nps.yaml",
        "measures/customer/qa.yaml",
        "measures/customer/resolution_time.yaml",
        "measures/customer/served_in_time.yaml",
        "measures/customer/service_level.yaml",
        "measures/employee/attrition.yaml",
        "measures/employee/certification.yaml",
        "measures/employee/coaching.yaml",
        "measures/employee/engagement.yaml",
        "measures/employee/esat.yaml",
        "measures/employee/product_knowledge.yaml",
        "measures/employee/story_cohesion.yaml",
        "scorecards/service.yaml",
        "sources/contact_survey.yaml",
        "sources/core.yaml",
        "sources/counter.yaml",
        "sources/crm.yaml",
        "sources/figures.yaml",
        "sources/hr.yaml",
        "sources/learning.yaml",
        "sources/phone.yaml",
        "sources/pulse.yaml",
        "sources/quality.yaml",
        "sources/relationship_survey.yaml",
        "sources/sales.yaml",
        "standards/adviser.yaml",
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use evenkeel_spec::MemoryFiles;
    use std::path::Path;

    fn below(folder: &Path, root: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                below(&path, root, found);
            } else {
                let relative = path.strip_prefix(root).unwrap();
                found.push(relative.to_str().unwrap().replace('\\', "/"));
            }
        }
    }

    #[test]
    fn every_file_of_the_folder_is_listed() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/bank");
        let mut found = Vec::new();
        below(&root, &root, &mut found);
        found.sort();
        let listed: Vec<&str> = bank().into_iter().map(|(path, _)| path).collect();
        assert_eq!(found, listed);
    }

    #[test]
    fn the_bank_is_a_sound_project() {
        let files = bank().into_iter().fold(MemoryFiles::default(), |files, (path, text)| files.with(path, text));
        let loaded = evenkeel_spec::load(&files);
        let problems: Vec<String> = loaded.diagnostics.iter().map(evenkeel_spec::render::plain).collect();
        assert!(problems.is_empty(), "{}", problems.join("\n"));
        let project = loaded.project.unwrap();
        let scorecard = &project.scorecards[0];
        for leg in &scorecard.legs {
            let measures = leg.objectives.iter().flat_map(|objective| &objective.measures);
            assert_eq!(measures.filter(|measure| measure.key).count(), 2, "key measures of the leg {}", leg.id);
        }
        assert_eq!(scorecard.measures().count(), 22);
        for (id, measure) in &project.measures {
            let about = &measure.about;
            let says = about.means.is_some() && about.collected.is_some();
            let warns = !about.moved_by.is_empty() && !about.read_with.is_empty() && !about.pitfalls.is_empty();
            assert!(says && warns, "{id} does not say all that a reader has to know");
        }
    }
}
