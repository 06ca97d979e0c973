//! Changes a policy as planned: stored first, still the one that was planned for, and read again.

use std::{fs::OpenOptions, io::Write, os::unix::fs::OpenOptionsExt, path::PathBuf};

use rootwarden_domain::{
    aws::resource::Resource,
    policy::policy_sha256,
    unlock::{PlannedChange, PolicyState, UnlockPlan, UnlockRequest},
};

use super::{open, wanted::Wanted};
use crate::{
    access::Access,
    arguments::UnlockArguments,
    context::Context,
    exit::{Ended, Exit},
    output, terminal,
};

/// Where the answer comes from, and where the policy is stored before it is changed.
#[derive(Debug)]
pub struct Confirmation {
    given: Option<String>,
    store: Option<PathBuf>,
}

impl Confirmation {
    /// # Errors
    /// Nobody can be asked and no answer was given; the policy could not be stored in a new file.
    pub fn of(arguments: &UnlockArguments, wanted: &Wanted) -> Result<Self, Ended> {
        let UnlockArguments { confirm_name: given, store, .. } = arguments;
        if wanted.action.changes() {
            if given.is_none() && !terminal::can_ask() {
                let why = "there is no terminal to ask on: say --confirm-name with the bucket's or the queue's name";
                return Err(Ended::Usage(why.to_owned()));
            }
            if let Some(path) = store.as_ref().filter(|path| path.exists()) {
                return Err(Ended::Usage(format!("`{}` is there already: nothing is written over", path.display())));
            }
        }
        Ok(Self { given: given.clone(), store: store.clone() })
    }
}

/// One attempt to change a policy.
#[derive(Debug)]
pub struct Attempt<'a> {
    pub access: &'a Access,
    pub request: &'a UnlockRequest,
    pub plan: &'a UnlockPlan,
    pub change: &'a PlannedChange,
}

impl Attempt<'_> {
    /// INVARIANT: up to the change itself every failure leaves the policy as it is; after it, what is said is what a fresh
    /// read shows.
    ///
    /// # Errors
    /// Nothing was changed.
    pub async fn make(&self, confirmation: &Confirmation, context: &Context) -> Result<Exit, Ended> {
        let name = match &self.request.resource {
            Resource::Bucket(name) => name.to_string(),
            Resource::Queue(queue) => queue.name().to_owned(),
        };
        terminal::note("here one person decides: a deployment's unlock request is approved by a second one");
        let answer = match &confirmation.given {
            Some(given) => given.clone(),
            None => {
                terminal::ask(&format!("Type the name ({name}) to change its policy as shown:"), &context.stop).await?
            }
        };
        if answer != name {
            return Err(Ended::Refused(format!("the answer is not {name}: nothing was changed")));
        }
        let session = open(self.access, self.request).await?;
        let now = session.read().await?;
        if policy_sha256(now.as_ref()) != self.plan.before_sha256 || session.region() != self.plan.region {
            let why = "it is not the policy any more that was shown: nothing was changed; look again";
            return Err(Ended::Unfinished(why.to_owned()));
        }
        let path = self.store(confirmation)?;
        let written = session.write(self.change.after.as_ref()).await;
        let state = match session.read().await {
            Ok(now) => PolicyState::of(now.as_ref(), self.plan.before.as_ref(), self.change.after.as_ref()),
            Err(error) => {
                terminal::note(&format!("{error}"));
                PolicyState::Unknown
            }
        };
        if let Err(error) = written {
            terminal::note(&format!("{error}"));
        }
        terminal::note(&format!("the policy {}; as it was before, it is in `{}`", state.words(), path.display()));
        terminal::note(&format!("to put it back: the same command with --restore {}", path.display()));
        Ok(if state == PolicyState::AsPlanned { Exit::Well } else { Exit::Unfinished })
    }

    /// INVARIANT (I6): what cannot be stored is not changed.
    fn store(&self, confirmation: &Confirmation) -> Result<PathBuf, Ended> {
        let path = confirmation.store.clone().unwrap_or_else(|| PathBuf::from(format!("{}.json", self.plan.unlock)));
        let failed = |error: std::io::Error| {
            let path = path.display();
            Ended::Unfinished(format!("cannot store the policy in `{path}`, so nothing was changed: {error}"))
        };
        let text = output::json(&self.plan.stored_policy())?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(failed)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        Ok(path)
    }
}
