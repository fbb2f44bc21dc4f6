//! The names of findings. They stay the same when the wording changes, so that programs can rely on them.

/// A file that the project names does not exist.
pub const MISSING_FILE: &str = "missing-file";
/// A file exists and cannot be read.
pub const UNREADABLE_FILE: &str = "unreadable-file";
/// A file is not UTF-8 text.
pub const NOT_UTF8: &str = "not-utf-8";
/// A file is larger than any project file has to be.
pub const TOO_LARGE: &str = "too-large";
/// A file has more mistakes than are listed.
pub const TOO_MANY: &str = "too-many";
/// A file lies where files of the project lie, and nothing reads it.
pub const UNLISTED_FILE: &str = "unlisted-file";
/// A scorecard that is not the first one: it is checked, and nothing shows it.
pub const NOT_SHOWN: &str = "not-shown";
/// A file is listed twice.
pub const LISTED_TWICE: &str = "listed-twice";
/// A path leads to a place that the project may not read.
pub const OUTSIDE_PROJECT: &str = "outside-project";
/// A path is not written as paths are in project files.
pub const BAD_PATH: &str = "bad-path";

/// The file is not YAML.
pub const YAML_SYNTAX: &str = "yaml-syntax";
/// The file uses a part of YAML that project files do without.
pub const YAML_FEATURE: &str = "yaml-feature";
/// A mapping has one key twice.
pub const DUPLICATE_KEY: &str = "duplicate-key";

/// A key that this kind of file does not have.
pub const UNKNOWN_KEY: &str = "unknown-key";
/// A key that cannot be left out.
pub const MISSING_KEY: &str = "missing-key";
/// A key without a value.
pub const EMPTY_VALUE: &str = "empty-value";
/// A list where a text is needed, a text where a number is needed, and so on.
pub const WRONG_TYPE: &str = "wrong-type";
/// A number that is none, or is out of range.
pub const BAD_NUMBER: &str = "bad-number";
/// A word that is not one of the words allowed.
pub const UNKNOWN_WORD: &str = "unknown-word";
/// A name that cannot be used as one.
pub const BAD_NAME: &str = "bad-name";
/// Two things have one name.
pub const DEFINED_TWICE: &str = "defined-twice";
/// Something that has to hold at least one thing holds none.
pub const EMPTY: &str = "empty";

/// No such time zone.
pub const UNKNOWN_TIME_ZONE: &str = "unknown-time-zone";
/// Not a code of ISO 4217.
pub const BAD_CURRENCY: &str = "bad-currency";
/// The database of accounts cannot be meant.
pub const BAD_STATE: &str = "bad-state";
/// Times at which nothing can be done again and again.
pub const BAD_SCHEDULE: &str = "bad-schedule";

/// The service record has no such table.
pub const UNKNOWN_TABLE: &str = "unknown-table";
/// The table has no such column.
pub const UNKNOWN_COLUMN: &str = "unknown-column";
/// The format of raw files cannot be told, or contradicts itself.
pub const UNKNOWN_FORMAT: &str = "unknown-format";
/// An option that files of this format do not have, or that contradicts another one.
pub const UNFIT_OPTION: &str = "unfit-option";
/// No such character encoding.
pub const UNKNOWN_ENCODING: &str = "unknown-encoding";

/// A measure says in several ways, or in none, how it is worked out.
pub const KIND: &str = "kind";
/// Nothing places the rows of a measure in a period.
pub const NO_PERIOD: &str = "no-period";
/// The measure cannot be shown in this unit.
pub const BAD_UNIT: &str = "bad-unit";
/// The bounds of a range are reversed or equal.
pub const BAD_RANGE: &str = "bad-range";

/// Versions of a definition that do not follow each other.
pub const BAD_VERSION: &str = "bad-version";
/// A line of the record of formulas that cannot be read, or contradicts another one.
pub const BAD_LOCK: &str = "bad-lock";
/// A formula is another than the one that is recorded for its version.
pub const CHANGED_FORMULA: &str = "changed-formula";
/// A formula over measures that cannot be read.
pub const FORMULA: &str = "formula";
/// Measures that are worked out from each other.
pub const CYCLE: &str = "cycle";
/// A measure that is not defined.
pub const UNKNOWN_MEASURE: &str = "unknown-measure";
/// A measure is used twice in one scorecard.
pub const USED_TWICE: &str = "used-twice";
/// A scorecard with a single leg cannot be out of balance.
pub const ONE_LEG: &str = "one-leg";
/// Weights that leave nothing to weigh.
pub const BAD_WEIGHT: &str = "bad-weight";
/// A value that does not fit the unit of the measure.
pub const BAD_QUANTITY: &str = "bad-quantity";
/// A value without a sign of per cent that was probably meant as a fraction.
pub const PERHAPS_FRACTION: &str = "perhaps-fraction";
/// A value that the measure can never have.
pub const OUT_OF_RANGE: &str = "out-of-range";
/// A change relative to a baseline that is not given.
pub const NO_BASELINE: &str = "no-baseline";
/// A target on the wrong side of the baseline or the red flag, or a stretch target that is none.
pub const WRONG_SIDE: &str = "wrong-side";
/// No score can be worked out.
pub const NO_SCORE: &str = "no-score";
/// A promise of the charter that nothing could tell was kept.
pub const NO_STANDARD: &str = "no-standard";
/// A promise is to be told of someone of whom its measure tells nothing.
pub const BAD_LEVEL: &str = "bad-level";
/// Something is given that has no effect.
pub const NO_EFFECT: &str = "no-effect";
/// A measure at a level at which it says nothing.
pub const NOT_AT_THIS_LEVEL: &str = "not-at-this-level";
/// An attribute that makes a comparison unfair, because it is an outcome or a decision.
pub const UNFAIR_ATTRIBUTE: &str = "unfair-attribute";
/// Not a day, week, month, quarter or year.
pub const BAD_PERIOD: &str = "bad-period";

/// All of them.
pub const ALL: &[&str] = &[
    MISSING_FILE,
    UNREADABLE_FILE,
    NOT_UTF8,
    TOO_LARGE,
    TOO_MANY,
    UNLISTED_FILE,
    NOT_SHOWN,
    LISTED_TWICE,
    OUTSIDE_PROJECT,
    BAD_PATH,
    YAML_SYNTAX,
    YAML_FEATURE,
    DUPLICATE_KEY,
    UNKNOWN_KEY,
    MISSING_KEY,
    EMPTY_VALUE,
    WRONG_TYPE,
    BAD_NUMBER,
    UNKNOWN_WORD,
    BAD_NAME,
    DEFINED_TWICE,
    EMPTY,
    UNKNOWN_TIME_ZONE,
    BAD_CURRENCY,
    BAD_STATE,
    BAD_SCHEDULE,
    UNKNOWN_TABLE,
    UNKNOWN_COLUMN,
    UNKNOWN_FORMAT,
    UNFIT_OPTION,
    UNKNOWN_ENCODING,
    KIND,
    NO_PERIOD,
    BAD_UNIT,
    BAD_RANGE,
    BAD_VERSION,
    BAD_LOCK,
    CHANGED_FORMULA,
    FORMULA,
    CYCLE,
    UNKNOWN_MEASURE,
    USED_TWICE,
    ONE_LEG,
    BAD_WEIGHT,
    BAD_QUANTITY,
    PERHAPS_FRACTION,
    OUT_OF_RANGE,
    NO_BASELINE,
    WRONG_SIDE,
    NO_SCORE,
    NO_STANDARD,
    BAD_LEVEL,
    NO_EFFECT,
    NOT_AT_THIS_LEVEL,
    UNFAIR_ATTRIBUTE,
    BAD_PERIOD,
];
