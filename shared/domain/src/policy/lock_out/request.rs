//! What a request carries that one of the owner's principals makes to manage a policy.
//!
//! Keys that say how a request is made have an ordinary value, that of a current SDK: a statement that does not hold for it
//! locks nobody out. Keys that say who asks, or from where, have none, for nobody's way in is the ordinary one.
//! Sources: AWS IAM User Guide, "AWS global condition context keys" (when each is there); AWS Service Authorization
//! Reference, "Condition keys for Amazon S3" (27 October 2026).

use super::{known, who::Words};
use crate::{aws::resource::Resource, policy::language::subject::PolicySubject};

/// What is known of a condition key.
#[derive(Debug)]
pub(super) struct Carried {
    /// What ordinary requests carry, `None` for nothing; empty where there is nothing ordinary about this key.
    pub(super) ordinary: Vec<Option<String>>,
    /// Patterns that every possible value is of. Of a key that names principals the first is of the sessions of roles.
    pub(super) values: Vec<String>,
    pub(super) may_be_missing: bool,
    pub(super) kind: Kind,
    pub(super) words: Words,
}

/// What a key is about, as far as it decides how a condition on it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One value.
    Single,
    /// One value, which says who asks.
    Principal,
    /// One value, which is always an address.
    Address,
    /// Several values at once. Without `ForAnyValue` or `ForAllValues` a condition never holds where it is there.
    ///
    /// Source: captures of IAM at work (September 2026), radkawar/stackd `testdata/aws/iam/condition_sets.json`.
    Several,
}

impl Carried {
    fn any(words: Words) -> Self {
        Self { ordinary: vec![], values: vec!["*".to_owned()], may_be_missing: true, kind: Kind::Single, words }
    }

    fn several(words: Words) -> Self {
        Self { kind: Kind::Several, ..Self::any(words) }
    }

    fn always<const N: usize>(values: [&str; N], words: Words) -> Self {
        Self { values: values.map(str::to_owned).into(), may_be_missing: false, ..Self::any(words) }
    }

    fn principals<const N: usize>(values: [&str; N], words: Words) -> Self {
        Self { kind: Kind::Principal, ..Self::always(values, words) }
    }

    /// Never carried by requests of the owner's principals that manage a policy.
    fn absent() -> Self {
        Self { ordinary: vec![None], values: vec![], ..Self::any(Words::Unknown) }
    }

    /// The caller's choice, of which the first is ordinary.
    fn choice<const N: usize>(values: [&str; N], words: Words) -> Self {
        let ordinary = values.first().map(|&value| Some(value.to_owned())).into_iter().collect();
        Self { ordinary, values: values.map(str::to_owned).into(), ..Self::any(words) }
    }
}

/// What a request to do `action` with the policy of a resource carries of a key (in lower case).
///
/// The account's root user is passed over: it can always act on the policies of its account, and its credentials are what
/// this project deletes.
pub(super) fn carried(key: &str, action: &str, subject: PolicySubject<'_>) -> Carried {
    let PolicySubject { resource, owner, partition } = subject;
    let owner = owner.to_string();
    if let Some(key) = key.strip_prefix("s3:") {
        return match resource {
            Resource::Bucket(_) => carried_to_bucket(key, action, &owner),
            // A key of another service: what SQS makes of it is not documented.
            Resource::Queue(_) => Carried::any(Words::Unknown),
        };
    }
    let Some(global) = key.strip_prefix("aws:") else { return Carried::any(Words::Unknown) };
    match global {
        "securetransport" => Carried { may_be_missing: false, ..Carried::choice(["true", "false"], known::TLS) },
        "resourceaccount" | "principalaccount" => Carried::always([&owner], known::ACCOUNT),
        "principalarn" => {
            let iam = format!("arn:{partition}:iam::{owner}");
            let federated = format!("arn:{partition}:sts::{owner}:federated-user/*");
            Carried::principals([&format!("{iam}:role/*"), &format!("{iam}:user/*"), &federated], Words::PrincipalArn)
        }
        // Source: AWS IAM User Guide, "IAM policy elements: Variables and tags", principal key values.
        "userid" => Carried::principals(["AROA*:*", "AIDA*", &format!("{owner}:*")], Words::UserId),
        "username" => Carried { kind: Kind::Principal, ..Carried::any(known::USER_NAME) },
        "principaltype" => Carried::principals(["AssumedRole", "User", "FederatedUser"], known::PRINCIPAL_TYPE),
        "principalisawsservice" => Carried::always(["false"], known::PLAIN),
        "principalorgid" => Carried::any(known::ORGANIZATION),
        "principalorgpaths" => Carried::several(known::ORGANIZATION_PATH),
        "sourceip" => Carried { kind: Kind::Address, ..Carried::any(known::SOURCE_IP) },
        "vpcsourceip" => Carried { kind: Kind::Address, ..Carried::any(known::VPC_SOURCE_IP) },
        "sourcevpc" => Carried::any(known::VPC),
        "sourcevpcarn" => Carried { may_be_missing: true, ..Carried::always(["arn:*:ec2:*:*:vpc/*"], known::VPC) },
        "sourcevpce" => Carried::any(known::VPC_ENDPOINT),
        "vpceaccount" => Carried::any(known::VPC_ENDPOINTS_OF_ACCOUNT),
        "vpceorgid" => Carried::any(known::VPC_ENDPOINTS_OF_ORGANIZATION),
        "vpceorgpaths" => Carried::several(known::VPC_ENDPOINTS_OF_ORGANIZATION),
        "viaawsservice" => Carried::always(["true", "false"], known::VIA_SERVICE),
        "calledvia" => Carried::several(known::CALLED_VIA),
        "calledviafirst" | "calledvialast" => Carried::any(known::CALLED_VIA),
        "multifactorauthpresent" => Carried { may_be_missing: true, ..Carried::always(["true", "false"], known::MFA) },
        "requestedregion" => match resource {
            Resource::Queue(queue) => Carried::always([queue.region()], known::REGION),
            Resource::Bucket(_) => Carried::any(known::REGION),
        },
        // A call of a service's own is none of the owner's principals'; keys of tags are of tagging requests alone.
        "sourcearn"
        | "sourceaccount"
        | "sourceorgid"
        | "sourceorgpaths"
        | "principalservicename"
        | "principalservicenameslist"
        | "tagkeys" => Carried::absent(),
        _ if global.starts_with("requesttag/") => Carried::absent(),
        "multifactorauthage" => Carried::any(known::MFA_AGE),
        "tokenissuetime" | "currenttime" | "epochtime" => Carried::any(known::TIME),
        "useragent" | "referer" => Carried::any(known::FREE),
        "federatedprovider" => Carried::any(known::PLAIN),
        _ if global.starts_with("principaltag/") => Carried::any(known::TAG),
        _ => Carried::any(Words::Unknown),
    }
}

/// The hash of no body at all, as one reads or deletes a policy.
pub(super) const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// S3 gives requests on bucket policies only the keys that stand here; `GetBucketPolicy` through an access point is not the
/// ordinary way.
fn carried_to_bucket(key: &str, action: &str, owner: &str) -> Carried {
    match key {
        "resourceaccount" => Carried::always([owner], known::PLAIN),
        "tlsversion" => Carried::choice(["1.3", "1.2", "1.1", "1.0"], known::UNUSUAL),
        "authtype" => Carried::choice(["REST-HEADER", "REST-QUERY-STRING", "POST"], known::UNUSUAL),
        "signatureversion" => Carried::choice(["AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256", "AWS"], known::UNUSUAL),
        // In milliseconds. A request is seldom older than a minute when it arrives; one source says that the key is there
        // in presigned requests alone (Amazon S3 API Reference, "Signature Version 4 authentication specific policy keys").
        "signatureage" => {
            let ordinary = vec![None, Some("1".to_owned()), Some("60000".to_owned())];
            Carried { ordinary, ..Carried::any(known::UNUSUAL) }
        }
        "x-amz-content-sha256" => content_sha256(action),
        _ if is_never_carried(key) => Carried::absent(),
        _ => Carried::any(Words::Unknown),
    }
}

/// A request to replace a policy has a body, of which the hash is never that of nothing; the others have none.
fn content_sha256(action: &str) -> Carried {
    let body = if action == "s3:PutBucketPolicy" { "?".repeat(64) } else { EMPTY_SHA256.to_owned() };
    let values = vec![body.clone(), "UNSIGNED-PAYLOAD".to_owned(), "STREAMING-*".to_owned()];
    Carried { ordinary: vec![Some(body)], values, ..Carried::any(known::UNUSUAL) }
}

/// The keys of other actions on buckets, objects, access points and jobs.
fn is_never_carried(key: &str) -> bool {
    const OTHERS: [&str; 36] = [
        "accessgrantscope",
        "accessgrantsinstancearn",
        "accessgrantslocationscope",
        "accesspointnetworkorigin",
        "annotation-prefix",
        "dataaccesspointaccount",
        "dataaccesspointarn",
        "delimiter",
        "deliverysourcearn",
        "destinationregion",
        "existingjoboperation",
        "existingjobpriority",
        "if-match",
        "if-none-match",
        "inventoryaccessibleoptionalfields",
        "isreplicationpauserequest",
        "jobsuspendedcause",
        "locationconstraint",
        "logtype",
        "max-annotation-results",
        "max-keys",
        "object-lock-event-hold",
        "object-lock-event-hold-duration-days",
        "object-lock-legal-hold",
        "object-lock-mode",
        "object-lock-remaining-retention-days",
        "object-lock-retain-until-date",
        "objectcreationoperation",
        "prefix",
        "requestjoboperation",
        "requestjobpriority",
        "requestobjecttagkeys",
        "resourcearnbeingauthorized",
        "versionid",
        "x-amz-acl",
        "x-amz-copy-source",
    ];
    const FAMILIES: [&str; 6] = [
        "accesspointtag/",
        "existingobjecttag/",
        "requestobjecttag/",
        "x-amz-grant-",
        "x-amz-object-",
        "x-amz-server-side-encryption",
    ];
    OTHERS.contains(&key)
        || matches!(
            key,
            "x-amz-bucket-namespace"
                | "x-amz-metadata-directive"
                | "x-amz-storage-class"
                | "x-amz-website-redirect-location"
        )
        || FAMILIES.iter().any(|family| key.starts_with(family))
}
