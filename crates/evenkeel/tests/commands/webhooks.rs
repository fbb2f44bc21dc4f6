//! Webhooks: who registers them, what they are told, and that it is told once.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use super::served::{AS_OF, Server, serve, two_branches};
use super::support::succeed;

/// What came in at an address.
struct Message {
    head: String,
    body: String,
}

impl Message {
    fn header(&self, name: &str) -> &str {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default()
    }

    fn is_signed_with(&self, secret: &str) -> bool {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("{}.{}", self.header("evenkeel-timestamp"), self.body).as_bytes());
        let digits = mac.finalize().into_bytes().iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        });
        self.header("evenkeel-signature") == format!("v1={digits}")
    }
}

fn message(stream: &TcpStream) -> Message {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line.trim_end().is_empty() {
            break;
        }
        head.push_str(line.trim_end());
        head.push('\n');
    }
    let message = Message { head, body: String::new() };
    let mut body = vec![0; message.header("content-length").parse().unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    Message { body: String::from_utf8(body).unwrap(), ..message }
}

/// Takes messages at an address of its own. The first is refused.
fn receive() -> (String, Receiver<Message>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/hook", listener.local_addr().unwrap());
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let got = message(&stream);
            let status = if number == 0 { "500 Internal Server Error" } else { "200 OK" };
            write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
            if sender.send(got).is_err() {
                return;
            }
        }
    });
    (address, receiver)
}

/// Answers of two years, of which so many of sixty were good in the last month.
fn answers(project: &Path, good_at_last: usize) {
    let mut text = String::from("id,at,person,score\n");
    for month in 0..22 {
        let (year, of_year) = (2025 + month / 12, month % 12 + 1);
        let good = if month == 21 { good_at_last } else { 46 + month % 4 };
        for number in 0..60 {
            let (person, score) = (["ann", "bob", "cleo"][number % 3], if number < good { 5 } else { 2 });
            writeln!(text, "m{month}-{number},{year}-{of_year:02}-{:02}T10:00:00Z,{person},{score}", 1 + number % 28)
                .unwrap();
        }
    }
    std::fs::write(project.join("raw/answers.csv"), text).unwrap();
    succeed(project, &["import", "--as-of", AS_OF]);
}

fn page(server: &Server, administrator: &str) -> String {
    server.get("/administration/webhooks", administrator).body.replace('\u{a0}', " ")
}

#[test]
fn new_signals_are_told_once() {
    let project = two_branches();
    answers(project.path(), 47);
    let server = serve(project.path());
    let administrator = server.set_up();
    let (address, messages) = receive();
    let target = "/administration/webhooks";
    for bad in ["http://hooks.example/", "ftp://x/", "https://me:secret@hooks.example/", ""] {
        let refused = server.post(target, &administrator, &[("address", bad)]);
        assert_eq!((refused.status, refused.body.contains("Nothing was registered")), (422, true), "{bad}");
    }
    let made = server.post(target, &administrator, &[("address", &address)]);
    assert_eq!(made.status, 200, "{}", made.body);
    let secret =
        made.body.split("evs_").nth(1).and_then(|rest| rest.get(..64)).map(|text| format!("evs_{text}")).unwrap();
    assert!(page(&server, &administrator).contains(&address) && !page(&server, &administrator).contains(&secret));

    assert_eq!(server.post(&format!("{target}/1/test"), &administrator, &[]).status, 303);
    let test = messages.recv_timeout(Duration::from_mins(1)).unwrap();
    assert!(test.is_signed_with(&secret) && !test.is_signed_with("evs_other"), "{}", test.head);
    let told: Value = serde_json::from_str(&test.body).unwrap();
    assert_eq!((&told["type"], told["signals"].as_array().map(Vec::len)), (&"test".into(), Some(0)), "{told}");
    // It was not taken, so it comes again after half a minute, as the same message.
    let again = messages.recv_timeout(Duration::from_mins(2)).unwrap();
    assert!(again.is_signed_with(&secret), "{}", again.head);
    assert_eq!((&again.body, again.header("evenkeel-delivery")), (&test.body, test.header("evenkeel-delivery")));
    assert!(!test.header("evenkeel-delivery").is_empty(), "{}", test.head);

    // Much worse in October: all that is new comes in one message.
    answers(project.path(), 12);
    let news = messages.recv_timeout(Duration::from_mins(2)).unwrap();
    assert!(news.is_signed_with(&secret));
    let told: Value = serde_json::from_str(&news.body).unwrap();
    assert_eq!((&told["type"], &told["period"]), (&"signals".into(), &"2026-10".into()), "{told}");
    let signals = told["signals"].as_array().unwrap();
    assert!(signals.len() > 1, "{told}");
    for signal in signals {
        assert_eq!((&signal["measure"], &signal["judgement"]), (&"csat".into(), &"worse".into()), "{told}");
        assert!(signal["text"].as_str().is_some_and(|text| !text.is_empty()), "{told}");
    }
    for person in ["ann", "bob", "cleo", "Ann"] {
        assert!(!news.body.contains(&format!("\"{person}\"")), "{told}");
    }
    // A little more of the same is nothing new.
    answers(project.path(), 11);
    assert!(matches!(messages.recv_timeout(Duration::from_secs(12)), Err(RecvTimeoutError::Timeout)));

    let listed = page(&server, &administrator);
    for words in ["Delivered", "answered 200; 1 attempt", "answered 200; 2 attempts", "a test", "new signals"] {
        assert!(listed.contains(words), "{words}: {listed}");
    }
    // An address inside the own network is registered, and never asked.
    assert_eq!(server.post(target, &administrator, &[("address", "https://10.0.0.1/")]).status, 200);
    assert_eq!(server.post(&format!("{target}/2/test"), &administrator, &[]).status, 303);
    let begun = std::time::Instant::now();
    while !page(&server, &administrator).contains("inside the own network") {
        assert!(begun.elapsed() < Duration::from_mins(1), "{}", page(&server, &administrator));
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(page(&server, &administrator).contains("To be sent again"));
    assert_eq!(server.post(&format!("{target}/2/remove"), &administrator, &[]).status, 303);
    assert!(!page(&server, &administrator).contains("10.0.0.1"));
    let trail = server.get("/administration/trail", &administrator).body;
    assert!(trail.contains("registered a webhook") && trail.contains("removed a webhook"), "{trail}");
}
