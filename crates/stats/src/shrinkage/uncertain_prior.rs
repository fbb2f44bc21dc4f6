//! Shares of many units, with a prior whose mean, spread and shape are themselves uncertain.
//!
//! Plugging in the most likely prior, as [`super::beta_binomial`] does, claims to know more than some units can tell: with
//! ten people the spread of true rates may well be half or twice the estimate, and even 120 do not show the shape of its
//! tails. Here the posterior of each unit is averaged over what the units leave possible ("Bayes empirical Bayes", Deely and
//! Lindley 1981). For a unit with k of n
//!
//! P(p | data) ∝ Σₕ wₕ / zₕ · πₕ(p) · p^k (1 - p)^(n - k), with zₕ = ∫ πₕ(p) p^k (1 - p)^(n - k) dp
//!
//! where wₕ, the probability of a prior h after all units were seen, is its own probability times the product of the zₕ of
//! all units.
//!
//! A prior h has a mean, a spread and a shape:
//! - *mean*: any is as probable as any other on the logit scale;
//! - *spread*: the standard deviation of true rates over m (1 - m), which is about that of their logits, is around 0.35
//!   (four points where the mean is 86 %), give or take a factor of 1.5 in two thirds of cases. This is weak beside
//!   thirty units and matters with ten (Gelman 2006 on few groups);
//! - *shape*: a beta distribution, whose tail is longer on the side that is farther from the nearest end, or a normal one
//!   cut off at 0 and 1, which is even. Both are as probable, until the units speak.
//!
//! Everything is summed over cells of equal width on the angle arcsin √p, where chance spreads all shares alike.

use super::beta_binomial::{Fitted, Row};
use crate::interval::{Interval, Level, Method};

/// Usual spread of true rates between units, as a standard deviation of logits.
const USUAL_SPREAD: f64 = 0.35;
/// Standard deviation of the logarithm of the spread, before any unit is seen.
const SPREAD_DOUBT: f64 = 0.4;
/// Units up to which many priors are weighed. With more of them, few priors remain possible.
const FEW_UNITS: usize = 300;
/// Places of the mean and the logarithm of the spread around their estimates, in standard errors.
const MEANS_OF_FEW: [f64; 7] = [-2.4, -1.6, -0.8, 0.0, 0.8, 1.6, 2.4];
const SPREADS_OF_FEW: [f64; 12] = [-3.0, -2.5, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5];
const PLACES_OF_MANY: [f64; 3] = [-1.5, 0.0, 1.5];
/// Narrowest and widest spread whose neighbourhood is looked at.
const SPREADS: (f64, f64) = (0.06, 2.0);
/// Narrowest and widest cell. A unit that chance moves by less than the narrowest needs no prior.
const CELLS: (f64, f64) = (0.0025, 0.01);
/// How many of the widest standard deviations the cells reach to each side of the mean.
const REACH: f64 = 6.0;
/// Priors with less than this share of the probability are left out.
const NEGLIGIBLE: f64 = 1e-6;

/// The shape of a prior.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Beta,
    /// Normal, cut off at 0 and 1.
    Normal,
}

/// Cells of equal width on the angle arcsin √p.
#[derive(Debug, Clone, PartialEq)]
struct Cells {
    start: f64,
    width: f64,
    /// The rate in the middle of each cell, with the logarithms of it and of its complement.
    rates: Vec<[f64; 3]>,
}

impl Cells {
    fn new(mean: f64, spread: f64, largest: f64) -> Self {
        let width = (0.25 / largest.max(1.0).sqrt()).clamp(CELLS.0, CELLS.1);
        let reach = REACH * spread * (mean * (1.0 - mean)).sqrt() / 2.0 + 10.0 * width;
        let middle = angle(mean);
        let start = (middle - reach).max(0.0);
        let end = (middle + reach).min(std::f64::consts::FRAC_PI_2);
        let count = ((end - start) / width).ceil().max(1.0) as usize;
        let width = (end - start) / count as f64;
        let rates = (0..count)
            .map(|cell| {
                let place = start + (cell as f64 + 0.5) * width;
                let rate = place.sin().powi(2);
                [rate, 2.0 * place.sin().ln(), 2.0 * place.cos().ln()]
            })
            .collect();
        Self { start, width, rates }
    }

    /// The probabilities of a prior in each cell. `spread` is that of logits.
    fn prior(&self, shape: Shape, mean: f64, spread: f64) -> Vec<f64> {
        let chance = mean * (1.0 - mean);
        let precision = (1.0 / (spread * spread * chance) - 1.0).max(0.05);
        let (a, b) = (mean * precision, (1.0 - mean) * precision);
        let logarithms = self.rates.iter().map(|&[rate, ln_rate, ln_rest]| match shape {
            // The width of a cell in rates is proportional to √(p (1 - p)), which adds a half to both exponents.
            Shape::Beta => (a - 0.5) * ln_rate + (b - 0.5) * ln_rest,
            Shape::Normal => 0.5 * (ln_rate + ln_rest) - 0.5 * ((rate - mean) / (spread * chance)).powi(2),
        });
        let mut found = relative(logarithms.collect());
        let total: f64 = found.iter().sum();
        for probability in &mut found {
            *probability /= total;
        }
        found
    }

    /// The likelihood of a unit in each cell, relative to the largest. The cells are rates at the mix of all; where the
    /// unit has another mix, its odds are those times `factor`.
    fn likelihood(&self, row: &Row) -> Vec<f64> {
        let all = row.successes + row.failures;
        let even = row.factor == 1.0;
        let logarithms = self.rates.iter().map(|&[rate, ln_rate, ln_rest]| {
            let own = row.successes * ln_rate + row.failures * ln_rest;
            if even { own } else { own - all * (1.0 - rate + rate * row.factor).ln() }
        });
        relative(logarithms.collect())
    }
}

fn angle(rate: f64) -> f64 {
    rate.clamp(0.0, 1.0).sqrt().asin()
}

/// Exponentials relative to the largest, so that nothing overflows.
fn relative(mut logarithms: Vec<f64>) -> Vec<f64> {
    let largest = logarithms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    for value in &mut logarithms {
        *value = (*value - largest).exp();
    }
    logarithms
}

fn product(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

/// The posterior of a unit's rate at the mix of all: probabilities of cells.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CellPosterior {
    start: f64,
    width: f64,
    /// Probability up to the end of each cell.
    up_to: Vec<f64>,
    mean: f64,
}

impl CellPosterior {
    fn new(cells: &Cells, mut probabilities: Vec<f64>) -> Self {
        let total: f64 = probabilities.iter().sum();
        let mean = probabilities.iter().zip(&cells.rates).map(|(probability, rate)| probability * rate[0]).sum::<f64>();
        let mut sum = 0.0;
        for probability in &mut probabilities {
            sum += *probability / total;
            *probability = sum;
        }
        Self { start: cells.start, width: cells.width, up_to: probabilities, mean: mean / total }
    }

    /// Expected rate.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Probability that the rate is `line` or more.
    pub fn probability_at_least(&self, line: f64) -> f64 {
        let place = (angle(line) - self.start) / self.width;
        if place <= 0.0 {
            return 1.0;
        }
        let cell = place as usize;
        if cell >= self.up_to.len() {
            return 0.0;
        }
        let before = if cell == 0 { 0.0 } else { self.up_to[cell - 1] };
        (1.0 - before - (place - cell as f64) * (self.up_to[cell] - before)).clamp(0.0, 1.0)
    }

    /// The rate below which the true one lies with probability `p`.
    fn quantile(&self, p: f64) -> f64 {
        let cell = self.up_to.partition_point(|&up_to| up_to < p).min(self.up_to.len() - 1);
        let before = if cell == 0 { 0.0 } else { self.up_to[cell - 1] };
        let within = self.up_to[cell] - before;
        let part = if within > 0.0 { ((p - before) / within).clamp(0.0, 1.0) } else { 0.5 };
        (self.start + (cell as f64 + part) * self.width).sin().powi(2)
    }

    /// The interval with equal tails.
    pub fn interval(&self, level: Level) -> Interval {
        Interval::new(self.quantile(level.tail()), self.quantile(1.0 - level.tail()), level, Method::Credible)
    }
}

/// The posteriors of all units. Units with equal counts and mix share one.
#[derive(Debug)]
pub(crate) struct Posteriors {
    /// In the order of [`order`].
    rows: Vec<Row>,
    found: Vec<CellPosterior>,
}

/// By successes, failures and mix.
fn order(one: &Row, other: &Row) -> std::cmp::Ordering {
    one.successes
        .total_cmp(&other.successes)
        .then(one.failures.total_cmp(&other.failures))
        .then(one.factor.total_cmp(&other.factor))
}

impl Posteriors {
    /// The posterior of a unit; `None` for one with so many observations that a prior hardly matters.
    pub fn of(&self, row: &Row) -> Option<&CellPosterior> {
        self.rows.binary_search_by(|other| order(other, row)).ok().map(|place| &self.found[place])
    }
}

/// Works out the posteriors of all units. `fitted` is the most likely beta prior, near which priors are weighed.
/// `None` where not a single one explains the units, which no real data do.
pub(crate) fn posteriors(units: &[Row], fitted: &Fitted) -> Option<Posteriors> {
    let most = (0.5 / CELLS.0).powi(2);
    let mut rows: Vec<Row> = units.iter().copied().filter(|row| row.successes + row.failures <= most).collect();
    rows.sort_by(order);
    let mut groups: Vec<(Row, f64)> = Vec::with_capacity(rows.len());
    for row in rows {
        match groups.last_mut() {
            Some((before, times)) if order(before, &row).is_eq() => *times += 1.0,
            _ => groups.push((row, 1.0)),
        }
    }
    let priors = possible(fitted, units.len());
    let widest = priors.iter().map(|prior| prior.spread).fold(SPREADS.0, f64::max);
    let largest = groups.iter().map(|(row, _)| row.successes + row.failures).fold(0.0, f64::max);
    let cells = Cells::new(fitted.prior.mean, widest, largest);
    let likelihoods: Vec<Vec<f64>> = groups.iter().map(|(row, _)| cells.likelihood(row)).collect();

    let mut columns = Vec::with_capacity(priors.len());
    let mut fits = Vec::with_capacity(priors.len());
    let mut weights = Vec::with_capacity(priors.len());
    for prior in &priors {
        let column = cells.prior(prior.shape, prior.mean, prior.spread);
        let fit: Vec<f64> = likelihoods.iter().map(|likelihood| product(&column, likelihood)).collect();
        let doubt = (prior.spread / USUAL_SPREAD).ln() / SPREAD_DOUBT;
        let explained: f64 = fit.iter().zip(&groups).map(|(fit, (_, times))| times * fit.ln()).sum();
        weights.push(explained - 0.5 * doubt * doubt);
        columns.push(column);
        fits.push(fit);
    }
    let weights = relative(weights);
    let total: f64 = weights.iter().sum();
    if !(total > 0.0 && total.is_finite()) {
        return None;
    }
    let kept: Vec<usize> = (0..weights.len()).filter(|&place| weights[place] > NEGLIGIBLE * total).collect();
    let mut found = Vec::with_capacity(groups.len());
    for (group, likelihood) in likelihoods.iter().enumerate() {
        let mut mixed = vec![0.0; likelihood.len()];
        for &place in &kept {
            let share = weights[place] / fits[place][group];
            for (sum, probability) in mixed.iter_mut().zip(&columns[place]) {
                *sum += share * probability;
            }
        }
        for (sum, likelihood) in mixed.iter_mut().zip(likelihood) {
            *sum *= likelihood;
        }
        found.push(CellPosterior::new(&cells, mixed));
    }
    Some(Posteriors { rows: groups.into_iter().map(|(row, _)| row).collect(), found })
}

/// A prior that is weighed.
#[derive(Debug, Clone, Copy)]
struct Possible {
    shape: Shape,
    mean: f64,
    spread: f64,
}

/// The priors that are weighed: both shapes, means and spreads around the most likely beta prior.
fn possible(fitted: &Fitted, units: usize) -> Vec<Possible> {
    let (mean_error, precision_error) = fitted.errors();
    let chance = fitted.prior.mean * (1.0 - fitted.prior.mean);
    // The spread of rates is √(m (1 - m) / (precision + 1)); logits differ by as much over m (1 - m).
    let spread = (1.0 / (chance * (fitted.prior.precision + 1.0))).sqrt().clamp(SPREADS.0, SPREADS.1);
    let mean_error = mean_error.clamp(0.002, 0.5);
    // The logarithm of a spread is half that of a precision.
    let spread_error = (0.5 * precision_error).clamp(0.03, 0.45);
    let few = units <= FEW_UNITS;
    let (means, spreads): (&[f64], &[f64]) =
        if few { (&MEANS_OF_FEW, &SPREADS_OF_FEW) } else { (&PLACES_OF_MANY, &PLACES_OF_MANY) };
    let mut found = Vec::with_capacity(2 * means.len() * spreads.len());
    for shape in [Shape::Beta, Shape::Normal] {
        for place in means {
            for width in spreads {
                found.push(Possible {
                    shape,
                    mean: fitted.prior.with_offset(place * mean_error).mean,
                    spread: spread * (width * spread_error).exp(),
                });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::beta_binomial::fit_rows;
    use super::super::{Estimation, Posterior};
    use super::*;
    use crate::funnel::tests::d5;
    use crate::random::Generator;

    fn row(successes: f64, failures: f64) -> Row {
        Row { successes, failures, factor: 1.0 }
    }

    fn all(rows: &[Row]) -> (Fitted, Posteriors) {
        let fitted = fit_rows(rows, 3.0, Estimation::BoundaryAvoiding).unwrap();
        let found = posteriors(rows, &fitted).unwrap();
        (fitted, found)
    }

    fn branches() -> Vec<Row> {
        d5().iter().map(|unit| row(unit.successes() as f64, (unit.total() - unit.successes()) as f64)).collect()
    }

    /// A single beta prior must give the beta posterior, whatever the mix of the unit's cases.
    #[test]
    fn cells_agree_with_the_closed_form() {
        let cells = Cells::new(0.8, 0.5, 300.0);
        let column = cells.prior(Shape::Beta, 0.8, 0.3);
        let precision = 1.0 / (0.09 * 0.16) - 1.0;
        for unit in [row(50.0, 10.0), row(240.0, 60.0), row(20.0, 20.0)] {
            let product = column.iter().zip(cells.likelihood(&unit)).map(|(prior, seen)| prior * seen).collect();
            let found = CellPosterior::new(&cells, product);
            let exact = Posterior::Beta { a: unit.successes + 0.8 * precision, b: unit.failures + 0.2 * precision };
            assert!((found.mean() - exact.mean()).abs() < 1e-5);
            for line in [0.7, 0.75, 0.8, 0.86] {
                let (got, want) = (found.probability_at_least(line), exact.probability_at_least(line));
                assert!((got - want).abs() < 2e-3, "{unit:?} {line}: {got} {want}");
            }
            for level in [Level::P80, Level::P95] {
                let (got, want) = (found.interval(level), exact.interval(level));
                assert!((got.low - want.low).abs() < 1e-3 && (got.high - want.high).abs() < 1e-3, "{got:?} {want:?}");
            }
        }
        assert_eq!(cells.likelihood(&row(5.0, 5.0)).len(), cells.rates.len());
    }

    #[test]
    fn twelve_branches_are_pulled_as_by_the_plain_estimate() {
        let rows = branches();
        let (fitted, found) = all(&rows);
        for unit in &rows {
            let (averaged, plain) = (found.of(unit).unwrap(), fitted.posterior(unit));
            assert!((averaged.mean() - plain.mean()).abs() < 0.01, "{unit:?}");
            assert!((averaged.probability_at_least(0.8) - plain.probability_at_least(0.8)).abs() < 0.06, "{unit:?}");
            let (one, other) = (averaged.interval(Level::P95).width(), plain.interval(Level::P95).width());
            assert!((one / other - 1.0).abs() < 0.15, "{unit:?}: {one} {other}");
        }
    }

    #[test]
    fn the_mix_of_cases_moves_the_odds() {
        let mut rows = branches();
        // Twice the odds because of easy cases: the same quality as 80 of 100 where cases are as usual.
        rows.push(Row { successes: 89.0, failures: 11.0, factor: 2.0 });
        rows.push(row(80.0, 20.0));
        let (_, found) = all(&rows);
        let (easy, usual) = (found.of(&rows[12]).unwrap(), found.of(&rows[13]).unwrap());
        assert!((easy.mean() - usual.mean()).abs() < 0.01, "{} {}", easy.mean(), usual.mean());
        assert!(easy.interval(Level::P95).width() > usual.interval(Level::P95).width(), "easy cases tell less");
    }

    #[test]
    fn counts_and_order_decide_nothing_but_themselves() {
        let rows = branches();
        let (_, found) = all(&rows);
        let mut turned: Vec<Row> = rows.iter().rev().copied().collect();
        let (_, again) = all(&turned);
        for unit in &rows {
            let (one, other) = (found.of(unit).unwrap().mean(), again.of(unit).unwrap().mean());
            assert!((one - other).abs() < 1e-6);
        }
        // Successes and failures are alike: turned round, everything is mirrored.
        for unit in &mut turned {
            *unit = row(unit.failures, unit.successes);
        }
        let (_, mirrored) = all(&turned);
        for unit in &rows {
            let one = found.of(unit).unwrap().probability_at_least(0.8);
            let other = mirrored.of(&row(unit.failures, unit.successes)).unwrap().probability_at_least(0.2);
            assert!((one + other - 1.0).abs() < 2e-3, "{unit:?}: {one} {other}");
        }
    }

    /// Where a thousand units show the shape, the tail is judged by it: beta quality has a longer one below.
    #[test]
    fn many_units_tell_the_shape() {
        let mut generator = Generator::from_seed(8);
        let mut draw = |normal: bool| -> Vec<Row> {
            (0..1_500)
                .map(|_| {
                    let rate =
                        if normal { (0.86 + 0.04 * generator.normal()).min(0.999) } else { generator.beta(63.0, 10.3) };
                    let good = generator.binomial(200, rate) as f64;
                    row(good, 200.0 - good)
                })
                .collect()
        };
        let mut met = |normal: bool| {
            let mut rows = draw(normal);
            rows.push(row(152.0, 48.0));
            let (_, found) = all(&rows);
            found.of(&row(152.0, 48.0)).unwrap().probability_at_least(0.8)
        };
        let (beta, normal) = (met(false), met(true));
        assert!(normal > beta + 0.02, "{normal} {beta}");
        let known = Posterior::Beta { a: 152.0 + 63.0, b: 48.0 + 10.3 }.probability_at_least(0.8);
        assert!((beta - known).abs() < 0.03, "{beta} {known}");
    }

    /// From 301 units on fewer priors are weighed, which must not show.
    #[test]
    fn few_and_many_priors_agree() {
        let mut generator = Generator::from_seed(4);
        let mut rows: Vec<Row> = (0..FEW_UNITS)
            .map(|_| {
                let rate = generator.beta(63.0, 10.3);
                let good = generator.binomial(100, rate) as f64;
                row(good, 100.0 - good)
            })
            .collect();
        let (_, few) = all(&rows);
        rows.push(rows[0]);
        let (_, many) = all(&rows);
        for unit in &rows {
            let [one, other] = [&few, &many].map(|found| found.of(unit).unwrap().probability_at_least(0.8));
            assert!((one - other).abs() < 0.015, "{unit:?}: {one} {other}");
        }
    }

    #[test]
    fn huge_units_and_equal_ones_come_through() {
        let mut rows = vec![row(800.0, 200.0); 6];
        rows.push(row(8e6, 2e6));
        let (_, found) = all(&rows);
        assert!(found.of(&rows[6]).is_none(), "its own figure says everything");
        let equal = found.of(&rows[0]).unwrap();
        assert!((equal.mean() - 0.8).abs() < 0.01 && equal.interval(Level::P95).width() < 0.06);
        assert_eq!(equal.probability_at_least(0.0), 1.0);
        assert_eq!(equal.probability_at_least(1.0), 0.0);
        let extreme = [row(0.0, 40.0), row(40.0, 0.0), row(20.0, 20.0), row(40.0, 0.0)];
        let (_, found) = all(&extreme);
        assert!(found.of(&extreme[0]).unwrap().mean() < 0.2 && found.of(&extreme[1]).unwrap().mean() > 0.8);
    }
}
