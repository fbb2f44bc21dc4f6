//! Ordinary least squares for a handful of columns, by Householder reflections.
//!
//! The regressions of this crate have two to perhaps ten columns, so a plain QR decomposition is enough and keeps its
//! digits where normal equations would not.

use crate::error::{Error, Result, require_count, require_finite};

/// Columns that depend on each other up to this share of their length are refused.
const COLLINEAR: f64 = 1e-10;

/// A fitted regression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fit {
    pub coefficients: Vec<f64>,
    pub fitted: Vec<f64>,
    pub residuals: Vec<f64>,
    /// Sum of squared residuals.
    pub residual_squares: f64,
    /// Rows minus columns.
    pub degrees: usize,
    /// Inverse of X'X, row by row.
    pub inverse: Vec<Vec<f64>>,
}

impl Fit {
    /// Residual variance, sum of squares over degrees of freedom; NaN when there are none.
    pub fn variance(&self) -> f64 {
        self.residual_squares / self.degrees as f64
    }

    /// Standard errors of the coefficients for independent errors of equal variance.
    pub fn standard_errors(&self) -> Vec<f64> {
        (0..self.coefficients.len()).map(|i| (self.variance() * self.inverse[i][i]).sqrt()).collect()
    }
}

/// A symmetric matrix of covariances, row by row.
pub(crate) type Covariance = Vec<Vec<f64>>;

impl Fit {
    /// Newey and West's (1987) covariance of the coefficients, with Bartlett weights 1 - l/(L+1) over `lags`; valid when
    /// errors of neighbouring rows are related. `small_sample` multiplies by n/(n-k).
    pub fn newey_west(&self, columns: &[Vec<f64>], lags: usize, small_sample: bool) -> Covariance {
        let rows = self.residuals.len();
        let score =
            |row: usize| -> Vec<f64> { columns.iter().map(|column| column[row] * self.residuals[row]).collect() };
        let scores: Vec<Vec<f64>> = (0..rows).map(score).collect();
        let mut middle = vec![vec![0.0; columns.len()]; columns.len()];
        for lag in 0..=lags.min(rows.saturating_sub(1)) {
            let weight = 1.0 - lag as f64 / (lags as f64 + 1.0);
            for row in lag..rows {
                let (now, then) = (&scores[row], &scores[row - lag]);
                add_products(&mut middle, now, then, weight);
                if lag > 0 {
                    add_products(&mut middle, then, now, weight);
                }
            }
        }
        let factor = if small_sample { rows as f64 / self.degrees as f64 } else { 1.0 };
        self.sandwich(&middle, factor)
    }

    /// Covariance of the coefficients when errors within a cluster are related (Liang and Zeger 1986), with the usual
    /// correction G/(G-1) · (n-1)/(n-k). `cluster` gives the cluster of each row, numbered from 0.
    pub fn clustered(&self, columns: &[Vec<f64>], cluster: &[usize]) -> Covariance {
        let clusters = cluster.iter().max().map_or(0, |last| last + 1);
        let mut sums = vec![vec![0.0; columns.len()]; clusters];
        for (row, &of) in cluster.iter().enumerate() {
            for (sum, column) in sums[of].iter_mut().zip(columns) {
                *sum += column[row] * self.residuals[row];
            }
        }
        let mut middle = vec![vec![0.0; columns.len()]; columns.len()];
        for sum in &sums {
            add_products(&mut middle, sum, sum, 1.0);
        }
        let (g, n) = (clusters as f64, self.residuals.len() as f64);
        self.sandwich(&middle, g / (g - 1.0) * (n - 1.0) / self.degrees as f64)
    }

    fn sandwich(&self, middle: &Covariance, factor: f64) -> Covariance {
        let size = self.inverse.len();
        let product = |a: &Covariance, b: &Covariance| -> Covariance {
            (0..size).map(|i| (0..size).map(|j| (0..size).map(|k| a[i][k] * b[k][j]).sum()).collect()).collect()
        };
        let mut result = product(&product(&self.inverse, middle), &self.inverse);
        result.iter_mut().flatten().for_each(|value| *value *= factor);
        result
    }
}

fn add_products(matrix: &mut Covariance, left: &[f64], right: &[f64], weight: f64) {
    for (row, &a) in matrix.iter_mut().zip(left) {
        for (value, &b) in row.iter_mut().zip(right) {
            *value += weight * a * b;
        }
    }
}

/// Fits `response` on `columns` (each as long as the response). An intercept is a column of ones.
pub(crate) fn fit(what: &'static str, columns: &[Vec<f64>], response: &[f64]) -> Result<Fit> {
    let rows = response.len();
    let count = columns.len();
    require_count("columns of a regression", count, 1)?;
    require_count("rows of a regression", rows, count)?;
    require_finite("response of a regression", response)?;
    for column in columns {
        require_finite("column of a regression", column)?;
        crate::error::require_same_length("column of a regression", column.len(), "response", rows)?;
    }
    let (triangle, rotated) = triangulate(what, columns, response)?;
    let coefficients = back_substitute(&triangle, &rotated[..count]);
    let fitted: Vec<f64> =
        (0..rows).map(|row| columns.iter().zip(&coefficients).map(|(column, b)| column[row] * b).sum()).collect();
    let residuals: Vec<f64> = response.iter().zip(&fitted).map(|(y, f)| y - f).collect();
    let residual_squares = residuals.iter().map(|r| r * r).sum();
    // (X'X)^-1 = R^-1 R^-T; the columns of R^-1 come from back substitution of unit vectors.
    let inverse_triangle: Vec<Vec<f64>> = (0..count)
        .map(|i| {
            let unit: Vec<f64> = (0..count).map(|j| f64::from(u8::from(i == j))).collect();
            back_substitute(&triangle, &unit)
        })
        .collect();
    let inverse = (0..count)
        .map(|i| (0..count).map(|j| inverse_triangle.iter().map(|column| column[i] * column[j]).sum()).collect())
        .collect();
    Ok(Fit { coefficients, fitted, residuals, residual_squares, degrees: rows - count, inverse })
}

/// The upper triangle R (by rows) and the response turned by the same reflections.
fn triangulate(what: &'static str, columns: &[Vec<f64>], response: &[f64]) -> Result<(Vec<Vec<f64>>, Vec<f64>)> {
    let mut work = columns.to_vec();
    let mut rotated = response.to_vec();
    let count = work.len();
    for pivot in 0..count {
        let length = norm(&work[pivot][pivot..]);
        let original = norm(&columns[pivot]);
        // `length` is what is left of the column after the previous ones are taken out of it.
        if length <= COLLINEAR * original || original == 0.0 {
            return Err(Error::Collinear { what });
        }
        let mut reflector = work[pivot][pivot..].to_vec();
        reflector[0] += length.copysign(reflector[0]);
        let scale = 2.0 / reflector.iter().map(|v| v * v).sum::<f64>();
        for column in work[pivot..].iter_mut().chain(std::iter::once(&mut rotated)) {
            let tail = &mut column[pivot..];
            let product = scale * tail.iter().zip(&reflector).map(|(a, b)| a * b).sum::<f64>();
            for (value, direction) in tail.iter_mut().zip(&reflector) {
                *value -= product * direction;
            }
        }
    }
    let triangle = (0..count).map(|row| work.iter().map(|column| column[row]).collect()).collect();
    Ok((triangle, rotated))
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|v| v * v).sum::<f64>().sqrt()
}

fn back_substitute(triangle: &[Vec<f64>], right: &[f64]) -> Vec<f64> {
    let mut solution = vec![0.0; right.len()];
    for row in (0..right.len()).rev() {
        let known: f64 = (row + 1..right.len()).map(|column| triangle[row][column] * solution[column]).sum();
        solution[row] = (right[row] - known) / triangle[row][row];
    }
    solution
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn straight_line_by_hand() {
        let fit = fit("line", &[vec![1.0; 4], vec![0.0, 1.0, 2.0, 3.0]], &[1.0, 3.0, 2.0, 5.0]).unwrap();
        assert!((fit.coefficients[0] - 1.1).abs() < 1e-12 && (fit.coefficients[1] - 1.1).abs() < 1e-12);
        assert!((fit.residual_squares - 2.7).abs() < 1e-12);
        assert!((fit.standard_errors()[1] - (1.35_f64 / 5.0).sqrt()).abs() < 1e-12);
    }

    /// Longley's data are the classic test of a regression program; certified values of NIST (`StRD`, Longley), years
    /// kept as they are, so the columns are nearly dependent.
    #[test]
    fn longley_to_certified_digits() {
        let y = [
            60323.0, 61122.0, 60171.0, 61187.0, 63221.0, 63639.0, 64989.0, 63761.0, 66019.0, 67857.0, 68169.0, 66513.0,
            68655.0, 69564.0, 69331.0, 70551.0,
        ];
        let deflator =
            [83.0, 88.5, 88.2, 89.5, 96.2, 98.1, 99.0, 100.0, 101.2, 104.6, 108.4, 110.8, 112.6, 114.2, 115.7, 116.9];
        let product = [
            234_289.0, 259_426.0, 258_054.0, 284_599.0, 328_975.0, 346_999.0, 365_385.0, 363_112.0, 397_469.0,
            419_180.0, 442_769.0, 444_546.0, 482_704.0, 502_601.0, 518_173.0, 554_894.0,
        ];
        let unemployed = [
            2356.0, 2325.0, 3682.0, 3351.0, 2099.0, 1932.0, 1870.0, 3578.0, 2904.0, 2822.0, 2936.0, 4681.0, 3813.0,
            3931.0, 4806.0, 4007.0,
        ];
        let forces = [
            1590.0, 1456.0, 1616.0, 1650.0, 3099.0, 3594.0, 3547.0, 3350.0, 3048.0, 2857.0, 2798.0, 2637.0, 2552.0,
            2514.0, 2572.0, 2827.0,
        ];
        let population = [
            107_608.0, 108_632.0, 109_773.0, 110_929.0, 112_075.0, 113_270.0, 115_094.0, 116_219.0, 117_388.0,
            118_734.0, 120_445.0, 121_950.0, 123_366.0, 125_368.0, 127_852.0, 130_081.0,
        ];
        let year: Vec<f64> = (1947..1963).map(f64::from).collect();
        let columns = [
            vec![1.0; 16],
            deflator.to_vec(),
            product.to_vec(),
            unemployed.to_vec(),
            forces.to_vec(),
            population.to_vec(),
            year,
        ];
        let fit = fit("Longley", &columns, &y).unwrap();
        let certified = [
            (-3_482_258.634_595_82, 890_420.383_607_373),
            (15.061_872_271_373_3, 84.914_925_774_773_8),
            (-0.358_191_792_925_910e-1, 0.334_910_077_722_432e-1),
            (-2.020_229_803_816_83, 0.488_399_681_651_699),
            (-1.033_226_867_173_59, 0.214_274_163_161_675),
            (-0.511_041_056_535_807e-1, 0.226_073_200_069_370),
            (1_829.151_464_614_37, 455.478_499_142_212),
        ];
        for (i, (coefficient, error)) in certified.into_iter().enumerate() {
            assert!((fit.coefficients[i] / coefficient - 1.0).abs() < 1e-8, "b{i} = {}", fit.coefficients[i]);
            assert!((fit.standard_errors()[i] / error - 1.0).abs() < 1e-8, "se{i}");
        }
    }

    #[test]
    fn dependent_columns_are_refused() {
        let wrong = fit("test", &[vec![1.0, 1.0, 1.0], vec![2.0, 2.0, 2.0]], &[1.0, 2.0, 3.0]);
        assert_eq!(wrong, Err(Error::Collinear { what: "test" }));
        assert!(fit("test", &[vec![0.0; 3]], &[1.0, 2.0, 3.0]).is_err());
        assert!(fit("test", &[vec![1.0], vec![2.0]], &[1.0]).is_err());
        assert!(fit("test", &[vec![1.0, 2.0]], &[1.0]).is_err());
    }

    proptest! {
        #[test]
        fn residuals_are_orthogonal_to_the_columns(
            rows in prop::collection::vec((-10.0..10.0_f64, -10.0..10.0_f64, -10.0..10.0_f64), 6..30),
        ) {
            let columns = [vec![1.0; rows.len()], rows.iter().map(|r| r.0).collect(), rows.iter().map(|r| r.1).collect()];
            let response: Vec<f64> = rows.iter().map(|r| r.2).collect();
            if let Ok(fit) = fit("test", &columns, &response) {
                for column in &columns {
                    let product: f64 = column.iter().zip(&fit.residuals).map(|(a, b)| a * b).sum();
                    prop_assert!(product.abs() < 1e-8);
                }
            }
        }
    }
}
