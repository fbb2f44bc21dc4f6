//! Connections: accepting them, refusing those that are too many, and ending those that are too slow.
//!
//! `axum::serve` waits for a client for ever, so this takes its place: one task per connection, as there, on which a request
//! has to arrive in time. Where there are too many, the connection on which nothing has been asked for longest makes room: it
//! is a browser's that is kept for later, or somebody's who keeps places from others.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::{Extension, Router};
use hyper::Request;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tower::Layer;

use crate::limits::Limits;
use crate::metrics::Metrics;

/// How long requests that have begun are waited for when the server is stopped.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a client that is refused may take to hear so.
const HEARING: Duration = Duration::from_secs(1);

/// How long the place of a connection that makes room is waited for.
const LEAVING: Duration = Duration::from_millis(200);

/// The most bytes of the head of a request.
const LARGEST_HEAD: usize = 64 * 1024;

/// What a client is told when there are too many.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\nretry-after: 2\r\n\
    connection: close\r\ncontent-length: 52\r\n\r\nToo many are connected here. Ask again in a moment.\n";

/// Answers on every connection until `stop` ends.
pub(crate) async fn answer(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    metrics: &Metrics,
    stop: impl Future<Output = ()>,
) {
    let (tell, stopping) = watch::channel(false);
    let free = Arc::new(Semaphore::new(limits.connections));
    let idle = Idle::default();
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.as_mut() => break,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // The client went away, or there is nothing left to accept it with; that comes back when others go.
                tracing::warn!(%error, "a connection cannot be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        // One after the other, so that whoever comes first gets the place that was made for them.
        if let Some(place) = place(&free, &idle).await {
            let (router, stopping, line) = (router.clone(), stopping.clone(), Line::new(&idle));
            tokio::spawn(async move {
                serve(stream, address, router, limits, stopping, line).await;
                drop(place);
            });
        } else {
            metrics.refused();
            tokio::spawn(tokio::time::timeout(HEARING, refuse(stream)));
        }
    }
    drop(listener);
    drop(stopping);
    tell.send_replace(true);
    // Whoever never ends a request must not keep the server from ending.
    tokio::time::timeout(PATIENCE, tell.closed()).await.ok();
}

/// A place for a connection: one that is free, or that of the connection on which nothing has been asked for longest.
async fn place(free: &Arc<Semaphore>, idle: &Idle) -> Option<OwnedSemaphorePermit> {
    if let Ok(place) = Arc::clone(free).try_acquire_owned() {
        return Some(place);
    }
    idle.longest()?.made.notify_one();
    tokio::time::timeout(LEAVING, Arc::clone(free).acquire_owned()).await.ok()?.ok()
}

/// The connections on which nothing is asked at present, the one that has waited longest first.
#[derive(Clone, Default)]
struct Idle(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    next: u64,
    leave: BTreeMap<u64, Arc<Room>>,
}

/// The room that a connection can make.
#[derive(Default)]
struct Room {
    /// It is to make room.
    made: Notify,
    /// The client has not fetched what was written, so that there is more of an answer to come.
    unfetched: AtomicBool,
}

impl Idle {
    /// Takes the one out that has waited longest, of those from which nothing is still to be fetched.
    fn longest(&self) -> Option<Arc<Room>> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fetched = |leave: &Arc<Room>| !leave.unfetched.load(Ordering::Relaxed);
        let number = waiting.leave.iter().find(|(_, leave)| fetched(leave)).map(|(number, _)| *number)?;
        waiting.leave.remove(&number)
    }

    /// Puts one in, at the end.
    fn add(&self, leave: &Arc<Room>) -> u64 {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = waiting.next;
        waiting.next += 1;
        waiting.leave.insert(number, Arc::clone(leave));
        number
    }

    fn remove(&self, number: u64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).leave.remove(&number);
    }
}

/// One connection, and whether it is among those that wait for a request.
#[derive(Clone)]
struct Line {
    idle: Idle,
    leave: Arc<Room>,
    stands: Arc<Mutex<Stands>>,
}

enum Stands {
    /// Nothing is asked on it; its number among those that wait.
    Waiting(u64),
    /// Something is being answered.
    Asked,
    /// It is closed.
    Ended,
}

impl Line {
    fn new(idle: &Idle) -> Self {
        let leave = Arc::new(Room::default());
        let stands = Stands::Waiting(idle.add(&leave));
        Self { idle: idle.clone(), leave, stands: Arc::new(Mutex::new(stands)) }
    }

    /// Something is asked on it, until the answer is dropped.
    fn asked(&self) -> Asked {
        self.stand(Stands::Asked);
        Asked(self.clone())
    }

    fn stand(&self, now: Stands) {
        let mut stands = self.stands.lock().unwrap_or_else(PoisonError::into_inner);
        if let Stands::Waiting(number) = *stands {
            self.idle.remove(number);
        }
        *stands = now;
    }
}

/// A connection, until it is closed.
struct Ending(Line);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.stand(Stands::Ended);
    }
}

/// A request that is being answered.
struct Asked(Line);

impl Drop for Asked {
    fn drop(&mut self) {
        let mut stands = self.0.stands.lock().unwrap_or_else(PoisonError::into_inner);
        // What is dropped with its connection waits for nothing more.
        if matches!(*stands, Stands::Asked) {
            *stands = Stands::Waiting(self.0.idle.add(&self.0.leave));
        }
    }
}

/// A connection that notes whether its client fetches what is written. An answer is given up by whoever made it before all of it
/// was fetched.
struct Fetched {
    stream: TcpStream,
    room: Arc<Room>,
}

impl Fetched {
    fn noted(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        self.room.unfetched.store(written.is_pending(), Ordering::Relaxed);
        written
    }
}

impl AsyncRead for Fetched {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Fetched {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.noted(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.noted(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// The body of an answer; once it is gone the connection waits for the next request.
struct Told {
    body: Body,
    _asked: Asked,
}

impl HttpBody for Told {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Answers on one connection until it ends, or is old, or makes room, or the server stops.
async fn serve(
    stream: TcpStream,
    address: SocketAddr,
    router: Router,
    limits: Limits,
    mut stopping: watch::Receiver<bool>,
    line: Line,
) {
    let answering = TowerToHyperService::new(Extension(ConnectInfo(address)).layer(router));
    let asking = line.clone();
    // Whatever way this ends, the connection waits for nothing more.
    let _ending = Ending(line.clone());
    let service = service_fn(move |request: Request<Incoming>| {
        let (asked, answer) = (asking.asked(), answering.call(request));
        async move {
            let answer = answer.await?;
            Ok::<_, std::convert::Infallible>(answer.map(|body| Told { body, _asked: asked }))
        }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.arrival).max_buf_size(LARGEST_HEAD);
    let mut connection =
        pin!(builder.serve_connection(TokioIo::new(Fetched { stream, room: Arc::clone(&line.leave) }), service));
    // How a connection ends is the client's affair: it goes away, is too slow, or speaks something else.
    let makes_room = tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopping.wait_for(|stopping| *stopping) => false,
        () = tokio::time::sleep(limits.connection) => false,
        () = line.leave.made.notified() => true,
    };
    // Nothing is asked on it, and nothing of an answer is still to be fetched.
    if makes_room {
        return;
    }
    connection.as_mut().graceful_shutdown();
    // What has begun is finished, unless its answer is never fetched.
    tokio::time::timeout(limits.arrival + limits.answer, connection).await.ok();
}

/// Says that there are too many, and hears the client out: one that is still sending would not read it otherwise.
async fn refuse(mut stream: TcpStream) -> std::io::Result<()> {
    stream.write_all(FULL).await?;
    stream.shutdown().await?;
    let mut unread = [0; 1024];
    while stream.read(&mut unread).await? > 0 {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use axum::routing::get;

    use super::*;

    /// Whoever opens connections and asks nothing on them keeps nobody out.
    #[tokio::test]
    async fn the_connection_that_waits_longest_makes_room() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(|| async { "here" })).route(
            "/slow",
            get(|| async {
                tokio::time::sleep(Duration::from_secs(1)).await;
                "late"
            }),
        );
        let limits = Limits { connections: 3, ..Limits::default() };
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let server = tokio::spawn(async move {
            let stop = async {
                stopped.await.ok();
            };
            answer(listener, router, limits, &Metrics::new(), stop).await;
        });
        let asks = async |stream: &mut TcpStream, path: &str| {
            let question = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
            stream.write_all(question.as_bytes()).await.unwrap();
        };
        // One is being answered, one was answered and is kept, and one sends its head for ever.
        let mut slow = TcpStream::connect(address).await.unwrap();
        asks(&mut slow, "/slow").await;
        let mut kept = TcpStream::connect(address).await.unwrap();
        asks(&mut kept, "/").await;
        let mut head = [0; 12];
        kept.read_exact(&mut head).await.unwrap();
        let mut half = TcpStream::connect(address).await.unwrap();
        half.write_all(b"GET / HTTP/1.1\r\nx: ").await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        for _ in 0..4 {
            let mut new = TcpStream::connect(address).await.unwrap();
            asks(&mut new, "/").await;
            new.read_exact(&mut head).await.unwrap();
            assert_eq!(&head, b"HTTP/1.1 200");
            // It stays open until it is in the way.
            std::mem::forget(new);
        }
        let mut late = String::new();
        let mut answer = [0; 256];
        while !late.contains("late") {
            let read = slow.read(&mut answer).await.unwrap();
            assert!(read > 0, "what was being answered was ended: {late}");
            late.push_str(&String::from_utf8_lossy(&answer[..read]));
        }
        stop.send(()).unwrap();
        server.await.unwrap();
    }

    /// Whoever asks for something large and never fetches it holds no place for ever.
    #[tokio::test]
    async fn an_answer_that_is_never_fetched_is_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(|| async { vec![b'x'; 64 << 20] }));
        let short = Duration::from_millis(300);
        let limits = Limits { connections: 1, arrival: short, answer: short, connection: short, ..Limits::default() };
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let server = tokio::spawn(async move {
            let stop = async {
                stopped.await.ok();
            };
            answer(listener, router, limits, &Metrics::new(), stop).await;
        });
        let question = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
        let mut lazy = TcpStream::connect(address).await.unwrap();
        lazy.write_all(question).await.unwrap();
        let mut head = [0; 12];
        lazy.read_exact(&mut head).await.unwrap();
        assert_eq!(&head, b"HTTP/1.1 200");
        let begun = Instant::now();
        loop {
            let mut other = TcpStream::connect(address).await.unwrap();
            other.write_all(question).await.unwrap();
            other.read_exact(&mut head).await.unwrap();
            if &head == b"HTTP/1.1 200" {
                break;
            }
            assert_eq!(&head, b"HTTP/1.1 503");
            assert!(begun.elapsed() < Duration::from_secs(10), "the place is never free again");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(begun.elapsed() >= Duration::from_millis(200), "{:?}", begun.elapsed());
        stop.send(()).unwrap();
        server.await.unwrap();
    }
}
