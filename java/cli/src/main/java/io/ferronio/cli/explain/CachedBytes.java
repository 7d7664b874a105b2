package io.ferronio.cli.explain;

import io.ferronio.PageCache;
import io.ferronio.Residency;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.OptionalLong;

/** How much of a file is in the page cache. */
final class CachedBytes {

    private CachedBytes() {
    }

    /** Bytes; empty if the kernel does not tell this user, or there is no native library to ask it. */
    static OptionalLong of(FileChannel file) throws IOException {
        try {
            Residency residency = PageCache.residency(file, 0, Long.MAX_VALUE);
            long pages = residency.pages();
            return residency.resident().isEmpty() ? OptionalLong.empty()
                    : OptionalLong.of(pages == 0 ? 0
                            : Math.round((double) file.size() * residency.resident().getAsLong() / pages));
        } catch (UnsupportedOperationException e) {
            return OptionalLong.empty();
        }
    }
}
