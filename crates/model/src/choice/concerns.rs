//! What is to be thought about before a scorecard is made of the measures that were chosen. Nothing here forbids anything:
//! each concern is a question with its reason.

use std::collections::BTreeMap;

use super::{Chosen, Factor, LEGS, Opinion, Opinions, Standing, is_internal, is_noticed_by_customers};
use crate::ids::MeasureId;
use crate::measure::{Measure, Timing};

/// More measures than this are not looked at together.
pub const MOST_IN_ALL: usize = 20;
/// More measures than this in one leg hide each other.
pub const MOST_IN_LEG: usize = 8;

/// A measure that may be chosen, and what is said of it.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The measure.
    pub measure: &'a Measure,
    /// What people say of it.
    pub opinions: &'a Opinions,
    /// How it was chosen; none where it was not.
    pub chosen: Option<&'a Chosen>,
}

impl Candidate<'_> {
    /// Whether customers notice what it tells. Of a measure that says nothing of leg and perspective, the leg tells for which it
    /// was chosen.
    fn is_noticed(&self) -> bool {
        let silent = self.measure.leg.is_none() && self.measure.perspective.is_none();
        let chosen_so = self.chosen.is_some_and(|chosen| chosen.leg == "customer");
        is_noticed_by_customers(self.measure) || silent && chosen_so
    }
}

/// Two measures whose monthly figures rise and fall together, or one against the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Alike {
    /// The one.
    pub one: MeasureId,
    /// The other.
    pub other: MeasureId,
    /// In how many months both have a figure.
    pub months: usize,
    /// The rank correlation of the figures, from −1 to 1.
    pub correlation: f64,
    /// The rank correlation of their changes from month to month; none where one of them never changes.
    pub of_changes: Option<f64>,
}

/// Something to think about.
#[derive(Debug, Clone, PartialEq)]
pub enum Concern {
    /// Nobody who serves customers has rated anything.
    NoFrontline,
    /// People say very different things about one thing.
    Divided {
        /// The measure.
        measure: MeasureId,
        /// What they were asked.
        factor: Factor,
        /// What they say.
        opinion: Opinion,
    },
    /// It is important to customers, with evidence, and was not chosen.
    LeftOut(MeasureId),
    /// Customers notice it, it was chosen, and nobody has shown that it is important to them.
    NotShown {
        /// The measure.
        measure: MeasureId,
        /// How it stands.
        standing: Standing,
    },
    /// A leg has no chosen measure.
    EmptyLeg(&'static str),
    /// The chosen measures of a leg all move late, or all early.
    NoTiming {
        /// The leg.
        leg: &'static str,
        /// What none of them is.
        lacking: Timing,
    },
    /// More measures were chosen than can be looked at together.
    TooMany {
        /// How many.
        chosen: usize,
    },
    /// So many were chosen in one leg that they hide each other.
    TooManyInLeg {
        /// The leg.
        leg: &'static str,
        /// How many.
        chosen: usize,
    },
    /// Two of them may tell the same.
    Alike(Alike),
    /// An internal measure that names no measure which customers notice, nor one that leads there.
    NoLineOfSight(MeasureId),
    /// It serves a measure that was not chosen.
    ServesUnchosen {
        /// The measure.
        measure: MeasureId,
        /// The one that it serves.
        serves: MeasureId,
    },
    /// It must be read with others, and none of them was chosen.
    NoPartner {
        /// The measure.
        measure: MeasureId,
        /// What it must be read with.
        partners: Vec<MeasureId>,
    },
    /// People are to be looked at by it, and it says nothing about a person.
    NotForPeople(MeasureId),
    /// None of them is said to be of use to anybody outside.
    OfUseToNobody,
}

/// What is to be thought about. `alike` are pairs of chosen measures, `frontline` is how many people who serve customers have
/// rated something.
#[must_use]
pub fn concerns(candidates: &[Candidate<'_>], alike: &[Alike], frontline: usize) -> Vec<Concern> {
    let chosen: Vec<(&Candidate<'_>, &Chosen)> =
        candidates.iter().filter_map(|candidate| Some((candidate, candidate.chosen?))).collect();
    let by_id: BTreeMap<&MeasureId, &(&Candidate<'_>, &Chosen)> =
        chosen.iter().map(|pair| (&pair.1.measure, pair)).collect();
    let mut found = Vec::new();
    let rated = candidates.iter().any(|candidate| *candidate.opinions != Opinions::default());
    if rated && frontline == 0 {
        found.push(Concern::NoFrontline);
    }
    for candidate in candidates {
        for factor in Factor::ALL {
            if let Some(opinion) = candidate.opinions.on(factor).filter(|opinion| opinion.is_divided()) {
                found.push(Concern::Divided { measure: candidate.measure.id.clone(), factor, opinion });
            }
        }
    }
    let left_out =
        |candidate: &&Candidate<'_>| candidate.chosen.is_none() && candidate.opinions.standing() == Standing::Important;
    found.extend(candidates.iter().filter(left_out).map(|candidate| Concern::LeftOut(candidate.measure.id.clone())));
    if chosen.is_empty() {
        return found;
    }
    for (candidate, _) in &chosen {
        let standing = candidate.opinions.standing();
        if candidate.is_noticed() && standing != Standing::Important {
            found.push(Concern::NotShown { measure: candidate.measure.id.clone(), standing });
        }
    }
    of_legs(&chosen, &mut found);
    found.extend(alike.iter().cloned().map(Concern::Alike));
    for (candidate, choice) in &chosen {
        let measure = candidate.measure;
        if is_internal(measure) && !has_line_of_sight(choice, candidates, &by_id) {
            found.push(Concern::NoLineOfSight(measure.id.clone()));
        }
        if let Some((serves, _)) = choice.serves.as_ref().filter(|(serves, _)| !by_id.contains_key(serves)) {
            found.push(Concern::ServesUnchosen { measure: measure.id.clone(), serves: serves.clone() });
        }
        let partners = &measure.about.read_with;
        if !partners.is_empty() && !partners.iter().any(|partner| by_id.contains_key(partner)) {
            found.push(Concern::NoPartner { measure: measure.id.clone(), partners: partners.clone() });
        }
        if choice.for_people && !measure.levels.person {
            found.push(Concern::NotForPeople(measure.id.clone()));
        }
    }
    let of_use = |candidate: &Candidate<'_>| candidate.opinions.usefulness.is_some_and(Opinion::is_so);
    if !chosen.iter().any(|(candidate, _)| of_use(candidate)) {
        found.push(Concern::OfUseToNobody);
    }
    found
}

/// Legs without a measure, with too many, and with such as all move early or all late.
fn of_legs(chosen: &[(&Candidate<'_>, &Chosen)], found: &mut Vec<Concern>) {
    if chosen.len() > MOST_IN_ALL {
        found.push(Concern::TooMany { chosen: chosen.len() });
    }
    for leg in LEGS {
        let own: Vec<&Measure> =
            chosen.iter().filter(|(_, choice)| choice.leg == leg).map(|(candidate, _)| candidate.measure).collect();
        if own.is_empty() {
            found.push(Concern::EmptyLeg(leg));
            continue;
        }
        if own.len() > MOST_IN_LEG {
            found.push(Concern::TooManyInLeg { leg, chosen: own.len() });
        }
        for lacking in [Timing::Leading, Timing::Lagging] {
            if !own.iter().any(|measure| measure.about.timing == Some(lacking)) {
                found.push(Concern::NoTiming { leg, lacking });
            }
        }
    }
}

/// Whether what a measure serves is noticed by customers, or serves something that is, however far that goes.
fn has_line_of_sight(
    from: &Chosen,
    candidates: &[Candidate<'_>],
    chosen: &BTreeMap<&MeasureId, &(&Candidate<'_>, &Chosen)>,
) -> bool {
    let mut at = from;
    // A chain that is longer than there are measures leads round in a circle.
    for _ in 0..=chosen.len() {
        let Some((serves, _)) = &at.serves else { return false };
        let noticed = candidates.iter().find(|candidate| candidate.measure.id == *serves);
        if noticed.is_some_and(Candidate::is_noticed) {
            return true;
        }
        let Some((_, next)) = chosen.get(serves) else { return false };
        at = next;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::{Evidence, EvidenceKind, Mark, Rating};
    use crate::measure::{About, Levels};

    const CUSTOMER: &str = "customer";
    const INSIDE: &str = "internal processes";

    fn measure(id: &str, perspective: &str, timing: Timing, read_with: &[&str]) -> Measure {
        let read_with = read_with.iter().map(MeasureId::new).collect();
        Measure {
            perspective: Some(perspective.to_owned()),
            levels: Levels { person: false, unit: true },
            about: About { timing: Some(timing), read_with, ..About::default() },
            ..crate::composite::tests::measure(id).as_ref().clone()
        }
    }

    fn chosen(id: &str, leg: &str, serves: Option<&str>) -> Chosen {
        Chosen {
            measure: MeasureId::new(id),
            leg: leg.to_owned(),
            objective: "x".to_owned(),
            key: false,
            for_people: false,
            serves: serves.map(|id| (MeasureId::new(id), 3)),
        }
    }

    fn important(useful: u8) -> Opinions {
        let evidence = Some(Evidence { kind: EvidenceKind::Survey, words: "x".to_owned() });
        Opinions::of(&[Rating {
            importance: Mark::new(4),
            usefulness: Mark::new(useful),
            evidence,
            ..Rating::default()
        }])
    }

    /// The concerns of these measures, of which those with a choice are chosen, as short texts.
    fn found(all: &[(Measure, Opinions, Option<Chosen>)], frontline: usize) -> Vec<String> {
        let candidates: Vec<Candidate<'_>> = all
            .iter()
            .map(|(measure, opinions, chosen)| Candidate { measure, opinions, chosen: chosen.as_ref() })
            .collect();
        let short = |concern: Concern| match concern {
            Concern::NoFrontline => "no frontline".to_owned(),
            Concern::Divided { measure, factor, .. } => format!("{measure} divided on {}", factor.as_str()),
            Concern::LeftOut(measure) => format!("{measure} left out"),
            Concern::NotShown { measure, standing } => format!("{measure} {standing:?}"),
            Concern::EmptyLeg(leg) => format!("{leg} empty"),
            Concern::NoTiming { leg, lacking } => format!("{leg} has no {lacking:?}"),
            Concern::TooMany { chosen } => format!("{chosen} in all"),
            Concern::TooManyInLeg { leg, chosen } => format!("{chosen} in {leg}"),
            Concern::Alike(alike) => format!("{} like {}", alike.one, alike.other),
            Concern::NoLineOfSight(measure) => format!("{measure} without line of sight"),
            Concern::ServesUnchosen { measure, serves } => format!("{measure} serves {serves}, not chosen"),
            Concern::NoPartner { measure, partners } => format!("{measure} without {}", partners[0]),
            Concern::NotForPeople(measure) => format!("{measure} not for people"),
            Concern::OfUseToNobody => "of use to nobody".to_owned(),
        };
        concerns(&candidates, &[], frontline).into_iter().map(short).collect()
    }

    #[test]
    fn what_is_in_order_raises_nothing() {
        let all: Vec<(Measure, Opinions, Option<Chosen>)> = LEGS
            .into_iter()
            .flat_map(|leg| {
                let (early, late) = (format!("{leg}_early"), format!("{leg}_late"));
                let choice = |id: &str| Some(chosen(id, leg, None));
                [
                    (measure(&early, CUSTOMER, Timing::Leading, &[late.as_str()]), important(4), choice(&early)),
                    (measure(&late, CUSTOMER, Timing::Lagging, &[]), important(0), choice(&late)),
                ]
            })
            .collect();
        assert_eq!(found(&all, 1), Vec::<String>::new());
        assert_eq!(found(&all, 0), ["no frontline"]);
        assert_eq!(found(&[], 0), Vec::<String>::new());
    }

    #[test]
    fn gaps_are_pointed_out() {
        let all = [
            (measure("csat", CUSTOMER, Timing::Lagging, &["frr"]), important(0), None),
            (
                measure("nps", CUSTOMER, Timing::Lagging, &["frr"]),
                Opinions::default(),
                Some(chosen("nps", "customer", None)),
            ),
        ];
        assert_eq!(
            found(&all, 1),
            [
                "csat left out",
                "nps Unrated",
                "employee empty",
                "customer has no Leading",
                "business empty",
                "nps without frr",
                "of use to nobody"
            ]
        );
        let mut for_people = all;
        for_people[1].2 = Some(Chosen { for_people: true, ..chosen("nps", "customer", None) });
        assert!(found(&for_people, 1).contains(&"nps not for people".to_owned()));
    }

    #[test]
    fn a_line_of_sight_may_be_long_and_does_not_go_round_in_circles() {
        let inside = |id: &str| measure(id, INSIDE, Timing::Leading, &[]);
        let lines = |links: &[(&str, Option<&str>)]| {
            let mut all: Vec<(Measure, Opinions, Option<Chosen>)> = links
                .iter()
                .map(|(id, serves)| (inside(id), Opinions::default(), Some(chosen(id, "employee", *serves))))
                .collect();
            let choice = Some(chosen("csat", "customer", None));
            all.push((measure("csat", CUSTOMER, Timing::Lagging, &[]), important(4), choice));
            all.push((measure("nps", CUSTOMER, Timing::Lagging, &[]), Opinions::default(), None));
            let mut said = found(&all, 1);
            said.retain(|text| text.contains("sight") || text.contains("serves"));
            said
        };
        assert_eq!(lines(&[("a", Some("b")), ("b", Some("c")), ("c", Some("csat"))]), Vec::<String>::new());
        assert_eq!(lines(&[("a", None)]), ["a without line of sight"]);
        assert_eq!(
            lines(&[("a", Some("b")), ("b", Some("a"))]),
            ["a without line of sight", "b without line of sight"]
        );
        assert_eq!(lines(&[("a", Some("nps"))]), ["a serves nps, not chosen"]);
        assert_eq!(lines(&[("a", Some("gone"))]), ["a without line of sight", "a serves gone, not chosen"]);
    }

    #[test]
    fn many_are_too_many() {
        let many = |per_leg: usize| {
            let all: Vec<(Measure, Opinions, Option<Chosen>)> = LEGS
                .into_iter()
                .flat_map(|leg| (0..per_leg).map(move |number| (leg, format!("{leg}{number}"))))
                .map(|(leg, id)| {
                    (measure(&id, CUSTOMER, Timing::Leading, &[]), important(4), Some(chosen(&id, leg, None)))
                })
                .collect();
            let mut said = found(&all, 1);
            said.retain(|text| text.contains(" in "));
            said
        };
        assert_eq!(many(6), Vec::<String>::new());
        assert_eq!(many(7), ["21 in all"]);
        assert_eq!(many(9), ["27 in all", "9 in employee", "9 in customer", "9 in business"]);
    }

    #[test]
    fn people_who_say_different_things_are_not_averaged_away() {
        let say = |mark| Rating { relevance: Mark::new(mark), ..Rating::default() };
        let opinions = Opinions::of(&[say(0), say(4)]);
        assert_eq!(
            found(&[(measure("csat", CUSTOMER, Timing::Lagging, &[]), opinions, None)], 1),
            ["csat divided on relevance"]
        );
    }
}
