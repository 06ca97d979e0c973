//! What AWS answers, written down as samples.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Clone, Args)]
pub struct RecordArguments {
    /// Writes what AWS answered into this new file, as samples: ids, names, addresses and keys replaced, shown first, and asked about.
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// The file's name, as the answer to what is asked: for where there is no terminal.
    #[arg(long, value_name = "NAME", requires = "record")]
    pub confirm_name: Option<String>,
    /// Makes the same calls at a simulated organization, with made-up credentials, and says what it answers otherwise.
    #[arg(long, value_name = "URL", requires = "record")]
    pub simulator: Option<String>,
}
