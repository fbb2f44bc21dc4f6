//! What people type, as opposed to what is counted: users with their grants, sessions, tokens of programs, and the audit trail.
//!
//! It lies in one database: a SQLite file beside the lake, or PostgreSQL by its address. Clock and random source are
//! parameters. Secrets (tokens, one-time links) are kept as digests only, passwords as argon2id hashes, so that
//! whoever reads the database can sign in as nobody.

mod acts;
mod attempts;
mod call_backs;
mod choosing;
mod connect;
mod date_addresses;
mod disputes;
mod entity;
mod erasing;
mod error;
mod figures;
mod imports;
mod initiatives;
mod invitations;
mod mail;
mod migrations;
mod notes;
mod password;
mod pushes;
mod recommendations;
mod secret;
mod sessions;
mod tokens;
mod trail;
mod users;
mod webhooks;
mod work_accounts;

pub use acts::{Act, Addition, NewAct, NewAddition};
pub use attempts::{Attempt, Limits};
pub use call_backs::{AnswerKey, CallBackStep, CallBackSteps, NewStep, Stepped};
pub use choosing::MeasureRating;
pub use connect::{Location, StateStore};
pub use date_addresses::DateAddress;
pub use disputes::{Dispute, DisputeState, LONGEST_REASON, NewDispute};
pub use erasing::ErasedPerson;
pub use error::StateError;
pub use figures::{Decided, FigureId, FigureKey, NewFigure, SeenFigure, TypedFigure};
pub use imports::ImportRecord;
pub use mail::MailChoice;
pub use notes::{LONGEST_NOTE, Mention, NewNote, Note, NotesVersion};
pub use password::{Effort, Passwords, SHORTEST_PASSWORD, UnfitPassword};
pub use pushes::{KeptAnswer, PushKey, PushState};
pub use recommendations::{NewRecommendation, Recommendation};
pub use secret::{Random, Secret, Unrandom};
pub use sessions::{Found, Lifetime};
pub use tokens::{NewToken, Scope, Token, TokenId};
pub use trail::{Action, Change, Entry, LookedAt, Origin, Recorded, TrailPage};
pub use users::{NewUser, UnfitName, User, UserId};
pub use webhooks::{Delivery, DeliveryState, DueDelivery, MOST_WEBHOOKS, Message, Webhook};
pub use work_accounts::WorkAccount;
