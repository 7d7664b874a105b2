package io.ferronio;

import io.ferronio.internal.Inventory;
import io.ferronio.internal.NativeLibrary;
import java.util.List;
import java.util.Optional;

/**
 * What works here, and why the rest does not. No method throws, also where the native library cannot be
 * loaded: then all that the JDK can do still works, by the JDK.
 */
public final class Capabilities {

    private Capabilities() {
    }

    /**
     * Whether the native library was loaded.
     *
     * @return whether it was
     */
    public static boolean isAvailable() {
        return NativeLibrary.isLoaded();
    }

    /**
     * Why the native library was not loaded.
     *
     * @return what went wrong, empty if nothing did
     */
    public static Optional<Throwable> unavailabilityCause() {
        return Optional.ofNullable(NativeLibrary.cause());
    }

    /**
     * Everything that depends on the machine or the JDK. Asking tries each facility of the kernel once, on
     * files and memory of its own, and puts the guard in place.
     *
     * @return the list, always with the same names in the same order where the native library is loaded
     */
    public static List<Capability> all() {
        return Inventory.list(Capability::new);
    }
}
