// Drives a server with the public Milvus client for Node.js and checks every answer against an
// exact model in memory. Ends with status 1 at the first that differs.
//
//   node conformance.js [address]
'use strict';

const assert = require('assert');
const { MilvusClient, DataType } = require('@zilliz/milvus2-sdk-node');
const { Model, all, isNull, compare, not, and, or } = require('./model');

const DIMENSION = 16;
const FIELDS = [
  'id', 'flag', 'tiny', 'small', 'num', 'big', 'ratio', 'exact', 'name', 'doc', 'vec', 'color',
];
const address = process.argv[2] || '127.0.0.1:19530';
const client = new MilvusClient({ address });

// The same numbers in every run (mulberry32).
let state = 42;
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const integer = (from, to) => from + Math.floor(random() * (to - from));
const vector = () => Array.from({ length: DIMENSION }, () => Math.fround(random() * 2 - 1));

// This client reports an error of the server in the answer, not as an exception.
function checked(answer) {
  const status = answer.status || answer;
  if (status.error_code && status.error_code !== 'Success') {
    throw new Error(`${status.error_code} ${status.code}: ${status.reason}`);
  }
  return answer;
}

async function refused(call, fragment) {
  let reason;
  try {
    checked(await call());
  } catch (error) {
    reason = error.message;
  }
  assert.ok(reason, `a call was not refused: ${call}`);
  assert.ok(reason.toLowerCase().includes(fragment), `'${reason}' does not name '${fragment}'`);
}

function schema(keyType) {
  return [
    { name: 'id', data_type: keyType, is_primary_key: true, max_length: 64 },
    { name: 'flag', data_type: DataType.Bool, nullable: true },
    { name: 'tiny', data_type: DataType.Int8 },
    { name: 'small', data_type: DataType.Int16 },
    { name: 'num', data_type: DataType.Int32, default_value: 7 },
    { name: 'big', data_type: DataType.Int64, nullable: true },
    { name: 'ratio', data_type: DataType.Float, nullable: true },
    { name: 'exact', data_type: DataType.Double },
    { name: 'name', data_type: DataType.VarChar, max_length: 64, nullable: true },
    { name: 'doc', data_type: DataType.JSON, nullable: true },
    { name: 'vec', data_type: DataType.FloatVector, dim: DIMENSION },
  ];
}

function row(id) {
  const maybe = value => (integer(0, 5) === 0 ? null : value);
  return {
    id,
    flag: maybe(random() < 0.5),
    tiny: integer(-128, 128),
    small: integer(-200, 200),
    num: integer(0, 50),
    big: maybe(integer(-1e9, 1e9)),
    ratio: maybe(integer(-40, 40) / 4),
    exact: integer(-4000, 4000) / 4,
    name: maybe('abcd'[integer(0, 4)] + integer(0, 9)),
    doc: maybe(random() < 0.5 ? { a: integer(0, 10), list: [integer(0, 4)] } : { t: 'text' }),
    vec: vector(),
    color: ['red', 'green', 'blue'][integer(0, 3)],
  };
}

const rows = (key, from, count) => Array.from({ length: count }, (_, i) => row(key(from + i)));

// Filters as text, and as functions over a row of the model.
const filters = [
  ['flag == true', r => compare(r.flag, v => v)],
  ['tiny > 100', r => r.tiny > 100],
  ['small in [1, 2, 3, 5, 8, 13, 21]', r => [1, 2, 3, 5, 8, 13, 21].includes(r.small)],
  ['num % 5 == 3', r => r.num % 5 === 3],
  ['big is null', r => isNull(r.big)],
  ['not (big > 0)', r => not(compare(r.big, v => v > 0))],
  ['ratio <= -2.5', r => compare(r.ratio, v => v <= -2.5)],
  ['exact > 900', r => r.exact > 900],
  ['name like "a%"', r => compare(r.name, v => v.startsWith('a'))],
  ['name is not null and name != "b3"', r => and(!isNull(r.name), compare(r.name, v => v !== 'b3'))],
  ['doc["a"] > 5', r => compare(r.doc && r.doc.a, v => v > 5)],
  ['exists doc["t"]', r => !isNull(r.doc) && !isNull(r.doc.t)],
  ['json_contains(doc["list"], 2)', r => compare(r.doc && r.doc.list, v => v.includes(2))],
  ['color == "red"', r => compare(r.color, v => v === 'red')],
  [
    'flag == false or (num < 10 and not (name like "c%"))',
    r =>
      or(
        compare(r.flag, v => !v),
        and(r.num < 10, not(compare(r.name, v => v.startsWith('c'))))
      ),
  ],
];

const count = async (name, expr) =>
  Number(checked(await client.count({ collection_name: name, expr })).data);

// A row as the model keeps it, from an answer: 64-bit integers come as text, and what the schema
// does not name comes inside `$meta`.
function answered(entity) {
  const copy = {};
  for (const field of FIELDS) {
    const value = isNull(entity[field]) && entity.$meta ? entity.$meta[field] : entity[field];
    copy[field] = isNull(value) ? null : value;
  }
  copy.big = isNull(copy.big) ? null : Number(copy.big);
  copy.id = String(copy.id);
  return copy;
}

async function checkRows(name, model, metric, state) {
  assert.strictEqual(await count(name, ''), model.rows.size, `${name}, ${state}: count(*)`);
  for (const [expr, filter] of filters) {
    const question = `${name}, ${state}: ${expr}`;
    const expected = model.where(filter).map(r => ({ ...r, id: String(r.id) }));
    assert.strictEqual(await count(name, expr), expected.length, question);
    const answer = checked(
      await client.query({ collection_name: name, filter: expr, output_fields: FIELDS, limit: 16384 })
    );
    const byId = (a, b) => (a.id < b.id ? -1 : 1);
    assert.deepStrictEqual(
      answer.data.map(answered).sort(byId),
      expected.map(answered).sort(byId),
      question
    );
    await checkSearch(name, model, metric, expr, filter, question);
  }
}

async function checkSearch(name, model, metric, expr, filter, question) {
  const queries = [vector(), vector()];
  const answer = checked(
    await client.search({
      collection_name: name,
      anns_field: 'vec',
      data: queries,
      filter: expr,
      limit: 10,
      params: { ef: 100 },
      output_fields: ['id', 'num'],
    })
  );
  queries.forEach((query, i) => {
    const hits = answer.results[i];
    if (name.includes('flat')) {
      model.checkExact(question, hits, query, metric, filter, 10);
    } else {
      model.checkSound(question, hits, query, metric, filter);
      assert.ok(model.recall(hits, query, metric, filter, 10) >= 0.7, `recall of ${question}`);
    }
    for (const hit of hits) {
      assert.strictEqual(hit.num, model.rows.get(String(hit.id)).num, `num of ${hit.id}`);
    }
  });
}

async function create(name, fields, index, metric, more = {}) {
  checked(
    await client.createCollection({
      collection_name: name,
      fields,
      enable_dynamic_field: true,
      consistency_level: 'Strong',
      ...more,
    })
  );
  checked(
    await client.createIndex({
      collection_name: name,
      field_name: 'vec',
      index_type: index,
      metric_type: metric,
      params: index === 'HNSW' ? { M: 16, efConstruction: 200 } : {},
    })
  );
  checked(await client.loadCollection({ collection_name: name }));
}

async function insert(name, model, batch) {
  const answer = checked(await client.insert({ collection_name: name, data: batch }));
  assert.strictEqual(Number(answer.insert_cnt), batch.length, 'inserted rows');
  model.put(batch);
}

async function everyType(keyType, key, index, metric) {
  const name = `node_${index.toLowerCase()}_${keyType}`;
  const model = new Model();
  await create(name, schema(keyType), index, metric, { shards_num: 2 });
  for (let from = 0; from < 10000; from += 1000) {
    await insert(name, model, rows(key, from, 1000));
  }
  await checkRows(name, model, metric, 'growing');
  const changed = rows(key, 900, 200);
  checked(await client.upsert({ collection_name: name, data: changed }));
  model.put(changed);
  const ids = Array.from({ length: 50 }, (_, i) => key(i));
  checked(await client.delete({ collection_name: name, ids }));
  model.delete(ids);
  checked(await client.delete({ collection_name: name, filter: 'tiny > 110' }));
  model.deleteWhere(r => r.tiny > 110);
  await checkRows(name, model, metric, 'changed');
  checked(await client.flushSync({ collection_names: [name] }));
  await checkRows(name, model, metric, 'flushed');
  checked(await client.releaseCollection({ collection_name: name }));
  await refused(() => client.query({ collection_name: name, filter: 'tiny > 0' }), 'not loaded');
  checked(await client.loadCollection({ collection_name: name }));
  await checkRows(name, model, metric, 'loaded again');
  const compaction = checked(await client.compact({ collection_name: name }));
  for (let i = 0; ; i++) {
    const now = checked(
      await client.getCompactionState({ compactionID: compaction.compactionID })
    );
    if (now.state === 'Completed') {
      break;
    }
    assert.ok(i < 600, 'the compaction does not end');
    await new Promise(done => setTimeout(done, 100));
  }
  await checkRows(name, model, metric, 'compacted');
  const got = checked(
    await client.get({ collection_name: name, ids: [key(5000), key(5001), key(0)], output_fields: ['id'] })
  );
  assert.deepStrictEqual(
    got.data.map(r => String(r.id)).sort(),
    [key(5000), key(5001)].map(String).filter(k => model.rows.has(k)).sort()
  );
  checked(await client.dropCollection({ collection_name: name }));
}

const parts = {
  async 'version and health'() {
    assert.match((await client.getVersion()).version, /2\.6/);
    assert.strictEqual((await client.checkHealth()).isHealthy, true);
  },

  async 'every type, Int64 keys, FLAT, L2'() {
    await everyType(DataType.Int64, i => i, 'FLAT', 'L2');
  },

  async 'every type, VarChar keys, HNSW, COSINE'() {
    await everyType(DataType.VarChar, i => `key-${i}`, 'HNSW', 'COSINE');
  },

  async 'databases'() {
    checked(await client.createDatabase({ db_name: 'node_db' }));
    assert.ok(checked(await client.listDatabases()).db_names.includes('node_db'));
    const other = new MilvusClient({ address, database: 'node_db' });
    await other.connectPromise;
    checked(await other.createCollection({ collection_name: 'inside', fields: schema(DataType.Int64) }));
    assert.deepStrictEqual(
      checked(await other.showCollections()).data.map(c => c.name),
      ['inside']
    );
    assert.ok(!checked(await client.showCollections()).data.some(c => c.name === 'inside'));
    await refused(() => client.dropDatabase({ db_name: 'node_db' }), 'node_db');
    checked(await other.dropCollection({ collection_name: 'inside' }));
    await other.closeConnection();
    checked(await client.dropDatabase({ db_name: 'node_db' }));
  },

  async 'ranges and pages of a search'() {
    const model = new Model();
    await create('node_ring', schema(DataType.Int64), 'FLAT', 'L2');
    await insert('node_ring', model, rows(i => i, 0, 1000));
    const query = vector();
    const truth = model.search(query, 'L2', all);
    const near = (truth[99].score + truth[100].score) / 2;
    const far = (truth[199].score + truth[200].score) / 2;
    const search = more =>
      client.search({ collection_name: 'node_ring', anns_field: 'vec', data: query, ...more });
    const ring = checked(await search({ limit: 500, params: { radius: far, range_filter: near } }));
    assert.strictEqual(ring.results.length, 100, 'rows between two distances');
    model.checkExact('ring', ring.results, query, 'L2', all, 100, 100);
    const page = checked(await search({ limit: 15, offset: 30 }));
    model.checkExact('page', page.results, query, 'L2', all, 15, 30);
    const keys = [];
    for (let offset = 0; offset < 1000; offset += 200) {
      const rest = checked(
        await client.query({
          collection_name: 'node_ring', filter: 'tiny >= 0', output_fields: ['id'], offset, limit: 200,
        })
      );
      keys.push(...rest.data.map(r => Number(r.id)));
    }
    assert.deepStrictEqual(keys, model.where(r => r.tiny >= 0).map(r => r.id).sort((a, b) => a - b));
    checked(await client.dropCollection({ collection_name: 'node_ring' }));
  },

  async 'keys that the server gives'() {
    const fields = [
      { name: 'id', data_type: DataType.Int64, is_primary_key: true, autoID: true },
      { name: 'vec', data_type: DataType.FloatVector, dim: DIMENSION },
    ];
    await create('node_auto', fields, 'AUTOINDEX', 'L2');
    const data = Array.from({ length: 100 }, () => ({ vec: vector() }));
    const answer = checked(await client.insert({ collection_name: 'node_auto', data }));
    assert.strictEqual(new Set(answer.IDs.int_id.data).size, 100);
    assert.strictEqual(await count('node_auto', ''), 100);
    checked(await client.dropCollection({ collection_name: 'node_auto' }));
  },

  async 'partitions'() {
    const name = 'node_parts';
    await create(name, schema(DataType.Int64), 'FLAT', 'L2');
    for (const partition_name of ['north', 'south']) {
      checked(await client.createPartition({ collection_name: name, partition_name }));
    }
    const into = (partition_name, from, n) =>
      client.insert({ collection_name: name, partition_name, data: rows(i => i, from, n) });
    checked(await into('north', 0, 30));
    checked(await into('south', 30, 20));
    const keys = async partition_names =>
      checked(
        await client.query({
          collection_name: name, partition_names, filter: 'id >= 0', output_fields: ['id'], limit: 100,
        })
      ).data.map(r => Number(r.id));
    assert.strictEqual((await keys(['north'])).length, 30);
    assert.ok((await keys(['south'])).every(id => id >= 30));
    checked(await client.releasePartitions({ collection_name: name, partition_names: ['north'] }));
    await refused(
      () => client.query({ collection_name: name, partition_names: ['north'], filter: 'id >= 0' }),
      'not loaded'
    );
    checked(await client.loadPartitions({ collection_name: name, partition_names: ['north'] }));
    assert.strictEqual((await keys(['north', 'south'])).length, 50);
    checked(await client.releasePartitions({ collection_name: name, partition_names: ['north'] }));
    checked(await client.dropPartition({ collection_name: name, partition_name: 'north' }));
    const has = checked(await client.hasPartition({ collection_name: name, partition_name: 'north' }));
    assert.strictEqual(has.value, false);
    assert.strictEqual(await count(name, ''), 20);
    checked(await client.dropCollection({ collection_name: name }));
  },

  async 'aliases, names, properties'() {
    const name = 'node_named';
    await create(name, schema(DataType.Int64), 'FLAT', 'L2');
    checked(await client.insert({ collection_name: name, data: rows(i => i, 0, 10) }));
    checked(await client.createAlias({ collection_name: name, alias: 'node_alias' }));
    assert.strictEqual(await count('node_alias', ''), 10);
    const alias = checked(await client.describeAlias({ collection_name: name, alias: 'node_alias' }));
    assert.strictEqual(alias.collection, name);
    checked(await client.dropAlias({ alias: 'node_alias' }));
    checked(await client.renameCollection({ collection_name: name, new_collection_name: 'node_new' }));
    assert.strictEqual(await count('node_new', ''), 10);
    const described = checked(await client.describeCollection({ collection_name: 'node_new' }));
    assert.deepStrictEqual(
      described.schema.fields.map(f => f.name),
      schema(DataType.Int64).map(f => f.name)
    );
    checked(
      await client.alterCollectionProperties({
        collection_name: 'node_new', properties: { 'mmap.enabled': true },
      })
    );
    checked(
      await client.addCollectionField({
        collection_name: 'node_new', field: { name: 'later', data_type: DataType.Int64, nullable: true },
      })
    );
    assert.strictEqual(await count('node_new', 'later is null'), 10);
    checked(await client.flushSync({ collection_names: ['node_new'] }));
    const statistics = checked(await client.getCollectionStatistics({ collection_name: 'node_new' }));
    assert.strictEqual(Number(statistics.data.row_count), 10);
    checked(await client.dropCollection({ collection_name: 'node_new' }));
    assert.strictEqual((await client.hasCollection({ collection_name: 'node_new' })).value, false);
  },

  async 'indexes'() {
    const name = 'node_indexed';
    const model = new Model();
    await create(name, schema(DataType.Int64), 'HNSW', 'IP');
    for (const [field_name, index_type] of [['num', 'STL_SORT'], ['name', 'INVERTED']]) {
      checked(
        await client.createIndex({
          collection_name: name, field_name, index_name: `by_${field_name}`, index_type,
        })
      );
    }
    await insert(name, model, rows(i => i, 0, 1000));
    checked(await client.flushSync({ collection_names: [name] }));
    const described = checked(await client.describeIndex({ collection_name: name }));
    assert.deepStrictEqual(
      described.index_descriptions.map(i => i.field_name).sort(),
      ['name', 'num', 'vec']
    );
    await checkRows(name, model, 'IP', 'indexed');
    checked(await client.dropIndex({ collection_name: name, index_name: 'by_num' }));
    await checkRows(name, model, 'IP', 'without an index of num');
    checked(await client.dropCollection({ collection_name: name }));
  },

  async 'errors'() {
    await refused(() => client.describeCollection({ collection_name: 'node_none' }), 'node_none');
    await refused(() => client.loadCollection({ collection_name: 'node_none' }), 'node_none');
    await create('node_errors', schema(DataType.Int64), 'FLAT', 'L2');
    await refused(() => client.query({ collection_name: 'node_errors', filter: 'num == "x"' }), 'num');
    await refused(
      () => client.search({ collection_name: 'node_errors', data: [1, 2, 3], limit: 5 }),
      'dim'
    );
    checked(await client.dropCollection({ collection_name: 'node_errors' }));
  },
};

async function main() {
  await client.connectPromise;
  for (const [name, part] of Object.entries(parts)) {
    await part();
    console.log(`ok   ${name}`);
  }
  await client.closeConnection();
  console.log(`all ${Object.keys(parts).length} parts agree`);
}

main().catch(error => {
  console.error(error);
  process.exit(1);
});
