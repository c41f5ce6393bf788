/*
 * Scores rows of vectors against one prepared query: the native twin of VectorKernel.java, whose
 * comments specify the layouts (RowFormat) and the arithmetic (RowQuery). Compiled three times, for
 * plain processors, AVX2 and AVX-512 with VNNI, one of which is chosen when the library is loaded.
 *
 * Sums of integers are exact and the last float operations are those of the other twins in the same
 * order, so that INT8, SQ8, SQ4 and PQ scores are the same bits in all of them; compile with -ffp-contract=off.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum op { FLOAT32_DOT, FLOAT32_L2, SQ8, SQ4, FLOAT16_DOT, FLOAT16_L2, BFLOAT16_DOT, BFLOAT16_L2, PQ,
          INT8_DOT, INT8_L2 };

/* What RowQuery lays out, 64-byte aligned. */
struct query {
  int32_t op;
  int32_t stride; /* bytes from one row to the next, a multiple of 64 */
  float scale;
  float shift;
  float offset;
  int32_t lookups; /* bytes of PQ codes */
  int32_t unused[10];
  char data[];
};

#define INLINE static inline __attribute__((always_inline))

INLINE const char *row(const char *base, const int32_t *ids, size_t stride, int i) {
  return base + (ids ? (size_t)ids[i] : (size_t)i) * stride;
}

INLINE float number(const char *at) {
  float out;
  memcpy(&out, at, sizeof out);
  return out;
}

/* The end of a row of codes holds its factor and its constant. */
INLINE float scored(const struct query *q, const char *x, int32_t products) {
  float factor = number(x + q->stride - 8);
  float constant = number(x + q->stride - 4);
  return factor * (q->scale * (float)products + q->shift) + constant + q->offset;
}

INLINE void prefetch(const char *at, size_t bytes) {
  for (size_t i = 0; i < bytes && i < 1024; i += 64) {
    __builtin_prefetch(at + i);
  }
  if (bytes & 63) __builtin_prefetch(at + bytes - 1); /* PQ rows start anywhere */
}

INLINE int ahead(size_t stride) {
  size_t rows = 2048 / stride;
  return rows < 3 ? 3 : rows > 16 ? 16 : (int)rows;
}

/* ---- plain C, which compilers turn into the vectors of the target ---- */

#define LANES 16

INLINE float total(const float *lanes) {
  float half[8], quarter[4];
  for (int i = 0; i < 8; i++) half[i] = lanes[i] + lanes[i + 8];
  for (int i = 0; i < 4; i++) quarter[i] = half[i] + half[i + 4];
  return (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
}

INLINE float half_float(uint16_t h) {
  uint32_t bits = (uint32_t)(h & 0x7fff) << 13;
  float magnitude;
  memcpy(&magnitude, &bits, 4);
  magnitude *= 0x1p112f;
  memcpy(&bits, &magnitude, 4);
  bits |= (uint32_t)(h & 0x8000) << 16;
  float out;
  memcpy(&out, &bits, 4);
  return out;
}

INLINE float brain_float(uint16_t h) {
  uint32_t bits = (uint32_t)h << 16;
  float out;
  memcpy(&out, &bits, 4);
  return out;
}

#define FLOAT_LOOP(TYPE, READ, TERM)                             \
  const float *y = (const float *)q->data;                       \
  const TYPE *v = (const TYPE *)x;                               \
  float lanes[LANES] = {0};                                      \
  for (int i = 0; i < q->stride / (int)sizeof(TYPE); i += LANES) \
    for (int k = 0; k < LANES; k++) {                            \
      float a = y[i + k], b = READ(v[i + k]);                    \
      lanes[k] += TERM;                                          \
    }                                                            \
  return total(lanes)

#define SAME(v) (v)

INLINE float float32_dot(const struct query *q, const char *x) { FLOAT_LOOP(float, SAME, a * b); }
INLINE float float32_l2(const struct query *q, const char *x) {
  FLOAT_LOOP(float, SAME, -((a - b) * (a - b)));
}
INLINE float float16_dot(const struct query *q, const char *x) {
  FLOAT_LOOP(uint16_t, half_float, a * b);
}
INLINE float float16_l2(const struct query *q, const char *x) {
  FLOAT_LOOP(uint16_t, half_float, -((a - b) * (a - b)));
}
INLINE float bfloat16_dot(const struct query *q, const char *x) {
  FLOAT_LOOP(uint16_t, brain_float, a * b);
}
INLINE float bfloat16_l2(const struct query *q, const char *x) {
  FLOAT_LOOP(uint16_t, brain_float, -((a - b) * (a - b)));
}

INLINE float sq8(const struct query *q, const char *x) {
  const int8_t *y = (const int8_t *)q->data;
  const int8_t *v = (const int8_t *)x;
  int32_t products = 0;
  for (int i = 0; i < q->stride; i++) products += (int16_t)y[i] * (int16_t)v[i];
  return scored(q, x, products);
}

INLINE float int8_dot(const struct query *q, const char *x) {
  const int8_t *y = (const int8_t *)q->data;
  const int8_t *v = (const int8_t *)x;
  int32_t products = 0;
  for (int i = 0; i < q->stride; i++) products += (int16_t)y[i] * (int16_t)v[i];
  return (float)products;
}

INLINE float int8_l2(const struct query *q, const char *x) {
  const int8_t *y = (const int8_t *)q->data;
  const int8_t *v = (const int8_t *)x;
  int32_t squares = 0;
  for (int i = 0; i < q->stride; i++) {
    int16_t far = (int16_t)(y[i] - v[i]);
    squares += far * far;
  }
  return (float)-squares;
}

INLINE float sq4(const struct query *q, const char *x) {
  const int8_t *low = (const int8_t *)q->data;
  const int8_t *high = low + q->stride;
  const uint8_t *v = (const uint8_t *)x;
  int32_t products = 0;
  for (int i = 0; i < q->stride; i++)
    products += (int16_t)low[i] * (int16_t)(v[i] & 15) + (int16_t)high[i] * (int16_t)(v[i] >> 4);
  return scored(q, x, products);
}

/* Loads of a table in the first-level cache: gathers take as long. */
INLINE float pq(const struct query *q, const char *x) {
  const int16_t *t = (const int16_t *)q->data;
  int32_t a = 0, b = 0;
  int i = 0;
  for (; i + 8 <= q->lookups; i += 8, t += 2048) {
    uint64_t v;
    memcpy(&v, x + i, 8);
    a += t[v & 255];
    b += t[256 + (v >> 8 & 255)];
    a += t[512 + (v >> 16 & 255)];
    b += t[768 + (v >> 24 & 255)];
    a += t[1024 + (v >> 32 & 255)];
    b += t[1280 + (v >> 40 & 255)];
    a += t[1536 + (v >> 48 & 255)];
    b += t[1792 + (v >> 56)];
  }
  for (; i < q->lookups; i++, t += 256) a += t[(uint8_t)x[i]];
  return scored(q, x, a + b);
}

#define EACH_ROW(ROW)                                                               \
  for (int i = 0; i < count; i++) {                                                 \
    if (ids && i + far < count) prefetch(row(base, ids, stride, i + far), stride);  \
    out[i] = ROW(q, row(base, ids, stride, i));                                     \
  }                                                                                 \
  break

#define PLAIN_BODY                                       \
  size_t stride = (size_t)q->stride;                     \
  int far = ahead(stride);                               \
  if (ids)                                               \
    for (int i = 0; i < far && i < count; i++)           \
      prefetch(row(base, ids, stride, i), stride);       \
  switch ((enum op)q->op) {                              \
    case FLOAT32_DOT: EACH_ROW(float32_dot);             \
    case FLOAT32_L2: EACH_ROW(float32_l2);               \
    case SQ8: EACH_ROW(sq8);                             \
    case SQ4: EACH_ROW(sq4);                             \
    case FLOAT16_DOT: EACH_ROW(float16_dot);             \
    case FLOAT16_L2: EACH_ROW(float16_l2);               \
    case BFLOAT16_DOT: EACH_ROW(bfloat16_dot);           \
    case BFLOAT16_L2: EACH_ROW(bfloat16_l2);             \
    case PQ: EACH_ROW(pq);                               \
    case INT8_DOT: EACH_ROW(int8_dot);                   \
    case INT8_L2: EACH_ROW(int8_l2);                     \
  }

#define ARGUMENTS \
  const struct query *q, const char *base, const int32_t *ids, int count, float *out
#define PASSED q, base, ids, count, out

static void score_plain(ARGUMENTS) { PLAIN_BODY }

typedef void scorer(ARGUMENTS);

#if defined(__x86_64__)

__attribute__((target("avx2,fma"))) static void score_avx2(ARGUMENTS) { PLAIN_BODY }

/* ---- AVX-512: four rows at a time, so that their sums are added up together ---- */

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma")))
#define INLINE512 AVX512 static inline __attribute__((always_inline))

INLINE512 __m128i sums(__m512i a, __m512i b, __m512i c, __m512i d) {
  __m512i ab = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
  __m512i cd = _mm512_add_epi32(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
  __m512i all = _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
  __m256i half = _mm256_add_epi32(_mm512_castsi512_si256(all), _mm512_extracti64x4_epi64(all, 1));
  return _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

INLINE512 __m128 float_sums(__m512 a, __m512 b, __m512 c, __m512 d) {
  __m512 ab = _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
  __m512 cd = _mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
  __m512d x = _mm512_castps_pd(ab), y = _mm512_castps_pd(cd);
  __m512 all = _mm512_add_ps(_mm512_castpd_ps(_mm512_unpacklo_pd(x, y)),
                             _mm512_castpd_ps(_mm512_unpackhi_pd(x, y)));
  __m256 half = _mm256_add_ps(_mm512_castps512_ps256(all), _mm512_extractf32x8_ps(all, 1));
  return _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
}

INLINE512 __m128 scored4(const struct query *q, const char **x, __m128i products) {
  __m128 ends[4];
  for (int k = 0; k < 4; k++)
    ends[k] = _mm_castsi128_ps(_mm_loadl_epi64((const __m128i *)(x[k] + q->stride - 8)));
  __m128 ab = _mm_unpacklo_ps(ends[0], ends[1]), cd = _mm_unpacklo_ps(ends[2], ends[3]);
  __m128 factor = _mm_movelh_ps(ab, cd), constant = _mm_movehl_ps(cd, ab);
  __m128 value = _mm_mul_ps(_mm_set1_ps(q->scale), _mm_cvtepi32_ps(products));
  value = _mm_mul_ps(factor, _mm_add_ps(value, _mm_set1_ps(q->shift)));
  return _mm_add_ps(_mm_add_ps(value, constant), _mm_set1_ps(q->offset));
}

INLINE512 __m512i product8(__m512i sum, __m512i y, const char *x) {
  /* VNNI takes unsigned codes: 128 more, which the sum of the query takes off again */
  __m512i v = _mm512_xor_si512(_mm512_loadu_si512(x), _mm512_set1_epi8((char)128));
  return _mm512_dpbusd_epi32(sum, v, y);
}

/* 128 times the sum of the query's codes. */
INLINE512 int32_t excess(const struct query *q) {
  __m512i sum = _mm512_setzero_si512();
  for (int i = 0; i < q->stride; i += 64)
    sum = _mm512_dpbusd_epi32(sum, _mm512_set1_epi8((char)128), _mm512_load_si512(q->data + i));
  return _mm512_reduce_add_epi32(sum);
}

INLINE512 __m128i four_products(const struct query *q, const char **x, int32_t more) {
  __m512i a = _mm512_setzero_si512(), b = a, c = a, d = a;
  for (int i = 0; i < q->stride; i += 64) {
    __m512i y = _mm512_load_si512(q->data + i);
    a = product8(a, y, x[0] + i);
    b = product8(b, y, x[1] + i);
    c = product8(c, y, x[2] + i);
    d = product8(d, y, x[3] + i);
  }
  return _mm_sub_epi32(sums(a, b, c, d), _mm_set1_epi32(more));
}

INLINE512 __m128 four_sq8(const struct query *q, const char **x, int32_t more) {
  return scored4(q, x, four_products(q, x, more));
}

INLINE512 __m128 four_int8_dot(const struct query *q, const char **x, int32_t more) {
  return _mm_cvtepi32_ps(four_products(q, x, more));
}

INLINE512 __m512i wide8(const char *x) {
  return _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)x));
}

INLINE512 __m512i square8(__m512i sum, __m512i y, const char *x) {
  __m512i far = _mm512_sub_epi16(y, wide8(x));
  return _mm512_dpwssd_epi32(sum, far, far);
}

INLINE512 __m128 four_int8_l2(const struct query *q, const char **x, int32_t more) {
  (void)more;
  __m512i a = _mm512_setzero_si512(), b = a, c = a, d = a;
  for (int i = 0; i < q->stride; i += 32) {
    __m512i y = wide8(q->data + i);
    a = square8(a, y, x[0] + i);
    b = square8(b, y, x[1] + i);
    c = square8(c, y, x[2] + i);
    d = square8(d, y, x[3] + i);
  }
  return _mm_cvtepi32_ps(_mm_sub_epi32(_mm_setzero_si128(), sums(a, b, c, d)));
}

INLINE512 __m512i product4(__m512i sum, __m512i low, __m512i high, const char *x) {
  __m512i v = _mm512_loadu_si512(x), mask = _mm512_set1_epi8(15);
  sum = _mm512_dpbusd_epi32(sum, _mm512_and_si512(v, mask), low);
  return _mm512_dpbusd_epi32(sum, _mm512_and_si512(_mm512_srli_epi16(v, 4), mask), high);
}

INLINE512 __m128 four_sq4(const struct query *q, const char **x, int32_t more) {
  (void)more;
  __m512i a = _mm512_setzero_si512(), b = a, c = a, d = a;
  for (int i = 0; i < q->stride; i += 64) {
    __m512i low = _mm512_load_si512(q->data + i);
    __m512i high = _mm512_load_si512(q->data + q->stride + i);
    a = product4(a, low, high, x[0] + i);
    b = product4(b, low, high, x[1] + i);
    c = product4(c, low, high, x[2] + i);
    d = product4(d, low, high, x[3] + i);
  }
  return scored4(q, x, sums(a, b, c, d));
}

INLINE512 __m512 load_float32(const char *x, int i) { return _mm512_loadu_ps(x + 4 * (size_t)i); }
INLINE512 __m512 load_float16(const char *x, int i) {
  return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(x + 2 * (size_t)i)));
}
INLINE512 __m512 load_bfloat16(const char *x, int i) {
  __m256i v = _mm256_loadu_si256((const __m256i *)(x + 2 * (size_t)i));
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(v), 16));
}
INLINE512 __m512 add_dot(__m512 sum, __m512 y, __m512 v) { return _mm512_fmadd_ps(y, v, sum); }
INLINE512 __m512 add_l2(__m512 sum, __m512 y, __m512 v) {
  __m512 far = _mm512_sub_ps(y, v);
  return _mm512_fnmadd_ps(far, far, sum);
}

#define FOUR(NAME, LOAD, BYTES, ADD)                                    \
  INLINE512 __m128 NAME(const struct query *q, const char **x, int32_t more) { \
    (void)more;                                                         \
    const float *data = (const float *)q->data;                         \
    __m512 a = _mm512_setzero_ps(), b = a, c = a, d = a;                \
    for (int i = 0; i < q->stride / BYTES; i += 16) {                   \
      __m512 y = _mm512_load_ps(data + i);                              \
      a = ADD(a, y, LOAD(x[0], i));                                     \
      b = ADD(b, y, LOAD(x[1], i));                                     \
      c = ADD(c, y, LOAD(x[2], i));                                     \
      d = ADD(d, y, LOAD(x[3], i));                                     \
    }                                                                   \
    return float_sums(a, b, c, d);                                      \
  }

FOUR(four_float32_dot, load_float32, 4, add_dot)
FOUR(four_float32_l2, load_float32, 4, add_l2)
FOUR(four_float16_dot, load_float16, 2, add_dot)
FOUR(four_float16_l2, load_float16, 2, add_l2)
FOUR(four_bfloat16_dot, load_bfloat16, 2, add_dot)
FOUR(four_bfloat16_l2, load_bfloat16, 2, add_l2)

/*
 * Four queries pass over four rows at a time, so that each row and each query is read once for four
 * products; sums are those of FOUR, in the same order.
 */
#define TILE(NAME, ADD)                                                                       \
  INLINE512 void NAME(const struct query *const *q, const char *const *x, size_t count,      \
                      float *out) {                                                           \
    __m512 sum[4][4];                                                                         \
    const float *y[4];                                                                        \
    for (int a = 0; a < 4; a++) {                                                             \
      y[a] = (const float *)q[a]->data;                                                       \
      for (int b = 0; b < 4; b++) sum[a][b] = _mm512_setzero_ps();                            \
    }                                                                                         \
    for (int i = 0; i < q[0]->stride / 4; i += 16) {                                          \
      __m512 v[4];                                                                            \
      for (int b = 0; b < 4; b++) v[b] = load_float32(x[b], i);                               \
      for (int a = 0; a < 4; a++) {                                                           \
        __m512 w = _mm512_load_ps(y[a] + i);                                                  \
        for (int b = 0; b < 4; b++) sum[a][b] = ADD(sum[a][b], w, v[b]);                      \
      }                                                                                       \
    }                                                                                         \
    for (int a = 0; a < 4; a++)                                                               \
      _mm_storeu_ps(out + a * count, float_sums(sum[a][0], sum[a][1], sum[a][2], sum[a][3])); \
  }

TILE(tile_dot, add_dot)
TILE(tile_l2, add_l2)

/* Rows that are missing from the last four are doubles of the last one. */
#define EACH_FOUR(SCORES)                                                              \
  for (int i = 0; i < count; i += 4) {                                                 \
    const char *x[4];                                                                  \
    for (int k = 0; k < 4; k++) {                                                      \
      if (ids && i + k + far < count) prefetch(row(base, ids, stride, i + k + far), stride); \
      x[k] = row(base, ids, stride, i + k < count ? i + k : count - 1);                \
    }                                                                                  \
    __m128 scores = SCORES(q, x, more);                                                      \
    if (i + 4 <= count)                                                                \
      _mm_storeu_ps(out + i, scores);                                                  \
    else                                                                               \
      _mm_mask_storeu_ps(out + i, (__mmask8)((1 << (count - i)) - 1), scores);         \
  }                                                                                    \
  break

AVX512 static void score_avx512(ARGUMENTS) {
  size_t stride = (size_t)q->stride;
  int far = (ahead(stride) + 3) & ~3;
  int32_t more = q->op == SQ8 || q->op == INT8_DOT ? excess(q) : 0;
  if (ids)
    for (int i = 0; i < far && i < count; i++) prefetch(row(base, ids, stride, i), stride);
  switch ((enum op)q->op) {
    case FLOAT32_DOT: EACH_FOUR(four_float32_dot);
    case FLOAT32_L2: EACH_FOUR(four_float32_l2);
    case SQ8: EACH_FOUR(four_sq8);
    case SQ4: EACH_FOUR(four_sq4);
    case FLOAT16_DOT: EACH_FOUR(four_float16_dot);
    case FLOAT16_L2: EACH_FOUR(four_float16_l2);
    case BFLOAT16_DOT: EACH_FOUR(four_bfloat16_dot);
    case BFLOAT16_L2: EACH_FOUR(four_bfloat16_l2);
    case PQ: EACH_ROW(pq);
    case INT8_DOT: EACH_FOUR(four_int8_dot);
    case INT8_L2: EACH_FOUR(four_int8_l2);
  }
}

/* Four queries and all rows but the last few, which are left out; returns the number of rows. */
AVX512 static int tiles_avx512(const struct query *const *q, const char *base, int count, size_t all,
                               float *out) {
  size_t stride = (size_t)q[0]->stride;
  int i = 0;
  for (; i + 4 <= count; i += 4, base += 4 * stride) {
    const char *x[4] = {base, base + stride, base + 2 * stride, base + 3 * stride};
    if (q[0]->op == FLOAT32_L2)
      tile_l2(q, x, all, out + i);
    else
      tile_dot(q, x, all, out + i);
  }
  return i;
}

#endif

static int level;
static scorer *chosen = score_plain;

/* Limits the choice to a level (0 plain, 1 AVX2, 2 AVX-512) and returns what was chosen. */
int pandion_kernel_level(int limit) {
  level = 0;
  chosen = score_plain;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (limit >= 2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vnni")) {
    level = 2;
    chosen = score_avx512;
  } else if (limit >= 1 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    level = 1;
    chosen = score_avx2;
  }
#else
  (void)limit;
#endif
  return level;
}

/*
 * Scores `count` rows into `out`: those of `ids`, or the first of `base` when there are
 * none. What the caller reads next (128 bytes at `hint`) is fetched meanwhile.
 */
void pandion_score(ARGUMENTS, const char *hint) {
  if (hint) {
    __builtin_prefetch(hint);
    __builtin_prefetch(hint + 64);
  }
  chosen(PASSED);
}

/* Rows that stay in the first-level cache while all queries pass over them. */
#define BLOCK_BYTES (1 << 14)

/*
 * Scores `count` rows from `base` on against several queries of one format: query q and row i into
 * out[q * count + i]. Each row is read from memory once.
 */
void pandion_score_range(const struct query *const *queries, int query_count, const char *base,
                         int count, float *out) {
  size_t stride = (size_t)queries[0]->stride, all = (size_t)count;
  int block = (int)(BLOCK_BYTES / stride) & ~3;
  if (block < 4) block = 4;
  for (int from = 0; from < count; from += block) {
    const char *rows = base + (size_t)from * stride;
    int size = count - from < block ? count - from : block;
    int q = 0;
#if defined(__x86_64__)
    int tiled = queries[0]->op == FLOAT32_DOT || queries[0]->op == FLOAT32_L2;
    for (; tiled && level == 2 && q + 4 <= query_count; q += 4) {
      int done = tiles_avx512(queries + q, rows, size, all, out + q * all + from);
      for (int k = q; done < size && k < q + 4; k++)
        chosen(queries[k], rows + (size_t)done * stride, NULL, size - done, out + k * all + from + done);
    }
#endif
    for (; q < query_count; q++) chosen(queries[q], rows, NULL, size, out + q * all + from);
  }
}
