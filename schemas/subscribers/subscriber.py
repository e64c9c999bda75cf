"""Print every change of every article once, as a line of JSON; take withdrawn ones down."""

import asyncio
import json
import sys

from aiokafka import AIOKafkaConsumer

TYPE = "marsad.articles.enriched.v1"  # schemas/articles.enriched.v1.schema.json


async def main(bootstrap: str, topic: str = TYPE) -> None:
    newest: dict[str, int] = {}  # in earnest a column of your table, written with the article in one transaction
    options = {"group_id": f"my-team.{topic}", "auto_offset_reset": "earliest", "enable_auto_commit": False}
    async with AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, **options) as consumer:
        async for record in consumer:
            if dict(record.headers).get("ce_type") == TYPE.encode():
                article = json.loads(record.value)
                version = article["revision"] * 1000 + article["task"].get("generation", 0)
                if version > newest.get(article["article_id"], 0):  # else it came again, or late
                    newest[article["article_id"]] = version
                    change = "withdrawn" if article.get("withdrawn") else article["change"]
                    language = article["enrichment"].get("language", {}).get("code", "und")
                    line = [change, language, article.get("title", ""), article["url"]]
                    print(json.dumps(line, ensure_ascii=False), flush=True)
            await consumer.commit()  # only now: what was not dealt with is delivered again


asyncio.run(main(*sys.argv[1:]))
