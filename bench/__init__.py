"""How fast the nightly sweep is, against what AWS's published limits allow and against a plain boto3 script."""
