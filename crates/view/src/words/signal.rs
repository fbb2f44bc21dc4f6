//! What a series says, in words: whether something has changed, and whether the target will be met.
//!
//! A page, its icons, its charts and the terminal take their words from here, so that they cannot disagree. Usual
//! variation is never said to improve or to drop; a signal is said with the rule that marks it, and with its length.

use evenkeel_model::evaluation::{Evaluation, LegResult, MeasureResult};
use evenkeel_model::measure::Direction;
use evenkeel_model::period::{FiscalYear, Grain, Period};
use evenkeel_model::signal::{Assurance, Caveat, Finding, Judgement, Point, Rule, Side, Signal, UsualRange, Variation};

use crate::number::{Format, Range};
use crate::page::context::Context;
use crate::page::row::goals;
use crate::words::{capitalised, finding, period, spelled};

/// A few words, and a sentence or more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// A few words.
    pub heading: String,
    /// A sentence or more.
    pub text: String,
}

/// The words for the series of one measure.
#[derive(Debug, Clone)]
pub struct Told<'a> {
    result: &'a MeasureResult,
    signal: &'a Signal,
    latest: Point,
    format: Format,
    /// The period of the page. The series ends with the one before while it is still running.
    place: Period,
    fiscal: FiscalYear,
}

impl<'a> Told<'a> {
    /// The words for a result; none where nothing is known about its series.
    #[must_use]
    pub fn new(result: &'a MeasureResult, context: &Context<'_>) -> Option<Self> {
        let signal = result.signal.as_ref()?;
        Some(Self {
            result,
            signal,
            latest: *signal.points.last()?,
            format: finding::format_of(result, context),
            place: context.place.period,
            fiscal: context.fiscal_year,
        })
    }

    /// What the words are about.
    #[must_use]
    pub fn signal(&self) -> &'a Signal {
        self.signal
    }

    /// Whether the latest period is usual variation, in a few words.
    #[must_use]
    pub fn variation(&self) -> String {
        match self.signal.variation {
            Variation::TooFewPoints if self.never_varies() => "No variation".to_owned(),
            Variation::TooFewPoints => format!("Too few {} to tell", self.periods()),
            Variation::Usual => "Usual variation".to_owned(),
            Variation::Signal { judgement, side } => {
                let rule = self.signal.finding.map_or(Rule::Shift, |finding| finding.rule);
                format!("Signal: {}, {}", judged(judgement), place(rule, side))
            }
        }
    }

    /// Whether something has changed: a few words, the sentence of what was found, and what to know about it.
    #[must_use]
    pub fn changed(&self) -> Said {
        let mut sentences = match self.signal.variation {
            Variation::TooFewPoints if self.never_varies() => {
                let period = self.period();
                vec![format!("Every value is the same, so there is no usual range to hold a {period} against.")]
            }
            Variation::TooFewPoints => vec![self.too_few()],
            Variation::Usual => vec![self.usual_variation()],
            Variation::Signal { .. } => self.findings(),
        };
        sentences.extend(self.caveats());
        if self.latest.period != self.place {
            sentences.push(format!(
                "This is about {}; a {} that is still running is not held against whole ones.",
                self.name(self.latest.period),
                self.period()
            ));
        }
        Said { heading: self.variation(), text: sentences.join(" ") }
    }

    /// The rule that marks the latest period, for a narrow column: `outside usual range`, `7 months below average`.
    /// None for usual variation.
    #[must_use]
    pub fn in_short(&self) -> Option<String> {
        let finding = self.signal.finding?;
        let run = format!("{} {}", finding.run_length, self.counted(&finding));
        let text = match (finding.rule, finding.side) {
            (Rule::Outside, _) => "outside usual range".to_owned(),
            (Rule::Shift, Side::Above) => format!("{run} above average"),
            (Rule::Shift, Side::Below) => format!("{run} below average"),
            (Rule::Trend, Side::Above) => format!("{run} rising"),
            (Rule::Trend, Side::Below) => format!("{run} falling"),
            (Rule::TwoOfThree, _) => format!("{} of 3 {} near the edge", finding.run_length, self.periods()),
        };
        Some(if self.latest.period == self.place {
            text
        } else {
            format!("{}: {text}", period::short_beside(self.latest.period, self.place, self.fiscal))
        })
    }

    /// What the latest period shows, as the rest of a sentence about the measure: `has been below its average for
    /// seven months`. None for usual variation.
    #[must_use]
    pub fn clause(&self) -> Option<String> {
        let finding = self.signal.finding?;
        let run = || format!("{} {}", spelled(finding.run_length), self.counted(&finding));
        let place = place(finding.rule, finding.side);
        Some(match (finding.rule, finding.side) {
            (Rule::Outside, _) if finding.run_length > 1 => format!("has been {place} for {}", run()),
            (Rule::Outside, _) if self.latest.period == self.place => format!("is {place}"),
            (Rule::Outside, _) => {
                let latest = self.latest.period;
                format!("was {place} {} {}", period::preposition(latest), self.name(latest))
            }
            (Rule::Shift, _) => format!("has been {place} for {}", run()),
            (Rule::Trend, Side::Above) => format!("has risen for {} in a row", run()),
            (Rule::Trend, Side::Below) => format!("has fallen for {} in a row", run()),
            (Rule::TwoOfThree, _) => {
                format!("was {place} in {} of the last three {}", spelled(finding.run_length), self.periods())
            }
        })
    }

    /// As [`Told::clause`], with its beginning and what it means: `has been below its average for seven months, a real
    /// deterioration since April 2026`.
    #[must_use]
    pub fn clause_with_meaning(&self) -> Option<String> {
        let (finding, clause) = (self.signal.finding?, self.clause()?);
        let meaning = meaning(finding.judgement);
        Some(if is_run(&finding) {
            format!("{clause}, {meaning} since {}", period::name(finding.since, self.fiscal))
        } else {
            format!("{clause}: {meaning}")
        })
    }

    /// The sentence of what the latest period shows, then one for every other rule that marks it.
    #[must_use]
    pub fn findings(&self) -> Vec<String> {
        let Some(main) = self.signal.finding else { return Vec::new() };
        let others = self.signal.history.iter().filter(|other| other.until == main.until && other.rule != main.rule);
        // Lying near the edge says nothing more where a value lies beyond it.
        let others = others.filter(|other| other.rule != Rule::TwoOfThree);
        let first = if is_run(&main) {
            format!("{}: {}.", capitalised(&self.stretch(&main)), meaning(main.judgement))
        } else {
            format!("{}.", capitalised(&self.stretch(&main)))
        };
        [first].into_iter().chain(others.map(|other| format!("Also {}.", self.stretch(other)))).collect()
    }

    /// What one stretch of marked periods says: `above its average for nine months in a row, since February 2026`.
    fn stretch(&self, finding: &Finding) -> String {
        let run = format!("{} {}", spelled(finding.run_length), self.counted(finding));
        let since = period::name(finding.since, self.fiscal);
        let place = place(finding.rule, finding.side);
        match (finding.rule, finding.side) {
            (Rule::Outside, _) => {
                let range = self.range_beside(finding).map_or_else(String::new, |range| format!(", {range}"));
                if is_run(finding) {
                    let comma = if range.is_empty() { "" } else { "," };
                    format!("{place}{range}{comma} for {run} in a row, since {since}")
                } else {
                    format!("{} is {place}{range}", self.name(finding.until))
                }
            }
            (Rule::Shift, _) => format!("{place} for {run} in a row, since {since}"),
            (Rule::Trend, Side::Above) => format!("risen for {run} in a row, since {since}"),
            (Rule::Trend, Side::Below) => format!("fallen for {run} in a row, since {since}"),
            (Rule::TwoOfThree, _) if finding.run_length < 3 => {
                format!("{} of the last three {} lie {place}", spelled(finding.run_length), self.periods())
            }
            (Rule::TwoOfThree, _) => format!("the last three {} lie {place}", self.periods()),
        }
    }

    /// The usual range of the last period of a stretch: `77.5 to 84.6 %`.
    fn range_beside(&self, finding: &Finding) -> Option<String> {
        let point = self.at(finding.until)?;
        let usual = usual_of(self.signal, point)?;
        let edge = if finding.side == Side::Above { usual.high } else { usual.low };
        let format = self.format.clone().telling_apart(Some(point.value), Some(edge));
        Some(format.range(usual.low, usual.high).text)
    }

    /// A stretch of the past as a line of a list: `January to September 2025: better, above its average for nine months
    /// in a row`.
    #[must_use]
    pub fn earlier(&self, finding: &Finding) -> String {
        let name = Period::spanning(finding.since, finding.until)
            .map_or_else(|| period::name(finding.until, self.fiscal), |span| period::name(span, self.fiscal));
        let place = place(finding.rule, finding.side);
        let run = if is_run(finding) {
            format!(" for {} {} in a row", spelled(finding.run_length), self.periods())
        } else {
            String::new()
        };
        format!("{}: {}, {place}{run}", capitalised(&name), judged(finding.judgement))
    }

    /// The stretches of the past that do not reach the latest period, newest first.
    #[must_use]
    pub fn history(&self) -> Vec<&'a Finding> {
        if !is_readable(self.signal) && self.signal.phase.is_none() {
            return Vec::new();
        }
        let mut past: Vec<&Finding> =
            self.signal.history.iter().filter(|finding| finding.until != self.latest.period).collect();
        past.sort_by_key(|finding| std::cmp::Reverse((finding.until, finding.since)));
        past
    }

    /// Whether the target will be met, for an icon; none without a target.
    #[must_use]
    pub fn in_reach(&self) -> Option<String> {
        Some(match self.signal.assurance {
            Assurance::NoTarget => return None,
            Assurance::TooFewPoints => format!("Too few {} to say whether the target will be met", self.periods()),
            Assurance::Sometimes => format!("{}: the target lies in the usual range", self.some_yes_some_no()),
            Assurance::Wait | Assurance::WillMeet | Assurance::WillMiss => self.assurance()?.heading,
        })
    }

    /// Whether the target will be met: a few words and why. None without a target, and with too few points.
    #[must_use]
    pub fn assurance(&self) -> Option<Said> {
        let said = |heading: &str, text: String| Some(Said { heading: heading.to_owned(), text });
        match self.signal.assurance {
            Assurance::NoTarget | Assurance::TooFewPoints => None,
            Assurance::Wait => said(
                "Wait: just changed",
                "The usual range is from before the change, so it promises nothing about the target.".to_owned(),
            ),
            Assurance::WillMeet => said("Will meet the target while nothing changes", self.clear_of_target()?),
            Assurance::WillMiss => said("Will keep missing until the process changes", self.clear_of_target()?),
            Assurance::Sometimes => said(&self.some_yes_some_no(), self.across_target()?),
        }
    }

    fn some_yes_some_no(&self) -> String {
        format!("Some {} yes, some no", self.periods())
    }

    /// `Its whole usual range, 83.0 to 86.0 %, is above 82 %.`
    fn clear_of_target(&self) -> Option<String> {
        let usual = usual(self.signal)?;
        let goals = goals(self.result);
        let mut format = self.format.clone();
        for &goal in &goals {
            format = format.telling_apart(Some(usual.low), Some(goal)).telling_apart(Some(usual.high), Some(goal));
        }
        let range = format.range(usual.low, usual.high).text;
        let place = match (self.result.measure.better, goals.as_slice()) {
            (Direction::Within { low, high }, _) if usual.high < low || usual.low > high => {
                format!("outside {}", format.goal_range(low, high))
            }
            (Direction::Within { low, high }, _) => format!("inside {}", format.goal_range(low, high)),
            (_, [goal]) if usual.low > *goal => format!("above {}", format.goal(*goal)),
            (_, [goal]) => format!("below {}", format.goal(*goal)),
            _ => return None,
        };
        Some(format!("Its whole usual range, {range}, is {place}."))
    }

    /// `82 % lies in the usual range, 77.5 to 84.6 %.`
    fn across_target(&self) -> Option<String> {
        let range = self.usual_range()?.text;
        let chance = format!("While nothing changes, single {} meet it or miss it by chance.", self.periods());
        Some(match (self.result.measure.better, goals(self.result).as_slice()) {
            (Direction::Within { low, high }, _) => {
                format!("Its usual range, {range}, lies partly outside {}. {chance}", self.format.goal_range(low, high))
            }
            (_, [goal]) => format!("{} lies in the usual range, {range}. {chance}", self.format.goal(*goal)),
            _ => return None,
        })
    }

    /// The usual range of the latest period.
    #[must_use]
    pub fn usual_range(&self) -> Option<Range> {
        usual(self.signal).map(|usual| self.format.range(usual.low, usual.high))
    }

    /// What to know about the usual range, a sentence each.
    #[must_use]
    pub fn caveats(&self) -> Vec<String> {
        // Where nothing varies, or nothing can be told, the answer itself has said so.
        if !is_readable(self.signal) {
            return Vec::new();
        }
        self.signal.caveats.iter().filter_map(|caveat| self.caveat(*caveat)).collect()
    }

    fn caveat(&self, caveat: Caveat) -> Option<String> {
        let periods = self.periods();
        Some(match caveat {
            Caveat::Trial { points, firm_from, frozen } => {
                let moves = if frozen { "" } else { " and will still move" };
                format!("Trial limits, {points} of {firm_from}: the usual range rests on few {periods}{moves}.")
            }
            Caveat::ShortBaseline { points, needed } => format!(
                "The baseline of the scorecard has {points} {} here; a usual range that stays needs {needed}, so this one \
                 comes from all of them.",
                if points == 1 { self.period() } else { periods }
            ),
            Caveat::NoVariation => return None,
            Caveat::Skewed => "Values are skewed, so the usual range reaches further to one side.".to_owned(),
            Caveat::Autocorrelated => {
                format!("Successive {periods} resemble each other, so the usual range was widened.")
            }
            Caveat::Seasonal => match self.latest.period.grain() {
                Grain::Day => "The course of the week was taken out before.".to_owned(),
                _ => "The season was taken out before: the wave that returns every year.".to_owned(),
            },
            Caveat::Overdispersed => {
                "Counts vary more than chance alone would have it, so the usual range was widened.".to_owned()
            }
            Caveat::FewEvents => {
                "Few events are expected, so the usual range follows their exact distribution.".to_owned()
            }
        })
    }

    fn too_few(&self) -> String {
        // Of a phase that has just begun, only what came since then counts.
        let known = self.signal.points.iter().filter(|point| self.is_of_phase(point)).count();
        let have = if known == 1 { "has" } else { "have" };
        let of_phase = if self.signal.phase.is_some() { " of the new phase" } else { "" };
        format!(
            "{} {}{of_phase} {have} a figure. That is too few for a usual range, and for a statement on what comes.",
            capitalised(&spelled(known)),
            if known == 1 { self.period() } else { self.periods() }
        )
    }

    fn usual_variation(&self) -> String {
        let name = capitalised(&self.name(self.latest.period));
        let Some(range) = self.usual_range() else { return format!("{name} calls for no reaction by itself.") };
        format!(
            "{} usually fall between {}. {name} lies inside, so by itself it calls for no reaction.",
            capitalised(self.periods()),
            range.text.replacen(" to ", " and ", 1)
        )
    }

    fn is_of_phase(&self, point: &Point) -> bool {
        !is_before_phase(self.signal, point)
    }

    /// What a point of the course is, in a few words; none where it belongs to no series.
    #[must_use]
    pub fn point(&self, period: Period) -> Option<String> {
        let point = self.at(period)?;
        Some(match (judgement(self.signal, point), usual_of(self.signal, point)) {
            (Some(judgement), _) => format!("Signal: {}", judged(judgement)),
            (None, Some(_)) => "Usual variation".to_owned(),
            (None, None) => return None,
        })
    }

    /// The point of a period.
    #[must_use]
    pub fn at(&self, period: Period) -> Option<&'a Point> {
        self.signal.points.iter().find(|point| point.period == period)
    }

    /// The usual range of each of some periods, worded. Where periods have one in common it is worded once.
    pub fn usual_at(&self, periods: impl Iterator<Item = Period>) -> Vec<Option<Range>> {
        let mut last: Option<(UsualRange, Range)> = None;
        periods
            .map(|period| {
                let usual = usual_of(self.signal, self.at(period)?)?;
                let worded = last.take().filter(|(known, _)| *known == usual);
                let worded = worded.unwrap_or_else(|| (usual, self.format.range(usual.low, usual.high)));
                last = Some(worded.clone());
                Some(worded.1)
            })
            .collect()
    }

    /// What the band and the line of the chart are: `shaded: usual range, 77.5 to 84.6 %; thin line: average, 81.0 %`.
    #[must_use]
    pub fn band(&self) -> Option<String> {
        let usual = usual(self.signal)?;
        let range = self.format.range(usual.low, usual.high).text;
        let average = self.format.text(usual.average);
        // Periods of unequal size have unequal ranges.
        let differs = self.signal.points.iter().any(|point| point.usual.is_some_and(|other| other != usual));
        let lately = if differs { "most recently " } else { "" };
        Some(format!("shaded: usual range, {lately}{range}; thin line: average, {lately}{average}"))
    }

    fn never_varies(&self) -> bool {
        self.signal.caveats.contains(&Caveat::NoVariation)
    }

    /// `October`, beside the period of the page.
    fn name(&self, named: Period) -> String {
        period::beside(named, self.place, self.fiscal)
    }

    /// The word for many periods; several months in a row are not months.
    fn periods(&self) -> &'static str {
        period::plural(self.latest.period)
    }

    /// The word for one period.
    fn period(&self) -> &'static str {
        period::singular(self.latest.period)
    }

    /// What the points of a stretch are: periods, or figures where some periods between them have none.
    fn counted(&self, finding: &Finding) -> &'static str {
        let mut periods = 1;
        let mut period = finding.since;
        while period < finding.until && periods <= finding.run_length {
            period = period.next();
            periods += 1;
        }
        match (periods > finding.run_length, finding.run_length) {
            (true, 1) => "figure",
            (true, _) => "figures",
            (false, 1) => self.period(),
            (false, _) => self.periods(),
        }
    }
}

/// Whether there are enough periods for statements; before, no range and no mark is shown either.
#[must_use]
pub fn is_readable(signal: &Signal) -> bool {
    signal.variation != Variation::TooFewPoints
}

/// The usual range of the latest period, where there are enough periods for one.
#[must_use]
pub fn usual(signal: &Signal) -> Option<UsualRange> {
    usual_of(signal, signal.points.last()?)
}

/// The usual range of a point, where there are enough periods for one.
#[must_use]
pub fn usual_of(signal: &Signal, point: &Point) -> Option<UsualRange> {
    point.usual.filter(is_known).filter(|_| is_readable(signal) || is_before_phase(signal, point))
}

/// Whether a point belongs to a phase before the present one.
fn is_before_phase(signal: &Signal, point: &Point) -> bool {
    signal.phase.as_ref().is_some_and(|phase| point.period.start() < phase.on.start())
}

/// What a point means, where there are enough periods to tell.
#[must_use]
pub fn judgement(signal: &Signal, point: &Point) -> Option<Judgement> {
    point.judgement.filter(|_| is_readable(signal) || is_before_phase(signal, point))
}

fn is_known(usual: &UsualRange) -> bool {
    usual.low.is_finite() && usual.average.is_finite() && usual.high.is_finite()
}

/// What the latest period of a result means where it is more than usual variation.
#[must_use]
pub fn latest(result: &MeasureResult) -> Option<Judgement> {
    match result.signal.as_ref()?.variation {
        Variation::Signal { judgement, .. } => Some(judgement),
        Variation::Usual | Variation::TooFewPoints => None,
    }
}

/// A judgement in a word.
#[must_use]
pub fn judged(judgement: Judgement) -> &'static str {
    match judgement {
        Judgement::Better => "better",
        Judgement::Worse => "worse",
        Judgement::NoJudgement => "change",
    }
}

/// What a signal stands for.
#[must_use]
pub fn meaning(judgement: Judgement) -> &'static str {
    match judgement {
        Judgement::Better => "a real improvement",
        Judgement::Worse => "a real deterioration",
        Judgement::NoJudgement => "a real change",
    }
}

/// Whether the marked periods stand in a row, each of them marked by its own.
fn is_run(finding: &Finding) -> bool {
    finding.run_length > 1 && finding.rule != Rule::TwoOfThree
}

/// Where the marked periods lie.
fn place(rule: Rule, side: Side) -> String {
    let (over, edge, going) = match side {
        Side::Above => ("above", "upper", "rising"),
        Side::Below => ("below", "lower", "falling"),
    };
    match rule {
        Rule::Outside => format!("{over} its usual range"),
        Rule::Shift => format!("{over} its average"),
        Rule::Trend => going.to_owned(),
        Rule::TwoOfThree => format!("close to the {edge} edge of its usual range"),
    }
}

/// How many false signals to expect on a page like this one; none where it shows no series.
#[must_use]
pub fn false_signals(evaluation: &Evaluation) -> Option<String> {
    let rates = evaluation.legs.iter().flat_map(LegResult::measures).filter_map(|result| result.signal.as_ref());
    let expected: f64 = rates.filter(|signal| is_readable(signal)).filter_map(|signal| signal.false_alarm_rate).sum();
    if !expected.is_finite() || expected <= 0.0 {
        return None;
    }
    let (one, many) = (period::singular(evaluation.period), period::plural(evaluation.period));
    let apart = (1.0 / expected).round() as usize;
    let rate = match (apart, expected.round() as usize) {
        (0 | 1, 0 | 1) => format!("about one false signal every {one}"),
        (0 | 1, each) => format!("about {} false signals every {one}", spelled(each)),
        (apart, _) => format!("about one false signal in {} {many}", spelled(apart)),
    };
    Some(format!("On an operation in which nothing changes, expect {rate}."))
}

#[cfg(test)]
mod tests;
