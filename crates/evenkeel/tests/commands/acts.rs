//! Recognition and development: who writes it about whom, who reads it, and that it stays as it was shown.

use std::path::Path;
use std::time::Duration;

use evenkeel_model::act::ActKind;
use evenkeel_model::ids::PersonId;
use evenkeel_model::reading::Subject;
use evenkeel_state::{Change, Location, NewAct, Origin, StateStore};
use jiff::civil::date;

use super::served::{AS_OF, Server, serve, serve_again, two_branches};
use super::support::succeed;

/// What the form carries by which it is known that the figures are still those that were shown.
fn shown(form: &str) -> String {
    form.split("name=\"shown\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}

fn page(server: &Server, target: &str, token: &str) -> String {
    server.get(target, token).body.replace('\u{a0}', " ")
}

/// The people of the test: an administrator, Ann, who leads her, who leads others, and who sees her unit.
fn people(server: &Server) -> [String; 5] {
    let administrator = server.set_up();
    let anna = server.add(&administrator, "anna", "agent", "", "ann");
    let milo = server.add(&administrator, "milo", "manager", "north", "");
    let lena = server.add(&administrator, "lena", "manager", "lakeside", "");
    let vera = server.add(&administrator, "vera", "viewer", "north", "");
    [administrator, anna, milo, lena, vera]
}

const FORM: &str = "/record/ann/act?period=2026-10&kind=development";
const THANKS: &str = "/record/ann/act?period=2026-10&kind=recognition";

fn coaching<'a>(topic: &'a str, words: &'a str, look_again: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("kind", "coaching"), ("topic", topic), ("words", words), ("look_again", look_again), ("measure", "")]
}

#[test]
fn a_recognition_is_kept_with_its_evidence_as_it_was_shown() {
    let project = two_branches();
    let server = serve(project.path());
    let [administrator, anna, milo, lena, vera] = people(&server);

    // The way there is on the record, for whoever leads the person; the figures stand in the form.
    assert!(
        page(&server, "/record/ann?period=2026-10", &milo)
            .contains("/record/ann/act?period=2026-10&#38;kind=recognition")
    );
    assert!(!page(&server, "/record/ann", &anna).contains("/record/ann/act?"));
    let form = page(&server, THANKS, &milo);
    assert!(form.contains("Satisfied, October 2026: 66.7 %, 30 answers, likely 48.8 to 80.8 %"), "{form}");
    assert!(form.contains("in the comparison: "), "{form}");
    let shown = shown(&form);
    assert_eq!(shown.len(), 12, "{form}");

    // What is wrong is said, and nothing that was typed is lost.
    let long = "x".repeat(201);
    for (topic, words, measure, version, said) in [
        (" ", "Thank <b>you</b>", "", "", "Say in a few words what it is about."),
        ("Returns", " ", "", "", "Write the words that the person or the unit reads."),
        (long.as_str(), "Thank <b>you</b>", "", "", "at most 200 characters"),
        ("a\u{202e}b", "Thank <b>you</b>", "", "", "only signs that can be seen"),
        ("Returns", "Thank <b>you</b>", "nothing", "", "Choose one of the figures"),
        ("Returns", "Thank <b>you</b>", "csat", "00000000", "The figures have changed"),
    ] {
        let values = [("topic", topic), ("words", words), ("reward", "tea"), ("measure", measure), ("shown", version)];
        let refused = server.post(THANKS, &milo, &values);
        assert!(refused.status == 422 && refused.body.contains(said), "{said}: {}", refused.body);
        assert!(refused.body.contains("value=\"tea\""), "{}", refused.body);
        assert!(words == " " || refused.body.contains("Thank &#60;b&#62;you"), "{}", refused.body);
    }
    let values = [
        ("topic", "=1+1 <i>Returns</i>"),
        ("words", "The guide,\r\nwhich four teams use."),
        ("reward", "an afternoon off"),
        ("measure", "csat"),
        ("shown", &*shown),
    ];
    let written = server.post(THANKS, &milo, &values);
    assert_eq!((written.status, written.location()), (303, "/record/ann?done=written#act-1"), "{}", written.body);

    // The person reads it, and whoever leads her; to everybody else there is nothing.
    let told = |token: &str| page(&server, "/record/ann", token);
    let evidence = "Satisfied, October 2026: 66.7 %, 30 answers, likely 48.8 to 80.8 %";
    for words in [
        "=1+1 &#60;i&#62;Returns&#60;/i&#62;",
        "The guide,\nwhich four teams use.",
        "With it: an afternoon off",
        evidence,
        "Kept until ",
    ] {
        assert!(told(&anna).contains(words) && told(&milo).contains(words), "{words}: {}", told(&anna));
    }
    for stranger in [&lena, &vera, &administrator] {
        assert_eq!(server.get("/record/ann", stranger).status, 404);
        assert_eq!(server.get("/acts/1", stranger).status, 404);
        assert_eq!(server.get(THANKS, stranger).status, 404);
        assert_eq!(server.post(THANKS, stranger, &values).status, 404);
        assert_eq!(server.post("/acts/1/withdraw", stranger, &[]).status, 404);
        assert_eq!(server.get("/record/ann/acts.csv", stranger).status, 404);
    }
    assert_eq!(server.get(THANKS, &anna).status, 404, "nobody writes about themselves");
    assert_eq!(server.get("/acts/1", &milo).location(), "/record/ann#act-1");
    // Pages that others share say nothing of it.
    for shared in ["/recognition?unit=north", "/scorecard/north", "/today?unit=north", "/people"] {
        let body = page(&server, shared, &milo);
        assert!(!body.contains("Returns") && !body.contains("four teams"), "{shared}: {body}");
    }

    // Later data do not rewrite it, and what was shown before them is not taken for what holds now.
    let more = project.path().join("raw/answers.csv");
    let mut answers = std::fs::read_to_string(&more).unwrap();
    answers.push_str("b1,2026-10-30T10:00:00Z,ann,1\n");
    std::fs::write(&more, answers).unwrap();
    succeed(project.path(), &["import", "--as-of", AS_OF]);
    assert!(soon(|| told(&milo).contains("31 answers")), "{}", told(&milo));
    assert!(told(&anna).contains(evidence), "{}", told(&anna));
    let late = server.post(THANKS, &milo, &values);
    assert!(late.status == 422 && late.body.contains("The figures have changed"), "{}", late.body);

    // A manager of the whole unit who is the person herself is refused.
    let both = [("role", "manager"), ("unit", "north"), ("person", "")];
    assert_eq!(server.post("/administration/users/2/give", &administrator, &both).status, 303);
    assert_eq!(server.get(THANKS, &anna).status, 404);

    // She says that she has seen it, once. She does not take it back: its author does, and that is told.
    assert!(told(&anna).contains("/acts/1/acknowledge") && !told(&milo).contains("/acts/1/acknowledge"));
    let step = |step: &str, token: &str, words: &str| {
        server.post(&format!("/acts/1/{step}"), token, &[("words", words), ("look_again", "")])
    };
    assert_eq!(step("acknowledge", &milo, "").status, 403);
    assert_eq!(step("acknowledge", &anna, "").location(), "/record/ann?done=acknowledged#act-1");
    assert_eq!(step("acknowledge", &anna, "").location(), "/record/ann?done=unchanged#act-1");
    assert_eq!(step("answer", &anna, "Thanks").status, 403);
    assert_eq!(step("withdraw", &anna, "").status, 403);
    assert_eq!(step("withdraw", &milo, "").location(), "/record/ann?done=taken-back#act-1");
    assert_eq!(step("withdraw", &milo, "").location(), "/record/ann?done=unchanged#act-1");
    assert!(told(&anna).contains("milo withdrew this on ") && !told(&anna).contains("four teams"), "{}", told(&anna));
    // Her copy has everything that is kept, as text.
    let copy = server.get("/record/ann/acts.csv", &anna);
    assert!(copy.head.contains("attachment; filename=\"entries-ann.csv\""), "{}", copy.head);
    for cell in ["'=1+1 <i>Returns</i>", "four teams", "66.7", "acknowledged", "afternoon off"] {
        assert!(copy.body.contains(cell), "{cell}: {}", copy.body);
    }
    assert_eq!(server.get("/record/ann/acts.csv", &milo).status, 404);

    // The trail says of whom and never what; she reads who looked.
    let trail = page(&server, "/administration/trail", &administrator);
    assert!(trail.contains("recognised somebody") && trail.contains("ann, recognition"), "{trail}");
    assert!(!trail.contains("Returns") && !trail.contains("four teams"), "{trail}");
    assert!(trail.contains("copy of the entries about ann"), "{trail}");
    assert!(told(&anna).contains("figures for an entry, ann, 2026-10"), "{}", told(&anna));
}

#[test]
fn coaching_is_due_until_somebody_looked_and_is_answered_by_the_person() {
    let project = two_branches();
    let server = serve(project.path());
    let [administrator, anna, milo, lena, vera] = people(&server);
    for (look_again, said) in [
        ("", "Say on which day you look at it again."),
        ("soon", "Say on which day you look at it again."),
        ("2026-11-01", "is over already"),
        ("2099-01-01", "lies after the last day"),
    ] {
        let refused = server.post(FORM, &milo, &coaching("Refunds", "Two talks", look_again));
        assert!(refused.status == 422 && refused.body.contains(said), "{said}: {}", refused.body);
        assert!(refused.body.contains("value=\"coaching\" required checked"), "{}", refused.body);
    }
    let mut recognition = coaching("Refunds", "Two talks", "2026-11-02");
    recognition[0] = ("kind", "recognition");
    let refused = server.post(FORM, &milo, &recognition);
    assert!(refused.status == 422 && refused.body.contains("coaching, training or an agreement"), "{}", refused.body);
    let written = server.post(FORM, &milo, &coaching("Difficult <u>refunds</u>", "Two talks", "2026-11-02"));
    assert_eq!((written.status, written.location()), (303, "/record/ann?done=written#act-1"), "{}", written.body);
    let later = server.post(FORM, &milo, &coaching("Lending", "Two talks", "2026-11-20"));
    assert_eq!(later.location(), "/record/ann?done=written#act-2");

    // Today says that something is due and names nobody, so that to open it is no look at a person.
    let today = |token: &str| page(&server, "/today?unit=north", token);
    let due = today(&milo);
    assert!(due.contains("Coaching due") && due.contains("href=\"/acts/1\"") && !due.contains("/acts/2"), "{due}");
    assert!(due.contains("with somebody in North One") && !due.contains("Ann") && !due.contains("refunds"), "{due}");
    assert!(!today(&vera).contains("Coaching due") && !today(&administrator).contains("Coaching due"));
    assert!(!page(&server, "/today", &lena).contains("Coaching due"));
    let program = server.get("/api/v1/today?unit=north", &milo).body;
    assert!(program.contains("Coaching due") && !program.contains("refunds") && !program.contains("Ann"), "{program}");

    // The person answers; whoever leads her says what came of it.
    let record = |token: &str| page(&server, "/record/ann", token);
    assert!(record(&anna).contains("Difficult &#60;u&#62;refunds") && record(&anna).contains("/acts/1/answer"));
    assert!(!record(&anna).contains("/acts/1/follow-up") && record(&milo).contains("/acts/1/follow-up"));
    let step = |step: &str, token: &str, words: &str, day: &str| {
        server.post(&format!("/acts/1/{step}"), token, &[("words", words), ("look_again", day)])
    };
    assert_eq!(step("answer", &milo, "No", "").status, 403);
    assert_eq!(step("answer", &lena, "No", "").status, 404);
    assert_eq!(step("answer", &anna, " ", "").status, 400);
    assert_eq!(step("answer", &anna, &"x".repeat(2_001), "").status, 400);
    assert_eq!(step("answer", &anna, "Mondays are <b>hard</b>.", "").location(), "/record/ann?done=answered#act-1");
    assert!(record(&milo).contains("Mondays are &#60;b&#62;hard"), "{}", record(&milo));
    assert_eq!(step("follow-up", &anna, "Done", "").status, 403);
    assert_eq!(step("follow-up", &lena, "Done", "").status, 404);
    for (words, day) in [("", ""), ("Half", "soon"), ("Half", "2026-11-01"), ("Half", "2099-01-01")] {
        assert_eq!(step("follow-up", &milo, words, day).status, 400, "{words} {day}");
    }
    assert_eq!(step("follow-up", &milo, "Half way", "2026-11-24").location(), "/record/ann?done=followed#act-1");
    assert!(!today(&milo).contains("Coaching due"), "{}", today(&milo));
    assert!(record(&anna).contains("Looked at again on 24 November 2026"), "{}", record(&anna));
    assert_eq!(step("follow-up", &milo, "Done", "").location(), "/record/ann?done=followed#act-1");
    assert_eq!(step("follow-up", &milo, "Again", "").location(), "/record/ann?done=unchanged#act-1");
    assert!(record(&anna).contains("and that was the end of it"), "{}", record(&anna));
    // When it is withdrawn, what she said about it stays hers.
    assert_eq!(step("withdraw", &milo, "", "").location(), "/record/ann?done=taken-back#act-1");
    let after = record(&anna);
    assert!(after.contains("Mondays are") && !after.contains("Half way") && !after.contains("refunds"), "{after}");
}

#[test]
fn a_unit_is_recognised_for_all_who_see_it() {
    let project = two_branches();
    let server = serve(project.path());
    let [administrator, anna, milo, lena, vera] = people(&server);
    let at = "/recognition/new?period=2026-10&unit=north";
    let measure = page(&server, "/measure/csat/north?period=2026-10", &milo);
    assert!(measure.contains("/recognition/new?period=2026-10&#38;unit=north&#38;measure=csat"), "{measure}");
    let measure = page(&server, "/measure/csat/north?period=2026-10", &vera);
    assert!(measure.contains("/recognition?period=2026-10") && !measure.contains("/recognition/new"), "{measure}");
    // The scorecard leads there as well, those who lead the unit to the form.
    for (token, leads) in [(&milo, true), (&vera, false)] {
        let scorecard = page(&server, "/scorecard/north?period=2026-10", token);
        assert!(scorecard.contains("What was recognised in North"), "{scorecard}");
        assert_eq!(scorecard.contains("/recognition/new?period=2026-10&#38;unit=north"), leads, "{scorecard}");
    }
    let form = page(&server, &format!("{at}&measure=csat"), &milo);
    assert!(form.contains("value=\"csat\" selected"), "{form}");
    assert!(form.contains("Satisfied, October 2026: "), "{form}");
    let shown = shown(&form);
    let values = [
        ("topic", "A <i>calm</i> October"),
        ("words", "Nobody waited."),
        ("reward", ""),
        ("measure", "csat"),
        ("shown", &*shown),
    ];
    for stranger in [&lena, &vera, &administrator, &anna] {
        assert_eq!(server.get(at, stranger).status, 404);
        assert_eq!(server.post(at, stranger, &values).status, 404);
    }
    let written = server.post(at, &milo, &values);
    assert_eq!(written.location(), "/recognition?period=2026-10&unit=north&done=recognised#act-1", "{}", written.body);
    for (token, unit) in [(&milo, "north"), (&vera, "north"), (&administrator, "whole")] {
        let list = page(&server, &format!("/recognition?unit={unit}"), token);
        assert!(
            list.contains("A &#60;i&#62;calm&#60;/i&#62; October") && list.contains("Recognition of North"),
            "{list}"
        );
        assert!(list.contains("Satisfied, October 2026: "), "{list}");
        assert_eq!(list.contains("/acts/1/withdraw"), *token == milo, "{list}");
    }
    assert!(!page(&server, "/recognition?unit=lakeside", &lena).contains("calm"));
    // Programs read what everybody reads who sees the unit.
    let asked = |token: &str| server.get("/api/v1/recognition", token).json()["data"]["recognition"].clone();
    let told = asked(&vera);
    assert_eq!((&told[0]["topic"], &told[0]["unit"]), (&"A <i>calm</i> October".into(), &"north".into()), "{told}");
    assert!(told[0]["figure"].as_str().unwrap().starts_with("Satisfied, October 2026: "), "{told}");
    assert_eq!(asked(&lena), serde_json::json!([]));
    assert_eq!(server.get("/api/v1/recognition", &anna).status, 404);
    assert_eq!(server.get("/recognition?unit=north", &lena).status, 404);
    assert_eq!(server.get("/recognition?unit=north", &anna).status, 404);
    assert_eq!(server.get("/acts/1", &vera).location(), "/recognition?unit=north#act-1");
    assert_eq!(server.get("/acts/1", &lena).status, 404);
    assert_eq!(server.post("/acts/1/withdraw", &vera, &[]).status, 403);
    assert_eq!(server.post("/acts/1/acknowledge", &vera, &[]).status, 403);
    assert_eq!(server.post("/acts/1/withdraw", &milo, &[]).location(), "/recognition?unit=north&done=taken-back#act-1");
    let list = page(&server, "/recognition?unit=north", &vera);
    assert!(list.contains("milo withdrew this on ") && !list.contains("calm"), "{list}");
    let told = asked(&vera);
    assert!(told[0]["topic"].is_null() && told[0]["figure"].is_null() && told[0]["withdrawn_at"].is_string(), "{told}");
}

#[test]
fn evidence_of_a_unit_is_of_the_months_that_the_scorecard_tells() {
    let project = two_branches();
    let answers = project.path().join("raw/answers.csv");
    let earlier = std::fs::read_to_string(&answers).unwrap() + "b1,2026-08-03T10:00:00Z,ann,5\n";
    std::fs::write(answers, earlier).unwrap();
    let scorecard = project.path().join("scorecards/all.yaml");
    let rolled = std::fs::read_to_string(&scorecard).unwrap().replace("legs:", "rolling_below: 500\nlegs:");
    std::fs::write(scorecard, rolled).unwrap();
    succeed(project.path(), &["import", "--as-of", AS_OF]);
    // Rows are those of the period that was asked for, and it is said which ones the scorecard means.
    let place = ["--unit", "north", "--period", "2026-10", "--as-of", AS_OF];
    let said = succeed(project.path(), &[&["rows", "csat"][..], &place[..]].concat());
    assert!(said.err.contains("of 78 rows") && said.err.contains("--period 2026-08..2026-10"), "{}", said.err);
    let server = serve(project.path());
    let [_, _, milo, ..] = people(&server);
    let told = page(&server, "/scorecard/north?period=2026-10", &milo);
    let form = page(&server, "/recognition/new?period=2026-10&unit=north&measure=csat", &milo);
    let evidence = form.split("Satisfied, ").nth(1).unwrap_or_default();
    let evidence = evidence.split('<').next().unwrap_or_default();
    assert!(evidence.starts_with("August to October 2026: "), "{form}");
    assert!(!evidence.contains("in the comparison"), "{evidence}");
    // The same figure and the same number of answers as on the scorecard.
    for figure in evidence.split(": ").nth(1).unwrap_or_default().split(", ").take(2) {
        assert!(told.contains(figure.trim().trim_end_matches(" %")), "{figure}: {told}");
    }
}

#[test]
fn the_policy_decides_about_people_and_units_need_none() {
    let project = two_branches();
    let settings = project.path().join("evenkeel.yaml");
    let coaching_policy = std::fs::read_to_string(&settings).unwrap();
    let with = |policy: &str| std::fs::write(&settings, coaching_policy.replace("people: coaching", policy)).unwrap();
    with("people: { policy: coaching, keep_entries: 6 months }");
    let unit = "/recognition/new?period=2026-10&unit=north";
    let values = [("topic", "Returns"), ("words", "Thank you"), ("reward", ""), ("measure", "")];
    let (anna, milo) = {
        let server = serve(project.path());
        let [_, anna, milo, ..] = people(&server);
        assert_eq!(server.post(THANKS, &milo, &values).status, 303);
        assert!(page(&server, "/record/ann", &anna).contains("kept for 6 months"));
        (anna, milo)
    };
    // With the own record alone a person reads what there is, and nobody writes.
    with("people: own_record");
    {
        let server = serve_again(project.path());
        assert!(page(&server, "/record/ann", &anna).contains("Thank you"));
        assert_eq!(server.get("/acts/1", &anna).status, 303);
        assert_eq!(server.post("/acts/1/acknowledge", &anna, &[]).status, 303);
        for (target, status) in [("/acts/1", 404), (THANKS, 404), (FORM, 404), (unit, 200)] {
            assert_eq!(server.get(target, &milo).status, status, "{target}");
        }
        assert_eq!(server.post(THANKS, &milo, &values).status, 404);
        assert_eq!(server.post("/acts/1/withdraw", &milo, &[]).status, 404);
    }
    with("people: off");
    let server = serve_again(project.path());
    assert!(!page(&server, "/record/ann", &anna).contains("Thank you"));
    for target in ["/acts/1", "/record/ann/acts.csv"] {
        assert_eq!(server.get(target, &anna).status, 404, "{target}");
    }
    assert_eq!(server.post(unit, &milo, &values).status, 303);
    assert_eq!(server.post(THANKS, &milo, &values).status, 404);
}

#[test]
fn what_is_about_a_person_is_deleted_when_its_time_is_over() {
    // What is put into the store here lies in a file.
    if std::env::var("EVENKEEL_POSTGRES").is_ok() {
        return;
    }
    let project = two_branches();
    let server = serve(project.path());
    let [administrator, anna, ..] = people(&server);
    put(project.path(), "Long ago", date(2001, 1, 1));
    put(project.path(), "Still here", date(9000, 1, 1));
    assert!(soon(|| !page(&server, "/record/ann", &anna).contains("Long ago")));
    assert!(page(&server, "/record/ann", &anna).contains("Still here"));
    let trail = page(&server, "/administration/trail", &administrator);
    assert!(trail.contains("deleted entries") && trail.contains("1 about people"), "{trail}");
    assert!(!page(&server, "/record/ann/acts.csv", &anna).contains("Long ago"));
}

/// Puts a coaching talk with Ann into the store, to be kept until a day.
fn put(project: &Path, topic: &str, kept_until: jiff::civil::Date) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = StateStore::open(&Location::new(None, &project.join("data")).unwrap()).await.unwrap();
        let new = NewAct {
            kind: ActKind::Coaching,
            about: Subject::Person(PersonId::new("ann")),
            topic: topic.to_owned(),
            words: "Two talks".to_owned(),
            reward: String::new(),
            evidence: None,
            look_again: Some(date(2026, 11, 24)),
            kept_until: Some(kept_until),
        };
        let change = Change { by: "milo", origin: Origin::Pages, about: "ann", at: AS_OF.parse().unwrap() };
        store.add_act(&new, change).await.unwrap();
    });
}

/// What is so within half a minute.
fn soon(what: impl Fn() -> bool) -> bool {
    (0..120).any(|_| {
        let so = what();
        if !so {
            std::thread::sleep(Duration::from_millis(250));
        }
        so
    })
}
