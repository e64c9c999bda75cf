"""Write the lock file anew: `python -m marsad.localstack.pin`, after a version in `pins.py` was changed.

Resolves the dependencies of the versions named there, fetches every file and records its SHA-256. The difference of
`artefacts.json` belongs into the same commit as the new version, and is what a reviewer looks at.
"""

import json
import tempfile
from dataclasses import asdict
from pathlib import Path

from jgo.maven import Artifact, MavenContext

from marsad.localstack.download import maven
from marsad.localstack.pins import ECJ_VERSION, ELASTICSEARCH_VERSION, KAFKA_VERSION, LOCK_FILE, Pin, Role, sha256

# kafka-clients is named because the resolver otherwise takes an older one; Kafka logs through slf4j 1.7.
KAFKA = (
    f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}",
    f"org.apache.kafka:kafka-clients:{KAFKA_VERSION}",
    "org.apache.logging.log4j:log4j-slf4j-impl:2.25.5",
)


def kafka(context: MavenContext) -> list[Artifact]:
    """Return the broker's jars with all they need at run time, sorted by coordinates after the three named ones."""
    named, others = context.resolver.resolve([context.create_dependency(coordinates) for coordinates in KAFKA])
    return [dependency.artifact for dependency in (*named, *sorted(others, key=lambda item: str(item.artifact)))]


def single(context: MavenContext, group: str, name: str, version: str, packaging: str) -> list[Artifact]:
    """Return one artefact without its dependencies."""
    return [context.project(group, name).at_version(version).artifact(packaging=packaging)]


def pin(role: Role, artifact: Artifact) -> Pin:
    """Fetch one artefact and describe it."""
    path = Path(artifact.resolve())
    return Pin(
        role=role,
        group=artifact.groupId,
        name=artifact.artifactId,
        version=artifact.version,
        packaging=artifact.packaging,
        size=path.stat().st_size,
        sha256=sha256(path),
    )


def main() -> None:
    """Resolve, fetch and write `artefacts.json`."""
    with tempfile.TemporaryDirectory() as folder:
        context = maven(Path(folder))
        zipped = "org.elasticsearch.distribution.integ-test-zip"
        artifacts: dict[Role, list[Artifact]] = {
            "kafka": kafka(context),
            "elasticsearch": single(context, zipped, "elasticsearch", ELASTICSEARCH_VERSION, "zip"),
            "compiler": single(context, "org.eclipse.jdt", "ecj", ECJ_VERSION, "jar"),
        }
        entries = [asdict(pin(role, artifact)) for role, items in artifacts.items() for artifact in items]
    LOCK_FILE.write_text("[\n" + ",\n".join(f"  {json.dumps(entry)}" for entry in entries) + "\n]\n")


if __name__ == "__main__":
    main()
