//! Checks and makes hashes by lines of standard input, for `schemes.py`, which asks the libraries too.
//!
//! A line is `check` or `make`, a scheme, the hash or the recipe, a password, and perhaps a pepper; all but
//! the first word are in hexadecimal digits, with blanks between them. The answer is one line: `match`,
//! `mismatch` or `malformed`, as an application finds that accepts this scheme alone, or else the hash or
//! `refused`. `make-64-on-2` makes 64 hashes on 2 threads, and shows one.

use std::io::{self, BufRead, Write};

use useradm::accounts;
use useradm::hash::{Hash, HashString, Pepper, Recipe};
use useradm::password::Password;

type Error = Box<dyn std::error::Error>;

fn main() -> Result<(), Error> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        writeln!(out, "{}", answer(&line?)?)?;
        out.flush()?;
    }
    Ok(())
}

fn answer(line: &str) -> Result<String, Error> {
    let mut fields = line.split(' ');
    let verb = fields.next().unwrap_or_default();
    let mut next = || fields.next().map(unhex).transpose();
    let mut required = || next()?.ok_or("a field is missing").map_err(Into::into);
    let [scheme, what, password]: [Result<Vec<u8>, Error>; 3] =
        [required(), required(), required()];
    let (scheme, what, password) = (String::from_utf8(scheme?)?, what?, password?);
    let pepper = next()?.map(|key| Pepper::new(key.into())).transpose()?;
    let password = Password::new(password.into())?;
    if let Some(how) = verb.strip_prefix("make") {
        let recipe: Recipe = str::from_utf8(&what)?.parse()?;
        let made = match how.strip_prefix('-').and_then(|how| how.split_once("-on-")) {
            None => HashString::make(&password, recipe, pepper.as_ref(), accounts::random),
            Some((count, threads)) => {
                let (all, threads) = (vec![(&password, recipe); count.parse()?], threads.parse()?);
                let random = accounts::random;
                HashString::make_many(&all, pepper.as_ref(), threads, random, |_| Ok(()))
                    .map(|mut made| made.remove(0))
            }
        };
        return Ok(made.map_or_else(|_| "refused".to_owned(), |made| made.as_str().to_owned()));
    }
    Ok(match Hash::parse(&what) {
        Err(_) => "malformed",
        Ok(hash) if hash.scheme().name() != scheme => "malformed",
        Ok(hash) if hash.verify(&password, pepper.as_ref())? => "match",
        Ok(_) => "mismatch",
    }
    .to_owned())
}

fn unhex(text: &str) -> Result<Vec<u8>, Error> {
    let digits = (0..text.len()).step_by(2).map(|at| text.get(at..at + 2).ok_or("half a byte"));
    digits.map(|pair| Ok(u8::from_str_radix(pair?, 16)?)).collect()
}
