package io.pandion.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Compiles the driver of hnswlib, once.
///
/// @param include where `hnswlib/hnswlib.h` lies, such as /usr/include after `apt-get install
///   libhnswlib-dev`
record HnswlibDriver(Path folder, Path include) {
  Path compiled() throws IOException {
    Path program = folder.resolve("hnswlib-driver");
    if (Files.exists(program)) {
      return program;
    }
    if (!Files.exists(include.resolve("hnswlib/hnswlib.h"))) {
      throw new IOException(
          "no hnswlib/hnswlib.h in "
              + include
              + "; install it (Debian: apt-get install libhnswlib-dev) or say where it is with"
              + " --hnswlib");
    }
    Path source = folder.resolve("hnswlib-driver.cpp");
    try (InputStream in = HnswlibDriver.class.getResourceAsStream("hnswlib-driver.cpp")) {
      if (in == null) {
        throw new IOException("hnswlib-driver.cpp is not on the class path");
      }
      Files.write(source, in.readAllBytes());
    }
    Commands.run(
        folder,
        List.of(
            "g++",
            "-O3",
            "-march=native",
            "-std=c++17",
            "-w",
            "-pthread",
            "-I" + include,
            "-o",
            program.toString(),
            source.toString()));
    return program;
  }
}
