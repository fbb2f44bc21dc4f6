//! Notes: who writes them, who reads them, whom they mention, and what is left of one that was taken back.

use super::served::{serve, two_branches};

#[test]
fn what_people_write_is_read_by_those_who_see_the_unit() {
    let project = two_branches();
    let server = serve(project.path());
    let administrator = server.set_up();
    let milo = server.add(&administrator, "milo", "manager", "north", "");
    let lena = server.add(&administrator, "lena", "manager", "lakeside", "");
    let vera = server.add(&administrator, "vera", "viewer", "north", "");
    let anna = server.add(&administrator, "anna", "agent", "", "ann");
    let at = "/measure/csat/north/note?period=2026-10";

    // Those who see the unit are offered, and nobody else; neither is whoever writes.
    let form = server.get(at, &milo).body;
    assert!(form.contains("value=\"vera\"") && form.contains("value=\"mara\""), "{form}");
    assert!(!form.contains("lena") && !form.contains("value=\"milo\"") && !form.contains("anna"), "{form}");
    assert!(form.contains("not about single people") && form.contains("value=\"2026-10\""), "{form}");
    assert_eq!(server.get(at, &lena).status, 404);
    assert_eq!(server.get(at, &anna).status, 404);

    // What cannot be kept is refused with what was typed, and nobody learns who exists.
    let note = |text, period| [("text", text), ("period", period), ("mention", "vera")];
    for (text, period, words) in [
        (" ", "2026-10", "The note says nothing."),
        ("Lift", "soon", "is not a period"),
        ("Lift, @lena knows", "2026-10", "“@lena” is nobody who sees this unit"),
        ("Lift, @nobody knows", "2026-10", "“@nobody” is nobody who sees this unit"),
    ] {
        let refused = server.post(at, &milo, &note(text, period));
        assert!(refused.status == 422 && refused.body.contains(words), "{words}: {}", refused.body);
        assert!(refused.body.contains("value=\"vera\" checked"), "{}", refused.body);
    }
    assert_eq!(server.post(at, &lena, &note("Mine", "2026-10")).status, 404);

    let kept = server.post(at, &milo, &note("=1+1 <b>Lift</b> out of order.\r\n@Mara knows.", "2026-10-05"));
    let beside = "/measure/csat/north?period=2026-10&done=noted#notes";
    assert_eq!((kept.status, kept.location()), (303, beside), "{}", kept.body);
    let page = |token: &str, unit: &str| {
        server.get(&format!("/measure/csat/{unit}?period=2026-10"), token).body.replace('\u{a0}', " ")
    };
    let told = "=1+1 &#60;b&#62;Lift&#60;/b&#62; out of order.";
    let own = page(&milo, "north");
    for words in [told, "5 October 2026", "written by milo", "for Mara, vera", "/notes/1/withdraw"] {
        assert!(own.contains(words), "{words}: {own}");
    }
    // The course has the number of the note.
    assert!(own.contains("Note 1 by milo: “=1+1") && own.contains("\"formatter\":\"1\""), "{own}");
    let other = page(&vera, "north");
    assert!(other.contains(told) && other.contains("/notes/1/read") && !other.contains("/notes/1/withdraw"), "{other}");
    assert!(!page(&lena, "lakeside").contains("Lift"));
    let above = page(&administrator, "whole");
    assert!(above.contains("North: 1 note") && !above.contains("Lift"), "{above}");
    assert!(!server.get("/charter/public", "").body.contains("Lift"));
    // The scorecard leads there, programs read it, and no file has a formula in it.
    assert!(server.get("/scorecard/north?period=2026-10", &vera).body.contains("1\u{a0}note</a>"));
    assert!(!server.get("/scorecard/north?period=2026-09", &vera).body.contains("1\u{a0}note</a>"));
    let api = server.get("/api/v1/measure/csat/north?period=2026-10", &vera).body;
    assert!(api.contains("\"text\":\"=1+1 <b>Lift</b> out of order.\\n@Mara knows.\""), "{api}");
    let file = server.get("/measure/csat/north/course.csv?period=2026-10", &vera).body;
    assert!(file.contains("Note 1 by milo: “=1+1") && !file.contains(",=1"), "{file}");

    // A mention stays on the page of today until it was read.
    let today = |token: &str| server.get("/today", token).body;
    assert!(today(&vera).contains("Notes that mention you") && today(&vera).contains("Lift"), "{}", today(&vera));
    assert!(today(&administrator).contains("/notes/1/read"));
    assert!(!today(&milo).contains("/notes/1/read") && !today(&lena).contains("Lift"));
    assert_eq!(server.post("/notes/1/read", &lena, &[]).status, 404);
    assert_eq!(server.post("/notes/1/read", &milo, &[]).status, 404);
    let read = server.post("/notes/1/read", &vera, &[("from", "today")]);
    assert_eq!((read.status, read.location()), (303, "/today"), "{}", read.body);
    assert!(!today(&vera).contains("Lift") && today(&administrator).contains("Lift"));

    // Only its author takes it back, and that there was one is told.
    for other in [&vera, &lena, &administrator] {
        assert_eq!(server.post("/notes/1/withdraw", other, &[]).status, 404);
    }
    let withdrawn = server.post("/notes/1/withdraw", &milo, &[]);
    assert_eq!(withdrawn.status, 303, "{}", withdrawn.body);
    let left = page(&vera, "north");
    assert!(left.contains("milo withdrew this note on") && !left.contains("Lift"), "{left}");
    assert!(!today(&administrator).contains("Lift"));
    assert!(!server.get("/api/v1/measure/csat/north?period=2026-10", &vera).body.contains("Lift"));
    let trail = server.get("/administration/trail", &administrator).body;
    for words in ["wrote a note", "withdrew a note", "csat, north, 2026-10-05: =1+1"] {
        assert!(trail.contains(words), "{words}: {trail}");
    }
}
