//! Figures that people type: which are asked of whoever looks, what is known about each, and who decides on them.

use std::collections::BTreeMap;
use std::sync::Arc;

use evenkeel_engine::observed::Observations;
use evenkeel_model::collection::{AskedFigure, Slot, Standing, Typed, Typist};
use evenkeel_model::evaluation::{self, Question};
use evenkeel_model::measure::Measure;
use evenkeel_model::period::Period;
use evenkeel_model::reading::Subject;
use evenkeel_model::typed_figure::Known;
use evenkeel_state::{FigureKey, TypedFigure};

use super::{World, WorldError};

/// How many values are told that came before a figure.
const BEFORE: usize = 3;

/// A figure that a collection asks for, and how far it has got.
#[derive(Debug, Clone)]
pub(crate) struct AskedNow<'a> {
    pub(crate) asked: AskedFigure<'a>,
    pub(crate) measure: Arc<Measure>,
    pub(crate) standing: Standing,
    /// The latest one that was typed.
    pub(crate) latest: Option<TypedFigure>,
    /// The one that holds among those that were typed.
    pub(crate) held: Option<TypedFigure>,
    /// The sources that brought it, where the record holds one that was not typed.
    pub(crate) from: Vec<String>,
}

/// The key of a figure, as it is kept.
pub(crate) fn key_of(slot: &Slot) -> FigureKey {
    FigureKey {
        measure: slot.measure.to_string(),
        unit: slot.unit.to_string(),
        first_day: slot.period.start(),
        last_day: slot.period.last_day(),
    }
}

/// What is known about a figure, and the values before it with their periods.
pub(crate) struct KnownFigure {
    pub(crate) known: Known,
    pub(crate) before: Vec<(Period, Option<f64>)>,
}

impl World {
    /// Whether the viewer types figures of some unit.
    pub(crate) fn types_figures(&self) -> bool {
        !self.project.collections.is_empty() && (self.sight.analyses || self.sight.leads.is_somewhere())
    }

    /// Whether the viewer analyses the record.
    pub(crate) fn analyses(&self) -> bool {
        self.sight.analyses
    }

    /// Whether the viewer may type a figure, and approve one that somebody else typed.
    pub(crate) fn may_type(&self, asked: &AskedFigure<'_>) -> bool {
        let unit = self.engine.directory().organisation().unit(asked.slot.unit.as_str());
        match asked.collection.by {
            Typist::Insights => self.sight.analyses,
            Typist::Manager => self.sight.analyses || self.sight.leads.holds(unit),
        }
    }

    /// The figures that are asked of the viewer, the oldest first. `typed` is everything that was typed, the oldest first.
    pub(crate) async fn asked_figures(&self, typed: &[TypedFigure]) -> Result<Vec<AskedNow<'_>>, WorldError> {
        let project = &self.evaluated.project;
        let organisation = self.engine.directory().organisation();
        let mut by_key: BTreeMap<&FigureKey, (Option<&TypedFigure>, Option<&TypedFigure>)> = BTreeMap::new();
        for figure in typed {
            let (latest, held) = by_key.entry(&figure.key).or_default();
            *latest = Some(figure);
            if figure.typed == Typed::Approved {
                *held = Some(figure);
            }
        }
        let observations = self.observed().await?;
        let mut all = Vec::new();
        for collection in &project.collections {
            all.extend(collection.asks(organisation, self.today(), project.fiscal_year));
        }
        let mut asked: Vec<AskedNow<'_>> = Vec::new();
        for figure in all.into_iter().filter(|asked| self.may_type(asked)) {
            let Some(measure) = self.evaluated.measures.get(&figure.slot.measure) else { continue };
            let (latest, held) = by_key.get(&key_of(&figure.slot)).copied().unwrap_or_default();
            let from = self.sources_of(&figure, observations);
            let standing = Standing::new(!from.is_empty(), latest.map(|latest| latest.typed));
            asked.push(AskedNow {
                measure: Arc::clone(measure),
                standing,
                latest: latest.cloned(),
                held: held.cloned(),
                from,
                asked: figure,
            });
        }
        let order = |one: &AskedNow<'_>| (one.asked.slot.period.end(), one.asked.slot.unit.clone(), one.asked.due);
        asked.sort_by_cached_key(order);
        Ok(asked)
    }

    /// The sources that brought figures of a unit and period.
    fn sources_of(&self, asked: &AskedFigure<'_>, observations: &Observations) -> Vec<String> {
        let Some(unit) = self.engine.directory().organisation().unit(asked.slot.unit.as_str()) else {
            return Vec::new();
        };
        let found = observations.get(&(asked.figure.figure.clone(), unit)).map_or(&[][..], Vec::as_slice);
        let within = found.iter().filter(|observed| asked.slot.period.contains(observed.on));
        within.map(|observed| observed.source.clone()).collect()
    }

    /// The figures that the record holds of what is collected. They are looked up once.
    async fn observed(&self) -> Result<&Observations, WorldError> {
        let figures = || self.project.collections.iter().flat_map(|collection| &collection.figures);
        let names: Vec<&str> = figures().map(|figure| figure.figure.as_str()).collect();
        Ok(self.observations.get_or_try_init(|| self.engine.observations(&names)).await?)
    }

    /// What is known about a figure: the values before it, the usual range and the target.
    pub(crate) async fn known_figure(&self, asked: &AskedNow<'_>) -> Result<KnownFigure, WorldError> {
        let slot = &asked.asked.slot;
        let before = slot.period.previous();
        let question = Question {
            subject: Subject::Unit(slot.unit.clone()),
            path: self.path(&slot.unit, slot.period),
            period: before,
            compare_with: before.previous(),
            today: self.today(),
            rolling_below: None,
            history: BEFORE,
        };
        let store = self.store(slot.period.grain()).await?;
        let result = evaluation::evaluate_measure(&asked.measure, &self.usage(&slot.measure), &question, store);
        let usual = result.signal.as_ref().and_then(|signal| signal.points.last()).and_then(|point| point.usual);
        let known = Known {
            before: result.history.iter().filter_map(|(_, value)| *value).collect(),
            usual,
            target: result.targets.target,
            corrects: !asked.from.is_empty() || asked.held.is_some(),
        };
        Ok(KnownFigure { known, before: result.history })
    }
}
