//! Low answers that are called back: the list full and empty, and some of them on their way.

use evenkeel_model::call_back::{CallBack, Outcome, Step, Taken};
use jiff::Timestamp;
use jiff::civil::{DateTime, date};

use super::owed::{frame, text, token};
use super::{CallBacks, FileLinks, Named};
use crate::assets;
use crate::page::call_backs::{Shown, StepDetail};
use crate::page::frame::Link;
use crate::page::{CallBackDetail, CallBackPage, CallBacksPage};

const NOW: DateTime = date(2026, 11, 2).at(7, 45, 0, 0);

pub(super) fn pages(assets: &assets::Urls) -> CallBacks {
    let list = |name: &'static str| {
        let links = FileLinks { sample: name, hostile: name == "hostile" };
        let all = if name == "empty" { Vec::new() } else { answers(name) };
        let frame = frame(name, "Low scores to call back", assets);
        let mut page = CallBacksPage::new(frame, &all, Shown::All, ("1 working day", NOW), &links);
        page.measure = (name != "empty")
            .then(|| Link { label: text(name, "Low scores called back in time"), url: "measure.html".to_owned() });
        Named { name, page }
    };
    let one = |(name, place): (&'static str, usize)| {
        let links = FileLinks { sample: name, hostile: name == "hostile" };
        let of = if name == "hostile" { name } else { "rich" };
        let all = answers(of);
        let mut page = CallBackPage::new(frame(of, "A low score", assets), all.get(place)?, NOW, &links);
        if name == "rich" {
            page.error = Some("Nothing was written down. Say when you called.".to_owned());
            page.typed = text(of, "The line was busy.");
        }
        page.form_token = token();
        Some(Named { name, page })
    };
    let ones = [("rich", 0), ("new", 1), ("called", 2), ("closed", 3), ("hostile", 2)].into_iter().filter_map(one);
    CallBacks { list: ["rich", "empty", "hostile"].map(list).into(), ones: ones.collect() }
}

fn answers(name: &'static str) -> Vec<CallBackDetail> {
    let at = |day: i8, hour: i8| date(2026, 11, day).at(hour, 40, 0, 0);
    let stamp = Timestamp::UNIX_EPOCH;
    let one = |number: i8, steps: &[(Step, &str, &str)]| {
        let taken: Vec<Taken> =
            steps.iter().map(|(step, by, _)| Taken { step: *step, by: (*by).to_owned(), at: stamp }).collect();
        let state = CallBack::of(&taken);
        let detail = |(step, by, words): &(Step, &str, &str)| StepDetail {
            step: *step,
            called_at: matches!(step, Step::Try(_) | Step::Call(_)).then(|| at(1, 17)),
            by: text(name, by),
            at: at(1, 18),
            words: text(name, words),
        };
        CallBackDetail {
            source: "survey".to_owned(),
            response: format!("r{number}"),
            at: at(1, 9),
            due: at(1 + number, 17),
            unit: text(name, "Ashgrove"),
            question: Some(text(name, "Account opening")),
            score: (2.0, 1.0, 5.0),
            text: Some(text(name, "Three visits for one signature.")),
            case: (number > 1).then(|| text(name, "71,204")),
            customer: text(name, "C-20,417"),
            holder: state.holder.as_ref().map(|holder| text(name, holder)),
            steps: steps.iter().map(detail).collect(),
            overdue: number == 0,
            kept: (number > 1).then_some(true),
            own: number == 2,
            may: true,
            state,
        }
    };
    let call = Step::Call(stamp);
    vec![
        one(0, &[(Step::Try(stamp), "Rosa Anand", "No answer; again in the morning.")]),
        one(1, &[]),
        one(2, &[(Step::Take, "Rosa Anand", ""), (call, "Rosa Anand", "She wants the charge returned.")]),
        one(
            3,
            &[
                (call, "Daniel Ferreira", ""),
                (Step::Say(Outcome::PutRight), "Daniel Ferreira", "£12 was returned."),
                (Step::Close, "Rosa Anand", ""),
            ],
        ),
    ]
}
