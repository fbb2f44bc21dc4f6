//! Paths in project files: `/` between their parts, relative to the project, and never out of where they may lead.

use crate::code;
use crate::diagnostic::{Diagnostic, Findings};
use crate::place::Spanned;
use crate::suggest::quoted;

/// A path without `.` and with `..` only at its start.
#[derive(Debug, PartialEq, Eq)]
struct Parts<'a> {
    absolute: bool,
    parts: Vec<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(path: &'a str) -> Self {
        let absolute = path.starts_with('/');
        let mut parts: Vec<&str> = Vec::new();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." if parts.last().is_some_and(|last| *last != "..") => {
                    parts.pop();
                }
                ".." if absolute => {}
                _ => parts.push(part),
            }
        }
        Self { absolute, parts }
    }

    fn leaves_project(&self) -> bool {
        self.absolute || self.parts.first() == Some(&"..")
    }

    fn below(&self, root: &Self) -> bool {
        self.absolute == root.absolute && self.parts.len() > root.parts.len() && self.parts.starts_with(&root.parts)
    }
}

/// Checks the path of a file of the project itself and returns it without detours.
pub(crate) fn inside_project(path: &Spanned<String>, findings: &mut Findings) -> Option<String> {
    if !well_written(path, findings) {
        return None;
    }
    let parts = Parts::of(&path.value);
    if parts.leaves_project() || parts.parts.is_empty() {
        let message = format!("{} does not lie in the project", quoted(&path.value));
        let found = Diagnostic::error(code::OUTSIDE_PROJECT, &path.span, message)
            .note("files that define the project belong to its folder, so that they are versioned together")
            .help("write the path from the folder of `evenkeel.yaml`, for example `sources/crm.yaml`");
        findings.push(found);
        return None;
    }
    Some(parts.parts.join("/"))
}

/// Checks the path of raw files, which may lie outside the project only below `data_root`.
pub(super) fn raw_files(path: &Spanned<String>, data_root: Option<&str>, findings: &mut Findings) -> bool {
    if !well_written(path, findings) {
        return false;
    }
    let pattern = |part: &str| part.contains(['*', '?']);
    let first_pattern = path.value.split('/').position(pattern).unwrap_or(usize::MAX);
    if path.value.split('/').skip(first_pattern).any(|part| part == "..") {
        let message = format!("{} goes up with `..` behind a pattern", quoted(&path.value));
        let found = Diagnostic::error(code::OUTSIDE_PROJECT, &path.span, message)
            .note("nobody can tell in advance where such a path leads")
            .help("write the folders out");
        findings.push(found);
        return false;
    }
    let parts = Parts::of(&path.value);
    let allowed = match data_root {
        _ if !parts.leaves_project() => true,
        Some(root) => parts.below(&Parts::of(root)),
        None => false,
    };
    if !allowed {
        let message = format!("{} lies outside the project", quoted(&path.value));
        let found = Diagnostic::error(code::OUTSIDE_PROJECT, &path.span, message)
            .note("a project that anybody may edit must not read any file of the machine it runs on");
        findings.push(match data_root {
            Some(root) => {
                found.help(format!("raw files outside the project have to lie below `data_root`, which is `{root}`"))
            }
            None => found
                .help("name the folder above it as `data_root` in evenkeel.yaml, or put the files into the project"),
        });
    }
    allowed
}

fn well_written(path: &Spanned<String>, findings: &mut Findings) -> bool {
    let text = path.value.as_str();
    let drive = text.as_bytes().get(1) == Some(&b':') && text.as_bytes()[0].is_ascii_alphabetic();
    let (message, help) = if text.contains('\\') {
        (format!("{} has `\\` between its parts", quoted(text)), "write `/`, which works on every system".to_owned())
    } else if let Some((scheme, _)) = text.split_once("://") {
        let message = format!("{} is an address, not a path", quoted(text));
        (message, format!("fetch the files first; evenkeel reads no files over `{scheme}`"))
    } else if drive {
        (
            format!("{} begins with a drive", quoted(text)),
            "write the path from the folder of `evenkeel.yaml`".to_owned(),
        )
    } else if text.starts_with('~') {
        (
            format!("{} begins with `~`", quoted(text)),
            "write the folder out, or the path from the folder of `evenkeel.yaml`".to_owned(),
        )
    } else if text.contains('\0') || text.contains('\n') {
        (format!("{} is not a path", quoted(text)), "write one path".to_owned())
    } else {
        return true;
    };
    findings.push(Diagnostic::error(code::BAD_PATH, &path.span, message).help(help));
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::{SourceFile, Span};

    fn spanned(text: &str) -> Spanned<String> {
        let file = SourceFile::new("a.yaml", text);
        Spanned { value: text.to_owned(), span: Span::new(&file, 0..text.len()) }
    }

    #[test]
    fn where_raw_files_may_lie() {
        let check = |path: &str, root: Option<&str>, allowed: bool| {
            assert_eq!(raw_files(&spanned(path), root, &mut Findings::default()), allowed, "{path} below {root:?}");
        };
        check("raw/a.csv", None, true);
        check("./raw/../raw/a_*.csv", None, true);
        check("raw/../../a.csv", None, false);
        check("../a.csv", None, false);
        check("/etc/passwd", None, false);
        check("../exports/a.csv", Some("../exports"), true);
        check("../exports/./x/a.csv", Some("../exports/"), true);
        check("../exports/../secrets/a.csv", Some("../exports"), false);
        check("../exports-old/a.csv", Some("../exports"), false);
        check("../exports", Some("../exports"), false);
        check("/srv/exports/a.csv", Some("/srv/exports"), true);
        check("/srv/exports/../../etc/passwd", Some("/srv/exports"), false);
        check("/etc/passwd", Some("../exports"), false);
        check("../../exports/a.csv", Some("../exports"), false);
        check("raw/*/../../../a.csv", Some("../exports"), false);
        check("raw/**/../a.csv", None, false);
        check("raw\\a.csv", None, false);
        check("C:/a.csv", None, false);
        check("~/a.csv", None, false);
        check("s3://bucket/a.csv", None, false);
    }

    #[test]
    fn where_files_of_the_project_lie() {
        let check = |path: &str, expected: Option<&str>| {
            assert_eq!(inside_project(&spanned(path), &mut Findings::default()).as_deref(), expected, "{path}");
        };
        check("sources/crm.yaml", Some("sources/crm.yaml"));
        check("./sources//x/../crm.yaml", Some("sources/crm.yaml"));
        check("../crm.yaml", None);
        check("sources/../../crm.yaml", None);
        check("/crm.yaml", None);
        check(".", None);
    }

    proptest::proptest! {
        #[test]
        fn no_spelling_leads_out(path in "(\\.|\\.\\.|a|b|/|\\*){0,12}") {
            if raw_files(&spanned(&path), None, &mut Findings::default()) {
                let mut depth = 0i32;
                proptest::prop_assert!(!path.starts_with('/'));
                for part in path.split('/') {
                    depth += match part { "" | "." => 0, ".." => -1, _ => 1 };
                    proptest::prop_assert!(depth >= 0, "{}", path);
                }
            }
        }
    }
}
