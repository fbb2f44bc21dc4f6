//! Commands whose output is passed through and read at the same time.

use std::io::{self, BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use crate::console;

/// How long to wait for more output once a command has ended.
///
/// What it started in the background and left running (a browser, say) may hold its output open for ever.
const LINGER: Duration = Duration::from_secs(5);

/// How often to look whether a command that prints nothing has ended.
const LOOK: Duration = Duration::from_millis(100);

enum Line {
    Out(Vec<u8>),
    Error(Vec<u8>),
}

/// Runs a command to its end, prints its output line by line where it belongs, shows each line to `read`, and tells
/// whether the command succeeded. The command gets no input, so that it cannot wait for a person.
pub fn stream(command: &mut Command, read: impl FnMut(&str)) -> io::Result<bool> {
    stream_with(command, LINGER, read)
}

fn stream_with(command: &mut Command, linger: Duration, mut read: impl FnMut(&str)) -> io::Result<bool> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (sender, lines) = mpsc::channel();
    forward(child.stdout.take(), sender.clone(), Line::Out);
    forward(child.stderr.take(), sender, Line::Error);
    let mut ended: Option<Instant> = None;
    loop {
        match lines.recv_timeout(LOOK) {
            Ok(line) => {
                let bytes = match line {
                    Line::Out(bytes) => {
                        console::bytes(&mut io::stdout().lock(), &bytes);
                        bytes
                    }
                    Line::Error(bytes) => {
                        console::bytes(&mut io::stderr().lock(), &bytes);
                        bytes
                    }
                };
                read(&String::from_utf8_lossy(&bytes));
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                if ended.is_none() && child.try_wait()?.is_some() {
                    ended = Some(Instant::now());
                }
            }
        }
        if ended.is_some_and(|ended| ended.elapsed() >= linger) {
            break;
        }
    }
    Ok(child.wait()?.success())
}

/// Sends every line from one pipe on, in a thread of its own: a full pipe would stop the command.
fn forward(pipe: Option<impl Read + Send + 'static>, sender: Sender<Line>, kind: fn(Vec<u8>) -> Line) {
    let Some(pipe) = pipe else { return };
    std::thread::spawn(move || {
        let mut pipe = BufReader::new(pipe);
        let mut line = Vec::new();
        while matches!(pipe.read_until(b'\n', &mut line), Ok(length) if length > 0) {
            while matches!(line.last(), Some(b'\n' | b'\r')) {
                line.pop();
            }
            if sender.send(kind(std::mem::take(&mut line))).is_err() {
                break;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> (bool, Vec<String>) {
        let mut lines = Vec::new();
        let mut command = Command::new("sh");
        let success = stream_with(command.args(["-c", script]), Duration::from_millis(300), |line| {
            lines.push(line.to_owned());
        });
        lines.sort();
        (success.unwrap(), lines)
    }

    #[test]
    fn both_streams_are_read() {
        let (success, lines) = shell("echo out; echo error >&2; printf 'no end'; exit 0");
        assert!(success);
        assert_eq!(lines, ["error", "no end", "out"]);
        assert!(!shell("exit 1").0);
    }

    #[test]
    fn much_output_on_both_streams() {
        let script = "i=0; while [ $i -lt 5000 ]; do echo out $i; echo error $i >&2; i=$((i+1)); done";
        assert_eq!(shell(script).1.len(), 10_000);
    }

    #[test]
    fn bytes_that_are_no_text() {
        assert_eq!(shell("printf 'a\\377b\\r\\n'").1, ["a\u{fffd}b"]);
    }

    #[test]
    fn no_input() {
        assert_eq!(shell("read line || echo none").1, ["none"]);
    }

    #[test]
    fn what_is_left_running_does_not_hold_it_up() {
        let start = Instant::now();
        let (success, lines) = shell("sleep 20 & echo done");
        assert!(success);
        assert_eq!(lines, ["done"]);
        assert!(start.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_program_that_does_not_exist() {
        assert!(stream(&mut Command::new("evenkeel-no-such-program"), |_| {}).is_err());
    }
}
