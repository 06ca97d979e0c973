//! What a run reads of the organization and of its own account before it looks at anybody.

use std::time::Duration;

use rootwarden_aws::{Concurrency, Deadline, OrganizationPolicies, PolicyReading, Trails};
use rootwarden_domain::{
    aws::partition::Partition,
    policy::RootSessionContext,
    preflight::{PolicyKind, Purpose},
};
use rootwarden_simulator::{OrganizationPolicy, World};
use rootwarden_tests::MANAGEMENT;
use serde_json::{Value, json};

use crate::{
    check::Check,
    exchange::Exchange,
    world::{MEMBER, world},
};

pub async fn check(check: &mut Check) {
    concurrency(check).await;
    trails(check).await;
    policies(check).await;
}

async fn concurrency(check: &mut Check) {
    let answer = check.answer("lambda.GetAccountSettings", "an account with some reserved concurrency");
    let exchange = Exchange::new(world()).answering(&answer);
    assert_eq!(Concurrency::new(&exchange.config(), "us-east-1").unreserved().await.unwrap(), 992);
    check.reader_took(&answer);

    let exchange = Exchange::new(world().lambda_concurrency(7));
    assert_eq!(Concurrency::new(&exchange.config(), "us-east-1").unreserved().await.unwrap(), 7);
    check.compare(&answer, &exchange.last("lambda:GetAccountSettings"));
}

async fn trails(check: &mut Check) {
    let answers = check.answers("cloudtrail.trails");
    let nothing = Exchange::new(world().trails([]));
    assert_eq!(Trails::new(&nothing.config(), "us-east-1").unfit(true).await.unwrap(), Some(vec![]));
    let exchange = answers.iter().fold(nothing, Exchange::answering);
    for is_management_account in [true, false] {
        let trails = Trails::new(&exchange.config(), "us-east-1");
        assert_eq!(trails.unfit(is_management_account).await.unwrap(), None, "it delivers");
    }
    let exchange_of_simulator = Exchange::new(world());
    let trails = Trails::new(&exchange_of_simulator.config(), "us-east-1");
    assert_eq!(trails.unfit(true).await.unwrap(), None);
    for answer in &answers {
        check.reader_took(answer);
        check.compare(answer, &exchange_of_simulator.last(&answer.operation));
    }
}

async fn policies(check: &mut Check) {
    let answers = check.answers("organizations.policies");
    let [list, policy, targets] = answers.as_slice() else { panic!("{answers:?}") };
    // AWS's example allows everything. As it stands, it denies nobody anything; as a Deny, it binds what it is attached to.
    let exchange = answers.iter().fold(Exchange::new(world()), Exchange::answering);
    assert_eq!(denying(&exchange).await, PolicyReading::default());
    let mut denied = policy.clone();
    let content = policy.text("Policy.Content").replace("Allow", "Deny");
    denied.body["Policy"]["Content"] = Value::String(content);
    let reading = denying(&exchange.answering(&denied)).await;
    let [found] = reading.denying.as_slice() else { panic!("{reading:?}") };
    assert_eq!((found.id.as_str(), found.name.as_str()), ("p-examplepolicyid111", "AllowAllS3Actions"));
    let names: Vec<&str> = found.targets.iter().map(|target| target.name.as_str()).collect();
    assert_eq!(names, ["the whole organization", "Developer Test Account", "Accounting"]);

    let everything =
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]});
    let ours = OrganizationPolicy::service_control("p-examplepolicyid222", everything).name("deny");
    let ours = ours.attached_to("r-aaaa").attached_to(MEMBER).attached_to("ou-aaaa-11111111");
    let exchange = Exchange::new(World::new(MANAGEMENT).policy(ours));
    assert_eq!(denying(&exchange).await.denying.len(), 1);
    for answer in [list, policy, targets] {
        check.reader_took(answer);
        check.compare(answer, &exchange.last(&answer.operation));
    }
}

async fn denying(exchange: &Exchange) -> PolicyReading {
    let context = RootSessionContext { partition: Partition::Aws, organization_id: "o-aaaaaaaaaa".to_owned() };
    let (kind, deadline) = (PolicyKind::ServiceControlPolicy, Deadline::after(Duration::from_mins(1)));
    let policies = OrganizationPolicies::new(&exchange.config());
    let management = MANAGEMENT.parse().unwrap();
    policies.denying(kind, &[Purpose::Credentials], &context, management, deadline).await.unwrap()
}
