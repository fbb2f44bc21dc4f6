//! Style, scripts, type and icons, all of them inside the binary.
//!
//! Every file is served under a name that holds a digest of its content, so that it may be cached for ever. Names
//! inside the style sheet are rewritten to match. Nothing is fetched from elsewhere; what comes from other
//! projects lies in `assets/vendor`, with its licence and its digest in `VENDOR.md`.

use std::borrow::Cow;
use std::sync::LazyLock;

/// A file that pages refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Its plain name: `style.css`.
    pub name: &'static str,
    /// The name under which it is served: `style.3f9a0c….css`.
    pub path: String,
    /// The value of the `Content-Type` header.
    pub content_type: &'static str,
    /// The content.
    pub bytes: Cow<'static, [u8]>,
    /// A digest of the content, fit for an `ETag`.
    pub hash: String,
}

const STYLE: &str = concat!(
    include_str!("../assets/style/tokens.css"),
    include_str!("../assets/style/base.css"),
    include_str!("../assets/style/frame.css"),
    include_str!("../assets/style/components.css"),
    include_str!("../assets/style/marks.css"),
    include_str!("../assets/style/scorecard.css"),
    include_str!("../assets/style/measure.css"),
    include_str!("../assets/style/library.css"),
    include_str!("../assets/style/accounts.css"),
    include_str!("../assets/style/charter.css"),
    include_str!("../assets/style/comparison.css"),
    include_str!("../assets/style/data.css"),
    include_str!("../assets/style/search.css"),
    include_str!("../assets/style/guide.css"),
    include_str!("../assets/style/initiatives.css"),
    include_str!("../assets/style/map.css"),
    include_str!("../assets/style/today.css"),
    include_str!("../assets/style/owed.css"),
    include_str!("../assets/style/load.css"),
    include_str!("../assets/style/notes.css"),
    include_str!("../assets/style/choose.css"),
    include_str!("../assets/style/print.css"),
);

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const FONT: &str = "font/woff2";

static ALL: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let mut assets = vec![
        asset("favicon.svg", "image/svg+xml", include_bytes!("../assets/favicon.svg")),
        asset("early.js", JAVASCRIPT, include_bytes!("../assets/script/early.js")),
        asset("page.js", JAVASCRIPT, include_bytes!("../assets/script/page.js")),
        asset("api.js", JAVASCRIPT, include_bytes!("../assets/script/api.js")),
        asset("echarts.js", JAVASCRIPT, include_bytes!("../assets/vendor/echarts.common.min.js")),
        asset("source-sans-3.woff2", FONT, include_bytes!("../assets/vendor/source-sans-3-latin-wght-normal.woff2")),
        asset("source-serif-4.woff2", FONT, include_bytes!("../assets/vendor/source-serif-4-latin-wght-normal.woff2")),
    ];
    let mut style = STYLE.to_owned();
    for font in assets.iter().filter(|asset| asset.content_type == FONT) {
        style = style.replace(&format!("url({})", font.name), &format!("url({})", font.path));
    }
    assets.push(asset("style.css", "text/css; charset=utf-8", style.into_bytes()));
    assets
});

/// Every file that pages refer to.
#[must_use]
pub fn all() -> &'static [Asset] {
    &ALL
}

/// The file that is served under this name.
#[must_use]
pub fn at(path: &str) -> Option<&'static Asset> {
    ALL.iter().find(|asset| asset.path == path)
}

/// Where the files are, seen from a page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Urls {
    /// The style sheet.
    pub style: String,
    /// The script that runs before anything is drawn: it sets light or dark.
    pub early: String,
    /// The script of all pages.
    pub page: String,
    /// The script of the page about the API.
    pub api: String,
    /// The chart library.
    pub charts: String,
    /// The icon of the window.
    pub icon: String,
    /// The type of running text and figures.
    pub sans: String,
    /// The type of headlines.
    pub serif: String,
    /// Whether a page may ask for the type ahead of time. Pages that lie in a folder may not.
    pub preload: bool,
}

impl Urls {
    /// The files below an address that ends in a slash: `/assets/`.
    #[must_use]
    pub fn below(base: &str) -> Self {
        let url = |name: &str| {
            let asset = ALL.iter().find(|asset| asset.name == name);
            asset.map_or_else(String::new, |asset| format!("{base}{}", asset.path))
        };
        Self {
            style: url("style.css"),
            early: url("early.js"),
            page: url("page.js"),
            api: url("api.js"),
            charts: url("echarts.js"),
            icon: url("favicon.svg"),
            sans: url("source-sans-3.woff2"),
            serif: url("source-serif-4.woff2"),
            preload: base.starts_with('/') || base.contains("://"),
        }
    }
}

fn asset(name: &'static str, content_type: &'static str, bytes: impl Into<Cow<'static, [u8]>>) -> Asset {
    let bytes = bytes.into();
    let hash = format!("{:016x}", fnv1a(&bytes));
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    Asset { name, path: format!("{stem}.{hash}.{ending}"), content_type, bytes, hash }
}

/// FNV-1a: tells one version of our own file from the next. It guards against stale caches and not against
/// anyone; the vendored files are checked against SHA-256 in the tests.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[test]
    fn names_hold_the_digest_and_the_style_sheet_knows_them() {
        let style = all().iter().find(|asset| asset.name == "style.css").unwrap();
        let text = std::str::from_utf8(&style.bytes).unwrap();
        for asset in all() {
            assert!(asset.path.contains(&asset.hash));
            assert_eq!(at(&asset.path), Some(asset));
            if asset.content_type == FONT {
                assert!(text.contains(&asset.path), "{}", asset.name);
            }
        }
        assert!(!text.contains("http"), "the style sheet fetches nothing from elsewhere");
    }

    /// The table in VENDOR.md is the manifest: each line names a file of `assets/vendor` and its digest.
    #[test]
    fn vendored_files_are_what_the_manifest_says() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/vendor");
        let manifest = std::fs::read_to_string(format!("{folder}/VENDOR.md")).unwrap();
        let mut listed = vec!["VENDOR.md".to_owned()];
        for line in manifest.lines().filter(|line| line.starts_with("| `")) {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let (file, digest, licence) = (cells[1].trim_matches('`'), cells[4].trim_matches('`'), cells[6]);
            let bytes = std::fs::read(format!("{folder}/{file}")).unwrap();
            let found = Sha256::digest(&bytes).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
            assert_eq!(found, digest, "{file}");
            listed.push(file.to_owned());
            for text in licence.split(',').map(|text| text.trim().trim_matches('`')) {
                assert!(std::fs::exists(format!("{folder}/{text}")).unwrap(), "{text}");
                listed.push(text.to_owned());
            }
        }
        for entry in std::fs::read_dir(folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(listed.contains(&name), "{name} is not in the manifest");
        }
    }

    #[test]
    fn scripts_and_style_need_no_exception_to_the_policy() {
        for asset in all().iter().filter(|asset| matches!(asset.name, "early.js" | "page.js" | "api.js" | "style.css"))
        {
            let text = std::str::from_utf8(&asset.bytes).unwrap();
            for forbidden in ["eval(", "new Function", "innerHTML", "setAttribute(\"style\"", "@import"] {
                assert!(!text.contains(forbidden), "{} has {forbidden}", asset.name);
            }
        }
    }
}
