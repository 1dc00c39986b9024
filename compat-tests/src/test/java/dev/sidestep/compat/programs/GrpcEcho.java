package dev.sidestep.compat.programs;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.Arrays;

/** A gRPC server and client with Netty inside, which gRPC has moved to a package of its own. */
public final class GrpcEcho {
  private static final int BYTES = 10_000;

  private GrpcEcho() {}

  /** Arguments: address to serve, number of calls. */
  public static void main(String[] args) throws Exception {
    MethodDescriptor<byte[], byte[]> echo =
        MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("Echo/Echo")
            .setRequestMarshaller(new Bytes())
            .setResponseMarshaller(new Bytes())
            .build();
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(args[0], 0))
            .addService(
                ServerServiceDefinition.builder("Echo")
                    .addMethod(
                        echo,
                        ServerCalls.asyncUnaryCall(
                            (request, observer) -> {
                              observer.onNext(request);
                              observer.onCompleted();
                            }))
                    .build())
            .build()
            .start();
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(new InetSocketAddress(args[0], server.getPort()))
            .usePlaintext()
            .build();
    int calls = Integer.parseInt(args[1]);
    for (int i = 0; i < calls; i++) {
      byte[] request = new byte[BYTES];
      Arrays.fill(request, (byte) i);
      byte[] response = ClientCalls.blockingUnaryCall(channel, echo, CallOptions.DEFAULT, request);
      if (!Arrays.equals(request, response)) {
        throw new IllegalStateException("call " + i + " came back changed");
      }
    }
    System.out.println("answered calls=" + calls);
    channel.shutdownNow();
    server.shutdownNow().awaitTermination();
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
