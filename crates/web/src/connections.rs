//! Connections: accepting them, refusing those that are too many, and ending those that are too slow.
//!
//! `axum::serve` waits for a client for ever, so this takes its place: one task per connection, as there, on which a request
//! has to arrive in time. Where there are too many, the connection on which nothing has been asked for longest makes room: it
//! is a browser's that is kept for later, or somebody's who keeps places from others.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
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
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tower::Layer;

use crate::limits::Limits;
use crate::metrics::Metrics;

/// How long requests that have begun are waited for when the server is stopped.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a client that is refused may take to hear so.
const HEARING: Duration = Duration::from_secs(1);

/// How long a connection that has to make room may take to end.
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
    idle.longest()?.notify_one();
    tokio::time::timeout(LEAVING * 2, Arc::clone(free).acquire_owned()).await.ok()?.ok()
}

/// The connections on which nothing is asked at present, the one that has waited longest first.
#[derive(Clone, Default)]
struct Idle(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    next: u64,
    leave: BTreeMap<u64, Arc<Notify>>,
}

impl Idle {
    /// Takes the one out that has waited longest.
    fn longest(&self) -> Option<Arc<Notify>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).leave.pop_first().map(|(_, leave)| leave)
    }

    /// Puts one in, at the end.
    fn add(&self, leave: &Arc<Notify>) -> u64 {
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
    leave: Arc<Notify>,
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
        let leave = Arc::new(Notify::new());
        let stands = Stands::Waiting(idle.add(&leave));
        Self { idle: idle.clone(), leave, stands: Arc::new(Mutex::new(stands)) }
    }

    /// Something is asked on it, until the answer is dropped.
    fn asked(&self) -> Asked {
        self.stand(Stands::Asked);
        Asked(self.clone())
    }

    fn ended(&self) {
        self.stand(Stands::Ended);
    }

    fn stand(&self, now: Stands) {
        let mut stands = self.stands.lock().unwrap_or_else(PoisonError::into_inner);
        if let Stands::Waiting(number) = *stands {
            self.idle.remove(number);
        }
        *stands = now;
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
    let service = service_fn(move |request: Request<Incoming>| {
        let (asked, answer) = (asking.asked(), answering.call(request));
        async move {
            let answer = answer.await?;
            Ok::<_, std::convert::Infallible>(answer.map(|body| Told { body, _asked: asked }))
        }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.arrival).max_buf_size(LARGEST_HEAD);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    // How a connection ends is the client's affair: it goes away, is too slow, or speaks something else.
    let makes_room = tokio::select! {
        _ = connection.as_mut() => {
            line.ended();
            return;
        }
        _ = stopping.wait_for(|stopping| *stopping) => false,
        () = tokio::time::sleep(limits.connection) => false,
        () = line.leave.notified() => true,
    };
    connection.as_mut().graceful_shutdown();
    if makes_room {
        tokio::time::timeout(LEAVING, connection).await.ok();
        line.ended();
        return;
    }
    // What has begun is finished, unless its answer is never fetched.
    tokio::time::timeout(limits.arrival + limits.answer, connection).await.ok();
    line.ended();
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
