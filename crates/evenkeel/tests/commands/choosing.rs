//! Choosing measures: who is asked, what comes of several opinions, and a scorecard that a project takes.

use std::fmt::Write as _;
use std::path::Path;

use super::served::{AS_OF, Server, serve, serve_again, two_branches};
use super::support::{run, succeed};

/// Two years of answers before those that there are, better in some months than in others.
fn two_years(project: &Path) {
    let file = project.join("raw/answers.csv");
    let mut answers = std::fs::read_to_string(&file).unwrap();
    for month in 0..23 {
        let (year, of_year) = (2024 + (10 + month) / 12, 1 + (10 + month) % 12);
        for number in 0..20 {
            let score = if number < 2 + month * 5 % 17 { 5 } else { 2 };
            writeln!(answers, "m{month}-{number},{year}-{of_year:02}-{:02}T10:00:00Z,ann,{score}", 1 + number).unwrap();
        }
    }
    std::fs::write(file, answers).unwrap();
    let mean = "measure: mean\ntitle: Mean answer\nfrom: responses\nmean: score\nbetter: higher\n";
    std::fs::write(project.join("measures/mean.yaml"), mean).unwrap();
    succeed(project, &["import", "--as-of", AS_OF]);
}

/// What a form of the page of a measure carries to know again how it was chosen.
fn seen(server: &Server, measure: &str, token: &str) -> String {
    let page = server.get(&format!("/choose/{measure}"), token).body;
    let at = page.split("name=\"seen\" value=\"").nth(1).unwrap_or_default();
    at.split('"').next().unwrap_or_default().to_owned()
}

fn plain(body: &str) -> String {
    body.replace('\u{a0}', " ")
}

#[test]
fn several_opinions_are_kept_apart_and_nobody_is_named() {
    let project = two_branches();
    let server = serve(project.path());
    let administrator = server.set_up();
    let ines = server.add(&administrator, "ines", "insights", "", "");
    let milo = server.add(&administrator, "milo", "manager", "north", "");
    let anna = server.add(&administrator, "anna", "agent", "", "ann");
    let eric = server.add(&administrator, "eric", "executive", "", "");
    let vera = server.add(&administrator, "vera", "viewer", "north", "");
    let list = |token: &str| plain(&server.get("/choose", token).body);
    let one = |measure: &str, token: &str| plain(&server.get(&format!("/choose/{measure}"), token).body);

    // The way there is on the page of measures, for those who are asked.
    for (token, leads) in [(&ines, true), (&milo, true), (&anna, true), (&eric, true), (&vera, false)] {
        let page = server.get("/measures", token).body;
        assert_eq!(page.contains("href=\"/choose\""), leads, "{page}");
    }
    assert!(list(&eric).contains("Nobody has rated a measure yet."), "{}", list(&eric));

    let rate = |measure: &str, token: &str, marks: [&str; 4], kind: &str, words: &str| {
        let [importance, relevance, impact, usefulness] = marks;
        let values = [
            ("importance", importance),
            ("relevance", relevance),
            ("impact", impact),
            ("usefulness", usefulness),
            ("evidence_kind", kind),
            ("evidence", words),
        ];
        server.post(&format!("/choose/{measure}"), token, &values)
    };
    let hostile = "<b>Waiting</b>\r\n=HYPERLINK(\"x\") 漢字";
    for (marks, kind, words, said) in [
        (["9", "", "", ""], "", "", "The mark of importance is none from 0 to 4."),
        (["-1", "", "", ""], "", "", "The mark of importance is none from 0 to 4."),
        (["4", "", "", ""], "", hostile, "Choose what the evidence comes from."),
        (["4", "", "", ""], "survey", " ", "Say what the evidence is"),
        (["", "4", "", ""], "survey", hostile, "Say how important it is to customers"),
    ] {
        let refused = rate("csat", &ines, marks, kind, words);
        assert!(refused.status == 422 && refused.body.contains(said), "{said}: {}", refused.body);
        // What was typed is not lost.
        assert!(words != hostile || refused.body.contains("&#60;b&#62;Waiting&#60;/b&#62;"), "{}", refused.body);
    }
    let kept = rate("csat", &ines, ["4", "3", "2", "1"], "survey", hostile);
    assert_eq!((kept.status, kept.location()), (303, "/choose/csat?done=rated"), "{}", kept.body);
    assert_eq!(rate("csat", &milo, ["1", "3", "2", ""], "", "").status, 303);
    assert_eq!(rate("nps", &milo, ["4", "4", "4", ""], "", "").status, 303);

    // The one in the middle, and how far they lie apart; nobody is named, and nobody learns what others say first.
    let page = list(&eric);
    for words in ["2.5 of 4", "1 to 4, 2 people", "far apart", "38 of 100", "Important to customers, with evidence"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    for words in ["Said to be important, without evidence", "Nobody who serves customers was asked"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(page.contains("1 person who leads a unit and 1 person who analyses the record"), "{page}");
    assert!(!page.contains("milo") && !page.contains("ines<"), "{page}");
    assert!(!one("csat", &anna).contains("1 to 4") && one("csat", &anna).contains("What others say is shown"));
    assert!(one("csat", &ines).contains("&#60;b&#62;Waiting&#60;/b&#62;"), "{}", one("csat", &ines));
    // What the record holds is told to whoever sees it all; that something can be measured, to everybody who is asked.
    assert!(page.contains("is filled in 100 % of its rows"), "{page}");
    assert!(list(&milo).contains("Now") && !list(&milo).contains("is filled in"), "{}", list(&milo));
    let lacking = "needs rows in <code>observations</code>";
    assert!(one("cost_contact", &anna).contains(lacking), "{}", one("cost_contact", &anna));

    // Whoever rates again replaces what they said, and nothing else; whoever says nothing takes it back.
    assert_eq!(rate("csat", &anna, ["3", "", "4", ""], "", "").status, 303);
    assert_eq!(rate("csat", &ines, ["3", "3", "2", "1"], "complaints", "Half of them").status, 303);
    let page = list(&eric);
    assert!(page.contains("1 to 3, 3 people") && page.contains("1 person who serves customers"), "{page}");
    assert!(!page.contains("Nobody who serves customers was asked"), "{page}");
    let back = rate("csat", &ines, ["", "", "", ""], "", "");
    assert_eq!(back.location(), "/choose/csat?done=withdrawn", "{}", back.body);
    assert!(list(&eric).contains("1 to 3, 2 people"), "{}", list(&eric));
    // Whoever looks after accounts reads that somebody rated, and not what they said.
    let trail = server.get("/administration/trail", &administrator).body;
    assert!(trail.contains("rated a measure") && trail.contains("withdrew a rating"), "{trail}");
    assert!(!trail.contains("Waiting") && !trail.contains("Half of them"), "{trail}");
}

#[test]
fn whoever_has_a_role_over_what_is_gone_is_not_asked() {
    let project = two_branches();
    let units = project.path().join("raw/units.csv");
    let without = std::fs::read_to_string(&units).unwrap();
    std::fs::write(&units, format!("{without}south,branch,whole,South\n")).unwrap();
    succeed(project.path(), &["import", "--as-of", AS_OF]);
    let (gone, both) = {
        let server = serve(project.path());
        let administrator = server.set_up();
        let gone = server.add(&administrator, "gina", "manager", "south", "");
        let both = server.add(&administrator, "bo", "manager", "south", "");
        let given = [("role", "viewer"), ("unit", "north"), ("person", "")];
        let granted = server.post("/administration/users/3/give", &administrator, &given);
        assert_eq!(granted.status, 303, "{}", granted.body);
        for token in [&gone, &both] {
            assert_eq!(server.get("/choose", token).status, 200);
        }
        (gone, both)
    };
    std::fs::write(&units, without).unwrap();
    for lake in ["tables", "derived", "index", "manifest"] {
        std::fs::remove_dir_all(project.path().join("data").join(lake)).unwrap();
    }
    succeed(project.path(), &["import", "--as-of", AS_OF]);
    let server = serve_again(project.path());
    for token in [&gone, &both] {
        let list = server.get("/choose", token);
        assert_eq!(list.status, 404, "{} {}", list.head, list.body);
        let rated = server.post("/choose/csat", token, &[("importance", "4"), ("relevance", "4"), ("impact", "4")]);
        assert_eq!(rated.status, 404, "{}", rated.body);
    }
    // The role over what is there goes on.
    assert_eq!(server.get("/scorecard/north", &both).status, 200);
}

#[test]
fn what_is_chosen_becomes_a_scorecard_that_the_project_takes() {
    let project = two_branches();
    two_years(project.path());
    let server = serve(project.path());
    let administrator = server.set_up();
    let ines = server.add(&administrator, "ines", "insights", "", "");
    let milo = server.add(&administrator, "milo", "manager", "north", "");
    let eric = server.add(&administrator, "eric", "executive", "", "");
    let list = |token: &str| plain(&server.get("/choose", token).body);
    assert_eq!(server.get("/choose.yaml", &eric).status, 404);

    let odd = "On: \"time\" # <b>'always'</b> {x} 漢字";
    let choose = |measure: &str, values: &[(&str, &str)]| {
        let seen = seen(&server, measure, &ines);
        let values = [&[("seen", &*seen)][..], values].concat();
        server.post(&format!("/choose/{measure}/choice"), &ines, &values)
    };
    for (values, said) in [
        (&[("leg", "fourth"), ("objective", odd)][..], "Choose a leg"),
        (&[("leg", "customer"), ("objective", " ")], "Say what is to be achieved"),
        (&[("leg", "customer"), ("objective", odd), ("serves", "nothing")], "There is no such measure"),
        (&[("leg", "customer"), ("objective", odd), ("serves", "csat"), ("within", "3")], "cannot serve itself"),
        (&[("leg", "customer"), ("objective", odd), ("serves", "nps"), ("within", "soon")], "within how many months"),
    ] {
        let refused = choose("csat", values);
        assert!(refused.status == 422 && refused.body.contains(said), "{said}: {}", refused.body);
    }
    let chosen = choose("csat", &[("leg", "customer"), ("objective", odd), ("key", "yes")]);
    assert_eq!(chosen.location(), "/choose/csat?done=chosen", "{}", chosen.body);
    for (measure, values) in [
        ("mean", &[("leg", "customer"), ("objective", odd)][..]),
        ("cost_contact", &[("leg", "business"), ("objective", "~"), ("for_people", "yes")]),
        ("engagement", &[("leg", "employee"), ("objective", "yes"), ("serves", "csat"), ("within", "6")]),
        ("shrinkage", &[("leg", "employee"), ("objective", "yes")]),
    ] {
        assert_eq!(choose(measure, values).status, 303, "{measure}");
    }
    // Whoever did not see the choice of somebody else does not overwrite it.
    let stale = [("seen", ""), ("leg", "business"), ("objective", "x")];
    assert_eq!(server.post("/choose/csat/choice", &ines, &stale).status, 409);
    assert_eq!(server.post("/choose/csat/drop", &ines, &[("seen", "")]).status, 409);

    let page = list(&eric);
    for words in [
        "Chosen without what they must be read with",
        "Legs that look one way only",
        "No line of sight to a customer",
        "Meant for people, and says nothing about one",
        "Costs are those of the operation.",
        "Of use to nobody outside",
        "Do these tell the same?",
        "rank correlation 1.00, over 24 months; their changes from month to month 1.00",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let sight = page.split("No line of sight to a customer").nth(1).unwrap().split("<h3>").next().unwrap();
    assert!(sight.contains("Shrinkage") && !sight.contains("Engagement"), "{sight}");
    assert!(page.contains("&#60;b&#62;") && !page.contains("<b>'always'"), "{page}");
    // Figures of the whole are not told to whoever leads a part.
    assert!(!list(&milo).contains("rank correlation") && !list(&milo).contains("scorecards/chosen.yaml"));
    assert_eq!(server.get("/choose.yaml", &milo).status, 404);

    // The server writes no file of the project; whoever puts it there has no mistake in it.
    let file = server.get("/choose.yaml", &eric);
    assert!(file.head.contains("content-disposition: attachment; filename=\"chosen.yaml\""), "{}", file.head);
    assert!(file.body.contains("- { use: csat, key: true }\n"), "{}", file.body);
    assert!(file.body.contains("- { use: cost_contact } # cannot be measured yet"), "{}", file.body);
    assert!(file.body.contains("- { from: engagement, to: csat, within: 6 months }"), "{}", file.body);
    assert!(!project.path().join("scorecards/chosen.yaml").exists());
    std::fs::write(project.path().join("scorecards/chosen.yaml"), &file.body).unwrap();
    let settings = project.path().join("evenkeel.yaml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, text.replace("[scorecards/all.yaml]", "[scorecards/chosen.yaml]")).unwrap();
    let checked = run(project.path(), &["check"]);
    assert_eq!(checked.code, Some(0), "{}{}", checked.out, checked.err);
    assert!(!checked.out.contains("error") && !checked.err.contains("error"), "{}{}", checked.out, checked.err);
    let scorecard = succeed(project.path(), &["score", "--as-of", AS_OF, "--format", "json"]).out;
    assert!(scorecard.contains(&serde_json::to_string(odd).unwrap()), "{scorecard}");

    let seen = seen(&server, "shrinkage", &ines);
    let dropped = server.post("/choose/shrinkage/drop", &ines, &[("seen", &seen)]);
    assert_eq!(dropped.location(), "/choose/shrinkage?done=dropped", "{}", dropped.body);
    assert!(!server.get("/choose.yaml", &eric).body.contains("shrinkage"));
}
