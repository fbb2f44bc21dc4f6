//! Heaping under a threshold: more values just inside of it, and fewer just outside, than their neighbours let expect.
//!
//! Whoever is held to "within five days" can move cases over the line without serving anybody sooner: close them early,
//! stop the clock, enter an earlier day. Then the number of cases jumps at the threshold. Durations thin out towards the
//! long end anyway, so that comparing one side with the other would find heaping everywhere; what is tested is a jump
//! against a *log-linear* course through four neighbouring intervals of one width, two on each side.
//!
//! With counts a, b | c, d the statistic is L = −½ ln a + 3/2 ln b − 3/2 ln c + ½ ln d, which is 0 for every course
//! α·βᵏ. For counts that are Poisson distributed its variance is about ¼/a + 9/4/b + 9/4/c + ¼/d (delta method), and
//! L over its root is about standard normal. Half a case is added to each count, so that an empty interval has a
//! logarithm. The idea is that of a test for a jump of a density at a cut-off (`McCrary` 2008, doi
//! 10.1016/j.jeconom.2007.05.005), with intervals in place of a kernel.

use crate::error::{Error, Result};

/// Fewest cases in the two intervals beside the threshold for which anything is said.
pub const FEWEST: u64 = 30;
/// From this value of the statistic on, heaping is told: one in a hundred is there by chance.
pub const NOTICEABLE: f64 = 2.326_347_874_040_841;

/// How the numbers of cases run across a threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Heaping {
    /// How many times as many cases lie just inside as the neighbours let expect, against those just outside.
    pub factor: f64,
    /// The statistic; about standard normal where nothing is heaped.
    pub z: f64,
}

impl Heaping {
    /// Whether it is more than chance explains.
    #[must_use]
    pub fn is_noticeable(self) -> bool {
        self.z >= NOTICEABLE
    }
}

/// How each count enters the statistic.
const WEIGHTS: [f64; 4] = [-0.5, 1.5, -1.5, 0.5];

/// Tests for heaping: counts of cases in four intervals of one width, the threshold between the second and the third.
///
/// Errors: too little data with fewer than [`FEWEST`] cases in the two intervals beside the threshold.
///
/// ```
/// use evenkeel_stats::heaping::under_threshold;
///
/// assert!(under_threshold([80, 95, 40, 50])?.is_noticeable());
/// // A steady decline is none.
/// assert!(under_threshold([160, 80, 40, 20])?.z.abs() < 0.1);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn under_threshold(counts: [u64; 4]) -> Result<Heaping> {
    let [_, inside, outside, _] = counts;
    let have = inside.saturating_add(outside);
    if have < FEWEST {
        return Err(Error::TooFew { what: "cases beside the threshold", have: have as usize, need: FEWEST as usize });
    }
    let mut jump = 0.0;
    let mut variance = 0.0;
    for (count, weight) in counts.into_iter().zip(WEIGHTS) {
        let count = count as f64 + 0.5;
        jump += weight * count.ln();
        variance += weight * weight / count;
    }
    Ok(Heaping { factor: jump.exp(), z: jump / variance.sqrt() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Generator;

    /// By hand, with half a case added to each: −½ ln 80.5 + 3/2 ln 95.5 − 3/2 ln 40.5 + ½ ln 50.5 = 1.0535945,
    /// variance 0.25/80.5 + 2.25/95.5 + 2.25/40.5 + 0.25/50.5 = 0.0871719, so that z is 3.5684972.
    #[test]
    fn a_worked_example() {
        let found = under_threshold([80, 95, 40, 50]).unwrap();
        assert!((found.factor.ln() - 1.053_594_486).abs() < 1e-9, "{}", found.factor.ln());
        assert!((found.z - 3.568_497_176).abs() < 1e-9, "{}", found.z);
    }

    #[test]
    fn any_steady_course_is_none() {
        for ratio in [0.3, 0.5, 1.0, 1.5] {
            let counts = [0, 1, 2, 3].map(|k| (100_000.0 * f64::powi(ratio, k)) as u64);
            assert!(under_threshold(counts).unwrap().z.abs() < 0.1, "{ratio}");
        }
    }

    #[test]
    fn few_cases_say_nothing() {
        assert!(under_threshold([100, 20, 9, 100]).is_err());
        assert!(under_threshold([0, 30, 0, 0]).unwrap().is_noticeable());
    }

    /// Durations that nobody heaps: exponential and log-normal ones, with the threshold where a tenth lies beyond it, and
    /// the same ones with a third of those just outside moved inside. 4,000 simulated months of 1,000 cases; seed 28.
    #[test]
    fn false_alarms_and_power() {
        let mut random = Generator::from_seed(28);
        let mut rates = Vec::new();
        for log_normal in [false, true] {
            let (mut alarms, mut found, mut months) = (0, 0, 0);
            for _ in 0..2000 {
                let mut honest = [0u64; 4];
                let mut moved = [0u64; 4];
                for _ in 0..1000 {
                    let value = if log_normal {
                        (0.6 * random.normal()).exp() / 2.157_6
                    } else {
                        random.exponential() / std::f64::consts::LN_10
                    };
                    // Four intervals of a tenth of the threshold, which is 1.
                    let place = ((value - 0.8) / 0.1).floor();
                    if !(0.0..4.0).contains(&place) {
                        continue;
                    }
                    honest[place as usize] += 1;
                    let pulled = place as usize == 2 && random.uniform() < 1.0 / 3.0;
                    moved[if pulled { 1 } else { place as usize }] += 1;
                }
                let (Ok(honest), Ok(moved)) = (under_threshold(honest), under_threshold(moved)) else { continue };
                months += 1;
                alarms += u32::from(honest.is_noticeable());
                found += u32::from(moved.is_noticeable());
            }
            rates.push((f64::from(alarms) / f64::from(months), f64::from(found) / f64::from(months)));
        }
        for (alarms, found) in rates {
            assert!(alarms <= 0.02, "{alarms} false alarms");
            assert!(found >= 0.2, "{found} found");
        }
    }
}
