//! What open pages hear while nobody asks for anything: which data there are now, and since when.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::Event;
use futures::stream::{self, Stream};
use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;

/// How long one page listens, less than a connection lasts. Then it comes again and is asked who it is: somebody may have
/// signed out.
const LONGEST: Duration = Duration::from_mins(9);

/// What there is to hear.
#[derive(Debug, Clone, Copy)]
struct News {
    /// The version of the lake.
    version: u64,
    /// When it was written; none before anything was imported.
    loaded_at: Option<Timestamp>,
    /// Whether the server is about to end.
    ending: bool,
}

impl News {
    fn event(self) -> Event {
        let at = self.loaded_at.map_or_else(|| "null".to_owned(), |at| format!("\"{at}\""));
        Event::default().event("data").data(format!("{{\"version\":{},\"loaded_at\":{at}}}", self.version))
    }
}

/// Tells open pages of new data.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    news: watch::Sender<News>,
    places: Arc<Semaphore>,
}

/// What whoever follows something has been told of how it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Nothing,
    Something,
    /// Its end, too.
    All,
}

/// A page that listens.
struct Listener {
    news: watch::Receiver<News>,
    until: Instant,
    /// Whether it has heard what there is already.
    greeted: bool,
    _place: OwnedSemaphorePermit,
}

impl Live {
    /// Begins with the data that there are. `most` pages may listen at once.
    pub(crate) fn new(version: u64, loaded_at: Option<Timestamp>, most: usize) -> Self {
        let (news, _) = watch::channel(News { version, loaded_at, ending: false });
        Self { news, places: Arc::new(Semaphore::new(most)) }
    }

    /// Tells that other data are shown now. What is told already is not told again.
    pub(crate) fn shown(&self, version: u64, loaded_at: Option<Timestamp>) {
        self.news.send_if_modified(|news| {
            let other = news.version != version;
            (news.version, news.loaded_at) = (version, loaded_at);
            other
        });
    }

    /// Lets all who listen go, because the server ends.
    pub(crate) fn end(&self) {
        self.news.send_modify(|news| news.ending = true);
    }

    /// What a page hears of something that goes on, how it stands first, until `event` says that it was the last; none while too
    /// many listen.
    pub(crate) fn follow<T: Clone + Send + Sync + 'static>(
        &self,
        watched: watch::Receiver<T>,
        event: fn(&T) -> (Event, bool),
    ) -> Option<impl Stream<Item = Result<Event, Infallible>> + use<T>> {
        let place = Arc::clone(&self.places).try_acquire_owned().ok()?;
        let until = Instant::now() + LONGEST;
        let follower = (watched, self.news.subscribe(), place, Told::Nothing);
        Some(stream::unfold(follower, move |(mut watched, mut news, place, mut told)| async move {
            while told == Told::Something {
                tokio::select! {
                    changed = watched.changed() => { changed.ok()?; told = Told::Nothing; }
                    changed = news.changed() => {
                        changed.ok()?;
                        if news.borrow_and_update().ending {
                            return None;
                        }
                    }
                    () = tokio::time::sleep_until(until) => return None,
                }
            }
            if told == Told::All {
                return None;
            }
            let (event, last) = event(&watched.borrow_and_update());
            Some((Ok(event), (watched, news, place, if last { Told::All } else { Told::Something })))
        }))
    }

    /// What a page hears from now on, the present data first; none while too many listen.
    pub(crate) fn listen(&self) -> Option<impl Stream<Item = Result<Event, Infallible>> + use<>> {
        let place = Arc::clone(&self.places).try_acquire_owned().ok()?;
        let until = Instant::now() + LONGEST;
        let listener = Listener { news: self.news.subscribe(), until, greeted: false, _place: place };
        Some(stream::unfold(listener, |mut listener| async move {
            if listener.greeted {
                tokio::select! {
                    changed = listener.news.changed() => changed.ok()?,
                    () = tokio::time::sleep_until(listener.until) => return None,
                }
            }
            listener.greeted = true;
            let news = *listener.news.borrow_and_update();
            (!news.ending).then(|| (Ok(news.event()), listener))
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::StreamExt;

    #[tokio::test]
    async fn pages_hear_of_other_data_once_and_go_when_the_server_ends() {
        let live = Live::new(3, None, 1);
        let mut stream = Box::pin(live.listen().unwrap());
        assert!(stream.next().await.is_some(), "the present data");
        live.shown(3, None);
        live.shown(4, None);
        assert!(stream.next().await.is_some(), "other data");
        live.end();
        assert!(stream.next().await.is_none(), "the end");
    }

    #[tokio::test]
    async fn so_many_and_no_more() {
        let live = Live::new(1, None, 2);
        let mut streams: Vec<_> = (0..2).map(|_| live.listen().unwrap()).collect();
        assert!(live.listen().is_none());
        streams.pop();
        assert!(live.listen().is_some());
    }
}
