//! A PostgreSQL server for the tests of what people type, which has to hold on it as on a file.
//!
//! It lies in a temporary folder, listens on this machine only, and ends with the tests.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::count::Format;
use super::install::{find, install, is_root};
use super::{Outcome, failure, run_command};
use crate::workspace::cargo;

/// Where Debian puts the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";
/// Who runs the server where whoever tests is root, as whom it does not start.
const OWNER: &str = "postgres";
/// Who owns the databases of tests.
const USER: &str = "evenkeel";
/// The tests that keep something in the database.
const TESTS: &str = "package(evenkeel-state) or (package(evenkeel) and test(/^(acts|api|call_backs|dates|figures|initiatives|notes|openid|recommendations|record|rights|serving|today|users|webhooks)::/))";

/// Runs those tests on a server of their own.
pub fn run(root: &Path) -> Outcome {
    match Server::start() {
        Ok(server) => {
            let path = std::env::var_os("PATH").unwrap_or_default();
            let paths = std::iter::once(server.programs.clone()).chain(std::env::split_paths(&path));
            let Ok(paths) = std::env::join_paths(paths) else { return failure("PATH cannot be written") };
            let mut tests = cargo();
            tests.current_dir(root).env("EVENKEEL_POSTGRES", server.address()).env("PATH", paths);
            if super::has_nextest() {
                tests.args(["nextest", "run", "--workspace", "--no-fail-fast", "-E", TESTS]);
                run_command(&mut tests, Format::Nextest)
            } else {
                tests.args(["test", "--workspace", "--no-fail-fast", "--test", "state", "--test", "commands"]);
                run_command(&mut tests, Format::Libtest)
            }
        }
        Err(why) => failure(&why),
    }
}

/// A running server.
struct Server {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
}

impl Server {
    fn start() -> Result<Self, String> {
        if programs().is_none() {
            install(&["postgresql"])?;
        }
        let programs =
            programs().ok_or("PostgreSQL is not installed; install it by hand, or the package postgresql")?;
        // The folder for temporary files of whoever is root may be closed to the owner of the server.
        let temporary = if is_root() { PathBuf::from("/tmp") } else { std::env::temp_dir() };
        let folder = as_owner("mktemp").arg("-d").arg(temporary.join("evenkeel-postgres-XXXXXX")).output();
        let folder = folder.map_err(|error| format!("`mktemp` cannot be started: {error}"))?;
        let folder = PathBuf::from(String::from_utf8_lossy(&folder.stdout).trim());
        if !folder.is_dir() {
            return Err("no folder could be made for PostgreSQL".to_owned());
        }
        // Whoever takes the port in between makes the start fail, which is said.
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = free.map_err(|error| format!("there is no free port: {error}"))?.port();
        let server = Self { programs, folder, port };
        let data = server.folder.join("data").display().to_string();
        server.runs("initdb", &["--auth=trust", "--no-sync", "--encoding=UTF8", "--username", USER, "-D", &data])?;
        // What a test keeps need not outlive the machine.
        let options = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={} -c fsync=off -c max_connections=400",
            server.folder.display()
        );
        let log = server.folder.join("log").display().to_string();
        server.runs("pg_ctl", &["start", "-w", "-D", &data, "-l", &log, "-o", &options])?;
        Ok(server)
    }

    fn address(&self) -> String {
        format!("postgres://{USER}@127.0.0.1:{}", self.port)
    }

    fn runs(&self, program: &str, arguments: &[&str]) -> Result<(), String> {
        let output = as_owner(&self.programs.join(program).display().to_string()).args(arguments).output();
        let output = output.map_err(|error| format!("`{program}` cannot be started: {error}"))?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!("`{program}` failed: {}", String::from_utf8_lossy(&output.stderr).trim()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.folder.join("data").display().to_string();
        if let Err(why) = self.runs("pg_ctl", &["stop", "-w", "-m", "immediate", "-D", &data]) {
            crate::console::error(&why);
        }
        // It lies among the temporary files: what cannot be removed does no harm.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A program, as somebody as whom PostgreSQL starts.
fn as_owner(program: &str) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    // From a folder that they may enter.
    command.current_dir("/").args(["-u", OWNER, "--", program]);
    command
}

/// The folder with the programs of the server: on the path, or the newest version that Debian has put aside.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH");
    let on_path = find("initdb", path.as_deref()).and_then(|file| Some(file.canonicalize().ok()?.parent()?.to_owned()));
    on_path.or_else(|| newest(Path::new(VERSIONS)))
}

/// The programs of the newest version below a folder.
fn newest(versions: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(versions).ok()?.flatten();
    let numbered = entries.filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path())));
    let with_programs = numbered.filter(|(_, path)| path.join("bin/initdb").is_file());
    with_programs.max().map(|(_, path)| path.join("bin"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_starts_and_leaves_nothing() {
        if programs().is_none() {
            crate::console::error("SKIPPED: PostgreSQL is not installed");
            return;
        }
        let server = Server::start().unwrap();
        let (folder, port) = (server.folder.clone(), server.port);
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        drop(server);
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
        assert!(!folder.exists(), "{}", folder.display());
    }

    #[test]
    fn the_newest_version_with_programs() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(newest(folder.path()), None);
        for version in ["9", "15", "17"] {
            std::fs::create_dir_all(folder.path().join(version).join("bin")).unwrap();
        }
        for version in ["9", "15"] {
            std::fs::write(folder.path().join(version).join("bin/initdb"), "").unwrap();
        }
        assert_eq!(newest(folder.path()), Some(folder.path().join("15/bin")));
        assert_eq!(newest(Path::new("/no/such/folder")), None);
    }
}
