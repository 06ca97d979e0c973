//! A private file: the caller's own, read by nobody else, and in the hands of one command at a time.

use std::{
    env, fs,
    fs::{DirBuilder, File, Metadata, OpenOptions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use rustix::{fs::OFlags, io::Errno, process::geteuid};

use crate::exit::Ended;

/// So often the file is opened anew that another command removed at this very moment.
const ATTEMPTS: u32 = 10;

/// Opens or makes the file, and locks it until it is closed. `None` if another command has it.
///
/// # Errors
/// It is a link, somebody else's, or readable by others: nothing in it can be trusted. Or it cannot be used.
pub(super) fn open(path: &Path) -> Result<Option<File>, Ended> {
    let failed = |error: io::Error| Ended::Unfinished(format!("cannot use `{}`: {error}", path.display()));
    let flags = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).unwrap_or_default();
    for _ in 0..ATTEMPTS {
        let mut options = OpenOptions::new();
        let file = options.read(true).append(true).create(true).mode(0o600).custom_flags(flags).open(path);
        let file = match file {
            Err(error) if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => {
                return Err(refused(path, "it is a symbolic link"));
            }
            file => file.map_err(failed)?,
        };
        let opened = file.metadata().map_err(failed)?;
        if !opened.is_file() {
            return Err(refused(path, "it is no file"));
        }
        require_private(path, &opened)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        // Why: the command that had it may have removed it after it was opened here, and before it was locked.
        let is_there = |there: Metadata| (there.dev(), there.ino()) == (opened.dev(), opened.ino());
        if fs::symlink_metadata(path).is_ok_and(is_there) {
            return Ok(Some(file));
        }
    }
    Err(Ended::Unfinished(format!("cannot use `{}`: other commands remove it again and again", path.display())))
}

/// Where journals lie, made if it is not there. Source: XDG Base Directory Specification, `XDG_STATE_HOME`.
///
/// # Errors
/// There is no place for it, or others may change what is in it.
pub(super) fn directory() -> Result<PathBuf, Ended> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = set("XDG_STATE_HOME").filter(|path| path.is_absolute());
    let Some(state) = state.or_else(|| set("HOME").map(|home| home.join(".local").join("state"))) else {
        return Err(Ended::Usage("neither XDG_STATE_HOME nor HOME is set: the journal has no place".to_owned()));
    };
    let path = state.join("rootwarden");
    let made = DirBuilder::new().recursive(true).mode(0o700).create(&path).and_then(|()| fs::metadata(&path));
    let made = made.map_err(|error| {
        Ended::Unfinished(format!("cannot make `{}`, where the journal belongs: {error}", path.display()))
    })?;
    require_private(&path, &made)?;
    Ok(path)
}

fn require_private(path: &Path, metadata: &Metadata) -> Result<(), Ended> {
    let (owner, own) = (metadata.uid(), geteuid().as_raw());
    if owner != own {
        return Err(refused(path, &format!("it belongs to user {owner}, and you are user {own}")));
    }
    let mode = metadata.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(refused(path, &format!("its mode is {mode:o}, so that others may read or change it")));
    }
    Ok(())
}

fn refused(path: &Path, why: &str) -> Ended {
    Ended::Refused(format!("`{}` is no journal to go on with: {why}; look at it, and put it aside", path.display()))
}
