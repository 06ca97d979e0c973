//! A terminal of its own for the binary: what stands on it, and what is typed there.

use std::{
    io::{Read, Write},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::{CALLER_KEY, CALLER_SECRET, Organization};

/// Longer than anything here takes: a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_mins(2);

pub struct Screen {
    child: Box<dyn Child + Send + Sync>,
    typed: Box<dyn Write + Send>,
    written: Receiver<Vec<u8>>,
    text: String,
    seen: usize,
    // Kept open: the terminal lives as long.
    _master: Box<dyn MasterPty + Send>,
}

impl Screen {
    pub fn start(organization: &Organization, arguments: &[&str], columns: u16) -> Self {
        Self::with(organization, arguments, columns, &[])
    }

    pub fn with(organization: &Organization, arguments: &[&str], columns: u16, more: &[(&str, &str)]) -> Self {
        let size = PtySize { rows: 40, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_rootwarden"));
        command.args(arguments);
        command.env_clear();
        command.cwd(&organization.home);
        command.env("AWS_ACCESS_KEY_ID", CALLER_KEY);
        command.env("AWS_SECRET_ACCESS_KEY", CALLER_SECRET);
        command.env("TERM", "xterm");
        for (name, value) in organization.environment() {
            command.env(name, value);
        }
        for (name, value) in more {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, written) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let typed = pair.master.take_writer().unwrap();
        Self { child, typed, written, text: String::new(), seen: 0, _master: pair.master }
    }

    /// Waits until `text` is written, after what was waited for before.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.text.get(self.seen..).and_then(|new| new.find(text)) {
                self.seen += at + text.len();
                return;
            }
            match self.written.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.text += &String::from_utf8_lossy(&bytes),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("`{text}` was not written:\n{}", self.text)
                }
            }
        }
    }

    pub fn type_line(&mut self, line: &str) {
        self.typed.write_all(format!("{line}\r").as_bytes()).unwrap();
        self.typed.flush().unwrap();
    }

    pub fn press_control_c(&mut self) {
        self.type_keys("\u{3}");
    }

    pub fn type_keys(&mut self, keys: &str) {
        self.typed.write_all(keys.as_bytes()).unwrap();
        self.typed.flush().unwrap();
    }

    /// Waits for the end: the exit code, and everything that was written.
    #[track_caller]
    pub fn end(mut self) -> (u32, String) {
        let end = Instant::now() + PATIENCE;
        while let Ok(bytes) = self.written.recv_timeout(end.saturating_duration_since(Instant::now())) {
            self.text += &String::from_utf8_lossy(&bytes);
        }
        assert!(Instant::now() < end, "it does not end:\n{}", self.text);
        (self.child.wait().unwrap().exit_code(), self.text)
    }
}
