//! What whoever operates a server reads of it: whether it is ready, and its numbers.

use std::path::Path;
use std::time::{Duration, Instant};

use super::served::{Server, serve, serve_open, serving, start, two_branches};

fn with_header(server: &Server, target: &str, header: &str) -> (u16, String) {
    let asked = format!("GET {target} HTTP/1.1\r\nhost: localhost\r\n{header}\r\nconnection: close\r\n\r\n");
    let answer = server.send(asked.as_bytes());
    (answer.status, answer.body)
}

/// Waits until the numbers of a server have a line.
fn wait_for(server: &Server, line: &str) {
    let begun = Instant::now();
    loop {
        let told = server.ask("GET", "/metrics").body;
        if told.lines().any(|told| told == line) {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{line} is never told:\n{told}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn newest_manifest(project: &Path) -> std::path::PathBuf {
    let folder = project.join("data/manifest");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|ending| ending == "json")).max().unwrap()
}

#[test]
fn a_server_says_when_it_cannot_make_pages() {
    let project = two_branches();
    let server = serve(project.path());
    let ready = server.ask("GET", "/ready");
    assert_eq!((ready.status, &*ready.body), (200, "ready\ndata version 1\n"));
    wait_for(&server, "evenkeel_look_failed 0");

    let manifest = newest_manifest(project.path());
    let text = std::fs::read(&manifest).unwrap();
    std::fs::write(&manifest, "{").unwrap();
    let unready = server.ask("GET", "/ready");
    assert_eq!(unready.status, 503, "{}", unready.body);
    assert!(
        unready.body.contains("The lake cannot be read") && unready.head.contains("retry-after"),
        "{}",
        unready.body
    );
    assert!(!unready.body.contains(project.path().to_str().unwrap()), "{}", unready.body);
    wait_for(&server, "evenkeel_look_failed 1");
    assert_eq!(server.ask("GET", "/health").status, 200);

    std::fs::write(&manifest, text).unwrap();
    assert_eq!(server.ask("GET", "/ready").status, 200);
    wait_for(&server, "evenkeel_look_failed 0");
}

/// Addresses hold names of units and people; what is told of them does not.
#[test]
fn numbers_tell_of_requests_and_of_nobody() {
    let project = two_branches();
    let server = serve(project.path());
    let mara = server.set_up();
    for target in
        ["/scorecard/north", "/scorecard/lakeside?period=2026-10", "/record/ann", "/nobody/ann", "/search?q=cleo"]
    {
        server.get(target, &mara);
    }
    server.ask("BREW", "/scorecard/north");
    let told = server.ask("GET", "/metrics");
    assert_eq!(told.status, 200);
    assert!(told.head.contains("application/openmetrics-text; version=1.0.0"), "{}", told.head);
    for line in [
        "evenkeel_requests_total{method=\"GET\",route=\"/scorecard/{unit}\",status=\"2xx\"} 2",
        "evenkeel_requests_total{method=\"other\",route=\"/scorecard/{unit}\",status=\"4xx\"} 1",
        "evenkeel_requests_total{method=\"GET\",route=\"none\",status=\"4xx\"} 1",
        "evenkeel_answering_seconds_count{route=\"/scorecard/{unit}\"} 3",
        "evenkeel_data_version 1",
        "evenkeel_sessions 1",
        "evenkeel_database_up 1",
    ] {
        assert!(told.body.lines().any(|told| told == line), "{line} is missing:\n{}", told.body);
    }
    for name in ["north", "lakeside", "ann", "cleo", "mara", "127.0.0.1", "BREW", "2026-10", "Promises"] {
        assert!(!told.body.contains(name), "{name} is told:\n{}", told.body);
    }
}

#[test]
fn who_reads_the_metrics() {
    let project = two_branches();
    let open = serve_open(project.path());
    assert_eq!(open.ask("GET", "/metrics").status, 200);
    for passed_on in ["x-forwarded-for: 203.0.113.7", "forwarded: for=203.0.113.7"] {
        let (status, said) = with_header(&open, "/metrics", passed_on);
        assert_eq!((status, said.contains("EVENKEEL_METRICS_TOKEN")), (403, true), "{said}");
    }
    drop(open);

    let token = "a token of some length";
    let said = run_with_token(project.path(), token);
    assert!(said.contains("EVENKEEL_METRICS_TOKEN cannot be used") && !said.contains(token), "{said}");
    assert!(run_with_token(project.path(), "short").contains("16 or more"));

    let token = "0123456789abcdef0123";
    let mut command = serving(project.path(), &["--auth", "none"]);
    command.env("EVENKEEL_METRICS_TOKEN", token);
    let server = start(command, false);
    for (header, expected) in [
        ("x: y".to_owned(), 401),
        (format!("authorization: Bearer {token}0"), 401),
        ("authorization: Bearer ".to_owned(), 401),
        (format!("authorization: Basic {token}"), 401),
        (format!("authorization: Bearer {token}"), 200),
        (format!("x-forwarded-for: 203.0.113.7\r\nauthorization: bearer {token}"), 200),
    ] {
        let (status, said) = with_header(&server, "/metrics", &header);
        assert_eq!(status, expected, "{header}: {said}");
        assert_eq!(said.contains("evenkeel_data_version"), expected == 200, "{header}: {said}");
    }
}

/// What the server says that is started with a token that cannot be used.
fn run_with_token(project: &Path, token: &str) -> String {
    let mut command = serving(project, &["--auth", "none"]);
    let output = command.env("EVENKEEL_METRICS_TOKEN", token).stderr(std::process::Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}
