package io.ferronio.apps;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/** Downloads a file over HTTP from this machine, whole or in part, and compares every byte. */
public final class Downloads {

    private final URL url;
    private final Content content;
    private final AtomicLong received = new AtomicLong();

    /**
     * @param port the server's, on this machine
     * @param path the file's name there, with a slash before it
     * @param content what the file holds
     * @throws IOException if that gives no URL
     */
    public Downloads(int port, String path, Content content) throws IOException {
        url = new URL("http", "localhost", port, path);
        this.content = content;
    }

    /** Downloads the file. */
    public void whole() throws IOException {
        part(0, content.size());
    }

    /**
     * Downloads a part of the file.
     *
     * @param position of its first byte
     * @param count bytes, at least 1
     */
    public void part(int position, int count) throws IOException {
        try (InputStream body = open(position, count).getInputStream()) {
            byte[] buffer = new byte[1 << 16];
            int end = position + count;
            int at = position;
            for (int read = body.read(buffer); read != -1; read = body.read(buffer)) {
                Trial.require(at + read <= end && content.matches(at, buffer, 0, read),
                        "%s, bytes %d to %d: they are not those of the file".formatted(url, at, at + read));
                at += read;
            }
            Trial.require(at == end, "%s has ended at byte %d, before %d".formatted(url, at, end));
            received.addAndGet(count);
        }
    }

    /**
     * Begins to download the file, and goes away.
     *
     * @param after so many bytes
     */
    public void broken(int after) throws IOException {
        HttpURLConnection connection = open(0, content.size());
        byte[] begin = connection.getInputStream().readNBytes(after);
        connection.disconnect();
        Trial.require(content.matches(0, begin, 0, after), url + ": the first bytes are not those of the file");
    }

    /**
     * Downloads the file several times at once.
     *
     * @param clients how many download
     * @param times how often each does
     */
    public void atOnce(int clients, int times) throws InterruptedException {
        Concurrently.run(IntStream.range(0, clients).mapToObj(client -> (Concurrently.Task) () -> {
            for (int i = 0; i < times; i++) {
                whole();
            }
        }).toList());
    }

    /**
     * Downloads the file several times at once, and takes down how fast that was, the second time.
     *
     * @param trial takes it down
     * @param name what to call it
     * @param server whose processor time counts
     * @param clients how many download
     * @param times how often each does
     */
    public void measure(Trial trial, String name, ApplicationJvm server, int clients, int times) throws Exception {
        atOnce(clients, times);
        trial.measure(name, server, (long) clients * times * content.size(), () -> atOnce(clients, times));
    }

    private HttpURLConnection open(int position, int count) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) url.openConnection();
        boolean part = count < content.size();
        if (part) {
            connection.setRequestProperty("Range", "bytes=" + position + "-" + (position + count - 1));
        }
        int expected = part ? HttpURLConnection.HTTP_PARTIAL : HttpURLConnection.HTTP_OK;
        Trial.require(connection.getResponseCode() == expected, url + ": " + connection.getResponseMessage());
        return connection;
    }

    /**
     * What came, of downloads that have ended.
     *
     * @return bytes
     */
    public long received() {
        return received.get();
    }
}
