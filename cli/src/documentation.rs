//! Completions and manual pages, made from the arguments themselves.

use std::{fs, path::Path};

use clap::CommandFactory;
use clap_complete::Shell;

use crate::{
    arguments::Arguments,
    exit::{Ended, Exit},
    terminal,
};

const NAME: &str = "rootwarden";

pub fn completions(shell: Shell) -> Result<Exit, Ended> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), NAME, &mut text);
    terminal::say(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Well)
}

/// Writes a page for the command, and one for each of its commands.
pub fn man(directory: &Path) -> Result<Exit, Ended> {
    let failed = |error: std::io::Error| Ended::Usage(format!("manual pages in `{}`: {error}", directory.display()));
    fs::create_dir_all(directory).map_err(failed)?;
    clap_mangen::generate_to(Arguments::command(), directory).map_err(failed)?;
    Ok(Exit::Well)
}
