use evenkeel_model::call_back::Within;
use evenkeel_model::people::{KEPT_MONTHS, MOST_KEPT_MONTHS, PeoplePolicy};
use evenkeel_model::period::{FiscalYear, Grain};
use evenkeel_model::review::{LATEST_DAY, Reviews};
use evenkeel_model::schedule::Schedule;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::{months, schedule};
use crate::code;
use crate::diagnostic::{Diagnostic, Findings};
use crate::place::Spanned;
use crate::project::Storage;
use crate::raw;
use crate::suggest::{nearest, quoted};

/// What `evenkeel.yaml` says. Where a value could not be read, its default stands in, so that the other files can
/// still be checked; the project as a whole is then not used.
pub(crate) struct Settings {
    pub(crate) organisation: String,
    pub(crate) time_zone: TimeZone,
    pub(crate) fiscal_year: FiscalYear,
    pub(crate) currency: Option<String>,
    pub(crate) people: PeoplePolicy,
    pub(crate) pseudonyms: Option<String>,
    pub(crate) keep_entries: u32,
    pub(crate) storage: Storage,
    pub(crate) state: Option<String>,
    pub(crate) data_root: Option<String>,
    pub(crate) call_back_within: Within,
    pub(crate) import: Option<Schedule>,
    pub(crate) sources: Vec<Spanned<String>>,
    pub(crate) scorecards: Vec<Spanned<String>>,
    pub(crate) service_levels: Vec<Spanned<String>>,
    pub(crate) comparisons: Vec<Spanned<String>>,
    pub(crate) standards: Vec<Spanned<String>>,
    pub(crate) collections: Vec<Spanned<String>>,
    pub(crate) reviews: Option<Reviews>,
    pub(crate) charter: Option<Spanned<String>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            organisation: String::new(),
            time_zone: TimeZone::UTC,
            fiscal_year: FiscalYear::default(),
            currency: None,
            people: PeoplePolicy::Off,
            pseudonyms: None,
            keep_entries: KEPT_MONTHS,
            storage: Storage::Folder("./data".to_owned()),
            state: None,
            data_root: None,
            call_back_within: Within::default(),
            import: None,
            sources: Vec::new(),
            scorecards: Vec::new(),
            service_levels: Vec::new(),
            comparisons: Vec::new(),
            standards: Vec::new(),
            collections: Vec::new(),
            reviews: None,
            charter: None,
        }
    }
}

pub(crate) fn settings(raw: raw::Project, findings: &mut Findings) -> Settings {
    let raw::Project {
        organisation,
        time_zone: zone,
        fiscal_year_starts,
        currency: code_of_currency,
        people,
        pseudonyms,
        storage: place,
        state: database,
        data_root,
        call_back_within: promised,
        import,
        sources,
        scorecards,
        service_levels,
        comparisons,
        standards,
        collections,
        reviews: looked_at,
        charter,
    } = raw;
    let defaults = Settings::default();
    let (people, keep_entries) = match people {
        None => (None, None),
        Some(raw::PeopleRules::Policy(policy)) => (Some(policy), None),
        Some(raw::PeopleRules::Further(rules)) => (rules.policy, rules.keep_entries),
    };
    let texts = |list: Option<Vec<Spanned<raw::Text>>>| {
        list.unwrap_or_default().into_iter().map(|text| text.with(text.value.0.clone())).collect()
    };
    Settings {
        organisation: organisation.map_or(defaults.organisation, |name| name.value.0),
        time_zone: zone.and_then(|name| time_zone(&name, findings)).unwrap_or(defaults.time_zone),
        fiscal_year: fiscal_year_starts.and_then(|month| fiscal_year(&month, findings)).unwrap_or(defaults.fiscal_year),
        currency: code_of_currency.and_then(|code| currency(&code, findings)),
        people: match people {
            None | Some(raw::People::Off) => PeoplePolicy::Off,
            Some(raw::People::OwnRecord) => PeoplePolicy::OwnRecord,
            Some(raw::People::Coaching) => PeoplePolicy::Coaching,
            Some(raw::People::Appraisal) => PeoplePolicy::Appraisal,
        },
        pseudonyms: pseudonyms.map(|path| path.value.0),
        keep_entries: keep_entries.and_then(|text| kept(&text, findings)).unwrap_or(defaults.keep_entries),
        storage: place.map_or(defaults.storage, |place| storage(&place.value.0)),
        state: database.and_then(|address| state(&address, findings)),
        data_root: data_root.map(|root| root.value.0),
        call_back_within: promised.and_then(|text| within(&text, findings)).unwrap_or_default(),
        import: import.and_then(|import| schedule::import(import, findings)),
        sources: texts(sources),
        scorecards: texts(scorecards),
        service_levels: texts(service_levels),
        comparisons: texts(comparisons),
        standards: texts(standards),
        collections: texts(collections),
        reviews: looked_at.and_then(|reviews| self::reviews(&reviews, findings)),
        charter: charter.map(|path| path.with(path.value.0.clone())),
    }
}

/// Looks a time zone up in the database that is part of the program, so that a project means the same on every
/// machine, and then in the one of the machine, which may be newer.
fn time_zone(name: &Spanned<raw::Text>, findings: &mut Findings) -> Option<TimeZone> {
    let text = name.value.0.as_str();
    let bundled = TimeZoneDatabase::bundled();
    if let Ok(zone) = bundled.get(text).or_else(|_| jiff::tz::db().get(text)) {
        return Some(zone);
    }
    let names: Vec<String> = bundled.available().map(|name| name.to_string()).collect();
    let city = |name: &str| name.rsplit('/').next().unwrap_or_default().to_lowercase();
    let meant = nearest(text, names.iter().map(String::as_str)).or_else(|| {
        // Many know the city and not the continent.
        names.iter().map(String::as_str).find(|name| name.contains('/') && city(name) == city(&text.replace(' ', "_")))
    });
    let found = Diagnostic::error(code::UNKNOWN_TIME_ZONE, &name.span, format!("{} is not a time zone", quoted(text)));
    let found = match meant {
        Some(meant) => found.label(format!("did you mean `{meant}`?")),
        None => found,
    };
    findings.push(
        found
            .note("days, weeks and months are those of this zone")
            .help("write the IANA name, continent and city, for example `Africa/Accra`, or `UTC`"),
    );
    None
}

/// For how many months entries about a person are kept.
fn kept(written: &Spanned<raw::Text>, findings: &mut Findings) -> Option<u32> {
    let found = months(&written.value.0, MOST_KEPT_MONTHS);
    if found.is_none() {
        let message = format!("`keep_entries` needs a number of months, not {}", quoted(&written.value.0));
        let found = Diagnostic::error(code::BAD_PERIOD, &written.span, message);
        findings.push(found.help(format!("write `24 months`; from 1 to {MOST_KEPT_MONTHS}")));
    }
    found
}

fn fiscal_year(month: &Spanned<raw::Whole>, findings: &mut Findings) -> Option<FiscalYear> {
    let fiscal_year = i8::try_from(month.value.0).ok().and_then(FiscalYear::starting_in);
    if fiscal_year.is_none() {
        let message = format!("`fiscal_year_starts` cannot be {}", month.value.0);
        let found = Diagnostic::error(code::BAD_NUMBER, &month.span, message);
        findings.push(found.help("write the month as a number from 1 (January) to 12 (December)"));
    }
    fiscal_year
}

fn currency(name: &Spanned<raw::Text>, findings: &mut Findings) -> Option<String> {
    let text = name.value.0.as_str();
    if text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Some(text.to_owned());
    }
    let upper = text.to_ascii_uppercase();
    let help = match (text, upper.len() == 3 && upper.bytes().all(|byte| byte.is_ascii_uppercase())) {
        (_, true) => format!("write `{upper}`"),
        ("€", _) => "write `EUR`".to_owned(),
        ("£", _) => "write `GBP`".to_owned(),
        _ => "write the three capital letters of ISO 4217, for example `EUR`".to_owned(),
    };
    let message = format!("{} is not the code of a currency", quoted(text));
    findings.push(Diagnostic::error(code::BAD_CURRENCY, &name.span, message).help(help));
    None
}

fn reviews(raw: &raw::Reviews, findings: &mut Findings) -> Option<Reviews> {
    let (every, day) = (raw.every.as_ref()?, raw.day.as_ref()?);
    let Some(number) = i8::try_from(day.value.0).ok().filter(|number| (1..=LATEST_DAY).contains(number)) else {
        let message = format!("`day` of `reviews` cannot be {}", day.value.0);
        let found = Diagnostic::error(code::BAD_NUMBER, &day.span, message);
        findings.push(found.help(format!("write a day that every month has, from 1 to {LATEST_DAY}")));
        return None;
    };
    let every = match every.value {
        raw::Reviewed::Month => Grain::Month,
        raw::Reviewed::Quarter => Grain::Quarter,
        raw::Reviewed::Year => Grain::Year,
    };
    Some(Reviews { every, day: number })
}

fn within(text: &Spanned<raw::Text>, findings: &mut Findings) -> Option<Within> {
    match text.value.0.parse() {
        Ok(within) => Some(within),
        Err(_) => {
            let message = format!("{} is no time within which somebody is called back", quoted(&text.value.0));
            let found = Diagnostic::error(code::BAD_QUANTITY, &text.span, message);
            findings.push(found.help("write `1 working day`, or a time from `1 min` to `60 d`"));
            None
        }
    }
}

fn storage(text: &str) -> Storage {
    if text.contains("://") { Storage::ObjectStore(text.to_owned()) } else { Storage::Folder(text.to_owned()) }
}

/// Whether an address, behind its scheme, has a password: behind the name of the user, or among its options.
fn holds_password(address: &str) -> bool {
    let (place, options) = address.split_once('?').unwrap_or((address, ""));
    let behind_the_user = place.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'));
    behind_the_user || options.to_ascii_lowercase().contains("password")
}

/// The address of the database of accounts. Project files are shared, so a password does not belong there.
fn state(address: &Spanned<raw::Text>, findings: &mut Findings) -> Option<String> {
    let text = address.value.0.as_str();
    let rest = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"));
    let message = match rest {
        None => "`state` is not the address of a PostgreSQL database".to_owned(),
        Some(rest) if holds_password(rest) => "`state` holds a password".to_owned(),
        Some(_) => return Some(text.to_owned()),
    };
    let help = "write `postgres://USER@HOST/DATABASE` and give the password in the environment variable PGPASSWORD, or \
                leave `state` out to keep accounts in a file beside the data";
    findings.push(Diagnostic::error(code::BAD_STATE, &address.span, message).help(help));
    None
}
