//! Files that are made from the program and must agree with it: completions and the help texts.
//!
//! `USERADM_BLESS=1 cargo test` writes them again; without it a difference fails.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_complete::Shell;

use super::commands::Cli;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn compare(path: &str, made: &str) {
    let path = root().join(path);
    if std::env::var_os("USERADM_BLESS").is_some() {
        fs::write(&path, made).unwrap();
    }
    let checked_in = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        checked_in == made,
        "{} differs from the program; USERADM_BLESS=1 cargo test writes it again",
        path.display()
    );
}

/// The commands that help tells of, less `help` itself.
fn shown(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|it| !it.is_hide_set() && it.get_name() != "help")
}

/// The command with its subcommands built, as help and README see it.
fn command() -> Command {
    let mut command = Cli::command().term_width(100);
    command.build();
    command
}

/// The command without names that are only understood, and with options that do not name their
/// variables and defaults, for which a line of a completion is too short.
fn described_briefly() -> Command {
    let full = Cli::command();
    let brief = Command::new("useradm").version(env!("CARGO_PKG_VERSION")).propagate_version(true);
    let brief = brief.args(full.get_arguments().cloned()).subcommands(shown(&full).cloned());
    brief.mut_args(|argument| {
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        argument.help(help.split(" [env: ").next().unwrap_or_default().to_owned())
    })
}

#[test]
fn completions_agree_with_the_program() {
    for (shell, file) in [
        (Shell::Bash, "useradm.bash"),
        (Shell::Zsh, "_useradm"),
        (Shell::Fish, "useradm.fish"),
        (Shell::Elvish, "useradm.elv"),
        (Shell::PowerShell, "_useradm.ps1"),
    ] {
        let mut made = Vec::new();
        clap_complete::generate(shell, &mut described_briefly(), "useradm", &mut made);
        compare(&format!("completions/{file}"), &String::from_utf8(made).unwrap());
    }
}

#[test]
fn help_texts_agree_with_the_program() {
    let mut made = String::new();
    let mut commands: Vec<Command> = shown(&command()).cloned().collect();
    commands.insert(0, command());
    for mut command in commands {
        let name = command.get_bin_name().unwrap_or("useradm").to_owned();
        for (option, help) in
            [("-h", command.render_help()), ("--help", command.render_long_help())]
        {
            let _ = writeln!(made, "$ {name} {option}\n{help}");
        }
    }
    compare("tests/help.txt", &made);
}

#[test]
fn the_readme_names_every_command_option_and_variable() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for command in shown(&command()) {
        let name = command.get_name();
        assert!(readme.contains(&format!("| `{name}")), "README.md does not name {name}");
        for argument in command.get_arguments() {
            if let Some(long) =
                argument.get_long().filter(|long| !["help", "version"].contains(long))
            {
                assert!(readme.contains(&format!("--{long}")), "README.md lacks {name} --{long}");
            }
        }
    }
    let help = command().render_long_help().to_string();
    for variable in super::settings::VARIABLES {
        assert!(readme.contains(variable), "README.md lacks {variable}");
        assert!(help.contains(variable), "the help lacks {variable}");
    }
}

#[test]
fn the_overview_shows_what_the_commands_say_of_themselves() {
    let about = |command: Command| -> Vec<String> {
        shown(&command).map(|c| format!("{} {:?}", c.get_name(), c.get_about())).collect()
    };
    assert_eq!(about(Cli::command()), about(command()));
}

#[test]
fn arguments_are_consistent() {
    Cli::command().debug_assert();
}
