//! What a request carries that one of the owner's principals makes to manage a policy.
//!
//! Keys that say how a request is made have an ordinary value, that of a current SDK: a statement that does not hold for it
//! locks nobody out. Keys that say who asks, or from where, have none, for nobody's way in is the ordinary one.
//! Sources: AWS IAM User Guide, "AWS global condition context keys" (when each is there); AWS Service Authorization
//! Reference, "Condition keys for Amazon S3" (27 October 2026).

use super::{
    PolicyOf,
    words::{listed, quoted},
};
use crate::unlock::Resource;

/// What an ordinary request carries of a condition key.
#[derive(Debug)]
pub(super) enum Ordinary {
    Value(String),
    /// Not this key.
    Missing,
    /// There is nothing ordinary about this key.
    Unknown,
}

/// What is known of a condition key.
#[derive(Debug)]
pub(super) struct Carried {
    pub(super) ordinary: Ordinary,
    /// Patterns that every possible value is of.
    pub(super) values: Vec<String>,
    pub(super) may_be_missing: bool,
    pub(super) words: Words,
}

impl Carried {
    fn any(words: Words) -> Self {
        Self { ordinary: Ordinary::Unknown, values: vec!["*".to_owned()], may_be_missing: true, words }
    }

    fn always<const N: usize>(values: [&str; N], words: Words) -> Self {
        Self { ordinary: Ordinary::Unknown, values: values.map(str::to_owned).into(), may_be_missing: false, words }
    }

    /// Never carried by requests that manage a policy.
    fn absent() -> Self {
        Self { ordinary: Ordinary::Missing, values: vec![], may_be_missing: true, words: Words::Key }
    }

    /// Carried only by services of AWS that call for themselves, not by the owner's principals.
    fn services_alone(words: Words) -> Self {
        Self { ordinary: Ordinary::Missing, ..Self::any(words) }
    }

    /// The caller's choice, of which the first is ordinary.
    fn choice<const N: usize>(values: [&str; N], words: Words) -> Self {
        let ordinary = values.first().map_or(Ordinary::Unknown, |&value| Ordinary::Value(value.to_owned()));
        Self { ordinary, values: values.map(str::to_owned).into(), may_be_missing: true, words }
    }
}

/// What requests to manage the policy of a resource carry of a key (in lower case).
pub(super) fn carried(key: &str, of: PolicyOf<'_>) -> Carried {
    let PolicyOf { resource, owner, partition } = of;
    let owner = owner.to_string();
    if let Some(key) = key.strip_prefix("s3:") {
        return match resource {
            Resource::Bucket(_) => carried_to_bucket(key, &owner),
            // A key of another service: what SQS makes of it is not documented.
            Resource::Queue(_) => Carried::any(Words::Unknown),
        };
    }
    let Some(global) = key.strip_prefix("aws:") else { return Carried::any(Words::Unknown) };
    match global {
        "securetransport" => Carried {
            may_be_missing: false,
            ..Carried::choice(["true", "false"], Words::Flag("requests over TLS", "requests without TLS"))
        },
        "resourceaccount" | "principalaccount" => Carried::always([&owner], Words::Named("principals of account")),
        "principalarn" => {
            let iam = format!("arn:{partition}:iam::{owner}");
            let federated = format!("arn:{partition}:sts::{owner}:federated-user/*");
            let (root, users, roles) = (format!("{iam}:root"), format!("{iam}:user/*"), format!("{iam}:role/*"));
            Carried::always([&root, &users, &roles, &federated], Words::PrincipalArn)
        }
        // Unique ids begin with A; the root user has the account's id, a federated user its name behind that.
        // Source: AWS IAM User Guide, "IAM policy elements: Variables and tags", principal key values.
        "userid" => Carried::always([&owner, &format!("{owner}:*"), "A*"], Words::Named("the user id")),
        "username" => Carried::any(Words::Named("the IAM user named")),
        "principalisawsservice" => Carried::always(["false"], Words::Key),
        "principaltype" => Carried::any(Words::Named("principals of the type")),
        "principalorgid" => Carried::any(Words::Named("principals of organization")),
        "principalorgpaths" => Carried::any(Words::Named("principals under the organization's path")),
        "sourceip" => Carried::any(Words::Named("requests from the addresses")),
        "vpcsourceip" => Carried::any(Words::Named("requests from the addresses in a VPC")),
        "sourcevpc" | "sourcevpcarn" => Carried::any(Words::Named("requests from VPC")),
        "sourcevpce" => Carried::any(Words::Named("requests through VPC endpoint")),
        "vpceaccount" => Carried::any(Words::Named("requests through VPC endpoints of account")),
        "vpceorgid" => Carried::any(Words::Named("requests through VPC endpoints of organization")),
        "sourcearn" | "sourceaccount" | "sourceorgid" | "sourceorgpaths" => {
            Carried::services_alone(Words::Named("services of AWS calling for themselves on behalf of"))
        }
        "principalservicename" | "principalservicenameslist" => {
            Carried::services_alone(Words::Named("services of AWS calling for themselves as"))
        }
        "viaawsservice" => Carried::always(
            ["true", "false"],
            Words::Flag("requests that an AWS service makes for them", "requests that they make themselves"),
        ),
        "calledvia" | "calledviafirst" | "calledvialast" => {
            Carried::any(Words::Named("requests that are made for them by"))
        }
        "multifactorauthpresent" => {
            let words = Words::Flag("requests with MFA", "requests without MFA");
            Carried { may_be_missing: true, ..Carried::always(["true", "false"], words) }
        }
        // Of tagging requests alone.
        "tagkeys" => Carried::absent(),
        _ if global.starts_with("requesttag/") => Carried::absent(),
        "requestedregion" | "multifactorauthage" | "tokenissuetime" | "currenttime" | "epochtime" | "useragent"
        | "referer" | "federatedprovider" => Carried::any(Words::Key),
        _ if global.starts_with("principaltag/") => Carried::any(Words::Key),
        _ => Carried::any(Words::Unknown),
    }
}

/// S3 gives requests on bucket policies only the keys that stand here; `GetBucketPolicy` through an access point is not the
/// ordinary way.
fn carried_to_bucket(key: &str, owner: &str) -> Carried {
    match key {
        "resourceaccount" => Carried::always([owner], Words::Key),
        "tlsversion" => Carried::choice(["1.3", "1.2", "1.1", "1.0"], Words::Key),
        "authtype" => Carried::choice(["REST-HEADER", "REST-QUERY-STRING", "POST"], Words::Key),
        "signatureversion" => Carried::choice(["AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256", "AWS"], Words::Key),
        // In milliseconds.
        "signatureage" => Carried { ordinary: Ordinary::Value("100".to_owned()), ..Carried::any(Words::Key) },
        "x-amz-content-sha256" => Carried {
            // Of no body at all, as one sends it to read or to delete a policy; to replace one, it is another.
            ordinary: Ordinary::Value("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".to_owned()),
            ..Carried::any(Words::Key)
        },
        _ if is_never_carried(key) => Carried::absent(),
        _ => Carried::any(Words::Unknown),
    }
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

/// How people call those who carry a key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Words {
    /// Followed by the value.
    Named(&'static str),
    PrincipalArn,
    /// With true, with false.
    Flag(&'static str, &'static str),
    /// By the key itself.
    Key,
    /// A key that this version does not know.
    Unknown,
}

impl Words {
    pub(super) fn with_value(self, key: &str, value: &str) -> String {
        let quoted = quoted(value);
        match self {
            Self::Named(who) => format!("{who} {quoted}"),
            Self::PrincipalArn if value.contains(['*', '?']) => format!("principals like {quoted}"),
            Self::PrincipalArn if value.contains(":role/") => format!("the role {quoted}"),
            Self::PrincipalArn if value.contains(":user/") => format!("the user {quoted}"),
            Self::PrincipalArn if value.ends_with(":root") => format!("the root user {quoted}"),
            Self::PrincipalArn => format!("the principal {quoted}"),
            Self::Flag(on, _) if value.eq_ignore_ascii_case("true") => on.to_owned(),
            Self::Flag(_, off) if value.eq_ignore_ascii_case("false") => off.to_owned(),
            Self::Flag(..) | Self::Key => format!("requests whose {key} is {quoted}"),
            Self::Unknown => format!("requests whose {key} is {quoted}, a key that cannot be read here"),
        }
    }

    pub(super) fn all_but(self, values: &[String], named: &[String]) -> Vec<String> {
        match (self, values) {
            (Self::Flag(_, off), [value]) if value.eq_ignore_ascii_case("true") => vec![off.to_owned()],
            (Self::Flag(on, _), [value]) if value.eq_ignore_ascii_case("false") => vec![on.to_owned()],
            (Self::Named(who), _) => {
                let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
                vec![format!("all but {who} {}", listed(&values, "or"))]
            }
            _ => vec![format!("all but {}", listed(named, "or"))],
        }
    }

    pub(super) fn with_key(self, key: &str) -> String {
        match self {
            Self::Flag(..) | Self::PrincipalArn | Self::Key | Self::Named(_) => format!("requests with any {key}"),
            Self::Unknown => format!("requests with any {key}, a key that cannot be read here"),
        }
    }

    pub(super) fn without_key(self, key: &str) -> String {
        match self {
            Self::Flag(..) | Self::PrincipalArn | Self::Key | Self::Named(_) => format!("requests without {key}"),
            Self::Unknown => format!("requests without {key}, a key that cannot be read here"),
        }
    }
}
