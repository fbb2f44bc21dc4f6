//! A sink in memory, and plain readers for what was written to it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::rc::Rc;

use evenkeel_simulate::bank::{self, Outcome, Settings};

type Contents = Rc<RefCell<Vec<u8>>>;

struct Shared(Contents);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The files of a simulated bank, unpacked.
pub struct Bank {
    pub outcome: Outcome,
    pub files: BTreeMap<String, Vec<u8>>,
}

pub fn bank(seed: u64, scale: f64) -> Bank {
    run(&Settings { seed, scale, ..Settings::demonstration() })
}

pub fn run(settings: &Settings) -> Bank {
    let mut created: BTreeMap<String, Contents> = BTreeMap::new();
    let mut sink = |path: &str| -> io::Result<Box<dyn Write>> {
        let contents = Contents::default();
        assert!(created.insert(path.to_owned(), Rc::clone(&contents)).is_none(), "{path} was created twice");
        Ok(Box::new(Shared(contents)))
    };
    let outcome = bank::simulate(settings, &mut sink).unwrap();
    let files = created
        .into_iter()
        .map(|(path, contents)| {
            let bytes = contents.take();
            if std::path::Path::new(&path).extension().is_some_and(|ending| ending == "gz") {
                let mut unpacked = Vec::new();
                flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut unpacked).unwrap();
                (path, unpacked)
            } else {
                (path, bytes)
            }
        })
        .collect();
    Bank { outcome, files }
}

impl Bank {
    /// The lines of all files whose path begins so, in the order of the paths: path, number of the line, text.
    pub fn lines(&self, prefix: &str) -> Vec<(&str, u64, &str)> {
        let mut lines = Vec::new();
        for (path, bytes) in self.files.range(prefix.to_owned()..).take_while(|(path, _)| path.starts_with(prefix)) {
            // Only staff.csv has another encoding, and it is not read here.
            let text = std::str::from_utf8(bytes).unwrap();
            lines.extend(text.lines().zip(1..).map(|(line, number)| (path.as_str(), number, line)));
        }
        lines
    }

    /// The cells of a file without quotes in it, headings left out.
    pub fn cells(&self, prefix: &str, delimiter: char) -> Vec<Vec<&str>> {
        let rows = self.lines(prefix).into_iter().filter(|&(_, number, _)| number > 1);
        rows.map(|(_, _, line)| line.split(delimiter).collect()).collect()
    }
}
