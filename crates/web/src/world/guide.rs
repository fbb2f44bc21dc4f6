//! The guided reading of a scorecard.

use evenkeel_view::page::{GuidePage, Links, Place};

use super::{World, WorldError};

impl World {
    /// The guided reading of the scorecard of a unit.
    pub async fn guide_page(&self, place: &Place, links: &(dyn Links + Sync)) -> Result<GuidePage, WorldError> {
        let evaluation = self.evaluation(place).await?;
        let context = self.context(place, links, "Scorecard").await?;
        Ok(GuidePage::new(&evaluation, &context))
    }
}
