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

    let today = server.get("/today?unit=north", &milo).body;
    assert!(today.contains("One figure has to be typed") || today.contains("one figure has to be typed"), "{today}");
    assert!(today.contains("Due 5\u{a0}Nov") || today.contains("Due 5 Nov"), "{today}");

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
fn what_somebody_else_typed_meanwhile_is_not_typed_over_unseen() {
    let project = collecting();
    let People { server, administrator, milo, ines } = people(project.path());
    let mia = server.add(&administrator, "mia", "manager", "north", "");
    let north = key("north");
    let shown = |token: &str| between(&server.get("/owed", token).body, "name=\"shown0\" value=\"", "\"").to_owned();
    let send = |token: &str, what: &str, shown: &str, numerator: &str, denominator: &str| {
        let mut values = row(&north, numerator, denominator, "");
        values[0].1 = what;
        values.push(("shown0", shown));
        server.post("/owed", token, &values)
    };
    // Mia opened the page while its boxes were empty, and leaves them so.
    let empty = shown(&mia);
    assert_eq!(send(&milo, "keep", &shown(&milo), "777", "10").status, 303);
    assert_eq!(send(&mia, "keep", &empty, "", "").location(), "/owed?sent=0&kept=0");
    assert!(server.get("/owed", &milo).body.contains("value=\"777\""), "a draft was taken away by an older page");
    // She types something else without having seen the draft: she is told of it, and it stays until she sends again.
    let told = send(&mia, "send", &empty, "5", "1");
    assert_eq!(told.status, 422, "{}", told.body);
    assert!(told.body.contains("“777” over “10” is kept now") && told.body.contains("value=\"5\""), "{}", told.body);
    assert!(server.get("/owed", &milo).body.contains("value=\"777\""));
    let seen = between(&told.body, "name=\"shown0\" value=\"", "\"").to_owned();
    assert_eq!(send(&mia, "keep", &seen, "5", "1").location(), "/owed?sent=0&kept=1");
    // An older page whose boxes hold what was changed since sends nothing of it.
    assert_eq!(send(&milo, "send", &seen, "777", "10").location(), "/owed?sent=0&kept=0");
    // Nor is somebody told of a figure that they left alone while it was sent.
    assert_eq!(send(&ines, "send", &shown(&milo), "6", "1").location(), "/owed?sent=1&kept=0");
    assert_eq!(send(&mia, "keep", &empty, "", "").location(), "/owed?sent=0&kept=0");
    assert!(send(&mia, "send", &empty, "8", "1").body.contains("waits for approval, or a source brings it"));
}

#[test]
fn what_a_source_brought_meanwhile_is_not_approved() {
    let project = collecting();
    let People { server, milo, ines, .. } = people(project.path());
    assert_eq!(server.post("/owed", &milo, &row(&key("north"), "30000", "6000", "")).status, 303);
    let waiting = server.get("/owed/approval", &ines).body;
    let target = format!("/owed/approval/{}", between(&waiting, "action=\"/owed/approval/", "\""));
    let seen = between(&waiting, "name=\"seen\" value=\"", "\"").to_owned();
    let decide = |chosen: &str, reason: &str| {
        server.post(&target, &ines, &[("do", chosen), ("seen", &seen), ("reason", reason)])
    };
    // The ledger brings the same figure, placed on another day of the month.
    let source = project.path().join("sources/a.yaml");
    let text = std::fs::read_to_string(&source).unwrap();
    let text = text.replace("files: { ", "files: { ledger: raw/ledger.csv, ");
    let ledger = "  observations: select 'cost_contact' as measure, day as period_on, unit as unit_id, amount as numerator, \
                  contacts as denominator from ledger\n";
    std::fs::write(&source, format!("{text}{ledger}")).unwrap();
    std::fs::write(project.path().join("raw/ledger.csv"), "day,unit,amount,contacts\n2026-10-15,north,42000,6000\n")
        .unwrap();
    succeed(project.path(), &["import", "--as-of", AS_OF]);
    until_shown(&server, "/measure/cost_contact/north?period=2026-10", &milo, "7.00");
    let refused = decide("approve", "");
    assert!(refused.status == 409 && refused.body.contains("a source has brought this figure"), "{}", refused.body);
    assert_eq!(decide("return", "The ledger has it.").location(), "/owed/approval?done=returned");
    assert!(server.get("/owed", &milo).body.contains("You owe no figures"));
    std::thread::sleep(Duration::from_secs(3));
    assert!(server.get("/measure/cost_contact/north?period=2026-10", &milo).body.contains("7.00"));
}

#[test]
fn what_somebody_typed_themselves_does_not_keep_the_rest_from_their_approval() {
    let project = collecting();
    let collection = project.path().join("collections/month.yaml");
    let text = std::fs::read_to_string(&collection).unwrap();
    std::fs::write(&collection, text.replace("begins: 2026-10-01", "begins: 2024-01-01")).unwrap();
    let People { server, milo, ines, .. } = people(project.path());
    let mut values = vec![("do".to_owned(), "send".to_owned())];
    for number in 0..42 {
        let (year, month) = (2024 + number / 12 % 2, 1 + number % 12);
        let last = jiff::civil::date(year, i8::try_from(month).unwrap(), 1).last_of_month();
        let unit = if number < 24 { "north" } else { "lakeside" };
        values.push((format!("key{number}"), format!("cost_contact/{year}-{month:02}-01/{last}/{unit}")));
        values.push((format!("numerator{number}"), "500".to_owned()));
        values.push((format!("denominator{number}"), "100".to_owned()));
    }
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (&**name, &**value)).collect();
    assert_eq!(server.post("/owed", &ines, &values).location(), "/owed?sent=42&kept=0");
    assert_eq!(server.post("/owed", &milo, &row(&key("north"), "500", "100", "")).status, 303);
    let page = server.get("/owed/approval", &ines).body;
    assert!(page.contains("action=\"/owed/approval/43\""), "{page}");
    assert!(page.contains("43\u{a0}figures to be approved") && page.contains("3 more follow"), "{page}");
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

/// Sends a file as a browser sends one from a page of the server.
fn load(server: &Server, token: &str, text: &str) -> super::served::Answer {
    let form = evenkeel_state::Secret::parse(token).map(|token| token.form_token()).unwrap_or_default();
    let body = format!(
        "--edge\r\ncontent-disposition: form-data; name=\"form\"\r\n\r\n{form}\r\n--edge\r\ncontent-disposition: form-data; \
         name=\"file\"; filename=\"figures.csv\"\r\ncontent-type: text/csv\r\n\r\n{text}\r\n--edge--\r\n"
    );
    let address = &server.address;
    server.send(
        format!(
            "POST /owed/file HTTP/1.1\r\nhost: {address}\r\ncookie: evenkeel={token}\r\norigin: http://{address}\r\n\
             sec-fetch-site: same-origin\r\nconnection: close\r\ncontent-type: multipart/form-data; boundary=edge\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        )
        .as_bytes(),
    )
}

#[test]
fn one_file_there_and_back() {
    let project = collecting();
    let People { server, milo, ines, .. } = people(project.path());
    // A draft that would be a formula in a spreadsheet is none in the file.
    server.post("/owed", &milo, &row(&key("north"), "", "", "=cmd|'/C calc'!A0"));
    let file = server.get("/owed.csv", &ines);
    assert!(file.head.contains("text/csv") && file.head.contains("attachment"), "{}", file.head);
    assert!(!file.body.contains(",=cmd") && file.body.contains("'=cmd"), "{}", file.body);
    let (north, lakeside) = (key("north"), key("lakeside"));
    assert!(
        file.body.contains(&north) && file.body.contains(&lakeside) && file.body.contains("2026-11-05"),
        "{}",
        file.body
    );
    assert!(!server.get("/owed.csv", &milo).body.contains("lakeside"));

    // As a spreadsheet with decimal commas writes it. Every row stands for itself.
    let filled =
        format!("key;numerator;denominator;note\r\n{north};30 000,50;6000;a\r\n{lakeside};12,000;1500;b\r\nx;1;1;\r\n");
    let answer = load(&server, &ines, &filled);
    assert_eq!(answer.status, 422, "{}", answer.body);
    assert!(answer.body.contains("1 of the file were sent") || answer.body.contains("1 figure"), "{}", answer.body);
    let rows = between(&answer.body, "Rows of the file that were not sent</h2>", "</section>");
    assert!(rows.contains("<td class=\"number\">3</td><td>numerator</td>"), "{rows}");
    assert!(rows.contains("<td class=\"number\">4</td><td>key</td>") && !rows.contains("north"), "{rows}");
    let corrected = format!("key,numerator,denominator\r\n{lakeside},12000,1500\r\n");
    let answer = load(&server, &ines, &corrected);
    assert_eq!((answer.status, answer.location()), (303, "/owed?sent=1&kept=0"), "{}", answer.body);
    // A manager has no other unit's figure from a file either, and what is no file is refused.
    assert!(load(&server, &milo, &corrected).body.contains("not asked of you"));
    assert!(load(&server, &milo, "a,b\n1,2\n").body.contains("no columns"));
    // A decimal comma without quotation marks is no whole number, and a file without figures is not passed over in silence.
    let answer = load(&server, &ines, &format!("key,numerator\r\n{lakeside},12,5\r\n"));
    assert!(
        answer.status == 422 && answer.body.contains("line 2 has more cells than there are columns"),
        "{}",
        answer.body
    );
    let answer = load(&server, &ines, &format!("key,numerator\r\n{lakeside},\r\n"));
    assert!(answer.status == 422 && answer.body.contains("no row of it holds a figure"), "{}", answer.body);
    let answer = server.post("/owed", &milo, &row(&north, "5", "1", "a\0b"));
    assert!(answer.status == 400 && answer.body.contains("the sign NUL"), "{}", answer.body);
    let many: Vec<String> = (0..5_001).map(|number| format!("k{number},1")).collect();
    let answer = load(&server, &milo, &format!("key,numerator\n{}", many.join("\n")));
    assert!(answer.status == 422 && answer.body.contains("more than 5000 rows"), "{}", answer.status);

    let matrix = server.get("/owed/all", &ines).body;
    assert!(matrix.contains("Nobody owes a figure") && matrix.contains("waits for approval"), "{matrix}");
}
