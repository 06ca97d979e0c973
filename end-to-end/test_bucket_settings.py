"""What SECURITY.md says of the bucket itself."""

from harness.deployment import Deployment


def test_the_bucket_is_private_encrypted_and_keeps_versions(report_deployment: Deployment) -> None:
    s3, bucket = report_deployment.stack.client("s3"), report_deployment.stack.outputs["BucketName"]
    [rule] = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    blocks = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert len(blocks) == 4 and all(blocks.values())
    [ownership] = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert ownership["ObjectOwnership"] == "BucketOwnerEnforced", "nobody else's object, and no ACL"
