//! Figures to be typed, and figures to be approved, in the sample bank.

use evenkeel_model::collection::{Standing, Typed};
use evenkeel_model::measure::Measure;
use evenkeel_model::period::{FiscalYear, Period};
use evenkeel_model::signal::UsualRange;
use evenkeel_model::typed_figure::{Absence, Amounts, Checked, Entry, Impossible, Known, Side};
use evenkeel_model::typed_number::UnreadNumber;
use jiff::civil::date;

use super::{Named, all, bank};
use crate::assets;
use crate::number::Currency;
use crate::page::context::{Listening, SignedIn, Visitor};
use crate::page::frame::{Frame, Link};
use crate::page::owed::{ApprovalPage, OwedDetail, OwedPage, RejectedRow, Said, SentDetail, Telling};
use crate::page::owed_matrix::{MatrixCell, MatrixPage};

/// Every state that a figure can be in, nothing owed, and texts that try to be markup.
pub(super) fn pages(assets: &assets::Urls) -> (Vec<Named<OwedPage>>, Vec<Named<ApprovalPage>>) {
    let names = ["rich", "empty", "hostile"];
    let made =
        |name: &'static str| (Named { name, page: owed(name, assets) }, Named { name, page: approval(name, assets) });
    names.into_iter().map(made).unzip()
}

/// Who owes what: units in every state, and texts that try to be markup.
pub(super) fn matrices(assets: &assets::Urls) -> Vec<Named<MatrixPage>> {
    let standings =
        [Standing::Missing, Standing::Draft, Standing::Returned, Standing::Waiting, Standing::Given, Standing::Given];
    let made = |name: &'static str| {
        let cell = |number: usize| MatrixCell {
            collection: text(name, "Branch figures of the month"),
            measure: text(name, if number.is_multiple_of(2) { "Cost per contact" } else { "Goodwill payments" }),
            unit: text(name, ["Ashgrove", "Elmbridge", "Oakfield"].get(number / 2).copied().unwrap_or_default()),
            period: period("2026-10-01"),
            due: date(2026, 11, 5),
            standing: standings.get(number).copied().unwrap_or(Standing::Given),
            late: number == 0,
        };
        let cells: Vec<MatrixCell> = (0..standings.len()).map(cell).collect();
        Named { name, page: MatrixPage::new(frame(name, "Who owes what", assets), &cells, FiscalYear::default()) }
    };
    ["rich", "hostile"].into_iter().map(made).collect()
}

pub(super) fn text(name: &str, text: &str) -> String {
    if name == "hostile" { bank::HOSTILE.to_owned() } else { text.to_owned() }
}

pub(super) fn frame(name: &str, title: &str, assets: &assets::Urls) -> Frame {
    let person = text(name, "Rosa Anand");
    let signed_in = SignedIn {
        name: person,
        tokens_url: "/tokens".to_owned(),
        sign_out_url: "/sign-out".to_owned(),
        form_token: token(),
    };
    let visitor = Visitor {
        signed_in: Some(signed_in),
        strip: None,
        live: Some(Listening { url: "live".to_owned(), version: 7 }),
    };
    Frame::bare(title, &text(name, "Northmere Bank"), visitor, "/", assets)
}

pub(super) fn token() -> String {
    "0f".repeat(32)
}

fn measure(name: &str) -> Measure {
    let found = all().into_iter().find_map(|sample| sample.measures.into_values().next());
    let base = found.map_or_else(|| unreachable!("samples have measures"), std::sync::Arc::unwrap_or_clone);
    Measure { title: text(name, "Cost per contact"), noun: text(name, "contacts"), ..base }
}

fn period(text: &str) -> Period {
    Period::containing(
        text.parse().unwrap_or(date(2026, 10, 1)),
        evenkeel_model::period::Grain::Month,
        FiscalYear::default(),
    )
}

fn known() -> Known {
    let usual = Some(UsualRange { low: 0.02, average: 0.5, high: 0.98 });
    Known { before: vec![0.5, 0.6, 0.7], usual, target: Some(0.8), corrects: false }
}

fn owed(name: &'static str, assets: &assets::Urls) -> OwedPage {
    let october = period("2026-10-01");
    let entry = |numerator: &str, denominator: &str, note: &str| Entry {
        numerator: text(name, numerator),
        denominator: text(name, denominator),
        note: text(name, note),
        ..Entry::default()
    };
    let amounts = Amounts { numerator: 34.0, denominator: Some(50.0) };
    let unread = Impossible::Number(UnreadNumber::NoNumber(text(name, "many")));
    let states = [
        (entry("34", "50", "Two moved."), Checked::Ready(amounts)),
        (entry("", "", ""), Checked::Empty),
        (entry("many", "50", ""), Checked::Impossible { side: Side::Numerator, what: unread }),
        (entry("34", "50", ""), Checked::NoteMissing { amounts: Some(amounts), off_target: true }),
        (entry("1,480.5", "50", ""), Checked::Unusual(Amounts { numerator: 1480.5, ..amounts })),
        (Entry { absence: Absence::Closed.as_str().to_owned(), ..Entry::default() }, Checked::Absent(Absence::Closed)),
    ];
    let detail = |(number, (entry, checked)): (usize, (Entry, Checked))| OwedDetail {
        measure: measure(name).into(),
        below_the_line: number != 5,
        unit: text(name, "Ashgrove"),
        key: format!("m{number}"),
        period: if number == 0 { october.previous() } else { october },
        due: date(2026, 11, 5),
        late: number == 0,
        approval: true,
        entry,
        shown: "0f".repeat(8),
        checked,
        known: known(),
        before: [Some(0.5), None, Some(0.7)].into_iter().map(|value| (october.previous(), value)).collect(),
        returned: (number == 0).then(|| (text(name, "ingrid"), text(name, "One day counted twice."))),
    };
    let details: Vec<OwedDetail> = match name {
        "empty" => Vec::new(),
        _ => states.into_iter().enumerate().map(detail).collect(),
    };
    let sent: Vec<SentDetail> = if name == "empty" { Vec::new() } else { waiting(name) };
    let said = Said {
        notice: (name == "rich").then(|| "1 figure was sent.".to_owned()),
        error: (name != "empty").then(|| text(name, "3 figures were not sent; each says why.")),
        rejected: if name == "empty" { Vec::new() } else { vec![rejected(name)] },
    };
    let links = vec![Link { label: "Figures to be approved".to_owned(), url: "approval.html".to_owned() }];
    let currency = Currency::new("GBP");
    let telling = Telling { fiscal: FiscalYear::default(), currency: &currency };
    let total = details.len() * 2;
    OwedPage::new(frame(name, "Figures", assets), &details, total, &sent, &telling, said, links).with_token(token())
}

fn rejected(name: &str) -> RejectedRow {
    let column = "numerator".to_owned();
    RejectedRow { line: 7, column, key: text(name, "cost/2026-10-01"), reason: text(name, "It is not a number.") }
}

fn waiting(name: &str) -> Vec<SentDetail> {
    let sent = |typed: Typed, url: Option<&str>, absence: &str| SentDetail {
        measure: measure(name).into(),
        unit: text(name, "Ashgrove"),
        period: period("2026-10-01"),
        typed,
        amounts: absence.is_empty().then_some(Amounts { numerator: 34.0, denominator: Some(50.0) }),
        replaces: (typed == Typed::Approved).then_some(Amounts { numerator: 31.0, denominator: Some(50.0) }),
        absence: absence.to_owned(),
        note: text(name, "One day was counted twice."),
        typed_by: text(name, "rosa"),
        typed_at: "5 Nov 2026 14:32".to_owned(),
        decided_by: (typed == Typed::Approved).then(|| text(name, "ingrid")),
        known: known(),
        decide_url: url.map(str::to_owned),
        seen: "1".to_owned(),
        correct_url: (typed == Typed::Approved).then(|| "owed.html".to_owned()),
    };
    vec![
        sent(Typed::Waiting, Some("/owed/approval/1"), ""),
        sent(Typed::Waiting, None, Absence::Closed.as_str()),
        sent(Typed::Approved, None, ""),
    ]
}

fn approval(name: &'static str, assets: &assets::Urls) -> ApprovalPage {
    let waiting: Vec<SentDetail> =
        if name == "empty" { Vec::new() } else { waiting(name).into_iter().take(2).collect() };
    let currency = Currency::new("GBP");
    let telling = Telling { fiscal: FiscalYear::default(), currency: &currency };
    let said = Said { error: (name == "hostile").then(|| bank::HOSTILE.to_owned()), ..Said::default() };
    ApprovalPage::new(
        frame(name, "Figures to be approved", assets),
        &waiting,
        waiting.len() * 2,
        &telling,
        said,
        token(),
    )
}
