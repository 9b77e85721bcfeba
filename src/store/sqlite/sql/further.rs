//! SQL about whole rows, with further columns in it.

use super::{Sql, list, quoted, shown};
use crate::layout::Assigned;

impl Sql {
    /// Adds a row with name and hash, and with the id where it has one, and in these further columns
    /// what comes after them.
    pub(in super::super) fn insert(&self, has_id: bool, further: &[Assigned]) -> String {
        let Sql { table, key, id, username, hash, .. } = self;
        let mut columns = vec![username.clone(), hash.clone()];
        columns.extend(has_id.then(|| id.as_ref().unwrap_or(key).clone()));
        columns.extend(further.iter().map(|it| quoted(&it.column)));
        let values: Vec<String> = (1..=columns.len()).map(|number| format!("?{number}")).collect();
        format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), values.join(", "))
    }

    /// Changes further columns of the row whose key comes after what they are to hold.
    pub(in super::super) fn update(&self, further: &[Assigned]) -> String {
        let Sql { table, key, .. } = self;
        let columns = (1..).zip(further).map(|(n, it)| format!("{} = ?{n}", quoted(&it.column)));
        let columns: Vec<String> = columns.collect();
        let last = columns.len() + 1;
        format!("UPDATE {table} SET {} WHERE {key} = ?{last}", columns.join(", "))
    }

    /// Reads what some columns hold in the row of the key `?1`.
    pub(in super::super) fn values<'c>(&self, columns: impl Iterator<Item = &'c str>) -> String {
        let Sql { table, key, .. } = self;
        format!("SELECT {} FROM {table} WHERE {key} = ?1", list(columns))
    }

    /// The first of the users who have an id, a name, a hash or something in one of these columns that
    /// is longer than `?1` bytes: its key, its id and the lengths of name, hash and the others. Lengths
    /// are known without reading the values.
    pub(in super::super) fn huge(&self, further: &[String]) -> String {
        let Sql { table, key, id, username, hash, .. } = self;
        let id = id.as_ref().unwrap_or(key);
        let length = |column: &str| format!("octet_length({column})");
        let columns = [username, hash].map(|it| length(it));
        let columns = columns.into_iter().chain(further.iter().map(|it| length(&quoted(it))));
        let columns: Vec<String> = columns.collect();
        let is_long: Vec<String> =
            (columns.iter().chain([&length(id)])).map(|it| format!("{it} > ?1")).collect();
        format!(
            "SELECT {key}, {}, {} FROM {table} NOT INDEXED WHERE {} LIMIT 1",
            shown(id),
            columns.join(", "),
            is_long.join(" OR ")
        )
    }
}
