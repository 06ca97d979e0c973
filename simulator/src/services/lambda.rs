//! Lambda: what an account may do at once. Functions are the emulator's.

use serde_json::json;

use super::unserved::refuse;
use crate::engine::{Handler, Signer, require_statements};
use crate::state::State;
use crate::wire::{Answer, Operation, Output, Request};

pub(super) struct Lambda;

impl Handler for Lambda {
    /// Source: a capture of September 2026 (samples/lambda.GetAccountSettings.json).
    fn perform(&self, state: &mut State, signer: &Signer, _request: &Request, operation: &Operation) -> Answer {
        if matches!(signer, Signer::RootSession(_)) {
            return Err(refuse(state, signer, operation));
        }
        require_statements(state, signer, operation, 403)?;
        let unreserved = state.world.lambda_concurrency;
        Ok(Output::Json(json!({
            "AccountLimit": {
                "CodeSizeUnzipped": 262_144_000,
                "CodeSizeZipped": 52_428_800,
                "ConcurrentExecutions": unreserved,
                "TotalCodeSize": 80_530_636_800_u64,
                "UnreservedConcurrentExecutions": unreserved,
                "UnreservedConcurrentExecutionsMinimum": null,
            },
            "AccountRuntimeConfig": null,
            "AccountUsage": {"FunctionCount": 9, "TotalCodeSize": 32_000_000},
            "BlacklistedFeatures": null,
            "DeprecatedFeaturesAccess": null,
            "HasFunctionWithDeprecatedRuntime": false,
            "PreviewFeatures": null,
        })))
    }
}
