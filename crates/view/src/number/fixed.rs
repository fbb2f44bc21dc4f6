//! Numbers with so many decimals. A page holds a thousand of them, and writing one exactly for every size of number takes
//! ten times as long as writing a whole number.

/// Powers of ten that the quick way knows.
const TENS: [f64; 5] = [1.0, 10.0, 100.0, 1_000.0, 10_000.0];
/// Beyond it a product is not exact enough to tell to which side a number is rounded.
const LARGEST: f64 = 1e9;
/// As near as this to the middle between two numbers, it is rounded the exact way.
const NEAR: f64 = 1e-4;

/// The text that `format!("{value:.digits$}")` gives.
pub(crate) fn fixed(value: f64, digits: usize) -> String {
    quickly(value, digits).unwrap_or_else(|| format!("{value:.digits$}"))
}

fn quickly(value: f64, digits: usize) -> Option<String> {
    let scaled = value.abs() * TENS.get(digits)?;
    // What is not a number is not smaller either.
    if scaled.is_nan() || scaled >= LARGEST {
        return None;
    }
    let (whole, rest) = (scaled.trunc(), scaled.fract());
    if (rest - 0.5).abs() < NEAR {
        return None;
    }
    let mut left = whole as u64 + u64::from(rest > 0.5);
    // Sixteen places hold ten digits, a point and a sign.
    let mut text = [b'0'; 16];
    let mut place = text.len();
    let mut written = 0;
    while left > 0 || written <= digits {
        if written == digits && digits > 0 {
            place = place.checked_sub(1)?;
            *text.get_mut(place)? = b'.';
        }
        place = place.checked_sub(1)?;
        *text.get_mut(place)? = b'0' + (left % 10) as u8;
        left /= 10;
        written += 1;
    }
    if value.is_sign_negative() {
        place = place.checked_sub(1)?;
        *text.get_mut(place)? = b'-';
    }
    std::str::from_utf8(text.get(place..)?).ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn as_the_exact_way_writes_them() {
        for value in
            [0.0, -0.0, 0.04, -0.04, 0.05, 0.15, 0.25, 0.35, 0.95, 9.995, 99.95, 999_999.949, 1e9, -1e22, f64::NAN]
        {
            for digits in 0..6 {
                assert_eq!(fixed(value, digits), format!("{value:.digits$}"), "{value} {digits}");
            }
        }
        assert_eq!(fixed(f64::NEG_INFINITY, 1), "-inf");
        // The quick way is taken at all.
        assert_eq!(quickly(81.046, 1).as_deref(), Some("81.0"));
        assert_eq!(quickly(-1234.5678, 2).as_deref(), Some("-1234.57"));
        assert_eq!(quickly(7.0, 0).as_deref(), Some("7"));
        assert_eq!(quickly(0.25, 1), None);
    }

    proptest! {
        #[test]
        fn any_number_is_written_as_the_exact_way_does(value in any::<f64>(), digits in 0_usize..7) {
            prop_assert_eq!(fixed(value, digits), format!("{value:.digits$}"));
        }

        #[test]
        fn any_usual_number_too(value in -1e6..1e6, digits in 0_usize..5) {
            prop_assert_eq!(fixed(value, digits), format!("{value:.digits$}"));
        }

        #[test]
        fn so_are_those_in_the_middle(tenths in -1_000_000_i64..1_000_000, digits in 0_usize..5) {
            let value = tenths as f64 / 20_000.0;
            prop_assert_eq!(fixed(value, digits), format!("{value:.digits$}"));
        }
    }
}
