//! Maximising a smooth function of two numbers whose gradient is known.

use crate::error::{Error, Result};

/// A function of two numbers: its value and its gradient.
pub(super) trait Surface {
    fn value(&self, at: [f64; 2]) -> f64;
    fn gradient(&self, at: [f64; 2]) -> [f64; 2];
}

/// Step of the difference quotients for the second derivatives; the gradient is exact, so the result hardly depends on it.
const DIFFERENCE: f64 = 1e-4;
/// Farthest move per step, in the units of the (logarithmic) parameters.
const LONGEST_STEP: f64 = 2.0;
/// Steps after which the search is given up.
const MAX_STEPS: usize = 200;

/// Climbs from `start` to the top, within `bounds` of the second number, by Newton's method with step halving; where the
/// surface is not concave, along the gradient.
///
/// The second number is the logarithm of a precision: likelihoods that rise for ever with it end at its upper bound.
pub(super) fn maximise(surface: &impl Surface, start: [f64; 2], bounds: (f64, f64)) -> Result<[f64; 2]> {
    let mut at = [start[0], start[1].clamp(bounds.0, bounds.1)];
    let mut value = surface.value(at);
    for _ in 0..MAX_STEPS {
        let gradient = surface.gradient(at);
        let mut step = newton_step(surface, at, gradient);
        let longest = step[0].abs().max(step[1].abs());
        if longest > LONGEST_STEP {
            step = step.map(|s| s * LONGEST_STEP / longest);
        }
        // On the bound and pushing outwards: only the first number still moves.
        if (at[1] >= bounds.1 && gradient[1] > 0.0) || (at[1] <= bounds.0 && gradient[1] < 0.0) {
            step = [step_in_first(surface, at, gradient[0]).clamp(-LONGEST_STEP, LONGEST_STEP), 0.0];
        }
        let mut moved = None;
        for _ in 0..40 {
            let next = [at[0] + step[0], (at[1] + step[1]).clamp(bounds.0, bounds.1)];
            let higher = surface.value(next);
            if higher > value {
                moved = Some((next, higher));
                break;
            }
            step = step.map(|s| s / 2.0);
        }
        let Some((next, higher)) = moved else { return Ok(at) };
        let distance = (next[0] - at[0]).abs().max((next[1] - at[1]).abs());
        (at, value) = (next, higher);
        if distance < 1e-10 {
            return Ok(at);
        }
    }
    Err(Error::NoConvergence { what: "estimate of the prior" })
}

/// The inverse of the negative second derivatives at the top: the covariance of the two numbers. Where the surface is
/// flat in the second number (a likelihood that rises for ever), that number counts as known.
pub(super) fn covariance(surface: &impl Surface, top: [f64; 2]) -> [[f64; 2]; 2] {
    let gradient = surface.gradient(top);
    let right = surface.gradient([top[0] + DIFFERENCE, top[1]]);
    let up = surface.gradient([top[0], top[1] + DIFFERENCE]);
    let h00 = (right[0] - gradient[0]) / DIFFERENCE;
    let h11 = (up[1] - gradient[1]) / DIFFERENCE;
    let h01 = f64::midpoint(right[1] - gradient[1], up[0] - gradient[0]) / DIFFERENCE;
    let determinant = h00 * h11 - h01 * h01;
    if h00 < 0.0 && determinant > 1e-12 * h00 * h00 {
        [[-h11 / determinant, h01 / determinant], [h01 / determinant, -h00 / determinant]]
    } else if h00 < 0.0 {
        [[-1.0 / h00, 0.0], [0.0, 0.0]]
    } else {
        [[0.0; 2]; 2]
    }
}

fn newton_step(surface: &impl Surface, at: [f64; 2], gradient: [f64; 2]) -> [f64; 2] {
    let right = surface.gradient([at[0] + DIFFERENCE, at[1]]);
    let up = surface.gradient([at[0], at[1] + DIFFERENCE]);
    let h00 = (right[0] - gradient[0]) / DIFFERENCE;
    let h11 = (up[1] - gradient[1]) / DIFFERENCE;
    let h01 = f64::midpoint(right[1] - gradient[1], up[0] - gradient[0]) / DIFFERENCE;
    let determinant = h00 * h11 - h01 * h01;
    if h00 < 0.0 && determinant > 0.0 {
        [-(h11 * gradient[0] - h01 * gradient[1]) / determinant, -(h00 * gradient[1] - h01 * gradient[0]) / determinant]
    } else {
        let length = gradient[0].hypot(gradient[1]).max(f64::MIN_POSITIVE);
        gradient.map(|g| g / length)
    }
}

fn step_in_first(surface: &impl Surface, at: [f64; 2], gradient: f64) -> f64 {
    let right = surface.gradient([at[0] + DIFFERENCE, at[1]]);
    let curvature = (right[0] - gradient) / DIFFERENCE;
    if curvature < 0.0 { -gradient / curvature } else { gradient.signum() }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Hill;

    impl Surface for Hill {
        fn value(&self, [x, y]: [f64; 2]) -> f64 {
            -(x - 1.0).powi(4) - (y + 2.0).powi(2) - 0.1 * x * y
        }

        fn gradient(&self, [x, y]: [f64; 2]) -> [f64; 2] {
            [-4.0 * (x - 1.0).powi(3) - 0.1 * y, -2.0 * (y + 2.0) - 0.1 * x]
        }
    }

    #[test]
    fn covariance_inverts_the_curvature() {
        struct Bowl;
        impl Surface for Bowl {
            fn value(&self, [x, y]: [f64; 2]) -> f64 {
                -2.0 * x * x - x * y - y * y
            }
            fn gradient(&self, [x, y]: [f64; 2]) -> [f64; 2] {
                [-4.0 * x - y, -x - 2.0 * y]
            }
        }
        // The inverse of (4 1; 1 2) is (2 -1; -1 4) / 7.
        let found = covariance(&Bowl, [0.0, 0.0]);
        let want = [[2.0 / 7.0, -1.0 / 7.0], [-1.0 / 7.0, 4.0 / 7.0]];
        assert!(found.iter().flatten().zip(want.iter().flatten()).all(|(g, w)| (g - w).abs() < 1e-6), "{found:?}");
    }

    #[test]
    fn climbs_to_the_top_or_to_the_bound() {
        let [x, y] = maximise(&Hill, [5.0, 5.0], (-10.0, 10.0)).unwrap();
        let [gx, gy] = Hill.gradient([x, y]);
        assert!(gx.abs() < 1e-6 && gy.abs() < 1e-6, "{x} {y}");
        let [x, y] = maximise(&Hill, [5.0, 5.0], (-1.0, 10.0)).unwrap();
        assert_eq!(y, -1.0);
        assert!(Hill.gradient([x, y])[0].abs() < 1e-6);
    }
}
