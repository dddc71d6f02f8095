"""Clients for the local cloud that see nothing of the user's own AWS: no profile, no credentials, no proxy."""

import os
from dataclasses import dataclass
from typing import Any

import botocore.session
from botocore.config import Config

REGION = "us-east-1"
#: Key and secret of the emulator's one user.
LOGIN = "test"

_NOBODYS = (None, None, None, None)
_NO_FILE = (None, None, os.devnull, None)
_NOT_THE_USERS = {"profile": _NOBODYS, "ca_bundle": _NOBODYS, "config_file": _NO_FILE, "credentials_file": _NO_FILE}


@dataclass(frozen=True, slots=True)
class Aws:
    """The local cloud's address; everything that speaks to it is built here."""

    endpoint_url: str

    def client(self, service: str) -> Any:
        return botocore.session.Session(_NOT_THE_USERS).create_client(
            service,
            region_name=REGION,
            endpoint_url=self.endpoint_url,
            aws_access_key_id=LOGIN,
            aws_secret_access_key=LOGIN,
            config=Config(proxies={}, s3={"addressing_style": "path"}, retries={"max_attempts": 0}),
        )
