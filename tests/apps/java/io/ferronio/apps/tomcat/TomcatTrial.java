package io.ferronio.apps.tomcat;

import io.ferronio.apps.ApplicationJvm;
import io.ferronio.apps.Comparison;
import io.ferronio.apps.Content;
import io.ferronio.apps.Downloads;
import io.ferronio.apps.Trial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Tomcat: static files by sendfile, which its NIO connector does with {@code FileChannel.transferTo}. */
final class TomcatTrial {

    /** Smaller files are written by Tomcat from its cache; what is a request for a smaller part, too. */
    private static final int SMALLEST_SENT = 48 << 10;

    private TomcatTrial() {
    }

    /** As {@link Comparison}. */
    public static void main(String[] arguments) {
        Comparison.main(TomcatTrial::run, arguments);
    }

    private static void run(Trial trial) throws Exception {
        Content content = new Content(64 << 20);
        Path folder = Files.createDirectory(trial.folder().resolve("files"));
        content.writeTo(folder.resolve("file"));

        ApplicationJvm server = start(trial, "server", folder);
        Downloads downloads = downloads(server, content);
        trial.figure("start-up, s", server.age());
        downloads.part(1, SMALLEST_SENT + 1);
        downloads.part(content.size() - SMALLEST_SENT - 1, SMALLEST_SENT + 1);
        downloads.whole();
        downloads.measure(trial, "downloads", server, 4, 8);
        trial.transferred(downloads.received(), server.stop());

        ApplicationJvm deserted = start(trial, "deserted", folder);
        Downloads again = downloads(deserted, content);
        again.broken(100_000);
        again.whole();
        deserted.stop();
    }

    private static ApplicationJvm start(Trial trial, String name, Path folder) throws IOException {
        return trial.start(name, List.of(), TomcatFileServer.class.getName(), folder.toString(),
                trial.folder().resolve("base-" + name).toString());
    }

    private static Downloads downloads(ApplicationJvm server, Content content)
            throws IOException, InterruptedException {
        return new Downloads(Integer.parseInt(server.await("port ").substring("port ".length())), "/file", content);
    }
}
