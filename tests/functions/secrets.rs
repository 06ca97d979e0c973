//! I9: session credentials live in memory only.

use std::{
    io::Write,
    sync::{Arc, LazyLock, Mutex},
};

use rootwarden_simulator::Fault;
use rootwarden_tests::BUCKET;
use tracing::{
    Dispatch,
    subscriber::{DefaultGuard, NoSubscriber},
};
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

use crate::organization::*;

/// What was logged, at every level, by us and by the SDK.
#[derive(Clone, Default)]
pub struct Captured(Arc<Mutex<Vec<u8>>>);

/// Why: while there is only one, tracing asks the thread that meets a log line first whether anybody listens, once for all.
static ANOTHER_LISTENER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::default()));

impl Captured {
    /// Captures what this thread logs, until the guard is dropped.
    pub fn start() -> (Self, DefaultGuard) {
        LazyLock::force(&ANOTHER_LISTENER);
        let captured = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_env_filter(EnvFilter::new("debug,aws_smithy_runtime=debug"))
            .with_writer(captured.clone())
            .finish();
        (captured, tracing::subscriber::set_default(subscriber))
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

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
    let (captured, _guard) = Captured::start();
    let rehearsal = rehearsal();
    rehearsal.simulator.inject(Fault::on("iam:DeleteAccessKey").account(KEYS).always().denied());
    rehearsal.simulator.inject(Fault::on("sts:AssumeRoot").account(PASSWORD).always().lost_response());
    let finished = rehearsal.run(enforce_all()).await.unwrap();

    let mut seen = captured.text();
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
