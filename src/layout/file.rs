//! `useradm.toml`: what it says, and how it is written. Nothing is opened here.

use std::fmt::Write as _;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml_writer::{ToTomlKey, ToTomlValue};

use super::wanted::unknown;
use super::{Assignment, KEYS, Value, Wanted};

/// What a file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// Where the users are.
    pub layout: Option<Wanted>,
}

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub reason: String,
}

/// The tables of a layout whose keys are columns.
const TABLES: [&str; 4] = ["add", "admin", "enable", "disable"];

impl File {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// The first thing that is wrong with it: that it is no TOML, an unknown key, or a value that a
    /// key cannot have.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let fault = |at: Range<usize>, reason: String| Fault { line: line(text, at.start), reason };
        let document = DeTable::parse(text)
            .map_err(|error| fault(error.span().unwrap_or_default(), error.message().to_owned()))?;
        let mut file = File::default();
        for (key, value) in in_order(document.get_ref()) {
            match key.get_ref().as_ref() {
                "layout" => file.layout = Some(layout(value).map_err(|(at, why)| fault(at, why))?),
                other => {
                    return Err(fault(
                        key.span(),
                        format!("there is no setting `{other}`; there is `layout`"),
                    ));
                }
            }
        }
        Ok(file)
    }
}

/// What is wrong, and with which part of the text.
type Wrong = (Range<usize>, String);

/// A layout is a table of keys, or the same in one line.
fn layout(value: &Spanned<DeValue<'_>>) -> Result<Wanted, Wrong> {
    let table = match value.get_ref() {
        DeValue::String(text) => return Wanted::parse(text).map_err(|why| (value.span(), why)),
        DeValue::Table(table) => table,
        _ => return Err((value.span(), "`layout` is a table or a text".to_owned())),
    };
    let mut wanted = Wanted::default();
    for (key, value) in in_order(table) {
        let name = key.get_ref().as_ref();
        match (name, value.get_ref()) {
            ("name", DeValue::String(text)) => {
                wanted.set_name(text).map_err(|why| (value.span(), why))?;
            }
            ("accepts", DeValue::Array(schemes)) => {
                let names = schemes.iter().map(|scheme| match scheme.get_ref() {
                    DeValue::String(name) => Ok(name.as_ref()),
                    _ => Err((scheme.span(), "a scheme is a text".to_owned())),
                });
                let names: Vec<&str> = names.collect::<Result<_, _>>()?;
                wanted.set(name, &names.join("+")).map_err(|why| (value.span(), why))?;
            }
            (name, DeValue::Table(table)) if TABLES.contains(&name) => {
                let assignments = assignments(table)?;
                match name {
                    "add" => wanted.add = assignments,
                    "admin" => wanted.admin = assignments,
                    "enable" => wanted.enable = assignments,
                    _ => wanted.disable = assignments,
                }
            }
            ("add" | "enable" | "disable", _) => {
                return Err((value.span(), format!("`{name}` is a table of columns")));
            }
            (name, DeValue::String(text)) if name != "name" => {
                wanted.set(name, text).map_err(|why| (key.span(), why))?;
            }
            (name, _) if name == "name" || KEYS.contains(&name) => {
                return Err((value.span(), format!("`{name}` is a text")));
            }
            (name, _) => return Err((key.span(), unknown(name))),
        }
    }
    Ok(wanted)
}

fn assignments(table: &DeTable<'_>) -> Result<Vec<Assignment>, Wrong> {
    let assignments = in_order(table).into_iter().map(|(column, value)| {
        let text = match value.get_ref() {
            DeValue::String(text) => text.clone().into_owned(),
            // A sign that says nothing is none of the digits that columns take.
            DeValue::Integer(number) if number.radix() == 10 => {
                number.as_str().trim_start_matches('+').to_owned()
            }
            DeValue::Float(number) if number.as_str().contains(|c: char| c.is_ascii_digit()) => {
                number.as_str().trim_start_matches('+').to_owned()
            }
            DeValue::Boolean(yes) => if *yes { "1" } else { "0" }.to_owned(),
            _ => {
                let reason = "a column gets a text, a decimal number, true or false";
                return Err((value.span(), reason.to_owned()));
            }
        };
        Ok(Assignment::new(column.get_ref(), &text))
    });
    assignments.collect()
}

/// The entries in the order in which they stand.
fn in_order<'t, 'i>(
    table: &'t DeTable<'i>,
) -> Vec<(&'t Spanned<std::borrow::Cow<'i, str>>, &'t Spanned<DeValue<'i>>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

fn line(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or(text.as_bytes());
    before.split(|&byte| byte == b'\n').count()
}

impl Wanted {
    /// The text of a file that says this.
    #[must_use]
    pub fn to_file(&self) -> String {
        let mut text = "[layout]\n".to_owned();
        let mut entry = |key: &str, value: Option<&str>| {
            if let Some(value) = value {
                let _ = writeln!(text, "{key} = {}", value.to_toml_value());
            }
        };
        entry("name", self.name);
        entry("table", self.table.as_deref());
        entry("id", self.id.as_deref());
        entry("username", self.username.as_deref());
        entry("hash", self.hash.as_deref());
        entry("scheme", self.scheme.map(|recipe| recipe.to_string()).as_deref());
        let case = self.case.map(super::Case::name);
        entry("case", case);
        entry("email", self.email.as_deref());
        entry("active", self.active.as_deref());
        entry("pepper_file", self.pepper_file.as_ref().and_then(|path| path.to_str()));
        entry("pepper_query", self.pepper_query.as_deref());
        if let Some(accepts) = &self.accepts {
            let schemes = accepts.iter().map(|scheme| scheme.name().to_toml_value());
            let schemes: Vec<String> = schemes.collect();
            let _ = writeln!(text, "accepts = [{}]", schemes.join(", "));
        }
        let tables = [&self.add, &self.admin, &self.enable, &self.disable];
        for (name, table) in TABLES.iter().zip(tables) {
            if !table.is_empty() {
                let _ = writeln!(text, "\n[layout.{name}]");
            }
            for Assignment { column, value } in table {
                let value = written(value);
                let _ = writeln!(text, "{} = {value}", column.to_toml_key());
            }
        }
        text
    }
}

/// A value as it stands in a file: whole numbers look like numbers, as people write them.
fn written(value: &Value) -> String {
    match value {
        Value::Text(text) if text.parse().is_ok_and(|number: i64| number.to_string() == *text) => {
            text.to_string()
        }
        value => value.as_written().to_toml_value(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::option::of;
    use proptest::prelude::*;
    use proptest::sample::{select, subsequence};

    use super::*;
    use crate::hash::Scheme;
    use crate::layout::{BUILTINS, Case};

    #[test]
    fn every_key_of_a_layout_is_read() {
        let text = "# Where they are\n[layout]\ntable = \"users\"\nusername = 'email'\n\
            hash = \"pw\"\nscheme = \"bcrypt:12\"\naccepts = [\"bcrypt\", \"argon2id\"]\n\
            case = \"fold\"\npepper_file = \"key\"\n[layout.add]\nlocale = \"en\"\nrole = 2\n\
            score = 0.5\nok = true\nsince = \"@now\"\n[layout.enable]\nlocked = false\n";
        let wanted = File::parse(text).unwrap().layout.unwrap();
        assert_eq!(wanted.username.as_deref(), Some("email"));
        assert_eq!(wanted.accepts.as_ref().map(Vec::len), Some(2));
        assert_eq!((wanted.case, wanted.pepper_file), (Some(Case::Fold), Some("key".into())));
        let add =
            [("locale", "en"), ("role", "2"), ("score", "0.5"), ("ok", "1"), ("since", "@now")];
        assert_eq!(wanted.add, add.map(|(column, value)| Assignment::new(column, value)));
        assert_eq!(wanted.enable, [Assignment::new("locked", "0")]);
        let signed = "[layout.add]\na = +1_000\nb = -5\nc = +0.5\nd = -1e3";
        let signed = File::parse(signed).unwrap().layout.unwrap().add;
        let add = [("a", "1000"), ("b", "-5"), ("c", "0.5"), ("d", "-1e3")];
        assert_eq!(signed, add.map(|(column, value)| Assignment::new(column, value)));
        let short = |text| File::parse(text).unwrap().layout.unwrap();
        assert_eq!(short("layout = \"django\""), short("[layout]\nname = 'django'"));
        assert_eq!(short("[layout]\nadmin = 'staff'"), short("[layout.admin]\nstaff = 1"));
        assert_eq!(File::parse("").unwrap(), File::default());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, line, says) in [
            ("[layout]\n\ntabel = 'users'", 3, "no key `tabel`"),
            ("color = 'red'", 1, "no setting `color`"),
            ("[layout]\ntable = 1", 2, "`table` is a text"),
            ("[layout]\ntable = 'a'\ntable = 'b'", 3, "duplicate"),
            ("[layout]\ncase = 'upper'", 2, "`fold`"),
            ("[layout]\ntable = ''", 2, "no value"),
            ("[layout]\ntable = 'a", 2, ""),
            ("[layout.delete]\nx = 1", 1, "no key `delete`"),
            ("[layout]\nadd = 'x'", 2, "`add` is a table"),
            ("[layout.add]\nx = [1]", 2, "a column gets"),
            ("[layout.add]\nx = 1979-05-27", 2, "a column gets"),
            ("[layout.add]\nx = 0x1f", 2, "a column gets"),
            ("[layout.add]\nx = -inf", 2, "a column gets"),
            ("[layout.add]\nx = nan", 2, "a column gets"),
            ("[layout]\naccepts = [1]", 2, "a scheme is a text"),
            ("[layout]\nname = 7", 2, "`name`"),
            ("layout = 7", 1, "`layout` is"),
            ("\nlayout = 'table='", 2, "no value"),
        ] {
            let fault = File::parse(text).unwrap_err();
            assert_eq!(fault.line, line, "{text}: {fault:?}");
            assert!(fault.reason.contains(says), "{text}: {fault:?}");
        }
    }

    fn assignment() -> impl Strategy<Value = Assignment> {
        ("\\PC{1,6}|[a-z]{1,3}", "\\PC{0,6}|-?[0-9]{1,3}|@now|@null")
            .prop_map(|(column, value)| Assignment::new(&column, &value))
    }

    /// Columns that differ.
    fn columns() -> impl Strategy<Value = Vec<Assignment>> {
        vec(assignment(), 0..3).prop_map(|mut all| {
            all.sort_by(|a, b| a.column.cmp(&b.column));
            all.dedup_by(|a, b| a.column == b.column);
            all
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            texts in vec(of("[\\PC\n\t\\\\\"']{1,8}"), 7),
            name in of(select(BUILTINS.iter().map(|it| it.name).collect::<Vec<_>>())),
            scheme in of(select(vec!["bcrypt:13", "argon2id", "werkzeug_scrypt:32768:8:1"])),
            accepts in of(subsequence(Scheme::ALL.to_vec(), 1..3)),
            case in of(prop_oneof![Just(Case::Exact), Just(Case::Fold), Just(Case::Lower)]),
            (add, admin, enable, disable) in (columns(), columns(), columns(), columns()),
        ) {
            let mut texts = texts.into_iter();
            let mut text = || texts.next().unwrap();
            let wanted = Wanted {
                table: text(), id: text(), username: text(), hash: text(), email: text(),
                active: text(), pepper_query: text(), name,
                scheme: scheme.map(|text| text.parse().unwrap()),
                pepper_file: Some("a/b".into()), accepts, case, add, admin, enable, disable,
            };
            let file = wanted.to_file();
            prop_assert_eq!(File::parse(&file), Ok(File { layout: Some(wanted) }), "{}", file);
        }

        #[test]
        fn no_text_panics(text in "[\\PC\n]{0,60}") {
            let _ = File::parse(&text);
        }
    }
}
