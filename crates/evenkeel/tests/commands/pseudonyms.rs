//! Pseudonyms: figures are as without them, no file of the lake says who somebody is, and who is erased stays so.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use evenkeel_engine::{Engine, Scope};
use evenkeel_lake::{Lake, Storage};
use evenkeel_model::period::FiscalYear;
use evenkeel_spec::library;
use jiff::tz::TimeZone;
use parquet::file::reader::{FileReader, SerializedFileReader};
use serde_json::Value;
use tempfile::TempDir;

use super::served::{AS_OF, serve, two_branches};
use super::support::{About, Reading, copy_all, copy_project, evenkeel, readings, run, succeed};

/// The same project with its key beside it.
fn with_pseudonyms(project: &Path) {
    let file = project.join("evenkeel.yaml");
    let settings = std::fs::read_to_string(&file).unwrap() + "pseudonyms: ../keys/people.key\n";
    std::fs::write(file, settings).unwrap();
}

/// A hundredth of the bank, twice and imported: as it is, and with pseudonyms.
fn banks() -> (TempDir, PathBuf, PathBuf) {
    let folder = TempDir::new().unwrap();
    let (named, apart) = (folder.path().join("named"), folder.path().join("apart"));
    succeed(folder.path(), &["init", "named", "--template", "bank", "--scale", "0.01"]);
    copy_all(&named, &apart);
    with_pseudonyms(&apart);
    for project in [&named, &apart] {
        succeed(project, &["import", "--as-of", AS_OF]);
    }
    (folder, named, apart)
}

fn key_of(project: &Path) -> PathBuf {
    project.join("../keys/people.key")
}

/// What the key holds.
fn key(project: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(key_of(project)).unwrap()).unwrap()
}

/// Every file below a folder.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            found.extend(files_below(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}

/// Everything that stands in the files of a lake and of what is derived from it: their bytes, and the rows of Parquet files as text.
/// The database of accounts lies there too and is no part of the lake.
fn told_by_files(project: &Path) -> Vec<(PathBuf, String)> {
    let mut told = Vec::new();
    for file in files_below(&project.join("data")) {
        if file.file_name().unwrap().to_str().unwrap().starts_with("state.db") {
            continue;
        }
        let bytes = std::fs::read(&file).unwrap();
        let mut text = String::from_utf8_lossy(&bytes).into_owned();
        if file.extension().is_some_and(|ending| ending == "parquet") {
            let reader = SerializedFileReader::new(std::fs::File::open(&file).unwrap()).unwrap();
            for row in reader.get_row_iter(None).unwrap() {
                text.push_str(&row.unwrap().to_string());
                text.push('\n');
            }
        }
        told.push((file, text));
    }
    told
}

/// The first of some words that stands in a text. There are many of them, so that the text is gone through once.
fn first_of<'a>(words: &BTreeSet<&'a str>, text: &str) -> Option<&'a str> {
    const BEGIN: usize = 5;
    let mut by_begin: HashMap<&[u8], Vec<&'a str>> = HashMap::new();
    for word in words {
        by_begin.entry(&word.as_bytes()[..BEGIN]).or_default().push(word);
    }
    let text = text.as_bytes();
    let begun = text.windows(BEGIN).enumerate().filter_map(|(at, begin)| Some((at, by_begin.get(begin)?)));
    begun
        .flat_map(|(at, words)| words.iter().filter(move |word| text[at..].starts_with(word.as_bytes())))
        .next()
        .copied()
}

/// The pseudonyms that stand in the rows of a lake.
fn pseudonyms_in(told: &[(PathBuf, String)]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, text) in told {
        for (at, _) in text.match_indices("p-") {
            let word = text.get(at..at + 18).unwrap_or_default();
            let hexadecimal =
                word.get(2..).is_some_and(|rest| rest.len() == 16 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()));
            if hexadecimal {
                found.insert(word.to_owned());
            }
        }
    }
    found
}

/// The readings of units and of people; their data versions differ, because what the lake holds does.
fn all_readings(project: &Path) -> BTreeMap<About, Reading> {
    readings(project, &["--as-of", AS_OF, "--from", "2026-01", "--to", "2026-10"])
}

/// What a command tells programs, without what says which content it was worked out from.
fn told(project: &Path, arguments: &[&str]) -> Value {
    let mut all = arguments.to_vec();
    all.extend(["--format", "json", "--as-of", AS_OF]);
    let mut value: Value = serde_json::from_str(&succeed(project, &all).out).unwrap();
    without_versions(&mut value);
    value
}

fn without_versions(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|name, _| !name.contains("version") && name != "foot");
            map.values_mut().for_each(without_versions);
        }
        Value::Array(list) => list.iter_mut().for_each(without_versions),
        _ => {}
    }
}

#[test]
fn figures_are_as_without_them_and_no_file_says_who_somebody_is() {
    let (_folder, named, apart) = banks();
    succeed(&apart, &["check"]);
    let (before, after) = (all_readings(&named), all_readings(&apart));
    assert!(before.keys().any(|about| about.1 == "person") && before.keys().any(|about| about.1 == "branch"));
    assert!(before == after, "readings differ");
    let person = before.keys().find(|about| about.1 == "person" && about.0 == "csat").unwrap().2.clone();
    assert!(person.starts_with('E'), "{person}");
    for question in [
        &["compare", "csat", "--by", "person", "--period", "2026-Q3"][..],
        &["compare", "csat", "--by", "branch", "--period", "2026-Q3"],
        &["standards", "--period", "2026-01..2026-06"],
        &["charter", "--unit", &person, "--period", "2026-Q3"],
        &["rows", "csat", "--unit", &person, "--period", "2026", "--limit", "0"],
        &["rows", "csat", "--period", "2026-09", "--limit", "0"],
        &["rows", "qa", "--period", "2026-09", "--limit", "0"],
        &["score", "--period", "2026-09"],
    ] {
        let said = run(&named, &[question, &["--as-of", AS_OF]].concat());
        if said.code != Some(0) {
            // Not every measure has these rows; where it has, both tell the same.
            assert_eq!(
                run(&apart, &[question, &["--as-of", AS_OF]].concat()).code,
                said.code,
                "{question:?}: {}",
                said.err
            );
            continue;
        }
        assert_eq!(told(&named, question), told(&apart, question), "{question:?}");
    }
    // Days and weeks are worked out, and derived files written, as well.
    let weeks = ["--as-of", AS_OF, "--from", "2026-W30", "--to", "2026-W35"];
    assert!(readings(&named, &weeks) == readings(&apart, &weeks));
    // What is kept beside the lake is found again.
    assert!(all_readings(&apart) == after);

    let key = key(&apart);
    let people = key["people"].as_array().unwrap();
    assert!(people.iter().any(|known| known["person"] == *person && known["name"].is_string()));
    let files = told_by_files(&apart);
    for ending in ["parquet", "json", "keys"] {
        assert!(files.iter().any(|(file, _)| file.extension().is_some_and(|found| found == ending)), "{ending}");
    }
    assert!(files.iter().any(|(file, _)| file.components().any(|part| part.as_os_str() == "derived")));
    let words = people.iter().flat_map(|known| ["person", "name", "email"].map(|said| known[said].as_str()));
    let words: BTreeSet<&str> = words.flatten().collect();
    for (file, text) in &files {
        assert_eq!(first_of(&words, text), None, "in {}", file.display());
    }
    // The test could fail: the other lake says it.
    assert!(told_by_files(&named).iter().any(|(_, text)| first_of(&words, text).is_some()));
    assert!(pseudonyms_in(&files).len() > 20);

    // Rejected rows are as many, in the same places, and without what stands there.
    let rejects = |project: &Path| -> Vec<Value> {
        let said = succeed(project, &["rejects", "--limit", "0", "--format", "json"]).out;
        serde_json::from_str(&said).unwrap()
    };
    let places = |rejects: &[Value]| -> BTreeSet<String> {
        let place = |one: &Value| {
            ["source", "table", "file", "line", "column", "reason"].map(|name| one[name].to_string()).join(" ")
        };
        rejects.iter().map(place).collect()
    };
    assert_eq!(places(&rejects(&named)), places(&rejects(&apart)));
    assert!(rejects(&apart).iter().all(|reject| reject["value"].is_null()));
    assert!(rejects(&named).iter().any(|reject| reject["value"].is_string()));
    // Again, and nothing changes.
    let again = succeed(&apart, &["import", "--as-of", AS_OF]).out;
    assert!(again.contains("no change") || all_readings(&apart) == after, "{again}");
}

#[test]
fn who_is_erased_is_nowhere_and_every_sum_is_as_before() {
    let (_folder, _, apart) = banks();
    let before = all_readings(&apart);
    let of_units = |readings: &BTreeMap<About, Reading>| -> BTreeMap<About, Reading> {
        readings
            .iter()
            .filter(|(about, _)| about.1 != "person")
            .map(|(about, reading)| (about.clone(), reading.clone()))
            .collect()
    };
    let people = key(&apart)["people"].as_array().unwrap().clone();
    let logins = std::fs::read_to_string(apart.join("raw/phone/logins.csv")).unwrap();
    // Somebody of whom there are readings and whom the telephone calls by another name.
    let alias =
        |person: &str| logins.lines().find_map(|line| line.strip_suffix(&format!(",{person}")).map(str::to_owned));
    let known = |person: &str| people.iter().find(|known| known["person"] == *person).cloned();
    let (person, login) = before
        .keys()
        .filter(|about| about.1 == "person")
        .find_map(|about| alias(&about.2).filter(|login| known(login).is_some()).map(|login| (about.2.clone(), login)))
        .unwrap();
    let name = known(&person).unwrap()["name"].as_str().unwrap().to_owned();
    let said = run(&apart, &["people", "erase", "nobody-of-this-name"]);
    assert!(said.code == Some(1) && said.err.contains("knows nobody"), "{}", said.err);
    let said = succeed(&apart, &["people", "erase", &person]);
    assert!(said.out.contains("taken out of the key") && said.out.contains("other identifier"), "{}", said.out);

    let text = std::fs::read_to_string(key_of(&apart)).unwrap();
    let quoted = |word: &str| format!("\"{word}\"");
    assert!(
        !text.contains(&quoted(&person)) && !text.contains(&quoted(&login)) && !text.contains(&quoted(&name)),
        "{text}"
    );
    let after = all_readings(&apart);
    assert!(of_units(&before) == of_units(&after) && before.len() == after.len());
    assert!(!after.keys().any(|about| about.2 == person));
    let gone: Vec<_> = after.keys().filter(|about| about.2.starts_with("p-")).collect();
    assert!(!gone.is_empty(), "their figures stand under a pseudonym");
    let unknown = run(&apart, &["rows", "csat", "--unit", &person, "--as-of", AS_OF]);
    assert!(unknown.code == Some(1), "{}", unknown.out);
    let again = succeed(&apart, &["people", "erase", &person]);
    assert!(again.out.contains("was erased before, and nothing of them was left"), "{}", again.out);

    // Raw files that still name them bring nothing twice, and are noticed.
    let said = succeed(&apart, &["import"]);
    assert!(said.err.contains("Raw files still name"), "{}", said.err);
    assert!(all_readings(&apart) == after);
    let text = std::fs::read_to_string(key_of(&apart)).unwrap();
    assert!(!text.contains(&quoted(&person)) && !text.contains(&quoted(&name)), "{text}");
    let listed: Value = serde_json::from_str(&succeed(&apart, &["people", "--format", "json"]).out).unwrap();
    let erased = listed["erased"].as_array().unwrap();
    assert_eq!(erased.len(), 2, "the person, and what the telephone calls them: {listed}");
    assert!(erased.iter().all(|erased| erased["named_at"].is_string()), "{listed}");
    let pseudonym = erased[0]["pseudonym"].as_str().unwrap();
    let said = succeed(&apart, &["people", "forget", pseudonym]);
    assert!(said.err.contains("a second time"), "{}", said.err);
    assert_eq!(run(&apart, &["people", "forget", pseudonym]).code, Some(1));
    for (file, text) in told_by_files(&apart) {
        assert!(!text.contains(&person) && !text.contains(&name), "{}", file.display());
    }
}

#[test]
fn without_the_key_figures_are_told_and_nobody_is_written() {
    let (folder, _, apart) = banks();
    let before = all_readings(&apart);
    let moved = folder.path().join("elsewhere.key");
    std::fs::rename(key_of(&apart), &moved).unwrap();
    let said = succeed(&apart, &["score", "--as-of", AS_OF]);
    assert!(said.err.contains("is not there") && said.err.contains("backup"), "{}", said.err);
    let said = succeed(&apart, &["data", "--as-of", AS_OF]).out;
    assert!(
        said.split_whitespace().collect::<Vec<_>>().join(" ").contains("cannot be read: people are told by pseudonym"),
        "{said}"
    );
    let lost = all_readings(&apart);
    let units = |readings: &BTreeMap<About, Reading>| readings.iter().filter(|(about, _)| about.1 != "person").count();
    assert!(lost.len() == before.len() && units(&lost) == units(&before));
    for (about, reading) in lost.iter().filter(|(about, _)| about.1 != "person") {
        assert_eq!(Some(reading), before.get(about));
    }
    assert!(lost.keys().filter(|about| about.1 == "person").all(|about| about.2.starts_with("p-")));
    // Rows that came in now would stand under pseudonyms of another key.
    let said = run(&apart, &["import"]);
    assert!(said.code == Some(1) && said.err.contains("is not there"), "{}", said.err);
    assert!(!key_of(&apart).exists(), "no other key is made in its place");
    // Another key is not this one.
    let other = folder.path().join("other");
    copy_project(&apart, &other);
    succeed(&other, &["import", "hr"]);
    let said = run(&apart, &["import"]);
    assert!(said.code == Some(1) && said.err.contains("is not the key by which the lake was written"), "{}", said.err);
    std::fs::rename(&moved, key_of(&apart)).unwrap();
    succeed(&apart, &["import"]);
    assert!(all_readings(&apart) == before);

    // What a lake holds and what the project says have to agree.
    let settings = std::fs::read_to_string(apart.join("evenkeel.yaml")).unwrap();
    let without = settings.replace("pseudonyms: ../keys/people.key\n", "");
    std::fs::write(apart.join("evenkeel.yaml"), &without).unwrap();
    let said = run(&apart, &["import"]);
    assert!(said.code == Some(1) && said.err.contains("no key of them is named"), "{}", said.err);
    let said = run(&apart, &["people"]);
    assert!(said.code == Some(1) && said.err.contains("has no `pseudonyms`"), "{}", said.err);
    std::fs::write(apart.join("evenkeel.yaml"), without + "pseudonyms: data/people.key\n").unwrap();
    let said = run(&apart, &["import"]);
    assert!(said.code == Some(1) && said.err.contains("lies in the folder of the lake"), "{}", said.err);
}

#[test]
fn a_lake_that_names_people_is_not_mixed_with_pseudonyms() {
    let project = two_branches();
    with_pseudonyms(project.path());
    let said = run(project.path(), &["import", "--as-of", AS_OF]);
    assert!(said.code == Some(1) && said.err.contains("names people as their sources do"), "{}", said.err);
    assert!(!key_of(project.path()).exists());
}

#[test]
fn a_measure_cannot_ask_who_somebody_is() {
    let folder = TempDir::new().unwrap();
    let project = folder.path().join("project");
    let named = two_branches();
    copy_project(named.path(), &project);
    let measure = "measure: csat\ntitle: Satisfied\nfrom: responses\nshare: score >= 4\nwhere: person_id <> 'ann'\nbetter: higher\n";
    std::fs::write(project.join("measures/csat.yaml"), measure).unwrap();
    succeed(&project, &["check"]);
    with_pseudonyms(&project);
    let said = run(&project, &["check"]);
    assert_eq!(said.code, Some(1));
    let all = format!("{}{}", said.out, said.err);
    assert!(all.contains("`person_id` tells nobody apart") && all.contains("measures/csat.yaml:5"), "{all}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_built_in_measure_can_be_asked_under_pseudonyms() {
    let folder = TempDir::new().unwrap();
    let lake = Lake::new(Storage::open("data", folder.path()).unwrap());
    let scope = Scope {
        organisation: "Whole".to_owned(),
        zone: TimeZone::UTC,
        fiscal: FiscalYear::default(),
        service_levels: Vec::new().into(),
        as_of: AS_OF.parse().unwrap(),
        workers: 1,
        people_apart: true,
    };
    let engine = Engine::open(lake.snapshot().await.unwrap(), scope).await.unwrap();
    let measures: Vec<_> = library::measures().into_values().collect();
    let refused = engine.compile(&measures).await.err().unwrap_or_default();
    assert!(refused.is_empty(), "{refused:?}");
}

#[test]
fn a_killed_import_leaves_no_pseudonym_that_the_key_does_not_know() {
    let folder = TempDir::new().unwrap();
    let whole = folder.path().join("whole");
    succeed(folder.path(), &["init", "whole", "--template", "bank", "--scale", "0.01"]);
    with_pseudonyms(&whole);
    let first = folder.path().join("first/project");
    std::fs::create_dir_all(folder.path().join("first")).unwrap();
    copy_project(&whole, &first);
    let begun = Instant::now();
    succeed(&first, &["import"]);
    let takes = begun.elapsed().as_secs_f64();
    let mut seen = 0;
    for attempt in 1..=12 {
        let above = folder.path().join(format!("killed-{attempt}"));
        let project = above.join("project");
        copy_project(&whole, &project);
        let mut child = evenkeel(&project).arg("import").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let share = (f64::from(attempt) * 0.618_034).fract();
        std::thread::sleep(Duration::from_secs_f64(takes * share));
        child.kill().unwrap();
        child.wait().unwrap();
        let found = pseudonyms_in(&told_by_files_if_any(&project));
        // Rows that were written and not committed are no part of the lake, and are removed by the next import. What is
        // committed names people of the key alone.
        let committed = committed_pseudonyms(&project);
        assert!(committed.is_subset(&found));
        seen += usize::from(!committed.is_empty());
        if !committed.is_empty() {
            let key = key(&project);
            let known: BTreeSet<&str> =
                key["people"].as_array().unwrap().iter().filter_map(|known| known["pseudonym"].as_str()).collect();
            for pseudonym in &committed {
                assert!(known.contains(pseudonym.as_str()), "killed at {share}: nobody stands behind {pseudonym}");
            }
        }
        succeed(&project, &["import"]);
        std::fs::remove_dir_all(&above).unwrap();
    }
    assert!(seen > 0, "no import was killed after something was committed");
}

fn told_by_files_if_any(project: &Path) -> Vec<(PathBuf, String)> {
    let mut told = Vec::new();
    if !project.join("data").is_dir() {
        return told;
    }
    for file in files_below(&project.join("data")) {
        // Half of a file cannot be read as Parquet.
        let Ok(reader) =
            std::fs::File::open(&file).map_err(drop).and_then(|file| SerializedFileReader::new(file).map_err(drop))
        else {
            continue;
        };
        let rows = reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string());
        told.push((file, rows.collect::<Vec<_>>().join("\n")));
    }
    told
}

/// The pseudonyms of the data files that the newest manifest names.
fn committed_pseudonyms(project: &Path) -> BTreeSet<String> {
    let manifests = project.join("data/manifest");
    if !manifests.is_dir() {
        return BTreeSet::new();
    }
    let Some(newest) = files_below(&manifests).into_iter().max() else { return BTreeSet::new() };
    let manifest = std::fs::read_to_string(newest).unwrap();
    let told: Vec<_> = told_by_files_if_any(project)
        .into_iter()
        .filter(|(file, _)| manifest.contains(file.file_name().unwrap().to_str().unwrap()))
        .collect();
    pseudonyms_in(&told)
}

#[test]
fn people_see_their_records_disputes_go_on_and_pages_forget_who_is_erased() {
    let folder = TempDir::new().unwrap();
    let project = folder.path().join("project");
    let named = two_branches();
    copy_project(named.path(), &project);
    with_pseudonyms(&project);
    succeed(&project, &["import", "--as-of", AS_OF]);
    let server = serve(&project);
    let administrator = server.set_up();
    let anna = server.add(&administrator, "anna", "agent", "", "ann");
    let milo = server.add(&administrator, "milo", "manager", "north", "");
    let page = server.get("/record/ann", &anna).body;
    assert!(page.contains("66.7") && page.contains("30"), "{page}");
    assert!(server.get("/record/ann", &milo).body.contains("The record of Ann"));
    assert!(server.get("/people", &milo).body.contains("Bob"));
    let rows = server.get("/rows/csat/north", &milo).body;
    assert!(rows.contains("ann") && !rows.contains("p-"), "{rows}");
    // A row that she disputes, and that is decided on, leaves the record.
    let values = [("measure", "csat"), ("period", "2026-10"), ("key", r#"["a","a0"]"#), ("why", "Not mine.")];
    assert_eq!(server.post("/record/ann/dispute", &anna, &values).status, 303);
    assert!(server.get("/disputes", &milo).body.contains("Ann, North One"));
    let decided = server.post("/disputes/1/decide", &milo, &[("decision", "uphold"), ("reason", "So it is.")]);
    assert_eq!(decided.location(), "/disputes?done=upheld");
    wait_until(|| server.get("/record/ann", &anna).body.contains("69.0"));
    let trail = server.get("/administration/trail", &administrator).body;
    assert!(trail.contains("responses [&#34;a&#34;,&#34;a0&#34;], ann"), "{trail}");
    for (file, text) in told_by_files(&project) {
        for word in ["milo", "cleo"] {
            let alone = |at: usize| {
                let around = |sign: Option<char>| sign.is_some_and(char::is_alphanumeric);
                !around(text[..at].chars().next_back()) && !around(text[at + word.len()..].chars().next())
            };
            assert!(!text.match_indices(word).any(|(at, _)| alone(at)), "{word} stands in {}", file.display());
        }
    }

    // Erased while the server runs: within seconds nobody is told, and every sum is as it was.
    let measure = |name: &str| server.get(&format!("/measure/csat/{name}"), &milo).body.contains("67.5");
    assert!(measure("north"));
    // While that happens she is thanked again and again.
    let thanks = [("topic", "Refunds"), ("words", "Zealously answered"), ("reward", ""), ("measure", "")];
    let said = std::thread::scope(|scope| {
        let erasing = scope.spawn(|| succeed(&project, &["people", "erase", "Ann"]));
        while !erasing.is_finished() {
            server.post("/record/ann/act?period=2026-10&kind=recognition", &milo, &thanks);
            std::thread::sleep(Duration::from_millis(100));
        }
        erasing.join().unwrap()
    });
    assert!(said.out.contains("record was taken away") && said.out.contains("disputed"), "{}", said.out);
    let left = succeed(&project, &["people", "erase", "ann"]);
    assert!(left.out.contains("nothing of them was left"), "{}", left.out);
    wait_until(|| server.get("/record/ann", &milo).status == 404);
    assert!(measure("north"));
    assert!(!server.get("/people", &milo).body.contains("Ann"));
    assert_ne!(server.get("/record/ann", &anna).status, 200);
    let trail = server.get("/administration/trail", &administrator).body;
    assert!(trail.contains("erased a person") && !trail.contains("a0&#34;"), "{trail}");
    let disputes = server.get("/disputes", &milo).body;
    assert!(!disputes.contains("Ann") && !disputes.contains("anna"), "{disputes}");
}

fn wait_until(holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed().as_secs() < 60, "it does not become so");
        std::thread::sleep(Duration::from_millis(200));
    }
}
