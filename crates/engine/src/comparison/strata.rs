//! The readings of one measure, divided by the case mix: one scan.

use std::sync::Arc;

use evenkeel_model::comparison::Attribute;
use evenkeel_model::measure::{EarlierDefinition, Measure};
use evenkeel_model::period::{Grain, Period};

use crate::readings::Who;
use crate::{Engine, EngineError, ReadingStore, Request, attributes};

/// The most groups of like cases; with more of them hardly any two cases are alike.
const MOST: usize = 500;

/// The readings of one measure by groups of like cases.
#[derive(Debug)]
pub struct Strata {
    measure: Arc<Measure>,
    stores: Vec<ReadingStore>,
    /// The readings of all cases together, of a measure that withholds some.
    together: Option<ReadingStore>,
}

impl Strata {
    /// The measure as the project has it.
    #[must_use]
    pub fn measure(&self) -> &Arc<Measure> {
        &self.measure
    }

    /// One store per group of like cases.
    pub(super) fn stores(&self) -> &[ReadingStore] {
        &self.stores
    }

    /// Whether the figure of a unit or person is told in a period.
    pub(super) fn tells(&self, who: Who, period: Period) -> bool {
        let Some(store) = &self.together else { return true };
        store.with_parts(&self.measure.id).is_some_and(|measure| store.reading_of(measure, who, period).is_ok())
    }
}

impl Engine {
    /// Reads a measure once, divided by what cases and customers are like.
    pub async fn strata(
        &self,
        measure: &Arc<Measure>,
        case_mix: &[Attribute],
        grain: Grain,
    ) -> Result<Strata, EngineError> {
        self.prepare(std::slice::from_ref(measure)).await?;
        // Groups may hold few each; what is withheld is decided about all of them together.
        let divided = self.with_attributes_of(without_limit(measure), case_mix).await?;
        let parts: Vec<String> = case_mix.iter().map(attributes::text_of).collect();
        let segment = match parts.as_slice() {
            [] => None,
            [only] => Some(only.clone()),
            parts => Some(format!("concat({})", parts.join(&format!(", '{BETWEEN}', ")))),
        };
        let request = Request { measures: vec![Arc::new(divided)], grain, segment, condition: None };
        let mut stores = Vec::new();
        for (_, store) in self.readings_in_at_most(&request, MOST).await? {
            stores.push(store);
        }
        let together = match measure.withhold_below {
            Some(_) => Some(self.store(vec![Arc::clone(measure)], grain).await?),
            None => None,
        };
        Ok(Strata { measure: Arc::clone(measure), stores, together })
    }
}

/// Stands between attributes.
const BETWEEN: &str = "\u{1f}";

/// The measure without the limit below which readings are withheld.
fn without_limit(measure: &Measure) -> Measure {
    let earlier = measure.earlier.iter().map(|earlier| EarlierDefinition {
        measure: Arc::new(Measure { withhold_below: None, ..earlier.measure.as_ref().clone() }),
        ..earlier.clone()
    });
    Measure { withhold_below: None, earlier: earlier.collect(), ..measure.clone() }
}
