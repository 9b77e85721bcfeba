//! The work of a failed check, which is to be the same for everybody: it is told beforehand, and what a
//! user's own hash has not cost yet is spent in the end.

use super::{Hash, Pepper, Recipe, Scheme, Work, checksum_bytes, many};
use crate::password::Password;

/// The most that a failed check costs, in thousandths of what one hash may: twice as much. A table of
/// hashes that all differ in their parameters could otherwise make it last for a quarter of an hour.
const MAX_SHARE: u64 = 2000;

/// What a failed check costs: of each function, and for memory-hard ones of each need of memory, the
/// most that one of the known hashes costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effort(Vec<Work>);

impl Effort {
    /// What a new hash costs.
    #[must_use]
    pub fn of(recipe: Recipe) -> Self {
        Effort(vec![recipe.work])
    }

    /// Raises it to what a stored hash costs, if that can be verified and does not make it last too
    /// long.
    pub fn raise(&mut self, stored: &[u8]) {
        let Ok(Hash { work, .. }) = Hash::parse(stored) else { return };
        let known = self.0.iter().position(|known| is_alike(*known, work));
        if known.is_some_and(|at| self.0[at].steps() >= work.steps()) {
            return;
        }
        let others = (0..).zip(&self.0).filter(|(at, _)| Some(*at) != known);
        let share = others.map(|(_, other)| other.share()).sum::<u64>() + work.share();
        if share > MAX_SHARE {
            return;
        }
        match known {
            Some(at) => self.0[at] = work,
            None => self.0.push(work),
        }
    }

    /// Does the work, less what a check against this hash has done already.
    pub fn spend(&self, password: &Password, pepper: Option<&Pepper>, done: Option<&Hash>) {
        for work in self.without(done.map(Hash::work)) {
            let decoy = Hash::decoy(work);
            // Without memory for it there is none for anybody's check.
            let _ = std::hint::black_box(many::Task::check(&decoy, password, pepper).derive());
        }
    }

    /// What is left to do when one check is done.
    fn without(&self, done: Option<Work>) -> Vec<Work> {
        let left = |&work: &Work| match done {
            Some(done) if is_alike(work, done) => difference(done, work),
            _ => vec![work],
        };
        self.0.iter().flat_map(left).collect()
    }
}

/// Whether two kinds of work differ in one number only, by which the cost grows evenly.
fn is_alike(one: Work, other: Work) -> bool {
    match (one, other) {
        (Work::Pbkdf2 { digest, .. }, Work::Pbkdf2 { digest: other, .. })
        | (Work::ShaCrypt { digest, .. }, Work::ShaCrypt { digest: other, .. }) => digest == other,
        (Work::Scrypt { r, p, .. }, Work::Scrypt { r: other_r, p: other_p, .. }) => {
            (r, p) == (other_r, other_p)
        }
        (
            Work::Argon2 { variant, memory, lanes, .. },
            Work::Argon2 { variant: other, memory: other_memory, lanes: other_lanes, .. },
        ) => (variant, memory, lanes) == (other, other_memory, other_lanes),
        (Work::Bcrypt { .. }, Work::Bcrypt { .. }) | (Work::Apr1, Work::Apr1) => true,
        _ => false,
    }
}

/// The work by which the second of two that are alike costs more than the first.
fn difference(done: Work, full: Work) -> Vec<Work> {
    if done.steps() >= full.steps() {
        return Vec::new();
    }
    match (done, full) {
        (Work::Pbkdf2 { rounds: done, .. }, Work::Pbkdf2 { digest, rounds }) => {
            vec![Work::Pbkdf2 { digest, rounds: rounds - done }]
        }
        (Work::ShaCrypt { rounds: done, .. }, Work::ShaCrypt { digest, rounds }) => {
            // The function knows no fewer than 1000 rounds, which take less than a millisecond.
            vec![Work::ShaCrypt { digest, rounds: (rounds - done).max(1000) }]
        }
        (Work::Argon2 { passes: done, .. }, Work::Argon2 { variant, memory, passes, lanes }) => {
            vec![Work::Argon2 { variant, memory, passes: passes - done, lanes }]
        }
        // Each step of these two costs as much as all steps below it together, and one of the lowest.
        (Work::Bcrypt { cost: done }, Work::Bcrypt { cost }) => {
            (done..cost).map(|cost| Work::Bcrypt { cost }).collect()
        }
        (Work::Scrypt { n: done, .. }, Work::Scrypt { n, r, p }) => {
            (done.ilog2()..n.ilog2()).map(|log_n| Work::Scrypt { n: 1 << log_n, r, p }).collect()
        }
        _ => Vec::new(),
    }
}

impl Hash {
    /// A hash that nobody's password has, to spend the work of a check on.
    fn decoy(work: Work) -> Self {
        Hash::new(Scheme::Pbkdf2Sha256, work, vec![0; 16], vec![0; checksum_bytes(work)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(recipe: &str) -> Work {
        recipe.parse::<Recipe>().unwrap().work
    }

    fn effort(recipes: &[&str]) -> Effort {
        Effort(recipes.iter().map(|recipe| work(recipe)).collect())
    }

    /// What everybody's failed check costs, as one list of the same length whoever was asked for.
    fn planned(effort: &Effort, done: Option<&str>) -> Vec<Work> {
        effort.without(done.map(work))
    }

    #[test]
    fn of_each_function_the_highest_cost_counts() {
        let mut found = Effort::of("pbkdf2_sha256:600000".parse().unwrap());
        for stored in [
            "$pbkdf2-sha256$29000$$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$2y$10$bms2BrkFQbPmTyt3hcoXsuPlIW0tX6ReW.be5sfwj0hEWnCI/YA9S",
            "$2b$12$bms2BrkFQbPmTyt3hcoXsuPlIW0tX6ReW.be5sfwj0hEWnCI/YA9S",
            "bcrypt$$2b$11$bms2BrkFQbPmTyt3hcoXsuPlIW0tX6ReW.be5sfwj0hEWnCI/YA9S",
            "pbkdf2_sha256$1000000$P99XYCsVevmQgm7zU4WTLm$+dAjWatE1E8a6JHmZZx5vT/hBiYd+JZxl/seIWevLPI=",
            "$2b$31$bms2BrkFQbPmTyt3hcoXsuPlIW0tX6ReW.be5sfwj0hEWnCI/YA9S",
            "!unusable",
        ] {
            found.raise(stored.as_bytes());
        }
        assert_eq!(found, effort(&["pbkdf2_sha256:1000000", "bcrypt:12"]));
    }

    /// Whatever is in a table, an answer comes.
    #[test]
    fn many_costly_hashes_that_differ_are_not_all_counted() {
        let mut found = Effort::of("pbkdf2_sha256".parse().unwrap());
        for memory in 200_000..200_100 {
            let numbers = format!("m={memory},t=41,p=1");
            let rest = "ZoHCjUNxtsl8RRUNSjZkHw$r5eY6KEB0P+2Ytj/o6Am0l1NELwBRgJgUsh4eJn/GME";
            found.raise(format!("$argon2id$v=19${numbers}${rest}").as_bytes());
        }
        assert_eq!(found, effort(&["pbkdf2_sha256", "argon2id:200000:41:1"]));
        // One of any cost is counted beside that of a new hash.
        let dearest = "$2b$17$bms2BrkFQbPmTyt3hcoXsuPlIW0tX6ReW.be5sfwj0hEWnCI/YA9S";
        let mut found = Effort::of("pbkdf2_sha256:10000000".parse().unwrap());
        found.raise(dearest.as_bytes());
        assert_eq!(found, effort(&["pbkdf2_sha256:10000000", "bcrypt:17"]));
    }

    #[test]
    fn what_is_done_is_not_done_again() {
        let full = effort(&["pbkdf2_sha256:600000", "bcrypt:12"]);
        assert_eq!(planned(&full, None), full.0);
        for (done, left) in [
            ("pbkdf2_sha256:29000", &["pbkdf2_sha256:571000", "bcrypt:12"][..]),
            ("pbkdf2_sha256:600000", &["bcrypt:12"]),
            ("pbkdf2_sha256:700000", &["bcrypt:12"]),
            ("pbkdf2_sha512:1000", &["pbkdf2_sha256:600000", "bcrypt:12"]),
            ("bcrypt:10", &["pbkdf2_sha256:600000", "bcrypt:10", "bcrypt:11"]),
            ("bcrypt:13", &["pbkdf2_sha256:600000"]),
        ] {
            assert_eq!(planned(&full, Some(done)), effort(left).0, "{done}");
        }
        let full = effort(&["argon2id:65536:3:4", "werkzeug_scrypt:32768:8:1"]);
        for (done, left) in [
            ("argon2id:65536:1:4", &["argon2id:65536:2:4", "werkzeug_scrypt:32768:8:1"][..]),
            ("argon2id:19456:2:1", &["argon2id:65536:3:4", "werkzeug_scrypt:32768:8:1"]),
            (
                "werkzeug_scrypt:8192:8:1",
                &["argon2id:65536:3:4", "werkzeug_scrypt:8192:8:1", "werkzeug_scrypt:16384:8:1"],
            ),
        ] {
            assert_eq!(planned(&full, Some(done)), effort(left).0, "{done}");
        }
    }

    #[test]
    fn what_is_done_and_what_is_left_come_to_the_same() {
        let steps = |work: &[Work]| work.iter().map(|work| work.steps()).sum::<u64>();
        for (full, costs) in [
            ("bcrypt:14", &["bcrypt:4", "bcrypt:9", "bcrypt:13", "bcrypt:14"][..]),
            (
                "werkzeug_scrypt:65536:8:1",
                &["werkzeug_scrypt:128:8:1", "werkzeug_scrypt:65536:8:1"],
            ),
            ("sha512_crypt:656000", &["sha512_crypt:1000", "sha512_crypt:5000"]),
            ("argon2id:1024:5:1", &["argon2id:1024:1:1", "argon2id:1024:4:1"]),
        ] {
            let full = effort(&[full]);
            for &done in costs {
                let left = planned(&full, Some(done));
                assert_eq!(work(done).steps() + steps(&left), steps(&full.0), "{done}");
            }
        }
    }

    #[test]
    fn every_work_can_be_spent() {
        let password = Password::new(b"correct horse".to_vec().into()).unwrap();
        for cheap in [
            "pbkdf2_sha256:1000",
            "pbkdf2_sha512:1000",
            "bcrypt:4",
            "werkzeug_scrypt:128:8:1",
            "argon2id:8:1:1",
            "sha512_crypt:1000",
            "sha256_crypt:1000",
        ] {
            let decoy = Hash::decoy(work(cheap));
            assert!(many::Task::check(&decoy, &password, None).derive().is_ok(), "{cheap}");
        }
    }
}
