//! Measures whose figures rise and fall together, and so may tell the same.

use evenkeel_model::choice::Alike;
use evenkeel_model::evaluation::Readings;
use evenkeel_model::ids::MeasureId;
use evenkeel_model::period::Period;
use evenkeel_model::reading::Subject;
use evenkeel_stats::lead_lag::differences;
use evenkeel_stats::rank_correlation::spearman;

use crate::ReadingStore;

/// From this correlation on, upwards or downwards, two measures are asked about.
pub const STRONG: f64 = 0.9;

impl ReadingStore {
    /// The pairs among some measures whose figures of a unit go together, the closest first. Only periods count in which both
    /// have a figure, by the definitions that hold now; there have to be at least twelve.
    #[must_use]
    pub fn alike(&self, measures: &[MeasureId], subject: &Subject, periods: &[Period]) -> Vec<Alike> {
        let series: Vec<(&MeasureId, Vec<Option<f64>>)> = measures
            .iter()
            .filter_map(|id| {
                let (measure, _) = self.with_parts(id)?;
                let begins = measure.breaks().last().map(|change| change.on);
                let value = |period: &Period| {
                    let now = begins.is_none_or(|day| period.start() >= day);
                    self.reading(id, subject, *period).ok().filter(|_| now).and_then(|reading| reading.value)
                };
                Some((id, periods.iter().map(value).collect()))
            })
            .collect();
        let mut found = Vec::new();
        for (place, (one, ones)) in series.iter().enumerate() {
            for (other, others) in series.iter().skip(place + 1) {
                let (x, y): (Vec<f64>, Vec<f64>) =
                    ones.iter().zip(others).filter_map(|(x, y)| Some(((*x)?, (*y)?))).unzip();
                let Ok(correlation) = spearman(&x, &y) else { continue };
                if correlation.abs() >= STRONG {
                    let of_changes = spearman(&differences(&x), &differences(&y)).ok();
                    let (one, other) = ((*one).clone(), (*other).clone());
                    found.push(Alike { one, other, months: x.len(), correlation, of_changes });
                }
            }
        }
        found.sort_by(|one, other| other.correlation.abs().total_cmp(&one.correlation.abs()));
        found
    }
}
