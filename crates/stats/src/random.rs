//! A seeded random generator and the samplers that this crate needs.
//!
//! Every simulation in this crate takes a [`Generator`] or a seed, so the same input gives the same bytes on every
//! machine. The generator is xoshiro256++ of Blackman and Vigna (2019, public domain), its state filled by `SplitMix64`.
//! It is fit for simulation and not for secrets.

use crate::distribution;

/// A source of random numbers that is fully determined by its seed.
///
/// ```
/// use evenkeel_stats::random::Generator;
///
/// let mut one = Generator::from_seed(7);
/// let mut other = Generator::from_seed(7);
/// assert_eq!(one.uniform(), other.uniform());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generator {
    state: [u64; 4],
}

impl Generator {
    /// A generator whose whole sequence follows from `seed`.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        let mut filler = seed;
        Self { state: std::array::from_fn(|_| split_mix(&mut filler)) }
    }

    /// A generator for a part of the work, such as one unit of many: the result does not depend on the order in which
    /// parts are done.
    #[must_use]
    pub fn for_part(seed: u64, part: u64) -> Self {
        let mut filler = seed;
        let mixed = split_mix(&mut filler) ^ part.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        Self::from_seed(mixed)
    }

    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        let [a, b, c, d] = self.state;
        let result = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
        let shifted = b << 17;
        let c = c ^ a;
        let d = d ^ b;
        self.state = [a ^ d, b ^ c, c ^ shifted, d.rotate_left(45)];
        result
    }

    /// A number in 0 (exclusive) to 1 (exclusive), evenly spread.
    pub fn uniform(&mut self) -> f64 {
        // The middle of one of 2^53 equal cells: neither 0 nor 1 can occur, so logarithms and quantiles stay finite.
        ((self.next_u64() >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
    }

    /// A whole number in `0..bound`, each as likely as the others; 0 when `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = bound as u64;
        if bound == 0 {
            return 0;
        }
        // Lemire's multiplication; the rare rejected draw removes the bias towards small numbers.
        let threshold = bound.wrapping_neg() % bound;
        loop {
            let product = u128::from(self.next_u64()) * u128::from(bound);
            if product as u64 >= threshold {
                return (product >> 64) as usize;
            }
        }
    }

    /// A standard normal number.
    pub fn normal(&mut self) -> f64 {
        distribution::normal_quantile(self.uniform())
    }

    /// An exponential number with mean 1.
    pub fn exponential(&mut self) -> f64 {
        -self.uniform().ln()
    }

    /// A gamma number with the given shape and scale 1 (Marsaglia and Tsang 2000); NaN unless `shape` is above zero.
    pub fn gamma(&mut self, shape: f64) -> f64 {
        if !(shape > 0.0 && shape.is_finite()) {
            return f64::NAN;
        }
        if shape < 1.0 {
            return self.gamma(shape + 1.0) * self.uniform().powf(1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && self.uniform().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }

    /// A beta number; NaN unless both parameters are above zero.
    pub fn beta(&mut self, a: f64, b: f64) -> f64 {
        let x = self.gamma(a);
        let y = self.gamma(b);
        x / (x + y)
    }

    /// The number of successes in `trials` trials with probability `probability` each.
    ///
    /// Large numbers of trials are halved by drawing their median order statistic, a beta number (Relles 1972), which
    /// is exact; the remaining few trials are drawn one by one.
    pub fn binomial(&mut self, mut trials: u64, mut probability: f64) -> u64 {
        let mut successes = 0;
        while trials > 32 {
            let rank = trials / 2 + 1;
            let split = self.beta(rank as f64, (trials + 1 - rank) as f64);
            if split <= probability {
                successes += rank;
                trials -= rank;
                probability = (probability - split) / (1.0 - split);
            } else {
                trials = rank - 1;
                probability /= split;
            }
        }
        successes + (0..trials).filter(|_| self.uniform() < probability).count() as u64
    }

    /// The number of events of a Poisson process with the given mean; 0 for means that are not above zero.
    ///
    /// Large means are cut by drawing the time of a late event, a gamma number (Ahrens and Dieter 1974), which is exact.
    pub fn poisson(&mut self, mut mean: f64) -> u64 {
        let mut events: u64 = 0;
        while mean > 16.0 {
            let ahead = (mean * 7.0 / 8.0).floor();
            let time = self.gamma(ahead);
            if time > mean {
                return events.saturating_add(self.binomial(ahead as u64 - 1, mean / time));
            }
            events = events.saturating_add(ahead as u64);
            mean -= time;
        }
        let mut time = self.exponential();
        while time < mean {
            events = events.saturating_add(1);
            time += self.exponential();
        }
        events
    }

    /// Puts `items` into random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

/// One step of `SplitMix64` (Steele, Lea and Flood 2014).
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks mean and variance of a sampler against the theory, within five standard errors of the mean and 5 % of
    /// the variance.
    fn check_moments(name: &str, mean: f64, variance: f64, mut draw: impl FnMut(&mut Generator) -> f64) {
        let mut generator = Generator::from_seed(20_261_121);
        let count = 40_000;
        let draws: Vec<f64> = (0..count).map(|_| draw(&mut generator)).collect();
        let average = draws.iter().sum::<f64>() / f64::from(count);
        let spread = draws.iter().map(|x| (x - average).powi(2)).sum::<f64>() / f64::from(count - 1);
        assert!((average - mean).abs() < 5.0 * (variance / f64::from(count)).sqrt(), "{name}: mean {average}");
        assert!((spread / variance - 1.0).abs() < 0.05, "{name}: variance {spread}");
    }

    #[test]
    fn known_sequence_of_the_published_generator() {
        // State 1, 2, 3, 4 of the authors' C code gives these first numbers.
        let mut generator = Generator { state: [1, 2, 3, 4] };
        assert_eq!(generator.next_u64(), 41_943_041);
        assert_eq!(generator.next_u64(), 58_720_359);
        assert_eq!(generator.next_u64(), 3_588_806_011_781_223);
    }

    #[test]
    fn samplers_have_their_mean_and_variance() {
        check_moments("uniform", 0.5, 1.0 / 12.0, Generator::uniform);
        check_moments("normal", 0.0, 1.0, Generator::normal);
        check_moments("exponential", 1.0, 1.0, Generator::exponential);
        check_moments("gamma 0.4", 0.4, 0.4, |g| g.gamma(0.4));
        check_moments("gamma 7", 7.0, 7.0, |g| g.gamma(7.0));
        check_moments("beta", 0.8, 0.8 * 0.2 / 51.0, |g| g.beta(40.0, 10.0));
        check_moments("binomial 20", 17.0, 2.55, |g| g.binomial(20, 0.85) as f64);
        check_moments("binomial 1000", 850.0, 127.5, |g| g.binomial(1000, 0.85) as f64);
        check_moments("poisson 3", 3.0, 3.0, |g| g.poisson(3.0) as f64);
        check_moments("poisson 400", 400.0, 400.0, |g| g.poisson(400.0) as f64);
        check_moments("below", 4.5, 8.25, |g| g.below(10) as f64);
    }

    #[test]
    fn binomial_matches_its_probabilities() {
        let mut generator = Generator::from_seed(5);
        let mut at_most_82 = 0;
        for _ in 0..40_000 {
            if generator.binomial(100, 0.85) <= 82 {
                at_most_82 += 1;
            }
        }
        let expected = distribution::binomial_cdf(82, 100, 0.85);
        assert!((f64::from(at_most_82) / 40_000.0 - expected).abs() < 0.01);
    }

    #[test]
    fn degenerate_inputs_do_not_hang_or_panic() {
        let mut generator = Generator::from_seed(1);
        assert_eq!(generator.below(0), 0);
        assert_eq!(generator.binomial(0, 0.5), 0);
        assert_eq!(generator.binomial(500, 0.0), 0);
        assert_eq!(generator.binomial(500, 1.0), 500);
        assert_eq!(generator.poisson(-1.0), 0);
        assert_eq!(generator.poisson(f64::NAN), 0);
        assert!(generator.gamma(0.0).is_nan());
    }

    #[test]
    fn shuffle_keeps_the_items() {
        let mut items: Vec<u32> = (0..50).collect();
        Generator::from_seed(3).shuffle(&mut items);
        assert_ne!(items, (0..50).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
    }
}
