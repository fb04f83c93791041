"""Scrapy doing nothing but fetching pages and following their links: `… scrapy_links URL [--concurrency N]`.

Prints `{"pages": n, "seconds": s}`, the time from the first request that reaches the downloader to the
closing of the spider: start-up is left out, which favours Scrapy. No delay, no robots.txt, no logging, no
cache, no cookies, no retries, no depth limit; links by Scrapy's own (lxml) extractor.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler, CrawlerProcess
from scrapy.http import HtmlResponse, Response
from scrapy.linkextractors import LinkExtractor

SETTINGS: Final = {
    "LOG_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "ROBOTSTXT_OBEY": False,
    "COOKIES_ENABLED": False,
    "RETRY_ENABLED": False,
    "HTTPCACHE_ENABLED": False,
    "AUTOTHROTTLE_ENABLED": False,
    "DOWNLOAD_DELAY": 0,
    "DEPTH_LIMIT": 0,
}


class LinkSpider(Spider):
    """Follows every link on the start page's host and counts the pages."""

    name = "links"
    pages = 0
    began = 0.0
    ended = 0.0

    def __init__(self, start_url: str, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.start_url = start_url
        self.links = LinkExtractor(allow_domains=[urlsplit(start_url).netloc])

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> LinkSpider:
        spider: LinkSpider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.begin, signals.request_reached_downloader)
        crawler.signals.connect(spider.end, signals.spider_closed)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        yield Request(self.start_url)

    def parse(self, response: Response) -> Iterator[Request]:
        self.pages += 1
        if isinstance(response, HtmlResponse):
            for link in self.links.extract_links(response):
                yield Request(link.url)

    def begin(self) -> None:
        self.began = self.began or time.perf_counter()

    def end(self) -> None:
        self.ended = time.perf_counter()


def main() -> None:
    """Crawl once and print the result as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--concurrency", type=int, default=16)
    options = parser.parse_args()
    concurrency = {
        "CONCURRENT_REQUESTS": options.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": options.concurrency,
    }
    process = CrawlerProcess(SETTINGS | concurrency)
    crawler = process.create_crawler(LinkSpider)
    process.crawl(crawler, start_url=options.url)
    process.start()
    spider = crawler.spider
    assert isinstance(spider, LinkSpider)
    print(orjson.dumps({"pages": spider.pages, "seconds": spider.ended - spider.began}).decode())


if __name__ == "__main__":
    main()
