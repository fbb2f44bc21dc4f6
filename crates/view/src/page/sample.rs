//! Sample pages: what tests render, what the gallery shows, and what a designer looks at.
//!
//! Everything here is fictional. The samples cover the plain case and the awkward ones: nothing recorded, nothing
//! defined, a period that is still running, names that are too long, and texts that try to be markup.

pub mod accounts;
mod acts;
mod bank;
mod breakdown;
mod call_backs;
mod charter;
mod choose;
mod comparison;
mod data;
mod dates;
mod disputes;
mod figures;
mod found;
mod initiatives;
mod load;
mod notes;
mod owed;
mod recommendations;
mod record;
mod signals;
mod today;
mod world;

use std::collections::BTreeMap;
use std::sync::Arc;

use evenkeel_model::evaluation::{self, Evaluation, MeasureResult, Question, Readings};
use evenkeel_model::ids::{MeasureId, UnitId};
use evenkeel_model::measure::Measure;
use evenkeel_model::period::{FiscalYear, Grain, Period};
use evenkeel_model::reading::Subject;
use evenkeel_model::scorecard::Scorecard;
use evenkeel_model::target::Normalisation;
use evenkeel_model::trajectory::{Forecast, NoForecast};
use jiff::civil::{Date, date};

use crate::assets;
use crate::number::Currency;
use crate::page::context::{
    Arrangement, Context, Freshness, Links, NavigationEntry, NoteCounts, Place, UnitLabel, UnitNode, Visitor,
};
use crate::page::frame::Choice;
use crate::page::owed_matrix::MatrixPage;
use crate::page::rows_behind::{Column, ColumnOrder, RowsBehind};
use crate::page::{
    ActPage, ApprovalPage, CallBackPage, CallBacksPage, Chart, CharterPage, ChoosePage, ComparedGroup, ComparisonPage,
    DataPage, DatesPage, DefinitionPage, Detail, DisputesPage, Filter, GuidePage, InitiativePage, InitiativesPage,
    LibraryLinks, Listed, LoadColumnsPage, LoadPage, LoadProgressPage, MapPage, MeasureList, MeasurePage, MeasuresPage,
    NoteDetail, NotePage, NotesDetail, Origin, OwedPage, PeoplePage, PublicCharter, RatePage, RecognitionPage,
    RecommendPage, RecommendationPage, RecommendationsPage, RecordPage, ScorecardPage, SearchForm, SearchPage, Sheet,
    Targeted, TargetsPage, TodayPage, UnitResult,
};
use world::World;

/// A page with a name for its file.
#[derive(Debug, Clone)]
pub struct Named<P> {
    /// A short name: `rich`.
    pub name: &'static str,
    /// The page.
    pub page: P,
}

/// One sample: a scorecard, what was recorded, and where it is looked at.
struct Sample {
    name: &'static str,
    scorecard: Scorecard,
    measures: BTreeMap<MeasureId, Arc<Measure>>,
    world: World,
    place: Place,
    today: Date,
    freshness: Freshness,
    units: Vec<UnitNode>,
    path: Vec<UnitLabel>,
    organisation: String,
    hostile: bool,
    /// The measure whose page is shown.
    shown: &'static str,
}

/// Every sample scorecard. Assets lie below `assets`.
#[must_use]
pub fn scorecards(assets: &assets::Urls) -> Vec<Named<ScorecardPage>> {
    let page = |sample: Sample| {
        let links = FileLinks { sample: sample.name, hostile: sample.hostile };
        let context = sample.context(&links, assets);
        Named { name: sample.name, page: ScorecardPage::new(&sample.evaluation(), &context) }
    };
    all().into_iter().map(page).collect()
}

/// The targets of every sample. Assets lie below `assets`.
#[must_use]
pub fn targets(assets: &assets::Urls) -> Vec<Named<TargetsPage>> {
    let page = |sample: Sample| {
        let links = FileLinks { sample: sample.name, hostile: sample.hostile };
        let context = sample.context(&links, assets);
        Named { name: sample.name, page: sample.targets_page(&context) }
    };
    all().into_iter().map(page).collect()
}

/// The page of one measure of every sample. Assets lie below `assets`.
#[must_use]
pub fn measures(assets: &assets::Urls) -> Vec<Named<MeasurePage>> {
    let page = |sample: Sample| {
        let links = FileLinks { sample: sample.name, hostile: sample.hostile };
        let context = sample.context(&links, assets);
        let page = sample.measure_page(&context)?;
        Some(Named { name: sample.name, page })
    };
    all().into_iter().chain(other_measures()).filter_map(page).collect()
}

/// The list of measures, narrowed down and not, and the definition of one. Assets lie below `assets`.
#[must_use]
pub fn library(assets: &assets::Urls) -> (Vec<Named<MeasuresPage>>, Vec<Named<DefinitionPage>>) {
    let mut lists = Vec::new();
    let mut definitions = Vec::new();
    let samples = [bank::rich("rich"), Sample { hostile: true, ..bank::renamed("hostile", bank::HOSTILE) }];
    for sample in samples {
        let links = FileLinks { sample: sample.name, hostile: sample.hostile };
        let context = sample.context(&links, assets);
        let listed = |measure| Listed { measure, origin: Origin::Library, configuration: None };
        let measures: Vec<Listed<'_>> = sample.measures.values().map(|measure| listed(measure.as_ref())).collect();
        let list = MeasureList::new(&measures, &Filter::default(), &links);
        let page = MeasuresPage::new(list, &context);
        lists.push(Named { name: sample.name, page: MeasuresPage { choosing_url: Some(links.choosing()), ..page } });
        if sample.name == "rich" {
            let filter = Filter { text: "no such thing".to_owned(), ..Filter::default() };
            let list = MeasureList::new(&measures, &filter, &links);
            lists.push(Named { name: "none", page: MeasuresPage::new(list, &context) });
        }
        let Some(shown) = sample.measures.get("csat") else { continue };
        let shown = bank::with_example(shown, sample.hostile);
        let named = |id: &MeasureId| sample.measures.get(id).map(|measure| measure.title.clone());
        let sheet = Sheet::new(listed(&shown), &context.currency, &named, &links);
        let figures = Some(links.measure(&shown.id, &context.place));
        let page = DefinitionPage::new(sheet, figures, &links, &context);
        definitions.push(Named { name: sample.name, page });
    }
    (lists, definitions)
}

/// Comparisons of branches: of every state, of two alone, of nobody. Assets lie below `assets`.
#[must_use]
pub fn comparisons(assets: &assets::Urls) -> Vec<Named<ComparisonPage>> {
    let samples = [
        (bank::rich("rich"), comparison::rich as fn(Period, bool) -> comparison::Made),
        (bank::rich("few"), |period, _| comparison::few(period)),
        (bank::rich("none"), |period, _| comparison::none(period)),
        (Sample { hostile: true, ..bank::renamed("hostile", bank::HOSTILE) }, comparison::rich),
    ];
    let page = |(sample, make): (Sample, fn(Period, bool) -> comparison::Made)| {
        let links = FileLinks { sample: sample.name, hostile: sample.hostile };
        let context = sample.context(&links, assets);
        let made = make(sample.place.period, sample.hostile);
        let measure = sample.measures.get("csat")?;
        let name = |subject: &Subject| made.names.get(&subject.to_string()).cloned().unwrap_or_default();
        let group = ComparedGroup {
            comparison: &made.comparison,
            measure,
            peers: &made.peers,
            compared: &made.compared,
            shown: &|_| true,
            name: &name,
        };
        let choice = |kind: &str, current| Choice {
            label: kind.to_owned(),
            url: links.compare(&measure.id, &sample.place, Some(kind)).unwrap_or_default(),
            current,
        };
        let choices = vec![choice("Branches", true), choice("Departments", false)];
        Some(Named { name: sample.name, page: ComparisonPage::new(&group, choices, &context) })
    };
    samples.into_iter().filter_map(page).collect()
}

/// Figures to be typed, and figures to be approved. Assets lie below `assets`.
#[must_use]
pub fn owed(assets: &assets::Urls) -> (Vec<Named<OwedPage>>, Vec<Named<ApprovalPage>>) {
    owed::pages(assets)
}

/// Disputed rows. Assets lie below `assets`.
#[must_use]
pub fn disputes(assets: &assets::Urls) -> Vec<Named<DisputesPage>> {
    disputes::pages(assets)
}

/// The people that somebody leads. Assets lie below `assets`.
#[must_use]
pub fn people(assets: &assets::Urls) -> Vec<Named<PeoplePage>> {
    disputes::people(assets)
}

/// Who owes what. Assets lie below `assets`.
#[must_use]
pub fn matrices(assets: &assets::Urls) -> Vec<Named<MatrixPage>> {
    owed::matrices(assets)
}

/// The pages of accounts: signing in, setting up, choosing a password, administration, the audit trail. Assets lie below
/// `assets`.
#[must_use]
pub fn accounts(assets: &assets::Urls) -> accounts::Pages {
    accounts::pages(assets)
}

/// The charter inside and for the public. Assets lie below `assets`.
#[must_use]
pub fn charters(assets: &assets::Urls) -> (Vec<Named<CharterPage>>, Vec<Named<PublicCharter>>) {
    charter::pages(assets)
}

/// What the record holds. Assets lie below `assets`.
#[must_use]
pub fn data(assets: &assets::Urls) -> Vec<Named<DataPage>> {
    data::pages(assets)
}

/// What asks for attention: much, something, nothing. Assets lie below `assets`.
#[must_use]
pub fn todays(assets: &assets::Urls) -> Vec<Named<TodayPage>> {
    today::pages(assets)
}

/// Records of a person. Assets lie below `assets`.
#[must_use]
pub fn records(assets: &assets::Urls) -> Vec<Named<RecordPage>> {
    record::pages(assets)
}

/// The strategy map of some samples. Assets lie below `assets`.
#[must_use]
pub fn maps(assets: &assets::Urls) -> Vec<Named<MapPage>> {
    let samples = all().into_iter().filter(|sample| !matches!(sample.name, "running" | "silent"));
    let page = |mut sample: Sample| {
        let links = FileLinks { sample: sample.name, hostile: sample.hostile };
        match sample.name {
            // Arrows to a neighbour, over a column, back, and to a measure that does not stand in the scorecard.
            "rich" | "perspectives" => sample.scorecard.links.extend(bank::more_links()),
            "empty" => sample.scorecard.links.clear(),
            _ => {}
        }
        let context = sample.context(&links, assets);
        Named { name: sample.name, page: MapPage::new(&sample.evaluation(), &sample.scorecard.links, &context) }
    };
    samples.map(page).collect()
}

/// Initiatives, some and none, and the form of one. Assets lie below `assets`.
#[must_use]
pub fn initiatives(assets: &assets::Urls) -> (Vec<Named<InitiativesPage>>, Vec<Named<InitiativePage>>) {
    initiatives::pages(assets)
}

/// The pages of loading a file.
#[derive(Debug)]
pub struct Loads {
    /// Choosing it.
    pub choosing: Vec<Named<LoadPage>>,
    /// Saying what its columns become.
    pub columns: Vec<Named<LoadColumnsPage>>,
    /// Its import.
    pub progress: Vec<Named<LoadProgressPage>>,
}

/// The pages of loading a file. Assets lie below `assets`.
#[must_use]
pub fn loads(assets: &assets::Urls) -> Loads {
    Loads { choosing: load::choosing(assets), columns: load::columns(assets), progress: load::progress(assets) }
}

/// The form of a note, empty and refused. Assets lie below `assets`.
#[must_use]
pub fn notes(assets: &assets::Urls) -> Vec<Named<NotePage>> {
    notes::pages(assets)
}

/// The pages of recommendations.
#[derive(Debug)]
pub struct Recommendations {
    /// The register, full and empty.
    pub register: Vec<Named<RecommendationsPage>>,
    /// Single ones.
    pub ones: Vec<Named<RecommendationPage>>,
    /// The form with which one is sent.
    pub forms: Vec<Named<RecommendPage>>,
}

/// Recommendations: the register, some of them, and the form of one. Assets lie below `assets`.
#[must_use]
pub fn recommendations(assets: &assets::Urls) -> Recommendations {
    recommendations::pages(assets)
}

/// The pages of low answers that are called back.
#[derive(Debug)]
pub struct CallBacks {
    /// The list, full and empty.
    pub list: Vec<Named<CallBacksPage>>,
    /// Single ones.
    pub ones: Vec<Named<CallBackPage>>,
}

/// Low answers that are called back: the list, and some of them. Assets lie below `assets`.
#[must_use]
pub fn call_backs(assets: &assets::Urls) -> CallBacks {
    call_backs::pages(assets)
}

/// Dates of a year, and none. Assets lie below `assets`.
#[must_use]
pub fn dates(assets: &assets::Urls) -> Vec<Named<DatesPage>> {
    dates::pages(assets)
}

/// The pages of recognition and development that stand beside the record of a person.
#[derive(Debug)]
pub struct Acts {
    /// What was recognised in a unit, and nothing.
    pub lists: Vec<Named<RecognitionPage>>,
    /// The form of a recognition, and that of development.
    pub forms: Vec<Named<ActPage>>,
}

/// Recognition and development: what is listed of a unit, and the forms. Assets lie below `assets`.
#[must_use]
pub fn acts(assets: &assets::Urls) -> Acts {
    acts::pages(assets)
}

/// Candidates in their order, some and none; and one of them as those see it who rate, choose, or only read. Assets lie below
/// `assets`.
#[must_use]
pub fn choosing(assets: &assets::Urls) -> (Vec<Named<ChoosePage>>, Vec<Named<RatePage>>) {
    choose::pages(assets)
}

/// The guided reading of some samples. Assets lie below `assets`.
#[must_use]
pub fn guides(assets: &assets::Urls) -> Vec<Named<GuidePage>> {
    let page = |sample: Sample| {
        let links = FileLinks { sample: sample.name, hostile: sample.hostile };
        let context = sample.context(&links, assets);
        Named { name: sample.name, page: GuidePage::new(&sample.evaluation(), &context) }
    };
    all().into_iter().map(page).collect()
}

/// What was found: much, nothing, and what was not asked for. Assets lie below `assets`.
#[must_use]
pub fn searches(assets: &assets::Urls) -> Vec<Named<SearchPage>> {
    found::pages(assets)
}

/// Pages of measures that are unlike the first: a range, a stock, money, context only, not reported here.
fn other_measures() -> Vec<Sample> {
    let of = |name: &'static str, shown: &'static str| Sample { shown, ..bank::rich(name) };
    let mut withheld = of("withheld", "csat");
    withheld.place.unit = UnitId::new("centre");
    vec![
        of("within", "offers"),
        of("stock", "backlog"),
        of("duration", "complaint_time"),
        of("context", "response_rate"),
        of("untargeted", "goodwill"),
        withheld,
    ]
}

fn all() -> Vec<Sample> {
    vec![
        bank::rich("rich"),
        perspectives(bank::rich("perspectives")),
        without_ranges(bank::rich("bare")),
        without_signals(bank::rich("quiet")),
        running(bank::rich("running")),
        silent(bank::rich("silent")),
        empty(bank::rich("empty")),
        bank::renamed("long", bank::LONG),
        Sample { hostile: true, ..bank::renamed("hostile", bank::HOSTILE) },
    ]
}

/// The same measures under the four perspectives.
fn perspectives(mut sample: Sample) -> Sample {
    sample.scorecard = evaluation::by_perspective(&sample.scorecard, &sample.measures);
    for leg in &mut sample.scorecard.legs {
        leg.title = crate::words::capitalised(&leg.title);
    }
    sample.place = sample.place.arranged(Arrangement::Perspectives);
    sample
}

/// Likely ranges, but nothing that is known about any series.
fn without_signals(mut sample: Sample) -> Sample {
    sample.world.signals = false;
    sample
}

/// Values without likely ranges and without signals, and two measures that were not recorded this month.
fn without_ranges(mut sample: Sample) -> Sample {
    sample.world.ranges = false;
    sample.world.signals = false;
    sample.world.silence("knowledge", 2);
    sample.world.silence("attrition", 24);
    sample
}

/// In the middle of the month.
fn running(mut sample: Sample) -> Sample {
    sample.today = date(2026, 10, 22);
    let loaded_at = Some(date(2026, 10, 22).at(5, 30, 0, 0));
    sample.freshness.complete_to = Some(date(2026, 10, 21));
    sample.freshness.loaded_at = loaded_at;
    sample
}

/// Nothing was recorded in the last two months.
fn silent(mut sample: Sample) -> Sample {
    let ids: Vec<String> = sample.measures.keys().map(ToString::to_string).collect();
    for id in ids {
        sample.world.silence(&id, 2);
    }
    sample.freshness.complete_to = Some(date(2026, 8, 31));
    sample
}

/// A scorecard without a single measure, in an organisation without units, before anything was loaded.
fn empty(mut sample: Sample) -> Sample {
    for leg in &mut sample.scorecard.legs {
        leg.objectives.clear();
    }
    sample.units.clear();
    sample.path = vec![UnitLabel { id: UnitId::new("bank"), name: sample.organisation.clone() }];
    sample.freshness = Freshness::default();
    sample
}

impl Sample {
    fn context<'a>(&self, links: &'a dyn Links, assets: &assets::Urls) -> Context<'a> {
        let period = self.place.period;
        Context {
            organisation: self.organisation.clone(),
            place: self.place.clone(),
            path: self.path.clone(),
            units: self.units.as_slice().into(),
            earlier: Some(period.previous()),
            later: (self.today >= period.end()).then(|| period.next()),
            comparisons: vec![period.previous(), period.a_year_earlier()],
            arrangements: vec![Arrangement::Legs, Arrangement::Perspectives],
            today: self.today,
            freshness: self.freshness,
            data_version: "9f3c71ae".to_owned(),
            definitions_version: "v14".to_owned(),
            currency: Currency::new("GBP"),
            fiscal_year: FiscalYear::default(),
            navigation: vec![NavigationEntry {
                label: "Scorecard".to_owned(),
                url: links.scorecard(&self.place),
                current: true,
            }],
            notes: Arc::new(self.note_counts()),
            footnote: Some("Fictional data for a simulated organisation.".to_owned()),
            visitor: Visitor::default(),
            links,
            assets: assets.clone(),
            tells_history: true,
        }
    }

    fn question(&self, unit: &UnitId) -> Question {
        Question {
            rolling_below: None,
            subject: Subject::Unit(unit.clone()),
            path: self.path.iter().rev().map(|unit| unit.id.clone()).collect(),
            period: self.place.period,
            compare_with: self.place.compare_with,
            today: self.today,
            history: 24,
        }
    }

    fn evaluation(&self) -> Evaluation {
        evaluation::evaluate(&self.scorecard, &self.measures, &self.question(&self.place.unit), &self.world)
    }

    fn measure_page(&self, context: &Context<'_>) -> Option<MeasurePage> {
        let evaluation = self.evaluation();
        let (leg, objective, result) = evaluation.legs.iter().find_map(|leg| {
            let mut found =
                leg.objectives.iter().flat_map(|objective| objective.measures.iter().map(move |m| (objective, m)));
            let (objective, result) = found.find(|(_, result)| result.measure.id.as_str() == self.shown)?;
            Some((leg, objective, result))
        })?;
        let read_with = evaluation
            .legs
            .iter()
            .flat_map(evaluation::LegResult::measures)
            .filter(|other| result.measure.about.read_with.contains(&other.measure.id))
            .collect();
        let below: Vec<(UnitLabel, MeasureResult)> = self.below(result);
        let detail = Detail {
            result,
            leg: Some(format!("{} leg", leg.title)),
            objective: Some(objective.title.clone()),
            normalisation: Normalisation::Automatic,
            baseline_from: Period::parse("2025-10", FiscalYear::default()).ok(),
            stewards: vec!["Mara Lindqvist".to_owned()],
            configuration: None,
            read_with,
            below_kind: Some("branch".to_owned()),
            below: below.iter().map(|(unit, result)| UnitResult { unit: unit.clone(), result }).collect(),
            breakdown: breakdown::by_topic(result, self.hostile, matches!(self.name, "rich" | "hostile")),
            rows: Some(self.rows_behind(result)),
            forecast: self.forecast(result),
            compared: true,
            notes: self.notes(),
            recommends: matches!(self.name, "rich" | "hostile"),
            recognition: matches!(self.name, "rich" | "hostile").then_some(true),
        };
        Some(MeasurePage::new(detail, context))
    }

    fn note_counts(&self) -> NoteCounts {
        let here = (self.place.unit.clone(), MeasureId::new("csat"));
        if matches!(self.name, "rich" | "hostile") { [(here, 2)].into() } else { NoteCounts::new() }
    }

    /// Notes beside satisfaction: one that stands, one that was taken back, and one that mentions whoever reads.
    fn notes(&self) -> NotesDetail {
        if self.shown != "csat" || !matches!(self.name, "rich" | "hostile") {
            return NotesDetail::default();
        }
        let note = |number: i64, month: i8, text: &str| NoteDetail {
            number,
            on: Period::containing(date(2026, month, 5), Grain::Month, FiscalYear::default()),
            text: self.text(text),
            by: self.text("Rosa Anand of Lakeside"),
            at: date(2026, 11, 1).at(16, 2, 0, 0),
            mentions: Vec::new(),
            withdrawn_at: None,
            own: false,
            unread: false,
        };
        let notes = vec![
            NoteDetail {
                own: true,
                ..note(1, 3, "The counter system was down for two days.\nSee the log of incidents.")
            },
            NoteDetail { withdrawn_at: Some(date(2026, 11, 2).at(7, 10, 0, 0)), ..note(2, 8, "Wrong branch, sorry.") },
            NoteDetail {
                mentions: vec![self.text("Mara Lindqvist"), self.text("Ines Duarte")],
                unread: true,
                ..note(3, 10, "Disputes rose; is the mix of questions behind the fall?")
            },
            note(4, 10, "Half of the dispute answers name cards that were sent to old addresses."),
        ];
        NotesDetail {
            notes,
            below: vec![(UnitId::new("ashgrove"), self.text("Ashgrove of the network"), 2)],
            may_write: true,
        }
    }

    fn targets_page(&self, context: &Context<'_>) -> TargetsPage {
        let results = self.evaluation().legs.into_iter().flat_map(|leg| leg.objectives).flat_map(|one| one.measures);
        let targeted: Vec<Targeted> =
            results.map(|result| Targeted { forecast: self.forecast(&result), result }).collect();
        TargetsPage::new(&targeted, context)
    }

    /// A made-up forecast for what is due, and a refusal for what has just begun anew.
    fn forecast(&self, result: &MeasureResult) -> Option<Result<Forecast, NoForecast>> {
        let due = Period::containing(result.targets.by?, self.place.period.grain(), FiscalYear::default());
        let value = result.reading.value?;
        Some(if result.signal.as_ref().is_some_and(|signal| signal.phase.is_some()) {
            Err(NoForecast::TooFew { have: 5, need: 8 })
        } else {
            let (low, high) = (0.97 * value, 1.03 * value);
            Ok(Forecast { period: due, ahead: 2, points: 24, low, median: value, high, chance: Some(0.374) })
        })
    }

    fn below(&self, result: &MeasureResult) -> Vec<(UnitLabel, MeasureResult)> {
        let usage = self.scorecard.measures().find(|usage| usage.measure == result.measure.id);
        let Some(usage) = usage else { return Vec::new() };
        let units = self.units.iter().filter(|unit| unit.depth == 3);
        units
            .map(|unit| {
                let question = self.question(&unit.id);
                let result = evaluation::evaluate_measure(&result.measure, usage, &question, &self.world);
                (UnitLabel { id: unit.id.clone(), name: unit.name.clone() }, result)
            })
            .collect()
    }

    fn rows_behind(&self, result: &MeasureResult) -> RowsBehind {
        let ordered = |word: &str, now| Some(ColumnOrder { word: word.to_owned(), url: String::new(), now });
        let column = |name: &str, numeric: bool| Column {
            name: name.to_owned(),
            numeric,
            order: match name {
                "answered_at" => ordered("answered_at", Some("descending")),
                "topic" => ordered("topic", None),
                "score" => ordered("-score", None),
                _ => None,
            },
        };
        let reading =
            self.world.reading(&result.measure.id, &Subject::Unit(self.place.unit.clone()), self.place.period);
        let total = reading.map_or(0, |reading| reading.n);
        let row = |cells: &[&str; 6]| cells.iter().map(|cell| self.text(cell)).collect();
        RowsBehind {
            columns: vec![
                column("answered_at", false),
                column("unit", false),
                column("topic", false),
                column("score", true),
                column("counts as", false),
                column("text", false),
            ],
            order: None,
            rows: if total == 0 { Vec::new() } else { figures::ROWS.iter().map(row).collect() },
            first: 0,
            total,
            withheld: 0,
            page_size: 8,
        }
    }

    fn text(&self, cell: &str) -> String {
        if self.hostile && cell.len() > 12 { bank::HOSTILE.to_owned() } else { cell.to_owned() }
    }
}

/// Links between the files of a gallery.
struct FileLinks {
    sample: &'static str,
    hostile: bool,
}

impl FileLinks {
    fn file(&self, page: &str) -> String {
        let tail = if self.hostile { "?a=1&b=\"><script>alert(1)</script>" } else { "" };
        format!("{page}-{}.html{tail}", self.sample)
    }
}

impl Links for FileLinks {
    fn scorecard(&self, place: &Place) -> String {
        match (self.sample, place.arrangement) {
            ("rich", Arrangement::Perspectives) => "scorecard-perspectives.html".to_owned(),
            ("perspectives", Arrangement::Legs) => "scorecard-rich.html".to_owned(),
            _ => self.file("scorecard"),
        }
    }

    fn measure(&self, _: &MeasureId, _: &Place) -> String {
        self.file("measure")
    }

    fn rows(&self, measure: &MeasureId, place: &Place, _: u64) -> String {
        format!("{}#rows", self.measure(measure, place))
    }

    fn breakdown_form(&self, measure: &MeasureId, place: &Place) -> Option<(String, Vec<(&'static str, String)>)> {
        Some((self.measure(measure, place), vec![("period", place.period.id(FiscalYear::default()))]))
    }

    fn rows_in_order(&self, measure: &MeasureId, place: &Place, _: &str, _: u64) -> Option<String> {
        Some(self.rows(measure, place, 0))
    }

    fn owed(&self) -> Option<String> {
        Some(self.file("owed"))
    }

    fn rows_file(&self, measure: &MeasureId, place: &Place) -> Option<String> {
        Some(self.rows(measure, place, 0))
    }

    fn chart(&self, chart: &Chart<'_>, place: &Place) -> Option<String> {
        match chart {
            Chart::Course(measure) | Chart::Way(measure) => self.rows_file(measure, place),
            Chart::Funnel(..) | Chart::Map | Chart::Balance => None,
        }
    }

    fn explain(&self, measure: &MeasureId, place: &Place) -> Option<String> {
        Some(self.measure(measure, place))
    }

    fn compare(&self, _: &MeasureId, _: &Place, _: Option<&str>) -> Option<String> {
        Some(self.file("comparison"))
    }

    fn charter(&self, _: &Place, _: Option<&str>) -> Option<String> {
        Some(self.file("charter"))
    }

    fn charter_public(&self, _: &Place) -> Option<String> {
        Some(self.file("charter-public"))
    }

    fn today(&self, _: &Place) -> Option<String> {
        Some(self.file("today"))
    }

    fn map(&self, place: &Place) -> Option<String> {
        Some(match (self.sample, place.arrangement) {
            ("rich", Arrangement::Perspectives) => "map-perspectives.html".to_owned(),
            ("perspectives", Arrangement::Legs) => "map-rich.html".to_owned(),
            _ => self.file("map"),
        })
    }

    fn initiatives(&self, _: &Place) -> Option<String> {
        Some(self.file("initiatives"))
    }

    fn initiative(&self, _: i64) -> Option<String> {
        Some(self.file("initiative"))
    }

    fn note_form(&self, _: &MeasureId, _: &Place) -> Option<String> {
        Some(self.file("note"))
    }

    fn note_withdraw(&self, _: i64) -> Option<String> {
        Some(self.file("measure"))
    }

    fn note_read(&self, _: i64) -> Option<String> {
        Some(self.file("measure"))
    }

    fn recommendation_form(&self, _: &MeasureId, _: &Place) -> Option<String> {
        Some(self.file("recommend"))
    }

    fn recommendations(&self, _: &str) -> Option<String> {
        Some(self.file("recommendations"))
    }

    fn recommendation(&self, _: i64) -> Option<String> {
        Some(self.file("recommendation"))
    }

    fn recommendation_answer(&self, _: i64) -> Option<String> {
        Some(self.file("recommendation"))
    }

    fn dates(&self) -> Option<String> {
        Some(self.file("dates"))
    }

    fn call_backs(&self, _: &str) -> Option<String> {
        Some(self.file("call-backs"))
    }

    fn call_back(&self, _: &str, _: &str) -> Option<String> {
        Some(self.file("call-back"))
    }

    fn recommendation_outcome(&self, _: i64) -> Option<String> {
        Some(self.file("recommendation"))
    }

    fn recognition(&self, _: &Place) -> Option<String> {
        Some(self.file("recognition"))
    }

    fn recognition_form(&self, _: Option<&MeasureId>, _: &Place) -> Option<String> {
        Some("act-rich.html".to_owned())
    }

    fn act_form(&self, _: &str, _: &Place, development: bool) -> Option<String> {
        Some(if development { "act-development.html" } else { "act-rich.html" }.to_owned())
    }

    fn act(&self, _: i64, _: Option<&'static str>) -> Option<String> {
        Some(self.file("record"))
    }

    fn acts_file(&self, _: &str) -> Option<String> {
        Some(self.file("record"))
    }

    fn guide(&self, _: &Place) -> Option<String> {
        Some(self.file("guide"))
    }

    fn record(&self, _: &str, _: &Place, _: Option<(&MeasureId, u64)>) -> Option<String> {
        Some(self.file("record"))
    }

    fn search(&self, _: &Place) -> Option<SearchForm> {
        let fields = vec![("period", "2026-10".to_owned())];
        Some(SearchForm { action: self.file("search"), fields, asked: String::new() })
    }

    fn found(&self, _: &str, _: &Place) -> Option<String> {
        Some(self.file("search"))
    }
}

impl LibraryLinks for FileLinks {
    fn measures(&self) -> String {
        self.file("measures")
    }

    fn definition(&self, _: &MeasureId) -> String {
        self.file("definition")
    }

    fn choosing(&self) -> String {
        self.file("choose")
    }

    fn rate(&self, _: &MeasureId) -> String {
        self.file("rate")
    }
}

/// Hands a sample to a test of words.
#[cfg(test)]
pub(crate) fn with<R>(name: &str, look: impl FnOnce(Evaluation, &Context<'_>) -> R) -> R {
    let sample = all().into_iter().find(|sample| sample.name == name).expect("a sample of this name");
    let links = FileLinks { sample: sample.name, hostile: false };
    let context = sample.context(&links, &assets::Urls::default());
    look(sample.evaluation(), &context)
}
