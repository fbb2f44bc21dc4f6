//! Handing one message to a mail server. lettre speaks with it; the connection, encrypted or not, is made here, so that the
//! same build of rustls serves it that the lake has.

use std::borrow::Cow;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use lettre::Message;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::extension::ClientId;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::Url;

/// How long a mail server may take for one message.
const PATIENCE: Duration = Duration::from_mins(1);
/// The most bytes of an answer before the connection is encrypted.
const LONGEST_ANSWER: usize = 8 * 1024;
/// What this side calls itself.
const OWN_NAME: &str = "localhost";

/// A mail server.
#[derive(Clone)]
pub struct MailServer {
    host: String,
    port: u16,
    security: Security,
    credentials: Option<Credentials>,
}

/// How the connection is kept from being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Security {
    /// Encrypted from its first byte.
    FromTheFirst,
    /// Encrypted once both agreed; refused otherwise.
    Agreed,
    /// Not at all; on this machine alone.
    None,
}

/// A message that was not sent.
#[derive(Debug)]
pub(super) enum Unsent {
    /// It is known that it was not, and why.
    Known(String),
    /// It may have been.
    Perhaps(String),
}

impl MailServer {
    /// The server of an address: `smtps://USER:PASSWORD@HOST`, or `smtp://` for one that encrypts after both agreed.
    pub fn parse(address: &str) -> Result<Self, String> {
        // The address holds a password, so that nothing of it is repeated.
        let url = Url::parse(address).map_err(|_| "it is no address".to_owned())?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or("it names no server")?;
        // Addresses of the newer kind stand between brackets in an address of a server, and nowhere else.
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let here = matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1");
        let (security, port) = match url.scheme() {
            "smtps" => (Security::FromTheFirst, 465),
            "smtp" if here => (Security::None, 25),
            "smtp" => (Security::Agreed, 587),
            _ => return Err("it begins neither with smtps:// nor with smtp://".to_owned()),
        };
        let decoded = |text: &str| {
            let text = percent_encoding::percent_decode_str(text).decode_utf8();
            text.map(Cow::into_owned).map_err(|_| "its user or password is no text".to_owned())
        };
        let credentials = match (decoded(url.username())?, url.password().map(decoded).transpose()?) {
            (user, _) if user.is_empty() => None,
            (user, Some(password)) => Some(Credentials::new(user, password)),
            (_, None) => return Err("it has a user and no password".to_owned()),
        };
        Ok(Self { host, port: url.port().unwrap_or(port), security, credentials })
    }

    /// Hands a message over.
    pub(super) async fn send(&self, message: &Message) -> Result<(), Unsent> {
        let late = |what: &str| format!("{} did not {what} within {} seconds", self.host, PATIENCE.as_secs());
        let mut connection = match tokio::time::timeout(PATIENCE, self.connect()).await {
            Ok(connected) => connected.map_err(Unsent::Known)?,
            Err(_) => return Err(Unsent::Known(late("answer"))),
        };
        let (envelope, text) = (message.envelope(), message.formatted());
        let Ok(sent) = tokio::time::timeout(PATIENCE, connection.send(envelope, &text)).await else {
            return Err(Unsent::Perhaps(late("take the message")));
        };
        match sent {
            Ok(_) => {
                tokio::time::timeout(PATIENCE, connection.quit()).await.ok();
                Ok(())
            }
            Err(error) if error.is_permanent() || error.is_transient() || error.is_client() => {
                Err(Unsent::Known(format!("{} refused the message: {error}", self.host)))
            }
            Err(error) => Err(Unsent::Perhaps(format!("the connection to {} ended: {error}", self.host))),
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, String> {
        let failed = |error: &dyn std::fmt::Display| format!("{} cannot be used: {error}", self.host);
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(|error| failed(&error))?;
        let peer = stream.peer_addr().map_err(|error| failed(&error))?;
        let channel = match self.security {
            Security::None => Channel { inner: Inner::Plain(stream), greeting: &[], peer },
            Security::FromTheFirst => {
                let tls = self.encrypted(stream).await.map_err(|error| failed(&error))?;
                Channel { inner: Inner::Encrypted(Box::new(tls)), greeting: &[], peer }
            }
            Security::Agreed => {
                let stream = agree(stream).await.map_err(|error| failed(&error))?;
                let tls = self.encrypted(stream).await.map_err(|error| failed(&error))?;
                // The server greeted already, before the connection was encrypted.
                Channel { inner: Inner::Encrypted(Box::new(tls)), greeting: b"220 ready\r\n", peer }
            }
        };
        let own = ClientId::Domain(OWN_NAME.to_owned());
        let mut connection = AsyncSmtpConnection::connect_with_transport(Box::new(channel), &own)
            .await
            .map_err(|error| failed(&error))?;
        if let Some(credentials) = &self.credentials {
            let ways = [Mechanism::Plain, Mechanism::Login];
            connection.auth(&ways, credentials).await.map_err(|error| failed(&error))?;
        }
        Ok(connection)
    }

    async fn encrypted(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(BuilderVerifierExt::with_platform_verifier)
            .map_err(io::Error::other)?
            .with_no_client_auth();
        let name = ServerName::try_from(self.host.clone()).map_err(io::Error::other)?;
        TlsConnector::from(Arc::new(config)).connect(name, stream).await
    }
}

/// Agrees with a server that the connection is encrypted from now on. What is read is read byte by byte: whatever comes behind
/// the last answer belongs to the encryption.
async fn agree(mut stream: TcpStream) -> io::Result<TcpStream> {
    answer(&mut stream, "220").await?;
    stream.write_all(format!("EHLO {OWN_NAME}\r\n").as_bytes()).await?;
    let offers = answer(&mut stream, "250").await?;
    if !offers.lines().any(|line| line.get(4..).is_some_and(|word| word.trim().eq_ignore_ascii_case("STARTTLS"))) {
        return Err(io::Error::other("it does not encrypt; write smtps:// where it does so from the first byte"));
    }
    stream.write_all(b"STARTTLS\r\n").await?;
    answer(&mut stream, "220").await?;
    Ok(stream)
}

/// An answer of one or more lines, of which the last one has a space behind its code.
async fn answer(stream: &mut TcpStream, code: &str) -> io::Result<String> {
    let mut text = Vec::new();
    let mut line = Vec::new();
    loop {
        let byte = stream.read_u8().await?;
        text.push(byte);
        line.push(byte);
        if text.len() > LONGEST_ANSWER {
            return Err(io::Error::other("it says too much"));
        }
        if byte == b'\n' {
            if line.get(3) != Some(&b'-') {
                break;
            }
            line.clear();
        }
    }
    if line.starts_with(code.as_bytes()) {
        Ok(String::from_utf8_lossy(&text).into_owned())
    } else {
        Err(io::Error::other(format!("it said: {}", String::from_utf8_lossy(&line).trim())))
    }
}

/// A connection to a mail server.
#[derive(Debug)]
struct Channel {
    inner: Inner,
    /// What is read before anything that the server says.
    greeting: &'static [u8],
    peer: SocketAddr,
}

#[derive(Debug)]
enum Inner {
    Plain(TcpStream),
    Encrypted(Box<TlsStream<TcpStream>>),
}

impl AsyncTokioStream for Channel {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

impl AsyncRead for Channel {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.greeting.is_empty() {
            let (now, later) = this.greeting.split_at(this.greeting.len().min(buffer.remaining()));
            buffer.put_slice(now);
            this.greeting = later;
            return Poll::Ready(Ok(()));
        }
        match &mut this.inner {
            Inner::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Inner::Encrypted(stream) => Pin::new(stream.as_mut()).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Channel {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.get_mut().inner {
            Inner::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Inner::Encrypted(stream) => Pin::new(stream.as_mut()).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().inner {
            Inner::Plain(stream) => Pin::new(stream).poll_flush(context),
            Inner::Encrypted(stream) => Pin::new(stream.as_mut()).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().inner {
            Inner::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Inner::Encrypted(stream) => Pin::new(stream.as_mut()).poll_shutdown(context),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(address: &str) -> Result<(String, u16, Security, bool), String> {
        let server = MailServer::parse(address)?;
        Ok((server.host, server.port, server.security, server.credentials.is_some()))
    }

    #[test]
    fn addresses_of_servers() {
        let fine = |host: &str, port, security, credentials| Ok((host.to_owned(), port, security, credentials));
        assert_eq!(read("smtps://me:a%20b@mail.example"), fine("mail.example", 465, Security::FromTheFirst, true));
        assert_eq!(read("smtp://mail.example"), fine("mail.example", 587, Security::Agreed, false));
        assert_eq!(read("smtp://127.0.0.1:2525"), fine("127.0.0.1", 2525, Security::None, false));
        for wrong in
            ["mail.example", "https://mail.example", "smtps://me:secret", "smtps://me@mail.example", "smtps://"]
        {
            let refused = read(wrong).unwrap_err();
            assert!(!refused.contains("secret"), "{refused}");
        }
    }
}
