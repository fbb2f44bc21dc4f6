//! The digest of a formula, which changes whenever the formula does.
//!
//! It covers what decides the number (kind, tables, conditions, expressions, placement, percentile, exposure) and
//! nothing that decides only how it is shown. White space and comments in SQL make no difference; everything else
//! in an expression does. What is promised to customers belongs to the formula of a measure that tells how promises
//! were kept, and to no other.

use evenkeel_model::case::Status;
use evenkeel_model::composite::{Composite, CompositePart};
use evenkeel_model::measure::{Amount, Expression, Formula, Measure, QuantileMethod, Rows, Side};
use evenkeel_model::service_level::{Clock, Conditions, Policy, Promise, Rule, Version};

/// How the columns of the case facts begin that tell how promises were kept.
const PROMISES: &str = "sla_";

/// The first eight hexadecimal digits of the digest of a formula in a project that promises nothing.
#[must_use]
pub fn of(formula: &Formula) -> String {
    under(formula, &[])
}

/// The first eight hexadecimal digits of the digest of a formula in a project with these service level policies.
#[must_use]
pub fn under(formula: &Formula, policies: &[Policy]) -> String {
    const DIGITS: usize = 8;
    let mut canonical = Canonical { hash: blake3::Hasher::new(), tells_of_promises: false };
    canonical.text("evenkeel formula 1");
    canonical.formula(formula);
    if canonical.tells_of_promises {
        for policy in policies {
            canonical.policy(policy);
        }
    }
    canonical.hash.finalize().to_hex()[..DIGITS].to_owned()
}

/// Feeds a formula to the hash. Every text goes in with its length before it, so that no two formulas feed it alike.
struct Canonical {
    hash: blake3::Hasher,
    /// Whether an expression named a column that tells how promises were kept.
    tells_of_promises: bool,
}

impl Canonical {
    fn text(&mut self, text: &str) {
        self.whole(text.len() as i64);
        self.hash.update(text.as_bytes());
    }

    fn whole(&mut self, number: i64) {
        self.hash.update(&number.to_le_bytes());
    }

    fn number(&mut self, number: f64) {
        // 0 and −0 are one number.
        self.hash.update(&(number + 0.0).to_le_bytes());
    }

    fn expression(&mut self, expression: &Expression) {
        let text = normalised(expression.as_str());
        self.tells_of_promises |= text.to_ascii_lowercase().contains(PROMISES);
        self.text(&text);
    }

    fn policy(&mut self, policy: &Policy) {
        self.text("service level");
        self.text(policy.id());
        for Version { valid_from, rules } in policy.versions() {
            self.text("version");
            self.whole(*valid_from);
            for Rule { when, targets } in rules {
                self.text("rule");
                let Conditions { priority, channel, segment, topic, unit } = when;
                for values in [priority, channel, segment, topic, unit] {
                    self.whole(values.len() as i64);
                    for value in values {
                        self.text(value);
                    }
                }
                for promise in Promise::ALL {
                    let Some(target) = targets.of(promise) else {
                        self.text("none");
                        continue;
                    };
                    self.text(match target.clock {
                        Clock::Calendar => "calendar",
                        Clock::Business => "business",
                    });
                    self.whole(target.within());
                    for status in Status::ALL {
                        self.whole(i64::from(target.pauses.has(status)));
                    }
                }
            }
        }
    }

    fn optional(&mut self, expression: Option<&Expression>) {
        match expression {
            Some(expression) => {
                self.text("some");
                self.expression(expression);
            }
            None => self.text("none"),
        }
    }

    fn rows(&mut self, rows: &Rows) {
        let Rows { table, conditions, period_of, person, unit } = rows;
        self.text(table);
        self.optional(conditions.first());
        for further in conditions.iter().skip(1) {
            self.text("and");
            self.expression(further);
        }
        self.expression(period_of);
        self.optional(person.as_ref());
        self.optional(unit.as_ref());
    }

    fn side(&mut self, side: &Side) {
        let Side { rows, amount } = side;
        self.rows(rows);
        match amount {
            Amount::Count => self.text("count"),
            Amount::Sum(of) => {
                self.text("sum");
                self.expression(of);
            }
            Amount::Distinct(of) => {
                self.text("distinct");
                self.expression(of);
            }
        }
    }

    /// A measure that another one is worked out from: a change of the one is a change of the other.
    fn part(&mut self, part: &Measure) {
        self.text(part.id.as_str());
        self.text(&part.definition.digest);
    }

    fn formula(&mut self, formula: &Formula) {
        self.text(formula.kind());
        match formula {
            Formula::Count { rows } => self.rows(rows),
            Formula::Share { rows, of }
            | Formula::Sum { rows, of }
            | Formula::Mean { rows, of }
            | Formula::NetPromoterScore { rows, of }
            | Formula::Distinct { rows, of }
            | Formula::Retention { rows, until: of, lost: _ }
            | Formula::Stock { rows, until: of } => {
                self.rows(rows);
                self.expression(of);
            }
            Formula::Ratio { numerator, denominator } => {
                self.side(numerator);
                self.side(denominator);
            }
            Formula::Rate { events, exposure, per } => {
                self.side(events);
                self.side(exposure);
                self.number(*per);
            }
            Formula::Cohort { rows, reached, within } => {
                self.rows(rows);
                self.expression(reached);
                self.number(f64::from(within.seconds));
            }
            Formula::OfMeasures { arithmetic, parts } => {
                let name = |position: usize| parts.get(position).map_or_else(String::new, |part| part.id.to_string());
                self.text(&arithmetic.written(&name));
                for part in parts {
                    self.part(part);
                }
            }
            Formula::Composite(Composite { method, parts, needed }) => {
                self.text(method.words());
                self.number(*needed);
                for CompositePart { measure, weight, worst, best } in parts {
                    self.part(measure);
                    self.number(*weight);
                    self.number(*worst);
                    self.number(*best);
                }
            }
            Formula::Quantile { rows, of, at, method } => {
                self.rows(rows);
                self.expression(of);
                self.number(*at);
                self.text(match method {
                    QuantileMethod::NearestRank => "nearest rank",
                    QuantileMethod::Interpolated => "interpolated",
                });
            }
        }
    }
}

/// SQL without comments and with a single space where two words or two operators would otherwise run together.
/// What stands between quotes stays as it is.
fn normalised(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    let mut gap = false;
    while let Some(char) = rest.chars().next() {
        let length = skipped(rest);
        if length > 0 {
            gap = true;
            rest = &rest[length..];
            continue;
        }
        let token = match char {
            '\'' | '"' | '`' => quoted_length(rest, char),
            _ => char.len_utf8(),
        };
        if let (true, Some(last)) = (gap, out.chars().next_back())
            && class(last) == class(char)
            && class(char) != Class::Bracket
        {
            out.push(' ');
        }
        gap = false;
        out.push_str(&rest[..token]);
        rest = &rest[token..];
    }
    out
}

/// How many bytes of white space or comment the text begins with.
fn skipped(text: &str) -> usize {
    if text.starts_with("--") {
        return text.find('\n').unwrap_or(text.len());
    }
    if text.starts_with("/*") {
        return block_comment(text);
    }
    text.chars().next().filter(|char| char.is_whitespace()).map_or(0, char::len_utf8)
}

/// Comments between `/*` and `*/` nest.
fn block_comment(text: &str) -> usize {
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// How long the text between quotes is that starts here; a quote inside is doubled.
fn quoted_length(text: &str, quote: char) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, char)) = chars.next() {
        if char == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
            return at + 1;
        }
    }
    text.len()
}

#[derive(PartialEq, Eq)]
enum Class {
    /// Part of a name, number or quoted text.
    Word,
    Operator,
    /// Ends whatever precedes it, with white space or without.
    Bracket,
}

fn class(char: char) -> Class {
    match char {
        '(' | ')' | '[' | ']' | ',' => Class::Bracket,
        _ if char.is_alphanumeric() || "_.'\"`$".contains(char) => Class::Word,
        _ => Class::Operator,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use evenkeel_model::arithmetic::{Arithmetic, Operator};
    use evenkeel_model::composite::CompositeMethod;
    use evenkeel_model::ids::MeasureId;
    use evenkeel_model::measure::{About, DefinitionVersion, Direction, Levels, ValueUnit, Window};
    use proptest::prelude::*;

    use super::*;

    fn share(of: &str) -> Formula {
        Formula::Share { rows: rows("responses"), of: Expression(of.to_owned()) }
    }

    fn rows(table: &str) -> Rows {
        Rows {
            table: table.to_owned(),
            conditions: Vec::new(),
            period_of: Expression("answered_at".to_owned()),
            person: Some(Expression("person_id".to_owned())),
            unit: None,
        }
    }

    #[test]
    fn white_space_and_comments_make_no_difference() {
        let check = |one: &str, other: &str| assert_eq!(of(&share(one)), of(&share(other)), "{one} | {other}");
        check("score >= 4", "score>=4");
        check("score >= 4", "  score\n\t>= 4 -- top two\n");
        check("a and b", "a/* x /* y */ */and\nb");
        check("f( a , b )", "f(a,b)");
        check("a - 1", "a-1");
        check("x in ('a', 'b')", "x in('a','b')");
    }

    #[test]
    fn everything_else_does() {
        let check = |one: &str, other: &str| assert_ne!(of(&share(one)), of(&share(other)), "{one} | {other}");
        check("score >= 4", "score > = 4");
        check("score >= 4", "score >= 5");
        check("x = 'a b'", "x = 'a  b'");
        check("x = 'a--b'", "x = 'a'");
        check("x = 'it''s'", "x = 'its'");
        check("\"a b\" = 1", "\"ab\" = 1");
        check("a b", "ab");
        check("a - -1", "a --1");
        check("1 . 5", "1.5");
        check("a", "A");
    }

    /// The digests are stored with every number: one that changes makes numbers look redefined.
    #[test]
    fn digests_stay_the_same_from_release_to_release() {
        let side = |amount| Side { rows: rows("orders"), amount };
        let expression = |text: &str| Expression(text.to_owned());
        let ratio = Arithmetic::operation(Operator::DividedBy, Arithmetic::Part(0), Arithmetic::Part(1));
        let formulas = [
            share("score >= 4"),
            Formula::Count { rows: rows("responses") },
            Formula::Sum { rows: rows("orders"), of: expression("amount") },
            Formula::Mean { rows: rows("responses"), of: expression("score") },
            Formula::Ratio { numerator: side(Amount::Sum(expression("amount"))), denominator: side(Amount::Count) },
            Formula::Rate { events: side(Amount::Count), exposure: side(Amount::Count), per: 1000.0 },
            Formula::NetPromoterScore { rows: rows("responses"), of: expression("score") },
            Formula::Quantile {
                rows: rows("calls"),
                of: expression("hold_s"),
                at: 0.9,
                method: QuantileMethod::Interpolated,
            },
            Formula::Stock { rows: rows("cases"), until: expression("solved_at") },
            Formula::Distinct { rows: rows("orders"), of: expression("customer_id") },
            Formula::Retention { rows: rows("customers"), until: expression("left_on"), lost: false },
            Formula::Retention { rows: rows("customers"), until: expression("left_on"), lost: true },
            Formula::Cohort { rows: rows("case_facts"), reached: expression("solved_at"), within: Window::of_days(7) },
            Formula::OfMeasures { arithmetic: ratio, parts: vec![part("cost", "1"), part("cases", "2")] },
            Formula::Composite(Composite {
                method: CompositeMethod::Mean,
                parts: vec![CompositePart { measure: part("csat", "1"), weight: 2.0, worst: 0.5, best: 0.9 }],
                needed: 1.0,
            }),
        ];
        let lines: Vec<String> = formulas.iter().map(|formula| format!("{} {}", of(formula), formula.kind())).collect();
        insta::assert_snapshot!(lines.join("\n"), @"
        31258e22 share
        a3715740 count
        2c5b0903 sum
        d0ede9ba mean
        05ef3449 ratio
        c874aed6 rate
        64696d00 net promoter score
        394afbbf quantile
        d89fb715 stock
        2219515a number of different values
        c05d1d82 retention
        0ad65e05 churn
        88b3f9e9 cohort
        ba3888ba formula
        c4d86de3 composite
        ");
    }

    fn part(id: &str, digest: &str) -> Arc<Measure> {
        Arc::new(Measure {
            id: MeasureId::new(id),
            title: id.to_owned(),
            leg: None,
            perspective: None,
            noun: "answers".to_owned(),
            unit: ValueUnit::Percent,
            decimals: None,
            better: Direction::Higher,
            levels: Levels { person: true, unit: true },
            formula: share("score >= 4"),
            wait: None,
            about: About::default(),
            example: None,
            withhold_below: None,
            definition: DefinitionVersion { number: 1, digest: digest.to_owned() },
            earlier: Vec::new(),
        })
    }

    #[test]
    fn another_formula_of_a_part_is_another_formula() {
        let parts = |digest: &str| vec![part("cost", digest), part("cases", "1")];
        let over = |arithmetic, digest: &str| of(&Formula::OfMeasures { arithmetic, parts: parts(digest) });
        let sum = || Arithmetic::operation(Operator::Plus, Arithmetic::Part(0), Arithmetic::Part(1));
        let difference = Arithmetic::operation(Operator::Minus, Arithmetic::Part(0), Arithmetic::Part(1));
        assert_eq!(over(sum(), "1"), over(sum(), "1"));
        assert_ne!(over(sum(), "1"), over(sum(), "2"));
        assert_ne!(over(sum(), "1"), over(difference, "1"));
        let composite = |weight, worst, needed| {
            let parts = vec![CompositePart { measure: part("csat", "1"), weight, worst, best: 0.9 }];
            of(&Formula::Composite(Composite { method: CompositeMethod::Mean, parts, needed }))
        };
        let base = composite(1.0, 0.5, 1.0);
        for other in [composite(2.0, 0.5, 1.0), composite(1.0, 0.4, 1.0), composite(1.0, 0.5, 0.8)] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn every_part_counts() {
        let base = Formula::Quantile {
            rows: rows("calls"),
            of: Expression("hold_s".to_owned()),
            at: 0.9,
            method: QuantileMethod::NearestRank,
        };
        let Formula::Quantile { rows, of: expression, at, method } = base.clone() else { unreachable!() };
        let with_rows = |rows: Rows| Formula::Quantile { rows, of: expression.clone(), at, method };
        let x = || Expression("x".to_owned());
        let others = [
            with_rows(Rows { table: "cases".to_owned(), ..rows.clone() }),
            with_rows(Rows { conditions: vec![x()], ..rows.clone() }),
            with_rows(Rows { period_of: x(), ..rows.clone() }),
            with_rows(Rows { person: None, ..rows.clone() }),
            with_rows(Rows { unit: Some(x()), ..rows.clone() }),
            Formula::Quantile { rows: rows.clone(), of: x(), at, method },
            Formula::Quantile { rows: rows.clone(), of: expression.clone(), at: 0.5, method },
            Formula::Quantile { rows, of: expression, at, method: QuantileMethod::Interpolated },
        ];
        for other in others {
            assert_ne!(of(&base), of(&other), "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn white_space_between_words_and_operators_is_free(
            tokens in proptest::collection::vec(("[a-z]{1,4}|'[a-z ]{0,3}'|[0-9]{1,2}", "[-+*/<>=]|<=|<>"), 1..8),
            spaces in proptest::collection::vec("[ \t\n]{0,3}", 16),
        ) {
            let tight: String = tokens.iter().flat_map(|(word, operator)| [word.as_str(), operator]).collect();
            let mut spaces = spaces.iter();
            let mut wide = String::new();
            for (word, operator) in &tokens {
                for token in [word, operator] {
                    wide.push_str(spaces.next().map_or("", String::as_str));
                    wide.push_str(token);
                }
            }
            // `/*` and `--` never arise here: a word stands between any two operators.
            prop_assert_eq!(normalised(&tight), normalised(&wide));
        }

        #[test]
        fn two_expressions_that_differ_have_two_digests(
            one in "[a-z '0-9<>=(),-]{0,20}",
            other in "[a-z '0-9<>=(),-]{0,20}",
        ) {
            let same = normalised(&one) == normalised(&other);
            prop_assert_eq!(of(&share(&one)) == of(&share(&other)), same);
        }

        #[test]
        fn normal_form_is_stable(sql in "(?s).{0,40}") {
            let once = normalised(&sql);
            prop_assert_eq!(normalised(&once), once);
        }
    }
}
