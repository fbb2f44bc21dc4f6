//! What a question about open time costs, against two other ways of keeping the same stretches.
//!
//! ```sh
//! cargo run --release -p evenkeel-model --example working_time
//! ```

use std::hint::black_box;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Instant;

use evenkeel_model::calendar::{Calendar, Holiday, Hours, Open, WorkingHistory, WorkingTime};
use evenkeel_model::case::{Status, Statuses};
use evenkeel_model::service_level::{Clock, Target, Targets, Timeline};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

const HOUR: i64 = 3_600_000_000;
const QUESTIONS: usize = 1 << 20;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let zone = TimeZone::get("Europe/London")?;
    let instant = |day: Date| day.to_zoned(zone.clone()).map(|zoned| zoned.timestamp().as_microsecond());
    let mut out = io::stdout().lock();
    writeln!(out, "Nanoseconds for one question, one thread, the best of five runs over {QUESTIONS} questions.\n")?;
    writeln!(
        out,
        "| calendar | years | order | binary search | blocks that point | blocks that hold (kept) | history | after |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|---|")?;
    for (name, calendar) in
        [("office", office(false)), ("with lunch", office(true)), ("always", Calendar::always("always"))]
    {
        for years in [2, 10, 30] {
            let (from, to) = (instant(date(2026 - years, 1, 1))?, instant(date(2026, 1, 1))?);
            let working = Arc::new(WorkingTime::new(Arc::new(calendar.clone()), zone.clone(), from..to));
            let half = from + (to - from) / 2;
            let Some(history) = WorkingHistory::new(vec![(from, working.clone()), (half, working.clone())]) else {
                continue;
            };
            let pointers = Pointers::new(working.stretches(), from, to);
            for order in ["by time", "at random"] {
                let mut spans = spans(from, to);
                if order == "by time" {
                    spans.sort_unstable();
                }
                let stretches = working.stretches();
                for &(from, to) in spans.iter().take(10_000).filter(|_| !stretches.is_empty()) {
                    assert_eq!(working.open_micros(from, to), searched(stretches, to) - searched(stretches, from));
                    assert_eq!(working.open_micros(from, to), pointers.clock(to) - pointers.clock(from));
                }
                write!(out, "| {name} | {years} | {order} |")?;
                for (tried, question) in [
                    (
                        !stretches.is_empty(),
                        &(|a, b| searched(stretches, b) - searched(stretches, a)) as &dyn Fn(i64, i64) -> i64,
                    ),
                    (!stretches.is_empty(), &|a, b| pointers.clock(b) - pointers.clock(a)),
                    (true, &|a, b| working.open_micros(a, b)),
                    (true, &|a, b| history.open_micros(a, b)),
                    (true, &|a, b| working.after(a, (b - a) / 4).unwrap_or(0)),
                ] {
                    if tried {
                        write!(out, " {:.1} |", best(&spans, question))?;
                    } else {
                        write!(out, " – |")?;
                    }
                }
                writeln!(out)?;
            }
        }
    }
    writeln!(
        out,
        "\nA whole case with eight events, four targets: {:.0} in business time, {:.0} in calendar time.",
        case(&office(true), &zone, Clock::Business),
        case(&office(true), &zone, Clock::Calendar)
    )?;
    Ok(())
}

/// What it takes to judge the four targets of a case, in nanoseconds.
fn case(calendar: &Calendar, zone: &TimeZone, clock: Clock) -> f64 {
    let from = 1_700_000_000_000_000;
    let working = WorkingTime::new(Arc::new(calendar.clone()), zone.clone(), from..from + 1000 * 24 * HOUR);
    let business = WorkingHistory::from(Arc::new(working));
    let target = |hours: u32| Some(Target::new(hours * 3600, clock).pausing(Statuses::of(&[Status::Pending])));
    let targets = Targets {
        first_response: target(4),
        next_response: target(8),
        resolution: target(24),
        requester_wait: target(16),
    };
    let spans = spans(from, from + 900 * 24 * HOUR);
    let judge = |opened_at: i64, end: i64| {
        let at = |part: i64| opened_at + (end - opened_at) / 8 * part;
        let timeline = Timeline {
            opened_at,
            statuses: &[
                (at(2), Status::Open),
                (at(3), Status::Pending),
                (at(6), Status::Open),
                (at(8), Status::Solved),
            ],
            agent_messages: &[at(3), at(7)],
            customer_messages: &[opened_at, at(6)],
            assignees: &[(at(1), Some(1)), (at(5), Some(2))],
        };
        let verdicts = targets.judge(&timeline, Some(&business), at(9));
        verdicts.resolution.map_or(0, |verdict| verdict.elapsed)
    };
    best(&spans, &judge)
}

/// Monday to Friday, 9 to 17, ten holidays a year.
fn office(lunch: bool) -> Calendar {
    let parts: &[(i64, i64)] = if lunch { &[(540, 750), (795, 1020)] } else { &[(540, 1020)] };
    let hours: Vec<Hours> =
        (1..=5).flat_map(|day| parts.iter().map(move |&(from, to)| Hours::weekly(day, from, to))).collect();
    let holidays: Vec<Holiday> = (1..=10).map(|month| Holiday::yearly(month, 3 * month)).collect();
    Calendar::build("office", &hours, &holidays).0
}

/// Spans as cases have them: from seconds to weeks, mostly hours.
fn spans(from: i64, to: i64) -> Vec<(i64, i64)> {
    let mut state = 1u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    (0..QUESTIONS)
        .map(|_| {
            let length = (10 * HOUR) >> (random() % 12) << (random() % 6);
            let begins = from + (random() as i64) * 1009 * 1000 % (to - from - length);
            (begins, begins + length)
        })
        .collect()
}

fn best(spans: &[(i64, i64)], question: &dyn Fn(i64, i64) -> i64) -> f64 {
    (0..5)
        .map(|_| {
            let start = Instant::now();
            let sum = spans.iter().fold(0i64, |sum, &(from, to)| sum.wrapping_add(question(from, to)));
            black_box(sum);
            start.elapsed().as_nanos() as f64 / spans.len() as f64
        })
        .fold(f64::MAX, f64::min)
}

/// The plain way: look for the stretch by halving.
fn searched(opens: &[Open], at: i64) -> i64 {
    match opens[..opens.partition_point(|open| open.from <= at)].last() {
        Some(open) => open.before + at.min(open.to) - open.from,
        None => 0,
    }
}

/// Blocks that only say where to begin.
struct Pointers<'a> {
    opens: &'a [Open],
    from: i64,
    blocks: Vec<u32>,
}

impl<'a> Pointers<'a> {
    const BLOCK: u32 = 36;

    fn new(opens: &'a [Open], from: i64, to: i64) -> Self {
        let count = (to - from + (1 << Self::BLOCK) - 1) >> Self::BLOCK;
        let place = |block| opens.partition_point(|open| open.to <= from + (block << Self::BLOCK)) as u32;
        Self { opens, from, blocks: (0..count).map(place).collect() }
    }

    fn clock(&self, at: i64) -> i64 {
        let place = self.blocks[((at - self.from) >> Self::BLOCK) as usize] as usize;
        for open in &self.opens[place..] {
            if at < open.to {
                return open.before + (at - open.from).max(0);
            }
        }
        self.opens.last().map_or(0, |last| last.before + last.to - last.from)
    }
}
