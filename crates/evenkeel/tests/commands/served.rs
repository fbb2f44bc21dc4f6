//! The server, asked over the wire as a browser would.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use evenkeel_state::Secret;
use tempfile::TempDir;

use super::support::{evenkeel, succeed};

/// The instant for which the pages are made.
pub const AS_OF: &str = "2026-11-02T06:10:00Z";
/// The password of everybody here.
pub const PASSWORD: &str = "seven quiet harbours";

/// Two branches with two people each.
pub fn two_branches() -> TempDir {
    let folder = TempDir::new().unwrap();
    let mut answers = String::from("id,at,person,score\n");
    for number in 0..120 {
        let person = ["ann", "bob", "cleo", "dan"][number % 4];
        let score = if number % 3 == 0 { 2 } else { 5 };
        writeln!(answers, "a{number},2026-10-{:02}T10:00:00Z,{person},{score}", 1 + number % 28).unwrap();
    }
    for (path, text) in [
        (
            "evenkeel.yaml",
            "organisation: Promises\ntime_zone: UTC\npeople: coaching\nsources: [sources/a.yaml]\n\
             scorecards: [scorecards/all.yaml]\ncomparisons: [comparisons/satisfaction.yaml]\n\
             collections: [collections/month.yaml]\ncurrency: GBP\ncharter: charter.yaml\n",
        ),
        (
            "sources/a.yaml",
            "source: a\nfiles: { units: raw/units.csv, people: raw/people.csv, memberships: raw/memberships.csv, answers: raw/answers.csv }\ntables:\n  \
             units: select unit_id, kind, parent_id, name from units\n  people: select person_id, name from people\n  \
             memberships: select person_id, unit_id, valid_from, valid_to from memberships\n  \
             responses: select id as response_id, at as asked_at, at as answered_at, person as person_id, score, json_map('reason', 'slow') as attributes from answers\n",
        ),
        (
            "raw/units.csv",
            "unit_id,kind,parent_id,name\nwhole,organisation,,Promises\nnorth,branch,whole,North\n\
             lakeside,branch,whole,Lakeside\nnorth-1,team,north,North One\n",
        ),
        ("raw/people.csv", "person_id,name\nann,Ann\nbob,Bob\ncleo,Cleo\ndan,Dan\n"),
        (
            "raw/memberships.csv",
            // Dan was in the north until the twentieth.
            "person_id,unit_id,valid_from,valid_to\nann,north-1,,\nbob,north-1,,\ncleo,lakeside,,\n\
             dan,north-1,,2026-10-20\ndan,lakeside,2026-10-20,\n",
        ),
        ("raw/answers.csv", &answers),
        (
            "collections/month.yaml",
            "collection: month\nmeasures: [cost_contact]\nevery: month\nkind: branch\nbegins: 2026-10-01\n",
        ),
        (
            "comparisons/satisfaction.yaml",
            "comparison: satisfaction\nmeasure: csat\ncompares: [branch, people]\nminimum: 60 %\nrecognition: 90 %\n",
        ),
        ("measures/csat.yaml", "measure: csat\ntitle: Satisfied\nfrom: responses\nshare: score >= 4\nbetter: higher\n"),
        (
            "scorecards/all.yaml",
            "scorecard: all\nlegs:\n  customer:\n    objectives:\n      - objective: All\n        measures: [{ use: csat }]\n",
        ),
        (
            "charter.yaml",
            "charter: customers\ntitle: What we promise\ncontact: Tell us.\nfewest: 4\nversions:\n  - valid_from: 2025-01-01\n    \
             review: 2027-01-01\n    promises:\n      - promise: satisfied\n        words: You will be satisfied.\n        \
             measure: csat\n        standard: 60 %\n        public: true\n",
        ),
    ] {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let file = folder.path().join("evenkeel.yaml");
    let settings = std::fs::read_to_string(&file).unwrap() + &state();
    std::fs::write(file, settings).unwrap();
    succeed(folder.path(), &["import", "--as-of", AS_OF]);
    folder
}

/// Where a project keeps what people type: a database of its own on the PostgreSQL server that `EVENKEEL_POSTGRES` names,
/// else a file.
fn state() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let Ok(server) = std::env::var("EVENKEEL_POSTGRES") else { return String::new() };
    let name = format!("served_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let made = Command::new("createdb").arg(format!("--maintenance-db={server}/postgres")).arg(&name).status().unwrap();
    assert!(made.success(), "{name} cannot be made");
    format!("state: {server}/{name}\n")
}

/// What the server answered.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    /// The token that the answer has the browser keep.
    pub fn cookie(&self) -> Option<String> {
        let line = self.head.lines().find_map(|line| line.strip_prefix("set-cookie: evenkeel="))?;
        Some(line.split(';').next().unwrap_or_default().to_owned())
    }

    pub fn location(&self) -> &str {
        self.head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or_default()
    }
}

/// A running server, stopped when the test is over.
pub struct Server {
    pub child: Child,
    pub address: String,
    /// What the first administrator is asked for; empty where nobody signs in.
    pub code: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves a project to everybody who reaches it.
pub fn serve_open(project: &Path) -> Server {
    serve_with(project, &[])
}

/// Serves a project to everybody who reaches it, with further arguments.
pub fn serve_with(project: &Path, more: &[&str]) -> Server {
    start(serving(project, &[&["--auth", "none"], more].concat()), false)
}

/// Serves a project to those who sign in.
pub fn serve(project: &Path) -> Server {
    let server = start(serving(project, &[]), true);
    assert!(!server.code.is_empty(), "the server does not say how to set up the first account");
    server
}

/// Serves a project whose first administrator is set up already.
pub fn serve_again(project: &Path) -> Server {
    start(serving(project, &[]), false)
}

/// The command that serves a project.
pub fn serving(project: &Path, more: &[&str]) -> Command {
    let mut command = evenkeel(project);
    command.args(["serve", "--port", "0", "--as-of", AS_OF]).args(more).stderr(Stdio::null());
    command
}

/// `first`: whether the server says how to set up the first account.
pub fn start(mut command: Command, first: bool) -> Server {
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut line = || lines.next().and_then(Result::ok).unwrap_or_default();
    let address = line().split("http://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default().to_owned();
    let code = if first { line().rsplit(' ').next().unwrap_or_default().to_owned() } else { String::new() };
    // Dropping it stops the child, whatever it said.
    let server = Server { child, address, code };
    assert!(server.address.starts_with("127.0.0.1:"), "the server does not say where it is");
    server
}

/// Events as they come.
pub struct Events {
    stream: BufReader<TcpStream>,
    /// What came first.
    pub answer: Answer,
}

impl Events {
    pub fn of(server: &Server, target: &str, token: &str) -> Self {
        let mut stream = TcpStream::connect(&server.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        let asked = format!(
            "GET {target} HTTP/1.1\r\nhost: localhost\r\ncookie: evenkeel={token}\r\naccept-encoding: gzip, br\r\n\
             connection: close\r\n\r\n"
        );
        stream.write_all(asked.as_bytes()).unwrap();
        let mut events = Self {
            stream: BufReader::new(stream),
            answer: Answer { status: 0, head: String::new(), body: String::new() },
        };
        let head = events.until(str::is_empty);
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
        let body = if status == 200 { events.next() } else { events.until(|_| false) };
        events.answer = Answer { status, head, body };
        events
    }

    /// What comes up to the next event that says something, that included; as much as there is where it ends.
    pub fn next(&mut self) -> String {
        self.until(|line| line.starts_with("data:"))
    }

    fn until(&mut self, done: impl Fn(&str) -> bool) -> String {
        let mut text = String::new();
        let mut line = String::new();
        while self.stream.read_line(&mut line).unwrap_or(0) > 0 {
            let plain = line.trim_end();
            text.push_str(plain);
            text.push('\n');
            if done(plain) {
                break;
            }
            line.clear();
        }
        text
    }
}

impl Server {
    /// Asks as somebody who has no token.
    pub fn ask(&self, method: &str, target: &str) -> Answer {
        self.send(format!("{method} {target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").as_bytes())
    }

    /// Sends bytes as they are.
    pub fn send(&self, request: &[u8]) -> Answer {
        self.exchange(request).0
    }

    /// The same, with the body as it came.
    pub fn exchange(&self, request: &[u8]) -> (Answer, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        stream.write_all(request).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let body = end.map_or_else(Vec::new, |end| bytes[end + 4..].to_vec());
        let head = String::from_utf8_lossy(&bytes[..end.unwrap_or(bytes.len())]).replace('\r', "");
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
        (Answer { status, head, body: String::from_utf8_lossy(&body).into_owned() }, body)
    }

    pub fn get(&self, target: &str, token: &str) -> Answer {
        let address = &self.address;
        self.send(
            format!(
                "GET {target} HTTP/1.1\r\nhost: {address}\r\ncookie: evenkeel={token}\r\nconnection: close\r\n\r\n"
            )
            .as_bytes(),
        )
    }

    /// Asks for what does not end, and reads until the first event or until it ends after all.
    pub fn begin(&self, target: &str, token: &str) -> Answer {
        Events::of(self, target, token).answer
    }

    /// Sends a form with any headers; `form` is what it carries as its token.
    pub fn submit(&self, target: &str, token: &str, form: &str, headers: &str, values: &[(&str, &str)]) -> Answer {
        let mut body = format!("form={form}");
        for (name, value) in values {
            let mut plain = String::new();
            for byte in value.bytes() {
                write!(plain, "%{byte:02X}").unwrap();
            }
            write!(body, "&{name}={plain}").unwrap();
        }
        self.send(
            format!(
                "POST {target} HTTP/1.1\r\nhost: {}\r\ncookie: evenkeel={token}\r\n{headers}connection: close\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
                self.address,
                body.len()
            )
            .as_bytes(),
        )
    }

    /// Sends a form as a browser sends one from a page of the server.
    pub fn post(&self, target: &str, token: &str, values: &[(&str, &str)]) -> Answer {
        let form = Secret::parse(token).map(|token| token.form_token()).unwrap_or_default();
        let origin = format!("origin: http://{}\r\nsec-fetch-site: same-origin\r\n", self.address);
        self.submit(target, token, &form, &origin, values)
    }

    /// A token of somebody who did not sign in.
    pub fn visit(&self) -> String {
        let page = self.get("/charter/public", "");
        assert_eq!(page.status, 200, "{}", page.body);
        let page = self.get("/sign-in", "");
        let page = if page.status == 303 { self.get(page.location(), "") } else { page };
        page.cookie().unwrap()
    }

    pub fn sign_in(&self, name: &str, password: &str) -> Answer {
        self.post("/sign-in", &self.visit(), &[("name", name), ("password", password), ("next", "/measures")])
    }

    /// Sets up the first administrator and returns their token.
    pub fn set_up(&self) -> String {
        let values = [("code", &*self.code), ("name", "Mara"), ("sign_in", "mara"), ("password", PASSWORD)];
        let done = self.post("/set-up", &self.visit(), &values);
        assert_eq!((done.status, done.location()), (303, "/administration"), "{}", done.body);
        done.cookie().unwrap()
    }

    /// Adds somebody on the page of accounts, has them choose a password, and returns their token.
    pub fn add(&self, administrator: &str, name: &str, role: &str, unit: &str, person: &str) -> String {
        let values = [("name", name), ("sign_in", name), ("role", role), ("unit", unit), ("person", person)];
        let page = self.post("/administration/users", administrator, &values);
        assert_eq!(page.status, 200, "{}", page.body);
        let link = page.body.split("/password/").nth(1).and_then(|rest| rest.get(..64)).unwrap().to_owned();
        let chosen = self.post(&format!("/password/{link}"), &self.visit(), &[("password", PASSWORD)]);
        assert_eq!((chosen.status, chosen.location()), (303, "/sign-in"), "{}", chosen.body);
        let again = self.post(&format!("/password/{link}"), &self.visit(), &[("password", PASSWORD)]);
        assert_eq!(again.status, 404, "a link works once");
        let entered = self.sign_in(name, PASSWORD);
        assert_eq!((entered.status, entered.location()), (303, "/measures"), "{}", entered.body);
        entered.cookie().unwrap()
    }
}
