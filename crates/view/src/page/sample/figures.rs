//! The figures of the bank: what it measures, in short.

use Better::{Between, Less, More, Neither};
use Kind::{Hours, Mean, Money, Open, Per, Promoters, Share};

pub(super) const ROWS: [[&str; 6]; 8] = [
    ["2026-10-31 16:52", "Lakeside", "Disputes and complaints", "2", "not good", "Explained my case to three people."],
    ["2026-10-31 16:40", "Castlegate", "Counter service", "5", "good", ""],
    ["2026-10-31 16:18", "Jubilee Street", "Account opening", "5", "good", "Opened in twenty minutes, no fuss."],
    ["2026-10-31 15:57", "Hartwell", "Lending and mortgages", "3", "not good", "Rate was not the one on the website."],
    ["2026-10-31 15:31", "Fairholm", "Counter service", "4", "good", ""],
    ["2026-10-31 15:20", "Kingsford", "Disputes and complaints", "4", "good", "Called back the same day."],
    ["2026-10-31 14:49", "Eastquay", "Lending and mortgages", "1", "not good", "Waited two weeks for a yes or no."],
    ["2026-10-31 14:33", "Ashgrove", "Counter service", "5", "good", ""],
];

/// Name, satisfaction, half its likely range, answers.
pub(super) const BRANCHES: [(&str, f64, f64, u64); 12] = [
    ("Ashgrove", 79.1, 5.2, 230),
    ("Birchwood", 79.2, 7.2, 120),
    ("Castlegate", 86.1, 3.6, 360),
    ("Dunmore", 84.6, 9.8, 52),
    ("Eastquay", 75.0, 6.0, 200),
    ("Fairholm", 78.8, 4.4, 330),
    ("Glenside", 78.9, 8.4, 90),
    ("Hartwell", 70.6, 6.9, 170),
    ("Inverlea", 75.0, 17.0, 24),
    ("Jubilee Street", 84.4, 3.2, 480),
    ("Kingsford", 88.0, 6.4, 100),
    ("Lakeside", 68.1, 6.0, 235),
];

/// How a sketch is worked out.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Share,
    Mean,
    Promoters,
    Per,
    Money,
    Hours,
    Open,
}

/// Which way is better.
#[derive(Clone, Copy)]
pub(super) enum Better {
    More,
    Less,
    Between(f64, f64),
    Neither,
}

/// One measure in short.
pub(super) struct Sketch {
    /// Identifier, title, noun, perspective.
    pub names: [&'static str; 4],
    pub kind: Kind,
    pub better: Better,
    /// Value, half its likely range, change on the month before, value two years before, baseline, target: in the
    /// unit in which it is shown.
    pub numbers: [f64; 6],
    pub n: u64,
    pub key: bool,
}

const fn sketch(names: [&'static str; 4], kind: Kind, better: Better, numbers: [f64; 6], n: u64, key: bool) -> Sketch {
    Sketch { names, kind, better, numbers, n, key }
}

const LEARNING: &str = "learning and growth";
const CUSTOMER: &str = "customer";
const PROCESSES: &str = "internal processes";
const FINANCIAL: &str = "financial";

/// Objectives with their measures.
type Objectives = &'static [(&'static str, &'static [Sketch])];

const EMPLOYEE: Objectives = &[
    (
        "People know their job",
        &[
            sketch(
                ["knowledge", "Product knowledge", "people", LEARNING],
                Share,
                More,
                [88.1, 3.6, -0.4, 86.0, 84.0, 90.0],
                312,
                true,
            ),
            sketch(
                ["certification", "Certificates in date", "people", LEARNING],
                Share,
                More,
                [96.8, 2.0, 0.5, 95.0, 93.0, 95.0],
                312,
                false,
            ),
        ],
    ),
    (
        "People want to stay and serve",
        &[
            sketch(
                ["engagement", "Engagement pulse", "answers", LEARNING],
                Mean,
                More,
                [68.9, 1.8, -0.6, 73.5, 65.0, 74.0],
                268,
                true,
            ),
            sketch(
                ["attrition", "Voluntary leavers", "people", LEARNING],
                Share,
                Less,
                [14.0, 9.0, 0.6, 11.0, 18.0, 12.0],
                314,
                false,
            ),
            sketch(
                ["coaching", "Coaching sessions held", "sessions", LEARNING],
                Share,
                More,
                [88.0, 2.9, 1.2, 86.0, 80.0, 90.0],
                468,
                false,
            ),
            sketch(
                ["story_cohesion", "Story cohesion", "answers", LEARNING],
                Share,
                More,
                [51.3, 4.6, 2.0, 40.0, 40.0, 70.0],
                146,
                false,
            ),
        ],
    ),
];

const CUSTOMER_LEG: Objectives = &[
    (
        "Customers leave satisfied",
        &[
            sketch(
                ["csat", "Customer satisfaction", "answers", CUSTOMER],
                Share,
                More,
                [79.59, 1.65, -1.04, 81.0, 75.0, 82.0],
                2391,
                true,
            ),
            sketch(
                ["effort", "Easy to deal with", "answers", CUSTOMER],
                Share,
                More,
                [71.8, 2.5, 1.5, 69.0, 64.0, 70.0],
                1204,
                false,
            ),
            sketch(
                ["nps", "Net promoter score", "answers", CUSTOMER],
                Promoters,
                More,
                [31.0, 5.0, 2.0, 27.0, 20.0, 30.0],
                842,
                false,
            ),
            sketch(
                ["response_rate", "Response rate", "people asked", PROCESSES],
                Share,
                Neither,
                [18.4, 0.7, -0.2, 20.6, f64::NAN, f64::NAN],
                12995,
                false,
            ),
        ],
    ),
    (
        "We keep our promises",
        &[
            sketch(
                ["waiting", "Served within 10 minutes", "visits", PROCESSES],
                Share,
                More,
                [84.7, 0.4, 0.1, 78.0, 70.0, 80.0],
                41320,
                true,
            ),
            sketch(
                ["complaint_time", "Complaint resolution time", "complaints", PROCESSES],
                Hours,
                Less,
                [27.4, 2.2, -0.8, 27.6, 52.0, 24.0],
                417,
                false,
            ),
            sketch(
                ["complaint_rate", "Complaints", "complaints", PROCESSES],
                Per,
                Less,
                [2.31, 0.22, 0.003, 2.3, 3.1, 2.5],
                425,
                false,
            ),
            sketch(
                ["first_contact", "Solved at first contact", "cases", PROCESSES],
                Share,
                More,
                [74.9, 0.9, 0.6, 74.0, 70.0, 78.0],
                8212,
                false,
            ),
            sketch(
                ["backlog", "Open cases", "cases", PROCESSES],
                Open,
                Less,
                [1120.0, 0.0, 24.0, 1010.0, 1900.0, 1000.0],
                1120,
                false,
            ),
        ],
    ),
];

const BUSINESS: Objectives = &[
    (
        "Customers stay with us",
        &[
            sketch(
                ["retention", "Retention, 12 months", "customers", CUSTOMER],
                Share,
                More,
                [91.8, 0.1, 0.05, 91.8, 90.0, 91.5],
                181_600,
                true,
            ),
            sketch(
                ["secure", "Secure customers", "answers", CUSTOMER],
                Share,
                More,
                [38.6, 3.2, -0.2, 37.0, 33.0, 40.0],
                842,
                false,
            ),
            sketch(
                ["offers", "Offers accepted", "offers", FINANCIAL],
                Share,
                Between(10.0, 15.0),
                [12.4, 1.05, 0.0, 12.2, 9.0, f64::NAN],
                3910,
                false,
            ),
        ],
    ),
    (
        "Good service pays its way",
        &[
            sketch(
                ["cost_contact", "Cost per contact", "contacts", FINANCIAL],
                Money,
                Less,
                [4.86, 0.07, -0.04, 5.3, 5.6, 5.0],
                61240,
                true,
            ),
            sketch(
                ["revenue", "Revenue per customer", "customers", FINANCIAL],
                Money,
                More,
                [41.2, 0.35, 0.4, 38.0, 37.0, 40.0],
                166_700,
                false,
            ),
            sketch(
                ["goodwill", "Goodwill paid", "contacts", FINANCIAL],
                Money,
                Less,
                [61240.0, 5200.0, 1300.0, 62000.0, 72000.0, f64::NAN],
                61240,
                false,
            ),
        ],
    ),
];

/// The legs with their objectives.
pub(super) const LEGS: [(&str, &str, Objectives); 3] =
    [("employee", "Employee", EMPLOYEE), ("customer", "Customer", CUSTOMER_LEG), ("business", "Business", BUSINESS)];
