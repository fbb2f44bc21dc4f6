//! Initiatives: who writes them down, who reads them, and where they are marked.

use super::served::{AS_OF, serve, two_branches};
use super::support::succeed;

#[test]
fn what_is_done_is_marked_where_it_is_done() {
    let project = two_branches();
    let server = serve(project.path());
    let administrator = server.set_up();
    let milo = server.add(&administrator, "milo", "manager", "north", "");
    let lena = server.add(&administrator, "lena", "manager", "lakeside", "");
    let wim = server.add(&administrator, "wim", "viewer", "north-1", "");
    let values = |title| {
        [
            ("title", title),
            ("aim", "Half a day for everybody.\r\n=1+1"),
            ("owner", "Milo <b>"),
            ("begins", "2026-10-01"),
            ("ends", ""),
            ("unit", "north"),
            ("unit", "north-1"),
            ("measure", "csat"),
        ]
    };

    // Nobody writes one down for units that they do not lead, and what was typed stays.
    let refused = server.post("/initiatives", &lena, &values("Training & \"signs\""));
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert!(refused.body.contains("not among those that you lead"), "{}", refused.body);
    assert!(refused.body.contains("Half a day for everybody.") && !refused.body.contains("value=\"north\""));
    let empty =
        server.post("/initiatives", &milo, &[("title", " "), ("owner", ""), ("begins", "soon"), ("ends", "2026")]);
    for words in [
        "It needs a title.",
        "It needs an owner",
        "The first day is no day",
        "The last day is no day",
        "at least one unit",
    ] {
        assert!(empty.status == 422 && empty.body.contains(words), "{words}: {}", empty.body);
    }

    let added = server.post("/initiatives", &milo, &values("Training & \"signs\""));
    assert_eq!((added.status, added.location()), (303, "/initiatives?done=added"), "{}", added.body);
    let listed = |token: &str, unit: &str| {
        server.get(&format!("/initiatives?unit={unit}&period=2026-10"), token).body.replace('\u{a0}', " ")
    };
    let own = listed(&milo, "north");
    for words in [
        "Running",
        "Training &#38; &#34;signs&#34;",
        "from 1 October 2026, without an end",
        "Milo &#60;b&#62;",
        "North One",
        "not measured yet",
    ] {
        assert!(own.contains(words), "{words}: {own}");
    }
    assert!(own.contains("href=\"/initiatives/1\""), "{own}");
    // Whoever sees a part of it is told of the rest without its names, and changes nothing.
    let part = listed(&wim, "north-1");
    assert!(part.contains("Training") && part.contains("and 1 unit elsewhere"), "{part}");
    assert!(!part.contains("/initiatives/1\"") && !part.contains("/initiatives/new"), "{part}");
    assert!(!listed(&lena, "lakeside").contains("Training"));
    assert_eq!(server.get("/initiatives/1", &lena).status, 404);
    assert_eq!(server.post("/initiatives/1", &lena, &values("Mine")).status, 404);
    assert_eq!(server.post("/initiatives/1/withdraw", &wim, &[]).status, 404);

    let measure = |token: &str, unit: &str| server.get(&format!("/measure/csat/{unit}?period=2026-10"), token).body;
    assert!(measure(&milo, "north").contains("Training &#38; &#34;signs&#34; (initiative), said by Milo &#60;b&#62;"));
    assert!(measure(&wim, "north-1").contains("(initiative)"));
    let whole = measure(&administrator, "whole");
    assert!(whole.contains(", in North and North One (initiative)"), "{whole}");
    assert!(!measure(&lena, "lakeside").contains("(initiative)"));

    let form = server.get("/initiatives/1", &milo).body;
    assert!(form.contains("value=\"north\" checked") && form.contains("value=\"csat\" checked"), "{form}");
    let seen = |token: &str| {
        let form = server.get("/initiatives/1", token).body;
        form.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    let before = seen(&milo);
    let mut changed = values("Training of 2026").to_vec();
    changed[4] = ("ends", "2026-10-31");
    // What is named twice is kept once.
    changed.push(("measure", "csat"));
    changed.push(("seen", &before));
    let done = server.post("/initiatives/1", &milo, &changed);
    assert_eq!((done.status, done.location()), (303, "/initiatives?done=changed"), "{}", done.body);
    let over = listed(&administrator, "whole");
    assert!(over.contains("Over") && over.contains("1 October 2026 to 31 October 2026"), "{over}");
    assert!(!over.contains("&#34;signs&#34;"), "{over}");

    // Whoever looked before that changes nothing unseen, and loses nothing that they typed.
    changed[0] = ("title", "From an older page");
    let older = server.post("/initiatives/1", &administrator, &changed);
    assert!(older.status == 409 && older.body.contains("value=\"From an older page\""), "{}", older.body);
    assert!(older.body.contains("Somebody changed this initiative"), "{}", older.body);
    assert_eq!(server.post("/initiatives/1/withdraw", &administrator, &[("seen", &before)]).status, 409);
    for (name, value) in [("title", "a\u{202e}b"), ("begins", "2026-10-01T05:00")] {
        let mut odd = changed.clone();
        odd.retain(|(known, _)| *known != name);
        odd.push((name, value));
        assert_eq!(server.post("/initiatives/1", &milo, &odd).status, 422, "{name}");
    }
    let now = seen(&administrator);
    let withdrawn = server.post("/initiatives/1/withdraw", &administrator, &[("seen", &now)]);
    assert_eq!(withdrawn.status, 303, "{}", withdrawn.body);
    assert!(!listed(&milo, "north").contains("Training"));
    assert!(!measure(&milo, "north").contains("(initiative)"));
    let trail = server.get("/administration/trail", &administrator).body;
    for words in ["wrote down an initiative", "changed an initiative", "withdrew an initiative"] {
        assert!(trail.contains(words), "{words}: {trail}");
    }
}

#[test]
fn programs_and_the_terminal_are_told_the_same() {
    let project = two_branches();
    let server = serve(project.path());
    let administrator = server.set_up();
    let milo = server.add(&administrator, "milo", "manager", "north", "");
    let lena = server.add(&administrator, "lena", "manager", "lakeside", "");
    let values = [
        ("title", "Training & \"signs\""),
        ("aim", "Half a day for everybody."),
        ("owner", "Milo <b>"),
        ("begins", "2026-10-01"),
        ("ends", ""),
        ("unit", "north"),
        ("unit", "north-1"),
        ("measure", "csat"),
    ];
    assert_eq!(server.post("/initiatives", &milo, &values).status, 303);
    let told = server.get("/api/v1/initiatives?unit=north&period=2026-10", &milo).body;
    for words in ["\"heading\":\"Running\"", "Training & \\\"signs\\\"", "\"owner\":\"Milo <b>\""] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert!(!server.get("/api/v1/initiatives?unit=lakeside", &lena).body.contains("Training"));
    let printed = succeed(project.path(), &["initiatives", "--unit", "north", "--period", "2026-10", "--as-of", AS_OF])
        .out
        .replace("\u{a0}", " ");
    for words in
        ["Initiatives in North", "Running", "Training & \"signs\": from 1 October 2026", "In North, North One."]
    {
        assert!(printed.contains(words), "{words}: {printed}");
    }
}
