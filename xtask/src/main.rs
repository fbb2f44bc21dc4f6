//! The project's own chores: the repository's rules, and the run of everything that must pass.
//!
//! `cargo xtask help` lists them. This crate is built before anything else is, so it uses nothing that takes long to
//! build, and nothing of evenkeel itself.

mod bench;
mod console;
mod markdown;
mod repository;
mod test;
mod tidy;
mod truth;
mod workspace;

use std::process::ExitCode;

/// A chore that can be asked for by name.
struct Chore {
    name: &'static str,
    /// Everything that may follow the name.
    options: &'static [&'static str],
    what: &'static str,
    /// Takes the options as given; they are known to be among `options`.
    run: fn(&[String]) -> anyhow::Result<ExitCode>,
}

const CHORES: [Chore; 4] = [
    Chore {
        name: "bench",
        options: &["--small", "--large"],
        what: "evenkeel and its peers on a record of a million cases, every answer checked; --small: 30,000, --large: 10 million",
        run: bench::run,
    },
    Chore {
        name: "test",
        options: &["--quick"],
        what: "everything that must pass; --quick leaves out clippy and the browser",
        run: |options| Ok(test::run(options)),
    },
    Chore {
        name: "tidy",
        options: &[],
        what: "the repository's own rules: dependency edges, links, forbidden text, vendored files",
        run: tidy::run,
    },
    Chore {
        name: "truth",
        options: &["--check"],
        what: "docs/truth.md: the statistics on simulated processes and people; --check only tells whether it is still true",
        run: truth::run,
    },
];

/// The exit code for arguments that make no sense.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let arguments: Vec<String> =
        std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    match choose(&arguments) {
        Request::Help => {
            console::out(&help());
            ExitCode::SUCCESS
        }
        Request::Mistake(mistake) => {
            console::error(&format!("{mistake}\n\n{}", help()));
            ExitCode::from(USAGE)
        }
        Request::Run(chore, options) => (chore.run)(options).unwrap_or_else(|error| {
            console::error(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }),
    }
}

/// What the arguments ask for.
enum Request<'a> {
    Help,
    Mistake(String),
    Run(&'static Chore, &'a [String]),
}

fn choose(arguments: &[String]) -> Request<'_> {
    let Some((name, options)) = arguments.split_first() else {
        return Request::Mistake("a command is missing".to_owned());
    };
    if ["help", "--help", "-h"].contains(&name.as_str()) {
        return Request::Help;
    }
    let Some(chore) = CHORES.iter().find(|chore| chore.name == name) else {
        return Request::Mistake(format!("there is no command `{name}`"));
    };
    match options.iter().find(|option| !chore.options.contains(&option.as_str())) {
        Some(option) => Request::Mistake(format!("`{name}` knows no `{option}`")),
        None => Request::Run(chore, options),
    }
}

fn help() -> String {
    let usage =
        |chore: &Chore| chore.options.iter().fold(chore.name.to_owned(), |usage, option| usage + " [" + option + "]");
    let mut lines = vec!["cargo xtask COMMAND".to_owned(), String::new()];
    lines.extend(CHORES.iter().map(|chore| format!("    {:<18}{}", usage(chore), chore.what)));
    lines.push(format!("    {:<18}{}", "help", "this list"));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(arguments: &[&str]) -> String {
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        match choose(&arguments) {
            Request::Help => "help".to_owned(),
            Request::Mistake(mistake) => mistake,
            Request::Run(chore, options) => format!("run {} {}", chore.name, options.join(" ")),
        }
    }

    #[test]
    fn arguments() {
        assert_eq!(request(&["help"]), "help");
        assert_eq!(request(&["--help"]), "help");
        assert_eq!(request(&["tidy"]), "run tidy ");
        assert_eq!(request(&["test", "--quick"]), "run test --quick");
        assert_eq!(request(&[]), "a command is missing");
        assert_eq!(request(&["tidi"]), "there is no command `tidi`");
        assert_eq!(request(&["test", "--fast"]), "`test` knows no `--fast`");
        assert_eq!(request(&["tidy", "--quick"]), "`tidy` knows no `--quick`");
    }

    #[test]
    fn help_names_every_command() {
        let help = help();
        for chore in &CHORES {
            assert!(help.contains(&format!("\n    {}", chore.name)), "{help}");
        }
        assert!(help.contains("test [--quick]"), "{help}");
    }
}
