package io.ferronio.benchmarks;

import java.io.IOException;
import java.nio.channels.FileChannel;

/** {@link MapReadUnmap} of files that are nearly all one hole: they take no memory, however large they are. */
public class MapLargeFile extends MapReadUnmap {

    @Override
    FileChannel file() throws IOException {
        return MemoryFile.createSparse(size);
    }
}
