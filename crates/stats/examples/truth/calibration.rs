//! Calibration: of all statements that gave about 30 %, about 30 % must come true.

use crate::report::{Report, percent};
use evenkeel_stats::Error;
use evenkeel_stats::compare::{Better, Settings, ShareRecord, Standard, shares};
use evenkeel_stats::control::guards::Transformation;
use evenkeel_stats::forecast::{self, forecast};
use evenkeel_stats::interval::proportion::Proportion;
use evenkeel_stats::random::Generator;

/// Predicted and observed shares by tenths of the prediction.
#[derive(Debug, Clone, Copy, Default)]
struct Deciles {
    predicted: [f64; 10],
    observed: [f64; 10],
    count: [f64; 10],
}

impl Deciles {
    fn add(&mut self, probability: f64, came_true: bool) {
        let tenth = ((10.0 * probability) as usize).min(9);
        self.predicted[tenth] += probability;
        self.observed[tenth] += f64::from(u8::from(came_true));
        self.count[tenth] += 1.0;
    }

    /// Largest distance between predicted and observed over tenths with at least 300 statements.
    fn worst(&self) -> f64 {
        (0..10)
            .filter(|&i| self.count[i] >= 300.0)
            .map(|i| ((self.predicted[i] - self.observed[i]) / self.count[i]).abs())
            .fold(0.0, f64::max)
    }

    fn rows(&self) -> Vec<String> {
        (0..10)
            .map(|i| {
                let share = |sum: f64| percent(sum / self.count[i]);
                format!("{} → {}", share(self.predicted[i]), share(self.observed[i]))
            })
            .collect()
    }
}

/// Measures the probability of meeting a standard, and forecasts.
pub fn measure(seed: u64) -> Result<Report, Error> {
    let mut report = Report::new("Calibration");
    report.say("Each cell: mean predicted probability → share that came true, by tenths of the prediction.");
    let head = [
        "statements",
        "0-10",
        "10-20",
        "20-30",
        "30-40",
        "40-50",
        "50-60",
        "60-70",
        "70-80",
        "80-90",
        "90-100",
        "worst",
    ];
    let mut table = Table::default();
    let people = all_standards(&mut table, seed)?;
    let series = all_forecasts(&mut table, seed)?;
    report.table(&head, &table.rows);
    report.promise(
        "probability of meeting the standard: within 3 points in every tenth (40 people and more, who differ by 4 points)",
        people.usual <= 0.03,
    );
    report.goal(
        &format!(
            "probability of meeting the standard in every case measured: within 3 points in every tenth (ten people {}, a \
             line in the tail {}, people who differ less or more {}, a tail of another shape {})",
            percent(people.small),
            percent(people.tail),
            percent(people.spreads),
            percent(people.other)
        ),
        people.small.max(people.tail).max(people.spreads).max(people.other) <= 0.03,
        "How much people differ, and the shape of the tail, are learnt from these very people. Ten of them tell neither: \
         where they hardly differ they are taken to differ more, and the probabilities are too sure; recognition among ten \
         people who hardly differ is too generous. 120 people with 100 cases each tell the spread but not whether the tail \
         is that of a beta or of a normal distribution, so both are weighed: where quality is normal, more people near the \
         line meet it than is said, and development (below 25 %) is offered to more of them. Even told that it is normal, \
         the error stays at about 7 points, because organisations that look more spread out than they are put more of \
         their people near such a line. More people or cases help. Reviews do not rest on this probability at all.",
    );
    report.promise("forecasts for a mixed scorecard: within 3 points in every tenth", series.mixed <= 0.03);
    report.goal(
        &format!("forecasts for each kind of series by itself: within 3 points in every tenth (worst {})", percent(series.kinds)),
        series.kinds <= 0.03,
        "The forecast does not know the kind: two or three years of months do not tell it. It is too careful with series \
         that are stable or have jumped once, and a little too sure of those whose level wanders; what helps the ones harms \
         the others. A jump of the level as one more behaviour brings those that have jumped about one point nearer and \
         takes those that wander as much farther away, whatever the weights.",
    );
    report.promise(
        &format!(
            "95 % credible intervals of people enclose the true rate in 93 to 97 % ({})",
            people.credible.iter().map(|&share| percent(share)).collect::<Vec<_>>().join(", ")
        ),
        people.credible.iter().all(|share| (0.93..=0.97).contains(share)),
    );
    report.say(&format!("The same where people differ less or more: {}.", people.other_credible.join("; ")));
    report.say(&format!("80 % ranges of forecasts enclose the figure in: {}.", series.coverage.join("; ")));
    Ok(report)
}

/// The rows of the table.
#[derive(Debug, Default)]
struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Adds a row and gives back the largest distance in it.
    fn add(&mut self, name: &str, deciles: Deciles) -> f64 {
        let mut row = vec![name.to_owned()];
        row.extend(deciles.rows());
        row.push(format!("{:.1}", 100.0 * deciles.worst()));
        self.rows.push(row);
        deciles.worst()
    }
}

/// Largest distances of the probability of meeting a standard, and how often intervals enclose the truth.
#[derive(Debug, Default)]
struct Standards {
    usual: f64,
    small: f64,
    tail: f64,
    other: f64,
    spreads: f64,
    credible: Vec<f64>,
    other_credible: Vec<String>,
}

fn all_standards(table: &mut Table, seed: u64) -> Result<Standards, Error> {
    let mut found = Standards::default();
    for (part, (people, cases, name)) in [
        (120, 100, "meets 86 %: 120 people, 100 cases"),
        (120, 40, "meets 86 %: 120 people, 40 cases"),
        (40, 60, "meets 86 %: 40 people, 60 cases"),
    ]
    .into_iter()
    .enumerate()
    {
        let (deciles, inside) = standard(people, cases, USUAL, 0.86, seed, part as u64)?;
        found.usual = found.usual.max(table.add(name, deciles));
        found.credible.push(inside);
    }
    let (deciles, inside) = standard(10, 100, USUAL, 0.86, seed, 9)?;
    found.small = table.add("meets 86 %: 10 people, 100 cases", deciles);
    found.credible.push(inside);
    found.tail = table.add("meets 80 %: 120 people, 100 cases", standard(120, 100, USUAL, 0.80, seed, 10)?.0);
    let (deciles, inside) = standard(120, 100, Truth::Normal, 0.80, seed, 11)?;
    found.other = table.add("meets 80 %: quality normal, 100 cases", deciles);
    found.credible.push(inside);
    for (part, (people, truth, name)) in [
        (120, Truth::Beta(NARROW), "people differ by 2 points, 120 people"),
        (10, Truth::Beta(NARROW), "people differ by 2 points, 10 people"),
        (120, Truth::Beta(WIDE), "people differ by 7 points, 120 people"),
        (10, Truth::Beta(WIDE), "people differ by 7 points, 10 people"),
    ]
    .into_iter()
    .enumerate()
    {
        let (deciles, inside) = standard(people, 100, truth, 0.86, seed, 12 + part as u64)?;
        found.spreads = found.spreads.max(table.add(&format!("meets 86 %: {name}"), deciles));
        found.other_credible.push(format!("{name} {}", percent(inside)));
    }
    table.add("raw figure at or above 86 % says yes or no", naive(seed));
    Ok(found)
}

/// Largest distances of forecasts, by kind of series and on a mixed scorecard, and how often 80 % ranges enclose the figure.
#[derive(Debug, Default)]
struct Series {
    kinds: f64,
    mixed: f64,
    coverage: Vec<String>,
}

fn all_forecasts(table: &mut Table, seed: u64) -> Result<Series, Error> {
    let mut found = Series::default();
    let mut all = Deciles::default();
    for (part, behaviour) in BEHAVIOURS.into_iter().enumerate() {
        let (deciles, inside) = forecasts(behaviour, seed, part as u64)?;
        found.kinds = found.kinds.max(table.add(&format!("forecast: {}", behaviour.name), deciles));
        found.coverage.push(format!("{} {}", behaviour.name, percent(inside)));
        for i in 0..10 {
            all.predicted[i] += behaviour.weight * deciles.predicted[i];
            all.observed[i] += behaviour.weight * deciles.observed[i];
            all.count[i] += behaviour.weight * deciles.count[i];
        }
    }
    found.mixed = table.add("forecast: a scorecard of all these", all);
    Ok(found)
}

/// How true rates are distributed: around 86 %.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Truth {
    /// Beta distributed with this precision a + b.
    Beta(f64),
    /// Normal with a standard deviation of four points: thinner tails below.
    Normal,
}

/// People differ by a standard deviation of four points.
const USUAL: Truth = Truth::Beta(73.3);
/// Precision at which they differ by two points.
const NARROW: f64 = 300.0;
/// Precision at which they differ by seven points.
const WIDE: f64 = 23.6;

/// Deciles of the probability to meet the line, and the share of credible intervals that enclose the truth.
fn standard(people: usize, cases: u64, truth: Truth, line: f64, seed: u64, part: u64) -> Result<(Deciles, f64), Error> {
    let (mut inside, mut all) = (0.0, 0.0);
    let mut deciles = Deciles::default();
    let lines = Standard { recognition: line, minimum: line, better: Better::Higher };
    let draw_rate = |generator: &mut Generator| match truth {
        USUAL => generator.beta(63.0, 10.3),
        Truth::Beta(precision) => generator.beta(0.86 * precision, 0.14 * precision),
        Truth::Normal => (0.86 + 0.04 * generator.normal()).min(0.995),
    };
    let settings = Settings { minimum_observations: 10.0, ..Settings::default() };
    let mut generator = Generator::for_part(seed, 5_000 + part);
    for _ in 0..120_000 / people {
        let mut truth = Vec::with_capacity(people);
        let mut histories = Vec::with_capacity(people);
        for _ in 0..people {
            let rate = draw_rate(&mut generator);
            truth.push(rate);
            let share = Proportion::new(generator.binomial(cases, rate), cases)?;
            histories.push(vec![Some(ShareRecord { share, expected: None })]);
        }
        for (standing, rate) in shares(&histories, lines, &settings)?.standings.iter().zip(truth) {
            if let (Some(probability), Some(range)) = (standing.meets_recognition, standing.interval) {
                deciles.add(probability, rate >= line);
                inside += f64::from(u8::from(range.contains(rate)));
                all += 1.0;
            }
        }
    }
    Ok((deciles, inside / all))
}

/// What a table says that colours the raw figure: certain either way.
fn naive(seed: u64) -> Deciles {
    let mut deciles = Deciles::default();
    let mut generator = Generator::for_part(seed, 5_100);
    for _ in 0..60_000 {
        let rate = generator.beta(63.0, 10.3);
        let green = generator.binomial(40, rate) as f64 / 40.0 >= 0.86;
        deciles.add(if green { 0.999 } else { 0.001 }, rate >= 0.86);
    }
    deciles
}

/// A kind of series.
#[derive(Debug, Clone, Copy)]
struct Behaviour {
    name: &'static str,
    /// Share of a scorecard's measures that behave so.
    weight: f64,
    autocorrelation: f64,
    /// Standard deviation of the steps of the level.
    steps: f64,
    /// Standard deviation, over series, of the slope per month.
    slope: f64,
    /// Standard deviation of a single jump at a random month.
    jump: f64,
    /// What the figures are, which decides the scale of the forecast.
    figures: Figures,
}

/// What the figures of a series are.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Figures {
    /// Any numbers, forecast as they are.
    Plain,
    /// Shares of so many answers around 85 %, forecast on the arcsine of their root.
    Shares(u64),
    /// Times, forecast on their logarithm.
    Times,
}

impl Figures {
    fn scale(self) -> Transformation {
        match self {
            Figures::Plain => Transformation::Identity,
            Figures::Shares(_) => Transformation::ArcsineRoot,
            Figures::Times => Transformation::BoxCox(0.0),
        }
    }

    /// About one deviation of the noise, on the scale of the forecast.
    fn deviation(self) -> f64 {
        match self {
            Figures::Plain => 1.0,
            Figures::Shares(answers) => 0.5 / (answers as f64).sqrt(),
            Figures::Times => 0.3,
        }
    }

    /// Makes figures of plain numbers around zero.
    fn of(self, values: &[f64], generator: &mut Generator) -> Vec<f64> {
        let mut figures = Vec::with_capacity(values.len());
        for value in values {
            figures.push(match self {
                Figures::Plain => *value,
                Figures::Shares(answers) => {
                    let rate = 1.0 / (1.0 + (-1.735 - 0.1 * value).exp());
                    // An empty share has no place on a logarithm, but it has one on the arcsine.
                    generator.binomial(answers, rate) as f64 / answers as f64
                }
                Figures::Times => (0.3 * value).exp(),
            });
        }
        figures
    }
}

const STABLE: Behaviour = Behaviour {
    name: "stable",
    weight: 0.3,
    autocorrelation: 0.0,
    steps: 0.0,
    slope: 0.0,
    jump: 0.0,
    figures: Figures::Plain,
};
const BEHAVIOURS: [Behaviour; 7] = [
    STABLE,
    Behaviour { name: "autocorrelation 0.5", weight: 0.2, autocorrelation: 0.5, ..STABLE },
    Behaviour { name: "steady slopes (sd 0.1 a month)", weight: 0.2, slope: 0.1, ..STABLE },
    Behaviour { name: "wandering level (steps of 0.4)", weight: 0.2, steps: 0.4, ..STABLE },
    Behaviour { name: "one jump (sd 2)", weight: 0.1, jump: 2.0, ..STABLE },
    Behaviour {
        name: "shares of 200 answers, wandering",
        weight: 0.2,
        steps: 0.4,
        figures: Figures::Shares(200),
        ..STABLE
    },
    Behaviour { name: "skewed times, wandering", weight: 0.2, steps: 0.4, figures: Figures::Times, ..STABLE },
];

/// Forecasts of the chance to reach a target that lies within two deviations of the latest mean.
fn forecasts(behaviour: Behaviour, seed: u64, part: u64) -> Result<(Deciles, f64), Error> {
    let mut deciles = Deciles::default();
    let mut generator = Generator::for_part(seed, 6_000 + part);
    let mut inside = 0;
    let series = 12_000;
    for number in 0..series {
        let points = [12, 18, 24, 36][number % 4];
        let ahead = [3, 6, 12][number % 3];
        let plain = draw(behaviour, points + ahead, points, &mut generator);
        let values = behaviour.figures.of(&plain, &mut generator);
        let scale = behaviour.figures.scale();
        let settings = forecast::Settings { scale, season: None };
        let found = forecast(&values[..points], ahead, settings)?;
        let outcome = values[points + ahead - 1];
        let latest: Vec<f64> = values[points - 6..points].iter().map(|&value| scale.forward(value)).collect();
        let recent = latest.iter().sum::<f64>() / 6.0;
        let apart = behaviour.figures.deviation();
        for _ in 0..2 {
            let target = scale.backward(recent + 1.5 * apart * generator.normal());
            deciles.add(found.probability_at_least(target), outcome >= target);
        }
        // The 80 % range holds what lies between the tenth and the ninetieth percentile.
        inside += usize::from((0.1..=0.9).contains(&found.probability_at_most(outcome)));
    }
    Ok((deciles, inside as f64 / series as f64))
}

fn draw(behaviour: Behaviour, length: usize, known: usize, generator: &mut Generator) -> Vec<f64> {
    let slope = behaviour.slope * generator.normal();
    let jump_at = generator.below(known);
    let jump = behaviour.jump * generator.normal();
    let mut swing = generator.normal();
    let mut level = 0.0;
    let renewal = (1.0 - behaviour.autocorrelation * behaviour.autocorrelation).sqrt();
    (0..length)
        .map(|t| {
            swing = behaviour.autocorrelation * swing + renewal * generator.normal();
            level += slope + behaviour.steps * generator.normal() + if t == jump_at { jump } else { 0.0 };
            level + swing
        })
        .collect()
}
