//! I9: session credentials live in memory only.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use rootwarden_simulator::Fault;
use rootwarden_tests::BUCKET;
use tracing_subscriber::fmt::MakeWriter;

use crate::organization::*;

/// What was logged, at every level, by us and by the SDK.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test(start_paused = true)]
async fn i9_no_secret_is_logged_written_or_answered() {
    let captured = Captured::default();
    let filter = "debug,aws_smithy_runtime=debug";
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_env_filter(tracing_subscriber::EnvFilter::new(filter))
        .with_writer(captured.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let rehearsal = rehearsal();
    rehearsal.simulator.inject(Fault::on("iam:DeleteAccessKey").account(KEYS).always().denied());
    rehearsal.simulator.inject(Fault::on("sts:AssumeRoot").account(PASSWORD).always().lost_response());
    let finished = rehearsal.run(enforce_all()).await.unwrap();

    let mut seen = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    assert!(seen.contains("is clean"), "the log was captured");
    for (_, body) in rehearsal.simulator.objects(BUCKET) {
        seen.push_str(&String::from_utf8_lossy(&body));
    }
    seen.push_str(&finished.output.to_string());
    let secrets = rehearsal.simulator.issued_secrets();
    assert!(secrets.len() > 20, "sessions were opened");
    for secret in secrets {
        assert!(!seen.contains(&secret), "a secret was seen");
    }
}
