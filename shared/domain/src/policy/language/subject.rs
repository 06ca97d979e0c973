//! Whose policy, on what.

use crate::{
    AccountId,
    aws::{partition::Partition, resource::Resource},
};

#[derive(Debug, Clone, Copy)]
pub struct PolicySubject<'a> {
    pub resource: &'a Resource,
    pub owner: AccountId,
    pub partition: Partition,
}
