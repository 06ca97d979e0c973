//! Each format on reports of every kind, with names that nobody wishes for.

mod commands;
mod csv;
mod document;
mod events;
mod findings;
mod fixtures;
mod history;
mod hostile;
mod html;
mod metrics;
mod notice;
