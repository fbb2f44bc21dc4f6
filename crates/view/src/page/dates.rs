//! Dates that matter: reviews, figures, initiatives, answers and targets, by month, and as a file for other calendars.

use askama::Template;
use jiff::civil::Date;
use serde::Serialize;

use crate::icalendar::Entry;
use crate::page::frame::{Frame, Link};
use crate::words::period;

/// What happens on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DateKind {
    /// People look at the scorecard together.
    Review,
    /// People look at the charter again.
    CharterReview,
    /// Figures have to be typed until then.
    Figures,
    /// An initiative begins.
    Begins,
    /// It ends.
    Ends,
    /// A recommendation is to be answered until then.
    Answer,
    /// A value is to be reached on the way to a target.
    Milestone,
    /// A target is to be reached.
    Target,
}

impl DateKind {
    /// The word for it by which calendars know it again.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            DateKind::Review => "review",
            DateKind::CharterReview => "charter",
            DateKind::Figures => "figures",
            DateKind::Begins => "begins",
            DateKind::Ends => "ends",
            DateKind::Answer => "answer",
            DateKind::Milestone => "milestone",
            DateKind::Target => "target",
        }
    }

    fn label(self) -> &'static str {
        match self {
            DateKind::Review => "Review of the scorecard",
            DateKind::CharterReview => "Review of the charter",
            DateKind::Figures => "Figures are due",
            DateKind::Begins => "Initiative begins",
            DateKind::Ends => "Initiative ends",
            DateKind::Answer => "Recommendation to be answered",
            DateKind::Milestone => "Milestone",
            DateKind::Target => "Target",
        }
    }
}

/// A date that matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateDetail {
    /// The day.
    pub day: Date,
    /// What happens.
    pub kind: DateKind,
    /// What it is about; empty where the kind says it all.
    pub what: String,
    /// Where, and what else is said; empty where nothing is.
    pub about: String,
    /// What tells it from others of its kind, and stays the same.
    pub id: String,
    /// Where more of it stands.
    pub url: String,
}

impl DateDetail {
    fn title(&self) -> String {
        if self.what.is_empty() {
            self.kind.label().to_owned()
        } else {
            format!("{}: {}", self.kind.label(), self.what)
        }
    }

    /// The same for other calendars. `uid` is what is made of its kind and identifier; `address` is where people open the
    /// pages, where that is known.
    #[must_use]
    pub fn entry(&self, uid: String, address: Option<&str>) -> Entry {
        Entry {
            uid,
            day: self.day,
            title: self.title(),
            about: self.about.clone(),
            url: address.map(|address| format!("{address}{}", self.url)),
        }
    }
}

/// The page of dates. It writes itself as HTML and serialises as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Template)]
#[template(path = "dates.html")]
pub struct DatesPage {
    /// What stands around it.
    pub frame: Frame,
    /// What was done just now.
    #[serde(skip)]
    pub notice: Option<String>,
    /// A new secret address, shown once.
    #[serde(skip)]
    pub made: Option<String>,
    /// The months with their dates.
    pub months: Vec<MonthOfDates>,
    /// Where all of it is as a file.
    pub file_url: String,
    /// Since when there is a secret address; none while there is none.
    pub address_since: Option<String>,
    /// Where one is made, or made again.
    #[serde(skip)]
    pub make_url: String,
    /// Where it is revoked.
    #[serde(skip)]
    pub revoke_url: String,
    /// What the forms carry.
    #[serde(skip)]
    pub form_token: String,
}

/// The dates of a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MonthOfDates {
    /// The month: `November 2026`.
    pub month: String,
    /// Its dates, the earliest first.
    pub dates: Vec<DateLine>,
}

/// A date of the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DateLine {
    /// The day: `Mon 2 Nov`.
    pub day: String,
    /// Whether it is over.
    pub over: bool,
    /// What it is, with the way to it.
    pub what: Link,
    /// Where, and what else is said.
    pub about: String,
}

impl DatesPage {
    /// The page of some dates, in order. Where forms lead is for whoever makes the page.
    #[must_use]
    pub fn new(frame: Frame, dates: &[DateDetail], today: Date) -> Self {
        let mut months: Vec<MonthOfDates> = Vec::new();
        for date in dates {
            let month = period::month_of(date.day);
            if months.last().is_none_or(|last| last.month != month) {
                months.push(MonthOfDates { month, dates: Vec::new() });
            }
            let line = DateLine {
                day: format!("{} {}", date.day.strftime("%a"), period::day(date.day)),
                over: date.day < today,
                what: Link { label: date.title(), url: date.url.clone() },
                about: date.about.clone(),
            };
            if let Some(last) = months.last_mut() {
                last.dates.push(line);
            }
        }
        Self {
            frame,
            notice: None,
            made: None,
            months,
            file_url: String::new(),
            address_since: None,
            make_url: String::new(),
            revoke_url: String::new(),
            form_token: String::new(),
        }
    }
}
