//! What asks for attention now: open cases, low answers, and nobody's name.

use tempfile::TempDir;

use super::served::serve_open;
use super::support::succeed;

/// Two teams and one standard: four hours to the first response, two days to the solution. It is Monday, 2 November 2026,
/// 06:10 in UTC.
const PROJECT: &[(&str, &str)] = &[
    (
        "evenkeel.yaml",
        "organisation: Ferry\nsources: [sources/desk.yaml]\nscorecards: [scorecards/service.yaml]\nservice_levels: \
         [service_levels/standard.yaml]\n",
    ),
    (
        "service_levels/standard.yaml",
        "service_level: standard\nversions:\n  - rules:\n      - first_response: 4 h\n        resolution: 2 d\n",
    ),
    (
        "sources/desk.yaml",
        "source: desk\nfiles: { units: raw/units.csv, people: raw/people.csv, cases: raw/cases.csv, events: raw/events.csv, \
         answers: raw/answers.csv }\ntables:\n  units: select unit_id, name, kind from units\n  people: select person_id, name \
         from people\n  memberships: select person_id, unit_id from people\n  cases: select case_id, opened_at, unit_id, topic, \
         agent as assignee_id, status from cases\n  case_events: select case_id, event_id, at, kind, actor_kind, actor_id, public, \
         field_to from events\n  responses: select response_id, 'satisfied' as question, 1 as scale_min, 5 as scale_max, \
         answered_at, score, unit_id, agent as person_id, customer as customer_id from answers\n",
    ),
    (
        "scorecards/service.yaml",
        "scorecard: service\nlegs:\n  customer: { objectives: [{ objective: Answers, measures: [{ use: satisfied }] }] }\n",
    ),
    (
        "measures/satisfied.yaml",
        "measure: satisfied\ntitle: Satisfied customers\nfrom: responses\nshare: score >= 4\nbetter: higher\n",
    ),
    ("raw/units.csv", "unit_id,name,kind\nnorth,North desk,team\nsouth,South desk,team\n"),
    ("raw/people.csv", "person_id,name,unit_id\nann,Ann Berg,north\ncleo,Cleo Dahl,south\n"),
    (
        "raw/cases.csv",
        "case_id,opened_at,unit_id,topic,agent,status\n\
         late,2026-10-30T08:00:00Z,north,cards,ann,open\n\
         soon,2026-11-01T08:00:00Z,south,loans,cleo,open\n\
         far,2026-11-02T06:00:00Z,south,loans,cleo,open\n\
         done,2026-10-01T08:00:00Z,north,cards,ann,solved\n",
    ),
    (
        "raw/events.csv",
        "case_id,event_id,at,kind,actor_kind,actor_id,public,field_to\n\
         late,1,2026-10-30T08:00:00Z,opened,customer,,true,\n\
         late,2,2026-10-30T09:00:00Z,message,agent,ann,true,\n\
         soon,1,2026-11-01T08:00:00Z,opened,customer,,true,\n\
         soon,2,2026-11-01T09:00:00Z,message,agent,cleo,true,\n\
         far,1,2026-11-02T06:00:00Z,opened,customer,,true,\n\
         done,1,2026-10-01T08:00:00Z,opened,customer,,true,\n\
         done,2,2026-10-09T08:00:00Z,status,agent,ann,true,solved\n",
    ),
    (
        "raw/answers.csv",
        "response_id,answered_at,score,unit_id,agent,customer\n\
         1,2026-10-31T10:00:00Z,2,north,ann,c1\n\
         2,2026-10-31T11:00:00Z,3,north,ann,c2\n\
         3,2026-10-20T11:00:00Z,1,north,ann,c3\n\
         4,2026-11-01T12:00:00Z,1,south,cleo,c4\n\
         5,2026-11-01T13:00:00Z,1,south,cleo,\n",
    ),
];

#[test]
fn cases_answers_and_nobody() {
    let folder = TempDir::new().unwrap();
    for (path, text) in PROJECT {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    succeed(folder.path(), &["import", "--as-of", "2026-11-02T06:00:00Z"]);
    let server = serve_open(folder.path());
    let page = server.ask("GET", "/today");
    assert_eq!(page.status, 200, "{}", page.body);
    let place = |words: &str| page.body.find(words).unwrap_or_else(|| panic!("{words} is missing in {}", page.body));
    // Past its time comes first, then what has less time left; what is solved asks for nothing.
    assert!(page.body.contains("Three cases are near or past a promise"), "{}", page.body);
    assert!(place("Case late, cards, North desk: resolution") < place("Case far, loans, South desk: first response"));
    assert!(place("Case far, loans") < place("Case soon, loans, South desk: resolution"));
    assert!(page.body.contains("Overdue since 1 Nov 08:00") && page.body.contains("Due 2 Nov 10:00"));
    assert!(!page.body.contains("Case done"));
    // Of the last seven days, of customers, in the lowest quarter of the scale.
    assert!(page.body.contains("two low scores wait for a call"), "{}", page.body);
    assert!(place("1 on a scale from 1 to 5") < place("2 on a scale from 1 to 5"));
    for name in ["Ann", "Berg", "Cleo", "Dahl", ">ann<"] {
        assert!(!page.body.contains(name), "{name}");
    }
    let team = server.ask("GET", "/today?unit=north");
    assert!(team.body.contains("Case late") && !team.body.contains("Case soon"), "{}", team.body);
    assert!(team.body.contains("one low score waits for a call"), "{}", team.body);
    assert_eq!(server.ask("GET", "/today?unit=ann").status, 404);
}
