//! The file in which case facts are kept: whatever happens to it, the facts are the same.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::TempDir;

use super::support::{evenkeel, readings, succeed};

const AS_OF: &str = "2026-11-01T00:00:00Z";

fn project() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    succeed(folder.path(), &["init", "service", "--template", "blank"]);
    let project = folder.path().join("service");
    succeed(&project, &["import"]);
    (folder, project)
}

fn facts(project: &Path) -> Vec<u8> {
    succeed(project, &["facts", "--out", "facts.parquet", "--as-of", AS_OF]);
    std::fs::read(project.join("facts.parquet")).unwrap()
}

fn kept(project: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(project.join("data/derived")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn ending(path: &Path) -> String {
    path.extension().unwrap().to_string_lossy().into_owned()
}

#[test]
fn the_same_whatever_happened_to_the_file() {
    let (_folder, project) = project();
    let first = facts(&project);
    assert_eq!(kept(&project).len(), 4, "a list, facts, a register, events");
    // Found again, cut in half, emptied, removed.
    assert_eq!(facts(&project), first);
    let names: Vec<String> = kept(&project).iter().map(|path| ending(path)).collect();
    for ending_of in names {
        for left in [Some(2), Some(1), None] {
            let file = kept(&project).into_iter().find(|path| ending(path) == ending_of).unwrap();
            match left {
                Some(parts) => {
                    let content = std::fs::read(&file).unwrap();
                    std::fs::write(&file, &content[..content.len() / 2 * (parts - 1)]).unwrap();
                }
                None => std::fs::remove_file(&file).unwrap(),
            }
            assert_eq!(facts(&project), first, "{ending_of}, {left:?}");
        }
    }
}

#[test]
fn where_no_file_can_be_kept_the_facts_are_worked_out_all_the_same() {
    let (_folder, project) = project();
    let first = facts(&project);
    let figures = readings(&project, &["--as-of", AS_OF]);
    std::fs::remove_dir_all(project.join("data/derived")).unwrap();
    std::fs::write(project.join("data/derived"), "no folder").unwrap();
    assert_eq!(facts(&project), first);
    assert_eq!(readings(&project, &["--as-of", AS_OF]), figures);
}

#[test]
fn damaged_cells_are_passed_over() {
    let (_folder, project) = project();
    let figures = readings(&project, &["--as-of", AS_OF]);
    let cells = || kept(&project).into_iter().find(|path| name(path).starts_with("cells-")).unwrap();
    assert_eq!(readings(&project, &["--as-of", AS_OF]), figures, "read from their file");
    let content = std::fs::read(cells()).unwrap();
    let mut flipped = content.clone();
    flipped[content.len() / 2] ^= 1;
    for damaged in [flipped, content[..content.len() - 3].to_vec(), b"cells".to_vec(), Vec::new()] {
        std::fs::write(cells(), &damaged).unwrap();
        assert_eq!(readings(&project, &["--as-of", AS_OF]), figures, "{} bytes were left", damaged.len());
        assert_ne!(std::fs::read(cells()).unwrap(), damaged, "they were kept anew");
    }
}

#[test]
fn several_processes_at_once_give_the_same_facts() {
    let (_folder, project) = project();
    let first = facts(&project);
    for entry in kept(&project) {
        std::fs::remove_file(entry).unwrap();
    }
    // Those with other instants take each other's files away; only what nobody uses may go.
    let running: Vec<_> = (0..8)
        .map(|n| {
            let out = format!("facts-{n}.parquet");
            let as_of = if n % 2 == 0 { AS_OF.to_owned() } else { format!("2026-11-{:02}T00:00:00Z", n + 1) };
            let mut command = evenkeel(&project);
            command.args(["facts", "--out", &out, "--as-of", &as_of]).stdout(Stdio::null()).stderr(Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    for (n, child) in running.into_iter().enumerate() {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        if n % 2 == 0 {
            assert_eq!(std::fs::read(project.join(format!("facts-{n}.parquet"))).unwrap(), first);
        }
    }
    assert!(kept(&project).iter().all(|file| name(file).starts_with("case_facts-")));
}
