//! Stretches of time that have to pass before a figure is known.

use evenkeel_model::measure::{Amount, DurationUnit, Expression, Formula, Side, ValueUnit, Window};
use evenkeel_model::quantity::parse_quantity;

use crate::code;
use crate::diagnostic::{Diagnostic, Findings};
use crate::place::Spanned;
use crate::raw;
use crate::suggest::quoted;

/// Columns of `case_facts` that are unknown until so many days have passed.
const KNOWN_AFTER: [(&str, u16); 1] = [("repeat_within_7d", 7)];

/// The longest stretch that is waited for, in days: ten years.
const MOST_DAYS: f64 = 3653.0;

/// Reads `7 days`, `36 h`, `2 weeks`.
pub(super) fn read(written: &Spanned<raw::Quantity>, key: &str, findings: &mut Findings) -> Option<Window> {
    let text = written.value.0.as_str();
    let weeks = ["weeks", "week", "w"].into_iter().find_map(|word| text.strip_suffix(word));
    let seconds = match weeks {
        Some(number) => number.trim().parse::<f64>().ok().map(|weeks| weeks * 7.0 * 86_400.0),
        None => {
            let unit = ValueUnit::Duration(DurationUnit::Days);
            parse_quantity(text, &unit).ok()
        }
    };
    match seconds {
        Some(seconds) if (1.0..=MOST_DAYS * 86_400.0).contains(&seconds) => {
            Some(Window { seconds: seconds.round() as u32 })
        }
        _ => {
            let message = format!("`{key}` needs a stretch of time, not {}", quoted(text));
            let found = Diagnostic::error(code::BAD_QUANTITY, &written.span, message);
            findings.push(found.help(format!("write hours, days or weeks: `{key}: 7 days`")));
            None
        }
    }
}

/// How long the figure of a period has to wait: as long as the file says, and never less than the formula needs, unless
/// it says `none`: then what is known already is told at once.
pub(super) fn wait(
    written: Option<&Spanned<raw::Quantity>>,
    formula: &Formula,
    findings: &mut Findings,
) -> Option<Window> {
    let needed = needed(formula);
    let Some(written) = written else { return needed };
    if written.value.0 == "none" {
        return None;
    }
    let asked = read(written, "wait", findings)?;
    match needed {
        Some(needed) if asked < needed => {
            let message = format!("`wait` is shorter than the {needed} after which the formula is known");
            let found = Diagnostic::error(code::BAD_QUANTITY, &written.span, message);
            findings.push(found.help(format!("write `wait: {needed}` or more, or take it out")));
            None
        }
        _ => Some(asked),
    }
}

/// How long a formula has to wait by itself.
pub(super) fn needed(formula: &Formula) -> Option<Window> {
    let parts = formula.parts().into_iter().filter_map(|part| part.wait).max();
    let own = match formula {
        Formula::Cohort { within, .. } => Some(*within),
        _ => None,
    };
    let columns = KNOWN_AFTER.into_iter().filter(|(column, _)| {
        formula.tables().contains(&"case_facts")
            && expressions(formula).iter().any(|text| mentions(text.as_str(), column))
    });
    let columns = columns.map(|(_, days)| Window::of_days(days)).max();
    parts.max(own).max(columns)
}

/// What decides which rows count and for how much.
fn expressions(formula: &Formula) -> Vec<&Expression> {
    match formula {
        Formula::Ratio { numerator: one, denominator: other } | Formula::Rate { events: one, exposure: other, .. } => {
            of_side(one).into_iter().chain(of_side(other)).collect()
        }
        Formula::Share { rows, of }
        | Formula::Sum { rows, of }
        | Formula::Mean { rows, of }
        | Formula::NetPromoterScore { rows, of }
        | Formula::Quantile { rows, of, .. }
        | Formula::Distinct { rows, of } => rows.conditions.iter().chain([of]).collect(),
        Formula::Count { rows }
        | Formula::Stock { rows, .. }
        | Formula::Retention { rows, .. }
        | Formula::Cohort { rows, .. } => rows.conditions.iter().collect(),
        Formula::OfMeasures { .. } | Formula::Composite(_) => Vec::new(),
    }
}

fn of_side(side: &Side) -> Vec<&Expression> {
    let of = match &side.amount {
        Amount::Count => None,
        Amount::Sum(of) | Amount::Distinct(of) => Some(of),
    };
    of.into_iter().chain(&side.rows.conditions).collect()
}

/// Whether an SQL expression names a column. A text between quotes that happens to be called so counts as well, which is
/// harmless.
pub(super) fn mentions(expression: &str, column: &str) -> bool {
    let named = |char: char| char.is_ascii_alphanumeric() || char == '_';
    expression.split(|char: char| !named(char)).any(|word| word.eq_ignore_ascii_case(column))
}
