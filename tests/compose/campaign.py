"""`make compose-test`: docker-compose.yml at work, on real containers, with a newsroom for the world."""

import signal
import sys
import time

from compose import engine, image, steps
from compose.project import NotSo, Project, open_project

ARTICLES_BEFORE_KILL = 8  # then the newsroom is in the middle of publishing


def main() -> int:
    """Play all steps; return the exit code, which is 0 too where there is no engine."""
    if reason := engine.why_none():
        print(f"compose-test is skipped: {reason}.")
        return 0
    began = time.monotonic()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that all is taken down then, too
    try:
        say("building the image")
        image.build()
        say(f"the image: {image.check() / 1e6:.0f} MB, no tools, as locked, makes the same articles")
        with open_project() as project:
            told = play(project)
    except NotSo as error:
        print(f"compose-test FAILED: {error}")
        return 1
    print(f"compose-test: all as it must be: {told}; {time.monotonic() - began:.0f} s.")
    return 0


def play(project: Project) -> str:
    """Start, publish, kill, scale, stop, start again; return the figures of the closing line. Raises NotSo."""
    say("starting everything in order")
    steps.start(project)
    steps.until_articles(project, ARTICLES_BEFORE_KILL)
    say("killing extraction at work, from outside and from inside")
    steps.kill_twice(project)
    first = steps.settle(project, handed=0)
    say(f"newsroom: {first['kept']} of {first['promised']} promises kept, {first['articles']} articles; audit balances")
    containers = steps.harden(project)
    steps.ask_published(project)
    say(f"{containers} containers are hardened; Kibana and Prometheus answer on 127.0.0.1, nothing else is published")
    steps.scale(project, 2)
    handed = steps.share(project, 0)
    steps.scale(project, 1)
    handed = steps.hand_in(project, handed + steps.BATCH)
    steps.settle(project, handed)
    say(f"extraction scaled to 2, which shared the work, and back: {handed} more articles; audit balances")
    handed = steps.hand_in(project, handed + steps.BATCH)
    took = steps.stop(project)
    say(f"stopped with work in hand within {took:.0f} s, nothing killed; starting again")
    steps.start(project)
    handed = steps.hand_in(project, handed + steps.BATCH)
    last = steps.settle(project, handed)
    return f"{last['kept']} of {last['promised']} promises kept, {last['articles']} articles, {containers} containers"


def say(line: str) -> None:
    """Tell where the test is."""
    print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
