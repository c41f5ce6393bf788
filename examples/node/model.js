// What a collection must answer, by brute force in memory: rows by key, filters as functions with
// three values (true, false, null for unknown), exact search.
'use strict';

const assert = require('assert');

// Scores of Milvus: L2 is squared and small is near; IP and COSINE are large when near.
const distances = {
  L2: (a, b) => a.reduce((sum, x, i) => sum + (x - b[i]) ** 2, 0),
  IP: (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0),
  COSINE: (a, b) =>
    distances.IP(a, b) / Math.sqrt(distances.IP(a, a) * distances.IP(b, b)),
};

class Model {
  constructor() {
    this.rows = new Map();
  }

  put(rows) {
    for (const row of rows) {
      this.rows.set(String(row.id), row);
    }
  }

  delete(keys) {
    for (const key of keys) {
      this.rows.delete(String(key));
    }
  }

  deleteWhere(filter) {
    this.delete(this.where(filter).map(row => row.id));
  }

  where(filter) {
    return [...this.rows.values()].filter(row => filter(row) === true);
  }

  search(vector, metric, filter) {
    const near = metric === 'L2' ? 1 : -1;
    return this.where(filter)
      .map(row => ({ id: String(row.id), score: distances[metric](vector, row.vec) }))
      .sort((a, b) => near * (a.score - b.score));
  }

  // An exact answer: places from .. from + limit of the true one; rows at one distance may stand
  // for each other.
  checkExact(question, hits, vector, metric, filter, limit, from = 0) {
    const truth = this.search(vector, metric, filter).slice(from, from + limit);
    this.checkSound(question, hits, vector, metric, filter);
    assert.strictEqual(hits.length, truth.length, `number of hits of ${question}`);
    hits.forEach((hit, i) => closeTo(hit.score, truth[i].score, `place ${i} of ${question}`));
  }

  // What holds for any index: rows that exist and match, each once, with their true scores.
  checkSound(question, hits, vector, metric, filter) {
    const seen = new Set();
    for (const hit of hits) {
      const row = this.rows.get(String(hit.id));
      assert.ok(row, `${question} finds ${hit.id}, which does not exist`);
      assert.strictEqual(filter(row), true, `${question} finds ${hit.id}, which does not match`);
      assert.ok(!seen.has(String(hit.id)), `${question} finds ${hit.id} twice`);
      seen.add(String(hit.id));
      closeTo(hit.score, distances[metric](vector, row.vec), `score of ${hit.id} by ${question}`);
    }
  }

  recall(hits, vector, metric, filter, limit) {
    const truth = new Set(this.search(vector, metric, filter).slice(0, limit).map(h => h.id));
    return truth.size === 0 ? 1 : hits.filter(h => truth.has(String(h.id))).length / truth.size;
  }
}

function closeTo(actual, expected, what) {
  assert.ok(
    Math.abs(actual - expected) <= 1e-3 * Math.max(1, Math.abs(expected)),
    `${what}: ${actual} instead of ${expected}`
  );
}

const all = () => true;
const isNull = value => value === null || value === undefined;
const compare = (value, test) => (isNull(value) ? null : test(value));
const not = truth => (truth === null ? null : !truth);
const and = (a, b) => (a === false || b === false ? false : a === null || b === null ? null : true);
const or = (a, b) => not(and(not(a), not(b)));

module.exports = { Model, distances, all, isNull, compare, not, and, or };
