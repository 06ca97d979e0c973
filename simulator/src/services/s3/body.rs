//! The body of an upload: plain, or in the `aws-chunked` encoding with a checksum in its trailer.

use bytes::Bytes;

use crate::wire::{Request, ServiceError};

const CHECKSUMS: [&str; 5] = [
    "x-amz-checksum-crc32",
    "x-amz-checksum-crc32c",
    "x-amz-checksum-crc64nvme",
    "x-amz-checksum-sha1",
    "x-amz-checksum-sha256",
];

/// What an upload holds. The checksum is kept, not verified; the reader's SDK verifies it.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) bytes: Bytes,
    pub(super) checksum: Option<(&'static str, String)>,
}

pub(super) fn read(request: &Request) -> Result<Upload, ServiceError> {
    let is_chunked = request.header("content-encoding").is_some_and(|encoding| encoding.contains("aws-chunked"))
        || request.header("x-amz-content-sha256").is_some_and(|hash| hash.starts_with("STREAMING-"));
    let in_header = CHECKSUMS.into_iter().find_map(|name| Some((name, request.header(name)?.to_owned())));
    if !is_chunked {
        return Ok(Upload { bytes: request.body.clone(), checksum: in_header });
    }
    let (bytes, trailer) = decode(&request.body).ok_or_else(incomplete)?;
    Ok(Upload { bytes, checksum: in_header.or(trailer) })
}

type Trailer = Option<(&'static str, String)>;

/// Decodes `SIZE[;chunk-signature=…]\r\nDATA\r\n…0\r\nNAME:VALUE\r\n\r\n`; `None` if it ends too early.
fn decode(body: &[u8]) -> Option<(Bytes, Trailer)> {
    let mut bytes = Vec::with_capacity(body.len());
    let mut rest = body;
    loop {
        let (line, after) = line(rest)?;
        let size = line.split(';').next()?;
        let size = usize::from_str_radix(size.trim(), 16).ok()?;
        if size == 0 {
            return Some((bytes.into(), trailer(after)));
        }
        bytes.extend_from_slice(after.get(..size)?);
        rest = after.get(size..)?.strip_prefix(b"\r\n")?;
    }
}

fn line(body: &[u8]) -> Option<(&str, &[u8])> {
    let end = body.windows(2).position(|pair| pair == b"\r\n")?;
    Some((std::str::from_utf8(body.get(..end)?).ok()?, body.get(end + 2..)?))
}

fn trailer(mut rest: &[u8]) -> Trailer {
    while let Some((line, after)) = line(rest) {
        let found = line.split_once(':').and_then(|(name, value)| {
            let name = CHECKSUMS.into_iter().find(|checksum| name.trim().eq_ignore_ascii_case(checksum))?;
            Some((name, value.trim().to_owned()))
        });
        if found.is_some() {
            return found;
        }
        rest = after;
    }
    None
}

fn incomplete() -> ServiceError {
    let message = "You did not provide the number of bytes specified by the Content-Length HTTP header";
    ServiceError::new("IncompleteBody", 400, message)
}
