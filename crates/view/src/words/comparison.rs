//! What a fair comparison says: states, their evidence, how it was worked out, and what to mind before anybody acts.
//!
//! Nobody is ranked and nobody is called bad. Development offers something, a review proposes a conversation.

use evenkeel_model::comparison::case_mix::Origin;
use evenkeel_model::comparison::{Attribute, Compared, Comparison, Peers, Standing, State};
use evenkeel_model::measure::Measure;
use evenkeel_model::period::FiscalYear;

use crate::number::{self, Format, NO_BREAK_SPACE};
use crate::page::row::counted_noun;
use crate::words::{capitalised, listed, period, spelled};

/// Everything that the words are about.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The comparison as it was set up.
    pub comparison: &'a Comparison,
    /// What is compared.
    pub measure: &'a Measure,
    /// Who is compared.
    pub peers: &'a Peers,
    /// What came of it.
    pub compared: &'a Compared,
    /// How numbers are written.
    pub format: &'a Format,
    /// How periods are named.
    pub fiscal: FiscalYear,
}

/// A state as a label.
#[must_use]
pub fn state(state: State) -> &'static str {
    match state {
        State::Recognise => "Recognise",
        State::OnStandard => "On standard",
        State::Develop => "Develop",
        State::Review => "Review",
        State::NotEnoughData => "Not enough data",
    }
}

/// A probability in few words: `96 %`, `over 99 %`, `under 1 %`.
#[must_use]
pub fn chance(probability: f64) -> String {
    if probability > 0.99 {
        return format!("over 99{NO_BREAK_SPACE}%");
    }
    if probability < 0.01 {
        return format!("under 1{NO_BREAK_SPACE}%");
    }
    number::share(probability)
}

/// A probability that is mostly close to nothing: `under 0.1 %`, `0.4 %`.
fn small_chance(probability: f64) -> String {
    if probability < 0.001 {
        return format!("under 0.1{NO_BREAK_SPACE}%");
    }
    if probability < 0.01 {
        return format!("{:.1}{NO_BREAK_SPACE}%", probability * 100.0);
    }
    chance(probability)
}

/// Those who are compared, in the plural: `branches`, `people`.
#[must_use]
pub fn plural(peers: &Peers) -> String {
    match peers {
        Peers::People => "people".to_owned(),
        Peers::Units(kind) => number::plural(&kind.replace('_', " ")),
    }
}

/// One of those who are compared: `branch`, `person`.
#[must_use]
pub fn singular(peers: &Peers) -> String {
    match peers {
        Peers::People => "person".to_owned(),
        Peers::Units(kind) => kind.replace('_', " "),
    }
}

/// An attribute in words: `reason`, `segment of the customer`.
fn attribute(attribute: &Attribute) -> String {
    let name = attribute.name.replace('_', " ");
    match attribute.origin {
        Origin::Row | Origin::Attributes => name,
        Origin::Customer => format!("{name} of the customer"),
        Origin::Case => format!("{name} of the case"),
    }
}

impl Told<'_> {
    /// What observations are called.
    #[must_use]
    pub fn noun(&self) -> String {
        counted_noun(self.measure)
    }

    /// So many observations: `360 answers`.
    #[must_use]
    pub fn observations(&self, standing: &Standing) -> String {
        number::counted(standing.observations.round() as u64, &self.noun())
    }

    fn minimum(&self) -> String {
        self.format.goal(self.comparison.lines.minimum)
    }

    fn recognition(&self) -> String {
        self.format.goal(self.comparison.lines.recognition)
    }

    /// How many have which state, in one line.
    #[must_use]
    pub fn headline(&self, standings: &[&Standing]) -> String {
        let count = |state: State| standings.iter().filter(|standing| standing.state == state).count();
        let mut parts: Vec<String> = Vec::new();
        for (state, words) in [
            (State::Recognise, "to recognise"),
            (State::Review, "to look at"),
            (State::Develop, "to develop"),
            (State::OnStandard, "on standard"),
            (State::NotEnoughData, "too small to judge"),
        ] {
            let n = count(state);
            if n == 0 {
                continue;
            }
            let many = if parts.is_empty() {
                let noun = if n == 1 { singular(self.peers) } else { plural(self.peers) };
                format!("{} {noun}", capitalised(&spelled(n)))
            } else {
                spelled(n)
            };
            parts.push(format!("{many} {words}"));
        }
        if parts.is_empty() { format!("No {} with figures", plural(self.peers)) } else { parts.join(", ") }
    }

    /// What is compared with what.
    #[must_use]
    pub fn lead(&self) -> String {
        let when = period::when(self.compared.period, self.fiscal);
        format!(
            "{} {when}, like for like. Everybody is to reach {}; from {} on a result is recognised. A state follows \
             from how sure we are, never from a rank.",
            self.measure.title,
            self.minimum(),
            self.recognition(),
        )
    }

    /// When a state is given, by the rules of this comparison.
    #[must_use]
    pub fn rule(&self, state: State) -> String {
        let rules = &self.comparison.rules;
        match state {
            State::Recognise => {
                format!("At least {} sure of {} or better.", number::share(rules.recognise_from), self.recognition())
            }
            State::OnStandard => {
                format!("No sound evidence of missing {} or of having reached {}.", self.minimum(), self.recognition())
            }
            State::Develop => {
                format!(
                    "Less than {} sure of meeting {}. Help first.",
                    number::share(rules.develop_below),
                    self.minimum()
                )
            }
            State::Review => format!(
                "Short of {} in each of the last {} {}, beyond chance. A person looks at it; nothing follows by itself.",
                self.minimum(),
                spelled(rules.review_periods as usize),
                period::plural(self.compared.period),
            ),
            State::NotEnoughData => format!(
                "Fewer than {}. No judgement, and that is fine.",
                number::counted(rules.minimum_observations as u64, &self.noun())
            ),
        }
    }

    /// The sentence of one person or unit, with its evidence.
    #[must_use]
    pub fn sentence(&self, standing: &Standing) -> String {
        let sure = |probability: Option<f64>| chance(probability.unwrap_or(0.0));
        let span = period::plural(self.compared.period);
        let periods = self.comparison.rules.review_periods;
        match standing.state {
            State::Recognise => {
                format!("{} sure of {} or better.", capitalised(&sure(standing.meets_recognition)), self.recognition())
            }
            State::OnStandard => format!(
                "{} sure of meeting {}, {} sure of {} or better.",
                capitalised(&sure(standing.meets_minimum)),
                self.minimum(),
                sure(standing.meets_recognition),
                self.recognition(),
            ),
            State::Develop => {
                // A chance of 24.9 % must not read like the 25 % from which nothing is offered.
                let limit = self.comparison.rules.develop_below;
                let least = match standing.meets_minimum {
                    Some(met) if chance(met) == chance(limit) => format!("just under {}", chance(limit)),
                    met => sure(met),
                };
                let before = match standing.periods_missed {
                    0 => String::new(),
                    missed if missed < periods => format!(
                        " Short of it in {} of the last {} {span}, so no review is proposed.",
                        spelled(missed as usize),
                        spelled(periods as usize),
                    ),
                    _ => format!(
                        " Short of it in each of the last {} {span}, which could still be chance.",
                        spelled(periods as usize),
                    ),
                };
                format!(
                    "Only {least} sure of meeting {}: coaching, training or a change of process may help.{before}",
                    self.minimum(),
                )
            }
            State::Review => format!(
                "Short of {} like for like in each of the last {} {span}; all of them together leave {} for meeting it. \
                 This proposes a conversation and decides nothing.",
                self.minimum(),
                spelled(periods as usize),
                small_chance(standing.own_record.unwrap_or(0.0)),
            ),
            State::NotEnoughData => {
                let least = number::count(self.comparison.rules.minimum_observations as u64);
                if standing.observations == 0.0 {
                    format!("No {} in this {}.", self.noun(), period::singular(self.compared.period))
                } else {
                    let figure =
                        standing.figure.map_or_else(String::new, |figure| format!("{} on ", self.format.text(figure)));
                    format!("{figure}{}; a state needs {least}.", self.observations(standing))
                }
            }
        }
    }

    /// What figures are adjusted for; none without adjustment.
    #[must_use]
    pub fn adjusted_for(&self) -> Option<String> {
        let attributes: Vec<String> = self.comparison.case_mix.iter().map(attribute).collect();
        (!attributes.is_empty()).then(|| listed(&attributes))
    }

    /// How it was worked out, in sentences.
    #[must_use]
    pub fn method(&self) -> Vec<String> {
        let one = singular(self.peers);
        let all = plural(self.peers);
        let mut said = Vec::new();
        match (self.adjusted_for(), self.compared.changed_by_case_mix) {
            (Some(attributes), changed) => {
                let changes = match changed {
                    Some(0) => "That changes no state.".to_owned(),
                    Some(1) => "That changes one state.".to_owned(),
                    Some(many) => format!("That changes {} states.", spelled(many as usize)),
                    None => String::new(),
                };
                said.push(format!(
                    "Cases differ, so each {one} is held against what all {all} together achieve with the same mix of \
                     cases, by {attributes}. {changes}"
                ));
            }
            (None, _) => said.push(format!(
                "Figures are not adjusted for differences between cases: the comparison names no `case_mix`. Where the \
                 cases of {all} differ, the figures do too."
            )),
        }
        if let Some((mean, _)) = self.compared.spread {
            let weight = self.compared.borrowed.filter(|weight| *weight < 100_000.0);
            let pull = match weight {
                Some(weight) => format!(
                    "as if each had {} more from all",
                    number::counted(weight.round().max(1.0) as u64, &self.noun())
                ),
                None => format!("nearly all the way, because the {all} differ no more than by chance"),
            };
            said.push(format!(
                "Each figure is then pulled towards the mean of all, {}, by as much as own data leave doubt: {pull}. From \
                 this adjusted figure follow the chance of meeting {} and that of reaching {}.",
                self.format.text(mean),
                self.minimum(),
                self.recognition(),
            ));
        } else {
            said.push(format!("There are too few {all} to learn from each other, so each figure stands for itself."));
        }
        said.push(format!(
            "A review rests on the own record alone, in each of the last {} {}, and on a correction for how many are \
             compared, so that at most {} of the reviews are chance.",
            spelled(self.comparison.rules.review_periods as usize),
            period::plural(self.compared.period),
            number::share(self.comparison.rules.false_discoveries),
        ));
        if let Some(day) = self.comparison.fixed_on {
            said.push(format!("Lines and rules were fixed on {}.", period::full_day(day)));
        }
        said
    }

    /// What to mind before anybody acts.
    #[must_use]
    pub fn cautions(&self, standings: &[&Standing]) -> Vec<String> {
        let all = plural(self.peers);
        let mut said = Vec::new();
        if self.compared.process_first {
            said.push(format!(
                "All {all} together miss {}: look at the process before anybody is looked at. A common cause is nobody’s \
                 shortfall.",
                self.minimum()
            ));
        }
        if standings.iter().any(|standing| standing.state == State::Review) {
            said.push(
                "A review opens a conversation. It is never a sanction, and whoever it is about can add a view and \
                 dispute a row."
                    .to_owned(),
            );
        }
        if self.compared.dispersion > 1.0 {
            said.push(format!(
                "{} vary {} times more than by chance of counting, so all evidence was given less weight.",
                capitalised(period::plural(self.compared.period)),
                number::rounded(self.compared.dispersion, 1),
            ));
        }
        let judged = self.compared.standings.iter().filter(|standing| standing.position.is_some()).count();
        if judged > 0 {
            said.push(format!(
                "Of {}, about {} would lie outside of the inner limits of the funnel by chance alone.",
                number::counted(judged as u64, &all),
                number::rounded(judged as f64 * 0.05, 1),
            ));
        }
        let missing = self.compared.review_periods.len() < self.comparison.rules.review_periods as usize;
        if missing {
            said.push(
                "The definition of the measure changed within the periods of a review, so no review is proposed."
                    .to_owned(),
            );
        }
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_are_never_sure() {
        let check = |probability: f64, text: &str| {
            assert_eq!(chance(probability).replace(NO_BREAK_SPACE, " "), text);
        };
        check(1.0, "over 99 %");
        check(0.96, "96 %");
        check(0.0, "under 1 %");
        assert_eq!(small_chance(0.000_2).replace(NO_BREAK_SPACE, " "), "under 0.1 %");
        assert_eq!(small_chance(0.004).replace(NO_BREAK_SPACE, " "), "0.4 %");
    }
}
