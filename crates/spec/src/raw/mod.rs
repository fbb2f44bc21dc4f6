//! The files of a project exactly as written: one struct per mapping, every value with its place.
//!
//! Reading never stops at a mistake. What cannot be read is reported and left out, so that one run finds every
//! mistake of a file. The structs here say which keys there are; the JSON Schema is made from them and the
//! reference of the file formats describes them. What the values mean together is the business of `convert`.

mod arithmetic;
#[expect(clippy::struct_field_names, reason = "fields are called what the keys are called")]
mod charter;
#[expect(clippy::struct_field_names, reason = "fields are called what the keys are called")]
mod collection;
#[expect(clippy::struct_field_names, reason = "fields are called what the keys are called")]
mod comparison;
mod example;
#[expect(clippy::struct_field_names, reason = "fields are called what the keys are called")]
mod measure;
mod project;
mod read;
mod schedule;
#[expect(clippy::struct_field_names, reason = "fields are called what the keys are called")]
mod scorecard;
#[expect(clippy::struct_field_names, reason = "fields are called what the keys are called")]
mod service_level;
mod signals;
#[expect(clippy::struct_field_names, reason = "fields are called what the keys are called")]
mod source;
#[expect(clippy::struct_field_names, reason = "fields are called what the keys are called")]
mod standard;
mod values;

pub(crate) use arithmetic::OfMeasures;
pub(crate) use charter::{
    Charter, CharterPromise, CharterVersion, InternalStandard, OftenWithin, PromiseStandard, Publication, ServedBy,
};
pub(crate) use collection::{Approval, By, Collection, Every, Note};
pub(crate) use comparison::{Comparison, Review};
pub(crate) use example::{Example, Line, Rows};
pub(crate) use measure::{
    About, Amount, Better, Cohort, Composite, CompositeMethod, CompositePart, CountOf, EarlierVersion, FormulaKeys,
    KINDS, Level, Measure, Method, Quantile, Rate, Ratio, Stock, Timing, Way, Within,
};
pub(crate) use project::{People, PeopleRules, Project, Reviewed, Reviews};
pub(crate) use read::{FromYaml, Reader};
pub(crate) use schedule::{Import, Times};
pub(crate) use scorecard::{
    Baseline, Leg, Link, MeasureUse, Measured, Normalise, Objective, Plan, Scorecard, UnitPlan,
};
pub(crate) use service_level::{Clock, Conditions, Pause, Promise, Rule, ServiceLevel, TimedPromise, Values, Version};
pub(crate) use signals::{Annotation, AnnotationKind, BaselineWindow, SignalRule, Signals};
pub(crate) use source::{Compression, Format, RawFile, RawFiles, Source, TableMapping, TableSelect};
pub(crate) use standard::{Element, Standard};
pub(crate) use values::{Characters, Choice, Number, OneOrMany, Quantity, Text, Whole};
