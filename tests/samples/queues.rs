//! SQS: reading and changing a member's queue's policy.

use aws_sdk_sqs::types::QueueAttributeName;
use aws_types::region::Region;
use rootwarden_aws::PolicyWriteError;
use rootwarden_domain::{ErrorKind, policy::PolicyText};
use rootwarden_simulator::{Caller, Member, MemberQueue};
use serde_json::json;

use crate::{
    check::Check,
    exchange::Exchange,
    sample::Stand,
    world::{MEMBER, QUEUE, QUEUE_URL, opened, queue, world},
};

pub async fn check(check: &mut Check) {
    a_policy_is_read(check).await;
    no_queue(check).await;
    denials(check).await;
    an_empty_policy(check).await;
    refusals(check).await;
}

async fn a_policy_is_read(check: &mut Check) {
    let answer = check.answer("sqs.GetQueueAttributes.policy", "all attributes");
    let mut own = answer.clone();
    own.body["Attributes"]["QueueArn"] = json!(QUEUE);
    let exchange = Exchange::new(world()).answering(&own);
    let read = opened(&exchange, queue()).await.unwrap().read().await.unwrap().unwrap();
    assert_eq!(read.as_str(), answer.text("Attributes.Policy"));
    // The sample's own queue is another one, and is not taken for ours.
    let exchange = Exchange::new(world()).answering(&answer);
    let error = opened(&exchange, queue()).await.unwrap().read().await.unwrap_err();
    assert!(error.to_string().contains("it is `arn:aws:sqs:us-west-2:111122223333:example` that answers"), "{error}");
    check.reader_took(&answer);

    let exchange = Exchange::new(world());
    let all = QueueAttributeName::All;
    client(&exchange, "admin").get_queue_attributes().queue_url(QUEUE_URL).attribute_names(all).send().await.unwrap();
    check.compare(&answer, &exchange.last("sqs:GetQueueAttributes"));
}

async fn no_queue(check: &mut Check) {
    let answer = check.answer("sqs.QueueDoesNotExist", "by its URL");
    for exchange in [Exchange::new(world()).answering(&answer), Exchange::new(world().member(Member::new(MEMBER)))] {
        let error = opened(&exchange, queue()).await.unwrap().read().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
        assert!(error.to_string().contains("The specified queue does not exist"), "{error}");
    }
    check.reader_took(&answer);
    let exchange = Exchange::new(world().member(Member::new(MEMBER)));
    opened(&exchange, queue()).await.unwrap().read().await.unwrap_err();
    check.compare(&answer, &exchange.last("sqs:GetQueueAttributes"));
}

async fn denials(check: &mut Check) {
    let deny = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": QUEUE,
    }]});
    let locked = Member::new(MEMBER).queue(MemberQueue::new("example").region("us-west-2").policy(deny));
    for (case, told, member) in [
        ("no permission", "because no identity-based policy allows the sqs:sendmessage action", None),
        ("denied by the queue's policy", "with an explicit deny in a resource-based policy", Some(locked)),
    ] {
        let answer = check.answer("sqs.AccessDenied.json-protocol", case);
        let exchange = Exchange::new(world()).answering_as("sqs:GetQueueAttributes", &answer);
        let error = opened(&exchange, queue()).await.unwrap().read().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
        assert!(error.to_string().contains("AccessDenied") && error.to_string().contains(told), "{error}");
        check.reader_took(&answer);

        let world = match member {
            Some(member) => world().member(member),
            // A queue without a policy, so that only the caller's own statements count.
            None => world().member(Member::new(MEMBER).queue(MemberQueue::new("example").region("us-west-2"))),
        };
        let exchange = Exchange::new(world);
        let sent = client(&exchange, case).send_message().queue_url(QUEUE_URL).message_body("m").send().await;
        assert!(sent.is_err());
        check.compare(&answer, &exchange.last("sqs:SendMessage"));
    }
}

/// An empty policy is none: it is set without a complaint, and is no attribute any more.
async fn an_empty_policy(check: &mut Check) {
    let answer = check.answer("sqs.SetQueueAttributes.empty-policy", "the policy is gone");
    let exchange = Exchange::new(world());
    let session = opened(&exchange, queue()).await.unwrap();
    assert!(session.read().await.unwrap().is_some());
    session.write(None).await.unwrap();
    assert_eq!(session.read().await.unwrap(), None);
    check.reader_took(&answer);
    let all = QueueAttributeName::All;
    let read = client(&exchange, "admin").get_queue_attributes().queue_url(QUEUE_URL).attribute_names(all).send().await;
    assert_eq!(read.unwrap().attributes().unwrap().get(&QueueAttributeName::Policy), None, "{:?}", answer.body);
    // What is asserted of AWS was held above; there is no answer of it to compare.
    check.compare_fields(&answer, Stand::Simulator, &answer.body.clone());
}

async fn refusals(check: &mut Check) {
    let gone = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"AROAEXAMPLEGONE000001"},"Action":"sqs:*","Resource":"*"}]}"#;
    for (sample, case, kind, refusal) in [
        (
            "sqs.SetQueueAttributes.principal-does-not-exist",
            "refused",
            ErrorKind::InvalidRequest,
            Some(PolicyWriteError::MalformedSomewhere),
        ),
        ("sqs.SetQueueAttributes.principal-does-not-exist", "a fault of the service", ErrorKind::Transient, None),
        ("sqs.SetQueueAttributes.invalid-attribute-value", "no such attribute", ErrorKind::InvalidRequest, None),
        (
            "sqs.SetQueueAttributes.invalid-attribute-value",
            "a value with a reason",
            ErrorKind::InvalidRequest,
            Some(PolicyWriteError::MalformedSomewhere),
        ),
    ] {
        let answer = check.answer(sample, case);
        let exchange = Exchange::new(world()).answering(&answer);
        let session = opened(&exchange, queue()).await.unwrap();
        let error = session.write(Some(&PolicyText::from(gone.to_owned()))).await.unwrap_err();
        assert_eq!((error.kind(), PolicyWriteError::of(&error)), (kind, refusal), "{error}");
        assert!(error.to_string().contains(answer.text("Error.Code")), "{error}");
        check.reader_took(&answer);
    }
    let exchange = Exchange::new(world());
    let session = opened(&exchange, queue()).await.unwrap();
    session.write(Some(&PolicyText::from(gone.to_owned()))).await.unwrap_err();
    let answer = check.answer("sqs.SetQueueAttributes.principal-does-not-exist", "refused");
    check.compare(&answer, &exchange.last("sqs:SetQueueAttributes"));

    let exchange = Exchange::new(world());
    let call = client(&exchange, "admin").set_queue_attributes().queue_url(QUEUE_URL);
    assert!(call.attributes(QueueAttributeName::FifoQueue, "true").send().await.is_err());
    let answer = check.answer("sqs.SetQueueAttributes.invalid-attribute-value", "no such attribute");
    check.compare(&answer, &exchange.last("sqs:SetQueueAttributes"));
}

/// An ordinary role of the member: `admin` may do everything, everybody else nothing of their own.
fn client(exchange: &Exchange, role: &str) -> aws_sdk_sqs::Client {
    let caller = match role {
        "admin" => Caller::role(MEMBER, role),
        _ => Caller::role(MEMBER, "example-role").with_statements(json!([])),
    };
    let config = exchange.config_of(&caller);
    aws_sdk_sqs::Client::new(&config.to_builder().region(Region::from_static("us-west-2")).build())
}
