//! Each format on reports of every kind, with names that nobody wishes for.

mod csv;
mod document;
mod events;
mod findings;
mod fixtures;
mod html;
mod metrics;
mod notice;
