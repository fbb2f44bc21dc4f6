//! Whom the looks in the audit trail were at, so that people are told who looked at them.

use super::{Step, counted, index, table, text, whole};

pub(super) fn step() -> Step {
    Step {
        tables: vec![table("looks", vec![counted(), whole("entry_id"), text("kind"), text("subject")])],
        indexes: vec![index("looks", "subject")],
    }
}
