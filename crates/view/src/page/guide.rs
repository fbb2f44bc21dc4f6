//! A guided reading for newcomers: step by step through their own scorecard, each step with a question about a figure of
//! theirs and its answer, and what the words mean.

use askama::Template;
use evenkeel_model::evaluation::{Evaluation, LegResult, MeasureResult};
use evenkeel_model::scoring::Status;
use evenkeel_model::signal::Assurance;
use serde::Serialize;

use crate::number;
use crate::page::context::Context;
use crate::page::frame::{Frame, Link};
use crate::page::row::{self, Row, StatusMark, history_heading};
use crate::words::help::WORDS;
use crate::words::signal::Told;
use crate::words::{self, finding, listed, period, reading};

/// The guided reading. It writes itself as HTML and serialises as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "guide.html")]
pub struct GuidePage {
    /// What stands around it.
    pub frame: Frame,
    /// What it is about.
    pub title: String,
    /// What to expect.
    pub lead: String,
    /// The steps, in the order in which a scorecard is read.
    pub steps: Vec<Step>,
    /// What the words mean, by name.
    pub words: Vec<Meaning>,
    /// What the column of values is called.
    #[serde(skip)]
    pub value_heading: String,
    /// What the column of small charts is called.
    #[serde(skip)]
    pub history_heading: String,
    /// Whether any row has a likely range.
    #[serde(skip)]
    pub has_ranges: bool,
    /// Whether anything is known about any series.
    #[serde(skip)]
    pub has_signals: bool,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// What it is about.
    pub title: &'static str,
    /// What to know, a paragraph each.
    pub text: Vec<String>,
    /// The legs that it looks at.
    pub legs: Vec<LegLine>,
    /// The row that it looks at.
    pub example: Option<Example>,
    /// Where to go on.
    pub onward: Option<Link>,
}

/// A leg with its score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LegLine {
    /// Its name.
    pub title: String,
    /// Its score in words.
    pub score: String,
}

/// A row of the reader's own scorecard with a question about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Example {
    /// The row; none where the question is about more than one.
    pub row: Option<Row>,
    /// The question.
    pub question: String,
    /// The answer in a few words.
    pub answer: String,
    /// Why, in sentences.
    pub because: String,
}

/// What a word means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Meaning {
    /// Where it stands on the page.
    pub id: String,
    /// The word.
    pub word: &'static str,
    /// What else it is called.
    pub also: String,
    /// What it means.
    pub means: &'static str,
}

/// Where the meaning of a word stands on the page.
#[must_use]
pub fn anchor(word: &str) -> String {
    let plain =
        word.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' });
    format!("word-{}", plain.collect::<String>())
}

impl GuidePage {
    /// The guide through an evaluation.
    #[must_use]
    pub fn new(evaluation: &Evaluation, context: &Context<'_>) -> Self {
        let links = context.links;
        let place = &context.place;
        let results: Vec<&MeasureResult> = evaluation.legs.iter().flat_map(LegResult::measures).collect();
        let history = results.iter().map(|result| result.history.len()).max().unwrap_or(0);
        let title = "Reading a scorecard".to_owned();
        let to = |place: &_| links.guide(place).unwrap_or_default();
        let steps = vec![
            legs(evaluation, context),
            met(&results, context),
            trusted(&results, context),
            changed(&results, context),
            in_reach(&results, context),
            behind(&results, context),
            then(context),
        ];
        Self {
            frame: Frame::new(&title, context, &to),
            lead: format!(
                "Seven steps through the scorecard of {} {} {}, with its own figures. Answer each question for yourself before you \
                 open the answer.",
                context.unit_name(),
                period::preposition(place.period),
                period::name(place.period, context.fiscal_year)
            ),
            title,
            has_ranges: results.iter().any(|result| result.likely_range.is_some()),
            has_signals: results.iter().any(|result| result.signal.is_some()),
            value_heading: words::capitalised(&period::name(place.period, context.fiscal_year)),
            history_heading: history_heading(history, place.period),
            words: WORDS
                .iter()
                .map(|word| Meaning {
                    id: anchor(word.word),
                    word: word.word,
                    also: listed(word.also),
                    means: word.means,
                })
                .collect(),
            steps,
        }
    }

    /// The marks of the icon language, for the step that explains them.
    #[must_use]
    pub fn legend(&self) -> Vec<(StatusMark, &'static str)> {
        row::legend(self.has_ranges, true)
    }
}

fn step(title: &'static str, text: &[&str]) -> Step {
    let text = text.iter().map(|text| (*text).to_owned()).collect();
    Step { title, text, legs: Vec::new(), example: None, onward: None }
}

fn legs(evaluation: &Evaluation, context: &Context<'_>) -> Step {
    let titles: Vec<String> = evaluation.legs.iter().map(|leg| leg.title.clone()).collect();
    let lines = evaluation.legs.iter().map(|leg| LegLine {
        title: leg.title.clone(),
        score: leg
            .score
            .value
            .map_or_else(|| "no score".to_owned(), |score| format!("{} of 100", number::score(score).text)),
    });
    let mut scored: Vec<(&LegResult, f64)> = finding::scored(evaluation).collect();
    scored.sort_by(|one, other| one.1.total_cmp(&other.1));
    let example = match scored.as_slice() {
        [(weakest, _), _, ..] => Some(Example {
            row: None,
            question: "Which leg would you look at first?".to_owned(),
            answer: weakest.title.clone(),
            because: format!(
                "{}. It carries the lowest score, and no other leg makes up for it.",
                finding::spread(evaluation)
            ),
        }),
        _ => None,
    };
    let mut step = step(
        "Begin with the whole",
        &[
            "A service stands on legs that carry each other: what employees are able to do shows in what customers say, and that \
             in what the business earns, mostly in this order and with months between. So the first leg is looked at first, and \
             a leg far below the strongest is pointed out whatever the whole says.",
            "Each leg has a score from 0 to 100: 0 at the baseline of its measures or below, 100 where all of them meet their targets.",
        ],
    );
    if !titles.is_empty() {
        step.text.push(format!("This scorecard has {}.", listed(&titles)));
    }
    step.legs = lines.collect();
    step.example = example;
    step.onward = Some(Link { label: "Open the scorecard".to_owned(), url: context.links.scorecard(&context.place) });
    step
}

fn met(results: &[&MeasureResult], context: &Context<'_>) -> Step {
    // What chance could explain teaches more than what it could not.
    let perhaps =
        |result: &&&MeasureResult| matches!(result.status, Status::MetPerhapsByChance | Status::MissedPerhapsByChance);
    let judged = || results.iter().filter(|result| result.has_target() && result.reading.value.is_some());
    let chosen = judged().find(perhaps).or_else(|| judged().next());
    let mut step = step(
        "Is the target met?",
        &[
            "The shape before a name says it: a circle on the right side of the target, a triangle on the wrong side. It is filled \
             where the whole likely range lies on that side, and an outline where chance could explain the side.",
            "Values are compared unrounded, and exactly on target counts as met. No verdict is given without enough data.",
        ],
    );
    step.example = chosen.map(|result| {
        let format = finding::format_of(result, context);
        Example {
            row: Some(Row::new(result, context)),
            question: format!("Is the target of {} met?", quoted(result)),
            answer: reading::heading(result).to_owned(),
            because: reading::target(result, &format, context),
        }
    });
    step
}

fn trusted(results: &[&MeasureResult], context: &Context<'_>) -> Step {
    let width = |result: &MeasureResult| {
        let (low, high) = result.likely_range?;
        let value = result.reading.value.filter(|value| *value != 0.0)?;
        Some(((high - low) / value).abs())
    };
    let ranged = results.iter().filter_map(|result| Some((result, width(result)?)));
    let widest = ranged.max_by(|one, other| one.1.total_cmp(&other.1)).map(|(result, _)| result);
    let mut step = step(
        "How far can a figure be trusted?",
        &[
            "Behind a value stand its likely range and the number of answers, cases or calls that it rests on. With figures like \
             these, the range encloses the true value 95 times in 100.",
            "Few answers give a wide range: four times as many make it about half as wide.",
        ],
    );
    step.example = widest.and_then(|result| {
        let row = Row::new(result, context);
        let range = row.likely_range.as_ref()?.text.clone();
        let count = row.count.as_ref()?.text.clone();
        Some(Example {
            question: format!("{} shows {}. Where does the true value lie?", result.measure.title, row.value.text),
            answer: format!("Likely between {}", range.replacen(" to ", " and ", 1)),
            because: format!(
                "It rests on {count}. Of all figures here, this one has the widest likely range for its size. A difference \
                 smaller than that may be nothing but chance."
            ),
            row: Some(row),
        })
    });
    step
}

fn changed(results: &[&MeasureResult], context: &Context<'_>) -> Step {
    let told: Vec<(&&MeasureResult, Told<'_>)> =
        results.iter().filter_map(|result| Some((result, Told::new(result, context)?))).collect();
    let chosen = told.iter().find(|(_, told)| told.in_short().is_some()).or_else(|| told.first());
    let mut step = step(
        "Has something changed?",
        &[
            "Every figure goes up and down. Asking why after each step costs time and finds causes that are none. The usual range \
             says how far a measure varies while nothing changes; inside it, a change on last month calls for no reaction.",
            "A value outside of it, a long run on one side of the average, or a long rise or fall is a signal: something is different, \
             and it is worth asking what. Across many measures a few signals appear by chance; the foot of the scorecard says how many.",
        ],
    );
    step.example = chosen.map(|(result, told)| {
        let row = Row::new(result, context);
        let said = told.changed();
        Example {
            question: format!(
                "{} shows {}, {}. Would you ask why?",
                result.measure.title, row.value.text, row.change.text
            ),
            answer: said.heading,
            because: said.text,
            row: Some(row),
        }
    });
    step
}

fn in_reach(results: &[&MeasureResult], context: &Context<'_>) -> Step {
    let known = results.iter().filter(|result| {
        result
            .signal
            .as_ref()
            .is_some_and(|signal| !matches!(signal.assurance, Assurance::NoTarget | Assurance::TooFewPoints))
    });
    let chosen = known
        .clone()
        .find(|result| result.signal.as_ref().is_some_and(|signal| signal.assurance == Assurance::Sometimes));
    let chosen = chosen.or_else(|| known.clone().next());
    let mut step = step(
        "Will the target be met?",
        &[
            "Meeting a target this month promises nothing about the next. Where the whole usual range lies on the right side, the \
             target will be met while nothing changes; where it lies on the wrong side, effort alone will not do, and the way of \
             working has to change. Where the target lies inside the range, some periods meet it and some do not, by chance.",
        ],
    );
    step.example = chosen.and_then(|result| {
        let said = Told::new(result, context)?.assurance()?;
        Some(Example {
            row: Some(Row::new(result, context)),
            question: format!("If nothing changes, will {} meet its target?", quoted(result)),
            answer: said.heading,
            because: said.text,
        })
    });
    step
}

fn behind(results: &[&MeasureResult], context: &Context<'_>) -> Step {
    let rows = results.iter().map(|result| Row::new(result, context));
    let chosen = rows.into_iter().find(|row| row.has_value() && row.count.is_some());
    let mut step = step(
        "What stands behind a number?",
        &[
            "Every name leads to the measure: what it counts, how it is collected, what moves it, and what it must be read with. \
             Every count leads to the rows themselves, and from there back to what was recorded.",
        ],
    );
    step.onward = chosen.as_ref().map(|row| Link { label: format!("Open {}", row.name), url: row.url.clone() });
    step.example = chosen.map(|row| Example {
        question: format!("Where does {} come from?", row.value.text),
        answer: row.count.as_ref().map(|count| format!("From {}", count.text)).unwrap_or_default(),
        because: "The count in the row below is a link to them.".to_owned(),
        row: Some(row),
    });
    step
}

fn then(context: &Context<'_>) -> Step {
    let mut step = step(
        "And then?",
        &[
            "After a signal: ask what happened at that time, first in the place where it began, and write down what was found.",
            "Without a signal, and with the target out of reach: no single month explains it, so the way of working is what to change.",
            "With units or people: compare like for like, by how likely each meets the standard, never by rank. A review opens a \
             conversation and decides nothing.",
        ],
    );
    let today = context.links.today(&context.place);
    step.onward = today.map(|url| Link { label: "See what asks for attention today".to_owned(), url });
    step
}

/// The name of a measure inside a sentence.
fn quoted(result: &MeasureResult) -> String {
    format!("“{}”", result.measure.title)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::sample;

    #[test]
    fn questions_are_about_the_readers_own_figures() {
        let page = sample::with("rich", |evaluation, context| GuidePage::new(&evaluation, context));
        let asked: Vec<String> = page
            .steps
            .iter()
            .filter_map(|step| step.example.as_ref())
            .map(|example| format!("{} {}. {}", example.question, example.answer, example.because))
            .collect();
        insta::assert_snapshot!(asked.join("\n"));
    }

    #[test]
    fn without_figures_it_explains_and_asks_nothing() {
        let page = sample::with("empty", |evaluation, context| GuidePage::new(&evaluation, context));
        assert_eq!(page.steps.len(), 7);
        assert!(page.steps.iter().all(|step| step.example.is_none() && !step.text.is_empty()));
    }

    #[test]
    fn every_word_has_a_place_of_its_own() {
        let mut anchors: Vec<String> = WORDS.iter().map(|word| anchor(word.word)).collect();
        assert_eq!(anchor("Likely range"), "word-likely-range");
        anchors.sort();
        let all = anchors.len();
        anchors.dedup();
        assert_eq!(anchors.len(), all);
    }
}
