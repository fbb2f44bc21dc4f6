//! The scorecard file that comes of the measures which were chosen.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use evenkeel_model::choice::{Chosen, LEGS};
use evenkeel_model::ids::MeasureId;

use crate::edit::{behind_a_key, inside_braces};

/// What the file says before anything else.
const HEAD: &str = "\
# Written from the measures that were chosen. Put it into the folder `scorecards`, and name it in evenkeel.yaml under
# `scorecards`; the first one that is named there is shown. Then set targets, which are no part of choosing.
";

/// The scorecard file of some measures, in this order within their legs. Those of `later` cannot be measured yet, which stands
/// beside them; they are in the file all the same. A measure leads to the one that it serves where that was chosen too.
///
/// ```
/// use evenkeel_model::choice::Chosen;
/// use evenkeel_model::ids::MeasureId;
/// use evenkeel_spec::chosen::scorecard_file;
///
/// let chosen = Chosen {
///     measure: MeasureId::new("csat"),
///     leg: "customer".to_owned(),
///     objective: "Customers: satisfied".to_owned(),
///     key: true,
///     for_people: false,
///     serves: None,
/// };
/// let file = scorecard_file("chosen", &[&chosen], &[].into());
/// assert!(file.ends_with(
///     "\
/// scorecard: chosen
/// legs:
///   customer:
///     objectives:
///       - objective: 'Customers: satisfied'
///         measures:
///           - { use: csat, key: true }
/// "
/// ));
/// ```
#[must_use]
pub fn scorecard_file(id: &str, chosen: &[&Chosen], later: &BTreeSet<MeasureId>) -> String {
    let mut text = format!("{HEAD}scorecard: {}\nlegs:\n", behind_a_key(id));
    // Writing into a text cannot fail.
    for leg in LEGS {
        let own: Vec<&Chosen> = chosen.iter().copied().filter(|one| one.leg == leg).collect();
        let mut objectives: Vec<&str> = Vec::new();
        for one in &own {
            if !objectives.contains(&one.objective.as_str()) {
                objectives.push(&one.objective);
            }
        }
        if !objectives.is_empty() {
            let _ = write!(text, "  {leg}:\n    objectives:\n");
        }
        for objective in objectives {
            let _ = write!(text, "      - objective: {}\n        measures:\n", behind_a_key(objective));
            for one in own.iter().filter(|one| one.objective == objective) {
                let key = if one.key { ", key: true" } else { "" };
                let note = if later.contains(&one.measure) { " # cannot be measured yet" } else { "" };
                let _ = writeln!(text, "          - {{ use: {}{key} }}{note}", inside_braces(one.measure.as_str()));
            }
        }
    }
    let is_chosen = |measure: &MeasureId| chosen.iter().any(|one| one.measure == *measure);
    let mut links = chosen
        .iter()
        .filter_map(|one| Some((&one.measure, one.serves.as_ref()?)))
        .filter(|(from, (to, _))| is_chosen(to) && *from != to)
        .peekable();
    if links.peek().is_some() {
        text.push_str("# What each measure of the inside serves. That is a claim, which the figures test.\nlinks:\n");
    }
    for (from, (to, months)) in links {
        let (from, to) = (inside_braces(from.as_str()), inside_braces(to.as_str()));
        let plural = if *months == 1 { "" } else { "s" };
        let _ = writeln!(text, "  - {{ from: {from}, to: {to}, within: {months} month{plural} }}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MemoryFiles, load};

    fn one(measure: &str, leg: &str, objective: &str, serves: Option<(&str, u32)>) -> Chosen {
        Chosen {
            measure: MeasureId::new(measure),
            leg: leg.to_owned(),
            objective: objective.to_owned(),
            key: measure == "csat",
            for_people: false,
            serves: serves.map(|(id, months)| (MeasureId::new(id), months)),
        }
    }

    fn written(chosen: &[Chosen]) -> String {
        scorecard_file("chosen", &chosen.iter().collect::<Vec<_>>(), &[MeasureId::new("frt")].into())
    }

    #[test]
    fn legs_objectives_and_links() {
        let text = written(&[
            one("csat", "customer", "Satisfied", None),
            one("frt", "customer", "Answered at once", Some(("csat", 1))),
            one("nps", "customer", "Satisfied", None),
            one("engagement", "employee", "People want to stay", Some(("csat", 6))),
            one("churn", "business", "Customers stay", Some(("not_chosen", 3))),
        ]);
        insta::assert_snapshot!(text);
    }

    /// Texts that YAML would take for something else, or that would end where they stand.
    #[test]
    fn odd_names_are_read_back_as_they_were_typed() {
        let odd = [
            "on",
            "~",
            "null",
            "12:30",
            "- a list",
            "a: b",
            "a # b",
            "'quoted'",
            "\"quoted\"",
            "{ braces }",
            "[x, y]",
            "&anchor",
            "*alias",
            "!tag",
            "%percent",
            "@at",
            "`back`",
            "trailing:",
            "…",
            "<b>&amp;</b>",
            "a\\nb",
            "x\u{a0}y",
            "=HYPERLINK(\"x\")",
            "-",
            "0x1F",
            "1e3",
            "漢字 🙂",
            "- objective: other",
        ];
        for objective in odd {
            let text = written(&[
                one("csat", "customer", objective, None),
                one("engagement", "employee", "Other", Some(("csat", 3))),
                one("on", "business", objective, Some(("csat", 3))),
            ]);
            let files = MemoryFiles::default()
                .with("evenkeel.yaml", "organisation: Northmere Bank\nscorecards: [scorecards/chosen.yaml]\n")
                .with("measures/on.yaml", "measure: 'on'\nfrom: cases\ncount: rows\nbetter: lower\n")
                .with("scorecards/chosen.yaml", text.as_str());
            let loaded = load(&files);
            let errors: Vec<String> = loaded
                .diagnostics
                .iter()
                .filter(|found| found.severity == crate::Severity::Error)
                .map(crate::render::plain)
                .collect();
            assert_eq!(errors, Vec::<String>::new(), "{text}");
            let scorecard = loaded.project.unwrap().scorecards.remove(0);
            let titles: Vec<&str> = scorecard.legs.iter().map(|leg| leg.objectives[0].title.as_str()).collect();
            assert_eq!(titles, ["Other", objective, objective], "{text}");
            assert_eq!((scorecard.measures().count(), scorecard.links.len()), (3, 2), "{text}");
        }
    }
}
