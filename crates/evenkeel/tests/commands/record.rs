//! The record of a person: who sees it, what it tells, and who is told that somebody looked.

use super::served::{AS_OF, Server, serve, serve_again, two_branches};
use super::support::{find, succeed};

/// The text of a page without its markup.
fn text(page: &str) -> String {
    let main = page.split("<main").nth(1).unwrap_or_default();
    let mut text = String::new();
    let mut inside = false;
    for sign in format!("<{main}").chars() {
        match sign {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            _ if !inside => text.push(sign),
            _ => {}
        }
    }
    text.replace('\u{a0}', " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The people of the test: an administrator, Ann, her manager, and a manager elsewhere.
fn people(server: &Server) -> [String; 4] {
    let administrator = server.set_up();
    let anna = server.add(&administrator, "anna", "agent", "", "ann");
    let milo = server.add(&administrator, "milo", "manager", "north", "");
    let lena = server.add(&administrator, "lena", "manager", "lakeside", "");
    [administrator, anna, milo, lena]
}

#[test]
fn a_person_sees_what_is_known_of_them_and_who_looked() {
    let project = two_branches();
    let server = serve(project.path());
    let [administrator, anna, milo, lena] = people(&server);

    let led = server.get("/record", &anna);
    assert_eq!((led.status, led.location()), (303, "/record/ann"));
    let first = server.get("/", &anna);
    assert_eq!(first.location(), "/record", "whoever sees nothing else begins there");
    let page = text(&server.get("/record/ann", &anna).body);
    // Ann has every fourth of 120 answers; of her thirty, those at 0, 12, 24, … are bad: ten.
    for said in [
        "Your record",
        "Satisfied 66.7 %",
        "48.8 to 80.8 %",
        "30 answers",
        "1 to 8 of 30",
        "counts, and meets it",
        "counts, and does not meet it",
        "Milo, manager of North",
        "anna, whose record it is",
        "people: coaching",
        "Nobody else has looked",
    ] {
        assert!(page.to_lowercase().contains(&said.to_lowercase()), "{said}: {page}");
    }
    assert!(!page.contains("lena"), "{page}");
    let later = text(&server.get("/record/ann?period=2026-10&rows=csat&from=24", &anna).body);
    assert!(later.contains("25 to 30 of 30"), "{later}");
    assert_eq!(server.get("/record/ann?rows=nonsense", &anna).status, 404);
    assert_eq!(server.get("/record/ann?period=2026-Q4", &anna).status, 200);

    // Whoever leads her sees it, and she is told; a look at the rows of the team that names people, too.
    let page = text(&server.get("/record/ann", &milo).body);
    assert!(page.contains("The record of Ann") && page.contains("Ann in North One"), "{page}");
    assert_eq!(server.get("/rows/csat/north", &milo).status, 200);
    assert_eq!(server.get("/record/bob", &milo).status, 200);
    assert_eq!(server.get("/record/cleo", &lena).status, 200);
    succeed(project.path(), &["charter", "--unit", "ann", "--as-of", AS_OF]);
    let page = text(&server.get("/record/ann", &anna).body);
    let who = page.split("Who looked").nth(1).unwrap_or_default();
    for said in ["milo on", "record of ann with rows of csat, 2026-10", "rows of csat, north, 2026-10", "command line"]
    {
        assert!(who.contains(said), "{said}: {who}");
    }
    assert!(!who.contains("bob") && !who.contains("cleo") && !who.contains("anna on"), "{who}");
    let trail = server.get("/administration/trail", &administrator).body;
    assert!(trail.contains("record of ann with rows of csat, 2026-10"), "{trail}");

    // To everybody else she does not exist.
    let asked = |name: &str, token: &str| {
        let answer = server.get(&format!("/record/{name}"), token);
        (answer.status, answer.body.replace(name, "NAME"))
    };
    assert_eq!(asked("ann", &lena), asked("anx", &lena));
    assert_eq!(asked("ann", &administrator), asked("anx", &administrator));
    assert_eq!(asked("ann", &lena).0, 404);
    assert_eq!(server.get("/record", &lena).status, 404);
    assert!(server.get("/measures", &anna).body.contains("My record"));
    assert!(!server.get("/measures", &milo).body.contains("My record"));
}

#[test]
fn whoever_leads_people_finds_their_records() {
    let project = two_branches();
    let server = serve(project.path());
    let [_, anna, milo, lena] = people(&server);
    let led = server.get("/people", &milo);
    assert!(led.body.contains("href=\"/record/ann\"") && led.body.contains("href=\"/record/bob\""), "{}", led.body);
    for said in ["2 people in your units today", "North One 2 people Ann Bob"] {
        assert!(text(&led.body).contains(said), "{said}: {}", led.body);
    }
    assert!(server.get("/measures", &milo).body.contains("href=\"/people\""));
    // Dan went to Lakeside on the twentieth; whoever led him before does not find him any more.
    let led = text(&server.get("/people", &lena).body);
    assert!(led.contains("Cleo") && led.contains("Dan") && !led.contains("Ann"), "{led}");
    assert_eq!(server.get("/people", &anna).status, 404);
    // They are found by their names and identifiers, by those alone who lead them.
    for (asked, token, finds) in
        [("Ann", &milo, true), ("ann", &milo, true), ("Ann", &lena, false), ("Dan", &milo, false)]
    {
        let found = server.get(&format!("/search?q={asked}"), token).body;
        let link = format!("href=\"/record/{}?", asked.to_lowercase());
        assert_eq!(found.contains(&link), finds, "{asked}: {found}");
        assert_eq!(text(&found).contains("People"), finds, "{asked}: {found}");
    }
    let found = server.get("/api/v1/search?q=dan", &lena).body;
    assert!(found.contains("\"person\"") && found.contains("/record/dan"), "{found}");
    assert!(!server.get("/search?q=ann", &anna).body.contains("/record/bob"));
    assert!(!server.get("/measures", &anna).body.contains("href=\"/people\""));
}

#[test]
fn the_policy_decides() {
    let project = two_branches();
    let settings = project.path().join("evenkeel.yaml");
    let coaching = std::fs::read_to_string(&settings).unwrap();
    let with = |policy: &str| std::fs::write(&settings, coaching.replace("people: coaching", policy)).unwrap();
    with("people: own_record");
    let (anna, milo) = {
        let server = serve(project.path());
        let [_, anna, milo, _] = people(&server);
        assert_eq!(server.get("/record/ann", &anna).status, 200);
        assert_eq!(server.get("/record/ann", &milo).status, 404);
        assert_eq!(server.get("/people", &milo).status, 404);
        assert!(!server.get("/search?q=ann", &milo).body.contains("/record/"));
        (anna, milo)
    };
    with("people: off");
    let server = serve_again(project.path());
    let page = server.get("/record/ann", &anna);
    assert_eq!(page.status, 200);
    let said = text(&page.body);
    assert!(said.contains("Nothing is shown.") && said.contains("people: off"), "{said}");
    assert!(!said.contains("66.7") && !page.body.contains("My record"), "{said}");
    assert_eq!(server.get("/record/ann", &milo).status, 404);
}

#[test]
fn nobody_is_told_that_a_row_counts_which_does_not() {
    let project = two_branches();
    let settings = project.path().join("evenkeel.yaml");
    let text_of_settings = std::fs::read_to_string(&settings).unwrap();
    let sources = "sources: [sources/a.yaml, sources/decided.yaml]";
    std::fs::write(&settings, text_of_settings.replace("sources: [sources/a.yaml]", sources)).unwrap();
    let decided = "source: decided\nfiles: { exclusions: raw/exclusions.csv }\ntables:\n  \
                   exclusions: select table_name, key, reason, decided_by, at from exclusions\n";
    std::fs::write(project.path().join("sources/decided.yaml"), decided).unwrap();
    let published = project.path().join("raw/exclusions.csv");
    std::fs::write(&published, "table_name,key,reason,decided_by,at\n").unwrap();
    let server = serve(project.path());
    let [_, anna, milo, _] = people(&server);
    let values = [("measure", "csat"), ("period", "2026-10"), ("key", r#"["a","a0"]"#), ("why", "Not mine.")];
    assert_eq!(server.post("/record/ann/dispute", &anna, &values).status, 303);
    // The row stops counting elsewhere before anybody decides here, as when the server ends between the two steps.
    let row = "table_name,key,reason,decided_by,at\nresponses,\"[\"\"a\"\",\"\"a0\"\"]\",gone,x,2026-11-01T10:00:00Z\n";
    std::fs::write(&published, row).unwrap();
    succeed(project.path(), &["import", "--as-of", AS_OF]);
    let decide =
        |decision: &str| server.post("/disputes/1/decide", &milo, &[("decision", decision), ("reason", "So it is.")]);
    assert_eq!(decide("decline").location(), "/disputes?done=gone");
    assert!(text(&server.get("/disputes?done=gone", &milo).body).contains("Uphold the dispute"));
    assert!(text(&server.get("/record/ann", &anna).body).contains("open: nobody has decided yet"));
    assert_eq!(decide("uphold").location(), "/disputes?done=upheld");
}

#[test]
fn a_row_that_is_wrong_stops_counting() {
    let project = two_branches();
    let server = serve(project.path());
    let [administrator, anna, milo, lena] = people(&server);
    let ines = server.add(&administrator, "ines", "insights", "", "");
    let key = r#"["a","a0"]"#;
    let send = |key: &str, why: &str, token: &str| {
        let values = [("measure", "csat"), ("period", "2026-10"), ("key", key), ("why", why)];
        server.post("/record/ann/dispute", token, &values)
    };
    // The form stands beside each row, and only for the person.
    let page = server.get("/record/ann?period=2026-10&rows=csat&from=24", &anna).body;
    assert!(page.contains("This is wrong") && page.contains("[&#34;a&#34;,&#34;a0&#34;]"), "{page}");
    assert!(!server.get("/record/ann", &milo).body.contains("This is wrong"));
    assert_eq!(send(key, " ", &anna).status, 400, "a reason is needed");
    assert_eq!(send(key, &"x".repeat(2001), &anna).status, 400);
    assert_eq!(send(r#"["a","a1"]"#, "Mine?", &anna).status, 404, "the row of somebody else");
    let sent = send(key, "The <b>wrong</b> branch was meant.", &anna);
    assert_eq!((sent.status, sent.location()), (303, "/record/ann?period=2026-10&rows=csat&done=disputed#disputes"));
    assert!(send(key, "Again.", &anna).location().contains("done=already"));
    let page = text(&server.get("/record/ann", &anna).body);
    assert!(page.contains("responses: a, a0") && page.contains("open: nobody has decided yet"), "{page}");

    // Those who decide see it, with the name only where they may; nobody else does.
    let today = text(&server.get("/today?unit=north", &milo).body);
    assert!(today.contains("one disputed row waits for a decision") || today.contains("One disputed row"), "{today}");
    assert!(!text(&server.get("/today", &lena).body).contains("disputed row"));
    let seen = text(&server.get("/disputes", &milo).body);
    assert!(seen.contains("Ann, North One") && seen.contains("wrong"), "{seen}");
    let seen = text(&server.get("/disputes", &ines).body);
    assert!(seen.contains("somebody in North One") && !seen.contains("Ann,"), "{seen}");
    assert!(text(&server.get("/disputes", &lena).body).contains("Nothing waits"));
    let decide = |token: &str, decision: &str, reason: &str| {
        server.post("/disputes/1/decide", token, &[("decision", decision), ("reason", reason)]).status
    };
    assert_eq!(decide(&lena, "uphold", "No."), 404);
    assert_eq!(decide(&anna, "uphold", "Yes."), 404);
    assert_eq!(decide(&milo, "uphold", ""), 400);
    assert_eq!(decide(&milo, "perhaps", "Hm."), 400);
    // Whoever is the person does not decide, whatever else they may do.
    let both = [("role", "manager"), ("unit", "north"), ("person", "")];
    assert_eq!(server.post("/administration/users/2/give", &administrator, &both).status, 303);
    assert_eq!(decide(&anna, "uphold", "Yes."), 403);
    // What cannot be published is not upheld.
    let lock = std::fs::File::open(find(project.path(), "lock")).unwrap();
    lock.lock().unwrap();
    assert_eq!(decide(&milo, "uphold", "It was the other branch."), 503);
    lock.unlock().unwrap();
    assert!(text(&server.get("/disputes", &milo).body).contains("Uphold"));
    assert_eq!(decide(&milo, "uphold", "It was the other branch."), 303);
    assert_eq!(decide(&ines, "decline", "No."), 303, "decided already");
    let seen = text(&server.get("/disputes", &milo).body);
    assert!(seen.contains("upheld by milo") && seen.contains("It was the other branch."), "{seen}");

    // The figures follow: 20 of 29 for her, 52 of 77 for her unit, 80 of 119 for all.
    let told = |target: &str, token: &str| text(&server.get(target, token).body);
    let begun = std::time::Instant::now();
    while !told("/record/ann", &anna).contains("69.0 %") {
        assert!(begun.elapsed().as_secs() < 60, "{}", told("/record/ann", &anna));
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    let page = told("/record/ann?period=2026-10&rows=csat&from=24", &anna);
    assert!(page.contains("25 to 29 of 29") && page.contains("upheld by milo on"), "{page}");
    assert!(told("/measure/csat/north", &milo).contains("67.5 %"));
    assert!(told("/measure/csat/whole", &ines).contains("67.2 %"));
    let trail = server.get("/administration/trail", &administrator).body;
    assert!(trail.contains("disputed a row") && trail.contains("upheld a dispute"), "{trail}");
}
