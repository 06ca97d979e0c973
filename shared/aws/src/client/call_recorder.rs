//! Notes which calls are made, for the evidence of a report. Nothing of what is sent or answered is kept but the request's id.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::FinalizerInterceptorContextRef},
        orchestrator::Metadata,
        retries::RequestAttempts,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;
use aws_types::request_id::RequestId;
use rootwarden_domain::run::call::Call;

use super::clock::Clock;

/// The calls of one account, in the order in which they were answered. Copies of it are the same record.
#[derive(Debug, Clone)]
pub struct CallRecorder {
    clock: Clock,
    calls: Arc<Mutex<Vec<Call>>>,
    /// The access key id of the root session whose calls are noted with this copy.
    session: Option<String>,
}

impl CallRecorder {
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { clock, calls: Arc::default(), session: None }
    }

    /// The same record, for the calls of a root session.
    pub(crate) fn in_session(&self, access_key_id: &str) -> Self {
        Self { session: Some(access_key_id.to_owned()), ..self.clone() }
    }

    /// Notes beside the call that was answered last which root session it opened.
    pub(crate) fn note_opened(&self, access_key_id: &str) {
        if let Some(call) = self.calls.lock().unwrap_or_else(PoisonError::into_inner).last_mut() {
            call.session = Some(access_key_id.to_owned());
        }
    }

    /// What was noted so far. It is not noted any more.
    #[must_use]
    pub fn take(&self) -> Vec<Call> {
        std::mem::take(&mut *self.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Intercept for CallRecorder {
    fn name(&self) -> &'static str {
        "CallRecorder"
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let action = match config.load::<Metadata>() {
            Some(metadata) => format!("{}:{}", metadata.service().to_lowercase(), metadata.name()),
            None => "unknown".to_owned(),
        };
        let response = context.response();
        let call = Call {
            action,
            at: self.clock.now(),
            status: response.map(|response| response.status().as_u16()),
            retries: config.load::<RequestAttempts>().map_or(0, |made| made.attempts().saturating_sub(1)),
            request_id: response.and_then(|response| response.request_id()).map(str::to_owned),
            session: self.session.clone(),
        };
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
        Ok(())
    }
}
