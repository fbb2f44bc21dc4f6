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

    let mut kills = 0;
    let mut left = [0, 0];
    for moment in 0..20u32 {
        let project = folder.path().join(format!("killed-{moment}"));
        copy_all(&first, &project);
        let mut child =
            evenkeel(&project).args(["import", "crm"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Spread over the whole import, with most moments in its second half, where files are written.
        let share = 1.0 - (1.0 - f64::from(moment) / 19.0).powi(2);
        std::thread::sleep(Duration::from_secs_f64(takes.as_secs_f64() * (0.05 + 0.95 * share)));
        kills += u32::from(child.try_wait().unwrap().is_none());
        // On Unix this is `kill -9`.
        child.kill().unwrap();
        child.wait().unwrap();
        let found = state(&project);
        assert!(found == before || found == after, "killed at moment {moment}: neither the old state nor the new one");
        left[usize::from(found == after)] += 1;
        succeed(&project, &["import", "crm"]);
        assert!(state(&project) == after, "killed at moment {moment}: the retry ends elsewhere");
        std::fs::remove_dir_all(&project).unwrap();
    }
    assert!(kills >= 10, "only {kills} of 20 imports were still running when they were killed");
    assert!(left[0] > 0, "no import was killed before it was done");
}
