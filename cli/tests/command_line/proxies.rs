//! Proxies that the environment names, as the AWS CLI goes by way of them.

use std::sync::{Arc, Mutex};

use crate::{
    profiles::{Fake, who},
    support::{CALLER_KEY, CALLER_SECRET, Organization, world},
};

const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", CALLER_KEY), ("AWS_SECRET_ACCESS_KEY", CALLER_SECRET)];

/// Source: STS API Reference, `GetCallerIdentity`, its example.
const IDENTITY: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/by-proxy</Arn>\
    <UserId>AIDACKCEVSQ6C2EXAMPLE</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";

#[test]
fn a_proxy_of_the_environment_is_asked() {
    let organization = Organization::new(world());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&requests);
    let proxy = Fake::answering(move |request| {
        seen.lock().unwrap().push(request.lines().next().unwrap_or_default().to_owned());
        IDENTITY.to_owned()
    });
    for name in ["HTTP_PROXY", "http_proxy"] {
        let environment = [&KEYS[..], &[(name, &proxy.url), ("AWS_ENDPOINT_URL", "http://aws.invalid")]].concat();
        assert!(who(&organization, &[], &environment).ends_with("user/by-proxy"), "{name}");
    }
    let requests = requests.lock().unwrap();
    assert!(requests.iter().all(|line| line.starts_with("POST http://aws.invalid/")), "{requests:?}");
}

#[test]
fn https_goes_through_a_tunnel() {
    let organization = Organization::new(world());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&requests);
    let proxy = Fake::answering(move |request| {
        seen.lock().unwrap().push(request.lines().next().unwrap_or_default().to_owned());
        String::new()
    });
    let environment = [&KEYS[..], &[("HTTPS_PROXY", &proxy.url), ("AWS_ENDPOINT_URL", "https://aws.invalid")]].concat();
    who(&organization, &[], &environment);
    let requests = requests.lock().unwrap();
    assert!(requests.iter().any(|line| line.starts_with("CONNECT aws.invalid:443")), "{requests:?}");
}

#[test]
fn what_needs_no_proxy_goes_without() {
    let organization = Organization::new(world());
    let nobody = [("HTTP_PROXY", "http://127.0.0.1:1"), ("NO_PROXY", "127.0.0.1")];
    assert!(who(&organization, &[], &[&KEYS[..], &nobody].concat()).ends_with("user/operator"));
    assert!(!who(&organization, &[], &[&KEYS[..], &nobody[..1]].concat()).ends_with("user/operator"), "it counts");
}
