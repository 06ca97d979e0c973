//! Lists of Organizations, read to their end: half a list is no list, and one without an end is none either.

use std::collections::BTreeSet;

use aws_config::SdkConfig;
use leaky_bucket::RateLimiter;
use rootwarden_domain::{
    AccountId, ErrorKind,
    run::selection::{OrganizationAccount, Tag},
};

use super::{account::read_account, pace::pace};
use crate::client::{AwsError, bounded};

/// A part of the organization's list of accounts.
#[derive(Debug)]
pub struct AccountList {
    /// In the order of the list. It is no snapshot: an account may come twice, and differently.
    pub accounts: Vec<OrganizationAccount>,
    /// Where the list goes on; `None` at its end.
    pub next_token: Option<String>,
}

/// The tokens of one list, each of which may come once.
#[derive(Debug, Default)]
pub(super) struct Tokens(BTreeSet<String>);

impl Tokens {
    /// Where the list goes on after a page that came with `token`.
    ///
    /// # Errors
    /// `Transient` if it has been there before: it would go round for ever, but another try may not.
    pub(super) fn next(&mut self, what: &str, token: Option<String>) -> Result<Option<String>, AwsError> {
        match token {
            Some(token) if !self.0.insert(token.clone()) => {
                let why = "the same NextToken came again, so the list would not end";
                Err(AwsError::of_kind(ErrorKind::Transient, what, why))
            }
            token => Ok(token),
        }
    }
}

/// What Organizations lists, page by page.
#[derive(Debug)]
pub struct OrganizationLists {
    organizations: aws_sdk_organizations::Client,
    accounts_pace: RateLimiter,
    tags_pace: RateLimiter,
}

impl OrganizationLists {
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        Self::shared_by(config, 1)
    }

    /// A reader that is one of `workers` at work at the same time, so that all of them together keep to AWS's rates.
    #[must_use]
    pub fn shared_by(config: &SdkConfig, workers: u32) -> Self {
        Self {
            organizations: aws_sdk_organizations::Client::new(&bounded(config)),
            // Source: AWS Organizations User Guide, "Quotas and service limits", throttling: rate and burst per account.
            accounts_pace: pace(8, 12, workers),
            tags_pace: pace(10, 15, workers),
        }
    }

    /// Every account of the organization, the management account and inactive ones included.
    ///
    /// # Errors
    /// Any failure of `ListAccounts`: half a list is no list.
    pub async fn accounts(&self) -> Result<Vec<OrganizationAccount>, AwsError> {
        Ok(self.accounts_from(None, u32::MAX).await?.accounts)
    }

    /// The list of accounts from `next_token` on, or from its beginning: `pages` pages of 20 at most.
    ///
    /// A page may be empty and still not be the last. One that holds no list at all is no answer: AWS sends an empty list
    /// where there is nothing to tell (documented; that the member is then there is unverified).
    ///
    /// # Errors
    /// Any failure of `ListAccounts`; `Transient` for an answer that cannot be right.
    pub async fn accounts_from(&self, next_token: Option<String>, pages: u32) -> Result<AccountList, AwsError> {
        const WHAT: &str = "list the accounts of the organization";
        let unusable = |why: &str| AwsError::of_kind(ErrorKind::Transient, WHAT, why);
        let from_its_beginning = next_token.is_none();
        let mut tokens = Tokens::default();
        let mut list = AccountList { accounts: Vec::new(), next_token: tokens.next(WHAT, next_token)? };
        for _ in 0..pages {
            self.accounts_pace.acquire_one().await;
            let page = self
                .organizations
                .list_accounts()
                .set_next_token(list.next_token.take())
                .send()
                .await
                .map_err(|error| AwsError::new(WHAT, error))?;
            // INVARIANT (I2): an answer without a list is not the end of the list.
            let accounts = page.accounts.ok_or_else(|| unusable("there is no list of accounts in the answer"))?;
            for account in &accounts {
                list.accounts.push(read_account(account)?);
            }
            list.next_token = tokens.next(WHAT, page.next_token)?;
            if list.next_token.is_none() {
                break;
            }
        }
        if from_its_beginning && list.next_token.is_none() && list.accounts.is_empty() {
            return Err(unusable("it is empty, and the management account is in every list"));
        }
        Ok(list)
    }

    /// Every tag of an account.
    ///
    /// # Errors
    /// Any failure of `ListTagsForResource`; `Transient` for an answer that cannot be right.
    pub async fn tags(&self, id: AccountId) -> Result<Vec<Tag>, AwsError> {
        let what = format!("list the tags of account `{id}`");
        let (mut tags, mut next_token, mut tokens) = (Vec::new(), None, Tokens::default());
        loop {
            self.tags_pace.acquire_one().await;
            let page = self
                .organizations
                .list_tags_for_resource()
                .resource_id(id.to_string())
                .set_next_token(next_token)
                .send()
                .await
                .map_err(|error| AwsError::new(&what, error))?;
            let missing = || AwsError::of_kind(ErrorKind::Transient, &what, "there is no list of tags in the answer");
            let found = page.tags.ok_or_else(missing)?;
            tags.extend(found.iter().map(|tag| Tag { key: tag.key().to_owned(), value: tag.value().to_owned() }));
            next_token = tokens.next(&what, page.next_token)?;
            if next_token.is_none() {
                return Ok(tags);
            }
        }
    }
}
