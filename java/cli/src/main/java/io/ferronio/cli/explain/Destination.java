package io.ferronio.cli.explain;

/** Where the file goes. */
public enum Destination {
    /** A TCP connection on loopback; a thread at its other end reads. */
    SOCKET("to a socket"),
    /** A new file. */
    FILE("to a file");

    private final String title;

    Destination(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }
}
