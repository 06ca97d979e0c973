//! What every command has at hand.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use crate::{
    arguments::AccessArguments,
    stop::Stop,
    terminal::{self, Terminal},
};

#[derive(Debug)]
pub struct Context {
    pub access: AccessArguments,
    pub terminal: Terminal,
    pub progress_seconds: u32,
    pub stop: Arc<Stop>,
    is_noted: AtomicBool,
}

impl Context {
    pub fn new(access: AccessArguments, terminal: Terminal, progress_seconds: u32) -> Self {
        Self { access, terminal, progress_seconds, stop: Arc::default(), is_noted: AtomicBool::new(false) }
    }

    /// Says something that may come up in each of thousands of accounts.
    pub fn note_once(&self, line: &str) {
        if !self.is_noted.swap(true, Ordering::Relaxed) {
            terminal::note(line);
        }
    }
}
