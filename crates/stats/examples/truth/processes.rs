//! Processes with known truth: stable, or changed at a known point.

use evenkeel_stats::Error;
use evenkeel_stats::control::{Chart, Phase, Series, Settings, chart};
use evenkeel_stats::interval::proportion::Proportion;
use evenkeel_stats::interval::rate::Events;
use evenkeel_stats::random::Generator;

/// A process. Changes are in its own standard deviations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Process {
    /// Independent normal figures.
    Normal,
    /// Shares of so many trials at a rate.
    Binomial(u64, f64),
    /// Events in exposure 1 with a mean.
    Poisson(f64),
    /// Times whose logarithm has this standard deviation.
    Lognormal(f64),
    /// Gamma times with this shape; 1 is exponential.
    Gamma(f64),
    /// Normal figures with this lag-1 autocorrelation.
    Autocorrelated(f64),
    /// Normal figures on a yearly wave of this height.
    Seasonal(f64),
}

/// Figures as the chart wants them.
#[derive(Debug, Clone)]
pub enum Figures {
    /// Any sign.
    Values(Vec<f64>),
    /// Not negative.
    Amounts(Vec<f64>),
    /// Counted shares.
    Shares(Vec<Proportion>),
    /// Counted events.
    Rates(Vec<Events>),
}

impl Process {
    /// Name for the report.
    pub fn name(self) -> String {
        match self {
            Process::Normal => "independent, normal".to_owned(),
            Process::Binomial(n, p) => format!("share {} % of {n}", 100.0 * p),
            Process::Poisson(mean) => format!("events, mean {mean}"),
            Process::Lognormal(s) => format!("times, lognormal {s}"),
            Process::Gamma(shape) => format!("times, gamma shape {shape}"),
            Process::Autocorrelated(r) => format!("autocorrelation {r}"),
            Process::Seasonal(height) => format!("yearly wave of {height} sd"),
        }
    }

    /// `points` figures of which those from `change` on are moved up by `shift` standard deviations.
    pub fn draw(self, generator: &mut Generator, points: usize, change: usize, shift: f64) -> Result<Figures, Error> {
        let moved = |t: usize| if t >= change { shift } else { 0.0 };
        Ok(match self {
            Process::Normal => Figures::Values((0..points).map(|t| generator.normal() + moved(t)).collect()),
            Process::Autocorrelated(r) => {
                let mut at = generator.normal();
                let step = (1.0 - r * r).sqrt();
                Figures::Values(
                    (0..points)
                        .map(|t| {
                            at = r * at + step * generator.normal();
                            at + moved(t)
                        })
                        .collect(),
                )
            }
            Process::Seasonal(height) => {
                let start = generator.below(12) as f64;
                let wave = |t: usize| height * (std::f64::consts::PI * (t as f64 + start) / 6.0).sin();
                Figures::Values((0..points).map(|t| wave(t) + generator.normal() + moved(t)).collect())
            }
            Process::Lognormal(s) => {
                Figures::Amounts((0..points).map(|t| (s * (generator.normal() + moved(t))).exp()).collect())
            }
            Process::Gamma(shape) => Figures::Amounts(
                (0..points).map(|t| generator.gamma(shape) * (1.0 + moved(t) / shape.sqrt())).collect(),
            ),
            Process::Binomial(n, p) => {
                let deviation = (p * (1.0 - p) / n as f64).sqrt();
                let mut draw = |t: usize| {
                    let rate = (p - moved(t) * deviation).clamp(0.0, 1.0);
                    Proportion::new(generator.binomial(n, rate), n)
                };
                Figures::Shares((0..points).map(&mut draw).collect::<Result<_, _>>()?)
            }
            Process::Poisson(mean) => {
                let mut draw = |t: usize| Events::new(generator.poisson(mean + moved(t) * mean.sqrt()), 1.0);
                Figures::Rates((0..points).map(&mut draw).collect::<Result<_, _>>()?)
            }
        })
    }
}

impl Figures {
    /// The chart of the figures from `from` to `to`. With plain settings counts are charted as individual values, as
    /// most dashboards do.
    pub fn chart(
        &self,
        from: usize,
        to: usize,
        phase: Phase,
        settings: &Settings,
        counted: bool,
    ) -> Result<Chart, Error> {
        let values = self.values();
        let series = match self {
            Figures::Values(values) => Series::Values(&values[from..to]),
            Figures::Amounts(amounts) => Series::Amounts(&amounts[from..to]),
            Figures::Shares(shares) if counted => Series::Shares(&shares[from..to]),
            Figures::Rates(rates) if counted => Series::Rates(&rates[from..to]),
            Figures::Shares(_) | Figures::Rates(_) => Series::Values(&values[from..to]),
        };
        chart(series, &[phase], settings)
    }

    /// The figures as plain numbers.
    pub fn values(&self) -> Vec<f64> {
        match self {
            Figures::Values(values) | Figures::Amounts(values) => values.clone(),
            Figures::Shares(shares) => shares.iter().map(|share| share.estimate()).collect(),
            Figures::Rates(rates) => rates.iter().map(|rate| rate.estimate()).collect(),
        }
    }
}
