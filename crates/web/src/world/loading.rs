//! What the measures of a scorecard could tell.

use evenkeel_model::ids::MeasureId;
use evenkeel_view::page::LoadMeasure;

use super::World;

impl World {
    /// Whether the viewer may load files into the record: who looks after accounts or analyses the record, and whoever opens the
    /// pages of a server on which nobody signs in.
    pub(crate) fn loads_files(&self) -> bool {
        self.sends_rows() || self.viewer == crate::viewer::Viewer::Anybody
    }

    /// Who looks, as the audit trail has it.
    pub(crate) fn viewer_name(&self) -> &str {
        self.viewer.name()
    }

    /// What each measure of the scorecard could tell of the whole organisation in the latest month.
    pub(crate) fn could_tell(&self) -> Vec<LoadMeasure> {
        let is_dated = self.default_period().is_ok();
        let question = is_dated.then(|| self.question(&self.whole()));
        let uses = self.scorecard.legs.iter().flat_map(|leg| &leg.objectives).flat_map(|objective| &objective.measures);
        let mut ids: Vec<&MeasureId> = Vec::new();
        for usage in uses {
            if !ids.contains(&&usage.measure) {
                ids.push(&usage.measure);
            }
        }
        let measures = ids.into_iter().filter_map(|id| self.measures.get(id));
        measures
            .map(|measure| LoadMeasure::new(measure, question.as_ref(), self.project.fiscal_year, &self.months))
            .collect()
    }
}
