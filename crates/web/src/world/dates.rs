//! Dates that matter to whoever looks: what there is to review, to type, to answer and to reach.

use std::collections::BTreeMap;

use evenkeel_model::collection::AskedFigure;
use evenkeel_model::ids::{MeasureId, UnitId};
use evenkeel_model::period::{Grain, Period};
use evenkeel_model::reading::Subject;
use evenkeel_state::{Recommendation, TypedFigure};
use evenkeel_view::number::counted;
use evenkeel_view::page::dates::{DateDetail, DateKind};
use evenkeel_view::page::today::AskedFor;
use evenkeel_view::page::{Arrangement, Links, Place};
use evenkeel_view::words::period;
use jiff::ToSpan;
use jiff::civil::Date;

use super::{World, WorldError};

impl World {
    /// The dates from the first day of this month on for a year, the earliest first. `typed` is everything that was typed.
    pub(crate) async fn dates(
        &self,
        typed: &[TypedFigure],
        recommendations: &[Recommendation],
        links: &(dyn Links + Sync),
    ) -> Result<Vec<DateDetail>, WorldError> {
        let first = self.today().first_of_month();
        let last = first.saturating_add(1.year()).yesterday().unwrap_or(first);
        let mut dates = self.reviews(first, last, links);
        dates.extend(self.figures_due(typed, last, links).await?);
        dates.extend(self.initiative_days(links));
        dates.extend(self.answers_due(recommendations, links));
        dates.extend(self.targets_due(links));
        dates.retain(|date| (first..=last).contains(&date.day));
        dates.sort_by(|one, other| (one.day, one.kind, &one.what).cmp(&(other.day, other.kind, &other.what)));
        Ok(dates)
    }

    /// Where the viewer begins, in a period.
    fn start_in(&self, period: Period) -> Place {
        Place { unit: self.home(), period, compare_with: period.previous(), arrangement: Arrangement::Legs }
    }

    /// The period of pages that say no other.
    fn usual_period(&self) -> Period {
        let running = || Period::containing(self.today(), Grain::Month, self.project.fiscal_year);
        self.default_period().unwrap_or_else(|_| running())
    }

    fn reviews(&self, first: Date, last: Date, links: &dyn Links) -> Vec<DateDetail> {
        let fiscal = self.project.fiscal_year;
        let all = self.project.reviews.map(|reviews| reviews.between(first, last, fiscal)).unwrap_or_default();
        let review = |(day, looked_at): (Date, Period)| DateDetail {
            day,
            kind: DateKind::Review,
            what: period::name(looked_at, fiscal),
            about: String::new(),
            id: looked_at.id(fiscal),
            url: links.scorecard(&self.start_in(looked_at)),
        };
        let mut dates: Vec<DateDetail> = all.into_iter().map(review).collect();
        let charter = self.project.charter.as_ref();
        let day = charter.and_then(|charter| charter.version_on(self.today())).and_then(|version| version.review);
        if let Some((charter, day)) = charter.zip(day) {
            dates.push(DateDetail {
                day,
                kind: DateKind::CharterReview,
                what: charter.title.clone(),
                about: String::new(),
                id: charter.id.clone(),
                url: links.charter(&self.start_in(self.usual_period()), None).unwrap_or_default(),
            });
        }
        dates
    }

    /// When figures are due that the viewer types: those that are owed, and those of periods that have not ended.
    async fn figures_due(
        &self,
        typed: &[TypedFigure],
        last: Date,
        links: &(dyn Links + Sync),
    ) -> Result<Vec<DateDetail>, WorldError> {
        let url = match links.owed() {
            Some(url) if self.types_figures() && self.is_signed_in() => url,
            _ => return Ok(Vec::new()),
        };
        let fiscal = self.project.fiscal_year;
        let mut due: BTreeMap<(Date, String), (String, u64)> = BTreeMap::new();
        let mut add = |asked: &AskedFigure<'_>| {
            let id = format!("{} {}", asked.collection.id, asked.slot.period.id(fiscal));
            let what = format!("{}, {}", asked.collection.title, period::name(asked.slot.period, fiscal));
            due.entry((asked.due, id)).or_insert((what, 0)).1 += 1;
        };
        let owed = self.asked_figures(typed).await?;
        owed.iter().filter(|asked| asked.standing.is_owed()).for_each(|asked| add(&asked.asked));
        let organisation = self.engine.directory().organisation();
        for collection in &self.project.collections {
            let asked = collection.asks(organisation, last, fiscal);
            let later = asked.iter().filter(|asked| asked.slot.period.end() > self.today());
            later.filter(|asked| self.may_type(asked)).for_each(&mut add);
        }
        let detail = |((day, id), (what, figures)): ((Date, String), (String, u64))| DateDetail {
            day,
            kind: DateKind::Figures,
            what,
            about: counted(figures, if figures == 1 { "figure" } else { "figures" }),
            id,
            url: url.clone(),
        };
        Ok(due.into_iter().map(detail).collect())
    }

    /// When initiatives begin and end that touch a unit that the viewer sees.
    fn initiative_days(&self, links: &dyn Links) -> Vec<DateDetail> {
        let url = links.initiatives(&self.start_in(self.usual_period())).unwrap_or_default();
        let mut dates = Vec::new();
        for initiative in self.seen_initiatives() {
            let day = |day: Date, kind: DateKind| DateDetail {
                day,
                kind,
                what: initiative.title.clone(),
                about: initiative.owner.clone(),
                id: initiative.number.to_string(),
                url: url.clone(),
            };
            dates.push(day(initiative.begins, DateKind::Begins));
            dates.extend(initiative.ends.map(|ends| day(ends, DateKind::Ends)));
        }
        dates
    }

    /// Until when recommendations are to be answered that the viewer sent or got.
    fn answers_due(&self, all: &[Recommendation], links: &dyn Links) -> Vec<DateDetail> {
        let detail = |one: AskedFor| DateDetail {
            day: one.decide_by,
            kind: DateKind::Answer,
            what: one.what,
            about: format!("{}, {}; {}", one.measure, one.unit, one.other),
            id: one.number.to_string(),
            url: links.recommendation(one.number).unwrap_or_default(),
        };
        self.awaited(all).into_iter().map(detail).collect()
    }

    /// Until when targets and their milestones are to be reached: those of everyone, and those of units that the viewer
    /// sees. What several measures have to reach on one day is one date.
    fn targets_due(&self, links: &dyn Links) -> Vec<DateDetail> {
        let mut due: BTreeMap<(Date, DateKind, Option<&UnitId>), Vec<&MeasureId>> = BTreeMap::new();
        for usage in self.scorecard.measures() {
            let seen = usage.units.iter().filter(|(unit, _)| self.sees_unit(unit));
            let plans = std::iter::once((None, &usage.plan)).chain(seen.map(|(unit, plan)| (Some(unit), plan)));
            for (unit, plan) in plans {
                let target = plan.by.map(|by| (by, DateKind::Target));
                let milestones = plan.milestones.iter().map(|milestone| (milestone.by, DateKind::Milestone));
                for (day, kind) in target.into_iter().chain(milestones) {
                    due.entry((day, kind, unit)).or_default().push(&usage.measure);
                }
            }
        }
        let start = self.start_in(self.usual_period());
        let detail = |((day, kind, unit), measures): ((Date, DateKind, Option<&UnitId>), Vec<&MeasureId>)| {
            let whose = unit.map_or_else(|| "everyone".to_owned(), |unit| self.name_of(&Subject::Unit(unit.clone())));
            let place = Place { unit: unit.cloned().unwrap_or_else(|| self.home()), ..start.clone() };
            let titles: Vec<String> = measures.iter().map(|measure| self.title_of(measure.as_str())).collect();
            let (what, about, url) = match (measures.as_slice(), titles.as_slice()) {
                ([measure], [title]) => (title.clone(), whose, links.measure(measure, &place)),
                _ => (
                    counted(titles.len() as u64, "measures"),
                    format!("{whose}: {}", titles.join(", ")),
                    links.targets(&place).unwrap_or_default(),
                ),
            };
            DateDetail { day, kind, what, about, id: format!("{} {day}", unit.map_or("", UnitId::as_str)), url }
        };
        due.into_iter().map(detail).collect()
    }
}
