//! Deleting users, all that are named or none.

use super::{Warning, only_one, open};
use crate::error::{Error, Result};
use crate::store::{Access, Database, Reference};
use crate::user::{Key, Selector, User};

/// What a deletion would do, for somebody to agree to.
#[derive(Debug, Default)]
pub struct Deletion {
    /// The users, each once, in the order in which they were named.
    pub users: Vec<User>,
    /// The rows of other tables that reference them.
    pub references: Vec<Reference>,
}

/// Finds the users to delete, without holding any lock afterwards.
///
/// # Errors
/// [`Error::UserNotFound`], which names all who are missing, unless `if_exists`; or what reading
/// the database fails with.
pub fn plan_deletion(
    database: &Database,
    selectors: &[Selector],
    if_exists: bool,
) -> Result<Deletion> {
    let store = open(database, Access::Write)?;
    let mut plan = Deletion::default();
    let mut missing = Vec::new();
    for selector in selectors {
        match only_one(store.find(selector)?, selector) {
            Ok(account) if plan.users.contains(&account.user) => {}
            Ok(account) => plan.users.push(account.user),
            Err(Error::UserNotFound(who)) => missing.push(who),
            Err(error) => return Err(error),
        }
    }
    if !missing.is_empty() && !if_exists {
        return Err(Error::UserNotFound(missing.join(", ")));
    }
    for user in &plan.users {
        for reference in store.references_to(user.key)? {
            let same = |other: &&mut Reference| {
                other.table == reference.table && other.on_delete == reference.on_delete
            };
            match plan.references.iter_mut().find(same) {
                Some(other) => other.rows += reference.rows,
                None => plan.references.push(reference),
            }
        }
    }
    Ok(plan)
}

/// Deletes the users of a plan, if each of them is still who they were.
///
/// # Errors
/// [`Error::UserNotFound`] if one is gone or has another name by now; [`Error::ForeignKey`]
/// if rows of other tables keep one; or what writing the database fails with.
pub fn delete(database: &Database, plan: &Deletion) -> Result<Vec<Warning>> {
    if plan.users.is_empty() {
        return Ok(Vec::new());
    }
    let store = open(database, Access::Write)?;
    let deleted = store.write(|transaction| {
        for user in &plan.users {
            let now = transaction.reader().of_key(user.key)?;
            if now.is_none_or(|now| now.user != *user) {
                let name = user.name.to_text().into_owned();
                return Err(Error::UserNotFound(name));
            }
        }
        let keys: Vec<Key> = plan.users.iter().map(|user| user.key).collect();
        transaction.delete_all(&keys)
    });
    match deleted {
        Ok(()) if store.forget_replaced_hashes() => Ok(Vec::new()),
        Ok(()) => Ok(vec![Warning::OldPagesInLog]),
        Err(error) if plan.references.is_empty() => Err(error),
        Err(error) => {
            Err(error.explained(|reason| format!("{reason} ({})", describe(&plan.references))))
        }
    }
}

fn describe(references: &[Reference]) -> String {
    let each: Vec<String> =
        references.iter().map(|r| format!("referenced by table {}: {}", r.table, r.rows)).collect();
    each.join(", ")
}

#[cfg(test)]
mod tests {
    use crate::accounts::tests::{database, named, names};
    use crate::accounts::*;

    #[test]
    fn all_who_are_named_are_deleted_or_none() {
        let (_folder, database) = database(&["ann", "bob", "eve"]);
        let whom = |names: &[&str]| -> Vec<Selector> {
            names.iter().map(|name| (&named(name)).into()).collect()
        };
        let missing = plan_deletion(&database, &whom(&["ann", "zoe", "dan"]), false).unwrap_err();
        assert_eq!(missing.to_string(), "User not found: zoe, dan");
        let plan = plan_deletion(&database, &whom(&["ann", "zoe", "bob", "ann"]), true).unwrap();
        assert_eq!(plan.users.len(), 2);
        // Somebody else renames one of them before it is agreed to.
        let change = Change { name: Some(named("rob")), ..Change::default() };
        update(&database, &whom(&["bob"])[0], change, &mut random).unwrap();
        assert_eq!(delete(&database, &plan).unwrap_err().code(), "user_not_found");
        assert_eq!(names(&database), ["ann", "rob", "eve"]);
        let plan = plan_deletion(&database, &whom(&["ann", "rob"]), false).unwrap();
        assert_eq!(delete(&database, &plan).unwrap(), []);
        assert_eq!(names(&database), ["eve"]);
    }
}
