//! The commands, run as a person runs them: the built program, real folders, real files.

#![expect(clippy::unwrap_used, reason = "a failed expectation is the result of a test")]

mod acts;
mod answers;
mod api;
mod behind;
mod breakdown;
mod call_backs;
mod carried;
mod charter;
mod choosing;
mod clock;
mod compare;
mod data;
mod dates;
mod demonstration;
mod examples;
mod excluded;
mod facts;
mod figures;
mod initiatives;
mod killed;
mod kinds;
mod library;
mod loading;
mod mail;
mod notes;
mod openid;
mod operations;
mod over_time;
mod projects;
mod pseudonyms;
mod recommendations;
mod record;
mod rights;
mod rollup;
mod served;
mod service_levels;
mod serving;
mod support;
mod tables;
mod today;
mod users;
mod webhooks;
