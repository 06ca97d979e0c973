//! Reading and writing text: what people write is checked, and what others wrote is shown so that it hides nothing.

mod checked;
pub mod input;
pub mod line;
pub mod number;
mod visible;

pub(crate) use checked::{checked_text, is_plain};
pub(crate) use visible::{visible, visible_lines};
