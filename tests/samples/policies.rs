//! S3: finding a member's bucket, and reading and changing its policy.

use rootwarden_aws::{AwsError, PolicyWriteError};
use rootwarden_domain::{ErrorKind, policy::PolicyText};
use rootwarden_simulator::Caller;

use crate::{
    check::Check,
    exchange::{Exchange, Seen},
    world::{BUCKET, MEMBER, OPEN_BUCKET, bucket, opened, world},
};

const READ: &str = "s3.GetBucketPolicy.none-ok-wrong-owner";
const PUBLIC: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::amzn-s3-demo-open/*"}]}"#;

pub async fn check(check: &mut Check) {
    a_policy_is_read(check).await;
    a_policy_is_changed(check).await;
    another_owner(check).await;
    a_policy_is_refused(check).await;
    a_bucket_is_found(check).await;
    another_region(check).await;
}

async fn a_policy_is_read(check: &mut Check) {
    for (sample, case) in [(READ, "no policy"), ("s3.DeleteBucketPolicy.ok", "read afterwards")] {
        let answer = check.answer(sample, case);
        let exchange = Exchange::new(world()).answering(&answer);
        assert_eq!(opened(&exchange, bucket(BUCKET)).await.unwrap().read().await.unwrap(), None, "{case}");
        check.reader_took(&answer);
        let exchange = Exchange::new(world());
        assert_eq!(opened(&exchange, bucket(OPEN_BUCKET)).await.unwrap().read().await.unwrap(), None);
        check.compare(&answer, &exchange.last("s3:GetBucketPolicy"));
    }
    for (sample, case) in
        [(READ, "a policy"), (READ, "a policy, asked for with the owner"), ("s3.PutBucketPolicy.ok", "read afterwards")]
    {
        let answer = check.answer(sample, case);
        let exchange = Exchange::new(world()).answering(&answer);
        let read = opened(&exchange, bucket(OPEN_BUCKET)).await.unwrap().read().await.unwrap().unwrap();
        assert_eq!(read.as_str(), answer.text("Policy"), "as it stands, to the last byte");
        check.reader_took(&answer);
        let exchange = Exchange::new(world());
        assert!(opened(&exchange, bucket(BUCKET)).await.unwrap().read().await.unwrap().is_some());
        check.compare(&answer, &exchange.last("s3:GetBucketPolicy"));
    }
}

async fn a_policy_is_changed(check: &mut Check) {
    let private = PolicyText::from(PUBLIC.replace(r#""*""#, r#""444455556666""#));
    for (sample, case, policy) in [
        ("s3.PutBucketPolicy.ok", "put", Some(&private)),
        ("s3.PutBucketPolicy.wrong-owner", "the owner expected", Some(&private)),
        ("s3.DeleteBucketPolicy.ok", "deleted", None),
    ] {
        let answer = check.answer(sample, case);
        let exchange = Exchange::new(world()).answering(&answer);
        opened(&exchange, bucket(OPEN_BUCKET)).await.unwrap().write(policy).await.unwrap();
        let seen = exchange.last(&answer.operation);
        assert_eq!(seen.request["x-amz-expected-bucket-owner"], MEMBER, "{case}");
        check.reader_took(&answer);
        let exchange = Exchange::new(world());
        opened(&exchange, bucket(OPEN_BUCKET)).await.unwrap().write(policy).await.unwrap();
        check.compare(&answer, &exchange.last(&answer.operation));
    }
}

/// A bucket that changed hands is neither read nor written.
async fn another_owner(check: &mut Check) {
    for (sample, operation) in [(READ, "read"), ("s3.PutBucketPolicy.wrong-owner", "write")] {
        let answer = check.answer(sample, "another owner expected");
        let exchange = Exchange::new(world()).answering(&answer);
        let session = opened(&exchange, bucket(BUCKET)).await.unwrap();
        let policy = PolicyText::from(PUBLIC.to_owned());
        let error = if operation == "read" {
            session.read().await.unwrap_err()
        } else {
            session.write(Some(&policy)).await.unwrap_err()
        };
        assert_eq!((error.kind(), PolicyWriteError::of(&error)), (ErrorKind::Denied, None), "{error}");
        assert!(error.to_string().contains(BUCKET) && error.to_string().contains(MEMBER), "{error}");
        check.reader_took(&answer);

        let exchange = Exchange::new(world());
        let s3 = member_client(&exchange);
        let expected = "999999999999";
        let refused = if operation == "read" {
            s3.get_bucket_policy().bucket(BUCKET).expected_bucket_owner(expected).send().await.is_err()
        } else {
            let put = s3.put_bucket_policy().bucket(BUCKET).policy(PUBLIC);
            put.expected_bucket_owner(expected).send().await.is_err()
        };
        assert!(refused, "{operation}");
        check.compare(&answer, &exchange.last(&answer.operation));
    }
}

async fn a_policy_is_refused(check: &mut Check) {
    let malformed = "s3.PutBucketPolicy.malformed";
    for (case, text) in [("empty", ""), ("no JSON", "randomstring"), ("an empty object", "{}")] {
        let answer = check.answer(malformed, case);
        let error = write_error(&Exchange::new(world()).answering(&answer), "{}").await;
        assert_eq!(PolicyWriteError::of(&error), Some(PolicyWriteError::Malformed), "{error}");
        assert!(error.to_string().contains(answer.text("Error.Message")), "{error}");
        check.reader_took(&answer);
        let exchange = Exchange::new(world());
        write_error(&exchange, text).await;
        check.compare(&answer, &exchange.last("s3:PutBucketPolicy"));
    }
    let blocked = "s3.PutBucketPolicy.block-public-policy";
    for case in ["as it was reported", "as it is documented"] {
        let answer = check.answer(blocked, case);
        let error = write_error(&Exchange::new(world()).answering(&answer), PUBLIC).await;
        assert_eq!(PolicyWriteError::of(&error), Some(PolicyWriteError::BlockPublicAccess), "{error}");
        check.reader_took(&answer);
    }
    let exchange = Exchange::new(world());
    write_error(&exchange, PUBLIC).await;
    check.compare(&check.answer(blocked, "as it was reported"), &exchange.last("s3:PutBucketPolicy"));
}

async fn write_error(exchange: &Exchange, policy: &str) -> AwsError {
    let session = opened(exchange, bucket(OPEN_BUCKET)).await.unwrap();
    session.write(Some(&PolicyText::from(policy.to_owned()))).await.unwrap_err()
}

async fn a_bucket_is_found(check: &mut Check) {
    for (sample, case) in [
        ("s3.ListBuckets.prefix", "a bucket"),
        ("s3.ListBuckets.max-buckets", "more to come"),
        ("s3.AuthorizationHeaderMalformed", "the buckets of one prefix"),
    ] {
        let answer = check.answer(sample, case);
        // The simulated account has it elsewhere, so that only the sample can say us-east-1.
        let elsewhere = rootwarden_simulator::MemberBucket::new(BUCKET).region("eu-central-1");
        let member = rootwarden_simulator::Member::new(MEMBER).bucket(elsewhere);
        let exchange = Exchange::new(world().member(member)).answering(&answer);
        assert_eq!(opened(&exchange, bucket(BUCKET)).await.unwrap().region(), "us-east-1", "{case}");
        check.reader_took(&answer);
    }
    let answer = check.answer("s3.ListBuckets.prefix", "no bucket of this name");
    let exchange = Exchange::new(world()).answering(&answer);
    let error = opened(&exchange, bucket(BUCKET)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("the account has no bucket of this name"), "{error}");
    check.reader_took(&answer);

    let listed = async |prefix: &str| {
        let exchange = Exchange::new(world());
        member_client(&exchange).list_buckets().prefix(prefix).send().await.unwrap();
        exchange.last("s3:ListBuckets")
    };
    check.compare(&answer, &listed("Amzn-s3-demo-bucket").await);
    check.compare(&check.answer("s3.ListBuckets.prefix", "a bucket"), &listed(BUCKET).await);
    let of_prefix = check.answer("s3.AuthorizationHeaderMalformed", "the buckets of one prefix");
    check.compare(&of_prefix, &listed("amzn-s3-demo").await);
    let exchange = Exchange::new(world());
    member_client(&exchange).list_buckets().max_buckets(1).send().await.unwrap();
    check.compare(&check.answer("s3.ListBuckets.max-buckets", "more to come"), &exchange.last("s3:ListBuckets"));

    let answer = check.answer("s3.ListBuckets.bad-region", "no such Region");
    let exchange = Exchange::new(world()).answering(&answer);
    let error = opened(&exchange, bucket(BUCKET)).await.unwrap_err();
    assert!(error.to_string().contains("Argument value eu-east-1"), "{error}");
    check.reader_took(&answer);
    let exchange = Exchange::new(world());
    let listed = member_client(&exchange).list_buckets().bucket_region("eu-east-1").send().await;
    assert!(listed.is_err());
    check.compare(&answer, &exchange.last("s3:ListBuckets"));
}

async fn another_region(check: &mut Check) {
    let answer = check.answer("s3.AuthorizationHeaderMalformed", "signed for another Region");
    let exchange = Exchange::new(world()).answering(&answer);
    let error = opened(&exchange, bucket(BUCKET)).await.unwrap().read().await.unwrap_err();
    assert!(error.to_string().contains("the region 'aws-global' is wrong; expecting 'us-east-1'"), "{error}");
    check.reader_took(&answer);
    check.compare(&answer, &asked_from_elsewhere().await);
}

/// A host that names no Region, and a signature for another one.
async fn asked_from_elsewhere() -> Seen {
    let exchange = Exchange::new(world());
    let config = exchange.config_of(&Caller::role(MEMBER, "example-role"));
    let config = aws_sdk_s3::config::Builder::from(&config)
        .region(aws_sdk_s3::config::Region::from_static("eu-central-1"))
        .endpoint_url("https://s3.example.com")
        .force_path_style(true)
        .build();
    assert!(aws_sdk_s3::Client::from_conf(config).get_bucket_policy().bucket(BUCKET).send().await.is_err());
    exchange.last("s3:GetBucketPolicy")
}

/// An ordinary role of the member.
fn member_client(exchange: &Exchange) -> aws_sdk_s3::Client {
    let config = exchange.config_of(&Caller::role(MEMBER, "example-role"));
    aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build())
}
