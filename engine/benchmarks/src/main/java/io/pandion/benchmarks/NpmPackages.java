package io.pandion.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Fetches packages with npm and unpacks them, once each.
///
/// @param folder where they stay
record NpmPackages(Path folder) {
  /// The folder of a package's files.
  Path fetch(String name, String version) throws IOException {
    Path home = folder.resolve("npm").resolve(name);
    Path unpacked = home.resolve("package");
    if (Files.exists(home.resolve("complete"))) {
      return unpacked;
    }
    Files.createDirectories(home);
    Commands.run(home, List.of("npm", "pack", "--silent", name + "@" + version));
    Commands.run(home, List.of("tar", "xzf", name + "-" + version + ".tgz"));
    Files.createFile(home.resolve("complete"));
    return unpacked;
  }
}
