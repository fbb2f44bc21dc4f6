//! The server, asked over the wire: what it answers, what it refuses, and that it notices new data.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::served::{Answer, Events, serve_open, serve_with};
use super::support::succeed;

fn blank() -> (TempDir, std::path::PathBuf) {
    let folder = TempDir::new().unwrap();
    succeed(folder.path(), &["init", "service", "--template", "blank"]);
    let project = folder.path().join("service");
    succeed(&project, &["import"]);
    (folder, project)
}

/// Whoever begins a request and never ends it does not keep the server from ending.
#[cfg(unix)]
#[test]
fn a_half_sent_request_does_not_hold_the_server() {
    let (_folder, project) = blank();
    let mut server = serve_open(&project);
    let mut half = TcpStream::connect(&server.address).unwrap();
    half.write_all(b"GET / HT").unwrap();
    assert_eq!(server.ask("GET", "/health").status, 200);
    let asked = std::process::Command::new("kill").arg(server.child.id().to_string()).status().unwrap();
    assert!(asked.success());
    let begun = Instant::now();
    while server.child.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < Duration::from_mins(1), "the server waits for a request that never ends");
        std::thread::sleep(Duration::from_millis(50));
    }
    drop(half);
}

/// What a client hears that says no more.
fn heard(mut stream: &TcpStream) -> Answer {
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    let mut bytes = Vec::new();
    // A connection that is cut counts as one that ended.
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    Answer { status, head: head.replace('\r', ""), body: body.to_owned() }
}

/// Sends a byte now and then, until the server has had enough or a minute is over.
fn trickle(stream: &TcpStream, bytes: &[u8]) -> Duration {
    let begun = Instant::now();
    let mut writing = stream;
    for byte in bytes.iter().cycle() {
        let ended = stream.take_error().unwrap().is_some() || writing.write_all(&[*byte]).is_err() || {
            stream.set_nonblocking(true).unwrap();
            let waiting = matches!(stream.peek(&mut [0]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock);
            stream.set_nonblocking(false).unwrap();
            !waiting
        };
        if ended || begun.elapsed() > Duration::from_mins(1) {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    begun.elapsed()
}

/// Whoever sends a byte now and then is not waited for, neither for the head of a request nor for its body.
#[test]
fn slow_clients_are_ended() {
    let (_folder, project) = blank();
    let server = serve_with(&project, &["--arrival", "2"]);
    let head = TcpStream::connect(&server.address).unwrap();
    (&head).write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\nx-slow: ").unwrap();
    let took = trickle(&head, b"a");
    assert!((Duration::from_secs(1)..Duration::from_secs(20)).contains(&took), "{took:?}");
    assert_ne!(heard(&head).status, 200);

    for path in ["/sign-in", "/api/v1/scorecard/north"] {
        let body = TcpStream::connect(&server.address).unwrap();
        let said = format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9000\r\n\r\n");
        (&body).write_all(said.as_bytes()).unwrap();
        let took = trickle(&body, b"a=b&");
        assert!((Duration::from_secs(1)..Duration::from_secs(20)).contains(&took), "{took:?}");
        let answer = heard(&body);
        assert_eq!(answer.status, 408, "{}", answer.head);
        assert!(answer.body.contains("did not arrive within 2 seconds"), "{}", answer.body);
        assert_eq!(answer.head.contains("application/problem+json"), path.starts_with("/api/"), "{}", answer.head);
    }
    // A connection on which nothing is asked any more ends too; what was asked before is answered.
    let idle = TcpStream::connect(&server.address).unwrap();
    (&idle).write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let begun = Instant::now();
    assert_eq!(heard(&idle).status, 200);
    assert!((Duration::from_secs(1)..Duration::from_secs(20)).contains(&begun.elapsed()), "{:?}", begun.elapsed());
}

#[test]
fn what_is_too_large_is_refused() {
    let (_folder, project) = blank();
    let server = serve_open(&project);
    for (path, most) in
        [("/sign-in", 32), ("/owed", 256), ("/owed/file", 2048), ("/nothing", 32), ("/api/v1/scorecard/north", 32)]
    {
        // What is announced is not waited for; what is not announced is cut where it is too much.
        let announced = TcpStream::connect(&server.address).unwrap();
        let length = most * 1024 + 1;
        let said = format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n\r\na=");
        (&announced).write_all(said.as_bytes()).unwrap();
        let pieces = TcpStream::connect(&server.address).unwrap();
        let said =
            format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n{length:x}\r\n");
        (&pieces).write_all(&[said.as_bytes(), &vec![b'a'; length], b"\r\n"].concat()).unwrap();
        for stream in [announced, pieces] {
            let answer = heard(&stream);
            assert_eq!(answer.status, 413, "{path}: {}", answer.head);
            assert!(answer.body.contains(&format!("larger than the {most} kB")), "{path}: {}", answer.body);
            let is_problem = answer.head.contains("application/problem+json");
            assert_eq!(is_problem, path.starts_with("/api/"), "{path}: {}", answer.head);
        }
    }
    assert_eq!(server.ask("GET", "/health").status, 200);
}

/// Whoever comes when there are too many is told so at once, and answered when others have gone.
#[test]
fn too_many_connections_are_refused_until_others_end() {
    let (_folder, project) = blank();
    let server = serve_with(&project, &["--connections", "3"]);
    let open: Vec<TcpStream> = (0..3)
        .map(|_| {
            let mut stream = TcpStream::connect(&server.address).unwrap();
            // What it asks is being answered while its body arrives, so it makes no room.
            let asked =
                "POST /sign-in HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9000\r\nexpect: 100-continue\r\n\r\n";
            stream.write_all(asked.as_bytes()).unwrap();
            // The server wants the body, so it has begun.
            let mut goes_on = [0; 12];
            stream.read_exact(&mut goes_on).unwrap();
            assert_eq!(&goes_on, b"HTTP/1.1 100");
            stream
        })
        .collect();
    for _ in 0..5 {
        let refused = server.ask("GET", "/health");
        assert_eq!(refused.status, 503, "{}", refused.head);
        assert!(refused.head.contains("retry-after: ") && refused.body.contains("Too many"), "{}", refused.head);
        let length = refused.head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        assert_eq!(length.parse(), Ok(refused.body.len()));
    }
    drop(open);
    let begun = Instant::now();
    while server.ask("GET", "/health").status != 200 {
        assert!(begun.elapsed() < Duration::from_secs(10), "nobody is answered after others have gone");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Many connections on which nothing is asked, or only the beginning of something, keep nobody out.
#[test]
fn whoever_asks_nothing_makes_room() {
    let (_folder, project) = blank();
    let server = serve_with(&project, &["--connections", "8"]);
    let half: Vec<TcpStream> = (0..60)
        .map(|number: usize| {
            let mut stream = TcpStream::connect(&server.address).unwrap();
            let begun: &[u8] = if number.is_multiple_of(2) { b"GET /health HTTP/1.1\r\nx-slow: " } else { b"" };
            stream.write_all(begun).unwrap();
            stream
        })
        .collect();
    for _ in 0..5 {
        assert_eq!(server.ask("GET", "/health").status, 200);
    }
    drop(half);
}

/// Open pages do not keep the server from ending, and are told that it ends.
#[cfg(unix)]
#[test]
fn pages_that_listen_do_not_hold_the_server() {
    let (_folder, project) = blank();
    let mut server = serve_open(&project);
    let mut events: Vec<Events> = (0..20).map(|_| Events::of(&server, "/live", "")).collect();
    let begun = Instant::now();
    assert!(std::process::Command::new("kill").arg(server.child.id().to_string()).status().unwrap().success());
    while server.child.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < Duration::from_secs(4), "the server waits for pages that listen");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(events.iter_mut().all(|events| !events.next().contains("data:")), "something was made up at the end");
}

/// Half of those who are connected may listen at once; whoever comes then is told when to ask again, and a place that is left is free.
#[test]
fn so_many_pages_may_listen() {
    let (_folder, project) = blank();
    let server = serve_with(&project, &["--connections", "8"]);
    let mut events: Vec<Events> = (0..4).map(|_| Events::of(&server, "/live", "")).collect();
    assert!(events.iter().all(|events| events.answer.status == 200));
    let refused = Events::of(&server, "/live", "").answer;
    assert_eq!(refused.status, 503, "{}", refused.head);
    assert!(refused.head.contains("retry-after: 60"), "{}", refused.head);
    assert_eq!(server.ask("GET", "/health").status, 200);
    events.truncate(3);
    let begun = Instant::now();
    while Events::of(&server, "/live", "").answer.status != 200 {
        assert!(begun.elapsed() < Duration::from_secs(30), "places that were left are not free");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// A project without data is no error: the first page says what to do, and leads on as soon as there are some.
#[test]
fn before_any_data_the_first_page_says_what_to_do() {
    let folder = TempDir::new().unwrap();
    succeed(folder.path(), &["init", "service", "--template", "blank"]);
    let project = folder.path().join("service");
    let server = serve_open(&project);
    let first = server.ask("GET", "/");
    assert_eq!(first.status, 200, "{}", first.body);
    for words in ["No data yet", "it names 1 source.", "evenkeel check", "evenkeel import", "evenkeel rejects"] {
        assert!(first.body.replace('\u{a0}', " ").contains(words), "{words}: {}", first.body);
    }
    succeed(&project, &["import"]);
    let begun = Instant::now();
    while server.ask("GET", "/").status == 200 {
        assert!(begun.elapsed() < Duration::from_secs(30), "the first page does not lead on");
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(server.ask("GET", "/").head.contains("location: /scorecard/"));
}

#[test]
fn pages_files_and_refusals() {
    let (_folder, project) = blank();
    let server = serve_open(&project);
    let home = server.ask("GET", "/");
    assert!(home.status == 200 || (300..400).contains(&home.status), "{}", home.head);
    assert_eq!(server.ask("GET", "/health").status, 200);
    // A name from elsewhere that was pointed here.
    let rebound = server.send(b"GET /health HTTP/1.1\r\nhost: elsewhere.example\r\nconnection: close\r\n\r\n");
    assert_eq!((rebound.status, rebound.body.contains("localhost")), (421, true), "{}", rebound.body);

    let unit = "Our%20organisation";
    let page = server.ask("GET", &format!("/scorecard/{unit}?period=2026-10"));
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("Customer satisfaction") && page.body.contains("60.0"));
    for header in ["content-security-policy: default-src 'none'", "x-content-type-options: nosniff", "referrer-policy:"]
    {
        assert!(page.head.contains(header), "{header} is missing:\n{}", page.head);
    }
    assert!(!page.head.contains("unsafe-inline"), "{}", page.head);

    let rows = server.ask("GET", &format!("/rows/csat/{unit}?period=2026-10"));
    assert_eq!(rows.status, 200);
    assert!(rows.head.contains("text/csv"), "{}", rows.head);
    assert!(rows.body.contains("response_id") && !rows.body.contains("person_id"), "{}", rows.body);
    let explained = server.ask("GET", &format!("/explain/csat/{unit}?period=2026-10"));
    assert!(explained.body.contains("numerator"), "{}", explained.body);

    // What is not there, in plain words.
    for (target, status, words) in [
        ("/scorecard/nowhere", 404, "there is no unit"),
        (&*format!("/measure/csatt/{unit}"), 404, "did you mean `csat`?"),
        (&*format!("/scorecard/{unit}?period=soon"), 400, "is not a period"),
        (&*format!("/measure/csat/{unit}?from=soon"), 400, "is not the number of a row"),
        (&*format!("/scorecard/{unit}?period=2026-10&period=2026-09"), 400, "cannot be read"),
        ("/scorecard/%ff", 400, "cannot be read"),
        (&*format!("/compare/csat/{unit}"), 404, "is not compared"),
        ("/compare/csatt", 404, "did you mean `csat`?"),
        ("/nothing/of/the/kind", 404, "no page at this address"),
        ("/assets/../../Cargo.toml", 404, "no page at this address"),
        ("/assets/..%2f..%2fevenkeel.yaml", 404, "no such file"),
        ("/assets/%2e%2e%2fevenkeel.yaml", 404, "no such file"),
    ] {
        let answer = server.ask("GET", target);
        assert_eq!(answer.status, status, "{target}: {}", answer.body);
        assert!(answer.body.contains(words), "{target}: {}", answer.body);
        assert!(!answer.body.contains("time_zone"), "{target}");
    }
    // Nothing can be changed here, and nothing that is asked is repeated as markup.
    for method in ["POST", "PUT", "DELETE"] {
        assert_eq!(server.ask(method, &format!("/scorecard/{unit}")).status, 405, "{method}");
    }
    let injected = server.ask("GET", "/scorecard/%3Cscript%3Ealert(1)%3C%2Fscript%3E?period=%3Cimg%3E");
    assert!(!injected.head.contains("text/html") || !injected.body.contains("<script>alert"), "{}", injected.body);
    // What is no request at all does not hurt.
    assert!(server.send(b"\x16\x03\x01\x02\x00\r\n\r\n").status >= 400);
    let long = "a".repeat(2 << 20);
    let refused = server.ask("GET", &format!("/scorecard/{unit}?period={long}"));
    assert!(refused.status >= 400 || refused.status == 0, "{}", refused.status);
    assert_eq!(server.ask("GET", "/health").status, 200);
}

/// A scorecard links to every measure that it has; one that is not reported for units says so on its page.
#[test]
fn a_measure_that_is_not_reported_for_units() {
    let (_folder, project) = blank();
    let path = project.join("measures/complaints.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("levels: [unit]", "levels: []")).unwrap();
    let server = serve_open(&project);
    let page = server.ask("GET", "/measure/complaints/north?period=2026-10");
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("Not reported at this level"), "{}", page.body);
    assert!(!page.body.contains("How this number came about"), "{}", page.body);
    // The rows themselves are not told.
    assert_eq!(server.ask("GET", "/rows/complaints/north?period=2026-10").status, 403);
}

#[test]
fn new_data_are_shown_without_a_restart() {
    let (_folder, project) = blank();
    let server = serve_open(&project);
    let page = || server.ask("GET", "/scorecard/Our%20organisation?period=2026-10").body;
    assert!(page().contains("60.0"));
    // An open page hears which data there are, and then that there are others.
    let mut events = Events::of(&server, "/live", "");
    assert!(events.answer.head.contains("text/event-stream"), "{}", events.answer.head);
    assert!(events.answer.head.contains("no-store") && !events.answer.head.contains("content-encoding"));
    assert!(events.answer.body.contains("{\"version\":1,\"loaded_at\":\"20"), "{}", events.answer.body);
    assert!(page().contains("data-live=\"/live\" data-version=\"1\""));
    let path = project.join("raw/cases.csv");
    let text = std::fs::read_to_string(&path).unwrap();
    let more = "2001,2026-10-20T08:00:00Z,email,delivery,north,ama,no,2026-10-21T07:00:00Z,5\n";
    std::fs::write(&path, format!("{text}{more}")).unwrap();
    succeed(&project, &["import"]);
    let heard = events.next();
    assert!(heard.contains("{\"version\":2,\"loaded_at\":\"20"), "{heard}");
    // Whoever hears of it gets it at once. Four of six instead of three of five.
    assert!(page().contains("66.7"));
}

#[test]
fn a_port_in_use_is_said() {
    let (_folder, project) = blank();
    let server = serve_open(&project);
    let port = server.address.rsplit(':').next().unwrap().to_owned();
    let said = super::support::run(&project, &["serve", "--port", &port]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("choose another with --port"), "{}", said.err);
}

/// Whatever is asked for is answered, in the period that one stood in; people are not found.
#[test]
fn finding_things() {
    let (_folder, project) = blank();
    let server = serve_open(&project);
    let found = server.ask("GET", "/search?q=customer+satisfaction&period=2026-09&unit=Our+organisation");
    assert_eq!(found.status, 200, "{}", found.body);
    assert!(found.body.contains("href=\"/measure/csat/organisation?period=2026-09\""), "{}", found.body);
    for (asked, words) in [
        ("csat", "/measure/csat/"),
        ("custmer", "/measure/csat/"),
        ("our organisation", "/scorecard/organisation?period=2026-10"),
        ("first contact", "/measures/fcr_"),
        ("usual range", "Where the values of a measure fall while nothing changes"),
        ("data", "href=\"/data\""),
        ("zeppelin", "Nothing is called like that"),
        ("", "can be found by what they are called"),
    ] {
        let answer = server.ask("GET", &format!("/search?q={}", asked.replace(' ', "+")));
        assert_eq!(answer.status, 200, "{asked}: {}", answer.body);
        assert!(answer.body.contains(words), "{asked}: {}", answer.body);
    }
    let long = "%C3%A4".repeat(1_500);
    for asked in
        ["%00%1b%5b31m", "%3Cscript%3Ealert(1)%3C/script%3E", "%27%20or%201=1%20--", "a+b+c+d+e+f+g+h+i+j", &long]
    {
        let answer = server.ask("GET", &format!("/search?q={asked}"));
        assert_eq!(answer.status, 200, "{asked}");
        assert!(!answer.body.contains("<script>alert"), "{}", answer.body);
    }
    assert_eq!(server.ask("GET", "/search?q=a&unit=nowhere").status, 404);
    assert_eq!(server.ask("GET", "/search?q=%ff").status, 200);
}
