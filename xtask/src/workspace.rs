//! What Cargo knows about this workspace.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use serde_json::Value;

/// The workspace as `cargo metadata` describes it.
#[derive(Debug)]
pub struct Workspace {
    /// The folder of the repository.
    pub root: PathBuf,
    /// Where builds go.
    pub target: PathBuf,
    /// The crates, in the order of their names.
    pub crates: Vec<Crate>,
}

/// A crate of the workspace.
#[derive(Debug, Clone, Default)]
pub struct Crate {
    /// The name of the package.
    pub name: String,
    /// Its Cargo.toml, relative to the root.
    pub manifest: String,
    /// The first file of its library and of each of its programs, relative to the root.
    pub roots: Vec<String>,
    /// What the crate itself needs, without what only its tests or its build script need.
    pub dependencies: Vec<Dependency>,
}

/// A dependency of a crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The name of the package.
    pub package: String,
    /// The name in Cargo.toml.
    pub key: String,
}

impl Workspace {
    /// Asks Cargo about the workspace around the current folder.
    pub fn open() -> anyhow::Result<Self> {
        let output = cargo()
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .output()
            .context("Cargo cannot be started")?;
        ensure!(
            output.status.success(),
            "Cargo cannot read the workspace: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
        Self::read(&output.stdout)
    }

    fn read(metadata: &[u8]) -> anyhow::Result<Self> {
        let metadata: Value = serde_json::from_slice(metadata).context("the answer of `cargo metadata` is not JSON")?;
        let folder = |key: &str| {
            let path = metadata[key].as_str().with_context(|| format!("`cargo metadata` names no `{key}`"))?;
            anyhow::Ok(PathBuf::from(path))
        };
        let root = folder("workspace_root")?;
        let target = folder("target_directory")?;
        let mut crates: Vec<Crate> = list(&metadata["packages"]).map(|package| Crate::read(&root, package)).collect();
        crates.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self { root, target, crates })
    }
}

impl Crate {
    fn read(root: &Path, package: &Value) -> Self {
        let roots = list(&package["targets"])
            .filter(|target| list(&target["kind"]).any(|kind| kind == "lib" || kind == "bin"))
            .map(|target| relative(root, &target["src_path"]))
            .collect();
        let dependencies = list(&package["dependencies"])
            .filter(|dependency| dependency["kind"].is_null())
            .map(|dependency| {
                let package = text(&dependency["name"]);
                let key = dependency["rename"].as_str().map_or_else(|| package.clone(), str::to_owned);
                Dependency { package, key }
            })
            .collect();
        Self { name: text(&package["name"]), manifest: relative(root, &package["manifest_path"]), roots, dependencies }
    }

    /// The name without the prefix that all crates share: `model`.
    pub fn short_name(&self) -> &str {
        short(&self.name)
    }
}

/// The name of a package without the prefix that all crates of this workspace share.
pub fn short(package: &str) -> &str {
    package.strip_prefix("evenkeel-").unwrap_or(package)
}

/// The Cargo that runs this program.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // `cargo run` tells this program about itself. Build scripts that look at these variables (ring has one) would
    // run again, and with them minutes of compiling, whenever Cargo is started in another way.
    for (key, _) in std::env::vars_os() {
        if is_about_this_program(&key.to_string_lossy()) {
            command.env_remove(key);
        }
    }
    command.env("CARGO_TERM_COLOR", "never");
    command
}

fn is_about_this_program(variable: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|prefix| variable.starts_with(prefix))
        || ["CARGO_BIN_NAME", "CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE"].contains(&variable)
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A path below the root, with forward slashes.
fn relative(root: &Path, path: &Value) -> String {
    let path = Path::new(path.as_str().unwrap_or_default());
    let parts: Vec<_> =
        path.strip_prefix(root).unwrap_or(path).iter().map(|part| part.to_string_lossy().into_owned()).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata() {
        let metadata = r#"{
            "workspace_root": "/w", "target_directory": "/cache/target",
            "packages": [
                {"name": "evenkeel-web", "manifest_path": "/w/crates/web/Cargo.toml", "dependencies": [], "targets": []},
                {"name": "evenkeel-lake", "manifest_path": "/w/crates/lake/Cargo.toml",
                 "targets": [{"kind": ["lib"], "src_path": "/w/crates/lake/src/lib.rs"},
                             {"kind": ["test"], "src_path": "/w/crates/lake/tests/import.rs"}],
                 "dependencies": [
                    {"name": "buoyant_kernel", "rename": "delta_kernel", "kind": null},
                    {"name": "proptest", "rename": null, "kind": "dev"},
                    {"name": "cc", "rename": null, "kind": "build"}]}
            ]}"#;
        let workspace = Workspace::read(metadata.as_bytes()).unwrap();
        assert_eq!(workspace.target, Path::new("/cache/target"));
        let names: Vec<_> = workspace.crates.iter().map(Crate::short_name).collect();
        assert_eq!(names, ["lake", "web"]);
        let lake = &workspace.crates[0];
        assert_eq!(lake.manifest, "crates/lake/Cargo.toml");
        assert_eq!(lake.roots, ["crates/lake/src/lib.rs"]);
        let kernel = Dependency { package: "buoyant_kernel".to_owned(), key: "delta_kernel".to_owned() };
        assert_eq!(lake.dependencies, [kernel]);
    }

    #[test]
    fn metadata_that_says_nothing() {
        assert!(Workspace::read(b"{}").unwrap_err().to_string().contains("workspace_root"));
        assert!(Workspace::read(b"no").is_err());
    }

    #[test]
    fn variables_of_this_program() {
        assert!(is_about_this_program("CARGO_PKG_VERSION"));
        assert!(is_about_this_program("CARGO_MANIFEST_DIR"));
        assert!(!is_about_this_program("CARGO_TARGET_DIR"));
        assert!(!is_about_this_program("CARGO_HOME"));
    }
}
