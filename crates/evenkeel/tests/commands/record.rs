//! The record of a person: who sees it, what it tells, and who is told that somebody looked.

use super::served::{AS_OF, Server, serve, serve_again, two_branches};
use super::support::succeed;

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
