//! What the network does. The AWS crate's own tests have the same on real sockets.

use std::io::{Error, ErrorKind};

use aws_smithy_runtime_api::client::result::ConnectorError;

use super::{
    Told,
    making::{ACCOUNT, Broken, always, in_report},
    told,
};

const TRY_AGAIN: &str = "try again; if it stays so, look at the function's network";

fn io(kind: ErrorKind, text: &'static str) -> Broken {
    Broken::by(move || ConnectorError::io(Box::new(Error::new(kind, text))))
}

pub async fn broken() -> Vec<Told> {
    vec![
        told(
            "connection refused",
            io(ErrorKind::ConnectionRefused, "").opening().await,
            ACCOUNT,
            TRY_AGAIN,
            "cannot open a root session in account `200000000002`: connection refused (try again; if it stays so, look at the function's network and at the AWS Health Dashboard)",
        ),
        told(
            "connection reset",
            in_report(always("iam:ListAccessKeys").connection_reset()).await,
            ACCOUNT,
            TRY_AGAIN,
            "cannot list access keys in account `200000000002`: connection reset (try again; if it stays so, look at the function's network and at the AWS Health Dashboard)",
        ),
        told(
            "closed",
            io(ErrorKind::UnexpectedEof, "unexpected end of file").describing().await,
            ACCOUNT,
            TRY_AGAIN,
            "cannot describe account `200000000002`: connection closed before the answer came (try again; if it stays so, look at the function's network and at the AWS Health Dashboard)",
        ),
        told(
            "never answered",
            Broken::silent().opening().await,
            ACCOUNT,
            TRY_AGAIN,
            "cannot open a root session in account `200000000002`: timed out after 30 s (try again; if it stays so, look at the function's network and at the AWS Health Dashboard)",
        ),
        told(
            "no connection in time",
            Broken::by(|| ConnectorError::timeout("HTTP connect timeout occurred after 3s".into())).reading().await,
            "`control/paused.json`",
            TRY_AGAIN,
            "cannot read `control/paused.json`: timed out after 3 s while connecting (try again; if it stays so, look at the function's network and at the AWS Health Dashboard)",
        ),
        told(
            "no such name",
            io(ErrorKind::Other, "failed to lookup address information: Name or service not known").opening().await,
            ACCOUNT,
            TRY_AGAIN,
            "cannot open a root session in account `200000000002`: the DNS name was not found (try again; if it stays so, look at the function's network and at the AWS Health Dashboard)",
        ),
        told(
            "a certificate of somebody else",
            io(ErrorKind::InvalidData, "invalid peer certificate: UnknownIssuer").opening().await,
            ACCOUNT,
            TRY_AGAIN,
            "cannot open a root session in account `200000000002`: no TLS connection: the other side is not who it should be, or does not speak TLS (try again; if it stays so, look at the function's network and at the AWS Health Dashboard)",
        ),
        told(
            "no route",
            io(ErrorKind::NetworkUnreachable, "").describing().await,
            ACCOUNT,
            TRY_AGAIN,
            "cannot describe account `200000000002`: the network is not reachable (try again; if it stays so, look at the function's network and at the AWS Health Dashboard)",
        ),
        told(
            "something else",
            Broken::by(|| ConnectorError::other("Kind { inner: 1 }".into(), None)).opening().await,
            ACCOUNT,
            TRY_AGAIN,
            "cannot open a root session in account `200000000002`: the connection broke (try again; if it stays so, look at the function's network and at the AWS Health Dashboard)",
        ),
    ]
}

pub async fn answered_by_others() -> Vec<Told> {
    vec![
        told(
            "a load balancer's page instead of STS",
            in_report(always("sts:AssumeRoot").answered(
                503,
                "text/html",
                "<html>\n<body>503 Service Unavailable</body></html>",
            ))
            .await,
            ACCOUNT,
            TRY_AGAIN,
            "cannot open a root session in account `200000000002`: HTTP status 503, and nothing that says why (try again; if it stays so, look at the function's network and at the AWS Health Dashboard)",
        ),
        told(
            "a proxy's page instead of IAM",
            in_report(always("iam:GetAccountSummary").answered(
                403,
                "text/html",
                "<!DOCTYPE html><p>Access policy { }</p>",
            ))
            .await,
            ACCOUNT,
            "look at its network and at proxies",
            "cannot read the account summary in account `200000000002`: HTTP status 403, and nothing that says why (something between the function and AWS may have answered: look at its network and at proxies)",
        ),
        told(
            "nothing at all, with a status",
            in_report(always("organizations:DescribeAccount").answered(502, "text/plain", "")).await,
            ACCOUNT,
            TRY_AGAIN,
            "cannot describe account `200000000002`: HTTP status 502, and nothing that says why (try again; if it stays so, look at the function's network and at the AWS Health Dashboard)",
        ),
        told(
            "a page that is called a success",
            in_report(always("sts:AssumeRoot").answered(200, "text/html", "<html><body>Log in</body></html>")).await,
            ACCOUNT,
            "look at its network and at proxies",
            "cannot open a root session in account `200000000002`: the answer cannot be read, HTTP status 200 (something between the function and AWS may have answered: look at its network and at proxies)",
        ),
    ]
}
