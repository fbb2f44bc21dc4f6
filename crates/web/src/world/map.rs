//! The strategy map of a world.

use evenkeel_view::page::{Links, MapPage, Place};

use super::{World, WorldError};

impl World {
    /// The strategy map of a unit.
    pub async fn map_page(&self, place: &Place, links: &(dyn Links + Sync)) -> Result<MapPage, WorldError> {
        let evaluation = self.evaluation(place).await?;
        let context = self.context(place, links, "Strategy map").await?;
        Ok(MapPage::new(&evaluation, &self.scorecard.links, &context))
    }
}
