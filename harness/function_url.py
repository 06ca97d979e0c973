"""How people's tools send a request to a function URL: signed, as AWS asks for."""

import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials

from harness.servers import OPENER
from harness.stack import REGION, Credentials


def signed_post(endpoint: str, function_url: str, credentials: Credentials, body: Any) -> tuple[int, Any]:
    """Posts to a function URL as its clients do, by way of `endpoint`: the status and the answer."""
    data = json.dumps(body).encode()
    message = AWSRequest("POST", function_url, data=data, headers={"Content-Type": "application/json"})
    SigV4Auth(BotoCredentials(*credentials), "lambda", REGION).add_auth(message)
    # The signature is about the URL's own host, wherever the request is sent.
    headers = dict(message.headers.items()) | {"Host": urlsplit(function_url).netloc}
    request = urllib.request.Request(f"{endpoint}/", data, headers, method="POST")
    try:
        with OPENER.open(request, timeout=60) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")
