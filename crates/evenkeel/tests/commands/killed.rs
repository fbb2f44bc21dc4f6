//! An import that is killed at any moment leaves the old state or the new one, and a retry ends in the new one.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use serde_json::Value;

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

/// Cases with topics that no compression makes small: about 20 MB, so that data files are written in several parts.
fn large_file() -> String {
    let mut state = 20u64;
    let mut text = String::from("number,opened,channel,topic,team,agent,complaint,rated,rating\n");
    for case in 0..12_000 {
        let mut topic = String::new();
        for _ in 0..100 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            write!(topic, "{:016x}", state ^ (state >> 29)).unwrap();
        }
        writeln!(text, "{case},2026-10-01T08:12:00Z,email,{topic},north,ama,no,2026-10-02T07:00:00Z,5").unwrap();
    }
    text
}

/// Every file of the lake below one of its folders, relative to the lake.
fn files_below(lake: &Path, folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(lake.join(folder)) else { return found };
    for entry in entries {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            found.extend(files_below(lake, &path));
        } else {
            found.push(path);
        }
    }
    found
}

/// The data files and files of the index that the newest manifest names.
fn named(lake: &Path) -> BTreeSet<String> {
    let newest = files_below(lake, "manifest").into_iter().max().unwrap();
    let manifest: Value = serde_json::from_slice(&std::fs::read(lake.join(newest)).unwrap()).unwrap();
    let mut named = BTreeSet::new();
    for (table, version) in manifest["tables"].as_object().unwrap() {
        for run in version["index"].as_array().unwrap() {
            named.insert(run["path"].as_str().unwrap().to_owned());
            for file in run["files"].as_array().unwrap() {
                named.insert(format!("tables/{table}/{}", file["path"].as_str().unwrap()));
            }
        }
    }
    named
}

#[test]
fn nothing_is_left_of_a_large_file() {
    let folder = TempDir::new().unwrap();
    succeed(folder.path(), &["init", "service", "--template", "blank"]);
    let project = folder.path().join("service");
    std::fs::write(project.join("raw/cases.csv"), large_file()).unwrap();
    let lake = project.join("data");
    let mut half_written = 0;
    for attempt in 0..400 {
        let mut child = evenkeel(&project).arg("import").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Killed as soon as a part of a data file lies there, or when it is over.
        let ended = loop {
            if files_below(&lake, "tables").iter().any(|file| file.contains("part-")) {
                half_written += 1;
                break false;
            }
            if child.try_wait().unwrap().is_some() {
                break true;
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        child.kill().unwrap();
        child.wait().unwrap();
        if ended || half_written >= 3 {
            break;
        }
        assert!(attempt < 399, "no import came so far");
    }
    assert!(half_written > 0, "no import was killed while it wrote a large file");
    succeed(&project, &["import"]);
    let found: BTreeSet<String> = files_below(&lake, "tables")
        .into_iter()
        .chain(files_below(&lake, "index"))
        .filter(|file| !file.contains("/_delta_log/"))
        .collect();
    assert_eq!(found, named(&lake));
    assert_eq!(files_below(&lake, "running"), Vec::<String>::new());
}
