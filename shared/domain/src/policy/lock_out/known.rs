//! What is said of each condition key that this version knows.

use super::{
    exception::Likelihood::{Doubtful, Plausible, Unknown},
    who::{Named, Said, Words},
};

pub(super) const TLS: Words = Words::Flag {
    on: Said { who: "requests over TLS", likelihood: Plausible, why: "every current tool asks so" },
    off: Said {
        who: "requests without TLS",
        likelihood: Doubtful,
        why: "no current tool asks so unless it is told to",
    },
};
pub(super) const MFA: Words = Words::Flag {
    on: Said {
        who: "requests with MFA",
        likelihood: Plausible,
        why: "whoever signs in as an IAM user with MFA, or takes a role with it",
    },
    off: Said { who: "requests without MFA", likelihood: Plausible, why: "most sessions of roles are without" },
};
pub(super) const VIA_SERVICE: Words = Words::Flag {
    on: Said {
        who: "requests that an AWS service makes for them",
        likelihood: Doubtful,
        why: "a service has to act with somebody's credentials, as CloudFormation does",
    },
    off: Said { who: "requests that they make themselves", likelihood: Plausible, why: "most requests are" },
};
pub(super) const ACCOUNT: Words = Words::Named(Named {
    with: "principals of account",
    without: "principals of another account than",
    why: "if there are any",
    why_without: "none of the owner's",
});
pub(super) const ORGANIZATION: Words = Words::Named(Named {
    with: "principals of organization",
    without: "principals outside organization",
    why: "if the account is in that organization, this locks nobody in it out",
    why_without: "if the account is not in that organization, this locks nobody in it out",
});
pub(super) const ORGANIZATION_PATH: Words = Words::Named(Named {
    with: "principals under the organization's path",
    without: "principals outside the organization's path",
    why: "if the account is under that path, this locks nobody in it out",
    why_without: "if the account is not under that path, this locks nobody in it out",
});
pub(super) const USER_NAME: Words = Words::Named(Named {
    with: "the IAM user named",
    without: "IAM users who are not named",
    why: "if the user still exists and has credentials",
    why_without: "if the account has any",
});
pub(super) const PRINCIPAL_TYPE: Words = Words::Named(Named {
    with: "principals of the type",
    without: "principals of another type than",
    why: "if the account has any",
    why_without: "if the account has any",
});
pub(super) const SOURCE_IP: Words = Words::Named(Named {
    with: "requests from the addresses",
    without: "requests from other addresses than",
    why: "an office, a VPN or a NAT gateway may have such an address",
    why_without: "whoever asks from elsewhere, or through a VPC endpoint",
});
pub(super) const VPC_SOURCE_IP: Words = Words::Named(Named {
    with: "requests from the addresses in a VPC",
    without: "requests from other addresses in a VPC than",
    why: "a machine in a VPC may have such an address",
    why_without: "whoever asks from elsewhere",
});
pub(super) const VPC: Words = Words::Named(Named {
    with: "requests from VPC",
    without: "requests from outside VPC",
    why: "if that VPC still has an endpoint for this service, whoever works inside it",
    why_without: "whoever asks from elsewhere",
});
pub(super) const VPC_ENDPOINT: Words = Words::Named(Named {
    with: "requests through VPC endpoint",
    without: "requests that do not come through VPC endpoint",
    why: "if that endpoint still exists, whoever works inside its VPC",
    why_without: "whoever asks from elsewhere",
});
pub(super) const VPC_ENDPOINTS_OF_ACCOUNT: Words = Words::Named(Named {
    with: "requests through VPC endpoints of account",
    without: "requests that do not come through VPC endpoints of account",
    why: "if that account has such an endpoint, whoever works inside its VPC",
    why_without: "whoever asks from elsewhere",
});
pub(super) const VPC_ENDPOINTS_OF_ORGANIZATION: Words = Words::Named(Named {
    with: "requests through VPC endpoints of organization",
    without: "requests that do not come through VPC endpoints of organization",
    why: "if an account there has such an endpoint, whoever works inside its VPC",
    why_without: "whoever asks from elsewhere",
});
pub(super) const CALLED_VIA: Words = Words::Named(Named {
    with: "requests that are made for them by",
    without: "requests that are not made for them by",
    why: "that service has to act with somebody's credentials",
    why_without: "most requests are",
});
pub(super) const REGION: Words = Words::Key(Plausible, "the Region of a request is where the bucket or the queue lies");
pub(super) const TAG: Words =
    Words::Key(Plausible, "whoever has the tag; who may tag roles in the account can give it to one");
pub(super) const MFA_AGE: Words = Words::Key(Plausible, "whoever took a session with MFA");
pub(super) const TIME: Words = Words::Key(Unknown, "compare it with the time");
pub(super) const FREE: Words = Words::Key(Plausible, "a caller is free to send that");
pub(super) const PLAIN: Words = Words::Key(Unknown, "whether there is any cannot be read from the policy");
pub(super) const UNUSUAL: Words = Words::Key(Doubtful, "not what current tools send unless they are told to");
