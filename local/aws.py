"""Clients for the local cloud that see nothing of the user's own AWS: no profile, no credentials, no proxy."""

import os
from dataclasses import dataclass
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

REGION = "us-east-1"
NOBODYS = (None, None, None, None)
NO_FILE = (None, None, os.devnull, None)


@dataclass(frozen=True, slots=True)
class Aws:
    """The local cloud's address; everything that speaks to it is built here."""

    endpoint_url: str

    def client(self, service: str) -> Any:
        session = botocore.session.Session(
            {"profile": NOBODYS, "config_file": NO_FILE, "credentials_file": NO_FILE, "ca_bundle": NOBODYS}
        )
        return boto3.Session(botocore_session=session, region_name=REGION).client(
            service,
            endpoint_url=self.endpoint_url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(proxies={}, s3={"addressing_style": "path"}, retries={"max_attempts": 0}),
        )
