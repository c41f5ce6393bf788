package io.pandion.wal.objectstore;

import io.pandion.meta.FileMetaStore;
import io.pandion.meta.MetaEntry;
import io.pandion.meta.MetaListener;
import io.pandion.meta.MetaStore;
import io.pandion.meta.MetaTransaction;
import io.pandion.meta.MetaTransaction.Step;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A meta store that test processes share, as a cluster shares etcd: served by one of them on
/// 127.0.0.1, one connection a request.
final class SharedMeta implements AutoCloseable {
  final FileMetaStore store = FileMetaStore.inMemory();
  private final ServerSocket socket;

  SharedMeta() throws IOException {
    socket = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().name("shared-meta").start(this::serve);
  }

  int port() {
    return socket.getLocalPort();
  }

  private void serve() {
    while (!socket.isClosed()) {
      serveOne();
    }
  }

  private void serveOne() {
    try (Socket one = socket.accept();
        DataInputStream in = new DataInputStream(one.getInputStream());
        DataOutputStream out = new DataOutputStream(one.getOutputStream())) {
      answer(in, out);
    } catch (IOException e) {
      // the client died
      return;
    }
  }

  private void answer(DataInputStream in, DataOutputStream out) throws IOException {
    switch (in.readByte()) {
      case 'g' -> write(out, store.get(in.readUTF()).stream().toList());
      case 'l' -> write(out, store.list(in.readUTF()));
      default -> {
        MetaTransaction transaction = new MetaTransaction();
        int steps = in.readInt();
        for (int i = 0; i < steps; i++) {
          byte kind = in.readByte();
          String key = in.readUTF();
          switch (kind) {
            case 'a' -> transaction.ifAbsent(key);
            case 'r' -> transaction.ifRevision(key, in.readLong());
            case 'd' -> transaction.delete(key);
            default -> transaction.put(key, in.readNBytes(in.readInt()));
          }
        }
        out.writeBoolean(store.commit(transaction));
      }
    }
    out.flush();
  }

  private static void write(DataOutputStream out, List<MetaEntry> entries) throws IOException {
    out.writeInt(entries.size());
    for (MetaEntry entry : entries) {
      out.writeUTF(entry.key());
      out.writeInt(entry.value().length);
      out.write(entry.value());
      out.writeLong(entry.revision());
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /// The store as another process sees it.
  record Client(int port) implements MetaStore {
    private interface Exchange<T> {
      T run(DataOutputStream out, DataInputStream in) throws IOException;
    }

    private <T> T exchange(Exchange<T> exchange) {
      try (Socket one = new Socket(InetAddress.getLoopbackAddress(), port);
          DataOutputStream out = new DataOutputStream(one.getOutputStream());
          DataInputStream in = new DataInputStream(one.getInputStream())) {
        return exchange.run(out, in);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private List<MetaEntry> entries(char what, String key) {
      return exchange(
          (out, in) -> {
            out.writeByte(what);
            out.writeUTF(key);
            out.flush();
            List<MetaEntry> found = new ArrayList<>();
            for (int left = in.readInt(); left > 0; left--) {
              found.add(new MetaEntry(in.readUTF(), in.readNBytes(in.readInt()), in.readLong()));
            }
            return found;
          });
    }

    @Override
    public Optional<MetaEntry> get(String key) {
      return entries('g', key).stream().findFirst();
    }

    @Override
    public List<MetaEntry> list(String prefix) {
      return entries('l', prefix);
    }

    @Override
    public boolean commit(MetaTransaction transaction) {
      return exchange(
          (out, in) -> {
            out.writeByte('c');
            out.writeInt(transaction.steps().size());
            for (Step step : transaction.steps()) {
              switch (step) {
                case Step.IfAbsent s -> {
                  out.writeByte('a');
                  out.writeUTF(s.key());
                }
                case Step.IfRevision s -> {
                  out.writeByte('r');
                  out.writeUTF(s.key());
                  out.writeLong(s.revision());
                }
                case Step.Delete s -> {
                  out.writeByte('d');
                  out.writeUTF(s.key());
                }
                case Step.Put s -> {
                  out.writeByte('p');
                  out.writeUTF(s.key());
                  out.writeInt(s.value().length);
                  out.write(s.value());
                }
              }
            }
            out.flush();
            return in.readBoolean();
          });
    }

    @Override
    public AutoCloseable watch(String prefix, long fromRevision, MetaListener listener) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long revision() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }
}
