package io.ferronio.apps.netty;

import io.ferronio.apps.ApplicationJvm;
import io.ferronio.apps.Comparison;
import io.ferronio.apps.Concurrently;
import io.ferronio.apps.Content;
import io.ferronio.apps.Downloads;
import io.ferronio.apps.Trial;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Netty: a file by DefaultFileRegion. Its NIO transport calls {@code FileChannel.transferTo}; its epoll transport takes
 * the descriptor out of the channel and must work beside it as before.
 */
final class NettyTrial {

    private NettyTrial() {
    }

    /** As {@link Comparison}. */
    public static void main(String[] arguments) {
        Comparison.main(NettyTrial::run, arguments);
    }

    private static void run(Trial trial) throws Exception {
        Content content = new Content(64 << 20);
        Path file = trial.folder().resolve("file");
        content.writeTo(file);

        ApplicationJvm server = start(trial, "server", file);
        Downloads nio = downloads(server, "nio", content);
        Downloads epoll = downloads(server, "epoll", content);
        trial.figure("start-up, s", server.age());
        for (Downloads each : List.of(nio, epoll)) {
            each.part(0, 1);
            each.part(content.size() - 1, 1);
            each.part(4095, 4098);
            each.whole();
        }
        nio.measure(trial, "NIO", server, 4, 8);
        epoll.measure(trial, "epoll", server, 4, 8);
        Concurrently.run(List.of(() -> nio.atOnce(2, 2), () -> epoll.atOnce(2, 2)));
        trial.transferred(nio.received(), server.stop());

        ApplicationJvm deserted = start(trial, "deserted", file);
        for (String transport : List.of("nio", "epoll")) {
            Downloads downloads = downloads(deserted, transport, content);
            downloads.broken(100_000);
            downloads.whole();
        }
        deserted.stop();
    }

    private static ApplicationJvm start(Trial trial, String name, Path file) throws IOException {
        return trial.start(name, List.of(), NettyFileServer.class.getName(), file.toString());
    }

    private static Downloads downloads(ApplicationJvm server, String transport, Content content)
            throws IOException, InterruptedException {
        int port = Integer.parseInt(server.await(transport + " ").substring(transport.length() + 1));
        return new Downloads(port, "/file", content);
    }
}
