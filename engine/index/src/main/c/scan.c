/*
 * Scans blocks of 32 rows of four-bit codes with a table of bytes: the native twin of BlockScan.java,
 * whose comments specify layout and arithmetic. Sums are exact, the float operations those of the
 * other twins in the same order; compile with -ffp-contract=off.
 */
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define ARGUMENTS                                                                              \
  const uint8_t *table, const uint8_t *codes, int groups, int rows, int trailers, float scale, \
      float bias, float add, float above, int32_t *places, float *scores
#define PASSED table, codes, groups, rows, trailers, scale, bias, add, above, places, scores

typedef int scanner(ARGUMENTS);

static int scan_plain(ARGUMENTS) {
  size_t block = 64 * (size_t)groups + (trailers ? 256 : 0);
  int hits = 0;
  for (int from = 0; from < rows; from += 32, codes += block) {
    int32_t sums[32] = {0};
    for (int g = 0; g < groups; g++) {
      const uint8_t *v = codes + 64 * g, *t = table + 64 * g;
      for (int i = 0; i < 16; i++)
        for (int j = 0; j < 4; j++) {
          sums[i] += t[16 * j + (v[4 * i + j] & 15)];
          sums[i + 16] += t[16 * j + (v[4 * i + j] >> 4)];
        }
    }
    const float *ends = (const float *)(codes + 64 * (size_t)groups);
    for (int i = 0; i < 32 && from + i < rows; i++) {
      float value = scale * (float)sums[i] + bias;
      if (trailers) value = ends[i] * value + ends[32 + i];
      value = value + add;
      if (value > above) {
        places[hits] = from + i;
        scores[hits++] = value;
      }
    }
  }
  return hits;
}

#if defined(__x86_64__)

#define AVX512                                                                               \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx512vbmi,popcnt")))
#define INLINE512 AVX512 static inline __attribute__((always_inline))

/* Adds what the codes of 16 rows, four tables each, stand for. */
INLINE512 __m512i looked_up(__m512i sum, __m512i codes, __m512i table) {
  __m512i four_tables = _mm512_set1_epi32(0x30201000);
  __m512i at = _mm512_ternarylogic_epi32(codes, _mm512_set1_epi8(15), four_tables, 0xea);
  return _mm512_dpbusd_epi32(sum, _mm512_permutexvar_epi8(at, table), _mm512_set1_epi8(1));
}

struct state {
  __m512 scale, bias, add, above;
  int trailers, rows, hits;
  int32_t *places;
  float *scores;
};

/* Writes those of 16 rows that are better; writes up to 16 places too many. */
INLINE512 void emit(struct state *s, __m512i sum, const float *ends, int from) {
  if (from >= s->rows) return;
  __m512 value = _mm512_add_ps(_mm512_mul_ps(s->scale, _mm512_cvtepi32_ps(sum)), s->bias);
  if (s->trailers)
    value = _mm512_add_ps(_mm512_mul_ps(_mm512_loadu_ps(ends), value), _mm512_loadu_ps(ends + 32));
  value = _mm512_add_ps(value, s->add);
  __mmask16 better = _mm512_cmp_ps_mask(value, s->above, _CMP_GT_OQ);
  if (s->rows - from < 16) better &= (__mmask16)((1 << (s->rows - from)) - 1);
  if (better) {
    __m512i row = _mm512_add_epi32(
        _mm512_set1_epi32(from),
        _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    _mm512_storeu_si512(s->places + s->hits, _mm512_maskz_compress_epi32(better, row));
    _mm512_storeu_ps(s->scores + s->hits, _mm512_maskz_compress_ps(better, value));
    s->hits += _mm_popcnt_u32(better);
  }
}

AVX512 static int scan_avx512(ARGUMENTS) {
  size_t wide = 64 * (size_t)groups, block = wide + (trailers ? 256 : 0);
  struct state s = {_mm512_set1_ps(scale), _mm512_set1_ps(bias), _mm512_set1_ps(add),
                    _mm512_set1_ps(above), trailers, rows, 0, places, scores};
  int from = 0;
  for (; from + 32 < rows; from += 64, codes += 2 * block) {
    __m512i a = _mm512_setzero_si512(), b = a, c = a, d = a;
    for (size_t i = 0; i < wide; i += 64) {
      __m512i t = _mm512_loadu_si512(table + i);
      __m512i v = _mm512_loadu_si512(codes + i), w = _mm512_loadu_si512(codes + block + i);
      _mm_prefetch((const char *)(codes + 2 * block + i), _MM_HINT_T0);
      _mm_prefetch((const char *)(codes + 3 * block + i), _MM_HINT_T0);
      a = looked_up(a, v, t);
      b = looked_up(b, _mm512_srli_epi16(v, 4), t);
      c = looked_up(c, w, t);
      d = looked_up(d, _mm512_srli_epi16(w, 4), t);
    }
    const float *ends = (const float *)(codes + wide);
    emit(&s, a, ends, from);
    emit(&s, b, ends + 16, from + 16);
    ends = (const float *)(codes + block + wide);
    emit(&s, c, ends, from + 32);
    emit(&s, d, ends + 16, from + 48);
  }
  if (from < rows) {
    __m512i a = _mm512_setzero_si512(), b = a;
    for (size_t i = 0; i < wide; i += 64) {
      __m512i t = _mm512_loadu_si512(table + i), v = _mm512_loadu_si512(codes + i);
      a = looked_up(a, v, t);
      b = looked_up(b, _mm512_srli_epi16(v, 4), t);
    }
    const float *ends = (const float *)(codes + wide);
    emit(&s, a, ends, from);
    emit(&s, b, ends + 16, from + 16);
  }
  return s.hits;
}

/* ---- AVX2: the table of each code by itself, eight rows of four codes a vector ---- */

#define AVX2 __attribute__((target("avx2")))
#define INLINE2 AVX2 static inline __attribute__((always_inline))

/* Groups after which sums of 16 bits, two bytes more each time, must be widened. */
#define MOST 128

/* Adds what the codes of 8 rows stand for, two codes to 16 bits. */
INLINE2 __m256i looked_up2(__m256i sum, __m256i codes, const __m256i *tables) {
  __m256i at = _mm256_and_si256(codes, _mm256_set1_epi8(15));
  __m256i even = _mm256_blend_epi16(_mm256_shuffle_epi8(tables[0], at),
                                    _mm256_shuffle_epi8(tables[2], at), 0xaa);
  __m256i odd = _mm256_blend_epi16(_mm256_shuffle_epi8(tables[1], at),
                                   _mm256_shuffle_epi8(tables[3], at), 0xaa);
  sum = _mm256_add_epi16(sum, _mm256_and_si256(even, _mm256_set1_epi16(255)));
  return _mm256_add_epi16(sum, _mm256_srli_epi16(odd, 8));
}

INLINE2 __m256i widened(__m256i wide, __m256i sum) {
  wide = _mm256_add_epi32(wide, _mm256_and_si256(sum, _mm256_set1_epi32(0xffff)));
  return _mm256_add_epi32(wide, _mm256_srli_epi32(sum, 16));
}

AVX2 static int scan_avx2(ARGUMENTS) {
  size_t wide = 64 * (size_t)groups, block = wide + (trailers ? 256 : 0);
  int hits = 0;
  for (int from = 0; from < rows; from += 32, codes += block) {
    __m256i sums[4];
    for (int k = 0; k < 4; k++) sums[k] = _mm256_setzero_si256();
    for (int first = 0; first < groups; first += MOST) {
      int end = groups - first < MOST ? groups : first + MOST;
      __m256i part[4];
      for (int k = 0; k < 4; k++) part[k] = _mm256_setzero_si256();
      for (int g = first; g < end; g++) {
        const uint8_t *v = codes + 64 * (size_t)g, *t = table + 64 * (size_t)g;
        __m256i tables[4];
        for (int j = 0; j < 4; j++)
          tables[j] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(t + 16 * j)));
        __m256i a = _mm256_loadu_si256((const __m256i *)v);
        __m256i b = _mm256_loadu_si256((const __m256i *)(v + 32));
        _mm_prefetch((const char *)(v + 2 * block), _MM_HINT_T0);
        part[0] = looked_up2(part[0], a, tables);
        part[1] = looked_up2(part[1], b, tables);
        part[2] = looked_up2(part[2], _mm256_srli_epi16(a, 4), tables);
        part[3] = looked_up2(part[3], _mm256_srli_epi16(b, 4), tables);
      }
      for (int k = 0; k < 4; k++) sums[k] = widened(sums[k], part[k]);
    }
    const float *ends = (const float *)(codes + wide);
    for (int k = 0; k < 4; k++) {
      int at = from + 8 * k;
      __m256 value = _mm256_mul_ps(_mm256_set1_ps(scale), _mm256_cvtepi32_ps(sums[k]));
      value = _mm256_add_ps(value, _mm256_set1_ps(bias));
      if (trailers) {
        value = _mm256_mul_ps(_mm256_loadu_ps(ends + 8 * k), value);
        value = _mm256_add_ps(value, _mm256_loadu_ps(ends + 32 + 8 * k));
      }
      value = _mm256_add_ps(value, _mm256_set1_ps(add));
      int better =
          _mm256_movemask_ps(_mm256_cmp_ps(value, _mm256_set1_ps(above), _CMP_GT_OQ));
      if (rows - at < 8) better &= rows <= at ? 0 : (1 << (rows - at)) - 1;
      float values[8];
      if (better) _mm256_storeu_ps(values, value);
      for (; better; better &= better - 1) {
        int i = __builtin_ctz((unsigned)better);
        places[hits] = at + i;
        scores[hits++] = values[i];
      }
    }
  }
  return hits;
}

#endif

static scanner *chosen = scan_plain;

/*
 * Limits the choice to a level (0 plain, 1 AVX2, 2 AVX-512 with VBMI and VNNI); returns what was
 * chosen.
 */
int pandion_scan_level(int limit) {
  chosen = scan_plain;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (limit >= 2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512vbmi")) {
    chosen = scan_avx512;
    return 2;
  }
  if (limit >= 1 && __builtin_cpu_supports("avx2")) {
    chosen = scan_avx2;
    return 1;
  }
#else
  (void)limit;
#endif
  return 0;
}

/* Both buffers have room for 16 more than `rows`. */
int pandion_scan(ARGUMENTS) { return chosen(PASSED); }
