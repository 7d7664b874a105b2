package io.ferronio.benchmarks;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A TCP connection on loopback by Netty's native epoll transport, to a process that drops what arrives. The measuring
 * thread runs the event loop itself, as the thread of a server does: nothing is handed from one thread to another.
 */
final class NettyConnection implements AutoCloseable {

    private static final long WAIT = TimeUnit.SECONDS.toNanos(1);

    private final ManualIoEventLoop loop = new ManualIoEventLoop(Thread.currentThread(), EpollIoHandler.newFactory());
    private final Channel server;
    private final Process process;
    private Channel connection;

    /** Of the calling thread. */
    NettyConnection() throws IOException {
        ChannelFuture bound = new ServerBootstrap().group(loop).channel(EpollServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connection = channel;
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0);
        runUntil(bound::isDone);
        server = bound.channel();
        process = Peer.start("receiver", ((InetSocketAddress) server.localAddress()).getPort());
        runUntil(() -> connection != null && connection.isActive());
    }

    private void runUntil(BooleanSupplier isDone) {
        while (!isDone.getAsBoolean()) {
            loop.run(WAIT);
        }
    }

    /** Sends a part of a file. */
    void send(FileChannel file, long position, long count) throws IOException {
        // Kept beyond its last use: a region that is let go of closes its file.
        ChannelFuture sent = connection.writeAndFlush(new DefaultFileRegion(file, position, count).retain());
        runUntil(sent::isDone);
        if (!sent.isSuccess()) {
            throw new IOException("Netty could not send", sent.cause());
        }
    }

    /** Closes the connection, upon which the process ends. */
    @Override
    public void close() {
        runUntil(connection.close()::isDone);
        runUntil(server.close()::isDone);
        process.onExit().join();
        loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        runUntil(loop::isTerminated);
    }
}
