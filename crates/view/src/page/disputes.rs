//! Rows that somebody says are wrong, for whoever decides about them.

use askama::Template;
use serde::Serialize;

use crate::page::frame::Frame;

/// What waits for a decision, and what was decided.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "disputes.html")]
pub struct DisputesPage {
    /// What stands around it.
    pub frame: Frame,
    /// What was done.
    pub notice: Option<String>,
    /// What waits, the oldest first.
    pub open: Vec<DisputeLine>,
    /// What was decided, latest first.
    pub decided: Vec<DisputeLine>,
    /// The most characters of a reason.
    pub longest: usize,
    /// What the forms carry.
    #[serde(skip)]
    pub form_token: String,
}

/// One dispute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DisputeLine {
    /// Whose row it is: `Ann, North One`; without the name for whoever may not see it.
    pub who: String,
    /// The row: `responses a, a0`.
    pub row: String,
    /// The measure and the period in which it stands there.
    pub measure: String,
    /// Why it is wrong, in the words of the person.
    pub why: String,
    /// When it was disputed.
    pub at: String,
    /// How it stands: `open`, `upheld by Milo on 2 Nov 2026 09:14:30: that was Bob`.
    pub state: String,
    /// Where the record is in which the row stands.
    pub record_url: Option<String>,
    /// Where the decision is sent; none for whoever may not decide this one.
    #[serde(skip)]
    pub decide_url: Option<String>,
}
