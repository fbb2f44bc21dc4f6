//! Recommendations: who sends them to whom, who sees which, and what becomes of one.

use super::served::{serve, two_branches};

#[test]
fn a_recommendation_is_answered_and_followed_up() {
    let project = two_branches();
    let server = serve(project.path());
    let administrator = server.set_up();
    let ines = server.add(&administrator, "ines", "insights", "", "");
    let milo = server.add(&administrator, "milo", "manager", "north", "");
    let lena = server.add(&administrator, "lena", "manager", "lakeside", "");
    let vera = server.add(&administrator, "vera", "viewer", "north", "");
    let at = "/measure/csat/north/recommendation?period=2026-10";

    // The way there is on the page of the measure, for those who send any, and the figures go with it.
    let measure = |token: &str| server.get("/measure/csat/north?period=2026-10", token).body;
    assert!(measure(&ines).contains(at) && measure(&milo).contains(at) && !measure(&vera).contains(at));
    let form = server.get(at, &ines).body;
    assert!(form.contains("value=\"milo\"") && form.contains("value=\"vera\"") && !form.contains("lena"), "{form}");
    assert!(form.contains("What the figures say") && form.contains("value=\"2026-11-16\""), "{form}");

    let sent = |what, owner, by| {
        [("what", what), ("why", "It <b>fell</b>,\r\nand calls follow."), ("owner", owner), ("decide_by", by)]
    };
    for (what, owner, by, words) in [
        (" ", "milo", "2026-11-17", "Say what is to be done."),
        ("Ask", "lena", "2026-11-17", "Choose an owner among those who see this unit."),
        ("Ask", "nobody", "2026-11-17", "Choose an owner among those who see this unit."),
        ("Ask", "milo", "soon", "The day for an answer is no day"),
        ("Ask", "milo", "2026-11-01", "is over already"),
    ] {
        let refused = server.post(at, &ines, &sent(what, owner, by));
        assert!(refused.status == 422 && refused.body.contains(words), "{words}: {}", refused.body);
        assert!(refused.body.contains("It &#60;b&#62;fell"), "{}", refused.body);
    }
    let first = server.post(at, &ines, &sent("Ask <i>branches</i>", "milo", "2026-11-17"));
    assert_eq!((first.status, first.location()), (303, "/recommendations/1?done=sent"), "{}", first.body);
    let second = server.post(at, &ines, &sent("Call back", "milo", "2026-11-02"));
    assert_eq!(second.location(), "/recommendations/2?done=sent", "{}", second.body);

    // The owner finds them on Today; whoever is not concerned sees none.
    let today = |token: &str| server.get("/today?unit=north", token).body.replace('\u{a0}', " ");
    for words in
        ["Recommendations without an answer", "ines asks you, about Satisfied, North", "Answer by 17 November 2026"]
    {
        assert!(today(&milo).contains(words), "{words}: {}", today(&milo));
    }
    assert!(!today(&vera).contains("asks you") && !today(&ines).contains("You asked milo"));
    let list = |token: &str, show: &str| server.get(&format!("/recommendations?show={show}"), token).body;
    assert!(list(&milo, "own").contains("Ask &#60;i&#62;branches&#60;/i&#62;"), "{}", list(&milo, "own"));
    assert!(list(&ines, "asked").contains("Call back") && !list(&ines, "own").contains("Call back"));
    assert!(!list(&vera, "all").contains("Call back") && !list(&lena, "all").contains("Call back"));
    assert!(list(&ines, "all").contains("Two recommendations wait for an answer"), "{}", list(&ines, "all"));
    for stranger in [&vera, &lena] {
        assert_eq!(server.get("/recommendations/1", stranger).status, 404);
        assert_eq!(server.post("/recommendations/1/answer", stranger, &[("answer", "accept")]).status, 404);
    }

    // Whoever is asked answers, once, and says why not.
    let answer = |number: i64, token: &str, answer: &str, reason: &str| {
        let values = [("answer", answer), ("reason", reason)];
        server.post(&format!("/recommendations/{number}/answer"), token, &values)
    };
    assert_eq!(answer(1, &ines, "accept", "").status, 403);
    for (word, reason, words) in [("decline", " ", "Declining needs a reason."), ("", "x", "whether you accept")] {
        let refused = answer(1, &milo, word, reason);
        assert!(refused.status == 422 && refused.body.contains(words), "{words}: {}", refused.body);
    }
    let accepted = answer(1, &milo, "accept", "From Monday on.");
    assert_eq!(accepted.location(), "/recommendations/1?done=accepted", "{}", accepted.body);
    assert_eq!(answer(1, &milo, "decline", "After all not.").location(), "/recommendations/1?done=already");
    assert_eq!(answer(2, &milo, "decline", "Too dear.").location(), "/recommendations/2?done=declined");
    assert!(!today(&milo).contains("asks you"), "{}", today(&milo));
    assert!(list(&ines, "decided").contains("Too dear.") && !list(&ines, "open").contains("Call back"));
    assert!(list(&ines, "all").contains("Answered by the day: "));

    // What was accepted may become an initiative, and somebody says what came of it.
    let page = server.get("/recommendations/1", &milo).body;
    assert!(page.contains("/initiatives/new?recommendation=1") && page.contains("From Monday on."), "{page}");
    let form = server.get("/initiatives/new?recommendation=1", &milo).body;
    assert!(form.contains("Ask &#60;i&#62;branches") && form.contains("value=\"north\" checked"), "{form}");
    assert_eq!(server.get("/initiatives/new?recommendation=1", &lena).status, 404);
    let outcome = |number: i64, on: &str| {
        let values = [("outcome", "done"), ("on", on), ("result", "Both teams")];
        server.post(&format!("/recommendations/{number}/outcome"), &ines, &values)
    };
    for (on, words) in [("2027-01-01", "still to come"), ("soon", "is no day")] {
        let refused = outcome(1, on);
        assert!(refused.status == 422 && refused.body.contains(words), "{words}: {}", refused.body);
    }
    assert_eq!(outcome(2, "2026-11-02").location(), "/recommendations/2?done=already");
    assert_eq!(outcome(1, "2026-11-02").location(), "/recommendations/1?done=followed");
    let page = server.get("/recommendations/1", &ines).body.replace('\u{a0}', " ");
    assert!(page.contains("Done on 2 November 2026: Both teams"), "{page}");

    let trail = server.get("/administration/trail", &administrator).body;
    for words in [
        "sent a recommendation",
        "accepted a recommendation",
        "declined a recommendation",
        "followed a recommendation up",
    ] {
        assert!(trail.contains(words), "{words}: {trail}");
    }
}
