//! Writing to the terminal. A reader that has seen enough, such as `head`, is no mistake.

use std::io::Write;

/// Writes a line to the standard output.
pub fn out(line: &str) {
    bytes(&mut std::io::stdout().lock(), line.as_bytes());
}

/// Writes a line to the standard error.
pub fn error(line: &str) {
    bytes(&mut std::io::stderr().lock(), line.as_bytes());
}

/// Writes bytes as they are, and the end of the line.
pub fn bytes(to: &mut dyn Write, line: &[u8]) {
    // One call, so that lines of both streams do not mix.
    let mut line = line.to_vec();
    line.push(b'\n');
    let _ = to.write_all(&line);
    let _ = to.flush();
}
