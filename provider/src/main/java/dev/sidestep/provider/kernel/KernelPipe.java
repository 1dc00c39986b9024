package dev.sidestep.provider.kernel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.spi.SelectorProvider;

/** A pipe of the kernel whose ends can be registered with our selector. */
public final class KernelPipe extends Pipe {

  private final Source source;
  private final Sink sink;

  /** The same pipe as {@code inner}, for channels of {@code provider}. */
  public KernelPipe(SelectorProvider provider, Pipe inner) {
    source = new Source(provider, inner.source());
    sink = new Sink(provider, inner.sink());
  }

  @Override
  public SourceChannel source() {
    return source;
  }

  @Override
  public SinkChannel sink() {
    return sink;
  }

  private static final class Source extends SourceChannel implements KernelOnlyChannel {
    private final SourceChannel inner;
    private final InnerChannel behind;

    Source(SelectorProvider provider, SourceChannel inner) {
      super(provider);
      this.inner = inner;
      behind = new InnerChannel(this, inner);
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
      try {
        return inner.read(dst);
      } finally {
        behind.closeTogether();
      }
    }

    @Override
    public long read(ByteBuffer[] dsts) throws IOException {
      return read(dsts, 0, dsts.length);
    }

    @Override
    public long read(ByteBuffer[] dsts, int offset, int length) throws IOException {
      try {
        return inner.read(dsts, offset, length);
      } finally {
        behind.closeTogether();
      }
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
      behind.configureBlocking(block);
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
      inner.close();
    }

    @Override
    public InnerChannel behind() {
      return behind;
    }
  }

  private static final class Sink extends SinkChannel implements KernelOnlyChannel {
    private final SinkChannel inner;
    private final InnerChannel behind;

    Sink(SelectorProvider provider, SinkChannel inner) {
      super(provider);
      this.inner = inner;
      behind = new InnerChannel(this, inner);
    }

    @Override
    public int write(ByteBuffer src) throws IOException {
      try {
        return inner.write(src);
      } finally {
        behind.closeTogether();
      }
    }

    @Override
    public long write(ByteBuffer[] srcs) throws IOException {
      return write(srcs, 0, srcs.length);
    }

    @Override
    public long write(ByteBuffer[] srcs, int offset, int length) throws IOException {
      try {
        return inner.write(srcs, offset, length);
      } finally {
        behind.closeTogether();
      }
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
      behind.configureBlocking(block);
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
      inner.close();
    }

    @Override
    public InnerChannel behind() {
      return behind;
    }
  }
}
