//! What the SDK's own HTTP client makes of a server that does not answer as AWS does, on real sockets.

use std::{
    io::{Read, Write},
    net::TcpListener,
};

use aws_config::{BehaviorVersion, retry::RetryConfig};
use aws_credential_types::Credentials;
use rootwarden_domain::ErrorKind;

use crate::client::AwsError;

/// `sts:AssumeRoot` against `endpoint`, once: the kind of the failure, and its text.
async fn told(endpoint: String) -> (ErrorKind, String) {
    let config = aws_sdk_sts::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(aws_sdk_sts::config::Region::new("us-east-1"))
        .credentials_provider(Credentials::for_tests())
        .retry_config(RetryConfig::disabled())
        .endpoint_url(endpoint)
        .build();
    let error = aws_sdk_sts::Client::from_conf(config).assume_root().send().await.unwrap_err();
    let error = AwsError::new("open a root session in account `111122223333`", error);
    (error.kind(), error.to_string())
}

/// A server on this machine that reads a request, writes `answer`, and closes the connection.
fn answering(answer: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 8192]);
        let _ = stream.write_all(answer.as_bytes());
    });
    port
}

#[tokio::test]
async fn what_the_network_does_is_told_in_words() {
    let closed_port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let html = "HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/html\r\ncontent-length: 24\r\n\r\n<html>\n<p>Busy</p></html>";
    let cut_off = "HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ncontent-length: 1000\r\n\r\n<AssumeRootResponse>";
    let page = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 24\r\n\r\n<html>\n<p>Hi!!</p></html>";
    let forbidden =
        "HTTP/1.1 403 Forbidden\r\ncontent-type: text/html\r\ncontent-length: 24\r\n\r\n<html>\n<p>Away</p></html>";
    let general = "try again; if it stays so, look at the function's network and at the AWS Health Dashboard";
    let between = "something between the function and AWS may have answered: look at its network and at proxies";
    for (endpoint, kind, why, to_do) in [
        (format!("http://127.0.0.1:{closed_port}"), ErrorKind::Transient, "connection refused", general),
        (
            format!("http://127.0.0.1:{}", answering("")),
            ErrorKind::Transient,
            "connection closed before the answer came",
            general,
        ),
        (
            format!("https://127.0.0.1:{}", answering("HTTP/1.0 400 Bad Request\r\n\r\n")),
            ErrorKind::Transient,
            "no TLS connection: the other side is not who it should be, or does not speak TLS",
            general,
        ),
        (
            format!("http://127.0.0.1:{}", answering("SSH-2.0-OpenSSH_9.6\r\n")),
            ErrorKind::Transient,
            "what answered does not speak HTTP",
            general,
        ),
        (
            format!("http://127.0.0.1:{}", answering(html)),
            ErrorKind::Transient,
            "HTTP status 503, and nothing that says why",
            general,
        ),
        (
            format!("http://127.0.0.1:{}", answering(cut_off)),
            ErrorKind::Transient,
            "connection closed before the answer came",
            general,
        ),
        (
            format!("http://127.0.0.1:{}", answering(page)),
            ErrorKind::Defect,
            "the answer cannot be read, HTTP status 200",
            between,
        ),
        (
            format!("http://127.0.0.1:{}", answering(forbidden)),
            ErrorKind::Defect,
            "HTTP status 403, and nothing that says why",
            between,
        ),
    ] {
        let expected = format!("cannot open a root session in account `111122223333`: {why} ({to_do})");
        assert_eq!(told(endpoint).await, (kind, expected));
    }
}
