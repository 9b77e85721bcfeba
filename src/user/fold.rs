//! The same but for case or normal form: one rule for names.
//!
//! Two names look alike if they are equal after Unicode lower-casing and NFC; that is the same as
//! being equal after lower-casing and NFD, which is easier to search for. [`Search`] finds a
//! stored look-alike without reading the table: it builds the possible spellings of a name from
//! the left, one character at a time in each of its variants, and asks an index whether any stored
//! name begins with that. A branch that no stored name begins with ends there, so the number of
//! questions is about twice the length of the name, whatever the number of users. Who asks, and when,
//! is in `accounts/names.rs`.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, decompose_canonical};

/// The form in which look-alikes are equal: lower-cased, then NFC.
#[must_use]
pub fn fold(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    name.to_lowercase().nfc().collect()
}

/// A number that is the same for names that look alike, and for few others: it costs a small part of
/// what [`fold`] costs, so it tells of most names that they need not be folded.
#[must_use]
pub fn fingerprint(name: &str) -> u64 {
    name.chars().fold(0, |print: u64, c| {
        let step = STEPS.get(u32::from(c) as usize).copied();
        let (factor, summand) = step.unwrap_or_else(|| step_of(c));
        print.wrapping_mul(factor).wrapping_add(summand)
    })
}

/// What a character does to the [`fingerprint`] of those before it: the factor by which that is
/// multiplied, and what is added then. Only bases multiply, so their order counts; that of the marks
/// after one does not, since canonical ordering may change it.
fn step_of(c: char) -> (u64, u64) {
    folded(c).into_iter().fold((1, 0), |(factor, summand): (u64, u64), c| {
        // Which of the two small sigmas it is depends on its neighbours.
        let weight = u64::from(u32::from(if c == 'ς' { 'σ' } else { c })) * 0x9E37_79B9;
        let own = if canonical_combining_class(c) == 0 { 0xD6E8_FEB8_6659_FD93 } else { 1 };
        (factor.wrapping_mul(own), summand.wrapping_mul(own).wrapping_add(weight))
    })
}

/// The steps of the characters of the first two planes, in which nearly all of them are.
static STEPS: LazyLock<Vec<(u64, u64)>> = LazyLock::new(|| {
    (0..0x2_0000).map(|code| char::from_u32(code).map_or((1, 0), step_of)).collect()
});

/// A search for stored look-alikes of one name.
#[derive(Debug)]
pub struct Search {
    folded: String,
    target: Vec<char>,
    spellings: HashMap<char, Vec<Spelling>>,
}

/// A character that may stand in a stored name, and what it is after lower-casing and NFD.
#[derive(Clone, Debug)]
struct Spelling {
    written: char,
    folded: Vec<char>,
}

impl Search {
    /// Prepares the search for look-alikes of `name`.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let target: Vec<char> = name.to_lowercase().nfd().collect();
        let spellings = spellings_of(&target);
        Search { folded: fold(name), target, spellings }
    }

    /// Finds the first stored name for which `accept` holds among those that look like the name.
    ///
    /// `at_or_after` is asked for the first stored name that is not less than a prefix, in the
    /// order of an index whose names with a common prefix stand together.
    ///
    /// # Errors
    /// What `at_or_after` fails with.
    pub fn find<E>(
        &self,
        mut at_or_after: impl FnMut(&str) -> Result<Option<Vec<u8>>, E>,
        mut accept: impl FnMut(&str) -> bool,
    ) -> Result<Option<String>, E> {
        // Each branch is a prefix and the positions of the target that it has already spelled.
        let mut branches = vec![(String::new(), vec![false; self.target.len()])];
        while let Some((prefix, used)) = branches.pop() {
            let Some(stored) = at_or_after(&prefix)? else { continue };
            if !stored.starts_with(prefix.as_bytes()) {
                continue;
            }
            if used.iter().all(|&used| used) {
                // The whole name is spelled. Only the shortest name with this prefix can be it, and
                // lower-casing that depends on the neighbours (the final sigma) is settled here.
                let is_it = stored == prefix.as_bytes() && fold(&prefix) == self.folded;
                if is_it && accept(&prefix) {
                    return Ok(Some(prefix));
                }
                continue;
            }
            for start in self.next_positions(&used) {
                for spelling in self.spellings.get(&self.target[start]).into_iter().flatten() {
                    if let Some(used) = self.spell(&used, &spelling.folded) {
                        let mut prefix = prefix.clone();
                        prefix.push(spelling.written);
                        branches.push((prefix, used));
                    }
                }
            }
        }
        Ok(None)
    }

    /// The positions that may be spelled next.
    ///
    /// Canonical ordering (Unicode chapter 3.11) sorts combining marks by their class and leaves
    /// those of one class in place. So the next one is the first that is left, or a mark after
    /// other marks only, none of them of the same class.
    fn next_positions(&self, used: &[bool]) -> Vec<usize> {
        let mut positions = Vec::new();
        let mut passed: Vec<u8> = Vec::new();
        for (position, _) in used.iter().enumerate().filter(|(_, used)| !**used) {
            let class = canonical_combining_class(self.target[position]);
            let in_reach = passed.is_empty() || (class != 0 && !passed.contains(&class));
            if in_reach && !positions.iter().any(|&p| self.target[p] == self.target[position]) {
                positions.push(position);
            }
            if class == 0 {
                break;
            }
            passed.push(class);
        }
        positions
    }

    /// Marks the positions that `folded` spells, or tells that it does not fit here.
    fn spell(&self, used: &[bool], folded: &[char]) -> Option<Vec<bool>> {
        let mut used = used.to_vec();
        for &c in folded {
            let position = self
                .next_positions(&used)
                .into_iter()
                .find(|&position| self.target[position] == c)?;
            used[position] = true;
        }
        Some(used)
    }
}

/// Where the characters are that lower-casing or canonical decomposition changes; the Hangul
/// syllables are computed instead. A test compares this with the whole of Unicode.
const CHANGING: [RangeInclusive<char>; 5] = [
    '\u{0}'..='\u{33FF}',
    '\u{A000}'..='\u{ABFF}',
    '\u{F900}'..='\u{FFFF}',
    '\u{10000}'..='\u{1FFFF}',
    '\u{2F800}'..='\u{2FA1F}',
];

/// What `c` is after lower-casing and NFD.
fn folded(c: char) -> Vec<char> {
    let mut folded = Vec::with_capacity(2);
    for lower in c.to_lowercase() {
        decompose_canonical(lower, |c| folded.push(c));
    }
    // The lower case of a capital sigma at the end of a word is the final sigma; which of both a
    // spelling means is settled when the whole name is known.
    folded
}

/// The spellings of all of Unicode but ASCII and the Hangul syllables, by the character with which
/// they begin when folded. Making this takes some milliseconds, so it is made once, and not for
/// ASCII names.
static CHANGED: LazyLock<HashMap<char, Vec<Spelling>>> = LazyLock::new(|| {
    let mut spellings: HashMap<char, Vec<Spelling>> = HashMap::new();
    for written in CHANGING.into_iter().flatten().filter(|c| !c.is_ascii()) {
        let folded = folded(written);
        if folded != [written] {
            spellings.entry(folded[0]).or_default().push(Spelling { written, folded });
        }
    }
    spellings
});

/// For every character of the target the spellings that begin with it.
fn spellings_of(target: &[char]) -> HashMap<char, Vec<Spelling>> {
    let is_ascii = target.iter().all(char::is_ascii);
    let mut spellings: HashMap<char, Vec<Spelling>> = HashMap::new();
    for &c in target {
        if spellings.contains_key(&c) {
            continue;
        }
        let mut written = vec![c];
        if c.is_ascii_lowercase() {
            written.push(c.to_ascii_uppercase());
        }
        // Of all other characters only these are spellings of a single ASCII one, as a test shows.
        match c {
            'k' if is_ascii => written.push('\u{212A}'),
            ';' if is_ascii => written.push('\u{37E}'),
            '`' if is_ascii => written.push('\u{1FEF}'),
            'ς' => written.push('Σ'),
            _ => {}
        }
        let alone = written.into_iter().map(|written| Spelling { written, folded: vec![c] });
        let fits = |it: &&Spelling| it.folded.iter().all(|c| target.contains(c));
        let changed = if is_ascii { None } else { CHANGED.get(&c) };
        let changed = changed.into_iter().flatten().filter(fits).cloned();
        spellings.insert(c, alone.chain(changed).collect());
    }
    for written in hangul_syllables(target) {
        let folded = folded(written);
        spellings.entry(folded[0]).or_default().push(Spelling { written, folded });
    }
    spellings
}

/// The composed syllables of the jamo that stand next to each other in the target.
fn hangul_syllables(target: &[char]) -> Vec<char> {
    let compose = unicode_normalization::char::compose;
    let mut syllables: Vec<char> = Vec::new();
    for (i, pair) in target.windows(2).enumerate() {
        if let Some(open) = compose(pair[0], pair[1]).filter(|c| ('가'..='힣').contains(c)) {
            syllables.push(open);
            syllables.extend(target.get(i + 2).and_then(|&last| compose(open, last)));
        }
    }
    syllables.sort_unstable();
    syllables.dedup();
    syllables
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn find(name: &str, stored: &BTreeSet<Vec<u8>>) -> (Option<String>, usize) {
        let mut questions = 0;
        let found = Search::new(name).find(
            |prefix| {
                questions += 1;
                Ok::<_, ()>(stored.range(prefix.as_bytes().to_vec()..).next().cloned())
            },
            |found| found != name,
        );
        (found.unwrap(), questions)
    }

    fn set(names: &[&str]) -> BTreeSet<Vec<u8>> {
        names.iter().map(|name| name.as_bytes().to_vec()).collect()
    }

    #[test]
    fn every_spelling_of_a_name_is_found() {
        for (name, stored) in [
            ("dora", "Dora"),
            ("DORA", "dOrA"),
            ("kelvin", "\u{212a}elvin"),
            ("rené", "Rene\u{301}"),
            ("RENE\u{301}", "rené"),
            ("ångström", "A\u{30a}NGSTRO\u{308}M"),
            ("ångström", "\u{212b}ngström"),
            ("ệ", "ẹ\u{302}"),
            ("ệ", "e\u{302}\u{323}"),
            ("ệ", "e\u{323}\u{302}"),
            ("ệ", "Ê\u{323}"),
            ("i\u{307}", "İ"),
            ("한글", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}"),
            ("\u{1112}\u{1161}\u{11ab}", "한"),
            ("하\u{11ab}", "한"),
            ("σας", "ΣΑΣ"),
            ("ΣΑΣ", "Σας"),
            ("a;b", "A\u{37e}b"),
            ("ᾳ", "α\u{345}"),
            ("ᾼ", "α\u{345}"),
            ("Ω", "\u{2126}"),
            ("豈", "\u{f900}"),
            ("\u{1e69}", "s\u{307}\u{323}"),
        ] {
            let (found, _) = find(name, &set(&["Dorb", "aaa", stored, "zzz"]));
            assert_eq!(found.as_deref(), Some(stored), "{name} against {stored}");
        }
    }

    #[test]
    fn other_names_are_not_look_alikes() {
        for (name, stored) in [
            ("straße", "strasse"),
            ("ﬁn", "fin"),
            ("dora", "dor"),
            ("dora", "dorah"),
            ("e\u{301}\u{300}", "e\u{300}\u{301}"),
            ("Ａ", "a"),
            ("ı", "i"),
            ("σας", "σασ"),
            ("dora", "dora"),
        ] {
            assert_eq!(find(name, &set(&[stored])).0, None, "{name} against {stored}");
        }
    }

    #[test]
    fn the_number_of_questions_does_not_grow_with_the_table() {
        let few: BTreeSet<_> = (0..100).map(|i| format!("user{i:06}").into_bytes()).collect();
        let many: BTreeSet<_> = (0..50_000).map(|i| format!("user{i:06}").into_bytes()).collect();
        assert!(find("user999999", &few).1 <= 24);
        assert!(find("user049999x", &many).1 <= 24);
    }

    #[test]
    fn the_ranges_and_the_ascii_rules_cover_all_of_unicode() {
        for c in ('\u{0}'..=char::MAX).filter(|c| !('가'..='힣').contains(c)) {
            let folded = folded(c);
            if folded != [c] {
                assert!(CHANGING.iter().any(|range| range.contains(&c)), "U+{:04X}", u32::from(c));
                if folded.iter().all(char::is_ascii) {
                    let known = c.is_ascii_uppercase() || "\u{212A}\u{37E}\u{1FEF}".contains(c);
                    assert!(known, "U+{:04X} folds to ASCII", u32::from(c));
                }
            }
        }
    }

    #[test]
    fn every_character_has_the_fingerprint_of_what_it_folds_to() {
        for c in ('\u{0}'..=char::MAX).filter(|c| *c != 'Σ') {
            let name = format!("a{c}b\u{301}");
            assert_eq!(fingerprint(&name), fingerprint(&fold(&name)), "U+{:04X}", u32::from(c));
        }
        assert_ne!(fingerprint("user12"), fingerprint("user21"));
        assert_ne!(fingerprint("a\u{301}b"), fingerprint("ab\u{301}"));
    }

    proptest! {
        #[test]
        fn look_alikes_have_one_fingerprint(
            name in "[aAkK\u{212a}eEéÉêÊ\u{301}\u{302}\u{323}σςΣ가각\u{1100}\u{1161}\u{11a8}iİ\u{307}\u{2f800}\u{10400}]{0,8}",
        ) {
            for other in [fold(&name), name.to_uppercase(), name.nfd().collect(), name.nfc().collect()] {
                if fold(&other) == fold(&name) {
                    prop_assert_eq!(fingerprint(&name), fingerprint(&other), "{:?}", other);
                }
            }
        }

        #[test]
        fn what_is_found_is_what_folding_every_name_finds(
            names in proptest::collection::btree_set("[aAkK\u{212a}eEéÉêÊ\u{301}\u{302}\u{323}σςΣ가각\u{1100}\u{1161}\u{11a8}iİ\u{307}]{1,5}", 1..40),
            name in "[aAkKeEéê\u{301}\u{302}\u{323}σςΣ가각\u{1100}\u{1161}\u{11a8}iİ\u{307}]{1,5}",
        ) {
            let stored = names.iter().map(|name| name.as_bytes().to_vec()).collect();
            let expected = names.iter().any(|other| *other != name && fold(other) == fold(&name));
            prop_assert_eq!(find(&name, &stored).0.is_some(), expected);
        }
    }
}
