//! Pages of accounts, with names that are long, short, and full of mark-up.

use crate::assets;
use crate::page::FirstPage;
use crate::page::accounts::{
    AccountPage, AdministrationPage, DeliveryLine, Door, GrantLine, MailForm, OneTimeLink, OneTimeToken, PasswordPage,
    SetUpPage, SignInPage, TokenLine, TokensPage, TrailLine, TrailSheet, UserLine, WebhookLine, WebhooksPage,
};
use crate::page::api::{ApiEntry, ApiPage, ApiParameter, ApiProblem};
use crate::page::context::{Listening, NavigationEntry, SignedIn, Visitor};
use crate::page::frame::{Choice, Frame, Link};

use crate::words::sentence::Sentence;

use super::bank::HOSTILE;

/// The pages of accounts, each with the name of its sample.
#[derive(Debug, Clone)]
pub struct Pages {
    /// Signing in.
    pub sign_in: Vec<(&'static str, SignInPage)>,
    /// What to do before there are any data.
    pub first: Vec<(&'static str, FirstPage)>,
    /// Setting up the first administrator.
    pub set_up: Vec<(&'static str, SetUpPage)>,
    /// Choosing a password.
    pub password: Vec<(&'static str, PasswordPage)>,
    /// Accounts.
    pub administration: Vec<(&'static str, AdministrationPage)>,
    /// What somebody chooses for themselves.
    pub account: Vec<(&'static str, AccountPage)>,
    /// The tokens of somebody's programs.
    pub tokens: Vec<(&'static str, TokensPage)>,
    /// Addresses that are told of new signals.
    pub webhooks: Vec<(&'static str, WebhooksPage)>,
    /// How programs ask.
    pub api: Vec<(&'static str, ApiPage)>,
    /// The audit trail.
    pub trail: Vec<(&'static str, TrailSheet)>,
}

/// Who and where a sample is about.
struct Sample<'a> {
    organisation: &'a str,
    person: &'a str,
    /// What the person signs in with.
    typed: &'a str,
    assets: &'a assets::Urls,
}

/// What the forms of samples carry.
fn token() -> String {
    "0f".repeat(32)
}

/// Makes them.
pub(super) fn pages(assets: &assets::Urls) -> Pages {
    let rich =
        Sample { organisation: "Northmere Bank", person: "Rosa Anand", typed: "rosa.anand@northmere.example", assets };
    let hostile = Sample { organisation: HOSTILE, person: HOSTILE, typed: HOSTILE, assets };
    let samples = [("rich", rich), ("hostile", hostile)];
    Pages {
        sign_in: samples.iter().map(|(name, sample)| (*name, sample.sign_in())).collect(),
        first: samples.iter().map(|(name, sample)| (*name, sample.first())).collect(),
        set_up: samples.iter().map(|(name, sample)| (*name, sample.set_up())).collect(),
        password: samples.iter().map(|(name, sample)| (*name, sample.password())).collect(),
        administration: samples.iter().map(|(name, sample)| (*name, sample.administration())).collect(),
        account: samples.iter().map(|(name, sample)| (*name, sample.account())).collect(),
        tokens: samples.iter().map(|(name, sample)| (*name, sample.tokens())).collect(),
        webhooks: samples.iter().map(|(name, sample)| (*name, sample.webhooks())).collect(),
        api: samples.iter().map(|(name, sample)| (*name, sample.api())).collect(),
        trail: samples.iter().map(|(name, sample)| (*name, sample.trail())).collect(),
    }
}

impl Sample<'_> {
    fn bare(&self, title: &str) -> Frame {
        Frame::bare(title, self.organisation, Visitor::default(), "/", self.assets)
    }

    fn inside(&self, title: &str) -> Frame {
        let signed_in = SignedIn {
            name: self.person.to_owned(),
            tokens_url: "/tokens".to_owned(),
            sign_out_url: "/sign-out".to_owned(),
            form_token: token(),
        };
        let visitor = Visitor {
            signed_in: Some(signed_in),
            strip: None,
            live: Some(Listening { url: "live".to_owned(), version: 7 }),
        };
        let entry = |label: &str| NavigationEntry {
            label: label.to_owned(),
            url: format!("{}.html", label.to_lowercase()),
            current: label == "Administration",
        };
        let navigation = ["Scorecard", "Charter", "Measures", "Administration"].map(entry).into();
        Frame { navigation, ..Frame::bare(title, self.organisation, visitor, "/", self.assets) }
    }

    fn sign_in(&self) -> SignInPage {
        SignInPage {
            frame: self.bare("Sign in"),
            organisation: self.organisation.to_owned(),
            refused: Some(format!(
                "You signed in with your work account, and no account here is yours to use: {}",
                self.typed
            )),
            work: Some(self.door()),
            notice: Some("You were signed out after 30 minutes without a page.".to_owned()),
            error: Some("Name and password do not match. 4 tries are left, then wait 15 minutes.".to_owned()),
            sign_in: self.typed.to_owned(),
            next: "/".to_owned(),
            charter_url: Some("charter-public-rich.html".to_owned()),
            form_token: token(),
        }
    }

    fn door(&self) -> Door {
        let label = format!("Continue with your account of {}", self.organisation);
        Door { label, url: "/sign-in/openid?next=%2F".to_owned() }
    }

    fn first(&self) -> FirstPage {
        FirstPage {
            frame: self.bare("No data yet"),
            organisation: self.organisation.to_owned(),
            sources: "3 sources".to_owned(),
            load_url: Some("load-rich.html".to_owned()),
        }
    }

    fn set_up(&self) -> SetUpPage {
        SetUpPage {
            frame: self.bare("Set up"),
            organisation: self.organisation.to_owned(),
            error: Some("This is not the code that the program printed.".to_owned()),
            name: self.person.to_owned(),
            sign_in: self.typed.to_owned(),
            shortest: 12,
            form_token: token(),
        }
    }

    fn password(&self) -> PasswordPage {
        PasswordPage {
            frame: self.bare("Choose a password"),
            name: self.person.to_owned(),
            sign_in: self.typed.to_owned(),
            work: Some(self.door()),
            error: None,
            url: "/password/0".to_owned(),
            shortest: 12,
            form_token: token(),
        }
    }

    fn administration(&self) -> AdministrationPage {
        let choice =
            |label: &str, value: &str| Choice { label: label.to_owned(), url: value.to_owned(), current: false };
        let grant = |words: &str, role: &str, over: &str| GrantLine {
            words: words.to_owned(),
            role: role.to_owned(),
            over: over.to_owned(),
        };
        let user = |name: &str, sign_in: &str, active: bool, grants: Vec<GrantLine>| UserLine {
            name: name.to_owned(),
            sign_in: sign_in.to_owned(),
            state: if active { "Can sign in" } else { "Cannot sign in" }.to_owned(),
            active,
            linked: active,
            seen: "; last on 2 Nov 2026 06:10".to_owned(),
            grants,
            mail: self.mail(),
            url: format!("/administration/users/{}", name.len()),
        };
        let over = format!("manager of {}", self.organisation);
        let both = vec![grant("administrator", "administrator", ""), grant("insights", "insights", "")];
        AdministrationPage {
            frame: self.inside("Administration"),
            notice: Some(format!("{} was added.", self.person)),
            error: None,
            link: Some(OneTimeLink {
                name: self.person.to_owned(),
                url: format!("http://127.0.0.1:7070/password/{}", token()),
            }),
            users: vec![
                user("Mara Lindqvist", "mara", true, both),
                user(self.person, self.typed, true, vec![grant(&over, "manager", self.organisation)]),
                user("Tom Okafor", "tom", false, Vec::new()),
            ],
            roles: vec![choice("Insights", "insights"), choice("Manager", "manager"), choice("Agent", "agent")],
            units: vec![choice(self.organisation, self.organisation), choice("Lakeside", "lakeside")],
            explained: vec![("Manager".to_owned(), "The figures of a unit and of all below it.".to_owned())],
            add_url: "/administration/users".to_owned(),
            tokens: vec![self.token(self.typed, false), self.token("mara", true)],
            trail_url: "/administration/trail".to_owned(),
            webhooks_url: "/administration/webhooks".to_owned(),
            form_token: token(),
        }
    }

    fn token(&self, owner: &str, ended: bool) -> TokenLine {
        TokenLine {
            name: format!("nightly report of {}", self.organisation),
            owner: owner.to_owned(),
            may: "Reads what its owner may see".to_owned(),
            state: if ended { "Ended on 31 Jan 2026" } else { "Works until 31 Jan 2027" }.to_owned(),
            ended,
            used: "; not used yet".to_owned(),
            url: format!("/tokens/{}/revoke", owner.len()),
        }
    }

    fn mail(&self) -> MailForm {
        let choice =
            |label: &str, word: &str, current: bool| Choice { label: label.to_owned(), url: word.to_owned(), current };
        MailForm {
            address: self.typed.to_owned(),
            rhythms: vec![choice("Never", "none", false), choice("Every day", "daily", true)],
            sent: Some("The last one was sent on 1 Nov 2026, 07:00.".to_owned()),
            failed: Some(format!("The last one could not be sent on 2 Nov 2026, 07:00: {} refused it.", self.person)),
            url: "/account".to_owned(),
        }
    }

    fn account(&self) -> AccountPage {
        AccountPage {
            frame: self.inside("Your e-mail"),
            notice: Some("What you chose holds from now on.".to_owned()),
            error: None,
            call_backs_url: Some("call-backs-rich.html".to_owned()),
            dates_url: Some("dates-rich.html".to_owned()),
            sign_in: self.typed.to_owned(),
            sends: Some("07:00".to_owned()),
            sees_units: true,
            mail: self.mail(),
            form_token: token(),
        }
    }

    fn tokens(&self) -> TokensPage {
        let choice =
            |label: &str, days: &str, current: bool| Choice { label: label.to_owned(), url: days.to_owned(), current };
        TokensPage {
            frame: self.inside("API tokens"),
            notice: None,
            error: Some(format!("Nothing was made: there is a token called `{}` already.", self.person)),
            made: Some(OneTimeToken { name: self.person.to_owned(), text: format!("evk_{}", token()) }),
            tokens: vec![self.token("", false), self.token("", true)],
            lasting: vec![choice("30 days", "30", false), choice("90 days", "90", true)],
            scopes: vec![
                choice("read what you may see", "read", true),
                choice("send rows into the record", "write", false),
            ],
            add_url: "/tokens".to_owned(),
            api_url: "/api".to_owned(),
            account_url: "/account".to_owned(),
            form_token: token(),
        }
    }

    fn webhooks(&self) -> WebhooksPage {
        let address = format!("https://hooks.example/{}", self.typed);
        let delivery = |state: &str, said: &str| DeliveryLine {
            at: "2 Nov 2026 06:10".to_owned(),
            address: address.clone(),
            about: "3 new signals".to_owned(),
            state: state.to_owned(),
            said: said.to_owned(),
        };
        WebhooksPage {
            frame: self.inside("Webhooks"),
            notice: None,
            error: Some(format!("Nothing was registered: `{}` is no address.", self.person)),
            made: Some(OneTimeToken { name: address.clone(), text: format!("evs_{}", token()) }),
            webhooks: vec![WebhookLine {
                address: address.clone(),
                made: format!("Registered by {} on 2 Nov 2026 06:10", self.typed),
                url: "/administration/webhooks/1".to_owned(),
            }],
            deliveries: vec![
                delivery("To be sent again", "`hooks.example` did not answer in time; 1 attempt so far, next at 06:15"),
                delivery("Delivered", "answered 200; 1 attempt"),
            ],
            add_url: "/administration/webhooks".to_owned(),
            administration_url: "/administration".to_owned(),
            form_token: token(),
        }
    }

    fn api(&self) -> ApiPage {
        let parameter = |name: &str, in_path: bool, choices: &[&str]| ApiParameter {
            name: name.to_owned(),
            in_path,
            says: Sentence::plain("What it says."),
            choices: choices.iter().map(|choice| (*choice).to_owned()).collect(),
            value: if in_path { self.organisation.to_owned() } else { String::new() },
        };
        let entry = ApiEntry {
            id: "scorecard".to_owned(),
            method: "GET",
            path: "/api/v1/scorecard/{unit}".to_owned(),
            summary: "the scorecard of a unit".to_owned(),
            says: Sentence::marked("Legs with `objectives` and measures."),
            parameters: vec![
                parameter("unit", true, &[]),
                parameter("period", false, &[]),
                parameter("view", false, &["legs", "perspectives"]),
            ],
            forms: vec!["application/json".to_owned(), "text/csv".to_owned()],
            example: "/api/v1/scorecard/lakeside".to_owned(),
        };
        let sent = ApiEntry {
            id: "push_records".to_owned(),
            method: "POST",
            path: "/api/v1/records/{table}".to_owned(),
            summary: "takes rows into a table".to_owned(),
            says: Sentence::marked("Rows are checked as those of an `import`."),
            parameters: vec![parameter("table", true, &["cases", "calls"])],
            forms: vec!["application/json".to_owned()],
            example: format!("curl -X POST -d '[{{\"case_id\": \"{}\"}}]' http://127.0.0.1:7070/", self.person),
        };
        let problem = ApiProblem {
            status: 404,
            title: "There is nothing here".to_owned(),
            next: Sentence::plain("The page /api lists the addresses."),
        };
        ApiPage {
            frame: self.inside("API"),
            document_url: "/api/openapi.json".to_owned(),
            tokens_url: Some("/tokens".to_owned()),
            entries: vec![entry, sent],
            problems: vec![problem],
            script: self.assets.api.clone(),
        }
    }

    fn trail(&self) -> TrailSheet {
        let line = |who: &str, action: &str, about: &str, origin: &str| TrailLine {
            at: "2 Nov 2026 06:10:07".to_owned(),
            who: who.to_owned(),
            action: action.to_owned(),
            about: about.to_owned(),
            origin: origin.to_owned(),
        };
        let given = format!("{}: manager of {}", self.typed, self.organisation);
        TrailSheet {
            frame: self.inside("Audit trail"),
            lines: vec![
                line(self.typed, "looked at people", "charter of E1042, 2026-10", "pages"),
                line("lena", "looked at people", "rows of csat, lakeside, 2026-10", "command line"),
                line("mara", "gave a role", &given, "pages"),
            ],
            latest: None,
            older: Some(Link { label: "Older".to_owned(), url: "/administration/trail?before=3".to_owned() }),
            administration_url: "/administration".to_owned(),
        }
    }
}
