
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'useradm' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'useradm'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'useradm' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database: a path or an SQLAlchemy URI')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long to wait for another process''s lock')
            [CompletionResult]::new('--rounds', '--rounds', [CompletionResultType]::ParameterName, 'PBKDF2 iterations for new hashes, 1000 to 10000000')
            [CompletionResult]::new('--layout', '--layout', [CompletionResultType]::ParameterName, 'Where the users are: a name, keys, or both')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Settings')
            [CompletionResult]::new('--pepper-file', '--pepper-file', [CompletionResultType]::ParameterName, 'A file with the key that the application mixes passwords with')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no message on success; data and errors still come')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no message on success; data and errors still come')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt: fail instead')
            [CompletionResult]::new('--trust-directory', '--trust-directory', [CompletionResultType]::ParameterName, 'As root: stay root though somebody else may write to the database''s directory')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Make the database, or add the table to a file that lacks it')
            [CompletionResult]::new('register', 'register', [CompletionResultType]::ParameterValue, 'Make your own account, asking for what is not given')
            [CompletionResult]::new('login', 'login', [CompletionResultType]::ParameterValue, 'Check a username and password against the stored hash')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the users')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one user: id, username, hash scheme and rounds')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a user')
            [CompletionResult]::new('update', 'update', [CompletionResultType]::ParameterValue, 'Change a user''s name, password or other columns')
            [CompletionResult]::new('delete', 'delete', [CompletionResultType]::ParameterValue, 'Delete users: all that are named, or none')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Add whole user bases: all rows of a file, or none')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Write all users with their hashes to a file that import takes back')
            [CompletionResult]::new('adopt', 'adopt', [CompletionResultType]::ParameterValue, 'Find where an application keeps its users, and write useradm.toml')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Show every setting, its value and where that comes from')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'useradm;init' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database: a path or an SQLAlchemy URI')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long to wait for another process''s lock')
            [CompletionResult]::new('--rounds', '--rounds', [CompletionResultType]::ParameterName, 'PBKDF2 iterations for new hashes, 1000 to 10000000')
            [CompletionResult]::new('--layout', '--layout', [CompletionResultType]::ParameterName, 'Where the users are: a name, keys, or both')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Settings')
            [CompletionResult]::new('--pepper-file', '--pepper-file', [CompletionResultType]::ParameterName, 'A file with the key that the application mixes passwords with')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no message on success; data and errors still come')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no message on success; data and errors still come')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt: fail instead')
            [CompletionResult]::new('--trust-directory', '--trust-directory', [CompletionResultType]::ParameterName, 'As root: stay root though somebody else may write to the database''s directory')
            [CompletionResult]::new('--if-not-exists', '--if-not-exists', [CompletionResultType]::ParameterName, 'Succeed if there is a database already')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'useradm;register' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database: a path or an SQLAlchemy URI')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long to wait for another process''s lock')
            [CompletionResult]::new('--rounds', '--rounds', [CompletionResultType]::ParameterName, 'PBKDF2 iterations for new hashes, 1000 to 10000000')
            [CompletionResult]::new('--layout', '--layout', [CompletionResultType]::ParameterName, 'Where the users are: a name, keys, or both')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Settings')
            [CompletionResult]::new('--pepper-file', '--pepper-file', [CompletionResultType]::ParameterName, 'A file with the key that the application mixes passwords with')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from a file, less one line break at the end; - is standard input')
            [CompletionResult]::new('--password-env', '--password-env', [CompletionResultType]::ParameterName, 'Take the password from this environment variable')
            [CompletionResult]::new('--scheme', '--scheme', [CompletionResultType]::ParameterName, 'How to hash, as bcrypt:12 [default: as the hashes that are there]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no message on success; data and errors still come')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no message on success; data and errors still come')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt: fail instead')
            [CompletionResult]::new('--trust-directory', '--trust-directory', [CompletionResultType]::ParameterName, 'As root: stay root though somebody else may write to the database''s directory')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read the password from standard input, less one line break at the end')
            [CompletionResult]::new('--create', '--create', [CompletionResultType]::ParameterName, 'Make the database if there is none')
            [CompletionResult]::new('--allow-weak-password', '--allow-weak-password', [CompletionResultType]::ParameterName, 'Take a password of any length, even the username itself')
            [CompletionResult]::new('--allow-lookalike', '--allow-lookalike', [CompletionResultType]::ParameterName, 'Take a name that differs from another one only by case or Unicode normal form')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'useradm;login' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database: a path or an SQLAlchemy URI')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long to wait for another process''s lock')
            [CompletionResult]::new('--rounds', '--rounds', [CompletionResultType]::ParameterName, 'PBKDF2 iterations for new hashes, 1000 to 10000000')
            [CompletionResult]::new('--layout', '--layout', [CompletionResultType]::ParameterName, 'Where the users are: a name, keys, or both')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Settings')
            [CompletionResult]::new('--pepper-file', '--pepper-file', [CompletionResultType]::ParameterName, 'A file with the key that the application mixes passwords with')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from a file, less one line break at the end; - is standard input')
            [CompletionResult]::new('--password-env', '--password-env', [CompletionResultType]::ParameterName, 'Take the password from this environment variable')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no message on success; data and errors still come')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no message on success; data and errors still come')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt: fail instead')
            [CompletionResult]::new('--trust-directory', '--trust-directory', [CompletionResultType]::ParameterName, 'As root: stay root though somebody else may write to the database''s directory')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read the password from standard input, less one line break at the end')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'useradm;list' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database: a path or an SQLAlchemy URI')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long to wait for another process''s lock')
            [CompletionResult]::new('--rounds', '--rounds', [CompletionResultType]::ParameterName, 'PBKDF2 iterations for new hashes, 1000 to 10000000')
            [CompletionResult]::new('--layout', '--layout', [CompletionResultType]::ParameterName, 'Where the users are: a name, keys, or both')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Settings')
            [CompletionResult]::new('--pepper-file', '--pepper-file', [CompletionResultType]::ParameterName, 'A file with the key that the application mixes passwords with')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'What to print of each user, in this order')
            [CompletionResult]::new('--match', '--match', [CompletionResultType]::ParameterName, 'Only names that match, case-sensitively: * any characters, ? one, [a-z] one of these')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'What to sort by')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'List at most this many')
            [CompletionResult]::new('--offset', '--offset', [CompletionResultType]::ParameterName, 'Skip this many first')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no message on success; data and errors still come')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no message on success; data and errors still come')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt: fail instead')
            [CompletionResult]::new('--trust-directory', '--trust-directory', [CompletionResultType]::ParameterName, 'As root: stay root though somebody else may write to the database''s directory')
            [CompletionResult]::new('--reverse', '--reverse', [CompletionResultType]::ParameterName, 'Reverse the order')
            [CompletionResult]::new('--count', '--count', [CompletionResultType]::ParameterName, 'Print only how many users match, whatever the limit')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'useradm;show' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database: a path or an SQLAlchemy URI')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long to wait for another process''s lock')
            [CompletionResult]::new('--rounds', '--rounds', [CompletionResultType]::ParameterName, 'PBKDF2 iterations for new hashes, 1000 to 10000000')
            [CompletionResult]::new('--layout', '--layout', [CompletionResultType]::ParameterName, 'Where the users are: a name, keys, or both')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Settings')
            [CompletionResult]::new('--pepper-file', '--pepper-file', [CompletionResultType]::ParameterName, 'A file with the key that the application mixes passwords with')
            [CompletionResult]::new('--id', '--id', [CompletionResultType]::ParameterName, 'The id, in place of the username')
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'What to print of the user, in this order: as for `list`')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no message on success; data and errors still come')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no message on success; data and errors still come')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt: fail instead')
            [CompletionResult]::new('--trust-directory', '--trust-directory', [CompletionResultType]::ParameterName, 'As root: stay root though somebody else may write to the database''s directory')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'useradm;add' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database: a path or an SQLAlchemy URI')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long to wait for another process''s lock')
            [CompletionResult]::new('--rounds', '--rounds', [CompletionResultType]::ParameterName, 'PBKDF2 iterations for new hashes, 1000 to 10000000')
            [CompletionResult]::new('--layout', '--layout', [CompletionResultType]::ParameterName, 'Where the users are: a name, keys, or both')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Settings')
            [CompletionResult]::new('--pepper-file', '--pepper-file', [CompletionResultType]::ParameterName, 'A file with the key that the application mixes passwords with')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from a file, less one line break at the end; - is standard input')
            [CompletionResult]::new('--password-env', '--password-env', [CompletionResultType]::ParameterName, 'Take the password from this environment variable')
            [CompletionResult]::new('--generate-password', '--generate-password', [CompletionResultType]::ParameterName, 'Make a password of 20 characters, or of LENGTH from 8 to 128, and print it')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'Store VALUE in a column of the user''s row; may be repeated')
            [CompletionResult]::new('--email', '--email', [CompletionResultType]::ParameterName, 'Store the e-mail address in the column that the layout names for it')
            [CompletionResult]::new('--like', '--like', [CompletionResultType]::ParameterName, 'Make the new user like this one')
            [CompletionResult]::new('--scheme', '--scheme', [CompletionResultType]::ParameterName, 'How to hash, as bcrypt:12 [default: as the hashes that are there]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no message on success; data and errors still come')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no message on success; data and errors still come')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt: fail instead')
            [CompletionResult]::new('--trust-directory', '--trust-directory', [CompletionResultType]::ParameterName, 'As root: stay root though somebody else may write to the database''s directory')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read the password from standard input, less one line break at the end')
            [CompletionResult]::new('--hashed', '--hashed', [CompletionResultType]::ParameterName, 'Take a ready hash from the password''s source')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Make the user an admin, as the layout says how')
            [CompletionResult]::new('--without-memberships', '--without-memberships', [CompletionResultType]::ParameterName, 'Copy no memberships of groups and roles')
            [CompletionResult]::new('--without-companions', '--without-companions', [CompletionResultType]::ParameterName, 'Add the user without rows in other tables, even where every user has one')
            [CompletionResult]::new('--if-not-exists', '--if-not-exists', [CompletionResultType]::ParameterName, 'Succeed if the user exists already, and change nothing')
            [CompletionResult]::new('--create', '--create', [CompletionResultType]::ParameterName, 'Make the database if there is none')
            [CompletionResult]::new('--allow-weak-password', '--allow-weak-password', [CompletionResultType]::ParameterName, 'Take a password of any length, even the username itself')
            [CompletionResult]::new('--allow-lookalike', '--allow-lookalike', [CompletionResultType]::ParameterName, 'Take a name that differs from another one only by case or Unicode normal form')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'useradm;update' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database: a path or an SQLAlchemy URI')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long to wait for another process''s lock')
            [CompletionResult]::new('--rounds', '--rounds', [CompletionResultType]::ParameterName, 'PBKDF2 iterations for new hashes, 1000 to 10000000')
            [CompletionResult]::new('--layout', '--layout', [CompletionResultType]::ParameterName, 'Where the users are: a name, keys, or both')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Settings')
            [CompletionResult]::new('--pepper-file', '--pepper-file', [CompletionResultType]::ParameterName, 'A file with the key that the application mixes passwords with')
            [CompletionResult]::new('--id', '--id', [CompletionResultType]::ParameterName, 'The id, in place of the username')
            [CompletionResult]::new('--username', '--username', [CompletionResultType]::ParameterName, 'The new username')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from a file, less one line break at the end; - is standard input')
            [CompletionResult]::new('--password-env', '--password-env', [CompletionResultType]::ParameterName, 'Take the password from this environment variable')
            [CompletionResult]::new('--generate-password', '--generate-password', [CompletionResultType]::ParameterName, 'Make a password of 20 characters, or of LENGTH from 8 to 128, and print it')
            [CompletionResult]::new('--scheme', '--scheme', [CompletionResultType]::ParameterName, 'How to hash, as bcrypt:12 [default: as the hashes that are there]')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'Store VALUE in a column of the user''s row; may be repeated')
            [CompletionResult]::new('--email', '--email', [CompletionResultType]::ParameterName, 'Store the e-mail address in the column that the layout names for it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no message on success; data and errors still come')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no message on success; data and errors still come')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt: fail instead')
            [CompletionResult]::new('--trust-directory', '--trust-directory', [CompletionResultType]::ParameterName, 'As root: stay root though somebody else may write to the database''s directory')
            [CompletionResult]::new('--password', '--password', [CompletionResultType]::ParameterName, 'Ask for a new password')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read the password from standard input, less one line break at the end')
            [CompletionResult]::new('--hashed', '--hashed', [CompletionResultType]::ParameterName, 'Take a ready hash from the password''s source')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Make the user an admin, as the layout says how')
            [CompletionResult]::new('--enable', '--enable', [CompletionResultType]::ParameterName, 'Let the user log in, and clear locks and counters of failed log-ins, as the layout says how')
            [CompletionResult]::new('--disable', '--disable', [CompletionResultType]::ParameterName, 'Keep the user from logging in, as the layout says how')
            [CompletionResult]::new('--allow-weak-password', '--allow-weak-password', [CompletionResultType]::ParameterName, 'Take a password of any length, even the username itself')
            [CompletionResult]::new('--allow-lookalike', '--allow-lookalike', [CompletionResultType]::ParameterName, 'Take a name that differs from another one only by case or Unicode normal form')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'useradm;delete' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database: a path or an SQLAlchemy URI')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long to wait for another process''s lock')
            [CompletionResult]::new('--rounds', '--rounds', [CompletionResultType]::ParameterName, 'PBKDF2 iterations for new hashes, 1000 to 10000000')
            [CompletionResult]::new('--layout', '--layout', [CompletionResultType]::ParameterName, 'Where the users are: a name, keys, or both')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Settings')
            [CompletionResult]::new('--pepper-file', '--pepper-file', [CompletionResultType]::ParameterName, 'A file with the key that the application mixes passwords with')
            [CompletionResult]::new('--id', '--id', [CompletionResultType]::ParameterName, 'An id, instead of a username or beside one; may be repeated')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no message on success; data and errors still come')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no message on success; data and errors still come')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt: fail instead')
            [CompletionResult]::new('--trust-directory', '--trust-directory', [CompletionResultType]::ParameterName, 'As root: stay root though somebody else may write to the database''s directory')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Delete without asking')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Delete without asking')
            [CompletionResult]::new('--if-exists', '--if-exists', [CompletionResultType]::ParameterName, 'Succeed if a user does not exist')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'useradm;import' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database: a path or an SQLAlchemy URI')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long to wait for another process''s lock')
            [CompletionResult]::new('--rounds', '--rounds', [CompletionResultType]::ParameterName, 'PBKDF2 iterations for new hashes, 1000 to 10000000')
            [CompletionResult]::new('--layout', '--layout', [CompletionResultType]::ParameterName, 'Where the users are: a name, keys, or both')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Settings')
            [CompletionResult]::new('--pepper-file', '--pepper-file', [CompletionResultType]::ParameterName, 'A file with the key that the application mixes passwords with')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'The format of the file [default: by its ending]')
            [CompletionResult]::new('--on-conflict', '--on-conflict', [CompletionResultType]::ParameterName, 'What to do with rows whose users exist')
            [CompletionResult]::new('--ignore-columns', '--ignore-columns', [CompletionResultType]::ParameterName, 'Columns of the file that are not looked at, by commas')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'Store VALUE in a column of the user''s row; may be repeated')
            [CompletionResult]::new('--email', '--email', [CompletionResultType]::ParameterName, 'Store the e-mail address in the column that the layout names for it')
            [CompletionResult]::new('--like', '--like', [CompletionResultType]::ParameterName, 'Make the new user like this one')
            [CompletionResult]::new('--generate-passwords', '--generate-passwords', [CompletionResultType]::ParameterName, 'Give new users without a password one, and write names and passwords to this new file')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'How many threads hash passwords [default: one for each core]')
            [CompletionResult]::new('--batch', '--batch', [CompletionResultType]::ParameterName, 'Commit after every N rows, where one transaction would lock the database for too long')
            [CompletionResult]::new('--max-errors', '--max-errors', [CompletionResultType]::ParameterName, 'How many rejected rows to show, and how many that were skipped')
            [CompletionResult]::new('--rejects', '--rejects', [CompletionResultType]::ParameterName, 'Write all rejected rows to this file as JSON lines')
            [CompletionResult]::new('--scheme', '--scheme', [CompletionResultType]::ParameterName, 'How to hash, as bcrypt:12 [default: as the hashes that are there]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no message on success; data and errors still come')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no message on success; data and errors still come')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt: fail instead')
            [CompletionResult]::new('--trust-directory', '--trust-directory', [CompletionResultType]::ParameterName, 'As root: stay root though somebody else may write to the database''s directory')
            [CompletionResult]::new('--admin', '--admin', [CompletionResultType]::ParameterName, 'Make the user an admin, as the layout says how')
            [CompletionResult]::new('--without-memberships', '--without-memberships', [CompletionResultType]::ParameterName, 'Copy no memberships of groups and roles')
            [CompletionResult]::new('--without-companions', '--without-companions', [CompletionResultType]::ParameterName, 'Add the user without rows in other tables, even where every user has one')
            [CompletionResult]::new('--keep-ids', '--keep-ids', [CompletionResultType]::ParameterName, 'Keep the rows'' ids, and take names that would otherwise be refused')
            [CompletionResult]::new('--skip-unsupported', '--skip-unsupported', [CompletionResultType]::ParameterName, 'Skip rows without a hash that can be stored: of another scheme, malformed, empty or NULL')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Check everything and write nothing')
            [CompletionResult]::new('--create', '--create', [CompletionResultType]::ParameterName, 'Make the database if there is none')
            [CompletionResult]::new('--allow-weak-password', '--allow-weak-password', [CompletionResultType]::ParameterName, 'Take a password of any length, even the username itself')
            [CompletionResult]::new('--allow-lookalike', '--allow-lookalike', [CompletionResultType]::ParameterName, 'Take a name that differs from another one only by case or Unicode normal form')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'useradm;export' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database: a path or an SQLAlchemy URI')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long to wait for another process''s lock')
            [CompletionResult]::new('--rounds', '--rounds', [CompletionResultType]::ParameterName, 'PBKDF2 iterations for new hashes, 1000 to 10000000')
            [CompletionResult]::new('--layout', '--layout', [CompletionResultType]::ParameterName, 'Where the users are: a name, keys, or both')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Settings')
            [CompletionResult]::new('--pepper-file', '--pepper-file', [CompletionResultType]::ParameterName, 'A file with the key that the application mixes passwords with')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'The format [default: by the file''s ending; csv for standard output]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no message on success; data and errors still come')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no message on success; data and errors still come')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt: fail instead')
            [CompletionResult]::new('--trust-directory', '--trust-directory', [CompletionResultType]::ParameterName, 'As root: stay root though somebody else may write to the database''s directory')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace the file if it exists')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'useradm;adopt' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database: a path or an SQLAlchemy URI')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long to wait for another process''s lock')
            [CompletionResult]::new('--rounds', '--rounds', [CompletionResultType]::ParameterName, 'PBKDF2 iterations for new hashes, 1000 to 10000000')
            [CompletionResult]::new('--layout', '--layout', [CompletionResultType]::ParameterName, 'Where the users are: a name, keys, or both')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Settings')
            [CompletionResult]::new('--pepper-file', '--pepper-file', [CompletionResultType]::ParameterName, 'A file with the key that the application mixes passwords with')
            [CompletionResult]::new('--verify', '--verify', [CompletionResultType]::ParameterName, 'Check first that this user can log in')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from a file, less one line break at the end; - is standard input')
            [CompletionResult]::new('--password-env', '--password-env', [CompletionResultType]::ParameterName, 'Take the password from this environment variable')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no message on success; data and errors still come')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no message on success; data and errors still come')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt: fail instead')
            [CompletionResult]::new('--trust-directory', '--trust-directory', [CompletionResultType]::ParameterName, 'As root: stay root though somebody else may write to the database''s directory')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read the password from standard input, less one line break at the end')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Write without asking')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Write without asking')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace the file if it exists')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'useradm;config' {
            [CompletionResult]::new('--db', '--db', [CompletionResultType]::ParameterName, 'The database: a path or an SQLAlchemy URI')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long to wait for another process''s lock')
            [CompletionResult]::new('--rounds', '--rounds', [CompletionResultType]::ParameterName, 'PBKDF2 iterations for new hashes, 1000 to 10000000')
            [CompletionResult]::new('--layout', '--layout', [CompletionResultType]::ParameterName, 'Where the users are: a name, keys, or both')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Settings')
            [CompletionResult]::new('--pepper-file', '--pepper-file', [CompletionResultType]::ParameterName, 'A file with the key that the application mixes passwords with')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print no message on success; data and errors still come')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print no message on success; data and errors still come')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt: fail instead')
            [CompletionResult]::new('--trust-directory', '--trust-directory', [CompletionResultType]::ParameterName, 'As root: stay root though somebody else may write to the database''s directory')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'useradm;help' {
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Make the database, or add the table to a file that lacks it')
            [CompletionResult]::new('register', 'register', [CompletionResultType]::ParameterValue, 'Make your own account, asking for what is not given')
            [CompletionResult]::new('login', 'login', [CompletionResultType]::ParameterValue, 'Check a username and password against the stored hash')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the users')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one user: id, username, hash scheme and rounds')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a user')
            [CompletionResult]::new('update', 'update', [CompletionResultType]::ParameterValue, 'Change a user''s name, password or other columns')
            [CompletionResult]::new('delete', 'delete', [CompletionResultType]::ParameterValue, 'Delete users: all that are named, or none')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Add whole user bases: all rows of a file, or none')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Write all users with their hashes to a file that import takes back')
            [CompletionResult]::new('adopt', 'adopt', [CompletionResultType]::ParameterValue, 'Find where an application keeps its users, and write useradm.toml')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Show every setting, its value and where that comes from')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'useradm;help;init' {
            break
        }
        'useradm;help;register' {
            break
        }
        'useradm;help;login' {
            break
        }
        'useradm;help;list' {
            break
        }
        'useradm;help;show' {
            break
        }
        'useradm;help;add' {
            break
        }
        'useradm;help;update' {
            break
        }
        'useradm;help;delete' {
            break
        }
        'useradm;help;import' {
            break
        }
        'useradm;help;export' {
            break
        }
        'useradm;help;adopt' {
            break
        }
        'useradm;help;config' {
            break
        }
        'useradm;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
