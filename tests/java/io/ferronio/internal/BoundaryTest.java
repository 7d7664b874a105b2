package io.ferronio.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ferronio.Capabilities;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A panic in Rust becomes an InternalError with its text, and the JVM goes on. */
class BoundaryTest {

    @BeforeAll
    static void loadLibrary() {
        assertTrue(Capabilities.isAvailable(), () -> "no library: " + Capabilities.unavailabilityCause());
    }

    private static void assertPanic(String text, Runnable panics) {
        InternalError error = assertThrows(InternalError.class, panics::run);
        String message = error.getMessage();
        String place = "panic in libferronio at rust/bridge/boundary_natives.rs:\\d+:\\d+: ";
        assertTrue(message.matches(place + text), message);
    }

    @Test
    void aPanicInAHotNativeBecomesAnInternalError() {
        assertPanic("hot native 42 panicked on purpose",
                () -> BoundaryNatives.panicInHotNative(42));
    }

    @Test
    void aPanicInAColdNativeBecomesAnInternalError() {
        assertPanic("cold native 'äöü \uD83E\uDD80' panicked on purpose",
                () -> BoundaryNatives.panicInColdNative("'äöü \uD83E\uDD80'"));
    }

    @Test
    void anErrorInAColdNativeBecomesAnInternalError() {
        assertThrows(InternalError.class, () -> BoundaryNatives.panicInColdNative(null));
    }

    @Test
    void nativesGoOnWorkingAfterPanics() {
        for (int i = 0; i < 1000; i++) {
            int number = i;
            assertPanic("hot native " + i + " panicked on purpose",
                    () -> BoundaryNatives.panicInHotNative(number));
        }
        assertEquals("Bad file descriptor", KernelNatives.errorText(9));
    }

    @Test
    void panicsOfSeveralThreadsKeepTheirTexts() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                int first = i * 1000;
                tasks.add(() -> {
                    for (int number = first; number < first + 200; number++) {
                        int own = number;
                        assertPanic("hot native " + own + " panicked on purpose",
                                () -> BoundaryNatives.panicInHotNative(own));
                        assertPanic("cold native " + own + " panicked on purpose",
                                () -> BoundaryNatives.panicInColdNative("" + own));
                    }
                    return null;
                });
            }
            for (Future<Void> done : threads.invokeAll(tasks)) {
                done.get();
            }
        } finally {
            threads.shutdown();
        }
    }
}
