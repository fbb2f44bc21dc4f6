//! Paths to values: `legs.customer.objectives[0].measures[1].target`.

use std::fmt;
use std::str::FromStr;

/// One step of a [`Path`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Into a mapping.
    Key(String),
    /// Into a list, counted from 0.
    Index(usize),
}

/// The way from the top of a file to one of its values.
///
/// ```
/// use evenkeel_spec::Path;
///
/// let path: Path = "legs.customer.objectives[0].measures[1].units.\"branch.07\".target".parse().unwrap();
/// assert_eq!(path, Path::top().key("legs").key("customer").key("objectives").index(0).key("measures").index(1)
///     .key("units").key("branch.07").key("target"));
/// assert_eq!(path.to_string().parse(), Ok(path));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Path(Vec<Step>);

impl Path {
    /// The value that the whole file is.
    #[must_use]
    pub fn top() -> Self {
        Self::default()
    }

    /// The value of a key in the mapping at this path.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.0.push(Step::Key(key.into()));
        self
    }

    /// An item of the list at this path, counted from 0.
    #[must_use]
    pub fn index(mut self, index: usize) -> Self {
        self.0.push(Step::Index(index));
        self
    }

    /// The steps from the top.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The path without its last step, and that step; none for the top.
    #[must_use]
    pub fn split_last(&self) -> Option<(Path, &Step)> {
        let (last, rest) = self.0.split_last()?;
        Some((Path(rest.to_vec()), last))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) => {
                    if index > 0 {
                        f.write_str(".")?;
                    }
                    let plain = !key.is_empty() && !key.contains(['.', '[', ']', '"', '\\']);
                    if plain {
                        f.write_str(key)?;
                    } else {
                        write!(f, "\"{}\"", key.replace('\\', "\\\\").replace('"', "\\\""))?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// The text is not a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a path to a value: write it like `legs.customer.objectives[0].measures[1].target`")]
pub struct UnreadablePath(pub String);

impl FromStr for Path {
    type Err = UnreadablePath;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text).ok_or_else(|| UnreadablePath(text.to_owned()))
    }
}

fn read(text: &str) -> Option<Path> {
    let mut path = Path::top();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('[') {
            let (digits, after) = after.split_once(']')?;
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            path = path.index(digits.parse().ok()?);
            rest = after;
            continue;
        }
        if !path.0.is_empty() {
            rest = rest.strip_prefix('.')?;
        }
        let (key, after) = read_key(rest)?;
        path = path.key(key);
        rest = after;
    }
    Some(path)
}

fn read_key(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(['.', '[']).unwrap_or(text.len());
        let key = &text[..end];
        let plain = !key.is_empty() && !key.contains([']', '"', '\\']);
        return plain.then(|| (key.to_owned(), &text[end..]));
    };
    let mut key = String::new();
    let mut chars = quoted.char_indices();
    while let Some((index, char)) = chars.next() {
        match char {
            '"' => return Some((key, &quoted[index + 1..])),
            '\\' => key.push(chars.next()?.1),
            _ => key.push(char),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_path() {
        for text in
            ["a..b", ".a", "a.", "a[", "a[]", "a[x]", "a[-1]", "a]", "a\"b", "\"a", "a[1]b", "a[99999999999999999999]"]
        {
            assert!(text.parse::<Path>().is_err(), "{text}");
        }
        assert_eq!("".parse(), Ok(Path::top()));
    }

    proptest::proptest! {
        #[test]
        fn a_path_is_read_as_it_is_written(steps in proptest::collection::vec(
            proptest::prop_oneof![
                "[a-z.\\[\\]\"\\\\ ]{0,6}".prop_map(Step::Key),
                (0usize..1000).prop_map(Step::Index),
            ],
            0..6,
        )) {
            let path = Path(steps);
            proptest::prop_assert_eq!(path.to_string().parse(), Ok(path));
        }
    }

    use proptest::strategy::Strategy as _;
}
