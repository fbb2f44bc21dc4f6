//! Figures that people type: owed, typed, questioned, sent, approved by somebody else, and shown.

use std::path::Path;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::served::{AS_OF, Server, serve, two_branches};
use super::support::succeed;

/// The figure of a branch in October, as forms say it.
fn key(unit: &str) -> String {
    format!("cost_contact/2026-10-01/2026-10-31/{unit}")
}

/// A project that asks two branches for one figure each.
fn collecting() -> TempDir {
    two_branches()
}

/// A server with somebody of each kind who has to do with figures: who leads the north, who leads all, who analyses.
struct People {
    server: Server,
    administrator: String,
    milo: String,
    ines: String,
}

fn people(project: &Path) -> People {
    let server = serve(project);
    let administrator = server.set_up();
    let milo = server.add(&administrator, "milo", "manager", "north", "");
    let ines = server.add(&administrator, "ines", "insights", "", "");
    People { server, administrator, milo, ines }
}

/// What is typed into the first row of the page.
fn row<'a>(key: &'a str, numerator: &'a str, denominator: &'a str, note: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("do", "send"),
        ("key0", key),
        ("numerator0", numerator),
        ("denominator0", denominator),
        ("note0", note),
        ("absence0", ""),
    ]
}

/// Waits until a page shows something; new data are looked for every two seconds.
fn until_shown(server: &Server, target: &str, token: &str, shown: &str) {
    let began = Instant::now();
    loop {
        let page = server.get(target, token).body;
        if page.contains(shown) {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{target} never shows {shown}: {page}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// What stands between two texts.
fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let found = page.split(before).nth(1).and_then(|rest| rest.split(after).next());
    assert!(found.is_some(), "{before}: {page}");
    found.unwrap()
}

#[test]
fn from_typing_to_the_measure() {
    let project = collecting();
    let People { server, administrator, milo, ines } = people(project.path());
    let page = server.get("/owed", &milo).body;
    assert!(page.contains("1\u{a0}figure to be typed") && page.contains("North, October 2026"), "{page}");
    assert!(page.contains("due on 5 November 2026") && !page.contains("Lakeside"), "{page}");
    let all = server.get("/owed", &ines).body;
    assert!(all.contains("North, October 2026") && all.contains("Lakeside, October 2026"), "{all}");

    // What cannot be read is refused, said why, and not lost.
    let north = key("north");
    let refused = server.post("/owed", &milo, &row(&north, "30,000", "6000", "a note to keep"));
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert!(refused.body.contains("can be read as 30000 and as 30.000"), "{}", refused.body);
    for page in [refused.body, server.get("/owed", &milo).body] {
        assert!(page.contains("value=\"30,000\"") && page.contains("a note to keep"), "{page}");
    }
    let formula = server.post("/owed", &milo, &row(&north, "=1+1", "6000", ""));
    assert!(formula.status == 422 && formula.body.contains("is a formula"), "{}", formula.body);
    let nothing = server.post("/owed", &milo, &row(&north, "5", "0", ""));
    assert!(nothing.status == 422 && nothing.body.contains("has to be more than 0"), "{}", nothing.body);

    // What is right waits for somebody else.
    let sent = server.post("/owed", &milo, &row(&north, "30 000,00", "6000", "All bills are in."));
    assert_eq!((sent.status, sent.location()), (303, "/owed?sent=1&kept=0"), "{}", sent.body);
    let page = server.get("/owed", &milo).body;
    assert!(page.contains("You owe no figures") && page.contains("Waits for approval"), "{page}");
    assert!(!server.get("/measure/cost_contact/north?period=2026-10", &milo).body.contains("£5.00"));
    let own = server.get("/owed/approval", &milo).body;
    assert!(own.contains("You typed it") && !own.contains("/owed/approval/"), "{own}");
    let waiting = server.get("/owed/approval", &ines).body;
    let target = format!("/owed/approval/{}", between(&waiting, "action=\"/owed/approval/", "\""));
    let seen = between(&waiting, "name=\"seen\" value=\"", "\"").to_owned();
    assert!(waiting.contains("5.00") && waiting.contains("All bills are in."), "{waiting}");

    // Whoever typed it cannot approve it, and nobody decides on what they have not seen.
    let approve =
        |token: &str, seen: &str| server.post(&target, token, &[("do", "approve"), ("seen", seen), ("reason", "")]);
    assert_eq!(approve(&milo, &seen).status, 403);
    assert_eq!(approve(&ines, "0").status, 409);
    let unsaid = server.post(&target, &ines, &[("do", "return"), ("seen", &seen), ("reason", " ")]);
    assert!(unsaid.status == 422 && unsaid.body.contains("say why"), "{}", unsaid.body);
    let returned = server.post(&target, &ines, &[("do", "return"), ("seen", &seen), ("reason", "rent <is> missing")]);
    assert_eq!((returned.status, returned.location()), (303, "/owed/approval?done=returned"), "{}", returned.body);
    let page = server.get("/owed", &milo).body;
    assert!(page.contains("Sent back by ines: rent") && page.contains("value=\"30 000,00\""), "{page}");
    assert!(!page.contains("<is>"), "{page}");

    let again = server.post("/owed", &milo, &row(&north, "33000", "6000", "With the rent."));
    assert_eq!(again.status, 303, "{}", again.body);
    let waiting = server.get("/owed/approval", &ines).body;
    let seen = between(&waiting, "name=\"seen\" value=\"", "\"").to_owned();
    let done = approve(&ines, &seen);
    assert_eq!((done.status, done.location()), (303, "/owed/approval?done=approved"), "{}", done.body);
    until_shown(&server, "/measure/cost_contact/north?period=2026-10", &milo, "5.50");

    // What is published is replaced with a note, and both stand.
    let correct = format!("/owed?correct={}", north.replace('/', "%2F"));
    let page = server.get(&correct, &milo).body;
    assert!(page.contains("name=\"key0\""), "{page}");
    let unsaid = server.post("/owed", &milo, &row(&north, "36000", "6000", ""));
    assert!(unsaid.status == 422 && unsaid.body.contains("takes the place of another figure"), "{}", unsaid.body);
    let sent = server.post("/owed", &milo, &row(&north, "36000", "6000", "Heating was billed late."));
    assert_eq!(sent.status, 303, "{}", sent.body);
    let waiting = server.get("/owed/approval", &ines).body;
    assert!(waiting.contains("6.00 in place of") && waiting.contains("5.50"), "{waiting}");
    let target = format!("/owed/approval/{}", between(&waiting, "action=\"/owed/approval/", "\""));
    let seen = between(&waiting, "name=\"seen\" value=\"", "\"").to_owned();
    let values = [("do", "approve"), ("seen", &*seen), ("reason", "")];
    assert_eq!(server.post(&target, &ines, &values).status, 303);
    until_shown(&server, "/measure/cost_contact/north?period=2026-10", &milo, "6.00");
    let trail = server.get("/administration/trail", &administrator).body;
    for entry in [
        "kept a figure",
        "sent a figure",
        "sent a figure back",
        "approved a figure",
        "33000 over 6000",
        "36000 over 6000",
        "rent &#60;is&#62; missing",
    ] {
        assert!(trail.contains(entry), "{entry}: {trail}");
    }
    // Importing again takes nothing away.
    succeed(project.path(), &["import", "--as-of", AS_OF]);
    std::thread::sleep(Duration::from_secs(3));
    assert!(server.get("/measure/cost_contact/north?period=2026-10", &milo).body.contains("6.00"));
}

#[test]
fn nobody_types_for_others() {
    let project = collecting();
    let People { server, milo, ines, .. } = people(project.path());
    // A unit that is not theirs is answered like one that does not exist.
    let foreign = |unit: &str| {
        let key = key(unit);
        let answer = server.post("/owed", &milo, &row(&key, "5", "1", ""));
        (answer.status, answer.body.replace(&key, "KEY"))
    };
    assert_eq!(foreign("lakeside"), foreign("nowhere"));
    assert_eq!(foreign("lakeside").0, 422);
    let page = server.get("/owed/approval", &ines).body;
    assert!(page.contains("No figure waits"), "{page}");
    // What somebody else typed for another unit cannot be decided on either.
    assert_eq!(server.post("/owed", &ines, &row(&key("lakeside"), "5", "1", "a")).status, 303);
    let values = [("do", "approve"), ("seen", "0"), ("reason", "")];
    let (hidden, unknown) =
        (server.post("/owed/approval/1", &milo, &values), server.post("/owed/approval/99", &milo, &values));
    assert_eq!((hidden.status, hidden.body), (unknown.status, unknown.body));
    assert_eq!(hidden.status, 404);
}

#[test]
fn a_figure_that_there_is_not() {
    let project = collecting();
    let People { server, milo, ines, .. } = people(project.path());
    let north = key("north");
    let absent = |reason: &str| {
        let values = [
            ("do", "send"),
            ("key0", &*north),
            ("numerator0", ""),
            ("denominator0", ""),
            ("note0", ""),
            ("absence0", reason),
        ];
        server.post("/owed", &milo, &values)
    };
    assert_eq!(absent("holiday").status, 422);
    assert_eq!(absent("the unit was closed").status, 303);
    let waiting = server.get("/owed/approval", &ines).body;
    assert!(waiting.contains("No figure: the unit was closed"), "{waiting}");
    let seen = between(&waiting, "name=\"seen\" value=\"", "\"").to_owned();
    let target = format!("/owed/approval/{}", between(&waiting, "action=\"/owed/approval/", "\""));
    assert_eq!(server.post(&target, &ines, &[("do", "approve"), ("seen", &seen), ("reason", "")]).status, 303);
    // Not measured is not zero, and not owed any more.
    assert!(server.get("/owed", &milo).body.contains("You owe no figures"));
    let page = server.get("/measure/cost_contact/north?period=2026-10", &milo).body;
    assert!(!page.contains("0.00"), "{page}");
}
