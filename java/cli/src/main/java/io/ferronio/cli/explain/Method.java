package io.ferronio.cli.explain;

import io.ferronio.Route;
import java.util.Optional;

/** The ways to move a file: what each is in plain words, and how often it copies every byte, by design. */
enum Method {
    READ_WRITE_8K_HEAP("read + write, 8 KiB, heap", Movers.throughHeap(8 << 10), null, """
            The loop that everybody writes first: read 8 KiB into an array, write them from it, and again. read(2) copies \
            from the page cache, where the kernel keeps what it has read of files, to memory of the process, and write(2) \
            back to memory of the kernel. The garbage collector may move an array at any time, so the kernel is never \
            given one: the JDK has a buffer outside the heap in between, and copies twice more. And there are two system \
            calls for every 8 KiB."""),
    READ_WRITE_8K_DIRECT("read + write, 8 KiB, direct", Movers.throughDirect(8 << 10), null, """
            The same with a direct buffer (ByteBuffer.allocateDirect), which is outside the heap and stays where it is: \
            the kernel reads into it and writes from it. Two copies less; as many system calls."""),
    READ_WRITE_64K_HEAP("read + write, 64 KiB, heap", Movers.throughHeap(64 << 10), null, """
            An array of 64 KiB: an eighth of the system calls, and still four copies. What a system call costs by itself \
            is paid less often; what every byte costs is not."""),
    READ_WRITE_64K_DIRECT("read + write, 64 KiB, direct", Movers.throughDirect(64 << 10), null, """
            The best that the loop can be: two copies, few system calls, and a buffer that stays in the processor's \
            cache. Every byte still comes through the process, which does nothing with it."""),
    MMAP_WRITE("mmap + write", Movers::mapped, null, """
            mmap(2) shows the pages of the page cache to the process as memory: nothing is read, and nothing copied. \
            write(2) copies from there to the socket or the other file. In place of the read there are page faults: \
            the first touch of pages (the kernel maps some neighbours along) interrupts the program. Its memory looks \
            as large as the file, but these pages are the page cache's. By FerroNIO's Mappings, which unmaps at once."""),
    SENDFILE("sendfile", Movers::transferTo, Route.SENDFILE, """
            sendfile(2) tells the kernel: from this file to that socket. Nothing comes through the process. The packets \
            do not hold the bytes, they point to the pages of the page cache, and a network card that can fetch the \
            parts of a packet from wherever they are (scatter-gather) copies them from there itself. This is zero copy: \
            no copy by the processor. By FerroNIO's Transfers.transferTo."""),
    SENDFILE_HEADER("header + sendfile", Movers::afterHeader, Route.SENDFILE, """
            A response has a header before the file. write(2) and then sendfile(2) would send a small packet for the \
            header first. Here the header is sent with the word that more will follow (MSG_MORE), and waits in the socket: \
            it leaves with the first bytes of the file, and only the last packet is not full. A few system calls more, \
            whatever the size. By FerroNIO's Transfer."""),
    SPLICE("splice through a pipe", Movers::throughPipe, Route.SPLICE, """
            splice(2) moves pages between a descriptor and a pipe, where they wait by reference. From the file into the \
            pipe, and from the pipe to the target: two system calls for each filling of the pipe, so there are more than \
            with sendfile(2) (which has such a pipe of its own, inside the kernel). It is there for what sendfile cannot \
            do: from a socket to a file, or from socket to socket. By FerroNIO's Relay."""),
    COPY_FILE_RANGE("copy_file_range", Movers::transferTo, Route.COPY_FILE_RANGE, """
            copy_file_range(2) tells the kernel to copy between files. File systems that can (XFS, Btrfs) share the \
            blocks, and move nothing; elsewhere the kernel copies page by page, once, because a page of the page cache \
            belongs to one file. Nothing comes through the process. By FerroNIO's Transfers.transferTo."""),
    JDK_TRANSFER_TO("JDK's transferTo", Movers::transferToByJdk, null, """
            FileChannel.transferTo, as any program has it. To a socket it is sendfile(2); from JDK 21 on it asks \
            copy_file_range(2) first, each time in vain. To a file it is sendfile(2) on JDK 17, and copy_file_range(2) \
            on 21 and later."""),
    JDK_TRANSFER_FROM("JDK's transferFrom", Movers::transferFromByJdk, null, """
            FileChannel.transferFrom, called on the file that is written to. From a file JDK 17 maps 8 MiB after 8 MiB \
            of the source, and writes from there; 21 and later call copy_file_range(2). From a socket, which is not \
            measured here, it is a loop through 8 KiB on all of them."""),
    JDK_MAP("JDK's map + write", Movers::mappedByJdk, null, """
            FileChannel.map and write: as mmap + write. The JDK has no method to unmap: the mapping stays until the \
            garbage collector finds the buffer, so unmapping is in none of these figures.""");

    private final String title;
    private final Movers.Mover mover;
    private final Route route;
    private final String text;

    Method(String title, Movers.Mover mover, Route route, String text) {
        this.title = title;
        this.mover = mover;
        this.route = route;
        this.text = text;
    }

    String title() {
        return title;
    }

    Movers.Mover mover() {
        return mover;
    }

    /** The route of FerroNIO's that it is about; empty for those that are none. */
    Optional<Route> route() {
        return Optional.ofNullable(route);
    }

    /** A paragraph for whoever does not know it. */
    String text() {
        return text;
    }

    /** What goes before the file. */
    byte[] header() {
        return this == SENDFILE_HEADER ? Movers.HEADER : new byte[0];
    }

    /** Whether it needs FerroNIO's native library. */
    boolean isFerronio() {
        return route != null || this == MMAP_WRITE;
    }

    /** Why there is no such way; empty if there is. */
    Optional<String> notTo(Destination destination) {
        boolean file = destination == Destination.FILE;
        return Optional.ofNullable(switch (this) {
            case SENDFILE -> file ? "between files FerroNIO takes copy_file_range, see there; sendfile would be next" : null;
            case SENDFILE_HEADER -> file ? "a file has no packets to fill" : null;
            case COPY_FILE_RANGE -> file ? null : "copies between files only";
            case JDK_TRANSFER_FROM -> file ? null : "is a method of the target, and a socket has none";
            default -> null;
        });
    }

    /** The way of every byte. */
    Journey journey(Destination destination, Facts facts) {
        Journey start = Journey.of(facts);
        boolean file = destination == Destination.FILE;
        boolean copiesRanges = Runtime.version().feature() >= 21;
        return switch (this) {
            case READ_WRITE_8K_HEAP, READ_WRITE_64K_HEAP -> start
                    .copiedTo("the JDK's direct buffer", "read(2)")
                    .copiedTo("array in the heap", "the JDK: the kernel cannot write to what the collector moves")
                    .copiedTo("the JDK's direct buffer", "the JDK: nor read it")
                    .writtenTo(destination, facts);
            case READ_WRITE_8K_DIRECT, READ_WRITE_64K_DIRECT -> throughBuffer(start, destination, facts);
            case MMAP_WRITE, JDK_MAP -> throughMapping(start, destination, facts);
            case SENDFILE, SENDFILE_HEADER -> start.spliced(destination, facts);
            case SPLICE -> start.referredToBy("pipe", "splice(2): the pipe points to the pages").spliced(destination, facts);
            case COPY_FILE_RANGE -> copied(start, facts);
            case JDK_TRANSFER_TO -> file && copiesRanges ? copied(start, facts) : start.spliced(destination, facts);
            case JDK_TRANSFER_FROM -> copiesRanges ? copied(start, facts) : throughMapping(start, destination, facts);
        };
    }

    /** What the last resort of all routes does, and the first for what is small. */
    static Journey throughBuffer(Journey start, Destination destination, Facts facts) {
        return start.copiedTo("direct buffer", "read(2)").writtenTo(destination, facts);
    }

    private static Journey throughMapping(Journey start, Destination destination, Facts facts) {
        return start.referredToBy("mapping", "mmap(2): the same pages, page fault after page fault")
                .writtenTo(destination, facts);
    }

    private static Journey copied(Journey start, Facts facts) {
        return facts.sharesBlocks() ? Journey.sharedBlocks() : start.spliced(Destination.FILE, facts);
    }
}
