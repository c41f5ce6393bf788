"""Stores a few English words with their meaning as vectors, and asks which words are near.

Not run in CI: written against the public API of pymilvus 2.6 (pip install pymilvus).

    python quickstart.py [uri]          the server is http://127.0.0.1:19530 unless another is named
"""

import json
import pathlib
import sys

from pymilvus import DataType, MilvusClient

COLLECTION = "quickstart_python"


def main() -> None:
    uri = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:19530"
    client = MilvusClient(uri=uri)
    file = pathlib.Path(__file__).parent.parent / "data" / "words.json"
    words = json.loads(file.read_text(encoding="utf-8"))

    client.drop_collection(COLLECTION)
    schema = MilvusClient.create_schema(enable_dynamic_field=False)
    schema.add_field("id", DataType.INT64, is_primary_key=True)
    schema.add_field("word", DataType.VARCHAR, max_length=64)
    schema.add_field("kind", DataType.VARCHAR, max_length=64)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=100)
    index = client.prepare_index_params()
    index.add_index(
        "vector", index_type="HNSW", metric_type="COSINE", params={"M": 16, "efConstruction": 200}
    )
    # A collection that is created with an index is loaded at once.
    client.create_collection(
        COLLECTION, schema=schema, index_params=index, consistency_level="Strong"
    )
    client.insert(COLLECTION, words)
    print(f"inserted {len(words)} words")

    tea = next(word for word in words if word["word"] == "tea")

    def near(question: str, where: str) -> None:
        hits = client.search(
            COLLECTION,
            data=[tea["vector"]],
            anns_field="vector",
            filter=where,
            limit=4,
            output_fields=["word", "kind"],
        )[0]
        print(f"{question}:")
        for hit in hits:
            print(f"  {hit['distance']:.4f} {hit['entity']['word']} ({hit['entity']['kind']})")

    near("near tea", "")
    near("near tea, but no drink", 'kind != "drink"')
    client.delete(COLLECTION, filter='word == "coffee"')
    near("near tea, without coffee", "")
    client.drop_collection(COLLECTION)
    client.close()


if __name__ == "__main__":
    main()
