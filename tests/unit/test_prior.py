"""What the articles say of success, by model, size and hour."""

import pytest

from cavendish.catalog.file import catalog
from cavendish.health.prior import prior
from tests.builders import FLASH, PRO

DAY = 86_400 * 20_000


@pytest.mark.parametrize(("utc", "ok"), [(16, 0.3), (23, 0.3), (0, 0.5), (7, 0.5), (8, 0.7), (15, 0.7)])
def test_pro_at_4k_goes_by_the_hour_in_beijing(utc: int, ok: float) -> None:
    assert prior(catalog().model(PRO), "4K", DAY + utc * 3600).ok == ok


def test_pro_hangs_at_4k_and_nowhere_else() -> None:
    assert prior(catalog().model(PRO), "4K", DAY).hangs == 0.25
    assert prior(catalog().model(PRO), "2K", DAY).hangs == 0


@pytest.mark.parametrize(("utc", "mean_s", "ok"), [(9, 40, 0.95), (10, 80, 0.825), (13, 80, 0.825), (14, 40, 0.95)])
def test_flash_takes_twice_as_long_at_its_peak(utc: int, mean_s: float, ok: float) -> None:
    believed = prior(catalog().model(FLASH), "4K", DAY + utc * 3600)

    assert (believed.mean_s, believed.p95_s, believed.ok) == (mean_s, mean_s * 1.5, ok)


def test_every_model_of_the_catalogue_is_believed_to_do_something_at_every_size() -> None:
    believed = [prior(model, size, DAY) for model in catalog().models.values() for size in model.sizes]

    assert all(0 < one.ok < 1 and 0 <= one.hangs <= 1 - one.ok and one.mean_s < one.p95_s for one in believed)
