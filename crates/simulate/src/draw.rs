//! Random draws that come out the same on every machine.
//!
//! The stream is `ChaCha8`, which is specified bit for bit. Everything drawn from it uses only addition,
//! multiplication, division, square roots and comparison, which are exact to the last digit everywhere. The `exp`,
//! `ln` and `pow` of a platform may differ in that digit and are not used.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// One stream of random draws. Each part of a simulation has its own, so that a change in one part leaves the
/// others as they were.
pub(crate) struct Draw(ChaCha8Rng);

impl Draw {
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let mut generator = ChaCha8Rng::from_seed(bytes);
        generator.set_stream(stream);
        Self(generator)
    }

    /// From 0 up to, but not including, 1.
    pub(crate) fn unit(&mut self) -> f64 {
        to_unit(self.0.next_u64())
    }

    /// True with this probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// From `low` up to, but not including, `high`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number from 0 to `count` − 1.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        (self.unit() * count as f64) as usize
    }

    /// One of the items, each with the same probability.
    pub(crate) fn one_of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// The position of one of the weights, drawn in proportion to them.
    pub(crate) fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (position, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return position;
            }
        }
        weights.len() - 1
    }

    /// Mean 0 and standard deviation 1: the sum of four uniform draws, which is close to normal and never
    /// further out than 3.5.
    pub(crate) fn normal(&mut self) -> f64 {
        let bits = self.0.next_u64();
        let sum: u64 = (0..4).map(|lane| (bits >> (16 * lane)) & 0xffff).sum();
        (sum as f64 - 131_070.0) / 65_536.0 * 1.732_050_807_568_877_2
    }

    /// A duration or amount with a long tail upwards: the logarithm is normal with deviation `spread`.
    pub(crate) fn skewed(&mut self, median: f64, spread: f64) -> f64 {
        median * exp(spread * self.normal())
    }

    /// How many of something that happens `mean` times on average.
    pub(crate) fn poisson(&mut self, mean: f64) -> u32 {
        if mean > 30.0 {
            return (mean + mean.sqrt() * self.normal() + 0.5).max(0.0) as u32;
        }
        let limit = exp(-mean);
        let mut product = self.unit();
        let mut count = 0;
        while product > limit {
            product *= self.unit();
            count += 1;
        }
        count
    }

    /// How many of `tries` succeed.
    pub(crate) fn successes(&mut self, tries: u32, probability: f64) -> u32 {
        if tries <= 200 {
            return (0..tries).filter(|_| self.chance(probability)).count() as u32;
        }
        let mean = f64::from(tries) * probability;
        let drawn = mean + (mean * (1.0 - probability)).sqrt() * self.normal() + 0.5;
        drawn.clamp(0.0, f64::from(tries)) as u32
    }
}

/// A draw that belongs to a thing rather than to a moment: the same for the same seed, purpose and number,
/// however often and in whatever order it is asked for. Customers are described this way and never stored.
pub(crate) fn fixed(seed: u64, purpose: u64, number: u64) -> f64 {
    let mut bits = seed ^ purpose.wrapping_mul(0xd6e8_feb8_6659_fd93) ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for _ in 0..2 {
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
    }
    to_unit(bits)
}

/// Like [`fixed`], but spread evenly over neighbouring numbers, by steps of the golden ratio: as many lie below a share
/// as should, not only on average. What is planted then shows at its size, and not at its size give or take chance.
pub(crate) fn evenly(seed: u64, purpose: u64, number: u64) -> f64 {
    (fixed(seed, purpose, 0) + number as f64 * 0.618_033_988_749_894_9).fract()
}

/// The upper 53 bits as a fraction; exact, so the same everywhere.
fn to_unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / 9_007_199_254_740_992.0
}

/// The exponential function for the small arguments that occur here, by halving the argument and squaring back.
fn exp(x: f64) -> f64 {
    let halvings = 10;
    let small = x.clamp(-700.0, 700.0) / f64::from(1 << halvings);
    let series = 1.0 + small * (1.0 + small / 2.0 * (1.0 + small / 3.0 * (1.0 + small / 4.0 * (1.0 + small / 5.0))));
    (0..halvings).fold(series, |value, _| value * value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponential() {
        for x in [-30.0, -2.5, -0.1, 0.0, 0.7, 3.0] {
            let relative = (exp(x) / f64::exp(x) - 1.0).abs();
            assert!(relative < 1e-9, "exp({x}) is off by {relative}");
        }
    }

    #[test]
    fn moments() {
        let mut draw = Draw::new(7, 0);
        let count = 20_000;
        let normal: Vec<f64> = (0..count).map(|_| draw.normal()).collect();
        let mean = normal.iter().sum::<f64>() / f64::from(count);
        let variance = normal.iter().map(|x| x * x).sum::<f64>() / f64::from(count);
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
        for wanted in [0.3, 4.0, 80.0] {
            let mean = (0..count).map(|_| f64::from(draw.poisson(wanted))).sum::<f64>() / f64::from(count);
            assert!((mean / wanted - 1.0).abs() < 0.05, "{mean} instead of {wanted}");
        }
        let picked = (0..count).filter(|_| draw.weighted(&[1.0, 3.0]) == 1).count() as f64 / f64::from(count);
        assert!((picked - 0.75).abs() < 0.02);
    }

    #[test]
    fn evenly_spread() {
        for share in [0.1, 0.5, 0.9] {
            let below = (0..50).filter(|&number| evenly(3, 1, number) < share).count() as f64 / 50.0;
            assert!((below - share).abs() <= 0.04, "{below} instead of {share}");
        }
    }

    #[test]
    fn the_same_everywhere() {
        let mut draw = Draw::new(1, 2);
        let first: Vec<usize> = (0..8).map(|_| draw.below(1000)).collect();
        assert_eq!(first, [376, 109, 406, 261, 993, 901, 356, 941]);
        assert_eq!((fixed(1, 2, 3) * 1e6) as u32, 149_440);
    }
}
