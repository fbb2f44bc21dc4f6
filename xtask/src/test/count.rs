//! How many tests passed and failed, and which ones failed why, from what the runners print.

/// Numbers of tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
}

impl Tally {
    /// One check that passed.
    pub const PASSED: Self = Self { passed: 1, failed: 0 };
    /// One check that failed.
    pub const FAILED: Self = Self { passed: 0, failed: 1 };

    /// Both together.
    pub fn plus(self, other: Self) -> Self {
        Self { passed: self.passed.saturating_add(other.passed), failed: self.failed.saturating_add(other.failed) }
    }
}

/// How a command tells what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// By its exit code alone.
    ExitCode,
    /// By the line `Summary […] 5 tests run: 4 passed, 1 failed, 0 skipped`.
    Nextest,
    /// By a line `test result: ok. 4 passed; 0 failed; …` for each program of tests.
    Libtest,
    /// By the lines `# pass 4`, `# fail 0`, `# cancelled 0`.
    Node,
}

/// The most lines of what one failed test printed that are told again at the end.
const LONGEST_FAILURE: usize = 60;
/// The most failed tests whose output is told again at the end.
const MOST_FAILURES: usize = 20;

/// Reads the output of a command line by line.
#[derive(Debug)]
pub struct Counter {
    format: Format,
    passed: Option<u64>,
    failed: u64,
    cancelled: u64,
    /// What failed, each with what it printed.
    failures: Vec<String>,
    /// How many lines more belong to the last of them.
    more: usize,
}

impl Counter {
    pub fn new(format: Format) -> Self {
        Self { format, passed: None, failed: 0, cancelled: 0, failures: Vec::new(), more: 0 }
    }

    /// Takes in a line of the output.
    pub fn read(&mut self, line: &str) {
        let line = plain(line);
        self.read_failure(&line);
        let line = line.trim();
        match self.format {
            Format::ExitCode => {}
            // The last summary counts: tests may print what looks like one.
            Format::Nextest => {
                if let Some(tally) = nextest(line) {
                    self.passed = Some(tally.passed);
                    self.failed = tally.failed;
                }
            }
            Format::Libtest => {
                if let Some(tally) = libtest(line) {
                    self.passed = Some(self.passed.unwrap_or_default().saturating_add(tally.passed));
                    self.failed = self.failed.saturating_add(tally.failed);
                }
            }
            Format::Node => match node(line) {
                Some(("pass", count)) => self.passed = Some(count),
                Some(("fail", count)) => self.failed = count,
                Some(("cancelled", count)) => self.cancelled = count,
                _ => {}
            },
        }
    }

    /// Keeps the line when it belongs to a failure.
    fn read_failure(&mut self, line: &str) {
        // Nextest lists the names once more below its summary.
        let is_told = self.format == Format::Nextest && self.passed.is_some();
        if begins_failure(self.format, line.trim()) && !is_told && self.failures.len() < MOST_FAILURES {
            self.failures.push(line.trim().to_owned());
            self.more = LONGEST_FAILURE;
        } else if ends_failure(self.format, line.trim()) {
            self.more = 0;
        } else if let Some(failure) = self.failures.last_mut().filter(|_| self.more > 0) {
            failure.push('\n');
            failure.push_str(line.trim_end());
            self.more -= 1;
        }
    }

    /// What failed, each with what it printed. A suite that failed only because of its tests is left out.
    pub fn failures(&self) -> Vec<String> {
        self.failures.iter().filter(|failure| !failure.contains("failureType: 'subtestsFailed'")).cloned().collect()
    }

    /// Whether the output told counts, where it should.
    pub fn has_counts(&self) -> bool {
        self.format == Format::ExitCode || self.passed.is_some()
    }

    /// The counts, once the command has ended, well or not. They never say more than its exit code.
    pub fn finish(self, success: bool) -> Tally {
        if self.format == Format::ExitCode {
            return if success { Tally::PASSED } else { Tally::FAILED };
        }
        let Some(passed) = self.passed else { return Tally::FAILED };
        let failed = self.failed.saturating_add(self.cancelled);
        Tally { passed, failed: if success { failed } else { failed.max(1) } }
    }
}

/// Whether the output of something that failed begins with a line.
fn begins_failure(format: Format, line: &str) -> bool {
    match format {
        Format::ExitCode => line.starts_with("error") || line.starts_with("Diff in "),
        Format::Nextest => {
            line.starts_with("error: could not compile")
                || line.split_once(" [").is_some_and(|(verdict, _)| {
                    ["FAIL", "TIMEOUT", "ABORT", "XFAIL", "LEAK-FAIL"].contains(&verdict) || verdict.starts_with("SIG")
                })
        }
        Format::Libtest => line.starts_with("---- ") && line.ends_with(" stdout ----"),
        Format::Node => line.starts_with("not ok "),
    }
}

/// Whether what failed has ended before a line.
fn ends_failure(format: Format, line: &str) -> bool {
    match format {
        Format::ExitCode => line.is_empty(),
        Format::Nextest => ["PASS [", "SLOW [", "LEAK [", "Summary ["].iter().any(|start| line.starts_with(start)),
        Format::Libtest => line == "failures:",
        Format::Node => line == "...",
    }
}

/// Nextest's summary.
///
/// `Summary [  24.940s] 12/15 tests run: 10 passed (1 slow), 1 failed, 1 timed out, 4 skipped`
fn nextest(line: &str) -> Option<Tally> {
    let (_, line) = line.strip_prefix("Summary [")?.split_once(']')?;
    let (run, results) = line.split_once(" run: ")?;
    let mut tally = Tally::default();
    for result in without_brackets(results).split(',') {
        let (count, kind) = result.trim().split_once(' ')?;
        let count: u64 = count.parse().ok()?;
        match kind.trim() {
            "passed" => tally.passed = count,
            "skipped" => {}
            // `failed`, `exec failed`, `timed out`, and whatever later versions add.
            _ => tally.failed = tally.failed.saturating_add(count),
        }
    }
    // Tests that were not reached have not passed.
    if let Some((run, all)) = run.split_whitespace().next()?.split_once('/') {
        let missed = all.parse::<u64>().ok()?.saturating_sub(run.parse().ok()?);
        tally.failed = tally.failed.saturating_add(missed);
    }
    Some(tally)
}

/// The text without everything in round brackets.
fn without_brackets(text: &str) -> String {
    let mut depth = 0_usize;
    text.chars()
        .filter(|letter| match letter {
            '(' => {
                depth += 1;
                false
            }
            ')' => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => depth == 0,
        })
        .collect()
}

/// A result of Rust's own test harness.
///
/// `test result: ok. 40 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s`
fn libtest(line: &str) -> Option<Tally> {
    let (_, results) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let count =
        |kind: &str| results.split(';').find_map(|result| result.trim().strip_suffix(kind)?.trim().parse::<u64>().ok());
    Some(Tally { passed: count(" passed")?, failed: count(" failed")? })
}

/// A count of Node's test runner: `# pass 4`, or `ℹ pass 4` for people.
fn node(line: &str) -> Option<(&str, u64)> {
    let (kind, count) = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ "))?.split_once(' ')?;
    Some((kind, count.parse().ok()?))
}

/// The line without colours and other commands to a terminal.
fn plain(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            // `ESC [ parameters letter`; anything else is a single letter behind the ESC.
            if letters.next() == Some('[') {
                let _ = letters.find(|letter| ('@'..='~').contains(letter));
            }
        } else {
            text.push(letter);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(format: Format, output: &str, success: bool) -> (u64, u64) {
        let mut counter = Counter::new(format);
        output.lines().for_each(|line| counter.read(line));
        let tally = counter.finish(success);
        (tally.passed, tally.failed)
    }

    #[test]
    fn nextest_summaries() {
        let summaries = [
            ("     Summary [  24.940s] 584 tests run: 584 passed, 0 skipped", true, (584, 0)),
            ("     Summary [  24.940s] 584 tests run: 580 passed, 4 failed, 0 skipped", false, (580, 4)),
            ("     Summary [   0.006s] 1 test run: 1 passed, 2 skipped", true, (1, 0)),
            (
                "     Summary [   1.1s] 9 tests run: 7 passed (2 slow, 1 flaky), 1 timed out, 1 exec failed, 0 skipped",
                false,
                (7, 2),
            ),
            ("     Summary [   1.1s] 12/15 tests run: 11 passed (1 leaky), 1 failed, 0 skipped", false, (11, 4)),
            ("     Summary [   0.000s] 0 tests run: 0 passed, 3 skipped", false, (0, 1)),
            // The exit code says more than the counts.
            ("     Summary [   0.006s] 1 test run: 1 passed, 0 skipped", false, (1, 1)),
        ];
        for (summary, success, expected) in summaries {
            assert_eq!(count(Format::Nextest, summary, success), expected, "{summary}");
        }
    }

    #[test]
    fn nextest_in_full() {
        let output = "\
 Nextest run ID c0f484e6-877b-4d4d-a776-eb0976574a94 with nextest profile: default
    Starting 2 tests across 1 binary (1 test skipped)
        PASS [   0.005s] (1/2) one a
        FAIL [   0.083s] (2/2) one b
  stdout ---
    Summary [   0.006s] 7 tests run: 7 passed, 2 skipped
    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 2 filtered out; finished in 0.08s
────────────
     Summary [   0.084s] 2 tests run: 1 passed, 1 failed, 1 skipped
        FAIL [   0.083s] (2/2) one b
error: test run failed";
        assert_eq!(count(Format::Nextest, output, false), (1, 1));
        assert_eq!(
            count(Format::Nextest, "error: could not compile `one` (lib) due to 1 previous error", false),
            (0, 1)
        );
    }

    #[test]
    fn nextest_in_colour() {
        let summary = "\u{1b}[32;1m     Summary\u{1b}[0m [   0.006s] \u{1b}[1m1\u{1b}[0m test run: \u{1b}[1m1\u{1b}[0m \
                       \u{1b}[32;1mpassed\u{1b}[0m, \u{1b}[1m2\u{1b}[0m \u{1b}[33;1mskipped\u{1b}[0m";
        assert_eq!(count(Format::Nextest, summary, true), (1, 0));
    }

    #[test]
    fn libtest_results_add_up() {
        let output = "\
running 40 tests
test result: ok. 40 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
   Doc-tests two
running 3 tests
test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.07s
error: doctest failed, to rerun pass `-p two --doc`";
        assert_eq!(count(Format::Libtest, output, false), (41, 1));
        let ok = "test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        assert_eq!(count(Format::Libtest, ok, true), (0, 0));
        assert_eq!(count(Format::Libtest, "error: no such command", true), (0, 1));
    }

    #[test]
    fn node_counts() {
        let tap = "\
TAP version 13
# Subtest: a
ok 1 - a
# pass 77
1..3
# tests 6
# suites 0
# pass 2
# fail 1
# cancelled 1
# skipped 1
# todo 1
# duration_ms 175.337551";
        assert_eq!(count(Format::Node, tap, false), (2, 2));
        let spec = "✔ a (1.2ms)\nℹ tests 1\nℹ pass 1\nℹ fail 0\nℹ cancelled 0";
        assert_eq!(count(Format::Node, spec, true), (1, 0));
        let colour = "\u{1b}[34mℹ pass 4\u{1b}[39m\n\u{1b}[34mℹ fail 0\u{1b}[39m";
        assert_eq!(count(Format::Node, colour, true), (4, 0));
        assert_eq!(count(Format::Node, "npm error Missing script: \"test\"", false), (0, 1));
    }

    fn failures(format: Format, output: &str) -> Vec<String> {
        let mut counter = Counter::new(format);
        output.lines().for_each(|line| counter.read(line));
        counter.failures()
    }

    #[test]
    fn failures_are_told_with_what_they_printed() {
        let nextest = "\
        PASS [   0.005s] (1/4) one a
        \u{1b}[31;1mFAIL\u{1b}[0m [   0.083s] (2/4) one b
  stdout ───
    running 1 test
  stderr ───
    thread 'b' panicked at src/lib.rs:3:9
        PASS [   0.005s] (3/4) one c
     SIGABRT [   0.005s] (4/4) one d
────────────
     Summary [   0.084s] 4 tests run: 2 passed, 2 failed, 1 skipped
        FAIL [   0.083s] (2/4) one b
error: test run failed";
        let told = failures(Format::Nextest, nextest);
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].starts_with("FAIL [   0.083s] (2/4) one b\n"), "{told:?}");
        assert!(told[0].ends_with("panicked at src/lib.rs:3:9"), "{told:?}");
        assert!(told[1].starts_with("SIGABRT"), "{told:?}");
        let node = "\
# Subtest: pages
    not ok 6 - leads to the provider
      ---
      error: 'late'
      ...
    ok 7 - another
    1..2
not ok 32 - pages
  ---
  failureType: 'subtestsFailed'
  ...
# fail 1";
        assert_eq!(failures(Format::Node, node), ["not ok 6 - leads to the provider\n      ---\n      error: 'late'"]);
        let libtest = "test a ... FAILED\n\nfailures:\n\n---- a stdout ----\nit is so\n\nfailures:\n    a\n";
        assert_eq!(failures(Format::Libtest, libtest), ["---- a stdout ----\nit is so\n"]);
        let clippy = "    Checking one\nerror: a mistake\n  --> here\n\nwarning: other";
        assert_eq!(failures(Format::ExitCode, clippy), ["error: a mistake\n  --> here"]);
        assert!(failures(Format::Nextest, "        PASS [   0.005s] (1/4) one fail_a").is_empty());
    }

    #[test]
    fn much_that_failed_is_cut() {
        let one = format!("FAIL [ 1s] a\n{}", "line\n".repeat(1_000));
        let told = failures(Format::Nextest, &one.repeat(100));
        assert_eq!((told.len(), told[0].lines().count()), (MOST_FAILURES, 1 + LONGEST_FAILURE));
    }

    #[test]
    fn exit_codes() {
        assert_eq!(count(Format::ExitCode, "Summary [1s] 9 tests run: 9 passed", false), (0, 1));
        assert_eq!(count(Format::ExitCode, "", true), (1, 0));
    }
}
