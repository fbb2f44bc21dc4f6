//! The audit trail: who did or looked at what, when. Nothing in it is ever changed, but for what leads from the row of a
//! dispute to a person who was erased ([`crate::StateStore::erase_person`]).

use evenkeel_model::ids::{PersonId, UnitId};
use jiff::Timestamp;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};

use crate::connect::{alone, instant, kept};
use crate::entity::{entry, look};
use crate::{StateError, StateStore};

/// Where something was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// On the pages.
    Pages,
    /// On the command line.
    CommandLine,
    /// By a program that asks with a token.
    Programs,
    /// By a server, without being asked.
    Server,
}

impl Origin {
    const ALL: [Origin; 4] = [Origin::Pages, Origin::CommandLine, Origin::Programs, Origin::Server];

    /// The words for it, as they are kept.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Origin::Pages => "pages",
            Origin::CommandLine => "command line",
            Origin::Programs => "API",
            Origin::Server => "server",
        }
    }
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Figures or rows were shown that say which person they are of.
    LookedAtPeople,
    /// Somebody signed in.
    SignedIn,
    /// Somebody signed out.
    SignedOut,
    /// Somebody could not sign in.
    Refused,
    /// A user was added.
    UserAdded,
    /// A role was given.
    Given,
    /// A role was taken away.
    Taken,
    /// A user may not sign in any more.
    Deactivated,
    /// A user may sign in again.
    Activated,
    /// A one-time link was made.
    LinkMade,
    /// A password was chosen.
    PasswordChosen,
    /// A figure was typed and kept.
    FigureKept,
    /// A figure was sent.
    FigureSent,
    /// A figure was approved.
    FigureApproved,
    /// A figure was sent back.
    FigureReturned,
    /// Somebody said that a row is wrong.
    Disputed,
    /// Somebody decided that a row is wrong.
    Upheld,
    /// Somebody decided that a row is right.
    Declined,
    /// A token was made with which programs ask.
    TokenMade,
    /// Such a token was revoked.
    TokenRevoked,
    /// A program sent rows, which were taken into the record.
    Pushed,
    /// An address was registered that is told of new signals.
    WebhookAdded,
    /// Such an address was removed.
    WebhookRemoved,
    /// An initiative was written down.
    InitiativeAdded,
    /// It was written down in another way.
    InitiativeChanged,
    /// It was taken back.
    InitiativeWithdrawn,
    /// Somebody chose whether they, or somebody else, are written to.
    MailChosen,
    /// A note was written beside a figure.
    NoteWritten,
    /// It was taken back.
    NoteWithdrawn,
    /// The owner of a measure was asked to do something.
    Recommended,
    /// They accepted.
    RecommendationAccepted,
    /// They declined.
    RecommendationDeclined,
    /// Somebody said what came of it.
    RecommendationFollowedUp,
    /// A person was taken out of the key of pseudonyms.
    PersonErased,
    /// What was left of such a person was forgotten.
    ErasedForgotten,
    /// Somebody did something about a low answer of a customer.
    CalledBack,
    /// A secret address was made at which a calendar reads dates.
    DateAddressMade,
    /// It was revoked.
    DateAddressRevoked,
    /// A person or a unit was recognised.
    Recognised,
    /// Coaching, training or an agreement was written down.
    DevelopmentWritten,
    /// One of these was taken back.
    ActWithdrawn,
    /// The person said that they have seen one.
    ActAcknowledged,
    /// The person said something about one.
    ActAnswered,
    /// Somebody said what came of one.
    ActFollowedUp,
    /// Some were deleted, because their time was over.
    ActsForgotten,
    /// Somebody said what they think of a measure that may be chosen.
    MeasureRated,
    /// They took that back.
    RatingWithdrawn,
    /// A measure was chosen for the scorecard, or chosen otherwise.
    MeasureChosen,
    /// It is not to be chosen any more.
    MeasureDropped,
    /// Somebody signs in with an account of a provider from now on.
    WorkAccountLinked,
    /// They do no more.
    WorkAccountRemoved,
    /// An export was loaded into a source.
    FileLoaded,
    /// A source was added to the project.
    SourceAdded,
}

impl Action {
    const ALL: [Action; 53] = [
        Action::LookedAtPeople,
        Action::SignedIn,
        Action::SignedOut,
        Action::Refused,
        Action::UserAdded,
        Action::Given,
        Action::Taken,
        Action::Deactivated,
        Action::Activated,
        Action::LinkMade,
        Action::PasswordChosen,
        Action::FigureKept,
        Action::FigureSent,
        Action::FigureApproved,
        Action::FigureReturned,
        Action::Disputed,
        Action::Upheld,
        Action::Declined,
        Action::TokenMade,
        Action::TokenRevoked,
        Action::Pushed,
        Action::WebhookAdded,
        Action::WebhookRemoved,
        Action::InitiativeAdded,
        Action::InitiativeChanged,
        Action::InitiativeWithdrawn,
        Action::MailChosen,
        Action::NoteWritten,
        Action::NoteWithdrawn,
        Action::Recommended,
        Action::RecommendationAccepted,
        Action::RecommendationDeclined,
        Action::RecommendationFollowedUp,
        Action::PersonErased,
        Action::ErasedForgotten,
        Action::CalledBack,
        Action::DateAddressMade,
        Action::DateAddressRevoked,
        Action::Recognised,
        Action::DevelopmentWritten,
        Action::ActWithdrawn,
        Action::ActAcknowledged,
        Action::ActAnswered,
        Action::ActFollowedUp,
        Action::ActsForgotten,
        Action::MeasureRated,
        Action::RatingWithdrawn,
        Action::MeasureChosen,
        Action::MeasureDropped,
        Action::WorkAccountLinked,
        Action::WorkAccountRemoved,
        Action::FileLoaded,
        Action::SourceAdded,
    ];

    /// The words for it, as they are kept.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Action::LookedAtPeople => "looked at people",
            Action::SignedIn => "signed in",
            Action::SignedOut => "signed out",
            Action::Refused => "could not sign in",
            Action::UserAdded => "added a user",
            Action::Given => "gave a role",
            Action::Taken => "took a role away",
            Action::Deactivated => "deactivated a user",
            Action::Activated => "activated a user",
            Action::LinkMade => "made a password link",
            Action::PasswordChosen => "chose a password",
            Action::FigureKept => "kept a figure",
            Action::FigureSent => "sent a figure",
            Action::FigureApproved => "approved a figure",
            Action::FigureReturned => "sent a figure back",
            Action::Disputed => "disputed a row",
            Action::Upheld => "upheld a dispute",
            Action::Declined => "declined a dispute",
            Action::TokenMade => "made an API token",
            Action::TokenRevoked => "revoked an API token",
            Action::Pushed => "pushed rows",
            Action::WebhookAdded => "registered a webhook",
            Action::WebhookRemoved => "removed a webhook",
            Action::InitiativeAdded => "wrote down an initiative",
            Action::InitiativeChanged => "changed an initiative",
            Action::InitiativeWithdrawn => "withdrew an initiative",
            Action::MailChosen => "chose e-mail",
            Action::NoteWritten => "wrote a note",
            Action::NoteWithdrawn => "withdrew a note",
            Action::Recommended => "sent a recommendation",
            Action::RecommendationAccepted => "accepted a recommendation",
            Action::RecommendationDeclined => "declined a recommendation",
            Action::RecommendationFollowedUp => "followed a recommendation up",
            Action::PersonErased => "erased a person",
            Action::ErasedForgotten => "forgot an erased person",
            Action::CalledBack => "took a step about a low score",
            Action::DateAddressMade => "made a calendar address",
            Action::DateAddressRevoked => "revoked a calendar address",
            Action::Recognised => "recognised somebody",
            Action::DevelopmentWritten => "wrote a development entry",
            Action::ActWithdrawn => "withdrew a recognition or development entry",
            Action::ActAcknowledged => "acknowledged an entry about them",
            Action::ActAnswered => "answered an entry about them",
            Action::ActFollowedUp => "followed a development entry up",
            Action::ActsForgotten => "deleted entries",
            Action::MeasureRated => "rated a measure",
            Action::RatingWithdrawn => "withdrew a rating",
            Action::MeasureChosen => "chose a measure",
            Action::MeasureDropped => "dropped a measure",
            Action::WorkAccountLinked => "linked a work account",
            Action::WorkAccountRemoved => "removed a work account",
            Action::FileLoaded => "loaded a file",
            Action::SourceAdded => "added a source",
        }
    }
}

/// Something to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Who: the name to sign in with, or the user of the operating system.
    pub who: String,
    /// Where.
    pub origin: Origin,
    /// What.
    pub action: Action,
    /// About whom or what.
    pub about: String,
}

/// Whom a look was at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookedAt {
    /// One person.
    Person(PersonId),
    /// The people of a unit and of all below it.
    PeopleOf(UnitId),
    /// Everybody in the record.
    Everybody,
}

impl LookedAt {
    /// The words for it, as they are kept.
    fn kept(&self) -> (&'static str, &str) {
        match self {
            LookedAt::Person(person) => ("person", person.as_str()),
            LookedAt::PeopleOf(unit) => ("people of", unit.as_str()),
            LookedAt::Everybody => ("everybody", ""),
        }
    }
}

/// Who changes something, and what the trail says of it. It is written together with the change, or neither is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change<'a> {
    /// Who: the name to sign in with, or the user of the operating system.
    pub by: &'a str,
    /// Where.
    pub origin: Origin,
    /// About whom or what.
    pub about: &'a str,
    /// When.
    pub at: Timestamp,
}

impl Change<'_> {
    /// Writes it into the trail, within the transaction that makes the change.
    pub(crate) async fn write(&self, database: &impl ConnectionTrait, action: Action) -> Result<(), StateError> {
        let (who, about) = (self.by.to_owned(), self.about.to_owned());
        write(database, &Entry { who, origin: self.origin, action, about }, self.at).await?;
        Ok(())
    }
}

/// Writes an entry and gives its number.
pub(crate) async fn write(database: &impl ConnectionTrait, new: &Entry, now: Timestamp) -> Result<i64, StateError> {
    let model = entry::ActiveModel {
        id: NotSet,
        at: Set(kept(now)),
        who: Set(new.who.clone()),
        origin: Set(new.origin.as_str().to_owned()),
        action: Set(new.action.as_str().to_owned()),
        about: Set(new.about.clone()),
    };
    Ok(model.insert(database).await?.id)
}

/// Something that was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its place in the trail; later ones are higher.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// Where; none when a newer version wrote it.
    pub origin: Option<Origin>,
    /// What; none when a newer version wrote it.
    pub action: Option<Action>,
    /// About whom or what.
    pub about: String,
}

impl Recorded {
    fn read(model: entry::Model) -> Self {
        Self {
            number: model.id,
            at: instant(model.at),
            who: model.who,
            origin: Origin::ALL.into_iter().find(|origin| origin.as_str() == model.origin),
            action: Action::ALL.into_iter().find(|action| action.as_str() == model.action),
            about: model.about,
        }
    }
}

/// Some of the trail, latest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailPage {
    /// What was recorded.
    pub entries: Vec<Recorded>,
    /// Whether there is anything older.
    pub more: bool,
}

impl StateStore {
    /// Records something.
    pub async fn record(&self, new: &Entry, now: Timestamp) -> Result<(), StateError> {
        write(&self.database, new, now).await?;
        Ok(())
    }

    /// Records a look at people, and whom it was at.
    pub async fn record_look(&self, new: &Entry, at: &LookedAt, now: Timestamp) -> Result<(), StateError> {
        let transaction = alone(&self.database).await?;
        let entry_id = write(&transaction, new, now).await?;
        let (kind, subject) = at.kept();
        let (kind, subject) = (Set(kind.to_owned()), Set(subject.to_owned()));
        look::ActiveModel { id: NotSet, entry_id: Set(entry_id), kind, subject }.insert(&transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The latest looks at any of these that somebody else than `own` had, latest first; at most `most`.
    pub async fn looks(&self, at: &[LookedAt], own: &[String], most: u64) -> Result<Vec<Recorded>, StateError> {
        let mut any = Condition::any();
        for at in at {
            let (kind, subject) = at.kept();
            any = any.add(Condition::all().add(look::Column::Kind.eq(kind)).add(look::Column::Subject.eq(subject)));
        }
        let numbers = look::Entity::find().select_only().column(look::Column::EntryId).filter(any).into_query();
        let query = entry::Entity::find()
            .filter(entry::Column::Id.in_subquery(numbers))
            .filter(entry::Column::Who.is_not_in(own.iter().map(String::as_str)))
            .order_by_desc(entry::Column::Id)
            .limit(most);
        Ok(query.all(&self.database).await?.into_iter().map(Recorded::read).collect())
    }

    /// What was recorded before some place in the trail, latest first; from the end without one.
    pub async fn trail(&self, before: Option<i64>, most: u64) -> Result<TrailPage, StateError> {
        let mut query = entry::Entity::find().order_by_desc(entry::Column::Id).limit(most + 1);
        if let Some(before) = before {
            query = query.filter(entry::Column::Id.lt(before));
        }
        let mut found = query.all(&self.database).await?;
        let more = found.len() as u64 > most;
        found.truncate(most as usize);
        Ok(TrailPage { entries: found.into_iter().map(Recorded::read).collect(), more })
    }
}
