package io.ferronio.internal;

/** Hot natives that ask what a network device does by itself, and has switched on: 1, 0, or {@code -errno}. */
final class DeviceNatives {

    private DeviceNatives() {
    }

    /**
     * Whether it fetches the parts of a packet from wherever they are in memory.
     *
     * @param device the index of the network interface
     * @return 1 or 0; {@code -EOPNOTSUPP} if it does not tell, or another {@code -errno}
     */
    static native long hasScatterGather(int device);

    /**
     * Whether it computes the checksums of what is sent.
     *
     * @param device the index of the network interface
     * @return as {@link #hasScatterGather}
     */
    static native long hasTransmitChecksum(int device);

    /**
     * Whether it cuts large TCP packets into segments.
     *
     * @param device the index of the network interface
     * @return as {@link #hasScatterGather}
     */
    static native long hasSegmentation(int device);
}
