"""The stacks that the tests look at."""

from __future__ import annotations

import pytest

from tests.template.stack import Stack

# Every condition of the template is true in one of them and false in another.
KINDS = {
    "default": {},
    "all": {
        "UseCloudFront": "true",
        "RequireApiKey": "true",
        "AlarmTopicArn": "arn:aws:sns:eu-central-1:123456789012:alarms",
        "BudgetEmail": "operator@example.com",
        "ManageGatewayLogRole": "false",
        "Styles": "hayao_full,shinkai_full",
        "SiteOrigin": "https://anime.example.com",
        "WebhookAllow": "https://hooks.example.com/anime",
        "WebhookSecret": "whsec_" + 32 * "A",
        "PublicS3Endpoint": "http://localhost:4566",
    },
}


@pytest.fixture(scope="session", params=KINDS, name="stack")
def _stack(request: pytest.FixtureRequest) -> Stack:
    return Stack(**KINDS[request.param])
