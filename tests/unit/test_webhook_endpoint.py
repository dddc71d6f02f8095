"""An endpoint: what it wants, which of its secrets sign, and when it has failed for too long."""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.job import TERMINAL
from cavendish.webhook.endpoint import DISABLE_AFTER_S, Endpoint
from cavendish.webhook.events import EVENT_TYPES, PING, TERMINAL_EVENTS
from cavendish.webhook.secret import (
    OVERLAP_S,
    SECRETS,
    SigningSecret,
    TenantSecret,
    secret_of,
    signing_seed,
    tenant_secret,
)
from cavendish.webhook.verdict import Verdict
from cavendish.webhook.view import endpoint_view
from tests.builders import NOW, TENANT

HOUR, DAY = 3600.0, 86_400.0
WELL, FAILS, GONE = Verdict(delivered=True, status=200), Verdict(status=500), Verdict(status=410, gone=True)


def an_endpoint(**fields: Any) -> Endpoint:
    secret = SigningSecret(secret=secret_of(bytes(32)))
    defaults = {"id": "ep_1", "tenant": TENANT, "url": "https://hooks.test/", "created_at": NOW, "secrets": (secret,)}
    return Endpoint.model_validate({**defaults, **fields})


def test_a_job_ends_with_one_of_the_terminal_events() -> None:
    assert set(TERMINAL_EVENTS) == {f"job.{status}" for status in TERMINAL}
    assert set(TERMINAL_EVENTS) < set(EVENT_TYPES)


def test_an_endpoint_hears_what_it_asked_for_and_all_if_it_asked_for_nothing() -> None:
    assert an_endpoint(events=("job.failed",)).wants("job.failed")
    assert not an_endpoint(events=("job.failed",)).wants("job.succeeded")
    assert all(an_endpoint().wants(one) for one in EVENT_TYPES)
    assert not an_endpoint().wants("job.cancelling")
    assert not an_endpoint().wants(PING)


def test_after_a_rotation_the_old_secret_signs_for_a_day_beside_the_new_one() -> None:
    rotated = an_endpoint().rotated("whsec_new", NOW)
    old = secret_of(bytes(32))

    assert rotated.signing(NOW) == ("whsec_new", old)
    assert rotated.signing(NOW + OVERLAP_S - 1) == ("whsec_new", old)
    assert rotated.signing(NOW + OVERLAP_S) == ("whsec_new",)


def test_a_second_rotation_gives_the_first_secret_no_more_time() -> None:
    twice = an_endpoint().rotated("whsec_2", NOW).rotated("whsec_3", NOW + HOUR)

    assert len(twice.signing(NOW + HOUR)) == 3
    assert twice.signing(NOW + OVERLAP_S) == ("whsec_3", "whsec_2")
    assert twice.signing(NOW + HOUR + OVERLAP_S) == ("whsec_3",)


def test_however_often_it_is_rotated_few_secrets_sign_and_the_newest_is_one() -> None:
    endpoint = an_endpoint()
    for n in range(20):
        endpoint = endpoint.rotated(f"whsec_{n}", NOW + n)

    assert endpoint.signing(NOW + 20)[0] == "whsec_19"
    assert len(endpoint.secrets) == SECRETS


def fails(endpoint: Endpoint, *at: float) -> Endpoint:
    for moment in at:
        endpoint = endpoint.after(FAILS, NOW + moment)
    return endpoint


def test_five_days_of_failures_disable_it_and_say_so() -> None:
    failing = fails(an_endpoint(), *(day * DAY for day in range(5)))
    disabled = fails(failing, DISABLE_AFTER_S)

    assert failing.enabled
    assert not disabled.enabled
    assert disabled.disabled_reason == "every delivery failed for 5 days"
    notice = disabled.notice(NOW)
    assert (notice.type, notice.endpoint_id, notice.sequence) == ("endpoint.disabled", "ep_1", 1)


def test_one_success_begins_the_five_days_anew() -> None:
    well = fails(an_endpoint(), 0, DAY, 2 * DAY).after(WELL, NOW + 3 * DAY)

    assert well.failing_since is None
    assert fails(well, 4 * DAY, 5 * DAY, 6 * DAY).enabled


def test_failures_with_days_of_silence_between_them_are_not_one_row() -> None:
    assert fails(an_endpoint(), 0, 6 * DAY).enabled


def test_410_disables_it_at_once() -> None:
    disabled = an_endpoint().after(GONE, NOW)

    assert (disabled.enabled, disabled.sequence) == (False, 1)
    assert "410" in str(disabled.disabled_reason)


def test_nothing_is_written_where_nothing_new_is_known() -> None:
    healthy, failing = an_endpoint(), fails(an_endpoint(), 0)

    assert healthy.after(WELL, NOW) is healthy
    assert failing.after(FAILS, NOW + 60) is failing
    assert failing.after(FAILS, NOW + HOUR) is not failing


def test_one_that_is_disabled_already_is_not_disabled_again() -> None:
    off = fails(an_endpoint(), *(day * DAY for day in range(5))).disable("its owner disabled it")

    for after in (off.after(GONE, NOW + 4 * DAY), fails(off, DISABLE_AFTER_S)):
        assert (after.enabled, after.disabled_reason, after.sequence) == (False, "its owner disabled it", 0)


def test_another_url_and_a_new_start_have_no_past() -> None:
    failing = fails(an_endpoint(), 0)

    assert failing.changed(url="https://new.test/").failing_since is None
    assert failing.changed(url=failing.url).failing_since == NOW
    assert failing.changed(events=("job.failed",)).events == ("job.failed",)
    again = fails(failing, DAY, 2 * DAY, 3 * DAY, 4 * DAY, 5 * DAY).enable()
    assert (again.enabled, again.disabled_reason, again.failing_since) == (True, None, None)
    assert fails(again, 6 * DAY).enabled


def test_each_change_counts() -> None:
    endpoint = an_endpoint()
    changes = [endpoint.enable(), endpoint.disable("x"), endpoint.told(), endpoint.rotated("s", NOW)]

    assert {one.revision for one in [*changes, endpoint.changed(), endpoint.after(FAILS, NOW)]} == {2}


def test_no_secret_is_shown_or_printed() -> None:
    secret = an_endpoint().signing(NOW)[0]

    assert secret not in repr(an_endpoint())
    assert secret not in str(endpoint_view(an_endpoint()))


@given(st.binary(min_size=32, max_size=32))
def test_a_secret_is_padded_base64_of_its_bytes(randomness: bytes) -> None:
    secret = secret_of(randomness)

    assert secret.startswith("whsec_")
    assert base64.b64decode(secret.removeprefix("whsec_"), validate=True) == randomness


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_secret_of_another_length_is_none(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        secret_of(bytes(length))


def test_each_tenant_and_each_version_has_a_secret_of_its_own() -> None:
    derived = {tenant_secret(b"m", tenant, version) for tenant in ("a", "b") for version in (1, 2)}

    assert len(derived | {tenant_secret(b"n", "a", 1)}) == 5
    assert tenant_secret(b"m", "a", 1) == tenant_secret(b"m", "a", 1)
    assert len(signing_seed(b"m")) == 32


def test_a_tenants_former_secret_signs_for_a_day() -> None:
    first = TenantSecret(tenant=TENANT)
    second = first.rotated(NOW)

    assert first.versions(NOW) == (1,)
    assert second.versions(NOW + OVERLAP_S - 1) == (2, 1)
    assert second.versions(NOW + OVERLAP_S) == (2,)
