package io.ferronio.torture;

import io.ferronio.Mappings;
import io.ferronio.MappedRegion;
import io.ferronio.testing.TestFiles;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A program: runs combinations, and prints each before it runs it and what has become of it afterwards, so that whoever
 * reads its output knows which one has ended it.
 *
 * <p>Arguments: a file with a combination in each line (the situation's name and the way's, separated by a tab), the
 * folder of {@link Disks} or "-", whether ways are run before, so that they are compiled.
 */
final class TortureChild {

    static final String BEGIN = "begin\t";
    static final String END = "end\t";
    static final String WRONG = "wrong\t";
    static final String MISSING = "missing\t";

    private static final int WARM_UP_SIZE = 128;
    /** A class whose initialiser is hit by the error for a fault can never be used again. */
    private static final int TO_LOAD_CLASSES = 2;

    private TortureChild() {
    }

    /** Runs a way on memory that is well, until it is compiled for all kinds of buffers that it will meet. */
    private static void warmUp(Way way, int times) throws Exception {
        Path file = Files.write(TestFiles.newPath(".warm"), way.content(WARM_UP_SIZE));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            for (MapMode mode : new MapMode[] {MapMode.READ_ONLY, MapMode.READ_WRITE}) {
                if (mode == MapMode.READ_ONLY && way.writes) {
                    continue;
                }
                Subject subject = way.onRegion
                        ? Subject.of(MappedRegion.map(channel, mode, 0, WARM_UP_SIZE))
                        : Subject.of(Mappings.map(channel, mode, 0, WARM_UP_SIZE));
                for (int i = 0; i < times; i++) {
                    way.use.run(subject, new Seen(WARM_UP_SIZE));
                }
                if (way.writes) {
                    byte[] written = new byte[WARM_UP_SIZE];
                    channel.write(ByteBuffer.wrap(way.content(WARM_UP_SIZE)), 0);
                    way.use.run(subject, new Seen(WARM_UP_SIZE));
                    channel.read(ByteBuffer.wrap(written), 0);
                    same(way, way.written(WARM_UP_SIZE), written);
                    channel.write(ByteBuffer.wrap(way.content(WARM_UP_SIZE)), 0);
                }
                Seen seen = new Seen(WARM_UP_SIZE);
                way.use.run(subject, seen);
                if (way.showsBytes) {
                    same(way, way.content(WARM_UP_SIZE), seen.bytes);
                }
                if (way.expected != null && !way.expected.apply(way.content(WARM_UP_SIZE)).equals(seen.value)) {
                    throw new AssertionError(way + ", on memory that is well: " + seen.value);
                }
                if (way.onRegion) {
                    subject.region().close();
                } else {
                    Mappings.unmap(subject.buffer());
                }
            }
        }
        Files.delete(file);
    }

    /** The harness itself must be right, else it finds nothing. */
    private static void same(Way way, byte[] expected, byte[] actual) {
        if (Arrays.mismatch(expected, actual) != -1) {
            throw new AssertionError(way + ", on memory that is well: byte "
                    + Arrays.mismatch(expected, actual) + " is wrong");
        }
    }

    public static void main(String[] args) throws Exception {
        Path disks = args[1].equals("-") ? null : Path.of(args[1]);
        boolean compiles = Boolean.parseBoolean(args[2]);
        Map<String, Way> ways = new HashMap<>();
        Way.all().forEach(way -> ways.put(way.name, way));
        Set<Way> warm = new HashSet<>();
        Path stranger = Files.write(TestFiles.newPath(".stranger"), Content.strangers(Mapped.SIZE));
        PrintStream out = new PrintStream(System.out, true);
        try (AnotherProcess other = new AnotherProcess()) {
            for (String line : Files.readAllLines(Path.of(args[0]))) {
                String[] names = line.split("\t");
                Situation situation = Situation.valueOf(names[0]);
                Way way = ways.get(names[1]);
                String refusal = disks == null && situation.needsDisks() ? "needs root" : situation.refusal(way);
                if (refusal != null) {
                    out.println(MISSING + line + "\t" + refusal);
                    continue;
                }
                out.println(BEGIN + line);
                try {
                    if (warm.add(way)) {
                        warmUp(way, compiles ? way.warmUp : TO_LOAD_CLASSES);
                    }
                    out.println(END + line + "\t" + Combination.run(way, situation, disks, other, stranger));
                } catch (AssertionError | Exception e) {
                    out.println(WRONG + line + "\t" + e + (e.getCause() == null ? "" : ": " + e.getCause()));
                    e.printStackTrace();
                }
            }
        }
    }
}
