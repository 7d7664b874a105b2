package io.ferronio.benchmarks;

import io.ferronio.Mappings;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.util.logging.Level;
import java.util.logging.Logger;

/** How the pages of a mapping went away. The JDK's own mappings have nothing to compare: there it ends the JVM. */
public enum Loss {
    /** The file was truncated to nothing. */
    TRUNCATED,
    /** The mapping was unmapped. */
    UNMAPPED;

    /** Where each mapping is reported: here they are meant to fault. A field, since loggers are kept weakly. */
    private static final Logger WARNINGS = Logger.getLogger("io.ferronio");

    static {
        WARNINGS.setLevel(Level.OFF);
    }

    /** A mapping of so many bytes, of which nothing is left. */
    MappedByteBuffer map(long size) throws IOException {
        try (FileChannel file = MemoryFile.createSparse(size)) {
            MappedByteBuffer buffer = Mappings.map(file, MapMode.READ_WRITE, 0, size);
            if (this == UNMAPPED) {
                Mappings.unmap(buffer);
            } else {
                file.truncate(0);
            }
            return buffer;
        }
    }

    /** Makes sure that a mapping of {@link #map} was read from, and takes it away. */
    void checkAndUnmap(MappedByteBuffer buffer) {
        if (Mappings.faults(buffer) == 0) {
            throw new IllegalStateException("nothing faulted");
        }
        if (this == TRUNCATED) {
            Mappings.unmap(buffer);
        }
    }
}
