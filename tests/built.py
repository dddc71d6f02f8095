"""What `sam build` made: for the processor it will run on, whole, and small enough. `make build` ends with it."""

import struct
import sys
from collections.abc import Iterator
from pathlib import Path

BUILD = Path(__file__).parents[1] / ".aws-sam" / "build"
#: EM_AARCH64, at offset 18 of an ELF file (elf.h).
AARCH64 = 183
MB = 1_000_000
#: Lambda's limit for a function with its layers, unzipped.
LARGEST = 250 * MB
NEEDED = (
    "CoreLayer/python/cavendish/catalog/catalog.toml",
    "CoreLayer/python/cavendish/pipeline/generate.py",
    "VendorLayer/python/boto3/__init__.py",
    "VendorLayer/python/pydantic_core/__init__.py",
    "GenerateFunction/generate.py",
    "GenerateFunction/adapters/model_http.py",
)
UNWANTED = ("__pycache__", "*.pyc")


def main() -> int:
    faults = [*of_processor(), *missing(), *too_much(), *too_large()]
    for fault in faults:
        sys.stderr.write(f"{fault}\n")
    layers = ", ".join(f"{folder.name} {size(folder) / MB:.1f} MB" for folder in sorted(BUILD.glob("*Layer")))
    sys.stdout.write(f"Built .aws-sam/build: {layers}, {len(list(libraries()))} libraries for arm64\n")
    return 1 if faults else 0


def libraries() -> Iterator[Path]:
    yield from (path for path in BUILD.rglob("*.so*") if path.is_file())


def of_processor() -> Iterator[str]:
    for path in libraries():
        (machine,) = struct.unpack_from("<H", path.read_bytes(), 18)
        if machine != AARCH64:
            yield f"{path.relative_to(BUILD)} is for another processor than arm64 (ELF machine {machine})"


def missing() -> Iterator[str]:
    yield from (f"{name} is missing" for name in NEEDED if not (BUILD / name).is_file())
    if not list(libraries()):
        yield "no compiled library at all: pydantic's core and pybase64 must be there"


def too_much() -> Iterator[str]:
    for pattern in UNWANTED:
        yield from (f"{path.relative_to(BUILD)} does not belong there" for path in BUILD.rglob(pattern))


def too_large() -> Iterator[str]:
    layers = sum(size(folder) for folder in BUILD.glob("*Layer"))
    for folder in BUILD.glob("*Function"):
        if size(folder) + layers > LARGEST:
            yield f"{folder.name} and its layers have {(size(folder) + layers) / MB:.0f} MB; Lambda takes 250"


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    sys.exit(main())
