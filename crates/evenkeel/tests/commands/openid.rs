//! Signing in with a work account, at a provider that the test plays, in every way that it or somebody between may go wrong.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::served::{Answer, PASSWORD, Server, serving, start, two_branches};
use super::support::evenkeel;

const CLIENT: &str = "scorecard";
const SECRET: &str = "a+b/c";
/// How the provider is told the secret: as in a form, then as in the head of a request.
const WRITTEN_SECRET: &str = "scorecard:a%2Bb%2Fc";

fn text(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[expect(clippy::disallowed_methods, reason = "the server that is tested reads the same clock")]
fn seconds() -> i64 {
    Timestamp::now().as_second()
}

/// A key with its name.
struct Key {
    name: String,
    pair: EcdsaKeyPair,
}

impl Key {
    fn new(name: &str) -> Self {
        Self { name: name.to_owned(), pair: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap() }
    }

    fn published(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        json!({
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.name,
            "x": text(&point[1..33]), "y": text(&point[33..])
        })
    }

    fn token(&self, claims: &Value) -> String {
        let head = json!({ "alg": "ES256", "typ": "JWT", "kid": self.name });
        let signed = format!("{}.{}", text(head.to_string()), text(claims.to_string()));
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", text(signature))
    }
}

/// What the provider gives for a code, once.
struct Granted {
    token: String,
    challenge: String,
    back: String,
}

/// How the provider answers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Well,
    /// Takes the question and never answers.
    Silent,
    Broken,
    Endless,
    Garbage,
    /// Says that it is another provider.
    Posing,
    /// Names addresses that are not encrypted.
    Leading,
}

struct Inside {
    issuer: String,
    manner: Manner,
    keys: Vec<Key>,
    granted: BTreeMap<String, Granted>,
    further: Option<Value>,
    asked: Vec<String>,
}

/// A provider.
#[derive(Clone)]
struct Provider(Arc<Mutex<Inside>>);

impl Provider {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}/realms/bank", listener.local_addr().unwrap());
        let inside = Inside {
            issuer,
            manner: Manner::Well,
            keys: vec![Key::new("first")],
            granted: BTreeMap::new(),
            further: None,
            asked: Vec::new(),
        };
        let provider = Self(Arc::new(Mutex::new(inside)));
        let serving = provider.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serving = serving.clone();
                std::thread::spawn(move || serving.answer(&stream));
            }
        });
        provider
    }

    fn issuer(&self) -> String {
        self.0.lock().unwrap().issuer.clone()
    }

    fn set(&self, manner: Manner) {
        self.0.lock().unwrap().manner = manner;
    }

    /// How often something was asked for.
    fn asked(&self, path: &str) -> usize {
        self.0.lock().unwrap().asked.iter().filter(|asked| asked.ends_with(path)).count()
    }

    fn answer(&self, mut stream: &TcpStream) {
        let mut reader = BufReader::new(stream);
        let mut head = String::new();
        while reader.read_line(&mut head).is_ok_and(|read| read > 2) {}
        let header = |name: &str| {
            let mut lines = head.lines().filter_map(|line| line.split_once(": "));
            lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
        };
        let mut body = vec![0; header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0)];
        let _ = reader.read_exact(&mut body);
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let manner = {
            let mut inside = self.0.lock().unwrap();
            inside.asked.push(path.clone());
            inside.manner
        };
        let (status, answer) = match manner {
            Manner::Silent => return std::thread::sleep(Duration::from_secs(20)),
            Manner::Broken => (500, "<h1>broken</h1>".to_owned()),
            Manner::Endless => (200, "x".repeat(1 << 20)),
            Manner::Garbage => (200, "{\"issuer\": ".to_owned()),
            _ => self.say(&path, &String::from_utf8_lossy(&body), &header("authorization").unwrap_or_default(), manner),
        };
        let _ = write!(
            stream,
            "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}",
            answer.len()
        );
    }

    fn say(&self, path: &str, body: &str, authorization: &str, manner: Manner) -> (u16, String) {
        let mut inside = self.0.lock().unwrap();
        let issuer = inside.issuer.clone();
        match path.strip_prefix("/realms/bank").unwrap_or_default() {
            "/.well-known/openid-configuration" => {
                let own = if manner == Manner::Posing { "http://127.0.0.1:1".to_owned() } else { issuer.clone() };
                let tokens = if manner == Manner::Leading {
                    "http://10.0.0.1/token".to_owned()
                } else {
                    format!("{issuer}/token")
                };
                let told = json!({
                    "issuer": own, "authorization_endpoint": format!("{issuer}/authorize?realm=bank"),
                    "token_endpoint": tokens, "jwks_uri": format!("{issuer}/keys"),
                    "userinfo_endpoint": format!("{issuer}/userinfo"), "more": [1, 2]
                });
                (200, told.to_string())
            }
            "/keys" => {
                let keys: Vec<Value> = inside.keys.iter().map(Key::published).collect();
                (200, json!({ "keys": keys }).to_string())
            }
            "/userinfo" => match &inside.further {
                Some(further) if authorization == "Bearer access" => (200, further.to_string()),
                _ => (401, String::new()),
            },
            "/token" => {
                let refused = |why: &str| (400, json!({ "error": why, "error_description": "<b>no</b>" }).to_string());
                if authorization != format!("Basic {}", STANDARD.encode(WRITTEN_SECRET)) {
                    return refused("invalid_client");
                }
                let Some(granted) = inside.granted.remove(&value(body, "code")) else {
                    return refused("invalid_grant");
                };
                let verifier = value(body, "code_verifier");
                let proven = text(Sha256::digest(verifier.as_bytes())) == granted.challenge;
                if !proven || value(body, "redirect_uri") != granted.back {
                    return refused("invalid_grant");
                }
                let tokens = json!({ "id_token": granted.token, "access_token": "access", "token_type": "Bearer" });
                (200, tokens.to_string())
            }
            _ => (404, String::new()),
        }
    }

    /// What a token says of somebody who was sent here, just now.
    fn claims(&self, location: &str, more: &Value) -> Value {
        let mut claims = json!({
            "iss": self.issuer(), "aud": CLIENT, "sub": "subject-1", "exp": seconds() + 300, "iat": seconds(),
            "nonce": value(location, "nonce"), "email": "rosa@bank.example", "email_verified": true
        });
        for (name, value) in more.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    }

    /// Signs somebody in who was sent here; where the browser is sent back to.
    fn sign_in(&self, location: &str, more: &Value) -> String {
        let claims = self.claims(location, more);
        let token = self.0.lock().unwrap().keys[0].token(&claims);
        self.grant(location, token)
    }

    /// The same, with a token of any kind.
    fn grant(&self, location: &str, token: String) -> String {
        assert!(location.starts_with(&format!("{}/authorize?realm=bank&", self.issuer())), "{location}");
        for (name, expected) in [
            ("response_type", "code"),
            ("client_id", CLIENT),
            ("code_challenge_method", "S256"),
            ("scope", "openid email profile"),
        ] {
            assert_eq!(value(location, name), expected, "{location}");
        }
        let mut inside = self.0.lock().unwrap();
        let code = format!("code-{}", inside.asked.len() * 1000 + inside.granted.len());
        let back = value(location, "redirect_uri");
        let challenge = value(location, "code_challenge");
        inside.granted.insert(code.clone(), Granted { token, challenge, back });
        format!("/sign-in/openid/return?state={}&session_state=x&code={code}", value(location, "state"))
    }
}

/// A value of an address or a form.
fn value(within: &str, name: &str) -> String {
    let query = within.split_once('?').map_or(within, |(_, query)| query);
    let found = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).unwrap_or_default();
    let mut bytes = Vec::new();
    let mut rest = found.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).unwrap()
}

fn with_provider(project: &Path, issuer: &str, more: &[(&str, &str)], first: bool) -> Server {
    let mut command = serving(project, &[]);
    command.env("EVENKEEL_OPENID_ISSUER", issuer).env("EVENKEEL_OPENID_CLIENT", CLIENT);
    command.env("EVENKEEL_OPENID_SECRET", SECRET).envs(more.iter().copied());
    start(command, first)
}

/// What the browser keeps that was sent to the provider.
fn kept(answer: &Answer) -> Option<String> {
    let line = answer.head.lines().find_map(|line| line.strip_prefix("set-cookie: evenkeel_sign_in="))?;
    Some(line.split(';').next().unwrap_or_default().to_owned()).filter(|kept| !kept.is_empty())
}

/// Begins to sign in; where the browser is sent, and what it keeps.
fn begin(server: &Server, target: &str) -> (String, String) {
    let answer = server.get(target, "");
    assert_eq!(answer.status, 303, "{}", answer.body);
    (answer.location().to_owned(), kept(&answer).unwrap())
}

/// Comes back from the provider, in a browser that keeps this.
fn back(server: &Server, target: &str, kept: &str) -> Answer {
    server.get(target, &format!("x; evenkeel_sign_in={kept}"))
}

/// The whole way.
fn enter(server: &Server, provider: &Provider, more: &Value) -> Answer {
    let (location, kept) = begin(server, "/sign-in/openid?next=%2Fmeasures");
    back(server, &provider.sign_in(&location, more), &kept)
}

/// What is said to whoever did not get in, on the page to sign in. They keep no session.
fn refusal(server: &Server, answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{}{}", answer.head, answer.body);
    let said = answer.body.split("role=\"alert\">").nth(1).and_then(|rest| rest.split("</p>").next());
    let cookie = answer.cookie().unwrap();
    assert_eq!(server.get("/measures", &cookie).status, 303, "somebody is signed in: {}", answer.head);
    assert!(answer.body.contains("name=\"password\""), "{}", answer.body);
    said.unwrap_or_default().to_owned()
}

fn add(server: &Server, administrator: &str, name: &str) -> String {
    let values = [("name", name), ("sign_in", name), ("role", "viewer"), ("unit", "north"), ("person", "")];
    let page = server.post("/administration/users", administrator, &values);
    assert_eq!(page.status, 200, "{}", page.body);
    let link = page.body.split("/password/").nth(1).and_then(|rest| rest.get(..64)).unwrap();
    format!("/password/{link}")
}

fn trail(server: &Server, administrator: &str) -> String {
    server.get("/administration/trail", administrator).body
}

#[test]
fn whoever_was_added_signs_in_with_a_work_account() {
    let project = two_branches();
    let provider = Provider::new();
    let server = with_provider(project.path(), &provider.issuer(), &[], true);
    // Before there is an administrator, nobody gets in by way of the provider.
    for early in ["/sign-in/openid", "/sign-in/openid/return?state=0&code=0"] {
        assert_eq!(server.get(early, "").location(), "/set-up", "{early}");
    }
    let administrator = server.set_up();
    add(&server, &administrator, "Rosa@bank.example");
    let page = server.get("/sign-in?next=%2Fmeasures%3Fa%3Db", "").body;
    assert!(
        page.contains("href=\"/sign-in/openid?next=%2Fmeasures%3Fa%3Db\">Continue with your work account<"),
        "{page}"
    );

    let sent = server.get("/sign-in/openid?next=%2Fmeasures%3Fa%3Db", "");
    let head = sent.head.to_lowercase();
    assert!(head.contains("httponly; samesite=lax; path=/sign-in/openid; max-age=600"), "{head}");
    assert!(head.contains("cache-control: no-store"), "{head}");
    let (location, browser) = (sent.location().to_owned(), kept(&sent).unwrap());
    assert_eq!(value(&location, "redirect_uri"), format!("http://{}/sign-in/openid/return", server.address));
    let entered = back(&server, &provider.sign_in(&location, &json!({})), &browser);
    assert_eq!((entered.status, entered.location()), (303, "/measures?a=b"), "{}", entered.body);
    assert!(entered.head.contains("set-cookie: evenkeel_sign_in=;") && kept(&entered).is_none(), "{}", entered.head);
    let session = entered.cookie().unwrap();
    assert_eq!(server.get("/scorecard/north", &session).status, 200);
    assert_eq!(server.get("/scorecard/lakeside", &session).status, 404);
    assert_eq!(server.get("/sign-in/openid?next=%2Ftoday", &session).location(), "/today");
    // Another sign-in is another session, and the one before ends.
    let (location, browser) = begin(&server, "/sign-in/openid");
    let both = format!("{session}; evenkeel_sign_in={browser}");
    let again = server.get(&provider.sign_in(&location, &json!({})), &both);
    assert_eq!((again.status, again.location()), (303, "/"));
    assert_ne!(again.cookie().unwrap(), session);
    assert_eq!(server.get("/measures", &session).status, 303);

    // Who they are is what the provider calls them for good, whatever becomes of the address.
    let moved = enter(&server, &provider, &json!({ "email": "rosa.anand@bank.example" }));
    assert_eq!(server.get("/scorecard/north", &moved.cookie().unwrap()).status, 200);
    let plain = enter(&server, &provider, &json!({ "email_verified": false, "email": null }));
    assert_eq!(plain.status, 303, "{}", plain.body);
    let session = plain.cookie().unwrap();
    let left = server.post("/sign-out", &session, &[]);
    assert!(server.get(left.location(), "").body.contains("sign out of that, too"), "{}", left.head);
    assert_eq!(server.get("/measures", &session).status, 303);

    // Whoever gets the address later is somebody else.
    let heir = enter(&server, &provider, &json!({ "sub": "subject-2" }));
    assert!(refusal(&server, &heir, 403).contains("no account here is yours to use"));
    let unknown = enter(&server, &provider, &json!({ "sub": "s-3", "email": "<script>@bank.example" }));
    let said = refusal(&server, &unknown, 403);
    assert!(said.contains("bank.example") && !unknown.body.contains("<script>@"), "{said}");
    // What nobody made sure of is nobody's name; nor is a name of another kind.
    add(&server, &administrator, "milo@bank.example");
    let milo = |sure: Value| json!({ "sub": "s-4", "email": "milo@bank.example", "email_verified": sure });
    for sure in [json!(false), Value::Null, json!("no")] {
        refusal(&server, &enter(&server, &provider, &milo(sure)), 403);
    }
    let named = json!({ "sub": "s-5", "email": null, "preferred_username": "mara", "name": "mara", "upn": "mara" });
    refusal(&server, &enter(&server, &provider, &named), 403);
    assert_eq!(enter(&server, &provider, &milo(json!(true))).status, 303);

    // Everything stands in the trail, with why.
    let told = trail(&server, &administrator);
    for entry in [
        "linked a work account",
        "rosa@bank.example: subject-1 at http://127.0.0.1:",
        "with a work account",
        "could not sign in",
        "another work account is linked",
        "nobody was added by this name",
        "the provider vouches for no name",
    ] {
        assert!(told.contains(entry), "{entry}: {told}");
    }
    assert!(!told.contains("<script>@"), "{told}");

    // Deactivated is deactivated; a work account that is removed makes room for another one.
    let users = server.get("/administration", &administrator).body;
    assert!(users.contains("Can sign in with a work account") && users.contains("Remove the work account of"));
    for id in [2, 3] {
        assert_eq!(server.post(&format!("/administration/users/{id}/deactivate"), &administrator, &[]).status, 303);
    }
    refusal(&server, &enter(&server, &provider, &json!({})), 403);
    refusal(&server, &enter(&server, &provider, &json!({ "sub": "s-6" })), 403);
    assert_eq!(server.post("/administration/users/2/activate", &administrator, &[]).status, 303);
    let session = enter(&server, &provider, &json!({})).cookie().unwrap();
    assert_eq!(server.post("/administration/users/2/unlink", &session, &[]).status, 404);
    let removed = server.post("/administration/users/2/unlink", &administrator, &[]);
    assert_eq!(removed.location(), "/administration?done=unlinked");
    assert_eq!(server.get("/measures", &session).status, 303);
    assert_eq!(enter(&server, &provider, &json!({ "sub": "subject-2" })).status, 303);
    refusal(&server, &enter(&server, &provider, &json!({})), 403);
    let told = trail(&server, &administrator);
    assert!(told.contains("removed a work account") && told.contains(": deactivated"), "{told}");
    // The administrator signs in with a password beside all this.
    assert_eq!(server.sign_in("mara", PASSWORD).status, 303);
}

#[test]
fn what_is_forged_or_old_lets_nobody_in() {
    let project = two_branches();
    let provider = Provider::new();
    let server = with_provider(project.path(), &provider.issuer(), &[], true);
    let administrator = server.set_up();
    add(&server, &administrator, "rosa@bank.example");
    let begun = || begin(&server, "/sign-in/openid?next=%2Fmeasures");
    let not_begun = |answer: &Answer| {
        let said = refusal(&server, answer, 400);
        assert!(said.contains("was not begun in this browser"), "{said}");
    };

    // Another state, that of another browser (which would sign somebody in as somebody else), none, and no browser at all.
    let (location, mine) = begun();
    let (_, other) = begun();
    let good = provider.sign_in(&location, &json!({}));
    let state = value(&good, "state");
    not_begun(&back(&server, &good, &other));
    not_begun(&server.get(&good, ""));
    not_begun(&back(&server, &good.replace(&state, &"0".repeat(64)), &mine));
    not_begun(&back(&server, &good.replace(&state, ""), &mine));
    not_begun(&back(&server, &good, &mine.replacen("measures", "tokens", 1)));
    assert_eq!(provider.asked("/token"), 0, "nothing of that reaches the provider");
    assert_eq!(back(&server, &good, &mine).status, 303);
    // The same again, in the same browser: the code is not even tried.
    not_begun(&back(&server, &good, &mine));
    not_begun(&back(&server, &good.replace(&state, &state.to_uppercase()), &mine));
    assert_eq!(provider.asked("/token"), 1);
    // The code of one sign-in within another: the provider does not take it without what belongs to it.
    let (one, _) = begun();
    let (two, browser) = begun();
    let code = value(&provider.sign_in(&one, &json!({})), "code");
    let mixed = format!("/sign-in/openid/return?state={}&code={code}", value(&two, "state"));
    refusal(&server, &back(&server, &mixed, &browser), 400);
    // A token that was made for another sign-in, whose code was granted for this one.
    let (one, _) = begun();
    let (two, browser) = begun();
    let token = provider.0.lock().unwrap().keys[0].token(&{
        let mut claims = json!({
            "iss": "", "aud": CLIENT, "sub": "subject-1", "exp": seconds() + 300, "iat": seconds(),
            "nonce": value(&one, "nonce")
        });
        claims["iss"] = json!(two.split("/authorize").next().unwrap());
        claims
    });
    refusal(&server, &back(&server, &provider.grant(&two, token), &browser), 502);

    // Tokens that say something else than they should, signed as they should be.
    for wrong in [
        json!({ "nonce": "x" }),
        json!({ "nonce": null }),
        json!({ "aud": "other" }),
        json!({ "aud": [CLIENT, "other"] }),
        json!({ "azp": "other" }),
        json!({ "iss": "https://evil.example" }),
        json!({ "exp": seconds() - 61 }),
        json!({ "iat": seconds() - 3600 }),
        json!({ "iat": seconds() + 3600 }),
        json!({ "sub": "" }),
    ] {
        let said = refusal(&server, &enter(&server, &provider, &wrong), 502);
        assert!(said.contains("cannot be used") && !said.contains("evil"), "{wrong}: {said}");
    }
    // Tokens that say what they should, and are not signed by the provider.
    let foreign = Key::new("first");
    let shared = |claims: &Value, key: &[u8]| {
        let head = json!({ "alg": "HS256", "kid": "first" });
        let signed = format!("{}.{}", text(head.to_string()), text(claims.to_string()));
        let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        mac.update(signed.as_bytes());
        format!("{signed}.{}", text(mac.finalize().into_bytes()))
    };
    let published = provider.0.lock().unwrap().keys[0].published();
    let point = provider.0.lock().unwrap().keys[0].pair.public_key().as_ref().to_vec();
    let forgeries: [&dyn Fn(&Value) -> String; 7] = [
        &|claims| format!("{}.{}.", text("{\"alg\":\"none\"}"), text(claims.to_string())),
        &|claims| format!("{}.{}", text("{\"alg\":\"none\"}"), text(claims.to_string())),
        &|claims| shared(claims, &point),
        &|claims| shared(claims, published.to_string().as_bytes()),
        &|claims| shared(claims, SECRET.as_bytes()),
        &|claims| foreign.token(claims),
        &|_| "not a token".to_owned(),
    ];
    for forged in forgeries {
        let (location, browser) = begun();
        let token = forged(&provider.claims(&location, &json!({})));
        refusal(&server, &back(&server, &provider.grant(&location, token), &browser), 502);
    }
    // What the provider says in the address is never repeated.
    let (location, browser) = begun();
    let state = value(&location, "state");
    let hostile = format!(
        "/sign-in/openid/return?state={state}&error=%3Cscript%3Ealert(1)%3C/script%3E&error_description=%3Cimg%20src=x%3E"
    );
    let answer = back(&server, &hostile, &browser);
    assert!(refusal(&server, &answer, 403).contains("You were not signed in"));
    assert!(!answer.body.contains("alert(1)") && !answer.body.contains("<img"), "{}", answer.body);
    // A way back from another provider than the one that was asked.
    let (location, browser) = begun();
    let posing = provider.sign_in(&location, &json!({})) + "&iss=https%3A%2F%2Fevil.example";
    refusal(&server, &back(&server, &posing, &browser), 502);
    // Whatever is asked for, nobody is led elsewhere, on the way there or back.
    for next in ["//evil.example", "https://evil.example", "/%5Cevil.example", "%2Fa%0d%0aset-cookie:%20x=y"] {
        let (location, browser) = begin(&server, &format!("/sign-in/openid?next={next}"));
        let answer = back(&server, &provider.sign_in(&location, &json!({})), &browser);
        assert_eq!((answer.status, answer.location()), (303, "/"), "{next}");
    }
    // Guessing ways back is slowed down, and keeps nobody from using a password.
    let (_, browser) = begun();
    let guess = || back(&server, &format!("/sign-in/openid/return?state={}&code=x", "0".repeat(64)), &browser).status;
    assert!((0..120).any(|_| guess() == 429), "guessing is not slowed down");
    assert_eq!(server.sign_in("mara", PASSWORD).status, 303);
}

#[test]
fn keys_that_change_are_asked_for_again_and_not_without_end() {
    let project = two_branches();
    let provider = Provider::new();
    let server = with_provider(project.path(), &provider.issuer(), &[], true);
    let administrator = server.set_up();
    add(&server, &administrator, "rosa@bank.example");
    assert_eq!(provider.asked("/keys"), 0, "nobody signed in yet");
    assert_eq!(enter(&server, &provider, &json!({})).status, 303);
    assert_eq!(enter(&server, &provider, &json!({})).status, 303);
    assert_eq!((provider.asked("/openid-configuration"), provider.asked("/keys")), (1, 1));
    provider.0.lock().unwrap().keys = vec![Key::new("second")];
    assert_eq!(enter(&server, &provider, &json!({})).status, 303);
    assert_eq!(provider.asked("/keys"), 2);
    // Tokens with keys that nobody published do not have the provider asked each time.
    for _ in 0..3 {
        let (location, browser) = begin(&server, "/sign-in/openid");
        let token = Key::new("unheard").token(&provider.claims(&location, &json!({})));
        refusal(&server, &back(&server, &provider.grant(&location, token), &browser), 502);
    }
    assert_eq!((provider.asked("/openid-configuration"), provider.asked("/keys")), (1, 2));

    // What the token does not say is asked for; what is said of somebody else does not count.
    add(&server, &administrator, "milo@bank.example");
    let bare = json!({ "sub": "s-2", "email": null, "email_verified": null });
    let further = |subject: &str| Some(json!({ "sub": subject, "email": "milo@bank.example", "email_verified": true }));
    provider.0.lock().unwrap().further = further("s-3");
    refusal(&server, &enter(&server, &provider, &bare), 403);
    provider.0.lock().unwrap().further = further("s-2");
    assert_eq!(enter(&server, &provider, &bare).status, 303);
}

#[test]
fn while_the_provider_is_away_or_wrong_passwords_work() {
    let project = two_branches();
    let provider = Provider::new();
    // A port at which nobody is: the server starts all the same.
    let server = with_provider(project.path(), "http://127.0.0.1:1", &[], true);
    server.set_up();
    let away = server.get("/sign-in/openid", "");
    assert!(refusal(&server, &away, 503).contains("nobody answers now"));
    assert_eq!(server.sign_in("mara", PASSWORD).status, 303);
    drop(server);

    for (manner, status) in [
        (Manner::Silent, 503),
        (Manner::Broken, 503),
        (Manner::Endless, 502),
        (Manner::Garbage, 502),
        (Manner::Posing, 502),
        (Manner::Leading, 502),
    ] {
        provider.set(manner);
        let server = with_provider(project.path(), &provider.issuer(), &[], false);
        let begun = Instant::now();
        let answer = server.get("/sign-in/openid", "");
        refusal(&server, &answer, status);
        assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
        // Many who come meanwhile do not wait, and the provider is not asked for each.
        let asked = provider.asked("/openid-configuration");
        let begun = Instant::now();
        for _ in 0..3 {
            refusal(&server, &server.get("/sign-in/openid", ""), status);
        }
        assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
        assert_eq!(provider.asked("/openid-configuration"), asked);
        assert_eq!(server.sign_in("mara", PASSWORD).status, 303);
    }
    // Away on the way back.
    provider.set(Manner::Well);
    let server = with_provider(project.path(), &provider.issuer(), &[], false);
    let (location, browser) = begin(&server, "/sign-in/openid");
    let target = provider.sign_in(&location, &json!({}));
    provider.set(Manner::Broken);
    refusal(&server, &back(&server, &target, &browser), 503);
}

/// Where a page leads to the provider.
fn openid_of(page: &str) -> String {
    let target = page.split("href=\"/sign-in/openid?").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    format!("/sign-in/openid?{}", target.replace("&#38;", "&").replace("&amp;", "&"))
}

#[test]
fn a_one_time_link_is_used_with_a_work_account() {
    let project = two_branches();
    let provider = Provider::new();
    let pages = [("EVENKEEL_OPENID_PAGES", "https://pages.example/"), ("EVENKEEL_OPENID_BUTTON", "Enter <b>here")];
    let server = with_provider(project.path(), &provider.issuer(), &pages, true);
    let administrator = server.set_up();
    let link = add(&server, &administrator, "rosa");
    let visit = server.visit();
    let page = server.get(&link, &visit).body;
    assert!(page.contains("Enter &#60;b&#62;here") && !page.contains("<b>here"), "{page}");
    let target = openid_of(&page);
    // Somebody else is led nowhere with it.
    let (another, unmarked) = (server.visit(), target.split("&form=").next().unwrap());
    for (target, cookie) in [(target.as_str(), another.as_str()), (target.as_str(), ""), (unmarked, visit.as_str())] {
        let answer = server.get(target, cookie);
        assert_eq!((answer.status, kept(&answer)), (403, None), "{target}");
    }
    let sent = server.get(&target, &visit);
    let (location, browser) = (sent.location().to_owned(), kept(&sent).unwrap());
    assert_eq!(value(&location, "redirect_uri"), "https://pages.example/sign-in/openid/return");
    // Whatever the provider calls them: the link says who they are.
    let more = json!({ "email": "r.anand@bank.example", "email_verified": false });
    let entered = back(&server, &provider.sign_in(&location, &more), &browser);
    assert_eq!((entered.status, entered.location()), (303, "/"), "{}", entered.body);
    assert_eq!(server.get("/scorecard/north", &entered.cookie().unwrap()).status, 200);
    assert_eq!(server.get(&link, "").status, 404, "the link was used");
    assert_eq!(enter(&server, &provider, &more).status, 303);

    // Whoever has their work account already uses a link up with it all the same.
    let again = server.post("/administration/users/2/link", &administrator, &[]);
    let link = format!("/password/{}", again.body.split("/password/").nth(1).and_then(|rest| rest.get(..64)).unwrap());
    let sent = server.get(&openid_of(&server.get(&link, &visit).body), &visit);
    let entered = back(&server, &provider.sign_in(sent.location(), &more), &kept(&sent).unwrap());
    assert_eq!(entered.status, 303, "{}", entered.body);
    assert_eq!(server.get(&link, "").status, 404, "the link was used");

    // A link does not make an account of somebody else one's own, and goes on working.
    let other = add(&server, &administrator, "milo");
    let sent = server.get(&openid_of(&server.get(&other, &visit).body), &visit);
    let answer = back(&server, &provider.sign_in(sent.location(), &more), &kept(&sent).unwrap());
    assert!(refusal(&server, &answer, 403).contains("belongs to somebody else"));
    assert!(server.get(&other, &visit).body.contains("Choose how you sign in"));
    // Whoever has a password chooses another one; it would go on working beside a work account.
    assert_eq!(server.post(&other, &visit, &[("password", PASSWORD)]).status, 303);
    let again = server.post("/administration/users/3/link", &administrator, &[]);
    let link = again.body.split("/password/").nth(1).and_then(|rest| rest.get(..64)).unwrap();
    let page = server.get(&format!("/password/{link}"), &visit).body;
    assert!(page.contains("Choose a password") && !page.contains("/sign-in/openid"), "{page}");
}

#[test]
fn whoever_is_admitted_sees_nothing_before_they_have_a_role() {
    let project = two_branches();
    let provider = Provider::new();
    let more = [("EVENKEEL_OPENID_UNKNOWN", "admit"), ("EVENKEEL_OPENID_CLAIM", "preferred_username")];
    let server = with_provider(project.path(), &provider.issuer(), &more, true);
    let administrator = server.set_up();
    let eve = json!({ "preferred_username": "Eve", "name": "<script>alert(1)</script>" });
    let entered = enter(&server, &provider, &eve);
    assert_eq!(entered.status, 303, "{}", entered.body);
    let session = entered.cookie().unwrap();
    for (page, status) in
        [("/measures", 403), ("/scorecard/north", 403), ("/administration", 403), ("/charter/public", 200)]
    {
        assert_eq!(server.get(page, &session).status, status, "{page}");
    }
    let users = server.get("/administration", &administrator).body;
    assert!(users.contains("&#60;script&#62;alert(1)") && !users.contains("<script>alert(1)"), "{users}");
    assert!(trail(&server, &administrator).contains("added a user"));
    // The same person comes in again, and nobody by a name that somebody has, or by none.
    assert_eq!(enter(&server, &provider, &eve).status, 303);
    refusal(&server, &enter(&server, &provider, &json!({ "sub": "2", "preferred_username": "eve" })), 403);
    refusal(&server, &enter(&server, &provider, &json!({ "sub": "3", "preferred_username": "two words" })), 403);
    refusal(&server, &enter(&server, &provider, &json!({ "sub": "4" })), 403);
    assert_eq!(server.get("/administration", &administrator).body.matches("Remove the work account of").count(), 1);
}

#[test]
fn settings_of_a_provider_that_cannot_be_meant_are_refused() {
    let project = two_branches();
    let file = project.path().join("secret");
    std::fs::write(&file, "two words\n").unwrap();
    let said = |more: &[(&str, &str)]| {
        let mut command = evenkeel(project.path());
        command.args(["serve", "--port", "0"]).env("EVENKEEL_OPENID_ISSUER", "https://id.example");
        command.env("EVENKEEL_OPENID_CLIENT", CLIENT).envs(more.iter().copied());
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{more:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    for (name, value) in [
        ("EVENKEEL_OPENID_ISSUER", "http://id.example"),
        ("EVENKEEL_OPENID_ISSUER", "https://me:hidden@id.example"),
        ("EVENKEEL_OPENID_CLIENT", ""),
        ("EVENKEEL_OPENID_SECRET", "hidden words"),
        ("EVENKEEL_OPENID_SECRET_FILE", "nowhere"),
        ("EVENKEEL_OPENID_SECRET_FILE", file.to_str().unwrap()),
        ("EVENKEEL_OPENID_PAGES", "pages.example"),
        ("EVENKEEL_OPENID_BUTTON", " "),
        ("EVENKEEL_OPENID_CLAIM", "two words"),
        ("EVENKEEL_OPENID_UNKNOWN", "welcome"),
    ] {
        let text = said(&[(name, value)]);
        assert!(text.contains(name) && !text.contains("hidden") && !text.contains("two words"), "{name}: {text}");
    }
    let both = said(&[("EVENKEEL_OPENID_SECRET", "a"), ("EVENKEEL_OPENID_SECRET_FILE", "b")]);
    assert!(both.contains("EVENKEEL_OPENID_SECRET is there as well"), "{both}");
    let mut alone = evenkeel(project.path());
    let output = alone.args(["serve", "--port", "0"]).env("EVENKEEL_OPENID_CLIENT", CLIENT).output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("EVENKEEL_OPENID_ISSUER"));
}
