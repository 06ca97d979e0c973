//! One call from request to answer: who signed it, what fault it meets, what its service does, what the log says.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Response, StatusCode};

use super::authentication::{Signer, authenticate};
use super::connection::{ConnectorFault, Delay};
use super::errors;
use super::handler::Handler;
use crate::identifiers::root_arn;
use crate::state::{Call, State};
use crate::wire::{Answer, Operation, Output, Request, Service, ServiceError, write};
use crate::world::Effect;

/// Answers a request by its service's handler, and logs it.
///
/// # Errors
/// Where a fault breaks the connection.
pub(crate) fn answer(
    handler: &dyn Handler,
    state: &mut State,
    request: &Request,
    operation: &Operation,
) -> Result<Response<Bytes>, ConnectorFault> {
    state.settle();
    let signer = authenticate(state, request, operation);
    let call = log_entry(handler, state, request, operation, signer.as_ref().ok());
    let reply = match &signer {
        Ok(signer) => meet_fault_or_perform(state, &SignedCall { handler, request, operation, signer }, &call),
        Err(error) => Ok(Reply::at_once(Err(error.clone()))),
    };
    state.calls.push(Call { result: result(&reply), ..call });
    let request_id = state.next_request_id();
    let Reply { answer, delay } = reply?;
    let mut response = write(operation, answer, &request_id);
    if request.method == Method::HEAD {
        *response.body_mut() = Bytes::new();
    }
    if let Some(delay) = delay {
        response.extensions_mut().insert(delay);
    }
    Ok(response)
}

/// What the call log says, but for the result.
fn log_entry(
    handler: &dyn Handler,
    state: &State,
    request: &Request,
    operation: &Operation,
    signer: Option<&Signer>,
) -> Call {
    let caller = match (signer, &request.signature) {
        (Some(signer), _) => signer.arn(),
        (None, Some(signature)) => format!("unregistered/{}", signature.access_key),
        (None, None) => "anonymous".to_owned(),
    };
    Call {
        time: state.clock.precisely_now(),
        caller,
        session: signer.and_then(Signer::session),
        action: operation.action(),
        account: handler.account(state, request, operation, signer),
        resource: handler.resource(request, operation, signer),
        result: String::new(),
        host: request.host.clone(),
        agent: request.header("user-agent").unwrap_or_default().to_owned(),
    }
}

fn result(reply: &Result<Reply, ConnectorFault>) -> String {
    match reply.as_ref().map(|reply| &reply.answer) {
        Ok(Ok(Output::Rest { status, .. })) if status.is_client_error() || status.is_server_error() => {
            format!("HTTP {}", status.as_u16())
        }
        Ok(Ok(_)) => "Success".to_owned(),
        Ok(Err(error)) => error.code.clone(),
        Err(fault) => fault.name().to_owned(),
    }
}

/// What is answered, and how late.
struct Reply {
    answer: Answer,
    delay: Option<Delay>,
}

impl Reply {
    fn at_once(answer: Answer) -> Self {
        Self { answer, delay: None }
    }
}

/// A call of which it is known who signed it.
struct SignedCall<'a> {
    handler: &'a dyn Handler,
    request: &'a Request,
    operation: &'a Operation,
    signer: &'a Signer,
}

impl SignedCall<'_> {
    fn perform(&self, state: &mut State) -> Answer {
        self.handler.perform(state, self.signer, self.request, self.operation)
    }
}

fn meet_fault_or_perform(state: &mut State, signed: &SignedCall<'_>, call: &Call) -> Result<Reply, ConnectorFault> {
    let service = signed.operation.service;
    let account = call.account.as_deref();
    let effect = state.faults.meet(&call.action, account, call.resource.as_deref());
    // Why for every call: one that meets a fault was a call too.
    let is_within_rate = state.is_within_rate(signed.signer.account(), signed.operation);
    let answer = match effect {
        None if !is_within_rate => Err(errors::throttled(service)),
        None => signed.perform(state),
        Some(Effect::Vanished) => {
            signed.handler.vanish(state, signed.request, signed.operation, account);
            signed.perform(state)
        }
        Some(Effect::LostResponse) => {
            let _unseen = signed.perform(state);
            return Err(ConnectorFault::LostResponse);
        }
        Some(Effect::Slow(seconds)) => {
            let delay = Some(Delay(Duration::from_secs(seconds)));
            return Ok(Reply { answer: signed.perform(state), delay });
        }
        Some(Effect::Ignored) => {
            let (world, queues) = (state.world.clone(), state.queues.clone());
            let answer = signed.perform(state);
            (state.world, state.queues) = (world, queues);
            answer
        }
        Some(Effect::Timeout) => return Err(ConnectorFault::Timeout),
        Some(Effect::ConnectionReset) => return Err(ConnectorFault::ConnectionReset),
        Some(Effect::Throttle) => Err(errors::throttled(service)),
        Some(Effect::InternalError) => Err(errors::internal_error(service)),
        Some(Effect::Denied) => Err(denied(service, call)),
        Some(Effect::DeniedWith(message)) => Err(errors::denied(service, message)),
        Some(Effect::Error { code, status, message }) => Err(ServiceError::new(code, status, message)),
        Some(Effect::Answer { status, content_type, body }) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            Ok(Output::Rest { status, headers: vec![("content-type", content_type)], body: body.into() })
        }
    };
    Ok(Reply::at_once(answer))
}

/// A denial with AWS's general text.
fn denied(service: Service, call: &Call) -> ServiceError {
    let resource = match (service, &call.resource, &call.account) {
        (Service::S3, Some(resource), _) if resource.starts_with("arn:") => format!("\"{resource}\""),
        (Service::Sqs, Some(resource), _) => resource.clone(),
        (_, _, Some(account)) => root_arn(account),
        (_, _, None) => "*".to_owned(),
    };
    errors::denied(service, ServiceError::not_authorized(&call.caller, &call.action, &resource).message)
}
