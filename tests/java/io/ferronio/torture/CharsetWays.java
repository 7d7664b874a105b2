package io.ferronio.torture;

import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Bytes that become characters, and characters that become bytes. */
final class CharsetWays {

    private static final int WARM_UP = 500;

    private CharsetWays() {
    }

    static List<Way> all() {
        List<Way> ways = new ArrayList<>();
        for (Charset charset : List.of(StandardCharsets.UTF_8, StandardCharsets.ISO_8859_1, StandardCharsets.US_ASCII,
                StandardCharsets.UTF_16LE)) {
            ways.add(Way.function("decode " + charset, buffer -> charset.decode(buffer.duplicate()).toString())
                    .warmUp(WARM_UP));
            ways.add(Way.writer("encode " + charset, (subject, seen) -> charset.newEncoder().encode(
                    CharBuffer.wrap(new String(Content.written(subject.size()), charset)),
                    subject.buffer().duplicate(), true)).warmUp(WARM_UP));
        }
        ways.add(Way.function("CharBuffer.toString", buffer -> buffer.asCharBuffer().toString()).warmUp(WARM_UP));
        return ways;
    }
}
