//! The watch over the legs: a real deterioration of a measure puts those on watch that it is claimed to move.
//!
//! A link of a scorecard is a claim, and a signal is no proof of it. So a watch is a reason to look, never a status, and
//! it counts in no score. It lasts while the latest period of the leading measure is a deterioration.

use std::sync::Arc;

use crate::evaluation::{LegResult, MeasureResult};
use crate::ids::MeasureId;
use crate::measure::Measure;
use crate::scorecard::Link;
use crate::signal::{Finding, Judgement};

/// Why a measure is on watch.
#[derive(Debug, Clone, PartialEq)]
pub struct Watch {
    /// The measure that got worse.
    pub measure: Arc<Measure>,
    /// The leg in which it stands, by the name people read.
    pub leg: String,
    /// What its latest period shows.
    pub finding: Finding,
    /// The longest delay after which it is claimed to move this measure, in months.
    pub within_months: u32,
}

/// The watch that a result gives rise to along a link; none where its latest period is no deterioration.
#[must_use]
pub fn along(link: &Link, leg: &str, result: &MeasureResult) -> Option<Watch> {
    let finding = result.signal.as_ref()?.finding?;
    let applies = link.from == result.measure.id && finding.judgement == Judgement::Worse;
    applies.then(|| Watch {
        measure: Arc::clone(&result.measure),
        leg: leg.to_owned(),
        finding,
        within_months: link.within_months,
    })
}

/// Puts every measure on watch that a link leads to from one that really got worse.
pub(crate) fn put_on_watch(legs: &mut [LegResult], links: &[Link]) {
    let mut found: Vec<(MeasureId, Watch)> = Vec::new();
    for link in links {
        for leg in legs.iter() {
            found.extend(leg.measures().filter_map(|result| Some((link.to.clone(), along(link, &leg.title, result)?))));
        }
    }
    for leg in legs {
        for result in leg.objectives.iter_mut().flat_map(|objective| objective.measures.iter_mut()) {
            let own = found.iter().filter(|(to, _)| *to == result.measure.id);
            result.watch = own.map(|(_, watch)| watch.clone()).collect();
        }
    }
}
