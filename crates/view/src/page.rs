//! Pages as plain data: everything that a page, an answer of the API, a spreadsheet or a terminal shows, already
//! worded and formatted, with the unrounded numbers beside the text.
//!
//! A page struct is built from an evaluation and a [`Context`]; the exporters (HTML, JSON, terminal) only lay it
//! out. That is why they cannot disagree. A page is written as HTML with `render`, a method of [`Template`], and
//! as JSON with `serde_json`.

pub mod accounts;
pub mod acts;
pub mod api;
pub mod below;
mod breakdown;
pub mod call_backs;
pub mod chart_file;
pub mod charter;
pub mod charter_public;
pub mod choose;
pub mod comparison;
pub mod context;
pub mod data;
pub mod dates;
pub mod digest;
pub mod disputes;
pub mod first;
pub mod frame;
pub mod guide;
pub mod import;
pub mod initiatives;
pub mod library;
pub mod load;
pub mod map;
pub mod measure;
pub mod notes;
pub mod owed;
pub mod owed_matrix;
pub mod parts;
pub mod people;
pub mod recommendations;
pub mod record;
pub mod row;
pub mod rows_behind;
pub mod sample;
pub mod scorecard;
pub mod search;
pub mod signal;
pub mod signals;
pub mod standards;
pub mod targets;
pub mod today;
pub mod way;
pub mod written;

/// What writes a page as HTML: `page.render()`.
pub use askama::Template;

pub use accounts::{
    AccountPage, AdministrationPage, DeliveryLine, Door, GrantLine, MailForm, OneTimeLink, OneTimeToken, PasswordPage,
    SetUpPage, SignInPage, TokenLine, TokensPage, TrailLine, TrailSheet, UserLine, WebhookLine, WebhooksPage,
};
pub use acts::{
    ActDetail, ActLine, ActPage, ActsDetail, ActsOfPerson, AdditionDetail, Recipient, RecognitionPage, TypedAct,
};
pub use api::{
    About, ApiEntry, ApiPage, ApiParameter, ApiProblem, Problem, PushAnswer, PushReject, ReadingLine, ReadingList,
    RowsList, UnitEntry, UnitTree,
};
pub use below::UnitResult;
pub use breakdown::{Breakdown, BreakdownDetail, Divided, GroupKind, GroupRow};
pub use call_backs::{CallBackDetail, CallBackPage, CallBacksPage};
pub use chart_file::{Chart, ChartFigures, ChartFile};
pub use charter::{ChainLink, CharterDetail, CharterPage, PromiseDetail};
pub use charter_public::{PublicCharter, PublicDetail, PublicPromise, PublicUnit};
pub use choose::{ChoosePage, RatePage};
pub use comparison::{ComparedGroup, ComparisonPage, ComparisonSheet};
pub use context::{
    Arrangement, Context, Freshness, Links, Listening, NavigationEntry, NoteCounts, Place, SearchForm, SignedIn,
    UnitLabel, UnitNode, Visitor,
};
pub use data::{
    DataDetail, DataPage, DataSheet, ImportState, LakeState, PeopleInRecord, Rejected, RejectedFiles, TableDifference,
    TableState,
};
pub use dates::DatesPage;
pub use digest::{Digest, DigestDetail};
pub use disputes::{DisputeLine, DisputesPage};
pub use first::FirstPage;
pub use frame::Frame;
pub use guide::GuidePage;
pub use initiatives::{InitiativeDetail, InitiativePage, InitiativesPage};
pub use library::{DefinitionPage, Filter, LibraryLinks, Listed, MeasureList, MeasuresPage, Origin, Sheet};
pub use load::{
    LoadAnswer, LoadChoice, LoadColumn, LoadColumnsPage, LoadMeasure, LoadPage, LoadProgressPage, LoadRejected,
    LoadTrial,
};
pub use map::MapPage;
pub use measure::{Detail, MeasurePage};
pub use notes::{NoteDetail, NoteLine, NotePage, NotesDetail};
pub use owed::{ApprovalPage, OwedDetail, OwedPage, SentDetail, Telling};
pub use people::{PeopleGroup, PeoplePage};
pub use recommendations::{RecommendPage, RecommendationDetail, RecommendationPage, RecommendationsPage};
pub use record::{Disputing, LookLine, OwnDispute, RecordDetail, RecordPage, RowsOf};
pub use row::Row;
pub use rows_behind::{Column, ColumnOrder, Reader, Recorded, RowsBehind, for_everyone};
pub use scorecard::ScorecardPage;
pub use search::SearchPage;
pub use signal::SignalMark;
pub use signals::{SignalList, UnitEvaluation};
pub use standards::RatingSheet;
pub use targets::{Targeted, TargetsPage};
pub use today::{TodayDetail, TodayPage};
pub use written::{
    CallBackEntry, CallBackList, DisputeEntry, DisputeList, NoteEntry, NoteList, RecognitionEntry, RecognitionList,
    RecommendationEntry, RecommendationList, call_back_word, stage_word,
};
