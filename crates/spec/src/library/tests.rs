use super::*;
use crate::{DiskFiles, Files, render};

#[test]
fn no_file_has_a_mistake() {
    let found: Vec<String> = diagnostics().iter().map(render::plain).collect();
    assert_eq!(found.join("\n"), "");
    assert_eq!(measures().len(), FILES.len());
}

#[test]
fn every_file_of_the_folder_is_in_it_under_its_own_name() {
    let on_disk = DiskFiles::new(env!("CARGO_MANIFEST_DIR")).list("library").unwrap();
    let listed: Vec<String> = FILES.iter().map(|(path, _)| format!("library/{path}")).collect();
    assert_eq!(on_disk, listed);
    for (path, _) in FILES {
        assert!(measures().contains_key(stem(path)), "{path} defines another measure");
    }
}

/// A measure of the library tells a reader all that there is to know.
#[test]
fn every_measure_is_told_whole() {
    for (id, measure) in &measures() {
        let about = &measure.about;
        assert!(measure.leg.is_some() && measure.perspective.is_some(), "{id}: leg and perspective");
        assert!(about.means.is_some() && !about.needs.is_empty(), "{id}: what it means and what it needs");
        assert!(!about.pitfalls.is_empty() && !about.sources.is_empty(), "{id}: pitfalls and sources");
        assert!(measure.example.is_some(), "{id}: no worked example");
        assert_eq!(measure.levels.person, about.not_for_people.is_none(), "{id}: why not for people");
        assert!(measure.levels.unit, "{id}: not for units");
        for other in &about.read_with {
            assert!(measures().contains_key(other) && other != id, "{id} is to be read with {other}");
        }
    }
}
