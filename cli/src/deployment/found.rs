//! Looks for a deployment by its stack.

use rootwarden_aws::{AwsError, Executions, FunctionUrl, SdkConfig, StackOutputs, Storage, StorageError};
use rootwarden_domain::{ErrorKind, Failure};

use crate::{
    access::load_config, arguments::AccessArguments, context::Context, exit::Ended, output::DeploymentSeen, terminal,
};

/// As `sam deploy` names it if nobody says otherwise.
const STACK: &str = "rootwarden";

/// A deployment in the caller's account and Region.
#[derive(Debug, Clone)]
pub struct Deployment {
    stack: String,
    outputs: StackOutputs,
    bucket: String,
    pub config: SdkConfig,
}

/// What came of looking for one.
#[derive(Debug, Clone)]
pub enum Looked {
    Found(Box<Deployment>),
    None { stack: String },
    NotChecked { why: String },
}

impl Looked {
    pub fn seen(&self) -> DeploymentSeen {
        match self {
            Self::Found(found) => DeploymentSeen::Found { stack: found.stack.clone(), bucket: found.bucket.clone() },
            Self::None { stack } => DeploymentSeen::None { stack: stack.clone() },
            Self::NotChecked { why } => DeploymentSeen::NotChecked { why: why.clone() },
        }
    }
}

/// Looks for a deployment, for a command that does not need one.
///
/// # Errors
/// A stack was named and is none of a deployment; or AWS did not answer, so that a pause may be there.
pub async fn look(config: &SdkConfig, arguments: &AccessArguments) -> Result<Looked, Ended> {
    let stack = name(arguments);
    match StackOutputs::find(config, &stack).await {
        Ok(outputs) => match (outputs.map(|outputs| Deployment::of(&stack, outputs, config)), &arguments.stack) {
            (Some(Ok(found)), _) => Ok(Looked::Found(Box::new(found))),
            (Some(Err(why)), None) => Ok(Looked::NotChecked { why }),
            (Some(Err(why)), Some(_)) => Err(Ended::Refused(why)),
            (None, None) => Ok(Looked::None { stack }),
            (None, Some(_)) => Err(Ended::Refused(missing(&stack, config))),
        },
        Err(error) if arguments.stack.is_some() || may_pass(&error) => Err(error.into()),
        Err(error) => Ok(Looked::NotChecked { why: error.to_string() }),
    }
}

/// One person does not do alone what a deployment does with two, unless they say so in full. `instead`: what to say to ask it.
///
/// # Errors
/// A deployment was found, or it is unknown whether there is one, for a cause that may pass.
pub async fn require_none(config: &SdkConfig, instead: &str, context: &Context) -> Result<(), Ended> {
    let looked = look(config, &context.access).await?;
    if let Looked::Found(found) = &looked {
        return Err(Ended::Refused(format!(
            "the deployment `{}` does this with a second person: say {instead}, or --ignore-deployment to decide alone",
            found.stack()
        )));
    }
    terminal::note(&looked.seen().to_string());
    Ok(())
}

/// The deployment, for a command that works through one.
///
/// # Errors
/// There is none, or AWS does not let the caller look.
pub(super) async fn require(context: &Context) -> Result<Deployment, Ended> {
    let config = load_config(&context.access).await?;
    let stack = name(&context.access);
    let outputs = StackOutputs::find(&config, &stack).await?;
    let outputs = outputs.ok_or_else(|| Ended::Refused(missing(&stack, &config)))?;
    Deployment::of(&stack, outputs, &config).map_err(Ended::Refused)
}

impl Deployment {
    fn of(stack: &str, outputs: StackOutputs, config: &SdkConfig) -> Result<Self, String> {
        let bucket = outputs.get("BucketName").map(str::to_owned);
        let bucket =
            bucket.ok_or_else(|| format!("the stack `{stack}` is no deployment: it has no output BucketName"))?;
        Ok(Self { stack: stack.to_owned(), outputs, bucket, config: config.clone() })
    }

    pub fn stack(&self) -> &str {
        &self.stack
    }

    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    pub(super) fn storage(&self) -> Storage {
        Storage::new(&self.config, &self.bucket)
    }

    /// The runs of the deployment.
    ///
    /// # Errors
    /// The stack does not say of which state machine.
    pub(super) fn runs(&self) -> Result<Executions, Ended> {
        Ok(Executions::new(&self.config, self.output("StateMachineArn")?))
    }

    /// The URL that takes what people ask for.
    ///
    /// # Errors
    /// The stack names none.
    pub(super) fn requests(&self) -> Result<FunctionUrl, Ended> {
        Ok(FunctionUrl::new(&self.config, self.output("AccessRequestsUrl")?)?)
    }

    /// The URL that takes what people decide.
    ///
    /// # Errors
    /// The stack names none.
    pub(super) fn approvals(&self) -> Result<FunctionUrl, Ended> {
        Ok(FunctionUrl::new(&self.config, self.output("ApprovalsUrl")?)?)
    }

    fn output(&self, name: &str) -> Result<&str, Ended> {
        let missing = || Ended::Refused(format!("the stack `{}` has no output {name}: deploy it again", self.stack));
        self.outputs.get(name).ok_or_else(missing)
    }
}

/// What ends a command that cannot read or write the deployment's bucket.
pub(super) fn of_storage(deployment: &Deployment, error: StorageError) -> Ended {
    let Failure { kind, message, .. } = Failure::from(error);
    Ended::of_failure(kind, format!("in the deployment's bucket `{}`: {message}", deployment.bucket))
}

fn name(arguments: &AccessArguments) -> String {
    arguments.stack.as_ref().map_or(STACK, |stack| stack.as_str()).to_owned()
}

fn missing(stack: &str, config: &SdkConfig) -> String {
    let region = config.region().map_or("", AsRef::as_ref);
    format!("no deployment found: there is no stack `{stack}` in {region}; --stack names another one")
}

/// Whether the same question may be answered in a moment.
fn may_pass(error: &AwsError) -> bool {
    error.is_about_credentials() || matches!(error.kind(), ErrorKind::Throttled | ErrorKind::Transient)
}
