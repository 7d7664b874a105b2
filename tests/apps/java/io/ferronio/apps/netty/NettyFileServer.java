package io.ferronio.apps.netty;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Serves one file by HTTP, as a DefaultFileRegion: on a port of Netty's NIO transport, and one of its epoll transport. */
final class NettyFileServer extends SimpleChannelInboundHandler<FullHttpRequest> {

    private static final int LARGEST_REQUEST = 1 << 16;

    private final File file;

    private NettyFileServer(File file) {
        this.file = file;
    }

    /** The argument is the file. */
    public static void main(String[] arguments) throws Exception {
        File file = new File(arguments[0]);
        System.out.println("nio " + serve(file, NioIoHandler.newFactory(), NioServerSocketChannel.class));
        System.out.println("epoll " + serve(file, EpollIoHandler.newFactory(), EpollServerSocketChannel.class));
    }

    /** The port. */
    private static int serve(File file, IoHandlerFactory transport, Class<? extends ServerChannel> channel)
            throws InterruptedException {
        InetSocketAddress address = (InetSocketAddress) new ServerBootstrap()
                .group(new MultiThreadIoEventLoopGroup(transport)).channel(channel)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel connection) {
                        connection.pipeline().addLast(new HttpServerCodec(), new HttpObjectAggregator(LARGEST_REQUEST),
                                new NettyFileServer(file));
                    }
                }).bind(InetAddress.getLoopbackAddress(), 0).sync().channel().localAddress();
        return address.getPort();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        String range = request.headers().get(HttpHeaderNames.RANGE);
        long position = 0;
        long count = file.length();
        if (range != null) { // bytes=<first>-<last>
            String[] firstAndLast = range.substring("bytes=".length()).split("-");
            position = Long.parseLong(firstAndLast[0]);
            count = Long.parseLong(firstAndLast[1]) - position + 1;
        }
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1,
                range == null ? HttpResponseStatus.OK : HttpResponseStatus.PARTIAL_CONTENT);
        head.headers().set(HttpHeaderNames.CONTENT_LENGTH, count);
        context.write(head);
        context.write(new DefaultFileRegion(file, position, count));
        context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        System.out.println("connection lost: " + cause);
        context.close();
    }
}
