//! Changes a policy as planned: stored first, still the one that was planned for, and read again.

use std::path::{Path, PathBuf};

use rootwarden_domain::{
    aws::resource::Resource,
    policy::policy_sha256,
    text::line::on_one_line,
    unlock::{PlannedChange, PolicyState, UnlockPlan, UnlockRequest},
};

use super::{open, place};
use crate::{
    access::Access,
    arguments::{Place, UnlockArguments},
    context::Context,
    exit::{Ended, Exit},
    output, terminal, typed,
};

/// Where the answer comes from, and where the policy is stored before it is changed.
#[derive(Debug)]
pub struct Confirmation {
    given: Option<String>,
    store: Option<Place>,
    force: bool,
    ignore_deployment: bool,
}

impl Confirmation {
    /// # Errors
    /// Nobody can be asked and no answer was given; the policy could not be stored in a new file.
    pub fn of(arguments: &UnlockArguments) -> Result<Self, Ended> {
        let UnlockArguments { confirm_name: given, store, force, ignore_deployment, .. } = arguments;
        if arguments.apply || arguments.restore.is_some() {
            if given.is_none() && !terminal::can_ask() {
                let why = "there is no terminal to ask on: say --confirm-name with the bucket's or the queue's name";
                return Err(Ended::Usage(why.to_owned()));
            }
            if let Some(Place::File(path)) = store
                && is_there(path)
            {
                return Err(Ended::Usage(format!("`{}` is there already: nothing is written over", path.display())));
            }
        }
        let (force, ignore_deployment) = (*force, *ignore_deployment);
        Ok(Self { given: given.clone(), store: store.clone(), force, ignore_deployment })
    }
}

/// A link that leads nowhere is there as well.
fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
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
        let place = confirmation.store.clone();
        let place = place.unwrap_or_else(|| Place::File(PathBuf::from(format!("{}-{name}.json", self.plan.unlock))));
        place::store(&output::json(&self.plan.stored_policy())?, &place, &self.access.config).await?;
        let back = self.command_back(&place, confirmation, context);
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
        terminal::note(&format!("the policy {}; as it was before, it is in `{place}`", state.words()));
        terminal::note(&format!("to put it back: {back}"));
        Ok(if state == PolicyState::AsPlanned { Exit::Well } else { Exit::Unfinished })
    }

    /// What puts the policy back as it was, as it has to be typed.
    fn command_back(&self, place: &Place, confirmation: &Confirmation, context: &Context) -> String {
        let (account, place) = (self.request.account.to_string(), place.to_string());
        let (resource, queue);
        let mut words = match &self.request.resource {
            Resource::Bucket(name) => {
                resource = name.to_string();
                vec!["unlock", "bucket", &resource, "--account", &account]
            }
            Resource::Queue(found) => {
                queue = found.to_string();
                vec!["unlock", "queue", &queue]
            }
        };
        words.extend(["--restore", &place]);
        // What locked everybody out does so again.
        words.extend(confirmation.force.then_some("--force"));
        words.extend(confirmation.ignore_deployment.then_some("--ignore-deployment"));
        on_one_line(&typed::command(&words, &context.access))
    }
}
