//! Choosing measures: what people say of candidates, in which order these stand, and what is to be thought about before a
//! scorecard is made of them.
//!
//! Four things are asked of people, each as a mark from 0 to 4: *importance* to customers, with what shows it; *relevance* to
//! what the organisation wants to achieve; *impact*, whether those who are measured can move it; and *usefulness* to others.
//! Every mark becomes a factor from 0 to 1. What several people say is kept apart; the median stands for all of them, beside
//! the lowest and the highest mark. *Measurability* is not asked but worked out from the record.
//!
//! Importance with evidence comes before everything else, and nothing makes up for it: candidates are first ordered by
//! [`Standing`], then by importance, then by their *worth*, relevance × impact, then by usefulness. Measurability is not part
//! of that order. It says when: the *readiness* of a candidate is its worth × measurability.

mod concerns;

use std::cmp::Ordering;

use thiserror::Error;

use crate::ids::MeasureId;
use crate::measure::Measure;
use crate::signs::is_unseen;

pub use concerns::{Alike, Candidate, Concern, MOST_IN_ALL, MOST_IN_LEG, concerns};

/// The most characters of the words about evidence.
pub const LONGEST_EVIDENCE: usize = 1_000;
/// The most characters of an objective.
pub const LONGEST_OBJECTIVE: usize = 120;
/// The longest delay of a line of sight, in months.
pub const LONGEST_DELAY: u32 = 120;
/// From this median on, something is said to be the case: `somewhat`.
const SOMEWHAT: f64 = 0.5;
/// Marks that lie this far apart are two opinions, and not one.
const FAR_APART: f64 = 0.5;

/// How far something is the case, from 0, not at all, to 4, very much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(u8);

impl Mark {
    /// The highest mark.
    pub const HIGHEST: u8 = 4;

    /// A mark; none above the highest.
    #[must_use]
    pub fn new(number: u8) -> Option<Self> {
        (number <= Self::HIGHEST).then_some(Self(number))
    }

    /// Its number.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }

    /// From 0 to 1.
    #[must_use]
    pub fn factor(self) -> f64 {
        f64::from(self.0) / f64::from(Self::HIGHEST)
    }
}

/// What people are asked about a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Factor {
    /// How important it is to customers.
    Importance,
    /// How much it belongs to what the organisation wants to achieve.
    Relevance,
    /// How far those who are measured can move it.
    Impact,
    /// How useful it is to customers themselves, stakeholders and policy makers.
    Usefulness,
}

impl Factor {
    /// Every factor, in the order in which it is asked for.
    pub const ALL: [Factor; 4] = [Factor::Importance, Factor::Relevance, Factor::Impact, Factor::Usefulness];

    /// The word for it, as it is kept.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Factor::Importance => "importance",
            Factor::Relevance => "relevance",
            Factor::Impact => "impact",
            Factor::Usefulness => "usefulness",
        }
    }
}

/// What shows that something is important to customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EvidenceKind {
    /// What customers complain about.
    Complaints,
    /// What they answered in a survey.
    Survey,
    /// What they said in interviews or groups.
    Interviews,
    /// What a law, a contract or a charter asks for.
    Obligation,
    /// Something else.
    Other,
}

impl EvidenceKind {
    /// Every kind.
    pub const ALL: [EvidenceKind; 5] = [
        EvidenceKind::Complaints,
        EvidenceKind::Survey,
        EvidenceKind::Interviews,
        EvidenceKind::Obligation,
        EvidenceKind::Other,
    ];

    /// The word for it, as it is kept.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            EvidenceKind::Complaints => "complaints",
            EvidenceKind::Survey => "survey",
            EvidenceKind::Interviews => "interviews",
            EvidenceKind::Obligation => "obligation",
            EvidenceKind::Other => "other",
        }
    }

    /// The kind that a word means.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// What shows that something is important to customers, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// What it comes from.
    pub kind: EvidenceKind,
    /// What it says.
    pub words: String,
}

/// What one person says of a candidate. What they cannot judge they leave open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rating {
    /// How important it is to customers.
    pub importance: Option<Mark>,
    /// How much it belongs to what is to be achieved.
    pub relevance: Option<Mark>,
    /// How far those who are measured can move it.
    pub impact: Option<Mark>,
    /// How useful it is to others.
    pub usefulness: Option<Mark>,
    /// What shows that it is important.
    pub evidence: Option<Evidence>,
}

impl Rating {
    /// What it says about one thing.
    #[must_use]
    pub fn mark(&self, factor: Factor) -> Option<Mark> {
        match factor {
            Factor::Importance => self.importance,
            Factor::Relevance => self.relevance,
            Factor::Impact => self.impact,
            Factor::Usefulness => self.usefulness,
        }
    }

    /// Whether it says nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Everything that is wrong with it.
    #[must_use]
    pub fn faults(&self) -> Vec<UnfitRating> {
        let words = self.evidence.as_ref().map(|evidence| evidence.words.as_str());
        let unseen = |sign: char| is_unseen(sign) && sign != '\n' && sign != '\t';
        [
            (words.is_some_and(|words| words.trim().is_empty()), UnfitRating::NoWords),
            (words.is_some_and(|words| words.chars().count() > LONGEST_EVIDENCE), UnfitRating::LongWords),
            (words.is_some_and(|words| words.chars().any(unseen)), UnfitRating::Unseen),
            (words.is_some() && self.importance.is_none(), UnfitRating::EvidenceOfNothing),
        ]
        .into_iter()
        .filter_map(|(wrong, fault)| wrong.then_some(fault))
        .collect()
    }
}

/// What is wrong with a rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UnfitRating {
    /// Evidence of some kind that says nothing.
    #[error("say what the evidence is: what customers said, or what obliges you, and where it can be read")]
    NoWords,
    /// The words are too many.
    #[error("the words about the evidence have at most {LONGEST_EVIDENCE} characters")]
    LongWords,
    /// A sign that nobody sees.
    #[error("the words about the evidence have only signs that can be seen")]
    Unseen,
    /// Evidence without what it shows.
    #[error("say how important it is to customers; the evidence shows that, and nothing else")]
    EvidenceOfNothing,
}

/// What some people say about one thing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Opinion {
    /// How many people say something.
    pub people: usize,
    /// The one in the middle, from 0 to 1; of an even number the mean of the two in the middle.
    pub median: f64,
    /// The lowest, from 0 to 1.
    pub lowest: f64,
    /// The highest, from 0 to 1.
    pub highest: f64,
}

impl Opinion {
    /// What these marks come to; none where there is no mark.
    ///
    /// ```
    /// use evenkeel_model::choice::{Mark, Opinion};
    ///
    /// let marks: Vec<Mark> = [1, 4, 3, 3].into_iter().filter_map(Mark::new).collect();
    /// let opinion = Opinion::of(&marks).unwrap();
    /// assert_eq!((opinion.people, opinion.lowest, opinion.median, opinion.highest), (4, 0.25, 0.75, 1.0));
    /// assert!(opinion.is_divided());
    /// ```
    #[must_use]
    pub fn of(marks: &[Mark]) -> Option<Self> {
        let mut factors: Vec<f64> = marks.iter().map(|mark| mark.factor()).collect();
        factors.sort_by(f64::total_cmp);
        let (lowest, highest) = (*factors.first()?, *factors.last()?);
        let upper = *factors.get(factors.len() / 2)?;
        let lower = *factors.get((factors.len() - 1) / 2)?;
        Some(Self { people: factors.len(), median: f64::midpoint(lower, upper), lowest, highest })
    }

    /// Whether people say so different things that one number does not stand for them.
    #[must_use]
    pub fn is_divided(self) -> bool {
        self.highest - self.lowest >= FAR_APART
    }

    /// Whether it is at least somewhat the case.
    #[must_use]
    pub fn is_so(self) -> bool {
        self.median >= SOMEWHAT
    }
}

/// How a candidate stands: the order in which candidates are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It is at least somewhat important to customers, and somebody says what shows it.
    Important,
    /// It is said to be important, and nobody says what shows it.
    Unproven,
    /// It is said to be of little or no importance to customers.
    Unimportant,
    /// Nobody has said how important it is.
    Unrated,
}

impl Standing {
    /// Every standing, in order.
    pub const ALL: [Standing; 4] = [Standing::Important, Standing::Unproven, Standing::Unimportant, Standing::Unrated];
}

/// What people say of a candidate, put together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Opinions {
    /// How important it is to customers.
    pub importance: Option<Opinion>,
    /// How much it belongs to what is to be achieved.
    pub relevance: Option<Opinion>,
    /// How far those who are measured can move it.
    pub impact: Option<Opinion>,
    /// How useful it is to others.
    pub usefulness: Option<Opinion>,
    /// What shows that it is important, from those who say that it is.
    pub evidence: Vec<Evidence>,
}

impl Opinions {
    /// What these ratings come to. Evidence counts with whoever says that something is at least somewhat important.
    #[must_use]
    pub fn of(ratings: &[Rating]) -> Self {
        let opinion = |factor: Factor| {
            let marks: Vec<Mark> = ratings.iter().filter_map(|rating| rating.mark(factor)).collect();
            Opinion::of(&marks)
        };
        let shown = |rating: &&Rating| rating.importance.is_some_and(|mark| mark.factor() >= SOMEWHAT);
        Self {
            importance: opinion(Factor::Importance),
            relevance: opinion(Factor::Relevance),
            impact: opinion(Factor::Impact),
            usefulness: opinion(Factor::Usefulness),
            evidence: ratings.iter().filter(shown).filter_map(|rating| rating.evidence.clone()).collect(),
        }
    }

    /// What is said about one thing.
    #[must_use]
    pub fn on(&self, factor: Factor) -> Option<Opinion> {
        match factor {
            Factor::Importance => self.importance,
            Factor::Relevance => self.relevance,
            Factor::Impact => self.impact,
            Factor::Usefulness => self.usefulness,
        }
    }

    /// How the candidate stands.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match self.importance {
            None => Standing::Unrated,
            Some(importance) if !importance.is_so() => Standing::Unimportant,
            Some(_) if self.evidence.is_empty() => Standing::Unproven,
            Some(_) => Standing::Important,
        }
    }

    /// Relevance × impact, from 0 to 1; none until somebody has said something about both.
    ///
    /// ```
    /// use evenkeel_model::choice::{Mark, Opinions, Rating};
    ///
    /// let rating = |relevance, impact| Rating {
    ///     relevance: Mark::new(relevance),
    ///     impact: Mark::new(impact),
    ///     ..Rating::default()
    /// };
    /// // Medians of 3 and 2 out of 4: 0.75 × 0.5.
    /// let opinions = Opinions::of(&[rating(3, 2), rating(4, 2), rating(2, 3)]);
    /// assert_eq!(opinions.worth(), Some(0.375));
    /// ```
    #[must_use]
    pub fn worth(&self) -> Option<f64> {
        Some(self.relevance?.median * self.impact?.median)
    }

    /// Relevance × impact × measurability, from 0 to 1: what there is to gain from it at once.
    #[must_use]
    pub fn readiness(&self, measurability: Measurability) -> Option<f64> {
        Some(self.worth()? * measurability.factor())
    }

    /// Which of two candidates stands first. Whether they can be measured does not matter.
    #[must_use]
    pub fn order(&self, other: &Self) -> Ordering {
        // What nobody has judged comes after whatever somebody has.
        let falling = |one: Option<f64>, other: Option<f64>| match (one, other) {
            (Some(one), Some(other)) => other.total_cmp(&one),
            (one, other) => other.is_some().cmp(&one.is_some()),
        };
        let median = |opinion: Option<Opinion>| opinion.map(|opinion| opinion.median);
        self.standing()
            .cmp(&other.standing())
            .then_with(|| falling(median(self.importance), median(other.importance)))
            .then_with(|| falling(self.worth(), other.worth()))
            .then_with(|| falling(median(self.usefulness), median(other.usefulness)))
    }
}

/// How much of what a measure needs the record has: tables with rows, columns with values, and at last a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measurability {
    /// How many needs the record meets.
    pub met: usize,
    /// How many there are.
    pub of: usize,
}

impl Measurability {
    /// What comes of so many tables and columns that are there out of so many, and of whether there is a figure. A figure is
    /// a need like any other: rows may be there of which none counts. Where there is one, nothing else is missing: what
    /// somebody copied from a source that counts otherwise needs fewer columns.
    #[must_use]
    pub fn new(there: usize, of: usize, figure: bool) -> Self {
        if figure { Self { met: of + 1, of: of + 1 } } else { Self { met: there.min(of), of: of + 1 } }
    }

    /// Whether it can be measured now.
    #[must_use]
    pub fn is_now(self) -> bool {
        self.met == self.of
    }

    /// From 0, nothing of it is there, to 1, it can be measured now.
    ///
    /// ```
    /// use evenkeel_model::choice::Measurability;
    ///
    /// // A table with rows, one of two columns with values, and no figure: two needs of four are met.
    /// assert_eq!(Measurability::new(2, 3, false).factor(), 0.5);
    /// assert_eq!(Measurability::new(3, 3, false).factor(), 0.75);
    /// assert_eq!(Measurability::new(2, 3, true).factor(), 1.0);
    /// ```
    #[must_use]
    pub fn factor(self) -> f64 {
        if self.of == 0 { 0.0 } else { self.met as f64 / self.of as f64 }
    }
}

/// A measure that was chosen, and how it stands in the scorecard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The measure.
    pub measure: MeasureId,
    /// The leg: a word for it, as files have it.
    pub leg: String,
    /// What it tells about, in words.
    pub objective: String,
    /// Whether it is one of the few that are shown first.
    pub key: bool,
    /// Whether single people are to be looked at by it.
    pub for_people: bool,
    /// The measure that it is claimed to move, as customers meet it, and the longest delay in months.
    pub serves: Option<(MeasureId, u32)>,
}

/// The legs that a measure may be chosen for.
pub const LEGS: [&str; 3] = ["employee", "customer", "business"];

/// What is wrong with how a measure is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UnfitChoice {
    /// It does not say for which leg.
    #[error("choose a leg: employee, customer or business")]
    NoLeg,
    /// It does not say what the measure tells about.
    #[error("say what is to be achieved, in a few words: the measure tells whether it is")]
    NoObjective,
    /// The objective is too long.
    #[error("an objective has at most {LONGEST_OBJECTIVE} characters")]
    LongObjective,
    /// A sign that nobody sees.
    #[error("an objective has only signs that can be seen")]
    Unseen,
    /// It serves itself.
    #[error("a measure cannot serve itself; choose the one that customers notice")]
    ServesItself,
    /// The delay is none.
    #[error("say within how many months it is to be noticed, from 1 to {LONGEST_DELAY}")]
    Delay,
}

impl Chosen {
    /// Everything that is wrong with it.
    #[must_use]
    pub fn faults(&self) -> Vec<UnfitChoice> {
        let serves = self.serves.as_ref();
        [
            (!LEGS.contains(&self.leg.as_str()), UnfitChoice::NoLeg),
            (self.objective.trim().is_empty(), UnfitChoice::NoObjective),
            (self.objective.chars().count() > LONGEST_OBJECTIVE, UnfitChoice::LongObjective),
            (self.objective.chars().any(is_unseen), UnfitChoice::Unseen),
            (serves.is_some_and(|(measure, _)| *measure == self.measure), UnfitChoice::ServesItself),
            (serves.is_some_and(|(_, months)| !(1..=LONGEST_DELAY).contains(months)), UnfitChoice::Delay),
        ]
        .into_iter()
        .filter_map(|(wrong, fault)| wrong.then_some(fault))
        .collect()
    }
}

/// Whether customers notice what a measure tells: it belongs to the perspective of customers, or says nothing of a
/// perspective and belongs to the customer leg.
#[must_use]
pub fn is_noticed_by_customers(measure: &Measure) -> bool {
    match measure.perspective.as_deref() {
        Some(perspective) => perspective.eq_ignore_ascii_case("customer"),
        None => measure.leg.as_deref() == Some("customer"),
    }
}

/// Whether a measure is one of the inside, and so has to name the one that it serves: neither customers notice what it
/// tells, nor is it the result that the business is after. Of one that says nothing of leg and perspective nobody knows.
#[must_use]
pub fn is_internal(measure: &Measure) -> bool {
    if measure.leg.is_none() && measure.perspective.is_none() {
        return false;
    }
    let result = match measure.perspective.as_deref() {
        Some(perspective) => perspective.eq_ignore_ascii_case("financial"),
        None => measure.leg.as_deref() == Some("business"),
    };
    !result && !is_noticed_by_customers(measure)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rating(marks: [u8; 4], evidence: bool) -> Rating {
        let words = "Half of all complaints are about it.".to_owned();
        Rating {
            importance: Mark::new(marks[0]),
            relevance: Mark::new(marks[1]),
            impact: Mark::new(marks[2]),
            usefulness: Mark::new(marks[3]),
            evidence: evidence.then_some(Evidence { kind: EvidenceKind::Complaints, words }),
        }
    }

    #[test]
    fn worked_numbers() {
        // Importance 4, 3, 4; relevance 3, 4, 2; impact 2, 2, 3; usefulness 1, nobody else.
        let ratings = [rating([4, 3, 2, 1], true), rating([3, 4, 2, 9], false), rating([4, 2, 3, 9], false)];
        let opinions = Opinions::of(&ratings);
        let median = |factor| opinions.on(factor).map(|opinion| (opinion.people, opinion.median));
        assert_eq!(median(Factor::Importance), Some((3, 1.0)));
        assert_eq!(median(Factor::Relevance), Some((3, 0.75)));
        assert_eq!(median(Factor::Impact), Some((3, 0.5)));
        assert_eq!(median(Factor::Usefulness), Some((1, 0.25)));
        assert_eq!(opinions.standing(), Standing::Important);
        assert_eq!(opinions.worth(), Some(0.375));
        // One table of one, one column of two, no figure: 2 of 4.
        assert_eq!(opinions.readiness(Measurability::new(2, 3, false)), Some(0.1875));
        assert_eq!(opinions.readiness(Measurability::new(3, 3, true)), Some(0.375));
        assert!(opinions.relevance.is_some_and(Opinion::is_divided));
        assert!(!opinions.importance.is_some_and(Opinion::is_divided));
    }

    #[test]
    fn how_a_candidate_stands() {
        let standing = |ratings: &[Rating]| Opinions::of(ratings).standing();
        assert_eq!(standing(&[]), Standing::Unrated);
        assert_eq!(standing(&[rating([9, 4, 4, 4], false)]), Standing::Unrated);
        assert_eq!(standing(&[rating([2, 0, 0, 0], true)]), Standing::Important);
        assert_eq!(standing(&[rating([4, 4, 4, 4], false)]), Standing::Unproven);
        // The median decides, and evidence from somebody who says that it is of no importance shows nothing.
        assert_eq!(standing(&[rating([4, 4, 4, 4], true), rating([1, 0, 0, 0], false)]), Standing::Important);
        assert_eq!(standing(&[rating([1, 4, 4, 4], true)]), Standing::Unimportant);
        assert_eq!(standing(&[rating([1, 4, 4, 4], true), rating([4, 4, 4, 4], false)]), Standing::Unproven);
    }

    #[test]
    fn importance_with_evidence_comes_first_whatever_else_is_said() {
        let of = |marks, evidence| Opinions::of(&[rating(marks, evidence)]);
        let mut all = [
            ("nobody says", Opinions::default()),
            ("worth all, of no importance", of([1, 4, 4, 4], true)),
            ("very important without evidence", of([4, 4, 4, 4], false)),
            ("somewhat important, worth all", of([2, 4, 4, 4], true)),
            ("very important, worth nothing", of([4, 0, 0, 0], true)),
            ("very important, worth more", of([4, 2, 2, 0], true)),
            ("very important, worth as much and more useful", of([4, 1, 4, 3], true)),
            ("very important, nobody says what it is worth", of([4, 9, 4, 4], true)),
        ];
        all.sort_by(|(_, one), (_, other)| one.order(other));
        assert_eq!(
            all.map(|(name, _)| name),
            [
                "very important, worth as much and more useful",
                "very important, worth more",
                "very important, worth nothing",
                "very important, nobody says what it is worth",
                "somewhat important, worth all",
                "very important without evidence",
                "worth all, of no importance",
                "nobody says",
            ]
        );
    }

    #[test]
    fn everything_that_is_wrong_with_a_rating_is_said() {
        assert_eq!(rating([4, 4, 4, 4], true).faults(), []);
        let evidence = |words: &str| Some(Evidence { kind: EvidenceKind::Survey, words: words.to_owned() });
        let with = |words: &str| Rating { evidence: evidence(words), ..rating([4, 4, 4, 4], false) };
        assert_eq!(with("Lines\nof words").faults(), []);
        assert_eq!(with(" ").faults(), [UnfitRating::NoWords]);
        assert_eq!(with(&"x".repeat(1_001)).faults(), [UnfitRating::LongWords]);
        assert_eq!(with("a\u{202e}b").faults(), [UnfitRating::Unseen]);
        assert_eq!(Rating { importance: None, ..with("x") }.faults(), [UnfitRating::EvidenceOfNothing]);
        assert!(Rating::default().is_empty() && Rating::default().faults().is_empty());
    }

    #[test]
    fn everything_that_is_wrong_with_a_choice_is_said() {
        let chosen = Chosen {
            measure: MeasureId::new("frt"),
            leg: "customer".to_owned(),
            objective: "Answered at once".to_owned(),
            key: true,
            for_people: false,
            serves: Some((MeasureId::new("csat"), 3)),
        };
        assert_eq!(chosen.faults(), []);
        let wrong = Chosen {
            leg: "fourth".to_owned(),
            objective: " ".to_owned(),
            serves: Some((MeasureId::new("frt"), 0)),
            ..chosen.clone()
        };
        let faults = [UnfitChoice::NoLeg, UnfitChoice::NoObjective, UnfitChoice::ServesItself, UnfitChoice::Delay];
        assert_eq!(wrong.faults(), faults);
        assert_eq!(Chosen { objective: "a\nb".to_owned(), ..chosen.clone() }.faults(), [UnfitChoice::Unseen]);
        assert_eq!(Chosen { objective: "x".repeat(121), ..chosen }.faults(), [UnfitChoice::LongObjective]);
    }

    #[test]
    fn who_notices_a_measure() {
        let measure = |leg: &str, perspective: Option<&str>| Measure {
            leg: Some(leg.to_owned()).filter(|leg| !leg.is_empty()),
            perspective: perspective.map(str::to_owned),
            ..crate::composite::tests::measure("m").as_ref().clone()
        };
        for (leg, perspective, noticed, internal) in [
            ("customer", Some("customer"), true, false),
            ("customer", Some("internal processes"), false, true),
            ("employee", Some("learning and growth"), false, true),
            ("business", Some("financial"), false, false),
            ("business", Some("internal processes"), false, true),
            ("customer", None, true, false),
            ("employee", None, false, true),
            ("business", None, false, false),
            ("", None, false, false),
            ("", Some("internal processes"), false, true),
        ] {
            let measure = measure(leg, perspective);
            assert_eq!((is_noticed_by_customers(&measure), is_internal(&measure)), (noticed, internal), "{leg}");
        }
    }

    proptest! {
        #[test]
        fn a_median_lies_between_the_ends_and_does_not_depend_on_who_spoke_first(
            mut marks in proptest::collection::vec(0u8..=4, 1..9),
        ) {
            let opinion = |marks: &[u8]| {
                Opinion::of(&marks.iter().filter_map(|mark| Mark::new(*mark)).collect::<Vec<_>>()).unwrap()
            };
            let one = opinion(&marks);
            prop_assert!(one.lowest <= one.median && one.median <= one.highest);
            prop_assert_eq!(one.people, marks.len());
            marks.reverse();
            prop_assert_eq!(one, opinion(&marks));
        }

        #[test]
        fn measurability_never_changes_the_order(one in 0u8..=4, other in 0u8..=4, there in 0usize..4) {
            let of = |mark| Opinions::of(&[rating([mark, 3, 3, 3], true)]);
            let (one, other) = (of(one), of(other));
            let ready = |opinions: &Opinions| opinions.readiness(Measurability::new(there, 3, false)).unwrap();
            // What can be measured less stands where it stood, and is only ready later.
            prop_assert!(ready(&one) < one.worth().unwrap());
            prop_assert_eq!(one.order(&other), other.order(&one).reverse());
        }
    }
}
