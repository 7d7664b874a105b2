/**
 * Zero-copy file and socket I/O for the JVM on Linux. The one package to use is {@link io.ferronio}.
 *
 * <p>On JDK 24 and later, {@code --enable-native-access=io.ferronio} (on the class path:
 * {@code ALL-UNNAMED}) tells the JVM that native code is wanted, and its warning stays away.
 */
module io.ferronio {
    exports io.ferronio;
}
