//! What may be asked for twice and is done once.

/// Whether this call did what was asked for, or an earlier one had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    Now,
    /// An earlier call did, or one of somebody else, which may be going on just now.
    Already,
}
