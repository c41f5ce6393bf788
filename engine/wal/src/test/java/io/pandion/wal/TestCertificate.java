package io.pandion.wal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;

/// A key and a certificate for 127.0.0.1 that signs itself, made by the JDK's keytool, as PKCS #12
/// and as PEM files.
///
/// @param keyStore both, with the password
/// @param certificate as PEM; who trusts it trusts the server
/// @param key as PEM, PKCS #8
public record TestCertificate(Path keyStore, String password, Path certificate, Path key) {
  private static final String NAME = "server";

  /// @param directory where the files are written; it is there
  public static TestCertificate make(Path directory) throws Exception {
    String password = "changeit";
    Path store = directory.resolve("server.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                NAME,
                "-keyalg",
                "RSA",
                "-keysize",
                "2048",
                "-validity",
                "2",
                "-dname",
                "CN=127.0.0.1",
                "-ext",
                "SAN=IP:127.0.0.1,DNS:localhost",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                password)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("keytool.out").toFile())
            .start();
    if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
      keytool.destroyForcibly();
      throw new IllegalStateException(
          "keytool failed: " + Files.readString(directory.resolve("keytool.out")));
    }
    return read(directory, store, password);
  }

  private static TestCertificate read(Path directory, Path store, String password)
      throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance(store.toFile(), password.toCharArray());
    return new TestCertificate(
        store,
        password,
        pem(directory, "CERTIFICATE", keys.getCertificate(NAME).getEncoded()),
        pem(directory, "PRIVATE KEY", keys.getKey(NAME, password.toCharArray()).getEncoded()));
  }

  private static Path pem(Path directory, String what, byte[] bytes) throws IOException {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return Files.writeString(
        directory.resolve(what.toLowerCase(java.util.Locale.ROOT).replace(' ', '-') + ".pem"),
        "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n");
  }
}
