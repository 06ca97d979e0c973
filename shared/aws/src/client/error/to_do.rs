//! What a person should look at first, or do. AWS answers the same text for several causes.

use rootwarden_domain::{ErrorKind, aws::failure::DeniedBy};

pub(super) const NEW_ACCOUNT: &str =
    "the account joined within the last hour, and AWS may not know it everywhere yet: it is asked again";

/// What is done about an answer of AWS: the first that fits, from the particular to the general.
pub(super) fn about_answer(kind: ErrorKind, code: &str, why: &str) -> &'static str {
    switched_off(code, why).or_else(|| denied(kind, why)).or_else(|| wrong(code)).unwrap_or_else(|| general(kind))
}

/// What is done where there is no answer that can be read.
pub(super) fn about_silence(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Throttled => general(kind),
        ErrorKind::Defect => {
            "something between the function and AWS may have answered: look at its network and at proxies"
        }
        ErrorKind::Transient
        | ErrorKind::NotYetVisible
        | ErrorKind::Denied
        | ErrorKind::NotEnabled
        | ErrorKind::InvalidRequest => {
            "try again; if it stays so, look at the function's network and at the AWS Health Dashboard"
        }
    }
}

pub(super) fn general(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Throttled => {
            "AWS asks for fewer calls: try again later; everything else that calls AWS in this account counts as well"
        }
        ErrorKind::Transient => "try again; if it stays so, look at the AWS Health Dashboard",
        ErrorKind::NotYetVisible => NEW_ACCOUNT,
        ErrorKind::Denied => "look at the policies of the function's role, and at service control policies",
        ErrorKind::NotEnabled => "switch on what AWS names",
        ErrorKind::InvalidRequest => "look at the names in what was asked for",
        ErrorKind::Defect => "this version does not know such an answer: please report it",
    }
}

/// Source: answers of AWS of September 2026; service models of IAM, Organizations and STS.
fn switched_off(code: &str, why: &str) -> Option<&'static str> {
    Some(if why.contains("Root sessions feature is not enabled") {
        "switch on privileged root actions for member accounts in IAM, in the management account"
    } else if why.contains("credentials management feature is not enabled") {
        "switch on root credentials management in IAM, in the management account"
    } else if why.contains("Service not enabled for AWS Organizations") || code == "ServiceAccessNotEnabledException" {
        "switch on trusted access for iam.amazonaws.com, in the management account"
    } else if code == "AccountNotManagementOrDelegatedAdministratorException" {
        "deploy into the management account, or delegate this account for iam.amazonaws.com"
    } else if code.starts_with("RegionDisabled") {
        "the Region is not enabled in the account: run in a Region that every account has, such as us-east-1"
    } else {
        match code {
            "AWSOrganizationsNotInUseException" | "OrganizationNotFoundException" => {
                "deploy into the management account of the organization, or into the account delegated for iam.amazonaws.com"
            }
            "OrganizationNotInAllFeaturesModeException" => "enable all features in the organization",
            "OptInRequired" => "sign the account up for the service",
            "InvalidAccessException" => {
                "switch on Security Hub CSPM in this account and Region, or deploy with SecurityHub=off"
            }
            _ => return None,
        }
    })
}

/// Whether a service control policy over the member account denied something to its root session: whoever deploys this cannot
/// change that. One over the account that this runs in denies it to a function's role, and is none of these.
pub(super) fn denied_by(kind: ErrorKind, why: &str) -> Option<DeniedBy> {
    let is_members = why.contains("service control policy") && !is_of_role(why);
    (kind == ErrorKind::Denied && is_members).then_some(DeniedBy::ServiceControlPolicy)
}

/// A root session signs as the account's root user; everything else here is a function's role.
fn is_of_role(why: &str) -> bool {
    why.contains(":assumed-role/") || why.contains(":user/")
}

/// Whose policy said no. Source: AWS IAM User Guide, "Troubleshoot access denied error messages", which lists the words.
fn denied(kind: ErrorKind, why: &str) -> Option<&'static str> {
    if kind != ErrorKind::Denied {
        return None;
    }
    Some(if why.contains("service control policy") && is_of_role(why) {
        "a service control policy of the account that this runs in forbids it: it has to let the function's role through"
    } else if why.contains("service control policy") {
        "a service control policy of the account forbids it: it has to exempt root sessions, see aws:AssumedRoot"
    } else if why.contains("resource control policy") {
        "a resource control policy of the organization forbids it: it has to let this through"
    } else if why.contains("VPC endpoint policy") {
        "the policy of the VPC endpoint that the call went through forbids it"
    } else if why.contains("permissions boundary") {
        "the permissions boundary of the function's role forbids it"
    } else if why.contains("in a resource-based policy") || why.contains("no resource-based policy") {
        "the policy of the bucket or queue itself decides so: compare it with the one in the template"
    } else if why.contains("identity-based policy") {
        "compare the policies of the function's role with the template"
    } else if why.contains("not authorized to perform: sts:AssumeRoot") {
        "the function's role, a service control policy, or this account is neither the management account \
         nor delegated for iam.amazonaws.com: AWS says the same for each"
    } else if why.contains("BlockPublicPolicy") {
        "the account's administrators can change Block Public Access, or the statements that are public are left out"
    } else if why == "AccessDenied" {
        "AWS does not say why: look at whose it is by now, at its policy, at the role's and at the organization's"
    } else if why.contains("You don't have permissions to access this resource") {
        // Organizations, of a caller who may not see it; public reports of ListAccounts and DescribeOrganization.
        "this account has to be the management account or delegated for iam.amazonaws.com, and the function's role has to allow it"
    } else if why.contains(":root is not authorized") {
        "look at the organization's policies over the account, which bind its root sessions as well"
    } else {
        return None;
    })
}

/// What was asked for cannot be. Sources: the service models of S3, SQS, Step Functions and Organizations.
fn wrong(code: &str) -> Option<&'static str> {
    Some(match code {
        "NoSuchBucket" => "the bucket is gone: if it was the stack's own, deploy again",
        "MethodNotAllowed" => "the bucket is another account's: look at whose it is",
        "MalformedPolicy" | "InvalidPolicyDocument" | "InvalidAttributeValue" => {
            "a part of the policy is not taken, most often a principal that is gone: leave it out"
        }
        "PolicyTooLarge" | "OverLimit" => "ask with the change `drop`, `delete` or `replace`",
        "QueueDoesNotExist" | "AWS.SimpleQueueService.NonExistentQueue" | "InvalidAddress" => {
            "look at the account, the Region and the name: a queue is found by all three"
        }
        "StateMachineDoesNotExist" => "the stack's state machine is gone: deploy again",
        "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "InvalidAccessKeyId"
        | "InvalidToken"
        | "InvalidSecurity" => {
            "the Region may not be enabled in the account, or the function's role was made anew: try again"
        }
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => "the session was too old: try again",
        "ConstraintViolationException" => {
            "a limit of the organization, or something that has to come first: AWS names it"
        }
        "CreateAccountStatusNotFoundException" => "ask in the account that created it, the management account",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_switched_off_says_what_to_switch_on() {
        for (code, told) in [
            ("RegionDisabledException", "run in a Region that every account has"),
            ("RegionDisabled", "run in a Region that every account has"),
            ("ServiceAccessNotEnabledException", "switch on trusted access"),
            ("AccountNotManagementOrDelegatedAdministratorException", "delegate this account"),
            ("OrganizationNotInAllFeaturesModeException", "enable all features"),
            ("InvalidAccessException", "switch on Security Hub CSPM"),
            ("AWSOrganizationsNotInUseException", "deploy into the management account"),
        ] {
            let kind = super::super::kind::classify(code, "", Some(400));
            assert!(matches!(kind, ErrorKind::NotEnabled | ErrorKind::Denied), "{code}");
            assert!(about_answer(kind, code, code).contains(told), "{code}");
        }
    }

    #[test]
    fn a_denial_says_whose_policy_it_was() {
        let root =
            "AccessDenied: User: arn:aws:iam::111122223333:root is not authorized to perform: iam:ListAccessKeys";
        let role =
            "AccessDenied: User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform: s3:PutObject";
        for (who, reason, told) in [
            (root, "with an explicit deny in a service control policy", "it has to exempt root sessions"),
            (role, "with an explicit deny in a service control policy: arn:x", "the account that this runs in"),
            (root, "with an explicit deny in a resource control policy", "a resource control policy"),
            (role, "with an explicit deny in a VPC endpoint policy", "the VPC endpoint"),
            (role, "because no permissions boundary allows the s3:PutObject action", "permissions boundary"),
            (role, "with an explicit deny in a resource-based policy", "the policy of the bucket or queue itself"),
            (
                role,
                "because no identity-based policy allows the s3:PutObject action",
                "compare the policies of the function's role",
            ),
            (role, "", "look at the policies of the function's role"),
        ] {
            let told_of = about_answer(ErrorKind::Denied, "AccessDenied", &format!("{who} {reason}"));
            assert!(told_of.contains(told), "{reason}: {told_of}");
        }
    }
}
