//! `simulator --world FILE --port N [--forward http://127.0.0.1:M]`

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use http::Uri;
use rootwarden_simulator::World;
use rootwarden_simulator::server::Server;

/// A simulated AWS organization on 127.0.0.1, for tests and the demo.
#[derive(Parser)]
struct Arguments {
    /// The organization, as JSON (see the crate's README).
    #[arg(long)]
    world: PathBuf,
    /// The port on 127.0.0.1; 0 picks a free one.
    #[arg(long)]
    port: u16,
    /// Another emulator that gets every request that is not the simulator's own, e.g. `http://127.0.0.1:4566`.
    #[arg(long)]
    forward: Option<Uri>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        // Asking for help is no mistake.
        Err(error) if !error.use_stderr() => error.exit(),
        Err(error) => return complain(&first_paragraph(&error.to_string())),
    };
    match run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&error),
    }
}

#[expect(clippy::print_stderr, reason = "a command line tool complains there")]
fn complain(error: &str) -> ExitCode {
    eprintln!("simulator: {error}");
    ExitCode::from(2)
}

/// What is wrong with the arguments, in one line and without the usage after it.
fn first_paragraph(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
    lines.join(" ").trim_start_matches("error: ").to_owned()
}

#[expect(clippy::print_stdout, reason = "whoever started it reads the port there")]
async fn run(arguments: Arguments) -> Result<(), String> {
    let world = read_world(&arguments.world)?;
    let server = Server::bind(world, arguments.port, arguments.forward).await.map_err(|error| one_line(&error))?;
    println!("listening on http://{}", server.address());
    server.run().await.map_err(|error| one_line(&error))
}

fn read_world(path: &Path) -> Result<World, String> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|error| format!("cannot read world file `{}`: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("cannot read world file `{}`: {error}", path.display()))
}

/// An error and what caused it.
fn one_line(error: &dyn Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", one_line(source)),
        None => error.to_string(),
    }
}
