use schemars::JsonSchema;

use super::read::{FromYaml, Reader};
use super::schedule::Import;
use super::values::{Choice, Text, Whole, choice};
use crate::place::Spanned;
use crate::yaml::{Kind, Node};

/// The file `evenkeel.yaml`: what belongs to the project.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Project {
    /// The name of the organisation.
    #[schemars(required)]
    pub(crate) organisation: Option<Spanned<Text>>,
    /// An IANA time zone, for example `Africa/Accra`. Days, weeks and months are those of this zone. Default UTC.
    pub(crate) time_zone: Option<Spanned<Text>>,
    /// The month in which the fiscal year starts, 1 to 12. A fiscal year is named after the calendar year in which
    /// it ends. Default 1.
    pub(crate) fiscal_year_starts: Option<Spanned<Whole>>,
    /// The currency of every amount of money in the record, by its ISO 4217 code, for example `EUR`.
    pub(crate) currency: Option<Spanned<Text>>,
    /// What figures about single people may be used for: nothing, the own record, coaching, or appraisal too. Default
    /// `off`. One of `off`, `own_record`, `coaching`, `appraisal`. `{ policy: coaching, keep_entries: 24 months }` says too for
    /// how long entries about a person are kept.
    pub(crate) people: Option<PeopleRules>,
    /// The file that says who stands behind the pseudonyms of people in the data, outside of the folder where the data is kept.
    /// With it, identifiers, names and addresses of people are in that file alone. Default: none, and the data names people as
    /// their sources do.
    pub(crate) pseudonyms: Option<Spanned<Text>>,
    /// The folder where the data is kept. Default `./data`.
    pub(crate) storage: Option<Spanned<Text>>,
    /// The database of accounts and audit trail on a server, for example `postgres://evenkeel@db.example/evenkeel`, without
    /// its password. Default: the file `state.db` in the folder where the data is kept.
    pub(crate) state: Option<Spanned<Text>>,
    /// Raw files outside the project are allowed only below this folder.
    pub(crate) data_root: Option<Spanned<Text>>,
    /// Within which time a customer who gave a low answer is called back: `1 working day`, `4 h`. Working days are those of
    /// the calendar of the unit. Default `1 working day`.
    pub(crate) call_back_within: Option<Spanned<Text>>,
    /// When `evenkeel serve` imports sources by itself that say nothing of their own. Default `by hand`.
    pub(crate) import: Option<Import>,
    /// The source files that belong to the project.
    pub(crate) sources: Option<Vec<Spanned<Text>>>,
    /// The scorecard files that belong to the project.
    pub(crate) scorecards: Option<Vec<Spanned<Text>>>,
    /// The service level files that belong to the project. For a case, the first one with a rule that fits holds.
    pub(crate) service_levels: Option<Vec<Spanned<Text>>>,
    /// The comparison files that belong to the project.
    pub(crate) comparisons: Option<Vec<Spanned<Text>>>,
    /// The files with performance standards that belong to the project.
    pub(crate) standards: Option<Vec<Spanned<Text>>>,
    /// The files that say which figures people type.
    pub(crate) collections: Option<Vec<Spanned<Text>>>,
    /// When people look at the scorecard together.
    pub(crate) reviews: Option<Reviews>,
    /// The file of the service charter: what customers are promised, in their words.
    pub(crate) charter: Option<Spanned<Text>>,
}

impl FromYaml for Project {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let mut fields = reader.fields(node, name, "the project".to_owned())?;
        let project = Self {
            organisation: fields.required("organisation", "organisation: Northmere Bank"),
            time_zone: fields.optional("time_zone"),
            fiscal_year_starts: fields.optional("fiscal_year_starts"),
            currency: fields.optional("currency"),
            people: fields.optional("people"),
            pseudonyms: fields.optional("pseudonyms"),
            storage: fields.optional("storage"),
            state: fields.optional("state"),
            data_root: fields.optional("data_root"),
            call_back_within: fields.optional("call_back_within"),
            import: fields.optional("import"),
            sources: fields.optional("sources"),
            scorecards: fields.optional("scorecards"),
            service_levels: fields.optional("service_levels"),
            comparisons: fields.optional("comparisons"),
            standards: fields.optional("standards"),
            collections: fields.optional("collections"),
            reviews: fields.optional("reviews"),
            charter: fields.optional("charter"),
        };
        fields.finish();
        Some(project)
    }
}

/// When people look at the scorecard together: after every period, on the same day of the month that follows it.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Reviews {
    /// The periods that are looked at.
    #[schemars(required)]
    pub(crate) every: Option<Spanned<Reviewed>>,
    /// The day of the month, from 1 to 28.
    #[schemars(required)]
    pub(crate) day: Option<Spanned<Whole>>,
}

impl FromYaml for Reviews {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let mut fields = reader.fields(node, name, format!("`{name}` of the project"))?;
        let reviews = Self { every: fields.required("every", "every: month"), day: fields.required("day", "day: 12") };
        fields.finish();
        Some(reviews)
    }
}

/// The periods that are looked at together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum Reviewed {
    Month,
    Quarter,
    Year,
}

impl Choice for Reviewed {
    const WORDS: &'static [(&'static str, Self)] =
        &[("month", Self::Month), ("quarter", Self::Quarter), ("year", Self::Year)];
}

impl FromYaml for Reviewed {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        choice(node, name, reader)
    }
}

/// What holds for figures about single people: what they may be used for, alone or with more.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged, inline)]
pub(crate) enum PeopleRules {
    /// What they may be used for.
    Policy(People),
    /// The same, and for how long entries are kept.
    Further(FurtherPeopleRules),
}

impl FromYaml for PeopleRules {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        match node.kind {
            Kind::Map(_) => FurtherPeopleRules::from_yaml(node, name, reader).map(Self::Further),
            _ => choice(node, name, reader).map(Self::Policy),
        }
    }
}

/// What holds for figures about single people.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct FurtherPeopleRules {
    /// What they may be used for.
    #[schemars(required)]
    pub(crate) policy: Option<People>,
    /// For how many months entries about a person are kept: recognition, coaching, training, agreements. Default `24 months`.
    pub(crate) keep_entries: Option<Spanned<Text>>,
}

impl FromYaml for FurtherPeopleRules {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let mut fields = reader.fields(node, name, format!("`{name}` of {}", reader.subject))?;
        let rules = Self {
            policy: fields.required("policy", "policy: coaching"),
            keep_entries: fields.optional("keep_entries"),
        };
        fields.finish();
        Some(rules)
    }
}

/// What figures about single people may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum People {
    Off,
    OwnRecord,
    Coaching,
    Appraisal,
}

impl Choice for People {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("off", Self::Off),
        ("own_record", Self::OwnRecord),
        ("coaching", Self::Coaching),
        ("appraisal", Self::Appraisal),
    ];
}

impl FromYaml for People {
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self> {
        choice(node, name, reader)
    }
}
