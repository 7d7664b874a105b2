package io.ferronio.benchmarks.harness;

import static io.ferronio.benchmarks.harness.Figure.CPU;
import static io.ferronio.benchmarks.harness.Figure.WALL;
import static io.ferronio.benchmarks.harness.Scale.BYTES;
import static io.ferronio.benchmarks.harness.Scale.CONNECTIONS;
import static io.ferronio.benchmarks.harness.Scale.FILE_SIZE;
import static io.ferronio.benchmarks.harness.Scale.MAPPINGS;
import static io.ferronio.benchmarks.harness.Scale.THREADS;
import static io.ferronio.benchmarks.harness.Way.AGENT;
import static io.ferronio.benchmarks.harness.Way.CONFINED_ARENA;
import static io.ferronio.benchmarks.harness.Way.FERRONIO;
import static io.ferronio.benchmarks.harness.Way.JDK;
import static io.ferronio.benchmarks.harness.Way.NETTY;
import static io.ferronio.benchmarks.harness.Way.RAW;
import static io.ferronio.benchmarks.harness.Way.REGION;
import static io.ferronio.benchmarks.harness.Way.REGION_BEYOND;
import static io.ferronio.benchmarks.harness.Way.SEGMENT;
import static io.ferronio.benchmarks.harness.Way.SHARED_ARENA;

import io.ferronio.benchmarks.AccessMapped;
import io.ferronio.benchmarks.ChannelToFile;
import io.ferronio.benchmarks.ChecksumOfDeadPages;
import io.ferronio.benchmarks.Connections;
import io.ferronio.benchmarks.FaultOnDeadPage;
import io.ferronio.benchmarks.FileResidency;
import io.ferronio.benchmarks.FileToChannel;
import io.ferronio.benchmarks.FileToFile;
import io.ferronio.benchmarks.FileToSocket;
import io.ferronio.benchmarks.ForceRange;
import io.ferronio.benchmarks.HeaderAndFile;
import io.ferronio.benchmarks.LastPageToSocket;
import io.ferronio.benchmarks.LoadMapped;
import io.ferronio.benchmarks.MapBesideBusyThreads;
import io.ferronio.benchmarks.MapBesideMappings;
import io.ferronio.benchmarks.MapLargeFile;
import io.ferronio.benchmarks.MapReadUnmap;
import io.ferronio.benchmarks.ReadMapped;
import io.ferronio.benchmarks.SocketToFile;
import io.ferronio.benchmarks.SocketToSocket;
import java.util.List;

/** Everything that is measured. Whoever adds a row adds it here; the runner, the report and the gate read this list. */
public final class Rows {

    private static final long KIB = 1L << 10;
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;

    /**
     * Iterations of what differs from one to the next. The collector finishes mappings of ours, many at once: some iterations
     * have a collection in them, some have none. And the same bytes take longer on one connection than on the next.
     */
    static final int ITERATIONS = 5;

    private static final String COPY_REMAINS = """
            What is left is the kernel's copy between the page cache and memory: the raw limit makes the same one, from or to one buffer of \
            256 KiB, and does nothing else. To map the file in the buffer's place was no faster.""";
    private static final String NO_CHECK = "The raw limit is by address and checks nothing.";
    private static final String VECTORS = """
            Whether C2 makes vector instructions of the loop decides, and to judge by the times it does so on JDK 17 by address and not with a \
            region, because of the check of a long index; on JDK 25 with a region and not by address.""";

    /** In the order of the report. */
    public static final List<Row> ALL = List.of(
            // ---- transfers
            Row.of("file-to-socket", "a part of a file to a TCP socket", FileToSocket.class)
                    .over(BYTES, 512, 4 * KIB, 64 * KIB, MIB, 16 * MIB, GIB)
                    .times(ITERATIONS)
                    .ways(JDK, FERRONIO, AGENT, RAW, NETTY)
                    .aim(new Aim(FERRONIO, JDK, WALL, 4 * KIB, 17, 17, 0.90))
                    .aim(new Aim(FERRONIO, JDK, WALL, 4 * KIB, 18, 99, 0.92))
                    .aim(FERRONIO, JDK, WALL, 64 * KIB, 0.97)
                    .aim(FERRONIO, JDK, WALL, 16 * MIB, 1.00)
                    .gate(4 * KIB).build(),
            Row.of("header-and-file", "a header of 200 bytes and a part of a file to a TCP socket", HeaderAndFile.class)
                    .over(BYTES, 512, 4 * KIB, 64 * KIB, MIB)
                    .times(ITERATIONS)
                    .ways(JDK, FERRONIO)
                    .aim(FERRONIO, JDK, WALL, 4 * KIB, 0.75)
                    .gate(4 * KIB).build(),
            Row.of("socket-to-file", "from a TCP socket to a file", SocketToFile.class)
                    .over(BYTES, 4 * KIB, 64 * KIB, 16 * MIB, 256 * MIB)
                    .ways(JDK, FERRONIO, RAW)
                    .aim(FERRONIO, JDK, WALL, 256 * MIB, 0.45)
                    .aim(FERRONIO, JDK, CPU, 256 * MIB, 0.40)
                    .gate(16 * MIB).build(),
            Row.of("socket-to-socket", "from a TCP socket to another; the JDK's way is a loop through 64 KiB",
                            SocketToSocket.class)
                    .over(BYTES, 64 * KIB, 16 * MIB, 256 * MIB)
                    .ways(JDK, FERRONIO)
                    .aim(FERRONIO, JDK, WALL, 256 * MIB, 0.75)
                    .aim(FERRONIO, JDK, CPU, 256 * MIB, 0.50)
                    .gate(16 * MIB).build(),
            Row.of("file-to-file", "over what another file holds", FileToFile.class)
                    .over(BYTES, 512, 4 * KIB, 64 * KIB, MIB, 256 * MIB)
                    .ways(JDK, FERRONIO, RAW)
                    .aim(FERRONIO, JDK, WALL, 4 * KIB, 0.60)
                    .aim(FERRONIO, JDK, WALL, 256 * MIB, 1.00)
                    .gate(4 * KIB).build(),
            Row.of("file-to-channel", "a file to a channel that is not the JDK's and takes all at no cost",
                            FileToChannel.class)
                    .over(BYTES, 16 * KIB, MIB, 64 * MIB)
                    .ways(JDK, FERRONIO, RAW)
                    .aim(FERRONIO, JDK, WALL, 64 * MIB, 0.40)
                    .note(COPY_REMAINS).build(),
            Row.of("channel-to-file", "from a channel that is not the JDK's and gives all at no cost, to a file",
                            ChannelToFile.class)
                    .over(BYTES, 16 * KIB, MIB, 64 * MIB)
                    .ways(JDK, FERRONIO, RAW)
                    .aim(FERRONIO, JDK, WALL, 64 * MIB, 0.50)
                    .note(COPY_REMAINS)
                    .gate(MIB).build(),

            // ---- mappings
            Row.of("map-read-unmap", "map a file, read a byte, unmap; the JDK's way is Unsafe.invokeCleaner",
                            MapReadUnmap.class)
                    .over(BYTES, 4 * KIB, MIB, 64 * MIB)
                    .times(ITERATIONS)
                    .ways(JDK, FERRONIO, REGION, AGENT, CONFINED_ARENA, SHARED_ARENA)
                    .aim(new Aim(FERRONIO, JDK, WALL, 4 * KIB, 17, 17, 1.40))
                    .aim(new Aim(FERRONIO, JDK, WALL, MIB, 17, 17, 1.40))
                    .aim(FERRONIO, CONFINED_ARENA, WALL, 4 * KIB, 1.30)
                    .aim(FERRONIO, CONFINED_ARENA, WALL, MIB, 1.30)
                    .note("""
                            A mapping of ours that is unmapped keeps its addresses, so that nothing else ever appears behind a buffer \
                            that somebody has kept: an empty file is mapped in its place, and munmap(2) comes when the collector has found \
                            the buffer, for many at once. That is one change of the address space more. What it costs without a JVM, \
                            there with a munmap(2) for each mapping, is the line "kernel alone, addresses kept"; the JDK's way does what \
                            "kernel alone" does, and a thread that still reads ends the JVM or reads another's memory. A shared Arena is as \
                            safe as ours: it stops all threads at each close.""")
                    .gate(4 * KIB).build(),
            Row.of("map-beside-busy-threads", "the same, while fifty threads read another mapping",
                            MapBesideBusyThreads.class)
                    .over(BYTES, 4 * KIB, MIB)
                    .times(ITERATIONS)
                    .ways(JDK, FERRONIO, REGION, SHARED_ARENA)
                    .aim(FERRONIO, SHARED_ARENA, WALL, 0, 0.10).build(),
            Row.of("read-mapped", "read a mapping long by long; the JDK's buffer against ours", ReadMapped.class)
                    .over(BYTES, 4 * KIB, MIB)
                    .ways(JDK, FERRONIO, REGION)
                    .gate(MIB).build(),
            access("read-all", "getLong from start to end", AccessMapped.Access.READ_ALL, 1.02).build(),
            access("write-all", "putLong of the index from start to end", AccessMapped.Access.WRITE_ALL, 1.02)
                    .note("""
                            A region takes up to half as long again: such a loop counts with a long, and C2 then keeps its counter in \
                            memory. Other values are the rows below.""")
                    .build(),
            access("fill-all", "putLong of a constant from start to end", AccessMapped.Access.FILL, 1.02)
                    .note(VECTORS).build(),
            access("triple-all", "putLong of three times what is there from start to end", AccessMapped.Access.TRIPLE, 1.02)
                    .note(VECTORS).build(),
            access("read-anywhere", "getLong anywhere", AccessMapped.Access.READ_RANDOM, 0.85)
                    .note(NO_CHECK)
                    .gate(MIB).build(),
            access("write-anywhere", "putLong anywhere", AccessMapped.Access.WRITE_RANDOM, 0.85)
                    .note(NO_CHECK).build(),
            Row.of("load", "map a file that is in memory, load it, unmap it", LoadMapped.class)
                    .over(BYTES, MIB, 256 * MIB)
                    .ways(JDK, REGION)
                    .aim(REGION, JDK, WALL, 256 * MIB, 1.00)
                    .gate(MIB).build(),
            Row.of("force", "change a byte of each page of a range, and force the range", ForceRange.class)
                    .over(BYTES, 4 * KIB, MIB)
                    .ways(JDK, REGION).build(),
            Row.of("residency", "how much of a file is in memory; the JDK's way is isLoaded (mincore)",
                            FileResidency.class)
                    .over(BYTES, GIB)
                    .ways(JDK, FERRONIO)
                    .aim(FERRONIO, JDK, WALL, GIB, 0.10)
                    .note("""
                            cachestat(2) goes from folio to folio, mincore(2) from page to page. In tmpfs, where this file is, each page is \
                            a folio of its own. On a filesystem with large folios there are far fewer: `./gradlew bench -Pfilter=residency \
                            -Pfolder=/var/tmp` puts the file there.""").build(),
            fault("fault-truncated", "read a page of a truncated file, with the error for it", "TRUNCATED"),
            fault("fault-unmapped", "read a page of an unmapped buffer, with the error for it", "UNMAPPED"),
            checksum("checksum-truncated", "CRC32 of a buffer whose file was truncated to nothing", "TRUNCATED"),
            checksum("checksum-unmapped", "CRC32 of an unmapped buffer", "UNMAPPED"),

            // ---- cost as it grows
            Row.of("connections", "16 KiB of a file to one of so many connections, one thread and selector",
                            Connections.class)
                    .over(CONNECTIONS, 1, 80, 800, 8000)
                    .ways(JDK, FERRONIO).build(),
            Row.of("mappings", "map a page, read a byte, unmap, beside so many mappings", MapBesideMappings.class)
                    .over(MAPPINGS, 1, 100, 10_000, 100_000)
                    .times(ITERATIONS)
                    .ways(JDK, FERRONIO).build(),
            Row.of("threads-to-sockets", "4 KiB of a file to a TCP socket, by each of so many threads",
                            FileToSocket.class)
                    .with("size", 4 * KIB)
                    .over(THREADS, 1, 4, 16, 64)
                    .times(ITERATIONS)
                    .ways(JDK, FERRONIO).build(),
            Row.of("threads-mapping", "map a page, read a byte, unmap, by each of so many threads", MapReadUnmap.class)
                    .with("size", 4 * KIB)
                    .over(THREADS, 1, 4, 16, 64)
                    .times(ITERATIONS)
                    .ways(JDK, FERRONIO)
                    .note("""
                            Whoever changes the address space holds its lock: with several threads, waiting for that is what is measured. \
                            Ours take turns before, asleep, for 5 ms at most; in the kernel they spin. A time is the mean of all threads': \
                            one that is seldom let in counts as much as the others.""").build(),
            Row.of("large-file-to-socket", "the last 4 KiB of a file to a TCP socket", LastPageToSocket.class)
                    .over(FILE_SIZE, 4 * KIB, MIB, GIB, 8 * GIB)
                    .ways(JDK, FERRONIO).build(),
            Row.of("large-file-mapping", "map a whole file, read a byte, unmap", MapLargeFile.class)
                    .over(FILE_SIZE, 4 * KIB, MIB, GIB, 8 * GIB)
                    .times(ITERATIONS)
                    .ways(JDK, REGION)
                    .limit(JDK, Integer.MAX_VALUE).build());

    private Rows() {
    }

    private static Row.Builder access(String name, String work, AccessMapped.Access access, double atMost) {
        return Row.of(name, work + " of a mapping, as often as it has longs", AccessMapped.class)
                .with("access", access)
                .over(BYTES, MIB)
                .ways(JDK, REGION, REGION_BEYOND, RAW, SEGMENT)
                .aim(REGION, JDK, WALL, MIB, atMost)
                .aim(REGION_BEYOND, JDK, WALL, MIB, 1.05);
    }

    private static Row fault(String name, String work, String loss) {
        return Row.of(name, work, FaultOnDeadPage.class).with("loss", loss).over(BYTES, 4 * KIB).ways(FERRONIO).build();
    }

    private static Row checksum(String name, String work, String loss) {
        return Row.of(name, work, ChecksumOfDeadPages.class).with("loss", loss).over(BYTES, 256 * MIB).ways(FERRONIO)
                .build();
    }

    /** The row of this name. */
    public static Row named(String name) {
        return ALL.stream().filter(row -> row.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no row " + name + "; there are: " + ALL));
    }
}
