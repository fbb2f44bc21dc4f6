//! Today in the sample bank.

use evenkeel_model::act::ActKind;
use evenkeel_model::charter::{Certainty, Verdict};
use evenkeel_model::ids::MeasureId;
use evenkeel_model::period::{FiscalYear, Grain, Period};
use jiff::civil::date;

use super::{FileLinks, Named, Sample, all, bank, charter};
use crate::assets;
use crate::page::frame::Link;
use crate::page::today::{AskedFor, DueAct, LowCall, LowScore, Mentioned, Pressing, PressingCase, PressingFigure};
use crate::page::{TodayDetail, TodayPage, UnitEvaluation};

/// A day on which much asks for attention, one on which nothing does, and names that nobody should give.
pub(super) fn pages(assets: &assets::Urls) -> Vec<Named<TodayPage>> {
    let samples = all().into_iter().filter(|sample| matches!(sample.name, "rich" | "bare" | "empty" | "hostile"));
    samples.map(|sample| Named { name: sample.name, page: page(&sample, assets) }).collect()
}

fn page(sample: &Sample, assets: &assets::Urls) -> TodayPage {
    let links = FileLinks { sample: sample.name, hostile: sample.hostile };
    let context = sample.context(&links, assets);
    let text = |text: &str| if sample.hostile { bank::HOSTILE.to_owned() } else { text.to_owned() };
    let made = charter::charter(sample);
    let version = made.version_on(sample.place.period.last_day());
    let verdicts = [
        Verdict::Kept(Certainty::WithinChance),
        Verdict::NotKept(Certainty::BeyondChance),
        Verdict::Kept(Certainty::BeyondChance),
    ];
    let promises = version.iter().flat_map(|version| &version.promises).zip(verdicts).map(|(promise, verdict)| {
        let result = made.result(
            promise,
            &evenkeel_model::reading::Subject::Unit(sample.place.unit.clone()),
            false,
            sample.place.period,
            &sample.world,
        );
        (promise, evenkeel_model::charter::PromiseResult { verdict, ..result })
    });
    let case = |case: &str, day: i8, overdue: bool| PressingCase {
        case: text(case),
        unit: Some(text("Ashgrove")),
        topic: (!overdue).then(|| text("lending")),
        promise: "first_response",
        due: date(2026, 11, day).at(17, 0, 0, 0),
        overdue,
    };
    let figure = |month: i8, late: bool| PressingFigure {
        measure: text("Cost per contact"),
        unit: text("Ashgrove"),
        period: Period::containing(date(2026, month, 1), Grain::Month, FiscalYear::default()),
        due: date(2026, month + 1, 5),
        late,
    };
    let quiet = sample.name == "empty";
    let detail = TodayDetail {
        disputes: match sample.name {
            "rich" | "hostile" => {
                (vec![(date(2026, 11, 1).at(16, 2, 0, 0), text("Customer satisfaction"))], "disputes.html".to_owned())
            }
            _ => (Vec::new(), String::new()),
        },
        units: vec![UnitEvaluation { evaluation: sample.evaluation().into(), context: context.clone() }],
        cases: match sample.name {
            "rich" | "hostile" => Pressing { rows: vec![case("70655", 1, true), case("70912", 3, false)], total: 14 },
            _ => Pressing { rows: Vec::new(), total: 0 },
        },
        call_within: is_signed_in(sample).then(|| "1 working day".to_owned()),
        answers: answers(sample),
        owed: match sample.name {
            "rich" | "hostile" => Pressing { rows: vec![figure(9, true), figure(10, false)], total: 12 },
            _ => Pressing { rows: Vec::new(), total: 0 },
        },
        case_rows: vec![Link { label: text("Cases answered in time"), url: "rows.html".to_owned() }],
        answer_rows: Vec::new(),
        promises: if quiet { Vec::new() } else { promises.collect() },
        review: (!quiet).then(|| date(2026, 11, 30)),
        asked_for: if matches!(sample.name, "rich" | "hostile") {
            let asked = |number: i64, day: i8, own: bool| AskedFor {
                number,
                what: text("Give branches a second line when the counter system is down"),
                measure: text("Engagement pulse"),
                unit: text("Ashgrove"),
                other: text("Daniel Ferreira"),
                own,
                decide_by: date(2026, 11, day),
            };
            vec![asked(1, 1, false), asked(2, 17, true)]
        } else {
            Vec::new()
        },
        mentions: if matches!(sample.name, "rich" | "hostile") {
            vec![Mentioned {
                number: 3,
                at: date(2026, 11, 1).at(16, 2, 0, 0),
                by: text("Rosa Anand"),
                measure: MeasureId::new("csat"),
                title: text("Customer satisfaction"),
                unit: text("Ashgrove"),
                on: sample.place.period,
                place: sample.place.clone(),
                text: text("Disputes rose; is the mix of questions behind the fall?"),
            }]
        } else {
            Vec::new()
        },
        dated: is_signed_in(sample),
        development: development(sample),
        now: date(2026, 11, 2).at(7, 45, 0, 0),
    };
    TodayPage::new(&detail, &context)
}

/// Whether somebody reads it who signed in, and whose team writes down who called. On a server that asks nobody to sign in
/// there is nobody to write it down.
fn is_signed_in(sample: &Sample) -> bool {
    matches!(sample.name, "rich" | "hostile")
}

fn answers(sample: &Sample) -> Pressing<LowScore> {
    if sample.name == "empty" {
        return Pressing { rows: Vec::new(), total: 0 };
    }
    let text = |text: &str| if sample.hostile { bank::HOSTILE.to_owned() } else { text.to_owned() };
    let answer = LowScore {
        at: date(2026, 11, 1).at(9, 40, 0, 0),
        unit: Some(text("Ashgrove")),
        question: Some(text("satisfied")),
        case: Some("71,204".to_owned()),
        score: (2.0, 1.0, 5.0),
        call: None,
    };
    if !is_signed_in(sample) {
        return Pressing { rows: vec![answer], total: 1 };
    }
    let called = |day: i8, waits: bool, overdue: bool| LowScore {
        call: Some(LowCall {
            url: "call-back-rich.html".to_owned(),
            stage: if waits { "To be called, tried once" } else { "Called; what came of it is to be said" }.to_owned(),
            due: date(2026, 11, day).at(17, 0, 0, 0),
            waits,
            overdue,
        }),
        ..answer.clone()
    };
    Pressing { rows: vec![called(1, true, true), called(3, true, false), called(3, false, false)], total: 3 }
}

/// What is to be looked at again with two people.
fn development(sample: &Sample) -> Vec<DueAct> {
    let unit = if sample.hostile { bank::HOSTILE } else { "Ashgrove" };
    let due = |number: i64, kind, on| DueAct { number, kind, unit: unit.to_owned(), on };
    if matches!(sample.name, "rich" | "hostile") {
        vec![due(6, ActKind::Coaching, date(2026, 10, 30)), due(8, ActKind::Agreement, date(2026, 11, 2))]
    } else {
        Vec::new()
    }
}
