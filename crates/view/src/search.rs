//! Finding something by what it is called: plainly ranked, forgiving small typing errors, with bounded work whatever is
//! asked.

/// So many letters of what is asked are looked at.
const MOST_ASKED: usize = 200;
/// So many words of it.
const MOST_WORDS: usize = 8;
/// So many letters of a word.
const MOST_LETTERS: usize = 40;
/// So many letters of each text that something can be found by.
const MOST_TEXT: usize = 2_000;

/// Something that can be found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findable<'a> {
    /// What people call it.
    pub title: &'a str,
    /// What else it is called: an identifier, what is counted.
    pub names: Vec<&'a str>,
    /// What is said about it.
    pub said: Vec<&'a str>,
}

/// How well something fits what is asked; the better one is the smaller one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// It is called like that.
    Exact,
    /// What it is called begins like that.
    Begins,
    /// Each word begins a word of what it is called.
    Words,
    /// Each word is somewhere in what it is called.
    Inside,
    /// Each word begins a word of what it is called or of what is said about it.
    Said,
    /// Each word begins a word of what it is called, but for a small typing error.
    Nearly,
}

/// What is asked, ready to be looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    whole: String,
    words: Vec<Vec<char>>,
}

impl Asked {
    /// Takes the beginning of what is asked, without regard to capital letters and spaces.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let whole = folded(text, MOST_ASKED);
        let mut words: Vec<Vec<char>> = words_of(&whole).map(letters).collect();
        words.truncate(MOST_WORDS);
        Self { whole, words }
    }

    /// Whether nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.whole.is_empty()
    }

    /// How well something fits; none when it does not.
    #[must_use]
    pub fn fit(&self, thing: &Findable<'_>) -> Option<Fit> {
        if self.is_empty() {
            return None;
        }
        let called: Vec<String> =
            [thing.title].into_iter().chain(thing.names.iter().copied()).map(|name| folded(name, MOST_TEXT)).collect();
        if called.contains(&self.whole) {
            return Some(Fit::Exact);
        }
        if called.iter().any(|name| name.starts_with(&self.whole)) {
            return Some(Fit::Begins);
        }
        if self.words.is_empty() {
            return called.iter().any(|name| name.contains(&self.whole)).then_some(Fit::Inside);
        }
        let words: Vec<Vec<char>> = called.iter().flat_map(|name| words_of(name)).map(letters).collect();
        let begins = |asked: &Vec<char>, words: &[Vec<char>]| words.iter().any(|word| word.starts_with(asked));
        if self.words.iter().all(|asked| begins(asked, &words)) {
            return Some(Fit::Words);
        }
        let inside = |asked: &Vec<char>| {
            let asked: String = asked.iter().collect();
            called.iter().any(|name| name.contains(&asked))
        };
        if self.words.iter().all(inside) {
            return Some(Fit::Inside);
        }
        let said: Vec<String> = thing.said.iter().map(|text| folded(text, MOST_TEXT)).collect();
        let more: Vec<Vec<char>> = said.iter().flat_map(|text| words_of(text)).map(letters).collect();
        if self.words.iter().all(|asked| begins(asked, &words) || begins(asked, &more)) {
            return Some(Fit::Said);
        }
        let nearly = |asked: &Vec<char>| words.iter().any(|word| is_nearly(asked, word));
        self.words.iter().all(nearly).then_some(Fit::Nearly)
    }
}

/// What fits what is asked: the place of each in `things`, the best first, and of those that fit alike in their order.
/// Typing errors are forgiven where nothing fits as it is written.
#[must_use]
pub fn search(asked: &Asked, things: &[Findable<'_>]) -> Vec<(usize, Fit)> {
    let fitting = things.iter().enumerate().filter_map(|(place, thing)| Some((place, asked.fit(thing)?)));
    let mut found: Vec<(usize, Fit)> = fitting.collect();
    found.sort_by_key(|(_, fit)| *fit);
    if found.first().is_some_and(|(_, fit)| *fit != Fit::Nearly) {
        found.retain(|(_, fit)| *fit != Fit::Nearly);
    }
    found
}

/// The first letters of a text, small ones, with one space between words.
fn folded(text: &str, most: usize) -> String {
    let mut folded = String::new();
    for letter in text.chars().filter(|c| !c.is_control() || c.is_whitespace()).take(most) {
        if letter.is_whitespace() {
            if !folded.is_empty() && !folded.ends_with(' ') {
                folded.push(' ');
            }
        } else {
            folded.extend(letter.to_lowercase());
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

fn letters(word: &str) -> Vec<char> {
    word.chars().take(MOST_LETTERS).collect()
}

/// Whether a word, or the beginning of it, differs from what is asked by a letter or two: one that is another, missing,
/// too many, or has changed places with the next. Short words must be right.
fn is_nearly(asked: &[char], word: &[char]) -> bool {
    let allowed = match asked.len() {
        0..=3 => return word.starts_with(asked),
        4..=7 => 1,
        _ => 2,
    };
    (asked.len().saturating_sub(allowed)..=asked.len() + allowed)
        .filter(|&end| end <= word.len())
        .any(|end| distance_within(asked, &word[..end], allowed))
}

/// Whether so few changes make one word the other.
fn distance_within(one: &[char], other: &[char], allowed: usize) -> bool {
    let beyond = allowed + 1;
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.iter().enumerate() {
        let mut next = vec![beyond; other.len() + 1];
        if row < allowed {
            next[0] = row + 1;
        }
        // Further from the diagonal than the changes that are allowed, nothing can fit.
        for place in row.saturating_sub(allowed)..other.len().min(row + allowed + 1) {
            let same = usize::from(letter != &other[place]);
            let mut least = (last[place] + same).min(last[place + 1] + 1).min(next[place] + 1);
            if row > 0 && place > 0 && *letter == other[place - 1] && one[row - 1] == other[place] {
                least = least.min(before[place - 1] + 1);
            }
            next[place + 1] = least.min(beyond);
        }
        before = std::mem::replace(&mut last, next);
    }
    last.last().is_some_and(|changes| *changes <= allowed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fit(asked: &str, title: &str) -> Option<Fit> {
        let names = vec!["csat", "answers"];
        Asked::new(asked).fit(&Findable { title, names, said: vec!["How content customers were after a contact"] })
    }

    #[test]
    fn the_ranks() {
        let title = "Customer satisfaction";
        for (asked, expected) in [
            ("customer satisfaction", Some(Fit::Exact)),
            ("  CUSTOMER   Satisfaction ", Some(Fit::Exact)),
            ("csat", Some(Fit::Exact)),
            ("custom", Some(Fit::Begins)),
            ("sat cust", Some(Fit::Words)),
            ("isfact", Some(Fit::Inside)),
            ("contact", Some(Fit::Said)),
            ("satisfaction contact", Some(Fit::Said)),
            ("satisfcation", Some(Fit::Nearly)),
            ("custmer", Some(Fit::Nearly)),
            ("cuxtomr satisfaktion", None),
            ("custtomer satisfaktion", Some(Fit::Nearly)),
            ("cxat", Some(Fit::Nearly)),
            ("cst", None),
            ("complaints", None),
            ("", None),
            ("  \u{0} ", None),
        ] {
            assert_eq!(fit(asked, title), expected, "{asked}");
        }
    }

    #[test]
    fn the_best_comes_first_and_equals_keep_their_order() {
        let thing = |title| Findable { title, ..Findable::default() };
        let things = [thing("Waiting at the counter"), thing("Counter"), thing("Counter waits"), thing("Encounters")];
        let found: Vec<usize> = search(&Asked::new("counter"), &things).into_iter().map(|(place, _)| place).collect();
        assert_eq!(found, [1, 2, 0, 3]);
    }

    #[test]
    fn signs_alone_can_be_found() {
        assert_eq!(fit("???", "???"), Some(Fit::Exact));
        assert_eq!(fit("%", "Share in %"), Some(Fit::Inside));
        assert_eq!(fit("'; drop table", "Customer satisfaction"), None);
    }

    /// Clocks are no judges of a busy machine, so this looks at how much there is to compare.
    #[test]
    fn a_hostile_question_is_no_more_work_than_another() {
        let asked = Asked::new(&"ab ".repeat(1_000_000));
        assert_eq!((asked.whole.chars().count(), asked.words.len()), (MOST_ASKED, MOST_WORDS));
        let asked = Asked::new(&"a".repeat(1_000_000));
        assert_eq!((asked.words.len(), asked.words[0].len()), (1, MOST_LETTERS));
        let title = "b".repeat(1_000_000);
        assert_eq!(folded(&title, MOST_TEXT).len(), MOST_TEXT);
        assert_eq!(asked.fit(&Findable { title: &title, names: vec![&title; 4], said: vec![&title; 4] }), None);
    }

    /// The plain distance, all of it: changes, additions, omissions, and neighbours that changed places.
    fn distance(one: &[char], other: &[char]) -> usize {
        let mut table = vec![vec![0; other.len() + 1]; one.len() + 1];
        for row in 0..=one.len() {
            for place in 0..=other.len() {
                table[row][place] = if row == 0 || place == 0 {
                    row + place
                } else {
                    let same = usize::from(one[row - 1] != other[place - 1]);
                    let mut least = (table[row - 1][place - 1] + same)
                        .min(table[row - 1][place] + 1)
                        .min(table[row][place - 1] + 1);
                    if row > 1 && place > 1 && one[row - 1] == other[place - 2] && one[row - 2] == other[place - 1] {
                        least = least.min(table[row - 2][place - 2] + 1);
                    }
                    least
                };
            }
        }
        table[one.len()][other.len()]
    }

    proptest! {
        #[test]
        fn everything_is_found_by_its_own_title_and_any_question_is_survived(
            titles in prop::collection::vec(".{0,300}", 1..8),
            asked in ".{0,400}",
        ) {
            let things: Vec<Findable<'_>> =
                titles.iter().map(|title| Findable { title, said: vec![&asked], ..Findable::default() }).collect();
            for (place, title) in titles.iter().enumerate() {
                let question = Asked::new(title);
                let found = search(&question, &things);
                prop_assert!(question.is_empty() || found.iter().any(|(other, _)| *other == place), "{title:?}");
            }
            let _ = search(&Asked::new(&asked), &things);
        }

        #[test]
        fn small_differences_are_told_as_the_whole_table_tells_them(
            one in "[abc]{0,9}", other in "[abc]{0,9}", allowed in 0usize..3,
        ) {
            let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
            prop_assert_eq!(distance_within(&one, &other, allowed), distance(&one, &other) <= allowed);
        }
    }
}
