/**
 * Zero-copy file and socket I/O for the JVM on Linux. The one package to use is {@link io.ferronio}.
 *
 * <p>On JDK 24 and later, {@code --enable-native-access=io.ferronio} (on the class path:
 * {@code ALL-UNNAMED}) tells the JVM that native code is wanted, and its warning stays away.
 *
 * <p>{@code jdk.jfr} and {@code java.management} are used if the runtime has them: for the events
 * {@code io.ferronio.Transfer} and {@code io.ferronio.MappingFault}, and for {@link io.ferronio.CountersMXBean}. Nothing else needs them; a runtime that
 * jlink makes has them only if its {@code --add-modules} names them.
 */
module io.ferronio {
    requires static java.management;
    requires static jdk.jfr;

    exports io.ferronio;
}
