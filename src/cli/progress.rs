//! How far an import is: one line on standard error, and nothing where that is no terminal.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::format::Input;
use super::session::Session;
use useradm::accounts::Stage;

/// A progress bar, or none.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Shows progress only to people who did not ask for silence and are not typing the input.
    pub(crate) fn new(session: &Session, input: &Input) -> Self {
        let shows = io::stderr().is_terminal() && !session.quiet && !input.is_terminal();
        let bar = shows.then(|| {
            // A few times a second is enough to see that something moves.
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5))
        });
        Progress { bar }
    }

    /// Begins a stage of so many steps, if that is known.
    pub(crate) fn stage(&self, stage: Stage, total: Option<u64>) {
        let Some(bar) = &self.bar else { return };
        let (name, steps) = match stage {
            Stage::Reading => ("reading", "rows"),
            Stage::Hashing => ("hashing", "hashes"),
            Stage::Writing => ("writing", "rows"),
        };
        let template = match total {
            Some(_) => {
                format!("{name} [{{bar:30}}] {{pos}}/{{len}} {steps}, {{per_sec}}, {{eta}} left")
            }
            None => format!("{name} {{pos}} {steps}, {{per_sec}}"),
        };
        bar.reset();
        bar.set_length(total.unwrap_or(0));
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        bar.tick();
    }

    /// So many more steps are done.
    pub(crate) fn advance(&self, steps: u64) {
        if let Some(bar) = &self.bar {
            bar.inc(steps);
        }
    }
}

impl Drop for Progress {
    /// Takes the bar away, so that what is printed next stands alone.
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
