//! Whether figures come about as they seem to: what the statistics say of counts that readings give.

use evenkeel_model::charter::Course;
use evenkeel_stats::heaping;

/// How cases lie beside a threshold, from their number in four intervals of one width.
#[must_use]
pub fn course(counts: [u64; 4]) -> Course {
    match heaping::under_threshold(counts) {
        Ok(found) => Course { counts, factor: Some(found.factor), is_heaped: found.is_noticeable() },
        Err(_) => Course { counts, factor: None, is_heaped: false },
    }
}

#[cfg(test)]
mod tests {
    use super::course;

    #[test]
    fn heaped_steady_and_unknown() {
        assert!(course([80, 95, 40, 50]).is_heaped);
        let steady = course([160, 80, 40, 20]);
        assert!(!steady.is_heaped && steady.factor.is_some());
        assert_eq!(course([9, 9, 9, 9]).factor, None);
    }
}
