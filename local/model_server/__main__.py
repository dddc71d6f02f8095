"""Starts the model server: python -m local.model_server --port 0 --weather calm"""

import argparse
import asyncio
import json
import os
import signal
import sys

from aiohttp import web

from local.model_server.server import application
from local.model_server.weather import CLIMATES, Weather
from local.model_server.world import World


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.model_server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--weather", choices=CLIMATES, default="calm")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--time-scale", type=float, default=1.0, help="multiplies every wait")
    parser.add_argument("--start-hour", type=float, default=12.0, help="UTC hour at which the world's clock begins")
    return parser.parse_args()


async def serve(given: argparse.Namespace) -> None:
    weather = Weather(given.weather, given.seed)
    world = World(weather=weather, seed=given.seed, time_scale=given.time_scale, start_hour=given.start_hour)
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    # a caller that leaves ends its call: hung calls would otherwise stay for ever
    runner = web.AppRunner(application(world), access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", given.port).start()
    sys.stdout.write(json.dumps({"url": f"http://127.0.0.1:{runner.addresses[0][1]}"}) + "\n")
    sys.stdout.flush()
    await stopped.wait()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve(options()))
    os._exit(0)  # a drawing that still runs in a thread cannot be interrupted, and nobody waits for it
