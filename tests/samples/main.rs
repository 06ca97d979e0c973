//! Each wire sample in `samples/`: what our readers make of it, and whether what stands for AWS in our tests answers alike.
//!
//! The emulator's part is held by `end-to-end/test_samples.py`. `samples/README.md` says how to add one.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic here is a failed test"
)]

mod check;
mod compare;
mod events;
mod exchange;
mod failures;
mod iam;
mod objects;
mod organizations;
mod policies;
mod preflight;
mod queues;
mod sample;
mod states;
mod sts;
mod table;
mod url;
mod wire;
mod world;
mod xml;

use check::Check;

/// Answers that a reader of ours takes, and those that are compared with the simulator and with the event fixtures.
/// A new sample raises them.
const READ: usize = 106;
const COMPARED: usize = 88;

#[tokio::test(start_paused = true)]
async fn readers_take_every_sample_and_what_stands_for_aws_answers_alike() {
    let mut check = Check::load();
    sts::check(&mut check).await;
    iam::check(&mut check).await;
    failures::check(&mut check).await;
    organizations::check(&mut check).await;
    policies::check(&mut check).await;
    preflight::check(&mut check).await;
    queues::check(&mut check).await;
    objects::check(&mut check).await;
    states::check(&mut check).await;
    events::check(&mut check).await;
    url::check(&mut check).await;
    assert_eq!(check.finish(), (READ, COMPARED));
}
