//! What AWS answers, outside of policies: STS, IAM, Organizations, the stack's own bucket, Step Functions.

use rootwarden_simulator::Fault;
use rootwarden_tests::BUCKET;
use serde_json::json;

use super::{
    Told,
    making::{ACCOUNT, ROLE, always, denial, in_report, of_run},
    told,
};
use crate::{access_requests, organization, unlock};

/// The root user of the account that the table is about.
const ROOT: &str = "arn:aws:iam::200000000002:root";

/// Source: capture of August 2026 (EC2); the form of the policy's ARN is that of each such denial.
const BY_SCP: &str = "with an explicit deny in a service control policy: \
    arn:aws:organizations::111122223333:policy/o-aaaaaaaaaa/service_control_policy/p-aaaaaaaa";

/// Source: captures of September 2026 (`observed-root-access`), and the service model of STS.
pub async fn sessions() -> Vec<Told> {
    let refused =
        |code: &str, status: u16, message: &str| in_report(always("sts:AssumeRoot").error(code, status, message));
    let encoded = "OIau77IwNA-RjpafXihrUW41WAUxaBKeALVOZxxGdy7u".repeat(40);
    let by_scp = denial(ROLE, "sts:AssumeRoot", ROOT, BY_SCP);
    let by_scp = format!(
        "You are not authorized to perform this operation. {by_scp}. Encoded authorization failure message: {encoded}"
    );
    vec![
        told("STS: denied, for one of three causes", in_report(always("sts:AssumeRoot").denied()).await, ACCOUNT, "nor delegated", "cannot open a root session in account `200000000002`: AccessDenied: User: arn:aws:sts::111122223333:assumed-role/audit-accounts/session is not authorized to perform: sts:AssumeRoot on resource: arn:aws:iam::200000000002:root (the function's role, a service control policy, or this account is neither the management account nor delegated for iam.amazonaws.com: AWS says the same for each)"),
        told(
            "STS: denied by a service control policy of the caller's account, with an encoded message",
            in_report(always("sts:AssumeRoot").denied_with(by_scp)).await,
            ACCOUNT,
            "it has to let the function's role through",
            "cannot open a root session in account `200000000002`: AccessDenied: User: arn:aws:sts::111122223333:assumed-role/audit-accounts/session is not authorized to perform: sts:AssumeRoot on resource: arn:aws:iam::200000000002:root with an explicit deny in a service control policy: arn:aws:organizations::111122223333:policy/o-aaaaaaaaaa/service_control_policy/p-aaaaaaaa (a service control policy of the account that this runs in forbids it: it has to let the function's role through)",
        ),
        told(
            "STS: the feature is off",
            refused("AccessDenied", 403, "Root credentials management feature is not enabled for your AWS Organization.").await,
            ACCOUNT,
            "switch on root credentials management",
            "cannot open a root session in account `200000000002`: AccessDenied: Root credentials management feature is not enabled for your AWS Organization (switch on root credentials management in IAM, in the management account)",
        ),
        told(
            "STS: trusted access is off",
            refused("AccessDenied", 403, "Service not enabled for AWS Organizations.").await,
            ACCOUNT,
            "switch on trusted access",
            "cannot open a root session in account `200000000002`: AccessDenied: Service not enabled for AWS Organizations (switch on trusted access for iam.amazonaws.com, in the management account)",
        ),
        told("STS: throttled", in_report(always("sts:AssumeRoot").throttle()).await, ACCOUNT, "try again later", "cannot open a root session in account `200000000002`: Throttling: Rate exceeded (AWS asks for fewer calls: try again later; everything else that calls AWS in this account counts as well)"),
        told(
            "STS: the Region is off",
            refused("RegionDisabledException", 403, "STS is not activated in this region for account:200000000002. Your account administrator can activate STS in this region using the IAM Console.").await,
            ACCOUNT,
            "run in a Region that every account has",
            "cannot open a root session in account `200000000002`: RegionDisabledException: STS is not activated in this region for account:200000000002. Your account administrator can activate STS in this region using the IAM Console (the Region is not enabled in the account: run in a Region that every account has, such as us-east-1)",
        ),
        told(
            "STS: an answer that nobody has seen, in lines",
            refused("Strange\nCode", 400, "never\nseen\r\n before.").await,
            ACCOUNT,
            "please report it",
            "cannot open a root session in account `200000000002`: Strange Code: never seen before (this version does not know such an answer: please report it)",
        ),
        told("STS: a fault of AWS", in_report(always("sts:AssumeRoot").internal_error()).await, ACCOUNT, "try again", "cannot open a root session in account `200000000002`: InternalFailure: The request processing has failed because of an unknown error, exception or failure (try again; if it stays so, look at the AWS Health Dashboard)"),
    ]
}

pub async fn credentials() -> Vec<Told> {
    // Source: capture of September 2026 (iam:GetAccountProperties).
    let details = "Go to https://us-east-1.console.aws.amazon.com/iam/home?region=us-east-1#/authorization-details/4f2a9c for \
        complete details, or call the GetRequestAuthorizationDetails API with the following authorization id: 4f2a9c";
    let by_iam = denial(
        ROLE,
        "iam:ListOrganizationsFeatures",
        "*",
        "because no identity-based policy allows the iam:ListOrganizationsFeatures action",
    );
    let in_lines = format!(
        "User: {ROOT}\nAction: iam:GetAccountSummary\nContext: a service control policy explicitly denies the action"
    );
    vec![
        told(
            "IAM: denied by a service control policy of the account",
            in_report(always("iam:GetAccountSummary").denied_with(denial(ROOT, "iam:GetAccountSummary", "*", BY_SCP)))
                .await,
            ACCOUNT,
            "it has to exempt root sessions",
            "cannot read the account summary in account `200000000002`: AccessDenied: User: arn:aws:iam::200000000002:root is not authorized to perform: iam:GetAccountSummary on resource: * with an explicit deny in a service control policy: arn:aws:organizations::111122223333:policy/o-aaaaaaaaaa/service_control_policy/p-aaaaaaaa (a service control policy of the account forbids it: it has to exempt root sessions, see aws:AssumedRoot)",
        ),
        told(
            "IAM: the same, in lines",
            in_report(always("iam:GetAccountSummary").denied_with(in_lines)).await,
            ACCOUNT,
            "it has to exempt root sessions",
            "cannot read the account summary in account `200000000002`: AccessDenied: User: arn:aws:iam::200000000002:root Action: iam:GetAccountSummary Context: a service control policy explicitly denies the action (a service control policy of the account forbids it: it has to exempt root sessions, see aws:AssumedRoot)",
        ),
        told(
            "IAM: a deletion that is denied",
            in_report(always("iam:DeleteAccessKey").denied_with(denial(
                ROOT,
                "iam:DeleteAccessKey",
                "user",
                "with an explicit deny in a resource control policy",
            )))
            .await,
            ACCOUNT,
            "it has to let this through",
            "cannot delete access key `AKIAROOTKEY000000001` in account `200000000002`: AccessDenied: User: arn:aws:iam::200000000002:root is not authorized to perform: iam:DeleteAccessKey on resource: user with an explicit deny in a resource control policy (a resource control policy of the organization forbids it: it has to let this through)",
        ),
        told(
            "IAM: throttled",
            in_report(always("iam:ListMFADevices").throttle()).await,
            ACCOUNT,
            "try again later",
            "cannot list MFA devices in account `200000000002`: Throttling: Rate exceeded (AWS asks for fewer calls: try again later; everything else that calls AWS in this account counts as well)",
        ),
        told(
            "IAM: the function's role may not look, with a page of details",
            of_run(
                organization::world(),
                Some(always("iam:ListOrganizationsFeatures").denied_with(format!("{by_iam}. {details}"))),
            )
            .await,
            "root access features",
            "compare the policies of the function's role with the template",
            "cannot read which root access features are on: AccessDenied: User: arn:aws:sts::111122223333:assumed-role/audit-accounts/session is not authorized to perform: iam:ListOrganizationsFeatures on resource: * because no identity-based policy allows the iam:ListOrganizationsFeatures action, authorization id 4f2a9c (compare the policies of the function's role with the template)",
        ),
        told(
            "IAM: neither the management account nor a delegated one",
            of_run(
                organization::world(),
                Some(always("iam:ListOrganizationsFeatures").error(
                    "AccountNotManagementOrDelegatedAdministratorException",
                    400,
                    "Input account 444455556666 is neither management account nor delegated admin.",
                )),
            )
            .await,
            "root access features",
            "deploy into the management account",
            "cannot read which root access features are on: AccountNotManagementOrDelegatedAdministratorException: Input account 444455556666 is neither management account nor delegated admin (deploy into the management account, or delegate this account for iam.amazonaws.com)",
        ),
        told(
            "IAM: root credentials are not managed centrally",
            of_run(organization::world().features([]), None).await,
            "root credentials",
            "switch it on in IAM",
            "cannot manage root credentials: root credentials management is off: switch it on in IAM, in the management account",
        ),
    ]
}

/// Source: service model of Organizations.
pub async fn organization() -> Vec<Told> {
    let describe = "organizations:DescribeAccount";
    let by_iam = denial(
        ROLE,
        "organizations:ListAccounts",
        "*",
        "because no identity-based policy allows the organizations:ListAccounts action",
    );
    vec![
        told(
            "Organizations: no organization",
            of_run(
                organization::world(),
                Some(always("organizations:DescribeOrganization").error(
                    "AWSOrganizationsNotInUseException",
                    400,
                    "Your account is not a member of an organization.",
                )),
            )
            .await,
            "the organization",
            "deploy into the management account",
            "cannot describe the organization: AWSOrganizationsNotInUseException: Your account is not a member of an organization (deploy into the management account of the organization, or into the account delegated for iam.amazonaws.com)",
        ),
        told(
            "Organizations: the list is denied",
            of_run(organization::world(), Some(always("organizations:ListAccounts").denied_with(by_iam))).await,
            "the accounts of the organization",
            "compare the policies of the function's role",
            "cannot list the accounts of the organization: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/audit-accounts/session is not authorized to perform: organizations:ListAccounts on resource: * because no identity-based policy allows the organizations:ListAccounts action (compare the policies of the function's role with the template)",
        ),
        told(
            "Organizations: the list is denied, in Organizations' own words",
            of_run(
                organization::world(),
                Some(
                    always("organizations:ListAccounts")
                        .denied_with("You don't have permissions to access this resource."),
                ),
            )
            .await,
            "the accounts of the organization",
            "has to be the management account or delegated",
            "cannot list the accounts of the organization: AccessDeniedException: You don't have permissions to access this resource (this account has to be the management account or delegated for iam.amazonaws.com, and the function's role has to allow it)",
        ),
        told(
            "Organizations: throttled",
            in_report(always(describe).throttle()).await,
            ACCOUNT,
            "try again later",
            "cannot describe account `200000000002`: TooManyRequestsException: AWS Organizations can't complete your request because another request is already in progress. Try again later (AWS asks for fewer calls: try again later; everything else that calls AWS in this account counts as well)",
        ),
        told(
            "Organizations: a fault of AWS",
            in_report(always(describe).internal_error()).await,
            ACCOUNT,
            "AWS Health Dashboard",
            "cannot describe account `200000000002`: ServiceException: The request processing has failed because of an unknown error, exception or failure (try again; if it stays so, look at the AWS Health Dashboard)",
        ),
        told(
            "Organizations: JSON inside the message",
            in_report(always(describe).error(
                "ServiceException",
                500,
                r#"{"message": "{\"Message\": \"Backend fault\"}", "id": 1}"#,
            ))
            .await,
            ACCOUNT,
            "AWS Health Dashboard",
            "cannot describe account `200000000002`: ServiceException: Backend fault (try again; if it stays so, look at the AWS Health Dashboard)",
        ),
    ]
}

pub async fn own_bucket() -> Vec<Told> {
    let object = "state/features.json";
    let by_bucket = denial(
        ROLE,
        "s3:PutObject",
        &format!("\"arn:aws:s3:::{BUCKET}/{object}\""),
        "with an explicit deny in a resource-based policy",
    );
    let put = |fault: Fault| of_run(organization::world(), Some(fault));
    vec![
        told(
            "S3: our bucket's policy does not let the function write",
            put(always("s3:PutObject").denied_with(by_bucket)).await,
            "`state/features.json`",
            "compare it with the one in the template",
            r#"cannot write `state/features.json`: AccessDenied: User: arn:aws:sts::111122223333:assumed-role/audit-accounts/session is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::rootwarden-bucket/state/features.json" with an explicit deny in a resource-based policy (the policy of the bucket or queue itself decides so: compare it with the one in the template)"#,
        ),
        told(
            "S3: our bucket is gone",
            put(always("s3:PutObject").error("NoSuchBucket", 404, "The specified bucket does not exist")).await,
            "`state/features.json`",
            "deploy again",
            "cannot write `state/features.json`: NoSuchBucket: The specified bucket does not exist (the bucket is gone: if it was the stack's own, deploy again)",
        ),
        told(
            "S3: fewer calls",
            put(always("s3:PutObject").throttle()).await,
            "`state/features.json`",
            "try again later",
            "cannot write `state/features.json`: SlowDown: Please reduce your request rate (AWS asks for fewer calls: try again later; everything else that calls AWS in this account counts as well)",
        ),
        told(
            "S3: denied without a reason",
            put(always("s3:PutObject").error("AccessDenied", 403, "Access Denied")).await,
            "`state/features.json`",
            "look at whose it is by now",
            "cannot write `state/features.json`: AccessDenied (AWS does not say why: look at whose it is by now, at its policy, at the role's and at the organization's)",
        ),
    ]
}

/// Source: service model of Step Functions; captures of its errors (localstack, AWS-validated).
pub async fn executions() -> Vec<Told> {
    let start = |fault: Fault| async move {
        let rehearsal = organization::rehearsal();
        rehearsal.simulator.inject(fault);
        let body = json!({"action": "secure", "selection": "all", "reason": "CHG-1"});
        super::making::answered(&rehearsal, access_requests::JANE, &body).await
    };
    let gone =
        "State Machine Does Not Exist: 'arn:aws:states:us-east-1:111122223333:stateMachine:rootwarden-secure-accounts'";
    let answer = |fault: Fault| async move {
        let (rehearsal, plan) = access_requests::asked(&json!("schedule")).await;
        rehearsal.simulator.inject(fault);
        super::making::answered(&rehearsal, access_requests::JANE, &access_requests::decision_request("approve", &plan))
            .await
    };
    let by_iam = denial(
        "arn:aws:sts::111122223333:assumed-role/access-requests/session",
        "states:StartExecution",
        "arn:aws:states:us-east-1:111122223333:stateMachine:rootwarden-secure-accounts",
        "because no identity-based policy allows the states:StartExecution action",
    );
    let too_late = {
        let (rehearsal, plan) = access_requests::asked(&json!("schedule")).await;
        rehearsal.simulator.inject(always("states:SendTaskSuccess").error(
            "TaskTimedOut",
            400,
            "Task Timed Out: 'Provided task does not exist anymore'",
        ));
        super::making::answered(&rehearsal, access_requests::JANE, &access_requests::decision_request("approve", &plan))
            .await
    };
    vec![
        told(
            "Step Functions: the machine is gone",
            start(always("states:StartExecution").error("StateMachineDoesNotExist", 400, gone)).await,
            "`by-hand-",
            "deploy again",
            "cannot start `by-hand-all-ID`: StateMachineDoesNotExist: 'arn:aws:states:us-east-1:111122223333:stateMachine:rootwarden-secure-accounts' (the stack's state machine is gone: deploy again)",
        ),
        told(
            "Step Functions: the role may not start",
            start(always("states:StartExecution").denied_with(by_iam)).await,
            "`by-hand-",
            "compare the policies",
            "cannot start `by-hand-all-ID`: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/access-requests/session is not authorized to perform: states:StartExecution on resource: arn:aws:states:us-east-1:111122223333:stateMachine:rootwarden-secure-accounts because no identity-based policy allows the states:StartExecution action (compare the policies of the function's role with the template)",
        ),
        told(
            "Step Functions: too many executions",
            start(always("states:StartExecution").throttle()).await,
            "`by-hand-",
            "try again later",
            "cannot start `by-hand-all-ID`: ThrottlingException: Rate exceeded (AWS asks for fewer calls: try again later; everything else that calls AWS in this account counts as well)",
        ),
        told(
            "Step Functions: the token's answer fails, and nothing of the token is told",
            answer(always("states:SendTaskSuccess").error("InternalServerException", 500, unlock::TOKEN)).await,
            "`nightly-2026-11-22.0`",
            "try again",
            "cannot tell the execution that `nightly-2026-11-22.0` was approved: InternalServerException (try again; if it stays so, look at the AWS Health Dashboard)",
        ),
        told(
            "Step Functions: nobody waits any more",
            too_late,
            "`nightly-2026-11-22.0`",
            "ask anew",
            "too late: nothing waits for a decision about `nightly-2026-11-22.0` any more; ask anew",
        ),
    ]
}
