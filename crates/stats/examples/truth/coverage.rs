//! Coverage: how often intervals enclose the truth. Exact sums over all outcomes where these are few, else simulation.

use crate::report::{Report, percent};
use evenkeel_stats::Error;
use evenkeel_stats::agreement::pairwise_interval;
use evenkeel_stats::interval::mean::{Moments, student};
use evenkeel_stats::interval::net_promoter::{self, NetPromoter};
use evenkeel_stats::interval::proportion::{self, Proportion};
use evenkeel_stats::interval::rate::{self, Events};
use evenkeel_stats::interval::ratio::{self, RatioSums};
use evenkeel_stats::interval::{Interval, Level, bootstrap, order_statistic};
use evenkeel_stats::random::Generator;

const SIZES: [u64; 3] = [20, 50, 200];
/// Series per simulated cell: standard error 0.2 points at 95 %.
const SERIES: usize = 10_000;
/// The bootstrap is slower.
const BOOTSTRAP_SERIES: usize = 2_000;
const REPLICATES: usize = 1_000;

/// What is promised of a method.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Promise {
    /// At least 95 % everywhere.
    Exact,
    /// 93 to 97 % on average.
    Average,
    /// Nothing: shown for comparison.
    Nothing,
}

/// Coverages of one method over the grid of a parameter.
struct Coverage {
    method: &'static str,
    size: u64,
    promise: Promise,
    grid: Vec<(String, f64)>,
}

impl Coverage {
    fn mean(&self) -> f64 {
        self.grid.iter().map(|cell| cell.1).sum::<f64>() / self.grid.len() as f64
    }

    fn worst(&self) -> (&str, f64) {
        let worst = self.grid.iter().min_by(|one, other| one.1.total_cmp(&other.1));
        worst.map_or(("", f64::NAN), |cell| (cell.0.as_str(), cell.1))
    }

    fn row(&self) -> Vec<String> {
        let promise = match self.promise {
            Promise::Exact => "exact",
            Promise::Average => "on average",
            Promise::Nothing => "none",
        };
        let (place, worst) = self.worst();
        vec![
            self.method.to_owned(),
            self.size.to_string(),
            promise.to_owned(),
            percent(self.mean()),
            percent(worst),
            place.to_owned(),
        ]
    }

    fn holds(&self, noise: f64) -> bool {
        match self.promise {
            Promise::Exact => self.worst().1 >= 0.95 - noise,
            Promise::Average => (0.93..=0.97).contains(&self.mean()),
            Promise::Nothing => true,
        }
    }
}

/// Measures all intervals.
pub fn measure(seed: u64) -> Result<Report, Error> {
    let mut report = Report::new("Coverage of 95 % intervals");
    report.say(
        "Averaged over the parameter (shares and differences from 1 to 99 %, rates from 1 to 40 events), with the worst \
         single value. Methods marked exact must reach 95 % everywhere, the others 93 to 97 % on average. Methods \
         without a promise are shown because other tools use them.",
    );
    let mut found = shares()?;
    found.push(staff_surveys()?);
    found.extend(differences()?);
    found.extend(net_promoters()?);
    found.extend(rates()?);
    let simulated_from = found.len();
    found.extend(samples(seed)?);
    let rows: Vec<Vec<String>> = found.iter().map(Coverage::row).collect();
    report.table(&["method", "n", "promise", "mean", "worst", "worst at"], &rows);
    let exact = |(i, one): (usize, &Coverage)| one.holds(if i < simulated_from { 1e-9 } else { 0.01 });
    report.promise(
        "exact intervals enclose the truth in at least 95 % (simulated ones: within simulation error of 1 point)",
        found.iter().enumerate().filter(|(_, one)| one.promise == Promise::Exact).all(exact),
    );
    report.promise(
        "all other recommended intervals enclose it in 93 to 97 % on average",
        found.iter().filter(|one| one.promise == Promise::Average).all(|one| one.holds(0.0)),
    );
    Ok(report)
}

/// The rows that are summed over all outcomes and quick to work out.
#[cfg(test)]
pub fn summed_rows() -> Result<Vec<Vec<String>>, Error> {
    let mut found = shares()?;
    found.push(staff_surveys()?);
    found.extend(rates()?);
    Ok(found.iter().map(Coverage::row).collect())
}

/// Probabilities of 0 to n successes.
fn binomial(n: u64, p: f64) -> Vec<f64> {
    let mut log = n as f64 * (-p).ln_1p();
    let odds = (p / (1.0 - p)).ln();
    (0..=n)
        .map(|k| {
            let probability = log.exp();
            log += ((n - k) as f64 / (k + 1) as f64).ln() + odds;
            probability
        })
        .collect()
}

fn grid() -> impl Iterator<Item = f64> {
    (1..=199).map(|step| f64::from(step) / 200.0).filter(|p| (0.01..=0.99).contains(p))
}

fn shares() -> Result<Vec<Coverage>, Error> {
    type Method = fn(Proportion, Level) -> Interval;
    let methods: [(&'static str, Method, Promise); 5] = [
        ("share: Wilson", proportion::wilson, Promise::Average),
        ("share: Wilson, corrected", proportion::wilson_corrected, Promise::Nothing),
        ("share: Clopper-Pearson", proportion::clopper_pearson, Promise::Exact),
        ("share: Agresti-Coull", proportion::agresti_coull, Promise::Average),
        ("share: Wald", proportion::wald, Promise::Nothing),
    ];
    let mut found = Vec::new();
    for (method, interval, promise) in methods {
        for size in SIZES {
            let intervals: Vec<Interval> = (0..=size)
                .map(|k| Ok(interval(Proportion::new(k, size)?, Level::P95)))
                .collect::<Result<_, Error>>()?;
            let grid = grid()
                .map(|p| {
                    let covered =
                        binomial(size, p).iter().zip(&intervals).filter(|(_, i)| i.contains(p)).map(|(m, _)| m).sum();
                    (format!("{} %", percent(p)), covered)
                })
                .collect();
            found.push(Coverage { method, size, promise, grid });
        }
    }
    Ok(found)
}

/// Forty of a hundred colleagues answer, so the count is hypergeometric.
fn staff_surveys() -> Result<Coverage, Error> {
    let (population, sample) = (100_u64, 40_u64);
    let log_choose = |n: u64, k: u64| (1..=k).map(|i| ((n - k + i) as f64 / i as f64).ln()).sum::<f64>();
    let all = log_choose(population, sample);
    let mut grid = Vec::new();
    for satisfied in 2..=98 {
        let truth = satisfied as f64 / population as f64;
        let mut covered = 0.0;
        for k in (satisfied + sample).saturating_sub(population)..=satisfied.min(sample) {
            let interval = proportion::wilson_finite(Proportion::new(k, sample)?, population, Level::P95)?;
            if interval.contains(truth) {
                covered += (log_choose(satisfied, k) + log_choose(population - satisfied, sample - k) - all).exp();
            }
        }
        grid.push((format!("{satisfied} of 100"), covered));
    }
    Ok(Coverage { method: "share: Wilson, 40 of 100 people", size: sample, promise: Promise::Average, grid })
}

fn differences() -> Result<Vec<Coverage>, Error> {
    let mut found = Vec::new();
    for size in [20, 50] {
        let share = |k: u64| Proportion::new(k, size);
        let mut intervals = Vec::new();
        for a in 0..=size {
            for b in 0..=size {
                intervals.push(proportion::newcombe_difference(share(a)?, share(b)?, Level::P95));
            }
        }
        let mut grid = Vec::new();
        for i in 1..=19 {
            for j in 1..=19 {
                let (p, q) = (f64::from(i) / 20.0, f64::from(j) / 20.0);
                let (one, other) = (binomial(size, p), binomial(size, q));
                let outcomes = one.iter().flat_map(|m| other.iter().map(move |n| m * n));
                let covered = outcomes.zip(&intervals).filter(|(_, i)| i.contains(p - q)).map(|(m, _)| m).sum();
                grid.push((format!("{} and {} %", percent(p), percent(q)), covered));
            }
        }
        found.push(Coverage { method: "difference: Newcombe", size, promise: Promise::Average, grid });
    }
    Ok(found)
}

fn net_promoters() -> Result<Vec<Coverage>, Error> {
    type Method = fn(NetPromoter, Level) -> Interval;
    let methods: [(&'static str, Method, Promise); 2] = [
        ("net promoter: score", net_promoter::score, Promise::Average),
        ("net promoter: normal", net_promoter::normal, Promise::Nothing),
    ];
    let mut found = Vec::new();
    for (method, interval, promise) in methods {
        for size in [20, 50] {
            let mut intervals = Vec::new();
            for promoters in 0..=size {
                for detractors in 0..=size - promoters {
                    let answers = NetPromoter::new(promoters, size - promoters - detractors, detractors)?;
                    intervals.push((promoters, detractors, interval(answers, Level::P95)));
                }
            }
            let mut grid = Vec::new();
            for i in 1..20 {
                for j in 1..20 - i {
                    let (p, d) = (f64::from(i) / 20.0, f64::from(j) / 20.0);
                    let first = binomial(size, p);
                    // Detractors among those who are no promoters.
                    let second: Vec<Vec<f64>> = (0..=size).map(|rest| binomial(rest, d / (1.0 - p))).collect();
                    let covered = intervals
                        .iter()
                        .filter(|(_, _, interval)| interval.contains(p - d))
                        .map(|&(a, b, _)| first[a as usize] * second[(size - a) as usize][b as usize])
                        .sum();
                    grid.push((format!("{} and {} %", percent(p), percent(d)), covered));
                }
            }
            found.push(Coverage { method, size, promise, grid });
        }
    }
    Ok(found)
}

fn rates() -> Result<Vec<Coverage>, Error> {
    type Method = fn(Events, Level) -> Interval;
    let methods: [(&'static str, Method, Promise); 3] = [
        ("rate: exact", rate::exact, Promise::Exact),
        ("rate: mid-P", rate::mid_p, Promise::Average),
        ("rate: score", rate::score, Promise::Average),
    ];
    let most = 120;
    let mut found = Vec::new();
    for (method, interval, promise) in methods {
        let intervals: Vec<Interval> =
            (0..=most).map(|k| Ok(interval(Events::new(k, 1.0)?, Level::P95))).collect::<Result<_, Error>>()?;
        let grid = (10..=400)
            .map(|step| {
                let mean = f64::from(step) / 10.0;
                let mut probability = (-mean).exp();
                let mut covered = 0.0;
                for (k, interval) in intervals.iter().enumerate() {
                    if interval.contains(mean) {
                        covered += probability;
                    }
                    probability *= mean / (k + 1) as f64;
                }
                (format!("mean {mean:.1}"), covered)
            })
            .collect();
        found.push(Coverage { method, size: 1, promise, grid });
    }
    Ok(found)
}

/// Simulated samples of one size: means, ratios, medians, the bootstrap, cohesion.
struct Samples {
    generator: Generator,
    size: usize,
    found: Vec<Coverage>,
}

fn samples(seed: u64) -> Result<Vec<Coverage>, Error> {
    let mut found = Vec::new();
    for size in [20, 50] {
        let mut samples = Samples { generator: Generator::for_part(seed, size as u64), size, found: Vec::new() };
        samples.means()?;
        samples.resampled_means(seed)?;
        samples.ratios(seed)?;
        samples.quantiles()?;
        samples.cohesion()?;
        found.extend(samples.found);
    }
    Ok(found)
}

/// Mean of the lognormal times that are drawn.
fn lognormal_mean() -> f64 {
    0.32_f64.exp()
}

impl Samples {
    /// Share of series whose interval encloses the truth.
    fn simulate(
        &mut self,
        series: usize,
        truth: f64,
        mut draw: impl FnMut(&mut Generator, u64) -> Result<Interval, Error>,
    ) -> Result<f64, Error> {
        let mut hits = 0;
        for number in 0..series {
            hits += usize::from(draw(&mut self.generator, number as u64)?.contains(truth));
        }
        Ok(hits as f64 / series as f64)
    }

    fn push(&mut self, method: &'static str, promise: Promise, cells: Vec<(&str, f64)>) {
        let grid = cells.into_iter().map(|(place, covered)| (place.to_owned(), covered)).collect();
        self.found.push(Coverage { method, size: self.size as u64, promise, grid });
    }

    /// Normal (0), gamma of shape 4 (1) or lognormal 0.8 (2) figures with their mean and name.
    fn kind(kind: usize) -> (&'static str, f64) {
        [("normal", 0.0), ("gamma shape 4", 4.0), ("lognormal 0.8", lognormal_mean())][kind]
    }

    fn draw(kind: usize, size: usize, generator: &mut Generator) -> Vec<f64> {
        (0..size)
            .map(|_| match kind {
                0 => generator.normal(),
                1 => generator.gamma(4.0),
                _ => (0.8 * generator.normal()).exp(),
            })
            .collect()
    }

    fn means(&mut self) -> Result<(), Error> {
        let size = self.size;
        let mut cells = Vec::new();
        for kind in 0..3 {
            let (place, truth) = Self::kind(kind);
            let covered = self.simulate(SERIES, truth, |g, _| {
                student(Moments::from_values(&Self::draw(kind, size, g))?, Level::P95)
            })?;
            cells.push((place, covered));
        }
        let skewed = cells.split_off(2);
        self.push("mean: Student", Promise::Average, cells);
        self.push("mean: Student, very skewed", Promise::Nothing, skewed);
        Ok(())
    }

    fn resampled_means(&mut self, seed: u64) -> Result<(), Error> {
        let size = self.size;
        let (mut accelerated, mut studentised) = (Vec::new(), Vec::new());
        for kind in 0..3 {
            let (place, truth) = Self::kind(kind);
            let mean =
                |values: &[f64], rows: &[usize]| rows.iter().map(|&row| values[row]).sum::<f64>() / rows.len() as f64;
            let covered = self.simulate(BOOTSTRAP_SERIES, truth, |g, number| {
                let values = Self::draw(kind, size, g);
                bootstrap::accelerated(size, Level::P95, REPLICATES, seed + number, |rows| mean(&values, rows))
            })?;
            accelerated.push((place, covered));
            let covered = self.simulate(BOOTSTRAP_SERIES, truth, |g, number| {
                let values = Self::draw(kind, size, g);
                bootstrap::studentised(size, Level::P95, REPLICATES, seed + number, |rows| {
                    let centre = mean(&values, rows);
                    let n = rows.len() as f64;
                    let squares: f64 = rows.iter().map(|&row| (values[row] - centre).powi(2)).sum();
                    (centre, (squares / (n - 1.0) / n).sqrt())
                })
            })?;
            studentised.push((place, covered));
        }
        self.push("mean: bootstrap, accelerated", Promise::Average, accelerated);
        self.push("mean: bootstrap, studentised", Promise::Average, studentised);
        Ok(())
    }

    /// Handling time per contact: both sums vary together.
    fn ratios(&mut self, seed: u64) -> Result<(), Error> {
        let size = self.size;
        let rows = |g: &mut Generator| -> (Vec<f64>, Vec<f64>) {
            (0..size)
                .map(|_| {
                    let contacts = 1.0 + g.poisson(2.0) as f64;
                    (contacts * 3.0 * g.gamma(4.0) / 4.0, contacts)
                })
                .unzip()
        };
        let delta = self.simulate(SERIES, 3.0, |g, _| {
            let (y, x) = rows(g);
            ratio::delta(RatioSums::from_rows(&y, &x)?, Level::P95)
        })?;
        self.push("ratio: delta", Promise::Average, vec![("seconds per contact", delta)]);
        let resampled = self.simulate(BOOTSTRAP_SERIES, 3.0, |g, number| {
            let (y, x) = rows(g);
            ratio::bootstrapped(&y, &x, Level::P95, REPLICATES, seed + number)
        })?;
        self.push("ratio: bootstrap, studentised", Promise::Average, vec![("seconds per contact", resampled)]);
        Ok(())
    }

    fn quantiles(&mut self) -> Result<(), Error> {
        let size = self.size;
        let median =
            self.simulate(SERIES, 1.0, |g, _| order_statistic::interval(&Self::draw(2, size, g), 0.5, Level::P95))?;
        let mut cells = vec![("median, lognormal 0.8", median)];
        if size == 50 {
            let truth = (0.8 * 1.281_551_565_544_6_f64).exp();
            let far = self
                .simulate(SERIES, truth, |g, _| order_statistic::interval(&Self::draw(2, size, g), 0.9, Level::P95))?;
            cells.push(("p90, lognormal 0.8", far));
        }
        self.push("quantile: order statistics", Promise::Exact, cells);
        Ok(())
    }

    fn cohesion(&mut self) -> Result<(), Error> {
        let size = self.size;
        let spreads: [(&str, [f64; 3]); 4] = [
            ("60, 25, 15 %", [0.6, 0.25, 0.15]),
            ("90, 5, 5 %", [0.9, 0.05, 0.05]),
            ("50, 30, 20 %", [0.5, 0.3, 0.2]),
            ("34, 33, 33 %", [0.34, 0.33, 0.33]),
        ];
        let mut cells = Vec::new();
        for (place, shares) in spreads {
            let agree: f64 = shares.iter().map(|share| share * share).sum();
            let covered = self.simulate(SERIES, agree, |g, _| {
                let mut counts = [0_u64; 3];
                for _ in 0..size {
                    let u = g.uniform();
                    counts[usize::from(u > shares[0]) + usize::from(u > shares[0] + shares[1])] += 1;
                }
                pairwise_interval(&counts, Level::P95)
            })?;
            cells.push((place, covered));
        }
        self.push("story cohesion: jackknife", Promise::Average, cells);
        Ok(())
    }
}
