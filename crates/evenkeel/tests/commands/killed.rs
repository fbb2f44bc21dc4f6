//! An import that is killed at any moment leaves the old state or the new one, and a retry ends in the new one.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::support::{copy_all, evenkeel, readings, succeed};

/// The readings of a lake, byte for byte. They carry the digest of the content that they were computed from.
fn state(project: &Path) -> Vec<u8> {
    readings(project, &["--as-of", "2026-11-02T06:10:00Z", "--from", "2026-09", "--to", "2026-10"]);
    std::fs::read(project.join("readings.csv")).unwrap()
}

#[test]
fn at_twenty_moments() {
    let folder = TempDir::new().unwrap();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    for (seed, project) in [("20", &first), ("21", &second)] {
        let name = project.file_name().unwrap().to_str().unwrap();
        succeed(folder.path(), &["init", name, "--template", "bank", "--scale", "0.01", "--seed", seed]);
    }
    succeed(&first, &["import"]);
    let before = state(&first);
    // The files of one source are replaced by quite other ones: rows are updated, inserted and rejected.
    let raw = first.join("raw/crm");
    std::fs::remove_dir_all(&raw).unwrap();
    copy_all(&second.join("raw/crm"), &raw);

    let whole = folder.path().join("whole");
    copy_all(&first, &whole);
    let begun = Instant::now();
    succeed(&whole, &["import", "crm"]);
    let takes = begun.elapsed();
    let after = state(&whole);
    assert!(before != after, "the second import changes nothing, so nothing can be told from it");

    let mut takes = takes.as_secs_f64();
    let (mut kills, mut attempts) = (0, 0);
    let mut left = [0, 0];
    while kills < 20 {
        attempts += 1;
        assert!(attempts <= 100, "only {kills} of {attempts} imports were still running when they were to be killed");
        let project = folder.path().join(format!("killed-{attempts}"));
        copy_all(&first, &project);
        let mut child =
            evenkeel(&project).args(["import", "crm"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Steps of the golden section spread evenly over the whole import, however many there are.
        let share = (f64::from(attempts) * 0.618_034).fract();
        std::thread::sleep(Duration::from_secs_f64(takes * share));
        if child.try_wait().unwrap().is_some() {
            // The machine is quicker now than when the time was taken.
            takes *= 0.9;
        } else {
            kills += 1;
        }
        // On Unix this is `kill -9`.
        child.kill().unwrap();
        child.wait().unwrap();
        let found = state(&project);
        assert!(found == before || found == after, "killed at {share}: neither the old state nor the new one");
        left[usize::from(found == after)] += 1;
        succeed(&project, &["import", "crm"]);
        assert!(state(&project) == after, "killed at {share}: the retry ends elsewhere");
        std::fs::remove_dir_all(&project).unwrap();
    }
    assert!(left[0] > 0, "no import was killed before it was done");
}
