//! Who may see what: every route, asked by every role, about what is theirs and what is not; and attempts to get around it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use evenkeel_state::Secret;

use super::served::{AS_OF, PASSWORD, Server, serve, two_branches};
use super::support::{evenkeel, succeed};

/// Whoever asks, in the order of the table.
const ROLES: [&str; 8] =
    ["public", "without a role", "agent", "viewer", "manager", "executive", "insights", "administrator"];

/// Every route: the path in the table of routes, what is asked, and the status that each role gets. `north` is the unit of
/// viewer and manager, with `ann` in it, who is the agent; `lakeside` and `cleo` are not.
const GET: &[(&str, &str, [u16; 8])] = &[
    ("/", "/", [303, 403, 303, 303, 303, 303, 303, 303]),
    ("/scorecard/{unit}", "/scorecard/north", [303, 403, 404, 200, 200, 200, 200, 200]),
    ("/scorecard/{unit}", "/scorecard/north-1", [303, 403, 404, 200, 200, 200, 200, 200]),
    ("/scorecard/{unit}", "/scorecard/North", [303, 403, 404, 200, 200, 200, 200, 200]),
    ("/scorecard/{unit}", "/scorecard/lakeside", [303, 403, 404, 404, 404, 200, 200, 200]),
    ("/scorecard/{unit}", "/scorecard/Lakeside", [303, 403, 404, 404, 404, 200, 200, 200]),
    ("/scorecard/{unit}", "/scorecard/whole", [303, 403, 404, 404, 404, 200, 200, 200]),
    ("/scorecard/{unit}", "/scorecard/ann", [303, 403, 404, 404, 404, 404, 404, 404]),
    ("/scorecard/{unit}/balance.csv", "/scorecard/north/balance.csv", [303, 403, 404, 404, 404, 404, 404, 404]),
    ("/scorecard/{unit}/balance.csv", "/scorecard/lakeside/balance.csv", [303, 403, 404, 404, 404, 404, 404, 404]),
    ("/targets/{unit}", "/targets/north", [303, 403, 404, 200, 200, 200, 200, 200]),
    ("/targets/{unit}", "/targets/lakeside", [303, 403, 404, 404, 404, 200, 200, 200]),
    ("/today", "/today", [303, 403, 404, 200, 200, 200, 200, 200]),
    ("/today", "/today?unit=lakeside", [303, 403, 404, 404, 404, 200, 200, 200]),
    ("/people", "/people", [303, 403, 404, 404, 200, 404, 404, 404]),
    ("/record", "/record", [303, 403, 303, 404, 404, 404, 404, 404]),
    ("/record/{person}", "/record/ann", [303, 403, 200, 404, 200, 404, 404, 404]),
    ("/record/{person}", "/record/cleo", [303, 403, 404, 404, 404, 404, 404, 404]),
    ("/record/{person}", "/record/north", [303, 403, 404, 404, 404, 404, 404, 404]),
    ("/record/{person}/act", "/record/ann/act?kind=development", [303, 403, 404, 404, 200, 404, 404, 404]),
    ("/record/{person}/act", "/record/cleo/act", [303, 403, 404, 404, 404, 404, 404, 404]),
    ("/record/{person}/acts.csv", "/record/ann/acts.csv", [303, 403, 200, 404, 404, 404, 404, 404]),
    ("/record/{person}/acts.csv", "/record/cleo/acts.csv", [303, 403, 404, 404, 404, 404, 404, 404]),
    ("/recognition", "/recognition?unit=north", [303, 403, 404, 200, 200, 200, 200, 200]),
    ("/recognition", "/recognition?unit=lakeside", [303, 403, 404, 404, 404, 200, 200, 200]),
    ("/recognition/new", "/recognition/new?unit=north", [303, 403, 404, 404, 200, 404, 404, 404]),
    ("/recognition/new", "/recognition/new?unit=lakeside", [303, 403, 404, 404, 404, 404, 404, 404]),
    ("/acts/{act}", "/acts/1", [303, 403, 404, 404, 404, 404, 404, 404]),
    ("/disputes", "/disputes", [303, 403, 404, 404, 200, 404, 200, 404]),
    ("/map", "/map?unit=north", [303, 403, 404, 200, 200, 200, 200, 200]),
    ("/map", "/map?unit=lakeside", [303, 403, 404, 404, 404, 200, 200, 200]),
    ("/initiatives", "/initiatives?unit=north", [303, 403, 404, 200, 200, 200, 200, 200]),
    ("/initiatives", "/initiatives?unit=lakeside", [303, 403, 404, 404, 404, 200, 200, 200]),
    ("/initiatives/new", "/initiatives/new", [303, 403, 404, 404, 200, 404, 200, 404]),
    ("/initiatives/{number}", "/initiatives/999", [303, 403, 404, 404, 404, 404, 404, 404]),
    ("/map.csv", "/map.csv?unit=north", [303, 403, 404, 200, 200, 200, 200, 200]),
    ("/map.csv", "/map.csv?unit=lakeside", [303, 403, 404, 404, 404, 200, 200, 200]),
    ("/guide", "/guide?unit=north", [303, 403, 404, 200, 200, 200, 200, 200]),
    ("/guide", "/guide?unit=lakeside", [303, 403, 404, 404, 404, 200, 200, 200]),
    ("/data", "/data", [303, 403, 403, 403, 403, 200, 200, 200]),
    ("/data/events", "/data/events", [303, 403, 403, 403, 403, 200, 200, 200]),
    ("/data/{file}", "/data/rejected.csv", [303, 403, 403, 403, 403, 403, 200, 403]),
    ("/data/load", "/data/load", [303, 403, 404, 404, 404, 404, 200, 200]),
    ("/data/load/{draft}", "/data/load/0", [303, 403, 404, 404, 404, 404, 404, 404]),
    ("/data/load/{draft}/rejected.csv", "/data/load/0/rejected.csv", [303, 403, 404, 404, 404, 404, 404, 404]),
    ("/data/load/{draft}/events", "/data/load/0/events", [303, 403, 404, 404, 404, 404, 404, 404]),
    ("/search", "/search?q=satisfied", [303, 403, 200, 200, 200, 200, 200, 200]),
    ("/search", "/search?q=a&unit=lakeside", [303, 403, 404, 404, 404, 200, 200, 200]),
    ("/charter", "/charter", [303, 403, 200, 200, 200, 200, 200, 200]),
    ("/charter", "/charter?unit=north", [303, 403, 404, 200, 200, 200, 200, 200]),
    ("/charter", "/charter?unit=lakeside", [303, 403, 404, 404, 404, 200, 200, 200]),
    ("/charter", "/charter?unit=ann", [303, 403, 200, 404, 200, 404, 404, 404]),
    ("/charter", "/charter?unit=cleo", [303, 403, 404, 404, 404, 404, 404, 404]),
    ("/charter/public", "/charter/public", [200; 8]),
    ("/charter/public.json", "/charter/public.json", [200; 8]),
    ("/measures", "/measures", [303, 403, 200, 200, 200, 200, 200, 200]),
    ("/measures/{measure}", "/measures/csat", [303, 403, 200, 200, 200, 200, 200, 200]),
    ("/choose", "/choose", [303, 403, 200, 404, 200, 200, 200, 200]),
    // Nothing is chosen yet.
    ("/choose.yaml", "/choose.yaml", [303, 403, 404, 404, 404, 404, 404, 404]),
    ("/choose/{measure}", "/choose/csat", [303, 403, 200, 404, 200, 200, 200, 200]),
    ("/choose/{measure}", "/choose/none", [303, 403, 404, 404, 404, 404, 404, 404]),
    ("/measure/{measure}/{unit}", "/measure/csat/north", [303, 403, 404, 200, 200, 200, 200, 200]),
    ("/measure/{measure}/{unit}", "/measure/csat/north?by=survey", [303, 403, 404, 200, 200, 200, 200, 200]),
    ("/measure/{measure}/{unit}", "/measure/csat/north?by=attributes.reason", [303, 403, 404, 404, 200, 404, 200, 404]),
    ("/measure/{measure}/{unit}", "/measure/csat/north?by=person_id", [303, 403, 404, 404, 404, 404, 404, 404]),
    ("/measure/{measure}/{unit}", "/measure/csat/north?order=-answered_at", [303, 403, 404, 200, 200, 200, 200, 200]),
    // Whoever sees no rows asks for none in order.
    ("/measure/{measure}/{unit}", "/measure/csat/north?order=person_id", [303, 403, 404, 200, 404, 200, 404, 200]),
    ("/measure/{measure}/{unit}", "/measure/csat/lakeside", [303, 403, 404, 404, 404, 200, 200, 200]),
    (
        "/measure/{measure}/{unit}/recommendation",
        "/measure/csat/north/recommendation",
        [303, 403, 404, 404, 200, 404, 200, 404],
    ),
    (
        "/measure/{measure}/{unit}/recommendation",
        "/measure/csat/lakeside/recommendation",
        [303, 403, 404, 404, 404, 404, 200, 404],
    ),
    ("/calendar", "/calendar", [303, 403, 404, 200, 200, 200, 200, 200]),
    ("/calendar.ics", "/calendar.ics", [303, 403, 404, 200, 200, 200, 200, 200]),
    // Whoever knows it reads it, and nobody else; see `a_secret_address_reads_one_file_until_it_is_revoked`.
    ("/calendar/{file}", "/calendar/0.ics", [404; 8]),
    // Whoever reads rows sees low scores, and so does whoever works in a unit; of `late` see `call_backs`.
    ("/call-backs", "/call-backs", [303, 403, 200, 404, 200, 404, 200, 404]),
    ("/call-backs/{source}/{response}", "/call-backs/a/a0", [303, 403, 404, 404, 404, 404, 404, 404]),
    ("/recommendations", "/recommendations", [303, 403, 404, 200, 200, 200, 200, 200]),
    ("/recommendations/{number}", "/recommendations/1", [303, 403, 404, 404, 404, 404, 404, 404]),
    ("/initiatives/new", "/initiatives/new?recommendation=1", [303, 403, 404, 404, 404, 404, 404, 404]),
    ("/measure/{measure}/{unit}/note", "/measure/csat/north/note", [303, 403, 404, 200, 200, 200, 200, 200]),
    ("/measure/{measure}/{unit}/note", "/measure/csat/lakeside/note", [303, 403, 404, 404, 404, 200, 200, 200]),
    (
        "/measure/{measure}/{unit}/course.csv",
        "/measure/csat/north/course.csv",
        [303, 403, 404, 200, 200, 200, 200, 200],
    ),
    (
        "/measure/{measure}/{unit}/course.csv",
        "/measure/csat/lakeside/course.csv",
        [303, 403, 404, 404, 404, 200, 200, 200],
    ),
    ("/measure/{measure}/{unit}/way.csv", "/measure/csat/north/way.csv", [303, 403, 404, 404, 404, 404, 404, 404]),
    ("/measure/{measure}/{unit}/way.csv", "/measure/csat/lakeside/way.csv", [303, 403, 404, 404, 404, 404, 404, 404]),
    ("/compare/{measure}", "/compare/csat", [303, 403, 404, 200, 200, 200, 200, 200]),
    ("/compare/{measure}/{unit}", "/compare/csat/north", [303, 403, 404, 200, 200, 200, 200, 200]),
    ("/compare/{measure}/{unit}", "/compare/csat/lakeside", [303, 403, 404, 404, 404, 200, 200, 200]),
    ("/compare/{measure}/{unit}", "/compare/csat/north?by=person", [303, 403, 404, 403, 403, 403, 403, 403]),
    (
        "/compare/{measure}/{unit}/funnel.csv",
        "/compare/csat/north/funnel.csv?by=person",
        [303, 403, 404, 403, 403, 403, 403, 403],
    ),
    (
        "/compare/{measure}/{unit}/funnel.csv",
        "/compare/csat/lakeside/funnel.csv",
        [303, 403, 404, 404, 404, 404, 404, 404],
    ),
    ("/rows/{measure}/{unit}", "/rows/csat/north", [303, 403, 404, 403, 200, 403, 200, 403]),
    ("/rows/{measure}/{unit}", "/rows/csat/lakeside", [303, 403, 404, 404, 404, 403, 200, 403]),
    ("/rows/{measure}/{unit}", "/rows/csat/ann", [303, 403, 200, 404, 200, 404, 404, 404]),
    ("/rows/{measure}/{unit}", "/rows/csat/cleo", [303, 403, 404, 404, 404, 404, 404, 404]),
    ("/explain/{measure}/{unit}", "/explain/csat/north", [303, 403, 404, 200, 200, 200, 200, 200]),
    ("/explain/{measure}/{unit}", "/explain/csat/lakeside", [303, 403, 404, 404, 404, 200, 200, 200]),
    ("/owed", "/owed", [303, 403, 404, 404, 200, 404, 200, 404]),
    ("/owed.csv", "/owed.csv", [303, 403, 404, 404, 200, 404, 200, 404]),
    ("/owed/all", "/owed/all", [303, 403, 404, 404, 404, 404, 200, 404]),
    ("/owed/approval", "/owed/approval", [303, 403, 404, 404, 200, 404, 200, 404]),
    ("/account", "/account", [303, 403, 200, 200, 200, 200, 200, 200]),
    ("/administration", "/administration", [303, 403, 404, 404, 404, 404, 404, 200]),
    ("/administration/trail", "/administration/trail", [303, 403, 404, 404, 404, 404, 404, 200]),
    ("/administration/webhooks", "/administration/webhooks", [303, 403, 404, 404, 404, 404, 404, 200]),
    ("/api", "/api", [303, 403, 200, 200, 200, 200, 200, 200]),
    ("/api/openapi.json", "/api/openapi.json", [200; 8]),
    ("/api/v1/organisation", "/api/v1/organisation", [401, 403, 200, 200, 200, 200, 200, 200]),
    ("/api/v1/scorecard/{unit}", "/api/v1/scorecard/north", [401, 403, 404, 200, 200, 200, 200, 200]),
    ("/api/v1/scorecard/{unit}", "/api/v1/scorecard/lakeside", [401, 403, 404, 404, 404, 200, 200, 200]),
    ("/api/v1/scorecard/{unit}", "/api/v1/scorecard/ann", [401, 403, 404, 404, 404, 404, 404, 404]),
    ("/api/v1/targets/{unit}", "/api/v1/targets/north", [401, 403, 404, 200, 200, 200, 200, 200]),
    ("/api/v1/targets/{unit}", "/api/v1/targets/lakeside", [401, 403, 404, 404, 404, 200, 200, 200]),
    ("/api/v1/measure/{measure}/{unit}", "/api/v1/measure/csat/north", [401, 403, 404, 200, 200, 200, 200, 200]),
    ("/api/v1/measure/{measure}/{unit}", "/api/v1/measure/csat/lakeside", [401, 403, 404, 404, 404, 200, 200, 200]),
    (
        "/api/v1/breakdown/{measure}/{unit}",
        "/api/v1/breakdown/csat/north?by=survey",
        [401, 403, 404, 200, 200, 200, 200, 200],
    ),
    (
        "/api/v1/breakdown/{measure}/{unit}",
        "/api/v1/breakdown/csat/lakeside?by=survey",
        [401, 403, 404, 404, 404, 200, 200, 200],
    ),
    // What a source has beside the columns of the record is for whoever sees rows.
    (
        "/api/v1/breakdown/{measure}/{unit}",
        "/api/v1/breakdown/csat/north?by=attributes.reason",
        [401, 403, 404, 404, 200, 404, 200, 404],
    ),
    (
        "/api/v1/breakdown/{measure}/{unit}",
        "/api/v1/breakdown/csat/north?by=person_id",
        [401, 403, 404, 404, 404, 404, 404, 404],
    ),
    (
        "/api/v1/breakdown/{measure}/{unit}",
        "/api/v1/breakdown/csat/ann?by=survey",
        [401, 403, 404, 404, 404, 404, 404, 404],
    ),
    ("/api/v1/signals/{unit}", "/api/v1/signals/north", [401, 403, 404, 200, 200, 200, 200, 200]),
    ("/api/v1/signals/{unit}", "/api/v1/signals/lakeside", [401, 403, 404, 404, 404, 200, 200, 200]),
    ("/api/v1/compare/{measure}/{unit}", "/api/v1/compare/csat/north", [401, 403, 404, 200, 200, 200, 200, 200]),
    ("/api/v1/compare/{measure}/{unit}", "/api/v1/compare/csat/lakeside", [401, 403, 404, 404, 404, 200, 200, 200]),
    (
        "/api/v1/compare/{measure}/{unit}",
        "/api/v1/compare/csat/north?by=person",
        [401, 403, 404, 403, 403, 403, 403, 403],
    ),
    ("/api/v1/map", "/api/v1/map?unit=north", [401, 403, 404, 200, 200, 200, 200, 200]),
    ("/api/v1/map", "/api/v1/map?unit=lakeside", [401, 403, 404, 404, 404, 200, 200, 200]),
    ("/api/v1/initiatives", "/api/v1/initiatives?unit=north", [401, 403, 404, 200, 200, 200, 200, 200]),
    ("/api/v1/initiatives", "/api/v1/initiatives?unit=lakeside", [401, 403, 404, 404, 404, 200, 200, 200]),
    ("/api/v1/recommendations", "/api/v1/recommendations", [401, 403, 404, 200, 200, 200, 200, 200]),
    ("/api/v1/recommendations", "/api/v1/recommendations?unit=lakeside", [401, 403, 404, 404, 404, 200, 200, 200]),
    ("/api/v1/notes", "/api/v1/notes", [401, 403, 404, 200, 200, 200, 200, 200]),
    ("/api/v1/notes", "/api/v1/notes?unit=lakeside", [401, 403, 404, 404, 404, 200, 200, 200]),
    ("/api/v1/disputes", "/api/v1/disputes", [401, 403, 200, 404, 200, 404, 200, 404]),
    ("/api/v1/recognition", "/api/v1/recognition", [401, 403, 404, 200, 200, 200, 200, 200]),
    ("/api/v1/recognition", "/api/v1/recognition?unit=lakeside", [401, 403, 404, 404, 404, 200, 200, 200]),
    ("/api/v1/call_backs", "/api/v1/call_backs", [401, 403, 200, 404, 200, 404, 200, 404]),
    ("/api/v1/today", "/api/v1/today", [401, 403, 404, 200, 200, 200, 200, 200]),
    ("/api/v1/today", "/api/v1/today?unit=lakeside", [401, 403, 404, 404, 404, 200, 200, 200]),
    ("/api/v1/charter", "/api/v1/charter", [401, 403, 200, 200, 200, 200, 200, 200]),
    ("/api/v1/charter", "/api/v1/charter?unit=lakeside", [401, 403, 404, 404, 404, 200, 200, 200]),
    ("/api/v1/charter", "/api/v1/charter?unit=ann", [401, 403, 200, 404, 200, 404, 404, 404]),
    ("/api/v1/charter", "/api/v1/charter?unit=cleo", [401, 403, 404, 404, 404, 404, 404, 404]),
    ("/api/v1/measures", "/api/v1/measures", [401, 403, 200, 200, 200, 200, 200, 200]),
    ("/api/v1/measures/{measure}", "/api/v1/measures/csat", [401, 403, 200, 200, 200, 200, 200, 200]),
    ("/api/v1/rows/{measure}/{unit}", "/api/v1/rows/csat/north", [401, 403, 404, 403, 200, 403, 200, 403]),
    (
        "/api/v1/rows/{measure}/{unit}",
        "/api/v1/rows/csat/north?order=person_id",
        [401, 403, 404, 403, 404, 403, 404, 403],
    ),
    ("/api/v1/rows/{measure}/{unit}", "/api/v1/rows/csat/lakeside", [401, 403, 404, 404, 404, 403, 200, 403]),
    ("/api/v1/rows/{measure}/{unit}", "/api/v1/rows/csat/ann", [401, 403, 200, 404, 200, 404, 404, 404]),
    ("/api/v1/rows/{measure}/{unit}", "/api/v1/rows/csat/cleo", [401, 403, 404, 404, 404, 404, 404, 404]),
    ("/api/v1/readings", "/api/v1/readings", [401, 403, 200, 200, 200, 200, 200, 200]),
    ("/api/v1/readings", "/api/v1/readings?unit=lakeside", [401, 403, 404, 404, 404, 200, 200, 200]),
    ("/api/v1/readings", "/api/v1/readings?unit=ann", [401, 403, 404, 404, 404, 404, 404, 404]),
    ("/api/v1/data", "/api/v1/data", [401, 403, 403, 403, 403, 200, 200, 200]),
    ("/api/v1/search", "/api/v1/search?q=satisfied", [401, 403, 200, 200, 200, 200, 200, 200]),
    ("/tokens", "/tokens", [303, 403, 200, 200, 200, 200, 200, 200]),
    ("/sign-in", "/sign-in", [200, 303, 303, 303, 303, 303, 303, 303]),
    // Passwords alone: `openid.rs` beside this has a server with a provider.
    ("/sign-in/openid", "/sign-in/openid", [404; 8]),
    ("/sign-in/openid/return", "/sign-in/openid/return?state=0&code=0", [404; 8]),
    ("/set-up", "/set-up", [303; 8]),
    ("/live", "/live", [303, 403, 200, 200, 200, 200, 200, 200]),
    ("/assets/{name}", "/assets/none.css", [404; 8]),
    ("/health", "/health", [200; 8]),
    ("/ready", "/ready", [200; 8]),
    // No role reads them, and this machine does; see `who_reads_the_metrics`.
    ("/metrics", "/metrics", [200; 8]),
];

/// A form: the path in the table of routes, where it is sent, its values, and the status that each role gets.
type Sent = (&'static str, &'static str, &'static [(&'static str, &'static str)], [u16; 8]);

/// The same for forms, sent as from a page of the server. `1` is the administrator, the only one.
const POST: &[Sent] = &[
    (
        "/owed",
        "/owed",
        &[("do", "keep"), ("key0", "cost_contact/2026-10-01/2026-10-31/north"), ("numerator0", "5")],
        [404, 404, 404, 404, 303, 404, 303, 404],
    ),
    (
        "/owed",
        "/owed",
        &[("do", "keep"), ("key0", "cost_contact/2026-10-01/2026-10-31/lakeside"), ("numerator0", "5")],
        [404, 404, 404, 404, 422, 404, 303, 404],
    ),
    // What is sent here is no file, and nobody learns whether they could send one.
    ("/owed/file", "/owed/file", &[("form", "x")], [400; 8]),
    ("/data/load", "/data/load", &[], [404, 403, 404, 404, 404, 404, 400, 400]),
    ("/data/load/{draft}", "/data/load/0", &[("do", "import")], [404, 403, 404, 404, 404, 404, 404, 404]),
    (
        "/owed/approval/{figure}",
        "/owed/approval/2",
        &[("do", "approve"), ("seen", "0"), ("reason", "")],
        [404, 404, 404, 404, 404, 404, 409, 404],
    ),
    (
        "/administration/users",
        "/administration/users",
        &[("name", "x"), ("sign_in", "mara"), ("role", "viewer"), ("unit", "north"), ("person", "")],
        [404, 404, 404, 404, 404, 404, 404, 422],
    ),
    (
        "/administration/users/{user}/give",
        "/administration/users/1/give",
        &[("role", "king"), ("unit", ""), ("person", "")],
        [404, 404, 404, 404, 404, 404, 404, 422],
    ),
    (
        "/administration/users/{user}/take",
        "/administration/users/1/take",
        &[("role", "administrator"), ("over", "")],
        [404, 404, 404, 404, 404, 404, 404, 422],
    ),
    (
        "/administration/users/{user}/link",
        "/administration/users/999/link",
        &[],
        [404, 404, 404, 404, 404, 404, 404, 404],
    ),
    (
        "/administration/users/{user}/mail",
        "/administration/users/1/mail",
        &[("address", ""), ("rhythm", "none")],
        [404, 404, 404, 404, 404, 404, 404, 303],
    ),
    (
        "/administration/users/{user}/unlink",
        "/administration/users/1/unlink",
        &[],
        [404, 404, 404, 404, 404, 404, 404, 303],
    ),
    ("/account", "/account", &[("address", ""), ("rhythm", "none")], [404, 403, 303, 303, 303, 303, 303, 303]),
    (
        "/administration/users/{user}/activate",
        "/administration/users/1/activate",
        &[],
        [404, 404, 404, 404, 404, 404, 404, 303],
    ),
    (
        "/administration/users/{user}/deactivate",
        "/administration/users/1/deactivate",
        &[],
        [404, 404, 404, 404, 404, 404, 404, 422],
    ),
    // A row that is not in the record; whoever leads the person may not dispute at all.
    (
        "/record/{person}/dispute",
        "/record/ann/dispute",
        &[("measure", "csat"), ("period", "2026-10"), ("key", "[\"a\",\"a1\"]"), ("why", "It was Bob.")],
        [404, 403, 404, 404, 403, 404, 404, 404],
    ),
    // Decided on by whoever leads Ann; those who analyse the record come too late.
    (
        "/record/{person}/dispute",
        "/record/ann/dispute",
        &[("measure", "csat"), ("period", "2026-10"), ("key", "[\"a\",\"a0\"]"), ("why", "Not mine.")],
        [404, 403, 303, 404, 403, 404, 404, 404],
    ),
    (
        "/disputes/{dispute}/decide",
        "/disputes/1/decide",
        &[("decision", "decline"), ("reason", "It is.")],
        [404, 403, 404, 404, 303, 404, 303, 404],
    ),
    ("/tokens", "/tokens", &[("name", "report"), ("days", "90")], [404, 403, 200, 200, 200, 200, 200, 200]),
    // The first is Ann's, the third that of whoever leads her.
    ("/tokens/{token}/revoke", "/tokens/1/revoke", &[], [404, 403, 303, 404, 404, 404, 404, 404]),
    (
        "/administration/tokens/{token}/revoke",
        "/administration/tokens/3/revoke",
        &[],
        [404, 404, 404, 404, 404, 404, 404, 303],
    ),
    (
        "/initiatives",
        "/initiatives",
        &[("title", "x"), ("owner", "y"), ("begins", "2026-10-01"), ("unit", "lakeside"), ("measure", "csat")],
        [404, 403, 404, 404, 422, 404, 303, 404],
    ),
    // That one is of Lakeside, written down by insights, whose forms here are not of how it is now.
    (
        "/initiatives/{number}",
        "/initiatives/1",
        &[("title", "z"), ("owner", "y"), ("begins", "2026-10-01"), ("unit", "lakeside"), ("measure", "csat")],
        [404, 403, 404, 404, 404, 404, 409, 404],
    ),
    ("/initiatives/{number}/withdraw", "/initiatives/1/withdraw", &[], [404, 403, 404, 404, 404, 404, 409, 404]),
    (
        "/administration/webhooks",
        "/administration/webhooks",
        &[("address", "http://x.example/")],
        [404, 404, 404, 404, 404, 404, 404, 422],
    ),
    (
        "/administration/webhooks",
        "/administration/webhooks",
        &[("address", "https://x.example/")],
        [404, 404, 404, 404, 404, 404, 404, 200],
    ),
    (
        "/administration/webhooks/{webhook}/test",
        "/administration/webhooks/1/test",
        &[],
        [404, 404, 404, 404, 404, 404, 404, 303],
    ),
    (
        "/administration/webhooks/{webhook}/remove",
        "/administration/webhooks/1/remove",
        &[],
        [404, 404, 404, 404, 404, 404, 404, 303],
    ),
    // To be signed in is not enough; see `programs_send_rows`.
    ("/api/v1/records/{table}", "/api/v1/records/cases", &[], [401; 8]),
    ("/api/v1/observations", "/api/v1/observations", &[], [401; 8]),
    (
        "/measure/{measure}/{unit}/recommendation",
        "/measure/csat/north/recommendation",
        &[("what", "x"), ("why", "y"), ("owner", "vera"), ("decide_by", "2026-11-17")],
        [404, 403, 404, 404, 303, 404, 303, 404],
    ),
    (
        "/measure/{measure}/{unit}/recommendation",
        "/measure/csat/lakeside/recommendation",
        &[("what", "x"), ("why", "y"), ("owner", "eric"), ("decide_by", "2026-11-17")],
        [404, 403, 404, 404, 404, 404, 303, 404],
    ),
    (
        "/call-backs/{source}/{response}",
        "/call-backs/a/a0",
        &[("seen", "0"), ("step", "take")],
        [404, 403, 404, 404, 404, 404, 404, 404],
    ),
    ("/calendar/address", "/calendar/address", &[], [404, 403, 404, 200, 200, 200, 200, 200]),
    ("/calendar/address/revoke", "/calendar/address/revoke", &[], [404, 403, 404, 303, 303, 303, 303, 303]),
    // The first was sent by the manager to the viewer, the third by insights about Lakeside to the executive.
    (
        "/recommendations/{number}/answer",
        "/recommendations/1/answer",
        &[("answer", "accept"), ("reason", "")],
        [404, 403, 404, 303, 403, 403, 403, 403],
    ),
    (
        "/recommendations/{number}/answer",
        "/recommendations/3/answer",
        &[("answer", "decline"), ("reason", "No")],
        [404, 403, 404, 404, 404, 303, 403, 403],
    ),
    (
        "/recommendations/{number}/outcome",
        "/recommendations/1/outcome",
        &[("outcome", "done"), ("on", "2026-11-02"), ("result", "")],
        [404, 403, 404, 303, 303, 403, 403, 403],
    ),
    // The first is about Ann, by her manager; the second about their unit.
    (
        "/record/{person}/act",
        "/record/ann/act?kind=development",
        &[("kind", "coaching"), ("topic", "x"), ("words", "y"), ("look_again", "2026-11-17"), ("measure", "")],
        [404, 403, 404, 404, 303, 404, 404, 404],
    ),
    (
        "/record/{person}/act",
        "/record/cleo/act",
        &[("topic", "x"), ("words", "y"), ("measure", "")],
        [404, 403, 404, 404, 404, 404, 404, 404],
    ),
    (
        "/recognition/new",
        "/recognition/new?unit=north",
        &[("topic", "x"), ("words", "y"), ("measure", "")],
        [404, 403, 404, 404, 303, 404, 404, 404],
    ),
    (
        "/recognition/new",
        "/recognition/new?unit=lakeside",
        &[("topic", "x"), ("words", "y"), ("measure", "")],
        [404, 403, 404, 404, 404, 404, 404, 404],
    ),
    ("/acts/{act}/acknowledge", "/acts/1/acknowledge", &[], [404, 403, 303, 404, 403, 404, 404, 404]),
    ("/acts/{act}/answer", "/acts/1/answer", &[("words", "x")], [404, 403, 303, 404, 403, 404, 404, 404]),
    ("/acts/{act}/follow-up", "/acts/1/follow-up", &[("words", "x")], [404, 403, 403, 404, 303, 404, 404, 404]),
    ("/acts/{act}/withdraw", "/acts/1/withdraw", &[], [404, 403, 403, 404, 303, 404, 404, 404]),
    ("/acts/{act}/withdraw", "/acts/2/withdraw", &[], [404, 403, 404, 403, 303, 403, 403, 403]),
    ("/acts/{act}/follow-up", "/acts/2/follow-up", &[("words", "x")], [404, 403, 404, 403, 303, 403, 403, 403]),
    ("/choose/{measure}", "/choose/csat", &[("impact", "3")], [404, 403, 303, 404, 303, 303, 303, 404]),
    ("/choose/{measure}", "/choose/none", &[("impact", "3")], [404, 403, 404, 404, 404, 404, 404, 404]),
    (
        "/choose/{measure}/choice",
        "/choose/csat/choice",
        &[("leg", "customer"), ("objective", "x"), ("seen", "")],
        [404, 403, 404, 404, 404, 404, 303, 404],
    ),
    // Chosen by now, and not as this form saw it.
    ("/choose/{measure}/drop", "/choose/csat/drop", &[("seen", "0")], [404, 403, 404, 404, 404, 404, 409, 404]),
    (
        "/measure/{measure}/{unit}/note",
        "/measure/csat/north/note",
        &[("text", "x"), ("period", "2026-10")],
        [404, 403, 404, 303, 303, 303, 303, 303],
    ),
    (
        "/measure/{measure}/{unit}/note",
        "/measure/csat/lakeside/note",
        &[("text", "x"), ("period", "2026-10")],
        [404, 403, 404, 404, 404, 303, 303, 303],
    ),
    // The first note is the viewer's: nobody else takes it back, not even whoever leads the unit.
    ("/notes/{note}/withdraw", "/notes/1/withdraw", &[], [404, 403, 404, 303, 404, 404, 404, 404]),
    ("/notes/{note}/read", "/notes/2/read", &[], [404, 403, 404, 404, 404, 404, 404, 404]),
    ("/set-up", "/set-up", &[("code", "0"), ("name", "x"), ("sign_in", "x"), ("password", PASSWORD)], [303; 8]),
    ("/password/{link}", "/password/0", &[("password", PASSWORD)], [404; 8]),
    (
        "/sign-in",
        "/sign-in",
        &[("name", "nobody"), ("password", "wrong"), ("next", "/")],
        [401, 401, 401, 401, 401, 429, 429, 429],
    ),
    // The last, because it ends the sessions.
    ("/sign-out", "/sign-out", &[], [303; 8]),
];

#[test]
fn every_route_and_every_role() {
    let listed: BTreeSet<&str> = GET.iter().map(|row| row.0).chain(POST.iter().map(|row| row.0)).collect();
    let served: BTreeSet<&str> = evenkeel_web::server::paths().into_iter().collect();
    assert_eq!(listed, served, "every route has an entry in the tables of this test");

    let project = two_branches();
    let server = serve(project.path());
    let administrator = server.set_up();
    // The first administrator analyses the record too; here the two are apart.
    let insights = [("role", "insights"), ("over", "")];
    assert_eq!(server.post("/administration/users/1/take", &administrator, &insights).status, 303);
    let without = server.add(&administrator, "nora", "viewer", "north", "");
    assert_eq!(
        server.post("/administration/users/2/take", &administrator, &[("role", "viewer"), ("over", "north")]).status,
        303
    );
    let tokens: BTreeMap<&str, String> = [
        ("public", server.visit()),
        ("without a role", without),
        ("agent", server.add(&administrator, "anna", "agent", "", "ann")),
        ("viewer", server.add(&administrator, "vera", "viewer", "north", "")),
        ("manager", server.add(&administrator, "milo", "manager", "north", "")),
        ("executive", server.add(&administrator, "eric", "executive", "", "")),
        ("insights", server.add(&administrator, "ines", "insights", "", "")),
        ("administrator", administrator.clone()),
    ]
    .into();

    let mut wrong = Vec::new();
    for &(_, target, expected) in GET {
        for (role, expected) in ROLES.iter().zip(expected) {
            // What never ends is read as far as it says how it begins.
            let endless = matches!(target, "/live" | "/data/events");
            let answer = if endless { server.begin(target, &tokens[role]) } else { server.get(target, &tokens[role]) };
            if answer.status != expected {
                wrong.push(format!(
                    "{role} GET {target}: {} instead of {expected}: {:.200}",
                    answer.status, answer.body
                ));
            }
            // Whatever is shown to the one does not tell of the other.
            let shown = answer.status == 200 && !target.starts_with("/charter/public");
            if shown && ["agent", "viewer", "manager"].contains(role) && answer.body.to_lowercase().contains("lakeside")
            {
                wrong.push(format!("{role} GET {target} tells of another unit"));
            }
            let named = answer.body.contains("cleo") || answer.body.contains("dan,");
            if answer.status == 200 && named {
                wrong.push(format!("{role} GET {target} tells of a person elsewhere"));
            }
            // Only who leads them, and they themselves, read who people are.
            let people = answer.body.contains("person_id");
            let may = target.contains("/rows/csat/north") && *role == "manager" || target.contains("/rows/csat/ann");
            if target.contains("/rows/") && answer.status == 200 && people && !may {
                wrong.push(format!("{role} GET {target} tells who people are"));
            }
        }
    }
    for &(_, target, values, expected) in POST {
        for (role, expected) in ROLES.iter().zip(expected) {
            let answer = server.post(target, &tokens[role], values);
            if answer.status != expected {
                wrong.push(format!(
                    "{role} POST {target}: {} instead of {expected}: {:.200}",
                    answer.status, answer.body
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Signed out on the server too.
    assert_eq!(server.get("/measures", &administrator).status, 303);
}

#[test]
fn what_is_hidden_looks_like_what_does_not_exist() {
    let project = two_branches();
    let server = serve(project.path());
    let administrator = server.set_up();
    let milo = server.add(&administrator, "milo", "manager", "north", "");
    for target in [
        "/scorecard/NAME",
        "/charter?unit=NAME",
        "/measure/csat/NAME",
        "/rows/csat/NAME",
        "/record/NAME",
        "/compare/csat/NAME",
        "/explain/csat/NAME",
        "/api/v1/scorecard/NAME",
        "/api/v1/charter?unit=NAME",
        "/api/v1/rows/csat/NAME",
        "/api/v1/readings?unit=NAME",
        "/api/v1/notes?unit=NAME",
        "/api/v1/recommendations?unit=NAME",
    ] {
        let asked = |name: &str| {
            let answer = server.get(&target.replace("NAME", name), &milo);
            (answer.status, answer.body.replace(name, "NAME"))
        };
        assert_eq!(asked("lakeside"), asked("lakesidf"), "{target}");
        assert_eq!(asked("cleo"), asked("clea"), "{target}");
        assert_eq!(asked("whole"), asked("wholf"), "{target}");
    }
    // Menu, path and comparison have the own unit alone, and people are named in its rows.
    let page = server.get("/scorecard/north", &milo).body;
    assert!(page.contains("North One") && page.contains("milo") && !page.contains("/administration"), "{page}");
    assert!(!page.contains("scorecard/whole") && !page.contains("Lakeside"), "{page}");
    let rows = server.get("/rows/csat/north", &milo).body;
    assert!(rows.contains("person_id") && rows.contains("ann"), "{rows:.300}");
    // Whoever is elsewhere today is not named in the rows of the time when they were here.
    let lines = |rows: &str| rows.lines().count();
    assert!(lines(&rows) > 61 && !rows.contains("dan"), "{} {rows:.300}", lines(&rows));
    let page = server.get("/measure/csat/north", &milo).body;
    assert!(page.contains("<td>ann</td>"), "{page}");
    // Those are in the audit trail, as is a look on the command line.
    succeed(project.path(), &["charter", "--unit", "cleo", "--as-of", AS_OF]);
    succeed(project.path(), &["compare", "csat", "--by", "person", "--as-of", AS_OF]);
    succeed(project.path(), &["rows", "csat", "--unit", "lakeside", "--as-of", AS_OF]);
    let trail = server.get("/administration/trail", &administrator).body;
    for entry in [
        "rows of csat, north, 2026-10",
        "charter of cleo, 2026-10",
        "comparison of people by csat, whole, 2026-10",
        "rows of csat, lakeside, 2026-10",
        "command line",
        "signed in",
    ] {
        assert!(trail.contains(entry), "{entry}: {trail}");
    }
}

#[test]
fn nobody_gets_in_by_force() {
    let project = two_branches();
    let server = serve(project.path());
    // Before there is anybody, only the code from the terminal opens the door.
    let visit = server.visit();
    let wrong = [("code", "AAAA-AAAA-AAAA-AAAA"), ("name", "Eve"), ("sign_in", "eve"), ("password", PASSWORD)];
    assert_eq!(server.post("/set-up", &visit, &wrong).status, 422);
    let short = [("code", &*server.code), ("name", "Eve"), ("sign_in", "eve"), ("password", "short")];
    assert_eq!(server.post("/set-up", &visit, &short).status, 422);
    let administrator = server.set_up();
    assert_eq!(server.post("/set-up", &visit, &short).status, 303, "the code works once");

    // Forged sessions.
    for token in ["", "0", &"0".repeat(64), &"f".repeat(64), "' or 1=1 --", "../../state.db", &visit] {
        let answer = server.get("/measures", token);
        assert_eq!((answer.status, answer.location()), (303, "/sign-in?next=%2Fmeasures"), "{token}");
    }
    // Forged forms: nothing is changed without the token of the session and the word of the browser.
    let own = Secret::parse(&administrator).unwrap().form_token();
    let others = Secret::parse(&visit).unwrap().form_token();
    let here = format!("origin: http://{}\r\n", server.address);
    let values = [("name", "forger"), ("sign_in", "forger"), ("role", "administrator"), ("unit", ""), ("person", "")];
    let add = |form: &str, headers: &str| {
        server.submit("/administration/users", &administrator, form, headers, &values).status
    };
    for (form, headers) in [
        ("", &*here),
        (&*others, &*here),
        (&*administrator, &*here),
        (&*own, ""),
        (&*own, "origin: http://evil.example\r\n"),
        (&*own, "origin: null\r\n"),
        (&*own, "sec-fetch-site: cross-site\r\n"),
        (&*own, &*format!("{here}sec-fetch-site: cross-site\r\n")),
    ] {
        assert_eq!(add(form, headers), 403, "{form} {headers}");
    }
    let page = server.get("/administration", &administrator).body;
    assert!(!page.contains("forger"), "{page}");
    let large = "x".repeat(40_000);
    let refused = server.post("/sign-in", &server.visit(), &[("name", &large), ("password", "x"), ("next", "")]);
    assert_eq!(refused.status, 413, "{}", refused.body);

    // A token that somebody planted is worth nothing after signing in, and neither is the one before.
    let planted = "ab".repeat(32);
    let entered =
        server.post("/sign-in", &planted, &[("name", "mara"), ("password", PASSWORD), ("next", "//evil.example")]);
    assert_eq!((entered.status, entered.location()), (303, "/"), "{}", entered.body);
    let session = entered.cookie().unwrap();
    assert_ne!(session, planted);
    assert_eq!(server.get("/measures", &planted).status, 303);
    assert_eq!(server.get("/measures", &session).status, 200);
    let head = entered.head.to_lowercase();
    assert!(head.contains("httponly; samesite=lax; path=/"), "{head}");
    assert!(server.get("/measures", &session).head.contains("cache-control: no-store"));

    // Names with mark-up stay texts.
    let hostile = "<script>alert(1)</script>";
    let values =
        [("name", hostile), ("sign_in", "h\"><img/src=x>"), ("role", "viewer"), ("unit", "north"), ("person", "")];
    let page = server.post("/administration/users", &session, &values);
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(!page.body.contains("<script>alert") && !page.body.contains("<img"), "{}", page.body);
    let page = server.get(&format!("/sign-in?next={hostile}"), "");
    assert!(!page.body.contains("<script>alert"), "{}", page.body);

    // Whoever is deactivated is out at once, and gets the same answer as somebody who does not exist.
    let milo = server.add(&session, "milo", "manager", "north", "");
    assert_eq!(server.get("/scorecard/north", &milo).status, 200);
    let milo_id = (1..9).find(|id| {
        let at = format!("/administration/users/{id}/link");
        server.post(&at, &session, &[]).body.contains("A link for milo")
    });
    let at = format!("/administration/users/{}/deactivate", milo_id.unwrap());
    assert_eq!(server.post(&at, &session, &[]).status, 303);
    assert_eq!(server.get("/scorecard/north", &milo).status, 303);
    let plain = |name: &str| {
        let answer = server.sign_in(name, PASSWORD);
        let form =
            answer.body.split("name=\"form\" value=\"").nth(1).and_then(|rest| rest.get(..64)).unwrap_or_default();
        (answer.status, answer.body.replace(form, "FORM").replace(name, "NAME"))
    };
    let (known, unknown) = (plain("milo"), plain("nobody"));
    assert_eq!(known.0, 401);
    assert_eq!(known, unknown);
    // Guessing is slowed down, for names that nobody has too.
    for name in ["mara", "nobody2"] {
        for attempt in 0..5 {
            assert_eq!(server.sign_in(name, "wrong password").status, 401, "{name} {attempt}");
        }
        let waiting = server.sign_in(name, PASSWORD);
        assert_eq!((waiting.status, waiting.body.contains("Wait 15 minutes")), (429, true), "{}", waiting.body);
        assert!(waiting.head.contains("retry-after: "), "{}", waiting.head);
    }
    // Whoever is signed in stays so.
    assert_eq!(server.get("/measures", &session).status, 200);
}

#[test]
fn a_look_that_cannot_be_recorded_is_not_shown() {
    let project = two_branches();
    let file = project.path().join("evenkeel.yaml");
    let settings = std::fs::read_to_string(&file).unwrap();
    let beside_the_data: Vec<&str> = settings.lines().filter(|line| !line.starts_with("state:")).collect();
    std::fs::write(file, beside_the_data.join("\n")).unwrap();
    std::fs::create_dir_all(project.path().join("data/state.db")).unwrap();
    let said = super::support::run(project.path(), &["charter", "--unit", "cleo", "--as-of", AS_OF]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("the audit trail cannot be written") && said.out.is_empty(), "{}{}", said.err, said.out);
    // What tells of nobody needs no trail.
    succeed(project.path(), &["charter", "--unit", "lakeside", "--as-of", AS_OF]);
}

#[test]
fn without_accounts_it_is_said_loudly_and_nobody_is_named() {
    let project = two_branches();
    let mut child = evenkeel(project.path())
        .args(["serve", "--auth", "none", "--port", "0", "--as-of", AS_OF])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
    let mut warned = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut warned).unwrap();
    let address = said.split("http://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default().to_owned();
    let server = Server { child, address, code: String::new() };
    assert!(warned.contains("nobody has to sign in"), "{warned}");
    for page in ["/scorecard/north", "/measures", "/charter", "/charter/public"] {
        let page = server.get(page, "");
        assert_eq!(page.status, 200, "{}", page.body);
        assert!(page.body.contains("class=\"strip\"") && page.body.contains("Nobody signs in here"), "{}", page.body);
    }
    let rows = server.get("/rows/csat/north", "").body;
    assert!(rows.contains("response_id") && !rows.contains("person_id"), "{rows:.300}");
    for hidden in ["/charter?unit=ann", "/rows/csat/ann", "/administration", "/administration/trail"] {
        assert_eq!(server.get(hidden, "").status, 404, "{hidden}");
    }
}
