"""The same work for Scrapy, run by an environment of its own that has nothing of ours (see `scrapy_env`).

`python spider.py PORT SPACING PAGES`, the hosts' addresses on standard input, prints what `crawlers` prints.
"""

import json
import resource
import sys
from time import monotonic

import scrapy  # type: ignore[import-not-found]  # not among our dependencies
from scrapy.crawler import CrawlerProcess  # type: ignore[import-not-found]


class Spider(scrapy.Spider):  # type: ignore[misc]
    """Asks for pages in the order of the others."""

    name = "bench"
    got = 0

    async def start(self):  # type: ignore[no-untyped-def]  # noqa: ANN201 - as Scrapy declares it
        """Yield all requests."""
        for number in range(self.pages):
            host = self.hosts[number % len(self.hosts)]
            yield scrapy.Request(f"http://{host}:{self.port}/news/{number}.html", callback=self.parse)

    def parse(self, response):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - as Scrapy declares it
        """Count."""
        Spider.got += response.status == 200


def main(port: str, spacing_s: str, pages: str) -> None:
    """Crawl and print."""
    hosts = sys.stdin.read().split()
    began, used = monotonic(), resource.getrusage(resource.RUSAGE_SELF)
    process = CrawlerProcess(
        {
            "LOG_LEVEL": "ERROR",
            "ROBOTSTXT_OBEY": True,
            "CONCURRENT_REQUESTS": len(hosts),
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
            "DOWNLOAD_DELAY": float(spacing_s),
            "RANDOMIZE_DOWNLOAD_DELAY": False,
            "TELNETCONSOLE_ENABLED": False,
            "COOKIES_ENABLED": False,
        }
    )
    process.crawl(Spider, hosts=hosts, port=port, pages=int(pages))
    process.start()
    seconds, usage = monotonic() - began, resource.getrusage(resource.RUSAGE_SELF)
    cpu = usage.ru_utime + usage.ru_stime - used.ru_utime - used.ru_stime
    print(json.dumps({"pages": Spider.got, "seconds": seconds, "cpu": cpu}))


if __name__ == "__main__":
    main(*sys.argv[1:])
