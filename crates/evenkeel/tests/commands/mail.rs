//! Digests by mail: sent once, to whom they are for, with what they may see.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use evenkeel_model::digest::Rhythm;
use evenkeel_state::{Change, Location, Origin, StateStore};
use jiff::{SignedDuration, Timestamp};

use super::served::{Server, serving, start, two_branches};
use super::support::{evenkeel, succeed};

/// A mail server that keeps what it is given, or refuses all of it.
#[derive(Clone)]
struct PostOffice {
    port: u16,
    /// At which time of day digests are due: never while a test runs, whenever that is.
    at: String,
    taken: Arc<Mutex<Vec<String>>>,
    refuses: Arc<AtomicBool>,
}

impl PostOffice {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let office = Self { port, at: half_a_day_from_now(), taken: Arc::default(), refuses: Arc::default() };
        let inside = office.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                inside.serve(stream);
            }
        });
        office
    }

    fn serve(&self, mut stream: std::net::TcpStream) {
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
        let mut say = |said: &str| drop(stream.write_all(said.as_bytes()));
        say("220 office\r\n");
        let mut head = String::new();
        while let Some(line) = lines.next() {
            match line.get(..4).unwrap_or_default() {
                "EHLO" => say("250-office\r\n250 8BITMIME\r\n"),
                "RCPT" if self.refuses.load(Ordering::SeqCst) => say("451 come again\r\n"),
                "MAIL" | "RCPT" => {
                    writeln!(head, "{line}").unwrap();
                    say("250 fine\r\n");
                }
                "DATA" => {
                    say("354 go on\r\n");
                    let text: Vec<String> = lines.by_ref().take_while(|line| line != ".").collect();
                    // Lines that were too long for mail end with this sign.
                    let text = format!("{head}{}", text.join("\n")).replace("=\n", "");
                    self.taken.lock().unwrap().push(text);
                    say("250 taken\r\n");
                }
                "QUIT" => return say("221 bye\r\n"),
                _ => say("250 fine\r\n"),
            }
        }
    }

    fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }

    /// A server that hands its mail over here.
    fn serving(&self, project: &Path) -> Command {
        let mut command = serving(project, &[]);
        command.env("EVENKEEL_SMTP_URL", format!("smtp://127.0.0.1:{}", self.port));
        command.env("EVENKEEL_MAIL_FROM", "Scorecard <scorecard@bank.example>");
        command.env("EVENKEEL_MAIL_PAGES", "https://pages.example/");
        command.env("EVENKEEL_MAIL_AT", &self.at);
        command
    }
}

/// The time of day that is as far away as one can be, in the time zone of the project.
#[expect(clippy::disallowed_methods, reason = "the server that is tested reads the same clock")]
fn half_a_day_from_now() -> String {
    (Timestamp::now() + SignedDuration::from_hours(12)).strftime("%H:%M").to_string()
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

/// Has somebody chosen digests two days ago, so that one is due.
#[expect(clippy::disallowed_methods, reason = "the server that is tested reads the same clock")]
fn chose(project: &Path, sign_in: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = StateStore::open(&Location::new(None, &project.join("data")).unwrap()).await.unwrap();
        let (user, _) = store.user_by_sign_in(sign_in).await.unwrap().unwrap();
        let at = Timestamp::now() - SignedDuration::from_hours(48);
        let change = Change { by: sign_in, origin: Origin::Pages, about: "daily", at };
        let address = format!("{sign_in}@bank.example");
        store.choose_mail(user.id, &address, Some(Rhythm::Daily), change).await.unwrap();
    });
}

/// A server with an administrator and somebody who leads the north.
fn with_people(office: &PostOffice, project: &Path) -> (Server, String, String) {
    let server = start(office.serving(project), true);
    let administrator = server.set_up();
    let manager = server.add(&administrator, "milo", "manager", "north", "");
    (server, administrator, manager)
}

#[test]
fn a_digest_is_sent_once_and_tells_what_its_reader_may_see() {
    let folder = two_branches();
    let office = PostOffice::new();
    let (one, _, manager) = with_people(&office, folder.path());
    let other = start(office.serving(folder.path()), false);
    let chosen = one.post("/account", &manager, &[("address", "milo@bank.example"), ("rhythm", "daily")]);
    assert_eq!((chosen.status, chosen.location()), (303, "/account?done=mail"), "{}", chosen.body);
    // What was chosen just now comes at the next hour for it, not at once.
    std::thread::sleep(Duration::from_secs(7));
    assert_eq!(office.taken(), Vec::<String>::new());

    chose(folder.path(), "milo");
    assert!(soon(|| !office.taken().is_empty()), "nothing was sent");
    std::thread::sleep(Duration::from_secs(12));
    drop(other);
    let again = start(office.serving(folder.path()), false);
    std::thread::sleep(Duration::from_secs(7));
    let taken = office.taken();
    assert_eq!(taken.len(), 1, "{taken:?}");
    let text = &taken[0];
    for said in [
        "FROM:<scorecard@bank.example>",
        "RCPT TO:<milo@bank.example>",
        "Hello milo",
        "North",
        "Figures to be typed",
        "https://pages.example/owed",
        "https://pages.example/account",
        "text/plain",
        "text/html",
    ] {
        assert!(text.contains(said), "{said} in {text}");
    }
    // What divides its parts is made of random letters, which may be any name.
    let divides = text.split("boundary=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let text = text.replace(divides, "");
    for hidden in ["Lakeside", "Cleo", "cleo", "Ann", "Bob"] {
        assert!(!text.contains(hidden), "{hidden} in {text}");
    }
    assert!(again.get("/account", &manager).body.contains("The last one was sent on"));
    let told = succeed(folder.path(), &["digest", "--to", "milo", "--dry-run", "--as-of", super::served::AS_OF]).out;
    assert!(told.starts_with("Subject: Promises: ") && told.contains("Figures to be typed"), "{told}");
    assert!(!told.contains("Lakeside"), "{told}");
    assert_eq!(office.taken().len(), 1);
}

#[test]
fn a_digest_that_cannot_be_sent_is_told_to_the_administrator() {
    let folder = two_branches();
    let office = PostOffice::new();
    office.refuses.store(true, Ordering::SeqCst);
    let (server, administrator, manager) = with_people(&office, folder.path());
    chose(folder.path(), "milo");
    assert!(soon(|| server.get("/administration", &administrator).body.contains("come again")), "no reason is told");
    assert!(server.get("/account", &manager).body.contains("could not be sent"));
    assert_eq!(office.taken(), Vec::<String>::new());
    // The administrator stops it, and no other role may.
    let users = server.get("/administration", &administrator).body;
    let url = users.split("action=\"").filter_map(|rest| rest.split('"').next());
    let url = url.filter(|url| url.ends_with("/mail")).last().unwrap().to_owned();
    let values = [("address", ""), ("rhythm", "none")];
    assert_eq!(server.post(&url, &manager, &values).status, 404);
    assert_eq!(server.post(&url, &administrator, &values).status, 303);
    let wrong = server.post("/account", &manager, &[("address", "nobody"), ("rhythm", "daily")]);
    assert!(wrong.status == 422 && wrong.body.contains("no e-mail address"), "{}", wrong.body);
    let injected = [("address", "a@b.example\r\nBcc: c@d.example"), ("rhythm", "daily")];
    assert_eq!(server.post("/account", &manager, &injected).status, 422);
}

#[test]
fn settings_of_mail_that_cannot_be_meant_are_refused() {
    let folder = two_branches();
    let said = |name: &str, value: &str| {
        let mut command = evenkeel(folder.path());
        command.args(["serve", "--port", "0"]).env("EVENKEEL_SMTP_URL", "smtp://127.0.0.1:1");
        command.env("EVENKEEL_MAIL_FROM", "a@bank.example").env("EVENKEEL_MAIL_PAGES", "http://127.0.0.1:7070");
        let output = command.env(name, value).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    for (name, value) in [
        ("EVENKEEL_SMTP_URL", "me:secret@mail.example"),
        ("EVENKEEL_MAIL_FROM", "nobody"),
        ("EVENKEEL_MAIL_PAGES", "pages.example"),
        ("EVENKEEL_MAIL_AT", "noon"),
    ] {
        let said = said(name, value);
        assert!(said.contains(name) && !said.contains("secret"), "{said}");
    }
}
