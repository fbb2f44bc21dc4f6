//! Connections: accepting them, refusing those that are too many, and ending those that are too slow.
//!
//! `axum::serve` waits for a client for ever, so this takes its place: one task per connection, as there, on which a request
//! has to arrive in time.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tower::Layer;

use crate::limits::Limits;
use crate::metrics::Metrics;

/// How long requests that have begun are waited for when the server is stopped.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a client that is refused may take to hear so.
const HEARING: Duration = Duration::from_secs(1);

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
        match Arc::clone(&free).try_acquire_owned() {
            Ok(place) => {
                let (router, stopping) = (router.clone(), stopping.clone());
                tokio::spawn(async move {
                    serve(stream, address, router, limits, stopping).await;
                    drop(place);
                });
            }
            Err(_) => {
                metrics.refused();
                tokio::spawn(tokio::time::timeout(HEARING, refuse(stream)));
            }
        }
    }
    drop(listener);
    drop(stopping);
    tell.send_replace(true);
    // Whoever never ends a request must not keep the server from ending.
    tokio::time::timeout(PATIENCE, tell.closed()).await.ok();
}

/// Answers on one connection until it ends, or is old, or the server stops.
async fn serve(
    stream: TcpStream,
    address: SocketAddr,
    router: Router,
    limits: Limits,
    mut stopping: watch::Receiver<bool>,
) {
    let service = TowerToHyperService::new(Extension(ConnectInfo(address)).layer(router));
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.arrival).max_buf_size(LARGEST_HEAD);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    // How a connection ends is the client's affair: it goes away, is too slow, or speaks something else.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopping.wait_for(|stopping| *stopping) => {}
        () = tokio::time::sleep(limits.connection) => {}
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
