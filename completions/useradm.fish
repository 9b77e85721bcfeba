# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_useradm_global_optspecs
    string join \n db= format= timeout= rounds= layout= config= pepper-file= q/quiet no-input trust-directory h/help V/version
end

function __fish_useradm_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_useradm_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_useradm_using_subcommand
    set -l cmd (__fish_useradm_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c useradm -n "__fish_useradm_needs_command" -l db -d 'The database: a path or an SQLAlchemy URI' -r -F
complete -c useradm -n "__fish_useradm_needs_command" -l format -d 'How to print' -r -f -a "table\t'A table for people'
plain\t'Tab-separated, without a header'
csv\t'RFC 4180, with a header'
json\t'One JSON document'
jsonl\t'One JSON object a line'"
complete -c useradm -n "__fish_useradm_needs_command" -l timeout -d 'How long to wait for another process\'s lock' -r
complete -c useradm -n "__fish_useradm_needs_command" -l rounds -d 'PBKDF2 iterations for new hashes, 1000 to 10000000' -r
complete -c useradm -n "__fish_useradm_needs_command" -l layout -d 'Where the users are: a name, keys, or both' -r
complete -c useradm -n "__fish_useradm_needs_command" -l config -d 'Settings' -r -F
complete -c useradm -n "__fish_useradm_needs_command" -l pepper-file -d 'A file with the key that the application mixes passwords with' -r -F
complete -c useradm -n "__fish_useradm_needs_command" -s q -l quiet -d 'Print no message on success; data and errors still come'
complete -c useradm -n "__fish_useradm_needs_command" -l no-input -d 'Never prompt: fail instead'
complete -c useradm -n "__fish_useradm_needs_command" -l trust-directory -d 'As root: stay root though somebody else may write to the database\'s directory'
complete -c useradm -n "__fish_useradm_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c useradm -n "__fish_useradm_needs_command" -s V -l version -d 'Print version'
complete -c useradm -n "__fish_useradm_needs_command" -f -a "init" -d 'Make the database, or add the table to a file that lacks it'
complete -c useradm -n "__fish_useradm_needs_command" -f -a "register" -d 'Make your own account, asking for what is not given'
complete -c useradm -n "__fish_useradm_needs_command" -f -a "login" -d 'Check a username and password against the stored hash'
complete -c useradm -n "__fish_useradm_needs_command" -f -a "list" -d 'List the users'
complete -c useradm -n "__fish_useradm_needs_command" -f -a "show" -d 'Show one user: id, username, hash scheme and rounds'
complete -c useradm -n "__fish_useradm_needs_command" -f -a "add" -d 'Add a user'
complete -c useradm -n "__fish_useradm_needs_command" -f -a "update" -d 'Change a user\'s name, password or other columns'
complete -c useradm -n "__fish_useradm_needs_command" -f -a "delete" -d 'Delete users: all that are named, or none'
complete -c useradm -n "__fish_useradm_needs_command" -f -a "import" -d 'Add whole user bases: all rows of a file, or none'
complete -c useradm -n "__fish_useradm_needs_command" -f -a "export" -d 'Write all users with their hashes to a file that import takes back'
complete -c useradm -n "__fish_useradm_needs_command" -f -a "adopt" -d 'Find where an application keeps its users, and write useradm.toml'
complete -c useradm -n "__fish_useradm_needs_command" -f -a "config" -d 'Show every setting, its value and where that comes from'
complete -c useradm -n "__fish_useradm_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c useradm -n "__fish_useradm_using_subcommand init" -l db -d 'The database: a path or an SQLAlchemy URI' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand init" -l format -d 'How to print' -r -f -a "table\t'A table for people'
plain\t'Tab-separated, without a header'
csv\t'RFC 4180, with a header'
json\t'One JSON document'
jsonl\t'One JSON object a line'"
complete -c useradm -n "__fish_useradm_using_subcommand init" -l timeout -d 'How long to wait for another process\'s lock' -r
complete -c useradm -n "__fish_useradm_using_subcommand init" -l rounds -d 'PBKDF2 iterations for new hashes, 1000 to 10000000' -r
complete -c useradm -n "__fish_useradm_using_subcommand init" -l layout -d 'Where the users are: a name, keys, or both' -r
complete -c useradm -n "__fish_useradm_using_subcommand init" -l config -d 'Settings' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand init" -l pepper-file -d 'A file with the key that the application mixes passwords with' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand init" -s q -l quiet -d 'Print no message on success; data and errors still come'
complete -c useradm -n "__fish_useradm_using_subcommand init" -l no-input -d 'Never prompt: fail instead'
complete -c useradm -n "__fish_useradm_using_subcommand init" -l trust-directory -d 'As root: stay root though somebody else may write to the database\'s directory'
complete -c useradm -n "__fish_useradm_using_subcommand init" -l if-not-exists -d 'Succeed if there is a database already'
complete -c useradm -n "__fish_useradm_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c useradm -n "__fish_useradm_using_subcommand init" -s V -l version -d 'Print version'
complete -c useradm -n "__fish_useradm_using_subcommand register" -l db -d 'The database: a path or an SQLAlchemy URI' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand register" -l format -d 'How to print' -r -f -a "table\t'A table for people'
plain\t'Tab-separated, without a header'
csv\t'RFC 4180, with a header'
json\t'One JSON document'
jsonl\t'One JSON object a line'"
complete -c useradm -n "__fish_useradm_using_subcommand register" -l timeout -d 'How long to wait for another process\'s lock' -r
complete -c useradm -n "__fish_useradm_using_subcommand register" -l rounds -d 'PBKDF2 iterations for new hashes, 1000 to 10000000' -r
complete -c useradm -n "__fish_useradm_using_subcommand register" -l layout -d 'Where the users are: a name, keys, or both' -r
complete -c useradm -n "__fish_useradm_using_subcommand register" -l config -d 'Settings' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand register" -l pepper-file -d 'A file with the key that the application mixes passwords with' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand register" -l password-file -d 'Read the password from a file, less one line break at the end; - is standard input' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand register" -l password-env -d 'Take the password from this environment variable' -r
complete -c useradm -n "__fish_useradm_using_subcommand register" -l scheme -d 'How to hash, as bcrypt:12 [default: as the hashes that are there]' -r
complete -c useradm -n "__fish_useradm_using_subcommand register" -s q -l quiet -d 'Print no message on success; data and errors still come'
complete -c useradm -n "__fish_useradm_using_subcommand register" -l no-input -d 'Never prompt: fail instead'
complete -c useradm -n "__fish_useradm_using_subcommand register" -l trust-directory -d 'As root: stay root though somebody else may write to the database\'s directory'
complete -c useradm -n "__fish_useradm_using_subcommand register" -l password-stdin -d 'Read the password from standard input, less one line break at the end'
complete -c useradm -n "__fish_useradm_using_subcommand register" -l create -d 'Make the database if there is none'
complete -c useradm -n "__fish_useradm_using_subcommand register" -l allow-weak-password -d 'Take a password of any length, even the username itself'
complete -c useradm -n "__fish_useradm_using_subcommand register" -l allow-lookalike -d 'Take a name that differs from another one only by case or Unicode normal form'
complete -c useradm -n "__fish_useradm_using_subcommand register" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c useradm -n "__fish_useradm_using_subcommand register" -s V -l version -d 'Print version'
complete -c useradm -n "__fish_useradm_using_subcommand login" -l db -d 'The database: a path or an SQLAlchemy URI' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand login" -l format -d 'How to print' -r -f -a "table\t'A table for people'
plain\t'Tab-separated, without a header'
csv\t'RFC 4180, with a header'
json\t'One JSON document'
jsonl\t'One JSON object a line'"
complete -c useradm -n "__fish_useradm_using_subcommand login" -l timeout -d 'How long to wait for another process\'s lock' -r
complete -c useradm -n "__fish_useradm_using_subcommand login" -l rounds -d 'PBKDF2 iterations for new hashes, 1000 to 10000000' -r
complete -c useradm -n "__fish_useradm_using_subcommand login" -l layout -d 'Where the users are: a name, keys, or both' -r
complete -c useradm -n "__fish_useradm_using_subcommand login" -l config -d 'Settings' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand login" -l pepper-file -d 'A file with the key that the application mixes passwords with' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand login" -l password-file -d 'Read the password from a file, less one line break at the end; - is standard input' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand login" -l password-env -d 'Take the password from this environment variable' -r
complete -c useradm -n "__fish_useradm_using_subcommand login" -s q -l quiet -d 'Print no message on success; data and errors still come'
complete -c useradm -n "__fish_useradm_using_subcommand login" -l no-input -d 'Never prompt: fail instead'
complete -c useradm -n "__fish_useradm_using_subcommand login" -l trust-directory -d 'As root: stay root though somebody else may write to the database\'s directory'
complete -c useradm -n "__fish_useradm_using_subcommand login" -l password-stdin -d 'Read the password from standard input, less one line break at the end'
complete -c useradm -n "__fish_useradm_using_subcommand login" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c useradm -n "__fish_useradm_using_subcommand login" -s V -l version -d 'Print version'
complete -c useradm -n "__fish_useradm_using_subcommand list" -l db -d 'The database: a path or an SQLAlchemy URI' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand list" -l format -d 'How to print' -r -f -a "table\t'A table for people'
plain\t'Tab-separated, without a header'
csv\t'RFC 4180, with a header'
json\t'One JSON document'
jsonl\t'One JSON object a line'"
complete -c useradm -n "__fish_useradm_using_subcommand list" -l timeout -d 'How long to wait for another process\'s lock' -r
complete -c useradm -n "__fish_useradm_using_subcommand list" -l rounds -d 'PBKDF2 iterations for new hashes, 1000 to 10000000' -r
complete -c useradm -n "__fish_useradm_using_subcommand list" -l layout -d 'Where the users are: a name, keys, or both' -r
complete -c useradm -n "__fish_useradm_using_subcommand list" -l config -d 'Settings' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand list" -l pepper-file -d 'A file with the key that the application mixes passwords with' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand list" -l fields -d 'What to print of each user, in this order' -r
complete -c useradm -n "__fish_useradm_using_subcommand list" -l match -d 'Only names that match, case-sensitively: * any characters, ? one, [a-z] one of these' -r
complete -c useradm -n "__fish_useradm_using_subcommand list" -l sort -d 'What to sort by' -r -f -a "id\t''
username\t''"
complete -c useradm -n "__fish_useradm_using_subcommand list" -l limit -d 'List at most this many' -r
complete -c useradm -n "__fish_useradm_using_subcommand list" -l offset -d 'Skip this many first' -r
complete -c useradm -n "__fish_useradm_using_subcommand list" -s q -l quiet -d 'Print no message on success; data and errors still come'
complete -c useradm -n "__fish_useradm_using_subcommand list" -l no-input -d 'Never prompt: fail instead'
complete -c useradm -n "__fish_useradm_using_subcommand list" -l trust-directory -d 'As root: stay root though somebody else may write to the database\'s directory'
complete -c useradm -n "__fish_useradm_using_subcommand list" -l reverse -d 'Reverse the order'
complete -c useradm -n "__fish_useradm_using_subcommand list" -l count -d 'Print only how many users match, whatever the limit'
complete -c useradm -n "__fish_useradm_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c useradm -n "__fish_useradm_using_subcommand list" -s V -l version -d 'Print version'
complete -c useradm -n "__fish_useradm_using_subcommand show" -l db -d 'The database: a path or an SQLAlchemy URI' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand show" -l format -d 'How to print' -r -f -a "table\t'A table for people'
plain\t'Tab-separated, without a header'
csv\t'RFC 4180, with a header'
json\t'One JSON document'
jsonl\t'One JSON object a line'"
complete -c useradm -n "__fish_useradm_using_subcommand show" -l timeout -d 'How long to wait for another process\'s lock' -r
complete -c useradm -n "__fish_useradm_using_subcommand show" -l rounds -d 'PBKDF2 iterations for new hashes, 1000 to 10000000' -r
complete -c useradm -n "__fish_useradm_using_subcommand show" -l layout -d 'Where the users are: a name, keys, or both' -r
complete -c useradm -n "__fish_useradm_using_subcommand show" -l config -d 'Settings' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand show" -l pepper-file -d 'A file with the key that the application mixes passwords with' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand show" -l id -d 'The id, in place of the username' -r
complete -c useradm -n "__fish_useradm_using_subcommand show" -l fields -d 'What to print of the user, in this order: as for `list`' -r
complete -c useradm -n "__fish_useradm_using_subcommand show" -s q -l quiet -d 'Print no message on success; data and errors still come'
complete -c useradm -n "__fish_useradm_using_subcommand show" -l no-input -d 'Never prompt: fail instead'
complete -c useradm -n "__fish_useradm_using_subcommand show" -l trust-directory -d 'As root: stay root though somebody else may write to the database\'s directory'
complete -c useradm -n "__fish_useradm_using_subcommand show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c useradm -n "__fish_useradm_using_subcommand show" -s V -l version -d 'Print version'
complete -c useradm -n "__fish_useradm_using_subcommand add" -l db -d 'The database: a path or an SQLAlchemy URI' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand add" -l format -d 'How to print' -r -f -a "table\t'A table for people'
plain\t'Tab-separated, without a header'
csv\t'RFC 4180, with a header'
json\t'One JSON document'
jsonl\t'One JSON object a line'"
complete -c useradm -n "__fish_useradm_using_subcommand add" -l timeout -d 'How long to wait for another process\'s lock' -r
complete -c useradm -n "__fish_useradm_using_subcommand add" -l rounds -d 'PBKDF2 iterations for new hashes, 1000 to 10000000' -r
complete -c useradm -n "__fish_useradm_using_subcommand add" -l layout -d 'Where the users are: a name, keys, or both' -r
complete -c useradm -n "__fish_useradm_using_subcommand add" -l config -d 'Settings' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand add" -l pepper-file -d 'A file with the key that the application mixes passwords with' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand add" -l password-file -d 'Read the password from a file, less one line break at the end; - is standard input' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand add" -l password-env -d 'Take the password from this environment variable' -r
complete -c useradm -n "__fish_useradm_using_subcommand add" -l generate-password -d 'Make a password of 20 characters, or of LENGTH from 8 to 128, and print it' -r
complete -c useradm -n "__fish_useradm_using_subcommand add" -l set -d 'Store VALUE in a column of the user\'s row; may be repeated' -r
complete -c useradm -n "__fish_useradm_using_subcommand add" -l email -d 'Store the e-mail address in the column that the layout names for it' -r
complete -c useradm -n "__fish_useradm_using_subcommand add" -l like -d 'Make the new user like this one' -r
complete -c useradm -n "__fish_useradm_using_subcommand add" -l scheme -d 'How to hash, as bcrypt:12 [default: as the hashes that are there]' -r
complete -c useradm -n "__fish_useradm_using_subcommand add" -s q -l quiet -d 'Print no message on success; data and errors still come'
complete -c useradm -n "__fish_useradm_using_subcommand add" -l no-input -d 'Never prompt: fail instead'
complete -c useradm -n "__fish_useradm_using_subcommand add" -l trust-directory -d 'As root: stay root though somebody else may write to the database\'s directory'
complete -c useradm -n "__fish_useradm_using_subcommand add" -l password-stdin -d 'Read the password from standard input, less one line break at the end'
complete -c useradm -n "__fish_useradm_using_subcommand add" -l hashed -d 'Take a ready hash from the password\'s source'
complete -c useradm -n "__fish_useradm_using_subcommand add" -l admin -d 'Make the user an admin, as the layout says how'
complete -c useradm -n "__fish_useradm_using_subcommand add" -l without-memberships -d 'Copy no memberships of groups and roles'
complete -c useradm -n "__fish_useradm_using_subcommand add" -l without-companions -d 'Add the user without rows in other tables, even where every user has one'
complete -c useradm -n "__fish_useradm_using_subcommand add" -l if-not-exists -d 'Succeed if the user exists already, and change nothing'
complete -c useradm -n "__fish_useradm_using_subcommand add" -l create -d 'Make the database if there is none'
complete -c useradm -n "__fish_useradm_using_subcommand add" -l allow-weak-password -d 'Take a password of any length, even the username itself'
complete -c useradm -n "__fish_useradm_using_subcommand add" -l allow-lookalike -d 'Take a name that differs from another one only by case or Unicode normal form'
complete -c useradm -n "__fish_useradm_using_subcommand add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c useradm -n "__fish_useradm_using_subcommand add" -s V -l version -d 'Print version'
complete -c useradm -n "__fish_useradm_using_subcommand update" -l db -d 'The database: a path or an SQLAlchemy URI' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand update" -l format -d 'How to print' -r -f -a "table\t'A table for people'
plain\t'Tab-separated, without a header'
csv\t'RFC 4180, with a header'
json\t'One JSON document'
jsonl\t'One JSON object a line'"
complete -c useradm -n "__fish_useradm_using_subcommand update" -l timeout -d 'How long to wait for another process\'s lock' -r
complete -c useradm -n "__fish_useradm_using_subcommand update" -l rounds -d 'PBKDF2 iterations for new hashes, 1000 to 10000000' -r
complete -c useradm -n "__fish_useradm_using_subcommand update" -l layout -d 'Where the users are: a name, keys, or both' -r
complete -c useradm -n "__fish_useradm_using_subcommand update" -l config -d 'Settings' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand update" -l pepper-file -d 'A file with the key that the application mixes passwords with' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand update" -l id -d 'The id, in place of the username' -r
complete -c useradm -n "__fish_useradm_using_subcommand update" -l username -d 'The new username' -r
complete -c useradm -n "__fish_useradm_using_subcommand update" -l password-file -d 'Read the password from a file, less one line break at the end; - is standard input' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand update" -l password-env -d 'Take the password from this environment variable' -r
complete -c useradm -n "__fish_useradm_using_subcommand update" -l generate-password -d 'Make a password of 20 characters, or of LENGTH from 8 to 128, and print it' -r
complete -c useradm -n "__fish_useradm_using_subcommand update" -l scheme -d 'How to hash, as bcrypt:12 [default: as the hashes that are there]' -r
complete -c useradm -n "__fish_useradm_using_subcommand update" -l set -d 'Store VALUE in a column of the user\'s row; may be repeated' -r
complete -c useradm -n "__fish_useradm_using_subcommand update" -l email -d 'Store the e-mail address in the column that the layout names for it' -r
complete -c useradm -n "__fish_useradm_using_subcommand update" -s q -l quiet -d 'Print no message on success; data and errors still come'
complete -c useradm -n "__fish_useradm_using_subcommand update" -l no-input -d 'Never prompt: fail instead'
complete -c useradm -n "__fish_useradm_using_subcommand update" -l trust-directory -d 'As root: stay root though somebody else may write to the database\'s directory'
complete -c useradm -n "__fish_useradm_using_subcommand update" -l password -d 'Ask for a new password'
complete -c useradm -n "__fish_useradm_using_subcommand update" -l password-stdin -d 'Read the password from standard input, less one line break at the end'
complete -c useradm -n "__fish_useradm_using_subcommand update" -l hashed -d 'Take a ready hash from the password\'s source'
complete -c useradm -n "__fish_useradm_using_subcommand update" -l admin -d 'Make the user an admin, as the layout says how'
complete -c useradm -n "__fish_useradm_using_subcommand update" -l enable -d 'Let the user log in, and clear locks and counters of failed log-ins, as the layout says how'
complete -c useradm -n "__fish_useradm_using_subcommand update" -l disable -d 'Keep the user from logging in, as the layout says how'
complete -c useradm -n "__fish_useradm_using_subcommand update" -l allow-weak-password -d 'Take a password of any length, even the username itself'
complete -c useradm -n "__fish_useradm_using_subcommand update" -l allow-lookalike -d 'Take a name that differs from another one only by case or Unicode normal form'
complete -c useradm -n "__fish_useradm_using_subcommand update" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c useradm -n "__fish_useradm_using_subcommand update" -s V -l version -d 'Print version'
complete -c useradm -n "__fish_useradm_using_subcommand delete" -l db -d 'The database: a path or an SQLAlchemy URI' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand delete" -l format -d 'How to print' -r -f -a "table\t'A table for people'
plain\t'Tab-separated, without a header'
csv\t'RFC 4180, with a header'
json\t'One JSON document'
jsonl\t'One JSON object a line'"
complete -c useradm -n "__fish_useradm_using_subcommand delete" -l timeout -d 'How long to wait for another process\'s lock' -r
complete -c useradm -n "__fish_useradm_using_subcommand delete" -l rounds -d 'PBKDF2 iterations for new hashes, 1000 to 10000000' -r
complete -c useradm -n "__fish_useradm_using_subcommand delete" -l layout -d 'Where the users are: a name, keys, or both' -r
complete -c useradm -n "__fish_useradm_using_subcommand delete" -l config -d 'Settings' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand delete" -l pepper-file -d 'A file with the key that the application mixes passwords with' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand delete" -l id -d 'An id, instead of a username or beside one; may be repeated' -r
complete -c useradm -n "__fish_useradm_using_subcommand delete" -s q -l quiet -d 'Print no message on success; data and errors still come'
complete -c useradm -n "__fish_useradm_using_subcommand delete" -l no-input -d 'Never prompt: fail instead'
complete -c useradm -n "__fish_useradm_using_subcommand delete" -l trust-directory -d 'As root: stay root though somebody else may write to the database\'s directory'
complete -c useradm -n "__fish_useradm_using_subcommand delete" -s y -l yes -d 'Delete without asking'
complete -c useradm -n "__fish_useradm_using_subcommand delete" -l if-exists -d 'Succeed if a user does not exist'
complete -c useradm -n "__fish_useradm_using_subcommand delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c useradm -n "__fish_useradm_using_subcommand delete" -s V -l version -d 'Print version'
complete -c useradm -n "__fish_useradm_using_subcommand import" -l db -d 'The database: a path or an SQLAlchemy URI' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand import" -l format -d 'How to print' -r -f -a "table\t'A table for people'
plain\t'Tab-separated, without a header'
csv\t'RFC 4180, with a header'
json\t'One JSON document'
jsonl\t'One JSON object a line'"
complete -c useradm -n "__fish_useradm_using_subcommand import" -l timeout -d 'How long to wait for another process\'s lock' -r
complete -c useradm -n "__fish_useradm_using_subcommand import" -l rounds -d 'PBKDF2 iterations for new hashes, 1000 to 10000000' -r
complete -c useradm -n "__fish_useradm_using_subcommand import" -l layout -d 'Where the users are: a name, keys, or both' -r
complete -c useradm -n "__fish_useradm_using_subcommand import" -l config -d 'Settings' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand import" -l pepper-file -d 'A file with the key that the application mixes passwords with' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand import" -l from -d 'The format of the file [default: by its ending]' -r -f -a "csv\t'RFC 4180, with a header'
jsonl\t'One JSON object a line'
htpasswd\t'NAME:HASH lines'"
complete -c useradm -n "__fish_useradm_using_subcommand import" -l on-conflict -d 'What to do with rows whose users exist' -r -f -a "fail\t'Import nothing'
skip\t'Leave these users as they are'
update\t'Change what the rows say of them where it differs'"
complete -c useradm -n "__fish_useradm_using_subcommand import" -l ignore-columns -d 'Columns of the file that are not looked at, by commas' -r
complete -c useradm -n "__fish_useradm_using_subcommand import" -l set -d 'Store VALUE in a column of the user\'s row; may be repeated' -r
complete -c useradm -n "__fish_useradm_using_subcommand import" -l email -d 'Store the e-mail address in the column that the layout names for it' -r
complete -c useradm -n "__fish_useradm_using_subcommand import" -l like -d 'Make the new user like this one' -r
complete -c useradm -n "__fish_useradm_using_subcommand import" -l generate-passwords -d 'Give new users without a password one, and write names and passwords to this new file' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand import" -l jobs -d 'How many threads hash passwords [default: one for each core]' -r
complete -c useradm -n "__fish_useradm_using_subcommand import" -l batch -d 'Commit after every N rows, where one transaction would lock the database for too long' -r
complete -c useradm -n "__fish_useradm_using_subcommand import" -l max-errors -d 'How many rejected rows to show, and how many that were skipped' -r
complete -c useradm -n "__fish_useradm_using_subcommand import" -l rejects -d 'Write all rejected rows to this file as JSON lines' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand import" -l scheme -d 'How to hash, as bcrypt:12 [default: as the hashes that are there]' -r
complete -c useradm -n "__fish_useradm_using_subcommand import" -s q -l quiet -d 'Print no message on success; data and errors still come'
complete -c useradm -n "__fish_useradm_using_subcommand import" -l no-input -d 'Never prompt: fail instead'
complete -c useradm -n "__fish_useradm_using_subcommand import" -l trust-directory -d 'As root: stay root though somebody else may write to the database\'s directory'
complete -c useradm -n "__fish_useradm_using_subcommand import" -l admin -d 'Make the user an admin, as the layout says how'
complete -c useradm -n "__fish_useradm_using_subcommand import" -l without-memberships -d 'Copy no memberships of groups and roles'
complete -c useradm -n "__fish_useradm_using_subcommand import" -l without-companions -d 'Add the user without rows in other tables, even where every user has one'
complete -c useradm -n "__fish_useradm_using_subcommand import" -l keep-ids -d 'Keep the rows\' ids, and take names that would otherwise be refused'
complete -c useradm -n "__fish_useradm_using_subcommand import" -l skip-unsupported -d 'Skip rows without a hash that can be stored: of another scheme, malformed, empty or NULL'
complete -c useradm -n "__fish_useradm_using_subcommand import" -l dry-run -d 'Check everything and write nothing'
complete -c useradm -n "__fish_useradm_using_subcommand import" -l create -d 'Make the database if there is none'
complete -c useradm -n "__fish_useradm_using_subcommand import" -l allow-weak-password -d 'Take a password of any length, even the username itself'
complete -c useradm -n "__fish_useradm_using_subcommand import" -l allow-lookalike -d 'Take a name that differs from another one only by case or Unicode normal form'
complete -c useradm -n "__fish_useradm_using_subcommand import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c useradm -n "__fish_useradm_using_subcommand import" -s V -l version -d 'Print version'
complete -c useradm -n "__fish_useradm_using_subcommand export" -l db -d 'The database: a path or an SQLAlchemy URI' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand export" -l format -d 'How to print' -r -f -a "table\t'A table for people'
plain\t'Tab-separated, without a header'
csv\t'RFC 4180, with a header'
json\t'One JSON document'
jsonl\t'One JSON object a line'"
complete -c useradm -n "__fish_useradm_using_subcommand export" -l timeout -d 'How long to wait for another process\'s lock' -r
complete -c useradm -n "__fish_useradm_using_subcommand export" -l rounds -d 'PBKDF2 iterations for new hashes, 1000 to 10000000' -r
complete -c useradm -n "__fish_useradm_using_subcommand export" -l layout -d 'Where the users are: a name, keys, or both' -r
complete -c useradm -n "__fish_useradm_using_subcommand export" -l config -d 'Settings' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand export" -l pepper-file -d 'A file with the key that the application mixes passwords with' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand export" -l to -d 'The format [default: by the file\'s ending; csv for standard output]' -r -f -a "csv\t'RFC 4180, with a header'
jsonl\t'One JSON object a line'
htpasswd\t'NAME:HASH lines'"
complete -c useradm -n "__fish_useradm_using_subcommand export" -s q -l quiet -d 'Print no message on success; data and errors still come'
complete -c useradm -n "__fish_useradm_using_subcommand export" -l no-input -d 'Never prompt: fail instead'
complete -c useradm -n "__fish_useradm_using_subcommand export" -l trust-directory -d 'As root: stay root though somebody else may write to the database\'s directory'
complete -c useradm -n "__fish_useradm_using_subcommand export" -l force -d 'Replace the file if it exists'
complete -c useradm -n "__fish_useradm_using_subcommand export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c useradm -n "__fish_useradm_using_subcommand export" -s V -l version -d 'Print version'
complete -c useradm -n "__fish_useradm_using_subcommand adopt" -l db -d 'The database: a path or an SQLAlchemy URI' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand adopt" -l format -d 'How to print' -r -f -a "table\t'A table for people'
plain\t'Tab-separated, without a header'
csv\t'RFC 4180, with a header'
json\t'One JSON document'
jsonl\t'One JSON object a line'"
complete -c useradm -n "__fish_useradm_using_subcommand adopt" -l timeout -d 'How long to wait for another process\'s lock' -r
complete -c useradm -n "__fish_useradm_using_subcommand adopt" -l rounds -d 'PBKDF2 iterations for new hashes, 1000 to 10000000' -r
complete -c useradm -n "__fish_useradm_using_subcommand adopt" -l layout -d 'Where the users are: a name, keys, or both' -r
complete -c useradm -n "__fish_useradm_using_subcommand adopt" -l config -d 'Settings' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand adopt" -l pepper-file -d 'A file with the key that the application mixes passwords with' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand adopt" -l verify -d 'Check first that this user can log in' -r
complete -c useradm -n "__fish_useradm_using_subcommand adopt" -l password-file -d 'Read the password from a file, less one line break at the end; - is standard input' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand adopt" -l password-env -d 'Take the password from this environment variable' -r
complete -c useradm -n "__fish_useradm_using_subcommand adopt" -s q -l quiet -d 'Print no message on success; data and errors still come'
complete -c useradm -n "__fish_useradm_using_subcommand adopt" -l no-input -d 'Never prompt: fail instead'
complete -c useradm -n "__fish_useradm_using_subcommand adopt" -l trust-directory -d 'As root: stay root though somebody else may write to the database\'s directory'
complete -c useradm -n "__fish_useradm_using_subcommand adopt" -l password-stdin -d 'Read the password from standard input, less one line break at the end'
complete -c useradm -n "__fish_useradm_using_subcommand adopt" -s y -l yes -d 'Write without asking'
complete -c useradm -n "__fish_useradm_using_subcommand adopt" -l force -d 'Replace the file if it exists'
complete -c useradm -n "__fish_useradm_using_subcommand adopt" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c useradm -n "__fish_useradm_using_subcommand adopt" -s V -l version -d 'Print version'
complete -c useradm -n "__fish_useradm_using_subcommand config" -l db -d 'The database: a path or an SQLAlchemy URI' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand config" -l format -d 'How to print' -r -f -a "table\t'A table for people'
plain\t'Tab-separated, without a header'
csv\t'RFC 4180, with a header'
json\t'One JSON document'
jsonl\t'One JSON object a line'"
complete -c useradm -n "__fish_useradm_using_subcommand config" -l timeout -d 'How long to wait for another process\'s lock' -r
complete -c useradm -n "__fish_useradm_using_subcommand config" -l rounds -d 'PBKDF2 iterations for new hashes, 1000 to 10000000' -r
complete -c useradm -n "__fish_useradm_using_subcommand config" -l layout -d 'Where the users are: a name, keys, or both' -r
complete -c useradm -n "__fish_useradm_using_subcommand config" -l config -d 'Settings' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand config" -l pepper-file -d 'A file with the key that the application mixes passwords with' -r -F
complete -c useradm -n "__fish_useradm_using_subcommand config" -s q -l quiet -d 'Print no message on success; data and errors still come'
complete -c useradm -n "__fish_useradm_using_subcommand config" -l no-input -d 'Never prompt: fail instead'
complete -c useradm -n "__fish_useradm_using_subcommand config" -l trust-directory -d 'As root: stay root though somebody else may write to the database\'s directory'
complete -c useradm -n "__fish_useradm_using_subcommand config" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c useradm -n "__fish_useradm_using_subcommand config" -s V -l version -d 'Print version'
complete -c useradm -n "__fish_useradm_using_subcommand help; and not __fish_seen_subcommand_from init register login list show add update delete import export adopt config help" -f -a "init" -d 'Make the database, or add the table to a file that lacks it'
complete -c useradm -n "__fish_useradm_using_subcommand help; and not __fish_seen_subcommand_from init register login list show add update delete import export adopt config help" -f -a "register" -d 'Make your own account, asking for what is not given'
complete -c useradm -n "__fish_useradm_using_subcommand help; and not __fish_seen_subcommand_from init register login list show add update delete import export adopt config help" -f -a "login" -d 'Check a username and password against the stored hash'
complete -c useradm -n "__fish_useradm_using_subcommand help; and not __fish_seen_subcommand_from init register login list show add update delete import export adopt config help" -f -a "list" -d 'List the users'
complete -c useradm -n "__fish_useradm_using_subcommand help; and not __fish_seen_subcommand_from init register login list show add update delete import export adopt config help" -f -a "show" -d 'Show one user: id, username, hash scheme and rounds'
complete -c useradm -n "__fish_useradm_using_subcommand help; and not __fish_seen_subcommand_from init register login list show add update delete import export adopt config help" -f -a "add" -d 'Add a user'
complete -c useradm -n "__fish_useradm_using_subcommand help; and not __fish_seen_subcommand_from init register login list show add update delete import export adopt config help" -f -a "update" -d 'Change a user\'s name, password or other columns'
complete -c useradm -n "__fish_useradm_using_subcommand help; and not __fish_seen_subcommand_from init register login list show add update delete import export adopt config help" -f -a "delete" -d 'Delete users: all that are named, or none'
complete -c useradm -n "__fish_useradm_using_subcommand help; and not __fish_seen_subcommand_from init register login list show add update delete import export adopt config help" -f -a "import" -d 'Add whole user bases: all rows of a file, or none'
complete -c useradm -n "__fish_useradm_using_subcommand help; and not __fish_seen_subcommand_from init register login list show add update delete import export adopt config help" -f -a "export" -d 'Write all users with their hashes to a file that import takes back'
complete -c useradm -n "__fish_useradm_using_subcommand help; and not __fish_seen_subcommand_from init register login list show add update delete import export adopt config help" -f -a "adopt" -d 'Find where an application keeps its users, and write useradm.toml'
complete -c useradm -n "__fish_useradm_using_subcommand help; and not __fish_seen_subcommand_from init register login list show add update delete import export adopt config help" -f -a "config" -d 'Show every setting, its value and where that comes from'
complete -c useradm -n "__fish_useradm_using_subcommand help; and not __fish_seen_subcommand_from init register login list show add update delete import export adopt config help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
