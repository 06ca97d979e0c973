//! Notes which objects are read, and what their bytes were: what somebody can hold them against later.

use std::sync::{Arc, Mutex, PoisonError};

use rootwarden_domain::Pin;

/// The objects that were read whole. Copies of it are the same record.
#[derive(Debug, Clone, Default)]
pub struct ReadRecorder(Arc<Mutex<Vec<Pin>>>);

impl ReadRecorder {
    pub(super) fn note(&self, read: Pin) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(read);
    }

    /// What was noted so far, in the order in which it was read. It is not noted any more.
    #[must_use]
    pub fn take(&self) -> Vec<Pin> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
