//! Formulas over measures: numbers, other measures, and the four kinds of arithmetic between them.

/// One of the four kinds of arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// The sum of both sides.
    Plus,
    /// The left side less the right side.
    Minus,
    /// The product of both sides.
    Times,
    /// The left side divided by the right side.
    DividedBy,
}

impl Operator {
    /// The sign as it is printed: `+`, `−`, `×`, `÷`.
    #[must_use]
    pub fn sign(self) -> char {
        match self {
            Operator::Plus => '+',
            Operator::Minus => '−',
            Operator::Times => '×',
            Operator::DividedBy => '÷',
        }
    }

    /// Products are worked out before sums.
    fn rank(self) -> u8 {
        match self {
            Operator::Plus | Operator::Minus => 1,
            Operator::Times | Operator::DividedBy => 2,
        }
    }
}

/// A formula over numbers and other measures, which it names by their position in a list.
#[derive(Debug, Clone, PartialEq)]
pub enum Arithmetic {
    /// A number, in stored units.
    Number(f64),
    /// The value of a measure, in stored units.
    Part(usize),
    /// The opposite of what follows.
    Negative(Box<Arithmetic>),
    /// Two sides and what is done with them.
    Operation {
        /// What is done.
        operator: Operator,
        /// The left side.
        left: Box<Arithmetic>,
        /// The right side.
        right: Box<Arithmetic>,
    },
}

impl Arithmetic {
    /// Two sides and what is done with them.
    #[must_use]
    pub fn operation(operator: Operator, left: Arithmetic, right: Arithmetic) -> Self {
        Arithmetic::Operation { operator, left: Box::new(left), right: Box::new(right) }
    }

    /// The value, from those of the parts. None where it would be divided by zero, and where a part has no value.
    #[must_use]
    pub fn value(&self, parts: &[f64]) -> Option<f64> {
        let value = match self {
            Arithmetic::Number(number) => *number,
            Arithmetic::Part(position) => *parts.get(*position)?,
            Arithmetic::Negative(of) => -of.value(parts)?,
            Arithmetic::Operation { operator, left, right } => {
                let (left, right) = (left.value(parts)?, right.value(parts)?);
                match operator {
                    Operator::Plus => left + right,
                    Operator::Minus => left - right,
                    Operator::Times => left * right,
                    Operator::DividedBy if right == 0.0 => return None,
                    Operator::DividedBy => left / right,
                }
            }
        };
        value.is_finite().then_some(value)
    }

    /// How often each measure is named, by its position.
    fn named(&self, count: &mut dyn FnMut(usize)) {
        match self {
            Arithmetic::Number(_) => {}
            Arithmetic::Part(position) => count(*position),
            Arithmetic::Negative(of) => of.named(count),
            Arithmetic::Operation { left, right, .. } => {
                left.named(count);
                right.named(count);
            }
        }
    }

    /// The one measure that is named, when it is named only once. The value then rises or falls with that measure
    /// alone, so that a range of the one is a range of the other.
    #[must_use]
    pub fn only_part(&self) -> Option<usize> {
        let mut found = Vec::new();
        self.named(&mut |position| found.push(position));
        match found.as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    }

    /// Where the value can lie while the one measure that is named lies between `low` and `high`. None for a formula
    /// that names more, and where a divisor could be zero.
    #[must_use]
    pub fn range(&self, (low, high): (f64, f64)) -> Option<(f64, f64)> {
        self.only_part()?;
        self.interval((low, high)).filter(|(low, high)| low.is_finite() && high.is_finite())
    }

    /// Interval arithmetic, which is exact as long as each variable stands there once.
    fn interval(&self, part: (f64, f64)) -> Option<(f64, f64)> {
        Some(match self {
            Arithmetic::Number(number) => (*number, *number),
            Arithmetic::Part(_) => part,
            Arithmetic::Negative(of) => {
                let (low, high) = of.interval(part)?;
                (-high, -low)
            }
            Arithmetic::Operation { operator, left, right } => {
                let (left, right) = (left.interval(part)?, right.interval(part)?);
                let corners = |of: fn(f64, f64) -> f64| {
                    let all = [of(left.0, right.0), of(left.0, right.1), of(left.1, right.0), of(left.1, right.1)];
                    (all.into_iter().fold(f64::INFINITY, f64::min), all.into_iter().fold(f64::NEG_INFINITY, f64::max))
                };
                match operator {
                    Operator::Plus => (left.0 + right.0, left.1 + right.1),
                    Operator::Minus => (left.0 - right.1, left.1 - right.0),
                    Operator::Times => corners(|one, other| one * other),
                    Operator::DividedBy if right.0 <= 0.0 && right.1 >= 0.0 => return None,
                    Operator::DividedBy => corners(|one, other| one / other),
                }
            }
        })
    }

    /// The formula with names for its measures, and no bracket that is not needed.
    #[must_use]
    pub fn written(&self, name: &dyn Fn(usize) -> String) -> String {
        match self {
            Arithmetic::Number(number) if *number < 0.0 => format!("−{}", -number),
            Arithmetic::Number(number) => number.to_string(),
            Arithmetic::Part(position) => name(*position),
            Arithmetic::Negative(of) => format!("−{}", of.beside(name, 3)),
            Arithmetic::Operation { operator, left, right } => {
                // What stands to the right of a minus or a division is worked out before it.
                let right_rank = match operator {
                    Operator::Plus | Operator::Times => operator.rank(),
                    Operator::Minus | Operator::DividedBy => operator.rank() + 1,
                };
                format!("{} {} {}", left.beside(name, operator.rank()), operator.sign(), right.beside(name, right_rank))
            }
        }
    }

    /// In brackets, when it would otherwise be taken apart by what stands beside it.
    fn beside(&self, name: &dyn Fn(usize) -> String, rank: u8) -> String {
        let own = match self {
            Arithmetic::Operation { operator, .. } => operator.rank(),
            Arithmetic::Negative(_) => 2,
            Arithmetic::Number(_) | Arithmetic::Part(_) => u8::MAX,
        };
        let text = self.written(name);
        if own < rank { format!("({text})") } else { text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn part(position: usize) -> Arithmetic {
        Arithmetic::Part(position)
    }

    fn of(operator: Operator, left: Arithmetic, right: Arithmetic) -> Arithmetic {
        Arithmetic::operation(operator, left, right)
    }

    use Operator::{DividedBy, Minus, Plus, Times};

    #[test]
    fn values() {
        // 12,000 of cost over 2,000 + 400 contacts.
        let cost = of(DividedBy, part(0), of(Plus, part(1), part(2)));
        assert_eq!(cost.value(&[12_000.0, 2_000.0, 400.0]), Some(5.0));
        assert_eq!(cost.value(&[12_000.0, 400.0, -400.0]), None, "division by zero");
        assert_eq!(cost.value(&[12_000.0, 2_000.0]), None, "a part is missing");
        assert_eq!(of(Times, Arithmetic::Number(1e300), Arithmetic::Number(1e300)).value(&[]), None);
        let rest = of(Minus, Arithmetic::Number(1.0), part(0));
        assert_eq!(rest.value(&[0.25]), Some(0.75));
        assert_eq!(Arithmetic::Negative(Box::new(part(0))).value(&[3.0]), Some(-3.0));
    }

    #[test]
    fn ranges() {
        let rest = of(Minus, Arithmetic::Number(1.0), part(0));
        assert_eq!(rest.range((0.2, 0.5)), Some((0.5, 0.8)));
        let per = of(DividedBy, Arithmetic::Number(12.0), part(0));
        assert_eq!(per.range((2.0, 4.0)), Some((3.0, 6.0)));
        assert_eq!(per.range((-1.0, 4.0)), None, "the divisor could be zero");
        assert_eq!(of(Times, part(0), part(0)).range((1.0, 2.0)), None, "one measure twice");
        assert_eq!(of(Plus, part(0), part(1)).range((1.0, 2.0)), None, "two measures");
        assert_eq!(Arithmetic::Number(1.0).range((1.0, 2.0)), None, "no measure");
    }

    #[test]
    fn brackets_stand_where_they_are_needed() {
        let name = |position: usize| ["a", "b", "c"][position].to_owned();
        let check = |arithmetic: Arithmetic, text: &str| assert_eq!(arithmetic.written(&name), text);
        check(of(DividedBy, part(0), of(Plus, part(1), part(2))), "a ÷ (b + c)");
        check(of(Plus, of(DividedBy, part(0), part(1)), part(2)), "a ÷ b + c");
        check(of(Minus, part(0), of(Minus, part(1), part(2))), "a − (b − c)");
        check(of(Minus, of(Minus, part(0), part(1)), part(2)), "a − b − c");
        check(of(DividedBy, part(0), of(Times, part(1), part(2))), "a ÷ (b × c)");
        check(of(Times, Arithmetic::Number(0.5), part(2)), "0.5 × c");
        check(Arithmetic::Negative(Box::new(of(Plus, part(0), part(1)))), "−(a + b)");
        check(of(Times, Arithmetic::Negative(Box::new(part(0))), part(1)), "−a × b");
    }

    fn any() -> impl Strategy<Value = Arithmetic> {
        let leaf = prop_oneof![(-9i32..10).prop_map(|number| Arithmetic::Number(f64::from(number))), Just(part(0))];
        leaf.prop_recursive(4, 24, 2, |inner| {
            let operator = prop_oneof![Just(Plus), Just(Minus), Just(Times), Just(DividedBy)];
            (operator, inner.clone(), inner).prop_map(|(operator, left, right)| of(operator, left, right))
        })
    }

    proptest! {
        /// Whatever value the measure has inside its range, the formula lies inside its own.
        #[test]
        fn a_range_holds_every_value_in_it(arithmetic in any(), low in -5.0..5.0f64, width in 0.0..5.0f64, at in 0.0..=1.0f64) {
            if let (Some((from, to)), Some(value)) = (arithmetic.range((low, low + width)), arithmetic.value(&[low + width * at])) {
                let slack = 1e-9 * (1.0 + from.abs().max(to.abs()));
                prop_assert!(from - slack <= value && value <= to + slack, "{from} {value} {to}");
            }
        }
    }
}
