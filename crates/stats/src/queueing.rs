//! Erlang C: what waiting a queue should have, given its load and its agents.
//!
//! Assumes calls that arrive at random (Poisson), exponential handling times, one queue, and callers who never give up.
//! Service level, speed of answer and occupancy then follow from load and agents, so they are one thing seen three
//! times: a scorecard must not weight all three. Used as a sanity check of figures that a telephone system reports.

use crate::error::{Error, Result, require_positive, require_within};

/// A queue in balance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Queue {
    load: f64,
    agents: u32,
    handling_time: f64,
    waits: f64,
}

impl Queue {
    /// A queue with offered load in erlangs (calls per second times handling time), agents, and mean handling time in
    /// seconds. Refuses loads that the agents cannot handle: the queue would grow without end.
    ///
    /// ```
    /// use evenkeel_stats::queueing::Queue;
    ///
    /// let queue = Queue::new(10.0, 14, 180.0)?;
    /// assert!((queue.service_level(20.0)? - 0.888350).abs() < 1e-6);
    /// # Ok::<(), evenkeel_stats::Error>(())
    /// ```
    pub fn new(load: f64, agents: u32, handling_time: f64) -> Result<Self> {
        require_positive("load", load)?;
        require_positive("handling time", handling_time)?;
        if load >= f64::from(agents) {
            return Err(Error::OutOfRange { what: "load", value: load, low: 0.0, high: f64::from(agents) });
        }
        // Erlang B by its recurrence, which neither overflows nor needs factorials; then B to C.
        let mut blocked = 1.0;
        for servers in 1..=agents {
            blocked = load * blocked / (f64::from(servers) + load * blocked);
        }
        let occupancy = load / f64::from(agents);
        let waits = blocked / (1.0 - occupancy * (1.0 - blocked));
        Ok(Self { load, agents, handling_time, waits })
    }

    /// Probability that a caller waits at all.
    #[must_use]
    pub fn probability_of_waiting(&self) -> f64 {
        self.waits
    }

    /// Share of callers answered within `seconds`.
    pub fn service_level(&self, seconds: f64) -> Result<f64> {
        require_within("threshold", seconds, 0.0, f64::MAX)?;
        Ok(1.0 - self.waits * (-self.spare() * seconds / self.handling_time).exp())
    }

    /// Mean wait in seconds over all callers, those who did not wait included.
    #[must_use]
    pub fn average_speed_of_answer(&self) -> f64 {
        self.waits * self.handling_time / self.spare()
    }

    /// Share of their time in which agents handle calls.
    #[must_use]
    pub fn occupancy(&self) -> f64 {
        self.load / f64::from(self.agents)
    }

    fn spare(&self) -> f64 {
        f64::from(self.agents) - self.load
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ten_erlangs_on_fourteen_agents() {
        let queue = Queue::new(10.0, 14, 180.0).unwrap();
        assert!((queue.probability_of_waiting() - 0.174_132).abs() < 1e-6);
        assert!((queue.service_level(20.0).unwrap() - 0.888_350).abs() < 1e-6);
        assert!((queue.average_speed_of_answer() - 7.835_937).abs() < 1e-6);
        assert!((queue.occupancy() - 0.714_286).abs() < 1e-6);
    }

    #[test]
    fn overloaded_and_nonsensical_queues_are_refused() {
        assert!(Queue::new(14.0, 14, 180.0).is_err());
        assert!(Queue::new(0.0, 14, 180.0).is_err());
        assert!(Queue::new(10.0, 14, -1.0).is_err());
        assert!(Queue::new(10.0, 0, 180.0).is_err());
        assert!(Queue::new(10.0, 14, 180.0).unwrap().service_level(f64::NAN).is_err());
    }

    proptest! {
        #[test]
        fn more_agents_wait_less(load in 0.1..500.0_f64, spare in 1_u32..50) {
            let agents = load.ceil() as u32 + spare;
            let (few, many) = (Queue::new(load, agents, 180.0).unwrap(), Queue::new(load, agents + 1, 180.0).unwrap());
            prop_assert!(many.probability_of_waiting() < few.probability_of_waiting());
            prop_assert!(few.probability_of_waiting() <= 1.0 && many.probability_of_waiting() >= 0.0);
            prop_assert!(many.average_speed_of_answer() < few.average_speed_of_answer());
            prop_assert!(few.service_level(20.0).unwrap() <= few.service_level(40.0).unwrap());
        }
    }
}
