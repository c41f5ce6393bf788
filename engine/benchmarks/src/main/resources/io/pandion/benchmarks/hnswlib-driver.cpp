// Measures hnswlib: builds or loads an index, then answers one line on stdin with one on stdout, as
// EngineLoop.java does: "point share k batch threads" -> "RESULT recall queries cpu wall p50 p99".
//
//   hnswlib-driver build SET_FOLDER INDEX DIMENSION M EF_CONSTRUCTION THREADS
//   hnswlib-driver serve SET_FOLDER INDEX DIMENSION
//
// Vectors are padded to a multiple of 16 floats, so that its AVX-512 code is used.
#include <hnswlib/hnswlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

static const int TRUTH = 100;

template <class T>
static std::vector<T> read_all(const std::string &path) {
  FILE *file = fopen(path.c_str(), "rb");
  if (!file) {
    fprintf(stderr, "cannot read %s\n", path.c_str());
    exit(1);
  }
  fseek(file, 0, SEEK_END);
  std::vector<T> out(ftell(file) / sizeof(T));
  rewind(file);
  if (fread(out.data(), sizeof(T), out.size(), file) != out.size()) exit(1);
  fclose(file);
  return out;
}

static std::vector<float> padded(const std::vector<float> &in, int dimension, int wide) {
  size_t rows = in.size() / dimension;
  std::vector<float> out(rows * wide, 0.f);
  for (size_t i = 0; i < rows; i++)
    std::copy(&in[i * dimension], &in[i * dimension] + dimension, &out[i * wide]);
  return out;
}

static double seconds(clockid_t clock) {
  timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static long resident() {
  FILE *file = fopen("/proc/self/statm", "r");
  long size = 0, pages = 0;
  if (!file || fscanf(file, "%ld %ld", &size, &pages) != 2) pages = 0;
  if (file) fclose(file);
  return pages * sysconf(_SC_PAGESIZE);
}

struct Pass {
  double cpu = 0;
  std::vector<double> micros;
};

int main(int argc, char **argv) {
  std::string mode = argv[1], folder = argv[2], index = argv[3];
  int dimension = atoi(argv[4]), wide = (dimension + 15) / 16 * 16;
  hnswlib::InnerProductSpace space(wide);
  if (mode == "build") {
    std::vector<float> base = padded(read_all<float>(folder + "/base.f32"), dimension, wide);
    int rows = base.size() / wide, m = atoi(argv[5]), ef = atoi(argv[6]), threads = atoi(argv[7]);
    hnswlib::HierarchicalNSW<float> graph(&space, rows, m, ef);
    double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    graph.addPoint(&base[0], 0);
    std::atomic<int> next{1};
    std::vector<std::thread> pool;
    for (int t = 0; t < threads; t++)
      pool.emplace_back([&] {
        for (int i = next++; i < rows; i = next++) graph.addPoint(&base[(size_t)i * wide], i);
      });
    for (auto &t : pool) t.join();
    wall = seconds(CLOCK_MONOTONIC) - wall;
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    graph.saveIndex(index);
    printf("BUILT %.3f %.3f\n", cpu, wall);
    return 0;
  }
  hnswlib::HierarchicalNSW<float> graph(&space, index);
  std::vector<float> queries = padded(read_all<float>(folder + "/query.f32"), dimension, wide);
  std::vector<int> truth = read_all<int>(folder + "/truth-1.i32");
  int count = queries.size() / wide;
  printf("READY %ld\n", resident());
  fflush(stdout);
  std::string line;
  while (std::getline(std::cin, line)) {
    std::stringstream words(line);
    std::string point, share;
    int k, batch, threads;
    words >> point >> share >> k >> batch >> threads;
    graph.setEf(atoi(point.substr(point.find('=') + 1).c_str()));
    std::vector<int> found((size_t)count * k, -1);
    std::vector<Pass> passes(threads);
    std::vector<std::thread> pool;
    double wall = seconds(CLOCK_MONOTONIC);
    for (int t = 0; t < threads; t++)
      pool.emplace_back([&, t] {
        double cpu = seconds(CLOCK_THREAD_CPUTIME_ID);
        for (int i = (long)count * t / threads; i < (long)count * (t + 1) / threads; i++) {
          double start = seconds(CLOCK_MONOTONIC);
          auto best = graph.searchKnn(&queries[(size_t)i * wide], k);
          for (int j = best.size() - 1; j >= 0; j--, best.pop())
            found[(size_t)i * k + j] = best.top().second;
          passes[t].micros.push_back((seconds(CLOCK_MONOTONIC) - start) * 1e6);
        }
        passes[t].cpu = seconds(CLOCK_THREAD_CPUTIME_ID) - cpu;
      });
    for (auto &t : pool) t.join();
    wall = seconds(CLOCK_MONOTONIC) - wall;
    double cpu = 0;
    std::vector<double> micros;
    for (auto &pass : passes) {
      cpu += pass.cpu;
      micros.insert(micros.end(), pass.micros.begin(), pass.micros.end());
    }
    std::sort(micros.begin(), micros.end());
    long hits = 0, wanted = 0;
    for (int i = 0; i < count; i++)
      for (int j = 0; j < k && truth[(size_t)i * TRUTH + j] >= 0; j++) {
        wanted++;
        int *from = &found[(size_t)i * k];
        hits += std::find(from, from + k, truth[(size_t)i * TRUTH + j]) != from + k;
      }
    printf("RESULT %.6f %d %.9f %.9f %.3f %.3f\n", (double)hits / wanted, count, cpu, wall,
           micros[micros.size() / 2], micros[micros.size() * 99 / 100]);
    fflush(stdout);
  }
}
