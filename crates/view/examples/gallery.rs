//! Writes every sample page as a file, with its assets, so that pages can be looked at without a server:
//! `cargo run -p evenkeel-view --example gallery -- FOLDER`, then open `FOLDER/index.html`.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use evenkeel_view::assets;
use evenkeel_view::page::sample::Named;
use evenkeel_view::page::{Template, sample};
use serde::Serialize;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("name the folder to write to")?);
    fs::create_dir_all(folder.join("assets"))?;
    for asset in assets::all() {
        fs::write(folder.join("assets").join(&asset.path), &asset.bytes)?;
    }
    let urls = assets::Urls::below("assets/");
    let mut gallery = Gallery { folder, written: Vec::new() };
    gallery.all("scorecard", &sample::scorecards(&urls))?;
    gallery.all("measure", &sample::measures(&urls))?;
    gallery.all("comparison", &sample::comparisons(&urls))?;
    gallery.all("record", &sample::records(&urls))?;
    gallery.all("today", &sample::todays(&urls))?;
    gallery.all("map", &sample::maps(&urls))?;
    let (initiatives, forms) = sample::initiatives(&urls);
    gallery.all("initiatives", &initiatives)?;
    gallery.all("initiative", &forms)?;
    let sample::Recommendations { register, ones, forms: asking } = sample::recommendations(&urls);
    gallery.all("recommendations", &register)?;
    gallery.all("recommendation", &ones)?;
    gallery.all("recommend", &asking)?;
    let sample::CallBacks { list, ones } = sample::call_backs(&urls);
    gallery.all("dates", &sample::dates(&urls))?;
    gallery.all("call-backs", &list)?;
    gallery.all("call-back", &ones)?;
    let sample::Acts { lists: recognised, forms: acting } = sample::acts(&urls);
    gallery.all("recognition", &recognised)?;
    gallery.all("act", &acting)?;
    let (candidates, rates) = sample::choosing(&urls);
    gallery.all("choose", &candidates)?;
    gallery.all("rate", &rates)?;
    gallery.all("note", &sample::notes(&urls))?;
    gallery.all("guide", &sample::guides(&urls))?;
    gallery.all("search", &sample::searches(&urls))?;
    gallery.all("data", &sample::data(&urls))?;
    let sample::Loads { choosing, columns, progress } = sample::loads(&urls);
    gallery.all("load", &choosing)?;
    gallery.all("load-columns", &columns)?;
    gallery.all("load-progress", &progress)?;
    let (lists, definitions) = sample::library(&urls);
    gallery.all("measures", &lists)?;
    gallery.all("definition", &definitions)?;
    let (charters, editions) = sample::charters(&urls);
    gallery.all("charter", &charters)?;
    gallery.all("charter-public", &editions)?;
    let (owed, approvals) = sample::owed(&urls);
    gallery.all("owed", &owed)?;
    gallery.all("approval", &approvals)?;
    gallery.all("disputes", &sample::disputes(&urls))?;
    gallery.all("people", &sample::people(&urls))?;
    gallery.all("owed-matrix", &sample::matrices(&urls))?;
    let accounts = sample::accounts(&urls);
    gallery.pairs("sign-in", &accounts.sign_in)?;
    gallery.pairs("first", &accounts.first)?;
    gallery.pairs("set-up", &accounts.set_up)?;
    gallery.pairs("password", &accounts.password)?;
    gallery.pairs("administration", &accounts.administration)?;
    gallery.pairs("account", &accounts.account)?;
    gallery.pairs("tokens", &accounts.tokens)?;
    gallery.pairs("webhooks", &accounts.webhooks)?;
    gallery.pairs("api", &accounts.api)?;
    gallery.pairs("trail", &accounts.trail)?;
    let mut index = "<!doctype html><title>Gallery</title><ul>\n".to_owned();
    for name in &gallery.written {
        writeln!(index, "<li><a href=\"{name}.html\">{name}</a>")?;
    }
    fs::write(gallery.folder.join("index.html"), index)?;
    Ok(())
}

/// Where pages are written, and those that were.
struct Gallery {
    folder: PathBuf,
    written: Vec<String>,
}

impl Gallery {
    fn all<P: Template + Serialize>(&mut self, kind: &str, samples: &[Named<P>]) -> Result<(), Box<dyn Error>> {
        samples.iter().try_for_each(|sample| self.write(kind, sample.name, &sample.page))
    }

    fn pairs<P: Template + Serialize>(&mut self, kind: &str, samples: &[(&str, P)]) -> Result<(), Box<dyn Error>> {
        samples.iter().try_for_each(|(name, page)| self.write(kind, name, page))
    }

    /// Writes a page as HTML and as JSON.
    fn write<P: Template + Serialize>(&mut self, kind: &str, name: &str, page: &P) -> Result<(), Box<dyn Error>> {
        let name = format!("{kind}-{name}");
        fs::write(self.folder.join(format!("{name}.html")), page.render()?)?;
        fs::write(self.folder.join(format!("{name}.json")), serde_json::to_string_pretty(page)?)?;
        self.written.push(name);
        Ok(())
    }
}
