//! The key of pseudonyms: who stands behind the pseudonyms of the lake.
//!
//! Where a project asks for it, the lake and all that is derived from it speak of people by pseudonyms alone, and
//! identifiers, names and addresses lie in one file, apart from the lake. Whoever reads the lake without that file works
//! out every figure and knows nobody. What is taken out of that file is known to nobody any more.
//!
//! A pseudonym is random, so that nothing but the key leads from it to a person. Of people who were erased a keyed hash
//! of the identifier is kept, by which rows that still name them come under the pseudonym that they had.

mod file;
mod key;

pub use file::{KeyError, KeyFile, KeyWriter, Random};
pub use key::{Erased, Known, PeopleKey};
