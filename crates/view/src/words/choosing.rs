//! Words about choosing measures.

use evenkeel_model::choice::{
    Alike, Concern, EvidenceKind, Factor, MOST_IN_ALL, MOST_IN_LEG, Mark, Standing, UnfitChoice, UnfitRating,
};
use evenkeel_model::ids::MeasureId;
use evenkeel_model::measure::Timing;
use serde::Serialize;

use crate::number::{count, counted, plain, rounded};
use crate::page::choose::{Consulted, Lack};
use crate::page::frame::Link;
use crate::words::sentence::Sentence;
use crate::words::{capitalised, listed};

/// The word for what is asked, as it is explained.
#[must_use]
pub fn factor(factor: Factor) -> &'static str {
    match factor {
        Factor::Importance => "Importance",
        Factor::Relevance => "Relevance",
        Factor::Impact => "Impact",
        Factor::Usefulness => "Usefulness to others",
    }
}

/// The question of a form.
#[must_use]
pub fn question(factor: Factor) -> &'static str {
    match factor {
        Factor::Importance => "How important is to customers what it tells?",
        Factor::Relevance => "How much does it belong to what we want to achieve?",
        Factor::Impact => "How far can those who are measured move it?",
        Factor::Usefulness => "How useful is it to customers themselves, stakeholders and policy makers?",
    }
}

/// What a mark says.
#[must_use]
pub fn mark(number: u8) -> &'static str {
    match number {
        0 => "not at all",
        1 => "a little",
        2 => "somewhat",
        3 => "much",
        _ => "very much",
    }
}

/// What evidence comes from.
#[must_use]
pub fn evidence(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::Complaints => "What customers complain about",
        EvidenceKind::Survey => "A survey",
        EvidenceKind::Interviews => "Interviews or groups",
        EvidenceKind::Obligation => "A law, a contract or our charter",
        EvidenceKind::Other => "Something else",
    }
}

/// How candidates stand, and what follows from it.
#[must_use]
pub fn standing(standing: Standing) -> (&'static str, &'static str) {
    match standing {
        Standing::Important => (
            "Important to customers, with evidence",
            "The most important first, then what is worth most. What cannot be measured yet stays in its place: it is \
             measured later, and not left out.",
        ),
        Standing::Unproven => (
            "Said to be important, without evidence",
            "Somebody who knows should say what shows it: complaints, a survey, interviews, an obligation.",
        ),
        Standing::Unimportant => (
            "Of little importance to customers",
            "An internal measure may still belong on the scorecard, where it serves one that customers notice; and so may \
             a result of the business.",
        ),
        Standing::Unrated => (
            "Nobody has said how important they are",
            "How important something is to customers comes before everything else.",
        ),
    }
}

/// What the record does not have, behind `needs`.
#[must_use]
pub fn lack(lack: &Lack) -> String {
    match lack {
        Lack::Table(table) => format!("rows in `{table}`"),
        Lack::Column { table, column } => format!("`{column}` in `{table}`"),
        Lack::Figure => "rows that count".to_owned(),
    }
}

/// Who was asked, as a sentence.
#[must_use]
pub fn consulted(consulted: Consulted) -> String {
    let Consulted { analysts, executives, managers, frontline, others } = consulted;
    let said = |n: usize, what: &str| (n > 0).then(|| format!("{} who {what}", counted(n as u64, "people")));
    let singular = |n: usize, one: &str, many: &str| said(n, if n == 1 { one } else { many });
    let parts: Vec<String> = [
        singular(frontline, "serves customers", "serve customers"),
        singular(managers, "leads a unit", "lead a unit"),
        singular(executives, "sees the whole", "see the whole"),
        singular(analysts, "analyses the record", "analyse the record"),
        singular(others, "had such a role before", "had such a role before"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() {
        "Nobody has rated anything yet.".to_owned()
    } else {
        format!("Asked so far: {}. What each says is kept apart, and nobody is named.", listed(&parts))
    }
}

/// Things to think about for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Concerns {
    /// What they have in common.
    pub heading: &'static str,
    /// Why it matters.
    pub why: String,
    /// Each of them.
    pub items: Vec<Sentence>,
}

/// What is to be thought about, by reason. `named` gives the name of a measure with where it is rated, `reason` why it says
/// nothing about a person.
#[must_use]
pub fn concerns(
    found: &[Concern],
    named: &dyn Fn(&MeasureId) -> Link,
    reason: &dyn Fn(&MeasureId) -> Option<String>,
) -> Vec<Concerns> {
    let mut groups: Vec<Concerns> = Vec::new();
    for concern in found {
        let (heading, why) = heading(concern);
        let item = item(concern, named, reason);
        match groups.iter_mut().find(|group| group.heading == heading) {
            Some(group) => group.items.extend(item),
            None => groups.push(Concerns { heading, why, items: item.into_iter().collect() }),
        }
    }
    groups
}

/// What concerns of a kind have in common, and why it matters.
fn heading(concern: &Concern) -> (&'static str, String) {
    let (heading, why) = match concern {
        Concern::NoFrontline => (
            "Nobody who serves customers was asked",
            "They know best what can be moved and what gets in the way. Whoever has the role agent can rate.",
        ),
        Concern::Divided { .. } => (
            "People say very different things",
            "The number in the middle does not stand for them. Let them tell each other why before anything is chosen.",
        ),
        Concern::LeftOut(_) => (
            "Important to customers, and not chosen",
            "Importance with evidence comes first. Whether it can be measured says only when, not whether.",
        ),
        Concern::NotShown { .. } => (
            "Chosen, and not shown to be important",
            "Customers notice what these tell. Somebody should say how important it is to them, and what shows it.",
        ),
        Concern::EmptyLeg(_) => {
            ("Legs without a measure", "A leg that nobody looks at is the one that is bought back by the others.")
        }
        Concern::NoTiming { .. } => (
            "Legs that look one way only",
            "Leading measures leave time to act, lagging ones tell whether it helped. A leg needs both.",
        ),
        Concern::TooMany { .. } | Concern::TooManyInLeg { .. } => {
            let why = format!(
                "More than about {MOST_IN_ALL} in all, or {MOST_IN_LEG} in a leg, are not looked at: the few that matter \
                 hide among the others."
            );
            return ("Too many measures", why);
        }
        Concern::Alike(_) => (
            "Do these tell the same?",
            "Their monthly figures of the whole organisation go together. That is a question and not a verdict: two that \
             both grow go together too, and two sides of one matter may both be worth seeing.",
        ),
        Concern::NoLineOfSight(_) => (
            "No line of sight to a customer",
            "An internal measure names the one that customers notice and that it serves, or one that leads there.",
        ),
        Concern::ServesUnchosen { .. } => (
            "Said to serve a measure that is not chosen",
            "A line is drawn only between measures of the scorecard, and only there do the figures test it.",
        ),
        Concern::NoPartner { .. } => (
            "Chosen without what they must be read with",
            "Alone, each can be made better at the cost of something else. At least one of the others belongs beside it.",
        ),
        Concern::NotForPeople(_) => (
            "Meant for people, and says nothing about one",
            "What an operation brings about is not one person’s doing.",
        ),
        Concern::OfUseToNobody => (
            "Of use to nobody outside",
            "Customers, stakeholders and policy makers read a charter and reports. No chosen measure is said to be \
             somewhat useful to them.",
        ),
    };
    (heading, why.to_owned())
}

/// What one concern is about; none where its heading says all.
fn item(
    concern: &Concern,
    named: &dyn Fn(&MeasureId) -> Link,
    reason: &dyn Fn(&MeasureId) -> Option<String>,
) -> Option<Sentence> {
    let marks = |factor: f64| plain(factor * f64::from(Mark::HIGHEST));
    Some(match concern {
        Concern::NoFrontline | Concern::OfUseToNobody => return None,
        Concern::Divided { measure, factor, opinion } => about(named, measure).text(format!(
            ": {} from {} to {} of {}, {}",
            self::factor(*factor).to_lowercase(),
            marks(opinion.lowest),
            marks(opinion.highest),
            Mark::HIGHEST,
            counted(opinion.people as u64, "people")
        )),
        Concern::LeftOut(measure) | Concern::NoLineOfSight(measure) => about(named, measure),
        Concern::NotShown { measure, standing } => about(named, measure).text(match standing {
            Standing::Unproven => ": said to be important, without evidence",
            Standing::Unimportant => ": said to be of little importance",
            Standing::Unrated | Standing::Important => ": nobody has said how important it is",
        }),
        Concern::EmptyLeg(leg) => Sentence::plain(capitalised(leg)),
        Concern::NoTiming { leg, lacking } => {
            let word = match lacking {
                Timing::Leading => "leading",
                Timing::Lagging => "lagging",
            };
            Sentence::plain(format!("{} has no {word} measure", capitalised(leg)))
        }
        Concern::TooMany { chosen } => Sentence::plain(format!("{} in all", count(*chosen as u64))),
        Concern::TooManyInLeg { leg, chosen } => {
            Sentence::plain(format!("{} in the leg {}", count(*chosen as u64), capitalised(leg)))
        }
        Concern::Alike(Alike { one, other, months, correlation, of_changes }) => {
            let way = if *correlation < 0.0 { ", one against the other" } else { "" };
            let changes = of_changes.map_or_else(
                || "their changes cannot be compared".to_owned(),
                |changes| format!("their changes from month to month {}", rounded(changes, 2)),
            );
            about(named, one).text(" and ").join(about(named, other)).text(format!(
                ": rank correlation {}{way}, over {}; {changes}",
                rounded(*correlation, 2),
                counted(*months as u64, "months")
            ))
        }
        Concern::ServesUnchosen { measure, serves } => {
            about(named, measure).text(" serves ").join(about(named, serves)).text(", which is not chosen")
        }
        Concern::NoPartner { measure, partners } => {
            let mut sentence = about(named, measure).text(": read with ");
            for (place, partner) in partners.iter().enumerate() {
                let between = match place {
                    0 => "",
                    place if place + 1 == partners.len() => " or ",
                    _ => ", ",
                };
                sentence = sentence.text(between).join(about(named, partner));
            }
            sentence
        }
        Concern::NotForPeople(measure) => {
            let reason = reason(measure).map(|reason| format!(": {reason}")).unwrap_or_default();
            about(named, measure).text(reason)
        }
    })
}

/// The name of a measure, with where it is rated.
fn about(named: &dyn Fn(&MeasureId) -> Link, id: &MeasureId) -> Sentence {
    let Link { label, url } = named(id);
    Sentence::default().link(label, url)
}

/// What is wrong with a rating, as a sentence.
#[must_use]
pub fn unfit_rating(unfit: UnfitRating) -> String {
    format!("{}.", capitalised(&unfit.to_string()))
}

/// What is wrong with how a measure is chosen, as a sentence.
#[must_use]
pub fn unfit_choice(unfit: UnfitChoice) -> String {
    format!("{}.", capitalised(&unfit.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn concerns_of_a_kind_stand_together() {
        let named = |id: &MeasureId| Link { label: id.to_string().to_uppercase(), url: format!("/choose/{id}") };
        let reason = |_: &MeasureId| Some("Queues belong to the desk.".to_owned());
        let id = MeasureId::new;
        let alike = Alike { one: id("a"), other: id("b"), months: 34, correlation: -0.934, of_changes: Some(0.1) };
        let found = [
            Concern::NoFrontline,
            Concern::EmptyLeg("employee"),
            Concern::NoTiming { leg: "customer", lacking: Timing::Leading },
            Concern::EmptyLeg("business"),
            Concern::Alike(alike),
            Concern::NoPartner { measure: id("a"), partners: vec![id("b"), id("c"), id("d")] },
            Concern::NotForPeople(id("a")),
        ];
        let said: Vec<String> = concerns(&found, &named, &reason)
            .into_iter()
            .map(|group| {
                let items: Vec<String> = group.items.iter().map(ToString::to_string).collect();
                format!("{}: {}", group.heading, items.join(" | ")).replace('\u{a0}', " ")
            })
            .collect();
        assert_eq!(
            said,
            [
                "Nobody who serves customers was asked: ",
                "Legs without a measure: Employee | Business",
                "Legs that look one way only: Customer has no leading measure",
                "Do these tell the same?: A and B: rank correlation −0.93, one against the other, over 34 months; their \
                 changes from month to month 0.10",
                "Chosen without what they must be read with: A: read with B, C or D",
                "Meant for people, and says nothing about one: A: Queues belong to the desk.",
            ]
        );
    }

    #[test]
    fn who_was_asked() {
        assert_eq!(consulted(Consulted::default()), "Nobody has rated anything yet.");
        let said = consulted(Consulted { frontline: 2, managers: 1, ..Consulted::default() });
        assert_eq!(
            said.replace('\u{a0}', " "),
            "Asked so far: 2 people who serve customers and 1 person who leads a unit. What each says is kept apart, and \
             nobody is named."
        );
    }
}
