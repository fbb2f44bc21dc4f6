//! What the words on pages mean, for whoever looks one up.

/// A word with its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// The word.
    pub word: &'static str,
    /// What else people call it.
    pub also: &'static [&'static str],
    /// What it means, as a sentence.
    pub means: &'static str,
}

const fn word(word: &'static str, also: &'static [&'static str], means: &'static str) -> Word {
    Word { word, also, means }
}

/// The words, by name.
pub const WORDS: &[Word] = &[
    word(
        "Balance",
        &["imbalance", "spread of the legs"],
        "How far the legs lie apart. A leg must not be bought back by another one, so that a leg far below the strongest is pointed out whatever the whole says.",
    ),
    word("Baseline", &["starting point"], "Where a measure stood when a target was set; progress counts from there."),
    word(
        "Business time",
        &["working hours", "opening hours"],
        "The time that passes inside the working hours of a unit, without nights, weekends and holidays that it keeps.",
    ),
    word(
        "Charter",
        &["service charter", "customer promise"],
        "What an organisation promises its customers, in their words. Its result is the number of promises that met their standard.",
    ),
    word(
        "Coverage",
        &["completeness"],
        "The share of the weight for which there was a score, or the share of rows that belong to a unit.",
    ),
    word(
        "Forecast",
        &["projection", "outlook"],
        "Where a measure will be when its target is due: a range that holds in eight of ten cases, and the chance of meeting the target.",
    ),
    word(
        "Impact",
        &["influence", "controllability"],
        "How far those who are measured can move a measure. People say so, from 0, not at all, to 4, very much.",
    ),
    word(
        "Importance",
        &["importance to customers", "voice of the customer"],
        "How important to customers is what a measure tells. It comes before everything else when measures are chosen, and counts when somebody says what shows it: complaints, a survey, interviews, an obligation.",
    ),
    word(
        "Key measure",
        &["key performance indicator", "KPI", "headline measure"],
        "One of the few measures of a leg that were chosen in advance to be shown first.",
    ),
    word(
        "Leading and lagging",
        &["leading indicator", "lagging indicator"],
        "A leading measure moves before the result that it is held to lead to, so that there is time to act; a lagging one tells how things turned out.",
    ),
    word(
        "Leg",
        &["three-legged stool", "pillar"],
        "A part of the scorecard that must not be bought back by another one: employee, customer, business.",
    ),
    word(
        "Like for like",
        &["case mix", "adjusted figure"],
        "Compared as if all had served the same mix of cases and customers.",
    ),
    word(
        "Likely range",
        &["confidence interval", "margin of error", "interval", "uncertainty"],
        "How far to trust a figure: with figures like these, the range encloses the true value 95 times in 100. Few answers give a wide one.",
    ),
    word(
        "Line of sight",
        &["customer-facing measure", "internal measure"],
        "The way from an internal measure to the one that customers notice and that it serves, perhaps by way of others.",
    ),
    word(
        "Measurability",
        &["data availability"],
        "How much of what a measure needs the record has: tables with rows, columns with values, and at last a figure in the last twelve months. It says when something can be measured, and never whether it is worth measuring.",
    ),
    word(
        "Measure",
        &["metric", "indicator", "key figure"],
        "A figure with an exact definition, worked out the same way in every unit and every period.",
    ),
    word("Milestone", &["intermediate target"], "A value to be reached on the way to a target, with its day."),
    word(
        "Net promoter score",
        &["NPS"],
        "The share of those who would recommend minus the share of those who would not, from −100 to 100.",
    ),
    word(
        "On watch",
        &["watch", "early warning"],
        "A link leads to this measure from one that really got worse. A reason to look, never a status.",
    ),
    word(
        "Perspective",
        &["Kaplan and Norton"],
        "Another way to group measures: financial, customer, internal processes, learning and growth.",
    ),
    word(
        "Phase",
        &["new process", "step change"],
        "A stretch of a measure's history in which somebody says that the process is one and the same. Signals do not look across its border.",
    ),
    word(
        "Promise",
        &["service level", "SLA"],
        "What customers are told they will get, proven by a measure and a standard.",
    ),
    word("Red flag", &["threshold", "floor"], "Where a value becomes unacceptable."),
    word(
        "Rejected row",
        &["import error", "reject"],
        "A row that could not be read. It is kept aside with file and line, and counts nowhere.",
    ),
    word(
        "Relevance",
        &["strategic fit"],
        "How much a measure belongs to what the organisation wants to achieve. People say so, from 0, not at all, to 4, very much.",
    ),
    word(
        "Score",
        &["index", "points", "grade"],
        "How good values are, from 0 to 100. Objectives, legs and the whole have one each, put together with their weights.",
    ),
    word("Segment", &["breakdown", "filter"], "Rows that share the value of an attribute, for example a channel."),
    word(
        "Service record",
        &["data model", "database"],
        "The tables onto which every source is mapped and which every measure reads.",
    ),
    word(
        "Signal",
        &["real change", "trend", "exception"],
        "More than the usual variation of a measure, by a rule that is told in words. Without a signal a change is no news.",
    ),
    word("Steward", &["data owner"], "Who looks after a source."),
    word("Stretch target", &["ambition"], "A value beyond the target."),
    word("Target", &["goal", "objective value"], "The value to reach, often by a deadline."),
    word(
        "Usefulness to others",
        &["stakeholders", "policy makers"],
        "How useful a measure is to customers themselves, stakeholders and policy makers. People say so, from 0, not at all, to 4, very much.",
    ),
    word(
        "Usual range",
        &["control limits", "normal variation", "noise"],
        "Where the values of a measure fall while nothing changes; its limits come from the measure's own history.",
    ),
    word(
        "Withheld",
        &["hidden figure", "anonymity", "suppressed"],
        "Not told, because so few stand behind it that somebody's answer could be told.",
    ),
    word(
        "Worth",
        &["priority"],
        "Relevance × impact, from 0 to 100: both are the median of what people say, from 0 to 1. A relevance of 3 of 4 and an impact of 2 of 4 give 0.75 × 0.5, or 38 of 100. It orders what is equally important to customers.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_once_in_order_and_with_a_sentence() {
        assert!(WORDS.is_sorted_by_key(|word| word.word.to_lowercase()));
        for word in WORDS {
            assert!(word.means.ends_with('.') && word.means.len() > 20, "{}", word.word);
            assert_eq!(WORDS.iter().filter(|other| other.word == word.word).count(), 1, "{}", word.word);
        }
    }
}
