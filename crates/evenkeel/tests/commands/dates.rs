//! Dates that matter: what each sees of them, as a page, as a file, and at a secret address.

use std::path::Path;

use super::served::{Answer, Server, serve, two_branches};

/// Scorecard and project with dates: monthly reviews, a target for everyone, and one for each branch.
fn dated(folder: &Path) {
    let edit = |path: &str, from: &str, to: &str| {
        let file = folder.join(path);
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{path}: {text}");
        std::fs::write(file, text.replace(from, to)).unwrap();
    };
    edit("evenkeel.yaml", "currency: GBP\n", "currency: GBP\nreviews: { every: month, day: 12 }\n");
    edit(
        "scorecards/all.yaml",
        "[{ use: csat }]",
        "[{ use: csat, baseline: 60 %, target: 80 %, by: 2027-03-31, units: { north: { target: 85 %, by: 2027-04-30 }, \
         lakeside: { target: 70 %, by: 2027-05-31 } } }]",
    );
}

fn page(server: &Server, token: &str) -> String {
    server.get("/calendar", token).body.replace('\u{a0}', " ")
}

fn made(answer: &Answer, server: &Server) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let begin = format!("http://{}", server.address);
    let found = answer.body.split(&begin).nth(1).and_then(|rest| rest.split('<').next());
    assert!(found.is_some(), "no address: {}", answer.body);
    found.unwrap_or_default().to_owned()
}

#[test]
fn everybody_sees_the_dates_of_their_units() {
    let project = two_branches();
    dated(project.path());
    let server = serve(project.path());
    let administrator = server.set_up();
    let milo = server.add(&administrator, "milo", "manager", "north", "");
    let ines = server.add(&administrator, "ines", "insights", "", "");
    let lena = server.add(&administrator, "lena", "viewer", "lakeside", "");
    for (title, unit) in [("Training, <b>north</b>", "north"), ("Greeter of lakeside", "lakeside")] {
        let values = [
            ("title", title),
            ("owner", "Rosa"),
            ("begins", "2026-11-09"),
            ("ends", "2026-12-18"),
            ("unit", unit),
            ("measure", "csat"),
        ];
        assert_eq!(server.post("/initiatives", &ines, &values).status, 303);
    }
    let asked = [("what", "Ask why"), ("why", "It fell."), ("owner", "milo"), ("decide_by", "2026-11-17")];
    assert_eq!(server.post("/measure/csat/north/recommendation", &ines, &asked).status, 303);

    let own = page(&server, &milo);
    for words in [
        "Thu 12 Nov",
        "Review of the scorecard: October 2026",
        "Figures are due: Month, October 2026",
        "Thu 5 Nov",
        "Initiative begins: Training, &#60;b&#62;north&#60;/b&#62;",
        "Fri 18 Dec",
        "Recommendation to be answered: Ask why",
        "Target: Satisfied",
        "30 Apr",
        "Review of the charter",
    ] {
        assert!(own.contains(words), "{words}: {own}");
    }
    assert!(!own.to_lowercase().contains("lakeside") && !own.contains("31 May"), "{own}");
    let other = page(&server, &lena);
    assert!(other.contains("31 May") && other.contains("Greeter of lakeside"), "{other}");
    for words in ["Training", "Ask why", "Figures are due", "30 Apr"] {
        assert!(!other.contains(words), "{words}: {other}");
    }
    let today = server.get("/today?unit=north", &milo).body;
    assert!(today.contains("href=\"/calendar\""), "{today}");

    // The file says the same, folded and marked as RFC 5545 has it.
    let file = server.get("/calendar.ics", &milo);
    assert!(file.status == 200 && file.head.contains("text/calendar; charset=utf-8"), "{}", file.head);
    for words in [
        "BEGIN:VCALENDAR",
        "DTSTAMP:20261102T061000Z",
        "DTSTART;VALUE=DATE:20261112",
        "DTEND;VALUE=DATE:20261113",
        "SUMMARY:Initiative begins: Training\\, <b>north</b>",
    ] {
        assert!(file.body.contains(words), "{words}: {}", file.body);
    }
    assert!(!file.body.to_lowercase().contains("lakeside"), "{}", file.body);
    let uids = |body: &str| body.lines().filter(|line| line.starts_with("UID:")).map(str::to_owned).collect::<Vec<_>>();
    let (first, again) = (uids(&file.body), uids(&server.get("/calendar.ics", &milo).body));
    assert_eq!(first, again);
    assert_eq!(first.iter().collect::<std::collections::BTreeSet<_>>().len(), first.len(), "{first:?}");
    assert!(file.body.lines().all(|line| line.len() <= 75), "{}", file.body);
}

#[test]
fn a_secret_address_reads_one_file_until_it_is_revoked() {
    let project = two_branches();
    dated(project.path());
    let server = serve(project.path());
    let administrator = server.set_up();
    let milo = server.add(&administrator, "milo", "manager", "north", "");
    let anna = server.add(&administrator, "anna", "agent", "", "ann");
    assert_eq!(server.post("/calendar/address", &anna, &[]).status, 404);
    let first = made(&server.post("/calendar/address", &milo, &[]), &server);
    assert!(!page(&server, &milo).contains(first.trim_end_matches(".ics")), "it is shown once");
    let read = |address: &str| server.ask("GET", address);
    let (read_there, own) = (read(&first), server.get("/calendar.ics", &milo));
    assert_eq!((read_there.status, &read_there.body), (200, &own.body));
    // It is a token for this file and nothing else.
    let secret = first.trim_start_matches("/calendar/").trim_end_matches(".ics");
    let bearer = format!(
        "GET /api/v1/today HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer evk_{secret}\r\nconnection: close\r\n\r\n"
    );
    assert_eq!(server.send(bearer.as_bytes()).status, 401);
    assert_eq!(server.get("/calendar.ics", secret).status, 303);

    let second = made(&server.post("/calendar/address", &milo, &[]), &server);
    let unknown = format!("/calendar/{}.ics", "0".repeat(64));
    for gone in [first.as_str(), unknown.as_str(), "/calendar/x.ics", second.trim_end_matches(".ics")] {
        let (answer, nothing) = (read(gone), read("/nothing"));
        assert_eq!((answer.status, &answer.body), (404, &nothing.body), "{gone}");
    }
    assert_eq!(read(&second).status, 200);
    // Whoever loses a role loses what it showed, there too.
    let lost = [("role", "manager"), ("over", "north")];
    assert_eq!(server.post("/administration/users/2/take", &administrator, &lost).status, 303);
    assert_eq!(read(&second).status, 404);
    let given = [("role", "viewer"), ("unit", "lakeside"), ("person", "")];
    assert_eq!(server.post("/administration/users/2/give", &administrator, &given).status, 303);
    let moved = read(&second);
    assert!(moved.status == 200 && moved.body.contains("Lakeside") && !moved.body.contains("North"), "{}", moved.body);
    assert_eq!(server.post("/calendar/address/revoke", &milo, &[]).location(), "/calendar?done=revoked");
    assert_eq!(read(&second).status, 404);
    // Whoever guesses waits.
    let waits = (0..40).any(|_| read(&unknown).status == 429);
    assert!(waits, "nobody waits");
    let trail = server.get("/administration/trail", &administrator).body;
    assert!(trail.contains("made a calendar address") && trail.contains("revoked a calendar address"), "{trail}");
    assert!(!trail.contains(secret));
}
