use super::Becomes::{
    Agent, Case, Channel, Closed, FirstAnswerTook, FirstAnswered, Opened, Priority, Reopened, Satisfaction,
    SolutionTook, Solved, Status, Team, Topic,
};
use super::*;

fn column(heading: &str, cells: &[&str]) -> Column {
    Column { heading: heading.to_owned(), cells: cells.iter().map(|cell| (*cell).to_owned()).collect() }
}

/// The cells that a heading of an export usually has.
fn filled(heading: &str) -> Column {
    let cells: &[&str] = match words::meaning(heading).map(|(becomes, _)| becomes) {
        Some(becomes) if becomes.is_moment() => &["2026-10-03 08:12", ""],
        Some(Becomes::Satisfaction) => &["5", "4", ""],
        Some(becomes) if becomes.is_length() => &["00:41:00"],
        _ => &["x"],
    };
    column(heading, cells)
}

fn becomes(headings: &[&str]) -> Vec<Option<Becomes>> {
    let columns: Vec<Column> = headings.iter().map(|heading| filled(heading)).collect();
    propose(&columns, &Decisions::default()).into_iter().map(|proposal| proposal.becomes).collect()
}

/// Who writes an export, and its headings with what each becomes.
type Export = (&'static str, &'static [(&'static str, Option<Becomes>)]);

const EXPORTS: &[Export] = &[
    (
        "plain English",
        &[
            ("Case number", Some(Case)),
            ("Opened at", Some(Opened)),
            ("First answered at", Some(FirstAnswered)),
            ("Solved at", Some(Solved)),
            ("Agent", Some(Agent)),
            ("Team", Some(Team)),
            ("Channel", Some(Channel)),
            ("Priority", Some(Priority)),
            ("Status", Some(Status)),
            ("Satisfaction", Some(Satisfaction)),
            ("Reopened", Some(Reopened)),
            ("Notes", None),
        ],
    ),
    (
        "Zendesk",
        &[
            ("Ticket ID", Some(Case)),
            ("Ticket created - Timestamp", Some(Opened)),
            ("Ticket solved - Timestamp", Some(Solved)),
            ("First reply time (min)", Some(FirstAnswerTook)),
            ("Full resolution time (min)", Some(SolutionTook)),
            ("Ticket status", Some(Status)),
            ("Reopens", Some(Reopened)),
            ("Ticket group", Some(Team)),
            ("Ticket channel", Some(Channel)),
            ("Ticket satisfaction rating", Some(Satisfaction)),
            ("Assignee name", Some(Agent)),
            ("Requester email", None),
        ],
    ),
    (
        "Freshdesk",
        &[
            ("Ticket ID", Some(Case)),
            ("Subject", None),
            ("Status", Some(Status)),
            ("Priority", Some(Priority)),
            ("Source", Some(Channel)),
            ("Type", Some(Topic)),
            ("Agent", Some(Agent)),
            ("Group", Some(Team)),
            ("Created time", Some(Opened)),
            ("Due by Time", None),
            ("Resolved time", Some(Solved)),
            ("Closed time", Some(Closed)),
            ("Initial response time", Some(FirstAnswerTook)),
            ("First response time (in hrs)", None),
            ("Resolution time (in hrs)", Some(SolutionTook)),
            ("Survey results", Some(Satisfaction)),
            ("Full name", None),
            ("Email", None),
        ],
    ),
    (
        "Jira Service Management",
        &[
            ("Summary", None),
            ("Issue key", Some(Case)),
            ("Issue id", None),
            ("Issue Type", Some(Topic)),
            ("Status", Some(Status)),
            ("Priority", Some(Priority)),
            ("Assignee", Some(Agent)),
            ("Created", Some(Opened)),
            ("Updated", None),
            ("Resolved", Some(Solved)),
            ("Reporter", None),
        ],
    ),
    (
        "HubSpot",
        &[
            ("Ticket ID", Some(Case)),
            ("Create date", Some(Opened)),
            ("Close date", Some(Closed)),
            ("First agent email response date", Some(FirstAnswered)),
            ("Ticket owner", Some(Agent)),
            ("Ticket status", Some(Status)),
            ("Pipeline", None),
            ("HubSpot team", Some(Team)),
            ("Time to close (HH:mm:ss)", Some(SolutionTook)),
            ("Time to first agent reply (HH:mm:ss)", Some(FirstAnswerTook)),
            ("Source", Some(Channel)),
        ],
    ),
    (
        "Intercom",
        &[
            ("Conversation ID", Some(Case)),
            ("Conversation started at", Some(Opened)),
            ("First teammate reply at", Some(FirstAnswered)),
            ("Last closed at", Some(Closed)),
            ("Teammate assigned", Some(Agent)),
            ("Team assigned", Some(Team)),
            ("Conversation rating", Some(Satisfaction)),
            ("Conversation state", Some(Status)),
            ("Time to first response (seconds)", Some(FirstAnswerTook)),
        ],
    ),
    (
        "Salesforce",
        &[
            ("Case Number", Some(Case)),
            ("Date/Time Opened", Some(Opened)),
            ("Date/Time Closed", Some(Closed)),
            ("Case Owner", Some(Agent)),
            ("Case Origin", Some(Channel)),
            ("Case Reason", Some(Topic)),
            ("Status", Some(Status)),
            ("Priority", Some(Priority)),
            ("Account Name", None),
        ],
    ),
    ("as programs write", &[("case_id", Some(Case)), ("createdAt", Some(Opened)), ("CLOSED_AT", Some(Closed))]),
];

#[test]
fn headings_of_usual_exports_are_recognised() {
    for (export, headings) in EXPORTS {
        let names: Vec<&str> = headings.iter().map(|(heading, _)| *heading).collect();
        let expected: Vec<Option<Becomes>> = headings.iter().map(|(_, becomes)| *becomes).collect();
        let found = becomes(&names);
        for ((name, expected), found) in names.iter().zip(expected).zip(found) {
            assert_eq!(found, expected, "{export}: {name}");
        }
    }
}

fn form(cells: &[&str], first: Option<First>) -> (Form, Option<Question>) {
    let proposals = propose(&[column("Created at", cells)], &Decisions { first, ..Decisions::default() });
    (proposals[0].form, proposals[0].question)
}

#[test]
fn forms_of_times_are_told_and_an_open_order_is_asked() {
    let written = |date, time| Form::Moment(Written::As { date, time });
    for (cells, expected) in [
        (&["2026-10-03T08:12:00Z"][..], Form::Moment(Written::Iso { zoned: true })),
        (&["2026-10-03 08:12"], Form::Moment(Written::Iso { zoned: false })),
        (&["2026-10-03T08:12:00.123+0200", "2026-10-03"], Form::Moment(Written::Iso { zoned: false })),
        (&["29/2/2016 01:16", "3/2/2016 01:16"], written("%d/%m/%Y", " %H:%M")),
        (&["10/28/2026 5:40 PM", "10/3/2026 8:12 AM"], written("%m/%d/%Y", " %I:%M %p")),
        (&["03.10.2026 08:12:30"], written("%d.%m.%Y", " %H:%M:%S")),
        (&["03/Oct/26 8:12 AM"], written("%d/%b/%y", " %I:%M %p")),
        (&["Oct 3, 2026, 8:12 AM"], written("%b %d, %Y", ", %I:%M %p")),
        (&["2026-10-03 08:12:00 +0000"], written("%Y-%m-%d", " %H:%M:%S %z")),
        (&["1790000000"], written("%s", "")),
        (&["28/10/26", "03/10/26"], written("%d/%m/%y", "")),
    ] {
        assert_eq!(form(cells, None), (expected, None), "{cells:?}");
    }
    let open = ["03/10/2026 08:12", "04/10/2026 09:00"];
    assert_eq!(form(&open, None).1, Some(Question::DayOrMonth));
    assert_eq!(form(&open, Some(First::Month)), (written("%m/%d/%Y", " %H:%M"), None));
    assert_eq!(form(&open, Some(First::Day)), (written("%d/%m/%Y", " %H:%M"), None));
    assert_eq!(form(&["last Tuesday", "soon"], None).1, Some(Question::MomentForm));
}

#[test]
fn one_column_that_tells_the_order_tells_it_for_the_others() {
    let columns = [
        column("Created at", &["03/10/2026 08:12"]),
        column("Solved at", &["28/10/2026 17:40"]),
        column("Ticket ID", &["1"]),
    ];
    let proposals = propose(&columns, &Decisions::default());
    assert!(proposals.iter().all(|proposal| proposal.question.is_none()), "{proposals:?}");
}

#[test]
fn units_and_scales_are_asked_where_nothing_says_them() {
    let told = |heading: &str, cells: &[&str]| {
        let proposals = propose(&[column(heading, cells)], &Decisions::default());
        (proposals[0].form, proposals[0].question)
    };
    assert_eq!(told("First reply time (min)", &["41", "7"]), (Form::Length(Length::Minutes), None));
    assert_eq!(told("First response time (in hrs)", &["0.5"]), (Form::Length(Length::Hours), None));
    assert_eq!(told("First response time (in hrs)", &["00:33:12"]), (Form::Length(Length::Clock), None));
    assert_eq!(told("First reply time", &["41"]).1, Some(Question::LengthUnit));
    assert_eq!(told("First reply time (min)", &["1,880"]).1, Some(Question::LengthUnit));
    assert_eq!(told("CSAT", &["5", "1", ""]), (Form::Scale(Scale::OneToFive), None));
    assert_eq!(told("CSAT", &["Good", "Offered", "Bad"]), (Form::Scale(Scale::GoodOrBad), None));
    for open in [&["9", "10"][..], &["Happy"], &["80 %"], &["1", "2"], &[]] {
        assert_eq!(told("CSAT", open).1, Some(Question::SatisfactionScale), "{open:?}");
    }
}

#[test]
fn of_two_columns_that_mean_the_same_one_stays() {
    let proposals = propose(&[column("ID", &["1"]), column("Ticket ID", &["2"])], &Decisions::default());
    assert_eq!((proposals[0].becomes, proposals[0].question), (None, Some(Question::WhichColumn)));
    assert_eq!(proposals[1].becomes, Some(Becomes::Case));
}

const ASKED: Asked<'_> = Asked {
    name: "tickets",
    path: "raw/tickets.csv",
    encoding: "utf-8",
    delimiter: ',',
    zone: "Europe/Lisbon",
    other_zone: None,
    people: false,
};

#[test]
fn a_mapping_becomes_a_source_file() {
    let columns = [
        column("Ticket ID", &["1"]),
        column("Created at", &["28/10/2026 08:12"]),
        column("Solved at", &[""]),
        column("First reply time (min)", &["41"]),
        column("Status", &["Solved"]),
        column("Group", &["Orders \"A\""]),
        column("Assignee", &["Mara"]),
        column("Satisfaction Score", &["Good", "Offered"]),
    ];
    let text = source_file(&propose(&columns, &Decisions::default()), &ASKED).unwrap();
    assert!(!text.contains("Assignee"), "who it was is left out where people are off\n{text}");
    let files = crate::MemoryFiles::default()
        .with("evenkeel.yaml", "organisation: Desk\nsources: [sources/tickets.yaml]\n")
        .with("sources/tickets.yaml", text.clone());
    assert_eq!(crate::tests::findings(&files), "");
    insta::assert_snapshot!(text);
    let with_people = source_file(&propose(&columns, &Decisions::default()), &Asked { people: true, ..ASKED }).unwrap();
    assert!(with_people.contains("\"Assignee\" as assignee_id"), "{with_people}");
}

fn decided(heading: &str, decision: Decision) -> Decisions {
    Decisions { columns: [(heading.to_owned(), decision)].into(), ..Decisions::default() }
}

#[test]
fn what_somebody_chose_holds_whatever_the_headings_say() {
    let wish = |becomes| Decision { wish: Some(Wish::Becomes(becomes)), ..Decision::default() };
    let columns = [column("Kundennr.", &["K-1"]), column("Ticket ID", &["1"]), column("Wann", &["2026-10-28"])];
    let told = |decisions: &Decisions| {
        let all = propose(&columns, decisions);
        all.into_iter().map(|one| (one.becomes, one.certainty, one.question)).collect::<Vec<_>>()
    };
    // What was chosen takes the place of what was recognised.
    let chosen = told(&decided("Kundennr.", wish(Case)));
    assert_eq!(chosen[0], (Some(Case), Certainty::ByHand, None));
    assert_eq!(chosen[1].0, None);
    assert_eq!(chosen[1].2, Some(Question::WhichColumn));
    assert_eq!(told(&decided("Wann", wish(Opened)))[2], (Some(Opened), Certainty::ByHand, None));
    let stays = Decision { wish: Some(Wish::Stays), ..Decision::default() };
    assert_eq!(told(&decided("Ticket ID", stays))[1], (None, Certainty::ByHand, None));
    // A choice does not make a time of what is none.
    let wrong = told(&decided("Kundennr.", wish(Opened)))[0];
    assert_eq!((wrong.0, wrong.2), (Some(Opened), Some(Question::MomentForm)));
    // Of two that were chosen for the same, the first is taken and the other is told.
    let both = Decisions {
        columns: ["Kundennr.", "Ticket ID"].map(|heading| (heading.to_owned(), wish(Case))).into(),
        ..Decisions::default()
    };
    assert_eq!(told(&both)[0].0, Some(Case));
    assert_eq!((told(&both)[1].0, told(&both)[1].2), (None, Some(Question::WhichColumn)));
}

#[test]
fn lengths_of_time_and_answers_are_read_as_somebody_said() {
    let length = |cells: &[&str], length| {
        let decision = Decision { length: Some(length), ..Decision::default() };
        let proposals = propose(&[column("First reply time", cells)], &decided("First reply time", decision));
        (proposals[0].form, proposals[0].question)
    };
    assert_eq!(length(&["41"], Length::Hours), (Form::Length(Length::Hours), None));
    assert_eq!(length(&["00:41:00"], Length::Hours), (Form::Length(Length::Clock), None));
    assert_eq!(length(&["soon"], Length::Hours), (Form::Text, Some(Question::LengthUnit)));

    let answers = Answers { satisfied: vec!["It's fine".to_owned()], dissatisfied: vec!["No, 'really'".to_owned()] };
    let columns = [
        column("Ticket ID", &["1", "2"]),
        column("Created at", &["2026-10-28 08:00", "2026-10-28 09:00"]),
        column("CSAT", &["It's fine", "No, 'really'"]),
    ];
    let decisions = decided("CSAT", Decision { answers, ..Decision::default() });
    let asked = Asked { other_zone: Some("America/New_York"), ..ASKED };
    let text = source_file(&propose(&columns, &decisions), &asked).unwrap();
    insta::assert_snapshot!(text);
    let hostile = Answers { satisfied: vec!["a\nb".to_owned()], dissatisfied: Vec::new() };
    let decisions = decided("CSAT", Decision { answers: hostile, ..Decision::default() });
    let text = source_file(&propose(&columns, &decisions), &asked).unwrap();
    assert!(!text.contains("a\nb") && text.contains("where (false or false)"), "{text}");
}

#[test]
fn headings_cannot_leave_their_place() {
    let columns = [column("Ticket ID", &["1"]), column("Created at", &["2026-10-28"]), column("a\nb", &[])];
    assert_eq!(source_file(&propose(&columns, &Decisions::default()), &ASKED), Err(Unready::Heading(3)));
    let columns = [column("Created at", &["2026-10-28"])];
    assert_eq!(source_file(&propose(&columns, &Decisions::default()), &ASKED), Err(Unready::Lacking(Becomes::Case)));
    let columns = [column("Ticket ID", &["1"]), column("Created at", &["03/10/2026"])];
    let refused = source_file(&propose(&columns, &Decisions::default()), &ASKED).unwrap_err();
    assert!(refused.to_string().contains("day or the month first"), "{refused}");
}

fn headings(bytes: &[u8]) -> Result<(String, Vec<String>), Refused> {
    read(bytes, true).map(|head| (head.encoding, head.columns.into_iter().map(|column| column.heading).collect()))
}

#[test]
fn encodings_and_delimiters_are_told() {
    let told = |bytes: &[u8], encoding: &str| {
        assert_eq!(headings(bytes), Ok((encoding.to_owned(), vec!["Nr".to_owned(), "Größe".to_owned()])), "{bytes:?}");
    };
    told("Nr,Größe\n1,2\n".as_bytes(), "utf-8");
    told("\u{feff}Nr;\"Größe\"\r\n1;\"a,b\r\nc\"\r\n".as_bytes(), "utf-8");
    told(b"Nr\tGr\xf6\xdfe\n1\t2\n", "windows-1252");
    let text = "Nr|Größe\n1|2\n2|3\n";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    told(&little, "utf-16le");
    told(&big, "utf-16be");
    told(&[b"\xff\xfe".as_slice(), &little].concat(), "utf-16le");
}

#[test]
fn what_is_no_export_is_refused_in_words() {
    let wide = |columns: usize| {
        let names: Vec<String> = (0..columns).map(|place| format!("c{place}")).collect();
        format!("{}\n", names.join(",")).repeat(2)
    };
    let repeated = "\"a".repeat(LOOKED_AT);
    let huge = "x,".repeat(LOOKED_AT);
    for (bytes, says) in [
        (b"".as_slice(), "is empty"),
        (b" \r\n\n", "is empty"),
        (b"PK\x03\x04rest", "a workbook or an archive"),
        (b"%PDF-1.7", "a PDF document"),
        (b"\n <!doctype HTML><p>Sign in", "web page"),
        (b"<table><tr><td>1</td></tr></table>", "web page"),
        (b"a,b\n1,\x002\n", "line 2 holds a zero byte"),
        (b"one\ntwo\n", "one cell alone"),
        (b"a,b\n", "no row below"),
        (b"a,a\n1,2\n", "`a` stands twice"),
        (b"a,\"b\n1,2\n", "opens a cell in line 1 is never closed"),
        (wide(501).as_bytes(), "names 501 columns"),
        (wide(1_000_000).as_bytes(), "longer than"),
        (repeated.as_bytes(), "longer than"),
        (huge.as_bytes(), "longer than"),
    ] {
        let refused = read(bytes, true).unwrap_err().to_string();
        assert!(refused.contains(says), "{refused}\nshould say {says}");
    }
}

#[test]
fn the_beginning_of_a_long_file_is_enough() {
    let mut text = "Ticket ID,Created at,Größe\n".to_owned();
    while text.len() < 3 * LOOKED_AT {
        text.push_str("1,28/10/2026 08:12,ö\n");
    }
    let head = read(text.as_bytes(), true).unwrap();
    assert_eq!((head.encoding.as_str(), head.rows), ("utf-8", 2_000));
    // Cut in the middle of a sign, and of a quoted cell.
    let cut = "a,b\n1,2\n3,ö".as_bytes();
    assert_eq!(read(&cut[..cut.len() - 1], false).map(|head| (head.encoding, head.rows)), Ok(("utf-8".to_owned(), 1)));
    assert_eq!(read(b"a,b\n1,2\n3,\"x", false).map(|head| head.rows), Ok(1));
}

#[test]
fn formulas_stay_text() {
    let head = read(b"Ticket ID,Created at\n=HYPERLINK(\"\"x\"\"),2026-10-28\n", true).unwrap();
    assert_eq!(head.columns[0].cells, ["=HYPERLINK(\"\"x\"\")"]);
    let proposals = propose(&head.columns, &Decisions::default());
    let text = source_file(&proposals, &ASKED).unwrap();
    assert!(!text.contains("HYPERLINK"), "no cell reaches the source file\n{text}");
}
