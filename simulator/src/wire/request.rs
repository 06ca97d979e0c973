//! A request with the parts that every service needs taken out of it: where it was sent, and who signed it.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::uri::Authority;
use http::{HeaderMap, Method};

/// An HTTP request with the parts that every service needs taken out of it.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) host: String,
    /// The path as sent, still percent-encoded.
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) signature: Option<Signature>,
    pub(crate) session_token: Option<String>,
}

/// The credential scope of a Signature Version 4 header. The signature itself is not verified.
#[derive(Debug)]
pub(crate) struct Signature {
    pub(crate) access_key: String,
    pub(crate) region: String,
    pub(crate) service: String,
}

impl Request {
    pub(crate) fn read(request: http::Request<Bytes>) -> Self {
        let (parts, body) = request.into_parts();
        let host = header(&parts.headers, "host")
            .or_else(|| parts.uri.authority().map(Authority::as_str))
            .unwrap_or_default()
            .to_owned();
        let query = form(parts.uri.query().unwrap_or_default().as_bytes());
        let signature = header(&parts.headers, "authorization").and_then(Signature::read);
        let session_token = header(&parts.headers, "x-amz-security-token").map(ToOwned::to_owned);
        let path = parts.uri.path().to_owned();
        Self { method: parts.method, host, path, query, headers: parts.headers, body, signature, session_token }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// The service for which it is signed; empty if it is not signed.
    pub(super) fn signing_service(&self) -> &str {
        self.signature.as_ref().map_or("", |signature| signature.service.as_str())
    }
}

impl Signature {
    /// Reads `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, …`.
    fn read(authorization: &str) -> Option<Self> {
        let (_, scope) = authorization.split_once("Credential=")?;
        let scope = scope.split([',', ' ']).next()?;
        let mut fields = scope.split('/');
        let access_key = fields.next()?.to_owned();
        let _date = fields.next()?;
        let region = fields.next()?.to_owned();
        let service = fields.next()?.to_owned();
        Some(Self { access_key, region, service })
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Parameters as a query and a form have them.
pub(super) fn form(text: &[u8]) -> BTreeMap<String, String> {
    form_urlencoded::parse(text).into_owned().collect()
}
