//! Low scores that are called back: who sees and does what, two people at once, and the measure of it.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::served::{AS_OF, Server, serve, serve_again, two_branches};
use super::support::succeed;

/// The two branches with answers of customers, and a scorecard that asks how many were called back. North closes at five
/// on weekdays. It is Monday, 2 November 2026, 06:10.
pub fn with_low_scores() -> TempDir {
    let project = two_branches();
    low_scores(project.path());
    succeed(project.path(), &["import", "--as-of", AS_OF]);
    project
}

fn low_scores(folder: &Path) {
    let add = |path: &str, text: &str| {
        let file = folder.join(path);
        let before = std::fs::read_to_string(&file).unwrap_or_default();
        std::fs::write(file, before + text).unwrap();
    };
    let mut hours = String::from("calendar,valid_from,weekday,opens_min,closes_min\n");
    for weekday in 1..=5 {
        writeln!(hours, "office,2020-01-01,{weekday},540,1020").unwrap();
    }
    add("raw/hours.csv", &hours);
    add(
        "raw/survey.csv",
        "id,at,person,score,customer,words\n\
         late,2026-10-15T10:00:00Z,ann,1,C1,\"Three visits, <b>no</b> answer.\"\n\
         fresh,2026-11-01T10:00:00Z,bob,2,C2,\n\
         hers,2026-11-01T11:00:00Z,cleo,1,C3,Lakeside was slow.\n\
         nobody,2026-11-01T12:00:00Z,ann,1,,Said without a name.\n\
         fine,2026-11-01T13:00:00Z,ann,3,C4,\n\
         old,2026-08-01T13:00:00Z,ann,1,C5,\n",
    );
    add(
        "sources/survey.yaml",
        "source: survey\nfiles: { answers: raw/survey.csv, hours: raw/hours.csv }\ntables:\n  responses: select id as response_id, \
         'counter' as question, 1 as scale_min, 5 as scale_max, at as asked_at, at as answered_at, person as person_id, score, \
         customer as customer_id, words as text from answers\n  calendars: select calendar, valid_from, weekday, opens_min, \
         closes_min from hours\n",
    );
    let edit = |path: &str, from: &str, to: &str| {
        let file = folder.join(path);
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{path}: {text}");
        std::fs::write(file, text.replace(from, to)).unwrap();
    };
    edit("evenkeel.yaml", "[sources/a.yaml]", "[sources/a.yaml, sources/survey.yaml]");
    edit("scorecards/all.yaml", "[{ use: csat }]", "[{ use: csat }, { use: loop_closed }]");
    edit(
        "sources/a.yaml",
        "select unit_id, kind, parent_id, name from",
        "select unit_id, kind, parent_id, name, 'office' as calendar from",
    );
}

const LATE: &str = "/call-backs/survey/late";
const FRESH: &str = "/call-backs/survey/fresh";

fn step<'a>(seen: &'a str, step: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("seen", seen), ("step", step)]
}

fn call<'a>(seen: &'a str, word: &'a str, at: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("seen", seen), ("step", word), ("at", at), ("words", "She wants <i>it</i> back.")]
}

fn page(server: &Server, target: &str, token: &str) -> String {
    server.get(target, token).body.replace('\u{a0}', " ")
}

/// Waits until a page shows something; new data are looked for every two seconds.
fn until_shown(server: &Server, target: &str, token: &str, shown: &str) {
    let began = Instant::now();
    loop {
        let body = page(server, target, token);
        if body.contains(shown) {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(40), "{target} never shows {shown}: {body}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn a_low_score_is_called_back_and_counts() {
    let project = with_low_scores();
    let server = serve(project.path());
    let administrator = server.set_up();
    let milo = server.add(&administrator, "milo", "manager", "north", "");
    let anna = server.add(&administrator, "anna", "agent", "", "ann");
    let ines = server.add(&administrator, "ines", "insights", "", "");
    let lena = server.add(&administrator, "lena", "manager", "lakeside", "");

    // Today leads there; what is overdue comes first, also after more than a week. Nobody is there whose name no answer has.
    let today = page(&server, "/today?unit=north", &milo);
    let place = |words: &str| today.find(words).unwrap_or_else(|| panic!("{words} is missing in {today}"));
    assert!(place("Overdue since 16 Oct 17:00") < place("Call by 2 Nov 17:00"), "{today}");
    assert!(today.contains(LATE) && today.contains("href=\"/call-backs\"") && !today.contains("survey/nobody"));
    let list = page(&server, "/call-backs", &milo);
    assert!(list.contains("Two customers wait for a call; one is overdue"), "{list}");
    // Programs are told the same, the latest first.
    let asked = |target: &str, token: &str| server.get(target, token).json()["data"].clone();
    let told = asked("/api/v1/call_backs", &milo)["call_backs"].clone();
    assert_eq!((told[0]["response"].as_str(), told[1]["response"].as_str()), (Some("fresh"), Some("late")), "{told}");
    let late = &told[1];
    assert_eq!(
        (&late["overdue"], &late["stage"], &late["score"]),
        (&true.into(), &"new".into(), &1.0.into()),
        "{told}"
    );
    assert_eq!((&late["due_at"], &late["taken_by"]), (&"2026-10-16T17:00:00Z".into(), &Value::Null), "{told}");
    let first = asked("/api/v1/call_backs?limit=1", &milo);
    assert_eq!(first["next"], "/api/v1/call_backs?from=1&limit=1", "{first}");
    assert_eq!(asked("/api/v1/call_backs?from=1&limit=1", &milo)["call_backs"][0], told[1]);
    assert_eq!(asked("/api/v1/call_backs", &lena)["call_backs"].as_array().unwrap().len(), 1);
    assert!(list.contains("16 Oct 17:00, overdue") && list.contains("called within 1 working day"), "{list}");
    for other in ["survey/hers", "survey/nobody", "survey/fine", "survey/old"] {
        assert!(!list.contains(other), "{other}: {list}");
    }
    let all = page(&server, "/call-backs", &ines);
    assert!(all.contains("survey/hers") && all.contains("survey/fresh"), "{all}");
    for (target, token) in [(FRESH, &lena), ("/call-backs/survey/hers", &milo), ("/call-backs/survey/hers", &anna)] {
        assert_eq!(server.get(target, token).status, 404, "{target}");
        assert_eq!(server.post(target, token, &step("0", "take")).status, 404, "{target}");
    }
    // An answer without a customer leads to nobody, not even by its address; neither does a good one.
    for target in ["/call-backs/survey/nobody", "/call-backs/survey/fine", "/call-backs/survey/none"] {
        assert_eq!(server.get(target, &milo).status, 404, "{target}");
    }

    // Whoever sees no figures finds the way on the page of their account.
    assert!(server.get("/account", &anna).body.contains("href=\"/call-backs\""));
    // Whoever works in the unit calls as well as whoever leads it; who was rated is told to nobody.
    let one = page(&server, LATE, &anna);
    assert!(one.contains("Three visits, &#60;b&#62;no&#60;/b&#62; answer.") && one.contains("C1"), "{one}");
    assert!(!one.contains(">ann<") && !one.contains("Ann,"), "{one}");
    assert!(page(&server, LATE, &ines).contains("C1") && !page(&server, LATE, &ines).contains("name=\"seen\""));
    assert_eq!(server.post(LATE, &ines, &step("0", "take")).status, 403);
    assert_eq!(server.post(LATE, &anna, &step("0", "take")).location(), format!("{LATE}?done=take"));
    // Two at once: the second has not seen what the first did.
    assert_eq!(server.post(LATE, &milo, &step("0", "take")).location(), format!("{LATE}?done=overtaken"));
    assert!(page(&server, "/call-backs?show=own", &anna).contains("survey/late"));
    assert!(!page(&server, "/call-backs?show=free", &milo).contains("survey/late"));

    for (values, words) in [
        (call("1", "call", "2026-10-15T09:00"), "The call lies before the answer, or is still to come."),
        (call("1", "call", "2026-11-02T06:11"), "The call lies before the answer, or is still to come."),
        (call("1", "call", "soon"), "Say when you called"),
        (call("1", "", "2026-11-01T09:00"), "Say whether you reached the customer."),
        (step("1", "close"), "Say what came of it first."),
        (vec![("seen", "1"), ("step", "say"), ("outcome", "put_right")], "Write the call down first."),
        (vec![("seen", "1"), ("step", "say"), ("outcome", "bribed")], "Say what came of it."),
    ] {
        let refused = server.post(LATE, &anna, &values);
        assert!(refused.status == 422 && refused.body.contains(words), "{words}: {}", refused.body);
    }
    let refused = server.post(LATE, &anna, &call("1", "call", "soon"));
    assert!(refused.body.contains("She wants &#60;i&#62;it&#60;/i&#62; back."), "{}", refused.body);

    // A call that comes late is written down and keeps no promise; one in time does.
    assert_eq!(server.post(LATE, &anna, &call("1", "try", "2026-10-16T09:00")).location(), format!("{LATE}?done=try"));
    assert_eq!(
        server.post(LATE, &anna, &call("2", "call", "2026-11-02T06:10")).location(),
        format!("{LATE}?done=call")
    );
    let one = page(&server, LATE, &milo);
    assert!(
        one.contains("the promise was not kept") && one.contains("anna spoke to the customer on 2 Nov 06:10"),
        "{one}"
    );
    let values = [("seen", "3"), ("step", "say"), ("outcome", "put_right"), ("words", "£12 was returned.")];
    assert_eq!(server.post(LATE, &milo, &values).location(), format!("{LATE}?done=say"));
    assert_eq!(server.post(LATE, &milo, &step("4", "close")).location(), format!("{LATE}?done=close"));
    assert!(!page(&server, "/today?unit=north", &milo).contains("survey/late"));
    assert!(page(&server, "/call-backs?show=closed", &milo).contains("Closed: what went wrong was put right"));
    assert_eq!(server.post(LATE, &milo, &step("5", "take")).status, 422);

    // The one was due before anybody began to write calls down. The other is counted when it is called, for its unit alone.
    assert_eq!(
        server.post(FRESH, &milo, &call("0", "call", "2026-11-02T06:00")).location(),
        format!("{FRESH}?done=call")
    );
    let measure = "/measure/loop_closed/north?period=2026-11";
    until_shown(&server, measure, &milo, "100.0 %");
    // A call that was never made is taken back, and counts no more.
    assert_eq!(server.post(FRESH, &milo, &step("1", "undo")).location(), format!("{FRESH}?done=undo"));
    let began = Instant::now();
    while page(&server, measure, &milo).contains("100.0 %") {
        assert!(began.elapsed() < Duration::from_secs(40), "it counts on");
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(!page(&server, "/measure/loop_closed/lakeside?period=2026-11", &ines).contains("100.0 %"));
    let trail = page(&server, "/administration/trail", &administrator);
    assert!(trail.contains("took a step about a low score") && trail.contains("survey late: close"), "{trail}");
}

#[test]
fn whoever_analyses_the_record_reads_and_calls_nobody() {
    let project = with_low_scores();
    let server = serve(project.path());
    let administrator = server.set_up();
    assert!(page(&server, "/call-backs", &administrator).contains("Three customers wait for a call"));
    assert_eq!(server.post(FRESH, &administrator, &step("0", "take")).status, 403);
    let vera = server.add(&administrator, "vera", "viewer", "north", "");
    for target in ["/call-backs", FRESH] {
        assert_eq!(server.get(target, &vera).status, 404, "{target}");
    }
    // Whoever reads figures alone is told of no single answer.
    assert!(!page(&server, "/today?unit=north", &vera).contains("/call-backs"));
}

#[test]
fn a_unit_without_hours_is_called_by_its_own_clock_and_long_promises_stay_on_the_list() {
    let project = two_branches();
    let add = |path: &str, from: &str, to: &str| {
        let file = project.path().join(path);
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(text.contains(from), "{path}: {text}");
        std::fs::write(file, text.replace(from, to)).unwrap();
    };
    std::fs::write(
        project.path().join("raw/survey.csv"),
        "id,at,person,customer\nfresh,2026-10-31T20:00:00Z,cleo,C1\nold,2026-08-01T13:00:00Z,ann,C2\n",
    )
    .unwrap();
    std::fs::write(
        project.path().join("sources/survey.yaml"),
        "source: survey\nfiles: { answers: raw/survey.csv }\ntables:\n  responses: select id as response_id, 1 as scale_min, \
         5 as scale_max, at as answered_at, person as person_id, 1 as score, customer as customer_id from answers\n",
    )
    .unwrap();
    add("evenkeel.yaml", "[sources/a.yaml]", "[sources/a.yaml, sources/survey.yaml]");
    let zone = "case when unit_id = 'lakeside' then 'Pacific/Auckland' end as time_zone, unit_id, kind,";
    add("sources/a.yaml", "select unit_id, kind,", &format!("select {zone}"));
    succeed(project.path(), &["import", "--as-of", AS_OF]);
    let lena = {
        let server = serve(project.path());
        server.add(&server.set_up(), "lena", "manager", "whole", "")
    };
    let listed = || {
        let server = serve_again(project.path());
        let told = server.get("/api/v1/call_backs", &lena).json()["data"]["call_backs"].clone();
        let one = |told: &Value| (told["response"].as_str().unwrap().to_owned(), told["due_at"].clone());
        told.as_array().unwrap().iter().map(one).collect::<Vec<_>>()
    };
    // It is the first of November there, and the second ends at eleven in the morning in London.
    assert_eq!(listed(), [("fresh".to_owned(), "2026-11-02T11:00:00Z".into())]);
    add("evenkeel.yaml", "currency: GBP", "currency: GBP\ncall_back_within: 60 working days");
    let due: Vec<Value> = listed().into_iter().map(|(_, due)| due).collect();
    assert_eq!(due, ["2026-12-31T11:00:00Z", "2026-10-01T00:00:00Z"]);
}
