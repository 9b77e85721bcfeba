//! What Windows calls Unicode: an input in UTF-16 is told as such.

use crate::support::Sandbox;

#[test]
fn an_input_in_utf_16_gets_the_command_that_converts_it() {
    let text = "\u{feff}username,password\na,s3cret12\n";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let sandbox = Sandbox::application(&["alice"]);
    for input in [&little[..], &big, &little[..2], &big[..2]] {
        for format in ["csv", "jsonl", "htpasswd"] {
            let run = sandbox.useradm(&format!("import --from {format} -")).stdin(input);
            let said = "error: Invalid input: it is in UTF-16, not in UTF-8\n\
                        hint: `iconv -f UTF-16 -t UTF-8` converts it\n";
            run.status(6).stderr(said).check_unchanged();
            sandbox.write("people.txt", input);
            let run = sandbox.useradm(&format!("import people.txt --from {format} --format json"));
            run.error(6, "invalid_input").check_unchanged();
        }
    }
}

#[test]
fn inputs_of_a_byte_or_none_are_none() {
    let sandbox = Sandbox::application(&[]);
    for input in ["", "\n"] {
        for format in ["jsonl", "htpasswd"] {
            let run = sandbox.useradm(&format!("import --from {format} -")).stdin(input);
            run.counts(0, 0, 0).check();
        }
    }
}
