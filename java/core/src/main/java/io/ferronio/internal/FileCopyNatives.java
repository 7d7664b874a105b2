package io.ferronio.internal;

/** Natives for copies of whole files: a value, or {@code -errno}, EINTR included. All but the last are hot. */
final class FileCopyNatives {

    private FileCopyNatives() {
    }

    /** ioctl(FICLONE): the target shares all blocks of the source from now on. 0, or {@code -errno}. */
    static native long reflink(int target, int source);

    /** copy_file_range(2) to the same position in the target: bytes copied, or {@code -errno}. */
    static native long copyRange(int target, int source, long position, long count);

    /** lseek(SEEK_DATA): where data begins, or {@code -errno}; {@code -ENXIO}: nowhere from there on. */
    static native long nextData(int file, long position);

    /** lseek(SEEK_HOLE): where a hole begins or the file ends, or {@code -errno}. */
    static native long nextHole(int file, long position);

    /** fchown(2) to the source's owner and group: 0, or {@code -errno}. */
    static native long copyOwner(int target, int source);

    /** fchmod(2) to the source's mode: 0, or {@code -errno}. */
    static native long copyMode(int target, int source);

    /** fsetxattr(2) of all the source's: how many the kernel refused, or {@code -errno}. */
    static native long copyExtendedAttributes(int target, int source);

    /** futimens(2): 0, or {@code -errno}. */
    static native long setTimes(int file, long accessSeconds, int accessNanos, long modifiedSeconds, int modifiedNanos);

    /** fsync(2), also of a folder: 0, or {@code -errno}. */
    static native long sync(int file);

    /** renameat2(RENAME_NOREPLACE) of absolute paths, as the kernel's bytes: 0, or {@code -errno}. */
    static native long renameWithoutReplacing(byte[] from, byte[] to);
}
