//! Loyalty as a composite of satisfaction, repurchase and recommendation, with its parts in sight.

use crate::error::{Result, require_count, require_finite, require_positive, require_same_length, require_within};

/// Index on a scale from 0 to 100 from mean ratings on a scale from 1 to 10, in the manner of the American Customer
/// Satisfaction Index: (weighted mean - 1) / 9 × 100. Weights need not add up to 1.
///
/// ```
/// let index = evenkeel_stats::composite::satisfaction_index(&[8.2, 7.9, 8.4], &[0.4, 0.3, 0.3])?;
/// assert!((index - 79.666667).abs() < 1e-6);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn satisfaction_index(means: &[f64], weights: &[f64]) -> Result<f64> {
    require_count("items", means.len(), 1)?;
    require_same_length("items", means.len(), "weights", weights.len())?;
    for &mean in means {
        require_within("mean rating", mean, 1.0, 10.0)?;
    }
    require_finite("weights", weights)?;
    for &weight in weights {
        require_within("weight", weight, 0.0, f64::MAX)?;
    }
    let total: f64 = weights.iter().sum();
    require_positive("sum of weights", total)?;
    let mean = means.iter().zip(weights).map(|(mean, weight)| mean * weight).sum::<f64>() / total;
    Ok((mean - 1.0) / 9.0 * 100.0)
}

/// An answer on one of three questions, as a place from the top of its scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Answer {
    /// Best answer: very satisfied, definitely would.
    Top,
    /// Second best: satisfied, probably would.
    Second,
    /// In between: somewhat satisfied, might or might not.
    Middle,
    /// Worse: dissatisfied, probably or definitely would not.
    Low,
}

/// Segment of a customer by three answers (after Burke's "secure customer index").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Segment {
    /// Best answer to all three.
    Secure,
    /// At least the second-best answer to all three, not all best.
    Favourable,
    /// The answer in between to all three.
    Vulnerable,
    /// In between or worse on satisfaction, and would not repeat, and would not recommend.
    AtRisk,
    /// Answers that do not go together: looked at one by one.
    Other,
}

/// The segment of a customer.
#[must_use]
pub fn segment(satisfied: Answer, repeat: Answer, recommend: Answer) -> Segment {
    let all = [satisfied, repeat, recommend];
    if all.iter().all(|&answer| answer == Answer::Top) {
        Segment::Secure
    } else if all.iter().all(|&answer| answer <= Answer::Second) {
        Segment::Favourable
    } else if all.iter().all(|&answer| answer == Answer::Middle) {
        Segment::Vulnerable
    } else if satisfied >= Answer::Middle && repeat == Answer::Low && recommend == Answer::Low {
        Segment::AtRisk
    } else {
        Segment::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_ends_at_its_scale() {
        assert_eq!(satisfaction_index(&[1.0, 1.0], &[1.0, 2.0]), Ok(0.0));
        assert_eq!(satisfaction_index(&[10.0], &[3.0]), Ok(100.0));
        // The equal-weight form, (sum - 3) / 27 × 100.
        let equal = satisfaction_index(&[8.0, 7.0, 9.0], &[1.0; 3]).unwrap();
        assert!((equal - (24.0 - 3.0) / 27.0 * 100.0).abs() < 1e-12);
        assert!((satisfaction_index(&[8.2, 7.9, 8.4], &[0.4, 0.3, 0.3]).unwrap() - 79.666_667).abs() < 1e-6);
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(satisfaction_index(&[], &[]).is_err());
        assert!(satisfaction_index(&[11.0], &[1.0]).is_err());
        assert!(satisfaction_index(&[8.0], &[0.0]).is_err());
        assert!(satisfaction_index(&[8.0, 9.0], &[2.0, -1.0]).is_err());
        assert!(satisfaction_index(&[8.0], &[1.0, 1.0]).is_err());
    }

    #[test]
    fn segments_follow_the_three_answers() {
        use Answer::{Low, Middle, Second, Top};
        assert_eq!(segment(Top, Top, Top), Segment::Secure);
        assert_eq!(segment(Top, Second, Top), Segment::Favourable);
        assert_eq!(segment(Second, Second, Second), Segment::Favourable);
        assert_eq!(segment(Middle, Middle, Middle), Segment::Vulnerable);
        assert_eq!(segment(Middle, Low, Low), Segment::AtRisk);
        assert_eq!(segment(Low, Low, Low), Segment::AtRisk);
        assert_eq!(segment(Top, Low, Low), Segment::Other);
        assert_eq!(segment(Middle, Top, Second), Segment::Other);
    }
}
