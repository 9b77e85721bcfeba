//! The console sessions of the README, run for real.

use std::path::Path;
use std::process::Command;

/// A command line of a session and what it must print.
struct Step<'t> {
    line: &'t str,
    output: String,
}

fn sessions(readme: &str) -> Vec<Vec<Step<'_>>> {
    let blocks = readme.split("```console\n").skip(1);
    blocks.map(|block| steps(block.split("```").next().unwrap_or_default())).collect()
}

fn steps(block: &str) -> Vec<Step<'_>> {
    let mut steps: Vec<Step<'_>> = Vec::new();
    for text in block.lines() {
        if let Some(line) = text.strip_prefix("$ ") {
            steps.push(Step { line, output: String::new() });
        } else if let Some(step) = steps.last_mut() {
            step.output.push_str(text);
            step.output.push('\n');
        }
    }
    steps
}

#[test]
fn every_console_session_prints_what_the_readme_shows() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let sessions = sessions(&readme);
    assert!(sessions.len() >= 5, "the README has lost its sessions");
    let program = Path::new(env!("CARGO_BIN_EXE_useradm")).parent().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let field = &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/field");
    for session in sessions {
        let folder = tempfile::tempdir().unwrap();
        for step in session {
            let made = Command::new("sh")
                .args(["-c", &format!("{{ {}; }} 2>&1", step.line)])
                .current_dir(folder.path())
                .env("PATH", format!("{}:{path}", program.display()))
                .env("FIELD", field)
                .output()
                .unwrap();
            let made = String::from_utf8(made.stdout).unwrap();
            let shown = made.replace(folder.path().to_str().unwrap(), "/srv/app");
            assert_eq!(shown, step.output, "$ {}", step.line);
        }
    }
}
