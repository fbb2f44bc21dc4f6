//! Files that people load in the browser: from choosing one to a scorecard, and what is refused.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use evenkeel_state::Secret;
use tempfile::TempDir;

use super::served::{Answer, Server, serve, serve_open, two_branches};
use super::support::succeed;

/// A support desk without a source.
fn desk() -> TempDir {
    let folder = TempDir::new().unwrap();
    succeed(folder.path(), &["init", "desk", "--template", "support-desk"]);
    folder
}

/// Cases of a month: every tenth has no time of opening that can be read.
fn tickets(month: u8, from: usize, count: usize) -> String {
    let mut text =
        "Ticket ID,Created at,First reply time (min),Solved at,Status,Group,Satisfaction Score,Assignee,Note\n"
            .to_owned();
    for number in from..from + count {
        let day = 13 + number % 15;
        let opened = if number % 10 == 9 { "soon".to_owned() } else { format!("{day}/{month:02}/2026 08:12") };
        let score = ["Good", "Bad", "Offered"][number % 3];
        let team = ["Orders", "Returns"][number % 2];
        writeln!(
            text,
            "{number},{opened},{},{day}/{month:02}/2026 12:40,Solved,{team},{score},Maria Lopez,=1+1",
            number % 90
        )
        .unwrap();
    }
    text
}

/// Somebody who loads files: where nobody signs in, whoever has the cookie that the page gave.
struct Person<'a> {
    server: &'a Server,
    token: String,
}

impl Person<'_> {
    fn of(server: &Server) -> Person<'_> {
        let page = server.get("/data/load", "");
        assert_eq!(page.status, 200, "{}", page.body);
        Person { server, token: page.cookie().unwrap() }
    }

    fn get(&self, target: &str) -> Answer {
        self.server.get(target, &self.token)
    }

    fn send(&self, called: &str, bytes: &[u8]) -> Answer {
        let form = Secret::parse(&self.token).map(|token| token.form_token()).unwrap_or_default();
        self.send_with(called, bytes, &form, &format!("origin: http://{}\r\n", self.server.address))
    }

    fn send_with(&self, called: &str, bytes: &[u8], form: &str, headers: &str) -> Answer {
        let mut body = Vec::new();
        write!(body, "--X\r\ncontent-disposition: form-data; name=\"form\"\r\n\r\n{form}\r\n--X\r\n").unwrap();
        write!(body, "content-disposition: form-data; name=\"file\"; filename=\"{called}\"\r\n\r\n").unwrap();
        body.extend_from_slice(bytes);
        write!(body, "\r\n--X--\r\n").unwrap();
        let head = format!(
            "POST /data/load HTTP/1.1\r\nhost: {}\r\ncookie: evenkeel={}\r\n{headers}connection: close\r\n\
             content-type: multipart/form-data; boundary=X\r\ncontent-length: {}\r\n\r\n",
            self.server.address,
            self.token,
            body.len()
        );
        self.server.send(&[head.as_bytes(), &body].concat())
    }

    /// Sends a file that is taken, and gives where it is.
    fn loads(&self, called: &str, text: &str) -> String {
        let answer = self.send(called, text.as_bytes());
        assert_eq!(answer.status, 303, "{}", answer.body);
        answer.location().to_owned()
    }

    fn say(&self, at: &str, values: &[(&str, &str)]) -> Answer {
        self.server.post(at, &self.token, values)
    }

    /// Imports a file as it was proposed, and gives the page of its end.
    fn imports(&self, at: &str, name: &str, into: &str) -> String {
        let answer = self.say(at, &[("do", "import"), ("name", name), ("into", into)]);
        assert_eq!((answer.status, answer.location()), (303, at), "{}", answer.body);
        self.end(at)
    }

    fn end(&self, at: &str) -> String {
        let mut page = self.get(at).body;
        for _ in 0..240 {
            if !page.contains("is being imported") {
                break;
            }
            std::thread::sleep(Duration::from_millis(250));
            page = self.get(at).body;
        }
        assert!(!page.contains("is being imported"), "the import did not end: {page}");
        page
    }
}

fn raw(project: &Path) -> Vec<String> {
    let Ok(sources) = std::fs::read_dir(project.join("raw")) else { return Vec::new() };
    let folders = sources.map(|entry| entry.unwrap().path());
    let files = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    let mut names: Vec<String> =
        files.map(|path| path.strip_prefix(project).unwrap().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// A page as somebody reads it.
fn plain(page: &str) -> String {
    page.replace('\u{a0}', " ")
}

#[test]
fn from_a_file_to_a_scorecard_in_the_browser() {
    let folder = desk();
    let project = folder.path().join("desk");
    let server = serve_open(&project);
    let first = server.get("/", "");
    assert!(first.body.contains("href=\"/data/load\""), "{}", first.body);
    let person = Person::of(&server);
    let at = person.loads("Tickets October.csv", &tickets(10, 0, 900));
    let page = plain(&person.get(&at).body);
    for said in [
        "810 cases can be imported; ",
        "Import 810 cases",
        "the day comes first",
        "as counted by the source",
        "left out: figures about people are off",
        "cases.opened_at",
        "line 11: a",
        "ratings in October 2026",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("Maria"), "names are kept out: {page}");
    assert!(!project.join("raw").exists() && !project.join("sources").exists(), "nothing is written yet");
    let rejected = person.get(&format!("{at}/rejected.csv"));
    assert!(rejected.head.contains("text/csv") && rejected.body.contains("Tickets October.csv"), "{}", rejected.body);
    assert!(!rejected.body.contains("Maria") && !rejected.body.contains("soon"), "{}", rejected.body);

    let done = plain(&person.imports(&at, "tickets", "new"));
    assert!(done.contains("was imported") && done.contains("Cases: 810 new, 0 changed, 0 as before"), "{done}");
    let events = server.begin(&format!("{at}/events"), &person.token);
    assert!(events.body.contains("event: end"), "{}", events.body);
    let home = server.get("/", "");
    assert_eq!(home.status, 303, "{}", home.body);
    let scorecard = plain(&server.get(home.location(), "").body);
    assert!(
        scorecard.contains("First response time, as counted by the source") && scorecard.contains("October 2026"),
        "{scorecard}"
    );
    let source = std::fs::read_to_string(project.join("sources/tickets.yaml")).unwrap();
    assert!(source.contains("raw/tickets/*.csv") && !source.contains("Assignee"), "{source}");
    let list = std::fs::read_to_string(project.join("evenkeel.yaml")).unwrap();
    assert!(list.contains("sources/tickets.yaml"), "{list}");
    assert_eq!(raw(&project).len(), 1);

    // The next month goes to the same source and is read beside the month before.
    let at = person.loads("Tickets November.csv", &tickets(11, 895, 100));
    let page = plain(&person.get(&at).body);
    assert!(page.contains("reads it as it reads the files before") && page.contains("Import 90 cases"), "{page}");
    let done = plain(&person.imports(&at, "tickets", "source:tickets"));
    assert!(done.contains("Cases: 86 new, 4 changed, 806 as before"), "{done}");
    assert_eq!(raw(&project).len(), 2, "the file of the month before is still there");
    // The very same file once more changes nothing.
    let at = person.loads("again.csv", &tickets(11, 895, 100));
    let done = plain(&person.imports(&at, "tickets", "source:tickets"));
    assert!(done.contains("Cases: 0 new, 0 changed"), "{done}");
    assert_eq!(raw(&project).len(), 2);
    // The command line goes on where the browser ended, and the other way round.
    std::fs::write(folder.path().join("tickets.csv"), tickets(12, 2000, 10)).unwrap();
    let added = succeed(&project, &["source", "add", "../tickets.csv"]);
    assert!(added.err.contains("read as the ones before"), "{}", added.err);
    assert_eq!(raw(&project).len(), 3);
}

#[test]
fn what_is_open_is_asked_and_what_is_wrong_is_corrected_by_hand() {
    let folder = desk();
    let server = serve_open(&folder.path().join("desk"));
    let person = Person::of(&server);
    let text = "Kundennr,Ticket,Wann,First reply time,Smiley\nK1,1,03/10/2026 08:12,30,=Happy\nK2,2,04/10/2026 09:00,90,Angry\n";
    let at = person.loads("export.csv", text);
    let page = person.get(&at).body;
    assert!(page.contains("No column is the opened at") && !page.contains("value=\"import\""), "{page}");
    assert!(page.contains("name=\"length3\"") && page.contains("seconds, minutes or hours"), "{page}");
    // What is chosen asks further.
    let opened = [("becomes2", "1"), ("becomes4", "15"), ("name", "desk"), ("into", "new")];
    assert_eq!(person.say(&at, &opened).status, 303);
    let page = person.get(&at).body;
    assert!(page.contains("name=\"first\"") && page.contains("name=\"answer4_0\""), "{page}");
    assert!(page.contains("name=\"zone\"") && page.contains("please say more"), "{page}");
    let all = [&opened[..], &[("first", "day"), ("length3", "m"), ("answer4_0", "yes"), ("answer4_1", "no")]].concat();
    let zoned = [&all[..], &[("zone", "America/New_York"), ("do", "look")]].concat();
    assert_eq!(person.say(&at, &zoned).status, 303);
    let page = plain(&person.get(&at).body);
    for said in ["Import 2 cases", "value=\"America/New_York\" selected", "chosen by hand"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let done = person.say(&at, &[&zoned[..4], &zoned[4..9], &[("do", "import")]].concat());
    assert_eq!(done.status, 303, "{}", done.body);
    assert!(plain(&person.end(&at)).contains("Cases: 2 new"));
    let source = std::fs::read_to_string(folder.path().join("desk/sources/desk.yaml")).unwrap();
    for said in ["'%d/%m/%Y %H:%M', 'America/New_York'", "in ('=Happy') then 'good'", "* 60"] {
        assert!(source.contains(said), "{said}: {source}");
    }
}

#[test]
fn what_is_no_export_is_refused_in_words() {
    let folder = desk();
    let project = folder.path().join("desk");
    let server = serve_open(&project);
    let person = Person::of(&server);
    let headings: Vec<String> = (0..600).map(|number| format!("c{number}")).collect();
    let wide = format!("{0}\n{0}\n", headings.join(","));
    let huge = format!("{},b\n1,2\n", "x".repeat(1_100_000));
    for (called, bytes, said) in [
        ("empty.csv", &b""[..], "the file is empty"),
        ("book.xlsx", b"PK\x03\x04rest", "a workbook or an archive"),
        ("page.csv", b"<!doctype html><p>Sign in", "a web page"),
        ("a.csv", b"a,b\n1,\x002\n", "line 2 holds a zero byte"),
        ("a.csv", b"just words\nand more\n", "one cell alone"),
        ("a.csv", b"a,\"b\n1,2\n", "is never closed"),
        ("a.csv", b"a,a\n1,2\n", "stands twice"),
        ("wide.csv", wide.as_bytes(), "600 columns"),
        ("huge.csv", huge.as_bytes(), "longer than"),
        ("<img src=x onerror=alert(1)>.csv", b"", "the file is empty"),
    ] {
        let answer = person.send(called, bytes);
        assert_eq!(answer.status, 422, "{called}: {}", answer.body);
        assert!(answer.body.contains(said), "{said}: {}", answer.body);
        assert!(!answer.body.contains("<img src"), "{}", answer.body);
    }
    let announced = format!(
        "POST /data/load HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: 17000000\r\n\r\n",
        server.address
    );
    let large = server.send(announced.as_bytes());
    assert!(large.status == 413 && large.body.contains("16384 kB"), "{} {}", large.status, large.body);
    assert!(!project.join("raw").exists() && !project.join("sources").exists());
    // Hostile names and cells become neither paths nor mark-up.
    let hostile = "Ticket ID,Created at,<script>alert(1)</script>\n1,2026-10-28 08:00,<img src=x>\n";
    let at = person.loads("../../../../evil/../..\\\\x.csv", hostile);
    let page = person.get(&at).body;
    assert!(!page.contains("<script>alert") && !page.contains("<img src"), "{page}");
    let done = person.imports(&at, "../../evil", "new");
    assert!(done.contains("was imported"), "{done}");
    assert!(project.join("sources/evil.yaml").is_file());
    let names = raw(&project);
    assert!(names.len() == 1 && names[0].starts_with("raw/evil/2") && names[0].ends_with("_x.csv"), "{names:?}");
}

#[test]
fn a_file_that_is_sent_twice_at_once_is_taken_once() {
    let folder = desk();
    let project = folder.path().join("desk");
    let server = serve_open(&project);
    let person = Person::of(&server);
    let text = tickets(10, 0, 30);
    let (one, other) = (person.loads("t.csv", &text), person.loads("t.csv", &text));
    let values = [("do", "import"), ("name", "t"), ("into", "new")];
    let answers: Vec<(u16, String)> = std::thread::scope(|scope| {
        let asked = [&one, &one, &other].map(|at| scope.spawn(|| person.say(at, &values)));
        asked.into_iter().map(|thread| thread.join().unwrap()).map(|answer| (answer.status, answer.body)).collect()
    });
    assert!(answers.iter().all(|(status, _)| matches!(status, 303 | 409)), "{answers:?}");
    for at in [&one, &other] {
        person.end(at);
    }
    assert_eq!(raw(&project).len(), 1, "{:?}", raw(&project));
    let list = std::fs::read_to_string(project.join("evenkeel.yaml")).unwrap();
    assert_eq!(list.matches("sources/t.yaml").count(), 1, "{list}");
}

#[test]
fn what_cannot_be_written_is_said_and_leaves_nothing() {
    let folder = desk();
    let project = folder.path().join("desk");
    // A file lies where the folder of raw files would be.
    std::fs::write(project.join("raw"), "").unwrap();
    let before = std::fs::read_to_string(project.join("evenkeel.yaml")).unwrap();
    let server = serve_open(&project);
    let person = Person::of(&server);
    let at = person.loads("t.csv", &tickets(10, 0, 30));
    let answer = person.say(&at, &[("do", "import"), ("name", "t"), ("into", "new")]);
    assert_eq!(answer.status, 409, "{}", answer.body);
    assert!(
        answer.body.contains("cannot be written") && answer.body.contains("let it write into the folder"),
        "{}",
        answer.body
    );
    assert_eq!(std::fs::read_to_string(project.join("evenkeel.yaml")).unwrap(), before);
    assert!(!project.join("sources/t.yaml").exists());
    // A source that somebody wrote is not written over.
    std::fs::remove_file(project.join("raw")).unwrap();
    std::fs::create_dir_all(project.join("sources")).unwrap();
    std::fs::write(project.join("sources/t.yaml"), "mine").unwrap();
    let answer = person.say(&at, &[("do", "import"), ("name", "t"), ("into", "new")]);
    assert!(answer.status == 409 || answer.status == 303, "{}", answer.body);
    let page = person.get(&at).body;
    assert!(answer.body.contains("exists already") || page.contains("exists already"), "{page}");
    assert_eq!(std::fs::read_to_string(project.join("sources/t.yaml")).unwrap(), "mine");
    // Nor is anything taken while the project has a mistake.
    std::fs::remove_file(project.join("sources/t.yaml")).unwrap();
    std::fs::write(project.join("evenkeel.yaml"), format!("{before}nonsense: 1\n")).unwrap();
    let answer = person.say(&at, &[("do", "import"), ("name", "u"), ("into", "new")]);
    let page = person.get(&at).body;
    assert!(answer.body.contains("mistake") || page.contains("mistake"), "{} {page}", answer.body);
    assert!(raw(&project).is_empty());
    // Nor while names would be written that are to be kept apart, or rows where nobody looks for them.
    for line in ["pseudonyms: ../people.key\n", "storage: ./elsewhere\n"] {
        let without: String = before
            .lines()
            .filter(|kept| !kept.starts_with("storage:"))
            .fold(String::new(), |text, kept| text + kept + "\n");
        std::fs::write(project.join("evenkeel.yaml"), format!("{without}{line}")).unwrap();
        let answer = person.say(&at, &[("do", "import"), ("name", "u"), ("into", "new")]);
        assert_eq!(answer.status, 409, "{}", answer.body);
        assert!(answer.body.contains("Start it again, and load the file then"), "{line}: {}", answer.body);
        assert!(raw(&project).is_empty());
    }
}

#[test]
fn a_file_is_not_taken_into_a_project_that_pages_could_not_show() {
    let folder = desk();
    let project = folder.path().join("desk");
    let server = serve_open(&project);
    let person = Person::of(&server);
    let done = plain(&person.imports(&person.loads("t.csv", &tickets(9, 0, 30)), "t", "new"));
    assert!(done.contains("Cases: 27 new"), "{done}");
    // Somebody is writing a measure, and has got as far as this.
    let measure = project.join("measures/half.yaml");
    let text = "measure: half\ntitle: Half\nfrom: cases\ncount: rows\nwhere: not_there > 1\nbetter: lower\n";
    std::fs::write(&measure, text).unwrap();
    let scorecard = project.join("scorecards/desk.yaml");
    let before = std::fs::read_to_string(&scorecard).unwrap();
    let with_half = before.replace("- { use: inflow }", "- { use: inflow }\n          - { use: half }");
    assert_ne!(with_half, before);
    std::fs::write(&scorecard, with_half).unwrap();
    let at = person.loads("later.csv", &tickets(10, 100, 30));
    let answer = person.say(&at, &[("do", "import"), ("name", "t"), ("into", "source:t")]);
    assert_eq!(answer.status, 409, "{}", answer.body);
    assert!(answer.body.contains("evenkeel check"), "{}", answer.body);
    assert_eq!(raw(&project).len(), 1);
    // As soon as it is mended, the same file is taken.
    std::fs::write(&scorecard, before).unwrap();
    std::fs::remove_file(measure).unwrap();
    let done = plain(&{
        let answer = person.say(&at, &[("do", "import"), ("name", "t"), ("into", "source:t")]);
        assert_eq!(answer.status, 303, "{}", answer.body);
        person.end(&at)
    });
    assert!(done.contains("Cases: 27 new"), "{done}");
}

#[test]
fn a_source_that_was_loaded_is_imported_when_it_is_due() {
    let folder = desk();
    let project = folder.path().join("desk");
    let list = project.join("evenkeel.yaml");
    let text = std::fs::read_to_string(&list).unwrap();
    std::fs::write(&list, format!("{text}import: {{ every: 1 minute }}\n")).unwrap();
    let server = serve_open(&project);
    let person = Person::of(&server);
    person.imports(&person.loads("t.csv", &tickets(10, 0, 30)), "t", "new");
    let mut page = person.get("/data").body;
    for _ in 0..120 {
        if page.contains("Last: ") && !page.contains("Last: never") {
            break;
        }
        std::thread::sleep(Duration::from_millis(250));
        page = person.get("/data").body;
    }
    assert!(page.contains("every minute") && page.contains("Last: ") && !page.contains("Last: never"), "{page}");
}

#[test]
fn nobody_else_sees_a_file_and_the_trail_says_who_loaded_it() {
    let folder = two_branches();
    let project = folder.path();
    let server = serve(project);
    let administrator = Person { server: &server, token: server.set_up() };
    let at = administrator.loads("t.csv", &tickets(10, 0, 30));
    let insights = Person { server: &server, token: server.add(&administrator.token, "ines", "insights", "", "") };
    assert_eq!(administrator.get(&at).status, 200);
    for target in [at.clone(), format!("{at}/rejected.csv"), format!("{at}/events")] {
        assert_eq!(insights.get(&target).status, 404, "{target}");
        assert_eq!(server.get(&target, "").status, 303, "{target}");
    }
    assert_eq!(insights.say(&at, &[("do", "import"), ("name", "t"), ("into", "new")]).status, 404);
    // Forms from elsewhere, and those of somebody else, take nothing.
    let own = Secret::parse(&administrator.token).unwrap().form_token();
    let others = Secret::parse(&insights.token).unwrap().form_token();
    let here = format!("origin: http://{}\r\n", server.address);
    for (form, headers) in [
        ("", &*here),
        (&*others, &*here),
        (&*own, ""),
        (&*own, "origin: http://evil.example\r\n"),
        (&*own, &*format!("{here}sec-fetch-site: cross-site\r\n")),
    ] {
        assert_eq!(administrator.send_with("t.csv", b"a,b\n1,2\n", form, headers).status, 403, "{form} {headers}");
        let said = server.submit(&at, &administrator.token, form, headers, &[("do", "import")]);
        assert_eq!(said.status, 403, "{form} {headers}");
    }
    assert!(!project.join("raw/t").exists());
    let done = plain(&administrator.imports(&at, "t", "new"));
    assert!(done.contains("Cases: 27 new"), "{done}");
    let trail = server.get("/administration/trail", &administrator.token).body;
    for said in ["loaded a file", "t.csv (", "into source t", "added a source", "mara"] {
        assert!(trail.contains(said), "{said}: {trail}");
    }
}

#[test]
fn where_nobody_signs_in_files_come_from_this_machine_alone() {
    let folder = desk();
    let server = serve_open(&folder.path().join("desk"));
    let elsewhere = server.send(b"GET /data/load HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n");
    assert_eq!(elsewhere.status, 421, "{}", elsewhere.body);
    let person = Person::of(&server);
    let form = Secret::parse(&person.token).unwrap().form_token();
    let here = format!("origin: http://{}\r\n", server.address);
    assert_eq!(person.send_with("t.csv", b"a,b\n1,2\n", "", &here).status, 403);
    assert_eq!(person.send_with("t.csv", b"a,b\n1,2\n", &form, "").status, 403);
    let without = Person { server: &server, token: String::new() };
    assert_eq!(without.send_with("t.csv", b"a,b\n1,2\n", &form, &here).status, 403);
}
