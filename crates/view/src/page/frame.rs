//! What stands around every page: navigation, path of units, period, comparison, freshness, versions.

use schemars::JsonSchema;
use serde::Serialize;

use crate::assets;
use crate::number;
use crate::page::context::{Context, Freshness, NavigationEntry, Place, SearchForm, Visitor};
use crate::words::period;
use evenkeel_model::period::Period;

/// What stands around every page.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Frame {
    /// The title of the window.
    pub title: String,
    /// The pages that exist.
    pub navigation: Vec<NavigationEntry>,
    /// The units above the one that is looked at, from the top.
    pub path: Vec<Link>,
    /// The unit that is looked at.
    pub unit: String,
    /// The units to choose from.
    pub units: Vec<UnitLink>,
    /// The period that is looked at.
    pub period: String,
    /// Where the period before is.
    pub earlier: Option<Link>,
    /// Where the period after is.
    pub later: Option<Link>,
    /// The period it is compared with.
    pub comparison: String,
    /// The periods to choose from for comparison.
    pub comparisons: Vec<Choice>,
    /// How far the figures reach, in words.
    pub freshness: FreshnessText,
    /// Which data and definitions the figures rest on, and other notes for the foot.
    pub foot: Vec<String>,
    /// The form that finds things.
    #[serde(skip)]
    pub search: Option<SearchForm>,
    /// Who reads it.
    #[serde(skip)]
    pub visitor: Visitor,
    /// Where the first page is.
    #[serde(skip)]
    pub home: String,
    /// Where style, scripts and icons lie.
    #[serde(skip)]
    pub assets: assets::Urls,
}

/// Words that lead somewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Link {
    /// The words.
    pub label: String,
    /// Where they lead.
    pub url: String,
}

/// How many things of a register are at a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StageCount {
    /// The stage in words.
    pub stage: &'static str,
    /// How many there are.
    pub count: usize,
}

/// One of several choices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Choice {
    /// The words.
    pub label: String,
    /// Where it leads.
    pub url: String,
    /// Whether it is the present one.
    pub current: bool,
}

/// A unit in the menu of units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnitLink {
    /// What people call it.
    pub label: String,
    /// What lies below it: `12 branches`.
    pub note: String,
    /// Where it leads.
    pub url: String,
    /// How far it is indented, 0 to 6.
    pub depth: usize,
    /// Whether it is the present one.
    pub current: bool,
}

/// How far the figures reach, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FreshnessText {
    /// The words.
    pub text: String,
    /// Whether days of the period are missing.
    pub incomplete: bool,
}

impl Frame {
    /// The frame of a page. `to` says where the same page of another place is.
    #[must_use]
    pub fn new(title: &str, context: &Context<'_>, to: &dyn Fn(&Place) -> String) -> Self {
        let place = &context.place;
        let fiscal = context.fiscal_year;
        let above = context.path.split_last().map_or(&[][..], |(_, above)| above);
        let step = |period: Option<Period>| {
            period.map(|period| Link { label: period::name(period, fiscal), url: to(&place.in_period(period)) })
        };
        let comparisons = context
            .comparisons
            .iter()
            .map(|&other| Choice {
                label: format!("compared with {}", period::name(context.compared_to(other), fiscal)),
                url: to(&place.compared_with(other)),
                current: other == place.compare_with,
            })
            .collect();
        let units = context
            .units
            .iter()
            .map(|unit| UnitLink {
                label: unit.name.clone(),
                note: below(unit.below, unit.below_kind.as_deref()),
                url: to(&place.in_unit(&unit.id)),
                depth: unit.depth.min(6),
                current: unit.id == place.unit,
            })
            .collect();
        let about = Self::about(title, context);
        Self {
            title: format!("{title}, {} · {}", period::name(place.period, fiscal), context.organisation),
            path: above
                .iter()
                .map(|unit| Link { label: unit.name.clone(), url: to(&place.in_unit(&unit.id)) })
                .collect(),
            unit: context.unit_name().to_owned(),
            units,
            period: crate::words::capitalised(&period::name(place.period, fiscal)),
            earlier: step(context.earlier),
            later: step(context.later),
            comparison: format!("compared with {}", period::name(context.compared(), fiscal)),
            comparisons,
            freshness: freshness(context.freshness, place.period),
            ..about
        }
    }

    /// The frame of a page that is about no unit and no period.
    #[must_use]
    pub fn about(title: &str, context: &Context<'_>) -> Self {
        let home = context.links.scorecard(&context.place);
        Self {
            navigation: context.navigation.clone(),
            foot: foot(context),
            search: context.links.search(&context.place),
            ..Self::bare(title, &context.organisation, context.visitor.clone(), &home, &context.assets)
        }
    }

    /// The frame of a page that needs no figures: nothing may have been imported yet, and nobody signed in.
    #[must_use]
    pub fn bare(title: &str, organisation: &str, visitor: Visitor, home: &str, assets: &assets::Urls) -> Self {
        Self {
            title: format!("{title} · {organisation}"),
            navigation: Vec::new(),
            path: Vec::new(),
            unit: String::new(),
            units: Vec::new(),
            period: String::new(),
            earlier: None,
            later: None,
            comparison: String::new(),
            comparisons: Vec::new(),
            freshness: FreshnessText { text: String::new(), incomplete: false },
            foot: Vec::new(),
            search: None,
            visitor,
            home: home.to_owned(),
            assets: assets.clone(),
        }
    }
}

fn below(count: u64, kind: Option<&str>) -> String {
    match (count, kind) {
        (0, _) => String::new(),
        (count, Some(kind)) => number::counted(count, &number::plural(kind)),
        (count, None) => number::counted(count, "units"),
    }
}

fn foot(context: &Context<'_>) -> Vec<String> {
    let mut foot: Vec<String> = context.footnote.iter().cloned().collect();
    foot.push(format!("Definitions {}, data {}", context.definitions_version, context.data_version));
    foot
}

/// `Complete to 31 Oct, loaded 2 Nov 06:10`; `To 21 Nov, 9 days missing; loaded 22 Nov 05:30`.
pub(crate) fn freshness(freshness: Freshness, period: Period) -> FreshnessText {
    let last = period.last_day();
    let loaded = freshness.loaded_at.map(|at| format!("loaded {}", period::instant(at, last.year())));
    let before_all = freshness.begins.filter(|&begins| period.end() <= begins.first_of_month());
    if let Some(begins) = before_all {
        let begins = format!("No figures for this period; the record begins in {}", period::month_of(begins));
        let text = loaded.map_or_else(|| begins.clone(), |loaded| format!("{begins}; {loaded}"));
        return FreshnessText { text, incomplete: true };
    }
    let (reach, incomplete) = match freshness.complete_to {
        None => (None, false),
        Some(day) if day >= last => (Some(format!("Complete to {}", period::day(last))), false),
        Some(day) if day < period.start() => {
            (Some(format!("No figures for this period yet; the record ends on {}", period::full_day(day))), true)
        }
        Some(day) => {
            let missing = i64::from(last.since(day).map_or(0, |span| span.get_days()));
            let days = number::counted(missing.unsigned_abs(), "days");
            (Some(format!("To {}, {days} missing", period::day(day))), true)
        }
    };
    let text = match (reach, loaded) {
        (Some(reach), Some(loaded)) if incomplete => format!("{reach}; {loaded}"),
        (Some(reach), Some(loaded)) => format!("{reach}, {loaded}"),
        (Some(reach), None) => reach,
        (None, Some(loaded)) => crate::words::capitalised(&loaded),
        (None, None) => "Nothing has been loaded yet".to_owned(),
    };
    FreshnessText { text, incomplete }
}

#[cfg(test)]
mod tests {
    use super::*;
    use evenkeel_model::period::FiscalYear;
    use jiff::civil::date;

    #[test]
    fn how_far_the_figures_reach() {
        let period = Period::parse("2026-11", FiscalYear::default()).unwrap();
        let check = |complete_to, loaded_at, text: &str| {
            let begins = Some(date(2024, 3, 1));
            let found = freshness(Freshness { begins, complete_to, loaded_at }, period);
            assert_eq!(found.text.replace(number::NO_BREAK_SPACE, " "), text);
        };
        let loaded = Some(date(2026, 11, 22).at(5, 30, 0, 0));
        check(Some(date(2026, 11, 21)), loaded, "To 21 Nov, 9 days missing; loaded 22 Nov 05:30");
        check(Some(date(2026, 11, 29)), None, "To 29 Nov, 1 day missing");
        check(Some(date(2026, 11, 30)), loaded, "Complete to 30 Nov, loaded 22 Nov 05:30");
        check(Some(date(2027, 2, 1)), None, "Complete to 30 Nov");
        check(Some(date(2026, 8, 31)), None, "No figures for this period yet; the record ends on 31 August 2026");
        check(None, loaded, "Loaded 22 Nov 05:30");
        check(None, None, "Nothing has been loaded yet");
        let early = |text: &str| {
            let period = Period::parse(text, FiscalYear::default()).unwrap();
            let record =
                Freshness { begins: Some(date(2026, 3, 9)), complete_to: Some(date(2026, 11, 21)), loaded_at: loaded };
            freshness(record, period).text.replace(number::NO_BREAK_SPACE, " ")
        };
        let none = "No figures for this period; the record begins in March 2026; loaded 22 Nov 05:30";
        assert_eq!(early("2026-02"), none);
        assert_eq!(early("2026-03"), "Complete to 31 Mar, loaded 22 Nov 05:30");
    }
}
