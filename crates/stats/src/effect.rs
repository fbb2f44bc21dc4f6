//! Did an initiative work: what happened against what would have happened anyway.
//!
//! | design | when | module |
//! |---|---|---|
//! | interrupted time series | one unit, a clear date, at least eight points on each side | [`interrupted`] |
//! | difference in differences | some units treated, others not | [`difference`] |
//! | synthetic control | one unit treated, several donors, a long time before | [`synthetic`] |
//! | regression on a covariate | one unit, and a series that the initiative did not touch | [`counterfactual`] |
//!
//! Two warnings hold for all of them. A unit chosen because it was worst gets better by itself (regression to the mean):
//! compare with its shrunken baseline ([`crate::shrinkage`]). And a decision about many initiatives needs adjusted
//! p-values ([`crate::multiplicity`]).

pub mod counterfactual;
pub mod difference;
pub mod interrupted;
pub mod synthetic;

use crate::distribution;
use crate::interval::{Interval, Level, Method};

/// An effect with its standard error, in the unit of the figures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// The estimate.
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Degrees of freedom of the t distribution that goes with it.
    pub degrees: f64,
}

impl Effect {
    /// Estimate ± t standard errors.
    #[must_use]
    pub fn interval(&self, level: Level) -> Interval {
        let half = -distribution::student_t_quantile(level.tail(), self.degrees) * self.standard_error;
        Interval::new(self.estimate - half, self.estimate + half, level, Method::Student)
    }

    /// Two-sided p-value of "no effect".
    #[must_use]
    pub fn p_value(&self) -> f64 {
        if self.standard_error == 0.0 {
            return if self.estimate == 0.0 { 1.0 } else { 0.0 };
        }
        distribution::student_t_two_sided(self.estimate / self.standard_error, self.degrees)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_effect_is_certain() {
        let exact = Effect { estimate: 2.0, standard_error: 0.0, degrees: 5.0 };
        assert_eq!(exact.p_value(), 0.0);
        assert_eq!(exact.interval(Level::P95).width(), 0.0);
        assert_eq!(Effect { estimate: 0.0, ..exact }.p_value(), 1.0);
    }
}
