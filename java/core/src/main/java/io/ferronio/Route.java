package io.ferronio;

/**
 * The way that bytes took. Each can be switched off, by its name in lower case, in the system property
 * {@code io.ferronio.disable}: transfers then take the next best.
 */
public enum Route {
    /** {@code sendfile64(2)}: file pages go to the target without passing through user space. */
    SENDFILE,
    /** {@code splice(2)}: pages move through a pipe, from a socket to a file or to another socket. */
    SPLICE,
    /** {@code ioctl(FICLONE)}: a whole file shares its blocks with its copy, and nothing is moved. */
    REFLINK,
    /** {@code copy_file_range(2)}: the filesystem copies by itself, and shares blocks if it can. */
    COPY_FILE_RANGE,
    /** {@code read} and {@code write} through a large direct buffer: for channels that are not the kernel's, and as a last resort. */
    BUFFERED,
    /** The JDK's own method: nothing of FerroNIO's fits the pair of channels, or it is switched off. */
    JDK;

    private final String property = name().toLowerCase(java.util.Locale.ROOT);

    /**
     * The name by which a route is switched off.
     *
     * @return the name in lower case, such as {@code copy_file_range}
     */
    public String property() {
        return property;
    }
}
