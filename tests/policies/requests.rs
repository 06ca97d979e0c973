//! Who asks for what, under which circumstances.

use proptest::{collection::vec, prelude::*, sample::select};
use rootwarden_domain::policy::catalogue;
use rootwarden_simulator::{Access, is_allowed};
use serde_json::Value;

use crate::generated::{BUCKET, OWNER, On, QUEUE};

pub type Context = Vec<(&'static str, &'static str)>;

/// Administrators of the owner's account, some of whom generated statements name.
pub const ADMINISTRATORS: [&str; 3] = [
    "arn:aws:sts::111122223333:assumed-role/admin/jane",
    "arn:aws:sts::111122223333:assumed-role/dev-tools/joe",
    "arn:aws:iam::111122223333:user/bob",
];
/// Administrators whom no generated statement names.
pub const NEWCOMERS: [&str; 2] = [
    "arn:aws:sts::111122223333:assumed-role/newcomer/ann",
    "arn:aws:sts::111122223333:assumed-role/other-newcomer/ben",
];
pub const PARTNER: &str = "arn:aws:sts::999988887777:assumed-role/partner/eve";
pub const ANONYMOUS: &str = "*";

/// What a current SDK sends with every request.
const ORDINARY: [(&str, &str); 2] = [("s3:signatureAge", "100"), CONTENT];

/// The hash of nothing: of a request without a body.
const CONTENT: (&str, &str) =
    ("s3:x-amz-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
/// Of one with some policy in it.
const POLICY: (&str, &str) =
    ("s3:x-amz-content-sha256", "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");

/// Who asks and from where: whatever an administrator may come with.
pub fn circumstances() -> impl Strategy<Value = Context> {
    let any = select(vec![
        ("aws:SourceIp", "192.0.2.7"),
        ("aws:SourceIp", "2001:db8::1"),
        ("aws:SourceVpce", "vpce-11111111"),
        ("aws:SourceVpce", "vpce-22222222"),
        ("aws:PrincipalOrgID", "o-a1b2c3d4e5"),
        ("aws:PrincipalTag/team", "platform"),
        ("aws:PrincipalTag/bucket", "data"),
        ("aws:PrincipalTag/acl", "private"),
        ("aws:MultiFactorAuthPresent", "true"),
        ("aws:MultiFactorAuthPresent", "false"),
        ("aws:ViaAWSService", "true"),
        ("aws:CurrentTime", "2031-01-01T00:00:00Z"),
        ("aws:CurrentTime", "2019-01-01T00:00:00Z"),
        ("aws:RequestedRegion", "eu-central-1"),
        ("aws:SomethingNew", "x"),
    ]);
    vec(any, 0..5).prop_map(|chosen| with_ordinary(once_each(chosen)))
}

/// The same, made in ways out of the ordinary.
pub fn unusual_circumstances() -> impl Strategy<Value = Context> {
    let unusual = select(vec![
        ("aws:SecureTransport", "false"),
        ("s3:TlsVersion", "1.1"),
        ("s3:authType", "REST-QUERY-STRING"),
        ("s3:signatureversion", "AWS"),
        ("s3:signatureAge", "700000"),
    ]);
    (circumstances(), vec(unusual, 0..3)).prop_map(|(context, unusual)| {
        let unusual = once_each(unusual);
        let kept = context.into_iter().filter(|(key, _)| !unusual.iter().any(|(other, _)| other == key));
        kept.chain(unusual.clone()).collect()
    })
}

/// With what uploads and services carry besides.
pub fn circumstances_of_data() -> impl Strategy<Value = Context> {
    let of_data = select(vec![
        ("s3:x-amz-server-side-encryption", "aws:kms"),
        ("s3:x-amz-server-side-encryption", "AES256"),
        ("s3:x-amz-acl", "private"),
        ("s3:DataAccessPointAccount", OWNER),
        ("aws:SourceArn", "arn:aws:sns:eu-central-1:111122223333:topic"),
        ("aws:SourceAccount", OWNER),
        ("s3:max-keys", "10"),
    ]);
    (unusual_circumstances(), vec(of_data, 0..3)).prop_map(|(mut context, of_data)| {
        context.extend(once_each(of_data));
        context
    })
}

pub fn ordinary() -> Context {
    ORDINARY.to_vec()
}

fn with_ordinary(mut context: Context) -> Context {
    context.extend(ORDINARY);
    context
}

/// The simulator takes a key that is named twice as one of several values.
fn once_each(context: Context) -> Context {
    let mut once: Context = vec![];
    for (key, value) in context {
        if !once.iter().any(|(there, _)| *there == key) {
            once.push((key, value));
        }
    }
    // Through a VPC endpoint a request carries no address of the Internet.
    let is_through_endpoint = once.iter().any(|(key, _)| *key == "aws:SourceVpce");
    once.retain(|(key, _)| !is_through_endpoint || *key != "aws:SourceIp");
    once
}

pub fn management(on: On) -> &'static [&'static str] {
    match on {
        On::Bucket => &["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"],
        On::Queue => &["sqs:GetQueueAttributes", "sqs:SetQueueAttributes"],
    }
}

pub fn ways_out(on: On) -> &'static [&'static str] {
    match on {
        On::Bucket => &["s3:PutBucketPolicy", "s3:DeleteBucketPolicy"],
        On::Queue => &["sqs:SetQueueAttributes"],
    }
}

pub fn arn(on: On) -> &'static str {
    match on {
        On::Bucket => BUCKET,
        On::Queue => QUEUE,
    }
}

/// Every known action on data, with what it acts on.
pub fn data_requests(on: On) -> Vec<(&'static str, &'static str)> {
    let objects = [
        "arn:aws:s3:::data/a",
        "arn:aws:s3:::data/private/b",
        "arn:aws:s3:::data/111122223333/c",
        "arn:aws:s3:::data/x/data",
    ];
    let itself = match on {
        On::Bucket => catalogue::ON_BUCKETS,
        On::Queue => catalogue::ON_QUEUES,
    };
    let mut requests: Vec<(&str, &str)> =
        itself.iter().filter(|action| !management(on).contains(action)).map(|action| (*action, arn(on))).collect();
    if on == On::Bucket {
        requests.extend(catalogue::ON_OBJECTS.iter().flat_map(|action| objects.map(|object| (*action, object))));
    }
    requests
}

/// Somebody under some circumstances.
#[derive(Debug, Clone)]
pub struct Caller<'a> {
    pub principal: &'a str,
    pub identity_allows: bool,
    pub context: &'a [(&'a str, &'a str)],
}

impl Caller<'_> {
    pub fn may(&self, policy: Option<&Value>, action: &str, resource: &str) -> bool {
        let Self { principal, identity_allows, context } = *self;
        let mut context = context.to_vec();
        if action == "s3:PutBucketPolicy" {
            context.iter_mut().filter(|carried| **carried == CONTENT).for_each(|carried| *carried = POLICY);
        }
        if action.starts_with("sqs:") {
            // A queue is asked in its Region.
            context.retain(|(key, _)| *key != "aws:RequestedRegion");
            context.push(("aws:RequestedRegion", "eu-central-1"));
        }
        let context = context.as_slice();
        is_allowed(&Access { policy, owner: OWNER, principal, identity_allows, action, resource, context })
    }
}
