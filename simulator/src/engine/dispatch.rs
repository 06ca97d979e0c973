//! One call from request to answer: who signed it, what fault it meets, which service serves it, what the log says.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Response, StatusCode};

use crate::engine::authentication::{Signer, authenticate};
use crate::engine::authorization::authorize_root;
use crate::engine::vanish::vanish;
use crate::services::{iam, organizations, s3, sqs, states, sts};
use crate::simulator::connector::ConnectorFault;
use crate::state::State;
use crate::state::call::Call;
use crate::wire::answer::{self, Answer, Output, ServiceError};
use crate::wire::request::{Operation, Request, Service};
use crate::world::fault::Effect;

/// How long an answer is on its way; stands among its extensions where a fault makes it slow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delay(pub(crate) Duration);

/// Answers a request, and logs it.
///
/// # Errors
/// Where a fault breaks the connection.
pub(crate) fn answer(
    state: &mut State,
    request: &Request,
    operation: &Operation,
) -> Result<Response<Bytes>, ConnectorFault> {
    state.settle();
    let signer = authenticate(state, request, operation);
    let account = account_of_call(state, request, operation, signer.as_ref().ok());
    let caller = match (&signer, &request.signature) {
        (Ok(signer), _) => signer.arn(),
        (Err(_), Some(signature)) => format!("unregistered/{}", signature.access_key),
        (Err(_), None) => "anonymous".to_owned(),
    };
    let call = Call {
        time: state.clock.precisely_now(),
        caller,
        session: signer.as_ref().ok().and_then(Signer::session),
        action: operation.action(),
        resource: resource_of_call(request, operation, signer.as_ref().ok()),
        result: String::new(),
        host: request.host.clone(),
        account,
    };
    let mut delay = None;
    let outcome = match signer {
        Ok(signer) => meet_fault_or_perform(state, request, operation, &signer, &call, &mut delay),
        Err(error) => Ok(Err(error)),
    };
    let result = match &outcome {
        Ok(Ok(Output::Rest { status, .. })) if status.is_client_error() || status.is_server_error() => {
            format!("HTTP {}", status.as_u16())
        }
        Ok(Ok(_)) => "Success".to_owned(),
        Ok(Err(error)) => error.code.clone(),
        Err(fault) => fault.name().to_owned(),
    };
    state.calls.push(Call { result, ..call });
    let request_id = state.next_request_id();
    let mut response = answer::write(operation, outcome?, &request_id);
    if request.method == Method::HEAD {
        *response.body_mut() = Bytes::new();
    }
    if let Some(delay) = delay {
        response.extensions_mut().insert(delay);
    }
    Ok(response)
}

fn meet_fault_or_perform(
    state: &mut State,
    request: &Request,
    operation: &Operation,
    signer: &Signer,
    call: &Call,
    delay: &mut Option<Delay>,
) -> Result<Answer, ConnectorFault> {
    let account = call.account.as_deref();
    let effect = state.meet_faults(&call.action, account);
    // Why for every call: one that meets a fault was a call too.
    let is_within_rate = state.is_within_rate(signer.account(), operation);
    let error = match effect {
        None if !is_within_rate => throttled(operation.service),
        None => return Ok(perform(state, request, operation, signer)),
        Some(Effect::Vanished) => {
            vanish(state, request, operation, account);
            return Ok(perform(state, request, operation, signer));
        }
        Some(Effect::LostResponse) => {
            let _unseen = perform(state, request, operation, signer);
            return Err(ConnectorFault::LostResponse);
        }
        Some(Effect::Slow(seconds)) => {
            *delay = Some(Delay(Duration::from_secs(seconds)));
            return Ok(perform(state, request, operation, signer));
        }
        Some(Effect::Ignored) => {
            let (world, queues) = (state.world.clone(), state.queues.clone());
            let answer = perform(state, request, operation, signer);
            (state.world, state.queues) = (world, queues);
            return Ok(answer);
        }
        Some(Effect::Timeout) => return Err(ConnectorFault::Timeout),
        Some(Effect::ConnectionReset) => return Err(ConnectorFault::ConnectionReset),
        Some(Effect::Throttle) => throttled(operation.service),
        Some(Effect::InternalError) => internal_error(operation.service),
        Some(Effect::Denied) => {
            let resource = match (operation.service, &call.resource, account) {
                (Service::S3, Some(resource), _) if resource.starts_with("arn:") => format!("\"{resource}\""),
                (Service::Sqs, Some(resource), _) => resource.clone(),
                (_, _, Some(account)) => crate::world::account::root_arn(account),
                (_, _, None) => "*".to_owned(),
            };
            let general = ServiceError::not_authorized(&call.caller, &call.action, &resource);
            denied(operation.service, general.message)
        }
        Some(Effect::DeniedWith(message)) => denied(operation.service, message),
        Some(Effect::Error { code, status, message }) => ServiceError::new(code, status, message),
        Some(Effect::Answer { status, content_type, body }) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            return Ok(Ok(Output::Rest { status, headers: vec![("content-type", content_type)], body: body.into() }));
        }
    };
    Ok(Err(error))
}

fn perform(state: &mut State, request: &Request, operation: &Operation, signer: &Signer) -> Answer {
    if let (Signer::RootSession(session), Service::StepFunctions | Service::Other) = (signer, operation.service) {
        authorize_root(state, session, &operation.action(), "*", &session.account)?;
        return Err(ServiceError::not_simulated(&operation.action()));
    }
    match operation.service {
        Service::Sts => sts::perform(state, signer, request, operation),
        Service::Iam => iam::perform(state, signer, operation),
        Service::Organizations => organizations::perform(state, signer, operation),
        Service::StepFunctions => states::perform(state, operation),
        Service::S3 => s3::perform(state, signer, request, operation),
        Service::Sqs => sqs::perform(state, signer, request, operation),
        Service::Other => Err(ServiceError::not_simulated(&operation.action())),
    }
}

/// The account acted in, or aimed at.
fn account_of_call(state: &State, request: &Request, operation: &Operation, signer: Option<&Signer>) -> Option<String> {
    if operation.service == Service::Sts && operation.name == sts::ASSUME_ROOT {
        return sts::target_account(operation).map(ToOwned::to_owned);
    }
    match (operation.service, signer) {
        (Service::Organizations, _) => {
            let account = operation.parameter("AccountId").or_else(|| operation.parameter("ResourceId"));
            account.map(ToOwned::to_owned)
        }
        (_, Some(Signer::RootSession(session))) => Some(session.account.clone()),
        (Service::S3, Some(_)) => {
            let (bucket, _) = s3::bucket_and_key(request);
            state.member_bucket(&bucket).map(|(owner, _)| owner.id.clone())
        }
        (Service::Sqs, Some(signer)) => sqs::owner(&state.world, request, operation, signer.account()),
        (_, Some(_) | None) => None,
    }
}

fn resource_of_call(request: &Request, operation: &Operation, signer: Option<&Signer>) -> Option<String> {
    match operation.service {
        Service::S3 => return s3::resource(request, operation),
        Service::Sqs => return sqs::resource(request, operation, signer),
        Service::Sts | Service::Iam | Service::Organizations | Service::StepFunctions | Service::Other => {}
    }
    let parameters = [
        "TaskPolicyArn.arn",
        "AccessKeyId",
        "CertificateId",
        "SerialNumber",
        "CreateAccountRequestId",
        "OrganizationalUnitId",
        "ServicePrincipal",
        "name",
    ];
    parameters.into_iter().find_map(|name| operation.parameter(name)).map(ToOwned::to_owned)
}

fn throttled(service: Service) -> ServiceError {
    match service {
        Service::Sts | Service::Iam => ServiceError::new("Throttling", 400, "Rate exceeded"),
        Service::Organizations => {
            let message = "AWS Organizations can't complete your request because another request is already in progress. \
                           Try again later.";
            ServiceError::new("TooManyRequestsException", 400, message)
        }
        // Source: Amazon SQS API Reference, common errors of its operations.
        Service::Sqs => ServiceError::new("RequestThrottled", 400, "The request was denied due to request throttling."),
        Service::S3 => ServiceError::new("SlowDown", 503, "Please reduce your request rate."),
        Service::StepFunctions | Service::Other => ServiceError::new("ThrottlingException", 400, "Rate exceeded"),
    }
}

fn internal_error(service: Service) -> ServiceError {
    let message = "The request processing has failed because of an unknown error, exception or failure.";
    match service {
        Service::Iam => ServiceError::new("ServiceFailure", 500, message),
        Service::Sts | Service::Sqs => ServiceError::new("InternalFailure", 500, message),
        Service::Organizations => ServiceError::new("ServiceException", 500, message),
        Service::S3 => ServiceError::new("InternalError", 500, "We encountered an internal error. Please try again."),
        Service::StepFunctions | Service::Other => ServiceError::new("InternalServerException", 500, message),
    }
}

fn denied(service: Service, message: String) -> ServiceError {
    match service {
        Service::Sts | Service::Iam | Service::S3 | Service::Sqs => ServiceError::new("AccessDenied", 403, message),
        Service::Organizations | Service::StepFunctions | Service::Other => {
            ServiceError::new("AccessDeniedException", 400, message)
        }
    }
}
