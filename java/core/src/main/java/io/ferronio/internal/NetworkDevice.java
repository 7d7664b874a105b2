package io.ferronio.internal;

import java.net.NetworkInterface;
import java.util.Optional;

/**
 * What a network device does by itself, as the {@code ethtool} ioctls say: what decides whether pages of a file can be
 * sent from where they are. Of a device that stands on others (a bridge, a bond, one end of a {@code veth}) it is said
 * of itself, and not of those below.
 *
 * @param name such as {@code eth0}
 * @param scatterGather whether it fetches the parts of a packet from wherever they are in memory: else the kernel
 *     copies them together first; empty if that is not known
 * @param checksum whether it computes the checksums of what is sent: else the processor reads every byte for that, and
 *     the kernel switches scatter-gather off; empty if that is not known
 * @param segmentation whether it cuts large TCP packets into segments; empty if that is not known
 */
public record NetworkDevice(String name, Optional<Boolean> scatterGather, Optional<Boolean> checksum,
        Optional<Boolean> segmentation) {

    /**
     * Asks a device.
     *
     * @param device the device
     * @return what it says; nothing is known where the native library is not loaded
     */
    public static NetworkDevice of(NetworkInterface device) {
        int index = device.getIndex();
        if (!NativeLibrary.isLoaded()) {
            return new NetworkDevice(device.getName(), Optional.empty(), Optional.empty(), Optional.empty());
        }
        return new NetworkDevice(device.getName(), known(DeviceNatives.hasScatterGather(index)),
                known(DeviceNatives.hasTransmitChecksum(index)), known(DeviceNatives.hasSegmentation(index)));
    }

    private static Optional<Boolean> known(long result) {
        return result < 0 ? Optional.empty() : Optional.of(result == 1);
    }
}
