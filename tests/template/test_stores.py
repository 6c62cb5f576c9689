"""What is kept is private, encrypted, and goes away."""

from __future__ import annotations

import pytest

from anime_shared.settings import PlatformSettings
from tests.template.stack import Node, Stack, document

SITE = "SiteBucket"
_DAY = 86_400


def policy_of(stack: Stack, bucket: str) -> list[Node]:
    """The statements on a bucket."""
    (policy,) = (
        each for each in stack.of_type("S3::BucketPolicy").values() if each["Bucket"] == bucket
    )
    statements: list[Node] = policy["PolicyDocument"]["Statement"]
    return statements


def is_public(statement: Node) -> bool:
    principal = statement["Principal"]
    everyone = "*" in (principal.values() if isinstance(principal, dict) else principal)
    return bool(statement["Effect"] == "Allow" and everyone)


def test_no_bucket_is_public_but_the_site_without_cloudfront() -> None:
    for kind, public in (("true", set()), ("false", {SITE})):
        stack = Stack(UseCloudFront=kind)
        buckets = stack.of_type("S3::Bucket")
        assert buckets.keys() == {SITE, "UploadsBucket", "ResultsBucket"}
        open_to_all = {b for b in buckets if any(map(is_public, policy_of(stack, b)))}
        assert open_to_all == public
        for name in buckets.keys() - public:
            block = buckets[name]["PublicAccessBlockConfiguration"]
            assert len(block) == 4, name
            assert all(block.values()), name


def test_the_public_may_read_the_site_and_nothing_else() -> None:
    (statement,) = policy_of(Stack(UseCloudFront="false"), SITE)
    assert statement["Action"] == "s3:GetObject"
    assert statement["Resource"] == f"arn:aws:::{SITE}/*"


def test_with_cloudfront_only_this_distribution_reads_the_site() -> None:
    stack = Stack(UseCloudFront="true")
    (allowed,) = (each for each in policy_of(stack, SITE) if each["Effect"] == "Allow")
    assert allowed["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    source = allowed["Condition"]["StringEquals"]["AWS:SourceArn"]
    assert source == "arn:aws:cloudfront::123456789012:distribution/Distribution"
    assert "WebsiteConfiguration" not in stack.of_type("S3::Bucket")[SITE]


def test_no_acl_opens_a_bucket(stack: Stack) -> None:
    for bucket in stack.of_type("S3::Bucket").values():
        assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
        assert "AccessControl" not in bucket


@pytest.mark.parametrize("cloudfront", ["true", "false"])
def test_buckets_are_spoken_to_over_tls_only(cloudfront: str) -> None:
    stack = Stack(UseCloudFront=cloudfront)
    for name in stack.of_type("S3::Bucket"):
        if name == SITE and cloudfront == "false":
            continue  # S3 serves websites without it
        (deny,) = (each for each in policy_of(stack, name) if each["Effect"] == "Deny")
        assert (deny["Principal"], deny["Action"]) == ("*", "s3:*")
        assert set(deny["Resource"]) == {f"arn:aws:::{name}", f"arn:aws:::{name}/*"}
        assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_everything_that_is_kept_is_encrypted(stack: Stack) -> None:
    for bucket in stack.of_type("S3::Bucket").values():
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] in ("AES256", "aws:kms")
    for queue in stack.of_type("SQS::Queue").values():
        assert queue["SqsManagedSseEnabled"] is True
    for table in stack.of_type("DynamoDB::Table").values():
        assert table["SSESpecification"] == {"SSEEnabled": True}


@pytest.mark.parametrize("name", ["UploadsBucket", "ResultsBucket"])
def test_photos_and_pictures_expire_not_before_their_jobs(stack: Stack, name: str) -> None:
    (rule,) = stack.of_type("S3::Bucket")[name]["LifecycleConfiguration"]["Rules"]
    assert rule["Status"] == "Enabled"
    assert not {"Filter", "Prefix"} & rule.keys()
    default = PlatformSettings.model_fields["retention"].default
    for function in stack.functions().values():
        variables = function["Environment"]["Variables"]
        retention = float(variables.get("ANIME_RETENTION", default))
        assert retention <= rule["ExpirationInDays"] * _DAY <= retention + _DAY


def test_the_table_forgets_and_can_be_brought_back(stack: Stack) -> None:
    (table,) = stack.of_type("DynamoDB::Table").values()
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["KeySchema"] == [{"AttributeName": "key", "KeyType": "HASH"}]


def test_pages_may_send_photos_and_fetch_pictures(stack: Stack) -> None:
    for name, method in (("UploadsBucket", "PUT"), ("ResultsBucket", "GET")):
        (rule,) = stack.of_type("S3::Bucket")[name]["CorsConfiguration"]["CorsRules"]
        assert rule["AllowedMethods"] == [method]
        (web, *_) = stack.functions().values()
        assert rule["AllowedOrigins"] == [web["Environment"]["Variables"]["ANIME_CORS_ORIGINS"]]


def test_what_holds_data_says_what_becomes_of_it() -> None:
    for name, resource in document()["Resources"].items():
        if resource["Type"] in ("AWS::S3::Bucket", "AWS::DynamoDB::Table"):
            assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"], name
