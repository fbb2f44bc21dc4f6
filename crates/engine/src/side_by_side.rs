//! Work that several threads do at once.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::EngineError;

/// Runs a task on so many threads and gives what each of them returned; the first error, if there is one. Threads end
/// before this returns.
pub(crate) fn run<T: Send>(
    workers: usize,
    task: impl Fn() -> Result<T, EngineError> + Sync,
) -> Result<Vec<T>, EngineError> {
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..workers.max(1)).map(|_| scope.spawn(&task)).collect();
        let mut results = Vec::with_capacity(running.len());
        for thread in running {
            match thread.join() {
                Ok(result) => results.push(result?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(results)
    })
}

/// Numbers that threads take one after the other.
#[derive(Debug)]
pub(crate) struct Queue {
    next: AtomicUsize,
    count: usize,
}

impl Queue {
    pub(crate) fn new(count: usize) -> Self {
        Self { next: AtomicUsize::new(0), count }
    }

    pub(crate) fn take(&self) -> Option<usize> {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        (next < self.count).then_some(next)
    }
}
