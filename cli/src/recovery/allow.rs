//! Allows it: one session, one call.

use rootwarden_aws::{RecoveryAllowed, allow_recovery};
use rootwarden_domain::{AccountId, text::line::on_one_line};
use serde_json::json;

use super::{Confirmation, confirmed, end_command, enter, request_command};
use crate::{
    arguments::{Format, Whose},
    context::Context,
    deployment,
    exit::{Ended, Exit},
    output, terminal,
};

pub(super) async fn run(
    account: AccountId,
    confirmation: Confirmation,
    whose: Whose<'static>,
    context: &Context,
) -> Result<Exit, Ended> {
    let (access, member) = enter(account, context).await?;
    match whose {
        Whose::Found | Whose::InBucket(_) => {
            let instead = format!("`{}`", request_command("allow", account, context));
            deployment::require_none(&access.config, &instead, context).await?;
        }
        Whose::Nobodys => {
            terminal::note("a deployment is not looked for: its pause and its records know nothing of this");
        }
    }
    let end = end_command(account, whose, context);
    let name = on_one_line(&member.account().name);
    terminal::note(&format!(
        "will allow that the root user's password of account {account} ({name}) is set anew, by whoever reads the mail of the root user"
    ));
    terminal::note(&format!("nothing ends that but `{end}`: no window closes by itself here, and one person decides"));
    confirmation.ask(&member, "to allow this", context).await?;
    // INVARIANT (I1): asked again, since somebody may have read for a while.
    let member = confirmed(&access, account).await?;
    let session = access.sessions.open_allow_recovery(&member).await?;
    let allowed = match allow_recovery(&session).await {
        Ok(allowed) => allowed,
        Err(error) => {
            // An answer that got lost says nothing of what was done.
            terminal::note(&format!("if it was allowed all the same, this ends it: {end}"));
            return Err(error.into());
        }
    };
    let (state, words) = match allowed {
        RecoveryAllowed::Now => ("allowed", "is allowed"),
        RecoveryAllowed::Already => (
            "allowed_already",
            // Also where the answer to a first try got lost.
            "is allowed; it may have been before, and there may be a root password: AWS shows the same for both",
        ),
    };
    match context.terminal.format() {
        Format::Table => terminal::say(&format!(
            "root password recovery in account {account} {words}\n\
             next: the AWS sign-in page, root user, the root user's e-mail address, \"Forgot password?\"\n\
             what ends it, and nothing else does: {end}\n"
        ))?,
        Format::Json => {
            terminal::say(&output::json(&json!({"account": account, "recovery": state, "ends_with": end}))?)?;
        }
        Format::Csv => {
            let mut listing = output::Listing::new("recovery", &["account", "recovery", "ends_with"]);
            listing.add([account.to_string(), state.to_owned(), end]);
            listing.show(&context.terminal)?;
        }
    }
    Ok(Exit::Well)
}
