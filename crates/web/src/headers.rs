//! Headers that every answer carries, and the one that every question has to.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::set_header::SetResponseHeaderLayer;

/// Pages load nothing from elsewhere, run no script and no style that is not a file of this server.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The headers, each as a layer.
pub(crate) fn security() -> Vec<SetResponseHeaderLayer<HeaderValue>> {
    let fixed: [(HeaderName, &'static str); 5] = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    fixed
        .into_iter()
        .map(|(name, value)| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value)))
        .collect()
}

/// Answers only what is asked of this machine by a name of its own. A page from elsewhere could let its own name point
/// here and have a browser read the pages for it; that name then stands in `Host`.
pub(crate) async fn own_name(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| request.uri().authority().map(axum::http::uri::Authority::as_str));
    if host.is_some_and(is_own) {
        return next.run(request).await;
    }
    let said = "This server answers to 127.0.0.1 and localhost alone; open http://localhost with its port.\n";
    (StatusCode::MISDIRECTED_REQUEST, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], said).into_response()
}

/// Whether a host, with or without a port, is a number or a name that always means this machine.
fn is_own(host: &str) -> bool {
    let bare = match host.rsplit_once(':') {
        Some((bare, port)) if port.chars().all(|char| char.is_ascii_digit()) => bare,
        _ => host,
    };
    let name = bare.trim_end_matches('.').to_ascii_lowercase();
    let number = bare.strip_prefix('[').and_then(|bare| bare.strip_suffix(']')).unwrap_or(bare);
    name == "localhost" || name.ends_with(".localhost") || number.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::is_own;

    #[test]
    fn only_this_machine_is_meant() {
        for own in
            ["localhost", "localhost:7070", "LOCALHOST.", "127.0.0.1:7070", "[::1]:7070", "[::1]", "bank.localhost:80"]
        {
            assert!(is_own(own), "{own}");
        }
        for other in
            ["", "evil.example", "evil.example:7070", "localhost.evil.example", "127.0.0.1.evil.example", ":7070"]
        {
            assert!(!is_own(other), "{other}");
        }
    }
}
