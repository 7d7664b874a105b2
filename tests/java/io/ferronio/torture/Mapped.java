package io.ferronio.torture;

import io.ferronio.MappedRegion;
import io.ferronio.Mappings;
import io.ferronio.testing.BufferCleaner;
import io.ferronio.testing.TestFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * A file in one of the situations, and a mapping of it. In the file there is a page before the mapping and one behind
 * it, where the situation leaves them.
 */
final class Mapped implements AutoCloseable {

    static final int PAGE = 4096;
    static final int SIZE = 4 * PAGE;
    /** A multiple of 64, so that no value is half there. */
    static final int IN_A_PAGE = PAGE + 1024;

    final Situation situation;
    final Subject subject;
    private final Way way;
    private final Path file;
    private final FileChannel channel;
    private final long position;
    private final byte[] content;
    private final byte[] written;
    private final Path filler;

    Mapped(Situation situation, Way way, Path disks, AnotherProcess other) throws IOException {
        this.situation = situation;
        this.way = way;
        content = way.content(SIZE);
        written = way.written(SIZE);
        position = situation.needsDisks() ? 0 : PAGE;
        switch (situation) {
            case FULL_TMPFS, FULL_EXT4 -> {
                Path folder = disks.resolve(situation == Situation.FULL_TMPFS ? "full" : "small");
                file = folder.resolve("data");
                filler = folder.resolve("filler");
                Files.deleteIfExists(filler);
                Files.deleteIfExists(file);
            }
            case SHRUNK_DEVICE -> {
                file = disks.resolve("images/loop");
                filler = null;
                other.truncate(disks.resolve("images/device"), situation.alive);
            }
            case FAILING_EXT4 -> {
                file = disks.resolve("failing/data");
                filler = null;
            }
            default -> {
                file = TestFiles.newPath(".data");
                filler = null;
            }
        }
        channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (situation.needsDisks()) {
            restore();
            if (filler != null) {
                other.truncate(file, SIZE);
            }
        } else {
            channel.write(ByteBuffer.wrap(Content.own(SIZE + 2 * PAGE)), 0);
            channel.write(ByteBuffer.wrap(content), position);
        }
        subject = map();
        happen(disks, other);
    }

    private Subject map() throws IOException {
        if (way.onRegion) {
            return Subject.of(MappedRegion.map(channel, situation.mode, position, SIZE));
        }
        return Subject.of(situation == Situation.JDKS_UNMAPPED ? channel.map(situation.mode, position, SIZE)
                : Mappings.map(channel, situation.mode, position, SIZE));
    }

    private void happen(Path disks, AnotherProcess other) throws IOException {
        if (situation.isTruncated()) {
            other.truncate(file, situation.alive == 0 ? 0 : position + situation.alive);
        } else if (situation == Situation.CLEANED) {
            BufferCleaner.invoke(subject.buffer());
        } else if (situation.isRetired()) {
            unmap();
        } else if (filler != null) {
            Filler.fill(filler);
        } else if (situation == Situation.FAILING_EXT4) {
            other.truncate(disks.resolve("images/failing"), 0);
        }
    }

    private void unmap() {
        if (subject.region() != null) {
            subject.region().close();
        } else {
            Mappings.unmap(subject.buffer());
        }
    }

    /** The bytes that the mapping shows: zeros for what is not there. */
    byte[] visible() {
        byte[] visible = new byte[SIZE];
        System.arraycopy(content, 0, visible, 0, situation.alive);
        return visible;
    }

    /** In the file's last page, where memory is that belongs to no file: who writes there can read it again. */
    boolean isBehindTheEnd(int index) {
        return index >= situation.alive && index < (situation.alive + PAGE - 1) / PAGE * PAGE;
    }

    /** Makes what is alive of the file as it was at first, for another use. */
    void restore() throws IOException {
        if (situation.mode == MapMode.PRIVATE) {
            if (situation.alive > 0) {
                subject.buffer().put(0, content, 0, situation.alive);
            }
        } else if (situation.alive > 0) {
            channel.write(ByteBuffer.wrap(content, 0, situation.alive), position);
        }
    }

    /** What the living part of the mapping and the rest of the file must be like after a use. */
    void checkFile(boolean allWritten) throws IOException {
        if (situation.mode == MapMode.PRIVATE) {
            MappedByteBuffer buffer = subject.buffer();
            for (int i = 0; i < situation.alive; i++) {
                checkLiving("the mapping's", i, buffer.get(i), allWritten);
            }
        }
        if (situation.isRetired()) {
            byte[] bytes = Files.readAllBytes(file);
            byte[] expected = Content.own(SIZE + 2 * PAGE);
            System.arraycopy(content, 0, expected, PAGE, SIZE);
            check(Arrays.equals(expected, bytes), "the file has changed after it was unmapped");
            return;
        }
        if (situation == Situation.FAILING_EXT4) {
            return;
        }
        byte[] living = new byte[situation.alive];
        if (situation.alive > 0) {
            channel.read(ByteBuffer.wrap(living), position);
        }
        if (situation.mode == MapMode.PRIVATE) {
            check(Arrays.equals(living, Arrays.copyOf(content, situation.alive)),
                    "the file has changed under a private mapping");
        } else {
            for (int i = 0; i < living.length; i++) {
                checkLiving("the file's", i, living[i], allWritten);
            }
        }
        if (situation.isTruncated()) {
            check(channel.size() == (situation.alive == 0 ? 0 : position + situation.alive),
                    "the file has " + channel.size() + " bytes");
            if (situation.alive > 0) {
                byte[] before = new byte[PAGE];
                channel.read(ByteBuffer.wrap(before), 0);
                check(Arrays.equals(before, Content.own(PAGE)), "the page before the mapping has changed");
            }
        } else if (filler != null) {
            byte[] hole = new byte[SIZE - situation.alive];
            channel.read(ByteBuffer.wrap(hole), situation.alive);
            check(Arrays.equals(hole, new byte[hole.length]), "the hole has got bytes");
        }
    }

    private void checkLiving(String whose, int index, byte value, boolean allWritten) {
        if (!(value == written[index] && way.writes || value == content[index] && !allWritten)) {
            throw new AssertionError(whose + " byte " + index + " is " + value + ", was " + content[index]
                    + (allWritten ? ", and should be " + written[index] : ""));
        }
    }

    private static void check(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }

    @Override
    public void close() throws IOException {
        unmap();
        channel.close();
        if (filler != null) {
            Files.delete(filler);
        }
        if (filler != null || !situation.needsDisks()) {
            Files.delete(file);
        }
    }
}
