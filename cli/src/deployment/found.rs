//! Looks for a deployment by its stack.

use rootwarden_aws::{DeployedStack, Executions, FunctionUrl, SdkConfig, Storage, StorageError, UrlAnswer};
use rootwarden_domain::{ErrorKind, Failure, text::line::on_one_line};
use serde_json::Value;

use crate::{
    access::load_config, arguments::AccessArguments, context::Context, exit::Ended, output::DeploymentSeen, terminal,
};

/// As `sam deploy` names it if nobody says otherwise.
const STACK: &str = "rootwarden";

/// What to type where a deployment's rules are not to count.
pub(super) const ALONE: &str = "--ignore-deployment decides alone";

/// A deployment in the caller's account and Region.
#[derive(Debug, Clone)]
pub struct Deployment {
    stack: String,
    said: DeployedStack,
    bucket: String,
    config: SdkConfig,
}

/// A URL of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Url {
    /// It takes what people ask for.
    Requests,
    /// It takes what people decide.
    Approvals,
}

impl Url {
    fn output(self) -> &'static str {
        match self {
            Self::Requests => "AccessRequestsUrl",
            Self::Approvals => "ApprovalsUrl",
        }
    }

    /// What to do where no answer came.
    fn afterwards(self) -> &'static str {
        match self {
            Self::Requests => {
                "it is not known whether it was taken: `rootwarden requests` and `rootwarden runs` list what was; asked again within a minute it is the same request"
            }
            Self::Approvals => {
                "it is not known whether it was taken: `rootwarden show` with the id says so; the same decision again changes nothing"
            }
        }
    }
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
/// A stack was named and is none of a deployment; or AWS said neither that there is none nor that the caller may not look, so that a
/// pause may be there.
pub async fn look(config: &SdkConfig, arguments: &AccessArguments) -> Result<Looked, Ended> {
    let stack = name(arguments);
    match DeployedStack::find(config, &stack).await {
        Ok(said) => match (said.map(|said| Deployment::of(&stack, said, config)), &arguments.stack) {
            (Some(Ok(found)), _) => Ok(Looked::Found(Box::new(found))),
            (Some(Err(why)), None) => Ok(Looked::NotChecked { why }),
            (Some(Err(why)), Some(_)) => Err(Ended::Refused(why)),
            (None, None) => Ok(Looked::None { stack }),
            (None, Some(_)) => Err(Ended::Refused(missing(&stack, config))),
        },
        Err(error) if error.is_about_credentials() => Err(error.into()),
        Err(error) if arguments.stack.is_none() && error.kind() == ErrorKind::Denied => {
            Ok(Looked::NotChecked { why: error.to_string() })
        }
        // There may be a pause that nobody has read.
        Err(error) => Err(error.with_note(ALONE).into()),
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
    let said = DeployedStack::find(&config, &stack).await?;
    let said = said.ok_or_else(|| Ended::Refused(missing(&stack, &config)))?;
    Deployment::of(&stack, said, &config).map_err(Ended::Refused)
}

impl Deployment {
    fn of(stack: &str, said: DeployedStack, config: &SdkConfig) -> Result<Self, String> {
        let bucket = said.output("BucketName").map(str::to_owned);
        let bucket =
            bucket.ok_or_else(|| format!("the stack `{stack}` is no deployment: it has no output BucketName"))?;
        Ok(Self { stack: stack.to_owned(), said, bucket, config: config.clone() })
    }

    pub fn stack(&self) -> &str {
        &self.stack
    }

    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    pub(super) fn config(&self) -> &SdkConfig {
        &self.config
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

    /// What the stack was deployed with.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.said.parameter(name)
    }

    /// Sends what somebody asks or decides.
    ///
    /// # Errors
    /// The stack names no such URL; AWS did not let the caller through, or it is not known whether the function took it.
    pub(super) async fn send(&self, to: Url, body: &Value) -> Result<UrlAnswer, Ended> {
        let url = FunctionUrl::new(&self.config, self.output(to.output())?)?;
        url.send(body).await.map_err(|error| match error.kind() {
            _ if error.is_about_credentials() => error.into(),
            ErrorKind::Denied => error.with_note(&self.policy(to)).into(),
            ErrorKind::Throttled | ErrorKind::Transient | ErrorKind::Defect => error.with_note(to.afterwards()).into(),
            ErrorKind::NotYetVisible | ErrorKind::NotEnabled | ErrorKind::InvalidRequest => error.into(),
        })
    }

    /// What lets somebody through to a URL.
    fn policy(&self, to: Url) -> String {
        let (output, whom) = match to {
            Url::Requests => ("RequestersPolicyArn", "those who ask"),
            Url::Approvals => ("ApproversPolicyArn", "those who decide"),
        };
        let named = self.said.output(output).map(|arn| format!(" `{}`", on_one_line(arn))).unwrap_or_default();
        format!("the stack's managed policy for {whom}{named} (output {output}) lets you through: have it attached")
    }

    fn output(&self, name: &str) -> Result<&str, Ended> {
        let missing = || Ended::Refused(format!("the stack `{}` has no output {name}: deploy it again", self.stack));
        self.said.output(name).ok_or_else(missing)
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
