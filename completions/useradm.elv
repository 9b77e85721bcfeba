
use builtin;
use str;

set edit:completion:arg-completer[useradm] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'useradm'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'useradm'= {
            cand --db 'The database: a path or an SQLAlchemy URI'
            cand --format 'How to print'
            cand --timeout 'How long to wait for another process''s lock'
            cand --rounds 'PBKDF2 iterations for new hashes, 1000 to 10000000'
            cand --layout 'Where the users are: a name, keys, or both'
            cand --config 'Settings'
            cand --pepper-file 'A file with the key that the application mixes passwords with'
            cand -q 'Print no message on success; data and errors still come'
            cand --quiet 'Print no message on success; data and errors still come'
            cand --no-input 'Never prompt: fail instead'
            cand --trust-directory 'As root: stay root though somebody else may write to the database''s directory'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand init 'Make the database, or add the table to a file that lacks it'
            cand register 'Make your own account, asking for what is not given'
            cand login 'Check a username and password against the stored hash'
            cand list 'List the users'
            cand show 'Show one user: id, username, hash scheme and rounds'
            cand add 'Add a user'
            cand update 'Change a user''s name, password or other columns'
            cand delete 'Delete users: all that are named, or none'
            cand import 'Add whole user bases: all rows of a file, or none'
            cand export 'Write all users with their hashes to a file that import takes back'
            cand config 'Show every setting, its value and where that comes from'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'useradm;init'= {
            cand --db 'The database: a path or an SQLAlchemy URI'
            cand --format 'How to print'
            cand --timeout 'How long to wait for another process''s lock'
            cand --rounds 'PBKDF2 iterations for new hashes, 1000 to 10000000'
            cand --layout 'Where the users are: a name, keys, or both'
            cand --config 'Settings'
            cand --pepper-file 'A file with the key that the application mixes passwords with'
            cand -q 'Print no message on success; data and errors still come'
            cand --quiet 'Print no message on success; data and errors still come'
            cand --no-input 'Never prompt: fail instead'
            cand --trust-directory 'As root: stay root though somebody else may write to the database''s directory'
            cand --if-not-exists 'Succeed if there is a database already'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'useradm;register'= {
            cand --db 'The database: a path or an SQLAlchemy URI'
            cand --format 'How to print'
            cand --timeout 'How long to wait for another process''s lock'
            cand --rounds 'PBKDF2 iterations for new hashes, 1000 to 10000000'
            cand --layout 'Where the users are: a name, keys, or both'
            cand --config 'Settings'
            cand --pepper-file 'A file with the key that the application mixes passwords with'
            cand --password-file 'Read the password from a file, less one line break at the end; - is standard input'
            cand --password-env 'Take the password from this environment variable'
            cand --scheme 'How to hash, as bcrypt:12 [default: as the hashes that are there]'
            cand -q 'Print no message on success; data and errors still come'
            cand --quiet 'Print no message on success; data and errors still come'
            cand --no-input 'Never prompt: fail instead'
            cand --trust-directory 'As root: stay root though somebody else may write to the database''s directory'
            cand --password-stdin 'Read the password from standard input, less one line break at the end'
            cand --create 'Make the database if there is none'
            cand --allow-weak-password 'Take a password of any length, even the username itself'
            cand --allow-lookalike 'Take a name that differs from another one only by case or Unicode normal form'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'useradm;login'= {
            cand --db 'The database: a path or an SQLAlchemy URI'
            cand --format 'How to print'
            cand --timeout 'How long to wait for another process''s lock'
            cand --rounds 'PBKDF2 iterations for new hashes, 1000 to 10000000'
            cand --layout 'Where the users are: a name, keys, or both'
            cand --config 'Settings'
            cand --pepper-file 'A file with the key that the application mixes passwords with'
            cand --password-file 'Read the password from a file, less one line break at the end; - is standard input'
            cand --password-env 'Take the password from this environment variable'
            cand -q 'Print no message on success; data and errors still come'
            cand --quiet 'Print no message on success; data and errors still come'
            cand --no-input 'Never prompt: fail instead'
            cand --trust-directory 'As root: stay root though somebody else may write to the database''s directory'
            cand --password-stdin 'Read the password from standard input, less one line break at the end'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'useradm;list'= {
            cand --db 'The database: a path or an SQLAlchemy URI'
            cand --format 'How to print'
            cand --timeout 'How long to wait for another process''s lock'
            cand --rounds 'PBKDF2 iterations for new hashes, 1000 to 10000000'
            cand --layout 'Where the users are: a name, keys, or both'
            cand --config 'Settings'
            cand --pepper-file 'A file with the key that the application mixes passwords with'
            cand --fields 'What to print of each user, in this order'
            cand --match 'Only names that match, case-sensitively: * any characters, ? one, [a-z] one of these'
            cand --sort 'What to sort by'
            cand --limit 'List at most this many'
            cand --offset 'Skip this many first'
            cand -q 'Print no message on success; data and errors still come'
            cand --quiet 'Print no message on success; data and errors still come'
            cand --no-input 'Never prompt: fail instead'
            cand --trust-directory 'As root: stay root though somebody else may write to the database''s directory'
            cand --reverse 'Reverse the order'
            cand --count 'Print only how many users match, whatever the limit'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'useradm;show'= {
            cand --db 'The database: a path or an SQLAlchemy URI'
            cand --format 'How to print'
            cand --timeout 'How long to wait for another process''s lock'
            cand --rounds 'PBKDF2 iterations for new hashes, 1000 to 10000000'
            cand --layout 'Where the users are: a name, keys, or both'
            cand --config 'Settings'
            cand --pepper-file 'A file with the key that the application mixes passwords with'
            cand --id 'The id, in place of the username'
            cand --fields 'What to print of the user, in this order: as for `list`'
            cand -q 'Print no message on success; data and errors still come'
            cand --quiet 'Print no message on success; data and errors still come'
            cand --no-input 'Never prompt: fail instead'
            cand --trust-directory 'As root: stay root though somebody else may write to the database''s directory'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'useradm;add'= {
            cand --db 'The database: a path or an SQLAlchemy URI'
            cand --format 'How to print'
            cand --timeout 'How long to wait for another process''s lock'
            cand --rounds 'PBKDF2 iterations for new hashes, 1000 to 10000000'
            cand --layout 'Where the users are: a name, keys, or both'
            cand --config 'Settings'
            cand --pepper-file 'A file with the key that the application mixes passwords with'
            cand --password-file 'Read the password from a file, less one line break at the end; - is standard input'
            cand --password-env 'Take the password from this environment variable'
            cand --generate-password 'Make a password of 20 characters, or of LENGTH from 8 to 128, and print it'
            cand --set 'Store VALUE in a column of the user''s row; may be repeated'
            cand --email 'Store the e-mail address in the column that the layout names for it'
            cand --like 'Make the new user like this one'
            cand --scheme 'How to hash, as bcrypt:12 [default: as the hashes that are there]'
            cand -q 'Print no message on success; data and errors still come'
            cand --quiet 'Print no message on success; data and errors still come'
            cand --no-input 'Never prompt: fail instead'
            cand --trust-directory 'As root: stay root though somebody else may write to the database''s directory'
            cand --password-stdin 'Read the password from standard input, less one line break at the end'
            cand --hashed 'Take a ready hash from the password''s source'
            cand --admin 'Make the user an admin, as the layout says how'
            cand --without-memberships 'Copy no memberships of groups and roles'
            cand --without-companions 'Add the user without rows in other tables, even where every user has one'
            cand --if-not-exists 'Succeed if the user exists already, and change nothing'
            cand --create 'Make the database if there is none'
            cand --allow-weak-password 'Take a password of any length, even the username itself'
            cand --allow-lookalike 'Take a name that differs from another one only by case or Unicode normal form'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'useradm;update'= {
            cand --db 'The database: a path or an SQLAlchemy URI'
            cand --format 'How to print'
            cand --timeout 'How long to wait for another process''s lock'
            cand --rounds 'PBKDF2 iterations for new hashes, 1000 to 10000000'
            cand --layout 'Where the users are: a name, keys, or both'
            cand --config 'Settings'
            cand --pepper-file 'A file with the key that the application mixes passwords with'
            cand --id 'The id, in place of the username'
            cand --username 'The new username'
            cand --password-file 'Read the password from a file, less one line break at the end; - is standard input'
            cand --password-env 'Take the password from this environment variable'
            cand --generate-password 'Make a password of 20 characters, or of LENGTH from 8 to 128, and print it'
            cand --scheme 'How to hash, as bcrypt:12 [default: as the hashes that are there]'
            cand --set 'Store VALUE in a column of the user''s row; may be repeated'
            cand --email 'Store the e-mail address in the column that the layout names for it'
            cand -q 'Print no message on success; data and errors still come'
            cand --quiet 'Print no message on success; data and errors still come'
            cand --no-input 'Never prompt: fail instead'
            cand --trust-directory 'As root: stay root though somebody else may write to the database''s directory'
            cand --password 'Ask for a new password'
            cand --password-stdin 'Read the password from standard input, less one line break at the end'
            cand --hashed 'Take a ready hash from the password''s source'
            cand --admin 'Make the user an admin, as the layout says how'
            cand --enable 'Let the user log in, and clear locks and counters of failed log-ins, as the layout says how'
            cand --disable 'Keep the user from logging in, as the layout says how'
            cand --allow-weak-password 'Take a password of any length, even the username itself'
            cand --allow-lookalike 'Take a name that differs from another one only by case or Unicode normal form'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'useradm;delete'= {
            cand --db 'The database: a path or an SQLAlchemy URI'
            cand --format 'How to print'
            cand --timeout 'How long to wait for another process''s lock'
            cand --rounds 'PBKDF2 iterations for new hashes, 1000 to 10000000'
            cand --layout 'Where the users are: a name, keys, or both'
            cand --config 'Settings'
            cand --pepper-file 'A file with the key that the application mixes passwords with'
            cand --id 'An id, instead of a username or beside one; may be repeated'
            cand -q 'Print no message on success; data and errors still come'
            cand --quiet 'Print no message on success; data and errors still come'
            cand --no-input 'Never prompt: fail instead'
            cand --trust-directory 'As root: stay root though somebody else may write to the database''s directory'
            cand -y 'Delete without asking'
            cand --yes 'Delete without asking'
            cand --if-exists 'Succeed if a user does not exist'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'useradm;import'= {
            cand --db 'The database: a path or an SQLAlchemy URI'
            cand --format 'How to print'
            cand --timeout 'How long to wait for another process''s lock'
            cand --rounds 'PBKDF2 iterations for new hashes, 1000 to 10000000'
            cand --layout 'Where the users are: a name, keys, or both'
            cand --config 'Settings'
            cand --pepper-file 'A file with the key that the application mixes passwords with'
            cand --from 'The format of the file [default: by its ending]'
            cand --on-conflict 'What to do with rows whose users exist'
            cand --generate-passwords 'Give new users without a password one, and write names and passwords to this new file'
            cand --jobs 'How many threads hash passwords [default: one for each core]'
            cand --batch 'Commit after every N rows, where one transaction would lock the database for too long'
            cand --max-errors 'How many rejected rows to show, and how many that were skipped'
            cand --rejects 'Write all rejected rows to this file as JSON lines'
            cand --scheme 'How to hash, as bcrypt:12 [default: as the hashes that are there]'
            cand -q 'Print no message on success; data and errors still come'
            cand --quiet 'Print no message on success; data and errors still come'
            cand --no-input 'Never prompt: fail instead'
            cand --trust-directory 'As root: stay root though somebody else may write to the database''s directory'
            cand --keep-ids 'Keep the rows'' ids, and take names that would otherwise be refused'
            cand --skip-unsupported 'Skip rows without a hash that can be stored: of another scheme, malformed, empty or NULL'
            cand --dry-run 'Check everything and write nothing'
            cand --create 'Make the database if there is none'
            cand --allow-weak-password 'Take a password of any length, even the username itself'
            cand --allow-lookalike 'Take a name that differs from another one only by case or Unicode normal form'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'useradm;export'= {
            cand --db 'The database: a path or an SQLAlchemy URI'
            cand --format 'How to print'
            cand --timeout 'How long to wait for another process''s lock'
            cand --rounds 'PBKDF2 iterations for new hashes, 1000 to 10000000'
            cand --layout 'Where the users are: a name, keys, or both'
            cand --config 'Settings'
            cand --pepper-file 'A file with the key that the application mixes passwords with'
            cand --to 'The format [default: by the file''s ending; csv for standard output]'
            cand -q 'Print no message on success; data and errors still come'
            cand --quiet 'Print no message on success; data and errors still come'
            cand --no-input 'Never prompt: fail instead'
            cand --trust-directory 'As root: stay root though somebody else may write to the database''s directory'
            cand --force 'Replace the file if it exists'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'useradm;config'= {
            cand --db 'The database: a path or an SQLAlchemy URI'
            cand --format 'How to print'
            cand --timeout 'How long to wait for another process''s lock'
            cand --rounds 'PBKDF2 iterations for new hashes, 1000 to 10000000'
            cand --layout 'Where the users are: a name, keys, or both'
            cand --config 'Settings'
            cand --pepper-file 'A file with the key that the application mixes passwords with'
            cand -q 'Print no message on success; data and errors still come'
            cand --quiet 'Print no message on success; data and errors still come'
            cand --no-input 'Never prompt: fail instead'
            cand --trust-directory 'As root: stay root though somebody else may write to the database''s directory'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'useradm;help'= {
            cand init 'Make the database, or add the table to a file that lacks it'
            cand register 'Make your own account, asking for what is not given'
            cand login 'Check a username and password against the stored hash'
            cand list 'List the users'
            cand show 'Show one user: id, username, hash scheme and rounds'
            cand add 'Add a user'
            cand update 'Change a user''s name, password or other columns'
            cand delete 'Delete users: all that are named, or none'
            cand import 'Add whole user bases: all rows of a file, or none'
            cand export 'Write all users with their hashes to a file that import takes back'
            cand config 'Show every setting, its value and where that comes from'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'useradm;help;init'= {
        }
        &'useradm;help;register'= {
        }
        &'useradm;help;login'= {
        }
        &'useradm;help;list'= {
        }
        &'useradm;help;show'= {
        }
        &'useradm;help;add'= {
        }
        &'useradm;help;update'= {
        }
        &'useradm;help;delete'= {
        }
        &'useradm;help;import'= {
        }
        &'useradm;help;export'= {
        }
        &'useradm;help;config'= {
        }
        &'useradm;help;help'= {
        }
    ]
    $completions[$command]
}
