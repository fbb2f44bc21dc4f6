//! Writes every sample page as a file, with its assets, so that pages can be looked at without a server:
//! `cargo run -p evenkeel-view --example gallery -- FOLDER`, then open `FOLDER/index.html`.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use evenkeel_view::assets;
use evenkeel_view::page::{Template, sample};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("name the folder to write to")?);
    fs::create_dir_all(folder.join("assets"))?;
    for asset in assets::all() {
        fs::write(folder.join("assets").join(&asset.path), &asset.bytes)?;
    }
    let urls = assets::Urls::below("assets/");
    let mut written = Vec::new();
    for sample in sample::scorecards(&urls) {
        write(&folder, &mut written, &format!("scorecard-{}", sample.name), &sample.page, &sample.page)?;
    }
    for sample in sample::measures(&urls) {
        write(&folder, &mut written, &format!("measure-{}", sample.name), &sample.page, &sample.page)?;
    }
    for sample in sample::comparisons(&urls) {
        write(&folder, &mut written, &format!("comparison-{}", sample.name), &sample.page, &sample.page)?;
    }
    for sample in sample::records(&urls) {
        write(&folder, &mut written, &format!("record-{}", sample.name), &sample.page, &sample.page)?;
    }
    for sample in sample::todays(&urls) {
        write(&folder, &mut written, &format!("today-{}", sample.name), &sample.page, &sample.page)?;
    }
    for sample in sample::maps(&urls) {
        write(&folder, &mut written, &format!("map-{}", sample.name), &sample.page, &sample.page)?;
    }
    let (initiatives, forms) = sample::initiatives(&urls);
    for sample in initiatives {
        write(&folder, &mut written, &format!("initiatives-{}", sample.name), &sample.page, &sample.page)?;
    }
    for sample in forms {
        write(&folder, &mut written, &format!("initiative-{}", sample.name), &sample.page, &sample.page)?;
    }
    for sample in sample::guides(&urls) {
        write(&folder, &mut written, &format!("guide-{}", sample.name), &sample.page, &sample.page)?;
    }
    for sample in sample::searches(&urls) {
        write(&folder, &mut written, &format!("search-{}", sample.name), &sample.page, &sample.page)?;
    }
    for sample in sample::data(&urls) {
        write(&folder, &mut written, &format!("data-{}", sample.name), &sample.page, &sample.page)?;
    }
    let (lists, definitions) = sample::library(&urls);
    for sample in lists {
        write(&folder, &mut written, &format!("measures-{}", sample.name), &sample.page, &sample.page)?;
    }
    for sample in definitions {
        write(&folder, &mut written, &format!("definition-{}", sample.name), &sample.page, &sample.page)?;
    }
    let (charters, editions) = sample::charters(&urls);
    for sample in charters {
        write(&folder, &mut written, &format!("charter-{}", sample.name), &sample.page, &sample.page)?;
    }
    for sample in editions {
        write(&folder, &mut written, &format!("charter-public-{}", sample.name), &sample.page, &sample.page)?;
    }
    let (owed, approvals) = sample::owed(&urls);
    for sample in owed {
        write(&folder, &mut written, &format!("owed-{}", sample.name), &sample.page, &sample.page)?;
    }
    for sample in approvals {
        write(&folder, &mut written, &format!("approval-{}", sample.name), &sample.page, &sample.page)?;
    }
    for sample in sample::disputes(&urls) {
        write(&folder, &mut written, &format!("disputes-{}", sample.name), &sample.page, &sample.page)?;
    }
    for sample in sample::people(&urls) {
        write(&folder, &mut written, &format!("people-{}", sample.name), &sample.page, &sample.page)?;
    }
    for sample in sample::matrices(&urls) {
        write(&folder, &mut written, &format!("owed-matrix-{}", sample.name), &sample.page, &sample.page)?;
    }
    let accounts = sample::accounts(&urls);
    for (name, page) in &accounts.sign_in {
        write(&folder, &mut written, &format!("sign-in-{name}"), page, page)?;
    }
    for (name, page) in &accounts.set_up {
        write(&folder, &mut written, &format!("set-up-{name}"), page, page)?;
    }
    for (name, page) in &accounts.password {
        write(&folder, &mut written, &format!("password-{name}"), page, page)?;
    }
    for (name, page) in &accounts.administration {
        write(&folder, &mut written, &format!("administration-{name}"), page, page)?;
    }
    for (name, page) in &accounts.tokens {
        write(&folder, &mut written, &format!("tokens-{name}"), page, page)?;
    }
    for (name, page) in &accounts.api {
        write(&folder, &mut written, &format!("api-{name}"), page, page)?;
    }
    for (name, page) in &accounts.trail {
        write(&folder, &mut written, &format!("trail-{name}"), page, page)?;
    }
    let mut index = "<!doctype html><title>Gallery</title><ul>\n".to_owned();
    for name in &written {
        writeln!(index, "<li><a href=\"{name}.html\">{name}</a>")?;
    }
    fs::write(folder.join("index.html"), index)?;
    Ok(())
}

/// Writes a page as HTML and as JSON.
fn write(
    folder: &Path,
    written: &mut Vec<String>,
    name: &str,
    page: &impl Template,
    json: &impl serde::Serialize,
) -> Result<(), Box<dyn Error>> {
    fs::write(folder.join(format!("{name}.html")), page.render()?)?;
    fs::write(folder.join(format!("{name}.json")), serde_json::to_string_pretty(json)?)?;
    written.push(name.to_owned());
    Ok(())
}
