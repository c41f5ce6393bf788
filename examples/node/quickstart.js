// Stores a few English words with their meaning as vectors, and asks which words are near.
//
//   node quickstart.js [address]        the server is 127.0.0.1:19530 unless another one is named
'use strict';

const fs = require('fs');
const path = require('path');
const { MilvusClient, DataType } = require('@zilliz/milvus2-sdk-node');

const COLLECTION = 'quickstart_node';

// This client reports an error of the server in the answer, not as an exception.
function checked(answer) {
  const status = answer.status || answer;
  if (status.error_code && status.error_code !== 'Success') {
    throw new Error(`${status.error_code}: ${status.reason}`);
  }
  return answer;
}

async function main() {
  const client = new MilvusClient({ address: process.argv[2] || '127.0.0.1:19530' });
  await client.connectPromise;
  const file = process.env.WORDS || path.join(__dirname, '..', 'data', 'words.json');
  const words = JSON.parse(fs.readFileSync(file, 'utf8'));

  checked(await client.dropCollection({ collection_name: COLLECTION }));
  checked(
    await client.createCollection({
      collection_name: COLLECTION,
      fields: [
        { name: 'id', data_type: DataType.Int64, is_primary_key: true },
        { name: 'word', data_type: DataType.VarChar, max_length: 64 },
        { name: 'kind', data_type: DataType.VarChar, max_length: 64 },
        { name: 'vector', data_type: DataType.FloatVector, dim: 100 },
      ],
      consistency_level: 'Strong',
    })
  );
  checked(
    await client.createIndex({
      collection_name: COLLECTION,
      field_name: 'vector',
      index_type: 'HNSW',
      metric_type: 'COSINE',
      params: { M: 16, efConstruction: 200 },
    })
  );
  checked(await client.loadCollection({ collection_name: COLLECTION }));
  checked(await client.insert({ collection_name: COLLECTION, data: words }));
  console.log(`inserted ${words.length} words`);

  const tea = words.find(w => w.word === 'tea');
  const near = async (question, filter) => {
    const answer = checked(
      await client.search({
        collection_name: COLLECTION,
        data: tea.vector,
        filter,
        limit: 4,
        output_fields: ['word', 'kind'],
      })
    );
    console.log(`${question}:`);
    for (const hit of answer.results) {
      console.log(`  ${hit.score.toFixed(4)} ${hit.word} (${hit.kind})`);
    }
  };
  await near('near tea', '');
  await near('near tea, but no drink', 'kind != "drink"');
  checked(await client.delete({ collection_name: COLLECTION, filter: 'word == "coffee"' }));
  await near('near tea, without coffee', '');
  checked(await client.dropCollection({ collection_name: COLLECTION }));
  await client.closeConnection();
}

main().catch(error => {
  console.error(error);
  process.exit(1);
});
