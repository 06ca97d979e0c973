//! A running server, and an emulator behind it.

use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use axum::Router;
use axum::body::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rootwarden_simulator::World;
use rootwarden_simulator::server::Server;
use serde_json::Value;

type Http = Client<HttpConnector, Full<Bytes>>;

/// Method, target, headers and body of a request that reached the emulator behind.
pub type Received = Arc<Mutex<Vec<(Method, String, HeaderMap, Bytes)>>>;

pub struct Running {
    pub url: String,
    http: Http,
}

impl Running {
    pub async fn start(world: World, forward: Option<Uri>) -> Self {
        let server = Server::bind(world, 0, forward).await.unwrap();
        let url = format!("http://{}", server.address());
        tokio::spawn(server.run());
        Self { url, http: Client::builder(TokioExecutor::new()).build_http() }
    }

    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Response<Bytes>, ()> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::copy_from_slice(body.as_bytes()))).unwrap();
        let (parts, body) = self.http.request(request).await.map_err(drop)?.into_parts();
        Ok(Response::from_parts(parts, body.collect().await.map_err(drop)?.to_bytes()))
    }

    pub async fn get(&self, path: &str) -> Value {
        serde_json::from_slice(self.send("GET", path, &[], "").await.unwrap().body()).unwrap()
    }

    pub async fn put_caller(&self, key: &str, caller: Value) -> StatusCode {
        self.send("PUT", &format!("/_callers/{key}"), &[], &caller.to_string()).await.unwrap().status()
    }

    pub fn sts(&self, key: &str) -> aws_sdk_sts::Client {
        let config = aws_sdk_sts::Config::builder()
            .behavior_version(aws_sdk_sts::config::BehaviorVersion::latest())
            .region(aws_sdk_sts::config::Region::new("us-east-1"))
            .retry_config(aws_sdk_sts::config::retry::RetryConfig::disabled())
            .credentials_provider(Credentials::new(key, "secret", None, None, "test"))
            .endpoint_url(&self.url);
        aws_sdk_sts::Client::from_conf(config.build())
    }
}

/// An emulator that records what reaches it.
pub async fn upstream() -> (Uri, Received) {
    let received = Received::default();
    let seen = Arc::clone(&received);
    let answer = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| async move {
        seen.lock().unwrap().push((method, uri.to_string(), headers, body));
        (StatusCode::IM_A_TEAPOT, [("x-emulator", "yes")], "from behind")
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await.unwrap() });
    (uri, received)
}

pub fn signed(key: &str, service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential={key}/20261122/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
    )
}
