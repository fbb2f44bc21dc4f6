//! Telling other systems of new signals: one message per address with all that is new, signed, and tried again for a day.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use evenkeel_state::{DeliveryState, DueDelivery, Message, StateError};
use evenkeel_view::page::Visitor;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use serde::Serialize;
use sha2::Sha256;

use crate::World;
use crate::accounts::Accounts;
use crate::routes::links;
use crate::server::State;
use crate::viewer::Viewer;

/// The header that says when a message was sent, in seconds since 1970.
const TIMESTAMP: &str = "evenkeel-timestamp";
/// The header with the signature: `v1=` and 64 hexadecimal digits.
const SIGNATURE: &str = "evenkeel-signature";
/// The header with the number of the message, which is the same when it is sent again.
const DELIVERY: &str = "evenkeel-delivery";

/// After how long a message is sent again that was not taken. After the last it is given up.
const AGAIN: [SignedDuration; 5] = [
    SignedDuration::from_secs(30),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(3),
    SignedDuration::from_hours(20),
];
/// How often it is looked whether there is something to tell.
const ROUND: Duration = Duration::from_secs(2);
/// For how long a message is nobody else's, while it is sent: longer than an attempt can take.
const TAKEN: SignedDuration = SignedDuration::from_secs(120);
/// How long an address may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many messages are sent in one round.
const AT_ONCE: u64 = 20;
/// The longest address.
const LONGEST: usize = 500;

/// A signal as it is told.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct ToldSignal {
    /// By what it is known; it is told once.
    id: String,
    unit: String,
    measure: String,
    title: String,
    /// `better`, `worse` or `change`.
    judgement: &'static str,
    value: Option<f64>,
    value_text: String,
    text: String,
    /// Where the page of the measure is.
    path: String,
}

/// What is told of one state of the record.
pub(crate) struct Signals {
    organisation: String,
    period: String,
    data_version: String,
    all: Vec<ToldSignal>,
}

impl Signals {
    /// The signals of the whole organisation in the latest period; none where there are no data.
    pub(crate) async fn of(world: &World) -> Option<Self> {
        // Whom nobody knows sees the figures of all units, and no people.
        let world = world.seen_by(Viewer::Anybody, Visitor::default(), None);
        world.default_period().ok()?;
        let place = world.whole();
        let found = world.signals(&place, &links(&world)).await;
        let list = found.inspect_err(|error| tracing::warn!(%error, "signals cannot be told")).ok()?;
        let all = list
            .signals
            .into_iter()
            .map(|line| ToldSignal {
                id: format!("{} {}", line.row.url, line.judgement),
                unit: line.unit,
                measure: line.row.id,
                title: line.row.name,
                judgement: line.judgement,
                value: line.row.value.value,
                value_text: line.row.value.text,
                text: line.text,
                path: line.row.url,
            })
            .collect();
        let about = world.about_answer(Some(&place));
        Some(Self {
            organisation: about.unit_name.unwrap_or_default(),
            period: about.period.unwrap_or_default(),
            data_version: about.data_version,
            all,
        })
    }

    /// By what they are known.
    pub(crate) fn names(&self) -> Vec<String> {
        self.all.iter().map(|signal| signal.id.clone()).collect()
    }

    /// A message about those among them that are wanted; `kind` says why it is sent.
    fn message(&self, kind: &str, now: Timestamp, wanted: impl Fn(&ToldSignal) -> bool) -> Message {
        let told: Vec<&ToldSignal> = self.all.iter().filter(|signal| wanted(signal)).collect();
        let about = match kind {
            "test" => "a test".to_owned(),
            _ => evenkeel_view::number::counted(told.len() as u64, "new signals"),
        };
        let body = serde_json::json!({
            "type": kind,
            "organisation": self.organisation,
            "period": self.period,
            "data_version": self.data_version,
            "made_at": now.to_string(),
            "signals": told,
        });
        Message { about, body: body.to_string() }
    }

    /// A message that says nothing new.
    pub(crate) fn test(&self, now: Timestamp) -> Message {
        self.message("test", now, |_| false)
    }
}

/// Has all addresses be told of what a world shows and they were not told.
async fn announce(accounts: &Accounts, world: &World) -> Result<(), StateError> {
    if accounts.store.webhooks().await?.is_empty() {
        return Ok(());
    }
    let Some(signals) = Signals::of(world).await else { return Ok(()) };
    let now = accounts.now();
    let message = |new: &BTreeSet<String>| Some(signals.message("signals", now, |signal| new.contains(&signal.id)));
    let new = accounts.store.announce(&signals.names(), now, message).await?;
    if new > 0 {
        tracing::info!(new, "new signals are told");
    }
    Ok(())
}

/// Sends what is due, and notes what came of it.
async fn deliver(accounts: &Arc<Accounts>, private: bool) -> Result<(), StateError> {
    let now = accounts.now();
    let due = accounts.store.take_due_deliveries(now, now + TAKEN, AT_ONCE).await?;
    let sending = due.into_iter().map(async |due| {
        let sent = send(&due, accounts.now(), private).await;
        let now = accounts.now();
        let (state, said, next) = match sent {
            Ok(status) => (DeliveryState::Delivered, format!("answered {status}"), now),
            Err(why) => match usize::try_from(due.attempts).ok().and_then(|tried| AGAIN.get(tried)) {
                Some(after) => (DeliveryState::Waiting, why, now + *after),
                None => (DeliveryState::Failed, why, now),
            },
        };
        accounts.store.delivery_tried(due.id, state, &said, next).await
    });
    futures::future::try_join_all(sending).await?;
    Ok(())
}

/// Sends one message. What went wrong is told in words, without what the other side answered: it may be anything.
async fn send(due: &DueDelivery, now: Timestamp, private: bool) -> Result<u16, String> {
    let url = address(&due.address)?;
    let host = url.host_str().unwrap_or_default().to_owned();
    let port = url.port_or_known_default().unwrap_or(443);
    let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let found = tokio::net::lookup_host((bare.as_str(), port)).await.map_err(|_| format!("`{host}` is not found"))?;
    let found: Vec<SocketAddr> = found.collect();
    let allowed =
        |address: &SocketAddr| is_local(&url) && address.ip().is_loopback() || private || is_public(address.ip());
    if found.is_empty() || !found.iter().all(allowed) {
        return Err(format!("`{host}` is an address inside the own network, where nothing is sent"));
    }
    // The name is looked up once: what was looked at is what is asked. Nothing leads elsewhere, and no proxy stands between.
    let client =
        Client::builder().resolve_to_addrs(&host, &found).redirect(Policy::none()).no_proxy().timeout(PATIENCE);
    let client = client.build().map_err(|_| "no connection can be made".to_owned())?;
    let seconds = now.as_second().to_string();
    let signature = signature(&due.secret, &seconds, &due.body);
    let asked = client
        .post(url)
        .header("content-type", "application/json")
        .header("user-agent", "evenkeel")
        .header(DELIVERY, due.id.to_string())
        .header(TIMESTAMP, seconds)
        .header(SIGNATURE, format!("v1={signature}"))
        .body(due.body.clone());
    let answer = asked.send().await.map_err(|error| {
        let why = if error.is_timeout() { "did not answer in time" } else { "could not be reached" };
        format!("`{host}` {why}")
    })?;
    let status = answer.status();
    if status.is_success() { Ok(status.as_u16()) } else { Err(format!("answered {}", status.as_u16())) }
}

/// What a message is signed with: HMAC-SHA256 over the timestamp, a full stop, and the body.
fn signature(secret: &str, seconds: &str, body: &str) -> String {
    // A key of any length is taken.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(seconds.as_bytes());
    mac.update(b".");
    mac.update(body.as_bytes());
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    mac.finalize().into_bytes().iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Reads an address that may be told something; in words why it may not.
pub(crate) fn address(text: &str) -> Result<Url, String> {
    let text = text.trim();
    if text.len() > LONGEST {
        return Err(format!("an address has at most {LONGEST} characters"));
    }
    let url = Url::parse(text).map_err(|_| format!("`{text}` is no address; write https://host/path"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("an address holds no name and no password; what is sent is signed instead".to_owned());
    }
    if url.fragment().is_some() {
        return Err("an address has no part behind `#`".to_owned());
    }
    match url.scheme() {
        "https" if url.host().is_some() => Ok(url),
        "http" if is_local(&url) => Ok(url),
        "http" => Err("an address begins with https://; http:// is for this machine alone".to_owned()),
        _ => Err(format!("`{text}` is no address; write https://host/path")),
    }
}

/// Whether an address is on this machine by its name.
pub(crate) fn is_local(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether an address is one of the public network.
fn is_public(address: IpAddr) -> bool {
    let of_four = |four: Ipv4Addr| {
        let [first, second, third, _] = four.octets();
        let shared = first == 100 && (64..128).contains(&second);
        let benchmark = first == 198 && (18..20).contains(&second);
        let protocol = first == 192 && second == 0 && third == 0;
        !(four.is_private()
            || four.is_loopback()
            || four.is_link_local()
            || four.is_broadcast()
            || four.is_documentation()
            || four.is_multicast()
            || first == 0
            || first >= 240
            || shared
            || benchmark
            || protocol)
    };
    match address {
        IpAddr::V4(four) => of_four(four),
        IpAddr::V6(six) => {
            let parts = six.segments();
            // An address of the old kind within one of the new: mapped, compatible, by NAT64, by 6to4.
            let last = Ipv4Addr::from(((u32::from(parts[6])) << 16) | u32::from(parts[7]));
            let within = match parts {
                [0, 0, 0, 0, 0, 0xffff | 0, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => Some(last),
                [0x2002, one, two, ..] => Some(Ipv4Addr::from((u32::from(one) << 16) | u32::from(two))),
                _ => None,
            };
            let global = parts[0] & 0xe000 == 0x2000 && !(parts[0] == 0x2001 && (parts[1] == 0xdb8 || parts[1] == 0));
            match within {
                Some(four) => of_four(four),
                None => global,
            }
        }
    }
}

/// Tells addresses what is new, and sends again what was not taken, for as long as the server runs.
pub(crate) async fn keep_telling(state: State, accounts: Arc<Accounts>) {
    let mut told = None;
    loop {
        tokio::time::sleep(ROUND).await;
        let present = state.present();
        let now = (present.lake_version(), present.today());
        if told != Some(now) {
            match announce(&accounts, &present).await {
                Ok(()) => told = Some(now),
                Err(error) => tracing::warn!(%error, "new signals are told later"),
            }
        }
        if let Err(error) = deliver(&accounts, state.private_webhooks).await {
            tracing::warn!(%error, "messages of webhooks are sent later");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_signed_as_it_is_written_down() {
        // Worked out with `printf '%s' '1700000000.{"type":"test"}' | openssl dgst -sha256 -hmac evs_secret`.
        assert_eq!(
            signature("evs_secret", "1700000000", "{\"type\":\"test\"}"),
            "3e02dee1e0bc679215e11b6feef3df665dae74f759c82cb4fce038f81e896111"
        );
    }

    #[test]
    fn addresses_that_may_be_told() {
        for good in [
            "https://hooks.example/x?y=1",
            "http://127.0.0.1:9000/",
            "http://localhost:9000/a",
            "http://[::1]:9000/",
            " https://hooks.example ",
        ] {
            assert!(address(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "hooks.example",
            "http://hooks.example/",
            "http://127.0.0.1.example/",
            "http://2130706434.example/",
            "ftp://hooks.example/",
            "file:///etc/passwd",
            "https://me:secret@hooks.example/",
            "https://hooks.example/#x",
            "javascript:alert(1)",
        ] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn addresses_of_the_own_network() {
        for (text, public) in [
            ("93.184.216.34", true),
            ("2606:2800:220:1:248:1893:25c8:1946", true),
            ("10.0.0.1", false),
            ("172.16.0.1", false),
            ("192.168.1.1", false),
            ("127.0.0.1", false),
            ("169.254.169.254", false),
            ("100.64.0.1", false),
            ("0.0.0.0", false),
            ("255.255.255.255", false),
            ("224.0.0.1", false),
            ("198.18.0.1", false),
            ("::1", false),
            ("::", false),
            ("fe80::1", false),
            ("fd00::1", false),
            ("ff02::1", false),
            ("2001:db8::1", false),
            ("::ffff:10.0.0.1", false),
            ("::ffff:93.184.216.34", true),
            ("64:ff9b::a00:1", false),
            ("2002:a00:1::", false),
        ] {
            assert_eq!(is_public(text.parse().unwrap()), public, "{text}");
        }
    }

    #[tokio::test]
    async fn nothing_is_sent_into_the_own_network() {
        let due = |address: &str| DueDelivery {
            id: 1,
            address: address.to_owned(),
            secret: "s".to_owned(),
            body: "{}".to_owned(),
            attempts: 0,
        };
        for address in ["https://10.0.0.1/", "https://169.254.169.254/latest", "https://[fd00::1]/"] {
            let refused = send(&due(address), Timestamp::UNIX_EPOCH, false).await.unwrap_err();
            assert!(refused.contains("inside the own network"), "{refused}");
        }
    }
}
